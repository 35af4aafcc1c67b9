"""By what rule a recorded figure was computed, under the names of another year, so that two years can be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from nerima_report.definitions import CellKey
from nerima_report.records.model import RecordedCells, RecordedFigure


class Rule(NamedTuple):
    """The rule of a figure. A cell with an empty row stands for all rows of its column."""

    kind: str
    numerator: frozenset[CellKey]
    denominator: frozenset[CellKey]
    excluded: frozenset[CellKey]
    digits: int
    rounding: str

    def changes(self, other: Rule) -> list[str]:
        """In what it differs from another rule, as the clerk calls it."""
        names = ("種類", "分子", "分母", "除く行", "桁数", "端数の処理")
        return [name for name, own, others in zip(names, self, other, strict=True) if own != others]


def rule_of(figure: RecordedFigure, later: Callable[[CellKey], CellKey]) -> Rule:
    """The rule of a figure; `later` says what its cells are called in the other year."""
    part = figure.figure.partition(".")[0]

    def cells(of: RecordedCells, rows: Sequence[str]) -> frozenset[CellKey]:
        return frozenset(later(CellKey(f"{part}.{of.table}", of.group, row, of.column)) for row in rows)

    numerator, denominator = figure.numerator_of, figure.denominator_of
    return Rule(
        figure.kind,
        cells(numerator, numerator.rows or [""]) if numerator else frozenset(),
        cells(denominator, denominator.rows or [""]),
        cells(denominator, figure.excluded_rows),
        figure.digits,
        figure.rounding,
    )
