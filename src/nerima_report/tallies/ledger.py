"""The workbooks of the case ledger (ledger/2026.xlsx) → the cases of a fiscal year, each once.

A case that was open at the end of a year stands in the ledger of that year and in that of the next; the later one
counts. So over all ledgers each case is counted in one year only, whichever rule decides the year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.edition.ledger import COUNTED, STATE, Ledger
from nerima_report.fiscal_year import fiscal_year_of
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.model import Entries, Entry
from nerima_report.tallies.periods import Periods
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.submission import LEDGER_FORM, Inbox, Progress, load_submissions
from nerima_report.tallies.totals import Totals
from nerima_report.text import section_key
from nerima_report.workbooks import Reader


@dataclass(frozen=True)
class CaseLedger:
    """The case ledger of a fiscal year.

    `book` is its workbook as it was read, the ledger of the year alone. `cases` are the rows of that year and of the
    years beside it, by the id of their list, each with the days that it took and what it is in this year (STATE).
    """

    edition: Edition
    fiscal_year: int
    book: Collection
    cases: Entries

    def counted(self, table_id: str) -> Iterator[Entry]:
        """The cases of a list that count in the year."""
        return (entry for entry in self.cases[table_id] if entry.values.get(STATE) == COUNTED)

    @property
    def is_readable(self) -> bool:
        """Whether the workbook of the year could be read: otherwise none of its numbers is known."""
        return bool(self.book.submissions)

    @cached_property
    def periods(self) -> Mapping[str, Periods]:
        """The days and limits by the id of the list of requests."""
        return {table_id: Periods(ledger) for table_id, ledger in self.edition.ledgers.items()}


def load_ledger(
    files: Mapping[int, Path],
    edition: Edition,
    fiscal_year: int,
    progress: Progress = lambda _: None,
    reader: Reader | None = None,
) -> CaseLedger | None:
    """The ledger of a year, from its workbook and those of the years beside it, by fiscal year; None without any.

    `edition` has all its parts. Never raises for bad data.
    """
    if not files:
        return None
    return case_ledger(
        {year: open_book(file, edition, year, progress, reader) for year, file in files.items()}, edition, fiscal_year
    )


def case_ledger(books: Mapping[int, Collection], edition: Edition, fiscal_year: int) -> CaseLedger:
    """The ledger of a year, from its workbook and those of the years beside it as they were read, by fiscal year."""
    own = edition.for_year(fiscal_year)
    return CaseLedger(
        own, fiscal_year, books[fiscal_year], _cases(own, fiscal_year, [books[year] for year in sorted(books)])
    )


def open_ledger(inbox: Inbox, edition: Edition, fiscal_year: int) -> Collection:
    """The workbook of a ledger as a collection of its own: its lists, and nothing else."""
    view = edition.for_year(fiscal_year).of_ledgers()
    submissions = inbox.of_year(fiscal_year)
    return Collection(view, fiscal_year, load_tallies(submissions, view), Totals({}), inbox, submissions)


def open_book(
    file: Path,
    edition: Edition,
    fiscal_year: int,
    progress: Progress = lambda _: None,
    reader: Reader | None = None,
) -> Collection:
    """The workbook of the ledger of a year; without submissions where it cannot be read, or is another."""
    inbox = load_submissions([file], edition, progress, reader, forms=(LEDGER_FORM,))
    return open_ledger(inbox, edition, fiscal_year)


def _cases(edition: Edition, fiscal_year: int, books: Sequence[Collection]) -> Entries:
    cases: dict[str, list[Entry]] = {}
    for part in edition.parts:
        if part.ledger is None:
            continue
        rows = _latest(part.table_id(part.ledger.key), books, [part.ledger.roles.number, part.ledger.roles.branch])
        cases[part.table_id(part.ledger.key)] = [_completed(part.ledger, row, fiscal_year) for row in rows]
        for own in part.ledger.lists:
            named = [field.label for field in own.fields if field.required or field.label == part.ledger.roles.branch]
            rows = _latest(part.table_id(own.key), books, named)
            cases[part.table_id(own.key)] = [row for row in rows if _is_of(row, own.counts_on, fiscal_year)]
    return cases


def _latest(table_id: str, books: Sequence[Collection], named_by: Sequence[str]) -> Iterator[Entry]:
    """The rows of a list, of those with one name in several workbooks the one in the last.

    Rows with one name in one workbook are all kept: which of them is wrong is for a check to ask.
    """
    latest: dict[tuple[object, ...], list[Entry]] = {}
    for book in books:
        rows: dict[tuple[object, ...], list[Entry]] = {}
        for entry in book.tallies.entries.get(table_id, ()):
            rows.setdefault(tuple(entry[label] for label in named_by), []).append(entry)
        latest |= rows
    return chain.from_iterable(latest.values())


def _completed(ledger: Ledger, entry: Entry, fiscal_year: int) -> Entry:
    periods = Periods(ledger)
    values = periods.completed(entry.values)
    section = section_key(*(str(entry[label] or "") for label in (ledger.roles.department, ledger.roles.section)))
    return replace(entry, values={**values, STATE: periods.state(values, fiscal_year)}, section=section)


def _is_of(entry: Entry, label: str, fiscal_year: int) -> bool:
    day = entry[label]
    return isinstance(day, date) and fiscal_year_of(day) == fiscal_year
