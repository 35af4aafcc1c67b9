"""What a number format makes of a number: whether the digits that a person sees are those of the value.

Not a renderer: it answers that question only, for the parts that formats are made of (sections, conditions,
placeholders, literals, scaling commas, percent). What a conditional format changes is not known here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from nerima_report.workbooks.values import CellValue

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]|(?P<general>General|G/標準|標準)'
    r"|(?P<exponent>E[+-])|(?P<char>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_HOLDS = {
    "<": Decimal.__lt__, "<=": Decimal.__le__, ">": Decimal.__gt__, ">=": Decimal.__ge__, "=": Decimal.__eq__,
    "<>": Decimal.__ne__,
}  # fmt: skip
_PLACEHOLDERS, _DATE_LETTERS = "0#?", frozenset("dmyhsgeabr")
_MINUS = frozenset("-−‐‑–—―△▲▽▼")
# How accounting formats show zero, and what else nobody takes for another number.
_ZERO = re.compile(r"[¥￥$\s]*(?:[-－−‐–—―ー─]|なし|無し?|該当なし)[^\d]*")
_SCALE = "割倍約%‰"  # with characters that are numerals (十, 千, 万), they make another number of the digits
_LONGEST = 40  # characters of a display that a finding shows
_LONGEST_CODE = 255  # characters: what Excel itself allows
_MOST = 15  # decimals, commas and percents that are followed
_LARGEST = 10**_MOST  # no check takes a number from here on for a count, whatever is seen of it


@dataclass
class _Section:
    """A part of a format code (from ; to ;), as far as it decides which digits are seen."""

    condition: tuple[str, Decimal] | None = None
    before: str = ""
    between: str = ""  # a literal among the digits
    after: str = ""
    whole: str = ""  # placeholders before the decimal point
    decimals: int = 0
    has_point: bool = False
    commas: int = 0  # after the last placeholder: each divides by 1,000
    percents: int = 0
    as_it_is: bool = False  # General, an exponent, a fraction: the digits are those of the value
    is_date: bool = False
    text: bool = False  # @

    @property
    def shows_number(self) -> bool:
        """Whether any digit of the number is shown."""
        return bool(self.whole or self.decimals or self.as_it_is)

    @property
    def is_plain(self) -> bool:
        """Whether every whole number is seen, and nothing beside it."""
        beside = self.before or self.between or self.after or self.commas or self.percents or self.is_date
        return not beside and not self.condition and (self.as_it_is or self.whole.endswith("0"))

    def add_literal(self, text: str) -> None:
        if self.shows_number:
            self.after += text
        else:
            self.before += text

    def add_placeholder(self, char: str) -> None:
        self.between, self.after = self.between + self.after.replace(" ", ""), ""
        self.commas = 0
        if self.has_point:
            self.decimals += 1
        else:
            self.whole += char


@dataclass(frozen=True)
class NumberFormat:
    """A format code, taken apart."""

    sections: tuple[_Section, ...]

    @classmethod
    def parse(cls, code: str) -> NumberFormat:
        """The format of a code; whatever the code says, there is one."""
        return cls(tuple(_sections(code)))

    @property
    def may_differ(self) -> bool:
        """Whether a whole number or a text may be seen as something else; of most formats nothing else is asked."""
        return len(self.sections) > 1 or not self.sections[0].is_plain

    def display(self, value: CellValue) -> str | None:
        """What is seen instead of a number or a text; None where it is the value itself that is seen."""
        if isinstance(value, str):
            return self._display_of_text(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
            return None
        number = Decimal(repr(value))
        return _display(number, *self._section_for(number))

    def _display_of_text(self, text: str) -> str | None:
        section = self.sections[3] if len(self.sections) > 3 else None
        if section is None or (section.text and not _is_misleading(section.before + section.after)):
            return None
        return f"{section.before}{text if section.text else ''}{section.after}".strip()[:_LONGEST]

    def _section_for(self, number: Decimal) -> tuple[_Section, bool]:
        """The section that shows a number, and whether it shows the sign by itself."""
        sections = self.sections[:3]
        for section in sections:
            if section.condition and _HOLDS[section.condition[0]](number, section.condition[1]):
                return section, True
        if any(section.condition for section in sections):
            return next((section for section in sections if not section.condition), _Section()), True
        if number < 0 and len(sections) > 1:
            return sections[1], False
        return sections[2] if number == 0 and len(sections) > 2 else sections[0], True


@lru_cache(maxsize=1024)
def number_format(code: str) -> NumberFormat:
    """The format of a code."""
    return NumberFormat.parse(code[:_LONGEST_CODE] or "General")


def _sections(code: str) -> Iterator[_Section]:
    section = _Section()
    for match in _TOKEN.finditer(code):
        if match["char"] == ";":
            yield section
            section = _Section()
        else:
            _take(section, match)
    yield section


def _take(section: _Section, match: re.Match[str]) -> None:
    """Take in a token of a section."""
    if char := match["char"]:
        _take_char(section, char)
    elif match["general"] or match["exponent"]:
        section.as_it_is = True
    elif match["bracket"]:
        if condition := _CONDITION.fullmatch(match["bracket"]):
            section.condition = condition[1], Decimal(condition[2])
        elif match["bracket"].startswith("$"):  # a currency and a language
            section.add_literal(match["bracket"][1:].partition("-")[0])
    else:
        section.add_literal(match["quoted"] or match["escaped"] or (match["fill"] or "").strip())


def _take_char(section: _Section, char: str) -> None:
    if char in _PLACEHOLDERS:
        section.add_placeholder(char)
    elif char == "." and not section.has_point:
        section.has_point = True
    elif char == "," and section.shows_number:
        section.commas += 1
    elif char == "@" or (char == "/" and section.shows_number):
        section.as_it_is = True
        section.text |= char == "@"
    elif char.lower() in _DATE_LETTERS:
        section.is_date = True
    else:
        section.percents += char == "%"
        section.add_literal(char)


def _display(number: Decimal, section: _Section, shows_sign: bool) -> str | None:
    """What a section shows instead of a number; None where the number is seen."""
    literals = section.before + section.between + section.after
    if section.is_date:
        return "日付や時刻"
    if not section.shows_number:
        text = literals.strip()
        same = (number == 0 and _ZERO.fullmatch(text)) or _is_digits(text, number)
        return None if same else text[:_LONGEST]
    shown = abs(number)
    if not section.as_it_is:
        scaled = shown * 100 ** min(section.percents, _MOST) / 1000 ** min(section.commas, _MOST)
        last = Decimal(1).scaleb(-min(section.decimals, _MOST))
        shown = scaled.quantize(last, ROUND_HALF_UP, Context(prec=10 * _MOST))
    if shown == 0 and not section.as_it_is and "0" not in section.whole and not section.decimals:
        return None if _ZERO.fullmatch(literals) else literals.strip()[:_LONGEST]
    sign = "-" if shows_sign and number < 0 else ""
    minus = bool(sign) or not _MINUS.isdisjoint(literals) or (number < 0 and "(" in section.before)
    if number == 0:
        same = not any(char.isdecimal() and char != "0" for char in unicodedata.normalize("NFKC", literals))
    else:
        same = shown == abs(number) and minus == (number < 0) and not section.between and not _is_misleading(literals)
    if same:
        return None
    between = f"（{section.between}）" if section.between else ""
    return f"{sign}{section.before}{shown:f}{between}{section.after}".strip()[:_LONGEST]


def _is_misleading(literals: str) -> bool:
    """Whether literals hold digits, numerals or words that make another number of the digits beside them."""
    return any(char.isnumeric() or char in _SCALE for char in unicodedata.normalize("NFKC", literals))


def _is_digits(text: str, number: Decimal) -> bool:
    """Whether a literal spells the number."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    return plain.isdecimal() and plain.isascii() and Decimal(plain) == number
