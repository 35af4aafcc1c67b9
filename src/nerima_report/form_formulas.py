"""The formulas of a collection workbook, each with the result that Excel will compute.

The total of a column, and its check (検算) against columns of other tables that must have the same total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlsxwriter.utility import xl_range_abs

from nerima_report.definitions import CellKey, Column, CountTable
from nerima_report.edition import Edition
from nerima_report.form_style import FIRST_ROW, Formula

AGREED = "✓"


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

    def check(self, own: Total, others: Sequence[Total]) -> Formula | None:
        """✓, or the difference from the first of the other totals that disagrees; None without others."""
        text, result = f'"{AGREED}"', 0
        for other in reversed(others):
            difference = f"SUM({self._cells(own)})-SUM('{other.table_id}'!{self._cells(other)})"
            text = f"IF({difference}<>0,{difference},{text})"
            result = self._sum(own) - self._sum(other) or result
        return Formula(f"={text}", result or AGREED) if others else None

    def linked(self, own: Total) -> list[Total]:
        """The columns of other tables on this form whose totals must equal that of this column."""
        part = self.edition.part_of(own.table_id)
        found = []
        for link in part.links:
            whole = not any(side.rows or side.group for side in (link.left, link.right))
            sides = [Total(part.table_id(side.table), side.column) for side in (link.left, link.right)]
            if link.relation == "equal" and whole and own in sides:
                found += [side for side in sides if side.table_id != own.table_id and self._stands_here(side)]
        return found

    def _stands_here(self, total: Total) -> bool:
        return total.column in [column.label for column in self.columns.get(total.table_id, ())]

    def _cells(self, total: Total) -> str:
        table = self.edition.count_tables[total.table_id]
        labels = [column.label for column in self.columns[total.table_id]]
        place = len(stubs(table)) + labels.index(total.column)
        return str(xl_range_abs(FIRST_ROW, place, FIRST_ROW + len(table.rows) - 1, place))

    def _sum(self, total: Total) -> int:
        rows = self.edition.count_tables[total.table_id].rows
        return sum(self.counts.get(CellKey(total.table_id, row.group, row.label, total.column), 0) for row in rows)


def stubs(table: CountTable) -> list[str]:
    """The headings of the columns with labels, which stand left of the counts."""
    return [table.group_stub, table.stub] if table.group_stub else [table.stub]
