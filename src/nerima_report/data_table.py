"""A table of open data: what its columns mean, and its rows; as CSV, as sheets of a workbook, as a Table Schema.

After 総務省「統計表における機械判読可能なデータの表記方法の統一ルール」(2020-12-18): one datum in a cell, values only,
units and years in columns of their own, western years, nothing merged, one table from A1 on.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from nerima_report.files import write_csv

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FieldType = Literal["string", "integer", "number", "year", "yearmonth", "date"]
Value = str | int | Decimal | date | None
# In the columns beside a count: its unit, and whether it was given (a blank is no zero).
UNIT, STATUS = "の単位", "の状態"
GIVEN, NOT_GIVEN = "記載あり", "記載なし"
_COLUMN_WIDTH, _TEXT_WIDTH = 14, 28  # characters


@dataclass(frozen=True)
class DataField:
    """A column: its heading, the type of its values (as Table Schema calls them), what it means.

    `required`: it has a value in every row. `choices` are all values that it may have, where they are few.
    """

    name: str
    type: FieldType = "string"
    description: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, object]:
        """The field in Table Schema (specs.frictionlessdata.io/table-schema)."""
        constraints: dict[str, object] = {"required": True} if self.required else {}
        constraints |= {"enum": list(self.choices)} if self.choices else {}
        facts: dict[str, object] = {"name": self.name, "type": self.type}
        facts |= {"description": self.description} if self.description else {}
        return facts | ({"constraints": constraints} if constraints else {})


@dataclass(frozen=True)
class DataTable:
    """A table: its name (of the file without its ending, and of the sheet), its title, its columns and rows.

    `key` names the columns whose values together occur in one row only.
    """

    name: str
    title: str
    fields: tuple[DataField, ...]
    rows: tuple[tuple[Value, ...], ...]
    description: str = ""
    key: tuple[str, ...] = ()

    @property
    def headings(self) -> list[str]:
        """The names of the columns."""
        return [field.name for field in self.fields]

    @property
    def schema(self) -> dict[str, object]:
        """The Table Schema; an empty cell is one without a value."""
        facts: dict[str, object] = {"fields": [field.schema for field in self.fields], "missingValues": [""]}
        return facts | ({"primaryKey": list(self.key)} if self.key else {})


def counted(label: str, value: int | None, unit: str) -> Iterator[tuple[DataField, Value]]:
    """A count (of `unit`: 件, 人) with its columns: the number, its unit, and whether there is one."""
    yield DataField(label, "integer"), value
    yield DataField(f"{label}{UNIT}", required=True), unit
    status = NOT_GIVEN if value is None else GIVEN
    yield DataField(f"{label}{STATUS}", required=True, choices=(GIVEN, NOT_GIVEN)), status


def render_csv(table: DataTable) -> bytes:
    """The CSV: UTF-8 with BOM, CRLF, one header; a text that a program would compute begins with '."""
    return write_csv(table.headings, table.rows)


def render_workbook(tables: Iterable[DataTable], title: str, day: date) -> bytes:
    """The workbook: a sheet for each table; the same input gives the same bytes. `day` is that of the data."""
    import xlsxwriter  # slow to import, and most commands write no workbook

    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    workbook.set_properties({"title": title, "created": datetime.combine(day, time())})
    text = workbook.add_format({"num_format": "@", "quote_prefix": True})
    for table in tables:
        _write_sheet(workbook.add_worksheet(table.name), table, text)
    workbook.close()
    return content.getvalue()


def _write_sheet(sheet: Worksheet, table: DataTable, text: Format) -> None:
    for place, heading in enumerate(table.headings):
        texts = any(isinstance(row[place], str) for row in table.rows)
        sheet.set_column(place, place, _TEXT_WIDTH if texts else _COLUMN_WIDTH)
        sheet.write_string(0, place, heading)
    for line, row in enumerate(table.rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, place, value, text)
            elif isinstance(value, date):
                sheet.write_datetime(line, place, datetime.combine(value, time()))
            elif value is not None:
                sheet.write_number(line, place, value)
    sheet.freeze_panes(1, 0)
