"""The scan of the styles: what a cell's look makes of its value.

Of each style only that is kept which makes a person see something else than the value: dates, times and durations
(what shows those is in `days`), number formats, deletion (strike-through, and a diagonal line through the cell), a
font too small or in the colour of the ground. Conditional formats are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.days import shows_date, shows_duration
from nerima_report.workbooks.read.number_format import LONGEST_CODE, NumberFormat, number_format

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main "
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_TRUE = ("1", "true", "on", "t")
# Dates and times that have no format code in the file (ECMA-376 part 1, 18.8.30), also those of a Japanese
# Excel: openpyxl does not know them, and a date such as 令和4年6月27日 would be read as the count 44,739.
_DATE_IDS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_DURATION_ID = 46
# The other built-in formats that show something else than the digits of the value.
_BUILT_IN = {9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 48: "##0.0E+0"}
_BUILT_IN |= dict.fromkeys((5, 6, 7, 8, 42, 44), "¥#,##0;¥-#,##0")

_WHITE, _BLACK = "FFFFFF", "000000"
# The colours of a file by number, as far as they are those of every file. 64 is the automatic one, 65 the window's.
_INDEXED = dict(enumerate((_BLACK, _WHITE, "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF") * 2))
_GROUND_AND_TEXT = (_WHITE, _BLACK)  # the first two colours of whatever theme; the file names the others
# What a theme lists before its other colours: the dark and the light one, and the second ones. Styles count the light
# ones first.
_IN_PAIRS = 4
_SEVERAL = "several"
_LEAST_SIZE = 3.0  # points of a font: below it nobody reads the text
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
    is_unseen: bool = False
    repeats: bool = False  # the value fills the cell, again and again
    ground: str = _WHITE


PLAIN = Look()


class _Style(NamedTuple):
    """A cell style: its number format, font, fill and border by number."""

    format: int
    font: int
    fill: int
    border: int
    repeats: bool = False


@dataclass
class _Font:
    is_struck: bool = False
    is_tiny: bool = False
    colour: str = _BLACK


@dataclass
class _Border:
    has_diagonal: bool = False  # whether a line is asked for, in one direction or both
    is_drawn: bool = False


@dataclass
class ScannedStyles:
    """The cell styles in order, and the fonts, grounds ('' for a pattern), … that they name by number.

    `theme` are the colours of the workbook's theme, in its own order. Unless `in_colour`, every colour can be seen on
    every ground.
    """

    theme: list[str] = field(default_factory=list)
    in_colour: bool = True
    styles: list[_Style] = field(default_factory=list)
    fonts: list[_Font] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)
    borders: list[_Border] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)

    @cached_property
    def looks(self) -> _Looks:
        """The look of a style by its number (the attribute `s` of a cell), found when a cell first asks."""
        return _Looks(self)

    def code(self, style: _Style) -> str:
        """The format code of a style; '' for a built-in one that shows the value."""
        number = style.format
        known = "yyyy-mm-dd" if number in _DATE_IDS else "[h]:mm:ss" if number == _DURATION_ID else ""
        return self.codes.get(number, known or _BUILT_IN.get(number, ""))

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
        border = self.borders[style.border] if 0 <= style.border < len(self.borders) else _Border()
        is_day = shows_date(code)
        format_ = number_format(code)
        format_ = format_.without({colour for colour in format_.colours if self.look_alike(colour, ground)})
        look = Look(
            is_day=is_day,
            is_duration=is_day and shows_duration(code),
            number=format_ if format_.may_differ else None,
            is_struck=font.is_struck or (border.has_diagonal and border.is_drawn),
            is_unseen=font.is_tiny or self.look_alike(font.colour, ground),
            repeats=style.repeats,
            ground=ground,
        )
        return PLAIN if look == PLAIN else look

    def look_alike(self, first: str, second: str) -> bool:
        """Whether a text of one colour cannot be seen on the other."""
        if not self.in_colour:
            return False
        if first == second:
            return bool(first)
        light, dark = sorted((_luminance(self._of_theme(colour)) for colour in (first, second)), reverse=True)
        return dark >= 0 and (light + 0.05) / (dark + 0.05) < _LEAST_CONTRAST

    def _of_theme(self, colour: str) -> str:
        """A colour that only the theme knows as RRGGBB, if the file has a theme."""
        kind, _, rest = colour.partition(" ")
        if kind != "theme":
            return colour
        number, _, tint = rest.partition(" ")
        place = int(number)
        place ^= 1 if place < _IN_PAIRS else 0
        return _tinted(self.theme[place], tint) if place < len(self.theme) else colour


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
        elements |= {"sz": self._size, "alignment": self._alignment}
        elements |= {"border": self._border, "diagonal": self._diagonal}
        return handlers | {f"{MAIN}{name}": handler for name, handler in elements.items()}

    def _section(self, name: str) -> Callable[[dict[str, str]], None]:
        def enter(attributes: dict[str, str]) -> None:
            self.inside = name

        return enter

    def _style(self, attributes: dict[str, str]) -> None:
        if self.inside == "cellXfs":
            font, fill, border = (_number(attributes.get(name) or "0") for name in ("fontId", "fillId", "borderId"))
            self.styles.styles.append(_Style(_index(attributes.get("numFmtId") or "0"), font, fill, border))

    def _alignment(self, attributes: dict[str, str]) -> None:
        styles = self.styles.styles
        if self.inside == "cellXfs" and styles and attributes.get("horizontal") == "fill":
            styles[-1] = styles[-1]._replace(repeats=True)

    def _code(self, attributes: dict[str, str]) -> None:
        if self.inside == "numFmts":
            self.styles.codes[_index(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")[:LONGEST_CODE]

    def _font(self, attributes: dict[str, str]) -> None:
        if self.inside == "fonts":
            self.styles.fonts.append(_Font())

    def _strike(self, attributes: dict[str, str]) -> None:
        if self.inside == "fonts" and self.styles.fonts:
            self.styles.fonts[-1].is_struck = is_true(attributes.get("val", "1"))

    def _size(self, attributes: dict[str, str]) -> None:
        if self.inside == "fonts" and self.styles.fonts:
            self.styles.fonts[-1].is_tiny = is_tiny(attributes)

    def _border(self, attributes: dict[str, str]) -> None:
        if self.inside == "borders":
            has_diagonal = any(is_true(attributes.get(name)) for name in ("diagonalUp", "diagonalDown"))
            self.styles.borders.append(_Border(has_diagonal))

    def _diagonal(self, attributes: dict[str, str]) -> None:
        if self.inside == "borders" and self.styles.borders:
            self.styles.borders[-1].is_drawn = attributes.get("style", "none") != "none"

    def _colour(self, attributes: dict[str, str]) -> None:
        """The colour of a font, or one of those between which a ground changes: of several nothing is said."""
        grounds = self.styles.grounds
        if self.inside == "fonts" and self.styles.fonts:
            self.styles.fonts[-1].colour = colour_of(attributes)
        elif self.inside == "fills" and grounds:
            colour = colour_of(attributes, _WHITE)
            grounds[-1] = colour if grounds[-1] in ("", colour) else _SEVERAL

    def _fill(self, attributes: dict[str, str]) -> None:
        if self.inside == "fills":
            self.styles.grounds.append("")

    def _pattern(self, attributes: dict[str, str]) -> None:
        if self.inside == "fills" and self.styles.grounds and attributes.get("patternType", "none") == "none":
            self.styles.grounds[-1] = _WHITE

    def _ground(self, attributes: dict[str, str]) -> None:
        if self.inside == "fills" and self.styles.grounds and not self.styles.grounds[-1]:
            self.styles.grounds[-1] = colour_of(attributes, _WHITE)


class ThemeScan:
    """Follows the elements of a theme and lists its colours."""

    def __init__(self, colours: list[str]) -> None:
        self.colours = colours
        self.listing = False

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        elements = {"clrScheme": self._begin, "fontScheme": self._end, "srgbClr": self._colour, "sysClr": self._colour}
        return {f"{DRAWING}{name}": handler for name, handler in elements.items()}

    def _begin(self, attributes: dict[str, str]) -> None:
        self.listing = not self.colours

    def _end(self, attributes: dict[str, str]) -> None:
        self.listing = False

    def _colour(self, attributes: dict[str, str]) -> None:
        if self.listing:
            self.colours.append(attributes.get("lastClr", attributes.get("val", "")).upper())


def is_tiny(attributes: dict[str, str]) -> bool:
    """Whether a size of a font is one that nobody can read."""
    try:
        return float(attributes.get("val", "11")) < _LEAST_SIZE
    except ValueError:
        return False


def colour_of(attributes: dict[str, str], automatic: str = _BLACK) -> str:
    """A colour as RRGGBB, or as what the file calls it where only the theme knows."""
    if "rgb" in attributes:
        return attributes["rgb"][-6:].upper()
    if "indexed" in attributes:
        number = _number(attributes["indexed"])
        return {64: automatic, 65: _WHITE, **_INDEXED}.get(number, f"indexed {number}")
    number, tint = _number(attributes.get("theme", "")), attributes.get("tint", "0")
    if number < len(_GROUND_AND_TEXT):
        return _tinted(_GROUND_AND_TEXT[number], tint) if number >= 0 else automatic
    return f"theme {number} {tint}"


def _tinted(colour: str, tint: str) -> str:
    """A colour made lighter (a tint from 0 to 1) or darker (from −1 to 0)."""
    try:
        share = max(-1.0, min(float(tint), 1.0))
        channels = [int(colour[place : place + 2], 16) for place in (0, 2, 4)]
    except ValueError:
        return colour
    aim = 255 if share > 0 else 0
    return "".join(f"{round(channel + (aim - channel) * abs(share)):02X}" for channel in channels)


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
