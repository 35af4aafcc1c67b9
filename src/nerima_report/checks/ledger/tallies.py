"""5xx: the ledger beside what a 課 counted itself: every number that it hands in is what the ledger counts for it."""

from __future__ import annotations

from collections.abc import Iterator

from nerima_report.findings import Finding
from nerima_report.places import CellKey
from nerima_report.tallies.cases import number_in_ledger
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.counting import amount, counted_entries, source_of
from nerima_report.tallies.ledger import CaseLedger
from nerima_report.tallies.model import Entry


def tallies_agree_with_the_ledger(ledger: CaseLedger, collection: Collection) -> Iterator[Finding]:
    """What a workbook says of a table that is counted from the ledger is what the ledger counts.

    For a 課 that is what its own cases make, its own persons too; for 区全体 what all of them make.
    """
    behind: dict[tuple[str, str], dict[CellKey, list[Entry]]] = {}
    for cell in collection.tallies.cells:
        table_id = cell.key.table
        if cell.reading.status != "reported" or not collection.edition.is_counted_by_ledger(table_id):
            continue
        table = collection.edition.count_tables[table_id]
        section = "" if cell.ward else cell.place.section
        if (section, table_id) not in behind:
            cases = ledger.cases[source_of(table_id, table)]
            own = [entry for entry in cases if not section or entry.section == section]
            behind[section, table_id] = counted_entries(table_id, table, own)
        entries = behind[section, table_id][cell.key]
        column = table.column(cell.key.column)
        expected = amount(column, entries) if column else cell.value
        if cell.value != expected:
            yield Finding(
                "N541",
                cell.place,
                expected=expected,
                found=cell.value,
                difference=cell.value - expected,
                numbers=tuple(sorted(number_in_ledger(ledger.edition, table_id, entry) for entry in entries)),
            )
