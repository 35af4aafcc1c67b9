"""Tables and pictures in Word: a table with its caption and notes, a picture with its alternative text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from docx.document import Document
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Twips

from nerima_report.report.blocks import Cell, Picture, Table, TableNote
from nerima_report.report.formats.column_widths import column_widths, lines_of
from nerima_report.report.formats.word_xml import Styles, element, field_end, field_start, paragraph, run
from nerima_report.text import one_line

SHORT_TABLE = 12  # a table of so many lines at most is kept on one page
LAST_ROWS = 3  # of a longer table so many rows at least stand on its last page


def render_table(
    table: Table, styles: Styles, width: int, *, restart: bool, keep_next: bool
) -> Iterator[BaseOxmlElement]:
    """The caption, the table (`width` in twips) and its notes.

    `restart` sets Word's numbering to the number of this table; `keep_next` holds it on the page of what follows.
    """
    if table.caption:
        yield _caption(table, styles, restart=restart)
    yield _grid(table, styles, width, keep_next=keep_next or bool(table.notes))
    for position, note in enumerate(table.notes, start=1):
        yield _note(note, styles, keep_next=keep_next or position < len(table.notes))


def _caption(table: Table, styles: Styles, *, restart: bool) -> BaseOxmlElement:
    """表5 公開請求処理状況: the number is a field, so that Word renumbers when a table is put in by hand."""
    before, shown, after = table.caption_around_number
    if not shown:
        return paragraph(styles["Caption"], run(before))
    sequence = r"SEQ 表 \* ARABIC" + (rf" \r {table.number}" if restart else "")
    number = [*field_start(sequence), run(shown), field_end()]
    return paragraph(styles["Caption"], run(before), *number, run(after))


def _grid(table: Table, styles: Styles, width: int, *, keep_next: bool) -> BaseOxmlElement:
    widths = column_widths(table, width)
    return element(
        "tbl",
        _table_properties(table, styles, width),
        element("tblGrid", *(element("gridCol", w=column) for column in widths)),
        *_rows(table, styles, widths, keep_next=keep_next),
    )


def _table_properties(table: Table, styles: Styles, width: int) -> BaseOxmlElement:
    """The look says which rows the table style draws as header row and as total row; no bands of colour.

    There is no alternative text: it would say the caption above once more (pandoc prints it as a second caption).
    """
    ends_with_total = table.has_total and not table.total_first
    look = {
        "firstRow": 1,
        "lastRow": int(ends_with_total),
        "firstColumn": 0,
        "lastColumn": 0,
        "noHBand": 1,
        "noVBand": 1,
    }
    return element(
        "tblPr",
        element("tblStyle", val=styles["Report Table"]),
        element("tblW", w=width, type="dxa"),
        element("tblLayout", type="fixed"),
        element("tblLook", val="0660" if ends_with_total else "0620", **look),
    )


def _rows(table: Table, styles: Styles, widths: list[int], *, keep_next: bool) -> Iterator[BaseOxmlElement]:
    """The rows of headings, which Word repeats on each page, and the rows."""
    yield from _heads(table, styles, widths)
    held = [*_held(table, widths)[:-1], keep_next]
    for position, (row, with_next) in enumerate(zip(table.rows, held, strict=False)):
        label, number = _row_styles(row, styles, total=position == table.total)
        cells = (
            _cell(cell, number if column.numeric else label, styles, keep_next=with_next)
            for column, cell in zip(table.columns, row, strict=True)
        )
        yield _row(list(cells), widths)


def _heads(table: Table, styles: Styles, widths: list[int]) -> Iterator[BaseOxmlElement]:
    """The row of headings, or two: then a heading stands over its columns, and one without goes over both rows."""

    def head(text: str) -> BaseOxmlElement:
        return _cell(Cell(text), styles["Table Head"], styles, keep_next=True)

    if not table.heads_above:
        yield _row([head(column.heading) for column in table.columns], widths, element("tblHeader"))
        return
    upper, first = [], 0
    for over, count in table.heads_above:
        spanned = sum(widths[first : first + count])
        merged = element("gridSpan", val=count) if over else element("vMerge", val="restart")
        upper.append(_grid_cell(head(over or table.columns[first].heading), spanned, merged))
        first += count
    yield _grid_row(upper, element("tblHeader"))
    lower = [
        _grid_cell(head(column.heading), width)
        if column.over
        else _grid_cell(head(""), width, element("vMerge", val="continue"))
        for column, width in zip(table.columns, widths, strict=True)
    ]
    yield _grid_row(lower, element("tblHeader"))


def _held(table: Table, widths: list[int]) -> list[bool]:
    """For each row whether it stays on the page of the next one.

    A short table holds together. Of a long one the first row stays with the caption, the last rows together, and a row
    that heads others with the first of them.
    """
    short = sum(_lines(row, widths) for row in table.rows) <= SHORT_TABLE
    last_rows = len(table.rows) - LAST_ROWS
    return [
        short or position == 0 or position >= last_rows or row[0].heads_rows for position, row in enumerate(table.rows)
    ]


def _lines(row: tuple[Cell, ...], widths: list[int]) -> int:
    """About how many lines a row takes: those of its longest cell."""
    return max(lines_of(cell.text, width) for cell, width in zip(row, widths, strict=True))


def _row_styles(row: tuple[Cell, ...], styles: Styles, *, total: bool) -> tuple[str, str]:
    """The styles of the labels and of the numbers of a row."""
    if total:
        return styles["Table Total"], styles["Table Total Number"]
    return styles["Table Group" if row[0].heads_rows else "Table Text"], styles["Table Number"]


def _row(cells: list[BaseOxmlElement], widths: list[int], *properties: BaseOxmlElement) -> BaseOxmlElement:
    """A row with a cell in each column."""
    return _grid_row([_grid_cell(cell, width) for cell, width in zip(cells, widths, strict=True)], *properties)


def _grid_row(cells: list[BaseOxmlElement], *properties: BaseOxmlElement) -> BaseOxmlElement:
    """A row that is never split over two pages."""
    return element("tr", element("trPr", element("cantSplit"), *properties), *cells)


def _grid_cell(content: BaseOxmlElement, width: int, *merged: BaseOxmlElement) -> BaseOxmlElement:
    """A cell of this width (twips); `merged` says with which others it is one."""
    return element("tc", element("tcPr", element("tcW", w=width, type="dxa"), *merged), content)


def _cell(cell: Cell, style_id: str, styles: Styles, *, keep_next: bool) -> BaseOxmlElement:
    """The one paragraph of a cell: its text, and the mark of a note raised after it."""
    marks = [run(cell.mark, styles["Note Mark"])] if cell.mark else []
    return paragraph(style_id, run(cell.text), *marks, keep_next=keep_next)


def _note(note: TableNote, styles: Styles, *, keep_next: bool) -> BaseOxmlElement:
    if note.mark:
        return paragraph(styles["Table Note Marked"], run(f"{note.mark} {note.text}"), keep_next=keep_next)
    return paragraph(styles["Table Note"], run(note.text), keep_next=keep_next)


@dataclass(frozen=True)
class Page:
    """The document, which holds the pictures, and the width between its margins in twips."""

    document: Document
    width: int


def render_picture(picture: Picture, styles: Styles, page: Page) -> Iterator[BaseOxmlElement]:
    """The picture, at most as wide as the page, and its caption on the same page."""
    width = min(Mm(picture.width), Twips(page.width))
    inline = page.document.part.new_pic_inline(BytesIO(picture.content), width)
    properties = inline.docPr
    properties.set("name", picture.file)
    properties.set("descr", one_line(picture.alt))
    piece = paragraph(styles["Table Text"], element("r", element("drawing", inline)), keep_next=True)
    # The style has lines of a fixed height, which would cut the picture off.
    piece[0].append(element("spacing", before=120, after=0, line=240, lineRule="auto"))
    yield piece
    number = [*field_start(r"SEQ 図 \* ARABIC"), run(str(picture.number)), field_end()]
    caption = paragraph(styles["Caption"], run("図"), *number, run(f" {picture.title}"))
    # The style is that of captions above a table, which stay with it and stand apart from what is before.
    caption[0].extend((element("keepNext", val=0), element("spacing", before=40, after=120)))
    yield caption
