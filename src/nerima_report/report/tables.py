"""Totals and entries → the tables as printed: order, groups, total row, numbers, 同上, notes and their marks.

A table of counts may have the year before beside it: 前年度 and 増減 after each column of numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from nerima_report.edition.definition import fill
from nerima_report.edition.entries import Computed, EntryField, EntryTable
from nerima_report.edition.municipality import AS_USUAL, Printing
from nerima_report.edition.tables import TOTAL, Column, CountTable, Line, RateColumn, Row
from nerima_report.edition.texts import CompareTexts
from nerima_report.fiscal_year import Calendar, Month, full_date
from nerima_report.places import CellKey
from nerima_report.records.comparison import Comparison
from nerima_report.report.blocks import Cell, Table, TableColumn, TableNote
from nerima_report.report.wording import (
    MINUS,
    NOTHING_TO_COUNT,
    PROVISIONAL,
    UNKNOWN,
    number,
    so_far,
    total_so_far,
    unused_groups,
    year_names,
)
from nerima_report.tallies.figures import RowShare, row_share
from nerima_report.tallies.model import Entry
from nerima_report.tallies.totals import Totals

DITTO = "同上"
_ZERO = number(0)

# How the width of a table of counts is shared out: labels are long, numbers short.
STUB_WIDTH, NUMBER_WIDTH = 5, 2


def count_table(
    table_id: str, table: CountTable, totals: Totals, fiscal_year: int, printing: Printing = AS_USUAL
) -> Table:
    """A table of counts as the body prints it, unnumbered."""
    columns = table.columns_in_print

    def numbers(row: Row | None = None) -> Iterator[Cell]:
        """The numbers of a row, or those of the total."""
        for column in columns:
            if isinstance(column, RateColumn):
                share = share_text(row_share(table_id, table, column, totals, row))
                yield Cell(_in_cell(share, column, printing))
                continue
            own, inner = (
                so_far(totals, [row.key(table_id, label)]) if row else total_so_far(totals, table_id, table, label)
                for label in (column.label, column.bracketed or column.label)
            )
            zero, inner_zero = (_zero_of(table, each, printing) for each in (column, table.column(column.bracketed)))
            brackets = f"({inner})" if column.bracketed and (inner != _ZERO or inner_zero == _ZERO) else ""
            yield Cell(_in_cell((zero if own == _ZERO else own) + brackets, column, printing, zero))

    years = year_names(fiscal_year, printing.calendar)
    marks = {note.key: f"注{n}" for n, note in enumerate((n for n in table.notes if n.key), start=1)}
    rows: list[tuple[Cell, ...]] = []
    for group, of_group in groupby(printed_rows(table_id, table, totals), key=lambda row: row.group):
        if group:
            heading = Cell(table.printed(group, years), heads_rows=True, lasting_name=group)
            rows.append(_group_row(heading, len(columns)))
        for row in of_group:
            name, mark = table.printed(row.label, years), marks.get(row.note, "")
            label = Cell(name, mark, lasting_name=row.label, group=table.printed(group, years))
            rows.append((label, *numbers(row)))
    has_total = bool(table.total) and not table.top
    if has_total:
        rows.insert(0 if table.total_first else len(rows), (Cell(table.printed(table.total, years)), *numbers()))
    number_columns = [
        TableColumn(
            _heading(column, table.printed(column.label, years), printing),
            numeric=True,
            weight=NUMBER_WIDTH,
            over=table.printed(column.over, years),
            is_share=isinstance(column, RateColumn),
        )
        for column in columns
    ]
    first = table.columns[0]
    total = printing.separated(total_so_far(totals, table_id, table, first.label))
    whole_table = [TableNote(fill(note.text, years)) for note in table.notes if not note.key]
    marked = [TableNote(fill(note.text, years), marks[note.key]) for note in table.notes if note.key]
    printed = Table(
        id=table_id,
        number=0,
        title=fill(table.title, years | {TOTAL: f"{total}{first.unit}"}),
        columns=(TableColumn(table.printed(table.stub, years), weight=STUB_WIDTH), *number_columns),
        rows=tuple(rows),
        has_total=has_total,
        total_first=table.total_first,
        group_heading=table.printed(table.group_stub, years) if table.group_column else "",
        notes=(*whole_table, *marked, *notes_on_zero(rows, _zero_of(table, None, printing), printing)),
    )
    if not table.rank_heading:
        return printed
    ranked = {} if is_unordered(table_id, table, totals) else ranks(table_id, table, totals)
    return _with_ranks(printed, {label: str(rank) for (_, label), rank in ranked.items()}, table.rank_heading)


def _with_ranks(table: Table, ranked: Mapping[str, str], heading: str) -> Table:
    """The printed table with the ranks of its rows, by their names, before their labels."""
    rows = [(Cell(ranked.get(label.name, ""), lasting_name=label.name), label, *cells) for label, *cells in table.rows]
    if table.total is not None:
        label, *numbers = table.rows[table.total]
        rows[table.total] = (label, Cell(""), *numbers)
    return replace(table, columns=(TableColumn(heading), *table.columns), rows=tuple(rows))


def with_remarks(printed: Table, table: CountTable) -> Table:
    """The printed table with the remarks on its rows as its last column, where it has one for them."""
    if not table.remark_heading:
        return printed
    remarks = {row.line: row.remark for row in table.rows}
    rows: list[tuple[Cell, ...]] = []
    group = ""
    for cells in printed.rows:
        label = cells[0]
        group = label.name if label.heads_rows else group
        line = (group if label.group else "", label.name)
        rows.append((*cells, Cell("" if label.heads_rows else remarks.get(line, ""))))
    column = TableColumn(table.remark_heading, weight=STUB_WIDTH)
    return replace(printed, columns=(*printed.columns, column), rows=tuple(rows))


def _zero_of(table: CountTable, column: Column | None, printing: Printing) -> str:
    """What is printed for 0 in a column, or (None) in the columns of a table that say nothing about it."""
    signs = (column.zero if column else None, table.zero, printing.zero)
    return next(sign for sign in signs if sign is not None)


def _in_cell(number: str, column: Column | RateColumn, printing: Printing, zero: str = _ZERO) -> str:
    """A printed number as its column has it; a sign that stands for a number remains as it is."""
    if number in (UNKNOWN, NOTHING_TO_COUNT) or number == zero != _ZERO:
        return number
    return printing.in_cell(number, column.unit, column.printed_cell)


def share_text(share: RowShare) -> str:
    """A share as printed in a column of shares, whose heading has the unit."""
    if share.value is not None:
        return str(share.value)
    return NOTHING_TO_COUNT if share.denominator == 0 else UNKNOWN


def _heading(column: Column | RateColumn, label: str, printing: Printing) -> str:
    """The heading as printed, with its label in the report of the year: 件数(件)."""
    return column.printed_heading or fill(printing.heading, {"見出し": label, "単位": column.unit})


def notes_on_zero(rows: Sequence[Sequence[Cell]], zero: str, printing: Printing) -> Iterator[TableNote]:
    """What stands for 0, where it does."""
    numbers = (cell.text for label, *cells in rows if not label.heads_rows for cell in cells)
    if printing.zero_note and zero != _ZERO and any(text.partition("(")[0] == zero for text in numbers):
        yield TableNote(printing.zero_note)


def entry_tables(
    table_id: str,
    table: EntryTable,
    entries: Sequence[Entry],
    fiscal_year: int,
    calendar: Calendar,
    *,
    provisional: bool = False,
) -> list[Table]:
    """A list-like table as printed, unnumbered: one table, or one for each value of `split_by` that occurs.

    With `provisional`, somebody's entries are missing, and the counts of entries say so.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in in_printed_order(table, entries):
        name = entry.values.get(table.split_by, "") if table.split_by else ""
        groups.setdefault(UNKNOWN if name is None else str(name), []).append(entry)
    mark = PROVISIONAL if provisional else ""
    printed = []
    for name, group in groups.items():
        names = year_names(fiscal_year, calendar) | {"件数": f"{number(len(group))}{mark}", table.split_by: name}
        printed.append(_entry_table(table_id, table, group, names, mark, calendar))
    return printed


def in_printed_order(table: EntryTable, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a list-like table in the order in which they are printed."""
    sort_by = ([table.split_by] if table.split_by else []) + list(table.sort_by)

    def place(entry: Entry) -> list[object]:
        declared: list[object] = [_sort_key(table, label, entry) for label in sort_by]
        return [*declared, entry.section, entry.row]  # so that the order of files decides nothing

    return sorted(entries, key=place)


def _entry_table(
    table_id: str, table: EntryTable, entries: list[Entry], names: dict[str, str], mark: str, calendar: Calendar
) -> Table:
    """The table of these entries; `names` are what its title and notes ask for, `mark` follows counts of entries."""
    choices = [field.label for field in table.fields if field.type == "choice"]
    counted = {label: Counter(entry[label] for entry in entries) for label in choices}
    rows: list[tuple[Cell, ...]] = []
    above: list[str] = [""] * len(table.print)
    for index, entry in enumerate(entries, start=1):
        values = {field.label: _shown(field, entry[field.label], calendar) for field in table.fields}
        values |= {made.label: _computed(made, entry) for made in table.computed}
        values |= {f"{label}の件数": f"{number(counted[label][entry[label]])}{mark}" for label in choices}
        values["番号"] = str(index)
        texts = [fill(column.text, values).strip() for column in table.print]
        cells = zip(table.print, texts, above, strict=True)
        rows.append(tuple(Cell(DITTO if column.ditto and text == last else text) for column, text, last in cells))
        above = texts
    columns = tuple(TableColumn(fill(column.label, names), weight=column.width) for column in table.print)
    notes = tuple(TableNote(fill(note.text, names)) for note in table.notes)
    return Table(table_id, 0, fill(table.title, names), columns, tuple(rows), notes=notes)


def printed_rows(table_id: str, table: CountTable, totals: Totals) -> list[Row]:
    """The rows in the order in which they are printed, groups together; ties keep the order of definition.

    There are none where only totals were published.
    """
    if totals.printed and _has_only_totals(table_id, table, totals):
        return []
    hidden = unused_groups(table_id, table, totals) if table.hide_unused_groups else []
    rows = [row for row in table.rows if row.group not in hidden]
    if table.hide_unused_rows:
        rows = [row for row in rows if not _is_unused(table_id, table, row, totals)]
    if table.order == "fixed" or is_unordered(table_id, table, totals):
        return rows
    column, groups = table.columns[0].label, table.groups

    def place(row: Row) -> tuple[int, bool, bool, int]:
        at_head = bool(row.sum_of) and not row.pinned
        return groups.index(row.group), row.pinned, not at_head, -(totals.values.get(row.key(table_id, column)) or 0)

    in_order = sorted(rows, key=place)
    if not table.top:
        return in_order
    ranked = ranks(table_id, table, totals)
    return [row for row in in_order if ranked.get(row.line, table.top + 1) <= table.top]


def ranks(table_id: str, table: CountTable, totals: Totals) -> dict[Line, int]:
    """The ranks of the rows by their counts: 1, 2, 2, 4. A row that counts nothing has none."""
    column = table.columns[0].label
    rows = [row for row in table.counted_rows if row.ranked]
    counts = {row.line: totals.values.get(row.key(table_id, column)) or 0 for row in rows}
    return {line: 1 + sum(other > count for other in counts.values()) for line, count in counts.items() if count}


def is_unordered(table_id: str, table: CountTable, totals: Totals) -> bool:
    """Whether a table in the order of its counts cannot be ordered yet, because somebody's part of them is missing."""
    return table.order != "fixed" and totals.misses(table.keys(table_id, table.columns[0].label))


def _has_only_totals(table_id: str, table: CountTable, totals: Totals) -> bool:
    printed = any(key.table == table_id for key in totals.printed)
    return printed and all(totals.values.get(key) is None for key in table.keys(table_id))


def _is_unused(table_id: str, table: CountTable, row: Row, totals: Totals) -> bool:
    keys = (row.key(table_id, column.label) for column in table.columns)
    return all(totals.values.get(key) == 0 for key in keys)


def _group_row(heading: Cell, numbers: int) -> tuple[Cell, ...]:
    """The row that heads those of a group: without numbers, and without merged cells."""
    return (heading, *[Cell("")] * numbers)


def _sort_key(table: EntryTable, label: str, entry: Entry) -> tuple[bool, object]:
    """Choices in their defined order, months and numbers by value; what is not given comes last."""
    field, value = table.field(label), entry[label]
    if field is not None and field.type == "choice" and value is not None:
        return False, field.choices.index(str(value))
    return value is None, value if value is not None else 0


def _shown(field: EntryField, value: object, calendar: Calendar) -> str:
    if value is None:
        return ""
    match value:
        case Month():
            text = value.printed(calendar, short=True)
        case date():
            text = full_date(value, calendar)
        case int():
            text = number(value)
        case _:
            text = str(value)
    return field.printed_as.replace("{}", text)


def _computed(made: Computed, entry: Entry) -> str:
    value = entry.values.get(made.label)
    if value is None:
        return ""
    text = "、".join(value) if isinstance(value, tuple) else number(value) if isinstance(value, int) else str(value)
    return made.printed_as.replace("{}", text)


def used_rows(table_id: str, table: CountTable, totals: Totals, comparison: Comparison) -> CountTable:
    """The table without the rows that are hidden when unused: those in which neither year has anything."""

    def counts(row: Row) -> bool:
        keys = [row.key(table_id, column.label) for column in table.columns]
        return any(totals.values.get(key) != 0 or comparison.value(key) for key in keys)

    rows = table.rows
    if table.hide_unused_groups:
        used = {row.group for row in table.rows if counts(row)}
        rows = tuple(row for row in rows if row.group in used)
    if table.hide_unused_rows:
        rows = tuple(filter(counts, rows))
    return table.model_copy(update={"rows": rows, "hide_unused_groups": False, "hide_unused_rows": False})


@dataclass(frozen=True)
class ComparedTable:
    """What is needed to put the year before beside a table: its definition, the numbers of both years, the words.

    Where a column prints － for 0, an increase from 0 is printed as its number.
    """

    id: str
    definition: CountTable
    totals: Totals
    comparison: Comparison
    texts: CompareTexts
    printing: Printing = AS_USUAL

    def beside(self, printed: Table) -> Table:
        """The printed table with the columns of the year before, or with the note why there are none."""
        if reason := self._reason():
            return replace(printed, notes=(*printed.notes, TableNote(reason)))
        counts = iter(self.definition.printed_columns)
        first = len(printed.columns) - len(self.definition.columns_in_print)  # before it stand labels, and ranks
        columns, added = list(printed.columns[:first]), []
        for own in printed.columns[first:]:
            headings = () if own.is_share else self._headings(next(counts))
            added += [len(columns) + 1] if headings else []
            columns += [own, *(replace(own, heading=heading) for heading in headings)]
        shares = [column.is_share for column in printed.columns[first:]]
        rows: list[tuple[Cell, ...]] = []
        group = ""
        for position, cells in enumerate(printed.rows):
            label = cells[0]
            if label.heads_rows:
                group = label.name
                rows.append(_group_row(label, len(columns) - 1))
            else:
                row = None if position == printed.total else (group, label.name)
                rows.append((*cells[:first], *self._numbers(cells[first:], shares, row)))
        notes = (TableNote(text) for text in self._notes(rows, added))
        return replace(printed, columns=tuple(columns), rows=tuple(rows), notes=(*printed.notes, *notes))

    def _reason(self) -> str:
        """Why the year before cannot stand beside the table; '' if it can."""
        if self.comparison.compares(self.id):
            return ""
        broken = self.comparison.broken.get(self.id)
        return fill(self.texts.broken, {"理由": broken}) if broken else self.texts.unpublished

    def _headings(self, column: Column) -> tuple[str, str]:
        alone, names = len(self.definition.printed_columns) == 1, {"列": column.label, "単位": column.unit}
        previous = self.texts.previous if alone else self.texts.previous_of
        change = self.texts.difference_alone if alone else self.texts.difference_of
        return fill(previous, names), fill(change, names)

    def _numbers(self, printed: Sequence[Cell], shares: Sequence[bool], row: tuple[str, str] | None) -> Iterator[Cell]:
        """The numbers of a row as printed, or (None) of the total row, each followed by last year's and the change.

        A share stands alone.
        """
        counts = iter(self.definition.printed_columns)
        for cell, is_share in zip(printed, shares, strict=True):
            if is_share:
                yield cell
                continue
            column = next(counts)
            if row is None:
                keys = self.definition.keys_of_total(self.id, column.label)
                now = self.totals.total(self.id, column.label, keys)
                before = self.comparison.total(self.id, column.label)
            else:
                key = CellKey(self.id, *row, column.label)
                now, before = self.totals.values.get(key), self.comparison.value(key)
            zero = _zero_of(self.definition, column, self.printing)
            from_zero = before == 0 and bool(now) and zero == NOTHING_TO_COUNT
            numbers = (zero if before == 0 else number(before), number(now) if from_zero else change(before, now))
            yield from (cell, *(Cell(_in_cell(each, column, self.printing, zero)) for each in numbers))

    def _notes(self, rows: Sequence[tuple[Cell, ...]], added: Sequence[int]) -> Iterator[str]:
        """What the signs mean that occur, and which rows of last year only its total contains.

        `added` are the columns of the year before; behind each stands that of the changes.
        """
        before, changes = ({row[column + step].text for row in rows for column in added} for step in (0, 1))
        signs = {
            self.texts.signs.minus: any(text.startswith(MINUS) for text in changes),
            self.texts.signs.from_zero: NOTHING_TO_COUNT in changes,
            self.texts.signs.unknown: UNKNOWN in before | changes,
        }
        if any(signs.values()):
            yield fill(self.texts.legend, {"記号": "、".join(sign for sign, occurs in signs.items() if occurs)})
        breaks = (rule for key in self.definition.keys(self.id) for rule in self.comparison.breaks_of(key))
        for rule in dict.fromkeys(breaks):
            yield f"「{rule.cells}」は、{fill(self.texts.broken, {'理由': rule.reason})}"
        own = {(row.group, row.label) for row in self.definition.rows}
        earlier = (row for column in self.definition.columns for row in self.comparison.rows(self.id, column.label))
        vanished = dict.fromkeys(" ".join(filter(None, row)) for row in earlier if row not in own)
        if vanished and self.definition.total:
            yield fill(self.texts.vanished, {"行": "、".join(vanished)})


def change(before: int | None, now: int | None) -> str:
    """The difference as printed.

    >>> change(10, 7), change(1000, 2500), change(0, 3), change(0, 0), change(None, 3)
    ('△3', '1,500', '－', '0', '…')
    """
    if before is None or now is None:
        return UNKNOWN
    if before == 0 and now:
        return NOTHING_TO_COUNT
    return f"{MINUS}{before - now:,}" if now < before else number(now - before)
