"""The 受付番号 behind the printed numbers, for the staff: a file beside the case ledger, never beside the report.

Each printed number that is counted from the ledger has a line for every 課, with the cases that it adds.
"""

from __future__ import annotations

from collections.abc import Iterator

from nerima_report.edition.ledger import Ledger
from nerima_report.files import write_csv
from nerima_report.tallies.cases import case_number
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.counting import amount, counted_entries, source_of
from nerima_report.tallies.model import Entry

_BETWEEN = "、"


def make_case_numbers(collection: Collection) -> bytes:
    """The list as CSV (UTF-8 with BOM). Of persons, the cases of all requests that they made are named."""
    headings = ("表", "区分", "行", "列", collection.edition.words.section, "数", "受付番号")
    return write_csv(headings, _lines(collection))


def _lines(collection: Collection) -> Iterator[tuple[object, ...]]:
    edition = collection.edition
    for table_id, table in edition.count_tables.items():
        ledger = edition.part_of(table_id).ledger
        if ledger is None or not edition.is_counted_by_ledger(table_id):
            continue
        columns = {column.label: column for column in table.columns}
        behind = counted_entries(table_id, table, collection.tallies.entries[source_of(table_id, table)])
        for key, entries in behind.items():
            for section in collection.in_order(entry.section for entry in entries):
                own = [entry for entry in entries if entry.section == section]
                numbers = _BETWEEN.join(dict.fromkeys(_number(ledger, entry) for entry in own))
                yield *key, section, amount(columns[key.column], own), numbers


def _number(ledger: Ledger, entry: Entry) -> str:
    """The number of a case, or of the case that an appeal is about."""
    return case_number(*(entry.values.get(label) for label in (ledger.roles.number, ledger.roles.branch)))
