"""Sets of whole numbers: where a condition holds whose answer changes only at known points."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


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
        return min(clipped, key=lambda own: (abs(own - number), own))

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
