"""The page 記入要領: how to fill the form in, and what is asked for, table by table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from nerima_report.edition.definition import fill
from nerima_report.edition.entries import AnyTable, EntryField, EntryTable
from nerima_report.forms.form import Form, instruction
from nerima_report.forms.inputs import needs_a_range
from nerima_report.forms.style import fit_height, set_widths, write
from nerima_report.tallies.layout import GUIDE_SHEET

_WIDTHS = (30, 100)


class PageLine(NamedTuple):
    """A line of the page: its subject and its text; a heading has no text."""

    about: str
    text: str = ""


def write_guide(form: Form, sheet: Worksheet) -> dict[tuple[str, ...], str]:
    """Write the page; returns where the choices stand that are too long for the list of a cell."""
    looks = form.looks
    set_widths(sheet, _WIDTHS)
    sheet.repeat_rows(0, 2)
    write(sheet, 0, 0, [form.texts.guide.title], looks.title)
    write(sheet, 1, 0, [str(form.cover)], looks.guide)
    row = 3
    for line in _lines(form):
        write(sheet, row, 0, line, looks.label if line.text else looks.band)
        fit_height(sheet, row, zip(line, _WIDTHS, strict=True))
        row += 1
    sheet.print_area(0, 0, row - 1, len(_WIDTHS) - 1)  # the choices below are for the screen
    ranges = {}
    for field in _long_choices(form):
        about = field.label if field.meanings else ""
        write(sheet, row, 0, (form.texts.guide.choices, about), looks.band)
        row += 1
        place, meanings = (0, field.meanings) if field.meanings else (1, field.choices)
        for number, (choice, meaning) in enumerate(zip(field.choices, meanings, strict=True), start=row):
            write(sheet, number, 0, (choice if field.meanings else "", meaning), looks.label)
            fit_height(sheet, number, [(meaning, _WIDTHS[1])])
        ranges[field.choices] = f"='{GUIDE_SHEET}'!{xl_range_abs(row, place, row + len(field.choices) - 1, place)}"
        row += len(field.choices)
    return ranges


def _lines(form: Form) -> Iterator[PageLine]:
    """The sentences for everybody, then each table that this 課 is asked for.

    How single rows and fields are to be filled in stands beside them on their sheets.
    """
    texts = form.texts.guide
    heading = ""
    for section in texts.section:
        if section.stands_on(form.cover.ward) and section.about in form.subjects:
            for text in section.lines:
                yield PageLine("" if section.heading == heading else section.heading, form.say(text))
                heading = section.heading
    yield PageLine(texts.tables)
    for table_id, table in form.tables.items():
        if form.cover.applies(table_id):
            lines = [table.readable_title, instruction(form, table), *_fields(form, table)]
            yield PageLine(table_id, "\n".join(filter(None, lines)))


def _fields(form: Form, table: AnyTable) -> Iterator[str]:
    """Which fields of a list-like table must be filled in, and which may be left out."""
    texts = form.texts.guide
    fields = table.fields if isinstance(table, EntryTable) else ()
    for required, text in ((True, texts.required), (False, texts.optional)):
        # For fields that are required in some rows only, or that come due, the rule of the field says so.
        always = (field for field in fields if not (field.required_when or field.due_when))
        labels = [field.label for field in always if field.required is required]
        if labels:
            yield fill(text, {"項目": "、".join(labels)})


def _long_choices(form: Form) -> list[EntryField]:
    """The fields whose choices do not fit into the list of a cell or need an explanation; one field for each list."""
    fields = (field for table in form.entry_tables.values() for field in table.fields)
    listed = {field.choices: field for field in fields if field.meanings or needs_a_range(field.choices)}
    return list(listed.values())
