"""Evidence → the system of one workbook: its cells, and everything that the checks ask of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from math import isfinite
from operator import eq

from nerima_report.checks.links import LinkedSums, broken_link, holds, linked_sums
from nerima_report.checks.table import column_of, stated_number, stated_totals, text_sum
from nerima_report.corrections.system import Cell, Constraint, Number, Sum, System
from nerima_report.findings import Explanation, Finding
from nerima_report.places import WARD, CellKey
from nerima_report.tallies.evidence import Evidence
from nerima_report.tallies.model import FilledCell, StatedCell


def workbook_system(evidence: Evidence, file: str, explanations: Sequence[Explanation]) -> System:
    """The cells of a workbook, with its links and its stated totals."""
    building = Building(evidence, explanations)
    building.add_workbook(file)
    return System(building.cells, building.constraints)


@dataclass
class Building:
    """Cells and constraints as they are gathered. `numbers` are those of the cells, by file and name."""

    evidence: Evidence
    explanations: Sequence[Explanation]
    cells: list[Cell] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    numbers: dict[tuple[str, CellKey], int] = field(default_factory=dict)

    def add_workbook(self, file: str) -> None:
        """Add what a workbook holds and what is asked of it."""
        closed = {t.table_id for t in self.evidence.tallies.located if t.submission.file == file and t.not_applicable}
        for key, cell in self.evidence.cells[file].items():
            if _is_typed(cell) and key.table not in closed:
                owner, value = WARD if cell.ward else cell.place.section, cell.value if cell.known else None
                self.numbers[file, key] = self.add(Cell(cell.place, value, cell.found, owner))
        for linked in self.linked:
            self._add_link(file, linked)
        for stated in stated_totals(self.evidence):
            if stated.place.file == file:
                self._add_total(stated)

    @cached_property
    def linked(self) -> tuple[LinkedSums, ...]:
        """Every comparison that the edition declares."""
        return tuple(linked_sums(self.evidence.edition))

    def add(self, cell: Cell) -> int:
        """Add a cell; returns its number."""
        self.cells.append(cell)
        return len(self.cells) - 1

    def compare(
        self, linked: LinkedSums, sides: tuple[Sum, Sum], tell: Callable[[], Finding], said: Iterable[int] = ()
    ) -> None:
        """Add what a link asks of two sums. `said` are differences that are the matter of other findings."""
        relation, exact = partial(holds, linked.link), linked.link.relation == "equal"
        tolerated = self.tolerated(tell) | frozenset(said)
        self.constraints.append(Constraint(*sides, relation, tell, exact=exact, tolerated=tolerated))

    def tolerated(self, tell: Callable[[], Finding]) -> frozenset[int]:
        """The differences that somebody explained where a finding stands."""
        if not self.explanations:
            return frozenset()
        year, finding = self.evidence.fiscal_year, tell()
        answers = (e for e in self.explanations if e.answers(replace(finding, difference=e.difference), year))
        return frozenset(explanation.difference for explanation in answers)

    def _add_link(self, file: str, linked: LinkedSums) -> None:
        own = self.evidence.cells[file]
        keys = (*linked.left, *linked.right)
        if all(key in own and self._may_be_known(own[key]) for key in keys):
            sides = self._sum(own[key] for key in linked.left), self._sum(own[key] for key in linked.right)
            places = {key: own[key].place for key in keys}
            self.compare(linked, sides, partial(broken_link, linked, (0, 0), places))

    def _add_total(self, stated: StatedCell) -> None:
        """A total that somebody typed is a cell like any other; one that is computed follows its rows.

        A computed one says something only while it differs: then a row was changed after it was computed.
        """
        rows, found = column_of(self.evidence, stated), stated_number(stated)
        if found is None or not isfinite(found) or not all(map(self._may_be_known, rows)):
            return
        known, texts = all(row.known for row in rows), text_sum(rows)
        if stated.computed and (not known or found - sum(row.value for row in rows) in (0, -texts)):
            return
        total = Sum({}, found)
        if not stated.computed:
            owner = WARD if any(row.ward for row in rows) else stated.place.section
            total = Sum({self.add(Cell(stated.place, found, str(found), owner, is_total=True)): 1})
        tell = partial(Finding, "N401", stated.place)
        tolerated = self.tolerated(tell) | ({-texts} if texts else set())
        self.constraints.append(Constraint(total, self._sum(rows), eq, tell, exact=True, tolerated=tolerated))

    def _may_be_known(self, cell: FilledCell) -> bool:
        """Whether a cell says something, or is one that could be filled in."""
        return cell.known or (cell.place.file, cell.key) in self.numbers

    def _sum(self, cells: Iterable[FilledCell]) -> Sum:
        """The sum of cells of a workbook; one that is not there to be changed (該当なし) adds what it says."""
        times: Counter[int] = Counter()
        constant: Number = 0
        for cell in cells:
            number = self.numbers.get((cell.place.file, cell.key))
            if number is None:
                constant += cell.value
            else:
                times[number] += 1
        return Sum(times, constant)


def _is_typed(cell: FilledCell) -> bool:
    """Whether there is a cell into which somebody typed, or should have; 該当なし for a whole table is no cell."""
    return bool(cell.place.spot) and (cell.reading.status != "not applicable" or bool(cell.found))
