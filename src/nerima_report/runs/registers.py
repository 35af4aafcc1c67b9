"""`register merge`: workbooks + masters → plan → masters and history, written together.

`validate` and `build` ask what merging would find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.examination import Examination, examine, judge
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_name
from nerima_report.places import Place
from nerima_report.registers.master import (
    FOLDER,
    add_steps,
    history_file,
    keeps_registers,
    load_masters,
    read_history,
    version_file,
    write_master,
    write_version,
)
from nerima_report.registers.merging import MergePlan, latest_year, plan_merge
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.roster import load_roster
from nerima_report.tallies.submission import load_submissions
from nerima_report.text import label_of
from nerima_report.workspace import Workspace, write_all

# A 課 that handed in two workbooks at once: nobody knows which of them counts.
_HANDED_IN_TWICE = "N602"


@dataclass(frozen=True)
class Merged:
    """What `register merge` did: what it examined and found, the plan, and the files written (none in a dry run)."""

    examination: Examination
    plan: MergePlan
    written: tuple[Path, ...]


def merge(
    workspace: Workspace, edition: Edition, fiscal_year: int, today: date | None, progress: Callable[[Path], None]
) -> Merged:
    """Merge the registers of a year's workbooks into registers/; with `today` None nothing is written.

    Raises CannotProceed where a later year was merged already: its entries would be changed back.
    """
    masters, history = load_masters(workspace.folder, edition), read_history(workspace.folder)
    if (latest := latest_year(masters)) > fiscal_year:
        raise CannotProceed(
            f"台帳は{full_name(latest)}まで進んでいるので、{full_name(fiscal_year)}の集計は反映できません。\n"
            f"  フォルダー: {workspace.folder / FOLDER}\n"
            "  前の年度の誤りは、台帳（CSV）を直してください。"
        )
    roster = load_roster(workspace.roster, fiscal_year, edition)
    paths, skipped = workspace.workbooks(fiscal_year)
    inbox = replace(load_submissions(paths, edition, progress), skipped=tuple(skipped))
    collection = examine(inbox, edition.for_year(fiscal_year), fiscal_year, roster)
    found = judge(collection, workspace.explanations_for(edition.catalogue))
    plan = plan_merge(collection, masters, history, files_with_errors(collection, found))
    findings = [*(finding for finding in found if concerns_registers(collection, finding)), *plan.findings]
    examination = Examination(collection.edition, inbox, (collection,), tuple(findings))
    if today is None or not plan.changes:
        return Merged(examination, plan, ())
    folder = workspace.folder / FOLDER
    version = version_file(workspace.folder)
    files = {} if version.exists() else {version.name: write_version()}
    # The history before the masters: a change without its trace must never be.
    files |= {history_file(workspace.folder).name: add_steps(workspace.folder, plan.steps(today))}
    files |= {f"{register.key}.csv": write_master(plan.masters[register.key]) for register in plan.changed_registers}
    write_all(folder, files)
    return Merged(examination, plan, tuple(folder / name for name in files))


def differences_from_registers(workspace: Workspace, whole: Edition, years: Iterable[Collection]) -> list[Finding]:
    """What the masters say of the workbooks of some years, before they are merged.

    Nothing where the office keeps no registers, or of a year before the last that was merged.
    """
    return [finding for collection in years for finding in _plan(workspace, whole, collection).findings]


def findings_on_registers(workspace: Workspace, whole: Edition, collection: Collection) -> list[Finding]:
    """What the masters say of the workbooks of a year, and whether these are merged."""
    plan = _plan(workspace, whole, collection)
    waiting = [Finding("N645", Place(file=FOLDER), found=len(plan.changes))] if plan.changes else []
    return [*plan.findings, *waiting]


def _plan(workspace: Workspace, whole: Edition, collection: Collection) -> MergePlan:
    nothing = MergePlan(collection.fiscal_year, {})
    if not keeps_registers(workspace.folder) or not collection.submissions:
        return nothing
    masters = load_masters(workspace.folder, whole)
    if latest_year(masters) > collection.fiscal_year:
        return nothing
    return plan_merge(collection, masters, read_history(workspace.folder))


def files_with_errors(collection: Collection, findings: list[Finding]) -> set[str]:
    """The files of which nothing can be merged: with an error in a register, or each of two that count the same."""
    errors = [f for f in findings if collection.edition.catalogue.is_error(f) and concerns_registers(collection, f)]
    return {place.file for finding in errors for place in (finding.place, *finding.related)}


def concerns_registers(collection: Collection, finding: Finding) -> bool:
    """Whether a finding is about a register, itself or in what it was compared with, or about a whole workbook.

    A file that could not be read may hold registers, and so may both of two workbooks with the same 提出回.
    """
    tables, unread = collection.edition.registers, map(label_of, collection.inbox.unread)
    about = any(place.table in tables for place in (finding.place, *finding.related))
    return about or finding.code == _HANDED_IN_TWICE or finding.place.file in unread
