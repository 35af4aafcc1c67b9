"""Slips that change many cells at once: a column written one row too low or too high, two columns exchanged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from nerima_report.corrections.search import Change, Problem
from nerima_report.corrections.system import Line, System

FEWEST = 2  # cells that a slip of many must have changed, beside the one whose number got lost


def pattern_changes(problem: Problem) -> Iterator[Change]:
    """Every slip of many cells that, undone, makes everything hold."""
    tables = _columns(problem)
    for columns in tables.values():
        for column in columns.values():
            for line in (_moved_up(problem.system, column), _moved_up(problem.system, column[::-1])):
                yield from _explains(problem, line, "shifted-rows")
        for one, other in combinations(columns.values(), 2):
            yield from _explains(problem, _exchanged(problem.system, one, other), "exchanged-columns")


def _columns(problem: Problem) -> dict[tuple[str, str], dict[str, list[int]]]:
    """The columns of each table of a workbook: their cells from top to bottom."""
    tables: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number in sorted(problem.pairs | problem.unknown):
        cell = problem.system.cells[number]
        if not cell.is_total and cell.place.row:
            tables[cell.place.file, cell.place.table][cell.place.column].append(number)
    return tables


def _moved_up(system: System, column: Sequence[int]) -> Line | None:
    """Each cell gets the number of the next one; the number of the last has been lost."""
    line: dict[int, tuple[int, int]] = {}
    for cell, following in pairwise(column):
        value = system.cells[following].value
        if not isinstance(value, int):
            return None
        line[cell] = (value, 0)
    return Line(line | {column[-1]: (0, 1)}) if _changes(system, line) else None


def _exchanged(system: System, one: Sequence[int], other: Sequence[int]) -> Line | None:
    """Each cell gets the number beside it."""
    line: dict[int, tuple[int, int]] = {}
    for pair in zip(one, other, strict=False):
        for cell, beside in (pair, pair[::-1]):
            value = system.cells[beside].value
            if not isinstance(value, int):
                return None
            line[cell] = (value, 0)
    whole = len(one) == len(other)
    return Line(line) if whole and _changes(system, line) > FEWEST else None  # two cells alone are a pair


def _changes(system: System, line: dict[int, tuple[int, int]]) -> int:
    """How many cells a line changes, if they are enough; otherwise 0."""
    changed = sum(system.cells[cell].value != base for cell, (base, _) in line.items())
    return changed if changed >= FEWEST else 0


def _explains(problem: Problem, line: Line | None, kind: str) -> Iterator[Change]:
    if line is None or not problem.unknown.issubset(line.cells):
        return
    if numbers := problem.system.solve(line, problem.broken):
        yield Change(line, numbers, kind)
