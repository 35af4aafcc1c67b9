"""The scan of a worksheet: its limits, its values, what else is noted. Called for each element, so it is terse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pyexpat import XMLParserType

from nerima_report.workbooks import limits
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.cell_scan import MAIN, CellTexts, TextScan
from nerima_report.workbooks.values import CellValue, Position, SheetFacts, address, column_number, position_of

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
