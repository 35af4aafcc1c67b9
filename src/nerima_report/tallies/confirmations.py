"""The 確認表: what it shows a 課 of the case ledger, and what the 課 returned.

The same rows are made for a blank one and to compare a returned one with, so that whatever has changed since is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nerima_report.edition import Edition
from nerima_report.edition.confirmation import CASES, COUNTED, COUNTS, NUMBER, of_confirmations, shown_fields
from nerima_report.edition.ledger import COUNTED as COUNTED_IN_YEAR
from nerima_report.edition.ledger import DAYS, PENDING, STATE
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.counting import amount, counted_entries, source_of
from nerima_report.tallies.ledger import CaseLedger
from nerima_report.tallies.model import Entry
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.submission import Inbox, Submission
from nerima_report.tallies.totals import Totals

Rows = Mapping[str, Sequence[Mapping[str, object]]]  # by the id of the list, each by label of field


@dataclass(frozen=True)
class Confirmation:
    """A returned 確認表 as it was read, and the ledger that it speaks of."""

    submission: Submission
    book: Collection

    def rows(self, key: str) -> Iterator[tuple[str, Entry]]:
        """The rows of one of its lists, with the part that they are of."""
        for table_id, entries in self.book.tallies.entries.items():
            part, _, name = table_id.partition(".")
            if name == key:
                yield from ((part, entry) for entry in entries)

    @cached_property
    def is_signed(self) -> bool:
        """Whether it says who has looked at it, and when."""
        return bool(self.submission.person and self.submission.day)


def rows_for(ledger: CaseLedger, section: str) -> Rows:
    """What the 確認表 of a 課 shows: its cases that count or are open in the year, and the numbers they make."""
    rows: dict[str, list[Mapping[str, object]]] = {}
    for table_id, own in ledger.edition.ledgers.items():
        part = table_id.partition(".")[0]
        cases = [e for e in ledger.cases[table_id] if e.section == section and e[STATE] in (COUNTED_IN_YEAR, PENDING)]
        labels = (*shown_fields(own), DAYS, STATE)
        rows[f"{part}.{CASES}"] = [{label: entry.values.get(label) for label in labels} for entry in cases]
        rows[f"{part}.{COUNTS}"] = list(_counts(ledger, part, section)) if cases else []
    return rows


def _counts(ledger: CaseLedger, part: str, section: str) -> Iterator[Mapping[str, object]]:
    """The numbers (件, 人) of the tables of a part that are counted from the cases of a 課; those of 0 are left out."""
    for table_id, table in ledger.edition.with_ledger().count_tables.items():
        source = source_of(table_id, table)
        if table_id.partition(".")[0] != part or source not in ledger.edition.ledgers:
            continue
        own = [entry for entry in ledger.cases[source] if entry.section == section]
        behind = counted_entries(table_id, table, own)
        columns = {column.label: column for column in table.columns}
        for key, entries in behind.items():
            if number := amount(columns[key.column], entries):
                yield dict(zip(COUNTED, (table_id, key.group or None, key.row, key.column), strict=True)) | {
                    NUMBER: number
                }


def sections_with_cases(ledger: CaseLedger) -> list[str]:
    """The 課 that have cases which count or are open in the year."""
    found = (
        entry.section
        for table_id in ledger.edition.ledgers
        for entry in ledger.cases[table_id]
        if entry[STATE] in (COUNTED_IN_YEAR, PENDING)
    )
    return list(dict.fromkeys(found))


def returned(inbox: Inbox, edition: Edition, fiscal_year: int) -> tuple[Confirmation, ...]:
    """The 確認表 that came back for a year, of each 課 that with the highest 提出回."""
    latest: dict[str, Submission] = {}
    own = (submission for submission in inbox.confirmations if submission.fiscal_year == fiscal_year)
    for submission in sorted(own, key=lambda s: (s.section, s.number, s.file)):
        latest[submission.section] = submission
    if not latest:
        return ()
    view = of_confirmations(edition)
    return tuple(Confirmation(one, _read(one, view, fiscal_year)) for one in latest.values())


def _read(submission: Submission, view: Edition, fiscal_year: int) -> Collection:
    tallies = load_tallies((submission,), view)
    return Collection(view, fiscal_year, tallies, Totals({}), Inbox((submission,)), (submission,))
