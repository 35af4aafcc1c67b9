"""What the text of a formula refers to, as far as it can be said without computing it."""

from __future__ import annotations

import re

from nerima_report.workbooks.values import Position, address, column_number, position_of

LONGEST = 250  # characters that are kept of a formula: nobody asks more of a longer one than what it is
Range = tuple[Position, Position]  # the first and the last cell

_CELL = r"\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6}"
_SUM = re.compile(rf"=?\+?SUM\(({_CELL}(?::{_CELL})?(?:,{_CELL}(?::{_CELL})?)*)\)")
_CHAIN = re.compile(rf"=?\+?{_CELL}(?:\+{_CELL})*")
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


def _range(reference: str) -> Range:
    first, _, last = reference.partition(":")
    corners = position_of(first), position_of(last or first)
    (top, bottom), (left, right) = (sorted(ends) for ends in zip(*corners, strict=True))
    return (top, left), (bottom, right)
