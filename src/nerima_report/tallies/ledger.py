"""The workbooks of the case ledger (ledger/2026.xlsx) → the cases of a fiscal year, each once.

A case that was open at the end of a year stands in the ledger of that year and in that of the next; the later one
counts. So over all ledgers each case is counted in one year only, whichever rule decides the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.edition.ledger import COUNTED, ELSEWHERE, STATE, Ledger, LedgerList
from nerima_report.fiscal_year import fiscal_year_of, last_day
from nerima_report.tallies.cases import Case
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.model import Entries, Entry, LocatedEntries
from nerima_report.tallies.periods import Periods
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.submission import LEDGER_FORM, Inbox, Progress, load_submissions
from nerima_report.tallies.totals import Totals
from nerima_report.text import label_of, plain, section_key
from nerima_report.workbooks import Reader


class Named(dict[tuple[object, ...], list[Entry]]):
    """The rows of each name."""

    @cached_property
    def firsts(self) -> frozenset[object]:
        """The first parts of the names: the 受付番号 of 受付番号 and 枝番."""
        return frozenset(first for first, *_ in self)


@dataclass(frozen=True)
class CaseLedger:
    """The case ledger of a fiscal year, as it stands on a day (`on`).

    `books` are its workbook and those of the years beside it as they were read, by fiscal year. `cases` are their rows
    by the id of their list, each case once, with the days that it took and what it is in this year (STATE).
    """

    edition: Edition
    fiscal_year: int
    books: Mapping[int, Collection]
    cases: Entries
    on: date

    @property
    def book(self) -> Collection:
        """The workbook of the year alone."""
        return self.books[self.fiscal_year]

    @property
    def files(self) -> frozenset[str]:
        """The files of its workbooks, readable or not, as findings name them."""
        read = (submission.file for book in self.books.values() for submission in book.inbox.submissions)
        unread = (label_of(path) for book in self.books.values() for path in book.inbox.unread)
        return frozenset((*read, *unread))

    @property
    def requests(self) -> Iterator[Case]:
        """The cases of all parts, without the lists beside them."""
        for table_id, periods in self.periods.items():
            yield from (Case(table_id, entry, periods) for entry in self.cases[table_id])

    @property
    def own_cases(self) -> Iterator[Case]:
        """The cases that the ledger of the year tells last, and those that count or are open in the year."""
        return (case for case in self.requests if case.state != ELSEWHERE or self.stands_in_book(case))

    def stands_in_book(self, case: Case) -> bool:
        """Whether the row of a case is one of the ledger of the year, and not of one beside it."""
        return any(submission.file == case.entry.file for submission in self.book.submissions)

    def counted(self, table_id: str) -> Iterator[Entry]:
        """The cases of a list that count in the year."""
        return (entry for entry in self.cases[table_id] if entry.values.get(STATE) == COUNTED)

    @property
    def unread(self) -> frozenset[str]:
        """The ids of the lists of which nothing is known: they could not be read in the workbook of the year."""
        return self._unread_in(self.book)

    @property
    def doubtful(self) -> frozenset[str]:
        """The ids of the lists that could not be read in every workbook, so that cases may be missing."""
        return frozenset(table_id for book in self.books.values() for table_id in self._unread_in(book))

    def _unread_in(self, book: Collection) -> frozenset[str]:
        if not book.submissions:
            return frozenset(self.cases)
        return frozenset(located.table_id for located in unread_lists(book))

    @property
    def is_readable(self) -> bool:
        """Whether every workbook could be read: otherwise no number that is counted from them is known."""
        return not self.doubtful

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
    own, ordered = edition.for_year(fiscal_year), {year: books[year] for year in sorted(books)}
    cases = _cases(own, fiscal_year, list(ordered.values()))
    return CaseLedger(own, fiscal_year, ordered, cases, last_day(fiscal_year))


def unread_lists(book: Collection) -> list[LocatedEntries]:
    """The lists of the workbook of a ledger of which no row could be read."""
    return [
        located
        for located in book.tallies.lists
        if not located.not_applicable and (not located.found or located.layout.missing_headings)
    ]


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
        table_id = part.table_id(part.ledger.key)
        rows = _latest_cases(part.ledger, [book.tallies.entries.get(table_id, ()) for book in books])
        cases[table_id] = [_completed(part.ledger, row, fiscal_year) for row in rows]
        for own in part.ledger.lists:
            listed = Named()
            for book in books:
                listed |= listed_by_name(part.ledger, own, book.tallies.entries.get(part.table_id(own.key), ()))
            rows = chain.from_iterable(listed.values())
            cases[part.table_id(own.key)] = [row for row in rows if _is_of(row, own.counts_on, fiscal_year)]
    return cases


def _latest_cases(ledger: Ledger, books: Iterable[Sequence[Entry]]) -> Iterator[Entry]:
    """The rows of a ledger, of those of one case in several workbooks the one in the last.

    Rows of one case in one workbook are all kept: which of them is wrong is for a check to ask.
    """
    latest = Named()
    for rows in books:
        named = cases_by_name(ledger, rows)
        latest = Named((name, own) for name, own in latest.items() if not goes_on(ledger, own[-1], named))
        latest.update(named)
    return chain.from_iterable(latest.values())


def cases_by_name(ledger: Ledger, rows: Iterable[Entry]) -> Named:
    """The rows of one workbook by the case that they are about: 受付番号 and 枝番."""
    return rows_by_name(rows, [ledger.roles.number, ledger.roles.branch])


def listed_by_name(ledger: Ledger, beside: LedgerList, rows: Iterable[Entry]) -> Named:
    """The rows of a list beside the cases (審査請求) by what each of them must say, and the 枝番."""
    must = [field.label for field in beside.fields if field.required or field.label == ledger.roles.branch]
    return rows_by_name(rows, must)


def goes_on(ledger: Ledger, row: Entry, later: Named) -> bool:
    """Whether a row is told again in a later workbook; one that was open may go on as several 枝番."""
    name = _name(row, [ledger.roles.number, ledger.roles.branch])
    undivided = row.values.get(ledger.roles.branch) is None and ledger.is_open(row.values)
    return name in later or (undivided and name[0] in later.firsts)


def rows_by_name(rows: Iterable[Entry], named_by: Sequence[str]) -> Named:
    """The rows of one name, which is what they say in some fields; a row that does not say the first is alone.

    The ledger of another year may stand under another law, and lack some of the fields.
    """
    named = Named()
    for row in rows:
        named.setdefault(_name(row, named_by), []).append(row)
    return named


def _name(row: Entry, named_by: Sequence[str]) -> tuple[object, ...]:
    first, *others = (plain(value) if isinstance(value := row.values.get(label), str) else value for label in named_by)
    return (row if first is None else first, *others)


def _completed(ledger: Ledger, entry: Entry, fiscal_year: int) -> Entry:
    periods = Periods(ledger)
    values = periods.completed(entry.values)
    section = section_key(*(str(entry[label] or "") for label in (ledger.roles.department, ledger.roles.section)))
    return replace(entry, values={**values, STATE: periods.state(values, fiscal_year)}, section=section)


def _is_of(entry: Entry, label: str, fiscal_year: int) -> bool:
    day = entry.values.get(label)
    return isinstance(day, date) and fiscal_year_of(day) == fiscal_year
