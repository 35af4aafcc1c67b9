"""Collection workbooks (集計様式): a cover and one sheet a table, blank or filled in.

A reader finds a cell by sheet name, heading and row label; only the look depends on positions.
XlsxWriter writes them, because it stores a formula together with its result: totals can be read from
a workbook that nobody has opened in Excel.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from nerima_report.definitions import (
    CellKey,
    Column,
    CountTable,
    EntryField,
    EntryTable,
    TableDefinition,
    placeholders_in,
)
from nerima_report.edition import Edition
from nerima_report.fiscal_year import full_name
from nerima_report.form_formulas import Formulas, Total, stubs
from nerima_report.form_style import (
    FIRST_ROW,
    FONT,
    HEADER_ROW,
    Formula,
    Looks,
    add_sheet,
    make_looks,
    set_widths,
    width_for,
    width_of,
    write,
)
from nerima_report.layout import COVER_SHEET, VERIFICATION
from nerima_report.submissions import NOT_APPLICABLE, SECTION_FORM, WARD_FORM

FORM_TITLE = "運用状況 集計様式"
COVER_HEADINGS = ("キー", "内容", NOT_APPLICABLE)
RULE_HEADING = "数え方"

_ENTRY_ROWS = 20  # tinted rows for entries; more can be written below them
_COVER_GUIDES = (
    "色の付いた欄に書く。なかったものには 0 と書く（空欄は未記入とみなす）。",
    f"部や表がまるごと関係ないときは、下の一覧の右の欄に「{NOT_APPLICABLE}」と書く。",
)
# Instructions speak to a section. For the ward, the tables of the sections ask only for persons after matching.
_WARD_GUIDE = "課の数を足さずに名寄せした数を書く（同じ人は、区全体で1人とし、1行だけに数える）。"


@dataclass(frozen=True)
class FormCover:
    """What the cover says: year, section, which of the two forms, and what does not apply.

    `not_applicable` holds keys of parts (個人) or ids of tables (個人.第三者点検).
    """

    fiscal_year: int
    department: str
    section: str
    ward: bool = False
    submission: int = 1
    not_applicable: frozenset[str] = frozenset()
    remark: str = ""

    def applies(self, table_id: str) -> bool:
        """Whether the section reports this table."""
        return self.not_applicable.isdisjoint({table_id, table_id.partition(".")[0]})

    def __str__(self) -> str:
        """Whose form it is: 令和4年度 総務部 情報公開課."""
        return f"{full_name(self.fiscal_year)} {self.department} {self.section}"


@dataclass(frozen=True)
class _Form:
    """A workbook being written: its definitions, its columns of counts by table, and what goes into it."""

    edition: Edition
    cover: FormCover
    columns: Mapping[str, tuple[Column, ...]]
    counts: Mapping[CellKey, int]
    formulas: Formulas
    looks: Looks

    @property
    def tables(self) -> dict[str, CountTable | EntryTable]:
        """The tables of this form in the order of their sheets."""
        entries = self.edition.collected_entries(self.cover.ward)
        defined = {key: table for key, table in self.edition.tables.items() if key in self.columns or key in entries}
        return defined | entries


def write_form(
    path: Path,
    edition: Edition,
    cover: FormCover,
    counts: Mapping[CellKey, int],
    entries: Mapping[str, Sequence[Mapping[str, object]]],
) -> None:
    """Write the workbook of a section, or of the ward, for one year; the same input gives the same bytes.

    `edition` is narrowed to the year. `counts` are 件 or 人 by cell, `entries` the rows of the list-like
    tables by table id, each by label of field; what is missing, or in a table that does not apply, stays
    blank. Raises ValueError for a cell or table that is not on the form.
    """
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "default_format_properties": dict(FONT)})
    # The end of the year instead of the time of writing, which would differ in every run.
    workbook.set_properties({"title": FORM_TITLE, "created": datetime(cover.fiscal_year + 1, 3, 31)})
    columns = edition.collected_counts(cover.ward)
    applicable = {key: count for key, count in counts.items() if cover.applies(key.table)}
    formulas = Formulas(edition, columns, applicable)
    form = _Form(edition, cover, columns, applicable, formulas, make_looks(workbook))
    _refuse_unknown(form, counts, entries)
    _write_cover(form, add_sheet(workbook, COVER_SHEET, str(cover)))
    for table_id, table in form.tables.items():
        sheet = add_sheet(workbook, table_id, str(cover))
        guide = _WARD_GUIDE if cover.ward and table.reported_by == "section" else table.instruction
        _write_top(form, sheet, _readable_title(table), [guide])
        sheet.freeze_panes(FIRST_ROW, 0)
        sheet.repeat_rows(HEADER_ROW)
        if isinstance(table, CountTable):
            _write_counts(form, sheet, table_id, table)
        else:
            _write_entries(form, sheet, table, entries.get(table_id, ()) if cover.applies(table_id) else ())
    workbook.close()
    path.write_bytes(content.getvalue())


def _refuse_unknown(form: _Form, counts: Iterable[CellKey], entries: Iterable[str]) -> None:
    known = {
        CellKey(table_id, row.group, row.label, column.label)
        for table_id, columns in form.columns.items()
        for row in form.edition.count_tables[table_id].rows
        for column in columns
    }
    unknown = [*(key for key in counts if key not in known), *(key for key in entries if key not in form.tables)]
    if unknown:
        raise ValueError(f"not on this form: {unknown[0]}")


def _write_top(form: _Form, sheet: Worksheet, title: str, guides: Sequence[str]) -> None:
    write(sheet, (0, 0), [title], form.looks.title)
    for row, guide in enumerate(guides, start=1):
        write(sheet, (row, 0), [guide], form.looks.guide)


def _write_cover(form: _Form, sheet: Worksheet) -> None:
    cover, looks = form.cover, form.looks
    _write_top(form, sheet, FORM_TITLE, _COVER_GUIDES)
    set_widths(sheet, (24, 62, 14))
    facts: dict[str, object] = {
        "年度": full_name(cover.fiscal_year),
        "様式": WARD_FORM if cover.ward else SECTION_FORM,
        "部": cover.department,
        "課": cover.section,
        "様式の版": form.edition.municipality.form_version,
    }
    lines = [(label, value, looks.label) for label, value in facts.items()]
    lines += [("提出回", cover.submission, looks.count), ("備考", cover.remark, looks.text)]
    for row, (label, value, look) in enumerate(lines, start=HEADER_ROW):
        write(sheet, (row, 0), [label], looks.label)
        write(sheet, (row, 1), [value], look)
    top = HEADER_ROW + len(lines) + 1
    write(sheet, (top, 0), COVER_HEADINGS, looks.heading)
    for row, (key, content) in enumerate(_cover_keys(form), start=top + 1):
        write(sheet, (row, 0), (key, content), looks.label)
        write(sheet, (row, 2), [NOT_APPLICABLE if key in cover.not_applicable else None], looks.text)


def _cover_keys(form: _Form) -> Iterator[tuple[str, str]]:
    """What can be marked 該当なし: each part with tables on the form, then these tables; at last 調整."""
    titles = {table_id: _readable_title(table) for table_id, table in form.tables.items()}
    for part in form.edition.parts:
        own = [table_id for table_id in map(part.table_id, part.tables) if table_id in titles]
        if own:
            yield part.key, f"{part.definition.title}のすべての表"
        yield from ((table_id, titles.pop(table_id)) for table_id in own)
    yield from titles.items()


def _write_counts(form: _Form, sheet: Worksheet, table_id: str, table: CountTable) -> None:
    columns, looks = form.columns[table_id], form.looks
    first, last = len(stubs(table)), len(stubs(table)) + len(columns)
    headings = [*stubs(table), *(column.heading for column in columns), RULE_HEADING]
    labels = [[row.group, row.label][-first:] for row in table.rows]
    write(sheet, (HEADER_ROW, 0), headings, looks.heading)
    for number, row in enumerate(table.rows, start=FIRST_ROW):
        values = [form.counts.get(CellKey(table_id, row.group, row.label, column.label)) for column in columns]
        write(sheet, (number, 0), labels[number - FIRST_ROW], looks.label)
        write(sheet, (number, first), values, looks.count)
        write(sheet, (number, last), [row.rule], looks.label)
    for number, (label, formulas, meaning) in enumerate(
        _computed_rows(form, table_id, table), start=FIRST_ROW + len(table.rows)
    ):
        write(sheet, (number, 0), ["", label][-first:], looks.total)
        write(sheet, (number, first), formulas, looks.result)
        write(sheet, (number, last), [meaning], looks.label)
    widths = [*(width_for(texts) for texts in zip(headings, *labels, strict=False)), *(16 for _ in columns)]
    # The instruction in A2 is not wrapped; it stays within the printed columns.
    set_widths(sheet, [*widths, max(52, width_of(table.instruction) - sum(widths))])


def _computed_rows(form: _Form, table_id: str, table: CountTable) -> Iterator[tuple[str, list[Formula | None], str]]:
    """The rows that Excel computes: label, the formula of each column (or none), and what it means."""
    totals = [Total(table_id, column.label) for column in form.columns[table_id]]
    if table.total:
        yield table.total, [form.formulas.total(total) for total in totals], ""
    linked = [form.formulas.linked(total) for total in totals]
    if any(linked):
        names = dict.fromkeys(f"{other.table_id}の{other.column}" for others in linked for other in others)
        checks = [form.formulas.check(total, others) for total, others in zip(totals, linked, strict=True)]
        yield VERIFICATION, checks, f"{'、'.join(names)}の合計と同じなら ✓、違えばその差が出る。"


def _write_entries(form: _Form, sheet: Worksheet, table: EntryTable, entries: Sequence[Mapping[str, object]]) -> None:
    sheet.set_landscape()
    rows = [*entries, *({} for _ in range(_ENTRY_ROWS - len(entries)))]
    for place, field in enumerate(table.fields):
        heading = f"{field.label}({field.unit})" if field.unit else field.label
        write(sheet, (HEADER_ROW - 1, place), [_hint(field)], form.looks.hint)
        write(sheet, (HEADER_ROW, place), [heading], form.looks.heading)
        for number, entry in enumerate(rows, start=FIRST_ROW):
            write(sheet, (number, place), [entry.get(field.label)], _look(form.looks, field))
        sheet.set_column(place, place, 40 if field.type == "text" else width_for([heading, *field.choices]))


def _look(looks: Looks, field: EntryField) -> Format:
    if field.type == "date":
        return looks.day
    return looks.count if field.type in ("count", "order", "difference") else looks.text


def _hint(field: EntryField) -> str:
    """What to write in a field: the choices, the rule, and that it may stay empty."""
    choices = f"どれか一つ（{'、'.join(field.choices)}）。" if field.choices else ""
    return choices + (field.rule or ("" if field.required else "空けてもよい。"))


def _readable_title(table: TableDefinition) -> str:
    """The title of a table, or its key where the title waits for values: 第三者点検."""
    return table.key if placeholders_in(table.title) else table.title
