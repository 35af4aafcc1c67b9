"""2xx: the shape of a workbook: cover, sheets, headings and row labels."""

from __future__ import annotations

from collections.abc import Iterator

from nerima_report.cell_values import shown
from nerima_report.checks.evidence import Evidence, on_cover
from nerima_report.findings import Finding, Place
from nerima_report.layout import COVER_SHEET, CountLayout
from nerima_report.tallies import LocatedTable
from nerima_report.workbooks import label_of


def covers_say_who_and_when(evidence: Evidence) -> Iterator[Finding]:
    """Every workbook has a cover that says 年度, 様式, 課 and 提出回."""
    for fault in evidence.inbox.unidentified:
        place = Place(file=label_of(fault.path), sheet=COVER_SHEET, cell=fault.cell)
        if fault.label == COVER_SHEET:
            yield Finding("N201", Place(file=label_of(fault.path)))
        else:
            yield Finding("N202", place, found=fault.found or "空欄", details={"label": fault.label})


def form_versions_are_known(evidence: Evidence) -> Iterator[Finding]:
    """The form is the one that was sent out for this edition."""
    expected = evidence.edition.municipality.form_version
    for submission in evidence.submissions:
        if submission.form_version != expected:
            found = submission.form_version or "空欄"
            yield Finding("N209", on_cover(submission, "様式の版"), expected=expected, found=found)


def tables_are_there(evidence: Evidence) -> Iterator[Finding]:
    """Every table stands on exactly one sheet, unless the cover says 該当なし."""
    for located in evidence.tallies.located:
        place = located.place()
        if len(located.sheets) > 1:
            yield Finding("N204", place, details={"sheets": "、".join(f"「{name}」" for name in located.sheets)})
        elif not located.sheets and not located.not_applicable:
            yield Finding("N203", place, details={"title": _title(evidence, located.table_id)})


def headings_and_rows_are_there(evidence: Evidence) -> Iterator[Finding]:
    """Every heading and row label stands on the sheet once, and no row that is not defined."""
    for located in evidence.tallies.located:
        layout = located.layout
        if layout is None or located.not_applicable:
            continue
        missing = layout.missing_columns if isinstance(layout, CountLayout) else layout.missing_fields
        for heading in missing:
            yield Finding("N205", located.place(), details={"heading": heading})
        if isinstance(layout, CountLayout) and layout.cells:
            yield from _rows(located, layout)


def _rows(located: LocatedTable, layout: CountLayout) -> Iterator[Finding]:
    for row in layout.missing_rows:
        yield Finding("N206", located.place(group=row.group, row=row.label))
    for label, position in layout.unknown:
        yield Finding("N207", located.place(position), found=shown(label) or "見出しなし")
    for key, position in layout.twice:
        first = located.place(layout.cells[key], key.group, key.row, key.column)
        again = located.place(position, key.group, key.row, key.column)
        yield Finding("N208", again, related=(first,))
    for group in layout.missing_groups:
        yield Finding("N210", located.place(group=group))


def _title(evidence: Evidence, table_id: str) -> str:
    table = evidence.edition.tables.get(table_id)
    return table.title if table and "{" not in table.title else table_id
