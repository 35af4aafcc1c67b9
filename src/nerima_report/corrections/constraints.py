"""Collection → the linear system of a workbook, or of the ward: its cells, and the constraints that the checks set.

The ward's totals are sums over workbooks, so a constraint on a total is one on the cells of all these workbooks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from math import isfinite
from operator import eq, ge, le

from nerima_report.checks.collection import row_of
from nerima_report.checks.links import LinkedSums, broken_link, holds, linked_sums, said_in_workbooks, sums_in_workbook
from nerima_report.checks.table import code_of, stated_number, stated_totals, summed_cells, text_sum
from nerima_report.corrections.linear_system import Constraint, Number, Sum, System, SystemCell
from nerima_report.corrections.lines import lines_behind
from nerima_report.edition.links import Link
from nerima_report.findings import Explanation, Finding
from nerima_report.places import CellKey, Place, cell_place
from nerima_report.tallies.cell_values import LARGEST_COUNT
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.model import FilledCell, StatedCell
from nerima_report.tallies.totals import is_ward_level

AMOUNT = "増減"


def workbook_system(collection: Collection, file: str, explanations: Sequence[Explanation]) -> System:
    """The cells of a workbook, with its links and its stated totals."""
    building = Building(collection, explanations)
    building.add_workbook(file)
    return System(building.cells, building.constraints)


@dataclass
class Building:
    """The cells and constraints collected so far.

    `numbers` gives each cell its index, by file and name; `counted` are the sums of those that a register makes.
    """

    collection: Collection
    explanations: Sequence[Explanation]
    cells: list[SystemCell] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    numbers: dict[tuple[str, CellKey], int] = field(default_factory=dict)
    counted: dict[tuple[str, CellKey], Sum] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """The owner of what the coordinator reports for all: 区全体."""
        return self.collection.edition.words.whole

    def add_workbook(self, file: str) -> None:
        """Add the cells of a workbook and the constraints on them."""
        closed = {t.table_id for t in self.collection.tallies.located if t.submission.file == file and t.not_applicable}
        tallied = [t.cell.key for t in self.collection.tallies.register_tallies if t.cell.place.file == file]
        for key, cell in self.collection.cells[file].items():
            if key in tallied:
                self.counted[file, key] = self._lines(file, key) if cell.counted_on else Sum({}, cell.value)
            elif _is_typed(cell) and key.table not in closed:
                owner = self.whole if cell.ward else cell.place.section
                value = cell.value if cell.known else None
                self.numbers[file, key] = self.add(SystemCell(cell.place, value, cell.found, owner))
        for linked in sums_in_workbook(self.linked, self.collection.edition, self.collection.cells[file]):
            self._add_link(file, linked)
        for stated in stated_totals(self.collection):
            if stated.place.file == file:
                self._add_total(stated)
        for key in tallied:
            if not (cell := self.collection.cells[file][key]).counted_on and cell.known:
                self._add_register(file, cell)

    @cached_property
    def linked(self) -> tuple[LinkedSums, ...]:
        """The comparisons of all links of the edition."""
        return tuple(linked_sums(self.collection.edition))

    def add(self, cell: SystemCell) -> int:
        """Add a cell; returns its index."""
        self.cells.append(cell)
        return len(self.cells) - 1

    def compare(
        self,
        link: Link,
        left: Sum,
        right: Sum,
        make_finding: Callable[[], Finding],
        accounted_for: Iterable[int] = (),
    ) -> None:
        """Add the constraint of a link on two sums. `accounted_for` are differences that other findings report."""
        relation, exact = partial(holds, link), link.relation == "equal"
        tolerated = self.tolerated(make_finding) | frozenset(accounted_for)
        self.constraints.append(Constraint(left, right, relation, make_finding, exact=exact, tolerated=tolerated))

    def tolerated(self, make_finding: Callable[[], Finding]) -> frozenset[int]:
        """The differences that somebody explained for the place of a finding."""
        if not self.explanations:
            return frozenset()
        year, finding = self.collection.fiscal_year, make_finding()
        whole = self.collection.whole
        answers = (e for e in self.explanations if e.answers(replace(finding, difference=e.difference), year, whole))
        return frozenset(explanation.difference for explanation in answers)

    def _add_link(self, file: str, linked: LinkedSums) -> None:
        cells = self.collection.cells[file]
        keys = (*linked.left, *linked.right)
        if all(key in cells and self._may_be_known(cells[key]) for key in keys):
            left, right = (self._sum(cells[key] for key in side) for side in (linked.left, linked.right))
            places = {key: cells[key].place for key in keys}
            self.compare(linked.link, left, right, partial(broken_link, linked, places))

    def _add_total(self, stated: StatedCell) -> None:
        """A total that somebody typed is a cell like any other. One that is computed says nothing of its rows.

        Where it differs from them, its formula or its stored result is at fault.
        """
        rows, typed = summed_cells(self.collection, stated), stated_number(stated)
        computed = stated.formula is not None
        if computed or typed is None or not isfinite(typed) or not all(map(self._may_be_known, rows)):
            return
        texts = text_sum(rows)
        owner = self.whole if any(row.ward for row in rows) else stated.place.section
        total = Sum({self.add(SystemCell(stated.place, typed, str(typed), owner, is_total=True)): 1})
        make_finding = partial(Finding, code_of(stated), stated.place)
        tolerated = self.tolerated(make_finding) | ({-texts} if texts else set())
        self.constraints.append(Constraint(total, self._sum(rows), eq, make_finding, exact=True, tolerated=tolerated))

    def _add_register(self, file: str, cell: FilledCell) -> None:
        """A number that is the sum of lines of a register: one of these is wrong if it is another one."""
        lines, make_finding = self._lines(file, cell.key), partial(Finding, "N530", cell.place)
        if lines.cells:
            tolerated = self.tolerated(make_finding)
            written = Sum({}, cell.value)
            self.constraints.append(Constraint(written, lines, eq, make_finding, exact=True, tolerated=tolerated))

    def _lines(self, file: str, key: CellKey) -> Sum:
        """What registers make of a number: the cells that they add up, and how many lines they count."""
        times: Counter[int] = Counter()
        constant = 0
        for counted in lines_behind(self.collection, file, key):
            for line in counted.lines:
                if counted.summed:
                    times[self.add(SystemCell(line.place, line.amount, str(line.amount), line.entry.section))] += 1
                else:
                    constant += line.amount
        return Sum(times, constant)

    def _may_be_known(self, cell: FilledCell) -> bool:
        """Whether a cell has a number, or could get one."""
        return cell.known or (cell.place.file, cell.key) in self.numbers

    def _sum(self, cells: Iterable[FilledCell]) -> Sum:
        """The sum of cells of a workbook; one that cannot be changed (該当なし) counts as a constant."""
        times: Counter[int] = Counter()
        constant: Number = 0
        for cell in cells:
            name = cell.place.file, cell.key
            if name in self.counted:
                times.update(self.counted[name].cells)
                constant += self.counted[name].constant
            elif name in self.numbers:
                times[self.numbers[name]] += 1
            else:
                constant += cell.value
        return Sum(times, constant)


def _is_typed(cell: FilledCell) -> bool:
    """Whether somebody typed into the cell, or should have; 該当なし for a whole table stands in no cell."""
    return bool(cell.place.spot) and (cell.reading.status != "not applicable" or bool(cell.found))


def ward_system(collection: Collection, explanations: Sequence[Explanation]) -> System:
    """All cells of the collection, with the constraints on single workbooks and on the ward's totals."""
    building = Building(collection, explanations)
    for submission in collection.submissions:
        building.add_workbook(submission.file)
    totals = _WardSums(building)
    _add_links(building, totals)
    _add_bounds(building)
    for key, place in totals.adjusted.items():  # no adjusted total may be below zero
        if totals.values[key] is None:
            continue
        make_finding = partial(Finding, "N610", place)
        building.constraints.append(Constraint(totals.sum_of(key), Sum({}), ge, make_finding))
    return System(building.cells, building.constraints)


class _WardSums:
    """The ward's totals as sums of cells, of adjustments, and of a constant for what stands in no cell."""

    def __init__(self, building: Building) -> None:
        self.collection = building.collection
        self.numbers = building.numbers
        self.values = building.collection.totals.values
        self.adjusted: dict[CellKey, Place] = {}
        self._adjustments: dict[CellKey, list[int]] = defaultdict(list)
        self._cells: dict[CellKey, list[FilledCell]] = defaultdict(list)
        self._building = building
        for cell in self.collection.tallies.cells:
            if cell.ward == is_ward_level(self.collection.edition, cell.key):
                self._cells[cell.key].append(cell)
        for adjustment in self.collection.totals.adjustments:
            if adjustment.applied:
                place = adjustment.entry.place(AMOUNT, row=adjustment.key.row)
                shown = str(adjustment.difference)
                amount = SystemCell(place, adjustment.difference, shown, building.whole, least=-LARGEST_COUNT)
                self.adjusted.setdefault(adjustment.key, row_of(adjustment, self.collection.edition))
                number = building.add(amount)
                for key in adjustment.keys:
                    self._adjustments[key].append(number)

    def sum_of(self, *keys: CellKey) -> Sum:
        """The sum of some totals, which must be known."""
        times: dict[int, int] = defaultdict(int)
        for key in keys:
            names = ((cell.place.file, key) for cell in self._cells[key])
            for number in (*(self.numbers[name] for name in names if name in self.numbers), *self._adjustments[key]):
                times[number] += 1
        cells = self._building.cells
        in_cells = sum((cells[number].value or 0) * count for number, count in times.items())
        return Sum(times, sum(self.values[key] or 0 for key in keys) - in_cells)


def _add_links(building: Building, totals: _WardSums) -> None:
    """Add the links between the ward's totals, where every 課 reported its share of them."""
    collection = building.collection
    in_workbooks = said_in_workbooks(collection)
    incomplete = {cell.key for cell in collection.tallies.cells if not cell.known}
    known = {key for key, value in totals.values.items() if value is not None} - incomplete
    for linked in building.linked:
        keys = (*linked.left, *linked.right)
        if known.issuperset(keys):
            places = {key: cell_place(key, section=building.whole) for key in keys}
            make_finding = partial(broken_link, linked, places)
            left, right = totals.sum_of(*linked.left), totals.sum_of(*linked.right)
            building.compare(linked.link, left, right, make_finding, filter(None, [in_workbooks.of(make_finding())]))


def _add_bounds(building: Building) -> None:
    """Add the bounds on persons after matching: at least those of the largest 課, at most the sum of all 課."""
    collection = building.collection
    sections = [collection.cells[s.file] for s in collection.submissions if not s.ward]
    for (file, key), number in tuple(building.numbers.items()):
        cell = collection.cells[file][key]
        others = [cells[key] for cells in sections if key in cells]
        if not cell.ward or cell.reading.status != "reported" or not others:
            continue
        numbers = [building.numbers[name] for other in others if (name := (other.place.file, key)) in building.numbers]
        least, most = (partial(Finding, code, cell.place) for code in ("N607", "N608"))
        if not building.tolerated(least):
            each = (Constraint(Sum({number: 1}), Sum({other: 1}), ge, least) for other in numbers)
            building.constraints += each
        if all(other.known for other in others) and not collection.absent.from_table(key.table):
            together = Sum(dict.fromkeys(numbers, 1))
            building.constraints.append(
                Constraint(Sum({number: 1}), together, le, most, tolerated=building.tolerated(most))
            )
