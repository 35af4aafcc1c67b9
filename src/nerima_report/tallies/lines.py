"""The roster → the lines of the tables by 実施機関, 部 or 課; what the 課 said → the tables that are divided by them.

To which 実施機関 a 課 belongs is what the roster says, or its kind, or its 部 (`RosterSection.belongs_to`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from nerima_report.edition import Edition
from nerima_report.edition.lines import awaiting_lines, with_lines
from nerima_report.edition.part import Body, Part
from nerima_report.edition.tables import CountTable, Line
from nerima_report.places import CellKey, Place
from nerima_report.tallies.counting import amount, counted_entries, divided_by, origin_of, source_of
from nerima_report.tallies.layout import TableFinder, lines_named
from nerima_report.tallies.model import Entry, Tallies
from nerima_report.tallies.roster import RosterSection, withheld_from
from nerima_report.tallies.submission import Submission
from nerima_report.workbooks import Workbook


def with_roster(edition: Edition, roster: Sequence[RosterSection]) -> Edition:
    """The edition of a year (narrowed to it) with the lines that its roster gives to the tables."""
    tables = {table_id: table for table_id, table in edition.count_tables.items() if table.by}
    lines: dict[str, list[Line]] = {}
    of_sections: dict[str, dict[str, Line]] = {}
    for table_id, table in tables.items() if roster else ():
        part = edition.part_of(table_id)
        found = {section.key: _line(table, section, part, edition) for section in roster}
        of_sections[table_id] = {key: line for key, line in found.items() if line is not None}
        if table.awaits_lines:
            lines[table_id] = _in_order(table, part, of_sections[table_id].values())
    return with_lines(edition, lines, of_sections)


def with_covers(edition: Edition, submissions: Iterable[Submission]) -> Edition:
    """The edition with the lines that the covers of some workbooks name, where there is no roster to say so.

    A cover does not say all that the roster does, so nothing is divided by it.
    """
    own = {
        submission.section: RosterSection(submission.fiscal_year, submission.department, submission.section_name)
        for submission in submissions
        if not submission.ward
    }
    known = with_roster(edition, tuple(own.values()))
    lines = {table_id: lines for table_id, lines in known.lines.items() if known.count_tables[table_id].has_own_lines}
    return replace(known, lines=lines)


def with_lines_on(edition: Edition, workbook: Workbook) -> Edition:
    """The edition with the lines that a workbook itself names, into which a published year was typed."""
    finder = TableFinder(edition.tables)
    lines: dict[str, list[Line]] = {}
    for table_id in awaiting_lines(edition):
        regions = finder.find(workbook, table_id)
        lines[table_id] = lines_named(regions[0].sheet, edition.count_tables[table_id]) if len(regions) == 1 else []
    return with_lines(edition, lines)


def with_default_roster(edition: Edition, fiscal_year: int) -> Edition:
    """The edition with the lines that the default roster of municipality.toml gives, to try it out."""
    rows = edition.municipality.roster
    return with_roster(edition, [RosterSection(fiscal_year, r.department, r.section, kind=r.kind) for r in rows])


def _line(table: CountTable, section: RosterSection, part: Part, edition: Edition) -> Line | None:
    """The line of a 課: that which the definition writes for it, or the one that the roster gives; None without one."""
    department = section.department or section.section_name
    body = section.belongs_to(part, edition.kinds)
    if table.only and (body is None or body.name not in table.only):
        return None
    if not table.awaits_lines:
        name = {"実施機関": body.name if body else "", "部": department, "課": section.key}[table.by]
        for group, label, of in _written(table):
            is_only_named = table.by == "課" and section.section_name in of and group in ("", department)
            if name in of or is_only_named:
                return group, label
        return None
    if _is_outside(table, section, part, body, edition):
        return None
    grouped = bool(table.group_stub) and table.places == "rows"
    if table.by == "課":
        return (department, section.section_name) if grouped else ("", section.key)
    if table.by == "部" and not grouped:
        return "", department
    if body is None:
        return None
    return (body.name, department) if grouped and body.name in (table.split or (body.name,)) else ("", body.name)


def _written(table: CountTable) -> list[tuple[str, str, tuple[str, ...]]]:
    """The lines that a definition writes: group, label, and what each adds up."""
    if table.places == "columns":
        return [("", column.label, column.covered) for column in table.columns if not column.sum_of]
    return [(*row.line, row.covered) for row in table.filled_rows]


def _is_outside(table: CountTable, section: RosterSection, part: Part, body: Body | None, edition: Edition) -> bool:
    """Whether a 課 has nothing to say in a table: the law does not reach its body, or the roster does not ask it."""
    keys = {table.key, table.divides} - {""}
    if body is not None and not keys.isdisjoint(body.outside):
        return True
    origin = origin_of(edition, part.table_id(table.key))
    asked = origin in edition.tables  # a case ledger is not asked of anybody
    return asked and not {part.key, origin}.isdisjoint(withheld_from(section, edition))


def _in_order(table: CountTable, part: Part, lines: Iterable[Line]) -> list[Line]:
    """The lines in the order of the bodies, or of the roster; those of a group together."""
    bodies = [body.name for body in part.definition.bodies]
    if table.by == "実施機関":
        outside = {body.name for body in part.definition.bodies if {table.key, table.divides} & {*body.outside}}
        return [("", name) for name in table.only or bodies if name not in outside]
    found = list(dict.fromkeys(lines))
    first = list(dict.fromkeys(group or label for group, label in found))
    heads = [*bodies, *first] if table.by == "部" and table.group_stub else first
    return sorted(found, key=lambda line: heads.index(line[0] or line[1]))


def divided_tables(edition: Edition) -> dict[str, CountTable]:
    """The tables that divide another one by 実施機関, 部 or 課, by id."""
    return {table_id: table for table_id, table in edition.count_tables.items() if table.divides}


def values_by_line(tallies: Tallies, edition: Edition) -> Iterator[tuple[CellKey, int | None]]:
    """The number (件) of every cell of these tables; None without a roster.

    What a 課 outside the roster said is in no line; `checks/links.py` says so where the sum is another than that of the
    table that is divided. Adjustments are added later, where they name a 課.
    """
    for table_id, table in divided_tables(edition).items():
        lines = edition.lines.get(table_id)
        sums: Counter[tuple[Line | None, CellKey]] = Counter()
        for section, key, count in _said(tallies, edition, divided_by(table_id, table)):
            sums[lines.get(section) if lines else None, key] += count
        for key in table.filled_keys(table_id):
            line = line_of(table, key)
            counted = sum(sums[line, source] for source in divided_cells(edition, key))
            yield key, None if lines is None else counted


def line_of(table: CountTable, key: CellKey) -> Line:
    """The line to which a cell belongs."""
    return ("", key.column) if table.places == "columns" else (key.group, key.row)


def divided_cells(edition: Edition, key: CellKey) -> list[CellKey]:
    """The cells of the divided table of which a cell has the part of its line."""
    table = edition.count_tables[key.table]
    source_id = divided_by(key.table, table)
    source = edition.count_tables[source_id]
    column = next(column for column in table.columns if column.label == key.column)
    if not table.of_column:
        return [cell for label in column.covered for cell in source.keys_of_total(source_id, label)]
    group, names = "", {*column.covered}
    if table.places == "columns":
        row = next(row for row in table.rows if row.line == (key.group, key.row))
        group, names = row.group, {*row.covered}
    whole_groups = (row for row in source.counted_rows if row.group in names)
    named = (row for row in source.rows if row.label in names and group in ("", row.group))
    keys = (row.key(source_id, table.of_column) for row in (*named, *whole_groups))
    return list(dict.fromkeys(cell for cell_or_sum in keys for cell in source.parts_of(cell_or_sum)))


def sections_without_line(roster: Sequence[RosterSection], edition: Edition) -> Iterator[tuple[str, RosterSection]]:
    """Each 課 that is in no line of a table about its 実施機関 (`only`), with the id of the table.

    Where a table is about all of them, its sum says so.
    """
    for table_id, table in edition.count_tables.items():
        part, lines = edition.part_of(table_id), edition.lines.get(table_id, {})
        for section in roster if table.only else ():
            body = section.belongs_to(part, edition.kinds)
            if body is None or body.name not in table.only or section.key in lines:
                continue
            if not _is_outside(table, section, part, body, edition):
                yield table_id, section


def places_outside(tallies: Tallies, edition: Edition, table_id: str) -> Iterator[Place]:
    """Where a 課 filled in what a table divides, if it has no line there; nothing without a roster."""
    table, lines = edition.count_tables[table_id], edition.lines.get(table_id)
    divided = divided_by(table_id, table) if table.divides else ""
    if lines and divided and not edition.count_tables[divided].counted_from:
        told = (cell for cell in tallies.cells if cell.key.table == divided and not cell.ward and cell.value)
        yield from (cell.place for cell in told if cell.place.section not in lines)


def entries_outside(tallies: Tallies, edition: Edition, table_id: str) -> Iterator[Entry]:
    """The same of a table that divides one counted from entries: those of a 課 that has no line."""
    divided, lines = divided_by(table_id, edition.count_tables[table_id]), edition.lines.get(table_id)
    source = edition.count_tables[divided]
    if lines and source.counted_from:
        entries = tallies.entries[source_of(divided, source)]
        yield from (entry for entry in entries if entry.section not in lines)


def entries_in_line(tallies: Tallies, edition: Edition, key: CellKey) -> Iterator[Entry]:
    """The entries that are counted in a cell of a table that divides one counted from them."""
    table = edition.count_tables[key.table]
    divided, lines = divided_by(key.table, table), edition.lines.get(key.table, {})
    source = edition.count_tables[divided]
    if source.counted_from:
        behind = counted_entries(divided, source, tallies.entries[source_of(divided, source)])
        own = (entry for cell in divided_cells(edition, key) for entry in behind.get(cell, ()))
        yield from (entry for entry in own if lines.get(entry.section) == line_of(table, key))


def _said(tallies: Tallies, edition: Edition, table_id: str) -> Iterator[tuple[str, CellKey, int]]:
    """What each 課 said in a cell of a table, or what its entries make in it."""
    table = edition.count_tables[table_id]
    if not table.counted_from:
        own = (cell for cell in tallies.cells if cell.key.table == table_id and not cell.ward)
        yield from ((cell.place.section, cell.key, cell.value) for cell in own)
        return
    columns = {column.label: column for column in table.columns}
    behind = counted_entries(table_id, table, tallies.entries[source_of(table_id, table)])
    for key, entries in behind.items():
        by_section = defaultdict(list)
        for entry in entries:
            by_section[entry.section].append(entry)
        yield from ((section, key, amount(columns[key.column], own)) for section, own in by_section.items())
