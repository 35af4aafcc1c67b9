"""Entries → the tables that are counted from them: which entries stand behind each cell.

So a case is written down once, in its list, and the tables of the report cannot disagree with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryTable
from nerima_report.edition.tables import Column, CountTable, Row, all_hold
from nerima_report.places import CellKey
from nerima_report.tallies.model import Entries, Entry


def counted_entries(table_id: str, table: CountTable, entries: Entries) -> dict[CellKey, list[Entry]]:
    """The entries behind each cell of a table that is counted from a list-like table of its part."""
    found: dict[CellKey, list[Entry]] = {key: [] for key in table.keys(table_id)}
    for entry in entries[source_of(table_id, table)]:
        row = _row_of(table, entry) if all_hold(table.where, entry.values) else None
        for column in table.columns if row else ():
            if row is not None and all_hold(column.where, entry.values):
                found[row.key(table_id, column.label)].append(entry)
    return found


def amount(column: Column, entries: list[Entry]) -> int:
    """What a cell says: how many entries there are (件), or the sum of one of their fields (人)."""
    return sum(int(entry[column.sum] or 0) for entry in entries) if column.sum else len(entries)


def counted_values(edition: Edition, entries: Entries) -> Iterator[tuple[CellKey, int]]:
    """The number of every cell of every table that is counted from entries."""
    for table_id, table in counted_tables(edition).items():
        columns = {column.label: column for column in table.columns}
        for key, own in counted_entries(table_id, table, entries).items():
            yield key, amount(columns[key.column], own)


def uncounted_entries(edition: Edition, entries: Entries) -> Iterator[tuple[str, str, Entry]]:
    """Entries that a table wants but has no row for: the table they stand in, the one that misses them, the entry."""
    for table_id, table in counted_tables(edition).items():
        source = source_of(table_id, table)
        for entry in entries[source]:
            wanted = all_hold(table.where, entry.values) and any(all_hold(c.where, entry.values) for c in table.columns)
            if wanted and _row_of(table, entry) is None:
                yield source, table_id, entry


def counted_tables(edition: Edition) -> dict[str, CountTable]:
    """The tables that are counted from entries, by id."""
    return {key: table for key, table in edition.count_tables.items() if table.counted_from}


def source_of(table_id: str, table: CountTable) -> str:
    """The id of the list-like table from which a table is counted."""
    return f"{table_id.partition('.')[0]}.{table.counted_from}"


def open_entries(table: EntryTable, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a list-like table that are matters still to be settled."""
    return [entry for entry in entries if table.open_when and all_hold(table.open_when, entry.values)]


def _row_of(table: CountTable, entry: Entry) -> Row | None:
    return next((row for row in table.rows if all_hold(row.where, entry.values)), None)
