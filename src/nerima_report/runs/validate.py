"""`validate`: workbooks, or all those of a year → findings, each workbook checked by the edition of its own year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from nerima_report.findings import Finding, explain
from nerima_report.places import CellKey, Place
from nerima_report.runs.registers import differences_from_registers
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.roster import RosterSection, load_roster
from nerima_report.tallies.submission import (
    CONFIRMATION_FORM,
    LEDGER_FORM,
    Inbox,
    Progress,
    Submission,
    load_submissions,
)
from nerima_report.text import label_of
from nerima_report.workbooks import Reader
from nerima_report.workspace import Workspace

if TYPE_CHECKING:
    from nerima_report.corrections import Recall
    from nerima_report.tallies.ledger import CaseLedger


def validate(
    workbooks: FoundWorkbooks, edition: Edition, workspace: Workspace, complete: bool, progress: Progress
) -> Examination:
    """Check workbooks one by one, each by the edition of its own year.

    With `complete` they are the whole collection of one year, which is compared with the roster as well.
    """
    explanations = workspace.explanations_for(edition.catalogue)
    forms = (edition.words.section_form, edition.words.whole_form, CONFIRMATION_FORM, LEDGER_FORM)
    inbox = replace(load_submissions(workbooks.paths, edition, progress, forms=forms), skipped=tuple(workbooks.skipped))
    books = [submission for submission in inbox.submissions if submission.is_ledger]
    handed_in = replace(inbox, submissions=tuple(s for s in inbox.submissions if not s.is_ledger))
    ledgers = _given(books, edition, progress)

    def ledger_of(fiscal_year: int) -> CaseLedger | None:
        given = next((ledger for ledger in ledgers if ledger.fiscal_year == fiscal_year), None)
        return given or _ledger_of_year(workspace, edition, fiscal_year, progress)

    if complete:
        year = only_year(handed_in)
        ledger, roster = ledger_of(year), load_roster(workspace.roster, year, edition)
        others = [other for other in ledgers if other is not ledger]
        return _examine_year(workspace, edition, handed_in, roster, ledger).and_also(_findings_on(others, workspace))
    collections, findings = [], list(years_that_differ(handed_in))
    years = handed_in.fiscal_years or [0]
    for year in years:
        alone = handed_in if year == years[0] else Inbox(submissions=handed_in.submissions)
        ledger = ledger_of(year) if year else None
        collection = examine(alone, edition.for_year(year) if year else edition, year, None, ledger)
        found = [*run_checks(collection), *(_beside_ledger(ledger, collection) if ledger else ())]
        explained = explain(found, explanations, year, collection.whole)[0]
        findings += with_likely_causes(explained, collection, explanations, _recall(workspace, edition))
        collections.append(collection)
    findings += differences_from_registers(workspace, edition, collections)
    findings += _findings_on(ledgers, workspace)
    collections += [ledger.book for ledger in ledgers]
    return Examination(edition, inbox, tuple(collections), tuple(findings))


def examine_year(
    workspace: Workspace, edition: Edition, fiscal_year: int, progress: Progress, reader: Reader | None = None
) -> Examination:
    """Check all that was handed in for a year, and hold it against the roster; also where nothing was."""
    workbooks = workspace.handed_in(fiscal_year)
    roster = load_roster(workspace.roster, fiscal_year, edition, reader)
    inbox = load_submissions(workbooks.paths, edition, progress, reader)
    inbox = replace(inbox, skipped=tuple(workbooks.skipped))
    ledger = _ledger_of_year(workspace, edition, fiscal_year, progress, reader)
    return _examine_year(workspace, edition, inbox, roster, ledger).and_also(unread_ledgers(workspace))


def unread_ledgers(workspace: Workspace) -> Iterator[Finding]:
    """The workbooks in the folder of the ledgers that are not read, because of their names."""
    return (Finding("N627", Place(file=label_of(file))) for file in workspace.unread_ledgers)


# What reads and checks ledgers is loaded only where there is one: most runs of `validate` are about a workbook or two.


def _given(books: Sequence[Submission], edition: Edition, progress: Progress) -> list[CaseLedger]:
    """The ledgers among the workbooks."""
    if not books:
        return []
    from nerima_report.runs.ledgers import given_ledger

    return [given_ledger(book, edition, progress) for book in books]


def _ledger_of_year(
    workspace: Workspace, edition: Edition, fiscal_year: int, progress: Progress, reader: Reader | None = None
) -> CaseLedger | None:
    """The ledger of a year; None where the year has none."""
    if not workspace.ledgers(fiscal_year):
        return None
    from nerima_report.runs.ledgers import ledger_of_year

    return ledger_of_year(workspace, edition, fiscal_year, progress, reader)


def _findings_on(ledgers: Sequence[CaseLedger], workspace: Workspace) -> list[Finding]:
    """What the checks say of ledgers by themselves."""
    if not ledgers:
        return []
    from nerima_report.runs.ledgers import findings_on

    return [finding for ledger in ledgers for finding in findings_on(ledger, workspace)]


def _beside_ledger(ledger: CaseLedger, collection: Collection) -> Iterator[Finding]:
    """Where the numbers of a 課 are not those of the ledger."""
    from nerima_report.checks.ledger.tallies import tallies_agree_with_the_ledger

    return tallies_agree_with_the_ledger(ledger, collection)


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
