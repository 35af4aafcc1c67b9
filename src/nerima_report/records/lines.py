"""The lines on which the content of a record stands in its file, however the JSON is formatted.

Places are looked up under the names that cells have today.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from nerima_report.places import CellKey, Place, cell_place
from nerima_report.records.model import Record

_BEGIN_OF_VALUE = re.compile(r"[^ \t\r\n,:]")
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class RecordLines:
    """The line (from 1) of each key of a record, and of each item of its lists; empty where there is no file."""

    keys: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def find(self, key: object = "", index: object = None) -> int | None:
        """The line of a key, or of an item of its list; None if there is none."""
        items = self.items.get(str(key), ())
        if isinstance(index, int) and index < len(items):
            return items[index]
        return self.keys.get(str(key))


def lines_of(text: str) -> RecordLines:
    r"""The lines of a JSON object, whose text must be valid JSON.

    >>> lines_of('{\n "fiscal_year": 2022,\n "cells": [\n  {"value": 1},\n  {"value": 2}\n ]\n}')
    RecordLines(keys={'fiscal_year': 2, 'cells': 3}, items={'cells': (4, 5)})
    """
    line_starts = [newline.end() for newline in re.finditer("\n", text)]
    read = json.JSONDecoder().raw_decode

    def line(at: int) -> int:
        return bisect_right(line_starts, at) + 1

    def inside(at: int) -> Iterator[int]:
        """Where each value begins in the object or list that opens at `at`; in an object keys and values alternate."""
        end = at + 1
        while (value := _BEGIN_OF_VALUE.search(text, end)) and value[0] not in "]}":
            yield value.start()
            end = read(text, value.start())[1]

    keys: dict[str, int] = {}
    items: dict[str, tuple[int, ...]] = {}
    begins = inside(text.index("{"))
    for key_begin, begin in zip(begins, begins, strict=True):
        key = read(text, key_begin)[0]
        keys[key] = line(key_begin)
        if text[begin] == "[":
            items[key] = tuple(map(line, inside(begin)))
    return RecordLines(keys, items)


@dataclass(frozen=True)
class RecordPlaces:
    """The places of a record's content. `names` gives for each published name of a cell its name of today.

    `speaker` is for whom a record speaks: 区全体.

    A line is None where the lines of the file are not known, or where nothing in the file corresponds.
    """

    record: Record
    file: str
    names: Mapping[CellKey, CellKey]
    speaker: str
    lines: RecordLines = field(default_factory=RecordLines)

    @property
    def whole(self) -> Place:
        """The record as a whole: the line of its year."""
        return Place(self.speaker, self.file, line=self.lines.find("fiscal_year"))

    def cell(self, key: CellKey) -> Place:
        """A cell; of a whole table or column (a key without row) the line is that of its first cell."""
        return cell_place(key, self._line([key]), section=self.speaker, file=self.file)

    def table(self, table_id: str, column: str = "") -> Place:
        """A table, or a column of it: the line of its first cell."""
        return self.cell(CellKey(table_id, "", "", column))

    def figure(self, name: str, table_id: str) -> Place:
        """A share, placed in the table that it is computed from."""
        place = self.table(table_id)
        return replace(place, line=self._figures.get(name, place.line))

    def tally(self, section: str, keys: Sequence[CellKey]) -> Place:
        """What a 課 reported in a column of a table: the line of its first cell."""
        tallies = self._with_lines("tallies", self.record.tallies)
        mine = ((self.names[t.key], at) for t, at in tallies if t.section == section and not t.ward)
        line = next((at for key, at in mine if key in keys), None)
        return Place(section, self.file, table=keys[0].table, column=keys[0].column, line=line)

    def named(self, about: str) -> Place:
        """A cell or a share by its name in one line, as a revision lists what it changed."""
        cells = {" ".join(filter(None, key)): line for key, line in self._cells.items()}
        return replace(self.whole, line=cells.get(about, self._figures.get(about, self.whole.line)))

    def near(self, place: Place, keys: Iterable[CellKey], order: Sequence[CellKey] = ()) -> Place:
        """A place with the line of the first of the cells that is in this record.

        If none is (the cells were removed), the line is that of the nearest cell before them in `order`, the order of
        the other record.
        """
        keys = list(keys)
        line = self._line(keys)
        if line is None and keys and keys[0] in order:
            before = order[: order.index(keys[0])]
            line = self._line(reversed(before))
        return replace(place, line=line or place.line)

    def _line(self, keys: Iterable[CellKey]) -> int | None:
        return next((self._cells[key] for key in keys if key in self._cells), None)

    @cached_property
    def _cells(self) -> dict[CellKey, int]:
        """The line of each cell, and of the first cell of each table and column."""
        lines: dict[CellKey, int] = {}
        for cell, line in self._with_lines("cells", self.record.cells):
            key = self.names[cell.key]
            for name in (key, CellKey(key.table, "", "", key.column), CellKey(key.table, "", "", "")):
                lines.setdefault(name, line)
        return lines

    @cached_property
    def _figures(self) -> dict[str, int]:
        return {figure.figure: line for figure, line in self._with_lines("figures", self.record.figures)}

    def _with_lines(self, key: str, items: Sequence[_Item]) -> Iterable[tuple[_Item, int]]:
        """The items of a list with their lines; empty where the lines are not known."""
        return zip(items, self.lines.items.get(key, ()), strict=False)
