"""An [[explained]] names its place as the finding does, however it is written; what comes near is asked about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nerima_report.checks.explained import unused_explanations
from nerima_report.edition import Edition
from nerima_report.errors import DefinitionError
from nerima_report.findings import Explanation, Finding, Whole, explain
from nerima_report.notices.answers import answers_to
from nerima_report.places import Place
from nerima_report.workspace import open_workspace
from pasted import pasted

CITY = Whole("市全体", frozenset({"00_市全体.xlsx"}))
PLACE = Place("総務部総務課", "12_総務部総務課.xlsx", "公開", "B5", "公開.内容別", "", "区政一般", "件数")
OF_SECTION = Finding("N501", PLACE, 12, 13, 1, related=(PLACE, replace(PLACE, table="公開.処理状況")))
OF_CITY = replace(OF_SECTION, place=Place("市全体", table="公開.内容別", row="区政一般", column="件数"))
ON_ITS_FORM = replace(OF_SECTION, place=replace(PLACE, section="総務部文書課", file="00_市全体.xlsx"))


def answer(**said: str) -> Explanation:
    texts = {"section": "総務部総務課", "table": "公開.内容別", "row": "区政一般", "column": "件数", **said}
    return Explanation(texts.pop("code", "N501"), 1, "確かめた", **texts)  # type: ignore[arg-type]


def answered(explanation: Explanation, *findings: Finding) -> list[bool]:
    return [finding.explained is not None for finding in explain(findings, [explanation], 2026, CITY)[0]]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"section": "総務課"},
        {"section": "総務部　総務課"},
        {"section": "１２_総務部総務課.xlsx"},
        {"section": "12_総務部総務課"},
        {"table": "公開．内容別"},
        {"row": "区政 一般"},
        {"row": "", "column": ""},
        {"column": "件　数"},
        {"other": "公開.処理状況"},
        {"cell": "B5"},
    ],
)
def test_a_place_may_be_written_in_many_ways(said: dict[str, str]) -> None:
    assert answered(answer(**said), OF_SECTION) == [True]


@pytest.mark.parametrize("word", ["市全体", "区全体", "全体", "県全体", "組合全体", "広域連合全体", "ひばり市全体"])
@pytest.mark.parametrize("finding", [OF_CITY, ON_ITS_FORM], ids=["the totals", "the form of the whole"])
def test_the_whole_has_many_words(word: str, finding: Finding) -> None:
    assert answered(answer(section=word), finding, OF_SECTION) == [True, False]


def test_the_form_of_the_whole_may_be_named_by_who_filled_it_in() -> None:
    assert answered(answer(section="総務部文書課"), ON_ITS_FORM) == [True]


@pytest.mark.parametrize(
    "said",
    [
        {"section": "務課"},
        {"section": "教育部総務課"},
        {"section": "市全体"},
        {"table": ""},
        {"table": "公開.処理状況"},
        {"row": "教育"},
        {"group": "開示請求"},
        {"cell": "B6"},
        {"other": "公開.目的別"},
        {"code": "N502"},
    ],
)
def test_another_place_is_not_answered(said: dict[str, str]) -> None:
    assert answered(answer(**said), OF_SECTION) == [False]


def test_what_could_mean_several_sections_answers_none_of_them() -> None:
    other = replace(OF_SECTION, place=replace(PLACE, section="教育部総務課", file="30_教育部総務課.xlsx"))
    findings, unused = explain([OF_SECTION, other], [answer(section="総務課")], 2026, CITY)
    assert not any(finding.explained for finding in findings)
    (hint,) = unused_explanations(unused, findings, 2026, CITY)
    assert "総務部総務課" in hint.details["likely"]
    assert "教育部総務課" in hint.details["likely"]
    assert answered(answer(), OF_SECTION, other) == [True, False]


def test_what_says_exactly_where_it_belongs_answers_nothing_else() -> None:
    alike = replace(OF_SECTION, related=(PLACE, replace(PLACE, table="公開.目的別")))
    assert answered(answer(other="公開.処理状況"), OF_SECTION, alike) == [True, False]
    assert answered(answer(), OF_SECTION, alike) == [True, True]  # as it was written before it could say more


@pytest.mark.parametrize(
    ("said", "likely"),
    [
        ({"section": "総務部総務科"}, "総務部総務課"),
        ({"section": "総務部総合課"}, "総務部総務課"),
        ({"table": "公開.内容"}, "公開.内容別"),
        ({"table": "内容別"}, "公開.内容別"),
        ({"table": ""}, "公開.内容別"),
        ({"row": "区政の一般"}, "区政一般"),
        ({"row": "区政"}, "区政一般"),
        ({"column": "件"}, "件数"),
        ({"code": "N502"}, "N501"),
        ({"section": "総務部総務科", "row": "区政の一般"}, "総務部総務課"),
    ],
)
def test_a_near_miss_is_asked_about(said: dict[str, str], likely: str) -> None:
    (hint,) = unused_explanations([answer(**said)], [OF_SECTION], 2026, CITY)
    assert (hint.code, f"もしかして「{likely}」ですか。" in hint.details["likely"]) == ("N902", True)


@pytest.mark.parametrize("said", [{"section": "福祉部管理課"}, {"table": "個人.請求状況"}, {"code": "N711"}])
def test_what_is_far_from_everything_gets_no_hint(said: dict[str, str]) -> None:
    (hint,) = unused_explanations([answer(**said)], [OF_SECTION], 2026, CITY)
    assert hint.details["likely"] == ""
    assert list(unused_explanations([answer(**said)], [OF_SECTION], 2026, CITY, only_near=True)) == []


def test_another_difference_and_a_year_that_is_over_are_said() -> None:
    (other,) = unused_explanations([replace(answer(), difference=3)], [OF_SECTION], 2026, CITY)
    (over,) = unused_explanations([replace(answer(), until=2025)], [OF_SECTION], 2026, CITY)
    assert "+1" in other.details["likely"]
    assert "2025" in over.details["likely"]


def test_an_answer_may_be_about_one_year_only() -> None:
    bound = replace(answer(), year=2026)
    assert answered(bound, OF_SECTION) == [True]
    for other in (2025, 2027):
        findings, unused = explain([OF_SECTION], [bound], other, CITY)
        assert not any(finding.explained for finding in findings)
        assert list(unused_explanations(unused, findings, other, CITY)) == []  # nobody is told of it in another year


def test_what_is_offered_where_several_years_were_looked_at_is_about_its_year(whole_edition: Edition) -> None:
    def between(file: str) -> Finding:
        return replace(OF_CITY, code="N710", place=replace(OF_CITY.place, file=file), related=())

    findings = {year: between(f"records/{year}.json") for year in (2024, 2025)}
    findings[2026] = between("out/2026/record.json")
    for year, finding in findings.items():
        [lines] = answers_to(whole_edition.catalogue.notice(finding), None, CITY)
        for other, alike in findings.items():
            answered_ones, _ = explain([alike], [pasted(lines)], other, CITY)
            assert (answered_ones[0].explained is not None) == (other == year)


@pytest.mark.parametrize("code", ["N591", "501", "ｎ５５１", "N5O1", "N50"])
def test_a_code_that_does_not_exist_is_asked_about(code: str, whole_edition: Edition, tmp_path: Path) -> None:
    text = f'[[explained]]\ncode = "{code}"\nsection = "総務課"\ndifference = 1\nreason = "確かめた"\n'
    (tmp_path / "nerima-report.toml").write_text(text, encoding="utf-8")
    workspace = open_workspace(tmp_path)
    with pytest.raises(DefinitionError) as error:
        workspace.explanations_for(whole_edition.catalogue)
    assert "もしかして「N5" in str(error.value)
