"""The sheets of list-like tables (one row an entry, as many as it takes) and of registers.

On the sheet of a register stand the open entries of the 課, to confirm, change or end, and room for new ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from nerima_report.edition.confirmation import CORRECTION
from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.edition.registers import ANSWER, NUMBER, TRACE, Register
from nerima_report.fiscal_year import Month
from nerima_report.forms.form import Form
from nerima_report.forms.formulas import Area
from nerima_report.forms.inputs import allowed_in, restrict, words_for
from nerima_report.forms.style import (
    FIRST_ROW,
    HEADER_ROW,
    Input,
    Looks,
    fit_height,
    width_for,
    write,
)
from nerima_report.tallies.layout import EXAMPLE

TINTED_ROWS = 20  # more can be written below them: the next row is tinted as soon as one is used
LAST_ROW = FIRST_ROW + 999
_TEXT_WIDTH, _HINT_LINE, _MARK_WIDTH = 40, 12, 9
_WIDEST_PAGE = 200  # digits on a page in landscape
_LONG_HINT, _HINT_WIDTH = 30, 10  # a rule of more characters gets a column of so many
_LOCKED = (NUMBER, TRACE)
_REGISTER_WIDTHS = {NUMBER: 16, ANSWER: 26, TRACE: 14}
_REGISTER_TEXT_WIDTH = 30
_CONFIRMED_TEXT_WIDTH = 22
_A3, _PAGES_WIDE = 8, 2  # too many columns for a page: two pages beside each other, with the number on both
_WIDEST_A3 = 280  # digits on a page of a register


def write_entries(form: Form, sheet: Worksheet, table_id: str, table: EntryTable) -> None:
    """Write the headings, the hints above them and the entries, with open rows below."""
    given = entries_of(form, table_id)
    rows = [*given, *({} for _ in range(_rows_offered(table) - len(given)))]
    top, left, _, last = entry_area(form, table_id)
    if has_example(form, table_id):
        _write_example(form, sheet, table)
        sheet.freeze_panes(top, left)
    columns = _Columns(form, table.fields, top=top, left=last - len(table.fields) + 1)
    columns.write(sheet, rows)
    if not table.lines_for:
        _tint_the_next_row(form, sheet, len(rows), columns)
    if columns.are_wide():
        sheet.fit_to_pages(_PAGES_WIDE, 0)
        sheet.repeat_columns(0, left)
    sheet.set_selection(top, left, top, left)


def has_example(form: Form, table_id: str) -> bool:
    """Whether a list shows how a row is filled in: not where rows are given, or numbers are copied from print."""
    given = form.entry_tables[table_id].lines_for or table_id in form.edition.registers
    return not given and not form.cover.published and not form.cover.confirms


def _write_example(form: Form, sheet: Worksheet, table: EntryTable) -> None:
    """Write a row that shows how it is done; readers know it by the mark in front of it."""
    year, looks = form.cover.fiscal_year, form.looks
    of_type = {"month": Month(year, 7), "date": date(year, 6, 27), "count": 1, "difference": -1}
    values = [of_type.get(f.type, f.example) if f.required or f.example else None for f in table.fields]
    sheet.set_column(0, 0, _MARK_WIDTH, looks.locked)
    write(sheet, HEADER_ROW, 0, [None], looks.heading)
    for place, (field, value) in enumerate(zip((None, *table.fields), (EXAMPLE, *values), strict=True)):
        write(sheet, FIRST_ROW, place, [value], looks.example_day if field and field.type == "date" else looks.example)
    texts = [(str(value or ""), _TEXT_WIDTH) for f, value in zip(table.fields, values, strict=True) if f.type == "text"]
    fit_height(sheet, FIRST_ROW, [*texts, ("", _TEXT_WIDTH)])


def write_register(form: Form, sheet: Worksheet, table_id: str, register: Register) -> None:
    """Write the headings, the articles and hints above them, and the entries; number and trace are locked."""
    sheet.set_paper(_A3)
    sheet.repeat_columns(0)
    sheet.freeze_panes(FIRST_ROW, 2)
    fields = register.table.fields
    given = entries_of(form, table_id)
    rows = [*given, *({} for _ in range(TINTED_ROWS))]
    columns = _Columns(form, fields, of_register=True)
    readable = ceil(sum(map(columns.width, fields)) / _WIDEST_A3)
    sheet.fit_to_pages(max(readable, _PAGES_WIDE) if given else _PAGES_WIDE, 0)  # what holds nothing need not be read
    columns.write(sheet, rows)
    _tint_the_next_row(form, sheet, len(rows), columns)
    for number, entry in enumerate(given, start=FIRST_ROW):
        texts = [(str(entry.get(f.label) or ""), columns.width(f)) for f in fields if f.type == "text"]
        fit_height(sheet, number, texts)
    first = [field.label for field in fields].index(ANSWER)
    sheet.set_selection(FIRST_ROW, first, FIRST_ROW, first)


@dataclass(frozen=True)
class _Columns:
    """The columns of a list-like table, or of a register, in which some columns are locked.

    `top` and `left` are the row of the first entry and the column of the first field, counted from 0.
    """

    form: Form
    fields: Sequence[EntryField]
    of_register: bool = False
    top: int = FIRST_ROW
    left: int = 0

    def write(self, sheet: Worksheet, rows: Sequence[Mapping[str, object]]) -> None:
        """Write the columns with the hints above them and the rows (values by label of field)."""
        looks = self.form.looks
        sheet.set_landscape()
        for row in range(HEADER_ROW - 1):  # the columns are unlocked as a whole, the cells above the headings are not
            write(sheet, row, 1, [None] * (self.left + len(self.fields) - 1), looks.locked)
        for place, field in enumerate(self.fields, start=self.left):
            locked, look = self._is_locked(field), _look_of(looks, field)
            sheet.set_column(place, place, self.width(field), looks.locked if locked else look.below)
            write(sheet, HEADER_ROW - 1, place, [self._hint(field)], looks.hint)
            write(sheet, HEADER_ROW, place, [field.heading], looks.heading)
            cell = self._locked_look(field) if locked else look.cell
            for number, entry in enumerate(rows, start=self.top):
                write(sheet, number, place, [entry.get(field.label)], cell)
            if not locked:
                area = (self.top, place, max(LAST_ROW, self.top + 2 * len(rows)), place)
                words = words_for(self.form, "any_date" if field.any_year else field.type, field.hint)
                restrict(sheet, area, allowed_in(self.form, field), field.heading, words)
        hints = [(self._hint(field), self.width(field)) for field in self.fields]
        fit_height(sheet, HEADER_ROW - 1, hints, _HINT_LINE)
        if self.form.cover.confirms:
            for number, entry in enumerate(rows, start=self.top):
                texts = [(str(entry.get(field.label) or ""), self.width(field)) for field in self.fields]
                fit_height(sheet, number, texts)

    def _hint(self, field: EntryField) -> str:
        """What stands above a heading: nothing over what a 課 only has to look at."""
        return "" if self.form.cover.confirms and self._is_locked(field) else field.hint

    def width(self, field: EntryField) -> int:
        """How wide the column of a field is, in digits."""
        if self.of_register and field.label in _REGISTER_WIDTHS:
            return _REGISTER_WIDTHS[field.label]
        if self.form.cover.confirms and field.type == "text" and self._is_locked(field):
            return _CONFIRMED_TEXT_WIDTH
        if field.type == "text":
            return _REGISTER_TEXT_WIDTH if self.of_register else _TEXT_WIDTH
        return width_for([field.heading, *field.choices, "　" * (_HINT_WIDTH if len(field.hint) > _LONG_HINT else 0)])

    def are_wide(self) -> bool:
        """Whether a page of A4 would show them too small to be read."""
        return sum(map(self.width, self.fields)) > _WIDEST_PAGE

    def _is_locked(self, field: EntryField) -> bool:
        if self.form.cover.confirms:
            return field.label != CORRECTION
        return self.of_register and field.label in _LOCKED

    def _locked_look(self, field: EntryField) -> Format:
        looks = self.form.looks
        if field.type == "date":
            return looks.label_day
        return looks.earlier if field.label == TRACE else looks.label


def entries_of(form: Form, table_id: str) -> Sequence[dict[str, object]]:
    """The entries to be written into a table: none where it does not apply, one for each line where it has lines."""
    table = form.entry_tables[table_id]
    given = {**form.filling.entries, **(form.filling.registers or {})}
    entries = [dict(e) for e in given.get(table_id, ())] if form.cover.applies(table_id) else []
    if not table.lines_for:
        return entries
    answers = {entry.get(table.lines_for): entry for entry in entries}
    return [{table.lines_for: line} | answers.get(line, {}) for line in table.fields[0].choices]


def answered(form: Form, table_id: str) -> int:
    """The number of rows in which the first required field is filled in."""
    field = _first_required(form.entry_tables[table_id])
    return sum(entry.get(field.label) not in (None, "") for entry in entries_of(form, table_id))


def entry_area(form: Form, table_id: str, *, required: bool = False) -> Area:
    """The cells for entries; with `required`, only the column of the first required field."""
    table, moved = form.entry_tables[table_id], int(has_example(form, table_id))
    place = table.fields.index(_first_required(table))
    first, last = (place, place) if required else (1 if table.lines_for else 0, len(table.fields) - 1)
    return FIRST_ROW + moved, first + moved, LAST_ROW, last + moved


def tinted_area(form: Form, table_id: str) -> Area:
    """The cells that are tinted from the start."""
    top, first, _, last = entry_area(form, table_id)
    rows = max(_rows_offered(form.entry_tables[table_id]), len(entries_of(form, table_id)))
    return top, first, top + rows - 1, last


def _first_required(table: EntryTable) -> EntryField:
    asked = [field for field in table.fields if field.label != table.lines_for]
    return next((field for field in asked if field.required), asked[0])


def _rows_offered(table: EntryTable) -> int:
    return len(table.fields[0].choices) if table.lines_for else TINTED_ROWS


def _tint_the_next_row(form: Form, sheet: Worksheet, tinted: int, columns: _Columns) -> None:
    """Let Excel tint the row below the tinted ones as soon as the row above it is used."""
    first, left, last = columns.top + tinted, columns.left, columns.left + len(columns.fields) - 1
    above = ":".join(xl_rowcol_to_cell(first - 1, column, col_abs=True) for column in (left, last))
    used = {"type": "formula", "criteria": f"=COUNTA({above})>0", "format": form.looks.next}
    sheet.conditional_format(first, left, LAST_ROW, last, used)


def _look_of(looks: Looks, field: EntryField) -> Input:
    """The format of the cells of a field."""
    if field.type == "date":
        return looks.day
    return looks.count if field.type in ("count", "order", "difference") else looks.text
