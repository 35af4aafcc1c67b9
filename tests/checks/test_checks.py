"""The checks, case by case: cases/findings.toml. A test asserts codes and places, not wording."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inboxes import Ward, cell_name, check, roster
from nerima_report.checks.links import tables_agree_in_the_ward
from nerima_report.checks.privacy import private_parts
from nerima_report.edition import Edition
from nerima_report.edition.links import Cells, Link
from nerima_report.examination import judge
from nerima_report.findings import Finding
from nerima_report.tallies.submission import Inbox
from pasted import assert_each_is_answered_alone
from small_ward import is_small

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "findings.toml").read_text(encoding="utf-8"))["case"]
WARDS = {2022: ("ward", "sample_inbox", "edition"), 2023: ("act_ward", "act_inbox", "act_edition")}


def test_the_sample_is_clean(sample_inbox: Inbox, edition: Edition) -> None:
    assert check(sample_inbox, edition)[1] == []


def test_the_invented_sample_is_clean(act_inbox: Inbox, act_edition: Edition) -> None:
    assert check(act_inbox, act_edition, 2023)[1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    year = case.get("year", 2022)
    small, inbox, edition = WARDS[year]
    if is_small(year, case["file"]) and not case.get("whole"):
        ward: Ward = request.getfixturevalue(small)
    else:
        ward = Ward(request.getfixturevalue(inbox), request.getfixturevalue(edition), roster(year))
    changed = ward.changed(case["file"], case["set"])
    findings = changed.check()
    assert_each_is_answered_alone(findings, ward.edition.catalogue, year, changed.examine().whole)
    if "code" not in case:
        assert findings == []
        return
    assert [finding for finding in findings if _is_expected(finding, case)], findings
    assert {finding.code for finding in findings} <= set(case.get("only", [case["code"]]))
    notices = [ward.edition.catalogue.notice(finding) for finding in findings]
    assert all(notice.message for notice in notices)  # every message can be written
    assert "severity" not in case or {notice.severity for notice in notices} == {case["severity"]}


def _is_expected(finding: Finding, case: dict[str, Any]) -> bool:
    facts = {
        "code": finding.code,
        "section": finding.place.section,
        "sheet": finding.place.sheet,
        "cell": finding.place.cell,
        "expected": finding.expected,
        "found": finding.found,
        "difference": finding.difference,
    }
    related = {cell_name(place) for place in finding.related}
    return all(case[key] == value for key, value in facts.items() if key in case) and related >= set(
        case.get("related", [])
    )


@pytest.mark.thorough
def test_no_text_keeps_the_search_for_private_parts_busy() -> None:
    pieces = ["a", "a.", "a@", "a@b.", "a@-", "1-", "0", "(0", "+81", "1234 "]
    program = f"from nerima_report.checks.privacy import private_parts\nfor p in {pieces}: private_parts(p * 200_000)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=600)  # it takes seconds, or days


def test_mail_addresses_are_found_wherever_they_stand() -> None:
    text = "a@b@c.jp、<x.y+z@w-1.example.co.jp>、＠q.jp、d@e、f@g..jp、h@i.jp."
    assert [found for _, found in private_parts(text)] == ["b@c.jp", "x.y+z@w-1.example.co.jp", "h@i.jp"]


def test_the_small_wards_are_clean(ward: Ward, act_ward: Ward) -> None:
    assert ward.check() == act_ward.check() == []


def test_a_share_without_denominator_is_a_notice(ward: Ward) -> None:
    collection = ward.examine()
    nothing = {key: 0 if key.table == "公開.処理状況" else value for key, value in collection.totals.values.items()}
    findings = judge(replace(collection, totals=replace(collection.totals, values=nothing)), ())
    assert {"about": "公開.公開率"} in [finding.details for finding in findings if finding.code == "N901"]


def test_a_number_that_nobody_knows_stops_the_report(ward: Ward) -> None:
    """Also where no other check has said why: nothing is printed of which nothing is known."""
    collection = ward.examine()
    key = next(iter(collection.totals.values))
    gap = replace(collection, totals=replace(collection.totals, values={**collection.totals.values, key: None}))
    found = judge(gap, ())
    assert ("N907", key.table, key.row) in {(f.code, f.place.table, f.place.row) for f in found}
    assert "N907" not in {finding.code for finding in judge(collection, ())}


def test_a_sum_of_the_ward_names_the_entries_behind_it(act_ward: Ward) -> None:
    """A number that is counted from a list: each of its rows by file, sheet and cell."""
    collection = act_ward.examine()
    table, columns = "利用と提供の根拠", ("利用", "提供")
    left, right = (Cells(table=table, column=column) for column in columns)
    part = collection.edition.part_of(f"個人.{table}")
    linked = replace(part, links=(Link(key="架空", left=left, relation="equal", right=right, why="架空"),))
    parts = tuple(linked if one is part else one for one in collection.edition.parts)
    keys = (collection.edition.count_tables[f"個人.{table}"].keys(f"個人.{table}", column) for column in columns)
    counts = [collection.totals.sum(own) for own in keys]
    (finding,) = tables_agree_in_the_ward(replace(collection, edition=replace(collection.edition, parts=parts)))
    behind = [place for place in finding.related if place.file]
    assert (finding.found, finding.expected) == tuple(counts)
    assert len(behind) == sum(filter(None, counts)) > 0
    assert {(place.sheet, place.cell[:1]) for place in behind} == {("個人.利活用", behind[0].cell[:1])}
