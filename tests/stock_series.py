"""Made-up stocks (numbers at the end of the year) over many years, and the faults that are put into them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

Series = list[int]


def quiet(size: int, percent: float, growth: float, years: int, chance: random.Random) -> Series:
    """A stock that moves by about so many percent a year (normal), beside a steady growth in percent."""
    series = [size]
    for _ in range(years):
        series.append(max(0, round(series[-1] * (1 + chance.gauss(growth, percent) / 100))))
    return series


def small(size: int, step: int, years: int, chance: random.Random) -> Series:
    """A small stock to which a few are added, or from which a few are taken, each year."""
    series = [size]
    for _ in range(years):
        series.append(max(0, series[-1] + chance.randint(-step, step)))
    return series


def fewer(number: int) -> int:
    """A fifth less than the number."""
    return round(number * 0.8)


def digits_swapped(number: int) -> int:
    """The number with its first two neighbouring digits exchanged that differ: 1,123 becomes 1,213."""
    text = str(number)
    for place in range(len(text) - 1):
        if text[place] != text[place + 1]:
            return int(text[:place] + text[place + 1] + text[place] + text[place + 2 :])
    return number


def with_last(series: Sequence[int], fault: Callable[[int], int]) -> Series:
    """The series with a fault in its last number."""
    return [*series[:-1], fault(series[-1])]
