"""The limits of stocks on made-up series: quiet years stay quiet, and faults in quiet series are found."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from nerima_report.edition import Edition
from nerima_report.records.change_statistics import stock_move
from stock_series import Series, digits_swapped, fewer, quiet, small, with_last

YEARS = 70


@pytest.mark.parametrize("size", [100, 250, 700, 1800, 5000])
@pytest.mark.parametrize("move", [(1, 0), (2, 0), (3, 0), (1, 3), (2, -2)], ids=str)
def test_nothing_is_said_of_seventy_quiet_years(size: int, move: tuple[float, float], edition: Edition) -> None:
    series = quiet(size, *move, YEARS, random.Random(f"{size} {move}"))
    assert years_told(series, edition) == []


@pytest.mark.parametrize("size", [0, 1, 3, 8, 14, 20])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_nothing_is_said_of_small_stocks(size: int, step: int, edition: Edition) -> None:
    assert years_told(small(size, step, YEARS, random.Random(f"{size} {step}")), edition) == []


def is_beyond(series: Series, edition: Edition, years: int = 1) -> bool:
    limits = edition.years.limits.stock
    return stock_move(series, limits, years) > limits.spread


def years_told(series: Series, edition: Edition) -> list[int]:
    """The years of which something is said, each held against all before it and against the last one to three."""
    pasts = [(year, series[max(0, year - past) : year + 1]) for year in range(1, YEARS + 1) for past in (1, 2, 3, year)]
    return [year for year, past in pasts if is_beyond(past, edition)]


@pytest.mark.parametrize("fault", [fewer, digits_swapped], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("past", [2, 3, 5, 10, 30])
@pytest.mark.parametrize("size", [84, 287, 617, 1352, 4183])
def test_faults_in_quiet_series_are_found(size: int, past: int, fault: Callable[[int], int], edition: Edition) -> None:
    series = quiet(size, 1, 0, past + 1, random.Random(f"{size} {past}"))
    assert is_beyond(with_last(series, fault), edition), series


def test_a_fault_does_not_hide_the_next(edition: Edition) -> None:
    """The year with the fault, the year after it, and the same fault four years later."""
    series = [500, 505, 503, 400, 508, 511, 515, 412]
    told = [year for year in range(1, 8) if is_beyond(series[: year + 1], edition)]
    assert told == [3, 4, 7]


def test_years_that_are_missing_in_between_may_have_moved_it(edition: Edition) -> None:
    assert [is_beyond([500, 380], edition, years) for years in (1, 2)] == [True, False]
