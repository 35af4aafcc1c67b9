"""The scan of the styles: what a cell's look makes of its value.

Of each style only that is kept which makes a person see something else than the value: dates, times and durations
(what shows those is in `days`), number formats that show other digits, strike-through, a font in the colour of the
ground. Conditional formats are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.days import shows_date, shows_duration
from nerima_report.workbooks.read.number_format import NumberFormat, number_format

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_TRUE = ("1", "true", "on", "t")
# Dates and times that have no format code in the file (ECMA-376 part 1, 18.8.30), also those of a Japanese
# Excel: openpyxl does not know them, and a date such as 令和4年6月27日 would be read as the count 44,739.
_DATE_IDS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_DURATION_ID = 46
# The other built-in formats that show other digits than those of the value.
_PERCENT_IDS = {9: "0%", 10: "0.00%"}

_WHITE, _BLACK = "FFFFFF", "000000"
# The colours of a file by number, as far as they are those of every file. 64 is the automatic one, 65 the window's.
_INDEXED = dict(enumerate((_BLACK, _WHITE, "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF") * 2))
_THEME = {0: _WHITE, 1: _BLACK}  # ground and text, in whatever theme; light and dark are the names of the others
_LEAST_CONTRAST = 1.25  # of two luminances (WCAG 2): below it nobody sees the text; light grey on white has 1.4


def is_true(text: str | None) -> bool:
    """Whether an attribute says yes, however it is spelled."""
    return text is not None and text.strip().lower() in _TRUE


@dataclass(frozen=True)
class Look:
    """What a style does to a value: the number format (None for one that shows it), and more."""

    is_day: bool = False
    is_duration: bool = False
    number: NumberFormat | None = None
    is_struck: bool = False
    in_ground_colour: bool = False


PLAIN = Look()


class _Style(NamedTuple):
    """A cell style: its number format, font and fill by number."""

    format: int
    font: int
    fill: int


@dataclass
class _Font:
    is_struck: bool = False
    colour: str = _BLACK


@dataclass
class ScannedStyles:
    """The cell styles in order, and the fonts, grounds ('' for a pattern) and format codes that they name by number."""

    styles: list[_Style] = field(default_factory=list)
    fonts: list[_Font] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)

    @cached_property
    def looks(self) -> _Looks:
        """The look of a style by its number (the attribute `s` of a cell), found when a cell first asks."""
        return _Looks(self)

    def code(self, style: _Style) -> str:
        """The format code of a style; '' for a built-in one that shows the value."""
        number = style.format
        known = "yyyy-mm-dd" if number in _DATE_IDS else "[h]:mm:ss" if number == _DURATION_ID else ""
        return self.codes.get(number, known or _PERCENT_IDS.get(number, ""))

    def look(self, number: int) -> Look:
        """The look of a style. Raises ValueError for a number that is none."""
        if number < 0:
            raise ValueError("no style")
        if number >= len(self.styles):
            return PLAIN
        style = self.styles[number]
        code = self.code(style)
        font = self.fonts[style.font] if 0 <= style.font < len(self.fonts) else _Font()
        ground = self.grounds[style.fill] if 0 <= style.fill < len(self.grounds) else _WHITE
        if shows_date(code):
            number_shown, is_duration = None, shows_duration(code)
        else:
            number_shown, is_duration = number_format(code), False
        look = Look(
            is_day=number_shown is None,
            is_duration=is_duration,
            number=number_shown if number_shown and number_shown.may_differ else None,
            is_struck=font.is_struck,
            in_ground_colour=_look_alike(font.colour, ground),
        )
        return PLAIN if look == PLAIN else look


class _Looks(dict[str, Look]):
    def __init__(self, styles: ScannedStyles) -> None:
        super().__init__()
        self._styles = styles

    def __missing__(self, style: str) -> Look:
        self[style] = self._styles.look(int(style))
        return self[style]


class StyleScan:
    """Follows the elements of the styles and fills ScannedStyles."""

    def __init__(self, styles: ScannedStyles) -> None:
        self.styles = styles
        self.inside = ""

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        sections = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "colors")
        handlers: dict[str, Callable[[dict[str, str]], None]] = {
            f"{MAIN}{section}": self._section(section) for section in sections
        }
        elements = {"xf": self._style, "numFmt": self._code, "font": self._font, "strike": self._strike}
        elements |= {"color": self._colour, "fill": self._fill, "patternFill": self._pattern, "fgColor": self._ground}
        return handlers | {f"{MAIN}{name}": handler for name, handler in elements.items()}

    def _section(self, name: str) -> Callable[[dict[str, str]], None]:
        def enter(attributes: dict[str, str]) -> None:
            self.inside = name

        return enter

    def _style(self, attributes: dict[str, str]) -> None:
        if self.inside == "cellXfs":
            font, fill = (_number(attributes.get(name, "0")) for name in ("fontId", "fillId"))
            self.styles.styles.append(_Style(_index(attributes.get("numFmtId", "0")), font, fill))

    def _code(self, attributes: dict[str, str]) -> None:
        if self.inside == "numFmts":
            self.styles.codes[_index(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")

    def _font(self, attributes: dict[str, str]) -> None:
        if self.inside == "fonts":
            self.styles.fonts.append(_Font())

    def _strike(self, attributes: dict[str, str]) -> None:
        if self.inside == "fonts" and self.styles.fonts:
            self.styles.fonts[-1].is_struck = is_true(attributes.get("val", "1"))

    def _colour(self, attributes: dict[str, str]) -> None:
        if self.inside == "fonts" and self.styles.fonts:
            self.styles.fonts[-1].colour = _colour_of(attributes, _BLACK)

    def _fill(self, attributes: dict[str, str]) -> None:
        if self.inside == "fills":
            self.styles.grounds.append("")

    def _pattern(self, attributes: dict[str, str]) -> None:
        if self.inside == "fills" and self.styles.grounds and attributes.get("patternType", "none") == "none":
            self.styles.grounds[-1] = _WHITE

    def _ground(self, attributes: dict[str, str]) -> None:
        if self.inside == "fills" and self.styles.grounds and not self.styles.grounds[-1]:
            self.styles.grounds[-1] = _colour_of(attributes, _WHITE)


def _colour_of(attributes: dict[str, str], automatic: str) -> str:
    """A colour as RRGGBB, or as what the file calls it where only the theme knows."""
    if "rgb" in attributes:
        return attributes["rgb"][-6:].upper()
    if "indexed" in attributes:
        number = _number(attributes["indexed"])
        return {64: automatic, 65: _WHITE, **_INDEXED}.get(number, f"indexed {number}")
    if "theme" not in attributes:
        return automatic
    number, tint = _number(attributes["theme"]), attributes.get("tint", "0")
    if number not in _THEME:
        return f"theme {number} {tint}"
    try:
        share = min(abs(float(tint)), 1)
    except ValueError:
        share = 0
    level = round(255 * (1 - share if number == 0 else share))
    return f"{level:02X}" * 3


def _look_alike(first: str, second: str) -> bool:
    """Whether a text of one colour cannot be seen on the other."""
    if first == second:
        return bool(first)
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return dark >= 0 and (light + 0.05) / (dark + 0.05) < _LEAST_CONTRAST


def _luminance(colour: str) -> float:
    """How light a colour is, from 0 to 1; -1 where only the theme knows."""
    try:
        channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    except ValueError:
        return -1
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _number(text: str) -> int:
    """The number of a font, a fill or a colour; -1 for what is none: a fault in it makes no value unreadable."""
    return int(text) if text.isascii() and text.isdecimal() else -1


def _index(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refused("broken") from None
