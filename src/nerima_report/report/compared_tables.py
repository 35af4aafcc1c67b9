"""A printed table of counts → the same with the year before beside it: 前年度 and 増減 after each column of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nerima_report.edition.tables import Column, CountTable, Row, fill
from nerima_report.edition.years import CompareTexts
from nerima_report.places import CellKey
from nerima_report.records.comparison import Comparison
from nerima_report.report.blocks import Cell, Table, TableNote
from nerima_report.report.wording import NOTHING_TO_COUNT, UNKNOWN, number
from nerima_report.tallies.totals import Totals

MINUS = "△"


def used_rows(table_id: str, table: CountTable, totals: Totals, comparison: Comparison) -> CountTable:
    """The table without the rows that are hidden when unused: those in which neither year has anything."""

    def counts(row: Row) -> bool:
        keys = [CellKey(table_id, row.group, row.label, column.label) for column in table.columns]
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
    """What is needed to put the year before beside a table: its definition, the numbers of both years, the words."""

    id: str
    definition: CountTable
    totals: Totals
    comparison: Comparison
    texts: CompareTexts

    def beside(self, printed: Table) -> Table:
        """The printed table with the columns of the year before, or with the note why there are none."""
        if reason := self._reason():
            return replace(printed, notes=(*printed.notes, TableNote(reason)))
        stubs = len(printed.columns) - len(self.definition.columns)
        columns = [*printed.columns[:stubs]]
        for own, column in zip(printed.columns[stubs:], self.definition.columns, strict=True):
            columns += [own, *(replace(own, heading=heading) for heading in self._headings(column))]
        rows = []
        for position, row in enumerate(printed.rows, start=1):
            total = printed.has_total and position == len(printed.rows)
            group, label = ("", *(cell.text for cell in row[:stubs]))[-2:]
            rows.append((*row[:stubs], *self._numbers(row[stubs:], None if total else (group, label))))
        notes = (TableNote(text) for text in self._notes(rows))
        return replace(printed, columns=tuple(columns), rows=tuple(rows), notes=(*printed.notes, *notes))

    def _reason(self) -> str:
        """Why the year before cannot stand beside the table; '' if it can."""
        if self.comparison.compares(self.id):
            return ""
        broken = self.comparison.broken.get(self.id)
        return fill(self.texts.broken, {"理由": broken}) if broken else self.texts.unpublished

    def _headings(self, column: Column) -> tuple[str, str]:
        alone, names = len(self.definition.columns) == 1, {"列": column.label, "単位": column.unit}
        previous = self.texts.previous if alone else self.texts.previous_of
        change = self.texts.difference_alone if alone else self.texts.difference_of
        return fill(previous, names), fill(change, names)

    def _numbers(self, printed: Sequence[Cell], row: tuple[str, str] | None) -> Iterator[Cell]:
        """The numbers of a row as printed, or (None) of the total row, each followed by last year's and the change."""
        for cell, column in zip(printed, self.definition.columns, strict=True):
            if row is None:
                now = self.totals.sum(CellKey(self.id, r.group, r.label, column.label) for r in self.definition.rows)
                before = self.comparison.total(self.id, column.label)
            else:
                key = CellKey(self.id, *row, column.label)
                now, before = self.totals.values.get(key), self.comparison.value(key)
            yield from (cell, Cell(number(before)), Cell(change(before, now)))

    def _notes(self, rows: Sequence[tuple[Cell, ...]]) -> Iterator[str]:
        """What the signs mean that occur, and which rows of last year only its total contains."""
        texts = {cell.text for row in rows for cell in row}
        signs = {
            self.texts.signs.minus: any(text.startswith(MINUS) for text in texts),
            self.texts.signs.from_zero: NOTHING_TO_COUNT in texts,
            self.texts.signs.unknown: UNKNOWN in texts,
        }
        if any(signs.values()):
            yield fill(self.texts.legend, {"記号": "、".join(sign for sign, occurs in signs.items() if occurs)})
        own = {(row.group, row.label) for row in self.definition.rows}
        before = (row for column in self.definition.columns for row in self.comparison.rows(self.id, column.label))
        vanished = dict.fromkeys(" ".join(filter(None, row)) for row in before if row not in own)
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
