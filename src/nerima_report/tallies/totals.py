"""Tallies → totals: one number for each cell of the report.

Requests add up over the sections. Persons do not: somebody who asks two 課 is counted by both, so for
columns that are not additive only the coordinator's number after matching counts. A number that misses somebody's
part is not known: what there is of it so far is kept apart, for drafts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.entries import ADJUSTMENTS
from nerima_report.edition.tables import DONE, CountTable
from nerima_report.places import CellKey
from nerima_report.tallies.counting import counted_values, origin_of, source_of
from nerima_report.tallies.done import list_done, values_of_places
from nerima_report.tallies.lines import divided_cells, divided_tables, line_of, values_by_line
from nerima_report.tallies.model import Entry, FilledCell, Tallies
from nerima_report.tallies.roster import NOBODY, Absent, RosterSection
from nerima_report.text import plain


@dataclass(frozen=True)
class Adjustment:
    """A correction by the coordinator: what it changes, by how much and why. `applied` when its cell exists.

    `section` is the 課 whose number it changes, if it names one; `in_lines` are the cells that have this number in
    tables divided by the roster.
    """

    key: CellKey
    difference: int
    reason: str
    applied: bool
    entry: Entry
    section: str = ""
    in_lines: tuple[CellKey, ...] = ()

    @property
    def name(self) -> str:
        """Its cell, and the 課 if it names one: 公開.処理状況 取下げ 件数 総務部総務課."""
        return " ".join(filter(None, (*self.key, self.section)))

    @property
    def keys(self) -> tuple[CellKey, ...]:
        """All cells that it changes."""
        return self.key, *self.in_lines


@dataclass(frozen=True)
class Provisional:
    """What is there so far of a number (件 or 人) that misses somebody's part; `missing` are those 課, or 区全体.

    `value` is None where nothing is there.
    """

    value: int | None
    missing: tuple[str, ...]


class PrintedValue(NamedTuple):
    """A share (%) in a column of shares as it was printed, and what the published numbers give (None: not known)."""

    value: Decimal
    recomputed: Decimal | None


@dataclass(frozen=True)
class Totals:
    """The number of each cell of the report, in the unit of its column; None where it is not, or not wholly, known.

    `provisional` has the numbers that miss somebody's part, `incomplete_lists` who is missing in a list-like table,
    `not_asked` are the tables of counts of which nothing is known because not everybody was asked for them yet.
    `printed` are the totals of columns (keys without row) of which a published year leaves rows unsaid, `shares`
    the shares in columns of shares that it printed; those of the total have no row.
    """

    values: Mapping[CellKey, int | None]
    adjustments: tuple[Adjustment, ...] = ()
    provisional: Mapping[CellKey, Provisional] = field(default_factory=dict)
    incomplete_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_asked: frozenset[str] = frozenset()
    printed: Mapping[CellKey, int] = field(default_factory=dict)
    shares: Mapping[CellKey, PrintedValue] = field(default_factory=dict)

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

    def total(self, table_id: str, column: str, keys: Iterable[CellKey]) -> int | None:
        """The total of a column, which adds up `keys` (of several columns where it is a sum); None if not known."""
        printed = self.printed.get(CellKey(table_id, "", "", column))
        if printed is not None:
            return printed
        columns: dict[CellKey, list[CellKey]] = defaultdict(list)
        for key in keys:
            columns[key._replace(group="", row="")].append(key)
        sums = [self.printed[name] if name in self.printed else self.sum(own) for name, own in columns.items()]
        known = [number for number in sums if number is not None]
        return sum(known) if len(known) == len(sums) else None

    def sum(self, keys: Iterable[CellKey]) -> int | None:
        """The sum of cells; None as soon as one of them is unknown.

        >>> Totals({CellKey("t", "", "a", "件数"): 1}).sum([CellKey("t", "", "a", "件数")])
        1
        """
        values = [self.values.get(key) for key in keys]
        known = [value for value in values if value is not None]
        return sum(known) if len(known) == len(values) else None


def has_unpublished_rows(name: CellKey, table: CountTable | None, printed: Mapping[CellKey, int]) -> bool:
    """Whether the total of a column, or of one that it adds up, is known to contain rows that were not published."""
    parts = table.parts_of(name) if table else ()
    return name in printed or any(part._replace(group="", row="") in printed for part in parts)


def published_table(table_id: str, table: CountTable, totals: Totals) -> CountTable:
    """The table with the rows and columns of which something was published; as it is, if nothing was."""
    known = {key for key, value in totals.values.items() if key.table == table_id and value is not None}
    told = {key.column for key in (*known, *totals.printed) if key.table == table_id}
    rows = tuple(row for row in table.rows if any((k.group, k.row) == (row.group, row.label) for k in known))
    columns = tuple(column for column in table.columns if column.label in told)
    return table.model_copy(update={"rows": rows or table.rows, "columns": columns}) if told else table


def doubted(totals: Totals, edition: Edition, gaps: Mapping[str, Iterable[str]]) -> Totals:
    """The totals where more is missing: by id of a table, those 課 on whose sheet something could not be read."""
    by_table = {table_id: tuple(who) for table_id, who in gaps.items()}
    origins = {table_id: origin_of(edition, table_id) for table_id in edition.count_tables}
    provisional = dict(totals.provisional)
    for key, value in totals.values.items():
        known = provisional.get(key, Provisional(value, ()))
        if missing := tuple(dict.fromkeys((*known.missing, *by_table.get(origins[key.table], ())))):
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
    unknown = {table_id for table_id in edition.count_tables if origin_of(edition, table_id) in lists}
    return replace(totals, values={key: None if key.table in unknown else n for key, n in totals.values.items()})


def add_up(tallies: Tallies, edition: Edition, absent: Absent = NOBODY, roster: Sequence[RosterSection] = ()) -> Totals:
    """Add the sections up, take ward-level numbers from the ward workbook, count the entries, apply the adjustments.

    Without the `roster` nothing is known of the places that did something (`done_of`); what is divided by 実施機関, 部
    or 課 needs an edition with the lines of the roster (`with_roster`).
    """
    used: dict[CellKey, list[FilledCell]] = {key: [] for key in _filled_cells(edition)}
    for cell in tallies.cells:
        if cell.key in used and is_ward_level(edition, cell.key) == cell.ward:
            used[cell.key].append(cell)
    values = {key: _sum_of(cells) for key, cells in used.items()}
    values |= dict(counted_values(edition, tallies.entries))
    values |= dict(values_by_line(tallies, edition))
    values |= dict(values_of_places(tallies, edition, roster))
    adjustments = tuple(_adjustments(tallies, edition, roster))
    for adjustment in adjustments:
        for key in adjustment.keys if adjustment.applied else ():
            before = values.get(key)
            if before is not None:
                values[key] = before + adjustment.difference
    later = _asked_later(tallies, edition, roster)
    missing = _Missing(tallies, edition, absent, used)
    unasked = _not_asked_of_everybody(tallies, edition, later)
    provisional = {
        key: Provisional(value, who)
        for key, value in values.items()
        if key.table not in unasked and (who := missing.in_cell(key))
    }
    unknown = dict.fromkeys(key for key in values if key in provisional or key.table in unasked)
    asked = (table_id for table_id in edition.entry_tables if table_id not in later)
    lists = {table_id: who for table_id in asked if (who := missing.in_list(table_id))}
    return with_sums(Totals({**values, **unknown}, adjustments, provisional, lists, unasked), edition)


def with_sums(totals: Totals, edition: Edition) -> Totals:
    """The totals with the cells that are sums of others (決定件数, 小計); those that a record has stay as they are."""
    sums: dict[CellKey, int | None] = {}
    provisional: dict[CellKey, Provisional] = {}
    tables = {key.table for key in totals.values}
    for key in cell_names(edition):
        if key.table not in tables or key in totals.values:
            continue
        parts = edition.count_tables[key.table].parts_of(key)
        sums[key] = totals.sum(parts)
        missing = [who for part in parts if part in totals.provisional for who in totals.provisional[part].missing]
        if missing:
            provisional[key] = Provisional(totals.so_far(parts), tuple(dict.fromkeys(missing)))
    if not sums:
        return totals
    values = {**totals.values, **sums}
    order = {key: values[key] for key in cell_names(edition) if key in values}
    return replace(totals, values={**order, **values}, provisional={**totals.provisional, **provisional})


def _sum_of(cells: Sequence[FilledCell]) -> int | None:
    """What the cells add up to; None where none of them says a number, and one is silent."""
    counts = [cell.value for cell in cells if cell.reading.status == "reported"]
    if counts:
        return sum(counts)
    # 該当なし is an answer: there was nothing to count
    return 0 if cells and all(cell.known for cell in cells) else None


def _asked_later(tallies: Tallies, edition: Edition, roster: Sequence[RosterSection]) -> frozenset[str]:
    """The ids of the tables for which nobody has to be asked in this year yet."""
    years = [section.fiscal_year for section in roster[:1]]
    years += [located.submission.fiscal_year for located in tallies.located]
    return frozenset(table_id for table_id, table in edition.tables.items() if years and not table.is_asked(years[0]))


def _not_asked_of_everybody(tallies: Tallies, edition: Edition, later: Container[str]) -> frozenset[str]:
    """Those tables of counts among them that some workbooks, or all, do not have."""
    submissions = {located.submission.file: located.submission for located in tallies.located}.values()
    having = {(located.table_id, located.submission.file) for located in tallies.located}
    tables = {key: table for key, table in edition.count_tables.items() if key in later and table.is_handed_in}

    def everybody_has(table_id: str, *, ward: bool) -> bool:
        own = [s for s in submissions if s.ward == ward and not s.says_not_applicable(table_id)]
        return bool(own) and all((table_id, submission.file) in having for submission in own)

    return frozenset(
        key for key, table in tables.items() if not everybody_has(key, ward=table.reported_by == "coordinator")
    )


class _Missing:
    """Whose part is missing: of those who have not handed in, and of those who left something blank or unreadable."""

    def __init__(
        self, tallies: Tallies, edition: Edition, absent: Absent, used: Mapping[CellKey, Sequence[FilledCell]]
    ) -> None:
        self._edition, self._absent, self._used = edition, absent, used
        self._asked_of = {ward: edition.collected_entries(ward) for ward in (False, True)}
        self._unread: dict[str, dict[str, None]] = defaultdict(dict)
        for located in tallies.lists:
            if located.layout.missing_headings or not (located.found or located.not_applicable):
                self._unread[located.table_id][located.submission.section] = None
        for fault in tallies.entry_faults:
            if fault.reading.status != "reported":
                self._unread[fault.place.table][fault.place.section] = None

    def in_cell(self, key: CellKey) -> tuple[str, ...]:
        """Whose part of a cell is missing."""
        table = self._edition.count_tables[key.table]
        if table.counted_from:
            return self.in_list(source_of(key.table, table))
        if table.done_of:
            return self.in_list(list_done(key.table, table)) if key.column == DONE else ()
        if table.divides:
            keys = divided_cells(self._edition, key)
            return self._in_line(key, dict.fromkeys(chain.from_iterable(map(self.in_cell, keys))))
        silent = (cell.place.section for cell in self._used[key] if not cell.known)
        absent = self._absent.from_table(key.table, ward=is_ward_level(self._edition, key))
        missing = dict.fromkeys((*absent, *silent))
        return self._in_line(key, missing) if table.has_own_lines else tuple(missing)

    def _in_line(self, key: CellKey, missing: Iterable[str]) -> tuple[str, ...]:
        """Those of them to whose line a cell belongs, or whose line is not known."""
        lines, own = self._edition.lines.get(key.table, {}), line_of(self._edition.count_tables[key.table], key)
        return tuple(name for name in missing if lines.get(name, own) == own)

    def in_list(self, table_id: str) -> tuple[str, ...]:
        """Whose entries of a list-like table are missing or not wholly read."""
        absent = (
            self._absent.from_table(table_id, ward=ward) for ward in self._asked_of if table_id in self._asked_of[ward]
        )
        return tuple(dict.fromkeys((*chain.from_iterable(absent), *self._unread[table_id])))


def cell_names(edition: Edition) -> list[CellKey]:
    """Every cell of every table of counts of the edition, in the order of definition."""
    return [key for table_id, table in edition.count_tables.items() for key in table.keys(table_id)]


def _filled_cells(edition: Edition) -> list[CellKey]:
    """Those of the cells that are no sums of others."""
    return [key for table_id, table in edition.count_tables.items() for key in table.filled_keys(table_id)]


def is_ward_level(edition: Edition, key: CellKey) -> bool:
    """Whether the number of a cell comes from the ward workbook alone, and not from the 課."""
    table = edition.count_tables[key.table]
    column = table.column(key.column)
    return table.reported_by == "coordinator" or (column is not None and not column.additive)


def _adjustments(tallies: Tallies, edition: Edition, roster: Sequence[RosterSection]) -> Iterable[Adjustment]:
    names, sections = set(_filled_cells(edition)), [section.key for section in roster]
    for entry in tallies.entries.get(ADJUSTMENTS, ()):
        key = CellKey(*(str(entry[label] or "") for label in ("表", "区分", "行", "列")))
        is_sum = key in names and not is_ward_level(edition, key) and not edition.is_counted_by_ledger(key.table)
        named = str(entry.values.get(edition.words.section) or "")
        section = _named(named, sections) if named and sections else ""
        known = is_sum and entry["増減"] is not None and (section is not None)
        yield Adjustment(
            key=key,
            difference=int(entry["増減"] or 0),
            reason=str(entry["理由"] or ""),
            applied=known and bool(entry["理由"]),
            entry=entry,
            section=section or named,
            in_lines=tuple(_in_lines(edition, key, section)) if known and section else (),
        )


def _named(text: str, sections: Sequence[str]) -> str | None:
    """The 課 of the roster that a text means, with its 部 or, where no other has the name, without; None for none."""
    means = [own for own in sections if plain(own) == plain(text)]
    means = means or [own for own in sections if plain(own).endswith(plain(text))]
    return means[0] if len(means) == 1 else None


def _in_lines(edition: Edition, key: CellKey, section: str) -> Iterator[CellKey]:
    """The cells in which tables that are divided by the roster have what a 課 said of a cell."""
    for table_id, table in divided_tables(edition).items():
        line = edition.lines.get(table_id, {}).get(section)
        if line is not None:
            own = (one for one in table.filled_keys(table_id) if line_of(table, one) == line)
            yield from (one for one in own if key in divided_cells(edition, one))
