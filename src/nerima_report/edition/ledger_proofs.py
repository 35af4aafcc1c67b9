"""A ledger beside the tables of its part: the tables that it counts, and the proof that it can."""

from __future__ import annotations

from collections.abc import Iterator

from nerima_report.edition.entries import EntryField, EntryTable, Tables
from nerima_report.edition.generated import condition_faults
from nerima_report.edition.ledger import STATE, STATES, Counted, Ledger
from nerima_report.edition.part import Part
from nerima_report.edition.proofs import sheet_name_faults
from nerima_report.edition.tables import CountTable


def tables_with_ledger(part: Part) -> Tables:
    """The tables of a part, of which those that its ledger counts are counted from it."""
    ledger = part.ledger
    counted = {
        each.table: each.applied_to(table, each.source or ledger.key)
        for each in (ledger.counted if ledger else ())
        if ledger and isinstance(table := part.tables[each.table], CountTable)
    }
    return {**part.tables, **counted}


def ledger_faults_of(part: Part, ledger: Ledger) -> Iterator[tuple[str, str]]:
    """What a ledger counts are tables, rows and columns that exist, by fields and choices that it has."""
    yield from ledger_faults(ledger, part.tables)
    for key in (ledger.key, *(own.key for own in ledger.lists)):
        for reason in sheet_name_faults(part.table_id(key)):
            yield f"{key}.key", reason


def ledger_faults(ledger: Ledger, tables: Tables) -> Iterator[tuple[str, str]]:
    """The faults of a ledger: the key, and why."""
    lists = {own.key: own.table for own in ledger.lists} | {ledger.key: _with_state(ledger.table)}
    for name, own in lists.items():
        for key, reason in condition_faults(own, {}):
            yield f"{name}.{key}", reason
    for each in ledger.counted:
        where = f"counted「{each.table}」"
        table = tables.get(each.table)
        if not isinstance(table, CountTable):
            yield where, f"件数の表「{each.table}」はありません"
        elif table.counted_from:
            yield where, f"表「{each.table}」は、もう「{table.counted_from}」から数えています"
        elif each.source and each.source not in lists:
            yield where, f"一覧「{each.source}」はありません"
        elif unknown := list(_unknown_names(each, table)):
            yield where, unknown[0]
        else:
            for key, reason in condition_faults(each.applied_to(table, each.source or ledger.key), lists):
                yield f"{where}.{key}", reason


def _unknown_names(counted: Counted, table: CountTable) -> Iterator[str]:
    known = {(row.group, row.label) for row in table.filled_rows}
    for row in counted.rows:
        if (row.group, row.label) not in known:
            yield f"表「{counted.table}」に行「{row.label}」はありません"
    if counted.rows and len(counted.rows) != len(known):
        yield f"rows は、表「{counted.table}」の行の数（{len(known)}）だけ書きます"
    for column in counted.columns:
        found = table.column(column.label)
        if found is None or found.sum_of:
            yield f"表「{counted.table}」に列「{column.label}」はありません"


def _with_state(table: EntryTable) -> EntryTable:
    """The rows of a ledger with what they are in the report of a year."""
    state = EntryField(label=STATE, type="choice", choices=STATES, required=False)
    return table.model_copy(update={"fields": (*table.fields, state)})
