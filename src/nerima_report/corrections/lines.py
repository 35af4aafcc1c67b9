"""Collection → the lines of registers behind a number that is counted, and which of them to look at.

Such a number is wrong only where a line is: one is missing, stands there twice, or says something wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from nerima_report.edition.registers import ANSWER, ENDED, OVER, RegisterCount
from nerima_report.fiscal_year import last_day
from nerima_report.places import CellKey, Place
from nerima_report.tallies.collection import Collection, SubmittedRegister
from nerima_report.tallies.counting import counted_tables, source_of
from nerima_report.tallies.model import Entry
from nerima_report.tallies.register_counts import belongs_to, counted
from nerima_report.text import plain


@dataclass(frozen=True)
class Line:
    """A line, how much of a number it makes (件 or 人), and its cell: what is added up, or what names it."""

    entry: Entry
    amount: int
    place: Place


@dataclass(frozen=True)
class CountedLines:
    """A register that makes a number, or a part of it. `summed`: one of its fields is added up."""

    submitted: SubmittedRegister
    count: RegisterCount

    @property
    def summed(self) -> bool:
        """Whether a field of the lines is added up; otherwise the lines are counted."""
        return bool(self.count.field)

    @property
    def lines(self) -> Iterator[Line]:
        """The lines of the register; where they are added up, those that have a number."""
        name, year = self.submitted.register.name, self.submitted.submission.fiscal_year
        for entry in self.submitted.entries:
            if not self.summed or (belongs_to(entry.values, year) and isinstance(entry[self.count.field], int)):
                place = entry.place(self.count.field or name, row=str(entry[name] or f"{entry.row}行目"))
                yield Line(entry, counted(self.count, [entry.values], year), place)

    def doubtful(self, *, too_many: bool) -> list[Line]:
        """The lines that count although something on them says no, or else those that do not count."""
        lines = [line for line in self.lines if bool(line.amount) == too_many]
        names = Counter(map(self._name, lines))
        return [line for line in lines if not too_many or names[self._name(line)] > 1 or self._is_over(line)]

    def _name(self, line: Line) -> str:
        return plain(line.entry[self.submitted.register.name] or "")

    def _is_over(self, line: Line) -> bool:
        """Whether a line that has no 廃止日 says that it has come to its end."""
        label = self.submitted.register.ends
        end = line.entry[label] if label else None
        over = end is not None and end <= last_day(self.submitted.submission.fiscal_year)
        return line.entry[ENDED] is None and (over or line.entry[ANSWER] == OVER)


def lines_behind(collection: Collection, file: str, key: CellKey) -> list[CountedLines]:
    """The registers of a workbook that make the number of a cell."""
    return [
        CountedLines(submitted, count)
        for submitted in collection.registers
        if submitted.submission.file == file
        for count in submitted.register.counts
        if (submitted.part.table_id(count.table), count.row, count.column) == (key.table, key.row, key.column)
    ]


def list_behind(collection: Collection, place: Place) -> str:
    """The sheet from whose lines the number of a place is counted; '' where somebody typed it."""
    key = CellKey(place.table, place.group, place.row, place.column)
    table = counted_tables(collection.edition).get(place.table)
    if table is not None:  # a 課 may hand in the number all the same, where a case ledger counts it
        return "" if key in collection.cells.get(place.file, {}) else source_of(place.table, table)
    tallies = (tally for tally in collection.tallies.register_tallies if tally.cell.key == key)
    return next((tally.register.table_id for tally in tallies if tally.cell.place.file == place.file), "")
