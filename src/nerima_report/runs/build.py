"""`build`: the workbooks of a year → its report, as one readable function.

    files → submissions → tallies → totals → figures → report → formats

Findings of severity error stop it, unless it is a draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from nerima_report.checks.years import findings_between
from nerima_report.edition import Edition
from nerima_report.edition.municipality import TO_FILL_IN
from nerima_report.errors import CannotProceed, DefinitionError, ForeignRecord, NewerRecord, RecordError
from nerima_report.examination import Examination, examine_collection
from nerima_report.files import SETTINGS
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_name
from nerima_report.places import Place
from nerima_report.records.comparison import Comparison, compare_with, reported_before
from nerima_report.records.earlier_years import EarlierYears, with_records
from nerima_report.records.file import open_record, read_record, record_to_write
from nerima_report.records.model import Record
from nerima_report.report.blocks import Report
from nerima_report.report.compose import annotate, compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats import WORD
from nerima_report.report.formats.pdf import find_typesetter
from nerima_report.report.must_publish import published_items, unpublished
from nerima_report.report.record import make_record, with_files
from nerima_report.report.wording_of_year_before import sentences_about_the_year_before
from nerima_report.report.years_tables import years_without_record
from nerima_report.runs.ledgers import ledger_of_year
from nerima_report.runs.open_data import findings_on_open_registers, open_data_of
from nerima_report.runs.outputs import Target, make_outputs
from nerima_report.runs.publish import sources_of
from nerima_report.runs.registers import findings_on_registers
from nerima_report.runs.validate import unread_ledgers
from nerima_report.tallies.roster import load_roster
from nerima_report.tallies.submission import Progress, load_submissions
from nerima_report.workspace import RECORD, Workspace


@dataclass(frozen=True)
class Built:
    """What `build` made: what it examined and found, and the files written (none when errors stopped it).

    `case_numbers` is that of them which names the requests behind the numbers, where the year has a case ledger.
    """

    examination: Examination
    written: tuple[Path, ...]
    case_numbers: Path | None = None


@dataclass(frozen=True)
class BuildOrder:
    """Which report is wanted: of which year, even with errors (`draft`), with the year before beside it (`compare`).

    `pdf`: as a PDF too, for which a word processor has to be on the machine.
    """

    fiscal_year: int
    draft: bool = False
    compare: bool = False
    pdf: bool = False


def build(workspace: Workspace, edition: Edition, order: BuildOrder, progress: Progress) -> Built:
    """Make the report of a year. Findings of severity error stop it, unless it is a draft."""
    fiscal_year, draft = order.fiscal_year, order.draft
    typesetter = find_typesetter() if order.pdf else None
    whole, edition = edition, edition.for_year(fiscal_year)
    before = year_before(workspace, whole, fiscal_year, wanted=order.compare)
    sources = sources_of(
        workspace, whole, fiscal_year
    )  # before they are read: what changes meanwhile is noticed by publish
    examination = _examine(workspace, whole, fiscal_year, progress)
    target = Target(workspace, fiscal_year, _vouching_record(workspace, edition, fiscal_year))
    if not draft and any(edition.catalogue.is_error(finding) for finding in examination.findings):
        left = [Finding("N905", Place(file=target.out.as_posix()))] if (target.out / WORD).exists() else []
        return Built(examination.and_also(left), ())
    if not draft:
        _require_notes(workspace, examination)
    content = Content(
        *(examination.years[0], examination.findings),
        comparison=before,
        compared=order.compare,
        earlier=with_records(EarlierYears(examination.years[0].edition, fiscal_year), workspace, whole),
    )
    report = compose_report(content)
    waiting = content.collection.totals.are_provisional  # what needs the whole of the year
    between = [] if waiting else _between_years(workspace, whole, content, report)
    lacking = [*sentences_about_the_year_before(edition, before), *years_without_record(content)]
    if edition.municipality.code == TO_FILL_IN:
        lacking.append(Finding("N908", found=TO_FILL_IN))
    examination = examination.and_also([*between, *lacking])
    missing = [] if waiting else unpublished(published_items(content, report))
    if missing and not draft:
        return Built(examination.and_also(missing), ())
    examination = examination.and_also(as_warnings(missing, edition))
    content = replace(content, findings=examination.findings)
    report = annotate(report, content, draft=draft)
    outputs = make_outputs(target, content, report, examination.resubmissions, typesetter)
    record = make_record(content, report)
    if not draft:  # a draft is not published, so there is no data of it
        outputs = outputs.with_files(open_data_of(workspace, whole, content, record, report))
    kept = target.deliver(outputs, with_files(record, outputs.files, sources), draft=draft)
    numbers = None if outputs.case_numbers is None else workspace.case_numbers(fiscal_year)
    return Built(examination.and_also(kept.findings), kept.written, numbers)


def _examine(workspace: Workspace, edition: Edition, fiscal_year: int, progress: Progress) -> Examination:
    """Read and check all that belongs to a year: the inbox, the ledger, the registers. `edition` has all its parts."""
    own = edition.for_year(fiscal_year)
    roster = load_roster(workspace.roster, fiscal_year, own)
    explanations = workspace.explanations_for(edition.catalogue)
    paths, skipped = workspace.workbooks(fiscal_year)
    inbox = replace(load_submissions(paths, own, progress), skipped=tuple(skipped))
    recall = partial(reported_before, workspace, edition)
    ledger = ledger_of_year(workspace, edition, fiscal_year, progress)
    examination = examine_collection(inbox, own, roster, explanations, recall, ledger)
    return examination.and_also(
        [
            *findings_on_registers(workspace, edition, examination.years[0]),
            *findings_on_open_registers(workspace, edition, fiscal_year),
            *unread_ledgers(workspace),
        ]
    )


def _require_notes(workspace: Workspace, examination: Examination) -> None:
    """Raise DefinitionError where two printed numbers differ, and the explanation has no note for readers."""
    codes = examination.edition.catalogue.codes
    for finding in examination.findings:
        answer = finding.explained
        if answer is not None and codes[finding.code].needs_note and not answer.note.strip():
            key = f"explained[{workspace.explanations.index(answer) + 1}].note"
            reason = (
                "報告に印刷される二つの数が合わないままになります。表の下に印刷する注（なぜ合わないか）を書いてください"
            )
            raise DefinitionError(workspace.folder / SETTINGS, key, reason)


def _between_years(workspace: Workspace, edition: Edition, content: Content, report: Report) -> list[Finding]:
    """What the years before say of the numbers that are about to be printed; nothing without any record."""
    published, out = workspace.record(content.collection.fiscal_year), workspace.out(content.collection.fiscal_year)
    if not workspace.records:
        return []
    record = make_record(content, report)
    records = [record_to_write(record, out / RECORD)]
    if published.exists():
        records.append(open_record(published, content.collection.fiscal_year, edition))
    return as_warnings(findings_between(workspace, edition, records), edition)


def _vouching_record(workspace: Workspace, edition: Edition, fiscal_year: int) -> Record | None:
    """The record that vouches for the outputs of a year, if there is one.

    One in out/ that is broken vouches for nothing, and is about to be replaced; one by a newer version of the
    program, or by another edition, is not. A published one must be readable.
    """
    out, published = workspace.out(fiscal_year), workspace.record(fiscal_year)
    earlier = read_record(published, fiscal_year, edition) if published.exists() else None
    try:
        return read_record(out / RECORD, fiscal_year, edition) if (out / RECORD).exists() else earlier
    except (NewerRecord, ForeignRecord):
        raise
    except RecordError:
        return None


def year_before(workspace: Workspace, edition: Edition, fiscal_year: int, *, wanted: bool) -> Comparison | None:
    """The published year before, to stand beside a year; None where it was not published.

    `edition` has all its parts. Raises CannotProceed where it is `wanted` and not there.
    """
    file = workspace.record(fiscal_year - 1)
    if not file.exists():
        if wanted:
            raise CannotProceed(
                f"{full_name(fiscal_year - 1)}の記録がないので、前年度と並べられません。\n  ファイル: {file}\n"
                f"  nerima-report record template {fiscal_year - 1} で様式を作り、公表した数を書いて、"
                "nerima-report record import で読み込んでください。"
            )
        return None
    return compare_with(read_record(file, fiscal_year - 1, edition), file.as_posix(), edition, fiscal_year)


def as_warnings(findings: Sequence[Finding], edition: Edition) -> list[Finding]:
    """The findings as `build` shows them: none stops it, and that there is no year before is no news."""
    told = [finding for finding in findings if finding.code != "N701"]
    errors = [finding for finding in told if edition.catalogue.severity(finding) == "error"]
    return [replace(finding, severity="warning") if finding in errors else finding for finding in told]
