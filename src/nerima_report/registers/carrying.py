"""The master → what of it goes on in a year: the entries of a 課 on its form, also those of a register continued."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from nerima_report.edition import Edition
from nerima_report.edition.registers import CHANGED, ENDED, NUMBER, REGISTERED, TRACE, Register
from nerima_report.fiscal_year import first_day
from nerima_report.registers.entry import Master, RegisterEntry, in_order

_TRACE_DIGITS = 10

Masters = Mapping[str, Master]  # by key of the register


def running_entries(masters: Masters, register: Register, fiscal_year: int) -> tuple[RegisterEntry, ...]:
    """The entries of a register that did not end before a year, with those it continues from an earlier register."""
    before = first_day(fiscal_year) - timedelta(days=1)
    entries = known_entries(masters, register, fiscal_year).values()
    return in_order(entry for entry in entries if entry.ended is None or entry.ended > before)


def known_entries(masters: Masters, register: Register, fiscal_year: int) -> dict[str, RegisterEntry]:
    """All entries of a register by number; open ones of the register that it continues as they go on here."""
    own = {entry.number: entry for entry in masters[register.key].entries}
    former = masters.get(register.continues)
    day = first_day(fiscal_year) - timedelta(days=1)
    for entry in former.open_on(day) if former else ():
        own.setdefault(entry.number, _continued(entry, register))
    return own


def rows_for(masters: Masters, edition: Edition, section: str, fiscal_year: int) -> dict[str, list[dict[str, object]]]:
    """What stands on the form of a 課 (its key) for a year, by table id; `edition` is narrowed to the year."""
    return {
        table_id: [
            _row(entry, register, fiscal_year)
            for entry in running_entries(masters, register, fiscal_year)
            if entry.section == section
        ]
        for table_id, register in edition.registers.items()
    }


def unasked_sections(masters: Masters, edition: Edition, sections: Iterable[str], fiscal_year: int) -> list[str]:
    """The 課 with running entries that are not among those asked: nobody would confirm their entries."""
    asked = set(sections)
    registers = edition.registers.values()
    running = (entry for register in registers for entry in running_entries(masters, register, fiscal_year))
    return list(dict.fromkeys(entry.section for entry in running if entry.section not in asked))


def trace_of(entry: RegisterEntry, register: Register) -> str:
    """A short sign of what an entry says, by which a form knows whether the master changed meanwhile."""
    cells = {**entry.cells(register), "": None}
    told = [[label, str(value)] for label, value in cells.items() if value is not None]
    told = [item for item in told if item[0] not in _UNTRACED and not _is_yearly(register, item[0])]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:_TRACE_DIGITS]


_UNTRACED = frozenset({"確認した年度"})


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
    for field in register.written:
        value = entry.values.get(field.formerly or field.label, entry.values.get(field.label))
        if field.when_continued:
            value = field.when_continued
        if value is not None and not field.yearly and (not field.choices or value in field.choices):
            values[field.label] = value
    return replace(entry, values=values, confirmed=None)
