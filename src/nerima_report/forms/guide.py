"""The page 記入要領: how to fill the form in, made from the same tables and links as the checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.edition.part import Part
from nerima_report.edition.tables import Cells, CountTable, Link, fill
from nerima_report.forms.form import Form, instruction
from nerima_report.forms.formulas import Total
from nerima_report.forms.inputs import needs_a_range
from nerima_report.forms.style import fit_height, set_widths, write
from nerima_report.tallies.layout import GUIDE_SHEET

_WIDTHS = (34, 90)


class PageLine(NamedTuple):
    """A line of the page: its subject and its text; a heading has no text. `strong`: a new table begins."""

    about: str
    text: str = ""
    strong: bool = False


def write_guide(form: Form, sheet: Worksheet) -> dict[tuple[str, ...], str]:
    """Write the page; returns where the choices stand that are too long for the list of a cell."""
    looks = form.looks
    set_widths(sheet, _WIDTHS)
    sheet.repeat_rows(0, 2)
    write(sheet, 0, 0, [form.texts.guide.title], looks.title)
    write(sheet, 1, 0, [str(form.cover)], looks.guide)
    row = 3
    for line in _lines(form):
        look = looks.total if line.strong else looks.label
        write(sheet, row, 0, line[:2], look if line.text else looks.band)
        fit_height(sheet, row, zip(line[:2], _WIDTHS, strict=True))
        row += 1
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
    texts = form.texts.guide
    for section in texts.section:
        if section.stands_on(form.cover.ward):
            for number, text in enumerate(section.lines):
                yield PageLine("" if number else section.heading, form.say(text))
    yield PageLine(texts.tables)
    for table_id, table in form.tables.items():
        yield PageLine(table_id, table.readable_title, strong=True)
        yield from (PageLine("", text) for text in (instruction(form, table),) if text)
        if isinstance(table, CountTable):
            yield from (
                PageLine(f"　{row.group} {row.label}" if row.group else f"　{row.label}", row.rule)
                for row in table.rows
                if row.rule
            )
        else:
            yield from _fields(form, table)
    links = list(_links(form))
    if links:
        yield PageLine(texts.links)
        yield from (PageLine("", text) for text in (texts.checked, *links))


def _fields(form: Form, table: EntryTable) -> Iterator[PageLine]:
    """The fields of a list-like table: what must be written, what may be left out, and the choices."""
    texts = form.texts.guide
    for required, text in ((True, texts.required), (False, texts.optional)):
        # For fields that are required in some rows only, the rule of the field says so.
        labels = [field.label for field in table.fields if field.required is required and not field.required_when]
        if labels:
            yield PageLine("", fill(text, {"項目": "、".join(labels)}))
    for field in table.fields:
        choices = "" if needs_a_range(field.choices) or field.meanings else "、".join(field.choices)
        if field.rule or choices:
            yield PageLine(f"　{field.label}", "\n".join(filter(None, (choices, field.rule))))


def _links(form: Form) -> Iterator[str]:
    """What must agree on this form, in words."""
    for part in form.edition.parts:
        for link in part.links:
            sides = (link.left, link.right)
            if all(form.formulas.stands_here(Total(part.table_id(side.table), side.column)) for side in sides):
                yield _sentence(form, part, link)


def _sentence(form: Form, part: Part, link: Link) -> str:
    texts = form.texts.guide.link
    left, right = (_in_words(part, link, side) for side in (link.left, link.right))
    text = fill(getattr(texts, link.relation), {"左": left, "右": right})
    advice = "" if link.severity in (None, "error") else texts.advice
    return f"{text}{advice}\n{fill(texts.because, {'理由': link.why})}"


def _in_words(part: Part, link: Link, side: Cells) -> str:
    """A side of a link: 公開.処理状況の「部分公開」と「非公開」の件数, or …の件数の合計."""
    table = part.table_id(side.table)
    group = f"{side.group} " if side.group else ""
    if side.rows:
        return f"{table}の" + "と".join(f"「{group}{row}」" for row in side.rows) + f"の{side.column}"
    if side.group:
        return f"{table}の「{side.group}」の{side.column}"
    return f"{table}の行ごとの{side.column}" if link.each_row else f"{table}の{side.column}の合計"


def _long_choices(form: Form) -> list[EntryField]:
    """The fields whose choices do not fit into the list of a cell or need an explanation; one field for each list."""
    fields = (field for table in form.entry_tables.values() for field in table.fields)
    listed = {field.choices: field for field in fields if field.meanings or needs_a_range(field.choices)}
    return list(listed.values())
