"""An entry of a register, as the master keeps it from year to year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from nerima_report.edition.registers import (
    CHANGED,
    CONFIRMED,
    DEPARTMENT,
    ENDED,
    NUMBER,
    REGISTERED,
    SECTION,
    Register,
    RegisterField,
)
from nerima_report.text import section_key

_SPACE = " "  # between 部 and 課 where both are said


@dataclass(frozen=True)
class RegisterEntry:
    """One entry: its number for good, whose it is, what it says by label of field, and the dates of its life.

    `values` holds texts, choices, dates and counts (人); what is blank is left out. `confirmed` is the fiscal year
    in which the 課 last said that it goes on, has changed or ended; fields of a year (延べ人数) are about that year.
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
        """What the entry says in a field, also where that is its own 部 and 課; None where it is blank."""
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
        """Whether the entry stands in the register at the end of a day: registered by then, and not ended."""
        begun = self.registered is not None and self.registered <= day
        return begun and not (self.ended is not None and self.ended <= day)

    def cells(self, register: Register) -> dict[str, object]:
        """Every column of the master and what stands in it, in their order."""
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
        """The entries that stand in the register at the end of a day."""
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
    """Entries by their numbers, so that a file changes only where an entry does."""
    return tuple(sorted(entries, key=lambda entry: (serial(entry.number), entry.number)))
