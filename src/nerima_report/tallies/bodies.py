"""What the 課 said → the tables that divide it by 実施機関 (行政機関).

To which 実施機関 a 課 belongs is what the roster says, or its kind, or its 部 (`RosterSection.belongs_to`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from nerima_report.edition import Edition
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable
from nerima_report.places import CellKey, Place
from nerima_report.tallies.counting import amount, counted_entries, divided_by, source_of
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.roster import RosterSection


def divided_tables(edition: Edition) -> dict[str, CountTable]:
    """The tables that divide another one by 実施機関, by id."""
    return {table_id: table for table_id, table in edition.count_tables.items() if table.by_body_of}


def values_by_body(
    tallies: Tallies, edition: Edition, roster: Sequence[RosterSection]
) -> Iterator[tuple[CellKey, int | None]]:
    """The number (件) of every cell of these tables; None without a roster.

    What a 課 outside the roster said is in no row, and neither are adjustments, which no 課 made: a link says so where
    the sum is another than that of the table that is divided.
    """
    for table_id, table in divided_tables(edition).items():
        bodies = _bodies(edition.part_of(table_id), edition, roster)
        sums: dict[CellKey, int] = defaultdict(int)
        for section, column, count in _said(tallies, edition, divided_by(table_id, table)):
            sums[CellKey(table_id, "", bodies.get(section, ""), column)] += count
        yield from ((key, sums[key] if roster else None) for key in table.filled_keys(table_id))


def places_outside(
    tallies: Tallies, edition: Edition, roster: Sequence[RosterSection], table_id: str
) -> Iterator[Place]:
    """Where something stands that the table divides and that is in none of its rows: the 課 has no 実施機関."""
    bodies = _bodies(edition.part_of(table_id), edition, roster)
    divided = divided_by(table_id, edition.count_tables[table_id])
    table = edition.count_tables[divided]
    if not table.counted_from:
        told = (cell for cell in tallies.cells if cell.key.table == divided and not cell.ward and cell.value)
        yield from (cell.place for cell in told if cell.place.section not in bodies)
        return
    source = source_of(divided, table)
    first = edition.entry_tables[source].fields[0].label
    yield from (entry.place(first) for entry in tallies.entries[source] if entry.section not in bodies)


def _bodies(part: Part, edition: Edition, roster: Sequence[RosterSection]) -> dict[str, str]:
    """The name of the 実施機関 of each 課 of the roster."""
    found = ((section.key, section.belongs_to(part, edition.kinds)) for section in roster)
    return {key: body.name for key, body in found if body is not None}


def _said(tallies: Tallies, edition: Edition, table_id: str) -> Iterator[tuple[str, str, int]]:
    """What each 課 said in a table, or what its entries make in it: the 課, the column, and the number."""
    table = edition.count_tables[table_id]
    if not table.counted_from:
        told = (cell for cell in tallies.cells if cell.key.table == table_id and not cell.ward)
        own = (cell for cell in told if table.is_counted(cell.key.group, cell.key.row))
        yield from ((cell.place.section, cell.key.column, cell.value) for cell in own)
        return
    columns = {column.label: column for column in table.columns}
    behind = counted_entries(table_id, table, tallies.entries[source_of(table_id, table)])
    for key, entries in behind.items():
        if not table.is_counted(key.group, key.row):
            continue
        by_section = defaultdict(list)
        for entry in entries:
            by_section[entry.section].append(entry)
        yield from ((section, key.column, amount(columns[key.column], own)) for section, own in by_section.items())
