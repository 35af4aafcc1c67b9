"""What a number format makes of a value: the text that a person sees.

A renderer of the parts that formats are made of (sections, conditions, placeholders, literals, scaling commas,
percent), as far as it must be known whether the text says what the value says (`tallies.cell_values` decides that).
What a conditional format changes is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from itertools import groupby

from nerima_report.fiscal_year import ERAS, era_year
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
# Colours by the names that Excel gives them, in English and in Japanese: [White], [白], [Color2], [色2].
_NAMED = (
    ("black", "黒", "000000"), ("white", "白", "FFFFFF"), ("red", "赤", "FF0000"), ("green", "緑", "00FF00"),
    ("blue", "青", "0000FF"), ("yellow", "黄", "FFFF00"), ("magenta", "紫", "FF00FF"), ("cyan", "水", "00FFFF"),
)  # fmt: skip
_COLOURS = {
    name: colour
    for number, (english, japanese, colour) in enumerate(_NAMED, start=1)
    for name in (english, japanese, f"color{number}", f"色{number}")
}
_PLAIN_DIGITS = re.compile("#*0")
_EXPONENT = "指数"
_ELAPSED = re.compile("h+|m+|s+", re.IGNORECASE)
_KANJI_DIGITS = ("dbnum1", "dbnum2")
# What may stand between the numbers of a date and says none itself.
_DATE_LITERALS = frozenset("年月日時分秒曜()（）/／-－.．,、:：・' 　")
_LONGEST = 80  # characters of a display that a finding shows
LONGEST_CODE = 255  # characters: what Excel itself allows
_MOST = 15  # decimals, commas and percents that are followed
_LARGEST = 10**_MOST  # no check takes a number from here on for a count, whatever is seen of it


@dataclass
class _Section:
    """A part of a format code (from ; to ;): its pieces in order, each with its kind.

    The kinds are digit (a placeholder), point, literal, date, general, text (@).
    """

    condition: tuple[str, Decimal] | None = None
    colour: str = ""
    pieces: list[tuple[str, str]] = field(default_factory=list)
    commas: int = 0  # after the last placeholder: each divides by 1,000
    groups: bool = False  # thousands are separated
    percents: int = 0
    other: str = ""  # how it shows numbers, where that is no row of digits: as a date, as a fraction, …

    def has(self, kind: str) -> bool:
        """Whether there is a piece of a kind."""
        return any(piece_kind == kind for piece_kind, _ in self.pieces)

    @property
    def is_plain(self) -> bool:
        """Whether every whole number and every day is seen as it is, and nothing beside it."""
        if self.condition or self.colour or self.commas or self.percents:
            return False
        if self.has("date"):
            return not self.other and all(
                _DATE_LITERALS.issuperset(text) for kind, text in self.pieces if kind == "literal"
            )
        whole = "".join(text if kind == "digit" else kind for kind, text in self.pieces)
        return not self.other and (whole in ("general", "text") or _PLAIN_DIGITS.fullmatch(whole) is not None)

    def add_literal(self, text: str) -> None:
        """Add what is shown as it is written."""
        if text:
            self.pieces.append(("literal", text))

    def add_placeholder(self, char: str) -> None:
        """Add a place for a digit. Commas before it separate thousands, unless the point is behind."""
        if self.other:  # the digits of an exponent or a denominator
            return
        if self.commas and not self.has("point"):
            self.commas, self.groups = 0, True
        self.pieces.append(("digit", char))


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
        """Whether a value may be seen as something else; of most formats nothing else is asked."""
        return not all(section.is_plain for section in self.sections) or len(self._sections_of_numbers) > 1

    @property
    def colours(self) -> set[str]:
        """The colours in which it writes."""
        return {section.colour for section in self.sections} - {""}

    def without(self, colours: set[str]) -> NumberFormat:
        """The format as it is seen where nobody sees these colours."""
        if not colours:
            return self
        unseen = (section.colour in colours for section in self.sections)
        return NumberFormat(
            tuple(
                _Section(section.condition) if hidden else section
                for section, hidden in zip(self.sections, unseen, strict=True)
            )
        )

    def display(self, value: CellValue) -> str | None:
        """What is seen of a text, a number or a day; None where it is the value itself that is seen."""
        if isinstance(value, str):
            section = self._section_of_texts
            seen = "".join(value if kind == "text" else text for kind, text in section.pieces) if section else value
        elif isinstance(value, date):
            day = value.date() if isinstance(value, datetime) else value
            return _display_of_day(day, self.sections[0])
        elif isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
            return None
        else:
            number = Decimal(repr(value))
            seen = _display(number, *self._section_for(number)).strip()
            value = f"{number:f}"
        return None if seen.strip() == value.strip() else seen.strip()[:_LONGEST]

    @property
    def _section_of_texts(self) -> _Section | None:
        last = self.sections[-1]
        return self.sections[3] if len(self.sections) > 3 else last if last.has("text") else None

    @property
    def _sections_of_numbers(self) -> tuple[_Section, ...]:
        return tuple(s for s in self.sections[:3] if s is not self._section_of_texts) or self.sections[:1]

    def _section_for(self, number: Decimal) -> tuple[_Section, bool]:
        """The section that shows a number, and whether it shows the sign by itself."""
        sections = self._sections_of_numbers
        for section in sections:
            if section.condition and _HOLDS[section.condition[0]](number, section.condition[1]):
                return section, True
        if any(section.condition for section in sections):
            general = _Section(pieces=[("general", "")])
            return next((section for section in sections if not section.condition), general), True
        if number < 0 and len(sections) > 1:
            return sections[1], False
        return sections[2] if number == 0 and len(sections) > 2 else sections[0], True


@lru_cache(maxsize=1024)
def number_format(code: str) -> NumberFormat:
    """The format of a code."""
    return NumberFormat.parse(code[:LONGEST_CODE] or "General")


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
    elif match["general"]:
        section.pieces.append(("general", ""))
    elif match["exponent"]:
        section.other = _EXPONENT
    elif match["bracket"] is not None:
        _take_bracket(section, match["bracket"])
    else:
        section.add_literal(match["quoted"] or match["escaped"] or (match["fill"] or "").strip())


def _take_bracket(section: _Section, text: str) -> None:
    if condition := _CONDITION.fullmatch(text):
        section.condition = condition[1], Decimal(condition[2])
    elif text.startswith("$"):  # a currency and a language
        section.add_literal(text[1:].partition("-")[0])
    elif _ELAPSED.fullmatch(text):
        section.pieces.append(("date", text))
    elif text.lower() in _KANJI_DIGITS:
        section.other = "漢数字"
    elif colour := _COLOURS.get(text.lower().replace(" ", "")):
        section.colour = colour


def _take_char(section: _Section, char: str) -> None:
    is_number = section.has("digit")
    if char in _PLACEHOLDERS:
        section.add_placeholder(char)
    elif char == "." and not section.has("point"):
        section.pieces.append(("point", char))
    elif char == "," and is_number:
        section.commas += 1
    elif char == "@":
        section.pieces.append(("text", char))
    elif char == "/" and is_number:
        section.other = "分数"
    elif char.lower() in _DATE_LETTERS:
        section.pieces.append(("date", char.lower()))
        section.other = section.other or ("仏暦" if char.lower() == "b" else "")  # its years are others
    else:
        section.percents += char == "%"
        section.add_literal(char)


def _display(number: Decimal, section: _Section, shows_sign: bool) -> str:
    """What a section shows of a number."""
    kinds = [kind for kind, _ in section.pieces]
    if "date" in kinds:
        return "日付や時刻"
    point = kinds.index("point") if "point" in kinds else len(kinds)
    scaled = abs(number) * 100 ** min(section.percents, _MOST) / 1000 ** min(section.commas, _MOST)
    places = min(kinds[point:].count("digit"), _MOST)
    sign = "-" if shows_sign and number < 0 else ""
    if section.other:
        return f"{sign}{scaled:.{places}E}" if section.other == _EXPONENT else f"{sign}{scaled:f}（{section.other}）"
    rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=10 * _MOST))
    whole, _, decimals = f"{rounded:f}".partition(".")
    before_point = replace(section, pieces=section.pieces[:point])
    shown = _with_whole(before_point, whole.lstrip("0"), f"{scaled:f}")
    if point < len(kinds) and "digit" not in kinds[:point]:  # .0 shows whole digits as well
        shown += whole.lstrip("0")
    return sign + shown + _with_decimals(section.pieces[point:], decimals)


def _with_whole(section: _Section, digits: str, number: str) -> str:
    """The pieces before the point with their digits, which fill the places from the right; the first takes the rest.

    General and @ show the number itself.
    """
    shown, left, written = [], digits, 0
    places = sum(kind == "digit" for kind, _ in section.pieces)
    for kind, text in reversed(section.pieces):
        if kind == "digit":
            places -= 1
            taken = left if places == 0 else left[-1:]
            left = left[: len(left) - len(taken)]
            for digit in reversed(taken or {"0": "0", "?": " "}.get(text, "")):
                shown.append(f"{digit}," if section.groups and written and written % 3 == 0 else digit)
                written += 1
        else:
            shown.append(number if kind in ("general", "text") else text)
    return "".join(reversed(shown))


def _with_decimals(pieces: list[tuple[str, str]], digits: str) -> str:
    """The point and the pieces behind it with their digits; zeros at the end are seen where the format says 0."""
    shown, left = "", digits
    for number, (kind, text) in enumerate(pieces):
        if kind == "digit":
            shown += left[:1] if ("digit", "0") in pieces[number:] or left.strip("0") else ""
            left = left[1:]
        else:
            shown += text
    return shown


def _display_of_day(day: date, section: _Section) -> str | None:
    """What is seen of a day; None where that is nothing but its own numbers and what stands between them."""
    if not section.pieces:  # in a colour that nobody sees
        return ""
    written = era_year(day)
    era = written.rstrip("元0123456789")
    initials = {known.letter for known in ERAS if known.name == era}
    literals = {text for kind, text in section.pieces if kind == "literal"} - {era, *initials}
    if not section.other and _DATE_LITERALS.issuperset("".join(literals)):
        return None
    numbers = {
        "y": day.year,
        "b": day.year + 543,
        "m": day.month,
        "d": day.day,
        "g": era,
        "e": written.removeprefix(era),
    }
    runs = groupby(section.pieces, key=lambda piece: piece[1] if piece[0] == "date" else "")  # yyyy is one number
    return "".join(
        str(numbers.get(char, "…")) if char else "".join(text for _, text in pieces) for char, pieces in runs
    )
