"""The chain of products of the commands about records: years typed in, printed again, and side by side.

    workbook or CSV → record → content → report → formats        records → year evidence → findings

As in build.py, each function returns what it made; it prints nothing and decides no exit code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from nerima_report.checks import Evidence
from nerima_report.checks.years.between import findings_between, sentences_about_the_year_before, year_before
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.examination import Examination
from nerima_report.findings import Finding
from nerima_report.forms.published_year import render_template, template_name
from nerima_report.places import Place
from nerima_report.records.file import RecordFile, open_record, read_record, sha256, write_record
from nerima_report.records.revision import revise
from nerima_report.report.compose import compose_report
from nerima_report.report.formats import FORMATS
from nerima_report.report.published import content_of
from nerima_report.runs.asked_years import CheckedYears
from nerima_report.runs.build import Built
from nerima_report.runs.import_year import ImportOrder, import_year
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.submission import Inbox
from nerima_report.tallies.totals import Totals
from nerima_report.workspace import RECORD, Workspace, is_same, keep, refuse_to_overwrite, write_all


@dataclass(frozen=True)
class RecordImported:
    """What `record import` did: what it examined and found, the record's place (None after errors), if it is new."""

    examination: Examination
    record: Path | None
    changed: bool


def check_years(workspace: Workspace, edition: Edition, checked: CheckedYears, against: Sequence[int]) -> Examination:
    """Hold years against those before them: all of which there is a record, or only those in `against`.

    A year is that in out/, otherwise that in records/. Raises CannotProceed where it is in neither.
    """
    read = cache(open_record)  # each year is also one of those before the next
    findings: list[Finding] = []
    evidence: list[Evidence] = []
    files: list[str] = []
    for year in checked.years:
        records = _records_of(workspace, year, checked.published)
        findings += findings_between(workspace, edition, records, against, read)
        narrowed = edition.for_year(year)
        evidence.append(Evidence(narrowed, year, Inbox(), (), load_tallies((), narrowed), Totals({})))
        files.append(records[0].file)
    return Examination(edition, Inbox(), tuple(evidence), tuple(findings), tuple(files))


def _records_of(workspace: Workspace, fiscal_year: int, published_only: bool) -> list[RecordFile]:
    built, published = workspace.out(fiscal_year) / RECORD, workspace.record(fiscal_year)
    if published_only:
        return [open_record(published, fiscal_year)]
    files = [file for file in (built, published) if file.exists()]
    return [open_record(file, fiscal_year) for file in files]


def write_template(edition: Edition, fiscal_year: int, out: Path | None, force: bool) -> tuple[Path, bool]:
    """Write the workbook into which a published year is typed; returns its place, and whether it is new.

    Raises CannotProceed, and writes nothing, where a file would be overwritten that may have been filled in.
    """
    file = out or Path(template_name(fiscal_year))
    content = render_template(edition.for_year(fiscal_year), fiscal_year)
    if is_same(file, content):
        return file, False
    refuse_to_overwrite([file] if file.exists() and not force else [])
    write_all(file.parent, {file.name: content})
    return file, True


def import_record(
    workspace: Workspace, edition: Edition, order: ImportOrder, reason: str | None, today: date
) -> RecordImported:
    """Make the record of a year that was published before the tool. Errors stop it; a published record is guarded."""
    imported = import_year(order, edition, workspace.explanations_for(edition.catalogue))
    if imported.record is None:
        return RecordImported(imported.examination, None, False)
    file = workspace.record(imported.record.fiscal_year)
    earlier = read_record(file, imported.record.fiscal_year) if file.exists() else None
    record = revise(imported.record, earlier, reason, today)
    if record is not None:
        write_all(file.parent, {file.name: write_record(record)})
    return RecordImported(imported.examination, file, record is not None)


def build_from_record(workspace: Workspace, edition: Edition, fiscal_year: int, *, compare: bool) -> Built:
    """Print the report of a year again from its published record; what somebody edited in out/ is kept."""
    file, out = workspace.record(fiscal_year), workspace.out(fiscal_year)
    record = read_record(file, fiscal_year)
    if (out / RECORD).exists():
        raise CannotProceed(
            f"{record.name}には、まだ公表の記録にしていない報告があります。\n  ファイル: {out / RECORD}\n"
            f"  先に nerima-report publish {fiscal_year} を実行するか、要らなければそのフォルダーを消してください。"
        )
    before = year_before(workspace, edition, fiscal_year, wanted=compare)
    edition = edition.for_year(fiscal_year)
    content = replace(content_of(record, edition, file), comparison=before, compared=compare)
    report = compose_report(content)
    outputs = {form.file_name: form.render(report, edition.folder / "reference.docx") for form in FORMATS}
    vouched = {output.file: output.sha256 for output in record.outputs}
    kept = [
        Finding("N904", Place(file=(out / name).as_posix()), details={"about": keep(out / name).name})
        for name, made in outputs.items()
        if (out / name).is_file() and sha256((out / name).read_bytes()) not in (vouched.get(name), sha256(made))
    ]
    kept += sentences_about_the_year_before(edition, before)
    write_all(out, outputs)
    evidence = Evidence(edition, fiscal_year, Inbox(), (), content.tallies, content.totals)
    examination = Examination(edition, Inbox(), (evidence,), tuple(kept))
    return Built(examination, tuple(out / name for name in outputs))
