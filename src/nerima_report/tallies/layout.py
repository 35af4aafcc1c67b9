"""Where on a sheet a table, its headings and its rows stand.

Cells are found by sheet, heading and row label, never by fixed position, so a workbook made by hand
(columns inserted, rows reordered, the table lower down) is read like one of the tool's own forms.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.edition.tables import Column, CountTable, Line, Row
from nerima_report.places import CellKey
from nerima_report.text import plain
from nerima_report.workbooks import Position, Sheet, Workbook, is_blank
from nerima_report.workbooks.limits import MAX_COLUMNS

# The sheet that says who reports, and for which year.
COVER_SHEET = "表紙"
# The sheet of a form, and that of a ledger, that explains it; it names every table, and holds none.
GUIDE_SHEET, LEDGER_GUIDE_SHEET = "記入要領", "書き方"
GUIDE_SHEETS = (GUIDE_SHEET, LEDGER_GUIDE_SHEET)
# The label of the row in which a form shows whether its totals agree; never read as data.
VERIFICATION = "検算"
# What marks a row of a list that only shows how it is filled in; never read as data.
EXAMPLE = "記入例"
_LONGEST_MARK = 20  # characters
# The heading over what the rows mean.
RULE_HEADING = "数え方"
MAX_ROW = 1_048_576  # the last row of a sheet in Excel
ALL_ROWS = range(1, MAX_ROW + 1)
_CAPTION_NUMBER = re.compile(r"^表\d+")
_AFTER_ID = "　"  # in the caption of a form
_HEADING = re.compile(r"(.+?)[(（][^()（）]+[)）]")  # of a column: its label, and its unit in brackets


class RowMeaning(NamedTuple):
    """What a row below the headings of a table of counts is, and the group and label as they are defined."""

    role: Literal["data", "total", "verification", "unknown"]
    group: str
    label: str


@dataclass
class Layout:
    """The row of headings of a table on a sheet, which of the defined headings are missing, and where the others are.

    `header` is the number of the row (0 without any heading), `columns` are the numbers of the columns by label,
    `region` the rows of the sheet that belong to the table.
    """

    headings: list[str] = field(default_factory=list)
    missing_headings: list[str] = field(default_factory=list)
    unfound_headings: list[str] = field(default_factory=list)  # also those that may be left out
    header: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    region: range = ALL_ROWS


@dataclass
class CountLayout(Layout):
    """Where the cells of a table of counts stand on a sheet, and what was not found as defined.

    `meanings` say of each row below the headings what it is. `twice` are the cells of a row that stands there
    already: their key, the first and the second place.
    """

    cells: dict[CellKey, Position] = field(default_factory=dict)
    totals: dict[CellKey, Position] = field(default_factory=dict)  # and every other sum that the table states
    verifications: dict[CellKey, Position] = field(default_factory=dict)
    meanings: dict[int, RowMeaning] = field(default_factory=dict)
    missing_rows: list[Row] = field(default_factory=list)
    missing_groups: list[str] = field(default_factory=list)
    missing_total: bool = False
    twice: list[tuple[CellKey, Position, Position]] = field(default_factory=list)

    @property
    def data_cells(self) -> list[Position]:
        """The cells whose values are counted."""
        return sorted(self.cells.values())

    @property
    def first_row(self) -> int:
        """The first row with a cell of the table; 0 without any."""
        return min((row for row, _ in self.cells.values()), default=0)


@dataclass(frozen=True)
class Crossings(Collection[Position]):
    """The cells where some rows and some columns cross: of a long list it would take much to name each."""

    rows: frozenset[int]
    columns: frozenset[int]

    def __contains__(self, position: object) -> bool:
        """Whether a cell (row, column) is one of them."""
        return isinstance(position, tuple) and position[1] in self.columns and position[0] in self.rows

    def __iter__(self) -> Iterator[Position]:
        """Each of them, row by row."""
        return ((row, column) for row in sorted(self.rows) for column in sorted(self.columns))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.rows) * len(self.columns)


@dataclass
class EntryLayout(Layout):
    """Where the fields of a list-like table stand on a sheet: their columns and the filled rows.

    `examples` are the rows marked 記入例, which are none of them.
    """

    rows: list[int] = field(default_factory=list)
    examples: frozenset[int] = frozenset()

    @property
    def data_cells(self) -> list[Position]:
        """The cells whose values are read."""
        return [(row, column) for row in self.rows for column in sorted(self.columns.values())]

    @property
    def crossings(self) -> Crossings:
        """The same cells, to be asked whether a cell is one of them."""
        return Crossings(frozenset(self.rows), frozenset(self.columns.values()))

    @property
    def first_row(self) -> int:
        """The first row with an entry; 0 without any."""
        return min(self.rows, default=0)


class Region(NamedTuple):
    """The rows of a sheet that belong to a table. `sheet` is the sheet without its other rows."""

    sheet: Sheet
    rows: range


class TableFinder:
    """Where the tables of an edition stand in workbooks: on a sheet of their own, or below a caption of theirs."""

    def __init__(self, tables: Mapping[str, CountTable | EntryTable]) -> None:
        keys = [table.key for table in tables.values()]
        names = {plain(table.key): table_id for table_id, table in tables.items() if keys.count(table.key) == 1}
        names |= {plain(name): table_id for table_id, table in tables.items() for name in (table_id, table.title)}
        # The sheet of a part holds several tables, even where one of them has the name of the part.
        parts = {plain(table_id.partition(".")[0]) for table_id in tables if "." in table_id}
        self._owners = {name: table_id for name, table_id in names.items() if name not in parts}
        self._captions = {text: table_id for table_id, table in tables.items() for text in captions(table_id, table)}
        self._ids = {plain(table_id): table_id for table_id in tables}
        self._headings = {
            table_id: frozenset(labels_by_heading(table.columns if isinstance(table, CountTable) else table.fields))
            for table_id, table in tables.items()
        }
        self._remembered: dict[Sheet, dict[str, list[range]]] = {}

    def find(self, workbook: Workbook, table_id: str) -> list[Region]:
        """The places that may hold a table: sheets of its name, otherwise below its captions on sheets of no table.

        The name of a sheet may be the id (公開.処理状況), the title, or the key if no other part has it (目的別). A
        sheet with the name of the part (公開) is believed before a copy of it.
        """
        named = [s for s in workbook.sheets if self._owners.get(without_number(s.name)) == table_id]
        if named:
            return [Region(sheet, ALL_ROWS) for sheet in named]
        captioned = [Region(part_of(s, rows), rows) for s in workbook.sheets for rows in self._rows(s, table_id)]
        part = plain(table_id.partition(".")[0])
        return [region for region in captioned if plain(region.sheet.name) == part] or captioned

    def _rows(self, sheet: Sheet, table_id: str) -> list[range]:
        if without_number(sheet.name) in self._owners or plain(sheet.name) in (COVER_SHEET, *GUIDE_SHEETS):
            return []
        if sheet not in self._remembered:
            self._remembered[sheet] = self._regions(sheet)
        return self._remembered[sheet].get(table_id, [])

    def _regions(self, sheet: Sheet) -> dict[str, list[range]]:
        """The rows of each table with a caption on a sheet: all where there is one table, else up to the next caption.

        A text is a caption if headings of its table follow before the next such text, because the name of a table may
        also be a heading, the label of a row, or a line of a list of contents. Where none has headings, the first may
        be a caption all the same, so that the missing headings can be named; it ends no other table.
        """
        values = sorted((p[0], value) for p, value in sheet.cells.items() if isinstance(value, str))
        texts = [(row, without_number(value)) for row, value in values]
        likely_ones = [(row, table_id) for row, value in values if (table_id := self._captioned(value))]
        tables = dict.fromkeys(table_id for _, table_id in likely_ones)
        if len(tables) == 1:
            return {table_id: [ALL_ROWS] for table_id in tables}
        heading_rows = {table_id: [r for r, text in texts if text in self._headings[table_id]] for table_id in tables}
        begun: dict[int, str] = {}
        headers: dict[str, set[int]] = {table_id: set() for table_id in tables}
        for (row, table_id), (following, _) in pairwise([*likely_ones, (MAX_ROW, "")]):
            below = heading_rows[table_id]
            place = bisect_left(below, row)
            header = below[place] if place < len(below) else MAX_ROW + 1
            if header <= following and header not in headers[table_id]:
                headers[table_id].add(header)
                begun[row] = table_id
        rows = [*sorted(begun), MAX_ROW + 1]
        regions: dict[str, list[range]] = {}
        for row, end in pairwise(rows):
            regions.setdefault(begun[row], []).append(range(row, end))
        for row, table_id in likely_ones:
            regions.setdefault(table_id, [range(row, next(end for end in rows if end > row))])
        return regions

    def _captioned(self, text: str) -> str | None:
        """The table of which a text is a caption: one of today, or that of a form made when it had another title."""
        return self._captions.get(without_number(text)) or self._ids.get(id_in_caption(text))


def captions(table_id: str, table: CountTable | EntryTable) -> frozenset[str]:
    """The captions that a table may have, in plain spelling and without a number."""
    return frozenset(map(plain, (table_id, table.title, caption(table_id, table))))


def caption(table_id: str, table: CountTable | EntryTable) -> str:
    """What a form writes above a table that shares its sheet: 公開.請求方法　請求方法."""
    return f"{table_id}{_AFTER_ID}{table.readable_title}"


def id_in_caption(text: str) -> str:
    """The id with which a caption of a form begins, in plain spelling: 公開.請求方法.

    The title after it may have changed since.
    """
    return plain(text.partition(_AFTER_ID)[0])


def part_of(sheet: Sheet, region: range) -> Sheet:
    """The sheet with the cells of a region only."""
    if region == ALL_ROWS:
        return sheet
    cells = {position: value for position, value in sheet.cells.items() if position[0] in region}
    uncached = frozenset(position for position in sheet.facts.uncached if position[0] in region)
    return replace(sheet, cells=cells, facts=replace(sheet.facts, uncached=uncached))


def locate_counts(sheet: Sheet, table_id: str, table: CountTable, columns: Sequence[Column]) -> CountLayout:
    """Find every cell of the wanted columns of a table of counts."""
    header, found = _find_header(sheet, columns)
    layout = CountLayout(_texts(sheet, header), header=header, columns=found)
    layout.unfound_headings = [column.label for column in columns if column.label not in found]
    sum_columns = {column.label for column in columns if column.sum_of}
    sum_rows = {(row.group, row.label) for row in table.rows if row.sum_of}
    layout.missing_headings = [label for label in layout.unfound_headings if label not in sum_columns]
    if not found:
        return layout
    labels_of_table = RowLabels(table)
    group = ""
    for row_number, labels in _labels_below(sheet, header, min(found.values())):
        group = labels_of_table.group_in(labels, group)
        layout.meanings[row_number] = meaning = labels_of_table.meaning_of(labels, group)
        places = {
            "data": layout.cells,
            "total": layout.totals,
            "verification": layout.verifications,
        }.get(meaning.role, {})
        for column, number in found.items():
            position = (row_number, number)
            key = CellKey(table_id, meaning.group, meaning.label, column)
            is_sum = meaning.role == "data" and (column in sum_columns or (key.group, key.row) in sum_rows)
            first = (layout.totals if is_sum else places).setdefault(key, position)
            if first != position and (meaning.role == "data" or is_filled(sheet, position)):
                layout.twice.append((key, first, position))
    _note_what_is_missing(layout, table)
    return layout


def locate_entries(sheet: Sheet, table: EntryTable, is_end: Callable[[object], bool] = lambda _: False) -> EntryLayout:
    """Find the columns and the filled rows of a list-like table.

    No entry is a row that only says where the list ends (以下余白), nor one that repeats the headings.
    """
    header, found = _find_header(sheet, table.fields)
    layout = EntryLayout(_texts(sheet, header), header=header, columns=found)
    layout.missing_headings = [f.label for f in table.fields if f.required and f.label not in found]
    layout.unfound_headings = [f.label for f in table.fields if f.label not in found]
    if not found:
        return layout
    # What the form itself writes in front of its lines is no answer.
    columns = {column for label, column in found.items() if label != table.lines_for}
    filled = {row for row, column in sheet.facts.uncached if row > header and column in columns}
    for (row, column), value in sheet.cells.items():  # 700,000 of them in a full ledger
        if row not in filled and row > header and column in columns and not is_blank(value):
            filled.add(row)
    texts = {value for (row, _), value in sheet.cells.items() if row > header and isinstance(value, str)}
    layout.examples = frozenset(row for row in _rows_with(sheet, filter(_is_example, texts)) if row > header)
    layout.rows = sorted(filled - layout.examples - _rows_without_entry(sheet, layout, texts, is_end))
    return layout


def _rows_with(sheet: Sheet, texts: Iterable[str], only_in: int = 0) -> set[int]:
    """The rows in which one of the texts stands, in any column or in one."""
    wanted = frozenset(texts)
    if not wanted:
        return set()
    return {row for (row, column), value in sheet.cells.items() if only_in in (0, column) and value in wanted}


def _is_example(value: str) -> bool:
    """Whether a text marks its row as one that is not read: 記入例, （記入例）."""
    return len(value) < _LONGEST_MARK and "例" in value and plain(value).strip("()【】[]<>※:") == EXAMPLE


def _rows_without_entry(
    sheet: Sheet, layout: EntryLayout, texts: Iterable[str], is_end: Callable[[object], bool]
) -> set[int]:
    """The rows that only hold a mark of the end, and those that repeat the headings; `texts` are those below them."""
    read = sorted(layout.columns.values())
    headings = [plain(sheet.cells.get((layout.header, column), "")) for column in read]
    # A heading may be an answer as well (中止): only a row that begins with the first heading may repeat them all.
    first = {text for text in texts if plain(text) == headings[0]}
    suspects = _rows_with(sheet, filter(is_end, texts)) | _rows_with(sheet, first, read[0])
    rows = {row: [sheet.cells.get((row, column)) for column in read] for row in suspects if row > layout.header}
    return {
        row
        for row, values in rows.items()
        if [plain("" if value is None else value) for value in values] == headings
        or [is_end(value) for value in values if not is_blank(value)] == [True]
    }


def lines_named(sheet: Sheet, table: CountTable) -> list[Line]:
    """The lines that a sheet itself names where the definitions name none: all labels beside or below the stub."""
    stubs = (place for place, value in sheet.cells.items() if plain(str(value)) == plain(table.stub))
    header, stub = min((place for place in stubs if _text_at(sheet, place[0], place[1] + 1)), default=(0, 0))
    if not header:
        return []
    if table.places == "columns":
        texts = (_text_at(sheet, header, column) for column in range(stub + 1, MAX_COLUMNS + 1))
        return [("", heading[1]) for heading in map(_HEADING.fullmatch, texts) if heading]
    lines: list[Line] = []
    group = ""
    for row in range(header + 1, max(row for row, _ in sheet.cells) + 1):
        label = _text_at(sheet, row, stub)
        if plain(label) in {plain(table.total), VERIFICATION} - {""}:
            break
        named = _text_at(sheet, row, stub - 1) if table.group_stub else ""
        group = named if named or table.split else group
        lines += [(group, label)] if label else []
    return list(dict.fromkeys(lines))


def _text_at(sheet: Sheet, row: int, column: int) -> str:
    value = sheet.cells.get((row, column))
    return "" if is_blank(value) else str(value).strip()


class RowLabels:
    """What the labels of a row of the sheet mean for a table."""

    def __init__(self, table: CountTable) -> None:
        marks = {note.key: str(n) for n, note in enumerate((n for n in table.notes if n.key), start=1)}
        self.total = plain(table.total)
        self.groups = {plain(group): group for group in table.groups if group}
        self.rows: dict[tuple[str, str], str] = {}
        for row in table.rows:
            for ending in ("", *((marks[row.note], f"注{marks[row.note]}") if row.note else ())):
                self.rows[row.group, plain(row.label) + ending] = row.label

    @property
    def all(self) -> frozenset[str]:
        """Every text that may stand in front of a row."""
        rows = {label for _, label in self.rows}
        return frozenset({*self.groups, *rows, self.total, VERIFICATION})

    def group_in(self, labels: Sequence[str], current: str) -> str:
        """The group that the row names, or the one that goes on."""
        return (
            next((self.groups[label] for label in labels if label in self.groups), current) if self.groups else current
        )

    def meaning_of(self, labels: Sequence[str], group: str) -> RowMeaning:
        """What the row is: the last of its labels decides."""
        for label in reversed(labels):
            for known in (group, ""):  # a row may stand below a group without being one of it
                if (known, label) in self.rows:
                    return RowMeaning("data", known, self.rows[known, label])
            if self.total and label == self.total:
                return RowMeaning("total", "", "")
            if label == VERIFICATION:
                return RowMeaning("verification", "", "")
        return RowMeaning("unknown", group, "")


def _find_header(sheet: Sheet, columns: Sequence[Column] | Sequence[EntryField]) -> tuple[int, dict[str, int]]:
    """The row with the most of the headings, and the column of each by label; (0, {}) when there is none."""
    wanted = labels_by_heading(columns)
    rows: dict[int, dict[str, int]] = {}
    for (row, column), value in sheet.cells.items():
        label = wanted.get(plain(value)) if isinstance(value, str) else None
        if label is not None:
            rows.setdefault(row, {}).setdefault(label, column)
            if len(rows[row]) == len(columns):
                break  # no row below has more, and a long list would be searched to its end
    if not rows:
        return 0, {}
    header = max(sorted(rows), key=lambda row: len(rows[row]))
    return header, rows[header]


def labels_by_heading(columns: Iterable[Column | EntryField]) -> dict[str, str]:
    """The label of each heading in its plain spelling, with its unit and without."""
    return {plain(heading): column.label for column in columns for heading in (column.label, column.heading)}


def _texts(sheet: Sheet, header: int) -> list[str]:
    """The texts in the row of the headings; of the whole sheet when none of the headings was found."""
    cells = sheet.cells
    values = (cells.get((header, c)) for c in range(1, MAX_COLUMNS + 1)) if header else cells.values()
    return [value for value in values if isinstance(value, str)]


def _labels_below(sheet: Sheet, header: int, first: int) -> list[tuple[int, list[str]]]:
    """The filled rows below the headings, each with its plain texts left of the first column of counts."""
    rows: dict[int, list[str]] = {}
    for (row, column), value in sorted({**dict.fromkeys(sheet.facts.uncached, "="), **sheet.cells}.items()):
        if row > header and is_filled(sheet, (row, column)):
            labels = rows.setdefault(row, [])
            if column < first and isinstance(value, str):
                labels.append(plain(value))
    return list(rows.items())


def is_filled(sheet: Sheet, position: Position) -> bool:
    """Whether anything stands in a cell, be it a formula whose result was not saved."""
    return position in sheet.facts.uncached or not is_blank(sheet.cells.get(position))


def _note_what_is_missing(layout: CountLayout, table: CountTable) -> None:
    """Note the rows, the groups and the total that are not there; a sum of rows may be left out."""
    there = {(meaning.group, meaning.label) for meaning in layout.meanings.values() if meaning.role == "data"}
    missing = [row for row in table.filled_rows if (row.group, row.label) not in there]
    layout.missing_groups = [
        group
        for group in table.groups
        if table.hide_unused_groups
        and layout.cells
        and all(row in missing for row in table.filled_rows if row.group == group)
    ]
    layout.missing_rows = [row for row in missing if row.group not in layout.missing_groups]
    layout.missing_total = bool(table.total) and all(key.row for key in layout.totals)


@lru_cache(maxsize=1024)  # the names of sheets are asked for with each table
def without_number(text: str) -> str:
    """A caption without the number of its table: 表5 公開請求処理状況."""
    return _CAPTION_NUMBER.sub("", plain(text))
