"""Which cell is wrong: the same candidates as by trying everything, ranked by how people slip, said once."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from brute_force import TOTAL, BruteForce, check_sums, evidence_of
from conftest import Command
from consistent import disclosure
from consistent_act import consistent_act
from faulty import rewrite
from inboxes import changed, roster
from nerima_report.checks import Evidence, run_checks
from nerima_report.checks.table import column_of, stated_totals
from nerima_report.composition import Content, compose_report
from nerima_report.corrections import suggest_corrections
from nerima_report.corrections.localisation import Localisation, localise
from nerima_report.corrections.slips import meant
from nerima_report.corrections.workbook import workbook_system
from nerima_report.definitions import CellKey
from nerima_report.edition import Edition
from nerima_report.examination import examine, judge
from nerima_report.findings import Explanation, Finding, Place, Suggestion, explain
from nerima_report.records.files import write_record
from nerima_report.records.making import make_record
from nerima_report.reported_before import reported_before
from nerima_report.submissions import Inbox
from nerima_report.workspace import open_workspace
from slips import TYPED

CASES = tomllib.loads((Path(__file__).parent / "cases" / "corrections.toml").read_text(encoding="utf-8"))["case"]
few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
MOST = 250  # the largest number that is tried: the sums of the random workbooks stay below it


def key_of(place: Place) -> CellKey:
    return CellKey(place.table, place.group, place.row, place.column)


def localised(edition: Edition, values: Mapping[CellKey, int]) -> tuple[Localisation, ...]:
    evidence = evidence_of(edition, values)
    return localise(workbook_system(evidence, evidence.tallies.cells[0].place.file, ()))


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
    for number, kinds in meant(typed, edition.corrections).items():
        assert all(typed in TYPED[kind](number) for kind in kinds), number


@given(number=st.integers(0, 9_999), kind=st.sampled_from(sorted(TYPED)))
def test_every_slip_is_known_again(number: int, kind: str, edition: Edition) -> None:
    for typed in TYPED[kind](number):
        assert kind in meant(typed, edition.corrections)[number], typed


def findings_of(case: Mapping[str, Any], inbox: Inbox, edition: Edition) -> list[Finding]:
    """What is said of the changed workbook of a case, by itself; totals follow as in Excel, unless the case says no."""
    one = Inbox(tuple(s for s in inbox.submissions if s.workbook.path.name.startswith(case["file"])))
    sets = [
        dict(zip(("sheet", "cell"), name.split("!"), strict=True), value=value) for name, value in case["set"].items()
    ]
    one = changed(one, edition, case["file"], sets)
    evidence, _ = examine(one, edition, 2022, None)
    if case.get("totals", True):
        one = changed(one, edition, case["file"], list(recomputed(evidence)))
        evidence, _ = examine(one, edition, 2022, None)
    owner = evidence.submissions[0].section
    cells = {f"{cell.place.sheet}!{cell.place.cell}": cell.key for cell in evidence.tallies.cells}
    before = {owner: {cells[name]: value for name, value in case.get("before", {}).items()}}
    explanations = [Explanation(**explained, reason="確かめた") for explained in case.get("explained", [])]
    found = explain(run_checks(evidence), explanations, 2022)[0]
    return suggest_corrections(found, evidence, explanations, lambda year: before)


def recomputed(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """The totals as Excel shows them, which adds up no texts."""
    for stated in stated_totals(evidence):
        rows = column_of(evidence, stated)
        total = sum(cell.value for cell in rows if not cell.reading.respelled)
        yield {"sheet": stated.place.sheet, "cell": stated.place.cell, "value": total}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], sample_inbox: Inbox, edition: Edition) -> None:
    findings = findings_of(case, sample_inbox, edition)
    advised = [finding for finding in findings if finding.advice.lines]
    told = [finding.advice.suggestions for finding in advised]
    assert {finding.code for finding in findings} >= {case["code"]}
    assert [finding.code for finding in advised] == [case["code"]] * len(case.get("first", []))
    for suggestions, first in zip(told, case.get("first", []), strict=True):
        assert [numbers_of(suggestion) for suggestion in suggestions[:1]] == ([first] if first else [])
    if told and told[0]:
        others = {name for suggestion in told[0][1:] for name in numbers_of(suggestion)}
        assert (told[0][0].reason, len(told[0][0].cells)) == (case.get("reason", ""), len(case["first"][0]))
        assert others == set(case.get("others", [])) or "others" not in case
        equally = edition.corrections.words.equally in advised[0].advice.remarks
        assert equally == case.get("equally", False)
    elif told:
        assert advised[0].advice.lines == (edition.corrections.words.unexplained,)


def numbers_of(suggestion: Suggestion) -> dict[str, int]:
    return {f"{cell.place.sheet}!{cell.place.cell}": cell.value for cell in suggestion.cells}


def test_what_is_told_is_short_and_the_product_holds_all(sample_inbox: Inbox, edition: Edition) -> None:
    case = {"file": "03_", "set": {"公開.決定期間!B6": 1}}
    (finding,) = findings_of(case, sample_inbox, edition)
    assert len(finding.advice.suggestions) == 5
    assert len(finding.advice.told) == edition.corrections.most == 3
    assert finding.advice.lines[:3] == tuple(suggestion.message for suggestion in finding.advice.told)


def test_a_number_that_would_do_is_said_with_its_bounds(sample_inbox: Inbox, edition: Edition) -> None:
    """The reasons are too few: none of the numbers that would do is one that a slip would have made into this one."""
    case = {"file": "03_", "set": {f"公開.非公開理由!B{row}": 0 for row in range(5, 12)}}
    (finding, *_) = [f for f in findings_of(case, sample_inbox, edition) if f.advice.suggestions]
    for suggestion in finding.advice.suggestions:
        (cell,) = suggestion.cells
        assert (cell.least, cell.most) == (21, 21)  # at least as many reasons as decisions, and none above them


@pytest.mark.parametrize("number", [0, 1])
def test_the_wards_totals_are_localised_too(number: int, sample_inbox: Inbox, edition: Edition) -> None:
    changes, expected = WARD[number]
    evidence, figures = examine(changed(sample_inbox, edition, "00_", changes), edition, 2022, roster())
    advised = [finding for finding in judge(evidence, figures, ()) if finding.advice.lines]
    assert [numbers_of(finding.advice.suggestions[0]) for finding in advised] == [expected]


def adjustment(*values: object) -> list[dict[str, object]]:
    return [
        {"sheet": "調整", "cell": f"{letter}5", "value": value} for letter, value in zip("ABCDEF", values, strict=True)
    ]


# An adjustment of one table and not of the others; a number of persons after matching.
WARD: list[tuple[list[dict[str, object]], dict[str, int]]] = [
    (adjustment("公開.処理状況", None, "全部公開", "件数", -1, "二つの課が数えた"), {"調整!E5": 0}),
    (
        [{"sheet": "公開.請求者", "cell": "B5", "value": 49}, {"sheet": "公開.請求者", "cell": "B9", "value": 305}],
        {"公開.請求者!B5": 94},
    ),
]


@pytest.fixture
def slipped(workdir: Path) -> Path:
    """A working folder in which 企画部情報政策課 typed 42 for 24, and Excel added it up."""
    path = next((workdir / "inbox" / "2022").glob("03_*"))
    with zipfile.ZipFile(path) as archive:
        names = re.findall('<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
    part = f"xl/worksheets/sheet{names.index('公開.処理状況') + 1}.xml"

    def typed(data: bytes) -> bytes:
        for cell, value in ((b"B5", b"42"), (b"B11", b"75")):
            data, count = re.subn(rb'(<c r="%s"[^>]*>(?:<f>[^<]*</f>)?<v>)\d+' % cell, rb"\g<1>" + value, data)
            assert count == 1
        return data

    rewrite(path, {part: typed})
    return workdir


SENTENCE = "公開.処理状況「全部公開」（B5）が 24 なら、すべての検算が一致します（現在 42。数字の入れ替わりの可能性）。"


def test_it_is_said_once_everywhere(slipped: Path, command: Command) -> None:
    """On the screen, in JSON, on the page, on the index and on the cell of the marked workbook."""
    file = next((slipped / "inbox" / "2022").glob("03_*"))
    before = file.read_bytes()
    arguments = ("-C", slipped, "validate", file.relative_to(slipped))
    for notice in ("text", "json", "html"):
        assert command(*arguments, "--format", notice).out.count(SENTENCE) == (2 if notice == "json" else 1)
    (first, *others) = json.loads(command(*arguments, "--format", "json").out)["findings"]
    assert first["advice"] == [SENTENCE]
    (suggestion,) = first["suggestions"]
    assert (suggestion["sheet"], suggestion["cell"], suggestion["found"]) == ("公開.処理状況", "B5", "42")
    assert (suggestion["value"], suggestion["least"], suggestion["most"]) == (24, 24, 24)
    assert (suggestion["reason"], suggestion["also"]) == ("swapped-digits", [])
    assert [finding["suggestions"] for finding in others] == [[]]
    command(*arguments, "--return-to", "返却")
    book = load_workbook(next((slipped / "返却").glob("*.xlsx")))
    index = [str(cell.value) for row in book["確認結果"].iter_rows() for cell in row if cell.value]
    assert sum(SENTENCE in text for text in index) == 1
    said = book["公開.処理状況"]["B5"].comment
    assert said is not None
    assert "このセルが 24 なら" in said.text
    assert book["公開.処理状況"]["B5"].value == 42  # never applied
    assert file.read_bytes() == before


def test_the_record_of_the_year_before_is_recalled(content: Content, whole_edition: Edition, tmp_path: Path) -> None:
    """What each 課 reported, and the ward, in the tables whose series goes on."""
    record = make_record(content, compose_report(content), (), {})
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "2022.json").write_bytes(write_record(record))
    before = reported_before(open_workspace(tmp_path), whole_edition, 2023)
    assert before["企画部情報政策課"][CellKey("公開.処理状況", "", "全部公開", "件数")] == 24
    assert before["区全体"][CellKey("公開.処理状況", "", "取下げ", "件数")] == 320
    assert "個人.処理状況" not in {key.table for cells in before.values() for key in cells}  # the Act broke its series
    assert reported_before(open_workspace(tmp_path), whole_edition, 2022) == {}


def test_a_broken_record_stops_nothing(workdir: Path, whole_edition: Edition) -> None:
    (workdir / "records").mkdir()
    (workdir / "records" / "2021.json").write_text("{}", encoding="utf-8")
    assert reported_before(open_workspace(workdir), whole_edition, 2022) == {}
