"""An entry of a register, as the master keeps it from year to year, and the entries that continue in a year."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from nerima_report.edition import Edition
from nerima_report.edition.registers import (
    CHANGED,
    CONFIRMED,
    DEPARTMENT,
    ENDED,
    NUMBER,
    REGISTERED,
    SECTION,
    TRACE,
    Register,
    RegisterField,
)
from nerima_report.fiscal_year import first_day
from nerima_report.text import section_key

_SPACE = " "  # between 部 and 課 where both are written
_TRACE_DIGITS = 10

_UNTRACED = frozenset({"確認した年度"})


@dataclass(frozen=True)
class RegisterEntry:
    """One entry: its permanent number, its 課, its values by label of field, and its dates.

    `values` holds texts, choices, dates and counts (人); blank fields are left out. `confirmed` is the fiscal year for
    which the 課 last confirmed, changed or ended the entry; yearly fields (延べ人数) are about that year.
    """

    number: str
    department: str
    section_name: str
    values: Mapping[str, object] = field(default_factory=dict)
    registered: date | None = None
    changed: date | None = None
    ended: date | None = None
    confirmed: int | None = None

    @property
    def section(self) -> str:
        """The key of the 課: 部 + 課."""
        return section_key(self.department, self.section_name)

    def value(self, of: RegisterField) -> object:
        """The value of a field, which may be the 部 and 課 of the entry; None where it is blank."""
        if of.from_section:
            names = (
                [self.department, self.section_name] if self.department != self.section_name else [self.section_name]
            )
            return _SPACE.join(filter(None, names))
        return self.values.get(of.label)

    def name(self, register: Register) -> str:
        """What the entry is called."""
        return str(self.values.get(register.name, "") or "")

    def is_open(self, day: date) -> bool:
        """Whether the entry is in the register at the end of a day: registered by then, and not ended."""
        begun = self.registered is not None and self.registered <= day
        return begun and not (self.ended is not None and self.ended <= day)

    def cells(self, register: Register) -> dict[str, object]:
        """The values of all columns of the master, in their order."""
        return {
            NUMBER: self.number,
            DEPARTMENT: self.department,
            SECTION: self.section_name,
            **{column.label: self.values.get(column.label) for column in register.written},
            REGISTERED: self.registered,
            CHANGED: self.changed,
            ENDED: self.ended,
            CONFIRMED: self.confirmed,
        }


@dataclass(frozen=True)
class Master:
    """All entries of a register, open and ended, in the order of their numbers."""

    register: Register
    entries: tuple[RegisterEntry, ...] = ()

    def open_on(self, day: date) -> tuple[RegisterEntry, ...]:
        """The entries that are in the register at the end of a day."""
        return tuple(entry for entry in self.entries if entry.is_open(day))


def columns(register: Register) -> tuple[str, ...]:
    """The headings of the master."""
    return tuple(RegisterEntry("", "", "").cells(register))


def serial(number: str) -> int:
    """The running number of an entry: 12 for 委託-0012.

    >>> serial("委託-0012")
    12
    """
    return int(number.rpartition("-")[2])


def number_of(mark: str, running: int) -> str:
    """The number of an entry.

    >>> number_of("委託", 12)
    '委託-0012'
    """
    return f"{mark}-{running:04}"


def in_order(entries: Iterable[RegisterEntry]) -> tuple[RegisterEntry, ...]:
    """The entries in the order of their numbers, so that a file changes only where an entry does."""
    return tuple(sorted(entries, key=lambda entry: (serial(entry.number), entry.number)))


Masters = Mapping[str, Master]  # by key of the register


def running_entries(masters: Masters, register: Register, fiscal_year: int) -> tuple[RegisterEntry, ...]:
    """The entries of a register that did not end before a year, with those it continues from an earlier register."""
    before = first_day(fiscal_year) - timedelta(days=1)
    entries = known_entries(masters, register, fiscal_year).values()
    return in_order(entry for entry in entries if entry.ended is None or entry.ended > before)


def known_entries(masters: Masters, register: Register, fiscal_year: int) -> dict[str, RegisterEntry]:
    """All entries of a register by number, with the open ones of the register that it continues."""
    entries = {entry.number: entry for entry in masters[register.key].entries}
    former = masters.get(register.continues)
    day = first_day(fiscal_year) - timedelta(days=1)
    for entry in former.open_on(day) if former else ():
        entries.setdefault(entry.number, _continued(entry, register))
    return entries


def rows_for(masters: Masters, edition: Edition, section: str, fiscal_year: int) -> dict[str, list[dict[str, object]]]:
    """The rows on the form of a 課 (its key) for a year, by table id; `edition` is narrowed to the year."""
    return {
        table_id: [
            _row(entry, register, fiscal_year)
            for entry in running_entries(masters, register, fiscal_year)
            if entry.section == section
        ]
        for table_id, register in edition.registers.items()
    }


def unasked_sections(masters: Masters, edition: Edition, sections: Iterable[str], fiscal_year: int) -> list[str]:
    """The 課 with running entries that get no form, so that nobody would confirm these entries."""
    asked = set(sections)
    registers = edition.registers.values()
    running = (entry for register in registers for entry in running_entries(masters, register, fiscal_year))
    return list(dict.fromkeys(entry.section for entry in running if entry.section not in asked))


def trace_of(entry: RegisterEntry, register: Register) -> str:
    """A short hash of an entry. It stands on the form, and shows whether the master has changed since."""
    cells = {**entry.cells(register), "": None}
    texts = [[label, str(value)] for label, value in cells.items() if value is not None]
    texts = [item for item in texts if item[0] not in _UNTRACED and not _is_yearly(register, item[0])]
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False).encode()).hexdigest()[:_TRACE_DIGITS]


def _is_yearly(register: Register, label: str) -> bool:
    field = register.field(label)
    return field is not None and field.yearly


def _row(entry: RegisterEntry, register: Register, fiscal_year: int) -> dict[str, object]:
    current = entry.confirmed == fiscal_year
    values = {field.label: entry.values.get(field.label) for field in register.written if current or not field.yearly}
    dates = {REGISTERED: entry.registered, CHANGED: entry.changed, ENDED: entry.ended}
    return {NUMBER: entry.number, **values, **dates, TRACE: trace_of(entry, register)}


def _continued(entry: RegisterEntry, register: Register) -> RegisterEntry:
    """An entry of an earlier register in the fields of this one: those of the same name, and of a former name."""
    values: dict[str, object] = {}
    for written in register.written:
        value = entry.values.get(written.formerly or written.label, entry.values.get(written.label))
        if written.when_continued:
            value = written.when_continued
        if value is not None and not written.yearly and (not written.choices or value in written.choices):
            values[written.label] = value
    return replace(entry, values=values, confirmed=None)
