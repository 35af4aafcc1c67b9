"""5xx: registers against what else a 課 said: its numbers, its other registers, its incidents, its lists."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from nerima_report.checks.links import MOST_BEHIND
from nerima_report.edition.part import Part
from nerima_report.edition.registers import ENDED, Feeds
from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.model import Entry, LocatedEntries, RegisterTally
from nerima_report.tallies.register_counts import counts_in
from nerima_report.tallies.submission import Submission
from nerima_report.text import plain


def numbers_agree_with_registers(collection: Collection) -> Iterator[Finding]:
    """A number that a 課 wrote itself is the one that its register makes."""
    for tally in collection.tallies.register_tallies:
        said = tally.cell.value if tally.cell.reading.status == "reported" else None
        if tally.cell.reading.status == "not applicable":
            said = 0
        if said is not None and said != tally.value:
            related = (tally.register.place(), *islice(_entries_behind(collection, tally), MOST_BEHIND))
            difference = said - tally.value
            yield Finding("N530", tally.cell.place, tally.value, said, difference, related,
                          {"title": tally.register.table_id})  # fmt: skip


def _entries_behind(collection: Collection, tally: RegisterTally) -> Iterator[Place]:
    """Where the entries stand that a register counts in a cell."""
    key, own = tally.cell.key, collection.edition.registers[tally.register.table_id]
    for count in own.counts:
        if (key.table.partition(".")[2], key.row, key.column) == (count.table, count.row, count.column):
            for entry in collection.tallies.entries_of(tally.register):
                if counts_in(count, entry.values, collection.fiscal_year):
                    yield entry.place(own.name)


def works_that_ended_are_not_named(collection: Collection) -> Iterator[Finding]:
    """No running entry names a work of the same 課 that has ended, and does not go on under the same name."""
    submitted = {(r.submission.file, r.register.key): r for r in collection.registers}
    for (file, _), own in submitted.items():
        for reference in own.register.refers:
            works = submitted.get((file, reference.register_key))
            if works is None:
                continue
            names = {True: dict[str, Entry](), False: dict[str, Entry]()}
            for work in works.entries:
                names[work[ENDED] is None].setdefault(plain(work[works.register.name] or ""), work)
            for entry in own.entries:
                name = plain(entry[reference.field] or "")
                ended = names[False].get(name)
                if ended is not None and name not in names[True] and entry[ENDED] is None:
                    related = (ended.place(ENDED),)
                    found = str(entry[reference.field])
                    yield Finding("N531", entry.place(reference.field), found=found, related=related,
                                  details={"title": works.register.title})  # fmt: skip


def contractors_are_registered(collection: Collection) -> Iterator[Finding]:
    """A 課 with an incident of a contractor has work done by others: an entry, a case, or at least a number."""
    for part in collection.edition.parts:
        rule = part.incidents
        if rule is None:
            continue
        entrusting = {entry.file for entry in collection.tallies.entries[part.table_id(rule.register_key)]}
        entrusting |= _files_with_cases(collection, part, rule.cases)
        counted = (part.table_id(rule.row_of), rule.row)
        cells = [cell for cell in collection.tallies.cells if (cell.key.table, cell.key.row) == counted]
        # A number that is missing or cannot be read is no zero: it has a finding of its own.
        entrusting |= {c.place.file for c in cells if c.value or c.reading.status in ("blank", "unreadable")}
        for entry in collection.tallies.entries[part.table_id(rule.table)]:
            if entry[rule.field] in rule.answers and entry.file not in entrusting:
                details = {"title": part.table_id(rule.register_key)}
                yield Finding("N532", entry.place(rule.field), found=str(entry[rule.field]), details=details)


def cases_stand_in_one_place(collection: Collection) -> Iterator[Finding]:
    """A case that stands in a register does not stand in the list as well: it would count twice."""
    for submitted in collection.registers:
        feeds, label = submitted.register.feeds, submitted.register.name
        if feeds is None:
            continue
        names = {plain(entry[label] or ""): entry for entry in submitted.entries}
        for entry in _listed(collection, submitted.submission, submitted.part.table_id(feeds.table)):
            same = names.get(plain(entry.values.get(label) or ""))
            if same is not None and _says(entry, feeds):
                related, details = (same.place(label),), {"title": submitted.located.table_id}
                yield Finding("N533", entry.place(label), found=str(entry[label]), related=related, details=details)


def _listed(collection: Collection, submission: Submission, table_id: str) -> Iterator[Entry]:
    """The entries on the own sheet of a list."""
    for located in collection.tallies.located_in(submission.file):
        if isinstance(located, LocatedEntries) and located.table_id == table_id:
            yield from collection.tallies.entries_of(located)


def _says(entry: Entry, feeds: Feeds) -> bool:
    """Whether an entry of a list says what a register says of all of its own."""
    return all(entry[label] == value for label, value in feeds.values.items())


def _files_with_cases(collection: Collection, part: Part, cases: Feeds | None) -> set[str]:
    if cases is None:
        return set()
    return {entry.file for entry in collection.tallies.entries[part.table_id(cases.table)] if _says(entry, cases)}


def registers_agree_with_the_rest(collection: Collection) -> Iterator[Finding]:
    """Registers against each other, and against numbers, lists and incidents of the same workbook."""
    yield from numbers_agree_with_registers(collection)
    yield from works_that_ended_are_not_named(collection)
    yield from cases_stand_in_one_place(collection)
    yield from contractors_are_registered(collection)
