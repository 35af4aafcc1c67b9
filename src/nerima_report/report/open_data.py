"""The record of a year → its report as data: the printed tables, the numbers in sentences, and nothing else.

A table of counts has a row for each number, so that all of them have the same columns; a list has a row for each entry,
and columns for those of its fields that are printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from nerima_report.data_table import DataField, DataTable, FieldType, Value, counted
from nerima_report.edition import Edition
from nerima_report.edition.definition import fill, placeholders_in, without_doubt
from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.edition.links import Cells
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable
from nerima_report.fiscal_year import full_name
from nerima_report.places import CellKey
from nerima_report.records.model import Record, RecordedCell, RecordedTable
from nerima_report.report.blocks import Report
from nerima_report.report.content import Content
from nerima_report.report.record import as_recorded, recorded_list
from nerima_report.report.tables import in_printed_order, printed_rows
from nerima_report.report.wording import COMPUTED, MINUS, number_name, year_names
from nerima_report.report.years_tables import TableOfYears, tables_of_years
from nerima_report.tallies.figures import row_share
from nerima_report.tallies.totals import Totals, published_table
from nerima_report.text import one_line

KNOWN, UNPUBLISHED = "値あり", "公表なし"
DETAIL, TOTAL, PART = "内訳", "合計", "うち"
NUMBER, SHARE, COMPUTATION = "番号", "割合", "計算"
RECOMPUTED = "割合（公表した数から計算し直したもの）"
_ON_SENTENCES = "報告の文だけにあり、表にはない数。割合の「表」は、分母の数の表。"
_ON_COMPUTATIONS = "計算の行は、文の中でほかの数から計算した数。その「行」は計算のしかた、「表」ははじめの数の表。"
_PRINTED = re.compile(rf"(?P<number>{MINUS}?\d[\d,.]*)(?P<unit>.*)")
# The columns with which every row begins.
_ABOUT = (
    DataField("全国地方公共団体コード", required=True),
    DataField("西暦年度", "year", "年度の始まる4月1日のある年。", required=True),
    DataField("和暦年度", required=True),
    DataField("部", required=True),
    DataField("表", description="表の名前。題名と番号が変わっても同じ。", required=True),
)
_COUNTS = (
    DataField("区分", description="行の区分。区分のない表では空。"),
    DataField("行", description="行の見出し。", required=True),
    DataField("列", description="列の見出し。", required=True),
    DataField("値", "integer", "数。0 は、数えて0だったもの。"),
    DataField("単位", required=True),
    DataField("行の種類", description="合計の行は、内訳の行の和。", required=True, choices=(DETAIL, TOTAL)),
    DataField(
        "状態", description="公表なしは、その年度に公表していない数。", required=True, choices=(KNOWN, UNPUBLISHED)
    ),
)
# The same of the numbers that only sentences say, among which there are shares.
_SAID = tuple(
    replace(field, type="number") if field.name == "値"
    else replace(field, choices=(*field.choices, SHARE)) if field.name == "行の種類"
    else field
    for field in _COUNTS
)  # fmt: skip
_KINDS = next(field for field in _COUNTS if field.name == "行の種類")
# Those of a table of several years.
_OF_YEARS = (
    DataField("区分", description="項目の区分。区分のない表では空。"),
    DataField("列", description="項目の見出し。", required=True),
    DataField("値", "number", "数。0 は、数えて0だったもの。"),
    DataField("単位", required=True),
    DataField("状態", required=True, choices=(KNOWN, UNPUBLISHED)),
)
_KEY_OF_COUNTS = ("西暦年度", "表", "区分", "行", "列")
_TYPES: dict[str, FieldType] = {"month": "yearmonth", "date": "date", "order": "integer", "difference": "integer"}


@dataclass(frozen=True)
class PublishedTable:
    """A table of the report of one year, or of several, as data; `part` and `id` say which it is."""

    part: Part
    id: str
    data: DataTable


def published_tables(record: Record, edition: Edition) -> list[PublishedTable]:
    """The printed tables of a recorded year in their order; `edition` is narrowed to the year.

    A list that was printed in several tables is one here. A list that the definitions no longer have is left out:
    nothing says any more which of its fields were printed.
    """
    edition = as_recorded(edition, record)
    printed: dict[str, list[RecordedTable]] = {}
    for one in record.tables:
        printed.setdefault(one.table, []).append(one)
    parts = {part.key: part for part in edition.parts}
    published = []
    for table_id, numbered in printed.items():
        part = parts.get(table_id.partition(".")[0])
        data = _data(record, table_id, edition.tables.get(table_id))
        if part is None or data is None:
            continue
        about = (edition.municipality.code, record.fiscal_year, record.name, part.definition.title, table_id)
        data = replace(
            data,
            name=f"{part.folder.name}-{numbered[0].number:02}",
            title="、".join(edition.caption(one.table, one.number, one.title) for one in numbered),
            fields=(*_ABOUT, *data.fields),
            rows=tuple((*about, *row) for row in data.rows),
        )
        published.append(PublishedTable(part, table_id, data))
    return published


def numbers_in_sentences(record: Record, edition: Edition, report: Report) -> list[DataTable]:
    """The numbers that only sentences of the report say: counts of tables that are not printed, and shares (%)."""
    said = {number.name for number in report.said}
    printed = {table.table for table in record.tables}
    titles = {part.key: part.definition.title for part in edition.parts}
    about = (edition.municipality.code, record.fiscal_year, record.name)
    rows = tuple(
        (*about, titles[key.table.partition(".")[0]], *key, value, unit, kind, KNOWN)
        for key, value, unit, kind in (*_said_counts(record, edition, said), *_said_shares(record, said))
        if key.table not in printed or kind == SHARE
    )
    computed = [
        (*about, titles[key.table.partition(".")[0]], *key, value, unit, COMPUTATION, KNOWN)
        for key, value, unit in _said_computations(report, edition)
    ]
    kinds = replace(_KINDS, choices=(*_KINDS.choices, SHARE, *([COMPUTATION] if computed else [])))
    fields = [kinds if field.name == _KINDS.name else field for field in _SAID]
    on = _ON_SENTENCES + (_ON_COMPUTATIONS if computed else "")
    data = DataTable("sentences", "文の中の数", (*_ABOUT, *fields), (*rows, *computed), on, _KEY_OF_COUNTS)
    return [data] if data.rows else []


def _said_computations(report: Report, edition: Edition) -> Iterator[tuple[CellKey, int | Decimal, str]]:
    """The numbers that sentences compute from others, as they are printed, under the table of the first of these."""
    for number in dict.fromkeys(report.said):
        how = number.name.removeprefix(COMPUTED)
        table = min((key for key in edition.tables if key in how), key=how.index, default="")
        printed = _PRINTED.fullmatch(number.shown)
        if how == number.name or not table or printed is None:
            continue
        value, unit = printed["number"].replace(",", "").replace(MINUS, "-"), printed["unit"]
        yield CellKey(table, "", how, COMPUTATION), Decimal(value) if "." in value else int(value), unit


def data_of_years(content: Content, record: Record) -> list[DataTable]:
    """The printed tables of several years: a row for each number, in the year that it is of."""
    edition = content.collection.edition
    titles = {part.key: part.definition.title for part in edition.parts}
    printed = {one.table: one for one in record.tables}
    return [
        DataTable(
            f"{table.part.folder.name}-{printed[table.id].number:02}",
            edition.caption(table.id, printed[table.id].number, printed[table.id].title),
            (*_ABOUT, *_OF_YEARS),
            tuple(
                (edition.municipality.code, year, full_name(year), titles[table.part.key], table.id, *row)
                for year in table.years
                for row in _numbers_of_year(table, year)
            ),
            "年度ごとの数。公表なしの数は、記録がないか、公表していないか、切れ目より前の数。",
            ("西暦年度", "表", "区分", "列"),
        )
        for table in tables_of_years(content)
        if table.id in printed
    ]


def _numbers_of_year(table: TableOfYears, year: int) -> Iterator[tuple[Value, ...]]:
    for line in table.lines:
        value = table.comparable(line, year)
        number = int(value) if value is not None and isinstance(line.shows, Cells) else value
        yield line.group, line.label, number, line.unit, UNPUBLISHED if value is None else KNOWN


def _said_counts(
    record: Record, edition: Edition, said: Container[str]
) -> Iterator[tuple[CellKey, int | Decimal, str, str]]:
    """Counts and sums of columns with their unit; a sum of one row is that row."""
    columns: dict[CellKey, list[RecordedCell]] = {}
    for cell in record.cells:
        columns.setdefault(CellKey(cell.table, "", "", cell.column), []).append(cell)
    for column, cells in columns.items():
        table = edition.count_tables.get(column.table)
        total = number_name(column) in said
        for cell in cells:
            if cell.value is not None and (number_name(cell.key) in said or (total and len(cells) == 1)):
                yield cell.key, cell.value, cell.unit, _kind(table, cell.key)
        counted = [cell for cell in cells if table is None or table.is_counted(cell.group, cell.row)]
        values = [cell.value for cell in counted if cell.value is not None]
        if total and column in record.totals:
            yield column._replace(row=TOTAL), record.totals[column], cells[0].unit, TOTAL
        if total and len(values) == len(counted) and len(cells) > 1:
            yield column._replace(row=TOTAL), sum(values), cells[0].unit, TOTAL


def _said_shares(record: Record, said: Container[str]) -> Iterator[tuple[CellKey, int | Decimal, str, str]]:
    for figure in record.figures:
        if figure.figure in said and figure.value is not None:
            part, _, name = figure.figure.partition(".")
            key = CellKey(f"{part}.{figure.denominator_of.table}", "", name, SHARE)
            yield key, Decimal(figure.value), figure.unit, SHARE
            recomputed = record.recomputed.get(figure.figure)
            if recomputed not in (None, figure.value):
                yield key._replace(column=RECOMPUTED), Decimal(recomputed), figure.unit, SHARE


def side_by_side(years: Iterable[Sequence[PublishedTable]]) -> list[DataTable]:
    """The tables of several years as one data set: each with the rows of all years, in the order of the years.

    A table bears the name and title of its last year; where another has that name, the year is added.
    """
    together: dict[tuple[str, str], DataTable] = {}
    for tables in years:
        for table in tables:
            which = (table.part.folder.name, table.id)
            earlier = together.get(which)
            rows = (*earlier.rows, *table.data.rows) if earlier else table.data.rows
            together[which] = replace(table.data, rows=rows)
    named: dict[str, DataTable] = {}
    for data in reversed(together.values()):
        name = f"{data.name}-until-{data.rows[-1][1]}" if data.name in named else data.name
        named[name] = replace(data, name=name)
    return [named[name] for name in sorted(named)]


def _data(record: Record, table_id: str, table: CountTable | EntryTable | None) -> DataTable | None:
    """What stands in a table, without name and title; None where nothing says what was printed of it."""
    if isinstance(table, EntryTable):
        return _list(record, table_id, table)
    rows = tuple(_counts(record, table_id, table))
    description = _description(table, record.fiscal_year) if table else ""
    return DataTable("", "", _fields_of(table), rows, description, _KEY_OF_COUNTS) if rows else None


def _fields_of(table: CountTable | None) -> tuple[DataField, ...]:
    """The columns of the data of a table; a kind of rows for parts (うち) only where it has some."""
    if table is not None and table.rates:
        kinds = replace(_KINDS, choices=(DETAIL, TOTAL, PART, SHARE))
        return tuple(kinds if field.name == _KINDS.name else field for field in _SAID)
    if table is None or not (any(row.of for row in table.rows) or any(column.of for column in table.columns)):
        return _COUNTS
    of_parts = "合計の行は、内訳の行の和。うちの行は、ほかの行に含まれている数。"
    kinds = replace(_KINDS, description=of_parts, choices=(DETAIL, TOTAL, PART))
    return tuple(kinds if field is _KINDS else field for field in _COUNTS)


def _kind(table: CountTable | None, key: CellKey) -> str:
    """Whether a cell is counted by itself, the sum of others, or a part of another."""
    if table is None:
        return DETAIL
    row, column = table.row(key.group, key.row), table.column(key.column)
    if any(one is not None and one.of for one in (row, column)):
        return PART
    return TOTAL if table.is_sum(key) else DETAIL


def _description(table: CountTable, fiscal_year: int) -> str:
    """The legal basis, why there is no total, and the notes, each with its rows."""
    facts = [f"根拠: {without_doubt(table.legal_basis)}"]
    facts += [f"合計はない（{table.no_total_because}）"] if table.no_total_because else []
    for note in table.notes:
        rows = "、".join(row.label for row in table.rows if note.key and row.note == note.key)
        facts.append(f"{rows}: " * bool(rows) + fill(note.text, year_names(fiscal_year)))
    return "。".join(fact.rstrip("。") for fact in facts) + "。"


def _counts(record: Record, table_id: str, table: CountTable | None) -> Iterator[tuple[Value, ...]]:
    """A row for each printed number, row by row, and last the totals."""
    values, units = record.values, {cell.column: cell.unit for cell in record.cells if cell.table == table_id}
    known = [key for key, value in values.items() if key.table == table_id and value is not None]
    known += [key for key in record.totals if key.table == table_id]
    columns = list(dict.fromkeys(key.column for key in known))
    totals = Totals(values, printed=record.totals, shares=record.shares)
    told = published_table(table_id, table, totals) if table is not None else None
    rows = _rows(totals, table_id, table)

    def number(group: str, row: str, column: str, kind: str, value: int | None) -> tuple[Value, ...]:
        return group, row, column, value, units[column], kind, UNPUBLISHED if value is None else KNOWN

    for group, row in rows:
        for column in columns:
            key = CellKey(table_id, group, row, column)
            yield number(group, row, column, _kind(table, key), values.get(key))
        yield from _row_shares(table_id, told, totals, group, row)
    if table is not None and table.total:
        for column in columns:
            keys = (CellKey(table_id, *row, column) for row in rows if table.is_counted(*row))
            yield number("", table.total, column, TOTAL, totals.total(table_id, column, keys))
        yield from _row_shares(table_id, told, totals, "", table.total)


def _row_shares(
    table_id: str, table: CountTable | None, totals: Totals, group: str, label: str
) -> Iterator[tuple[Value, ...]]:
    """The shares in the columns of shares of a row, or of the total row. `table` has what was published."""
    for rate in table.rates if table else ():
        value = row_share(table_id, table, rate, totals, table.row(group, label)).value if table else None
        yield group, label, rate.label, value, rate.unit, SHARE, UNPUBLISHED if value is None else KNOWN


def _rows(totals: Totals, table_id: str, table: CountTable | None) -> list[tuple[str, str]]:
    """Group and label of the rows as printed; then those that the definitions no longer have."""
    known = (key for key, value in totals.values.items() if key.table == table_id and value is not None)
    recorded = list(dict.fromkeys((key.group, key.row) for key in known))
    if table is None:
        return recorded
    shown = printed_rows(table_id, published_table(table_id, table, totals), totals)
    printed = [(row.group, row.label) for row in shown]
    defined = {(row.group, row.label) for row in table.rows}
    return [*(row for row in printed if row in recorded), *(row for row in recorded if row not in defined)]


def _list(record: Record, table_id: str, table: EntryTable) -> DataTable:
    """The entries in the order in which they are printed, numbered anew in each printed table."""
    names = {name for column in table.print for name in placeholders_in(column.text)} | {table.split_by}
    fields = [field for field in table.fields if field.label in names]
    number = [DataField(NUMBER, "integer", "報告に印刷した番号。", required=True)] if NUMBER in names else []
    counts: Counter[object] = Counter()
    rows = []
    for entry in in_printed_order(table, recorded_list(record, table_id, table)):
        group = entry.values.get(table.split_by)
        counts[group] += 1
        values = (value for field in fields for _, value in _field(field, entry[field.label]))
        rows.append((*(counts[group] for _ in number), *values))
    columns = (column for field in fields for column, _ in _field(field, None))
    key = [name for name in ("西暦年度", "表", table.split_by, NUMBER) if name] if number else []
    return DataTable(
        "", "", (*number, *columns), tuple(rows), f"根拠: {without_doubt(table.legal_basis)}。", tuple(key)
    )


def _field(field: EntryField, value: object) -> Iterator[tuple[DataField, Value]]:
    """The columns of a field with its value; a count also has its unit and whether it was given."""
    if field.type == "count":
        yield from counted(field.label, value if isinstance(value, int) else None, field.unit)
        return
    kind: FieldType = _TYPES.get(field.type, "string")
    column = DataField(field.label, kind, required=field.required, choices=field.choices)
    if value is None or isinstance(value, int | date):
        yield column, value
    else:
        yield column, one_line(str(value)).strip()
