"""The scan of a worksheet: its limits, and what is noted of it. Called for each element, so it does little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nerima_report.workbooks import limits
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.values import Position, SheetFacts, address, column_number, position_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_TRUE = ("1", "true", "on")
_DIGITS = "0123456789"
_COLUMNS = {address((0, column))[:-1]: column for column in range(1, limits.MAX_COLUMNS + 1)}


@dataclass
class ScannedSheet:
    """What was noted of a worksheet; `formulas` are the cells whose formula gives no text, and may lack its result.

    `last_row` is the last in which something stands; 0 on an empty sheet.
    """

    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[Position, Position]] = field(default_factory=list)
    formulas: set[Position] = field(default_factory=set)
    duplicates: set[Position] = field(default_factory=set)
    last_row: int = 0

    def facts(self, uncached: frozenset[Position]) -> SheetFacts:
        """The facts, once it is known which formulas gave no value."""
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

    Rows and cells must come in order: openpyxl would drop those that do not, without a word.
    """

    def __init__(self, sheet: ScannedSheet) -> None:
        self.sheet = sheet
        self.rows = self.cells = self.row = self.column = 0
        self.row_text = "0"
        self.text_result = False

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        handlers = {"c": self._cell, "v": self._value, "is": self._value, "f": self._formula, "row": self._row}
        handlers |= {"mergeCell": self._merge, "col": self._columns}
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
        self.text_result = attributes.get("t") == "str"
        if self.column <= before:
            if self.column < before:
                raise Refused("out-of-order", cell=address((self.row, self.column)))
            self.sheet.duplicates.add((self.row, self.column))
        if self.cells > limits.MAX_CELLS:
            raise Refused("beyond-limit", limit="cells")

    def _value(self, attributes: dict[str, str]) -> None:
        """The cell holds something; where nothing stands, a far cell only has a border or a colour."""
        if self.row > limits.MAX_ROWS:
            raise Refused("beyond-limit", cell=address((self.row, self.column)), limit="rows")
        if self.column > limits.MAX_COLUMNS:
            raise Refused("beyond-limit", cell=address((self.row, self.column)), limit="columns")
        self.sheet.last_row = self.row
        if self.text_result:  # a formula that gives an empty text has a result
            self.sheet.formulas.discard((self.row, self.column))

    def _formula(self, attributes: dict[str, str]) -> None:
        self._value(attributes)
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
