"""How values travel between the worker and the program: one line of JSON a file, in which nothing can be executed.

Dates, times and durations carry their type; all other values are those of JSON. A name that is no UTF-8
travels as its bytes.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from sys import intern
from typing import Any

from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.mark.order import MarkOrder
from nerima_report.workbooks.values import CellValue, Position, Sheet, SheetFacts, Unreadable, Workbook

_JSON_TYPES = frozenset({int, float, str, bool, type(None)})
_TEXTS = ("formulas", "displays", "partly_struck", "partly_seen", "cleaned", "comments")  # facts of single cells


def write_request(path: Path, order: MarkOrder | None = None) -> bytes:
    """The line that asks for a file, or for a marked copy of it.

    It names the full path, because the worker may stand in another folder.
    """
    name = os.fsencode(os.path.abspath(path)).decode("latin-1")  # noqa: PTH100 (never fails, unlike Path.resolve)
    return json.dumps({"path": name, "order": vars(order) if order else None}).encode() + b"\n"


def read_request(line: bytes) -> tuple[Path, MarkOrder | None]:
    """The file that a line asks for, and what to mark on its copy if that is wanted."""
    request = json.loads(line)
    path = Path(os.fsdecode(str(request["path"]).encode("latin-1")))
    return path, MarkOrder(**request["order"]) if request["order"] else None


def write_answer(sheets: tuple[Sheet, ...], sha256: str) -> bytes:
    """The line that holds the sheets of a workbook, and the hash of the file."""
    facts = {"sha256": sha256, "sheets": [_sheet_facts(sheet) for sheet in sheets]}
    return json.dumps(facts, check_circular=False, ensure_ascii=False).encode(errors="surrogatepass") + b"\n"


def write_copy(copy: bytes) -> bytes:
    """The line that holds a marked copy."""
    return json.dumps({"copy": base64.b64encode(copy).decode()}).encode() + b"\n"


def write_refusal(refused: Refused) -> bytes:
    """The line that says why a file was refused."""
    facts = {key: getattr(refused, key) for key in ("reason", "sheet", "cell", "limit")}
    return json.dumps(facts).encode() + b"\n"


def read_answer(line: bytes, path: Path) -> Workbook | Unreadable:
    """What the worker said of a file. Raises ValueError or KeyError for what it never says."""
    answer = json.loads(line)
    if "sheets" in answer:
        return Workbook(path, tuple(_sheet(facts) for facts in answer["sheets"]), answer["sha256"])
    return _unreadable(answer, path)


def read_copy(line: bytes, path: Path) -> bytes | Unreadable:
    """The marked copy of a file, or why there is none. Raises ValueError or KeyError for what the worker never says."""
    answer = json.loads(line)
    return base64.b64decode(answer["copy"], validate=True) if "copy" in answer else _unreadable(answer, path)


def _unreadable(answer: Mapping[str, Any], path: Path) -> Unreadable:
    return Unreadable(path, answer["reason"], answer["sheet"], answer["cell"], answer["limit"])


def _sheet_facts(sheet: Sheet) -> dict[str, object]:
    """A sheet as JSON: three lists for the cells, which is smaller and faster than an object each.

    Of what JSON has no type for, each value is said once, with the places where it stands: a list has the same days
    again and again.
    """
    facts = sheet.facts
    values = list(sheet.cells.values())
    places: dict[CellValue, list[int]] = {}
    for index, value in enumerate(values):
        if type(value) not in _JSON_TYPES:
            places.setdefault(value, []).append(index)
            values[index] = None
    return {
        "name": sheet.name,
        "rows": [row for row, _ in sheet.cells],
        "columns": [column for _, column in sheet.cells],
        "values": values,
        "typed": [(*_typed(value), at) for value, at in places.items()],
        "hidden": facts.hidden,
        "hidden_rows": sorted(facts.hidden_rows),
        "hidden_columns": sorted(facts.hidden_columns),
        "merged": [tuple(chain(*corners)) for corners in facts.merged],
        "uncached": sorted(facts.uncached),
        "duplicates": sorted(facts.duplicates),
        "struck": sorted(facts.struck),
        "unseen": sorted(facts.unseen),
        "outside": facts.outside,
        **{name: [(*position, text) for position, text in getattr(facts, name).items()] for name in _TEXTS},
    }


def _sheet(facts: Mapping[str, Any]) -> Sheet:
    """A sheet; texts that many workbooks share, as those of the form, are kept once."""
    values = [intern(value) if type(value) is str else value for value in facts["values"]]
    for kind, text, at in facts["typed"]:
        value = _untyped(kind, text)
        for index in at:
            values[index] = value
    cells: dict[Position, CellValue] = dict(zip(zip(facts["rows"], facts["columns"], strict=True), values, strict=True))
    return Sheet(
        facts["name"],
        cells,
        SheetFacts(
            hidden=facts["hidden"],
            hidden_rows=frozenset(facts["hidden_rows"]),
            hidden_columns=frozenset(facts["hidden_columns"]),
            merged=tuple(((top, left), (bottom, right)) for top, left, bottom, right in facts["merged"]),
            uncached=frozenset((row, column) for row, column in facts["uncached"]),
            duplicates=frozenset((row, column) for row, column in facts["duplicates"]),
            struck=frozenset((row, column) for row, column in facts["struck"]),
            unseen=frozenset((row, column) for row, column in facts["unseen"]),
            outside=tuple(facts["outside"]),
            **{name: {(row, column): intern(text) for row, column, text in facts[name]} for name in _TEXTS},
        ),
    )


def _typed(value: object) -> tuple[str, str | int]:
    """The type of a value and the value as JSON; a subclass travels as what it is."""
    match value:
        case datetime():
            return "datetime", value.isoformat()
        case date():
            return "date", value.isoformat()
        case time():
            return "time", value.isoformat()
        case timedelta():
            return "timedelta", value // timedelta(microseconds=1)
        case _:
            return "text", str(value)


def _untyped(kind: str, text: Any) -> CellValue:
    match kind:
        case "datetime":
            return datetime.fromisoformat(text)
        case "date":
            return date.fromisoformat(text)
        case "time":
            return time.fromisoformat(text)
        case "timedelta":
            return timedelta(microseconds=text)
        case _:
            return str(text)
