"""`validate`: workbooks, or all those of a year → findings, each workbook checked by the edition of its own year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nerima_report.checks import run_checks
from nerima_report.edition import Edition
from nerima_report.examination import (
    Examination,
    examine,
    examine_collection,
    only_year,
    with_likely_causes,
    years_that_differ,
)
from nerima_report.files import FoundWorkbooks
from nerima_report.findings import explain
from nerima_report.places import CellKey
from nerima_report.runs.registers import differences_from_registers
from nerima_report.tallies.ledger import CaseLedger, load_ledger
from nerima_report.tallies.roster import RosterSection, load_roster
from nerima_report.tallies.submission import Inbox, Progress, load_submissions
from nerima_report.workbooks import Reader
from nerima_report.workspace import Workspace

if TYPE_CHECKING:
    from nerima_report.corrections import Recall


def validate(
    workbooks: FoundWorkbooks, edition: Edition, workspace: Workspace, complete: bool, progress: Progress
) -> Examination:
    """Check workbooks one by one, each by the edition of its own year.

    With `complete` they are the whole collection of one year, which is compared with the roster as well.
    """
    explanations = workspace.explanations_for(edition.catalogue)
    inbox = replace(load_submissions(workbooks.paths, edition, progress), skipped=tuple(workbooks.skipped))
    if complete:
        return _examine_year(workspace, edition, inbox, load_roster(workspace.roster, only_year(inbox), edition))
    collection, findings = [], list(years_that_differ(inbox))
    years = inbox.fiscal_years or [0]
    for year in years:
        alone = inbox if year == years[0] else Inbox(submissions=inbox.submissions)
        collection.append(examine(alone, edition.for_year(year) if year else edition, year, None))
        explained = explain(run_checks(collection[-1]), explanations, year)[0]
        findings += with_likely_causes(explained, collection[-1], explanations, _recall(workspace, edition))
    findings += differences_from_registers(workspace, edition, collection)
    return Examination(edition, inbox, tuple(collection), tuple(findings))


def examine_year(
    workspace: Workspace, edition: Edition, fiscal_year: int, progress: Progress, reader: Reader | None = None
) -> Examination:
    """Check all that was handed in for a year, and hold it against the roster; also where nothing was."""
    workbooks = workspace.handed_in(fiscal_year)
    roster = load_roster(workspace.roster, fiscal_year, edition, reader)
    inbox = load_submissions(workbooks.paths, edition, progress, reader)
    inbox = replace(inbox, skipped=tuple(workbooks.skipped))
    ledger = load_ledger(workspace.ledgers(fiscal_year), edition, fiscal_year, progress, reader)
    return _examine_year(workspace, edition, inbox, roster, ledger)


def _examine_year(
    workspace: Workspace,
    edition: Edition,
    inbox: Inbox,
    roster: Sequence[RosterSection],
    ledger: CaseLedger | None = None,
) -> Examination:
    explanations = workspace.explanations_for(edition.catalogue)
    examination = examine_collection(inbox, edition, roster, explanations, _recall(workspace, edition), ledger)
    return examination.and_also(differences_from_registers(workspace, edition, examination.years))


def _recall(workspace: Workspace, edition: Edition) -> Recall:
    def recall(fiscal_year: int) -> dict[str, dict[CellKey, int]]:
        from nerima_report.records.comparison import reported_before  # only where something is wrong

        return reported_before(workspace, edition, fiscal_year)

    return recall
