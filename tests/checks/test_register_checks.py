"""What an entry of a register deserves, case by case: cases/registers.toml. Codes and places, not wording."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from nerima_report.checks import run_checks
from nerima_report.edition import Edition
from nerima_report.findings import Explanation, Finding, explain
from nerima_report.places import CellKey
from pasted import assert_each_is_answered_alone
from register_workbooks import evidence_of

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "registers.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], whole_edition: Edition) -> None:
    collection = evidence_of(case, whole_edition)
    findings = run_checks(collection)
    assert_each_is_answered_alone(findings, whole_edition.catalogue, collection.fiscal_year, collection.whole)
    own = [finding for finding in findings if finding.code not in ("N203", "N301", "N318", "N211", "N311", "N209")]
    if "code" not in case:
        assert own == []
        return
    assert [finding for finding in own if _is_expected(finding, case)], own
    assert {finding.code for finding in own} == {case["code"]}
    for finding in findings:  # every message can be written
        assert whole_edition.catalogue.notice(finding).message


def _is_expected(finding: Finding, case: dict[str, Any]) -> bool:
    facts = {
        "code": finding.code,
        "column": finding.place.column,
        "expected": finding.expected,
        "found": finding.found,
        "difference": finding.difference,
    }
    placed = finding.place.cell or finding.place.column == "区分"  # what the list says of all entries has no cell
    return bool(placed) and all(case[key] == value for key, value in facts.items() if key in case)


def test_what_two_sections_keep_jointly_can_be_explained(whole_edition: Edition) -> None:
    """One entry of the register is answered, and no other."""
    rows = [{"個人情報ファイルの名称": name} for name in ("共同の台帳", "架空の台帳")]
    others = [{"section": "経理用地課", "rows": rows}]
    findings = run_checks(
        evidence_of({"table": "個人情報ファイル登録票", "rows": rows, "others": others}, whole_edition)
    )
    twice = [finding for finding in findings if finding.code == "N342"]
    answer = Explanation(
        "N342", 1, "共同で持つ", section="福祉部経理用地課", table="個人.個人情報ファイル登録票", row="共同の台帳"
    )
    answered, unused = explain(twice, [answer], 2022)
    assert ([finding.explained is not None for finding in answered], unused) == ([True, False], [])


def test_entries_of_the_same_name_are_told_apart(whole_edition: Edition) -> None:
    """Two files of one name are kept jointly with others, and are not the same file: each has an answer of its own."""
    name = {"個人情報ファイルの名称": "共同の台帳"}
    rows = [{**name, "記録項目": items} for items in ("住所", "電話番号")]
    others = [{"section": "経理用地課", "rows": rows}]
    case = {"table": "個人情報ファイル登録票", "rows": rows, "others": others}
    collection = evidence_of(case, whole_edition)
    twice = [finding for finding in run_checks(collection) if finding.code == "N342"]
    assert [finding.place.cell for finding in twice] == ["C5", "C6"]
    assert_each_is_answered_alone(twice, whole_edition.catalogue, 2022, collection.whole)


# One that is new, one that ended in the year, one from before: the first and the last are counted.
OUTSOURCED = [
    {"委託する業務の名称": "続くもの"},
    {"番号": "委託-0001", "確認": "廃止", "登録日": "2020-06-01", "廃止日": "2023-03-31",
     "委託する業務の名称": "終わったもの"},
    {"番号": "委託-0002", "確認": "変更なし", "登録日": "2020-06-01", "委託する業務の名称": "前からのもの"},
]  # fmt: skip


def test_a_number_that_differs_names_the_entries_that_were_counted(whole_edition: Edition) -> None:
    collection = evidence_of(
        {"table": "外部委託記録票", "rows": OUTSOURCED, "counts": {"業務の委託": 7}}, whole_edition
    )
    (finding,) = [one for one in run_checks(collection) if one.code == "N530"]
    assert (finding.expected, finding.found, finding.difference) == (2, 7, 5)
    sheet, *entries = finding.related
    assert (sheet.cell, {entry.file for entry in entries}) == ("", {finding.place.file})
    assert [entry.cell for entry in entries] == ["C5", "C7"]
    assert {entry.sheet for entry in entries} == {sheet.sheet} != {finding.place.sheet}


def test_a_register_fills_what_a_section_left_blank(whole_edition: Edition) -> None:
    """Entries open on 31 March count, also those that will end; what ended in the year does not."""
    collection = evidence_of(
        {"table": "外部委託記録票", "rows": OUTSOURCED, "counts": {"業務の登録": 7}}, whole_edition
    )
    values = collection.totals.values
    assert values[CellKey("個人.登録など", "", "業務の委託", "件数")] == 2
    assert values[CellKey("個人.登録など", "", "業務の登録", "件数")] == 7
    assert values[CellKey("個人.登録など", "", "電算結合", "件数")] is None


def test_a_register_has_all_its_headings(whole_edition: Edition) -> None:
    """Without 廃止日 an entry would count that has ended."""
    case = {"table": "外部委託記録票", "rows": [{}], "without": "廃止日"}
    collection = evidence_of(case, whole_edition)
    assert "N205" in {finding.code for finding in run_checks(collection)}
    assert collection.tallies.register_tallies == ()
