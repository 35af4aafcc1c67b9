"""A register as of a day → data that machines read: CSV and Excel, one row an entry, one column a datum.

After 総務省「統計表における機械判読可能なデータの表記方法の統一ルール」(2020-12-18): values only, units and years in
columns of their own, western years, nothing merged, one table from A1 on.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time

from nerima_report.edition import Edition
from nerima_report.edition.registers import (
    CHANGED,
    DEPARTMENT,
    ENDED,
    NUMBER,
    REGISTERED,
    SECTION,
    RegisterField,
)
from nerima_report.files import write_csv
from nerima_report.registers.entry import RegisterEntry
from nerima_report.registers.views import RegisterView

# Beside a number: its unit, the fiscal year that it is about, and whether there is one at all (a blank is no zero).
UNIT, YEAR, STATUS = "の単位", "の年度", "の状態"
GIVEN, NOT_GIVEN = "記載あり", "記載なし"
_COLUMN_WIDTH, _TEXT_WIDTH = 14, 28  # characters


def data_of(view: RegisterView, edition: Edition) -> tuple[list[str], list[list[object]]]:
    """The headings, and the values of each entry: texts, counts as int, dates as date, None where there is nothing."""
    cells = [dict(_cells(view, edition, entry)) for entry in view.entries]
    blank = RegisterEntry("", "", "")
    return [heading for heading, _ in _cells(view, edition, blank)], [list(row.values()) for row in cells]


def render_csv(view: RegisterView, edition: Edition) -> bytes:
    """The CSV: UTF-8 with BOM, CRLF, one header."""
    headings, rows = data_of(view, edition)
    return write_csv(headings, rows)


def render_xlsx(view: RegisterView, edition: Edition) -> bytes:
    """The workbook: one sheet, one table from A1 on; the same input gives the same bytes."""
    import xlsxwriter  # slow to import, and most commands write no workbook

    headings, rows = data_of(view, edition)
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    workbook.set_properties(
        {"title": f"{view.register.heading} {view.as_of}", "created": datetime.combine(view.day, time())}
    )
    sheet = workbook.add_worksheet(view.register.key)
    text = workbook.add_format({"num_format": "@", "quote_prefix": True})
    for place, heading in enumerate(headings):
        texts = any(isinstance(row[place], str) for row in rows)
        sheet.set_column(place, place, _TEXT_WIDTH if texts else _COLUMN_WIDTH)
        sheet.write_string(0, place, heading)
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, place, value, text)
            elif isinstance(value, date):
                sheet.write_datetime(line, place, datetime.combine(value, time()))
            elif isinstance(value, int):
                sheet.write_number(line, place, value)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return content.getvalue()


def _cells(view: RegisterView, edition: Edition, entry: RegisterEntry) -> Iterator[tuple[str, object]]:
    yield "団体コード", edition.municipality.code
    yield "登録簿", view.register.title
    yield "現在日", view.day
    yield NUMBER, entry.number
    yield DEPARTMENT, entry.department
    yield SECTION, entry.section_name
    for field in view.register.fields:
        if field.public:
            yield from _field(entry, field)
    yield REGISTERED, entry.registered
    yield CHANGED, entry.changed
    yield ENDED, entry.ended


def _field(entry: RegisterEntry, field: RegisterField) -> Iterator[tuple[str, object]]:
    value = entry.value(field) or (0 if entry.value(field) == 0 else None)
    yield field.label, value
    if field.type == "count":
        yield f"{field.label}{UNIT}", field.unit
        if field.yearly:
            yield f"{field.label}{YEAR}", entry.confirmed
        yield f"{field.label}{STATUS}", NOT_GIVEN if value is None else GIVEN
