"""The formulas of a collection workbook, each with the result that Excel will compute.

The total of a column, its check (検算) against columns of other tables that must have the same total, and
how many cells are still blank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlsxwriter.utility import xl_range_abs

from nerima_report.edition import Edition
from nerima_report.edition.tables import Column, fill
from nerima_report.edition.texts import AgreementTexts
from nerima_report.forms.style import Formula
from nerima_report.places import CellKey

AGREED = "✓"
_LONGEST_LITERAL = 250  # Excel takes 255 characters, a doubled quotation mark as one


class Total(NamedTuple):
    """A column of the form, by table id and label."""

    table_id: str
    column: str


class TablePlace(NamedTuple):
    """Where a table of counts stands: its sheet, the rows of its caption and its headings, its first column of counts.

    Rows and columns are counted from 0.
    """

    sheet: str
    caption: int
    header: int
    first: int


@dataclass(frozen=True)
class Formulas:
    """The formulas of one workbook: its columns and their places by table, and the counts in its cells.

    Without a count a cell is empty.
    """

    edition: Edition
    columns: Mapping[str, tuple[Column, ...]]
    places: Mapping[str, TablePlace]
    counts: Mapping[CellKey, int]

    def total(self, total: Total) -> Formula:
        """The sum of a column: =SUM($B$5:$B$13)."""
        return Formula(f"=SUM({self._cells(total)})", self._sum(total))

    def check(self, total: Total, others: Sequence[Total]) -> Formula | None:
        """✓, or the first of the other totals that disagrees and by how much; None without others.

        Nothing is shown as long as nothing is filled in, because an empty form proves no agreement.
        """
        if not others:
            return None
        text, result = f'"{AGREED}"', AGREED
        for other in reversed(others):
            difference = f"{self._sum_of(total, total)}-{self._sum_of(other, total)}"
            more, less = (_joined(wording, f"ABS({difference})") for wording in self._wordings(total, other))
            text = f"IF({difference}>0,{more},IF({difference}<0,{less},{text}))"
            number = self._sum(total) - self._sum(other)
            if number:
                result = fill(self._wordings(total, other)[number < 0], {"数": str(abs(number))})
        formula = f'=IF(COUNT({self._cells(total)})=0,"",{text})'
        return Formula(formula, result if self._is_begun(total) else "")

    def longest_check(self, total: Total, others: Sequence[Total]) -> str:
        """The longest text that a check may show, with a number of three digits."""
        texts = [fill(text, {"数": "999"}) for other in others for text in self._wordings(total, other)]
        return max(texts, key=len, default=AGREED)

    def _wordings(self, total: Total, other: Total) -> tuple[str, str]:
        """How more and less than another total are said, with a place for the number."""
        name = {"表": name_beside(total, other), "数": "{数}"}
        texts: AgreementTexts = self.edition.form_texts.agreement
        return fill(texts.more, name), fill(texts.less, name)

    def blanks(self, table_id: str) -> Formula:
        """How many cells of a table are blank: COUNTBLANK('公開.請求者'!$B$5:$C$8)."""
        cells = len(self.columns[table_id]) * len(self.edition.count_tables[table_id].rows)
        filled = sum(key.table == table_id for key in self.counts)
        sheet = self.places[table_id].sheet
        return Formula(f"COUNTBLANK('{sheet}'!{xl_range_abs(*self.area(table_id))})", cells - filled)

    def area(self, table_id: str) -> tuple[int, int, int, int]:
        """The cells to be filled in: first row and column, last row and column, counted from 0."""
        table = self.edition.count_tables[table_id]
        place = self.places[table_id]
        first_row = place.header + 1
        last_row, last = first_row + len(table.rows) - 1, place.first + len(self.columns[table_id]) - 1
        return first_row, place.first, last_row, last

    def _cells(self, total: Total) -> str:
        top, first, bottom, _ = self.area(total.table_id)
        place = first + [column.label for column in self.columns[total.table_id]].index(total.column)
        return str(xl_range_abs(top, place, bottom, place))

    def _sum_of(self, total: Total, reader: Total) -> str:
        """The sum of a column in a formula that stands beside another column: with its sheet, where that differs."""
        sheet = self.places[total.table_id].sheet
        name = "" if sheet == self.places[reader.table_id].sheet else f"'{sheet}'!"
        return f"SUM({name}{self._cells(total)})"

    def _is_begun(self, total: Total) -> bool:
        return any((key.table, key.column) == total for key in self.counts)

    def _sum(self, total: Total) -> int:
        return sum(self.counts.get(key, 0) for key in self.edition.count_tables[total.table_id].keys(*total))


def name_beside(total: Total, other: Total) -> str:
    """The name of another total in the column of a total: its table, and its column where that is another one."""
    return other.table_id if other.column == total.column else f"{other.table_id}の{other.column}"


def _joined(wording: str, number: str) -> str:
    """A text with {数} as a formula that puts the number in."""
    before, _, behind = wording.partition("{数}")
    return f"{literal(before)}&{number}&{literal(behind)}"


def literal(text: str) -> str:
    """A text inside a formula; a long one in several pieces, because Excel limits each.

    >>> literal('「"」')
    '"「""」"'
    """
    pieces = [text[start : start + _LONGEST_LITERAL] for start in range(0, len(text), _LONGEST_LITERAL)] or [""]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)
