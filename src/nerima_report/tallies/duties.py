"""What an entry still owes: an answer other than the expected one, a day that is due, a question without an answer.

The same duties become findings (checks/duties.py) and open items (report/audit.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from nerima_report.edition.conditions import all_hold
from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.edition.registers import ANSWER, ENDED
from nerima_report.fiscal_year import fiscal_year_of
from nerima_report.tallies.model import Entry


@dataclass(frozen=True)
class Duty:
    """A field in which an entry owes something.

    `unmet`: the answer is not one of those expected. `due`: the day is missing or, where the field is written anew each
    year, not in the year. `unanswered`: nothing requires an answer of this entry yet, and there is none.
    """

    kind: Literal["unmet", "due", "unanswered"]
    field: EntryField


def duties(table: EntryTable, entry: Entry, fiscal_year: int) -> Iterator[Duty]:
    """The duties of an entry, in the order of its fields; none of an entry of a register that has ended.

    Fields for which the sheet has no heading are not asked.
    """
    if entry.values.get(ENDED) is not None:
        return
    asked = entry.located.layout.columns if entry.located else entry.values
    for field in table.fields:
        if not (field.due_when or field.expected) or field.label not in asked:
            continue
        value = entry[field.label]
        if field.is_due(entry.values) and not _is_in_time(field, value, fiscal_year):
            yield Duty("due", field)
        elif field.expected and value is not None and value not in field.expected:
            yield Duty("unmet", field)
        elif field.expected and value is None and _waits_for_an_answer(field, entry, fiscal_year):
            yield Duty("unanswered", field)


def _is_in_time(field: EntryField, day: object, fiscal_year: int) -> bool:
    return isinstance(day, date) and (not field.yearly or fiscal_year_of(day) == fiscal_year)


def _waits_for_an_answer(field: EntryField, entry: Entry, fiscal_year: int) -> bool:
    """Whether the field concerns the entry, and is required only of other years, or of entries that are new."""
    concerns = all_hold((c for c in field.required_when if c.field != ANSWER), entry.values)
    return bool(field.since) and concerns and not field.is_required(entry.values, fiscal_year)
