"""The registers of a workbook: what its entries count, and which cases of the year's lists they are.

An entry counts at the end of the year if it was registered by then and has not ended; a sum (延べ人数) takes what
did not end before the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from nerima_report.edition.entries import EntryTable
from nerima_report.edition.part import Part
from nerima_report.edition.registers import ENDED, REGISTERED, Register, RegisterCount
from nerima_report.fiscal_year import first_day, last_day
from nerima_report.places import CellKey
from nerima_report.tallies.model import Entry

Values = Mapping[str, object]  # what an entry says, by label of field


def counts(
    part: Part, register: Register, entries: Sequence[Values], fiscal_year: int
) -> Iterator[tuple[CellKey, int]]:
    """The cells of the report that a register fills, and what its entries make there (件 or 人)."""
    for count in register.counts:
        yield CellKey(part.table_id(count.table), "", count.row, count.column), counted(count, entries, fiscal_year)


def counted(count: RegisterCount, entries: Iterable[Values], fiscal_year: int) -> int:
    """How many entries there are, began or ended (件), or the sum of one of their fields (人)."""
    own = [values for values in entries if counts_in(count, values, fiscal_year)]
    if count.what != "sum":
        return len(own)
    return sum(number for values in own if isinstance(number := values[count.field], int))


def counts_in(count: RegisterCount, values: Values, fiscal_year: int) -> bool:
    """Whether an entry counts in a cell that a register fills."""
    first, last = first_day(fiscal_year), last_day(fiscal_year)
    match count.what:
        case "closing":
            return _day(values, REGISTERED) <= last and not _ended_by(values, last)
        case "new":
            return first <= _day(values, REGISTERED) <= last
        case "ended":
            return first <= _day(values, ENDED) <= last
        case "sum":
            return belongs_to(values, fiscal_year)


def belongs_to(values: Values, fiscal_year: int) -> bool:
    """Whether an entry was in the register at any time of the year."""
    begun = _day(values, REGISTERED) <= last_day(fiscal_year)
    return begun and not _ended_by(values, date.fromordinal(first_day(fiscal_year).toordinal() - 1))


def cases(register: Register, table: EntryTable, entries: Iterable[Entry], fiscal_year: int) -> Iterator[Entry]:
    """The entries of the year as cases of the list that the register feeds, still located in the register."""
    if register.feeds is None:
        return
    for entry in entries:
        if belongs_to(entry.values, fiscal_year):
            own = {field.label: entry.values.get(field.label) for field in table.fields}
            yield replace(entry, values={**own, **register.feeds.values})


def _day(values: Values, label: str) -> date:
    """A date of an entry; one beyond all years where it does not say one."""
    value = values.get(label)
    return value if isinstance(value, date) else date.max


def _ended_by(values: Values, day: date) -> bool:
    return _day(values, ENDED) <= day
