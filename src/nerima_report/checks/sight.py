"""2xx: nothing that is counted is out of sight, or hidden behind a merged cell."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from nerima_report.findings import Finding
from nerima_report.tallies.evidence import Evidence
from nerima_report.tallies.layout import CountLayout, EntryLayout
from nerima_report.tallies.model import LocatedTable
from nerima_report.workbooks import Position, Sheet, is_blank

MOST_RELATED = 20  # cells that one finding names
MOST_MERGES = 20  # findings for one table: who merges more has heard of it


def tables_are_visible(evidence: Evidence) -> Iterator[Finding]:
    """No sheet, row or column with counted cells is hidden: nobody would have looked at those numbers."""
    for located, layout, sheet in _readable(evidence):
        if sheet.facts.hidden:
            yield Finding("N214", located.place())
        if not (sheet.facts.hidden_rows or sheet.facts.hidden_columns):
            continue
        filled = (position for position in layout.data_cells if not is_blank(sheet.cells.get(position)))
        hidden = [position for position in filled if sheet.facts.hides(position)]
        if hidden:
            yield _finding("N213", located, hidden)


def data_cells_stand_alone(evidence: Evidence) -> Iterator[Finding]:
    """No merged range covers two cells of a table, or one of them other than with its first cell."""
    for located, layout, sheet in _readable(evidence):
        if not sheet.facts.merged:
            continue
        columns: dict[int, list[int]] = defaultdict(list)
        for row, column in layout.data_cells:  # in order of rows
            columns[column].append(row)
        covered = (_covered(columns, *corners) for corners in sheet.facts.merged)
        for cells in islice(filter(None, covered), MOST_MERGES):
            yield _finding("N215", located, cells)


def _readable(evidence: Evidence) -> Iterator[tuple[LocatedTable, CountLayout | EntryLayout, Sheet]]:
    """The tables that were read, each with its sheet."""
    for located in evidence.tallies.located:
        sheet = located.sheet
        if located.layout is not None and sheet is not None and not located.not_applicable:
            yield located, located.layout, sheet


def _covered(columns: Mapping[int, Sequence[int]], first: Position, last: Position) -> list[Position]:
    """The data cells under a merged range that its first cell does not speak for: the rows by column are given."""
    inside = [column for column in columns if first[1] <= column <= last[1]]
    cells = [(row, column) for column in inside for row in _between(columns[column], first[0], last[0])]
    return [] if cells == [first] else sorted(cells)


def _between(rows: Sequence[int], first: int, last: int) -> Sequence[int]:
    """At most a few of the sorted rows between two rows, which is enough to say where it begins."""
    begin, end = bisect_left(rows, first), bisect_right(rows, last)
    return rows[begin : min(end, begin + MOST_RELATED)]


def _finding(code: str, located: LocatedTable, cells: Sequence[Position]) -> Finding:
    related = tuple(located.place(position) for position in cells[1:MOST_RELATED])
    return Finding(code, located.place(cells[0]), related=related)
