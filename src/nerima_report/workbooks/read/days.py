"""Days, times and durations from the numbers of cells and their format codes (ECMA-376 part 1, 18.8.30, 18.17.4).

The values are those of openpyxl, to which tests hold them. To import it here would take half of what it takes to
read a form, and as much memory again in each worker.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

EPOCH = datetime(1899, 12, 30)  # so that day 60, 29 February 1900, which Excel believes in, is 28 February
EPOCH_1904 = datetime(1904, 1, 1)
_FALSE_LEAP_DAY = 60
_MS_A_DAY = 86_400_000

# What says nothing of the value in a format code: quoted text, and brackets (colour, locale, condition) unless
# elapsed hours, minutes or seconds stand in them.
_NO_PART = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')
_DATE_PART = re.compile(r"(?<![_\\])[dmhysDMHYS]")
_ELAPSED = re.compile(r"\[(hh?|mm?|ss?)\]", re.IGNORECASE)

_TIME = r"(\d{2}):(\d{2})(?::(\d{2})(\.\d{1,3})?)?"
_MOMENT = re.compile(rf"((\d{{4}})-(\d{{2}})-(\d{{2}}))?T?({_TIME})?")
_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?")


def shows_date(code: str) -> bool:
    """Whether a format code shows a number as a date, a time or a duration.

    >>> shows_date("ggge年m月d日"), shows_date('#,##0"days"'), shows_date("[Red]0")
    (True, False, False)
    """
    return _DATE_PART.search(_NO_PART.sub("", _of_positive(code))) is not None


def shows_duration(code: str) -> bool:
    """Whether a format code shows a number as the hours, minutes or seconds that have passed: [h]:mm."""
    return _ELAPSED.search(_of_positive(code)) is not None


def _of_positive(code: str) -> str:
    """The section of a format code that shows positive numbers."""
    return code.partition(";")[0]


def day_of(number: float, epoch: datetime) -> datetime | time:
    """The moment that a number of days means, to the millisecond. Raises ValueError or OverflowError for none.

    A number below 1 is a time of a day.
    """
    days, fraction = divmod(number, 1)
    rest = timedelta(milliseconds=round(fraction * _MS_A_DAY))
    if 0 <= number < 1 and rest.days == 0:
        return (datetime.min + rest).time()
    if 0 < number < _FALSE_LEAP_DAY and epoch == EPOCH:
        days += 1
    return epoch + timedelta(days=days) + rest


def duration_of(number: float) -> timedelta:
    """The duration that a number of days means, to the millisecond. Raises ValueError or OverflowError for none."""
    duration = timedelta(days=number)
    if duration.microseconds:
        return timedelta(seconds=duration.total_seconds() // 1, microseconds=round(duration.microseconds, -3))
    return duration


def written_day(text: str) -> datetime | date | time | timedelta:
    """A date, time or duration in ISO 8601, as some programs write it. Raises ValueError for any other text.

    >>> written_day("2023-03-31"), written_day("PT30H")
    (datetime.date(2023, 3, 31), datetime.timedelta(days=1, seconds=21600))
    """
    found = _MOMENT.match(text)
    if found and (found[1] or found[5]):
        year, month, day, hour, minute, second = (int(found[group] or 0) for group in (2, 3, 4, 6, 7, 8))
        microsecond = int(float(found[9] or 0) * 1_000_000)
        if not found[1]:
            return time(hour, minute, second, microsecond)
        return datetime(year, month, day, hour, minute, second, microsecond) if found[5] else date(year, month, day)
    passed = _DURATION.match(text)
    if passed and any(passed.groups()):
        hours, minutes, seconds = (float(part or 0) for part in passed.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    raise ValueError("no date, time or duration")
