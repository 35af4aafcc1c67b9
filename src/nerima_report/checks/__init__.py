"""What must hold, one module a stage. A check looks at the evidence and yields findings; it never raises.

Checks do not know how severe a finding is: the catalogue and the definitions say that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nerima_report.checks import cells, collection, file, links, shape, sight, table
from nerima_report.checks.evidence import Evidence
from nerima_report.findings import Finding

Check = Callable[[Evidence], Iterator[Finding]]

# Those that look at workbooks one by one, and those that look at the collection as a whole.
WORKBOOK_CHECKS: tuple[Check, ...] = (
    file.files_are_readable,
    shape.covers_say_who_and_when,
    shape.form_versions_are_known,
    shape.marks_are_clear,
    shape.sheets_with_numbers_are_read,
    shape.tables_are_there,
    shape.headings_and_rows_are_there,
    sight.tables_are_visible,
    sight.data_cells_stand_alone,
    cells.counts_are_whole_numbers,
    cells.not_applicable_is_empty,
    cells.addresses_are_unique,
    cells.entry_fields_are_readable,
    cells.entries_lie_in_the_year,
    cells.entry_tables_are_answered,
    table.rows_add_up,
    table.verification_lines_agree,
    links.tables_agree_in_each_workbook,
)
COLLECTION_CHECKS: tuple[Check, ...] = (
    collection.workbooks_are_of_the_year,
    collection.each_section_reported_once,
    collection.ward_workbook_is_there,
    collection.persons_lie_between_the_bounds,
    collection.adjustments_can_be_applied,
    collection.orders_run_from_one,
    links.tables_agree_in_the_ward,
)

__all__ = ["COLLECTION_CHECKS", "WORKBOOK_CHECKS", "Check", "Evidence", "run_checks"]


def run_checks(evidence: Evidence) -> list[Finding]:
    """Run the checks on the evidence; those on the collection only when there is a roster to hold it against."""
    checks = WORKBOOK_CHECKS + (COLLECTION_CHECKS if evidence.roster is not None else ())
    return [finding for check in checks for finding in check(evidence)]
