"""Findings → the same findings with advice. The advice on a problem stands once, at its most severe finding.

A system may have several problems. For each of them all smallest changes are found that would solve it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from nerima_report.checks.cells import CODES as UNREADABLE
from nerima_report.checks.links import CODES as LINKS
from nerima_report.corrections.constraints import ward_system, workbook_system
from nerima_report.corrections.linear_system import System
from nerima_report.corrections.ranking import Before, Ranking
from nerima_report.corrections.search import Change, Problem, pair_changes, single_changes
from nerima_report.corrections.sentences import Sentences
from nerima_report.corrections.slips import pattern_changes
from nerima_report.findings import Advice, Explanation, Finding
from nerima_report.places import WARD, Place
from nerima_report.tallies.collection import Collection

# The findings that systems can explain: broken totals and links, unreadable cells, persons out of bounds, adjustments.
IN_A_WORKBOOK = frozenset({"N401", *LINKS.values(), "N301", *UNREADABLE.values()})
IN_THE_WARD = frozenset({*LINKS.values(), "N607", "N608", "N610"})

Recall = Callable[[int], Before]  # a fiscal year → what was reported for the year before it


def nothing_is_known(fiscal_year: int) -> Before:
    """The `recall` of a collection that has no year before."""
    return {}


def suggest_corrections(
    findings: Sequence[Finding],
    collection: Collection,
    explanations: Sequence[Explanation],
    recall: Recall = nothing_is_known,
) -> list[Finding]:
    """The findings of a year, with advice where the numbers show what may be wrong.

    `recall` gives what each 課 reported for the year before; it is asked only when something is wrong.
    """
    advised = list(findings)
    before: Before | None = None
    for system, problems in _localised(findings, collection, explanations):
        before = recall(collection.fiscal_year) if before is None else before
        ranking = Ranking(system, collection.edition.corrections, before)
        sentences = Sentences(collection.edition, system)
        alone = len(problems) == 1
        for problem in problems:
            number = _most_severe(advised, problem, collection)
            if number is not None:
                advised[number] = replace(advised[number], advice=_advice(problem, ranking, sentences, alone))
    return advised


def _localised(
    findings: Sequence[Finding], collection: Collection, explanations: Sequence[Explanation]
) -> Iterator[tuple[System, tuple[Localisation, ...]]]:
    """The systems in which something is wrong, with their problems.

    Without a roster there is no system of the ward; the workbook of the ward is then treated like any other.
    """
    faulty = [finding for finding in findings if finding.explained is None]
    files = {finding.place.file for finding in faulty if finding.code in IN_A_WORKBOOK}
    wards = {s.file for s in collection.submissions if s.ward} if collection.roster is not None else set()
    for file in collection.cells:
        if file in files - wards:
            system = workbook_system(collection, file, explanations)
            yield system, localise(system)
    in_the_ward = any(f.code in IN_THE_WARD and (f.place.section == WARD or f.place.file in wards) for f in faulty)
    if collection.roster is not None and (in_the_ward or files & wards):
        system = ward_system(collection, explanations)
        yield system, localise(system, lambda place: place.file in wards or place.section == WARD)


def _most_severe(findings: Sequence[Finding], problem: Localisation, collection: Collection) -> int | None:
    """The index of the finding that gets the advice on a problem: the most severe one that it causes."""
    inner = problem.problem
    subjects = {_subject(inner.system.constraints[number].finding) for number in inner.broken}
    unread = {inner.system.cells[number].place for number in inner.unknown}
    catalogue = collection.edition.catalogue
    caused = [f for f in findings if f.explained is None and (_subject(f) in subjects or _is_unread(f, unread))]
    first = next(iter(catalogue.order(caused)), None)
    return next((number for number, finding in enumerate(findings) if finding is first), None)


def _is_unread(finding: Finding, places: set[Place]) -> bool:
    return finding.place in places and finding.code in IN_A_WORKBOOK


def _subject(finding: Finding) -> tuple[str, Place, str, str]:
    """What identifies a finding apart from its numbers."""
    return finding.code, finding.place, finding.details.get("left", ""), finding.details.get("right", "")


def _advice(problem: Localisation, ranking: Ranking, sentences: Sentences, alone: bool) -> Advice:
    """The changes in words, the likeliest first; that there is none is said only where numbers disagree."""
    words = sentences.words
    if not problem.changes:
        return Advice(remarks=(words.unexplained,) if problem.problem.broken else ())
    ranked = ranking.ranked(problem.changes)
    checks = words.readable if problem.readable else words.all if alone else words.related
    suggestions = tuple(sentences.suggestion(one, checks) for one in ranked)
    return Advice(suggestions, sentences.most(ranked), tuple(sentences.remarks(ranked)))


@dataclass(frozen=True)
class Localisation:
    """A problem, and the changes that solve it: single cells if there are any, otherwise slips of many, and pairs.

    `readable`: unreadable cells were left as they are, so the changes make only those constraints hold that can be
    checked.
    """

    problem: Problem
    changes: tuple[Change, ...]
    readable: bool = False


def localise(system: System, in_scope: Callable[[Place], bool] = lambda place: True) -> tuple[Localisation, ...]:
    """Every problem of a system with its smallest changes.

    Problems are looked for at the places `in_scope`. Cells elsewhere may be changed as well, but one at a time and only
    where nothing is wrong with them, because a fault there is a problem of its own.
    """
    return tuple(_solved(problem) for problem in _problems(system, in_scope))


def _problems(system: System, in_scope: Callable[[Place], bool]) -> Iterator[Problem]:
    """Connected constraints are one problem, so that slips in two parts of a workbook do not hide each other."""
    cells_in_scope = frozenset(number for number, cell in enumerate(system.cells) if in_scope(cell.place))
    broken = {n for n in system.broken if in_scope(system.constraints[n].finding.place)}
    foreign = {cell for n in system.broken - broken for cell in system.constraints[n].cells}
    unknown = set(system.unknown & cells_in_scope)
    while broken or unknown:
        start = system.constraints[min(broken)].cells if broken else {min(unknown)}
        cells, constraints = system.connected(start)
        problem = Problem(
            system,
            broken=frozenset(n for n in broken if n in constraints or not system.constraints[n].cells),
            unknown=frozenset(unknown & cells),
            candidates=cells - foreign - system.unknown,
            pairs=(cells & cells_in_scope) - foreign - system.unknown,
        )
        broken -= problem.broken
        unknown -= problem.unknown
        yield problem


def _solved(problem: Problem) -> Localisation:
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
