"""What somebody may have meant as a number, and as another year or unit than that of the form.

In a row of a table or under its headings every digit and every numeral counts, unless files.toml declares the words
around it ([beside]). Elsewhere years, dates and what names a form or a page are no numbers either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property, lru_cache

from nerima_report.edition.texts import BesideDefinition
from nerima_report.fiscal_year import fiscal_year_of, full_name, parse_date, parse_fiscal_year, parse_month
from nerima_report.tallies.cell_values import is_ditto
from nerima_report.text import likely, plain
from nerima_report.workbooks import CellValue, is_blank

UNSAVED = "結果のない計算式"  # stands for a number that is not known
_KANJI = "〇零一二三四五六七八九十百千万億壱弐参拾廿"
_COUNTER = "件|人|名|回|枚|通|冊|個|箱|台|点|社|世帯|団体|時間|割|か所|カ所|ヶ所|箇所|つ|組|校"
_IN_WORDS = re.compile(rf"[{_KANJI}]|数(?:{_COUNTER}|十|百)|半数|半分|若干|ゼロ|正正|TRUE|FALSE|#[A-Z0-9/]+[!?]?")
_NUMBER = rf"(?:[0-9]{{1,3}}|[{_KANJI}]{{1,4}})(?![0-9.,{_KANJI}]|{_COUNTER})"
_ERA = "令和|平成|昭和|[RHS]\\.?"
# 令和3年度, 令和4年3月31日, 2021年度, R3.3.31; 3年度 is of the present era.
_YEAR = re.compile(
    rf"(?P<whole>(?:(?:{_ERA})(?:元|[0-9]{{1,2}})|(?:19|20)[0-9]{{2}}(?=[年./-]))"
    r"(?:年度|(?:年|[./-])(?:[0-9]{1,2}(?:(?:月|[./-])(?:[0-9]{1,2}日?)?)?)?)?)|(?<![0-9])(?P<short>[0-9]{1,2}年度)"
)
_LAW = re.compile(r"(?:法律|政令|規則|告示|[^年()]{0,6}条例)第")
_MONTH_AND_DAY = re.compile(r"[0-9]{1,2}月(?:[0-9]{1,2}日)?")
_MONTHS = re.compile(r"([0-9]{1,2})月(?:[0-9]{1,2}日)?分?(?:から|より|[~〜―ー-])[^0-9]*([0-9]{1,2})月")
_UNIT = re.compile(r"単位[::]?([^)]*)")


class Numerals:
    """How numbers are told from other texts, by what an edition declares to be none."""

    def __init__(self, beside: BesideDefinition) -> None:
        self.beside = beside
        self._elsewhere = lru_cache(maxsize=4096)(self._is_number_elsewhere)  # forms say the same again and again

    def in_table(self, value: CellValue) -> bool:
        """Whether a cell in a row of a table, or under its headings, may hold a number: 8→9, 四十件, 〃, a date."""
        if not isinstance(value, str):
            return not is_blank(value)
        if value == UNSAVED or is_ditto(value):
            return True
        text = self._marks.sub("", plain(value))
        roman = any("\u2160" <= char <= "\u2188" for char in value)  # of which the plain text makes letters
        return roman or any(map(_is_digit, text)) or _IN_WORDS.search(text) is not None

    def elsewhere(self, value: CellValue) -> bool:
        """Whether a cell beside the tables may hold a number; a date there says when the form was filled in."""
        if not isinstance(value, str):
            return not (is_blank(value) or isinstance(value, date))
        return self._elsewhere(plain(value))

    def _is_number_elsewhere(self, text: str) -> bool:
        if self.is_contact(text) or is_ditto(text):
            return False
        for pattern in (self._phone, self._captions, _YEAR, _MONTH_AND_DAY):
            text = pattern.sub("", text)
        return self.in_table(text)

    def is_contact(self, text: str) -> bool:
        """Whether a text is a line such as 内線 2345 or 提出日: 令和5年5月1日."""
        return self._contact.match(text) is not None

    def resembles(self, text: str, known: Sequence[str]) -> bool:
        """Whether a text is a known one in other words, with no number that is not in that one."""
        alike = likely(text, known)
        return bool(alike) and self._numbers(text) <= self._numbers(alike)

    def _numbers(self, text: str) -> set[str]:
        return set(re.findall(rf"[0-9]+|[{_KANJI}]+", self._marks.sub("", plain(text))))

    @cached_property
    def _marks(self) -> re.Pattern[str]:
        return re.compile("|".join((*_patterns(self.beside.marks), *map(re.escape, map(plain, self.beside.words)))))

    @cached_property
    def _captions(self) -> re.Pattern[str]:
        return re.compile("|".join(_patterns(self.beside.captions)))

    @cached_property
    def _contact(self) -> re.Pattern[str]:
        return re.compile("|".join(self._contact_words), re.IGNORECASE)

    @cached_property
    def _phone(self) -> re.Pattern[str]:
        """A number right behind the word for it: 情報公開課 内線6312."""
        return re.compile(rf"(?:{'|'.join(self._contact_words)})[:(]?[0-9()-]+", re.IGNORECASE)

    @cached_property
    def _contact_words(self) -> list[str]:
        return sorted((re.escape(plain(word).rstrip("*")) for word in self.beside.contacts), key=len, reverse=True)


def _is_digit(char: str) -> bool:
    return unicodedata.category(char)[0] == "N"


def other_year(text: str, fiscal_year: int) -> bool:
    """Whether a text names another fiscal year, a day before the year, or only a part of its months.

    >>> [other_year(text, 2022) for text in ("令和3年度末現在", "令和4年3月31日現在", "4月から12月まで", "3年度")]
    [True, True, True, True]
    >>> [other_year(text, 2022) for text in ("令和5年3月31日", "R5.5.1", "平成12年条例第3号", "4月から翌年3月まで")]
    [False, False, False, False]
    """
    text = plain(text)
    for match in _YEAR.finditer(text):
        year = _fiscal_year(match, fiscal_year)
        dated = not match[0].endswith("年度")
        if year is None or _LAW.match(text, match.end()) or (dated and year >= fiscal_year):
            continue
        if year != fiscal_year:
            return True
    return any((int(first), int(last)) != (4, 3) for first, last in _MONTHS.findall(text))


def other_unit(text: str, units: Iterable[str]) -> bool:
    """Whether a text names a unit (単位：千件) that no column of the table has.

    >>> other_unit("（単位：千件）", ["件"]), other_unit("単位：人、件", ["人", "件"])
    (True, False)
    """
    match = _UNIT.search(plain(text))
    named = re.split("[、,・/]", match[1]) if match else []
    return any(unit not in units for unit in named if unit)


def without_years(text: str) -> str:
    """A plain text without the years and months that it names."""
    return _YEAR.sub("", text)


def years_named(text: str, fiscal_year: int) -> list[int]:
    """The fiscal years that a plain text names; of a month or a day that in which it lies."""
    years = (_fiscal_year(match, fiscal_year) for match in _YEAR.finditer(text))
    return [year for year in years if year is not None]


def _fiscal_year(match: re.Match[str], fiscal_year: int) -> int | None:
    name = match["whole"] or full_name(fiscal_year)[:2] + match["short"]
    day = parse_date(name)
    month = parse_month(name)
    if day is not None:
        return fiscal_year_of(day)
    return month.fiscal_year if month else parse_fiscal_year(name)


def _patterns(texts: Iterable[str]) -> list[str]:
    """Regular expressions for declared texts, the longest first; {番号} is a number that counts nothing."""
    number = re.escape("{番号}")
    escaped = (re.escape(plain(text)).replace(number, _NUMBER) for text in texts)
    return sorted(escaped, key=len, reverse=True)
