"""The scan of a worksheet, and of the texts and styles by which its cells are understood.

Called for each element, so it is terse. A text is made of `t`, or of `t` in runs (`r`) of different looks; what stands
in `rPh` is how it is read aloud. Of the styles only those are kept that show a number as a date, a time or a duration.
What shows days, and which, is in `days`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pyexpat import XMLParserType

from nerima_report.workbooks import limits
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.days import day_of, shows_date, shows_duration, written_day
from nerima_report.workbooks.values import CellValue, Position, SheetFacts, address, column_number, position_of

_NO_DAY = "#VALUE!"  # what a spreadsheet program shows for a number that is no day
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_TEXT, _RUN = f"{MAIN}t", f"{MAIN}r"
# Dates and times that have no format code in the file (ECMA-376 part 1, 18.8.30), also those of a Japanese
# Excel: openpyxl does not know them, and a date such as 令和4年6月27日 would be read as the count 44,739.
_DATE_IDS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_DURATION_ID = 46
_TRUE = ("1", "true", "on")
_DIGITS = "0123456789"
_CELL, _SAVED = f"{MAIN}c", f"{MAIN}v"
_COLUMNS = {address((0, column))[:-1]: column for column in range(1, limits.MAX_COLUMNS + 1)}


@dataclass
class ScannedSheet:
    """What was noted of a worksheet: its values, and more.

    `formulas` are the cells whose formula gives no text, and may lack its result.
    """

    cells: dict[Position, CellValue] = field(default_factory=dict)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[Position, Position]] = field(default_factory=list)
    formulas: set[Position] = field(default_factory=set)
    duplicates: set[Position] = field(default_factory=set)

    def facts(self) -> SheetFacts:
        """What the sheet holds besides its values."""
        uncached = frozenset(position for position in self.formulas if position not in self.cells)
        return SheetFacts(
            self.hidden,
            frozenset(self.hidden_rows),
            frozenset(self.hidden_columns),
            tuple(self.merged),
            uncached,
            frozenset(self.duplicates),
            frozenset(self.formulas - uncached),
        )


class SheetScan:
    """Follows the elements of one worksheet and fills a ScannedSheet.

    Rows and cells must come in order: other readers drop those that do not, without a word. `opened` are the names
    of the open elements; only while a value is read does the parser call Python at the end of one.
    """

    def __init__(self, sheet: ScannedSheet, texts: CellTexts, parser: XMLParserType, opened: list[str]) -> None:
        self.sheet, self.texts, self.parser, self.opened = sheet, texts, parser, opened
        self.rows = self.cells = self.row = self.column = 0
        self.row_text = self.style = "0"
        self.kind = "n"
        self.pieces: list[str] = []
        self.read = True
        self.inline = TextScan(parser, opened, self._take)

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        handlers = {"c": self._cell, "v": self._saved, "is": self._written, "f": self._formula, "row": self._row}
        handlers |= {"mergeCell": self._merge, "col": self._columns, "t": self.inline.piece}
        return {f"{MAIN}{name}": handler for name, handler in handlers.items()}

    def _row(self, attributes: dict[str, str]) -> None:
        before = self.row
        try:
            self.row = int(float(attributes["r"])) if "r" in attributes else before + 1
        except (ValueError, OverflowError):
            raise Refused("broken") from None
        self.rows, self.row_text, self.column = self.rows + 1, str(self.row), 0
        if self.rows > limits.MAX_ROWS:
            raise Refused("beyond-limit", limit="rows")
        if self.row <= before:
            raise Refused("out-of-order", cell=address((self.row, 1)))
        if attributes.get("hidden") in _TRUE or attributes.get("ht") == "0":
            self.sheet.hidden_rows.add(self.row)

    def _cell(self, attributes: dict[str, str]) -> None:
        before = self.column
        reference = attributes.get("r")
        if reference is None:
            self.column = before + 1
        else:
            letters = reference.rstrip(_DIGITS)
            self.column = _COLUMNS.get(letters) or _column_number(letters)
            if reference[len(letters) :] != self.row_text:
                raise Refused("out-of-order", cell=reference)
        self.cells += 1
        self.kind, self.style, self.read = attributes.get("t", "n"), attributes.get("s", "0"), False
        if self.column <= before:
            if self.column < before:
                raise Refused("out-of-order", cell=address((self.row, self.column)))
            self.sheet.duplicates.add((self.row, self.column))
            self.sheet.cells.pop((self.row, self.column), None)  # the last one counts
        if self.cells > limits.MAX_CELLS:
            raise Refused("beyond-limit", limit="cells")

    def _saved(self, attributes: dict[str, str]) -> None:
        """A value begins; a cell has one."""
        self._holds_something()
        if self.kind != "inlineStr" and not self.read and self.opened[-2] == _CELL:
            self.read = True
            self.pieces.clear()
            self.parser.CharacterDataHandler = self.pieces.append
            self.parser.EndElementHandler = self._end_of_value

    def _end_of_value(self, name: str) -> None:
        self.opened.pop()
        self.parser.CharacterDataHandler = None
        self.parser.EndElementHandler = self.opened.remove
        text = "".join(self.pieces)
        if name != _SAVED:
            raise Refused("broken", cell=address((self.row, self.column)))
        if text:
            try:
                self.sheet.cells[self.row, self.column] = self.texts.value(self.kind, self.style, text)
            except (ValueError, IndexError):
                raise Refused("broken", cell=address((self.row, self.column))) from None

    def _written(self, attributes: dict[str, str]) -> None:
        """A text begins that stands in the cell itself."""
        self._holds_something()
        if self.kind == "inlineStr" and self.opened[-2] == _CELL:
            self.inline.begin(attributes)

    def _take(self, text: str) -> None:
        self.sheet.cells[self.row, self.column] = text

    def _holds_something(self) -> None:
        """The cell holds something; where nothing stands, a far cell only has a border or a colour."""
        if self.row > limits.MAX_ROWS:
            raise Refused("beyond-limit", cell=address((self.row, self.column)), limit="rows")
        if self.column > limits.MAX_COLUMNS:
            raise Refused("beyond-limit", cell=address((self.row, self.column)), limit="columns")
        if self.kind == "str":  # a formula that gives an empty text has a result
            self.sheet.formulas.discard((self.row, self.column))

    def _formula(self, attributes: dict[str, str]) -> None:
        self._holds_something()
        self.sheet.formulas.add((self.row, self.column))

    def _merge(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("ref", "")
        first, _, last = reference.partition(":")
        corners = _position(first), _position(last or first)
        self.sheet.merged.append((min(corners), max(corners)))
        if len(self.sheet.merged) > limits.MAX_MERGES:
            raise Refused("beyond-limit", limit="merges")

    def _columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") not in _TRUE and attributes.get("width") != "0":
            return
        try:
            first, last = int(attributes["min"]), int(attributes["max"])
        except (KeyError, ValueError):
            raise Refused("broken") from None
        self.sheet.hidden_columns.update(range(max(first, 1), min(last, limits.MAX_COLUMNS) + 1))


def _position(reference: str) -> Position:
    try:
        return position_of(reference)
    except ValueError:
        raise Refused("broken") from None


def _column_number(letters: str) -> int:
    try:
        return column_number(letters)
    except ValueError:
        raise Refused("broken") from None


@dataclass
class CellTexts:
    """What the cells of a workbook mean: its shared texts, the styles that show days, and its first day."""

    shared: list[str] = field(default_factory=list)
    from_1904: bool = False
    styles: ScannedStyles | None = None
    known_days: dict[tuple[str, int], CellValue] = field(default_factory=dict)

    def value(self, kind: str, style: str, text: str) -> CellValue:
        """The value of a cell of a kind (`t`) in a style (`s`). Raises ValueError or IndexError for what is none."""
        match kind:
            case "s":
                return self.shared[int(text)]
            case "n":
                return self._day(text, int(style)) if self.styles and self.styles.days[int(style)] else _number(text)
            case "b":
                return bool(int(text))
            case "d":
                return written_day(text) if text else None
            case _:
                return text

    def _day(self, text: str, style: int) -> CellValue:
        if (text, style) not in self.known_days:
            duration = self.styles is not None and shows_duration(self.styles.code(style))
            self.known_days[text, style] = _day(_number(text), self.from_1904, duration)
        return self.known_days[text, style]


def _number(text: str) -> int | float:
    return float(text) if "." in text or "E" in text or "e" in text else int(text)


def _day(number: int | float, from_1904: bool, duration: bool) -> CellValue:
    try:
        return day_of(number, from_1904=from_1904, duration=duration)
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

    @cached_property
    def days(self) -> _Days:
        """Which styles show dates, times or durations, found when a cell first asks."""
        return _Days(self)

    def code(self, style: int) -> str:
        """The format code of a style; '' for one that shows no day."""
        number = self.formats[style] if 0 <= style < len(self.formats) else 0
        known = "yyyy-mm-dd" if number in _DATE_IDS else "[h]:mm:ss" if number == _DURATION_ID else ""
        return self.codes.get(number, known)


class _Days(dict[int, bool]):
    def __init__(self, styles: ScannedStyles) -> None:
        super().__init__()
        self._styles = styles

    def __missing__(self, style: int) -> bool:
        self[style] = shows_date(self._styles.code(style))
        return self[style]


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
