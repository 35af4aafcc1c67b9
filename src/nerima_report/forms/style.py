"""The look of the collection workbooks: cell formats, page set-up, and writing values into cells.

Cells to be filled in are tinted and unlocked, so that on a protected sheet only they can be changed.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from nerima_report.fiscal_year import Month

# With a scheme Excel would show the font of the theme instead. Family and character set are those of a Japanese gothic.
FONT = {"font_name": "BIZ UDゴシック", "font_size": 11, "font_scheme": None, "font_family": 3, "font_charset": 128}
HEADER_ROW = 3  # where every table has its headings, counted from 0 as XlsxWriter does: row 4
FIRST_ROW = HEADER_ROW + 1
_A4 = 9
_TINT = "#FFF8DC"
_LINE, _PADDING = 14, 3  # the height of a line of text and what a row has beside it, in points
# A4 without its margins, in points, and how wide a digit of the font and the edge of a column are at most.
_SHORT_SIDE, _LONG_SIDE, _TOP_AND_BOTTOM, _SIDES = 595, 842, 86, 72
_DIGIT, _EDGE = 6, 4
_SMALLEST_SCALE = 70  # percent: 11 points become 7.7, which can be read
_SAFE = 0.95  # printers and programs differ a little in how high a row is
# The only changes of the form that a clerk may make: the width of columns and the height of rows.
_ALLOWED = {"format_columns": True, "format_rows": True}


class Formula(NamedTuple):
    """A formula and its result, which is stored with it: a count (件 or 人) or a text."""

    text: str
    result: int | str


@dataclass(frozen=True)
class Input:
    """The format of a cell to be filled in, and that of the cells below it, which look empty until used."""

    cell: Format
    below: Format


@dataclass(frozen=True)
class Looks:
    """The formats of the cells; `text`, `day` and `count` are for what a clerk fills in.

    `unused`, `clash`, `waiting` and `next` are applied by Excel's conditional formatting: a table that does not apply,
    something written in it all the same, an unfinished table, and the next row for an entry.
    """

    title: Format
    caption: Format
    guide: Format
    wrapped: Format
    hint: Format
    heading: Format
    band: Format
    label: Format
    label_day: Format
    link: Format
    total: Format
    result: Format
    example: Format
    example_day: Format
    earlier: Format
    earlier_heading: Format
    small: Format
    locked: Format
    text: Input
    day: Input
    count: Input
    ordinal: Format
    unused: Format
    clash: Format
    waiting: Format
    next: Format


def make_looks(workbook: xlsxwriter.Workbook) -> Looks:
    """Add the formats to a workbook."""
    box = {"border": 1, "border_color": "#A6A6A6", "valign": "vcenter", "text_wrap": True}
    grey = {"font_color": "#7F7F7F"}
    computed = {**box, "bold": True, "bg_color": "#F2F2F2"}

    def given(number_format: str) -> Input:
        unlocked = {"locked": False, "valign": "vcenter", "text_wrap": True, "num_format": number_format}
        return Input(
            workbook.add_format({**box, **unlocked, "bg_color": _TINT}),
            workbook.add_format(unlocked),
        )

    return Looks(
        title=workbook.add_format({"bold": True, "font_size": 14}),
        caption=workbook.add_format({"bold": True, "font_size": 12, "valign": "vcenter"}),
        guide=workbook.add_format({"font_color": "#404040"}),
        wrapped=workbook.add_format({"font_color": "#404040", "text_wrap": True, "valign": "top"}),
        hint=workbook.add_format({"font_color": "#404040", "font_size": 9, "text_wrap": True, "valign": "bottom"}),
        heading=workbook.add_format({**box, "bold": True, "align": "center", "bg_color": "#D6E4F0"}),
        band=workbook.add_format({**box, "bold": True, "bg_color": "#D6E4F0"}),
        label=workbook.add_format(box),
        label_day=workbook.add_format({**box, "num_format": "yyyy-mm-dd"}),
        link=workbook.add_format({**box, "font_color": "#1F4E79", "underline": 1}),
        total=workbook.add_format(computed),
        result=workbook.add_format({**computed, "align": "right", "num_format": "#,##0"}),
        example=workbook.add_format({**box, **grey, "italic": True, "bg_color": "#F2F2F2"}),
        example_day=workbook.add_format(
            {**box, **grey, "italic": True, "bg_color": "#F2F2F2", "num_format": "yyyy-mm-dd"}
        ),
        earlier=workbook.add_format({**box, **grey, "align": "right", "num_format": "#,##0"}),
        earlier_heading=workbook.add_format({**box, **grey, "align": "center", "bg_color": "#F2F2F2"}),
        small=workbook.add_format({**grey, "font_size": 9}),
        locked=workbook.add_format({"locked": True}),
        # As text, so that Excel does not turn 令和4年7月 or 1-2 into a date.
        text=given("@"),
        day=given("yyyy-mm-dd"),
        count=given("#,##0"),
        ordinal=workbook.add_format({**box, "locked": False, "bg_color": _TINT, "align": "left"}),
        unused=workbook.add_format({**grey, "bg_color": "#D9D9D9"}),
        clash=workbook.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"}),
        waiting=workbook.add_format({"font_color": "#9C5700", "bold": True}),
        next=workbook.add_format({"bg_color": _TINT, "border": 1, "border_color": "#A6A6A6"}),
    )


def add_sheet(workbook: xlsxwriter.Workbook, name: str, footer: str, *, protected: bool = True) -> Worksheet:
    """Add a sheet to be printed on A4, one page wide, with a footer; it may be protected (no password)."""
    sheet = workbook.add_worksheet(name)
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.69)
    sheet.set_footer(f"&L{footer.replace('&', '&&')}&C&A&R&P / &N")
    if protected:
        sheet.protect("", _ALLOWED)
    return sheet


def write(sheet: Worksheet, row: int, column: int, values: Iterable[object], look: Format) -> None:
    """Write values side by side from a cell on (row and column from 0); None and "" leave an empty cell.

    The type of the value decides how it is written, so a text never becomes a formula or a link.
    """
    for place, value in enumerate(values, start=column):
        if value is None or value == "":
            sheet.write_blank(row, place, None, look)
        elif isinstance(value, Formula):
            sheet.write_formula(row, place, value.text, look, value.result)
        elif isinstance(value, int | float):
            sheet.write_number(row, place, value, look)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, look)
        else:
            sheet.write_string(row, place, value.full if isinstance(value, Month) else str(value), look)


def set_widths(sheet: Worksheet, widths: Iterable[int]) -> None:
    """Set the widths of the columns from A on, in digits."""
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)


def fit_height(sheet: Worksheet, row: int, texts: Iterable[tuple[str, int]], points: int = _LINE) -> int:
    """Make a row high enough for wrapped texts, each with the width of its column; `points` is the height of a line.

    Excel does so when it opens the file; other programs and Excel's preview do not. Returns the height.
    """
    lines = max(
        sum(max(1, math.ceil(width_of(line) / (width - 1))) for line in text.split("\n")) for text, width in texts
    )
    height = lines * points + _PADDING
    sheet.set_row(row, height)
    return height


def room_upright(widths: Sequence[int]) -> int:
    """How wide another column may be, in digits, so that a page of A4 can be printed upright."""
    wide = 100 * (_SHORT_SIDE - _SIDES) // _SMALLEST_SCALE
    return (wide - sum(_DIGIT * width + _EDGE for width in widths) - _EDGE) // _DIGIT


def set_pages(sheet: Worksheet, widths: Sequence[int], blocks: Sequence[tuple[int, int]], above: int) -> None:
    """Print as many A4 pages as it takes, and begin a new one where a block would be torn.

    `blocks` are the first row and the height of each, and `above` is the height of what stands above the first. The
    scale is computed, because Excel ignores page breaks on sheets that it fits to a page by itself.
    """
    wide = sum(_DIGIT * width + _EDGE for width in widths)
    upright = min(100, 100 * (_SHORT_SIDE - _SIDES) // wide)
    turned = min(100, 100 * (_LONG_SIDE - _SIDES) // wide)
    scale, side = (upright, _LONG_SIDE) if upright >= _SMALLEST_SCALE else (turned, _SHORT_SIDE)
    if side == _SHORT_SIDE:
        sheet.set_landscape()
    sheet.set_print_scale(max(10, scale))
    room = _SAFE * (side - _TOP_AND_BOTTOM) * 100 / scale
    breaks, used = [], above
    for row, height in blocks:
        if used > above and used + height > room:
            breaks.append(row)
            used = 0
        used += height
    if breaks:
        sheet.set_h_pagebreaks(breaks)


def width_of(text: str) -> int:
    """How wide a text is in digits; a Japanese character takes two.

    >>> width_of("件数(件)")
    8
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def width_for(texts: Iterable[str]) -> int:
    """A width for a column that holds the texts, between 14 and 50 digits: longer ones are wrapped."""
    return min(max(14, *(width_of(text) + 2 for text in texts)), 50)
