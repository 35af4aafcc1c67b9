"""The sheet of a register: the open entries of the 課, to confirm, change or end, and room for new ones."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from nerima_report.edition.entries import EntryField
from nerima_report.edition.registers import ANSWER, NUMBER, TRACE, Register
from nerima_report.forms.entries import (
    LAST_ROW,
    TINTED_ROWS,
    entries_of,
    heading,
    hint,
    look_of,
    tint_the_next_row,
    width_of_field,
)
from nerima_report.forms.form import Form
from nerima_report.forms.inputs import allowed_in, restrict, words_for
from nerima_report.forms.style import FIRST_ROW, HEADER_ROW, fit_height, write

_LOCKED = (NUMBER, TRACE)
_LINE = 12
_WIDTHS = {NUMBER: 16, ANSWER: 26, TRACE: 14}
_TEXT_WIDTH = 30
_A3, _PAGES_WIDE = 8, 2  # more columns than any page takes: two pages beside each other, with the number on both


def write_register(form: Form, sheet: Worksheet, table_id: str, register: Register) -> None:
    """Write the headings, the articles and hints above them, and the entries; number and trace are locked."""
    table = register.table
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.fit_to_pages(_PAGES_WIDE, 0)
    sheet.repeat_columns(0)
    sheet.freeze_panes(FIRST_ROW, 2)
    given = entries_of(form, table_id)
    rows = [*given, *({} for _ in range(TINTED_ROWS))]
    for row in range(HEADER_ROW - 1):  # the columns are unlocked as a whole, the cells above the headings are not
        write(sheet, (row, 1), [None] * (len(table.fields) - 1), form.looks.locked)
    for place, field in enumerate(table.fields):
        _write_column(form, sheet, place, field, len(rows))
        look = form.looks.label if field.label in _LOCKED else look_of(form.looks, field).cell
        if field.label == TRACE:
            look = form.looks.earlier
        for number, entry in enumerate(rows, start=FIRST_ROW):
            write(sheet, (number, place), [entry.get(field.label)], look)
    fit_height(sheet, HEADER_ROW - 1, [(hint(field), _width(field)) for field in table.fields], _LINE)
    tint_the_next_row(form, sheet, len(rows), len(table.fields))
    for number, entry in enumerate(given, start=FIRST_ROW):
        texts = [(str(entry.get(field.label) or ""), _width(field)) for field in table.fields if field.type == "text"]
        fit_height(sheet, number, texts)
    first = [field.label for field in table.fields].index(ANSWER)
    sheet.set_selection(FIRST_ROW, first, FIRST_ROW, first)


def _write_column(form: Form, sheet: Worksheet, place: int, field: EntryField, rows: int) -> None:
    locked = field.label in _LOCKED
    sheet.set_column(place, place, _width(field), form.looks.locked if locked else look_of(form.looks, field).below)
    write(sheet, (HEADER_ROW - 1, place), [hint(field)], form.looks.hint)
    write(sheet, (HEADER_ROW, place), [heading(field)], form.looks.heading)
    if not locked:
        words = words_for(form, "any_date" if field.any_year else field.type, hint(field))
        restrict(
            sheet,
            (FIRST_ROW, place, max(LAST_ROW, FIRST_ROW + 2 * rows), place),
            allowed_in(form, field),
            heading(field),
            words,
        )


def _width(field: EntryField) -> int:
    return _WIDTHS.get(field.label) or (_TEXT_WIDTH if field.type == "text" else width_of_field(field))
