"""Tallies → totals: one number for each cell of the report.

Requests add up over the sections. Persons do not: somebody who asks two 課 is counted by both, so for
columns that are not additive only the coordinator's number after matching counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nerima_report.edition import Edition
from nerima_report.edition.entries import ADJUSTMENTS
from nerima_report.places import CellKey
from nerima_report.tallies.cell_values import Reading
from nerima_report.tallies.counting import counted_values
from nerima_report.tallies.model import Entry, Tallies


@dataclass(frozen=True)
class Adjustment:
    """A correction by the coordinator: what it changes, by how much and why. `applied` when its cell exists."""

    key: CellKey
    difference: int
    reason: str
    applied: bool
    entry: Entry


@dataclass(frozen=True)
class Totals:
    """The number of each cell of the report, in the unit of its column; None where nobody reported one."""

    values: Mapping[CellKey, int | None]
    adjustments: tuple[Adjustment, ...] = ()

    def sum(self, keys: Iterable[CellKey]) -> int | None:
        """The sum of cells; None as soon as one of them is unknown.

        >>> Totals({CellKey("t", "", "a", "件数"): 1}).sum([CellKey("t", "", "a", "件数")])
        1
        """
        values = [self.values.get(key) for key in keys]
        known = [value for value in values if value is not None]
        return sum(known) if len(known) == len(values) else None


def add_up(tallies: Tallies, edition: Edition) -> Totals:
    """Add the sections up, take ward-level numbers from the ward workbook, count the entries, apply the adjustments."""
    values: dict[CellKey, int | None] = dict.fromkeys(cell_names(edition))
    ward_level = {key: is_ward_level(edition, key) for key in values}
    used: dict[CellKey, list[Reading]] = defaultdict(list)
    for cell in tallies.cells:
        if ward_level.get(cell.key) == cell.ward:
            used[cell.key].append(cell.reading)
    for key, readings in used.items():
        counts = [reading.value for reading in readings if isinstance(reading.value, int)]
        if counts:
            values[key] = sum(counts)
        elif all(reading.status == "not applicable" for reading in readings):
            values[key] = 0  # 該当なし is an answer: there was nothing to count
    values |= dict(counted_values(edition, tallies.entries))
    adjustments = tuple(_adjustments(tallies, edition))
    for adjustment in adjustments:
        before = values.get(adjustment.key)
        if adjustment.applied and before is not None:
            values[adjustment.key] = before + adjustment.difference
    return Totals(values, adjustments)


def cell_names(edition: Edition) -> list[CellKey]:
    """Every cell of every table of counts of the edition, in the order of definition."""
    return [key for table_id, table in edition.count_tables.items() for key in table.keys(table_id)]


def is_ward_level(edition: Edition, key: CellKey) -> bool:
    """Whether the number of a cell comes from the ward workbook alone, and not from the 課."""
    table = edition.count_tables[key.table]
    column = table.column(key.column)
    return table.reported_by == "coordinator" or (column is not None and not column.additive)


def _adjustments(tallies: Tallies, edition: Edition) -> Iterable[Adjustment]:
    names = set(cell_names(edition))
    for entry in tallies.entries.get(ADJUSTMENTS.key, ()):
        key = CellKey(*(str(entry[label] or "") for label in ("表", "区分", "行", "列")))
        known = key in names and not is_ward_level(edition, key) and entry["増減"] is not None
        yield Adjustment(
            key=key,
            difference=int(entry["増減"] or 0),
            reason=str(entry["理由"] or ""),
            applied=known and bool(entry["理由"]),
            entry=entry,
        )
