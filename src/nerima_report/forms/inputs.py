"""What may be typed into an input cell, and what Excel says about it (data validation).

Excel reports the whole file as damaged where a prompt or an error is too long, so every text is cut to its limits here.
The bounds of numbers are those of tallies/cell_values.py: the reader can read whatever Excel accepts.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from xlsxwriter.worksheet import Worksheet

from nerima_report.edition.entries import EntryField
from nerima_report.edition.texts import LONGEST_MESSAGE, LONGEST_TITLE, InputText
from nerima_report.fiscal_year import Month
from nerima_report.forms.form import Form
from nerima_report.forms.formulas import Area
from nerima_report.tallies.cell_values import LARGEST_COUNT
from nerima_report.tallies.submission import NOT_APPLICABLE

_LONGEST_LIST = 255

COUNT = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": LARGEST_COUNT}
FROM_ONE = {**COUNT, "minimum": 1}
DIFFERENCE = {**COUNT, "minimum": -LARGEST_COUNT}
ANYTHING = {"validate": "any"}
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2099, 12, 31)
ANY_DAY = {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY}


def one_of(choices: tuple[str, ...]) -> dict[str, Any]:
    """Only one of the choices, to be taken from a list in the cell."""
    return {"validate": "list", "source": list(choices)}


def count_or_not_applicable(cell: str) -> dict[str, Any]:
    """Only a count, or 該当なし; `cell` is the first of the cells (B5)."""
    count = f"AND({cell}>=0,{cell}<={LARGEST_COUNT},{cell}=INT({cell}))"
    return {"validate": "custom", "value": f'=IF(ISNUMBER({cell}),{count},{cell}="{NOT_APPLICABLE}")'}


def restrict(sheet: Worksheet, area: Area, allowed: dict[str, Any], title: str, words: InputText) -> None:
    """Let only what is allowed into the cells; `title` stands over the prompt and over the error."""
    texts = {
        "input_title": clip(title, LONGEST_TITLE),
        "input_message": clip(words.prompt, LONGEST_MESSAGE),
        "error_title": clip(title, LONGEST_TITLE),
        "error_message": clip(words.error, LONGEST_MESSAGE),
    }
    sheet.data_validation(*area, allowed | {name: text for name, text in texts.items() if text})


def allowed_in(form: Form, field: EntryField) -> dict[str, Any]:
    """What may be typed into a field of a list-like table."""
    year = form.cover.fiscal_year
    match field.type:
        case "count":
            return COUNT
        case "order":
            return FROM_ONE
        case "difference":
            return DIFFERENCE
        case "date" if field.any_year:
            return ANY_DAY
        case "date":
            return {
                "validate": "date",
                "criteria": "between",
                "minimum": date(year, 4, 1),
                "maximum": date(year + 1, 3, 31),
            }
        case "month":
            return one_of(months(year))
        case "choice" if field.choices in form.lists:
            return {"validate": "list", "source": form.lists[field.choices]}
        case "choice":
            return one_of(field.choices)
        case "text":
            return ANYTHING


def words_for(form: Form, kind: str, more: str = "") -> InputText:
    """The prompt and the error for a type of cell; `more` is the rule of the field, said first."""
    words: InputText = getattr(form.texts.input, kind)
    return InputText(prompt=clip(more + form.say(words.prompt), LONGEST_MESSAGE), error=form.say(words.error))


def months(fiscal_year: int) -> tuple[str, ...]:
    """The months of a fiscal year as the form writes them, as texts: 令和4年4月 … 令和5年3月."""
    return tuple(Month(fiscal_year + (month > 12), (month - 1) % 12 + 1).full for month in range(4, 16))


def needs_a_range(choices: tuple[str, ...]) -> bool:
    """Whether choices do not fit into the list of a cell, which Excel limits and separates by commas."""
    return len(",".join(choices)) > _LONGEST_LIST or any("," in choice for choice in choices)


def clip(text: str, longest: int) -> str:
    """A text that is not longer than Excel takes, cut where it must be.

    >>> clip("あいうえお", 4)
    'あいう…'
    """
    return text if len(text) <= longest else text[: longest - 1] + "…"
