"""Where on a sheet a table, its headings and its rows stand.

Cells are found by sheet, heading and row label, never by fixed position, so a workbook made by hand
(columns inserted, rows reordered, the table lower down) is read like one of the tool's own forms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from nerima_report.edition.entries import EntryTable
from nerima_report.edition.tables import Column, CountTable, Row
from nerima_report.places import CellKey
from nerima_report.text import plain
from nerima_report.workbooks import Position, Sheet, Workbook, is_blank

# The sheet that says who reports, and for which year.
COVER_SHEET = "表紙"
# The sheet of a form that explains it; it names every table, and holds none.
GUIDE_SHEET = "記入要領"
# The sheet that the tool puts in front of a copy that goes back (also 確認結果(2)); it holds no data.
INDEX_SHEET = "確認結果"
# The label of the row in which a form shows whether its totals agree; never read as data.
VERIFICATION = "検算"
_CAPTION_NUMBER = re.compile(r"^表\d+")
_COUNT_LIKE = re.compile(r"[-△▲(]?\d[\d,.()]*\D{0,3}")
_OF_A_YEAR = re.compile(r"年度")


class OtherColumn(NamedTuple):
    """A column with values beside those of the table: its heading, whose place that is (''), and its first value."""

    heading: str
    position: Position
    label: str
    first: Position


@dataclass
class Layout:
    """The row of headings of a table on a sheet, which of the defined headings are missing, and which are others."""

    headings: list[str] = field(default_factory=list)
    missing_headings: list[str] = field(default_factory=list)
    unfound_headings: list[str] = field(default_factory=list)  # also those that may be left out
    other_columns: list[OtherColumn] = field(default_factory=list)


@dataclass
class CountLayout(Layout):
    """Where the cells of a table of counts stand on a sheet, and what was not found as defined."""

    cells: dict[CellKey, Position] = field(default_factory=dict)
    totals: dict[CellKey, Position] = field(default_factory=dict)
    verifications: dict[CellKey, Position] = field(default_factory=dict)
    missing_rows: list[Row] = field(default_factory=list)
    missing_groups: list[str] = field(default_factory=list)
    missing_total: bool = False
    twice: list[tuple[CellKey, Position]] = field(default_factory=list)
    unknown: list[tuple[str, Position]] = field(default_factory=list)

    @property
    def data_cells(self) -> list[Position]:
        """The cells whose values are counted."""
        return sorted(self.cells.values())

    @property
    def first_row(self) -> int:
        """The first row with a cell of the table; 0 without any."""
        return min((row for row, _ in self.cells.values()), default=0)


@dataclass
class EntryLayout(Layout):
    """Where the fields of a list-like table stand on a sheet: their columns and the filled rows."""

    columns: dict[str, int] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)

    @property
    def data_cells(self) -> list[Position]:
        """The cells whose values are read."""
        return [(row, column) for row in self.rows for column in sorted(self.columns.values())]

    @property
    def first_row(self) -> int:
        """The first row with an entry; 0 without any."""
        return min(self.rows, default=0)


def find_sheets(workbook: Workbook, table_id: str, tables: Mapping[str, CountTable | EntryTable]) -> list[Sheet]:
    """The sheets that hold a table: by the name of the sheet, otherwise by a caption on a sheet that is no other's.

    A name may be the id (公開.処理状況), the title, or the key if no other part has it (目的別).
    """
    owners = _names_of_sheets(tuple((other, table.key, table.title) for other, table in tables.items()))
    named = [sheet for sheet in workbook.sheets if owners.get(_without_number(sheet.name)) == table_id]
    if named:
        return named
    captions = {plain(table_id), plain(tables[table_id].title)}
    return [
        sheet
        for sheet in workbook.sheets
        if _without_number(sheet.name) not in owners
        and plain(sheet.name) not in (COVER_SHEET, GUIDE_SHEET)
        and not captions.isdisjoint(_captions(sheet))
    ]


@lru_cache(maxsize=128)  # as many as a workbook may have: each is asked for with each table
def _captions(sheet: Sheet) -> frozenset[str]:
    """What might be the caption of a table on a sheet."""
    return frozenset(_without_number(value) for value in sheet.cells.values() if isinstance(value, str))


@lru_cache(maxsize=16)
def _names_of_sheets(tables: tuple[tuple[str, str, str], ...]) -> dict[str, str]:
    """Which table a sheet of a certain name holds; `tables` are (id, key, title)."""
    keys = [key for _, key, _ in tables]
    names = {plain(key): table_id for table_id, key, _ in tables if keys.count(key) == 1}
    return names | {plain(name): table_id for table_id, _, title in tables for name in (table_id, title)}


def locate_counts(sheet: Sheet, table_id: str, table: CountTable, columns: Sequence[Column]) -> CountLayout:
    """Find every cell of the wanted columns of a table of counts."""
    layout = CountLayout()
    header, found = _find_header(sheet, {column.label: {column.label, column.heading} for column in columns})
    layout.headings = _texts(sheet, header)
    layout.missing_headings = [column.label for column in columns if column.label not in found]
    layout.unfound_headings = layout.missing_headings
    if not found:
        return layout
    rows = _RowLabels(table)
    group = ""
    for row_number, labels, filled in _rows_below(sheet, header, found):
        group = rows.group_in(labels, group)
        role, label = rows.role_of(labels, group)
        for column, position in ((c, (row_number, number)) for c, number in found.items()):
            key = CellKey(table_id, group, label, column)
            if role == "data" and key in layout.cells:
                layout.twice.append((key, position))
            elif role == "data":
                layout.cells[key] = position
            elif role == "total":
                layout.totals.setdefault(key._replace(group=""), position)
            elif role == "verification":
                layout.verifications.setdefault(key._replace(group=""), position)
        if role == "unknown" and (stray := [p for p in filled if _may_be_a_count(sheet, p)]):
            layout.unknown.append((next(iter(reversed(labels)), ""), stray[0]))
    _note_what_is_missing(layout, table_id, table, found)
    counted = {row for row, _ in layout.cells.values()}
    values = [p for p in (*sheet.cells, *sheet.facts.uncached) if p[0] in counted and _may_be_a_count(sheet, p)]
    names = {column.label: {column.label, column.heading} for column in columns}
    layout.other_columns = _other_columns(sheet, header, found, names, values)
    return layout


def locate_entries(sheet: Sheet, table: EntryTable) -> EntryLayout:
    """Find the columns and the filled rows of a list-like table."""
    names = {f.label: {f.label, f"{f.label}({f.unit})"} for f in table.fields}
    header, found = _find_header(sheet, names)
    layout = EntryLayout(_texts(sheet, header), columns=found)
    layout.missing_headings = [f.label for f in table.fields if f.required and f.label not in found]
    layout.unfound_headings = [f.label for f in table.fields if f.label not in found]
    # What the form itself writes in front of its lines is no answer.
    columns = {column for label, column in found.items() if label != table.lines_for}
    values = [position for position, value in sheet.cells.items() if position[0] > header and not is_blank(value)]
    filled = {row for row, column in values if column in columns}
    filled |= {row for row, column in sheet.facts.uncached if row > header and column in columns}
    layout.rows = sorted(filled) if found else []
    layout.other_columns = _other_columns(sheet, header, found, names, values) if found else []
    return layout


class _RowLabels:
    """What the labels of a row of the sheet mean for a table."""

    def __init__(self, table: CountTable) -> None:
        marks = {note.key: str(n) for n, note in enumerate((n for n in table.notes if n.key), start=1)}
        self.total = plain(table.total)
        self.groups = {plain(group): group for group in table.groups if group}
        self.rows: dict[tuple[str, str], str] = {}
        for row in table.rows:
            for ending in ("", *((marks[row.note], f"注{marks[row.note]}") if row.note else ())):
                self.rows[row.group, plain(row.label) + ending] = row.label

    def group_in(self, labels: Sequence[str], current: str) -> str:
        """The group that the row names, or the one that goes on."""
        return next((self.groups[label] for label in labels if label in self.groups), current)

    def role_of(self, labels: Sequence[str], group: str) -> tuple[str, str]:
        """Whether the row is data, the total, the verification line or unknown, and its defined label."""
        for label in reversed(labels):
            if (group, label) in self.rows:
                return "data", self.rows[group, label]
            if self.total and label == self.total:
                return "total", ""
            if label.startswith(VERIFICATION):
                return "verification", ""
        return "unknown", ""


def _find_header(sheet: Sheet, headings: Mapping[str, set[str]]) -> tuple[int, dict[str, int]]:
    """The row with the most of the headings, and the column of each; (0, {}) when there is none."""
    wanted = {plain(variant): label for label, variants in headings.items() for variant in variants}
    rows: dict[int, dict[str, int]] = {}
    for (row, column), value in sheet.cells.items():
        label = wanted.get(plain(value)) if isinstance(value, str) else None
        if label is not None:
            rows.setdefault(row, {}).setdefault(label, column)
            if len(rows[row]) == len(headings):
                break  # no row below has more, and a long list would be searched to its end
    if not rows:
        return 0, {}
    header = max(sorted(rows), key=lambda row: len(rows[row]))
    return header, rows[header]


def _other_columns(
    sheet: Sheet, header: int, found: Mapping[str, int], names: Mapping[str, set[str]], values: Sequence[Position]
) -> list[OtherColumn]:
    """The headings beside those that are read, or the same once more, with the first of the values below each.

    A heading that names a year (前年度, 令和3年度) is over figures that stand there to be compared.
    """
    wanted = {plain(variant): label for label, variants in names.items() for variant in variants}
    first: dict[int, Position] = {}
    for position in sorted(values):
        first.setdefault(position[1], position)
    others = []
    headings = sorted(((row, column), value) for (row, column), value in sheet.cells.items() if row == header)
    for (row, column), value in headings:
        beside = column > min(found.values()) and column not in found.values()
        if beside and isinstance(value, str) and column in first and not _OF_A_YEAR.search(plain(value)):
            others.append(OtherColumn(value, (row, column), wanted.get(plain(value), ""), first[column]))
    return others


def _texts(sheet: Sheet, header: int) -> list[str]:
    """The texts in the row of the headings; of the whole sheet when none of the headings was found."""
    return [v for (row, _), v in sheet.cells.items() if isinstance(v, str) and header in (0, row)]


def _rows_below(sheet: Sheet, header: int, found: Mapping[str, int]) -> list[tuple[int, list[str], list[Position]]]:
    """For each row below the header: its number, its plain labels and its filled cells under a heading."""
    first, columns = min(found.values()), set(found.values())
    rows: dict[int, tuple[list[str], list[Position]]] = {}
    cells = {**dict.fromkeys(sheet.facts.uncached, "="), **sheet.cells}
    for (row, column), value in sorted(cells.items()):
        if row <= header or (is_blank(value) and (row, column) not in sheet.facts.uncached):
            continue
        labels, filled = rows.setdefault(row, ([], []))
        if column < first and isinstance(value, str):
            labels.append(plain(value))
        elif column in columns:
            filled.append((row, column))
    return [(row, labels, filled) for row, (labels, filled) in rows.items()]


def _note_what_is_missing(layout: CountLayout, table_id: str, table: CountTable, found: Mapping[str, int]) -> None:
    column = next(iter(found))
    missing = [row for row in table.rows if row.key(table_id, column) not in layout.cells]
    layout.missing_groups = [
        group
        for group in table.groups
        if table.hide_unused_groups and layout.cells and all(row in missing for row in table.rows if row.group == group)
    ]
    layout.missing_rows = [row for row in missing if row.group not in layout.missing_groups]
    layout.missing_total = bool(table.total) and not layout.totals


def _without_number(text: str) -> str:
    return _CAPTION_NUMBER.sub("", plain(text))


def _may_be_a_count(sheet: Sheet, position: Position) -> bool:
    """Whether somebody meant a count: a number, a text like 12人, a formula whose result is missing."""
    value = sheet.cells.get(position)
    if position in sheet.facts.uncached:
        return True
    if isinstance(value, str):
        return _COUNT_LIKE.fullmatch(plain(value)) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)
