"""The numbers of a workbook and the constraints between them: an exact linear system of whole numbers.

The rules are not repeated here: each constraint asks the check itself (checks/links.py, checks/table.py) whether two
sums are as they should be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor

from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.tallies.cell_values import LARGEST_COUNT

Number = float  # whole, but for a stated total such as 12.5


@dataclass(frozen=True)
class SystemCell:
    """A cell that somebody typed into: its value (None: unreadable), the text as it was typed, its least value.

    The values are counts (件, 人) of at least 0; an adjustment may be less. `owner` is the 課, or 区全体.
    """

    place: Place
    value: Number | None
    typed: str
    owner: str = ""
    least: int = 0
    is_total: bool = False


@dataclass(frozen=True)
class Sum:
    """A sum of cells (by index, with how often each counts) and of a constant."""

    cells: Mapping[int, int]
    constant: Number = 0


@dataclass(frozen=True)
class Constraint:
    """Two sums that must be in a relation, or differ by exactly an explained difference (`tolerated`).

    `exact`: they must be equal. `make_finding` gives the finding that the check yields where they do not agree.
    """

    left: Sum
    right: Sum
    relation: Callable[[Number, Number], bool]
    make_finding: Callable[[], Finding]
    exact: bool = False
    tolerated: frozenset[int] = frozenset()

    def holds(self, left: Number, right: Number) -> bool:
        """Whether the check or an explanation accepts two sums."""
        return self.relation(left, right) or left - right in self.tolerated

    @property
    def is_equation(self) -> bool:
        """Whether both sums must be equal, without exception."""
        return self.exact and not self.tolerated

    @cached_property
    def finding(self) -> Finding:
        """The finding that it causes. Only its code, its place and what is compared are used."""
        return self.make_finding()

    @cached_property
    def cells(self) -> frozenset[int]:
        """The cells on which it depends."""
        return frozenset(self.left.cells) | frozenset(self.right.cells)


@dataclass(frozen=True)
class LinearChange:
    """A change of cells with one free number t: each cell becomes base + slope × t.

    One cell alone has base 0 and slope 1, so t is its new value; a cell with slope 0 gets a fixed value.
    """

    cells: Mapping[int, tuple[int, int]]

    def at(self, number: int) -> dict[int, int]:
        """The new values of the cells."""
        return {cell: base + slope * number for cell, (base, slope) in self.cells.items()}


class System:
    """Cells and constraints, each identified by its index."""

    def __init__(self, cells: Sequence[SystemCell], constraints: Sequence[Constraint]) -> None:
        self.cells = tuple(cells)
        self.constraints = tuple(constraints)
        self.unknown = frozenset(number for number, cell in enumerate(self.cells) if cell.value is None)
        of_cell: dict[int, list[int]] = defaultdict(list)
        for number, constraint in enumerate(self.constraints):
            for cell in constraint.cells:
                of_cell[cell].append(number)
        self.of_cell: Mapping[int, list[int]] = of_cell
        self._sums = [(self._now(c.left), self._now(c.right)) for c in self.constraints]

    def _now(self, side: Sum) -> Number:
        return side.constant + sum(times * (self.cells[cell].value or 0) for cell, times in side.cells.items())

    def without(self, number: int, one: int, other: int) -> Iterator[tuple[Number, int, int]]:
        """The left and the right sum of a constraint without two cells, with how often each of these counts in it."""
        value, other_value = (self.cells[cell].value or 0 for cell in (one, other))
        constraint = self.constraints[number]
        for side, now in zip((constraint.left, constraint.right), self._sums[number], strict=True):
            first, second = side.cells.get(one, 0), side.cells.get(other, 0)
            yield now - first * value - second * other_value, first, second

    @cached_property
    def broken(self) -> frozenset[int]:
        """The constraints whose cells are all known and that do not hold."""
        return frozenset(
            number
            for number, constraint in enumerate(self.constraints)
            if self.unknown.isdisjoint(constraint.cells) and not constraint.holds(*self._sums[number])
        )

    def touching(self, *cells: int) -> set[int]:
        """The constraints that depend on any of some cells."""
        return {number for cell in cells for number in self.of_cell.get(cell, ())}

    def connected(self, start: Iterable[int]) -> tuple[frozenset[int], frozenset[int]]:
        """The cells and the constraints that are connected with some cells."""
        cells, constraints = set(start), set[int]()
        waiting = list(cells)
        while waiting:
            for number in self.of_cell.get(waiting.pop(), ()):
                if number not in constraints:
                    constraints.add(number)
                    more = self.constraints[number].cells - cells
                    cells |= more
                    waiting += more
        return frozenset(cells), frozenset(constraints)

    def solve(self, line: LinearChange, must_hold: Iterable[int] = ()) -> Numbers:
        """The numbers t for which every constraint that the change touches holds, among them those in `must_hold`.

        Constraints with a cell that stays unknown cannot be checked and are left out.
        """
        touched = self.touching(*line.cells)
        least, most = self._limits(line)
        if least > most or not touched.issuperset(must_hold):
            return Numbers()
        left_out = self.unknown.difference(line.cells)
        moved = [self._along(line, number) for number in touched if left_out.isdisjoint(self.constraints[number].cells)]
        for constraint in moved:  # an equation leaves one number, so only that is tried
            if constraint.is_equation:
                only = constraint.root
                fits = only is not None and least <= only <= most and all(c.holds(only) for c in moved)
                return Numbers(((only, only),)) if only is not None and fits else Numbers()
        numbers = Numbers(((least, most),))
        for constraint in moved:
            numbers &= numbers_where(constraint.holds, constraint.turning_points(), least, most)
        return numbers

    def _along(self, line: LinearChange, number: int) -> _Moved:
        """A constraint as t goes along a line."""
        constraint, sums, slopes = self.constraints[number], list(self._sums[number]), [0, 0]
        for cell, (base, slope) in line.cells.items():
            before = self.cells[cell].value or 0
            for side, sum_of_cells in enumerate((constraint.left, constraint.right)):
                times = sum_of_cells.cells.get(cell, 0)
                sums[side] += times * (base - before)
                slopes[side] += times * slope
        return _Moved(constraint, (sums[0], sums[1]), (slopes[0], slopes[1]))

    def _limits(self, line: LinearChange) -> tuple[int, int]:
        """The least and the largest t for which every cell of a line has an allowed value."""
        least, most = -2 * LARGEST_COUNT, 2 * LARGEST_COUNT
        for cell, (base, slope) in line.cells.items():
            low, high = self.cells[cell].least, LARGEST_COUNT
            if slope == 0:
                least, most = (least, most) if low <= base <= high else (1, 0)
            else:
                ends = sorted(((low - base) / slope, (high - base) / slope))
                least, most = max(least, ceil(ends[0])), min(most, floor(ends[1]))
        return least, most


@dataclass(frozen=True)
class _Moved:
    """A constraint whose sums grow with t: sum + slope × t on each side."""

    constraint: Constraint
    sums: tuple[Number, Number]
    slopes: tuple[int, int]

    def holds(self, number: int) -> bool:
        left, right = (now + slope * number for now, slope in zip(self.sums, self.slopes, strict=True))
        return self.constraint.holds(left, right)

    @property
    def is_equation(self) -> bool:
        """Whether it holds for one t at most."""
        return self.constraint.is_equation and self.slopes[0] != self.slopes[1]

    @property
    def root(self) -> int | None:
        """The whole number for which both sides are equal."""
        whole, rest = divmod(self.sums[1] - self.sums[0], self.slopes[0] - self.slopes[1])
        return None if rest else int(whole)

    def turning_points(self) -> Iterator[int]:
        """The t where the answer may change: the sides are equal or differ as tolerated, or one is 0."""
        (left, right), (left_slope, right_slope) = self.sums, self.slopes
        zeros = [(left, left_slope), (right, right_slope), (left - right, left_slope - right_slope)]
        zeros += [(left - right - known, left_slope - right_slope) for known in self.constraint.tolerated]
        for value, slope in zeros:
            if slope:
                yield from {floor(-value / slope), ceil(-value / slope)}


@dataclass(frozen=True)
class Numbers:
    """A set of whole numbers as ranges (first, last), in order and apart from each other."""

    ranges: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __contains__(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.ranges)

    @property
    def only(self) -> int | None:
        """The number, if it is the only one."""
        return self.ranges[0][0] if len(self.ranges) == 1 and self.ranges[0][0] == self.ranges[0][1] else None

    def nearest(self, number: int) -> int:
        """The number of the set that lies nearest to another; the smaller of two. The set must not be empty."""
        clipped = (min(max(number, first), last) for first, last in self.ranges)
        return min(clipped, key=lambda candidate: (abs(candidate - number), candidate))

    def __and__(self, other: Numbers) -> Numbers:
        both = ((max(a, c), min(b, d)) for a, b in self.ranges for c, d in other.ranges)
        return Numbers(tuple((first, last) for first, last in both if first <= last))


def numbers_where(holds: Callable[[int], bool], turning_points: Iterable[int], least: int, most: int) -> Numbers:
    """The numbers from `least` to `most` for which a condition holds, whose answer is the same between turning points.

    >>> numbers_where(lambda number: number == 4 or number > 6, [4, 6], 0, 9)
    Numbers(ranges=((4, 4), (7, 9)))
    """
    points = sorted({point for point in turning_points if least <= point <= most})
    pieces: list[tuple[int, int]] = []
    start = least
    for point in points:
        if start < point:
            pieces.append((start, point - 1))
        pieces.append((point, point))
        start = point + 1
    if start <= most:
        pieces.append((start, most))
    ranges: list[tuple[int, int]] = []
    for first, last in pieces:
        if not holds(first):
            continue
        if ranges and ranges[-1][1] == first - 1:
            first = ranges.pop()[0]
        ranges.append((first, last))
    return Numbers(tuple(ranges))
