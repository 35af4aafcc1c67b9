"""Workbooks + masters → what changes in the registers, and what must be asked first. Nothing is written here.

Merging the same workbook again changes nothing, and nothing is overwritten that the 課 had not seen on its form.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from nerima_report.edition.registers import NEW, TAKEN_OVER, Register
from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.registers.entry import Master, Masters, RegisterEntry, known_entries, running_entries, serial
from nerima_report.registers.master import Step
from nerima_report.registers.matching import Matched, Pending, match_rows
from nerima_report.tallies.collection import Collection, SubmittedRegister
from nerima_report.tallies.submission import Submission


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
    """What merging would do: the masters as they would be, the changes, and what must be asked.

    `left_out` are the files of which nothing is merged, because their registers have errors.
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
        """The lines that go into the history."""
        return [
            Step(
                day, self.fiscal_year, change.register.key, change.entry.number, change.kind, label, before, after,
                change.entry.section, change.submission.workbook.path.name, change.submission.workbook.sha256,
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
    """What the workbooks of a year change in the masters. Those `left_out` (files) change nothing."""
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
        own = [_change(register, pending, row, sheet) for sheet in sheets for row in match_rows(pending, sheet)]
        changes += [change for change in own if change.fields]
        findings += pending.findings
        findings += _unconfirmed(collection, table_id, pending, sheets, masters)
        numbers = {entry.number for entry in masters[register.key].entries} | {c.entry.number for c in own}
        merged[register.key] = Master(register, tuple(pending.known[number] for number in sorted(numbers)))
    return MergePlan(collection.fiscal_year, merged, tuple(changes), tuple(findings), tuple(sorted(skipped)))


def _change(register: Register, pending: Pending, row: Matched, sheet: SubmittedRegister) -> EntryChange:
    """The change that a row makes; it is known from now on."""
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
    """Open entries that no row of the workbook of their 課 names, and registers that a 課 left away."""
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
    """Whether the workbook has the sheet after all, with errors of its own."""
    tables = collection.tallies.located
    return any(located.submission is submission and located.table_id == table_id for located in tables)


def _next_number(register: Register, masters: Masters) -> int:
    """The number after all that were ever given under the same mark."""
    same = (master for master in masters.values() if master.register.mark == register.mark)
    return max((serial(entry.number) for master in same for entry in master.entries), default=0) + 1


def _steps_of_the_year(history: Sequence[Step], register: Register, year: int) -> dict[str, dict[str, bool]]:
    """For each 課 the entries it changed in the year so far, and whether it was the one that brought them in."""
    steps: dict[str, dict[str, bool]] = defaultdict(dict)
    for step in history:
        if (step.register_key, step.fiscal_year) == (register.key, year):
            own = steps[step.section]
            own[step.number] = own.get(step.number, False) or step.kind in (NEW, TAKEN_OVER)
    return steps


def _written(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
