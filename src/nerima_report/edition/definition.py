"""What all definitions have: strict models, texts, labels that last over years, and the names of years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from nerima_report.findings import SEVERITY_NAMES
from nerima_report.fiscal_year import FIRST_RECORDED, LAST_YEAR


def _written_in_full(year: int) -> int:
    if not FIRST_RECORDED < year <= LAST_YEAR:  # so that the year before it may have a record
        years = f"{FIRST_RECORDED + 1} から {LAST_YEAR} まで"
        raise ValueError(f"年度は、2022 のように西暦の4けたで書いてください（{years}）")
    return year


# The names of years that titles, notes and labels may ask for; report/wording.py gives them for a fiscal year.
YEAR_PLACEHOLDERS = frozenset(
    {
        *("年度", "短い年度", "年度末", "西暦"),
        *("前年度", "短い前年度", "前年度末", "前年度の西暦"),
        *("翌年度", "短い翌年度", "翌年度末", "翌年度の西暦"),
    }
)

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

_YEAR = re.compile(rf"\{{({'|'.join(YEAR_PLACEHOLDERS)})\}}")


def lasting_name(label: str) -> str:
    """The name that a label with the name of a year has in every year.

    >>> lasting_name("{前年度}からの繰越"), lasting_name("取下げ")
    ('前年度からの繰越', '取下げ')
    """
    return _YEAR.sub(r"\1", label)


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

OptionalLabel = Annotated[str, AfterValidator(lasting_name)]

Label = Annotated[Text, AfterValidator(lasting_name)]  # of a row, a group or a column, where it is named

FiscalYear = Annotated[int, AfterValidator(_written_in_full)]

# The Japanese names of choices, and of the keyboard layouts in corrections.toml.
CHOICES: Mapping[str, str] = {
    "error": SEVERITY_NAMES["error"],
    "warning": SEVERITY_NAMES["warning"],
    "notice": SEVERITY_NAMES["notice"],
    "section": "各課",
    "coordinator": "とりまとめ課（全体の様式）",
    "counts": "件数の表",
    "entries": "一覧の表",
    "years": "年度別の表",
    "fixed": "書いた順",
    "by_count": "多い順",
    "equal": "等しい",
    "at_most": "左は右以下",
    "at_least": "左は右以上",
    "both_or_neither": "一方が0なら他方も0",
    "numpad": "テンキー",
    "row": "行",
    "rows": "行",
    "columns": "列",
}


def without_doubt(text: str) -> str:
    """A text of the definitions as it is printed: without assumptions, and the † of what no source at hand says.

    >>> without_doubt("法第75条第1項†、指針第10条"), without_doubt("指針第10条。仮定: 課ごとに数える")
    ('法第75条第1項、指針第10条', '指針第10条')
    """
    return text.replace("†", "").partition("仮定")[0].rstrip("。、（ ")


class Definition(BaseModel):
    """A frozen definition in which an unknown key is an error."""

    # defer_build: a model is compiled when it is first used. Most are parts of another, which compiles them anyway.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


class Setting(Definition):
    """A number that somebody decided, with its legal basis or source."""

    value: int = Field(title="値")
    basis: Text = Field(title="よりどころ")


Rounding = Literal["half_up", "down", "up"]

ROUNDING_NAMES: dict[Rounding, str] = {"half_up": "四捨五入", "down": "切捨て", "up": "切上げ"}


def placeholders_in(text: str) -> set[str]:
    """The names in {braces} of a text: 【{年月}】 has 年月."""
    return set(_PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace {placeholders} by values. Their names were checked when the text was loaded."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def refuse_duplicates(what: str, labels: list[str]) -> None:
    """Raise ValueError for a label that stands twice: 列の見出し「件数」が2回あります."""
    for label in labels:
        if labels.count(label) > 1:
            raise ValueError(f"{what}「{label}」が2回あります")
