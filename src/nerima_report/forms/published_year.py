"""An edition → the workbook into which a year published before the tool is typed.

It is a form of the ward with all tables, because what each 課 reported in that year is no longer known.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from nerima_report.edition import Edition
from nerima_report.edition.entries import AnyTable, EntryTable
from nerima_report.edition.lines import awaiting_lines
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable
from nerima_report.edition.texts import TemplateTexts
from nerima_report.fiscal_year import full_name
from nerima_report.forms import Filling, FormCover, render_form
from nerima_report.tallies.lines import with_default_roster, with_roster
from nerima_report.tallies.roster import RosterSection


def as_published(edition: Edition, free: Container[str] = ()) -> Edition:
    """The edition of a year (narrowed to it), changed so that a printed report can be typed in.

    Every table of counts is filled in for the ward, also those that the tool counts from entries. Of the
    list-like tables only the printed ones are asked for. In the tables of `free`, by their ids, the lines may be
    named otherwise: their 実施機関, 部 or 課 are those of the year.
    """
    texts = edition.years.template
    guide = edition.form_texts.guide.model_copy(update={"section": texts.guide})
    words = edition.form_texts.input.model_copy(update={"count": texts.count})
    update = {"title": texts.title, "cover": texts.cover, "guide": guide, "input": words}
    form_texts = edition.form_texts.model_copy(update=update)
    parts = tuple(_as_published(part, texts, free) for part in edition.parts)
    return replace(edition, parts=parts, own_form_texts=form_texts, from_print=True)


def not_printed(edition: Edition) -> tuple[str, ...]:
    """The list-like tables that are not printed: a published year cannot have them."""
    return tuple(table_id for table_id, table in edition.entry_tables.items() if not table.print)


def render_template(
    edition: Edition, fiscal_year: int, filling: Filling | None = None, roster: Sequence[RosterSection] = ()
) -> bytes:
    """The workbook for a year; `edition` is narrowed to it. The same input gives the same bytes.

    It proposes the lines of the `roster`, or of the default one, where the definitions name none.
    """
    cover = FormCover(fiscal_year, "", edition.words.whole, ward=True, published=True)
    free = frozenset(awaiting_lines(edition))
    named = with_roster(edition, roster) if roster else with_default_roster(edition, fiscal_year)
    return render_form(as_published(named, free), cover, filling or Filling())


def template_name(fiscal_year: int) -> str:
    """The name of the file: 令和3年度_公表された記録.xlsx."""
    return f"{full_name(fiscal_year)}_公表された記録.xlsx"


def _as_published(part: Part, texts: TemplateTexts, free: Container[str]) -> Part:
    tables = {key: _typed_in(table, texts, free=part.table_id(key) in free) for key, table in part.tables.items()}
    kept = {key: table for key, table in tables.items() if isinstance(table, CountTable) or table.print}
    return replace(part, tables=kept, uses=None, registers=(), incidents=None)


def _typed_in(table: AnyTable, texts: TemplateTexts, *, free: bool) -> AnyTable:
    if isinstance(table, EntryTable):
        return table.model_copy(update={"reported_by": "coordinator", "instruction": texts.entries})
    columns = tuple(column.model_copy(update={"where": (), "sum": "", "covers": ()}) for column in table.columns)
    rows = tuple(row.model_copy(update={"where": (), "covers": ()}) for row in table.rows)
    nothing = {
        "counted_from": "",
        "by": table.by if free else "",
        "divides": "",
        "of_column": "",
        "done_of": "",
        "where": (),
    }
    update = {"reported_by": "coordinator", "instruction": texts.counts + (texts.lines if free else ""), **nothing}
    return table.model_copy(update={**update, "columns": columns, "rows": rows})
