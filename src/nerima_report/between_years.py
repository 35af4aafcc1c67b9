"""Records → the findings between years, explained where somebody did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nerima_report.checks.links import WARD
from nerima_report.checks.years import run_year_checks
from nerima_report.definitions import CellKey
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.findings import Finding, explain
from nerima_report.fiscal_year import full_name
from nerima_report.records.files import RecordError, read_record
from nerima_report.records.model import Record
from nerima_report.workspace import Workspace
from nerima_report.year_evidence import YearEvidence, year_of


def findings_between(
    workspace: Workspace, edition: Edition, records: Sequence[tuple[Record, str]], against: Sequence[int] = ()
) -> list[Finding]:
    """Hold a year against those before it: all of which there is a record, or only those in `against`.

    `edition` has all its parts. `records` are the year with the name of its file, and after it the published one
    if it was built again. Raises CannotProceed where a record that is wanted is not there, or cannot be used.
    """
    fiscal_year = records[0][0].fiscal_year
    files = {int(file.stem): file for file in workspace.records if int(file.stem) < fiscal_year}
    for year in against:
        if year not in files:
            raise CannotProceed(f"{full_name(year)}の記録がありません。\n  ファイル: {workspace.record(year)}")
    wanted = [year for year in sorted(files) if not against or year in against]
    earlier = [(read_record(files[year], year), files[year].as_posix()) for year in wanted]
    now, before = ([year_of(*told, edition, fiscal_year) for told in years] for years in (records, earlier))
    evidence = YearEvidence(edition, now[0], tuple(before), now[1] if len(now) > 1 else None)
    return explain(run_year_checks(evidence), workspace.explanations_for(edition.catalogue), fiscal_year)[0]


def reported_before(workspace: Workspace, edition: Edition, fiscal_year: int) -> dict[str, dict[CellKey, int]]:
    """What each 課, and the ward (区全体), reported for the last recorded year before, under the names of today.

    `edition` has all its parts. Tables whose series broke since then are left out, and a record that cannot be used
    says nothing here: `check` and `build` tell of it.
    """
    files = [file for file in workspace.records if int(file.stem) < fiscal_year]
    parts = {part.key: part for part in edition.parts_for(fiscal_year)}
    if not files or not parts:
        return {}
    try:
        year = year_of(read_record(files[-1]), files[-1].as_posix(), edition, fiscal_year)
    except RecordError:
        return {}
    before = {part.key: part for part in edition.parts_for(year.fiscal_year)}
    breaks = {
        part.table_id(found.table)
        for part in parts.values()
        for found in part.definition.breaks
        if year.fiscal_year < found.year <= fiscal_year
    }

    def compares(key: CellKey) -> bool:
        part = key.table.partition(".")[0]
        same = part in parts and before.get(part, parts[part]).folder == parts[part].folder
        return same and key.table not in breaks

    told = {**year.tallies, WARD: year.known}
    return {owner: {key: n for key, n in cells.items() if compares(key)} for owner, cells in told.items()}


def as_warnings(findings: Sequence[Finding], edition: Edition) -> list[Finding]:
    """The findings as `build` shows them: none stops it, and that there is no year before is no news."""
    told = [finding for finding in findings if finding.code != "N701"]
    errors = [finding for finding in told if edition.catalogue.severity(finding) == "error"]
    return [replace(finding, severity="warning") if finding in errors else finding for finding in told]
