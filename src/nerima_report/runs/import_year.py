"""`record template` and `record import`: a published year, typed into a workbook or a CSV → its record.

It goes through the same checks as every workbook. A number that the year did not publish stays unknown; it is never
taken for zero.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from nerima_report import __version__
from nerima_report.checks import run_checks
from nerima_report.checks.explained import unused_explanations
from nerima_report.checks.table import stated_number
from nerima_report.corrections import suggest_corrections
from nerima_report.edition import Edition
from nerima_report.edition.entries import RATES
from nerima_report.edition.lines import awaiting_lines, with_lines
from nerima_report.errors import CannotProceed
from nerima_report.examination import Examination
from nerima_report.findings import Explanation, Finding, explain
from nerima_report.fiscal_year import full_name
from nerima_report.forms.published_year import as_published, not_printed, render_template, template_name
from nerima_report.places import CellKey
from nerima_report.records.file import read_record, revise, write_record
from nerima_report.records.model import (
    SCHEMA_VERSION,
    Record,
    RecordedEdition,
    RecordedInput,
    RecordedMunicipality,
    RecordedPrintedFigure,
    RecordedPrintedShare,
    RecordedTotal,
    recorded_figure,
)
from nerima_report.report.compose import compose_report
from nerima_report.report.record import (
    as_told,
    content_of,
    recorded_cells,
    recorded_entries,
    recorded_explanations,
    recorded_tables,
)
from nerima_report.tallies.collection import Collection, on_cover
from nerima_report.tallies.csv_file import lines_in_csv, read_csv
from nerima_report.tallies.lines import with_lines_on
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.printed_rates import PrintedRate, PrintedRates, rates_in, read_rates
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.roster import RosterSection, read_roster
from nerima_report.tallies.submission import PUBLISHED_FORM, Inbox, Submission, identify
from nerima_report.tallies.totals import Totals, add_up
from nerima_report.text import name_of, plain
from nerima_report.workbooks import Unreadable, read_workbook
from nerima_report.workspace import Delivery, Workspace, write_all


@dataclass(frozen=True)
class ImportOrder:
    """What to import: the file, its year (None: that of its cover), the tables that the year did not publish."""

    file: Path
    fiscal_year: int | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imported:
    """The result of reading a file: the findings, and the record, which is None where there are errors."""

    examination: Examination
    record: Record | None


@dataclass(frozen=True)
class _Read:
    """What was read of a file: the collection for the checks, what reading found, the tables it says are missing.

    `units` are those of the columns for which the year used other units than the definitions of today, `sha256` is the
    hash of the file. `rates` are the shares that were printed.
    """

    collection: Collection
    sha256: str = ""
    findings: tuple[Finding, ...] = ()
    not_published: frozenset[str] = frozenset()
    units: Mapping[tuple[str, str], str] = field(default_factory=dict)
    rates: tuple[PrintedRate, ...] = ()


def import_year(order: ImportOrder, edition: Edition, explanations: Sequence[Explanation]) -> Imported:
    """Read a published year. `edition` has all its parts.

    Raises CannotProceed for a CSV without a year, and for a name of a table that does not exist.
    """
    read = _from_csv(order, edition) if order.file.suffix.lower() == ".csv" else _from_workbook(order, edition)
    collection = read.collection
    told = as_told(collection.edition, collection.totals)
    printed = read_rates(read.rates, told, collection.totals)
    findings = run_checks(collection, [*read.findings, *printed.findings])
    year, whole = collection.fiscal_year, collection.whole
    findings, unused = explain(findings, explanations, year, whole)
    findings += unused_explanations(unused, findings, year, whole, only_near=True)
    findings = suggest_corrections(findings, collection, explanations)
    examination = Examination(collection.edition, collection.inbox, (collection,), tuple(findings))
    sound = collection.fiscal_year and not any(edition.catalogue.is_error(finding) for finding in findings)
    narrowed = edition.for_year(collection.fiscal_year) if sound else edition
    return Imported(examination, _record(read, printed, findings, narrowed, order.file) if sound else None)


def _from_csv(order: ImportOrder, edition: Edition) -> _Read:
    if order.fiscal_year is None:
        raise CannotProceed(
            f"CSV には年度が書かれていません。\n  ファイル: {order.file}\n"
            "  --year 2021 のように、年度を付けて実行してください。"
        )
    own = edition.for_year(order.fiscal_year).on_forms_of(order.fiscal_year)
    published = as_published(with_lines(own, lines_in_csv(order.file, own)))
    without = _tables(order.without, published)
    csv = read_csv(order.file, published, order.fiscal_year, sorted(without))
    missing = frozenset(csv.not_published) | frozenset(published.entry_tables)  # a CSV contains no lists
    cells = [cell for cell in csv.cells if cell.reading.status != "not applicable"]
    tallies = replace(load_tallies((), published), cells=tuple(cells), stated=tuple(csv.stated))
    collection = Collection(published, order.fiscal_year, tallies, _totals_of(tallies, published, missing))
    return _Read(collection, csv.sha256, tuple(csv.findings), missing, csv.units, tuple(csv.rates))


def _from_workbook(order: ImportOrder, edition: Edition) -> _Read:
    book = read_workbook(order.file)
    keys = [*(part.key for part in edition.parts), *edition.tables]
    submission = None if isinstance(book, Unreadable) else identify(book, keys, edition.words, (PUBLISHED_FORM,))
    if isinstance(book, Unreadable) or not isinstance(submission, Submission):
        unreadable = (book,) if isinstance(book, Unreadable) else ()
        unidentified = (submission,) if submission and not isinstance(submission, Submission) else ()
        inbox = Inbox(unidentified=unidentified, unreadable=unreadable)
        return _Read(Collection(edition, 0, load_tallies((), edition), Totals({}), inbox))
    year = submission.fiscal_year
    own = edition.for_year(year).on_forms_of(year)
    published = as_published(with_lines_on(own, submission.workbook))
    without = _tables(order.without, published)
    submission = replace(submission, not_applicable=submission.not_applicable | without)
    tallies = load_tallies((submission,), published)
    missing = frozenset(table_id for table_id in published.tables if submission.says_not_applicable(table_id))
    # The links are checked on the cells. A stated 検算 is left out, because it also compares unpublished numbers.
    published_cells = tuple(cell for cell in tallies.cells if cell.reading.status != "not applicable")
    totals_only = tuple(stated for stated in tallies.stated if stated.kind == "total")
    tallies = replace(tallies, cells=published_cells, stated=totals_only)
    totals = _totals_of(tallies, published, missing)
    collection = Collection(published, year, tallies, totals, Inbox((submission,)), (submission,))
    findings = tuple(_of_the_workbook(order, submission, tallies))
    return _Read(collection, submission.workbook.sha256, findings, missing, rates=tuple(rates_in(tallies)))


def _totals_of(tallies: Tallies, edition: Edition, not_published: Container[str]) -> Totals:
    """The totals, with those of columns of which some rows were not published and which are more than the others."""
    totals = add_up(tallies, edition)

    def has_more(total: CellKey, number: int) -> bool:
        parts = edition.count_tables[total.table].parts_of(total)
        known = [value for part in parts if (value := totals.values.get(part)) is not None]
        return not known or (len(known) < len(parts) and number > sum(known))

    printed = {
        stated.key: number
        for stated in tallies.stated
        if not (stated.key.group or stated.key.row) and stated.formula is None
        if stated.key.table not in not_published
        if isinstance(number := stated_number(stated), int) and has_more(stated.key, number)
    }
    return replace(totals, printed=printed)


def _of_the_workbook(order: ImportOrder, submission: Submission, tallies: Tallies) -> Iterator[Finding]:
    """Findings on published years only: another year than the one asked for, and an empty list (is it meant?)."""
    if order.fiscal_year not in (None, submission.fiscal_year):
        expected = full_name(order.fiscal_year or 0)
        yield Finding("N238", on_cover(submission, "年度"), expected, full_name(submission.fiscal_year))
    for located in tallies.lists:
        if located.table_id != RATES and located.found and not located.layout.rows and not located.not_applicable:
            yield Finding("N239", located.place())


def _tables(names: Sequence[str], edition: Edition) -> frozenset[str]:
    """The ids of tables named by id (公開.請求方法), by title, or by part (個人)."""
    table_ids = set()
    for name in names:
        named = {
            table_id
            for table_id, table in edition.tables.items()
            if plain(name) in (plain(table_id), plain(table.title), plain(table_id.partition(".")[0]))
        }
        if not named:
            raise CannotProceed(
                f"--without の表「{name}」はありません。\n  公開.請求方法 のように、部と表の名前を書いてください。\n"
                f"  この年度の表: {'、'.join(edition.tables)}"
            )
        table_ids |= named
    return frozenset(table_ids)


def _record(read: _Read, printed: PrintedRates, findings: Sequence[Finding], edition: Edition, file: Path) -> Record:
    """The record of a published year. Raises DefinitionError if the manuscript cannot be followed for it."""
    collection = read.collection
    record = Record(
        schema_version=SCHEMA_VERSION,
        origin="imported",
        fiscal_year=collection.fiscal_year,
        name=full_name(collection.fiscal_year),
        draft=False,
        program=__version__,
        edition=RecordedEdition(name=edition.name, sha256=edition.sha256),
        municipality=RecordedMunicipality(code=edition.municipality.code, name=edition.municipality.name),
        tables=(),
        not_published=tuple(sorted({*read.not_published, *not_printed(edition)})),
        cells=tuple(recorded_cells(collection.edition, collection.totals)),
        figures=(),
        entries=tuple(recorded_entries(collection.edition, collection.tallies)),
        tallies=(),
        adjustments=(),
        explained=tuple(recorded_explanations(findings)),
        inputs=(RecordedInput(file=name_of(file), used=True, section="", ward=True, submission=1, sha256=read.sha256),),
        outputs=(),
        revisions=(),
        printed_totals=tuple(_recorded_totals(collection, read.units)),
        printed_shares=tuple(_recorded_shares(printed)),
    )
    content = content_of(record, edition, file)
    figures = {**content.collection.figures, **{name: one.share for name, one in printed.shares.items()}}
    units = ((cell, read.units.get((cell.table, cell.column), cell.unit)) for cell in record.cells)
    return record.model_copy(
        update={
            "tables": recorded_tables(compose_report(content)),
            "cells": tuple(cell.model_copy(update={"unit": unit}) for cell, unit in units),
            "figures": tuple(recorded_figure(name, share) for name, share in figures.items()),
            "printed_figures": tuple(
                RecordedPrintedFigure(figure=name, recomputed=_text(one.recomputed))
                for name, one in printed.shares.items()
            ),
        }
    )


def _recorded_totals(collection: Collection, units: Mapping[tuple[str, str], str]) -> Iterator[RecordedTotal]:
    for key, value in collection.totals.printed.items():
        column = collection.edition.count_tables[key.table].column(key.column)
        unit = units.get((key.table, key.column), column.unit if column else "")
        yield RecordedTotal(table=key.table, column=key.column, unit=unit, value=value)


def _recorded_shares(printed: PrintedRates) -> Iterator[RecordedPrintedShare]:
    for key, (value, recomputed) in printed.cells.items():
        yield RecordedPrintedShare(**key._asdict(), value=str(value), recomputed=_text(recomputed))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True)
class RecordImported:
    """What `record import` did: what it examined and found, the record's place (None after errors), if it is new."""

    examination: Examination
    record: Path | None
    changed: bool


def write_template(
    workspace: Workspace, edition: Edition, fiscal_year: int, out: Path | None, force: bool
) -> tuple[Path, bool]:
    """Write the workbook into which a published year is typed; returns its place, and whether it is new.

    The lines by 実施機関, 部 or 課 are those of the roster of the year, or else of the year next to it. Raises
    CannotProceed, and writes nothing, where a file would be overwritten that may have been filled in.
    """
    file = out or Path(template_name(fiscal_year))
    own = edition.for_year(fiscal_year)
    content = render_template(own, fiscal_year, roster=_nearest_roster(workspace, own, fiscal_year))
    return file, bool(Delivery(file.parent, {file.name: content}).add(force=force).written)


def _nearest_roster(workspace: Workspace, edition: Edition, fiscal_year: int) -> Sequence[RosterSection]:
    """The 課 of the year of the roster that is nearest to a fiscal year; none where nothing depends on them."""
    if not (awaiting_lines(edition) and workspace.roster.exists()):
        return ()
    sections = read_roster(workspace.roster).sections
    nearest = min((section.fiscal_year for section in sections), key=lambda year: (abs(year - fiscal_year), year))
    return [section for section in sections if section.fiscal_year == nearest]


def import_record(
    workspace: Workspace, edition: Edition, order: ImportOrder, reason: str | None, today: date
) -> RecordImported:
    """Make the record of a year that was published before the tool. Errors stop it; a published record is guarded."""
    imported = import_year(order, edition, workspace.explanations_for(edition.catalogue))
    if imported.record is None:
        return RecordImported(imported.examination, None, False)
    file = workspace.record(imported.record.fiscal_year)
    earlier = read_record(file, imported.record.fiscal_year, edition) if file.exists() else None
    record = revise(imported.record, earlier, reason, today)
    if record is not None:
        write_all(file.parent, {file.name: write_record(record)})
    return RecordImported(imported.examination, file, record is not None)
