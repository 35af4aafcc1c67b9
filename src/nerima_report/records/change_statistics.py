"""How large a change is, compared with the changes that counts show by chance.

The standard deviation of a count that changes by chance alone (Poisson) grows with its square root: a change from 1 to
3 means nothing, one from 1,000 to 3,000 cannot be chance. Twice the square root of a count has a standard deviation of
about 1 whatever its size (variance-stabilised; with 3/8 added also near zero, after Anscombe). So the difference of two
such roots, divided by √2, is the change in standard deviations.
Real counts vary more than that. So a change must also be large compared with the number itself; with the usual changes
of the same number, where enough earlier years are known; and with the changes of the other numbers in the same year,
which show how much such numbers vary even where there is only one earlier year.

What stands at the end of a year (a stock) is not counted anew: most of it stood there a year ago. So it has limits of
its own, which its own past tightens, see `stock_move`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import hypot, log, pi, prod, sqrt
from statistics import fmean, median

from nerima_report.edition.texts import ChangeLimits, DigitLimits, StockLimits

# The standard deviation of normally distributed values is this multiple of the median of their absolute values.
_SPREAD_OF_MEDIAN = 1.4826
_FACTORS = (10, 100, 1000)
# What restlessness needs: counts of at least this size, because chance alone changes smaller ones, and enough of them.
_FEWEST_COUNTS, _FEWEST_NUMBERS = 10, 8
_STANDING_STILL = (0.0, 0.0)  # rates of growth beside those of a stock's past: one or two changes are no growth yet
_ENOUGH = 2  # multiple of `limits.years` from which the past of a number alone decides


def score(before: float, after: float) -> float:
    """A change of a count in standard deviations; negative when it fell.

    >>> [round(score(a, b), 1) for a, b in ((1, 3), (10, 30), (1000, 3000), (1000, 1100))]
    [0.9, 3.2, 32.7, 2.2]
    """
    return sqrt(2) * (sqrt(after + 3 / 8) - sqrt(before + 3 / 8))


def is_beyond(
    before: float, after: float, limits: ChangeLimits, earlier: Sequence[int] = (), restlessness: float = 0
) -> bool:
    """Whether a change is beyond the limits; `earlier` are the numbers up to `before`, year by year.

    `restlessness` is that of all numbers of the two years; it is used while the number has too few earlier years.

    >>> limits = ChangeLimits(percent=150, score=4, years=3, spread=3, basis="例")
    >>> is_beyond(1, 3, limits), is_beyond(1000, 3000, limits), is_beyond(1000, 1400, limits)
    (False, True, False)
    >>> is_beyond(1000, 1700, limits, [1000, 1600, 900, 1800, 1000])
    False
    """
    low, high = sorted((before, after))
    size = abs(score(before, after))
    if high * 100 < low * limits.percent or size < limits.score:
        return False
    changes = [abs(score(a, b)) for a, b in pairwise(earlier)]
    if len(changes) < _ENOUGH * limits.years and _ratio(low, high) <= limits.spread * restlessness:
        return False
    if len(changes) < limits.years:
        return True
    return size > limits.spread * max(1.0, _SPREAD_OF_MEDIAN * median(changes))


def stock_move(series: Sequence[int], limits: StockLimits, years: int = 1) -> float:
    """How far the last number of a stock is from what the numbers before it let expect, in its own usual moves.

    A change is measured from where the stock stood and from where its usual rate of growth would have taken it,
    whichever is nearer, in spreads of a stock of its size. Its usual move is the root of the mean square of the
    changes before, to which the spread of the definitions counts as one more year. So the limits of a quiet stock
    become tight with the years, and those of a restless one wide. What was beyond the limits in its year is no usual
    change, so one fault does not hide the next. `years` have passed before the last.

    >>> limits = StockLimits(percent=4, least=9, spread=5, basis="例")
    >>> quiet = [1000, 1010, 1000, 1010]
    >>> [round(stock_move([*quiet, number], limits), 1) for number in (1050, 800, 1100)], stock_move([0, 8], limits)
    ([1.8, 9.5, 4.1], 0.0)
    """
    *past, (before, after) = pairwise(series)
    rate = median([*_STANDING_STILL, *((then - first) / max(first, 1) for first, then in past)])

    def distance(first: int, then: int, growth: float) -> float:
        return min(abs(then - first), abs(then - first * (1 + growth)))

    def spread(first: int) -> float:
        return hypot(limits.least / limits.spread, first * limits.percent / 100)

    squares = [1.0]
    for first, then in past:
        square = (distance(first, then, rate) / spread(first)) ** 2
        if square <= limits.spread**2 * fmean(squares):
            squares.append(square)
    moved = distance(before, after, years * rate)
    return moved / (years * spread(before) * sqrt(fmean(squares))) if moved >= limits.least else 0.0


def restlessness(pairs: Iterable[tuple[int, int]]) -> float:
    """The spread of the (logarithmic) ratios of many numbers around their median, so that a few outliers do not matter.

    0 where there are too few numbers.

    >>> restlessness([(100, 105)] * 5), round(restlessness([(100, 80), (100, 100), (100, 125)] * 4), 2)
    (0.0, 0.33)
    """
    ratios = [_ratio(before, after) for before, after in pairs if min(before, after) >= _FEWEST_COUNTS]
    if len(ratios) < _FEWEST_NUMBERS:
        return 0.0
    middle = median(ratios)
    return _SPREAD_OF_MEDIAN * median(abs(ratio - middle) for ratio in ratios)


def _ratio(before: float, after: float) -> float:
    return log((after + 3 / 8) / (before + 3 / 8))


def slipped_digits(before: int, after: int, limits: DigitLimits) -> int:
    """10, 100 or 1000 where one number is about as many times the other; otherwise 0.

    >>> limits = DigitLimits(least=10, percent=20, basis="例")
    >>> slipped_digits(123, 1230, limits), slipped_digits(9800, 100, limits), slipped_digits(2, 20, limits)
    (10, 100, 0)
    """
    low, high = sorted((before, after))
    if low < limits.least:
        return 0
    near = (f for f in _FACTORS if low * f * (100 - limits.percent) <= high * 100 <= low * f * (100 + limits.percent))
    return next(near, 0)


def chance_of_identity(counts: Iterable[int]) -> float:
    """How likely it is that all these counts, if they move by chance alone, come out the same a second time.

    >>> chance_of_identity([0, 0, 1]) > 0.1, chance_of_identity([846, 507, 259, 200]) < 0.0001
    (True, True)
    """
    return prod(min(1.0, 1 / sqrt(4 * pi * count)) for count in counts if count > 0)
