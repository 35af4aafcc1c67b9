"""The smallest changes that make everything hold (error localisation after Fellegi and Holt): one cell, then two.

A cell can be at fault only if every broken constraint depends on it, so few cells have to be looked at. The search is
exact for one cell, and for two: the equations leave one free number, or without equations a region with corners.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import ceil, floor

from nerima_report.corrections.linear_system import LinearChange, Numbers, System
from nerima_report.tallies.cell_values import LARGEST_COUNT


@dataclass(frozen=True)
class Problem:
    """Connected cells among which constraints are broken or cells cannot be read.

    `candidates` are the cells that may be changed; of pairs only those within `pairs`.
    """

    system: System
    broken: frozenset[int]
    unknown: frozenset[int]
    candidates: frozenset[int]
    pairs: frozenset[int]


@dataclass(frozen=True)
class Change:
    """A change that makes every constraint hold: the cells along a line, and the values of t for which it does.

    `kind` is the slip that changed many cells at once, or '' for one or two cells.
    """

    line: LinearChange
    numbers: Numbers
    kind: str = ""

    @property
    def cells(self) -> tuple[int, ...]:
        """The cells that it changes."""
        return tuple(self.line.cells)


def single_changes(problem: Problem) -> Iterator[Change]:
    """Every cell that alone can make every constraint hold."""
    if len(problem.unknown) > 1:
        return
    for cell in sorted(problem.unknown or _common(problem, problem.broken)):
        line = LinearChange({cell: (0, 1)})
        if numbers := problem.system.solve(line, problem.broken):
            yield Change(line, numbers)


def pair_changes(problem: Problem) -> Iterator[Change]:
    """Every pair of cells that together can make every constraint hold."""
    for pair in _pairs(problem):
        if change := _solve_pair(problem, *pair):
            yield change


def _common(problem: Problem, constraints: Iterable[int]) -> frozenset[int]:
    """The candidates on which all of some constraints depend."""
    cells = problem.candidates
    for number in constraints:
        cells &= problem.system.constraints[number].cells
    return cells


def _pairs(problem: Problem) -> list[tuple[int, int]]:
    """The pairs of cells on which every broken constraint depends.

    Where all of them depend on one cell alone, the other cell must share a constraint with it.
    """
    if len(problem.unknown) > 2:
        return []
    if problem.unknown:
        first = set(problem.unknown)
    else:
        smallest = min(problem.broken, key=lambda n: len(problem.system.constraints[n].cells))
        first = set(_common(problem, [smallest]) & problem.pairs)
    pairs = set()
    for cell in first:
        rest = [n for n in problem.broken if cell not in problem.system.constraints[n].cells]
        others = _common(problem, rest) & problem.pairs if rest else _neighbours(problem, cell)
        others = (problem.unknown if len(problem.unknown) == 2 else others) - {cell}
        pairs |= {(min(cell, other), max(cell, other)) for other in others}
    return sorted(pairs)


def _neighbours(problem: Problem, cell: int) -> frozenset[int]:
    """The cells that share a constraint with a cell."""
    constraints = (problem.system.constraints[number] for number in problem.system.of_cell[cell])
    return frozenset(other for c in constraints for other in c.cells) & problem.pairs


def _solve_pair(problem: Problem, one: int, other: int) -> Change | None:
    for line in _lines(problem.system, one, other):
        if numbers := problem.system.solve(line, problem.broken):
            return Change(line, numbers)
    return None


def _lines(system: System, one: int, other: int) -> Iterator[LinearChange]:
    """The lines to be tried for the new numbers of two cells.

    An equation with one of the cells fixes its number, one with both makes one depend on the other. Without equations
    the allowed numbers are a region, which has a corner unless it is empty.
    """
    still = system.unknown - {one, other}
    constraints = [n for n in system.touching(one, other) if still.isdisjoint(system.constraints[n].cells)]
    tied: LinearChange | None = None
    for number in constraints:
        if not system.constraints[number].is_equation:
            continue
        rest, first, second = _difference(system, number, one, other)
        if first and not second:
            return (yield from _fixed(rest, first, one, other))
        if second and not first:
            return (yield from _fixed(rest, second, other, one))
        if first and abs(second) == 1:
            tied = LinearChange({one: (0, 1), other: (int(-rest * second), -first * second)})
    if tied is not None:
        yield tied
        return
    for corner in sorted(_corners(system, constraints, one, other)):
        yield LinearChange({one: (corner, 0), other: (0, 1)})


def _fixed(rest: float, times: int, fixed: int, free: int) -> Iterator[LinearChange]:
    """The line on which an equation fixes the number of one cell, if that number is whole."""
    value, remainder = divmod(-rest, times)
    if not remainder:
        yield LinearChange({fixed: (int(value), 0), free: (0, 1)})


def _corners(system: System, constraints: Iterable[int], one: int, other: int) -> set[int]:
    """The numbers of the first cell at which two borders of the allowed region meet, and their neighbours."""
    cells = (system.cells[one], system.cells[other])
    borders: list[tuple[float, int, int]] = []  # rest + first × one + second × other = 0
    for cell, times in zip(cells, ((1, 0), (0, 1)), strict=True):
        borders += [(-cell.least, *times), (-LARGEST_COUNT, *times)]
    for number in constraints:
        rest, first, second = _difference(system, number, one, other)
        borders += [(rest - known, first, second) for known in (0, *system.constraints[number].tolerated)]
        borders += system.without(number, one, other)
    numbers: set[int] = set()
    for (rest, a, b), (other_rest, c, d) in combinations(dict.fromkeys(borders), 2):
        if determinant := a * d - b * c:
            meeting = (other_rest * b - rest * d) / determinant
            numbers.update(range(floor(meeting) - 1, ceil(meeting) + 2))
    return {number for number in numbers if cells[0].least <= number <= LARGEST_COUNT}


def _difference(system: System, number: int, one: int, other: int) -> tuple[float, int, int]:
    """The left sum of a constraint less the right one, without two cells, and how often each of them counts in it."""
    (left, first, second), (right, minus_first, minus_second) = system.without(number, one, other)
    return left - right, first - minus_first, second - minus_second
