"""Checks that the registers of a part are consistent with its tables and settings, and with each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nerima_report.edition.definition import placeholders_in
from nerima_report.edition.entries import EntryTable, Tables
from nerima_report.edition.part import PartDefinition
from nerima_report.edition.registers import Feeds, IncidentRule, Register
from nerima_report.edition.tables import CountTable

Fault = tuple[str, str]  # the key in registers.toml, and why


def register_faults(
    registers: Sequence[Register], incidents: IncidentRule | None, definition: PartDefinition, tables: Tables
) -> Iterator[Fault]:
    """The faults of registers: names that the part does not have, and counts that cannot be made."""
    keys = [register.key for register in registers]
    marks = [register.mark for register in registers]
    for register in registers:
        where = f"register「{register.key}」"
        if keys.count(register.key) > 1 or register.key in tables:
            yield where, f"key「{register.key}」の登録簿か表が、ほかにもあります"
        if marks.count(register.mark) > 1:
            yield where, f"mark「{register.mark}」の登録簿が、ほかにもあります"
        faults = ((where, *fault) for check in (_conditions, _counts, _texts) for fault in check(register, tables))
        yield from ((f"{place}.{key}", reason) for place, key, reason in faults)
        if register.threshold and definition.setting(register.threshold.setting) is None:
            yield f"{where}.threshold", f"設定「{register.threshold.setting}」は part.toml にありません"
        for reference in register.refers:
            if reference.register_key not in keys:
                yield f"{where}.refers", f"登録簿「{reference.register_key}」はありません"
    if incidents is not None:
        yield from _incidents(incidents, keys, tables)


def _texts(register: Register, tables: Tables) -> Iterator[Fault]:
    """Texts may have placeholders for settings only, which have been replaced by numbers before."""
    texts = [register.instruction, *(text for field in register.fields for text in (field.label, field.rule))]
    for name in sorted(name for text in texts for name in placeholders_in(text)):
        yield "fields", f"{{{name}}} という設定は part.toml にありません"


def _conditions(register: Register, tables: Tables) -> Iterator[Fault]:
    """The conditions that make a field required, or due, name fields and choices that exist."""
    for field in register.written:
        for key, conditions in (("required_when", field.required_when), ("due_when", field.due_when)):
            for condition in conditions:
                asked = register.table.field(condition.field)
                if asked is None or not set(condition.one_of) <= set(asked.choices):
                    yield "fields", f"「{field.label}」の {key} の「{condition.field}」か、その選択肢がありません"


def _counts(register: Register, tables: Tables) -> Iterator[Fault]:
    """A register counts into cells that each 課 reports, in tables without a total."""
    for count in register.counts:
        table = tables.get(count.table)
        if not isinstance(table, CountTable) or table.counted_from or table.reported_by != "section":
            yield "counts", f"課が件数を書く表「{count.table}」はありません"
            continue
        column = table.column(count.column)
        rows = [row.label for row in table.filled_rows]
        if count.row not in rows or column is None or column.sum_of or not column.additive:
            yield "counts", f"表「{count.table}」に行「{count.row}」か、足し上げる列「{count.column}」がありません"
        elif table.total:
            yield "counts", f"表「{count.table}」は、合計の行があるので数えられません"
        field = register.field(count.field)
        if column is not None and field is not None and field.unit != column.unit:
            yield "counts", f"単位が違います（{field.unit} と {column.unit}）"
    if register.feeds is not None:
        yield from (("feeds", reason) for reason in _unfit(register.feeds, tables))
        target = tables.get(register.feeds.table)
        for listed in target.fields if isinstance(target, EntryTable) else ():
            field = register.field(listed.label)
            if field is not None and (field.type, field.unit) != (listed.type, listed.unit):
                yield "fields", f"「{field.label}」の type か unit が、表「{register.feeds.table}」と違います"
            elif field is not None and not set(field.choices) <= set(listed.choices):
                yield "fields", f"「{field.label}」の選択肢が、表「{register.feeds.table}」にありません"


def _incidents(rule: IncidentRule, keys: Sequence[str], tables: Tables) -> Iterator[Fault]:
    table = tables.get(rule.table)
    field = table.field(rule.field) if isinstance(table, EntryTable) else None
    if field is None or not set(rule.answers) <= set(field.choices):
        yield "incidents", f"表「{rule.table}」に項目「{rule.field}」か、その選択肢がありません"
    if rule.register_key not in keys:
        yield "incidents", f"登録簿「{rule.register_key}」はありません"
    counted = tables.get(rule.row_of)
    if rule.row and (not isinstance(counted, CountTable) or rule.row not in [row.label for row in counted.rows]):
        yield "incidents", f"表「{rule.row_of}」に行「{rule.row}」はありません"
    if rule.cases is not None:
        yield from (("incidents", reason) for reason in _unfit(rule.cases, tables))


def _unfit(feeds: Feeds, tables: Tables) -> Iterator[str]:
    table = tables.get(feeds.table)
    if not isinstance(table, EntryTable):
        yield f"一覧の表「{feeds.table}」はありません"
        return
    for label, value in feeds.values.items():
        field = table.field(label)
        if field is None or (field.choices and value not in field.choices):
            yield f"表「{feeds.table}」に項目「{label}」か、選択肢「{value}」がありません"
