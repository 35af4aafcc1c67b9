"""How values travel between the worker and the program: one line of JSON a file, in which nothing can be executed.

Dates, times and durations carry their type; all other values are those of JSON. A name that is no UTF-8
travels as its bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.values import CellValue, Position, Sheet, SheetFacts, Unreadable, Workbook, printable

_JSON_TYPES = frozenset({int, float, str, bool, type(None)})


def write_request(path: Path) -> bytes:
    """The line that asks for a file, by its full path: the worker may stand in another folder."""
    name = os.fsencode(os.path.abspath(path)).decode("latin-1")  # noqa: PTH100 (never fails, unlike Path.resolve)
    return json.dumps({"path": name}).encode() + b"\n"


def read_request(line: bytes) -> Path:
    """The file that a line asks for."""
    return Path(os.fsdecode(str(json.loads(line)["path"]).encode("latin-1")))


def write_answer(sheets: tuple[Sheet, ...]) -> bytes:
    """The line that holds the sheets of a workbook."""
    return json.dumps({"sheets": [_sheet_facts(sheet) for sheet in sheets]}, check_circular=False).encode() + b"\n"


def write_refusal(refused: Refused) -> bytes:
    """The line that says why a file was refused."""
    facts = {key: getattr(refused, key) for key in ("reason", "sheet", "cell", "limit")}
    return json.dumps(facts).encode() + b"\n"


def read_answer(line: bytes, path: Path) -> Workbook | Unreadable:
    """What the worker said of a file. Raises ValueError or KeyError for what it never says."""
    answer = json.loads(line)
    if "sheets" in answer:
        return Workbook(path, tuple(_sheet(facts) for facts in answer["sheets"]))
    return Unreadable(path, answer["reason"], answer["sheet"], answer["cell"], answer["limit"])


def _sheet_facts(sheet: Sheet) -> dict[str, object]:
    """A sheet as JSON: three lists for the cells, which is smaller and faster than an object each."""
    facts = sheet.facts
    values = list(sheet.cells.values())
    typed = []
    for index, value in enumerate(values):
        if type(value) not in _JSON_TYPES:
            typed.append((index, *_typed(value)))
            values[index] = None
    return {
        "name": sheet.name,
        "rows": [row for row, _ in sheet.cells],
        "columns": [column for _, column in sheet.cells],
        "values": values,
        "typed": typed,
        "hidden": facts.hidden,
        "hidden_rows": sorted(facts.hidden_rows),
        "hidden_columns": sorted(facts.hidden_columns),
        "merged": [tuple(chain(*corners)) for corners in facts.merged],
        "uncached": sorted(facts.uncached),
        "duplicates": sorted(facts.duplicates),
    }


def _sheet(facts: Mapping[str, Any]) -> Sheet:
    values = facts["values"]
    for index, kind, text in facts["typed"]:
        values[index] = _untyped(kind, text)
    cells: dict[Position, CellValue] = dict(zip(zip(facts["rows"], facts["columns"], strict=True), values, strict=True))
    return Sheet(
        printable(facts["name"]),
        cells,
        SheetFacts(
            hidden=facts["hidden"],
            hidden_rows=frozenset(facts["hidden_rows"]),
            hidden_columns=frozenset(facts["hidden_columns"]),
            merged=tuple(((top, left), (bottom, right)) for top, left, bottom, right in facts["merged"]),
            uncached=frozenset((row, column) for row, column in facts["uncached"]),
            duplicates=frozenset((row, column) for row, column in facts["duplicates"]),
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
