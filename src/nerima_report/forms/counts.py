"""The sheet of a table of counts: labels, input cells, last year's figures, totals, 検算 and rules for counting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from nerima_report.edition.tables import Column, CountTable, fill
from nerima_report.forms.form import Form, instruction
from nerima_report.forms.formulas import Total
from nerima_report.forms.inputs import COUNT, count_or_not_applicable, restrict, words_for
from nerima_report.forms.style import FIRST_ROW, HEADER_ROW, fit_height, set_widths, width_for, width_of, write
from nerima_report.tallies.layout import RULE_HEADING, VERIFICATION

_COUNT_WIDTH, _EARLIER_WIDTH, _NARROWEST_RULES = 16, 20, 52


class _Row(NamedTuple):
    """A row of the sheet: its labels, what stands under the counts, the earlier figures, what it means, its looks."""

    labels: Sequence[str]
    values: Sequence[object]
    earlier: Sequence[object]
    meaning: str
    looks: tuple[Format, Format]


def write_counts(form: Form, sheet: Worksheet, table_id: str, table: CountTable) -> None:
    """Write the table below the top of its sheet; earlier figures stand right of the counts, in grey."""
    columns, looks = form.columns[table_id], form.looks
    earlier = _earlier_columns(form, table_id)
    # The heading differs from that of the data, so the figures of another year are never read back.
    before = [f"{form.earlier_heading}\n{column.heading}" for column in earlier]
    headings = [*table.stubs, *(column.heading for column in columns), *before, RULE_HEADING]
    rows = [*_data_rows(form, table_id, table), *_computed_rows(form, table_id, table)]
    first, last = len(table.stubs), len(table.stubs) + len(columns)
    widths = [width_for(texts) for texts in zip(headings, *(row.labels for row in rows), strict=False)]
    widths += [_COUNT_WIDTH] * len(columns) + [_EARLIER_WIDTH] * len(earlier)
    # The instruction in A2 is not wrapped; it stays within the printed columns.
    widths.append(max(_NARROWEST_RULES, width_of(instruction(form, table)) - sum(widths)))
    set_widths(sheet, widths)
    write(sheet, (HEADER_ROW, 0), headings, looks.heading)
    write(sheet, (HEADER_ROW, last), before, looks.earlier_heading)
    fit_height(sheet, HEADER_ROW, zip(headings, widths, strict=True))
    for number, row in enumerate(rows, start=FIRST_ROW):
        of_labels, of_values = row.looks
        write(sheet, (number, 0), row.labels, of_labels)
        write(sheet, (number, first), row.values, of_values)
        write(sheet, (number, last), row.earlier, looks.earlier)
        write(sheet, (number, last + len(earlier)), [row.meaning], looks.label)
        fit_height(sheet, number, [*zip(row.labels, widths, strict=False), (row.meaning, widths[-1])])
    top, _, bottom, _ = form.formulas.area(table_id)
    for place, column in enumerate(columns, start=first):
        published = count_or_not_applicable(xl_rowcol_to_cell(top, place))
        allowed = published if form.cover.published else COUNT
        restrict(sheet, (top, place, bottom, place), allowed, column.heading, words_for(form, "count"))
    sheet.set_selection(FIRST_ROW, first, FIRST_ROW, first)


def _data_rows(form: Form, table_id: str, table: CountTable) -> Iterator[_Row]:
    """The rows to be filled in."""
    columns, earlier = form.columns[table_id], form.filling.earlier
    for row in table.rows:
        labels = [row.group, row.label][-len(table.stubs) :]
        keys = [row.key(table_id, column.label) for column in columns]
        before = [earlier.counts.get(key) for key in keys] if earlier and _earlier_columns(form, table_id) else []
        counts = [form.counts.get(key) for key in keys]
        yield _Row(labels, counts, before, row.rule, (form.looks.label, form.looks.count.cell))


def _computed_rows(form: Form, table_id: str, table: CountTable) -> Iterator[_Row]:
    """The rows that Excel computes: the total, and 検算 against the columns that must have the same total."""
    totals = [Total(table_id, column.label) for column in form.columns[table_id]]
    looks = (form.looks.total, form.looks.result)
    before = [_earlier_total(form, table_id, column) for column in _earlier_columns(form, table_id)]
    if table.total:
        sums = [form.formulas.total(total) for total in totals]
        yield _Row(["", table.total][-len(table.stubs) :], sums, before, "", looks)
    linked = [form.formulas.linked(total) for total in totals]
    if any(linked):
        names = dict.fromkeys(f"{other.table_id}の{other.column}" for others in linked for other in others)
        checks = [form.formulas.check(total, others) for total, others in zip(totals, linked, strict=True)]
        meaning = fill(form.texts.agreement, {"表": "、".join(names)})
        yield _Row(["", VERIFICATION][-len(table.stubs) :], checks, [None] * len(before), meaning, looks)


def _earlier_columns(form: Form, table_id: str) -> tuple[Column, ...]:
    """The columns beside which earlier figures stand: those of the table, if anything of it is known."""
    earlier = form.filling.earlier
    known = earlier is not None and any(key.table == table_id for key in earlier.counts)
    return form.columns[table_id] if known else ()


def _earlier_total(form: Form, table_id: str, column: Column) -> int | None:
    """The sum of an earlier column, where every row of it is known."""
    counts = form.filling.earlier.counts if form.filling.earlier else {}
    values = [counts.get(key) for key in form.edition.count_tables[table_id].keys(table_id, column.label)]
    known = [value for value in values if isinstance(value, int)]
    return sum(known) if len(known) == len(values) else None
