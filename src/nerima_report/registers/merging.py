"""Workbooks + masters → what changes in the registers, and what must be asked first. Nothing is written here.

Each row of a sheet is an entry: known by its number, handed in earlier in the year, or new. A row without a number is
known if the same 課 handed it in before in the same year, with the same content or else with the same name. So a
workbook that is handed in again, corrected, makes no entry twice.

Merging the same workbook again changes nothing, and nothing is overwritten that the 課 had not seen on its form.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from nerima_report.edition.registers import (
    ALTERED,
    ANSWER,
    AS_BEFORE,
    CHANGED,
    ENDED,
    NEW,
    NUMBER,
    OVER,
    REGISTERED,
    TAKEN_OVER,
    TRACE,
    Register,
)
from nerima_report.findings import Finding
from nerima_report.fiscal_year import first_day, full_date
from nerima_report.places import Place
from nerima_report.registers.entry import (
    Master,
    Masters,
    RegisterEntry,
    known_entries,
    number_of,
    running_entries,
    serial,
    trace_of,
)
from nerima_report.registers.master import Step
from nerima_report.tallies.cell_values import shown
from nerima_report.tallies.collection import Collection, SubmittedRegister
from nerima_report.tallies.model import Entry
from nerima_report.tallies.submission import Submission
from nerima_report.text import name_of, plain

CONFIRMATION, CORRECTION = "確認", "訂正"
_KINDS = {AS_BEFORE: CONFIRMATION, ALTERED: ALTERED, OVER: OVER}


@dataclass(frozen=True)
class EntryChange:
    """What happens to an entry (新規, 引継ぎ, 変更, 廃止, 訂正, 確認); `fields` are label, before, after."""

    register: Register
    kind: str
    entry: RegisterEntry
    fields: tuple[tuple[str, str, str], ...]
    submission: Submission


@dataclass(frozen=True)
class MergePlan:
    """The result of merging before it is written: the new masters, the changes, and the findings.

    `left_out` are the files that are not merged, because their registers have errors.
    """

    fiscal_year: int
    masters: Masters
    changes: tuple[EntryChange, ...] = ()
    findings: tuple[Finding, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def changed_registers(self) -> tuple[Register, ...]:
        """The registers whose masters would be written, each once."""
        return tuple({change.register.key: change.register for change in self.changes}.values())

    def steps(self, day: date) -> list[Step]:
        """The lines to be appended to the history."""
        return [
            Step(
                day, self.fiscal_year, change.register.key, change.entry.number, change.kind, label, before, after,
                change.entry.section, name_of(change.submission.workbook.path), change.submission.workbook.sha256,
            )
            for change in self.changes
            for label, before, after in change.fields
        ]  # fmt: skip


def latest_year(masters: Masters) -> int:
    """The last fiscal year of which something was merged; 0 without any."""
    return max((entry.confirmed or 0 for master in masters.values() for entry in master.entries), default=0)


def plan_merge(
    collection: Collection, masters: Masters, history: Sequence[Step], left_out: Iterable[str] = ()
) -> MergePlan:
    """What the workbooks of a year change in the masters; the files `left_out` are not merged."""
    skipped = frozenset(left_out)
    merged, changes, findings = dict(masters), list[EntryChange](), list[Finding]()
    for table_id, register in collection.edition.registers.items():
        pending = Pending(
            register,
            collection.fiscal_year,
            known_entries(masters, register, collection.fiscal_year),
            _next_number(register, masters),
            _steps_of_the_year(history, register, collection.fiscal_year),
        )
        submitted = (s for s in collection.registers if s.located.table_id == table_id and s.located.found)
        sheets = [sheet for sheet in submitted if sheet.submission.file not in skipped]
        of_register = [_change(register, pending, row, sheet) for sheet in sheets for row in match_rows(pending, sheet)]
        changes += [change for change in of_register if change.fields]
        findings += pending.findings
        findings += _unconfirmed(collection, table_id, pending, sheets, masters)
        numbers = {entry.number for entry in masters[register.key].entries} | {c.entry.number for c in of_register}
        merged[register.key] = Master(register, tuple(pending.known[number] for number in sorted(numbers)))
    return MergePlan(collection.fiscal_year, merged, tuple(changes), tuple(findings), tuple(sorted(skipped)))


def _change(register: Register, pending: Pending, row: Matched, sheet: SubmittedRegister) -> EntryChange:
    """The change that a row makes. The entry becomes a known one."""
    before = pending.known.get(row.entry.number)
    pending.known[row.entry.number] = row.entry
    fields = differences(register, before, row.entry)
    return EntryChange(register, row.kind, row.entry, tuple(fields), sheet.submission)


def differences(register: Register, before: RegisterEntry | None, after: RegisterEntry) -> list[tuple[str, str, str]]:
    """The columns of the master in which an entry differs, with what stands there before and after, as written."""
    old = before.cells(register) if before else {}
    new = after.cells(register)
    return [
        (label, _written(old.get(label)), _written(value)) for label, value in new.items() if old.get(label) != value
    ]


def _unconfirmed(
    collection: Collection, table_id: str, pending: Pending, sheets: Sequence[SubmittedRegister], masters: Masters
) -> Iterator[Finding]:
    """Findings on open entries missing in the workbook of their 課, and on registers that a 課 left out."""
    register = pending.register
    by_section = {sheet.submission.section: sheet for sheet in sheets}
    handed_in = {s.section: s for s in collection.submissions if not s.ward}
    absent: dict[str, list[RegisterEntry]] = defaultdict(list)
    for entry in running_entries(masters, register, collection.fiscal_year):
        sheet = by_section.get(entry.section)
        if sheet is None:
            absent[entry.section].append(entry)
        elif entry.number not in pending.claimed:
            code = "N646" if entry.number in pending.given_this_year(entry.section) else "N640"
            details = {"about": entry.number, "title": entry.name(register)}
            yield Finding(code, sheet.located.place(), details=details)
    files = {sheet.submission.file for sheet in sheets}
    for section, entries in absent.items():
        submission = handed_in.get(section)
        if (
            submission is not None
            and submission.file not in files
            and not _was_left_out(collection, submission, table_id)
        ):
            place = Place(section=section, file=submission.file, table=table_id)
            yield Finding("N647", place, found=len(entries), details={"title": register.title})


def _was_left_out(collection: Collection, submission: Submission, table_id: str) -> bool:
    """Whether the workbook has the sheet, but with errors that kept it from being merged."""
    return any(located.table_id == table_id for located in collection.tallies.located_in(submission.file))


def _next_number(register: Register, masters: Masters) -> int:
    """The number after the highest one ever given under the same mark."""
    same = (master for master in masters.values() if master.register.mark == register.mark)
    return max((serial(entry.number) for master in same for entry in master.entries), default=0) + 1


def _steps_of_the_year(history: Sequence[Step], register: Register, year: int) -> dict[str, dict[str, bool]]:
    """For each 課 the entries that it changed in the year so far, each with whether the 課 added it."""
    steps: dict[str, dict[str, bool]] = defaultdict(dict)
    for step in history:
        if (step.register_key, step.fiscal_year) == (register.key, year):
            of_section = steps[step.section]
            of_section[step.number] = of_section.get(step.number, False) or step.kind in (NEW, TAKEN_OVER)
    return steps


def _written(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


@dataclass(frozen=True)
class Matched:
    """A row as the entry that it makes, and what it does: 新規, 引継ぎ, 変更, 廃止, 訂正 or 確認."""

    entry: RegisterEntry
    kind: str


@dataclass
class Pending:
    """A register while workbooks are merged: the entries known so far, the numbers used by rows, the findings.

    `steps` has for each 課 the entries that it changed in the year so far, each with whether the 課 added it.
    """

    register: Register
    fiscal_year: int
    known: dict[str, RegisterEntry]
    next_number: int
    steps: Mapping[str, Mapping[str, bool]]
    claimed: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def given_this_year(self, section: str) -> dict[str, RegisterEntry]:
        """The entries that a 課 added earlier in the same year."""
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
        """Add a finding."""
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
        return None  # twice in one workbook, which a check reports
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
    """Whether the form of the 課 had the current entry, or the 課 itself changed it in the year so far."""
    as_on_form = not row[TRACE] or plain(row[TRACE]) == trace_of(before, pending.register)
    return as_on_form or before.number in pending.steps.get(section, {})


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
    """A row as an entry with the number and the 課 of `before`, and its values in fields that the form did not have."""
    labels = [field.label for field in pending.register.written]
    unasked = set(labels) - set(row.located.layout.columns) if row.located else set()
    said = {label: before.values.get(label) if label in unasked else row[label] for label in labels}
    return replace(
        before,
        values={label: value for label, value in said.items() if value is not None},
        registered=_day(row, REGISTERED),
        changed=_day(row, CHANGED),
        ended=_day(row, ENDED),
        confirmed=pending.fiscal_year,
    )


def _first_difference(register: Register, before: RegisterEntry, after: RegisterEntry) -> tuple[str, str, str] | None:
    """The first column in which a row differs from the master, apart from yearly fields.

    The first answer in a field that was added to the register later is no change of the entry.
    """
    old, new = before.cells(register), after.cells(register)
    free = {f.label for f in register.written if f.yearly or (f.since and old[f.label] is None)}
    for label in (*(f.label for f in register.written), REGISTERED, CHANGED, ENDED):
        if label not in free and old[label] != new[label]:
            return label, _shown(old[label]), _shown(new[label])
    return None


def _day(row: Entry, label: str) -> date | None:
    value = row[label]
    return value if isinstance(value, date) else None


def _shown(value: object) -> str:
    if isinstance(value, date):
        return full_date(value)
    return shown(str(value)) if value is not None else "空欄"
