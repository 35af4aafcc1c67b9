"""Findings → the same findings with advice. The advice on a problem stands once, at its most severe finding.

A system may have several problems. For each of them all smallest changes are found that would solve it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from nerima_report.checks.cells import CODES as UNREADABLE
from nerima_report.corrections.constraints import ward_system, workbook_system
from nerima_report.corrections.earlier import earlier_numbers
from nerima_report.corrections.linear_system import System
from nerima_report.corrections.lines import lines_behind, list_behind
from nerima_report.corrections.ranking import Before, Ranking
from nerima_report.corrections.search import Change, Problem, pair_changes, single_changes
from nerima_report.corrections.sentences import Sentences
from nerima_report.corrections.slips import pattern_changes
from nerima_report.edition.definition import fill
from nerima_report.edition.links import LINK_CODES
from nerima_report.findings import SEVERITIES, Advice, Explanation, Finding, shown_fact
from nerima_report.places import CellKey, Place
from nerima_report.tallies.collection import Collection

# What the systems know of: broken totals and links, cells without a number, persons out of bounds, adjustments.
IN_A_WORKBOOK = frozenset({"N401", "N408", *LINK_CODES.values(), "N301", *UNREADABLE.values(), "N530"})
# Numbers that stand on a sheet and are not read: as long as they are there, nobody knows which of the others is wrong.
NOT_READ = frozenset({"N207", "N208", "N217", "N218"})
IN_THE_WARD = frozenset({*LINK_CODES.values(), "N607", "N608", "N610"})

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
    names = count(1)
    not_read = _not_read(findings, collection)
    before: Before | None = None
    for system, problems in _localised(findings, collection, explanations):
        before = recall(collection.fiscal_year) if before is None else before
        earlier = earlier_numbers(collection, {cell.place.file for cell in system.cells})
        ranking = Ranking(system, collection.edition.corrections, before, earlier)
        sentences = Sentences(collection.edition, ranking)
        alone = len(problems) == 1
        for problem in problems:
            advice = _first_read(problem.problem, not_read, sentences) or _advice(problem, ranking, sentences, alone)
            advice = replace(advice, remarks=(*advice.remarks, *_on_lists(problem.problem, collection)))
            name = f"{collection.fiscal_year}-{next(names)}" if advice.suggestions else ""
            for number in _caused(advised, problem, collection):
                advised[number] = replace(advised[number], advice=advice, problem=name)
                advice = Advice()  # it is said once, at the most severe
    for number, finding in enumerate(advised):
        if finding.code == "N530" and finding.explained is None and not finding.advice.lines:
            problem_name = f"{collection.fiscal_year}-{next(names)}"
            advised[number] = replace(finding, advice=_on_register(finding, collection), problem=problem_name)
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
    whole = collection.edition.words.whole
    in_the_ward = any(f.code in IN_THE_WARD and (f.place.section == whole or f.place.file in wards) for f in faulty)
    if collection.roster is not None and (in_the_ward or files & wards):
        system = ward_system(collection, explanations)
        yield system, localise(system, lambda place: place.file in wards or place.section == whole)


def _caused(findings: Sequence[Finding], localised: Localisation, collection: Collection) -> list[int]:
    """The numbers of the findings that a problem causes, the most severe first.

    Cells that cannot be read are problems of their own where numbers disagree as well.
    """
    problem = localised.problem
    subjects = {_subject(problem.system.constraints[number].finding) for number in problem.broken}
    unread = {problem.system.cells[number].place for number in problem.unknown}
    still_open = [(number, finding) for number, finding in enumerate(findings) if finding.explained is None]
    caused = [(number, f) for number, f in still_open if _subject(f) in subjects]
    caused = caused or [(number, f) for number, f in still_open if _is_unread(f, unread)][:1]
    severity = collection.edition.catalogue.severity
    return [number for number, f in sorted(caused, key=lambda one: SEVERITIES.index(severity(one[1])))]


def _is_unread(finding: Finding, places: set[Place]) -> bool:
    return finding.place in places and finding.code in IN_A_WORKBOOK


def _subject(finding: Finding) -> tuple[str, Place, str, str]:
    """What identifies a finding apart from its numbers."""
    return finding.code, finding.place, finding.details.get("left", ""), finding.details.get("right", "")


def _advice(localised: Localisation, ranking: Ranking, sentences: Sentences, alone: bool) -> Advice:
    """The changes in words, the likeliest first; that none would do is said only where the numbers disagree.

    Where no change is likelier than another, the numbers that changed since an earlier submission are named first.
    """
    words, problem = sentences.words, localised.problem
    touched = {cell for number in problem.broken for cell in problem.system.constraints[number].cells}
    if not localised.changes:
        unexplained = (sentences.revised(touched), words.unexplained) if touched else ()
        return Advice(remarks=tuple(filter(None, unexplained)))
    ranked = ranking.ranked(localised.changes)
    checks = words.readable if localised.readable else words.all if alone else words.related
    suggestions = tuple(sentences.suggestion(one, checks) for one in ranked)
    alike = sentences.alike(ranked)
    remarks = (sentences.revised(touched) if alike else "", *sentences.remarks(ranked))
    places = tuple(problem.system.cells[cell].place for cell in alike)
    return Advice(suggestions, sentences.likely(ranked), tuple(filter(None, remarks)), places)


def _not_read(findings: Sequence[Finding], collection: Collection) -> Mapping[tuple[str, str], list[Place]]:
    """The places of numbers that are not read, by file and sheet."""
    places: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for finding in findings:
        if finding.code in NOT_READ and finding.explained is None and collection.edition.catalogue.is_error(finding):
            places[finding.place.file, finding.place.sheet].append(finding.place)
    return places


def _first_read(
    problem: Problem, not_read: Mapping[tuple[str, str], list[Place]], sentences: Sentences
) -> Advice | None:
    """That a number which is not read may be what is missing, where one stands on a sheet that disagrees."""
    numbers = {cell for constraint in problem.broken for cell in problem.system.constraints[constraint].cells}
    sheets = dict.fromkeys(
        (cell.place.file, cell.place.sheet) for cell in (problem.system.cells[n] for n in sorted(numbers))
    )
    places = [place for sheet in sheets for place in not_read.get(sheet, ())]
    if not places:
        return None
    named = "、".join(f"{place.sheet} {place.cell}" for place in places)
    return Advice(remarks=(fill(sentences.words.not_read, {"場所": named}),))


def _on_lists(problem: Problem, collection: Collection) -> Iterator[str]:
    """That a number is counted from the lines of a list, where it is one of those that disagree."""
    places = (place for number in problem.broken for place in problem.system.constraints[number].finding.related)
    for sheet in dict.fromkeys(filter(None, (list_behind(collection, place) for place in places))):
        yield fill(collection.edition.corrections.words.counted, {"表": sheet})


def _on_register(finding: Finding, collection: Collection) -> Advice:
    """The lines to look at where a register does not make the number that was written: it counts lines."""
    words, place = collection.edition.corrections.words, finding.place
    difference = finding.difference or 0
    registers = lines_behind(collection, place.file, CellKey(place.table, place.group, place.row, place.column))
    doubtful = [line for register in registers for line in register.doubtful(too_many=difference < 0)]
    names = "、".join(f"{line.place.table}「{line.place.row}」（{line.entry.row}行目）" for line in doubtful)
    sheets = "」「".join(register.submitted.located.table_id for register in registers)
    remarks = []
    if doubtful:
        remarks.append(fill(words.lines_doubtful if difference < 0 else words.lines_left_out, {"場所": names}))
    if difference > 0 or not doubtful:
        wanted = words.lines_missing if difference > 0 else words.lines_too_many
        remarks.append(fill(wanted, {"表": sheets, "数": shown_fact(abs(difference))}))
    return Advice(remarks=tuple(remarks), alike=tuple(line.place for line in doubtful))


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
