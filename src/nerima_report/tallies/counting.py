"""Entries → the tables that are counted from them: which entries stand behind each cell.

So a case is written down once, in its list, and the tables of the report cannot disagree with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from nerima_report.edition import Edition
from nerima_report.edition.conditions import all_hold
from nerima_report.edition.entries import EntryTable
from nerima_report.edition.tables import Column, CountTable, Row
from nerima_report.places import CellKey
from nerima_report.tallies.model import Entries, Entry


def counted_entries(table_id: str, table: CountTable, entries: Iterable[Entry]) -> dict[CellKey, list[Entry]]:
    """The entries behind each cell of a table, of all entries of the list from which it is counted."""
    found: dict[CellKey, list[Entry]] = {key: [] for key in table.filled_keys(table_id)}
    for entry in entries:
        if not all_hold(table.where, entry.values):
            continue
        columns = [column for column in table.columns if not column.sum_of and all_hold(column.where, entry.values)]
        for row in _rows_of(table, entry) if columns else ():
            for column in columns:
                found[row.key(table_id, column.label)].append(entry)
    for column in table.columns:
        if column.first_by:
            found |= _once_each(column, {key: found[key] for key in table.filled_keys(table_id, column.label)})
    return found


def _once_each(column: Column, cells: Mapping[CellKey, list[Entry]]) -> dict[CellKey, list[Entry]]:
    """The entries of each value (a person) in one cell only: that with the most of them."""
    of_value: dict[object, dict[CellKey, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for key, entries in cells.items():
        for entry in entries:
            of_value[entry[column.different]][key].append(entry)
    kept: dict[CellKey, list[Entry]] = {key: [] for key in cells}
    for own in of_value.values():
        key = min(own, key=lambda key: (-len(own[key]), min(_order(column, entry) for entry in own[key])))
        kept[key] += own[key]
    return kept


def _order(column: Column, entry: Entry) -> tuple[tuple[bool, object], ...]:
    """The place of an entry by the fields of `first_by`; what is blank comes last."""
    return tuple((entry[label] is None, entry[label]) for label in column.first_by)


def amount(column: Column, entries: Sequence[Entry]) -> int:
    """What a cell says: how many entries there are (件), the sum of a field, or its different values (人)."""
    if column.different:
        return len({entry[column.different] for entry in entries} - {None})
    return sum(int(entry[column.sum] or 0) for entry in entries) if column.sum else len(entries)


def counted_values(edition: Edition, entries: Entries) -> Iterator[tuple[CellKey, int]]:
    """The number of every cell of every table that is counted from entries."""
    for table_id, table in counted_tables(edition).items():
        columns = {column.label: column for column in table.columns}
        for key, own in counted_entries(table_id, table, entries[source_of(table_id, table)]).items():
            yield key, amount(columns[key.column], own)


def uncounted_entries(edition: Edition, entries: Entries) -> Iterator[tuple[str, str, Entry]]:
    """Entries that a table wants but has no row for: the table they stand in, the one that misses them, the entry."""
    for table_id, table in counted_tables(edition).items():
        source = source_of(table_id, table)
        for entry in entries.get(source, ()):
            wanted = all_hold(table.where, entry.values) and any(all_hold(c.where, entry.values) for c in table.columns)
            if wanted and not _rows_of(table, entry):
                yield source, table_id, entry


def counted_tables(edition: Edition) -> dict[str, CountTable]:
    """The tables that are counted from entries, by id."""
    return {key: table for key, table in edition.count_tables.items() if table.counted_from}


def source_of(table_id: str, table: CountTable) -> str:
    """The id of the list-like table from which a table is counted."""
    return f"{table_id.partition('.')[0]}.{table.counted_from}"


def origin_of(edition: Edition, table_id: str) -> str:
    """The id of the table in which somebody wrote down what a table says: itself, or the one that it is made from."""
    table = edition.count_tables.get(table_id)
    if table is None or table.is_handed_in:
        return table_id
    if table.counted_from:
        return source_of(table_id, table)
    if table.done_of:
        return f"{table_id.partition('.')[0]}.{table.done_of}"
    return origin_of(edition, divided_by(table_id, table))


def divided_by(table_id: str, table: CountTable) -> str:
    """The id of the table that a table divides by 実施機関, 部 or 課."""
    return f"{table_id.partition('.')[0]}.{table.divides}"


def open_entries(table: EntryTable, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a list-like table that are matters still to be settled."""
    opened = (entry for entry in entries if table.open_when and all_hold(table.open_when, entry.values))
    return [entry for entry in opened if not table.settled_by or entry[table.settled_by] is None]


def _rows_of(table: CountTable, entry: Entry) -> list[Row]:
    """The rows in which an entry counts: the first whose conditions it meets, or all of them; and their parts."""
    met = [row for row in table.filled_rows if all_hold(row.where, entry.values)]
    counted = (row for row in met if not row.of)
    return [*(counted if table.several_rows else islice(counted, 1)), *(row for row in met if row.of)]
