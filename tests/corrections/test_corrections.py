"""Which cell is wrong: the same candidates as by trying everything, and none without a slip."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brute_force import TOTAL, BruteForce, check_sums, evidence_of
from consistent import disclosure
from consistent_act import consistent_act
from nerima_report.corrections.advice import Localisation, localise
from nerima_report.corrections.constraints import workbook_system
from nerima_report.corrections.slips import numbers_meant
from nerima_report.edition import Edition
from nerima_report.places import CellKey, Place
from slips import TYPED

few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
MOST = 250  # the largest number that is tried: the sums of the random workbooks stay below it


def key_of(place: Place) -> CellKey:
    return CellKey(place.table, place.group, place.row, place.column)


def localised(edition: Edition, values: Mapping[CellKey, int]) -> tuple[Localisation, ...]:
    collection = evidence_of(edition, values)
    return localise(workbook_system(collection, collection.tallies.cells[0].place.file, ()))


def with_totals(edition: Edition, counts: Mapping[CellKey, int]) -> dict[CellKey, int]:
    """The counts with the totals that somebody added up and typed."""
    values = dict(counts)
    for key, value in counts.items():
        if edition.count_tables[key.table].total:
            total = CellKey(key.table, "", TOTAL, key.column)
            values[total] = values.get(total, 0) + value
    return values


def singles_in(problems: tuple[Localisation, ...]) -> dict[CellKey, set[int]]:
    """The cells that alone would do, each with the numbers up to the largest that is tried."""
    return {
        key_of(problem.problem.system.cells[change.cells[0]].place): {n for n in range(MOST + 1) if n in change.numbers}
        for problem in problems
        for change in problem.changes
        if len(change.cells) == 1
    }


def draw_slip(data: st.DataObject, counts: Mapping[CellKey, int], most: int = 99) -> dict[CellKey, int]:
    key = data.draw(st.sampled_from(sorted(counts)), label="cell")
    typed = data.draw(st.integers(0, most).filter(lambda number: number != counts[key]), label="typed")
    return {**counts, key: typed}


@few
@given(data=st.data(), typed_totals=st.booleans())
def test_single_cells_are_those_found_by_trying_everything(
    data: st.DataObject, typed_totals: bool, edition: Edition
) -> None:
    counts = disclosure(data.draw, edition)
    values = draw_slip(data, with_totals(edition, counts) if typed_totals else counts)
    tried = BruteForce(edition, values)
    problems = localised(edition, values)
    assert bool(problems) == bool(tried.broken)
    expected = tried.singles(MOST) if tried.broken else {}
    assert singles_in(problems) == expected
    for key, numbers in expected.items():  # and the checks themselves say so
        corrected = {**values, key: max(numbers)}
        assert check_sums(evidence_of(edition, corrected)) == []


@settings(few, max_examples=10)
@given(data=st.data(), fiscal_year=st.sampled_from([2023, 2026]))
def test_so_they_are_under_the_act(data: st.DataObject, fiscal_year: int, whole_edition: Edition) -> None:
    edition = whole_edition.for_year(fiscal_year)
    counts, _ = data.draw(consistent_act(edition, fiscal_year))
    values = draw_slip(data, counts)
    tried = BruteForce(edition, values)
    assert singles_in(localised(edition, values)) == (tried.singles(MOST) if tried.broken else {})


@settings(few, max_examples=8)
@given(data=st.data())
def test_pairs_are_those_found_by_trying_everything(data: st.DataObject, edition: Edition) -> None:
    counts = disclosure(data.draw, edition, most=1)
    values = draw_slip(data, draw_slip(data, counts, most=3), most=3)
    tried = BruteForce(edition, values)
    changes = [change for problem in localised(edition, values) for change in problem.changes if not change.kind]
    if not tried.broken or tried.singles(20):
        assert all(len(change.cells) == 1 for change in changes)
        return
    system = localised(edition, values)[0].problem.system
    places = {frozenset(key_of(system.cells[cell].place) for cell in change.cells) for change in changes}
    assert places == tried.pairs(9)
    for change in changes:
        new = change.line.at(change.numbers.nearest(0))
        corrected = {key_of(system.cells[cell].place): number for cell, number in new.items()}
        assert check_sums(evidence_of(edition, {**values, **corrected})) == []


@few
@given(data=st.data(), typed_totals=st.booleans())
def test_a_clean_workbook_gets_no_suggestion(data: st.DataObject, typed_totals: bool, edition: Edition) -> None:
    counts = disclosure(data.draw, edition)
    assert localised(edition, with_totals(edition, counts) if typed_totals else counts) == ()


@given(typed=st.integers(0, 99_999))
def test_what_was_meant_leads_back_to_what_was_typed(typed: int, edition: Edition) -> None:
    for number, kinds in numbers_meant(typed, edition.corrections).items():
        assert all(typed in TYPED[kind](number) for kind in kinds), number


@given(number=st.integers(0, 9_999), kind=st.sampled_from(sorted(TYPED)))
def test_every_slip_is_known_again(number: int, kind: str, edition: Edition) -> None:
    for typed in TYPED[kind](number):
        assert kind in numbers_meant(typed, edition.corrections)[number], typed
