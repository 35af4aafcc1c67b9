"""The value of a cell as it was last saved, from the texts in which the file writes it, and its style.

A text is made of `t`, or of `t` in runs (`r`) of different looks; what stands in `rPh` is how it is read aloud. Of the
styles only those are kept that show a number as a date, a time or a duration (days).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pyexpat import XMLParserType

from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.days import (
    EPOCH,
    EPOCH_1904,
    day_of,
    duration_of,
    shows_date,
    shows_duration,
    written_day,
)
from nerima_report.workbooks.values import CellValue

_NO_DAY = "#VALUE!"  # what a spreadsheet program shows for a number that is no day
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_TEXT, _RUN = f"{MAIN}t", f"{MAIN}r"
# Dates and times that have no format code in the file (ECMA-376 part 1, 18.8.30), also those of a Japanese
# Excel: openpyxl does not know them, and a date such as 令和4年6月27日 would be read as the count 44,739.
_DATE_IDS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_DURATION_ID = 46


@dataclass
class CellTexts:
    """What the cells of a workbook mean: its shared texts, the styles that show days, and its first day."""

    shared: list[str] = field(default_factory=list)
    from_1904: bool = False
    days: set[int] = field(default_factory=set)
    durations: set[int] = field(default_factory=set)
    known_days: dict[tuple[str, int], CellValue] = field(default_factory=dict)

    def learn(self, styles: ScannedStyles) -> None:
        """Take in which styles show days, times and durations."""
        self.days, self.durations = styles.shown_as(shows_date, shows_duration)

    def value(self, kind: str, style: str, text: str) -> CellValue:
        """The value of a cell of a kind (`t`) in a style (`s`). Raises ValueError or IndexError for what is none."""
        match kind:
            case "s":
                return self.shared[int(text)]
            case "n":
                return self._day(text, int(style)) if self.days and int(style) in self.days else _number(text)
            case "b":
                return bool(int(text))
            case "d":
                return written_day(text) if text else None
            case _:
                return text

    def _day(self, text: str, style: int) -> CellValue:
        if (text, style) not in self.known_days:
            self.known_days[text, style] = _day(_number(text), self.from_1904, style in self.durations)
        return self.known_days[text, style]


def _number(text: str) -> int | float:
    return float(text) if "." in text or "E" in text or "e" in text else int(text)


def _day(number: int | float, from_1904: bool, duration: bool) -> CellValue:
    try:
        return duration_of(number) if duration else day_of(number, EPOCH_1904 if from_1904 else EPOCH)
    except (OverflowError, ValueError):
        return _NO_DAY


class TextScan:
    """Follows one text (`si` or `is`) and gives it to `take` when it ends.

    `opened` are the names of the open elements; while no text is open, the parser calls nobody at their ends but
    `opened.remove`, which is C.
    """

    def __init__(self, parser: XMLParserType, opened: list[str], take: Callable[[str], None]) -> None:
        self.parser, self.opened, self.take = parser, opened, take
        self.pieces: list[str] = []
        self.owner = ""

    def begin(self, attributes: dict[str, str]) -> None:
        """An element begins that holds a text."""
        self.owner = self.opened[-1]
        self.pieces.clear()
        self.parser.EndElementHandler = self._end

    def piece(self, attributes: dict[str, str]) -> None:
        """A `t` begins: a piece of the text, if it stands where one does."""
        if self.owner and self.opened[-2] in (self.owner, _RUN):
            self.parser.CharacterDataHandler = self.pieces.append

    def _end(self, name: str) -> None:
        self.opened.pop()
        if name == _TEXT:
            self.parser.CharacterDataHandler = None
        elif name == self.owner:
            self.owner = ""
            self.parser.EndElementHandler = self.opened.remove
            self.take("".join(self.pieces))


class SharedTextScan:
    """Follows the elements of the shared texts and lists them in order."""

    def __init__(self, parser: XMLParserType, opened: list[str], texts: list[str]) -> None:
        # What openpyxl does with a text that Excel escaped twice.
        self.scan = TextScan(parser, opened, lambda text: texts.append(text.replace("x005F_", "")))

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        return {f"{MAIN}si": self.scan.begin, _TEXT: self.scan.piece}


@dataclass
class ScannedStyles:
    """The number format of each cell style, in order, and the format codes of the file by number."""

    formats: list[int] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)

    def shown_as(self, date: Callable[[str], bool], duration: Callable[[str], bool]) -> tuple[set[int], set[int]]:
        """The styles that show dates or times, and those that show durations, after what a format code says."""
        codes = {**dict.fromkeys(_DATE_IDS, "yyyy-mm-dd"), _DURATION_ID: "[h]:mm:ss", **self.codes}
        dates = {number for number, code in codes.items() if date(code)}
        durations = {number for number, code in codes.items() if duration(code)}
        return (
            {style for style, number in enumerate(self.formats) if number in dates},
            {style for style, number in enumerate(self.formats) if number in durations},
        )


class StyleScan:
    """Follows the elements of the styles and fills ScannedStyles."""

    def __init__(self, styles: ScannedStyles) -> None:
        self.styles = styles
        self.inside = ""

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        sections = ("numFmts", "cellStyleXfs", "cellXfs", "dxfs")
        handlers: dict[str, Callable[[dict[str, str]], None]] = {
            f"{MAIN}{section}": self._section(section) for section in sections
        }
        return handlers | {f"{MAIN}xf": self._style, f"{MAIN}numFmt": self._code}

    def _section(self, name: str) -> Callable[[dict[str, str]], None]:
        def enter(attributes: dict[str, str]) -> None:
            self.inside = name

        return enter

    def _style(self, attributes: dict[str, str]) -> None:
        if self.inside == "cellXfs":
            self.styles.formats.append(_index(attributes.get("numFmtId", "0")))

    def _code(self, attributes: dict[str, str]) -> None:
        if self.inside == "numFmts":
            self.styles.codes[_index(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")


def _index(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Refused("broken") from None
