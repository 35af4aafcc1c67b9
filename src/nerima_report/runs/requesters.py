"""`ledger blank`: forgetting who asked when the time has come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.fiscal_year import full_name
from nerima_report.registers.requesters import read_requesters, write_requesters
from nerima_report.tallies.ledger import load_ledger
from nerima_report.workspace import Workspace, write_all

_STILL_OPEN = 9999  # the year of a case that is open: after any other


@dataclass(frozen=True)
class Blanked:
    """How many requesters and cases lost their names, and how many stand in no ledger (they keep theirs)."""

    persons: int
    cases: int
    unknown: int
    written: bool


class _Case(NamedTuple):
    """A row of a ledger: which case it is, who asked, and the fiscal year in which it was closed."""

    case: tuple[str, str, str]
    requester: str
    year: int


def blank(workspace: Workspace, edition: Edition, file: Path, until: int, *, dry_run: bool = False) -> Blanked:
    """Take the names out of whoever has no case after the fiscal year `until`, and the 件名 of the cases up to it.

    The numbers stay, so the ledgers can still be counted. Who stands in no ledger is left alone. Raises CannotProceed
    where a ledger cannot be read: then nobody knows who still has a case.
    """
    before = read_requesters(file, workspace.folder)
    last: dict[str, int] = {}
    closed: dict[tuple[str, str, str], int] = {}
    for case in _cases(workspace, edition):
        closed[case.case] = max(case.year, closed.get(case.case, 0))
        last[case.requester] = max(case.year, last.get(case.requester, 0))
    after = before.blanked(
        frozenset(number for number, year in last.items() if year <= until),
        frozenset(case for case, year in closed.items() if year <= until),
    )
    changes = after != before and not dry_run
    if changes:
        write_all(file.parent, {file.name: write_requesters(after)}, (file,))
    return Blanked(
        persons=sum(one != other for one, other in zip(before.persons, after.persons, strict=True)),
        cases=sum(one != other for one, other in zip(before.titles, after.titles, strict=True)),
        unknown=sum(any(person.who) and person.number not in last for person in before.persons),
        written=changes,
    )


def _cases(workspace: Workspace, edition: Edition) -> Iterator[_Case]:
    """Every row of every ledger of the folder."""
    for file in sorted((workspace.folder / "ledger").glob("[0-9][0-9][0-9][0-9].xlsx")):
        fiscal_year = int(file.stem)
        ledger = load_ledger({fiscal_year: file}, edition, fiscal_year)
        if ledger is None or not ledger.is_readable:
            named = full_name(fiscal_year)
            raise CannotProceed(f"{named}の台帳を読めないので、名簿は消していません。\n  ファイル: {file}")
        for table_id, periods in ledger.periods.items():
            roles = periods.ledger.roles
            for entry in ledger.cases[table_id]:
                number, branch, person = (
                    str(entry[label] or "") for label in (roles.number, roles.branch, roles.requester)
                )
                year = periods.year_of(entry.values)
                part = table_id.partition(".")[0]
                yield _Case((part, number, branch), person, _STILL_OPEN if year is None else year)
