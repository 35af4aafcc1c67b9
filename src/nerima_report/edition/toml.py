"""A TOML file read into its model, or a DefinitionError with file, key and reason in Japanese."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from nerima_report.errors import DefinitionError
from nerima_report.files import first_control, read_text

# Far above any definition: characters of a line, for which tomllib needs time by their square, and tables in tables.
_LONGEST_LINE, _DEEPEST = 2_000, 30

Model = TypeVar("Model", bound=BaseModel)


def read_definition(
    file: Path, model: type[Model], prepare: Callable[[dict[str, Any]], dict[str, Any]] = lambda data: data
) -> Model:
    """Read a TOML file into its model. `prepare` may change the data first, or refuse it with a ValueError.

    Raises DefinitionError.
    """
    written = read_data(file)
    try:
        data = prepare(written)
    except ValueError as error:
        raise DefinitionError(file, "", str(error)) from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # An unknown key is often a required one misspelled, so it is reported before a missing one.
        first = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
        raise DefinitionError(file, key_of(first["loc"]), reason_of(first) + _named(first["loc"], data)) from None


def read_data(file: Path) -> dict[str, Any]:
    """The data of a TOML file, whatever they mean. Raises DefinitionError where it is no sound TOML."""
    text = read_text(file)
    if beyond := next((number for number, line in _numbered(text) if len(line) > _LONGEST_LINE), None):
        raise DefinitionError(file, f"{beyond}行目", f"行が長すぎます（{_LONGEST_LINE:,}字まで）")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(file, _position(str(error)), _fault_of_writing(str(error), text)) from None
    except RecursionError:
        raise DefinitionError(file, f"{_deepest_line(text)}行目", "かっこの入れ子が深すぎます") from None
    if fault := fault_of_content(data):
        raise DefinitionError(file, key_of(fault.location), fault.reason)
    return data


class ContentFault(NamedTuple):
    """What no document could print, or no model take: where it stands, and what it is."""

    location: tuple[int | str, ...]
    reason: str


def fault_of_content(data: object, depth: int = 0) -> ContentFault | None:
    """The first text with a character that is none, written with an escape; or the first value that lies too deep."""
    if isinstance(data, str):
        control = first_control(data)
        return (
            ContentFault((), f"文字でないもの（U+{ord(control[0]):04X}）があります。消してください")
            if control
            else None
        )
    if depth > _DEEPEST:
        return ContentFault((), "入れ子が深すぎます")
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, inner in items:
        if isinstance(step, str) and first_control(step):
            return ContentFault((), "キーの名前に、文字でないものがあります。消してください")
        if fault := fault_of_content(inner, depth + 1):
            return ContentFault((step, *fault.location), fault.reason)
    return None


def key_of(location: tuple[int | str, ...]) -> str:
    """A pydantic location in the notation of TOML, counted from 1: table[3].rows[2].label."""
    steps = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in location]
    # The kind of a table is part of the location, behind the number of the table, but no key of the file.
    if location[:1] == ("table",) and steps[2:3] and steps[2] in (".counts", ".entries", ".years"):
        del steps[2]
    return "".join(steps).lstrip(".")


def _named(location: tuple[int | str, ...], data: object) -> str:
    """The names of the items on the way to a location: （「委託」の「件数」）, because indices are hard to count."""
    names = []
    for step in location:
        if isinstance(data, list) and isinstance(step, int):
            data = data[step]
            name = data.get("key") or data.get("label") if isinstance(data, dict) else None
            names += [f"「{name}」"] if name else []
        elif isinstance(data, dict) and step in data:
            data = data[step]
    return f"（{'の'.join(names)}）" if names else ""


_REASONS = {
    "extra_forbidden": "知らないキーです。つづりを確かめてください",
    "missing": "必要なキーがありません",
    "string_type": '文字列（"…"）で書いてください',
    "string_too_short": "空にはできません",
    "string_too_long": "長すぎます（Excel の決まりは 255 字まで）",
    "too_long": "並びが長すぎます",
    "int_type": "整数で書いてください",
    "int_parsing": "整数で書いてください",
    "bool_type": "true か false で書いてください",
    "bool_parsing": "true か false で書いてください",
    "tuple_type": "並び（[ … ]）で書いてください",
    "union_tag_not_found": 'kind がありません。"counts" か "entries" か "years" を書いてください',
    "union_tag_invalid": 'kind は "counts" か "entries" か "years" です',
    "model_type": "項目の集まり（{ … }）で書いてください",
    "too_short": "一つ以上書いてください",
    "greater_than_equal": "数が小さすぎます",
    "less_than_equal": "数が大きすぎます",
    "json_invalid": "JSON として正しくありません",
}


def reason_of(error: Mapping[str, object]) -> str:
    """A pydantic error in Japanese."""
    kind = str(error["type"])
    context = error.get("ctx")
    details = context if isinstance(context, dict) else {}
    if kind == "value_error":
        return str(details["error"])
    if kind == "literal_error":
        return f"書けるのは {details['expected']} だけです".replace(" or ", " か ")
    if kind == "string_pattern_mismatch":
        return f"形が合いません（{details['pattern']}）"
    return _REASONS.get(kind, str(error["msg"]))


# Full-width characters that an input method types instead of the signs of TOML.
_FULL_WIDTH = re.compile("[“”＂＝，、｛｝［］＃　]")


def _fault_of_writing(message: str, text: str) -> str:
    """The probable fault in a line that is no valid TOML."""
    reason = "TOML の書き方が正しくありません。"
    position = re.search(r"line (\d+)", message)
    line = text.splitlines()[int(position[1]) - 1] if position else ""
    if re.match(r"\[[^\[]", line):
        return f"{reason}[ … ] でなく [[ … ]] と書くところかもしれません"
    if "overwrite" in message or "twice" in message:
        return f"{reason}同じキーが2回あります"
    if sign := _FULL_WIDTH.search(re.sub('"[^"]*"|#.*', "", line)):
        return f"{reason}「{sign[0]}」を半角にしてください"
    return f'{reason}この行と前の行の、引用符（"）、「,」、かっこを確かめてください'


def _position(message: str) -> str:
    """Where tomllib found the fault: 3行目の5文字目."""
    position = re.search(r"line (\d+), column (\d+)", message)
    return f"{position[1]}行目の{position[2]}文字目" if position else "ファイルの終わり"


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    return enumerate(text.split("\n"), start=1)


def _deepest_line(text: str) -> int:
    """The first line with more brackets within brackets than any definition has."""
    depth = 0
    for number, line in _numbered(text):
        opened, closed = (sum(map(line.count, signs)) for signs in ("[{", "]}"))
        if depth + opened > _DEEPEST:
            return number
        depth = max(depth + opened - closed, 0)
    return 1
