"""The patterns of slips, each under its kind in corrections.toml, which gives it its weight and words.

Slips in one number: the numbers that may have been intended where another one was typed. Slips in many cells at once: a
column written one row too low or too high, two columns exchanged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, groupby, pairwise

from nerima_report.corrections.linear_system import LinearChange, System
from nerima_report.corrections.search import Change, Problem
from nerima_report.edition.texts import CorrectionsDefinition

MOST_ZEROS = 3  # that a spreadsheet drops in front of a number: who types 0003 for 3000 leaves 3
FEWEST = 2  # cells that a slip of many cells must have changed, beside the one whose number was lost


def numbers_meant(typed: int, definition: CorrectionsDefinition) -> dict[int, tuple[str, ...]]:
    """The numbers that may have been meant, each with the kinds of slip of which `typed` (件, 人) comes out.

    The kinds are those of corrections.toml that concern the digits.
    """
    texts = ["0" * zeros + str(typed) for zeros in range(MOST_ZEROS + 1)]
    ways = {
        "swapped-digits": (number for text in texts for number in _swapped(text)),
        "dropped-digit": (number for text in texts for number in _with_one_more(text)),
        "doubled-digit": _with_one_less(str(typed)),
        "neighbouring-key": (number for text in texts for number in _with_another(text, definition)),
        "tenfold": _tenfold(typed),
    }
    kinds_of: dict[int, list[str]] = {}
    for kind, numbers in ways.items():
        for number in set(numbers) - {typed} if kind in definition.by_kind else ():
            kinds_of.setdefault(number, []).append(kind)
    return {number: tuple(kinds) for number, kinds in kinds_of.items()}


def _swapped(text: str) -> Iterator[int]:
    """63 for 36, 321 for 123, and 306 for 036; a leading 0 changes places only with its neighbour."""
    yield from _whole(
        text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :]
        for i in _places(text)
        for j in range(i + 1, min(2, len(text)) if text[0] == "0" else len(text))
    )


def _with_one_more(text: str) -> Iterator[int]:
    """163 for 63, and 103 for 03."""
    places = [0] if text[0] == "0" else range(len(text) + 1)
    yield from _whole(f"{text[:i]}{digit}{text[i:]}" for i in places for digit in "0123456789")


def _with_one_less(text: str) -> Iterator[int]:
    """63 for 663: one of two equal digits in a row is left out."""
    start = 0
    for _, same in groupby(text):
        length = len(list(same))
        if length > 1:
            yield from _whole([text[:start] + text[start + 1 :]])
        start += length


def _with_another(text: str, definition: CorrectionsDefinition) -> Iterator[int]:
    """62 for 63, whose keys lie side by side."""
    yield from _whole(
        f"{text[:i]}{key}{text[i + 1 :]}" for i in _places(text) for key in definition.beside.get(text[i], ())
    )


def _tenfold(typed: int) -> Iterator[int]:
    """630 for 63, and 63 for 630."""
    yield typed * 10
    if typed % 10 == 0:
        yield typed // 10


def _places(text: str) -> range:
    """The positions that may change: of a number with a leading 0 only that digit, because no number begins with 0."""
    return range(1) if text[0] == "0" else range(len(text))


def _whole(texts: Iterable[str]) -> Iterator[int]:
    """The texts that are numbers without a leading 0."""
    return (int(text) for text in texts if len(text) == 1 or text[0] != "0")


def pattern_changes(problem: Problem) -> Iterator[Change]:
    """Every slip of many cells that makes every constraint hold when it is undone."""
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


def _moved_up(system: System, column: Sequence[int]) -> LinearChange | None:
    """Each cell gets the number of the next one; the number of the last has been lost."""
    line: dict[int, tuple[int, int]] = {}
    for cell, following in pairwise(column):
        value = system.cells[following].value
        if not isinstance(value, int):
            return None
        line[cell] = (value, 0)
    return LinearChange(line | {column[-1]: (0, 1)}) if _changes(system, line) else None


def _exchanged(system: System, one: Sequence[int], other: Sequence[int]) -> LinearChange | None:
    """Each cell gets the number beside it."""
    line: dict[int, tuple[int, int]] = {}
    for pair in zip(one, other, strict=False):
        for cell, beside in (pair, pair[::-1]):
            value = system.cells[beside].value
            if not isinstance(value, int):
                return None
            line[cell] = (value, 0)
    whole = len(one) == len(other)
    return LinearChange(line) if whole and _changes(system, line) > FEWEST else None  # two cells are searched as a pair


def _changes(system: System, line: dict[int, tuple[int, int]]) -> int:
    """How many cells a line changes, if they are enough; otherwise 0."""
    changed = sum(system.cells[cell].value != base for cell, (base, _) in line.items())
    return changed if changed >= FEWEST else 0


def _explains(problem: Problem, line: LinearChange | None, kind: str) -> Iterator[Change]:
    if line is None or not problem.unknown.issubset(line.cells):
        return
    if numbers := problem.system.solve(line, problem.broken):
        yield Change(line, numbers, kind)
