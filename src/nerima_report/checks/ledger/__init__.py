"""What must hold for a case ledger (請求台帳).

    cases     each case by itself: its dates, its limit, whether the tables have a row for it
    books     the workbooks: that they can be read, each case once in each, and the same in those of two years
    tallies   the ledger beside what the 課 counted themselves
    confirmations    the ledger beside the 確認表 that came back

The shape of its workbooks and what stands in their cells are checked as in every other.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator

from nerima_report.checks import WORKBOOK_CHECKS, fold, run_checks, table
from nerima_report.checks.ledger import books, cases, confirmations, tallies
from nerima_report.edition.links import LINK_CODES
from nerima_report.findings import Finding
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.ledger import CaseLedger

LedgerCheck = Callable[[CaseLedger, Collection], Iterator[Finding]]

WITHOUT_ROW = frozenset({"N415", "N510"})  # no table has a row for a case

# Those that look at a case ledger.
LEDGER_CHECKS: tuple[LedgerCheck, ...] = (
    books.ledgers_can_be_read,
    books.ledgers_have_rows,
    books.numbers_are_unique,
    books.cases_lie_in_the_year,
    books.open_cases_go_on,
    books.ledgers_tell_the_same,
    books.appeals_lie_in_the_year,
    books.appeals_know_their_case,
    cases.dates_follow_each_other,
    cases.decisions_keep_their_limit,
    cases.open_cases_have_time,
    cases.cases_are_counted,
    cases.requesters_are_of_one_kind,
    cases.requests_are_written_once,
    cases.sections_are_of_the_roster,
    tallies.tallies_agree_with_the_ledger,
    confirmations.confirmations_agree,
)

__all__ = ["LEDGER_CHECKS", "follows_from_cases", "run_ledger_checks"]


def run_ledger_checks(ledger: CaseLedger, collection: Collection) -> list[Finding]:
    """Run the checks on the workbook of a case ledger, on its cases, and on what the 課 counted themselves.

    That no table has a row for a case is left out where another error on its row says why.
    """
    checks = (check for check in WORKBOOK_CHECKS if check is not table.entries_are_unique)  # see N410
    found = [finding for check in checks for finding in check(ledger.book)]
    found += [finding for returned in collection.confirmations for finding in run_checks(returned.book)]
    found += [finding for check in LEDGER_CHECKS for finding in check(ledger, collection)]
    is_error = ledger.edition.catalogue.is_error
    faulty = {_row_of(finding) for finding in found if finding.code not in WITHOUT_ROW and is_error(finding)}
    return list(fold((f for f in found if f.code not in WITHOUT_ROW or _row_of(f) not in faulty), collection))


def follows_from_cases(finding: Finding, collection: Collection) -> bool:
    """Whether a finding is that tables which are counted from the ledger differ: only its cases can make them."""
    counted = all(collection.edition.is_counted_by_ledger(place.table) for place in finding.related)
    return finding.code in LINK_CODES.values() and finding.place.section == collection.edition.words.whole and counted


def _row_of(finding: Finding) -> tuple[str, str, str]:
    """The row of a sheet on which a finding is."""
    place = finding.place
    return place.file, place.sheet, place.cell.lstrip(string.ascii_uppercase)
