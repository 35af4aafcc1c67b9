"""Fiscal years (年度) and Japanese eras, in both directions.

A fiscal year is an int, the western year in which it begins: 2022 is 令和4年度, from 2022-04-01 to
2023-03-31. A fiscal year has the era of the last day of the calendar year in which it begins (2019 is
令和元年度 as a whole), a month the era of its own first day (April 2019 is 平成31年4月).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

# How a body prints its years: 令和4年, 2022年, 令和4年（2022年）.
Calendar = Literal["era", "western", "both"]


class Era(NamedTuple):
    """An era, its letter on forms and its first day."""

    name: str
    letter: str
    first_day: date


ERAS = (
    Era("令和", "R", date(2019, 5, 1)),
    Era("平成", "H", date(1989, 1, 8)),
    Era("昭和", "S", date(1926, 12, 25)),
)
# How many years after its end an era may still be counted on: 平成34年 is 令和4年, 平成64年 is not guessed.
_LONGEST_AFTER = 20
_LETTERS = "".join(era.letter for era in ERAS)
_NAMES = "|".join(era.name for era in ERAS)
_YEAR = rf"(?:(?P<era>{_NAMES}|[{_LETTERS}])\.?(?P<era_year>元|\d{{1,2}})|(?P<western>(?:19|20)\d{{2}}))"
FIRST_YEAR, LAST_YEAR = 1927, 2200  # whatever else stands where a fiscal year should is none
FIRST_RECORDED = 1950  # no record is of an earlier year
_FISCAL_YEAR = re.compile(rf"{_YEAR}(?:年度?)?", re.ASCII)
_RANGE = re.compile(r"\.{2,}|[~〜]")
_MONTH = re.compile(rf"{_YEAR}(?:年|[-/.])(?P<month>\d{{1,2}})月?", re.ASCII)
_DATE = re.compile(rf"{_YEAR}(?:年|[-/.])(?P<month>\d{{1,2}})(?:月|[-/.])(?P<day>\d{{1,2}})日?", re.ASCII)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month such as 令和4年7月.

    >>> Month(2022, 7).short, Month(2019, 4).short, Month(2019, 5).full
    ('4年7月', '31年4月', '令和元年5月')
    """

    year: int
    month: int

    @property
    def full(self) -> str:
        """The month with its era: 令和5年6月."""
        return f"{era_year(date(self.year, self.month, 1))}年{self.month}月"

    @property
    def short(self) -> str:
        """The month without the name of its era, as in 【4年7月】."""
        return self.full[2:]

    def printed(self, calendar: Calendar, *, short: bool = False) -> str:
        """The month with its year as a body prints it; with `short`, an era has no name.

        >>> [Month(2022, 7).printed(calendar) for calendar in ("era", "western", "both")]
        ['令和4年7月', '2022年7月', '令和4年（2022年）7月']
        """
        if short and calendar != "western":
            return self.short
        return f"{_year(date(self.year, self.month, 1), calendar)}{self.month}月"

    @property
    def fiscal_year(self) -> int:
        """The fiscal year in which the month lies."""
        return self.year if self.month >= 4 else self.year - 1

    def __str__(self) -> str:
        """The month as ISO 8601 writes it: 2022-07."""
        return f"{self.year:04}-{self.month:02}"


def era_year(day: date) -> str:
    """The era year of a day without 年: 令和4, 令和元; the western year before 昭和.

    >>> era_year(date(2019, 4, 30)), era_year(date(2019, 5, 1)), era_year(date(1900, 1, 5))
    ('平成31', '令和元', '1900')
    """
    for era in ERAS:
        if day >= era.first_day:
            number = day.year - era.first_day.year + 1
            return f"{era.name}{'元' if number == 1 else number}"
    return str(day.year)


def full_name(fiscal_year: int, calendar: Calendar = "era") -> str:
    """The fiscal year as printed: 令和4年度.

    >>> full_name(2019), full_name(2018), full_name(2018, "western"), full_name(2018, "both")
    ('令和元年度', '平成30年度', '2018年度', '平成30年度（2018年度）')
    """
    era, western = f"{era_year(date(fiscal_year, 12, 31))}年度", f"{fiscal_year}年度"
    return {"era": era, "western": western, "both": f"{era}（{western}）"}[calendar]


def short_name(fiscal_year: int, calendar: Calendar = "era") -> str:
    """The fiscal year without its era: 4年度, as in 「4年度中に」; a western year as it is."""
    return f"{fiscal_year}年度" if calendar == "western" else full_name(fiscal_year)[2:]


def year_end(fiscal_year: int) -> Month:
    """The month of the closing stocks: 令和5年3月 for 2022."""
    return Month(fiscal_year + 1, 3)


def parse_fiscal_year(text: object) -> int | None:
    """Read 2022, 2022年度, R4, 令和4, 令和４年度, 令和元 or 平成31; None when it is none of these.

    >>> [parse_fiscal_year(t) for t in ("2022", "R4", "令和元年度", "平成31", "来年")]
    [2022, 2022, 2019, 2019, None]
    """
    match = _FISCAL_YEAR.fullmatch(_plain(text))
    year = _western_year(match) if match else None
    return year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else None


def parse_fiscal_years(text: object) -> tuple[int, int] | None:
    """Read the first and the last year of 2018..2026, R1..R8, 令和元〜令和8; None when it is no such range.

    >>> [parse_fiscal_years(t) for t in ("2018..2026", "令和元年度～令和８年度", "H30..R8", "2018")]
    [(2018, 2026), (2019, 2026), (2018, 2026), None]
    """
    first, separator, last = (part.strip() for part in _RANGE.sub("..", _plain(text), count=1).partition(".."))
    years = parse_fiscal_year(first), parse_fiscal_year(last)
    return (years[0], years[1]) if separator and years[0] is not None and years[1] is not None else None


def parse_month(value: object) -> Month | None:
    """Read a date cell, 2022-07, 2022/7, R4.7 or 令和4年7月; None when it is none of these.

    >>> parse_month("令和４年７月"), parse_month("R1.5"), parse_month("2022/13")
    (Month(year=2022, month=7), Month(year=2019, month=5), None)
    """
    if isinstance(value, date):
        return Month(value.year, value.month)
    if not isinstance(value, str):
        return None  # 2022.1 may have been 2022.10
    match = _MONTH.fullmatch(_plain(value))
    year = _western_year(match) if match else None
    if match is None or year is None or not 1 <= int(match["month"]) <= 12:
        return None
    return Month(year, int(match["month"]))


def parse_date(value: object) -> date | None:
    """Read a date cell, 2022-06-27, R4.6.27 or 令和4年6月27日; None when it is none of these.

    >>> parse_date("令和4年6月27日")
    datetime.date(2022, 6, 27)
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = _DATE.fullmatch(_plain(value)) if isinstance(value, str) else None
    year = _western_year(match) if match else None
    if match is None or year is None:
        return None
    try:
        return date(year, int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def names_other_era(value: object, day: date | Month) -> bool:
    """Whether a text that was read as a day or month names an era in which that does not lie.

    >>> names_other_era("平成34年7月", Month(2022, 7)), names_other_era("H31.4.30", date(2019, 4, 30))
    (True, False)
    """
    if not isinstance(value, str):
        return False
    match = (_MONTH if isinstance(day, Month) else _DATE).fullmatch(_plain(value))
    if match is None or not match["era"]:
        return False
    days = [date(day.year, day.month, number) for number in (1, 28)] if isinstance(day, Month) else [day]
    names = {next((era.name for era in ERAS if each >= era.first_day), "") for each in days}
    return _named_era(match).name not in names


def fiscal_year_of(day: date) -> int:
    """The fiscal year in which a day lies."""
    return Month(day.year, day.month).fiscal_year


def collected_year(day: date) -> int:
    """The fiscal year that the office collects on a day: until June still the one that has just ended.

    >>> collected_year(date(2027, 6, 30)), collected_year(date(2027, 7, 1))
    (2026, 2027)
    """
    return fiscal_year_of(day - timedelta(days=91))


def full_date(day: date, calendar: Calendar = "era") -> str:
    """A day as printed: 令和4年6月27日.

    >>> [full_date(date(2022, 6, 27), calendar) for calendar in ("era", "western", "both")]
    ['令和4年6月27日', '2022年6月27日', '令和4年（2022年）6月27日']
    """
    return f"{_year(day, calendar)}{day.month}月{day.day}日"


def _year(day: date, calendar: Calendar) -> str:
    """The year of a day: 令和4年. Before 昭和 it is the western year in every calendar."""
    era, western = f"{era_year(day)}年", f"{day.year}年"
    both = era if era == western else f"{era}（{western}）"
    return {"era": era, "western": western, "both": both}[calendar]


def _plain(text: object) -> str:
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    return "".join(unicodedata.normalize("NFKC", str(text)).split()).upper()


def _western_year(match: re.Match[str]) -> int | None:
    if match["western"]:
        return int(match["western"])
    era = _named_era(match)
    number = 1 if match["era_year"] == "元" else int(match["era_year"])
    year = era.first_day.year + number - 1
    following = ERAS[ERAS.index(era) - 1] if era != ERAS[0] else None
    if number == 0 or (following and year > following.first_day.year + _LONGEST_AFTER):
        return None
    return year


def _named_era(match: re.Match[str]) -> Era:
    return next(era for era in ERAS if match["era"] in (era.name, era.letter))


def last_day(fiscal_year: int) -> date:
    """31 March, at whose end stocks are counted.

    >>> last_day(2022)
    datetime.date(2023, 3, 31)
    """
    return date(fiscal_year + 1, 3, 31)


def first_day(fiscal_year: int) -> date:
    """1 April."""
    return date(fiscal_year, 4, 1)
