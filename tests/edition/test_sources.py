"""sources.toml: every article is there and served, or has a reason; nothing refers to what is not there."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from conftest import ROOT, Command, copy_templates
from nerima_report.cli import program
from nerima_report.cli.edition import references_to
from nerima_report.edition import Edition
from nerima_report.edition.citations import Article, citations
from nerima_report.edition.sources import Coverage, Source, load_coverage
from nerima_report.notices.sources import coverage_page
from nerima_report.runs.edition import outputs


@pytest.fixture(scope="module")
def coverage(whole_edition: Edition) -> Coverage:
    return load_coverage(whole_edition)


def source(coverage: Coverage, key: str) -> Source:
    return next(each for each in coverage.sources.sources if each.key == key)


def test_the_page_is_up_to_date(coverage: Coverage) -> None:
    assert (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8") == coverage_page(coverage), "make docs"


def test_nothing_leads_nowhere_and_every_place_has_something(coverage: Coverage) -> None:
    assert list(coverage.faults({*references_to(program()), *outputs()})) == []


# ---- nothing of the sources is left out ----

LAST = {"規則": 18, "指針": 26}
CHAPTERS = 10


@pytest.mark.parametrize("key", LAST)
def test_articles_paragraphs_and_items_run_without_a_gap(key: str, coverage: Coverage) -> None:
    """The numbers of a source run on; where one is lost in the text at hand, the list says so in its place."""
    articles = [line.article for line in source(coverage, key).lines if line.article]
    numbers = list(dict.fromkeys(int(article.number.partition("の")[0]) for article in articles))
    assert numbers == list(range(1, LAST[key] + 1))
    paragraphs, items = defaultdict(list), defaultdict(list)
    for article in articles:
        paragraphs[article.number].append(article.paragraph)
        if article.item:
            items[article.number, article.paragraph].append(article.item)
    for number, own in paragraphs.items():
        found = [n for n in dict.fromkeys(own) if n]
        assert all(after - before == 1 for before, after in pairwise(found)), number
    for place, own in items.items():
        assert own == list(range(1, len(own) + 1)), place


def test_the_numbers_of_items_are_those_of_the_sources(coverage: Coverage) -> None:
    """How many items the longest lists have, counted in the text of the sources."""
    expected = {
        "規則": {("4", 2): 5, ("6", 1): 9, ("8", 1): 5, ("9", 1): 5, ("10", 0): 2, ("10の2", 1): 5, ("10の3", 1): 5,
                 ("11", 1): 5, ("13の2", 1): 3, ("17", 2): 7, ("1", 0): 2, ("3", 2): 5},
        "指針": {("2", 2): 8, ("3", 3): 2, ("12", 1): 4, ("20", 1): 8},
    }  # fmt: skip
    for key, lists in expected.items():
        found: dict[tuple[str, int], int] = defaultdict(int)
        for line in source(coverage, key).lines:
            if line.article and line.article.item:
                found[line.article.number, line.article.paragraph] += 1
        assert found == lists
    paragraphs = {("規則", "15"): 5, ("指針", "20"): 6, ("指針", "8"): 4, ("規則", "13の2"): 5}
    for (key, number), last in paragraphs.items():
        lines = source(coverage, key).lines
        assert max(line.article.paragraph for line in lines if line.article and line.article.number == number) == last


def test_headings_tables_and_types_are_all_there(coverage: Coverage, whole_edition: Edition) -> None:
    at = {each.key: {line.at for line in each.lines} for each in coverage.sources.sources}
    assert {f"表{number}" for number in range(1, 8)} <= at["運用状況"]
    assert {f"（個人情報）表{number}" for number in range(1, 6)} <= at["運用状況"]
    assert {f"（個人情報）{number}" for number in range(1, 9)} | {"1", "2"} <= at["運用状況"]
    assert {entry.name for entry in whole_edition.guideline.entries} <= at["ガイドライン"]
    assert {f"第{number}章" for number in range(1, CHAPTERS + 1)} <= at["指針"]
    assert at["新制度"] == {"1", "2", "2-1", "2-2"}


# ---- what somebody types ----


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("規則第17条第2項第4号", ["第17条第2項第4号"]),
        ("規則17条2項4号", ["第17条第2項第4号"]),
        ("施行規則 第十七条第二項第四号", ["第17条第2項第4号"]),
        ("練馬区個人情報保護条例施行規則第１８条", ["第18条"]),
        ("規則第十条の二第二項", ["第10条の2第2項"]),
        ("規則10条", ["第10条", "第10条第1号", "第10条第2号"]),
        ("規則10条1項1号", ["第10条第1号"]),
        ("指針 第5条 第1項", ["第5条第1項"]),
        ("指針20条6項", ["第20条第6項"]),
        ("規則第5条第1項", ["第5条"]),
        ("指針21", ["第21条"]),
        ("指針二十一条", ["第21条"]),
        ("ガイドライン3の参考", ["3の参考"]),
        ("規則 第5号様式", ["第11条第2項"]),
        ("指針 派遣労働者", ["第20条第5項"]),
        ("指針第20条規則第6条", []),
        ("指針第20条の2", []),
        ("規則第99条", []),
        ("指針第5条第9項", []),
        ("概要第21条", ["第21条の説明"]),
        ("ガイドライン別表２の１", ["別表2の1"]),
        ("個人情報利活用ガイドライン 3の参考", ["3の参考"]),
        ("報告 表7", ["表7", "表7の注1", "表7の注2"]),
        ("運用状況 個人情報 表5", ["（個人情報）表5"]),
    ],
)
def test_a_place_is_understood_as_people_write_it(words: str, places: list[str], coverage: Coverage) -> None:
    (found,) = coverage.find(words)
    assert [line.at for line in found.lines] == places


def test_without_a_source_all_that_have_the_place_are_told(coverage: Coverage) -> None:
    assert [each.source.key for each in coverage.find("第20条")] == ["指針の概要", "指針"]
    assert [each.source.key for each in coverage.find("別表3の21")] == ["ガイドライン"]
    assert [[line.at for line in each.lines] for each in coverage.find("掲示場")] == [["第17条第3項"]]
    assert coverage.find("第99条") == coverage.find("虎") == []


def test_explain_shows_where_an_article_is_served(command: Command) -> None:
    run = command("explain", "指針", "第20条")
    assert run.code == 0
    for told in ("第20条第1項第2号", "登録簿 委託の記録（再委託の条件）", "第20条第6項"):
        assert told in run.out
    assert "登録簿 外部委託記録票" in command("explain", "規則6条").out
    unknown = command("explain", "規則第99条")
    assert (unknown.code, "第17条" in unknown.err) == (2, True)
    assert command("explain", "虎").code == 2
    overview = command("explain", "規則").out
    assert ("第17条" in overview, "登録簿" in overview) == (True, False)


# ---- what texts cite ----


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("条例第10条第1項、施行規則第3条第2項", [Article("3", 2)]),
        ("指針第25条、第20条第3項、第4項", [Article("25"), Article("20", 3), Article("20", 4)]),
        ("指針第8条第1項から第3項まで", [Article("8", 1), Article("8", 2), Article("8", 3)]),
        ("指針第3条から第5条まで、第9条", [*(Article(str(number)) for number in (3, 4, 5)), Article("9")]),
        ("施行規則第17条第2項第1号、第6号（運用状況 2、3）", [Article("17", 2, 1), Article("17", 2, 6), "2", "3)"]),
        ("第4号様式の2、施行規則第10条の2第1項", [Article("10の2", 1)]),
        ("運用状況（個人情報）7、表4。仮定: 法第68条†", ["(個人情報)7", "(個人情報)表4"]),
        ("区の定めはない", []),
    ],
)
def test_a_text_cites_places(text: str, places: list[Article | str]) -> None:
    assert [each.place for each in citations(text, ["施行規則", "指針", "運用状況"])] == places


# ---- what is wrong stops `edition check` ----


@pytest.mark.parametrize(
    ("file", "find", "replace", "told"),
    [
        ("sources.toml", '"コマンド publish --done"', '"コマンド publish --dnoe"', "第17条第3項"),
        ("sources.toml", '"出力 open-items.md"', '"出力 opne-items.md"', "06の実施"),
        ("sources.toml", '"表 個人.研修の記録.対象"', '"表 個人.研修の記録.対像"', "第2条第2項第5号"),
        ("sources.toml", '"台帳 個人.請求台帳.請求の種類"', '"台帳 個人.請求台帳.種類"', "第12条第2項"),
        ("sources.toml", '"役割 保護担当者"', '"役割 担当者"', "02の管理体制"),
        ("sources.toml", '"類型 別表1の3"', '"類型 別表1の4"', "別表1の3"),
        ("sources.toml", ', because = "この指針の目的で、することがない"', "", "第1条"),
        ("sources.toml", '"定義 municipality.toml designations"', '"定義 municipality.toml designation"', "第16条"),
        ("kinds.toml", 'basis = "指針第4条、', 'basis = "指針第40条、', "役割 保護管理責任者"),
        ("privacy-ordinance/registers.toml", '"第6条第1項第9号"', '"第6条第1項第10号"', "そのほか必要な事項"),
    ],
)  # fmt: skip
def test_what_leads_nowhere_stops_the_check_of_an_edition(
    file: str,
    find: str,
    replace: str,
    told: str,
    tmp_path: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nerima_report.runs.edition.try_edition", lambda edition: None)
    templates = copy_templates(tmp_path / "templates")
    path = templates / "nerima" / file
    text = path.read_text(encoding="utf-8")
    assert find in text
    path.write_text(text.replace(find, replace, 1), encoding="utf-8")
    run = command("edition", "check", "--templates", templates)
    assert run.code == 2
    assert "sources.toml" in run.err
    assert told in run.err


def test_an_edition_without_the_file_has_no_sources(tmp_path: Path, command: Command) -> None:
    templates = copy_templates(tmp_path / "templates")
    (templates / "nerima" / "sources.toml").unlink()
    assert command("--templates", templates, "explain", "指針第20条").code == 2
