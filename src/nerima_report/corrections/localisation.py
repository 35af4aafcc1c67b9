"""A system → its problems, each with every smallest change that would solve it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from nerima_report.corrections.patterns import pattern_changes
from nerima_report.corrections.search import Change, Problem, pair_changes, single_changes
from nerima_report.corrections.system import System
from nerima_report.places import Place


@dataclass(frozen=True)
class Localisation:
    """A problem, and the changes that solve it: single cells if there are any, otherwise slips of many, and pairs.

    `readable`: cells that cannot be read were left alone, so only what can be checked comes to hold.
    """

    problem: Problem
    changes: tuple[Change, ...]
    readable: bool = False


def localise(system: System, own: Callable[[Place], bool] = lambda place: True) -> tuple[Localisation, ...]:
    """Every problem of a system with its smallest changes.

    `own` are the places at fault that are looked at; cells of others may be changed one by one where nothing is
    wrong with them, because what is wrong with them is a problem of its own.
    """
    return tuple(_localised(problem) for problem in _problems(system, own))


def _problems(system: System, own: Callable[[Place], bool]) -> Iterator[Problem]:
    """What hangs together is one problem; so slips in two parts of a workbook do not hide each other."""
    ours = frozenset(number for number, cell in enumerate(system.cells) if own(cell.place))
    broken = {n for n in system.broken if own(system.constraints[n].finding.place)}
    foreign = {cell for n in system.broken - broken for cell in system.constraints[n].cells}
    unknown = set(system.unknown & ours)
    while broken or unknown:
        start = system.constraints[min(broken)].cells if broken else {min(unknown)}
        cells, constraints = system.connected(start)
        problem = Problem(
            system,
            broken=frozenset(n for n in broken if n in constraints or not system.constraints[n].cells),
            unknown=frozenset(unknown & cells),
            candidates=cells - foreign - system.unknown,
            pairs=(cells & ours) - foreign - system.unknown,
        )
        broken -= problem.broken
        unknown -= problem.unknown
        yield problem


def _localised(problem: Problem) -> Localisation:
    changes = _smallest(problem)
    if problem.unknown:
        changes = tuple(change for change in changes if change.numbers.only is not None)
    if changes or not (problem.broken and problem.unknown):
        return Localisation(problem, changes)
    readable = replace(problem, unknown=frozenset())
    return Localisation(readable, _smallest(readable), readable=True)


def _smallest(problem: Problem) -> tuple[Change, ...]:
    if singles := tuple(single_changes(problem)):
        return singles
    return (*pattern_changes(problem), *pair_changes(problem))
