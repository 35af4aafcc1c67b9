"""What the text of a formula refers to, as far as it can be said without computing it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

from nerima_report.workbooks.values import CellValue, Position, address, column_number, position_of

LONGEST = 250  # characters that are kept of a formula: nobody asks more of a longer one than what it is
_MOST_ADDED = 1_000  # cells of a sum that are looked up for a single formula
Range = tuple[Position, Position]  # the first and the last cell

_CELL = r"\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6}"
_SUM = re.compile(rf"=?\+?SUM\(({_CELL}(?::{_CELL})?(?:,{_CELL}(?::{_CELL})?)*)\)")
_CHAIN = re.compile(rf"=?\+?{_CELL}(?:\+{_CELL})*")
_FACTOR = rf"(?:SUM\([^()]+\)|{_CELL}|[0-9]+(?:\.[0-9]+)?)"
_TERM = re.compile(rf"([+-]?)({_FACTOR}(?:\*{_FACTOR})*)")
_RANGE = re.compile(rf"(?<![A-Z0-9_.$!:]){_CELL}(?::{_CELL})?(?![A-Z0-9_(!])")
_NAME = re.compile(r"[\w.\\]+")
_TEXT = re.compile(r'"[^"]*"')
_OTHER_WORKBOOK = re.compile(r"\[[^\[\]]{1,100}\][^\[\]!]{0,100}!")
_REFERENCE = re.compile(r"(?<![A-Za-z0-9_.$])(\$?)([A-Z]{1,3})(\$?)([1-9][0-9]{0,6})(?![A-Za-z0-9_(!])")


def summed_ranges(formula: str) -> list[Range] | None:
    """The ranges of its own sheet that a formula adds up: SUM(B5:B13), B5+B6+B7. None for any other formula.

    >>> summed_ranges("SUM($B$5:$B$6,B9)"), summed_ranges("B5+B6*2")
    ([((5, 2), (6, 2)), ((9, 2), (9, 2))], None)
    """
    plain = "".join(formula.split()).upper()
    if match := _SUM.fullmatch(plain):
        return [_range(reference) for reference in match[1].split(",")]
    if _CHAIN.fullmatch(plain):
        return [_range(reference) for reference in plain.lstrip("=+").split("+")]
    return None


def computed(formula: str, cells: Mapping[Position, CellValue]) -> int | float | None:
    """What a formula of sums, cells, numbers, +, - and * gives. None for any other, and where a text is in it.

    >>> cells = {(1, 1): "-", (5, 2): 7, (6, 2): 1, (9, 2): 2}
    >>> computed("=90+3", cells), computed("SUM(B5:B6,B5)-B9*2", cells), computed("A1", cells)
    (93, 11, None)
    """
    plain = "".join(formula.split()).upper().removeprefix("=")
    total: int | float = 0
    end = 0
    for match in _TERM.finditer(plain):
        if match.start() != end or not (match[1] or end == 0):
            return None
        term: int | float = -1 if match[1] == "-" else 1
        for factor in match[2].split("*"):
            value = _value_of(factor, cells)
            if value is None:
                return None
            term *= value
        total, end = total + term, match.end()
    return total if plain and end == len(plain) else None


def sum_of(ranges: list[Range], cells: Mapping[Position, CellValue]) -> int | float | None:
    """What SUM makes of ranges: the sum of their numbers. None where a day or a time is among them."""
    inside = [value for each in ranges for value in _values(each, cells) if not isinstance(value, str | bool | None)]
    numbers = [value for value in inside if isinstance(value, int | float)]
    return sum(numbers) if len(numbers) == len(inside) else None


def refers_to(formula: str, position: Position) -> bool:
    """Whether a formula asks a cell of its own sheet.

    >>> refers_to("SUM(B5:B14)", (14, 2)), refers_to("SUM(B5:B13)+表紙!B14", (14, 2))
    (True, False)
    """
    ranges = (_range(match[0]) for match in _RANGE.finditer(_TEXT.sub("", formula).upper()))
    row, column = position
    return any(top <= row <= bottom and left <= column <= right for (top, left), (bottom, right) in ranges)


def with_names(formula: str, names: Mapping[str, str]) -> str:
    """A formula with what some names (in small letters) stand for.

    >>> with_names("旧集計*2", {"旧集計": "[1]集計!$B$5"})
    '[1]集計!$B$5*2'
    """
    return _NAME.sub(lambda match: names.get(match[0].lower(), match[0]), formula) if names else formula


def refers_to_other_workbook(formula: str) -> bool:
    """Whether a formula takes something from another workbook: [1]集計!B5.

    >>> refers_to_other_workbook("'[1]集計 4'!$B$5*2"), refers_to_other_workbook('表[件数]&"[1]a!"')
    (True, False)
    """
    return _OTHER_WORKBOOK.search(_TEXT.sub("", formula)) is not None


def in_short(formula: str) -> str:
    """A formula as it is kept: whole, or its beginning, or where it takes something from another workbook."""
    if len(formula) <= LONGEST:
        return formula
    other = _OTHER_WORKBOOK.search(_TEXT.sub("", formula))
    return other[0] if other else f"{formula[:LONGEST]}…"


def moved(formula: str, rows: int, columns: int) -> str:
    """A formula as it stands so many rows and columns further on, where a file writes it for its first cell only.

    >>> moved("SUM(B5:B$13)", 1, 2)
    'SUM(D6:D$13)'
    """

    def shift(match: re.Match[str]) -> str:
        column = column_number(match[2]) + (0 if match[1] else columns)
        row = int(match[4]) + (0 if match[3] else rows)
        letters = address((0, column))[:-1] if column > 0 else "#"
        return f"{match[1]}{letters}{match[3]}{row}"

    return _REFERENCE.sub(shift, formula)


def _values(inside: Range, cells: Mapping[Position, CellValue]) -> Iterator[CellValue]:
    """The values in a range, found in whichever way is shorter."""
    (top, left), (bottom, right) = inside
    if _area(inside) <= len(cells):
        positions = product(range(top, bottom + 1), range(left, right + 1))
        yield from (cells[position] for position in positions if position in cells)
    else:
        yield from (cells[r, c] for r, c in cells if top <= r <= bottom and left <= c <= right)


def _area(cells: Range) -> int:
    (top, left), (bottom, right) = cells
    return (bottom - top + 1) * (right - left + 1)


def _range(reference: str) -> Range:
    first, _, last = reference.partition(":")
    corners = position_of(first), position_of(last or first)
    (top, bottom), (left, right) = (sorted(ends) for ends in zip(*corners, strict=True))
    return (top, left), (bottom, right)


def _value_of(factor: str, cells: Mapping[Position, CellValue]) -> int | float | None:
    """What a part of a formula gives: a sum, a cell (nothing is zero) or a number."""
    if factor.startswith("SUM("):
        ranges = summed_ranges(factor) or []
        return sum_of(ranges, cells) if ranges and sum(map(_area, ranges)) <= _MOST_ADDED else None
    if factor[0].isdigit():
        return float(factor) if "." in factor else int(factor)
    value = cells.get(position_of(factor), 0)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
