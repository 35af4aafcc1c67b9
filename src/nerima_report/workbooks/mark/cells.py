"""Giving cells of a worksheet other styles, and nothing else: values, formulas and stored results stay."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping

from lxml import etree

from nerima_report.workbooks.mark.styles import StyleSheet
from nerima_report.workbooks.mark.xml import RELATION, Element, M, RowByRow, number, piece
from nerima_report.workbooks.values import Position, address, position_of

# What stands behind `legacyDrawing` (where the comments are drawn) in a worksheet: ECMA-376 part 1, 18.3.1.99.
_BEHIND_COMMENTS = (
    *("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "AlternateContent"),
    *("webPublishItems", "tableParts", "extLst"),
)


def restyle(sheet: RowByRow, styles: StyleSheet, marks: Mapping[Position, str]) -> bool:
    """Mark cells of a worksheet, and take earlier marks away from others, row by row; whether anything changed."""
    wanted: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), mark in marks.items():
        wanted[row][column] = mark
    waiting = deque(sorted(wanted))
    changed, last = False, 0
    for row in sheet.rows():
        last = number(row, "r", last + 1)
        while waiting and waiting[0] <= last:
            place = waiting.popleft()
            if place < last:
                new = etree.Element(f"{M}row", r=str(place))
                row.addprevious(new)
                changed |= _restyle_row(new, place, styles, wanted.pop(place))
        if last in wanted or styles.old_marks:
            changed |= _restyle_row(row, last, styles, wanted[last])
    if sheet.data is None:
        return False  # a chart on a sheet of its own
    for place in waiting:
        new = etree.SubElement(sheet.data, f"{M}row", r=str(place))
        changed |= _restyle_row(new, place, styles, wanted[place])
    return changed


def _restyle_row(row: Element, place: int, styles: StyleSheet, wanted: Mapping[int, str]) -> bool:
    cells = _cells(row)
    for column in wanted.keys() - cells.keys():
        style = str(_style_at(row, column))
        _put(row, cells, column, etree.Element(f"{M}c", r=address((place, column)), s=style))
    changed = False
    for column, cell in sorted(cells.items()):
        old = number(cell, "s")
        new = styles.marked(old, wanted[column]) if column in wanted else styles.unmarked(old)
        if new != old:
            cell.set("s", str(new))
            changed = True
    return changed


def deselect(sheet: Element) -> bool:
    """Take from a worksheet the mark that its tab is selected, for the index alone is; whether it had one."""
    selected = sheet.findall(f"{M}sheetViews/{M}sheetView[@tabSelected]")
    for view in selected:
        del view.attrib["tabSelected"]
    return bool(selected)


def comment_drawing(sheet: Element) -> str:
    """The relation to the drawing in which the comments of a worksheet stand, or ''."""
    drawing = sheet.find(f"{M}legacyDrawing")
    return "" if drawing is None else drawing.get(RELATION, "")


def draw_comments(sheet: Element, relation: str) -> None:
    """Give a worksheet the relation to the drawing in which its comments stand."""
    drawing = piece("<legacyDrawing/>")
    drawing.set(RELATION, relation)
    behind = next(sheet.iterchildren(*(f"{{*}}{name}" for name in _BEHIND_COMMENTS)), None)
    if behind is None:
        sheet.append(drawing)
    else:
        behind.addprevious(drawing)


def _cells(row: Element) -> dict[int, Element]:
    """The cells of a row by column; one that names none follows the one before it."""
    cells: dict[int, Element] = {}
    column = 0
    for cell in row.iterchildren(f"{M}c"):
        reference = cell.get("r")
        column = position_of(reference)[1] if reference else column + 1
        cells[column] = cell
    return cells


def _put(row: Element, cells: dict[int, Element], column: int, new: Element) -> None:
    """Put a cell where its column belongs."""
    later = min((other for other in cells if other > column), default=None)
    if later is None:
        row.append(new)
    else:
        cells[later].addprevious(new)
    cells[column] = new


def _style_at(row: Element, column: int) -> int:
    """The style of a cell that does not stand in the file: that of its row, or of its column."""
    if row.get("customFormat") in ("1", "true"):
        return number(row, "s")
    columns = row.getparent().getparent().iterfind(f"{M}cols/{M}col")
    return next((number(c, "style") for c in columns if number(c, "min") <= column <= number(c, "max")), 0)
