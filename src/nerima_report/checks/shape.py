"""2xx: the shape of a workbook: cover, sheets, headings and row labels."""

from __future__ import annotations

from collections.abc import Iterator

from nerima_report.cell_values import shown
from nerima_report.checks.evidence import Evidence, on_cover
from nerima_report.findings import Finding, Place
from nerima_report.layout import COVER_SHEET, CountLayout, plain
from nerima_report.submissions import NOT_APPLICABLE
from nerima_report.suggestions import asked, likely
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


def marks_are_clear(evidence: Evidence) -> Iterator[Finding]:
    """The column 該当なし of the cover says 該当なし, or nothing."""
    for submission in evidence.submissions:
        for key, cell, text in submission.unclear_marks:
            place = Place(submission.section, submission.file, COVER_SHEET, cell, table=key)
            yield Finding("N211", place, expected=NOT_APPLICABLE, found=text)


def sheets_with_numbers_are_read(evidence: Evidence) -> Iterator[Finding]:
    """A sheet that holds numbers and is no table of this year's form is left out, but not in silence."""
    read: dict[str, set[str]] = {}
    for located in evidence.tallies.located:
        read.setdefault(located.submission.file, {COVER_SHEET}).update(located.sheets)
    for submission in evidence.submissions:
        for sheet in submission.workbook.sheets:
            numbers = any(isinstance(v, int | float) and not isinstance(v, bool) for v in sheet.cells.values())
            if numbers and plain(sheet.name) not in map(plain, read.get(submission.file, ())):
                yield Finding("N212", Place(submission.section, submission.file, sheet.name))


def tables_are_there(evidence: Evidence) -> Iterator[Finding]:
    """Every table stands on exactly one sheet, unless the cover says 該当なし."""
    for located in evidence.tallies.located:
        place = located.place()
        if len(located.sheets) > 1:
            yield Finding("N204", place, details={"sheets": "、".join(f"「{name}」" for name in located.sheets)})
        elif not located.sheets and not located.not_applicable:
            names = [sheet.name for sheet in located.submission.workbook.sheets]
            hint = asked(likely(located.table_id, names))
            yield Finding("N203", place, details={"title": _title(evidence, located.table_id), "likely": hint})


def headings_and_rows_are_there(evidence: Evidence) -> Iterator[Finding]:
    """Every heading and row label stands on the sheet once, and no row that is not defined."""
    for located in evidence.tallies.located:
        layout = located.layout
        if layout is None or located.not_applicable:
            continue
        missing = layout.missing_columns if isinstance(layout, CountLayout) else layout.missing_fields
        for heading in missing:
            hint = asked(likely(heading, layout.headings))
            yield Finding("N205", located.place(), details={"heading": heading, "likely": hint})
        if isinstance(layout, CountLayout) and layout.cells:
            yield from _rows(located, layout)


def _rows(located: LocatedTable, layout: CountLayout) -> Iterator[Finding]:
    unfound = [row.label for row in layout.missing_rows]
    suggestions = [likely(label, unfound) for label, _ in layout.unknown]
    for row in layout.missing_rows:
        if row.label not in suggestions:  # otherwise the misspelled row says it all
            yield Finding("N206", located.place(group=row.group, row=row.label))
    for (label, position), suggestion in zip(layout.unknown, suggestions, strict=True):
        yield Finding(
            "N207",
            located.place(position),
            expected=suggestion or None,
            found=shown(label) or "見出しなし",
            details={"likely": asked(suggestion)},
        )
    for key, position in layout.twice:
        first = located.place(layout.cells[key], key.group, key.row, key.column)
        again = located.place(position, key.group, key.row, key.column)
        yield Finding("N208", again, related=(first,))
    for group in layout.missing_groups:
        yield Finding("N210", located.place(group=group))


def _title(evidence: Evidence, table_id: str) -> str:
    table = evidence.edition.tables.get(table_id)
    return table.title if table and "{" not in table.title else table_id
