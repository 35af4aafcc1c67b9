"""What a cell says: a count, a blank, 該当なし, or nothing that may be taken for one of them.

Blank is not zero: 0 is a statement, a blank is a question, 該当なし is an answer. Nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Literal, NamedTuple

from nerima_report.edition.entries import EntryField
from nerima_report.fiscal_year import Month, full_date, names_other_era, parse_date, parse_month
from nerima_report.text import plain
from nerima_report.workbooks import CellValue, is_blank

Status = Literal["reported", "blank", "not applicable", "unreadable"]

# What cannot be taken as a count, by the name under which checks/cells.py reports it.
Fault = Literal[
    "", "not-a-number", "negative", "not-whole", "too-large", "unknown-choice", "not-a-date", "no-saved-result",
    "not-a-text", "ditto",
]  # fmt: skip

# Why a value that was read is told all the same: it was a text such as １２ or 1,236件, it had digits beyond those that
# Excel shows (33.00000000000001), its date names an era that was over.
Remark = Literal["", "respelled", "rounded", "other-era"]

# How a count may be written as text without a doubt: digits, or digits in groups of three.
_DIGITS = str.maketrans("０１２３４５６７８９，", "0123456789,")
_COUNT = re.compile(r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+")
_LONGEST = 20  # digits and commas that are turned into a number

# What a cell shows whose formula failed.
_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
# Entries are sorted over all 課, so what stood above one stands elsewhere in the report.
_DITTO = re.compile("""同上|同前|同左|上[にと]同じ|[〃々仝"'“”′〝〞〟‟ゝヽ〻\u3099↓⇓⇩⬇↧↑⇑⇧⬆]+""")
_LONGEST_DITTO = 20  # with what the plain text leaves out

# Larger than any count of people or requests in Japan: above it a cell holds a slip, not a count.
LARGEST_COUNT = 1_000_000_000


# What a number format may show beside the digits of a count: words that say what is counted, and quotation marks.
# Everything else says something else of the number: 以上, 約, 千, ¥, α.
_COUNTED = ("件", "人", "名", "個", "回", "か所", "ファイル")
_BESIDE = re.compile(rf"(?:計|[「『])?\s*(.*?)\s*(?:{'|'.join(_COUNTED)})?[」』]?")
_MINUS_SIGNS = "-−‐‑–—―△▲▽▼"
_DIGITS_SEEN = r"(?:[0-9]+|[0-9]{1,3}(?:[, ][0-9]{3})+)(?:\.[0-9]{0,2})?"  # 92.000 looks like thousands
_SEEN = re.compile(rf"(?P<minus>[{_MINUS_SIGNS}]+|\()?\s*(?P<digits>{_DIGITS_SEEN})\)?")
# How accounting formats show zero.
_SEEN_ZERO = re.compile(rf"[{_MINUS_SIGNS}ー─]|なし|無し?|該当なし|0%")


class Reading(NamedTuple):
    """A value read from a cell, how it is to be understood, why it is unreadable, and what is remarkable about it."""

    value: object
    status: Status
    fault: Fault = ""
    remark: Remark = ""

    @property
    def respelled(self) -> bool:
        """Whether the cell holds a text that was read as a number: Excel itself adds up none of them."""
        return self.remark == "respelled"


BLANK = Reading(None, "blank")
DOES_NOT_APPLY = Reading(None, "not applicable")
ZERO = Reading(0, "reported")
# A formula whose result was not saved is no blank: in Excel a number stands there.
NO_SAVED_RESULT = Reading(None, "unreadable", "no-saved-result")


def read_count(value: CellValue, unit: str = "") -> Reading:
    """Read a count: a whole number of at least 0, or a text that can be nothing else.

    Nothing else can be １２, 1,236 or, in a column of 件, 12件.

    >>> read_count(12).value, read_count(12.0).value, read_count("１，２３６件", "件").value
    (12, 12, 1236)
    >>> {read_count(text, "件").fault for text in ("12人", "916(21)", "－", "85213,3099", "1 2", "①")}
    {'not-a-number'}
    """
    if is_blank(value):
        return Reading(None, "blank")
    if isinstance(value, str):
        if plain(value) == "該当なし":
            return DOES_NOT_APPLY
        text = value.strip().translate(_DIGITS).removesuffix(unit).rstrip()
        if _COUNT.fullmatch(text) and len(text) > _LONGEST:
            return Reading(None, "unreadable", "too-large")
        if _COUNT.fullmatch(text):
            return _read_number(int(text.replace(",", "")))._replace(remark="respelled")
    reading = _read_number(value)
    if isinstance(reading.value, int) and reading.value < 0:
        return Reading(None, "unreadable", "negative")
    return reading


def read_field(field: EntryField, value: CellValue) -> Reading:
    """Read a field of an entry after its type: a text, a choice, a month, a date or a number."""
    if is_blank(value):
        return Reading(None, "blank")
    match field.type:
        case "count":
            return read_count(value, field.unit)
        case "order" | "difference":
            return _read_number(value)
        case "month":
            month = parse_month(value)
            return _read_day(value, month) if month else Reading(None, "unreadable", "not-a-date")
        case "date":
            day = parse_date(value)
            return _read_day(value, day) if day else Reading(None, "unreadable", "not-a-date")
        case "choice":
            choice = next((choice for choice in field.choices if plain(choice) == plain(value)), None)
            return Reading(choice, "reported") if choice else Reading(None, "unreadable", "unknown-choice")
        case "text":
            return _read_text(value)


def _read_text(value: CellValue) -> Reading:
    """A text on one line. A failed formula, a truth value, a date and a time are none; 同上 says nothing by itself."""
    if isinstance(value, bool | date | time | timedelta) or value in _ERRORS:
        return Reading(None, "unreadable", "not-a-text")
    text = str(as_shown(value) if isinstance(value, float) else value)
    text = " ".join(text.split())
    return Reading(None, "unreadable", "ditto") if is_ditto(text) else Reading(text, "reported")


def is_ditto(text: str) -> bool:
    """Whether a text only points to another cell: 同上, 〃, ↓.

    >>> is_ditto("″"), is_ditto("同 上"), is_ditto("↓"), is_ditto("同上のとおり")
    (True, True, True, False)
    """
    return len(text) <= _LONGEST_DITTO and _DITTO.fullmatch(plain(text)) is not None


def shown(value: CellValue) -> str:
    """A raw value as a finding shows it: 12件, 令和4年6月27日, 1.5."""
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return full_date(day) if day.year >= 1927 else day.isoformat()
    if isinstance(value, timedelta):
        hours, minutes = divmod(value // timedelta(minutes=1), 60)
        return f"{hours}:{minutes:02}"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_COUNT:
        return str(int(value))
    return " ".join(str(value).split())[:80]


def as_shown(number: float) -> int | float:
    """A number with the 15 significant digits that Excel shows of it.

    >>> as_shown(33.00000000000001), as_shown(0.1 + 0.2), as_shown(12)
    (33, 0.3, 12)
    """
    if isinstance(number, int) or not isfinite(number):
        return number
    number = float(f"{number:.15g}")
    return int(number) if number.is_integer() else number


def says(seen: str, number: float) -> bool:
    """Whether what a number format shows says the number that stands in the cell, and nothing else.

    >>> says("1,234件", 1234), says("△26", -26), says("-", 0)
    (True, True, True)
    >>> says("26以上", 26), says("(26)", 26), says("約26", 26), says("9E+01", 92)
    (False, False, False, False)
    """
    text = unicodedata.normalize("NFKC", seen).strip()
    beside = _BESIDE.fullmatch(text)
    text = beside[1] if beside else text
    if number == 0 and _SEEN_ZERO.fullmatch(text):
        return True
    match = _SEEN.fullmatch(text)
    if match is None or ("(" in text) != (")" in text):
        return False
    absolute = Decimal(re.sub("[, ]", "", match["digits"]))
    return (-absolute if match["minus"] else absolute) == Decimal(repr(as_shown(number)))


def _read_number(value: CellValue) -> Reading:
    """A whole number, also a negative one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Reading(None, "unreadable", "not-a-number")
    if not -LARGEST_COUNT <= value <= LARGEST_COUNT:  # also refuses nan and infinity
        return Reading(None, "unreadable", "too-large")
    number = as_shown(value)
    if not isinstance(number, int):
        return Reading(None, "unreadable", "not-whole")
    return Reading(number, "reported", remark="" if number == value else "rounded")


def _read_day(value: CellValue, day: date | Month) -> Reading:
    return Reading(day, "reported", remark="other-era" if names_other_era(value, day) else "")
