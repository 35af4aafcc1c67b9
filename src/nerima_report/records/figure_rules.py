"""By what rule a recorded figure was computed, under the names of another year.

Whether a share was computed as before is decided here alone: for `check`, for the year before beside a year, and for
the trend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from nerima_report.places import CellKey
from nerima_report.records.model import RecordedCells, RecordedFigure

_ALL_ROWS = ""


class Rule(NamedTuple):
    """The rule of a figure.

    A cell with an empty row stands for all rows of its column, a cell without a group for its row in every group.
    Where only one of several rows that became one was counted, its name says so (全部公開のうち一部公開).
    """

    kind: str
    numerator: frozenset[CellKey]
    denominator: frozenset[CellKey]
    excluded: frozenset[CellKey]
    digits: int
    rounding: str

    @property
    def tables(self) -> frozenset[str]:
        """The ids of the tables whose numbers the figure is computed from."""
        return frozenset(key.table for key in (*self.numerator, *self.denominator))

    def changes(self, other: Rule) -> list[str]:
        """In what it differs from another rule, as the clerk calls it; nothing where both compute the same share."""
        names = ("種類", "分子", "分母", "除く行", "桁数", "端数の処理")
        return [name for name, own, others in zip(names, self, other, strict=True) if own != others]


def rule_of(
    figure: RecordedFigure, later: Callable[[CellKey], CellKey] = lambda key: key, recorded: Iterable[CellKey] = ()
) -> Rule:
    """The rule of a figure; `later` says what its cells are called in the other year.

    `recorded` are the cells of the figure's own year: they tell in which groups a row stands, and which rows have
    become one since. They are not needed where no name changes.
    """
    part, known = figure.figure.partition(".")[0], tuple(recorded)

    def cells(of: RecordedCells, rows: Sequence[str]) -> frozenset[CellKey]:
        table = f"{part}.{of.table}"
        column = [k for k in known if (k.table, k.column) == (table, of.column) and of.group in ("", k.group)]
        counted = {row: [k for k in column if row in (_ALL_ROWS, k.row)] for row in rows}
        not_counted = {later(key) for key in set(known).difference(*counted.values())}
        names = set()
        for row, keys in counted.items():
            became_one = any(later(key) in not_counted for key in keys)
            for key in keys if row and keys else [CellKey(table, of.group, row, of.column)]:
                name = later(key)._replace(group=of.group)
                names.add(name._replace(row=f"{name.row}のうち{row}") if became_one else name)
        return frozenset(names)

    numerator, denominator = figure.numerator_of, figure.denominator_of
    return Rule(
        figure.kind,
        cells(numerator, numerator.rows or [_ALL_ROWS]) if numerator else frozenset(),
        cells(denominator, denominator.rows or [_ALL_ROWS]),
        cells(denominator, figure.excluded_rows),
        figure.digits,
        figure.rounding,
    )
