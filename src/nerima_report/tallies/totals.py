"""Tallies → totals: one number for each cell of the report.

Requests add up over the sections. Persons do not: somebody who asks two 課 is counted by both, so for
columns that are not additive only the coordinator's number after matching counts. A number that misses somebody's
part is not known: what there is of it so far is kept apart, for drafts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from nerima_report.edition import Edition
from nerima_report.edition.entries import ADJUSTMENTS
from nerima_report.places import CellKey
from nerima_report.tallies.counting import counted_tables, counted_values, source_of
from nerima_report.tallies.model import Entry, FilledCell, Tallies
from nerima_report.tallies.roster import NOBODY, Absent


@dataclass(frozen=True)
class Adjustment:
    """A correction by the coordinator: what it changes, by how much and why. `applied` when its cell exists."""

    key: CellKey
    difference: int
    reason: str
    applied: bool
    entry: Entry


@dataclass(frozen=True)
class Provisional:
    """What is there so far of a number (件 or 人) that misses somebody's part; `missing` are those 課, or 区全体.

    `value` is None where nothing is there.
    """

    value: int | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Totals:
    """The number of each cell of the report, in the unit of its column; None where it is not, or not wholly, known.

    `provisional` has the numbers that miss somebody's part, `incomplete_lists` who is missing in a list-like table.
    """

    values: Mapping[CellKey, int | None]
    adjustments: tuple[Adjustment, ...] = ()
    provisional: Mapping[CellKey, Provisional] = field(default_factory=dict)
    incomplete_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def are_provisional(self) -> bool:
        """Whether somebody's part is missing anywhere."""
        return bool(self.provisional or self.incomplete_lists)

    def misses(self, keys: Iterable[CellKey]) -> bool:
        """Whether somebody's part is missing in one of the cells."""
        return any(key in self.provisional for key in keys)

    def so_far(self, keys: Iterable[CellKey]) -> int | None:
        """The sum of what there is of the cells; None where there is nothing of any."""
        parts = [self.provisional[key].value if key in self.provisional else self.values.get(key) for key in keys]
        known = [part for part in parts if part is not None]
        return sum(known) if known else None

    def sum(self, keys: Iterable[CellKey]) -> int | None:
        """The sum of cells; None as soon as one of them is unknown.

        >>> Totals({CellKey("t", "", "a", "件数"): 1}).sum([CellKey("t", "", "a", "件数")])
        1
        """
        values = [self.values.get(key) for key in keys]
        known = [value for value in values if value is not None]
        return sum(known) if len(known) == len(values) else None


def doubted(totals: Totals, edition: Edition, gaps: Mapping[str, Iterable[str]]) -> Totals:
    """The totals where more is missing: by id of a table, those 課 on whose sheet something could not be read."""
    counted = counted_tables(edition)
    by_table = {table_id: tuple(who) for table_id, who in gaps.items()}
    provisional = dict(totals.provisional)
    for key, value in totals.values.items():
        source = source_of(key.table, counted[key.table]) if key.table in counted else key.table
        known = provisional.get(key, Provisional(value, ()))
        if missing := tuple(dict.fromkeys((*known.missing, *by_table.get(source, ())))):
            provisional[key] = Provisional(known.value, missing)
    lists = {
        table_id: who
        for table_id in edition.entry_tables
        if (who := tuple(dict.fromkeys((*totals.incomplete_lists.get(table_id, ()), *by_table.get(table_id, ())))))
    }
    values = {**totals.values, **dict.fromkeys(provisional)}
    return replace(totals, values=values, provisional=provisional, incomplete_lists=lists)


def uncounted(totals: Totals, edition: Edition, lists: Container[str]) -> Totals:
    """The totals in which nothing is known of what is counted from these lists, by their ids: they were not read."""
    unknown = {key for key, table in counted_tables(edition).items() if source_of(key, table) in lists}
    return replace(totals, values={key: None if key.table in unknown else n for key, n in totals.values.items()})


def add_up(tallies: Tallies, edition: Edition, absent: Absent = NOBODY) -> Totals:
    """Add the sections up, take ward-level numbers from the ward workbook, count the entries, apply the adjustments."""
    values: dict[CellKey, int | None] = dict.fromkeys(cell_names(edition))
    ward_level = {key: is_ward_level(edition, key) for key in values}
    used: dict[CellKey, list[FilledCell]] = defaultdict(list)
    for cell in tallies.cells:
        if ward_level.get(cell.key) == cell.ward:
            used[cell.key].append(cell)
    for key, cells in used.items():
        counts = [cell.value for cell in cells if cell.reading.status == "reported"]
        if counts:
            values[key] = sum(counts)
        elif all(cell.known for cell in cells):
            values[key] = 0  # 該当なし is an answer: there was nothing to count
    values |= dict(counted_values(edition, tallies.entries))
    adjustments = tuple(_adjustments(tallies, edition))
    for adjustment in adjustments:
        before = values.get(adjustment.key)
        if adjustment.applied and before is not None:
            values[adjustment.key] = before + adjustment.difference
    missing = _Missing(tallies, edition, absent)
    provisional = {
        key: Provisional(value, who)
        for key, value in values.items()
        if (who := missing.in_cell(key, used[key], ward=ward_level[key]))
    }
    lists = {table_id: who for table_id in edition.entry_tables if (who := missing.in_list(table_id))}
    return Totals({**values, **dict.fromkeys(provisional)}, adjustments, provisional, lists)


class _Missing:
    """Whose part is missing: of those who have not handed in, and of those who left something blank or unreadable."""

    def __init__(self, tallies: Tallies, edition: Edition, absent: Absent) -> None:
        self._edition, self._absent = edition, absent
        self._counted = counted_tables(edition)
        self._asked_of = {ward: edition.collected_entries(ward) for ward in (False, True)}
        self._unread: dict[str, dict[str, None]] = defaultdict(dict)
        for located in tallies.lists:
            if located.layout.missing_headings or not (located.found or located.not_applicable):
                self._unread[located.table_id][located.submission.section] = None
        for fault in tallies.entry_faults:
            if fault.reading.status != "reported":
                self._unread[fault.place.table][fault.place.section] = None

    def in_cell(self, key: CellKey, cells: Sequence[FilledCell], *, ward: bool) -> tuple[str, ...]:
        """Whose part of a cell is missing; `cells` are those it is made of."""
        if key.table in self._counted:
            return self.in_list(source_of(key.table, self._counted[key.table]))
        silent = (cell.place.section for cell in cells if not cell.known)
        return tuple(dict.fromkeys((*self._absent.from_table(key.table, ward=ward), *silent)))

    def in_list(self, table_id: str) -> tuple[str, ...]:
        """Whose entries of a list-like table are missing or not wholly read."""
        absent = (
            self._absent.from_table(table_id, ward=ward) for ward in self._asked_of if table_id in self._asked_of[ward]
        )
        return tuple(dict.fromkeys((*chain.from_iterable(absent), *self._unread[table_id])))


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
        is_sum = key in names and not is_ward_level(edition, key) and not edition.is_counted_by_ledger(key.table)
        known = is_sum and entry["増減"] is not None
        yield Adjustment(
            key=key,
            difference=int(entry["増減"] or 0),
            reason=str(entry["理由"] or ""),
            applied=known and bool(entry["理由"]),
            entry=entry,
        )
