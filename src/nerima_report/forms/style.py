"""The look of the collection workbooks: cell formats, page set-up, and writing values into cells.

Cells to be filled in are tinted and unlocked, so that on a protected sheet only they can be changed.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
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
_LINE, _PADDING = 14, 5  # the height of a line of text and what a row has beside it, in points
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
    guide: Format
    hint: Format
    heading: Format
    band: Format
    label: Format
    link: Format
    total: Format
    result: Format
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
        guide=workbook.add_format({"font_color": "#404040"}),
        hint=workbook.add_format({"font_color": "#404040", "font_size": 9, "text_wrap": True, "valign": "bottom"}),
        heading=workbook.add_format({**box, "bold": True, "align": "center", "bg_color": "#D6E4F0"}),
        band=workbook.add_format({**box, "bold": True, "bg_color": "#D6E4F0"}),
        label=workbook.add_format(box),
        link=workbook.add_format({**box, "font_color": "#1F4E79", "underline": 1}),
        total=workbook.add_format(computed),
        result=workbook.add_format({**computed, "align": "right", "num_format": "#,##0"}),
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


def add_sheet(workbook: xlsxwriter.Workbook, name: str, footer: str) -> Worksheet:
    """Add a protected sheet (no password) to be printed on A4: one page wide, as long as it takes, with a footer."""
    sheet = workbook.add_worksheet(name)
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5)
    sheet.set_footer(f"&L{footer.replace('&', '&&')}&C&A&R&P / &N")
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
        elif isinstance(value, int):
            sheet.write_number(row, place, value, look)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, look)
        else:
            sheet.write_string(row, place, value.full if isinstance(value, Month) else str(value), look)


def set_widths(sheet: Worksheet, widths: Iterable[int]) -> None:
    """Set the widths of the columns from A on, in digits."""
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)


def fit_height(sheet: Worksheet, row: int, texts: Iterable[tuple[str, int]], points: int = _LINE) -> None:
    """Make a row high enough for wrapped texts, each with the width of its column; `points` is the height of a line.

    Excel does so when it opens the file; other programs and Excel's preview do not.
    """
    lines = max(
        sum(max(1, math.ceil(width_of(line) / (width - 1))) for line in text.split("\n")) for text, width in texts
    )
    sheet.set_row(row, lines * points + _PADDING)


def width_of(text: str) -> int:
    """How wide a text is in digits; a Japanese character takes two.

    >>> width_of("件数(件)")
    8
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def width_for(texts: Iterable[str]) -> int:
    """A width for a column that holds the texts, between 14 and 50 digits: longer ones are wrapped."""
    return min(max(14, *(width_of(text) + 2 for text in texts)), 50)
