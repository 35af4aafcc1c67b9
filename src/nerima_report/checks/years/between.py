"""Records → the findings between years, explained where somebody did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from nerima_report.checks.years import run_year_checks
from nerima_report.checks.years.registers import registers_go_on
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.findings import Finding, explain
from nerima_report.fiscal_year import full_name
from nerima_report.places import Place
from nerima_report.records.comparison import Comparison, compare_with
from nerima_report.records.file import RecordFile, open_record, read_record
from nerima_report.records.years import YearEvidence, year_of
from nerima_report.registers.master import keeps_registers, load_masters
from nerima_report.report.wording_of_year_before import tables_asked_of_the_year_before
from nerima_report.workspace import Workspace


def findings_between(
    workspace: Workspace,
    edition: Edition,
    records: Sequence[RecordFile],
    against: Sequence[int] = (),
    read: Callable[[Path, int], RecordFile] = open_record,
) -> list[Finding]:
    """Hold a year against those before it: all of which there is a record, or only those in `against`.

    `edition` has all its parts. `records` are the year, and after it the published one if it was built again.
    Raises CannotProceed where a record that is wanted is not there, or cannot be used.
    """
    fiscal_year = records[0].record.fiscal_year
    files = {int(file.stem): file for file in workspace.records if int(file.stem) < fiscal_year}
    for year in against:
        if year not in files:
            raise CannotProceed(f"{full_name(year)}の記録がありません。\n  ファイル: {workspace.record(year)}")
    wanted = [year for year in sorted(files) if not against or year in against]
    earlier = [read(files[year], year) for year in wanted]
    now, before = (
        [year_of(told.record, told.file, edition, fiscal_year, told.lines) for told in years]
        for years in (records, earlier)
    )
    evidence = YearEvidence(edition, now[0], tuple(before), now[1] if len(now) > 1 else None)
    found = run_year_checks(evidence)
    if keeps_registers(workspace.folder):
        found += registers_go_on(evidence, load_masters(workspace.folder, edition))
    return explain(found, workspace.explanations_for(edition.catalogue), fiscal_year)[0]


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
    return compare_with(read_record(file, fiscal_year - 1), file.as_posix(), edition, fiscal_year)


def sentences_about_the_year_before(edition: Edition, comparison: Comparison | None) -> list[Finding]:
    """The tables of which a manuscript asks for the year before, where that is not known: sentences are left out."""
    return [
        Finding("N725", Place(table=part.table_id(key)))
        for part in edition.parts
        for key in dict.fromkeys(tables_asked_of_the_year_before(part))
        if comparison is None or not comparison.compares(part.table_id(key))
    ]


def as_warnings(findings: Sequence[Finding], edition: Edition) -> list[Finding]:
    """The findings as `build` shows them: none stops it, and that there is no year before is no news."""
    told = [finding for finding in findings if finding.code != "N701"]
    errors = [finding for finding in told if edition.catalogue.severity(finding) == "error"]
    return [replace(finding, severity="warning") if finding in errors else finding for finding in told]
