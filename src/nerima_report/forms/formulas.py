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
from nerima_report.edition.tables import Column
from nerima_report.forms.style import FIRST_ROW, Formula
from nerima_report.places import CellKey

AGREED = "✓"
_LONGEST_LITERAL = 250  # Excel takes 255 characters, a doubled quotation mark as one


class Total(NamedTuple):
    """A column of the form, by table id and label."""

    table_id: str
    column: str


@dataclass(frozen=True)
class Formulas:
    """The formulas of one workbook: its columns by table, and the counts in its cells (empty adds nothing)."""

    edition: Edition
    columns: Mapping[str, tuple[Column, ...]]
    counts: Mapping[CellKey, int]

    def total(self, total: Total) -> Formula:
        """The sum of a column: =SUM($B$5:$B$13)."""
        return Formula(f"=SUM({self._cells(total)})", self._sum(total))

    def check(self, total: Total, others: Sequence[Total]) -> Formula | None:
        """✓, or the difference from the first of the other totals that disagrees; None without others.

        Nothing is shown as long as nothing is filled in, because an empty form proves no agreement.
        """
        text, result = f'"{AGREED}"', 0
        for other in reversed(others):
            difference = f"SUM({self._cells(total)})-SUM('{other.table_id}'!{self._cells(other)})"
            text = f"IF({difference}<>0,{difference},{text})"
            result = self._sum(total) - self._sum(other) or result
        if not others:
            return None
        formula = f'=IF(COUNT({self._cells(total)})=0,"",{text})'
        return Formula(formula, (result or AGREED) if self._is_begun(total) else "")

    def linked(self, total: Total) -> list[Total]:
        """The columns of other tables on this form whose totals must equal that of this column."""
        part = self.edition.part_of(total.table_id)
        others = []
        for link in part.links:
            whole = not any(side.rows or side.group for side in (link.left, link.right))
            sides = [Total(part.table_id(side.table), side.column) for side in (link.left, link.right)]
            if link.relation == "equal" and whole and total in sides:
                others += [side for side in sides if side.table_id != total.table_id and self.stands_here(side)]
        return others

    def stands_here(self, total: Total) -> bool:
        """Whether the form asks for this column."""
        return total.column in [column.label for column in self.columns.get(total.table_id, ())]

    def blanks(self, table_id: str) -> Formula:
        """How many cells of a table are blank: COUNTBLANK('公開.請求者'!$B$5:$C$8)."""
        cells = len(self.columns[table_id]) * len(self.edition.count_tables[table_id].rows)
        filled = sum(key.table == table_id for key in self.counts)
        return Formula(f"COUNTBLANK('{table_id}'!{xl_range_abs(*self.area(table_id))})", cells - filled)

    def area(self, table_id: str) -> tuple[int, int, int, int]:
        """The cells to be filled in: first row and column, last row and column, counted from 0."""
        table = self.edition.count_tables[table_id]
        first = len(table.stubs)
        return FIRST_ROW, first, FIRST_ROW + len(table.rows) - 1, first + len(self.columns[table_id]) - 1

    def _cells(self, total: Total) -> str:
        top, first, bottom, _ = self.area(total.table_id)
        place = first + [column.label for column in self.columns[total.table_id]].index(total.column)
        return str(xl_range_abs(top, place, bottom, place))

    def _is_begun(self, total: Total) -> bool:
        return any((key.table, key.column) == total for key in self.counts)

    def _sum(self, total: Total) -> int:
        return sum(self.counts.get(key, 0) for key in self.edition.count_tables[total.table_id].keys(*total))


def literal(text: str) -> str:
    """A text inside a formula; a long one in several pieces, because Excel limits each.

    >>> literal('「"」')
    '"「""」"'
    """
    pieces = [text[start : start + _LONGEST_LITERAL] for start in range(0, len(text), _LONGEST_LITERAL)] or [""]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)
