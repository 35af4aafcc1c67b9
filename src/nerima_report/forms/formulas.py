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
from nerima_report.edition.definition import fill
from nerima_report.edition.tables import Column
from nerima_report.edition.texts import AgreementTexts
from nerima_report.forms.style import Formula
from nerima_report.places import CellKey

AGREED = "✓"
Area = tuple[int, int, int, int]  # first row and column, last row and column, counted from 0
_MOST_RANGES = 200  # Excel gives a function 255 arguments at most
_LONGEST_LITERAL = 250  # Excel takes 255 characters, a doubled quotation mark as one


class Total(NamedTuple):
    """A column of the form, by table id and label."""

    table_id: str
    column: str

    @property
    def key(self) -> CellKey:
        """The name of the cell with the total."""
        return CellKey(self.table_id, "", "", self.column)


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

    def sum(self, key: CellKey) -> Formula:
        """What a cell adds up, without a row that of the total: =SUM($B$5:$B$13)."""
        return Formula(f"={self._over('SUM', key)}", self._sum(key))

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
            number = self._sum(total.key) - self._sum(other.key)
            if number:
                result = fill(self._wordings(total, other)[number < 0], {"数": str(abs(number))})
        formula = f'=IF({self._over("COUNT", total.key)}=0,"",{text})'
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
        cells = sum((bottom - top + 1) * (last - first + 1) for top, first, bottom, last in self.areas(table_id))
        filled = sum(key.table == table_id for key in self.counts)
        sheet = self.places[table_id].sheet
        top, first, _, _ = self.areas(table_id)[0]
        _, _, bottom, last = self.areas(table_id)[-1]  # the sums in between are never blank
        return Formula(f"COUNTBLANK('{sheet}'!{xl_range_abs(top, first, bottom, last)})", cells - filled)

    def areas(self, table_id: str) -> list[Area]:
        """The cells to be filled in, in ranges between the sums: one, where only the last row is a sum."""
        table, columns = self.edition.count_tables[table_id], self.columns[table_id]
        rows = [number for number, row in enumerate(table.rows) if not row.sum_of]
        return self._ranges(table_id, rows, [place for place, column in enumerate(columns) if not column.sum_of])

    def _sum(self, key: CellKey) -> int:
        return sum(self.counts.get(part, 0) for part in self.edition.count_tables[key.table].parts_of(key))

    def _over(self, function: str, key: CellKey, sheet: str = "") -> str:
        """A function over the cells that a cell adds up: SUM($B$5:$B$7,$B$9), in several where they are many ranges."""
        table = self.edition.count_tables[key.table]
        parts = table.parts_of(key)
        labels = [column.label for column in self.columns[key.table]]
        names = [(row.group, row.label) for row in table.rows]
        rows = sorted({names.index((part.group, part.row)) for part in parts})
        ranges = self._ranges(key.table, rows, sorted({labels.index(part.column) for part in parts}))
        names_of_ranges = [f"{sheet}{xl_range_abs(*area)}" for area in ranges]
        starts = range(0, len(ranges), _MOST_RANGES)
        return "+".join(f"{function}({','.join(names_of_ranges[start : start + _MOST_RANGES])})" for start in starts)

    def _ranges(self, table_id: str, rows: Sequence[int], columns: Sequence[int]) -> list[Area]:
        """The cells of some rows in some columns of a table (both counted from 0)."""
        place = self.places[table_id]
        top, left = place.header + 1, place.first
        return [
            (top + row, left + column, top + last_row, left + last_column)
            for row, last_row in _runs(rows)
            for column, last_column in _runs(columns)
        ]

    def _sum_of(self, total: Total, reader: Total) -> str:
        """The sum of a column in a formula that stands beside another column: with its sheet, where that differs."""
        sheet = self.places[total.table_id].sheet
        name = "" if sheet == self.places[reader.table_id].sheet else f"'{sheet}'!"
        added_up = self._over("SUM", total.key, name)
        return f"({added_up})" if "+" in added_up else added_up

    def _is_begun(self, total: Total) -> bool:
        parts = self.edition.count_tables[total.table_id].parts_of(total.key)
        return any(part in self.counts for part in parts)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of the numbers that follow each other.

    >>> _runs([0, 1, 2, 5])
    [(0, 2), (5, 5)]
    """
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


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
