"""`ledger confirm`: the case ledger of a year → a 確認表 for each 課, to be returned confirmed or corrected."""

from __future__ import annotations

from dataclasses import dataclass

from nerima_report.edition import Edition
from nerima_report.edition.confirmation import of_confirmations
from nerima_report.errors import CannotProceed
from nerima_report.fiscal_year import full_name
from nerima_report.forms.form import Filling, FormCover
from nerima_report.forms.recipients import chosen, file_name
from nerima_report.forms.workbook import render_form
from nerima_report.runs.ledgers import findings_on, ledger_of_year, no_ledger, roster_of
from nerima_report.tallies.confirmations import rows_for, sections_with_cases
from nerima_report.tallies.submission import Progress
from nerima_report.workspace import Added, Delivery, Workspace


@dataclass(frozen=True)
class ConfirmOrder:
    """Which 確認表 to make: for which 課 (none: all that have cases); `force` overwrites what was made before."""

    fiscal_year: int
    sections: tuple[str, ...] = ()
    force: bool = False


def confirm(workspace: Workspace, edition: Edition, order: ConfirmOrder, progress: Progress) -> Added:
    """Make the 確認表 of the 課 that have cases in the ledger of a year.

    Raises CannotProceed without a ledger, where it cannot be read or has errors, and for the name of a 課 without
    cases.
    """
    year = order.fiscal_year
    ledger = ledger_of_year(workspace, edition, year, progress)
    if ledger is None:
        raise no_ledger(workspace, year)
    if any(edition.catalogue.is_error(finding) for finding in findings_on(ledger, workspace)):
        raise CannotProceed(
            f"{full_name(year)}の請求台帳に、直すところがあります。\n"
            f"  nerima-report ledger check {year} で確かめて、直してから、もう一度実行してください。"
        )
    deadline, view = workspace.deadlines.get(year), of_confirmations(ledger.edition)
    with_cases = sections_with_cases(ledger)
    covers = [
        FormCover(year, s.department, s.section_name, deadline=deadline, number=f"{place:02}", confirms=True)
        for place, s in enumerate(roster_of(workspace, year), start=1)
        if s.key in with_cases
    ]
    files = {
        file_name(cover, edition.words): render_form(view, cover, Filling(entries=rows_for(ledger, cover.key)))
        for cover in chosen(covers, order.sections, edition.words)
    }
    return Delivery(workspace.confirmations(year), files).add(force=order.force)
