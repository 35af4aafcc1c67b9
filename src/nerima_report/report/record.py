"""A built year → its record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nerima_report import __version__
from nerima_report.edition import Edition
from nerima_report.files import sha256
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_name
from nerima_report.records.figure import recorded_figure
from nerima_report.records.model import (
    SCHEMA_VERSION,
    Record,
    RecordedAdjustment,
    RecordedCell,
    RecordedEdition,
    RecordedEntry,
    RecordedExplanation,
    RecordedInput,
    RecordedOutput,
    RecordedTable,
    RecordedTally,
)
from nerima_report.report.blocks import Report
from nerima_report.report.content import Content
from nerima_report.tallies.model import FilledCell, Tallies, each_entry
from nerima_report.tallies.submission import Submission
from nerima_report.tallies.totals import Totals


def make_record(
    content: Content,
    report: Report,
    submissions: Sequence[Submission],
    outputs: Mapping[str, bytes],
    unused: Sequence[Submission] = (),
) -> Record:
    """The record of a built year. `content` is what `report` says; `outputs` are the files made of it.

    `unused` are workbooks that lay in the inbox as well.
    """
    return Record(
        schema_version=SCHEMA_VERSION,
        origin="built",
        fiscal_year=content.fiscal_year,
        name=full_name(content.fiscal_year),
        draft=report.draft,
        program=__version__,
        edition=RecordedEdition(name=content.edition.folder.name, sha256=content.edition.sha256),
        tables=recorded_tables(report),
        not_published=(),
        cells=tuple(recorded_cells(content.edition, content.totals)),
        figures=tuple(recorded_figure(key, share) for key, share in content.figures.items()),
        entries=tuple(recorded_entries(content.edition, content.tallies)),
        tallies=tuple(_tally(cell) for cell in content.tallies.cells),
        adjustments=tuple(
            RecordedAdjustment(**a.key._asdict(), difference=a.difference, reason=a.reason, applied=a.applied)
            for a in content.totals.adjustments
        ),
        explained=tuple(recorded_explanations(content.findings)),
        inputs=tuple(
            RecordedInput(
                file=s.workbook.path.name, used=s in submissions, section=s.section, ward=s.ward,
                submission=s.number, sha256=s.workbook.sha256,
            )
            for s in sorted((*submissions, *unused), key=lambda s: (s.section, s.ward, s.number, s.file))
        ),
        outputs=tuple(RecordedOutput(file=name, sha256=sha256(data)) for name, data in outputs.items()),
        revisions=(),
    )  # fmt: skip


def recorded_tables(report: Report) -> tuple[RecordedTable, ...]:
    """The printed tables; a list-like table may be printed in several."""
    return tuple(RecordedTable(table=t.id, number=t.number, title=t.title) for t in report.tables)


def recorded_cells(edition: Edition, totals: Totals) -> Iterable[RecordedCell]:
    """Every cell of every table of counts, in the order of definition."""
    units = {
        (table_id, column.label): column.unit
        for table_id, table in edition.count_tables.items()
        for column in table.columns
    }
    for key, value in totals.values.items():
        yield RecordedCell(**key._asdict(), unit=units[key.table, key.column], value=value)


def recorded_entries(edition: Edition, tallies: Tallies) -> Iterable[RecordedEntry]:
    """Every row of every list-like table of the report."""

    def plain(value: object) -> int | str | None:
        return value if value is None or isinstance(value, int | str) else str(value)

    for table_id, table in edition.entry_tables.items():
        for entry in each_entry(tallies.entries[table_id]):
            values = {field.label: plain(entry[field.label]) for field in table.fields}
            yield RecordedEntry(table=table_id, section=str(entry["section"]), values=values)


def recorded_explanations(findings: Iterable[Finding]) -> Iterable[RecordedExplanation]:
    """The differences that somebody explained."""
    for finding in findings:
        if (answer := finding.explained) is not None:
            yield RecordedExplanation(
                finding=f"{finding.code} {finding.place}".strip(),
                table=finding.place.table,
                difference=answer.difference,
                reason=answer.reason,
                note=answer.note,
                until=answer.until,
            )


def _tally(cell: FilledCell) -> RecordedTally:
    value = cell.value if cell.reading.status == "reported" else None
    where = cell.key._asdict()
    return RecordedTally(section=cell.place.section, ward=cell.ward, **where, status=cell.reading.status, value=value)
