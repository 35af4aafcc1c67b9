"""Days, times, durations and format codes mean what openpyxl takes them for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from nerima_report.workbooks.read import days

NO_VALUE = (OverflowError, ValueError)
NUMBERS = st.one_of(st.integers(-(10**8), 10**8), st.floats(-70, 70), st.floats())


def told(convert: Callable[[], object]) -> object:
    """What is made of a value, with its type; or that it is none."""
    try:
        value = convert()
    except NO_VALUE:
        return None
    return type(value), value


@given(number=NUMBERS, from_1904=st.booleans())
@example(number=0, from_1904=False)
@example(number=59.5, from_1904=False)
@example(number=60, from_1904=False)
@example(number=0.999_999_999_9, from_1904=False)
def test_days(number: float, from_1904: bool) -> None:
    epoch, theirs = (days.EPOCH_1904, MAC_EPOCH) if from_1904 else (days.EPOCH, WINDOWS_EPOCH)
    assert told(lambda: days.day_of(number, epoch)) == told(lambda: from_excel(number, theirs))


@given(number=NUMBERS)
def test_durations(number: float) -> None:
    assert told(lambda: days.duration_of(number)) == told(lambda: from_excel(number, timedelta=True))


PARTS = ["[", "]", "h", "hh", "m", "mm", "S", "ss", "y", "d", "g", '"', "\\", "_", ";", "0", ".0", "年", "Red"]


@given(code=st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_format_codes(code: str) -> None:
    assert days.shows_date(code) == is_date_format(code)
    assert days.shows_duration(code) == is_timedelta_format(code)


@pytest.mark.parametrize("code", [*BUILTIN_FORMATS.values(), "[$-411]ge.m.d", "[h]:mm:ss", '0"日"', "[Red]0;[mm]"])
def test_format_codes_that_programs_write(code: str) -> None:
    assert days.shows_date(code) == is_date_format(code)
    assert days.shows_duration(code) == is_timedelta_format(code)


WRITTEN = ["2023", "-03", "-31", "-13", "T", "09:30", ":59", ".5", "Z", "PT", "30H", "5M", "1.5S", "PT0S", "日", " "]


@given(text=st.lists(st.sampled_from(WRITTEN), min_size=1, max_size=6).map("".join))
@example(text="2023-03-31T09:30:15.25Z")
@example(text="09:30")
@example(text="PT30H5M1.5S")
def test_days_in_words(text: str) -> None:
    theirs = told(lambda: from_ISO8601(text))  # type: ignore[no-untyped-call]
    assert told(lambda: days.written_day(text)) == theirs
