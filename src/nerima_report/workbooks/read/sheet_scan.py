"""The scan of a worksheet, and what the values of its cells mean.

Called for each element, so it is terse. Texts are in `text_scan`; what a look makes of a value is in `style_scan`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pyexpat import XMLParserType

from nerima_report.workbooks import limits
from nerima_report.workbooks.formulas import in_short, moved, with_names
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.days import day_of, written_day
from nerima_report.workbooks.read.outside_scan import OutsideScan
from nerima_report.workbooks.read.style_scan import MAIN, PLAIN, Look, ScannedStyles, is_true
from nerima_report.workbooks.read.text_scan import LONGEST_PART, NO_LOOK, TextScan, WrittenText, written_text
from nerima_report.workbooks.values import CellValue, Position, SheetFacts, address, column_number, position_of

_NO_DAY = "#VALUE!"  # what a spreadsheet program shows for a number that is no day
_DIGITS = "0123456789"
_CELL, _SAVED, _FORMULA = f"{MAIN}c", f"{MAIN}v", f"{MAIN}f"
_COLUMNS = {address((0, column))[:-1]: column for column in range(1, limits.MAX_COLUMNS + 1)}
_TRUTHS = {"0": False, "1": True}
# Below these nobody sees a row (points) or a column (digits).
_LEAST_HEIGHT, _LEAST_WIDTH = 5.0, 1.0


@dataclass
class ScannedSheet:
    """What was noted of a worksheet: its values, and more.

    `formulas` may lack their results; `answered` are those that give a text, which may be an empty one.
    """

    cells: dict[Position, CellValue] = field(default_factory=dict)
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[Position, Position]] = field(default_factory=list)
    formulas: dict[Position, str] = field(default_factory=dict)
    answered: set[Position] = field(default_factory=set)
    duplicates: set[Position] = field(default_factory=set)
    displays: dict[Position, str] = field(default_factory=dict)
    struck: set[Position] = field(default_factory=set)
    partly_struck: dict[Position, str] = field(default_factory=dict)
    unseen: set[Position] = field(default_factory=set)
    cleaned: dict[Position, str] = field(default_factory=dict)
    comments: dict[Position, str] = field(default_factory=dict)
    partly_seen: dict[Position, str] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    hides_zeros: bool = False
    hides_columns: bool = False  # those of which nothing is said
    shown_columns: set[int] = field(default_factory=set)

    def facts(self) -> SheetFacts:
        """What the sheet holds besides its values."""
        answered = self.cells.keys() | self.answered
        if self.hides_columns:
            self.hidden_columns |= {column for _, column in self.cells} - self.shown_columns
        if self.hides_zeros:
            zeros = (position for position, value in self.cells.items() if value == 0 and value is not False)
            self.displays |= dict.fromkeys(zeros, "")
        return SheetFacts(
            hidden=self.hidden,
            hidden_rows=frozenset(self.hidden_rows),
            hidden_columns=frozenset(self.hidden_columns),
            merged=tuple(self.merged),
            uncached=frozenset(self.formulas.keys() - answered),
            duplicates=frozenset(self.duplicates),
            formulas=self.formulas,
            displays=self.displays,
            struck=frozenset(self.struck),
            partly_struck=self.partly_struck,
            unseen=frozenset(self.unseen),
            cleaned=self.cleaned,
            comments=self.comments,
            partly_seen=self.partly_seen,
            outside=tuple(text for text in map(str.strip, self.outside) if text),
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
        self.hides_rows = False  # those that say no height
        self.looks = texts.styles.looks if texts.styles else None
        self.shared_formulas: dict[str, tuple[Position, str]] = {}
        self.shared_by = ""
        self.inline = TextScan(parser, opened, self._take)
        self.pages = OutsideScan(sheet.outside, parser, opened)

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        handlers = {"c": self._cell, "v": self._saved, "is": self._written, "f": self._formula, "row": self._row}
        handlers |= {"mergeCell": self._merge, "col": self._columns}
        handlers |= {"sheetFormatPr": self._unless_said, "sheetView": self._view}
        return (
            {f"{MAIN}{name}": handler for name, handler in handlers.items()}
            | self.inline.handlers
            | self.pages.of_pages
        )

    def _view(self, attributes: dict[str, str]) -> None:
        self.sheet.hides_zeros |= not is_true(attributes.get("showZeros", "1"))

    def _unless_said(self, attributes: dict[str, str]) -> None:
        """How high rows and how wide columns are of which nothing is said."""
        lowest = _is_below(attributes.get("defaultRowHeight"), _LEAST_HEIGHT)
        self.hides_rows = is_true(attributes.get("zeroHeight")) or lowest
        self.sheet.hides_columns = _is_below(attributes.get("defaultColWidth"), _LEAST_WIDTH)

    def _row(self, attributes: dict[str, str]) -> None:
        before = self.row
        try:
            self.row = _whole(attributes["r"]) if attributes.get("r") else before + 1
        except ValueError:
            raise Refused("broken") from None
        self.rows, self.row_text, self.column = self.rows + 1, str(self.row), 0
        if self.rows > limits.MAX_ROWS:
            raise Refused("beyond-limit", limit="rows")
        if self.row <= before:
            raise Refused("out-of-order", cell=address((self.row, 1)) if self.row > 0 else "")
        hidden = _is_below(attributes["ht"], _LEAST_HEIGHT) if "ht" in attributes else self.hides_rows
        if hidden or ("hidden" in attributes and is_true(attributes["hidden"])):
            self.sheet.hidden_rows.add(self.row)

    def _cell(self, attributes: dict[str, str]) -> None:
        before = self.column
        reference = attributes.get("r")
        if not reference:
            self.column = before + 1
        else:
            letters = reference.rstrip(_DIGITS)
            self.column = _COLUMNS.get(letters) or _column_number(letters)
            if reference[len(letters) :] != self.row_text:
                raise Refused("out-of-order", cell=reference)
        self.cells += 1
        self.kind, self.style, self.read = attributes.get("t") or "n", attributes.get("s") or "0", False
        if self.column <= before:
            if self.column < before:
                raise Refused("out-of-order", cell=address((self.row, self.column)))
            self.sheet.duplicates.add((self.row, self.column))
            self.sheet.cells.pop((self.row, self.column), None)  # the last one counts
        if self.cells > limits.MAX_CELLS:
            raise Refused("beyond-limit", limit="cells")

    def _saved(self, attributes: dict[str, str]) -> None:
        """A value begins; which of two would count is anybody's guess."""
        self._holds_something()
        if self.read:
            self.sheet.duplicates.add((self.row, self.column))
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
                self._take(self.texts.value(self.kind, self.style, text))
            except (ValueError, LookupError):
                raise Refused("broken", cell=address((self.row, self.column))) from None

    def _written(self, attributes: dict[str, str]) -> None:
        """A text begins that stands in the cell itself."""
        self._holds_something()
        if self.read:
            self.sheet.duplicates.add((self.row, self.column))
        if self.kind == "inlineStr" and self.opened[-2] == _CELL:
            self.read = True
            self.inline.begin(attributes)

    def _take(self, value: CellValue) -> None:
        """The value of the cell is known: note it, and what a person sees instead of it."""
        position = self.row, self.column
        look = self.looks[self.style] if self.looks is not None else PLAIN
        if type(value) is WrittenText:
            self._note_text(position, value, look)
            value = str(value)
        elif look.is_struck:
            self.sheet.struck.add(position)
        self.sheet.cells[position] = value
        if look is PLAIN:
            return
        if look.is_unseen:
            self.sheet.unseen.add(position)
        display = look.number.display(value) if look.number else None
        if look.repeats and isinstance(value, int | float):
            display = (str(value) if display is None else display) * 2 + "…"
        if display is not None:
            self.sheet.displays[position] = display

    def _note_text(self, position: Position, text: WrittenText, look: Look) -> None:
        if text.whole:
            self.sheet.partly_struck[position] = text.whole
        if text.is_struck or (look.is_struck and not text.has_looks):
            self.sheet.struck.add(position)
        if text.changed:
            self.sheet.cleaned[position] = text.changed
        styles = self.texts.styles
        unseen = {piece for colour, piece in text.coloured if styles and styles.look_alike(colour, look.ground)}
        if unseen == {text}:
            self.sheet.unseen.add(position)
        elif apart := "".join(sorted(unseen)) or text.apart:
            self.sheet.partly_seen[position] = apart[:LONGEST_PART]

    def _holds_something(self) -> None:
        """The cell holds something; where nothing stands, a far cell only has a border or a colour."""
        if self.row > limits.MAX_ROWS:
            raise Refused("beyond-limit", cell=address((self.row, self.column)), limit="rows")
        if self.column > limits.MAX_COLUMNS:
            raise Refused("beyond-limit", cell=address((self.row, self.column)), limit="columns")
        if self.kind == "str":  # a formula that gives an empty text has a result
            self.sheet.answered.add((self.row, self.column))

    def _formula(self, attributes: dict[str, str]) -> None:
        """A formula begins; one that several cells share is written in the first of them."""
        self._holds_something()
        if self.kind == "str":
            self.sheet.answered.discard((self.row, self.column))
        if self.opened[-2] == _CELL:
            self.shared_by = attributes.get("si", "") if attributes.get("t") == "shared" else ""
            self.pieces.clear()
            self.parser.CharacterDataHandler = self.pieces.append
            self.parser.EndElementHandler = self._end_of_formula

    def _end_of_formula(self, name: str) -> None:
        self.opened.pop()
        self.parser.CharacterDataHandler = None
        self.parser.EndElementHandler = self.opened.remove
        position = self.row, self.column
        if name != _FORMULA:
            raise Refused("broken", cell=address(position))
        text = in_short(with_names("".join(self.pieces), self.texts.foreign_names))
        if self.shared_by and text:
            self.shared_formulas[self.shared_by] = position, text
        elif self.shared_by in self.shared_formulas:
            first, text = self.shared_formulas[self.shared_by]
            text = moved(text, self.row - first[0], self.column - first[1])
        self.sheet.formulas[position] = text

    def _merge(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("ref", "")
        first, _, last = reference.partition(":")
        corners = _position(first), _position(last or first)
        self.sheet.merged.append((min(corners), max(corners)))
        if len(self.sheet.merged) > limits.MAX_MERGES:
            raise Refused("beyond-limit", limit="merges")

    def _columns(self, attributes: dict[str, str]) -> None:
        hidden = is_true(attributes.get("hidden")) or _is_below(attributes.get("width"), _LEAST_WIDTH)
        if not hidden and not self.sheet.hides_columns:
            return
        try:
            first, last = _whole(attributes["min"]), _whole(attributes["max"])
        except (KeyError, ValueError):
            raise Refused("broken") from None
        noted = self.sheet.hidden_columns if hidden else self.sheet.shown_columns
        noted.update(range(max(first, 1), min(last, limits.MAX_COLUMNS) + 1))


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
    """What the cells of a workbook mean: its shared texts, its styles, and its first day."""

    shared: list[str] = field(default_factory=list)
    from_1904: bool = False
    styles: ScannedStyles | None = None
    foreign_names: dict[str, str] = field(default_factory=dict)  # names, in small letters, for cells of other workbooks
    known_days: dict[tuple[str, str], CellValue] = field(default_factory=dict)

    def value(self, kind: str, style: str, text: str) -> CellValue:
        """The value of a cell of a kind (`t`) in a style (`s`). Raises ValueError or LookupError for what is none."""
        match kind:
            case "s":
                number = _whole(text)
                if number < 0:  # to Python, the last of them
                    raise ValueError(f"no place in a list: {number}")
                return self.shared[number]
            case "n":
                return self._day(text, style) if self.styles and self.styles.looks[style].is_day else _number(text)
            case "b":
                return _TRUTHS[text.strip()]
            case "d":
                return written_day(text) if text else None
            case "e":
                return _error(text)
            case _:
                return written_text([(text, NO_LOOK)])

    def _day(self, text: str, style: str) -> CellValue:
        if (text, style) not in self.known_days:
            duration = self.styles is not None and self.styles.looks[style].is_duration
            self.known_days[text, style] = _day(_number(text), self.from_1904, duration)
        return self.known_days[text, style]


def _number(text: str) -> int | float:
    """A number in ASCII digits. Raises ValueError for what Python takes for one besides: 2_6, ２６, nan."""
    if text.isdecimal() and text.isascii():
        return int(text)
    if "_" in text or not text.isascii():
        raise ValueError(f"no number: {text[:20]}")
    return float(text) if "." in text or "E" in text or "e" in text else int(text)


def _error(text: str) -> str:
    """What a cell shows whose formula failed. Raises ValueError for anything else: a number is none."""
    if not text.startswith("#"):
        raise ValueError(f"no error: {text[:20]}")
    return text


def _whole(text: str) -> int:
    """A number of a row or a column; 5.0 is one, 5.5 is not. Raises ValueError."""
    number = _number(text)
    if number % 1:
        raise ValueError(f"no whole number: {text[:20]}")
    return int(number)


@lru_cache(maxsize=256)
def _is_below(text: str | None, least: float) -> bool:
    """Whether an attribute says a height or width below which nobody sees anything."""
    try:
        return text is not None and float(text) < least
    except ValueError:
        return False


def _day(number: int | float, from_1904: bool, duration: bool) -> CellValue:
    try:
        return day_of(number, from_1904=from_1904, duration=duration)
    except (OverflowError, ValueError):
        return _NO_DAY
