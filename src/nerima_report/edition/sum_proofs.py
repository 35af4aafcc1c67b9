"""The proof that the sums in a table of counts (決定件数, 小計) can be computed and add up nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nerima_report.edition.tables import Column, CountTable, Row

_Name = tuple[str, str]  # group and label


def sum_faults(table: CountTable) -> Iterator[tuple[str, str]]:
    """What is wrong with `sum_of` and `of` of the rows and columns of a table: the key, and why."""
    for what, ones in (("columns", table.columns), ("rows", table.rows)):
        named = {_name(one): _named(one) for one in ones}
        for one in ones:
            unknown = [label for _, label in named[_name(one)] if (_name(one)[0], label) not in named]
            if unknown:
                yield what, f"「{one.label}」の sum_of や of が指す「{unknown[0]}」は、同じ表の同じ区分にありません"
                return
            if twice := _added_twice(_name(one), {_name(each): [*each.sum_of] for each in ones}):
                yield what, f"「{one.label}」の sum_of は、「{twice}」を2回足しています"
                return
    if not table.counted_rows and not table.awaits_lines:
        yield "rows", "合計に数える行（sum_of も of もない行）がありません"
    if table.order == "by_count" and any(row.of and not row.pinned for row in table.rows):
        yield "rows", 'order = "by_count" の表では、of の行に pinned = true を書きます'
    yield from (("columns", reason) for reason in _other_kinds(table))


def _name(one: Row | Column) -> _Name:
    return (one.group if isinstance(one, Row) else "", one.label)


def _named(one: Row | Column) -> list[_Name]:
    return [(_name(one)[0], label) for label in (*one.sum_of, *filter(None, [one.of]))]


def _added_twice(name: _Name, sums: Mapping[_Name, Sequence[str]]) -> str:
    """The label that a sum adds up twice, by itself or through another sum; '' where there is none."""
    group, waiting, seen = name[0], [*sums[name]], [name[1]]
    while waiting:
        label = waiting.pop()
        if label in seen:
            return label
        seen.append(label)
        waiting += sums.get((group, label), ())
    return ""


def _other_kinds(table: CountTable) -> Iterator[str]:
    """Columns that add up, or are parts of, columns in another unit or of another kind."""
    for column in table.columns:
        for other in (table.column(label) for _, label in _named(column)):
            if other and (other.unit, other.additive) != (column.unit, column.additive):
                yield f"列「{column.label}」と「{other.label}」は、unit と additive が同じでなければなりません"
