"""`ledger check`, `ledger due`, and the case ledger of a year for the other commands, as it stands today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from nerima_report.checks.ledger import run_ledger_checks
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.examination import Examination, examine
from nerima_report.findings import Finding, explain
from nerima_report.fiscal_year import fiscal_year_of, full_name, last_day
from nerima_report.registers.due import DueDays, due_days
from nerima_report.tallies.ledger import CaseLedger, case_ledger, load_ledger, open_book, open_ledger
from nerima_report.tallies.roster import RosterSection, read_roster
from nerima_report.tallies.submission import Inbox, Progress, Submission
from nerima_report.workbooks import Reader
from nerima_report.workspace import Workspace


def ledger_of_year(
    workspace: Workspace, edition: Edition, fiscal_year: int, progress: Progress, reader: Reader | None = None
) -> CaseLedger | None:
    """The case ledger of a year as it stands today; None where the year has none. `edition` has all its parts."""
    ledger = load_ledger(workspace.ledgers(fiscal_year), edition, fiscal_year, progress, reader)
    return ledger and _as_of_today(ledger)


def given_ledger(submission: Submission, edition: Edition, progress: Progress) -> CaseLedger:
    """The ledger of which one workbook was read, with those of the years beside it in the same folder.

    It is of the year that its file is named after (2026.xlsx), or else of the year on its cover.
    """
    file = submission.workbook.path
    fiscal_year = int(file.stem) if _is_year(file.stem, edition) else submission.fiscal_year
    books = {fiscal_year: open_ledger(Inbox((submission,)), edition, fiscal_year)}
    for year in (fiscal_year - 1, fiscal_year + 1):
        beside = file.with_name(f"{year}{file.suffix}")
        if file.stem == str(fiscal_year) and edition.parts_for(year) and beside.exists():
            books[year] = open_book(beside, edition, year, progress)
    return _as_of_today(case_ledger(books, edition, fiscal_year))


def check_ledger(workspace: Workspace, edition: Edition, fiscal_year: int, progress: Progress) -> Examination:
    """Check the ledger of a year. Raises CannotProceed where the year has none."""
    ledger = ledger_of_year(workspace, edition, fiscal_year, progress)
    if ledger is None:
        raise no_ledger(workspace, fiscal_year)
    findings = explain(findings_on(ledger, workspace), workspace.explanations_for(edition.catalogue), fiscal_year)[0]
    return Examination(ledger.edition, ledger.book.inbox, (ledger.book,), tuple(findings))


def due_in(workspace: Workspace, edition: Edition, on: date, sections: Sequence[str]) -> DueDays:
    """What falls due on and after a day, after the ledger of its year, or of the year before where that is the last.

    Raises CannotProceed without a ledger, and where one cannot be read: nobody would know what it misses.
    """
    years = [year for year in (fiscal_year_of(on), fiscal_year_of(on) - 1) if workspace.ledger(year).exists()]
    if not years:
        raise no_ledger(workspace, fiscal_year_of(on))
    ledger = load_ledger(workspace.ledgers(years[0]), edition, years[0])
    if ledger is None or not ledger.is_readable:
        raise CannotProceed(
            f"{full_name(years[0])}の請求台帳か、前後の年度の請求台帳を読めないので、期限が分かりません。\n"
            f"  フォルダー: {workspace.ledger(years[0]).parent}\n"
            f"  nerima-report ledger check {years[0]} で、どこを直すかを確かめてください。"
        )
    return due_days(ledger, on, sections, tuple(roster_of(workspace, years[0])) if sections else ())


def no_ledger(workspace: Workspace, fiscal_year: int) -> CannotProceed:
    """That a year has no ledger."""
    return CannotProceed(
        f"{full_name(fiscal_year)}の請求台帳がありません。\n  ファイル: {workspace.ledger(fiscal_year)}\n"
        f"  nerima-report ledger new {fiscal_year} で作ってください。\n"
        "  今ある一覧があれば、nerima-report ledger import で取り込めます。"
    )


def findings_on(ledger: CaseLedger, workspace: Workspace) -> list[Finding]:
    """What the checks say of a ledger by itself, held against the roster of its year where there is one."""
    roster = list(roster_of(workspace, ledger.fiscal_year))
    collection = examine(Inbox(), ledger.edition, ledger.fiscal_year, roster or None, ledger)
    return run_ledger_checks(ledger, collection)


def roster_of(workspace: Workspace, fiscal_year: int) -> Iterator[RosterSection]:
    """The 課 of the roster for a year; none where there is no roster."""
    sections: Sequence[RosterSection] = read_roster(workspace.roster).sections if workspace.roster.exists() else ()
    return (section for section in sections if section.fiscal_year == fiscal_year)


def _as_of_today(ledger: CaseLedger) -> CaseLedger:
    return replace(ledger, on=min(date.today(), last_day(ledger.fiscal_year)))


def _is_year(name: str, edition: Edition) -> bool:
    return len(name) == 4 and name.isascii() and name.isdecimal() and bool(edition.parts_for(int(name)))
