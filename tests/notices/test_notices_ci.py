"""Findings for CI services: annotations of GitHub Actions, and JUnit."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conftest import Command
from faulty import HOSTILE, blanks, edit
from nerima_report.edition import Edition
from nerima_report.examination import Examination
from nerima_report.findings import Explanation, Finding
from nerima_report.notices import Outcome
from nerima_report.notices.github import MOST_ANNOTATIONS, MOST_ROWS, render_github, render_summary, repository_path
from nerima_report.notices.html import render_html
from nerima_report.notices.junit import render_junit
from nerima_report.places import Place
from nerima_report.tallies.submission import Inbox

OUTCOME = Outcome({"command": "check", "fiscal_year": 2022}, "終わりました")
JUMP = Finding("N711", Place("区全体", "records/2022.json", table="公開.目的別", row="営業活動", line=47), 1, 9, 8)
STOCK = Finding("N706", Place("区全体", "records/2022.json", line=50), 1, 9, 8)
ANSWER = Explanation("N711", 8, "法の改正による")
# What the readers of JUnit know: the elements in each, and their attributes (* must be there).
JUNIT = {
    "testsuites": ({"testsuite"}, {"name", "tests", "failures", "errors", "time"}, set()),
    "testsuite": ({"testcase"}, {"time"}, {"name", "tests", "failures", "errors"}),
    "testcase": ({"failure", "system-out"}, {"time"}, {"name", "classname"}),
    "failure": (set(), set(), {"message", "type"}),
    "system-out": (set(), set(), set()),
}


def examination(edition: Edition, *findings: Finding) -> Examination:
    return Examination(edition, Inbox(), (), findings, ("records/2022.json",))


def junit(xml: str) -> ElementTree.Element:
    """The root of a report that is as its readers expect it."""
    root = ElementTree.fromstring(xml)
    assert root.tag == "testsuites"
    for element in root.iter():
        children, may, must = JUNIT[element.tag]
        assert {child.tag for child in element} <= children
        assert must <= set(element.keys()) <= must | may
        if element.tag.startswith("testsuite"):
            cases = list(element.iter("testcase"))
            assert cases
            assert int(element.attrib["tests"]) == len(cases)
            assert int(element.attrib["failures"]) == len(list(element.iter("failure")))
    names = [(case.attrib["classname"], case.attrib["name"]) for case in root.iter("testcase")]
    assert len(names) == len(set(names))
    return root


def failures(root: ElementTree.Element) -> list[str]:
    return [case.attrib["name"][:4] for case in root.iter("testcase") if case.find("failure") is not None]


def test_what_github_takes_for_its_own_is_escaped(edition: Edition) -> None:
    place = Place("区全体", "a,b:100%.xlsx", "1:2,3", "B5")
    finding = Finding("N301", place, details={"label": "50%\r\n::error::x\x1b"})
    (line, _) = render_github(examination(edition, finding), OUTCOME).splitlines()
    assert line.startswith("::error file=a%2Cb%3A100%25.xlsx,title=N301 区全体 ＞ 1%3A2%2C3 ＞ B5::")
    assert line.count("::") >= 2
    assert "\x1b" not in line
    message = render_github(examination(edition, Finding("N713", JUMP.place, "50%", "a\nb", 1)), OUTCOME).splitlines()[
        0
    ]
    assert "50%25 → a" in message


def test_an_annotation_names_the_line_and_an_explained_one_is_a_notice(edition: Edition) -> None:
    explained = Finding("N711", JUMP.place, 1, 9, 8, explained=ANSWER)
    lines = render_github(examination(edition, explained, JUMP, STOCK), OUTCOME).splitlines()
    assert [re.sub(" .*", "", line) for line in lines[:3]] == ["::error", "::warning", "::notice"]
    assert [re.findall(r"line=(\d+)", line) for line in lines[:3]] == [["50"], ["47"], ["47"]]
    assert "法の改正による" in lines[2]
    assert lines[3] == "終わりました"


def test_more_than_github_shows_are_counted(edition: Edition) -> None:
    few = render_github(examination(edition, *[JUMP] * MOST_ANNOTATIONS), OUTCOME).splitlines()
    many = render_github(examination(edition, *[JUMP] * (MOST_ANNOTATIONS + 1), STOCK), OUTCOME).splitlines()
    assert (len(few), len(many)) == (MOST_ANNOTATIONS + 1, MOST_ANNOTATIONS + 4)
    assert "error 1件、warning 11件" in many[-1]
    summary = render_summary(examination(edition, *[JUMP] * (MOST_ROWS + 1)), OUTCOME)
    assert summary.count("| N711 |") == MOST_ROWS
    assert summary.rstrip().splitlines()[-1].startswith("ほか 1件")


def test_paths_are_those_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ward" / "work").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "ward" / "work")
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    assert repository_path("records/2022.json") == "records/2022.json"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert repository_path("records/2022.json") == "ward/work/records/2022.json"
    (tmp_path / "ward" / ".git").write_text("gitdir: elsewhere")
    assert repository_path("records/2022.json") == "work/records/2022.json"
    assert repository_path("../other.xlsx") == "other.xlsx"
    assert repository_path(str(tmp_path.parent / "x.xlsx")) == (tmp_path.parent / "x.xlsx").as_posix()


def test_only_what_fails_the_run_fails_in_junit(edition: Edition) -> None:
    explained = Finding("N711", JUMP.place, 1, 9, 8, explained=ANSWER)
    some = examination(edition, JUMP, JUMP, STOCK, explained)
    root = junit(render_junit(some, OUTCOME))
    assert failures(root) == ["N706"]
    assert "営業活動" in "".join(out.text or "" for out in root.iter("system-out"))
    strict = junit(render_junit(some, Outcome(OUTCOME.facts, "", strict=True)))
    assert failures(strict) == ["N706", "N711"]
    assert "法の改正による" in "".join(out.text or "" for out in strict.iter("system-out"))
    (jump,) = (failure for failure in strict.iter("failure") if "営業活動" in (failure.text or ""))
    assert (jump.text or "").count("47行目") == 2


def test_a_clean_run_has_cases_that_pass(edition: Edition) -> None:
    for clean in (examination(edition), Examination(edition, Inbox(), (), ())):
        root = junit(render_junit(clean, OUTCOME))
        assert (root.attrib["tests"], root.attrib["failures"]) == ("1", "0")


def test_the_page_of_records_names_lines_and_has_no_matrix(edition: Edition) -> None:
    page = render_html(examination(edition, JUMP), OUTCOME)
    assert "47行目" in page
    assert "records/2022.json" in page
    assert '<table class="matrix">' not in page
    assert "✓" in render_html(examination(edition), OUTCOME)


def test_junit_bears_any_character(edition: Edition) -> None:
    place = Place("区全体", "a\x00\x1b\ufffe.xlsx", "]]>&<\x0b", "B5")
    root = junit(render_junit(examination(edition, Finding("N713", place, "\x00", "\ud800", 1)), OUTCOME))
    assert "]]>&<" in "".join(root.itertext())


def test_workbooks_are_told_by_file_and_cell(workdir: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(workdir, "12_", {("公開.処理状況", "B5"): "12人"} | blanks("公開.内容別", "B", 5, 13))
    edit(workdir, "10_", {("個人.事務処理ミス", "B5"): HOSTILE + "_x000B_\n::error::"})
    for workbook in sorted((workdir / "inbox" / "2022").iterdir())[4:]:
        if not workbook.name.startswith(("10_", "12_")):
            workbook.unlink()
    summary = workdir.parent / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(workdir.parent))
    run = command("-C", workdir, "validate", "inbox/2022", "--format", "github")
    lines = run.out.rstrip().splitlines()
    kinds = Counter(line.split(" ")[0] for line in lines if line.startswith("::"))
    assert (run.code, set(kinds) - {"::error", "::warning", "::notice"}) == (1, set())
    cell = "::error file=work/inbox/2022/12_.*?,title=N3.. .*? ＞ 公開.処理状況 ＞ B5（全部公開・件数）::"
    assert [line for line in lines if re.match(cell, line)]
    assert f"エラー {kinds['::error']}件" in lines[-1]
    told = summary.read_text(encoding="utf-8")
    assert ("<script>" in told, told.count("| エラー |")) == (False, kinds["::error"])
    root = junit(command("-C", workdir, "validate", "inbox/2022", "--format", "junit").out)
    fine = [suite.attrib["name"] for suite in root if suite.attrib["failures"] == "0"]
    assert (len(root), len(fine)) == (len(list((workdir / "inbox" / "2022").iterdir())), len(root) - 2)


def test_a_missing_section_is_told_without_a_file(edition: Edition) -> None:
    missing = examination(edition, Finding("N601", Place("福祉部管理課")))
    (command, _) = render_github(missing, OUTCOME).splitlines()
    assert command.startswith("::error title=N601 福祉部管理課::")
    suites = {suite.attrib["name"]: suite.attrib["failures"] for suite in junit(render_junit(missing, OUTCOME))}
    assert suites == {"records/2022.json": "0", "福祉部管理課": "1"}


def test_junit_goes_into_a_file(workdir: Path, command: Command) -> None:
    run = command("-C", workdir, "validate", "inbox/2022/1*", "--format", "junit", "--output", "確認.xml")
    root = junit((workdir / "確認.xml").read_text(encoding="utf-8"))
    assert (run.code, run.out, root.attrib["tests"]) == (0, "", "3")
