"""Definitions completed from others: settings of part.toml, types of the guideline, a row for each choice.

A table that divides another one has the columns (or rows) of that one, where it does not write its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nerima_report.edition.conditions import Condition
from nerima_report.edition.entries import AnyTable, EntryField, EntryTable, Tables, answers_of, in_columns
from nerima_report.edition.guideline import Guideline
from nerima_report.edition.registers import Register
from nerima_report.edition.tables import Column, CountTable, Row


def with_numbers(data: Any, names: Mapping[str, str]) -> Any:
    """The data of a TOML file with the settings of the part in its texts: {開示決定の期限}日 → 30日.

    >>> with_numbers({"label": "{期限}日まで", "text": "{年月}"}, {"期限": "30"})
    {'label': '30日まで', 'text': '{年月}'}
    """
    if isinstance(data, dict):
        return {key: with_numbers(value, names) for key, value in data.items()}
    if isinstance(data, list):
        return [with_numbers(value, names) for value in data]
    if isinstance(data, str):
        for name, number in names.items():
            data = data.replace(f"{{{name}}}", number)
    return data


def completed(tables: Sequence[AnyTable], guideline: Guideline | None) -> dict[str, AnyTable]:
    """The tables by key, with the choices that come from the guideline and the rows that come from choices."""
    chosen = {table.key: _with_types(table, guideline) for table in tables}
    filled = {key: _with_rows(table, chosen) for key, table in chosen.items()}
    return {key: _with_divided(table, filled) for key, table in filled.items()}


def condition_faults(table: AnyTable, tables: Tables) -> Iterator[tuple[str, str]]:
    """The faults in the conditions of a table (unknown fields or choices of its entries): the key, and why."""
    if isinstance(table, EntryTable):
        asked = ((f.required_when, f.blank_when, f.due_when) for f in table.fields)
        fields = [("fields", conditions) for of_field in asked for conditions in of_field]
        own = [("open_when", table.open_when), ("done_when", table.done_when)]
        terms = [("computed", term.when) for computed in table.computed for term in computed.terms]
        yield from _faults([*own, *fields, *terms], table)
        return
    if not table.counted_from:
        return
    source = tables.get(table.counted_from)
    if not isinstance(source, EntryTable):
        yield "counted_from", f"一覧の表「{table.counted_from}」はありません"
        return
    rows = (("rows", row.where) for row in table.rows)
    yield from _faults([("where", table.where), *rows, *(("columns", c.where) for c in table.columns)], source)
    for column in table.columns:
        field = source.field(column.sum)
        if column.sum and (field is None or field.type != "count" or field.unit != column.unit):
            yield "columns", f"sum の「{column.sum}」は、単位が「{column.unit}」の人数や件数の項目ではありません"
        for label in filter(None, (column.different, *column.first_by)):
            if source.field(label) is None:
                yield "columns", f"表「{source.key}」に項目「{label}」はありません"
    for row in table.rows:
        if row.each_choice_of:
            yield "rows", f"each_choice_of の「{row.each_choice_of}」に、あてはまる選択肢がありません"


def _faults(wanted: Sequence[tuple[str, Sequence[Condition]]], source: EntryTable) -> Iterator[tuple[str, str]]:
    for key, conditions in wanted:
        for condition in conditions:
            choices = source.choices_of(condition.field)
            if choices is None:
                yield key, f"表「{source.key}」に項目「{condition.field}」はありません"
                continue
            for choice in condition.one_of:
                if choice not in choices:
                    yield key, f"項目「{condition.field}」に選択肢「{choice}」はありません"


def with_guideline(register: Register, guideline: Guideline | None) -> Register:
    """The register with the choices that come from the guideline."""
    return register.model_copy(update={"fields": _fields_with_types(register.fields, guideline)})


def _with_types(table: AnyTable, guideline: Guideline | None) -> AnyTable:
    if isinstance(table, CountTable):
        return table
    fields = _fields_with_types(table.fields, guideline)
    return table.model_copy(update={"fields": in_columns(fields), "computed": (*answers_of(fields), *table.computed)})


def _fields_with_types(fields: Sequence[EntryField], guideline: Guideline | None) -> tuple[EntryField, ...]:
    types = {entry.name: entry.type.text for entry in (guideline.entries if guideline else ())}
    update = {"choices": tuple(types), "meanings": tuple(types.values())}
    return tuple(field.model_copy(update=update) if field.choices_from else field for field in fields)


def _with_rows(table: AnyTable, tables: Tables) -> AnyTable:
    if isinstance(table, EntryTable):
        return table
    source = tables.get(table.counted_from)
    fields = {field.label: field for field in source.fields} if isinstance(source, EntryTable) else {}
    rows = [new for row in table.rows for new in _rows_of(row, fields.get(row.each_choice_of))]
    return table.model_copy(update={"rows": tuple(rows)}).with_group_totals()


def _with_divided(table: AnyTable, tables: Tables) -> AnyTable:
    """The table with the columns, or rows, of the table that it divides."""
    source = tables.get(table.divides) if isinstance(table, CountTable) else None
    if not isinstance(table, CountTable) or not isinstance(source, CountTable):
        return table
    if table.places == "columns":
        groups = bool(table.group_stub)
        rows = {(row.group if groups else "", row.label): None for row in source.counted_rows}
        own = tuple(Row(group=group, label=label) for group, label in rows)
        return table if table.rows else table.model_copy(update={"rows": own}).with_group_totals()
    if table.columns:
        return table
    if not table.of_column:
        return table.with_columns(Column(label=c.label, unit=c.unit) for c in source.columns if c.additive)
    counted = source.column(table.of_column)
    labels = dict.fromkeys(row.label for row in source.counted_rows) if counted else {}
    return table.with_columns(Column(label=label, unit=counted.unit if counted else "") for label in labels)


def _rows_of(row: Row, field: EntryField | None) -> Sequence[Row]:
    """The rows for which a row stands. A row without matching choices stays, and `condition_faults` reports it."""
    choices = [choice for choice in field.choices if choice.startswith(row.beginning)] if field else []
    if field is None or not choices:
        return [row]
    of_choice = {choice: Condition(field=field.label, one_of=(choice,)) for choice in choices}
    return [
        row.model_copy(update={"label": field.meaning(choice), "each_choice_of": "", "beginning": "",
                               "where": (*row.where, of_choice[choice])})
        for choice in choices
    ]  # fmt: skip
