"""6xx: the collection as a whole: who handed in, and the values that only the coordinator knows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.edition.entries import ADJUSTMENTS
from nerima_report.files import names_in_zip
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_name
from nerima_report.places import Place
from nerima_report.tallies.collection import Collection, on_cover
from nerima_report.tallies.lines import sections_without_line
from nerima_report.tallies.model import Entry, FilledCell
from nerima_report.tallies.submission import Submission
from nerima_report.tallies.totals import Adjustment
from nerima_report.text import LEAST_LIKENESS_OF_SECTIONS, asked, label_of, likely, plain, section_key


def workbooks_are_of_the_year(collection: Collection) -> Iterator[Finding]:
    """Workbooks of another year are left out; a 課 that sent no other has to hear of it."""
    for submission in collection.inbox.submissions:
        if submission.fiscal_year != collection.fiscal_year:
            yield Finding(
                "N603",
                on_cover(submission, "年度"),
                expected=full_name(collection.fiscal_year),
                found=full_name(submission.fiscal_year),
                severity="warning" if submission in sent_for_another_year(submission.section, collection) else None,
            )


def sent_for_another_year(section: str, collection: Collection) -> list[Submission]:
    """What a 課 of the roster has sent that says another year, and nothing else: the year is likely wrong.

    Where as much lies there of another year as half of the roster would send, it is the collection of that year.
    """
    handed_in = collection.inbox.of_year(collection.fiscal_year)
    asked_of = [other.key for other in collection.roster or ()]
    if section not in asked_of or any(s.section == section and not s.ward for s in handed_in):
        return []
    years = Counter(submission.fiscal_year for submission in collection.inbox.submissions)
    sent = (s for s in collection.inbox.submissions if s.section == section and not s.ward)
    return [submission for submission in sent if 2 * years[submission.fiscal_year] <= len(asked_of)]


def each_section_reported_once(collection: Collection) -> Iterator[Finding]:
    """Every 課 of the roster handed in, once, and nobody else did. All zeros is not missing."""
    roster = [section.key for section in collection.roster or ()]
    handed_in: dict[str, list[Submission]] = {}
    for submission in collection.inbox.of_year(collection.fiscal_year):
        if not submission.ward:
            handed_in.setdefault(submission.section, []).append(submission)
    misspelled = {}
    for section, submissions in handed_in.items():
        if section not in roster:
            suggestion = likely(section, [k for k in roster if k not in handed_in], LEAST_LIKENESS_OF_SECTIONS)
            misspelled[suggestion] = section
            place = on_cover(submissions[0], "課")
            yield Finding("N604", place, suggestion or None, section, details={"likely": asked(suggestion)})
    for section in roster:
        if section in collection.absent.not_asked and section not in handed_in and section not in misspelled:
            others = [s for s in collection.inbox.submissions if s.section == section and not s.ward]
            hint = "".join(f"{full_name(s.fiscal_year)}の集計（{s.file}）ならあります。" for s in others)
            hint += "".join(
                f"「{file}」は、この{collection.edition.words.section}のものかもしれません。"
                for file in named_after(section, collection)
            )
            related = tuple(on_cover(s, "年度") for s in others)
            yield Finding("N601", Place(section=section), related=related, details={"likely": hint})


def every_section_has_its_line(collection: Collection) -> Iterator[Finding]:
    """No 課 is left out of a table that is made by 実施機関, 部 or 課 and about its own."""
    for table_id, section in sections_without_line(collection.roster or (), collection.edition):
        yield Finding("N616", Place(section=section.key, table=table_id), found=section.key)


def named_after(section: str, collection: Collection) -> Iterator[str]:
    """The files that bear the name of a 課 but could not be read as its workbook, or say they are another's.

    An archive bears the names of the files in it as well. The name of the 課 without its 部 is enough where no other
    has it, and none whose name it is a part of (都市計画課 is not 計画課).
    """
    roster = collection.roster or ()
    alone = Counter(plain(other.section_name) for other in roster)
    names = {plain(section): section} | {
        plain(name): other.key
        for other in roster
        for name in (other.key, *([other.section_name] if alone[plain(other.section_name)] == 1 else []))
    }
    inbox = collection.inbox
    unread = [path for path in (*inbox.unread, *inbox.skipped) if collection.edition.files.kind_of(path) != "debris"]
    unread += [s.workbook.path for s in inbox.of_year(collection.fiscal_year) if s.section != section]
    for path in unread:
        inside = names_in_zip(path) if path.suffix.lower() == ".zip" else []
        stems = (plain(Path(name).stem) for name in (path.name, *inside))
        if any(names[max(own, key=len)] == section for stem in stems if (own := [n for n in names if n in stem])):
            yield label_of(path)


def ward_workbook_is_there(collection: Collection) -> Iterator[Finding]:
    """The coordinator handed in the ward workbook, unless the case ledger counts all that it would say."""
    if not collection.edition.asks_ward:
        return
    coordinator = collection.edition.municipality.coordinator(collection.fiscal_year)
    expected = section_key(coordinator.department, coordinator.section)
    if not any(s.ward and s.section == expected for s in collection.inbox.of_year(collection.fiscal_year)):
        yield Finding("N605", Place(section=expected))


def ward_workbooks_are_the_coordinators(collection: Collection) -> Iterator[Finding]:
    """Nobody but the coordinator hands in a ward workbook."""
    if not collection.inbox.of_year(collection.fiscal_year) or collection.edition.from_print:
        return
    coordinator = collection.edition.municipality.coordinator(collection.fiscal_year)
    expected = section_key(coordinator.department, coordinator.section)
    for submission in collection.inbox.of_year(collection.fiscal_year):
        if submission.ward and submission.section != expected:
            yield Finding("N613", on_cover(submission, "様式"), expected=expected, found=submission.section)


def no_workbook_is_handed_in_twice(collection: Collection) -> Iterator[Finding]:
    """Of several workbooks of a 課 the highest 提出回 counts; the same 提出回 twice is an error."""
    handed_in: dict[tuple[bool, str], list[Submission]] = {}
    for submission in collection.inbox.of_year(collection.fiscal_year):
        handed_in.setdefault((submission.ward, submission.section), []).append(submission)
    for submissions in handed_in.values():
        yield from _handed_in_again(submissions)


def persons_lie_between_the_bounds(collection: Collection) -> Iterator[Finding]:
    """Persons after matching: at least those of the largest 課, at most the sum when every 課 reported."""
    sections = [collection.cells[s.file] for s in collection.submissions if not s.ward]
    for submission in collection.submissions:
        for key, cell in collection.cells[submission.file].items() if submission.ward else ():
            own = [cells[key] for cells in sections if key in cells]
            if cell.reading.status != "reported" or not own:
                continue
            largest, together = max(own, key=lambda c: c.value), sum(c.value for c in own)
            if cell.value < largest.value:
                yield _bound("N607", cell, largest.value, (largest,))
            elif cell.value > together and all(c.known for c in own) and not collection.absent.from_table(key.table):
                yield _bound("N608", cell, together, tuple(c for c in own if c.value))


def the_ward_waits_for_everybody(collection: Collection) -> Iterator[Finding]:
    """As long as a 課 is missing, what its numbers could explain is not reported; that is said once."""
    missing = sum(name != collection.edition.words.whole for name in collection.absent.not_asked)
    if missing:
        yield Finding("N615", Place(section=collection.edition.words.whole), found=missing)


def adjustments_can_be_applied(collection: Collection) -> Iterator[Finding]:
    """Every adjustment names a cell that is a sum over 課, and leaves all that it changes at zero or above."""
    values = collection.totals.values
    for adjustment in collection.totals.adjustments:
        place = row_of(adjustment, collection.edition)
        if not adjustment.applied:
            yield Finding("N609", place, found=adjustment.name or "空欄")
        elif key := next((key for key in adjustment.keys if (values.get(key) or 0) < 0), None):
            about = " ".join(text for text in key if text)
            yield Finding("N610", place, found=values[key], details={"about": about})


def row_of(adjustment: Adjustment, edition: Edition) -> Place:
    """The row in which an adjustment stands."""
    entry = adjustment.entry
    return Place(edition.words.whole, entry.file, entry.sheet, f"{entry.row}行", ADJUSTMENTS)


def orders_run_from_one(collection: Collection) -> Iterator[Finding]:
    """Where entries that would stand side by side carry an order (並び順), it runs 1, 2, 3 without a gap.

    Only then does everybody who changes one see what follows from it.
    """
    handed_in = {s.section for s in collection.submissions}
    if collection.inbox.unread or any(section.key not in handed_in for section in collection.roster or ()):
        return
    for table_id, table in collection.edition.entry_tables.items():
        order = next((field.label for field in table.fields if field.type == "order"), None)
        incomplete = any(fault.place.table == table_id for fault in collection.tallies.entry_faults)
        if order is None or order not in table.sort_by or incomplete:
            continue  # an entry that is missing or unreadable leaves a gap of its own
        before = table.sort_by[: table.sort_by.index(order)]
        side_by_side: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
        for entry in collection.tallies.entries[table_id]:
            if None not in (entry[order], *(entry[label] for label in before)):
                side_by_side[tuple(entry[label] for label in before)].append(entry)
        for tied in side_by_side.values():
            places, orders = [entry.place(order) for entry in tied], sorted(entry[order] for entry in tied)
            for place, found, expected in zip(places, orders, range(1, len(tied) + 1), strict=True):
                if found != expected:
                    yield Finding("N612", place, expected=expected, found=found, related=tuple(places))
                    break


def earlier_submissions_are_there(collection: Collection) -> Iterator[Finding]:
    """A workbook that says it is not the first is not the only one."""
    handed_in = collection.inbox.of_year(collection.fiscal_year)
    for submission in handed_in:
        others = [s for s in handed_in if (s.ward, s.section) == (submission.ward, submission.section)]
        if submission.number > 1 and len(others) == 1:
            yield Finding("N611", on_cover(submission, "提出回"), found=submission.number)


def _handed_in_again(submissions: list[Submission]) -> Iterator[Finding]:
    """Of several workbooks the one with the highest 提出回 counts; the same 提出回 twice is an error."""
    latest = max((s.number for s in submissions), default=0)
    newest = [s for s in submissions if s.number == latest]
    for again in newest[1:]:
        files = "、".join(label_of(Path(s.workbook.path.name)) for s in (newest[0], again))
        related = (on_cover(newest[0], "提出回"),)
        yield Finding("N602", on_cover(again, "提出回"), found=latest, related=related, details={"what": files})
    for older in submissions:
        if older.number < latest:
            related = (on_cover(newest[0], "提出回"),)
            yield Finding("N606", on_cover(older, "提出回"), expected=latest, found=older.number, related=related)


def _bound(code: str, cell: FilledCell, bound: int, others: tuple[FilledCell, ...]) -> Finding:
    related = tuple(other.place for other in others)
    difference = cell.value - bound
    return Finding(code, cell.place, expected=bound, found=cell.value, difference=difference, related=related)
