"""The rows of a register's sheet → the entries they are: known by number, handed in before this year, or new.

A row without a number is known if the same 課 handed it in before in the same year: by saying the same, or else by
its name. So a workbook that is handed in again, corrected, makes no entry twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from nerima_report.edition.registers import (
    ALTERED,
    ANSWER,
    AS_BEFORE,
    CHANGED,
    ENDED,
    NUMBER,
    OVER,
    REGISTERED,
    TRACE,
    Register,
)
from nerima_report.findings import Finding
from nerima_report.fiscal_year import first_day, full_date
from nerima_report.places import Place
from nerima_report.registers.entry import RegisterEntry, number_of, trace_of
from nerima_report.tallies.cell_values import shown
from nerima_report.tallies.collection import SubmittedRegister
from nerima_report.tallies.model import Entry
from nerima_report.text import plain

CONFIRMATION, CORRECTION = "確認", "訂正"
_KINDS = {AS_BEFORE: CONFIRMATION, ALTERED: ALTERED, OVER: OVER}


@dataclass(frozen=True)
class Matched:
    """A row as the entry that it makes, and what it does: 新規, 引継ぎ, 変更, 廃止, 訂正 or 確認."""

    entry: RegisterEntry
    kind: str


@dataclass
class Pending:
    """A register while workbooks are merged: what is known by now, which numbers were claimed, what is wrong.

    `steps`: for each 課 the entries that it changed in the year so far, and whether it brought them in.
    """

    register: Register
    fiscal_year: int
    known: dict[str, RegisterEntry]
    next_number: int
    steps: Mapping[str, Mapping[str, bool]]
    claimed: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def given_this_year(self, section: str) -> dict[str, RegisterEntry]:
        """The entries that a 課 brought in earlier in the same year."""
        brought = self.steps.get(section, {})
        return {number: self.known[number] for number, new in brought.items() if new and number in self.known}

    def new_number(self) -> str:
        """The next number of the register."""
        number = number_of(self.register.mark, self.next_number)
        self.next_number += 1
        return number

    def ask(
        self, code: str, place: Place, expected: str | None = None, found: str | None = None, **details: str
    ) -> None:
        """Note what must be asked."""
        self.findings.append(Finding(code, place, expected, found, details=details))


def match_rows(pending: Pending, submitted: SubmittedRegister) -> Iterator[Matched]:
    """The entries that the rows of a sheet make; rows that cannot be merged become findings instead."""
    unnumbered = []
    for row in submitted.entries:
        number = plain(row[NUMBER] or "")
        if not number:
            unnumbered.append(row)
        elif (matched := _by_number(pending, submitted, row, number)) is not None:
            pending.claimed.add(number)
            yield matched
    yield from _without_number(pending, submitted, unnumbered)


def _by_number(pending: Pending, submitted: SubmittedRegister, row: Entry, number: str) -> Matched | None:
    before, section = pending.known.get(number), submitted.submission.section
    if before is None or before.section != section:
        owner = before.section if before else ""
        pending.ask("N641", row.place(NUMBER), found=number, about=f"（{owner}のものです）" if owner else "")
        return None
    if number in pending.claimed:
        return None  # twice in one workbook: that is a finding of its own
    pending.claimed.add(number)
    if before.ended is not None and before.ended < first_day(pending.fiscal_year):
        pending.ask("N643", row.place(NUMBER), full_date(before.ended), str(row[ANSWER] or ""), about=number)
        return None
    after = _entry(pending, row, before)
    changed = _first_difference(pending.register, before, after)
    if changed and not _may_change(pending, row, before, section):
        label, old, new = changed
        pending.ask("N644", row.place(label), old, new, about=number)
        return None
    if changed and row[ANSWER] == AS_BEFORE and number not in pending.steps.get(section, {}):
        label, old, new = changed
        pending.ask("N642", row.place(label), old, new, about=number)
        return None
    return Matched(after, _KINDS.get(str(row[ANSWER]), CONFIRMATION))


def _may_change(pending: Pending, row: Entry, before: RegisterEntry, section: str) -> bool:
    """Whether the 課 saw on its form what it changes, or changed it itself in the year so far."""
    seen = not row[TRACE] or plain(row[TRACE]) == trace_of(before, pending.register)
    return seen or before.number in pending.steps.get(section, {})


def _without_number(pending: Pending, submitted: SubmittedRegister, rows: Sequence[Entry]) -> Iterator[Matched]:
    submission, register = submitted.submission, pending.register
    given = {n: e for n, e in pending.given_this_year(submission.section).items() if n not in pending.claimed}
    blank = RegisterEntry("", submission.department, submission.section_name)
    entries = [_entry(pending, row, blank) for row in rows]
    known: dict[int, RegisterEntry] = {}
    for says in (_all_of, lambda entry: entry.name(register)):
        waiting: dict[object, list[str]] = {}
        for number, entry in given.items():
            waiting.setdefault(says(entry), []).append(number)
        for place, entry in enumerate(entries):
            if place not in known and (numbers := waiting.get(says(entry))):
                known[place] = given.pop(numbers.pop(0))
    for place, (row, entry) in enumerate(zip(rows, entries, strict=True)):
        before = known.get(place)
        number = before.number if before else pending.new_number()
        pending.claimed.add(number)
        yield Matched(replace(entry, number=number), CORRECTION if before else str(row[ANSWER]))


def _all_of(entry: RegisterEntry) -> object:
    return frozenset(entry.values.items()), entry.registered, entry.changed, entry.ended


def _entry(pending: Pending, row: Entry, before: RegisterEntry) -> RegisterEntry:
    """A row as an entry, of the number and the 課 that it had before."""
    labels = [field.label for field in pending.register.written]
    return replace(
        before,
        values={label: row[label] for label in labels if row[label] is not None},
        registered=_day(row, REGISTERED),
        changed=_day(row, CHANGED),
        ended=_day(row, ENDED),
        confirmed=pending.fiscal_year,
    )


def _first_difference(register: Register, before: RegisterEntry, after: RegisterEntry) -> tuple[str, str, str] | None:
    """The first column in which a row differs from the master, apart from what is said anew each year."""
    yearly = {field.label for field in register.written if field.yearly}
    old, new = before.cells(register), after.cells(register)
    for label in (*(f.label for f in register.written), REGISTERED, CHANGED, ENDED):
        if label not in yearly and old[label] != new[label]:
            return label, _shown(old[label]), _shown(new[label])
    return None


def _day(row: Entry, label: str) -> date | None:
    value = row[label]
    return value if isinstance(value, date) else None


def _shown(value: object) -> str:
    if isinstance(value, date):
        return full_date(value)
    return shown(str(value)) if value is not None else "空欄"
