"""The cover (表紙): whose form it is, what does not apply, and how far each table is filled in."""

from __future__ import annotations

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from nerima_report.edition.definition import fill
from nerima_report.edition.municipality import Words
from nerima_report.edition.tables import CountTable
from nerima_report.fiscal_year import full_date, full_name
from nerima_report.forms.form import MARK_COLUMN, PROGRESS_COLUMN, Form, FormCover, fed_lists, fingerprint
from nerima_report.forms.formulas import literal
from nerima_report.forms.inputs import ANY_DAY, ANYTHING, FROM_ONE, one_of, restrict, words_for
from nerima_report.forms.style import HEADER_ROW, Formula, fit_height, set_widths, write
from nerima_report.forms.table_sheets import answered, entry_area
from nerima_report.tallies.submission import (
    CONFIRMATION_FORM,
    COVER_HEADINGS,
    NO_REQUESTS,
    NOT_APPLICABLE,
    NOT_OURS,
    PUBLISHED_FORM,
    REQUEST_CHOICES,
    REQUESTS,
)

_WIDTHS = (28, 42, 20, 12, 14)
# What a 課 writes above the list: the label, what the cell takes, and the name of its prompt.
_ASKED = (
    ("提出回", FROM_ONE, "submission"),
    ("担当者", ANYTHING, "person"),
    ("内線", ANYTHING, "extension"),
    ("記入日", ANY_DAY, "day"),
    ("備考", ANYTHING, "remark"),
)


def write_cover(form: Form, sheet: Worksheet) -> None:
    """Write the facts, the list of parts and tables with its marks, and which definitions the form comes from."""
    looks = form.looks
    write(sheet, 0, 0, [form.texts.title], looks.title)
    about_requests = [form.texts.cover_requests] if form.choices else []
    for row, guide in enumerate([*form.texts.cover, *about_requests], start=1):
        write(sheet, row, 0, [form.say(guide)], looks.guide)
    set_widths(sheet, _WIDTHS)
    _write_facts(form, sheet)
    write(sheet, form.marks_row, 0, (*COVER_HEADINGS, form.texts.progress.heading), looks.heading)
    for key, (row, column) in form.marks.items():
        _write_line(form, sheet, key, row)
        fit_height(sheet, row, [(key, _WIDTHS[0]), (_said_of(form, key), _WIDTHS[1])])
        if key in form.choices:
            _write_choice(form, sheet, key)
        elif key in form.cover.withheld:
            write(sheet, row, column, [NOT_APPLICABLE], looks.earlier_heading)
        else:
            write(sheet, row, column, [NOT_APPLICABLE if key in form.cover.not_applicable else None], looks.text.cell)
            words = words_for(form, "not_applicable")
            restrict(sheet, (row, column, row, column), one_of((NOT_APPLICABLE,)), NOT_APPLICABLE, words)
    versions = {
        "版": form.edition.municipality.form_version,
        "定義": fingerprint(form.edition, registers=form.has_registers)[:12],
    }
    last = form.marks_row + len(form.marks)
    write(sheet, last + 2, 0, [fill(form.texts.version, versions)], looks.small)
    waiting = {"type": "text", "criteria": "begins with", "format": looks.waiting}
    for text in (form.texts.progress.left, form.texts.progress.nothing):
        area = (form.marks_row + 1, PROGRESS_COLUMN, last, PROGRESS_COLUMN)
        sheet.conditional_format(*area, {**waiting, "value": text.strip()})
    first = HEADER_ROW + form.facts.index(_ASKED[0][0])
    sheet.set_selection(first, 1, first, 1)


def _write_choice(form: Form, sheet: Worksheet, key: str) -> None:
    """Ask of a part whether there were requests; the column beside it is for its tables."""
    row, column = form.choices[key]
    chosen = NO_REQUESTS if key in form.cover.no_requests else NOT_OURS if key in form.cover.not_applicable else None
    write(sheet, row, column, [chosen], form.looks.text.cell)
    write(sheet, row, MARK_COLUMN, [None], form.looks.label)
    restrict(sheet, (row, column, row, column), one_of(REQUEST_CHOICES), REQUESTS, words_for(form, "requests"))


def _write_facts(form: Form, sheet: Worksheet) -> None:
    cover, looks = form.cover, form.looks
    facts: dict[str, object] = {
        "年度": full_name(cover.fiscal_year),
        "様式": _kind_of(cover, form.edition.words),
        "部": cover.department,
        "課": cover.section,
        "様式の版": form.edition.municipality.form_version,
        "提出回": cover.submission,
        "提出期限": full_date(cover.deadline) if cover.deadline else None,
        "備考": cover.remark,
    }
    open_looks = {label: looks.text.cell for label, _, _ in _ASKED}
    open_looks |= {"提出回": looks.ordinal, "記入日": looks.day.cell}
    for row, label in enumerate(form.facts, start=HEADER_ROW):
        shown = form.edition.words.label(label)
        write(sheet, row, 0, [shown], looks.label)
        fit_height(sheet, row, [(shown, _WIDTHS[0])])
        write(sheet, row, 1, [facts.get(label)], open_looks.get(label, looks.label))
    for label, allowed, kind in (asked for asked in _ASKED if asked[0] in form.facts):
        row = HEADER_ROW + form.facts.index(label)
        restrict(sheet, (row, 1, row, 1), allowed, label, words_for(form, kind))


def _kind_of(cover: FormCover, words: Words) -> str:
    """What the cover calls the form."""
    if cover.confirms:
        return CONFIRMATION_FORM
    if cover.published:
        return PUBLISHED_FORM
    return words.whole_form if cover.ward else words.section_form


def _write_line(form: Form, sheet: Worksheet, key: str, row: int) -> None:
    """A line of the list: a part with all its tables, or a table with a link to its sheet and its progress."""
    looks = form.looks
    table = form.tables.get(key)
    if table is None:
        write(sheet, row, 0, (key, _said_of(form, key), None), looks.label)
        write(sheet, row, PROGRESS_COLUMN, [None], looks.label)
        return
    caption = form.places[key].caption + 1 if key in form.places else 1
    sheet.write_url(row, 0, f"internal:'{form.sheet_of(key)}'!A{caption}", looks.link, key)
    write(sheet, row, 1, (_said_of(form, key), None), looks.label)
    write(sheet, row, PROGRESS_COLUMN, [_progress(form, key)], looks.label)
    grey = {"type": "formula", "criteria": f"={form.part_is_marked(key)}", "format": looks.unused}
    sheet.conditional_format(row, 0, row, MARK_COLUMN, grey)


def _said_of(form: Form, key: str) -> str:
    """What the cover calls a part or a table, and why it has no sheet, if it has none."""
    table = form.edition.tables.get(key) or form.edition.register_tables.get(key)
    title = table.readable_title if table else f"{form.edition.part_of(key).definition.title}のすべての表"
    if form.has_registers and key in fed_lists(form.edition, form.cover):
        return title + form.texts.registers.instead
    return title + (form.texts.withheld if key in form.cover.withheld else "")


def _progress(form: Form, table_id: str) -> Formula:
    """The formula for how far a table is filled in: 空欄あり 3, 記入済み, 2件, or － where it does not apply."""
    words, table = form.texts.progress, form.tables[table_id]
    if isinstance(table, CountTable):
        blanks = form.formulas.blanks(table_id)
        state = f"IF({blanks.text}=0,{literal(words.done)},{literal(words.left)}&{blanks.text})"
        result = f"{words.left}{blanks.result}" if blanks.result else words.done
    else:
        number = answered(form, table_id)
        cells = f"'{table_id}'!{xl_range_abs(*entry_area(form, table_id, required=True))}"
        state = f'IF(COUNTA({cells})=0,{literal(words.nothing)},COUNTA({cells})&"件")'
        result = f"{number}件" if number else words.nothing
    if not form.cover.applies(table_id):
        result = words.not_applicable
    return Formula(f"=IF({form.is_marked(table_id)},{literal(words.not_applicable)},{state})", result)
