"""4xx, 5xx and 6xx: the workbooks of a ledger: readable, each case once in each, the same in those of two years."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise

from nerima_report.edition.ledger import Ledger, LedgerList
from nerima_report.findings import Finding
from nerima_report.fiscal_year import first_day, fiscal_year_of, full_date, full_name, last_day
from nerima_report.places import Place
from nerima_report.tallies.cases import case_number
from nerima_report.tallies.cell_values import shown
from nerima_report.tallies.collection import Collection, on_cover
from nerima_report.tallies.ledger import CaseLedger, Named, cases_by_name, goes_on, listed_by_name, unread_lists
from nerima_report.tallies.model import Entry
from nerima_report.text import label_of, plain


def ledgers_can_be_read(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """The workbook of each year says on its cover that it is of that year, and those beside it can be read."""
    for year, book in ledger.books.items():
        for submission in book.inbox.submissions:
            if submission.fiscal_year != year:
                said = full_name(submission.fiscal_year)
                yield Finding("N620", on_cover(submission, "年度"), expected=full_name(year), found=said)
        if year != ledger.fiscal_year:  # what is wrong with that of the year itself is told as of every workbook
            places = [Place(file=label_of(path)) for path in book.inbox.unread]
            places += [located.place() for located in unread_lists(book)]
            yield from (Finding("N621", place, details={"label": full_name(year)}) for place in places)


def ledgers_have_rows(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """Every list of requests has rows: one without counts as 0 everywhere.

    After the end of the year a ledger in which nothing is written at all is no ledger.
    """
    unread = unread_lists(ledger.book)
    lists = [located for located in ledger.book.tallies.lists if located.table_id in ledger.periods]
    is_unused = not any(located.layout.rows for located in lists) and ledger.on >= last_day(ledger.fiscal_year)
    for located in lists:
        if not (located.layout.rows or located.not_applicable or located in unread):
            yield Finding("N622", located.place(), severity="error" if is_unused else None)


def numbers_are_unique(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """No two rows of a workbook have the same 受付番号 and 枝番."""
    for table_id, definition in ledger.edition.ledgers.items():
        number = definition.roles.number
        for rows in cases_by_name(definition, _rows(ledger.book, table_id)).values():
            if len(rows) > 1:
                related = tuple(row.place(number) for row in rows[:-1])
                named = (_number(definition, rows[0]),)
                yield Finding("N410", rows[-1].place(number), found=len(rows), related=related, numbers=named)


def cases_lie_in_the_year(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """The ledger of a year has what was received in it, and what was open when it began; no day is much later."""
    begins, ends = first_day(ledger.fiscal_year), last_day(ledger.fiscal_year)
    for table_id, definition in ledger.edition.ledgers.items():
        before = ledger.books.get(ledger.fiscal_year - 1)
        known = cases_by_name(definition, _rows(before, table_id)).firsts if before else frozenset()
        days = [field.label for field in definition.table.fields if field.type == "date"]
        roles = definition.roles
        for name, rows in cases_by_name(definition, _rows(ledger.book, table_id)).items():
            row = rows[0]
            received, closed = _day(row, roles.received), _day(row, roles.closed)
            about = partial(_outside, ledger, _number(definition, row), row)
            if received is not None and received > ends:
                yield about(roles.received)
            elif closed is not None and closed < begins and (received is None or received < begins):
                yield about(roles.closed)
            elif received is not None and received < begins and before and before.submissions and name[0] not in known:
                hint = f"{full_name(before.fiscal_year)}の台帳に、この番号がありません。"
                yield replace(about(roles.received), details={"likely": hint}, severity="warning")
            latest = last_day(ledger.fiscal_year + 1)
            others = ((label, _day(row, label)) for label in days if label != roles.received)
            yield from (about(label) for label, day in others if day is not None and day > latest)


def appeals_lie_in_the_year(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """An appeal in the ledger of a year was made in it, or goes on from an earlier ledger that has it."""
    before = ledger.books.get(ledger.fiscal_year - 1)
    for beside in _lists_beside(ledger):
        known = beside.by_name(before) if before else Named()
        for name, rows in beside.by_name(ledger.book).items():
            day = _day(rows[0], beside.counts_on)
            year = None if day is None else fiscal_year_of(day)
            if year is not None and (year > ledger.fiscal_year or (year < ledger.fiscal_year and name not in known)):
                yield _outside(ledger, beside.number(rows[0]), rows[0], beside.counts_on)


def _outside(ledger: CaseLedger, number: str, row: Entry, label: str) -> Finding:
    day = _day(row, label)
    found = full_date(day) if day else None
    return Finding("N368", row.place(label), expected=full_name(ledger.fiscal_year), found=found, numbers=(number,))


def open_cases_go_on(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """What was open at the end of the last year, and is not told to be closed by the end of this one, stands in it."""
    before = ledger.books.get(ledger.fiscal_year - 1)
    if before is None or not ledger.book.submissions:
        return
    for table_id, definition in ledger.edition.ledgers.items():
        here = cases_by_name(definition, _rows(ledger.book, table_id))
        for row in _rows(before, table_id):
            closed = _day(row, definition.roles.closed)
            over = closed is not None and closed <= last_day(ledger.fiscal_year)
            if not over and not goes_on(definition, row, here):
                submission = ledger.book.submissions[0]
                yield Finding(
                    "N623",
                    Place(submission.section, submission.file, sheet=table_id, table=table_id),
                    details={"label": full_name(before.fiscal_year)},
                    related=(row.place(definition.roles.number),),
                    numbers=(_number(definition, row),),
                )


def ledgers_tell_the_same(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """A case that two ledgers tell is the same in both: the later one may fill in what was blank, and no more."""
    for before, book in pairwise(ledger.books.values()):
        for table_id, definition in ledger.edition.ledgers.items():
            later = cases_by_name(definition, _rows(book, table_id))
            for name, rows in cases_by_name(definition, _rows(before, table_id)).items():
                for now in later.get(name, ())[-1:]:
                    yield from _changed(definition, rows[-1], now, before.fiscal_year)


def _changed(definition: Ledger, row: Entry, now: Entry, year: int) -> Iterator[Finding]:
    for field in definition.table.fields:
        old, new = row.values.get(field.label), now.values.get(field.label)
        if old is not None and old != new:
            yield Finding(
                "N624",
                now.place(field.label),
                expected=shown(old),
                found="空欄" if new is None else shown(new),
                related=(row.place(field.label),),
                details={"label": full_name(year)},
                numbers=(_number(definition, row),),
            )


def appeals_know_their_case(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """An appeal (審査請求) is on a case that some ledger has; one that cannot be read may have it."""
    known = {
        (case.table_id, plain(case.says("number")), branch)
        for case in ledger.requests
        for branch in (None, case.says("branch"))
    }
    for beside in _lists_beside(ledger) if ledger.is_readable else ():
        roles = beside.ledger.roles
        for row in ledger.cases[beside.table_id]:
            number, branch = row.values.get(roles.number), row.values.get(roles.branch)
            if number is not None and (beside.requests, plain(number), branch) not in known:
                yield Finding("N540", row.place(roles.number), numbers=(beside.number(row),))


@dataclass(frozen=True)
class _ListBeside:
    """A list beside the cases of a ledger (審査請求), by its id and that of the list of requests (`requests`)."""

    ledger: Ledger
    definition: LedgerList
    table_id: str
    requests: str

    @property
    def counts_on(self) -> str:
        """The field whose date says the year of a row."""
        return self.definition.counts_on

    def by_name(self, book: Collection) -> Named:
        """The rows of a workbook by what they must say."""
        return listed_by_name(self.ledger, self.definition, _rows(book, self.table_id))

    def number(self, row: Entry) -> str:
        """The case that a row is about."""
        return _number(self.ledger, row)


def _lists_beside(ledger: CaseLedger) -> Iterator[_ListBeside]:
    for requests, definition in ledger.edition.ledgers.items():
        part = ledger.edition.part_of(requests)
        yield from (_ListBeside(definition, own, part.table_id(own.key), requests) for own in definition.lists)


def _rows(book: Collection, table_id: str) -> Sequence[Entry]:
    return book.tallies.entries.get(table_id, ())


def _day(row: Entry, label: str) -> date | None:
    value = row.values.get(label)
    return value if isinstance(value, date) else None


def _number(definition: Ledger, row: Entry) -> str:
    return case_number(row.values.get(definition.roles.number), row.values.get(definition.roles.branch))
