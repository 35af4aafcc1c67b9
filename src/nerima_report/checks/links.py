"""5xx: between tables: what links.toml declares, in each workbook and in the ward as a whole."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.links import LINK_CODES, Cells, Link, cell_keys, links_of_parts
from nerima_report.edition.municipality import Words
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable
from nerima_report.findings import Finding
from nerima_report.places import CellKey, Place, cell_place
from nerima_report.tallies.cases import number_in_ledger
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.counting import counted_entries, origin_of, source_of
from nerima_report.tallies.lines import divided_cells, divided_tables, entries_in_line, entries_outside, places_outside
from nerima_report.tallies.model import Entry

MOST_BEHIND = 20  # places of entries that one finding names


class LinkedSums(NamedTuple):
    """Two sums of cells that links.toml compares: all the cells of a link at once, or those of one of its rows.

    `whole` is the comparison that this one is a part of, where a form has the line of its 課 only.
    """

    part: Part
    link: Link
    left: tuple[CellKey, ...]
    right: tuple[CellKey, ...]
    whole: LinkedSums | None = None


def linked_sums(edition: Edition) -> Iterator[LinkedSums]:
    """Every comparison of two sums that the edition declares, and of each divided table with the one it divides."""
    for part in edition.parts:
        yield from _divided_sums(part, edition)
        tables = (table for table in part.tables.values() if isinstance(table, CountTable))
        for link in (*part.links, *(link for table in tables for link in links_of_parts(table))):
            if link.each_row:
                yield from _row_by_row(part, link)
            else:
                left, right = (
                    tuple(cell_keys(*part.count_table(cells.table), cells)) for cells in (link.left, link.right)
                )
                yield LinkedSums(part, link, left, right)


def sums_in_workbook(sums: Iterable[LinkedSums], edition: Edition, cells: Container[CellKey]) -> Iterator[LinkedSums]:
    """The comparisons in a workbook with these cells: of a table by 実施機関, 部 or 課 a form has one line only."""
    own_lines = {table_id for table_id, table in edition.count_tables.items() if table.has_own_lines}
    for linked in sums:
        left, right = (
            tuple(key for key in keys if key.table not in own_lines or key in cells)
            for keys in (linked.left, linked.right)
        )
        if edition.from_print or (left, right) == (linked.left, linked.right):
            yield linked
        elif left and right:
            yield linked._replace(left=left, right=right, whole=linked)


def _row_by_row(part: Part, link: Link) -> Iterator[LinkedSums]:
    """The comparisons of a link for each row of its left table; of a part of a row where the right table has it too."""
    left_id, left = part.count_table(link.left.table)
    right_id, right = part.count_table(link.right.table)
    rows = _by_row(cell_keys(right_id, right, link.right, parts_of_rows=not link.right.rows))
    whole = tuple(cell_keys(right_id, right, link.right))
    for row, own in _by_row(cell_keys(left_id, left, link.left, parts_of_rows=True)).items():
        if row in rows or left.is_counted(*row):
            yield LinkedSums(part, link, own, whole if link.right.rows else rows.get(row, ()))


def _by_row(keys: Iterable[CellKey]) -> dict[tuple[str, str], tuple[CellKey, ...]]:
    """The cells by group and label of their row."""
    rows: dict[tuple[str, str], tuple[CellKey, ...]] = {}
    for key in keys:
        rows[key.group, key.row] = (*rows.get((key.group, key.row), ()), key)
    return rows


def _divided_sums(part: Part, edition: Edition) -> Iterator[LinkedSums]:
    """What is divided by 実施機関, 部 or 課 adds up to what was divided, where links.toml does not say so itself."""
    declared = {frozenset((link.left.table, link.right.table)) for link in part.links}
    for table_id, table in divided_tables(edition).items():
        if edition.part_of(table_id) is not part or {table.key, table.divides} in declared or table.only:
            continue
        filled = [column for column in table.columns if not (column.sum_of or column.of)]
        for together in [filled] if table.of_column else [[column] for column in filled]:
            left = [key for column in together for key in table.keys_of_total(table_id, column.label)]
            across = table.places == "columns"
            divided = {key[1:3] if across else key.column: divided_cells(edition, key) for key in left}
            if left:
                link = _division(table, together[0].label, edition.words)
                yield LinkedSums(part, link, tuple(left), tuple(chain.from_iterable(divided.values())))


def _division(table: CountTable, column: str, words: Words) -> Link:
    by, section = words.label(table.by), words.section
    return Link(
        key=f"{table.key}と{table.divides}",
        left=Cells(table=table.key, column=column),
        relation="equal",
        right=Cells(table=table.divides, column=table.of_column or column),
        severity="warning",
        why=f"{by}に分けても、合計は同じになる。名簿にない{section}の分と、{section}を書かずに調整した分は、どの{by}にも入らない",
    )


def holds(link: Link, left: float, right: float) -> bool:
    """Whether two sums stand to each other as a link wants it."""
    match link.relation:
        case "equal":
            return left == right
        case "at_most":
            return left <= right
        case "at_least":
            return left >= right
        case "both_or_neither":
            return (left == 0) == (right == 0)


def tables_agree_in_each_workbook(collection: Collection) -> Iterator[Finding]:
    """The links hold within each workbook, as far as their cells stand on it and can be read."""
    printed = collection.totals.printed
    linked = tuple(_with_totals(sums, printed) for sums in linked_sums(collection.edition))
    totals = {stated.key: stated.place for stated in collection.tallies.stated if stated.key in printed}
    for cells in collection.cells.values():
        values = {key: cell.value for key, cell in cells.items() if cell.known} | dict(printed)
        places = {key: cell.place for key, cell in cells.items()} | totals
        yield from _broken_links(sums_in_workbook(linked, collection.edition, cells), values, places)


def tables_agree_in_the_ward(collection: Collection) -> Iterator[Finding]:
    """The links hold for the printed totals, as far as every 課 said its part of them.

    What single workbooks already explain is not said twice.
    """
    incomplete = {cell.key for cell in collection.tallies.cells if not cell.known}
    totals = {k: value for k, value in collection.totals.values.items() if value is not None and k not in incomplete}
    places = {key: cell_place(key, section=collection.edition.words.whole) for key in totals}
    said = said_in_workbooks(collection)
    for finding in _broken_links(linked_sums(collection.edition), totals, places):
        if said.of(finding) != finding.difference:
            yield _with_what_is_behind(finding, collection)


def _with_what_is_behind(finding: Finding, collection: Collection) -> Finding:
    """The finding with where somebody wrote down what is counted in its cells: entries, and numbers in no line.

    Of a case ledger it has the numbers of the cases, which no draft shows, and not their rows.
    """
    edition, places, cases = collection.edition, dict[Place, None](), dict[str, None]()
    keys = [CellKey(place.table, place.group, place.row, place.column) for place in finding.related]
    for table_id in dict.fromkeys(key.table for key in keys):
        own = [key for key in keys if key.table == table_id]
        origin = origin_of(edition, table_id)
        places |= dict.fromkeys(places_outside(collection.tallies, edition, table_id))
        for entry in _entries_behind(own, collection):
            if origin in edition.entry_tables:
                places[entry.place(edition.entry_tables[origin].fields[0].label)] = None
            else:
                cases[number_in_ledger(edition, origin, entry)] = None
    related = (*finding.related, *islice(places, MOST_BEHIND))
    return replace(finding, related=related, numbers=tuple(sorted(filter(None, cases))))


def _entries_behind(keys: Sequence[CellKey], collection: Collection) -> Sequence[Entry]:
    """The entries that are counted in cells of one table; of a divided one those in no line, if there are any."""
    edition, tallies = collection.edition, collection.tallies
    table_id, table = keys[0].table, edition.count_tables[keys[0].table]
    if table.divides:
        outside = list(entries_outside(tallies, edition, table_id))
        return outside or [entry for key in keys for entry in entries_in_line(tallies, edition, key)]
    if not table.counted_from:
        return ()
    entries = counted_entries(table_id, table, tallies.entries[source_of(table_id, table)])
    return [entry for key in keys for entry in entries.get(key, ())]


def _with_totals(linked: LinkedSums, printed: Mapping[CellKey, int]) -> LinkedSums:
    """The sums, with the total of a column instead of its cells where only that was published."""
    left, right = (
        (column,)
        if not (linked.link.each_row or cells.rows or cells.group)
        and len({key.column for key in keys}) == 1
        and (column := keys[0]._replace(group="", row="")) in printed
        else keys
        for cells, keys in ((linked.link.left, linked.left), (linked.link.right, linked.right))
    )
    return linked._replace(left=left, right=right)


class Said:
    """How far the sums of links differ in single workbooks, all of them together."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._differences: dict[tuple[str, Place], int] = {}
        for finding in findings:
            about = _about(finding)
            self._differences[about] = self._differences.get(about, 0) + (finding.difference or 0)

    def of(self, finding: Finding) -> int | None:
        """The difference in the workbooks where a link is broken in the ward; None where it is not in any."""
        return self._differences.get(_about(finding))


def said_in_workbooks(collection: Collection) -> Said:
    """What the links in single workbooks say already."""
    return Said(tables_agree_in_each_workbook(collection))


def _broken_links(
    sums: Iterable[LinkedSums], values: Mapping[CellKey, int], places: Mapping[CellKey, Place]
) -> Iterator[Finding]:
    for linked in sums:
        if all(key in values for key in (*linked.left, *linked.right)):
            found, expected = (sum(values[key] for key in keys) for keys in (linked.left, linked.right))
            if not holds(linked.link, found, expected):
                yield broken_link(linked, places, found, expected)


def broken_link(linked: LinkedSums, places: Mapping[CellKey, Place], found: int = 0, expected: int = 0) -> Finding:
    """The finding on two sums that do not agree; `places` are those of their cells."""
    part, link, left, right, _ = linked
    named = linked.whole or linked
    first = places[left[0]]
    place = first if len(left) == 1 else replace(first, cell="")
    if len(_by_row(named.left)) > 1:
        place = replace(place, group="", row="")
    if any(key.column != left[0].column for key in named.left):
        place = replace(place, column="")
    return Finding(
        LINK_CODES[link.relation],
        place,
        expected=expected,
        found=found,
        difference=found - expected,
        related=tuple(places[key] for key in dict.fromkeys((*left, *right))),
        details={"left": _side_name(part, named.left), "right": _side_name(part, named.right), "why": link.why},
        severity=link.severity,
    )


def _side_name(part: Part, keys: tuple[CellKey, ...]) -> str:
    """A sum in words: 公開.処理状況の「部分公開」「非公開」, or 公開.処理状況の件数の合計."""
    table_id = keys[0].table
    _, table = part.count_table(table_id.partition(".")[2])
    columns, rows = "・".join(dict.fromkeys(key.column for key in keys)), _by_row(keys)
    if not keys[0].row or len(rows) == len(table.counted_rows) > 1:
        return f"{table_id}の{columns}の合計"
    names = "".join(f"「{f'{group} {row}'.strip()}」" for group, row in rows)
    return f"{table_id}の{names}の{columns}"


def _about(finding: Finding) -> tuple[str, Place]:
    """What a broken link is about, wherever it was found."""
    details = "|".join(finding.details.values())
    place = finding.place
    return f"{finding.code}|{details}", Place(table=place.table, group=place.group, row=place.row, column=place.column)
