"""The sheets of the tables of counts: those of a part one below the other, each under its caption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from nerima_report.edition.definition import fill
from nerima_report.edition.tables import Column, CountTable
from nerima_report.forms.form import Form, instruction
from nerima_report.forms.formulas import Total, name_beside
from nerima_report.forms.inputs import COUNT, count_or_not_applicable, restrict, words_for
from nerima_report.forms.style import Formula, fit_height, room_upright, set_pages, set_widths, width_for, write
from nerima_report.places import CellKey
from nerima_report.tallies.layout import RULE_HEADING, VERIFICATION, caption
from nerima_report.tallies.submission import zero_formula

_WIDEST_LABEL, _COUNT_WIDTH, _EARLIER_WIDTH, _RULE_WIDTH, _NARROWEST_RULES = 42, 14, 16, 44, 30
_GAP, _TITLE = 9, 32  # the height of the row between two tables, and of the title with the row below it, in points


class _Row(NamedTuple):
    """A row of the sheet: labels, values, earlier figures, the rule for counting; `looks` are of labels and each value.

    `longest` are the longest texts that the values may become.
    """

    labels: Sequence[str]
    values: Sequence[object]
    earlier: Sequence[object]
    meaning: str
    looks: tuple[Format, Sequence[Format]]
    longest: Sequence[str] = ()


def write_count_sheet(form: Form, sheet: Worksheet, table_ids: Sequence[str]) -> None:
    """Write the tables of a sheet, and where its pages begin; what stands above each is written by workbook.py."""
    columns = _SheetColumns.of(form, table_ids)
    set_widths(sheet, columns.widths)
    if not form.cover.published:
        part = form.edition.part_of(table_ids[0]).definition
        write(sheet, 0, 0, [part.title], form.looks.title)
    blocks = [(form.places[table_id].caption, _write_table(form, sheet, table_id, columns)) for table_id in table_ids]
    set_pages(sheet, columns.widths, blocks, above=_TITLE)
    top, first, _, _ = form.formulas.areas(table_ids[0])[0]
    sheet.set_selection(top, first, top, first)


@dataclass(frozen=True)
class _SheetColumns:
    """The columns that the tables of a sheet share: labels, counts, earlier figures and rules begin at the same."""

    widths: Sequence[int]
    first: int
    earlier: int

    @classmethod
    def of(cls, form: Form, table_ids: Sequence[str]) -> _SheetColumns:
        tables = [form.edition.count_tables[table_id] for table_id in table_ids]
        first, most = form.places[table_ids[0]].first, max(len(form.columns[table_id]) for table_id in table_ids)
        labels: list[list[str]] = [[] for _ in range(first)]
        for table in tables:
            for texts in (table.stubs, *([row.group, row.label][-len(table.stubs) :] for row in table.rows)):
                for place, text in enumerate(texts, start=first - len(texts)):
                    labels[place].append(text)
        widths = [min(width_for(texts), _WIDEST_LABEL) for texts in labels] + [_COUNT_WIDTH] * most
        if any(_earlier_columns(form, table_id) for table_id in table_ids):
            widths += [_EARLIER_WIDTH] * most
        room = room_upright(widths)
        rules = min(room, _RULE_WIDTH) if room >= _NARROWEST_RULES else _RULE_WIDTH
        return cls([*widths, rules], first, first + most)

    @property
    def rule(self) -> int:
        """The last column."""
        return len(self.widths) - 1


def _write_table(form: Form, sheet: Worksheet, table_id: str, columns: _SheetColumns) -> int:
    """Write a table below its caption; earlier figures stand right of the counts, in grey. Returns its height."""
    table, place, looks = form.edition.count_tables[table_id], form.places[table_id], form.looks
    label = place.first - len(table.stubs)
    # These headings differ from those of the data, so that the figures of another year are never read back.
    before = [f"{form.earlier_heading}\n{column.heading}" for column in _earlier_columns(form, table_id)]
    asked = [column.heading for column in form.columns[table_id]]
    height = _write_caption(form, sheet, table_id, columns)
    write(sheet, place.header, label, [*table.stubs, *asked], looks.heading)
    if form.cover.published and table.by and table.places == "columns":
        write(sheet, place.header, place.first, asked, looks.text.cell)
    write(sheet, place.header, columns.earlier, before, looks.earlier_heading)
    write(sheet, place.header, columns.rule, [RULE_HEADING], looks.heading)
    height += fit_height(
        sheet, place.header, [*((text, _COUNT_WIDTH) for text in asked), *((text, _EARLIER_WIDTH) for text in before)]
    )
    rows = [*_data_rows(form, table_id, table), *_computed_rows(form, table_id, table)]
    for number, row in enumerate(rows, start=place.header + 1):
        of_labels, of_values = row.looks
        write(sheet, number, label, row.labels, of_labels)
        for column, (value, look) in enumerate(zip(row.values, of_values, strict=True), start=place.first):
            write(sheet, number, column, [value], look)
        write(sheet, number, columns.earlier, row.earlier, looks.earlier)
        write(sheet, number, columns.rule, [row.meaning], looks.label)
        texts = [*zip(row.labels, columns.widths[label:], strict=False), (row.meaning, columns.widths[-1])]
        height += fit_height(sheet, number, [*texts, *((text, _COUNT_WIDTH) for text in row.longest)])
    for top, first, bottom, last in form.formulas.areas(table_id):
        for number in range(first, last + 1):
            published = count_or_not_applicable(xl_rowcol_to_cell(top, number))
            allowed = published if form.cover.published else COUNT
            heading = form.columns[table_id][number - place.first].heading
            restrict(sheet, (top, number, bottom, number), allowed, heading, words_for(form, "count"))
    sheet.set_row(place.header + len(rows) + 1, _GAP)
    return height + _GAP


def _write_caption(form: Form, sheet: Worksheet, table_id: str, columns: _SheetColumns) -> int:
    """Write the caption, and make room for the instruction below it. Returns the height of both."""
    table, place = form.edition.count_tables[table_id], form.places[table_id]
    if form.cover.published:
        write(sheet, place.caption, 0, [table.readable_title], form.looks.title)
        return 0
    write(sheet, place.caption, 0, [caption(table_id, table)], form.looks.caption)
    sheet.merge_range(place.caption + 1, 0, place.caption + 1, columns.rule, "", form.looks.wrapped)
    height = fit_height(sheet, place.caption, [("", 2)])
    return height + fit_height(sheet, place.caption + 1, [(instruction(form, table), sum(columns.widths))])


def _data_rows(form: Form, table_id: str, table: CountTable) -> Iterator[_Row]:
    """The rows to be filled in, and those that are sums of them."""
    columns = form.columns[table_id]
    is_free = bool(form.cover.published and table.by and table.places == "rows")
    of_label = form.looks.text.cell if is_free else form.looks.label
    for row in table.rows:
        labels = [row.group, row.label][-len(table.stubs) :]
        keys = [row.key(table_id, column.label) for column in columns]
        before = [_earlier_number(form, key) for key in keys] if _earlier_columns(form, table_id) else []
        sums = [bool(row.sum_of or column.sum_of) for column in columns]
        values: list[object] = [
            form.formulas.sum(key) if is_sum else form.counts.get(key, _zero(form, table_id))
            for key, is_sum in zip(keys, sums, strict=True)
        ]
        looks = [form.looks.result if is_sum else form.looks.count.cell for is_sum in sums]
        yield _Row(labels, values, before, row.rule, (form.looks.total if row.sum_of else of_label, looks))


def _zero(form: Form, table_id: str) -> Formula | None:
    """What stands in a cell without a count: the 0 that the cover may say, where the table counts requests."""
    choice = form.choice_of(table_id)
    shown = 0 if form.shows_no_requests(table_id) else ""
    return Formula(f"={zero_formula(choice)}", shown) if choice else None


def _computed_rows(form: Form, table_id: str, table: CountTable) -> Iterator[_Row]:
    """The rows that Excel computes: the total, and 検算 against the columns that must have the same total."""
    totals = [Total(table_id, column.label) for column in form.columns[table_id]]
    looks = (form.looks.total, [form.looks.result] * len(totals))
    before = [_earlier_number(form, total.key) for total in totals] if _earlier_columns(form, table_id) else []
    if table.total:
        sums = [form.formulas.sum(total.key) for total in totals]
        # Of a published year perhaps nothing but the total is known: then it is typed in.
        of_sums = (form.looks.total, [form.looks.count.cell] * len(totals)) if form.cover.published else looks
        yield _Row(["", table.total][-len(table.stubs) :], sums, before, "", of_sums)
    linked = [form.linked(total) for total in totals]
    if any(linked):
        pairs = [(total, other) for total, others in zip(totals, linked, strict=True) for other in others]
        names = dict.fromkeys(name_beside(total, other) for total, other in pairs)
        checks = [form.formulas.check(total, others) for total, others in zip(totals, linked, strict=True)]
        meaning = fill(form.texts.agreement.meaning, {"表": "、".join(names)})
        longest = [form.formulas.longest_check(*pair) for pair in zip(totals, linked, strict=True)]
        yield _Row(["", VERIFICATION][-len(table.stubs) :], checks, [None] * len(before), meaning, looks, longest)


def _earlier_columns(form: Form, table_id: str) -> tuple[Column, ...]:
    """The columns that get earlier figures: all of the table, if any earlier figure of it is known."""
    earlier = form.filling.earlier
    known = earlier is not None and any(key.table == table_id for key in earlier.counts)
    return form.columns[table_id] if known else ()


def _earlier_number(form: Form, key: CellKey) -> int | str | None:
    """What an earlier cell said; of a sum, where everything that it adds up is known."""
    counts = form.filling.earlier.counts if form.filling.earlier else {}
    parts = form.edition.count_tables[key.table].parts_of(key)
    values = [counts.get(part) for part in parts]
    if parts == [key]:
        return values[0]
    known = [value for value in values if isinstance(value, int)]
    return sum(known) if len(known) == len(values) else None
