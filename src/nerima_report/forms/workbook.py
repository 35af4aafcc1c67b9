"""A collection workbook as a file: cover, 記入要領, a sheet of counts for each part, one for each list.

It is written with XlsxWriter, which stores a formula together with its result, so that totals can be read from a
workbook that was never opened in Excel.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from nerima_report.edition import Edition
from nerima_report.edition.definition import fill
from nerima_report.forms.count_sheets import write_count_sheet
from nerima_report.forms.cover import write_cover
from nerima_report.forms.form import Filling, Form, FormCover, fingerprint, instruction
from nerima_report.forms.formulas import Area, literal
from nerima_report.forms.guide import write_guide
from nerima_report.forms.style import FIRST_ROW, FONT, HEADER_ROW, Formula, add_sheet, make_looks, write
from nerima_report.forms.table_sheets import entry_area, has_example, tinted_area, write_entries, write_register
from nerima_report.places import CellKey
from nerima_report.tallies.layout import COVER_SHEET, GUIDE_SHEET
from nerima_report.tallies.submission import NO_REQUESTS

# The properties of the file that name the definitions it was made from.
FORM_VERSION, DEFINITIONS = "様式の版", "定義のハッシュ"


def write_form(
    path: Path,
    edition: Edition,
    cover: FormCover,
    counts: Mapping[CellKey, int],
    entries: Mapping[str, Sequence[Mapping[str, object]]],
) -> None:
    """Write the workbook of a section, or of the ward, for one year; see render_form."""
    path.write_bytes(render_form(edition, cover, Filling(counts, entries)))


def render_form(edition: Edition, cover: FormCover, filling: Filling) -> bytes:
    """The workbook of a section, or of the ward, for one year; the same input gives the same bytes.

    `edition` is narrowed to the year. What is missing in `filling`, or in a table that does not apply, stays
    blank. Raises ValueError for a cell or table that is not on the form.
    """
    edition = edition.on_forms_of(cover.fiscal_year)
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "default_format_properties": dict(FONT)})
    # The end of the year instead of the time of writing, which would differ in every run.
    workbook.set_properties({"title": edition.form_texts.title, "created": datetime(cover.fiscal_year + 1, 3, 31)})
    workbook.set_custom_property(FORM_VERSION, edition.municipality.form_version, "text")
    form = Form(edition, cover, filling, make_looks(workbook))
    workbook.set_custom_property(DEFINITIONS, fingerprint(edition, registers=form.has_registers), "text")
    _refuse_unknown(form)
    write_cover(form, add_sheet(workbook, COVER_SHEET, str(cover)))
    form = replace(form, lists=write_guide(form, add_sheet(workbook, GUIDE_SHEET, str(cover))))
    for name, table_ids in form.count_sheets.items():
        sheet = add_sheet(workbook, name, str(cover))
        write_count_sheet(form, sheet, table_ids)
        for table_id in table_ids:
            _write_instruction(form, sheet, table_id)
    for table_id, table in form.entry_tables.items():
        sheet = add_sheet(workbook, table_id, str(cover))
        sheet.freeze_panes(FIRST_ROW, 0)
        sheet.repeat_rows(HEADER_ROW)
        write(sheet, 0, 0, [table.readable_title], form.looks.title)
        if table_id in edition.registers:
            write_register(form, sheet, table_id, edition.registers[table_id])
        else:
            write_entries(form, sheet, table_id, table)
        if has_example(form, table_id):
            workbook.define_name(f"'{table_id}'!_xlnm.Print_Area", _printed_when_filled(form, table_id))
        _write_instruction(form, sheet, table_id)
    workbook.close()
    return content.getvalue()


def _printed_when_filled(form: Form, table_id: str) -> str:
    """What Excel prints of a list: down to the last filled row; without any, an empty cell, and so no page."""
    top, left, bottom, last = entry_area(form, table_id)
    sheet = f"'{table_id}'!"
    filled = f"{sheet}{xl_range_abs(top, left, bottom, last)}"
    lowest = f'SUMPRODUCT(MAX(({filled}<>"")*ROW({filled})))'
    right_end = f"INDEX({sheet}{xl_range_abs(0, last, bottom, last)},{lowest})"
    nothing = f"{sheet}{xl_rowcol_to_cell(0, last + 2, True, True)}"
    return f"=IF(COUNTA({filled})=0,{nothing},{sheet}$A$1:{right_end})"


def _refuse_unknown(form: Form) -> None:
    known = {
        row.key(table_id, column.label)
        for table_id, columns in form.columns.items()
        for row in form.edition.count_tables[table_id].filled_rows
        for column in columns
        if not column.sum_of
    }
    counts, entries = form.filling.counts, form.filling.entries
    given = [*entries, *(form.filling.registers or ())]
    unknown = [*(key for key in counts if key not in known), *(key for key in given if key not in form.tables)]
    if unknown:
        raise ValueError(f"not on this form: {unknown[0]}")


def _write_instruction(form: Form, sheet: Worksheet, table_id: str) -> None:
    """Write the instruction below the caption, or 該当なし where the cover says so; then the cells are grey."""
    table = form.tables[table_id]
    row = form.places[table_id].caption + 1 if table_id in form.places else 1
    look = form.looks.wrapped if table_id in form.places else form.looks.guide
    text = instruction(form, table) + _earlier_entries(form, table_id)
    condition = form.is_marked(table_id)
    if not condition:
        write(sheet, row, 0, [text], look)
        return
    marked, none = form.texts.not_applicable, form.texts.no_requests
    ranges = [xl_range_abs(*area) for area in _areas(form, table_id)]
    # The length of the texts, because Excel counts a cell with a formula that shows nothing as filled.
    written = "+".join(f"SUMPRODUCT(LEN({cells}))" for cells in ranges)
    state = f'{literal(marked)}&IF({written}>0,{literal(form.texts.clash)},"")'
    otherwise, result = literal(text), text
    if choice := form.choice_of(table_id):
        numbers = "+".join(f'SUMPRODUCT(--({cells}<>0),--({cells}<>""))' for cells in ranges)
        clash = f'IF({numbers}>0,{literal(form.texts.no_requests_clash)},"")'
        otherwise = f"IF('{COVER_SHEET}'!{choice}=\"{NO_REQUESTS}\",{literal(none)}&{clash},{otherwise})"
        result = none if form.shows_no_requests(table_id) else text
    result = result if form.cover.applies(table_id) else marked
    write(sheet, row, 0, [Formula(f"=IF({condition},{state},{otherwise})", result)], look)
    _grey_when_marked(form, sheet, table_id, row)


def _grey_when_marked(form: Form, sheet: Worksheet, table_id: str, row: int) -> None:
    """Grey the input cells while the row of the instruction says 該当なし, and colour what is written in them.

    The condition refers to this sheet, because not every version of Excel allows references to another sheet here.
    """
    marked = form.texts.not_applicable
    greyed = f"LEFT({xl_rowcol_to_cell(row, 0, True, True)},{len(marked)})={literal(marked)}"
    for area in _areas(form, table_id):
        written = f'=AND({greyed},{xl_rowcol_to_cell(*area[:2])}<>"")'
        clash = {"type": "formula", "criteria": written, "format": form.looks.clash, "stop_if_true": True}
        sheet.conditional_format(*area, clash)
        tinted = tinted_area(form, table_id) if table_id in form.entry_tables else area
        sheet.conditional_format(*tinted, {"type": "formula", "criteria": f"={greyed}", "format": form.looks.unused})


def _areas(form: Form, table_id: str) -> list[Area]:
    """The cells of a table that are filled in."""
    is_list = table_id in form.entry_tables
    return [entry_area(form, table_id)] if is_list else form.formulas.areas(table_id)


def _earlier_entries(form: Form, table_id: str) -> str:
    """How many rows a list-like table had in the earlier year, if that is known."""
    earlier = form.filling.earlier
    table = form.entry_tables.get(table_id)
    if earlier is None or table is None or table.lines_for or table_id not in earlier.entries:
        return ""
    facts = {"見出し": form.earlier_heading, "件数": str(earlier.entries[table_id])}
    return fill(form.texts.earlier_entries, facts)
