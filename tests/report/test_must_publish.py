"""What must be published each year is ticked off against the report as it stands: cases/must_publish.toml."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import Command, copy_templates
from inboxes import check
from nerima_report.edition import Edition, load_edition
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.must_publish import published_items, unpublished
from nerima_report.tallies.submission import Inbox
from nerima_report.tallies.totals import Totals

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "must_publish.toml").read_text(encoding="utf-8"))["case"]


@pytest.fixture(scope="module")
def contents(sample_inbox: Inbox, edition: Edition, act_inbox: Inbox, act_edition: Edition) -> dict[int, Content]:
    """What the reports of both samples say."""
    told = {}
    for year, inbox, serving in ((2022, sample_inbox, edition), (2023, act_inbox, act_edition)):
        collection, _ = check(inbox, serving, year)
        told[year] = Content(collection)
    return told


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the shipped templates, to be changed."""
    return copy_templates(tmp_path / "templates")


def rewrite(templates: Path, file: str, find: str, text: str) -> None:
    path = templates / "nerima" / file
    before = path.read_text(encoding="utf-8")
    assert before.count(find) == 1
    path.write_text(before.replace(find, text), encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], contents: dict[int, Content], templates: Path) -> None:
    content = contents[case["year"]]
    if "find" in case:
        rewrite(templates, case["file"], case["find"], case["replace"])
        edition = load_edition(templates / "nerima").for_year(case["year"])
        content = Content(replace(content.collection, edition=edition))
    zero = {key: 0 for key in content.collection.totals.values if key.table in case.get("zero", [])}
    totals = Totals({**content.collection.totals.values, **zero})
    content = Content(replace(content.collection, totals=totals))
    findings = unpublished(published_items(content, compose_report(content)))
    assert [finding.expected for finding in findings] == case.get("missing", [])
    assert {finding.code for finding in findings} <= {"N910"}
    for finding in findings:
        assert content.collection.edition.catalogue.notice(finding).message


@pytest.mark.parametrize("year", [2022, 2023])
def test_each_item_is_named_with_the_place_where_it_stands(year: int, contents: dict[int, Content]) -> None:
    content = contents[year]
    report = compose_report(content)
    items = published_items(content, report)
    assert {item.definition.item for item in items} == {
        must.item for part in content.collection.edition.parts for must in part.definition.must_publish
    }
    headings = {heading.text for heading in report.headings}
    for answer in (answer for item in items for answer in item.answers):
        _, section, *_ = answer.place.split(" ＞ ")
        assert section in headings


def test_a_missing_item_stops_the_report_and_is_told_of_a_draft(
    templates: Path, workdir: Path, command: Command
) -> None:
    rewrite(templates, "privacy-ordinance/manuscript.md.j2", '{{ 表("処理状況") }}', "")
    built = command("-C", workdir, "--templates", templates, "build", "2022", "--format", "json")
    assert built.code == 1
    assert [(f["code"], f["severity"]) for f in json.loads(built.out)["findings"]] == [("N910", "error")]
    assert not (workdir / "out" / "2022").exists()
    draft = command("-C", workdir, "--templates", templates, "build", "2022", "--draft", "--format", "json")
    assert [(f["code"], f["severity"]) for f in json.loads(draft.out)["findings"]] == [("N910", "warning")]
    assert "N910" in (workdir / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    items = (workdir / "out" / "2022" / "audit.md").read_text(encoding="utf-8")
    items = items.split("## 公表しなければならない事項")[1].split("\n## ")[0]
    rows = {line.split(" | ")[0].strip("| "): line for line in items.splitlines() if line.startswith("|")}
    assert "載っていない" in rows["自己情報の開示等の処理状況"]
    assert "2 業務の登録の状況" in rows["業務の登録の状況"]


def test_edition_check_tells_that_a_manuscript_leaves_an_item_out(templates: Path, command: Command) -> None:
    rewrite(templates, "privacy-ordinance/manuscript.md.j2", '{{ 表("処理状況") }}', "")
    run = command("edition", "check", "--templates", templates)
    assert run.code == 2
    assert "privacy-ordinance/manuscript.md.j2" in Path(run.err).as_posix()
    assert "自己情報の開示等の処理状況" in run.err
