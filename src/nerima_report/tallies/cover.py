"""Where on the cover of a workbook the answers stand: beside their label, or in the column 該当なし."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from nerima_report.text import plain
from nerima_report.workbooks import CellValue, Position, Sheet, is_blank
from nerima_report.workbooks.limits import MAX_COLUMNS


def value_beside(sheet: Sheet, label: str) -> tuple[Position, CellValue] | None:
    """The first filled cell to the right of a label, or the blank cell beside it; None without the label."""
    found = _labels(sheet).get(plain(label))
    if found is None:
        return None
    row, column = found
    beside = ((row, right) for right in range(column + 1, MAX_COLUMNS + 1))
    position = next((p for p in beside if not is_blank(sheet.cells.get(p))), (row, column + 1))
    return position, sheet.cells.get(position)


def marked_rows(sheet: Sheet, keys: Sequence[str], heading: str) -> dict[str, Position]:
    """For each key that stands in a column left of the heading (該当なし), the cell of its row below the heading.

    Only filled cells are given back; what they say is for the caller to judge.
    """
    headings: dict[int, int] = {}
    for (row, column), value in sheet.cells.items():
        if isinstance(value, str) and plain(value) == plain(heading):
            headings[column] = min(row, headings.get(column, row))
    marks: dict[int, int] = {}
    for (row, column), value in sheet.cells.items():
        if row > headings.get(column, row) and not is_blank(value):
            marks[row] = max(column, marks.get(row, 0))
    wanted = {plain(key): key for key in keys}
    marked = {}
    for (row, column), value in sheet.cells.items():
        key = wanted.get(plain(value)) if column < marks.get(row, 0) else None
        if key:
            marked[key] = (row, marks[row])
    return marked


@lru_cache(maxsize=8)
def _labels(sheet: Sheet) -> dict[str, Position]:
    """Where each text of a sheet stands first, row by row."""
    labels: dict[str, Position] = {}
    for position, value in sorted(sheet.cells.items()):
        if isinstance(value, str):
            labels.setdefault(plain(value), position)
    return labels
