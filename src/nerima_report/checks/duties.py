"""3xx: what the articles ask of every entry of a list or a register: measures, days that are due, days in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from nerima_report.edition.definition import without_doubt
from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_date, full_name
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.duties import duties
from nerima_report.tallies.model import Entry

MOST_NAMED = 5  # fields that a message names


def entries_owe_nothing(collection: Collection) -> Iterator[Finding]:
    """No measure is answered by something else than expected, no day is due, no question waits for its answer."""
    for table, entry in _entries(collection):
        unanswered = []
        for duty in duties(table, entry, collection.fiscal_year):
            about = duty.field.source or without_doubt(table.legal_basis)
            if duty.kind == "unanswered":
                unanswered.append(duty)
            elif duty.kind == "unmet":
                yield _unmet(entry, duty.field, about)
            else:
                yield _due(entry, duty.field, about, collection.fiscal_year)
        if unanswered:
            first, *more = (entry.place(duty.field.label) for duty in unanswered)
            names = "、".join(duty.field.label for duty in unanswered[:MOST_NAMED])
            names += "など" if len(unanswered) > MOST_NAMED else ""
            yield Finding("N346", first, found=len(unanswered), related=tuple(more), details={"about": names})


def terms_are_kept(collection: Collection) -> Iterator[Finding]:
    """What has a term was done within it."""
    for table, entry in _entries(collection):
        for computed in table.computed:
            term, days = computed.term(entry.values), computed.days(entry.values)
            if term is not None and days is not None and days > term.days:
                place, begun = entry.place(computed.end), entry.place(computed.start)
                about = {"left": computed.start, "about": without_doubt(term.basis)}
                yield Finding("N348", place, term.days, days, days - term.days, (begun,), about)


def days_follow_each_other(collection: Collection) -> Iterator[Finding]:
    """The days of an entry follow each other as its list, or its register, says."""
    for table, entry in _entries(collection):
        yield from dates_out_of_order(entry, table.in_order)


def dates_out_of_order(entry: Entry, pairs: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """The pairs of dates of which the first is after the second."""
    for first, then in pairs:
        earlier, later = entry[first], entry[then]
        if isinstance(earlier, date) and isinstance(later, date) and earlier > later:
            related, about = (entry.place(first),), {"left": first, "right": then}
            days = full_date(earlier), full_date(later)
            yield Finding("N330", entry.place(then), *days, related=related, details=about)


def _unmet(entry: Entry, field: EntryField, about: str) -> Finding:
    answer, expected = str(entry[field.label]), "、".join(field.expected)
    return Finding("N335", entry.place(field.label), expected, answer, details={"about": about})


def _due(entry: Entry, field: EntryField, about: str, fiscal_year: int) -> Finding:
    day = entry[field.label]
    found = full_date(day) if isinstance(day, date) else "空欄"
    year = full_name(fiscal_year) if field.yearly else None
    return Finding("N345", entry.place(field.label), year, found, details={"about": about})


def _entries(collection: Collection) -> Iterator[tuple[EntryTable, Entry]]:
    """Every entry, with the list or the register on whose sheet it stands."""
    tables = collection.edition.entry_tables | collection.edition.register_tables
    for located in collection.tallies.lists:
        if located.table_id in tables:  # not the adjustments of the ward
            for entry in collection.tallies.entries_of(located):
                yield tables[located.table_id], entry
