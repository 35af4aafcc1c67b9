"""A built year → its record; and a record → what its report says, so that it can be printed again.

It is printed again only if the definitions of today still say the same: every cell has its place, every share comes
out as it was published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from nerima_report import __version__
from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.edition.figures import Figure
from nerima_report.edition.lines import awaiting_lines, with_lines
from nerima_report.edition.links import Cells
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable, Line
from nerima_report.errors import CannotProceed
from nerima_report.files import sha256
from nerima_report.findings import Explanation, Finding
from nerima_report.fiscal_year import Month, full_name
from nerima_report.places import CellKey, Place
from nerima_report.records.earlier_years import EarlierYears
from nerima_report.records.model import (
    SCHEMA_VERSION,
    Record,
    RecordedAdjustment,
    RecordedCell,
    RecordedEdition,
    RecordedEntry,
    RecordedExplanation,
    RecordedFigure,
    RecordedInput,
    RecordedMunicipality,
    RecordedOutput,
    RecordedSource,
    RecordedTable,
    RecordedTally,
    recorded_figure,
)
from nerima_report.report.blocks import Report
from nerima_report.report.content import Content
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.figures import Share, compute_figures
from nerima_report.tallies.lines import line_of
from nerima_report.tallies.model import Entry, FilledCell, Tallies
from nerima_report.tallies.printed_rates import PrintedShare
from nerima_report.tallies.totals import Totals, cell_names, published_table, with_sums
from nerima_report.text import name_of


def make_record(content: Content, report: Report) -> Record:
    """The record of a built year, without its files. `content` is what `report` says."""
    collection, edition = content.collection, content.collection.edition
    used = collection.submissions
    unused = [submission for submission in collection.inbox.submissions if submission not in used]
    return Record(
        schema_version=SCHEMA_VERSION,
        origin="built",
        fiscal_year=collection.fiscal_year,
        name=full_name(collection.fiscal_year),
        draft=report.draft,
        program=__version__,
        edition=RecordedEdition(name=edition.name, sha256=edition.sha256),
        municipality=RecordedMunicipality(code=edition.municipality.code, name=edition.municipality.name),
        tables=recorded_tables(report),
        not_published=(),
        cells=tuple(recorded_cells(edition, collection.totals)),
        figures=tuple(recorded_figure(key, share) for key, share in collection.figures.items()),
        entries=tuple(recorded_entries(edition, collection.tallies)),
        tallies=tuple(_tally(cell) for cell in collection.tallies.cells),
        adjustments=tuple(
            RecordedAdjustment(**a.key._asdict(), difference=a.difference, reason=a.reason, applied=a.applied)
            for a in collection.totals.adjustments
        ),
        explained=tuple(recorded_explanations(content.findings)),
        inputs=tuple(
            RecordedInput(
                file=name_of(s.workbook.path), used=s in used, section=s.section, ward=s.ward,
                submission=s.number, sha256=s.workbook.sha256,
            )
            for s in sorted((*used, *unused), key=lambda s: (s.section, s.ward, s.number, s.file))
        ),
        outputs=(),
        revisions=(),
        counted_from_ledger=tuple(key for key in edition.count_tables if edition.is_counted_by_ledger(key)),
    )  # fmt: skip


def with_files(record: Record, outputs: Mapping[str, bytes], sources: tuple[RecordedSource, ...]) -> Record:
    """The record with the files that were made together with it, and those that it was made from besides workbooks."""
    made = tuple(RecordedOutput(file=name, sha256=sha256(data)) for name, data in outputs.items())
    return record.model_copy(update={"outputs": made, "sources": sources})


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
        for entry in tallies.entries[table_id]:
            values = {field.label: plain(entry[field.label]) for field in table.fields}
            yield RecordedEntry(table=table_id, section=entry.section, values=values)


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


def content_of(record: Record, edition: Edition, file: Path) -> Content:
    """What the report of a recorded year says; `edition` is narrowed to it, `file` holds the record.

    Rows and columns of which nothing was published are left out, and so are tables (`not_published`). Raises
    CannotProceed where the definitions have changed so that they would say something else.
    """
    edition = as_recorded(edition, record)
    for about, reason in _misfits(record, edition):
        raise CannotProceed(
            f"記録と今の定義が合わないので、この年度の報告は作れません。\n  ファイル: {file}\n  箇所: {about}\n"
            f"  理由: {reason}\n  この年度の部の定義を、公表したときのものに戻してください。"
        )
    values = record.values
    totals = with_sums(Totals(values, printed=record.totals, shares=record.shares), edition)
    known = {key.table for key, value in values.items() if value is not None} | {key.table for key in record.totals}
    missing = frozenset(record.not_published) | {table for table in edition.count_tables if table not in known}
    told = as_told(edition, totals)
    entries = {table_id: recorded_list(record, table_id, table) for table_id, table in edition.entry_tables.items()}
    recomputed = record.recomputed
    printed = {
        f.figure: _printed_share(f, recomputed[f.figure], told) for f in record.figures if f.figure in recomputed
    }
    collection = Collection(told, record.fiscal_year, Tallies((), entries, (), (), ()), totals, printed=printed)
    for key, share in compute_figures(totals, told).items():
        if key in printed:
            continue  # it says what was printed, whatever the definitions give
        _refuse_another_value(record, key, share, file)
    return Content(collection, _notes(record), missing, earlier=EarlierYears(edition, record.fiscal_year))


def as_recorded(edition: Edition, record: Record) -> Edition:
    """The edition of a recorded year with the 実施機関, 部 or 課 of that year, as its record names them."""
    lines: dict[str, list[Line]] = {}
    for table_id in awaiting_lines(edition):
        table = edition.count_tables[table_id]
        lines[table_id] = list(dict.fromkeys(line_of(table, key) for key in record.values if key.table == table_id))
    return with_lines(edition, lines)


def _misfits(record: Record, edition: Edition) -> Iterator[tuple[str, str]]:
    """Where the record says what the definitions have no place for, or the other way round."""
    names = set(cell_names(edition))
    for key in record.values:
        if key not in names:
            yield f"cells（{' '.join(filter(None, key))}）", "このセルは、今の定義にありません"
    for key in record.shares:
        if not _has_share(edition.count_tables.get(key.table), key):
            yield f"printed_shares（{' '.join(filter(None, key))}）", "この割合のセルは、今の定義にありません"
    yield from _other_units(record, edition)
    yield from _other_cells(record, edition)
    for number, entry in enumerate(record.entries, start=1):
        table = edition.entry_tables.get(entry.table)
        labels = {field.label for field in table.fields} if table else set()
        added = {field.label for field in table.fields if field.since} if table else set()
        if not labels - added <= set(entry.values) <= labels:
            yield f"entries[{number}]", f"一覧の表「{entry.table}」の項目が、今の定義と違います"
        for field in table.fields if table else ():
            if not _fits(field, entry.values.get(field.label), record.fiscal_year):
                yield f"entries[{number}].values.{field.label}", "項目の値が、今の定義に合いません"


def _has_share(table: CountTable | None, key: CellKey) -> bool:
    """Whether a table has the cell of a column of shares; without a row, that of its total."""
    if table is None or all(rate.label != key.column for rate in table.rates):
        return False
    return table.row(key.group, key.row) is not None if key.row else bool(table.total)


def _other_cells(record: Record, edition: Edition) -> Iterator[tuple[str, str]]:
    """The cells that the record lacks, and sums of which it says something else than what they add up."""
    values = record.values
    recorded = {key.table for key in values}
    for key in cell_names(edition):
        table, where = edition.count_tables[key.table], f"cells（{' '.join(filter(None, key))}）"
        if key.table not in recorded:  # of a table that is newer than the record nothing is said
            continue
        if not table.is_sum(key):
            reason = "" if key in values else "このセルは、記録にありません"
        else:
            added_up = Totals(values).sum(table.parts_of(key))
            reason = "今の定義の sum_of で足すと、記録の数になりません" if values.get(key, added_up) != added_up else ""
        if reason:
            yield where, reason


def _other_units(record: Record, edition: Edition) -> Iterator[tuple[str, str]]:
    units = {(cell.table, cell.column): cell.unit for cell in record.cells}
    for table_id, table in edition.count_tables.items():
        for column in table.columns:
            unit = units.get((table_id, column.label), column.unit)
            if unit != column.unit:
                yield (
                    f"cells（{table_id} {column.label}）",
                    f"単位が、記録では「{unit}」、今の定義では「{column.unit}」です",
                )


def _fits(field: EntryField, value: int | str | None, fiscal_year: int) -> bool:
    if value is None:
        return not field.required or field.since > fiscal_year
    try:
        _value(field, value)
    except ValueError:
        return False
    numeric = field.type in ("count", "order", "difference")
    return isinstance(value, int) == numeric and (field.type != "choice" or value in field.choices)


def _value(field: EntryField, value: int | str | None) -> object:
    """A value of an entry after its type. Raises ValueError for a month or date that is none."""
    if isinstance(value, str) and field.type == "month":
        year, month = map(int, value.split("-"))
        if not 1 <= month <= 12:
            raise ValueError(value)
        return Month(year, month)
    return date.fromisoformat(value) if isinstance(value, str) and field.type == "date" else value


def as_told(edition: Edition, totals: Totals) -> Edition:
    """The edition with those rows and columns of its tables of which something was published."""
    return replace(edition, parts=tuple(_told(part, totals) for part in edition.parts))


def _printed_share(recorded: RecordedFigure, recomputed: str | None, edition: Edition) -> PrintedShare:
    """A share as it was printed, with the rule of its year."""
    key, of, numerator = recorded.figure.partition(".")[2], recorded.denominator_of, recorded.numerator_of
    figures = edition.part_of(recorded.figure).figures
    today = next((figure for figure in figures if figure.key == key), None)
    definition = Figure(
        key=key,
        kind=recorded.kind,
        numerator=Cells(**numerator.model_dump()) if numerator else None,
        denominator=Cells(**of.model_dump()),
        excluded=recorded.excluded_rows,
        digits=recorded.digits,
        rounding=recorded.rounding,
        never_whole=today is not None and today.never_whole,
        unit="%",
        basis=recorded.basis,
    )
    value = None if recorded.value is None else Decimal(recorded.value)
    share = Share(definition, recorded.numerator_rows, recorded.numerator, recorded.denominator, value, value)
    return PrintedShare(share, None if recomputed is None else Decimal(recomputed))


def _told(part: Part, totals: Totals) -> Part:
    tables = {
        key: published_table(part.table_id(key), table, totals) if isinstance(table, CountTable) else table
        for key, table in part.tables.items()
    }
    return replace(part, tables=tables)


def recorded_list(record: Record, table_id: str, table: EntryTable) -> tuple[Entry, ...]:
    """The entries of a list-like table of a recorded year, in the order in which they were handed in."""
    own = [entry for entry in record.entries if entry.table == table_id]
    return tuple(Entry(_typed(table, entry), entry.section, number) for number, entry in enumerate(own))


def _typed(table: EntryTable, entry: RecordedEntry) -> dict[str, object]:
    return table.with_computed({field.label: _value(field, entry.values.get(field.label)) for field in table.fields})


def _notes(record: Record) -> tuple[Finding, ...]:
    """The explained differences, for the notes under their tables."""
    return tuple(
        Finding(
            e.finding[:4],
            Place(table=e.table),
            explained=Explanation(e.finding[:4], e.difference, e.reason, note=e.note, until=e.until),
        )
        for e in record.explained
    )


def _refuse_another_value(record: Record, key: str, share: Share, file: Path) -> None:
    recorded = {figure.figure: figure for figure in record.figures}
    value = None if share.value is None else str(share.value)
    if recorded and (key not in recorded or recorded[key].value != value):
        was = recorded[key].value if key in recorded else "なし"
        raise CannotProceed(
            f"割合「{key}」は、記録では {was}、今の定義では {value} なので、この年度の報告は作れません。\n"
            f"  ファイル: {file}\n  この年度の部の figures.toml を、公表したときのものに戻してください。"
        )
