"""What is told of the cell that may be wrong, case by case (cases/corrections.toml), and where it is told."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from conftest import Command
from faulty import rewrite
from inboxes import cell_name, changed, check, roster
from nerima_report.checks import run_checks
from nerima_report.checks.table import stated_totals, summed_cells
from nerima_report.corrections import suggest_corrections
from nerima_report.edition import Edition
from nerima_report.examination import examine, judge
from nerima_report.findings import Explanation, Finding, Suggestion, explain
from nerima_report.places import CellKey
from nerima_report.records.comparison import reported_before
from nerima_report.records.file import write_record
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.record import make_record
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.submission import Inbox
from nerima_report.workspace import open_workspace

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "corrections.toml").read_text(encoding="utf-8"))["case"]


def findings_of(case: Mapping[str, Any], inbox: Inbox, edition: Edition) -> list[Finding]:
    """What is said of the changed workbook of a case, by itself; totals follow as in Excel, unless the case says no."""
    one = Inbox(tuple(s for s in inbox.submissions if s.workbook.path.name.startswith(case["file"])))
    sets = [
        dict(zip(("sheet", "cell"), name.split("!"), strict=True), value=value) for name, value in case["set"].items()
    ]
    one = changed(one, edition, case["file"], sets)
    collection = examine(one, edition, 2022, None)
    if case.get("totals", True):
        one = changed(one, edition, case["file"], list(recomputed(collection)))
        collection = examine(one, edition, 2022, None)
    owner = collection.submissions[0].section
    cells = {f"{cell.place.sheet}!{cell.place.cell}": cell.key for cell in collection.tallies.cells}
    before = {owner: {cells[name]: value for name, value in case.get("before", {}).items()}}
    explanations = [Explanation(**explained, reason="確かめた") for explained in case.get("explained", [])]
    found = explain(run_checks(collection), explanations, 2022)[0]
    return suggest_corrections(found, collection, explanations, lambda year: before)


def recomputed(collection: Collection, file: str = "") -> Iterator[dict[str, Any]]:
    """The totals in a file (the end of its name) as Excel shows them, which adds up no texts."""
    for stated in (stated for stated in stated_totals(collection) if stated.place.file.endswith(file)):
        rows = summed_cells(collection, stated)
        total = sum(cell.value for cell in rows if not cell.reading.respelled)
        yield {"sheet": stated.place.sheet, "cell": stated.place.cell, "value": total, "computed": True}


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
        assert {cell_name(place) for place in advised[0].advice.alike} == set(case.get("alike", []))
        assert bool(advised[0].advice.told) == ("alike" not in case)
    elif told:
        assert advised[0].advice.lines == (edition.corrections.words.unexplained,)


def numbers_of(suggestion: Suggestion) -> dict[str, int]:
    return {f"{cell.place.sheet}!{cell.place.cell}": cell.value for cell in suggestion.cells}


def test_only_what_is_likelier_than_the_rest_is_told_and_the_product_holds_all(
    sample_inbox: Inbox, edition: Edition
) -> None:
    case = {"file": "03_", "set": {"公開.内容別!B5": 4}}
    (finding, *_) = findings_of(case, sample_inbox, edition)
    assert len(finding.advice.suggestions) == 9
    assert [numbers_of(suggestion) for suggestion in finding.advice.told] == [{"公開.内容別!B5": 46}]
    assert finding.advice.lines[:1] == tuple(suggestion.message for suggestion in finding.advice.told)


def test_nothing_is_said_of_the_rows_of_a_computed_total(sample_inbox: Inbox, edition: Edition) -> None:
    """Whatever its formula, it is the total that is at fault: its result is old, or it adds up something else."""
    for formula, code in (("SUM(B5:B10)", "N407"), ("SUM(B5:B10)-2", "N401")):
        sheet, facts = {"sheet": "公開.処理状況"}, {"formulas": {"B11": formula}}
        stale: list[dict[str, Any]] = [{**sheet, "cell": "B11", "value": 55}, {**sheet, "facts": facts}]
        collection = examine(changed(sample_inbox, edition, "03_", stale), edition, 2022, None)
        (finding,) = judge(collection, ())
        assert (finding.code, finding.advice.lines) == (code, ())


def test_a_number_that_would_do_is_said_with_its_bounds(sample_inbox: Inbox, edition: Edition) -> None:
    """The reasons are too few: none of the numbers that would do is one that a slip would have made into this one."""
    case = {"file": "03_", "set": {f"公開.非公開理由!B{row}": 0 for row in range(5, 12)}}
    (finding, *_) = [f for f in findings_of(case, sample_inbox, edition) if f.advice.suggestions]
    for suggestion in finding.advice.suggestions:
        (cell,) = suggestion.cells
        assert (cell.least, cell.most) == (21, 21)  # at least as many reasons as decisions, and none above them


@pytest.mark.parametrize("number", range(3))
def test_the_wards_totals_are_localised_too(number: int, sample_inbox: Inbox, edition: Edition) -> None:
    changes, expected = WARD[number]
    inbox = changed(sample_inbox, edition, "00_", changes)
    collection = examine(inbox, edition, 2022, roster())
    (advice,) = [finding.advice for finding in judge(collection, ()) if finding.advice.lines]
    assert [numbers_of(suggestion) for suggestion in advice.suggestions[: len(expected)]] == expected
    for suggestion in advice.suggestions[:2]:  # and then the checks are content
        (cell,) = suggestion.cells
        file = Path(cell.place.file).name
        corrected = changed(
            inbox, edition, file, [{"sheet": cell.place.sheet, "cell": cell.place.cell, "value": cell.value}]
        )
        corrected = changed(corrected, edition, file, list(recomputed(examine(corrected, edition, 2022, None), file)))
        assert check(corrected, edition)[1] == []


def adjustment(*values: object) -> list[dict[str, object]]:
    return [
        {"sheet": "調整", "cell": f"{letter}5", "value": value} for letter, value in zip("ABCDEF", values, strict=True)
    ]


# An adjustment of one table and not of the others; persons after matching; fewer of them than one 課 counted.
WARD: list[tuple[list[dict[str, object]], list[dict[str, int]]]] = [
    (adjustment("公開.処理状況", None, "全部公開", "件数", -1, "二つの課が数えた"), [{"調整!E5": 0}]),
    (
        [
            {"sheet": "公開.請求者", "cell": "B5", "value": 49},
            {"sheet": "公開.請求者", "cell": "B9", "value": 305, "computed": True},
        ],
        [{"公開.請求者!B6": 94}, {"公開.請求者!B5": 94}],
    ),
    (
        [
            {"sheet": "個人.請求状況", "cell": "B5", "value": 1},
            {"sheet": "個人.請求状況", "cell": "B7", "value": 22, "computed": True},
        ],
        [{"個人.請求状況!B5": 14}],
    ),
]


@pytest.fixture
def slipped(whole_workdir: Path) -> Path:
    """A working folder in which 企画部情報政策課 typed 42 for 24, and Excel added it up."""
    path = next((whole_workdir / "inbox" / "2022").glob("03_*"))
    with zipfile.ZipFile(path) as archive:
        names = re.findall('<sheet name="([^"]+)"', archive.read("xl/workbook.xml").decode())
    part = f"xl/worksheets/sheet{names.index('公開.処理状況') + 1}.xml"

    def typed(data: bytes) -> bytes:
        for cell, value in ((b"B5", b"42"), (b"B11", b"75")):
            data, count = re.subn(rb'(<c r="%s"[^>]*>(?:<f>[^<]*</f>)?<v>)\d+' % cell, rb"\g<1>" + value, data)
            assert count == 1
        return data

    rewrite(path, {part: typed})
    return whole_workdir


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
    assert {finding["problem"] for finding in (first, *others)} == {1}
    command(*arguments, "--return-to", "返却")
    book = load_workbook(next((slipped / "返却").glob("*.xlsx")))
    index = [str(cell.value) for row in book["確認結果"].iter_rows() for cell in row if cell.value]
    assert sum(SENTENCE in text for text in index) == 1
    said = book["公開.処理状況"]["B5"].comment
    assert said is not None
    assert SENTENCE in said.text
    assert "あるべき値: 24　今の値: 42　差: +18" in said.text
    assert book["公開.処理状況"]["B5"].value == 42  # never applied
    assert file.read_bytes() == before


def test_the_record_of_the_year_before_is_recalled(content: Content, whole_edition: Edition, tmp_path: Path) -> None:
    """What each 課 reported, and the ward, in the tables whose series goes on."""
    record = make_record(content, compose_report(content))
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


def test_a_number_that_is_not_read_comes_before_any_guess(sample_inbox: Inbox, edition: Edition) -> None:
    """Three requests stand in a row that the form does not have: no other number is likely to be wrong."""
    sheet = {"sheet": "公開.内容別"}
    rows: list[dict[str, Any]] = [
        {**sheet, "cell": "B8", "value": 89},
        {**sheet, "cell": "A14", "value": "その他"},
        {**sheet, "cell": "B14", "value": 3},
    ]
    collection = examine(changed(sample_inbox, edition, "28_", rows), edition, 2022, None)
    findings = judge(collection, ())
    assert "N207" in {finding.code for finding in findings}
    assert not any(finding.advice.suggestions for finding in findings)
