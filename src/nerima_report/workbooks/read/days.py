"""Days, times and durations from the numbers of cells and their format codes, as openpyxl understands them.

openpyxl is imported when the first cell needs it: most workbooks hold no day, and importing it takes longer than
reading one of them.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from functools import cache
from typing import Any

from nerima_report.workbooks.values import CellValue

# What openpyxl takes along where it is installed, and nothing here needs: it doubles the time and the memory.
_NOT_NEEDED = ("numpy", "lxml", "PIL")
_DATE_LETTER = re.compile("[dmyhs]", re.IGNORECASE)  # without one, a format code shows no date, time or duration


def shows_date(code: str) -> bool:
    """Whether a format code shows a number as a date, a time or a duration.

    >>> shows_date("ggge年m月d日"), shows_date('#,##0"days"'), shows_date("[Red]0")
    (True, False, False)
    """
    return bool(_DATE_LETTER.search(code)) and bool(openpyxl().styles.numbers.is_date_format(code))


def shows_duration(code: str) -> bool:
    """Whether a format code shows a number as the hours, minutes or seconds that have passed: [h]:mm."""
    return bool(_DATE_LETTER.search(code)) and bool(openpyxl().styles.numbers.is_timedelta_format(code))


def day_of(number: float, *, from_1904: bool, duration: bool) -> CellValue:
    """The moment or duration that a number of days means. Raises ValueError or OverflowError for none."""
    library = openpyxl().utils.datetime
    epoch = library.MAC_EPOCH if from_1904 else library.WINDOWS_EPOCH
    day: CellValue = library.from_excel(number, epoch, timedelta=duration)
    return day


def written_day(text: str) -> CellValue:
    """A date, time or duration in ISO 8601, as some programs write it. Raises ValueError for any other text."""
    day: CellValue = openpyxl().utils.datetime.from_ISO8601(text)
    return day


@cache
def openpyxl() -> Any:
    """The library, without what it takes along where it is installed."""
    os.environ["OPENPYXL_LXML"] = "False"
    blocked = [name for name in _NOT_NEEDED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(blocked))  # type: ignore[arg-type] # Python's way to say: not to be had
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openpyxl as library
        import openpyxl.styles.numbers
        import openpyxl.utils.datetime

    for name in blocked:
        del sys.modules[name]  # marking needs lxml, and openpyxl has done without by now
    return library
