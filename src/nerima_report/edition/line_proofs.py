"""The proof that a table by 実施機関, 部 or 課 can be made: its lines exist, and what is divided can be added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from nerima_report.edition.part import Part
from nerima_report.edition.tables import Column, CountTable, Line, Row

_Name = TypeVar("_Name")


def line_faults(part: Part, table: CountTable) -> Iterator[tuple[str, str]]:
    """What is wrong with `by` and `divides` of a table: the key, and why."""
    if table.by:
        yield from _faults_of_lines(part, table)
    if not table.divides:
        return
    source = part.tables.get(table.divides)
    if not isinstance(source, CountTable) or source.divides or source.done_of or source.reported_by == "coordinator":
        yield "divides", f"各課が書く件数の表「{table.divides}」はありません"
    elif table.of_column:
        yield from _faults_of_divided_column(table, source)
    else:
        yield from _faults_of_same_columns(table, source)


def _faults_of_same_columns(table: CountTable, source: CountTable) -> Iterator[tuple[str, str]]:
    """The columns of the same labels are divided."""
    for column in (column for column in table.columns if not column.sum_of):
        for label in column.covered:
            same = source.column(label)
            if same is None or not same.additive or same.unit != column.unit:
                yield "columns", f"表「{source.key}」に、足すことのできる同じ単位の列「{label}」はありません"
    covered = [label for column in table.columns if not (column.sum_of or column.of) for label in column.covered]
    if twice := _twice(covered):
        yield "columns", f"表「{source.key}」の列「{twice}」を、二つの列に入れています"


def _faults_of_divided_column(table: CountTable, source: CountTable) -> Iterator[tuple[str, str]]:
    """The counts of one column of another table are divided: those of its rows, or groups, that are named."""
    counted = source.column(table.of_column)
    if counted is None or not counted.additive:
        yield "of_column", f"表「{source.key}」に、足すことのできる列「{table.of_column}」はありません"
        return
    if source.awaits_lines:
        yield "of_column", f"表「{source.key}」の行は名簿によって変わるので、列にできません"
        return
    for column in table.columns:
        if column.unit != counted.unit:
            yield "columns", f"列「{column.label}」の単位が、表「{source.key}」の列「{counted.label}」と違います"
    axis: Sequence[Row | Column] = table.rows if table.places == "columns" else table.columns
    for each in (each for each in axis if not each.sum_of):
        group = each.group if isinstance(each, Row) else ""
        known = {name for row in source.rows if group in ("", row.group) for name in (row.group, row.label)}
        for name in each.covered:
            if name not in known:
                yield "covers", f"表「{source.key}」に行「{f'{group} {name}'.strip()}」はありません"
    divided = [line for each in axis if not (each.sum_of or each.of) for line in _lines_divided(each, source)]
    if twice := _twice(divided):
        yield "covers", f"表「{source.key}」の行「{' '.join(twice).strip()}」を、二つのところに入れています"


def _faults_of_lines(part: Part, table: CountTable) -> Iterator[tuple[str, str]]:
    """The lines of a table are bodies of part.toml where it says so; 部 and 課 stand in the roster only."""
    bodies = {body.name for body in part.definition.bodies}
    for key, names in (("split", table.split), ("only", table.only)):
        for name in names:
            if name not in bodies:
                yield key, f"part.toml の bodies に「{name}」はありません"
    lines: Sequence[Row | Column] = table.columns if table.places == "columns" else table.rows
    named = (name for line in lines if not line.sum_of for name in line.covered)
    for name in named if table.by == "実施機関" else ():
        if name not in bodies:
            yield table.places, f"part.toml の bodies に「{name}」はありません"
    own = [
        (line.group if isinstance(line, Row) and table.by == "課" else "", name)
        for line in lines
        if not line.sum_of
        for name in line.covered
    ]
    if twice := _twice(own):
        yield table.places, f"{table.by}「{twice[1]}」を、二つのところに入れています"
    grouped = table.by == "部" and table.group_stub and table.awaits_lines
    if (table.by == "実施機関" or grouped) and not bodies:
        yield "by", "part.toml に bodies（実施機関）がありません"


def _lines_divided(each: Row | Column, source: CountTable) -> set[Line]:
    """The rows of the divided table that a row or column puts together: those of its names, of groups all."""
    group = each.group if isinstance(each, Row) else ""
    named = [row for row in source.rows if row.label in each.covered and group in ("", row.group)]
    named += [row for row in source.counted_rows if row.group in each.covered]
    return {key[1:3] for row in named for key in source.parts_of(row.key("", source.columns[0].label))}


def _twice(names: Sequence[_Name]) -> _Name | None:
    """A name that stands twice, or None."""
    return next((name for name in names if names.count(name) > 1), None)
