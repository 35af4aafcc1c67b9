"""The registers of a workbook: what its entries count, and which cases of the year's lists they are.

An entry counts at the end of the year if it was registered by then and has not ended; a sum (延べ人数) takes what
did not end before the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from nerima_report.edition.entries import EntryTable
from nerima_report.edition.part import Part
from nerima_report.edition.registers import ENDED, REGISTERED, Register, RegisterCount
from nerima_report.fiscal_year import first_day, last_day
from nerima_report.places import CellKey

Row = Mapping[str, object]  # an entry as its sheet says it, by label of field


def counts(part: Part, register: Register, rows: Sequence[Row], fiscal_year: int) -> Iterator[tuple[CellKey, int]]:
    """The cells of the report that a register fills, and what its entries make there (件 or 人)."""
    for count in register.counts:
        yield CellKey(part.table_id(count.table), "", count.row, count.column), counted(count, rows, fiscal_year)


def counted(count: RegisterCount, rows: Iterable[Row], fiscal_year: int) -> int:
    """How many entries there are, began or ended (件), or the sum of one of their fields (人)."""
    first, last = first_day(fiscal_year), last_day(fiscal_year)
    match count.what:
        case "closing":
            return sum(_day(row, REGISTERED) <= last and not _ended_by(row, last) for row in rows)
        case "new":
            return sum(first <= _day(row, REGISTERED) <= last for row in rows)
        case "ended":
            return sum(first <= _day(row, ENDED) <= last for row in rows)
        case "sum":
            values = (row[count.field] for row in rows if belongs_to(row, fiscal_year))
            return sum(value for value in values if isinstance(value, int))


def belongs_to(row: Row, fiscal_year: int) -> bool:
    """Whether an entry was in the register at any time of the year."""
    begun = _day(row, REGISTERED) <= last_day(fiscal_year)
    return begun and not _ended_by(row, date.fromordinal(first_day(fiscal_year).toordinal() - 1))


def cases(register: Register, table: EntryTable, rows: Iterable[Row], fiscal_year: int) -> Iterator[dict[str, object]]:
    """The entries of the year as cases of the list that the register feeds; with file, sheet and row as they are."""
    if register.feeds is None:
        return
    own = {field.label for field in table.fields}
    for row in rows:
        if belongs_to(row, fiscal_year):
            blank: dict[str, object] = dict.fromkeys(own)
            yield {**blank, **{k: v for k, v in row.items() if k in own or k in WHERE}, **register.feeds.values}


WHERE = ("section", "file", "sheet", "row")


def _day(row: Row, label: str) -> date:
    """A date of an entry; one beyond all years where it does not say one."""
    value = row.get(label)
    return value if isinstance(value, date) else date.max


def _ended_by(row: Row, day: date) -> bool:
    return _day(row, ENDED) <= day
