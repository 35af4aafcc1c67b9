"""Evidence → the system of the ward: its workbook and its adjustments together with what the 課 handed in.

The ward's totals are sums over workbooks, so what is asked of them is asked of the cells of all of these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from operator import ge, le

from nerima_report.checks.collection import row_of
from nerima_report.checks.links import broken_link, said_in_workbooks
from nerima_report.corrections.constraints import Building
from nerima_report.corrections.system import Cell, Constraint, Sum, System
from nerima_report.edition.entries import ADJUSTMENTS
from nerima_report.findings import Explanation, Finding
from nerima_report.places import WARD, CellKey, Place, cell_place
from nerima_report.tallies.cell_values import LARGEST_COUNT
from nerima_report.tallies.evidence import Evidence
from nerima_report.tallies.layout import EntryLayout
from nerima_report.tallies.model import FilledCell
from nerima_report.tallies.totals import Adjustment, is_ward_level

AMOUNT = "増減"


def ward_system(evidence: Evidence, explanations: Sequence[Explanation]) -> System:
    """All cells of the collection, with what is asked of single workbooks and of the ward's totals."""
    building = Building(evidence, explanations)
    for submission in evidence.submissions:
        building.add_workbook(submission.file)
    totals = _Totals(building)
    _add_links(building, totals)
    _add_bounds(building)
    for key, place in totals.adjusted.items():  # an adjustment leaves nothing below zero
        tell = partial(Finding, "N610", place)
        building.constraints.append(Constraint(totals.sum_of(key), Sum({}), ge, tell))
    return System(building.cells, building.constraints)


class _Totals:
    """The ward's totals as sums of cells, of adjustments, and of what no cell says."""

    def __init__(self, building: Building) -> None:
        self.evidence = building.evidence
        self.numbers = building.numbers
        self.values = building.evidence.totals.values
        self.adjusted: dict[CellKey, Place] = {}
        self._adjustments: dict[CellKey, list[int]] = defaultdict(list)
        self._cells: dict[CellKey, list[FilledCell]] = defaultdict(list)
        self._building = building
        for cell in self.evidence.tallies.cells:
            if cell.ward == is_ward_level(self.evidence.edition, cell.key):
                self._cells[cell.key].append(cell)
        for adjustment in self.evidence.totals.adjustments:
            if adjustment.applied:
                place = _place_of(self.evidence, adjustment)
                shown = str(adjustment.difference)
                amount = Cell(place, adjustment.difference, shown, WARD, least=-LARGEST_COUNT)
                self.adjusted.setdefault(adjustment.key, row_of(adjustment))
                self._adjustments[adjustment.key].append(building.add(amount))

    def sum_of(self, *keys: CellKey) -> Sum:
        """The sum of some totals, which must be known."""
        times: dict[int, int] = defaultdict(int)
        for key in keys:
            own = ((cell.place.file, key) for cell in self._cells[key])
            for number in (*(self.numbers[name] for name in own if name in self.numbers), *self._adjustments[key]):
                times[number] += 1
        cells = self._building.cells
        told = sum((cells[number].value or 0) * count for number, count in times.items())
        return Sum(times, sum(self.values[key] or 0 for key in keys) - told)


def _add_links(building: Building, totals: _Totals) -> None:
    """The links of the ward's totals, as far as every 課 said its part of them."""
    evidence = building.evidence
    said = said_in_workbooks(evidence)
    incomplete = {cell.key for cell in evidence.tallies.cells if not cell.known}
    known = {key for key, value in totals.values.items() if value is not None} - incomplete
    for linked in building.linked:
        keys = (*linked.left, *linked.right)
        if known.issuperset(keys):
            places = {key: cell_place(key, section=WARD) for key in keys}
            tell = partial(broken_link, linked, (0, 0), places)
            sides = totals.sum_of(*linked.left), totals.sum_of(*linked.right)
            building.compare(linked, sides, tell, filter(None, [said.of(tell())]))


def _add_bounds(building: Building) -> None:
    """Persons after matching are at least those of the largest 課, and at most all of them together."""
    evidence = building.evidence
    sections = [evidence.cells[s.file] for s in evidence.submissions if not s.ward]
    for (file, key), number in tuple(building.numbers.items()):
        cell = evidence.cells[file][key]
        own = [cells[key] for cells in sections if key in cells]
        if not cell.ward or cell.reading.status != "reported" or not own:
            continue
        numbers = [building.numbers[name] for other in own if (name := (other.place.file, key)) in building.numbers]
        least, most = (partial(Finding, code, cell.place) for code in ("N607", "N608"))
        if not building.tolerated(least):
            each = (Constraint(Sum({number: 1}), Sum({other: 1}), ge, least) for other in numbers)
            building.constraints += each
        if all(other.known for other in own):
            together = Sum(dict.fromkeys(numbers, 1))
            building.constraints.append(
                Constraint(Sum({number: 1}), together, le, most, tolerated=building.tolerated(most))
            )


def _place_of(evidence: Evidence, adjustment: Adjustment) -> Place:
    """The cell in which the amount of an adjustment stands."""
    for located in evidence.tallies.located:
        layout = located.layout
        is_it = (located.submission.file, located.table_id) == (adjustment.file, ADJUSTMENTS.key)
        if is_it and isinstance(layout, EntryLayout):
            return located.place((adjustment.row, layout.columns[AMOUNT]), row=adjustment.key.row, column=AMOUNT)
    return row_of(adjustment)
