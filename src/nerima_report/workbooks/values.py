"""What a workbook is to the rest of the tool: plain values. This module imports no library that reads files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

CellValue = int | float | str | bool | datetime | date | time | timedelta | None
Position = tuple[int, int]

# The sheet that the tool puts in front of a copy that goes back (also 確認結果(2)), and its title.
INDEX_SHEET, INDEX_TITLE = "確認結果", "集計の確認結果"
# How a comment of the tool begins and ends; by this it is known again when the copy comes back, and so is what a 課
# wrote below it.
REMARK_BEGINNING, REMARK_END = "【確認結果】", "（お返事は、この行の下に書けます）"

# Why a file is no workbook that can be read. checks/file.py gives each a code, the catalogue the words.
Reason = Literal[
    "missing",
    "not-a-file",
    "empty",
    "too-large",
    "encrypted",
    "rights-managed",
    "old-excel",
    "old-or-encrypted",
    "html",
    "pdf",
    "text",
    "not-xlsx",
    "strict",
    "suspicious-archive",
    "suspicious-xml",
    "beyond-limit",
    "sheet-missing",
    "no-worksheet",
    "out-of-order",
    "broken",
    "timed-out",
    "crashed",
    "changed",
]


_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


@dataclass(frozen=True)
class SheetFacts:
    """What a sheet holds besides its values; positions are (row, column), counted from 1.

    `merged` are the first and the last cell of each merged range, `uncached` the formulas whose result
    was not saved, `duplicates` the addresses that stand on the sheet more than once, `formulas` what is computed, be
    the result saved or not.

    What a person sees differs from the value: `displays` is what a number format shows of it, `struck` are cells that
    are deleted by a line, `partly_struck` the whole text where a part is (the value is the rest), `unseen` cells whose
    text is too small or in the colour of the ground, `partly_seen` the parts of texts that are so, or stand higher or
    lower than the rest, `cleaned` the radicals and invisible characters that are no longer in a text (see `cleaning`).

    `outside` are the texts of shapes, and of the headers and footers of pages.

    `comments` are what people wrote to a cell, also to an empty one; what the tool wrote on a copy is not among them.
    """

    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[Position, Position], ...] = ()
    uncached: frozenset[Position] = frozenset()
    duplicates: frozenset[Position] = frozenset()
    formulas: Mapping[Position, str] = field(default_factory=dict)
    displays: Mapping[Position, str] = field(default_factory=dict)
    struck: frozenset[Position] = frozenset()
    partly_struck: Mapping[Position, str] = field(default_factory=dict)
    unseen: frozenset[Position] = frozenset()
    cleaned: Mapping[Position, str] = field(default_factory=dict)
    comments: Mapping[Position, str] = field(default_factory=dict)
    partly_seen: Mapping[Position, str] = field(default_factory=dict)
    outside: tuple[str, ...] = ()

    def hides(self, position: Position) -> bool:
        """Whether the row or the column of a cell is hidden."""
        return position[0] in self.hidden_rows or position[1] in self.hidden_columns

    def within(self, rows: range) -> SheetFacts:
        """What is known of the cells in some rows; the other facts are those of the whole sheet."""

        def cut(texts: Mapping[Position, str]) -> Mapping[Position, str]:
            return {position: text for position, text in texts.items() if position[0] in rows}

        return replace(
            self,
            formulas=cut(self.formulas),
            displays=cut(self.displays),
            struck=frozenset(position for position in self.struck if position[0] in rows),
            partly_struck=cut(self.partly_struck),
            unseen=frozenset(position for position in self.unseen if position[0] in rows),
            cleaned=cut(self.cleaned),
        )


@dataclass(frozen=True, eq=False)
class Sheet:
    """One worksheet: its name, its filled cells by (row, column), both counted from 1, and what else is known.

    A sheet is equal to itself only, so that what was found on it can be remembered.
    """

    name: str
    cells: Mapping[Position, CellValue]
    facts: SheetFacts = field(default_factory=SheetFacts)


@dataclass(frozen=True)
class Workbook:
    """One workbook and its worksheets in order; `sha256` is the hash (hexadecimal) of the file that was read."""

    path: Path
    sheets: tuple[Sheet, ...]
    sha256: str = ""


@dataclass(frozen=True)
class Unreadable:
    """A file that is not a workbook the tool can read, and why; the sheet, cell and limit where they are known.

    `limit` is a name of `limits.LIMITS`: rows, columns, … ('' for other reasons).
    """

    path: Path
    reason: Reason
    sheet: str = ""
    cell: str = ""
    limit: str = ""


def without_remark(text: str) -> str:
    """A comment, or a piece of one, without what the tool wrote in it: what a 課 wrote above it, or answered below."""
    above, _, rest = text.partition(REMARK_BEGINNING)
    _, ended, below = rest.partition(REMARK_END)
    return above + below if ended else text


def is_blank(value: CellValue) -> bool:
    """Whether nothing is written in the cell; spaces (also full-width ones) are nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def address(position: Position) -> str:
    """A position as Excel shows it.

    >>> address((6, 3)), address((1, 703))
    ('C6', 'AAA1')
    """
    row, column = position
    letters = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def position_of(reference: str) -> Position:
    """The position that a reference names, as files and findings write it. Raises ValueError for what is none.

    >>> position_of("C6"), position_of("$AAA$1")
    ((6, 3), (1, 703))
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(f"no cell: {reference[:20]}")
    return int(match[2]), column_number(match[1])


def column_number(letters: str) -> int:
    """The number of a column from its letters. Raises ValueError for what is no column.

    >>> column_number("A"), column_number("AA")
    (1, 27)
    """
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
        raise ValueError(f"no column: {letters[:20]}")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
