"""An edition of a year → the same with the lines of its tables: the 実施機関, 部 or 課 of that year (`CountTable.by`).

Which there are is not said by the definitions: the roster of the year says it, or its record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from nerima_report.edition import Edition
from nerima_report.edition.part import Part
from nerima_report.edition.tables import Column, CountTable, Line, Row

LinesOfSections = Mapping[str, Mapping[str, Line]]  # the line of each 課, by id of the table and key of the 課


def awaiting_lines(edition: Edition) -> list[str]:
    """The ids of the tables whose lines the definitions do not name."""
    return [table_id for table_id, table in edition.count_tables.items() if table.awaits_lines]


def with_lines(
    edition: Edition, lines: Mapping[str, Sequence[Line]], of_sections: LinesOfSections = MappingProxyType({})
) -> Edition:
    """The edition with these lines in the tables that do not name their own, by id of the table.

    `of_sections` says which 課 belongs to which of them.
    """
    if not lines and not of_sections:
        return edition
    parts = tuple(_part_with_lines(part, lines) for part in edition.parts)
    return replace(edition, parts=parts, lines=of_sections)


def _part_with_lines(part: Part, lines: Mapping[str, Sequence[Line]]) -> Part:
    tables = {
        key: _table_with_lines(table, lines.get(part.table_id(key), ()), part)
        if isinstance(table, CountTable) and table.awaits_lines
        else table
        for key, table in part.tables.items()
    }
    return replace(part, tables=tables)


def _table_with_lines(table: CountTable, lines: Sequence[Line], part: Part) -> CountTable:
    sums = {table.group_total, table.sum_column}  # a record has them too
    own = [(group, label) for group, label in lines if label not in sums]
    if table.places == "rows":
        rows = tuple(Row(group=group, label=label) for group, label in own)
        return table.model_copy(update={"rows": rows}).with_group_totals()
    counted = part.count_table(table.divides)[1].column(table.of_column)
    return table.with_columns(Column(label=label, unit=counted.unit if counted else "") for _, label in own)
