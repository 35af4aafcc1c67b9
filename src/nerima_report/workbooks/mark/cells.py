"""Giving cells of a worksheet other styles, and nothing else: values, formulas and stored results stay."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from nerima_report.workbooks.mark.package import OFFICE
from nerima_report.workbooks.mark.splicing import (
    Edit,
    Element,
    append,
    elements,
    named,
    splice,
    with_attribute,
)
from nerima_report.workbooks.mark.styles import StyleSheet
from nerima_report.workbooks.values import Position, address, position_of

# What stands behind `legacyDrawing` (where the comments are drawn) in a worksheet.
_BEHIND_COMMENTS = (
    *("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "AlternateContent"),
    *("webPublishItems", "tableParts", "extLst"),
)
_OPENED, _CLOSED = b"<sheetData>", b"</sheetData>"
_SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData\b")
_EMPTY = re.compile(rb"<((?:\w+:)?sheetData)\s*/>")


def restyle(data: bytes, styles: StyleSheet, marks: Mapping[Position, str]) -> bytes:
    """The worksheet with marked cells; earlier marks on other cells are taken away."""
    data = _EMPTY.sub(rb"<\1></\1>", data)
    if not _SHEET_DATA.search(data):
        return data  # a chart on a sheet of its own
    sheet = _Cells(data, styles.old_marks, {row for row, _ in marks})
    edits: list[Edit] = []
    missing: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for (row, column), mark in sorted(marks.items()):
        if (row, column) in sheet.cells:
            cell, style = sheet.cells[row, column]
            edits.append(_styled(data, cell, styles.marked(style, mark)))
        else:
            missing[row].append((column, mark))
    for position, (cell, style) in sheet.cells.items():
        if position not in marks and style in sheet.old_marks:
            edits.append(_styled(data, cell, styles.unmarked(style)))
    for row, absent in missing.items():
        edits += sheet.with_cells(
            row, [(column, styles.marked(sheet.style_at(row, column), m)) for column, m in absent]
        )
    return splice(data, edits)


def comment_drawing(data: bytes) -> str:
    """The relation to the drawing in which the comments of a worksheet stand, or ''."""
    found = elements(_without_cells(data)[0], named("legacyDrawing"))
    return next((value for e in found for name, value in e.attributes.items() if name.endswith(":id")), "")


def draw_comments(data: bytes, relation: str) -> bytes:
    """The worksheet with the relation to the drawing in which its comments stand."""
    outline, cut, length = _without_cells(data)
    found = elements(
        outline, lambda name, _, parent: not parent or (parent == "worksheet" and name in _BEHIND_COMMENTS)
    )
    root, *behind = found
    drawing = f'<{root.prefix}legacyDrawing xmlns:r="{OFFICE}" r:id="{relation}"/>'.encode()
    place = behind[0].start if behind else root.content_end
    place += length if place >= cut else 0
    return splice(data, [(place, place, drawing)])


def deselect(data: bytes) -> bytes:
    """The worksheet without the mark that its tab is selected: the index alone is."""
    outline, cut, length = _without_cells(data)
    edits: list[Edit] = []
    for view in elements(outline, named("sheetView")):
        tag = with_attribute(outline[view.start : view.tag_end], "tabSelected", None)
        moved = length if view.start >= cut else 0
        edits.append((view.start + moved, view.tag_end + moved, tag))
    return splice(data, edits)


def _without_cells(data: bytes) -> tuple[bytes, int, int]:
    """The worksheet without its cells, which need not be looked at each time; where they stood, and how many bytes."""
    start, end = data.find(_OPENED) + len(_OPENED), data.rfind(_CLOSED)
    if start < len(_OPENED) or end < start:
        return data, len(data), 0
    return data[:start] + data[end:], start, end - start


class _Cells:
    """Where the rows and the cells of a worksheet stand, as far as they matter for marks."""

    def __init__(self, data: bytes, old_marks: set[int], rows: set[int]) -> None:
        self.data, self.old_marks = data, old_marks
        self.cells: dict[Position, tuple[Element, int]] = {}
        self.rows: dict[int, Element] = {}
        self._in_row: dict[int, list[tuple[int, Element]]] = defaultdict(list)
        self._columns: list[tuple[int, int, int]] = []
        row = column = 0
        place: dict[int, Position] = {}

        def wanted(name: str, attributes: dict[str, str], parent: str) -> bool:
            nonlocal row, column
            if (name, parent) == ("row", "sheetData"):
                row, column = int(attributes.get("r", row + 1)), 0
                place[len(place)] = (row, 0)
                return True
            if (name, parent) == ("c", "row"):
                column = position_of(attributes["r"])[1] if "r" in attributes else column + 1
                if row not in rows and int(attributes.get("s", 0)) not in old_marks:
                    return False
                place[len(place)] = (row, column)
                return True
            if (name, parent) == ("col", "cols"):
                span = (int(attributes["min"]), int(attributes["max"]))
                self._columns.append((*span, int(attributes.get("style", 0))))
            return name == "sheetData"

        found = elements(data, wanted)
        self._sheet_data = next(e for e in found if e.name == "sheetData")
        for number, element in enumerate(e for e in found if e.name in ("row", "c")):
            row, column = place[number]
            if element.name == "row":
                self.rows[row] = element
            else:
                self.cells[row, column] = (element, int(element.attributes.get("s", 0)))
                self._in_row[row].append((column, element))

    def style_at(self, row: int, column: int) -> int:
        """The style of a cell that does not stand in the file: that of its row, or of its column."""
        element = self.rows.get(row)
        if element is not None and element.attributes.get("customFormat") in ("1", "true"):
            return int(element.attributes.get("s", 0))
        return next((style for first, last, style in self._columns if first <= column <= last), 0)

    def with_cells(self, row: int, absent: list[tuple[int, int]]) -> list[Edit]:
        """The edits that put empty cells (column, style) into a row, which is made if need be."""
        prefix = self._sheet_data.prefix
        written = [
            (column, f'<{prefix}c r="{address((row, column))}" s="{style}"/>'.encode()) for column, style in absent
        ]
        everything = b"".join(cell for _, cell in written)
        if row not in self.rows:
            made = f'<{prefix}row r="{row}">'.encode() + everything + f"</{prefix}row>".encode()
            later = [element.start for number, element in self.rows.items() if number > row]
            if later:
                return [(min(later), min(later), made)]
            return append(self.data, self._sheet_data, made)
        element = self.rows[row]
        if element.empty:
            return append(self.data, element, everything)
        edits: list[Edit] = []
        for column, cell in written:
            later = [e.start for other, e in self._in_row[row] if other > column]
            place = min(later, default=element.content_end)
            edits.append((place, place, cell))
        return edits


def _styled(data: bytes, cell: Element, style: int) -> Edit:
    tag = with_attribute(data[cell.start : cell.tag_end], "s", str(style))
    return (cell.start, cell.tag_end, tag)
