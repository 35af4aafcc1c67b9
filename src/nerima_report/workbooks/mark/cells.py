"""Giving cells of a worksheet other styles, and nothing else: values, formulas and stored results stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from lxml import etree

from nerima_report.workbooks.mark.styles import StyleSheet
from nerima_report.workbooks.mark.xml import RELATION, Element, M, piece
from nerima_report.workbooks.values import Position, address, position_of

# What stands behind `legacyDrawing` (where the comments are drawn) in a worksheet: ECMA-376 part 1, 18.3.1.99.
_BEHIND_COMMENTS = (
    *("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "AlternateContent"),
    *("webPublishItems", "tableParts", "extLst"),
)


def restyle(sheet: Element, styles: StyleSheet, marks: Mapping[Position, str]) -> bool:
    """Mark cells of a worksheet, and take earlier marks away from others; whether anything changed."""
    data = sheet.find(f"{M}sheetData")
    if data is None or not (marks or styles.old_marks):
        return False  # a chart on a sheet of its own, or nothing to do
    wanted: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for (row, column), mark in marks.items():
        wanted[row][column] = mark
    rows = _rows(data)
    for row in wanted.keys() - rows.keys():
        _put(data, rows, row, etree.Element(f"{M}row", r=str(row)))
    changed = False
    for row in sorted(rows if styles.old_marks else wanted):
        cells = _cells(rows[row])
        for column in wanted[row].keys() - cells.keys():
            style = str(_style_at(sheet, rows[row], column))
            _put(rows[row], cells, column, etree.Element(f"{M}c", r=address((row, column)), s=style))
        for column, cell in sorted(cells.items()):
            old = int(cell.get("s", 0))
            new = styles.marked(old, wanted[row][column]) if column in wanted[row] else styles.unmarked(old)
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


def _rows(data: Element) -> dict[int, Element]:
    """The rows by number; one that names none follows the one before it."""
    rows: dict[int, Element] = {}
    number = 0
    for row in data.iterchildren(f"{M}row"):
        number = int(row.get("r", number + 1))
        rows[number] = row
    return rows


def _cells(row: Element) -> dict[int, Element]:
    """The cells of a row by column, in the same way."""
    cells: dict[int, Element] = {}
    column = 0
    for cell in row.iterchildren(f"{M}c"):
        reference = cell.get("r")
        column = column + 1 if reference is None else position_of(reference)[1]
        cells[column] = cell
    return cells


def _put(parent: Element, children: dict[int, Element], number: int, new: Element) -> None:
    """Put a row or a cell where its number belongs."""
    later = min((other for other in children if other > number), default=None)
    if later is None:
        parent.append(new)
    else:
        children[later].addprevious(new)
    children[number] = new


def _style_at(sheet: Element, row: Element, column: int) -> int:
    """The style of a cell that does not stand in the file: that of its row, or of its column."""
    if row.get("customFormat") in ("1", "true"):
        return int(row.get("s", 0))
    columns = sheet.iterfind(f"{M}cols/{M}col")
    return next((int(c.get("style", 0)) for c in columns if int(c.get("min")) <= column <= int(c.get("max"))), 0)
