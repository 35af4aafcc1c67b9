"""The sheets of list-like tables and of registers: one row an entry, as many as it takes.

On the sheet of a register stand the open entries of the 課, to confirm, change or end, and room for new ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.edition.registers import ANSWER, NUMBER, TRACE, Register
from nerima_report.forms.form import Form
from nerima_report.forms.inputs import Area, allowed_in, restrict, words_for
from nerima_report.forms.style import FIRST_ROW, HEADER_ROW, Input, Looks, fit_height, width_for, write

TINTED_ROWS = 20  # more can be written below them: the next row is tinted as soon as one is used
LAST_ROW = FIRST_ROW + 999
_TEXT_WIDTH, _HINT_LINE = 40, 12
_LOCKED = (NUMBER, TRACE)
_LINE = 12
_WIDTHS = {NUMBER: 16, ANSWER: 26, TRACE: 14}
_REGISTER_TEXT_WIDTH = 30
_A3, _PAGES_WIDE = 8, 2  # more columns than any page takes: two pages beside each other, with the number on both


def write_entries(form: Form, sheet: Worksheet, table_id: str, table: EntryTable) -> None:
    """Write the headings, the hints above them and the entries, with open rows below."""
    sheet.set_landscape()
    given = entries_of(form, table_id)
    rows = [*given, *({} for _ in range(_rows_offered(table) - len(given)))]
    for row in range(HEADER_ROW - 1):  # the columns are unlocked as a whole, the cells above the headings are not
        write(sheet, (row, 1), [None] * (len(table.fields) - 1), form.looks.locked)
    for place, field in enumerate(table.fields):
        label, look = field.heading, look_of(form.looks, field)
        sheet.set_column(place, place, width_of_field(field), look.below)
        write(sheet, (HEADER_ROW - 1, place), [field.hint], form.looks.hint)
        write(sheet, (HEADER_ROW, place), [label], form.looks.heading)
        for number, entry in enumerate(rows, start=FIRST_ROW):
            write(sheet, (number, place), [entry.get(field.label)], look.cell)
        restrict(
            sheet,
            (FIRST_ROW, place, LAST_ROW, place),
            allowed_in(form, field),
            label,
            words_for(form, "any_date" if field.any_year else field.type, field.hint),
        )
    fit_height(sheet, HEADER_ROW - 1, [(field.hint, width_of_field(field)) for field in table.fields], _HINT_LINE)
    if not table.lines_for:
        tint_the_next_row(form, sheet, len(rows), len(table.fields))
    first = entry_area(table)[1]
    sheet.set_selection(FIRST_ROW, first, FIRST_ROW, first)


def entries_of(form: Form, table_id: str) -> Sequence[dict[str, object]]:
    """The entries that go into a table: none where it does not apply; where it has lines, one for each line."""
    table = form.entry_tables[table_id]
    given = {**form.filling.entries, **(form.filling.registers or {})}
    entries = [dict(e) for e in given.get(table_id, ())] if form.cover.applies(table_id) else []
    if not table.lines_for:
        return entries
    answers = {entry.get(table.lines_for): entry for entry in entries}
    return [{table.lines_for: line} | answers.get(line, {}) for line in table.fields[0].choices]


def answered(form: Form, table_id: str) -> int:
    """In how many rows the first required field is filled."""
    field = _first_required(form.entry_tables[table_id])
    return sum(entry.get(field.label) not in (None, "") for entry in entries_of(form, table_id))


def entry_area(table: EntryTable, *, required: bool = False) -> Area:
    """The cells for entries; with `required`, only the column of the first required field."""
    place = table.fields.index(_first_required(table))
    first, last = (place, place) if required else (1 if table.lines_for else 0, len(table.fields) - 1)
    return FIRST_ROW, first, LAST_ROW, last


def tinted_area(form: Form, table_id: str) -> Area:
    """The cells that are tinted from the start."""
    top, first, _, last = entry_area(form.entry_tables[table_id])
    rows = max(_rows_offered(form.entry_tables[table_id]), len(entries_of(form, table_id)))
    return top, first, top + rows - 1, last


def width_of_field(field: EntryField) -> int:
    """How wide the column of a field is, in digits."""
    return _TEXT_WIDTH if field.type == "text" else width_for([field.heading, *field.choices])


def _first_required(table: EntryTable) -> EntryField:
    asked = [field for field in table.fields if field.label != table.lines_for]
    return next((field for field in asked if field.required), asked[0])


def _rows_offered(table: EntryTable) -> int:
    return len(table.fields[0].choices) if table.lines_for else TINTED_ROWS


def tint_the_next_row(form: Form, sheet: Worksheet, tinted: int, width: int) -> None:
    """Let Excel tint the row below the tinted ones as soon as the row above it is used."""
    first = FIRST_ROW + tinted
    above = f"{xl_rowcol_to_cell(first - 1, 0, col_abs=True)}:{xl_rowcol_to_cell(first - 1, width - 1, col_abs=True)}"
    used = {"type": "formula", "criteria": f"=COUNTA({above})>0", "format": form.looks.next}
    sheet.conditional_format(first, 0, LAST_ROW, width - 1, used)


def look_of(looks: Looks, field: EntryField) -> Input:
    """The format of the cells of a field."""
    if field.type == "date":
        return looks.day
    return looks.count if field.type in ("count", "order", "difference") else looks.text


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
    fit_height(sheet, HEADER_ROW - 1, [(field.hint, _width(field)) for field in table.fields], _LINE)
    tint_the_next_row(form, sheet, len(rows), len(table.fields))
    for number, entry in enumerate(given, start=FIRST_ROW):
        texts = [(str(entry.get(field.label) or ""), _width(field)) for field in table.fields if field.type == "text"]
        fit_height(sheet, number, texts)
    first = [field.label for field in table.fields].index(ANSWER)
    sheet.set_selection(FIRST_ROW, first, FIRST_ROW, first)


def _write_column(form: Form, sheet: Worksheet, place: int, field: EntryField, rows: int) -> None:
    locked = field.label in _LOCKED
    sheet.set_column(place, place, _width(field), form.looks.locked if locked else look_of(form.looks, field).below)
    write(sheet, (HEADER_ROW - 1, place), [field.hint], form.looks.hint)
    write(sheet, (HEADER_ROW, place), [field.heading], form.looks.heading)
    if not locked:
        words = words_for(form, "any_date" if field.any_year else field.type, field.hint)
        restrict(
            sheet,
            (FIRST_ROW, place, max(LAST_ROW, FIRST_ROW + 2 * rows), place),
            allowed_in(form, field),
            field.heading,
            words,
        )


def _width(field: EntryField) -> int:
    return _WIDTHS.get(field.label) or (_REGISTER_TEXT_WIDTH if field.type == "text" else width_of_field(field))
