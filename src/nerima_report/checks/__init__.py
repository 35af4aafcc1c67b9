"""What must hold, one module a stage. A check looks at the collection and yields findings; it never raises.

    years/     what must hold between years
    ledger/    what must hold for a case ledger, and between it and what the 課 counted

Checks do not know how severe a finding is: the catalogue and the definitions say that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from nerima_report.checks import (
    cells,
    collection,
    display,
    duties,
    file,
    links,
    pages,
    privacy,
    register_links,
    registers,
    shape,
    table,
    unread,
    uses,
)
from nerima_report.edition.links import LINK_CODES
from nerima_report.findings import Finding
from nerima_report.tallies.collection import Collection

Check = Callable[[Collection], Iterator[Finding]]

# Two numbers that ought to agree, and the 検算 that says so.
DIFFERENCES = frozenset({"N401", "N403", "N407", "N408", *LINK_CODES.values()})
MOST_ALIKE = 100  # findings of one kind on one sheet, or in one CSV: nobody reads the hundred and first

# Those that look at workbooks one by one, and those that look at the collection as a whole.
WORKBOOK_CHECKS: tuple[Check, ...] = (
    file.files_are_readable,
    file.files_are_read,
    file.names_are_text,
    shape.covers_say_who_and_when,
    shape.covers_say_one_thing,
    shape.form_versions_are_known,
    shape.marks_are_clear,
    shape.sheets_with_content_are_read,
    shape.tables_are_there,
    shape.headings_and_rows_are_there,
    unread.cells_are_read,
    pages.pages_hold_nothing_else,
    shape.tables_are_visible,
    shape.data_cells_stand_alone,
    display.values_are_seen,
    display.nothing_stands_outside_of_cells,
    cells.counts_are_whole_numbers,
    cells.not_applicable_is_empty,
    cells.no_requests_means_zero,
    cells.addresses_are_unique,
    cells.entry_fields_are_readable,
    cells.entry_fields_are_left_blank,
    cells.entries_lie_in_the_year,
    cells.texts_agree_with_fields,
    cells.entry_tables_are_answered,
    cells.lines_are_answered,
    cells.examples_are_left_alone,
    table.rows_add_up,
    table.verification_lines_agree,
    table.entries_are_unique,
    links.tables_agree_in_each_workbook,
    collection.no_workbook_is_handed_in_twice,
    collection.ward_workbooks_are_the_coordinators,
    uses.uses_follow_the_guideline,
    uses.entries_are_counted,
    uses.inspection_knows_of_outsourcing,
    uses.large_leaks_are_reported,
    uses.bodies_outside_report_nothing,
    duties.entries_owe_nothing,
    duties.terms_are_kept,
    duties.days_follow_each_other,
    registers.entries_deserve_their_place,
    register_links.registers_agree_with_the_rest,
    privacy.texts_name_nobody,
)
COLLECTION_CHECKS: tuple[Check, ...] = (
    collection.workbooks_are_of_the_year,
    collection.each_section_reported_once,
    collection.every_section_has_its_line,
    collection.earlier_submissions_are_there,
    collection.ward_workbook_is_there,
    collection.the_ward_waits_for_everybody,
    collection.persons_lie_between_the_bounds,
    collection.adjustments_can_be_applied,
    collection.orders_run_from_one,
    links.tables_agree_in_the_ward,
    uses.lists_agree_with_typed_numbers,
)

__all__ = [
    "COLLECTION_CHECKS",
    "WORKBOOK_CHECKS",
    "Check",
    "fold",
    "run_checks",
]


def run_checks(collection: Collection, from_reading: Iterable[Finding] = ()) -> list[Finding]:
    """Run the checks on the collection; those on the collection only when there is a roster to hold it against.

    `from_reading` are the findings that reading it brought; they come first.
    """
    checks = WORKBOOK_CHECKS + (COLLECTION_CHECKS if collection.roster is not None else ())
    found = (finding for check in checks for finding in check(collection))
    return list(fold(chain(from_reading, _without_consequences(found, collection)), collection))


def _without_consequences(findings: Iterable[Finding], collection: Collection) -> Iterator[Finding]:
    """The findings without the differences that are exactly what stands in a row too many.

    Such a row is a finding of its own (N207, N208); once its number stands where it belongs, the others are gone.
    """
    outside = unread.counts_in_rows_too_many(collection)
    for finding in findings:
        tables = {(place.file, place.table) for place in (finding.place, *finding.related)}
        amounts = {amount for file, table, amount in outside if {(file, table), ("", table)} & tables}
        if finding.code not in DIFFERENCES or _difference_of(finding) not in amounts:
            yield finding


def _difference_of(finding: Finding) -> int | None:
    """By how much two numbers differ; a line of 検算 says it itself."""
    if finding.difference is not None:
        return abs(finding.difference)
    found = str(finding.found).removeprefix("-")
    return int(found) if found.isascii() and found.isdecimal() else None


def fold(findings: Iterable[Finding], collection: Collection) -> Iterator[Finding]:
    """The findings; of many with the same code on the same sheet (or CSV) the first, and how many more there are."""
    seen: Counter[tuple[str, str, str]] = Counter()
    more: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        alike = (finding.code, finding.place.file, finding.place.sheet)
        seen[alike] += 1
        if not (finding.place.sheet or finding.place.line) or seen[alike] <= MOST_ALIKE:
            yield finding
        else:
            more[alike] = finding
    for alike, last in more.items():
        place = replace(last.place, cell="", group="", row="", column="", line=None)
        severity = collection.edition.catalogue.severity(last)
        count = seen[alike] - MOST_ALIKE
        yield Finding("N216", place, found=count, details={"code": last.code}, severity=severity)
