"""What the program finds by reasoning, found by trying: every cell with every number. Slow, and hard to get wrong.

Only what links.toml declares and how a link compares is shared with the program; every sum is added up anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import lgamma, log

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple

from nerima_report.checks.links import holds, linked_sums, tables_agree_in_each_workbook
from nerima_report.checks.table import rows_add_up
from nerima_report.edition import Edition
from nerima_report.edition.links import Link
from nerima_report.edition.texts import CorrectionsDefinition
from nerima_report.examination import examine
from nerima_report.findings import Finding
from nerima_report.places import CellKey, cell_place
from nerima_report.tallies.cell_values import Reading
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.model import FilledCell, StatedCell, Tallies
from nerima_report.tallies.submission import Inbox
from slips import TYPED

Values = Mapping[CellKey, int]
FILE, SECTION = "集計.xlsx", "総務部総務課"
TOTAL = "合計"  # the row of the key of a total that somebody typed

_empty: dict[int, Collection] = {}


def evidence_of(edition: Edition, values: Values, fiscal_year: int = 2022) -> Collection:
    """A workbook of a 課 with these numbers as they stand on a form; keys with the row 合計 are totals it typed."""
    cells, stated = [], []
    for table_id, table in edition.count_tables.items():
        first = 3 if table.group_stub else 2
        for at, row in enumerate(table.rows, start=5):
            for letter, column in enumerate(table.columns, start=first):
                key = row.key(table_id, column.label)
                if key in values:
                    address = f"{get_column_letter(letter)}{at}"
                    place = cell_place(key, section=SECTION, file=FILE, sheet=table_id, cell=address)
                    reading = Reading(values[key], "reported")
                    cells.append(FilledCell(fiscal_year, False, key, reading, str(values[key]), place))
        for letter, column in enumerate(table.columns, start=first):
            key = CellKey(table_id, "", TOTAL, column.label)
            if key in values:
                address = f"{get_column_letter(letter)}{5 + len(table.rows)}"
                place = cell_place(key, section=SECTION, file=FILE, sheet=table_id, cell=address)
                stated.append(StatedCell("total", key._replace(row=""), values[key], place, column.unit))
    if id(edition) not in _empty:
        _empty[id(edition)] = examine(Inbox(), edition, fiscal_year, None)
    empty = _empty[id(edition)]
    return replace(empty, tallies=Tallies(tuple(cells), empty.tallies.entries, tuple(stated), (), ()))


def check_sums(collection: Collection) -> list[Finding]:
    """What the real checks say of the links and totals of a workbook."""
    return [*rows_add_up(collection), *tables_agree_in_each_workbook(collection)]


@dataclass(frozen=True)
class Comparison:
    """Two lists of cells whose sums are compared."""

    left: tuple[CellKey, ...]
    right: tuple[CellKey, ...]
    link: Link | None

    def holds(self, values: Values) -> bool:
        return self.compares(*(sum(values[key] for key in side) for side in (self.left, self.right)))

    def compares(self, left: int, right: int) -> bool:
        return left == right if self.link is None else holds(self.link, left, right)


class BruteForce:
    """All the comparisons of a workbook with these numbers."""

    def __init__(self, edition: Edition, values: Values) -> None:
        self.values = dict(values)
        self.comparisons = [
            Comparison(linked.left, linked.right, linked.link)
            for linked in linked_sums(edition)
            if all(key in values for key in (*linked.left, *linked.right))
        ]
        for key in (key for key in values if key.row == TOTAL):
            rows = tuple(k for k in values if (k.table, k.column) == (key.table, key.column) and k.row != TOTAL)
            self.comparisons.append(Comparison((key,), rows, None))
        self.broken = [c for c in self.comparisons if not c.holds(self.values)]

    @property
    def largest_sum(self) -> int:
        """The largest of all the sums that are compared."""
        return max(sum(self.values[key] for key in side) for c in self.comparisons for side in (c.left, c.right))

    def singles(self, most: int) -> dict[CellKey, set[int]]:
        """For each cell the numbers up to `most` with which every comparison holds; only cells with any."""
        found = {key: set(self._numbers(key, self.values, most)) for key in self.values}
        return {key: numbers for key, numbers in found.items() if numbers}

    def pairs(self, most: int) -> set[frozenset[CellKey]]:
        """The pairs of cells for which some numbers up to `most` make every comparison hold."""
        return {
            frozenset((one, other))
            for one, other in combinations(self.values, 2)
            if all({one, other} & {*c.left, *c.right} for c in self.broken)
            and any(
                any(True for _ in self._numbers(other, {**self.values, one: number}, most))
                for number in range(most + 1)
            )
        }

    def _numbers(self, key: CellKey, values: Values, most: int) -> Iterable[int]:
        touched = [c for c in self.comparisons if key in c.left or key in c.right]
        if not all(c.holds(values) for c in self.comparisons if c not in touched):
            return ()
        rest = {**values, key: 0}
        sums = [tuple(sum(rest[k] for k in side) for side in (c.left, c.right)) for c in touched]
        return (
            number
            for number in range(most + 1)
            if all(
                c.compares(left + number * (key in c.left), right + number * (key in c.right))
                for c, (left, right) in zip(touched, sums, strict=True)
            )
        )


class Oracle:
    """Ranks what was found by trying, with the weights of corrections.toml and the shares of the year before."""

    def __init__(self, definition: CorrectionsDefinition, collection: Collection, before: Values) -> None:
        self.definition = definition
        self.before = before
        self.values = {cell.key: cell.value for cell in collection.tallies.cells}
        self.beside = neighbours(collection)

    def first(self, tried: Mapping[CellKey, set[int]]) -> set[CellKey]:
        """The cells that are the likeliest, all equally so."""
        scores = {key: max(self._score(key, number) for number in numbers) for key, numbers in tried.items()}
        return {key for key, score in scores.items() if score == max(scores.values())}

    def _score(self, key: CellKey, number: int) -> tuple[int, float]:
        typed = self.values[key]
        kinds = [kind for kind, slips in TYPED.items() if typed in slips(number)]
        if typed and typed in self.beside[key]:
            kinds.append("neighbouring-cell")
        if typed and self.before.get(key) == typed:
            kinds.append("last-year")
        weights = [slip.weight for slip in self.definition.slips if slip.kind in kinds]
        return max(weights, default=0), round(self._support(key, typed, number), 9)

    def _support(self, key: CellKey, typed: int, number: int) -> float:
        column = [other for other in self.values if (other.table, other.column) == (key.table, key.column)]
        if not all(other in self.before for other in column):
            return 0.0
        share = (self.before[key] + 0.5) / (sum(self.before[other] for other in column) + len(column) / 2)
        expected = max(share * (sum(self.values[other] for other in column) - typed + number), 1e-9)
        return _log_chance(number, expected) - _log_chance(typed, expected)


def neighbours(collection: Collection) -> dict[CellKey, list[int]]:
    """For each cell the numbers above, below, left and right of it."""
    at = {(cell.key.table, *coordinate_to_tuple(cell.place.cell)): cell for cell in collection.tallies.cells}
    return {cell.key: [at[place].value for place in _around(*place) if place in at] for place, cell in at.items()}


def _around(table: str, row: int, column: int) -> list[tuple[str, int, int]]:
    return [(table, row - 1, column), (table, row + 1, column), (table, row, column - 1), (table, row, column + 1)]


def _log_chance(number: int, expected: float) -> float:
    """The logarithm of the chance of a number where one is expected (Poisson)."""
    return number * log(expected) - expected - lgamma(number + 1)
