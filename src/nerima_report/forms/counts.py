"""The sheet of a table of counts: labels, input cells, last year's figures, totals, 検算 and rules for counting."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter.worksheet import Worksheet

from nerima_report.definitions import CellKey, CountTable, fill
from nerima_report.forms.form import Form, instruction
from nerima_report.forms.formulas import Total, stubs
from nerima_report.forms.inputs import COUNT, restrict, words_for
from nerima_report.forms.style import FIRST_ROW, HEADER_ROW, Formula, fit_height, set_widths, width_for, width_of, write
from nerima_report.layout import VERIFICATION

RULE_HEADING = "数え方"
_COUNT_WIDTH, _NARROWEST_RULES = 16, 52


def write_counts(form: Form, sheet: Worksheet, table_id: str, table: CountTable) -> None:
    """Write the table below the top of its sheet; earlier figures stand right of the counts, in grey."""
    columns, looks = form.columns[table_id], form.looks
    first, last = len(stubs(table)), len(stubs(table)) + len(columns)
    earlier = _earlier_headings(form, table_id)
    headings = [*stubs(table), *(column.heading for column in columns), *earlier, RULE_HEADING]
    labels = [[row.group, row.label][-first:] for row in table.rows]
    widths = [width_for(texts) for texts in zip(headings, *labels, strict=False)]
    widths += [_COUNT_WIDTH] * len(columns) + [_COUNT_WIDTH + 4] * len(earlier)
    # The instruction in A2 is not wrapped; it stays within the printed columns.
    widths.append(max(_NARROWEST_RULES, width_of(instruction(form, table)) - sum(widths)))
    set_widths(sheet, widths)
    write(sheet, (HEADER_ROW, 0), headings, looks.heading)
    write(sheet, (HEADER_ROW, last), earlier, looks.earlier_heading)
    fit_height(sheet, HEADER_ROW, zip(headings, widths, strict=True))
    for number, row in enumerate(table.rows, start=FIRST_ROW):
        keys = [CellKey(table_id, row.group, row.label, column.label) for column in columns]
        write(sheet, (number, 0), labels[number - FIRST_ROW], looks.label)
        write(sheet, (number, first), [form.counts.get(key) for key in keys], looks.count.cell)
        write(sheet, (number, last), _earlier(form, keys), looks.earlier)
        write(sheet, (number, last + len(earlier)), [row.rule], looks.label)
        fit_height(sheet, number, [*zip(labels[number - FIRST_ROW], widths, strict=False), (row.rule, widths[-1])])
    for number, (label, formulas, meaning) in enumerate(
        _computed_rows(form, table_id, table), start=FIRST_ROW + len(table.rows)
    ):
        write(sheet, (number, 0), ["", label][-first:], looks.total)
        write(sheet, (number, first), formulas, looks.result)
        totals = _earlier_totals(form, table_id, table) if label == table.total else [None] * len(earlier)
        write(sheet, (number, last), totals, looks.earlier)
        write(sheet, (number, last + len(earlier)), [meaning], looks.label)
        fit_height(sheet, number, [(meaning, widths[-1])])
    top, _, bottom, _ = form.formulas.area(table_id)
    for place, column in enumerate(columns, start=first):
        restrict(sheet, (top, place, bottom, place), COUNT, column.heading, words_for(form, "count"))
    sheet.set_selection(FIRST_ROW, first, FIRST_ROW, first)


def _computed_rows(form: Form, table_id: str, table: CountTable) -> Iterator[tuple[str, list[Formula | None], str]]:
    """The rows that Excel computes: label, the formula of each column (or none), and what it means."""
    totals = [Total(table_id, column.label) for column in form.columns[table_id]]
    if table.total:
        yield table.total, [form.formulas.total(total) for total in totals], ""
    linked = [form.formulas.linked(total) for total in totals]
    if any(linked):
        names = dict.fromkeys(f"{other.table_id}の{other.column}" for others in linked for other in others)
        checks = [form.formulas.check(total, others) for total, others in zip(totals, linked, strict=True)]
        yield VERIFICATION, checks, fill(form.texts.agreement, {"表": "、".join(names)})


def _earlier_headings(form: Form, table_id: str) -> list[str]:
    """A heading for each column of earlier figures; it differs from those of the data, so it is never read back."""
    heading = form.earlier_heading
    return [f"{heading}\n{column.heading}" for column in form.columns[table_id]] if heading else []


def _earlier(form: Form, keys: list[CellKey]) -> list[int | str | None]:
    earlier = form.filling.earlier
    return [earlier.counts.get(key) for key in keys] if earlier else []


def _earlier_totals(form: Form, table_id: str, table: CountTable) -> list[int | None]:
    """The sum of each earlier column, where every row of it is known."""
    totals: list[int | None] = []
    for column in form.columns[table_id] if form.filling.earlier else ():
        values = _earlier(form, [CellKey(table_id, row.group, row.label, column.label) for row in table.rows])
        known = [value for value in values if isinstance(value, int)]
        totals.append(sum(known) if len(known) == len(values) else None)
    return totals
