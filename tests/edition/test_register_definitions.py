"""The registers against the articles, item by item: nothing that an article asks for is missing, nothing is made up."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from nerima_report.edition import Edition, load_edition
from nerima_report.edition.registers import NO_ARTICLE
from nerima_report.errors import DefinitionError

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "register_articles.toml").read_text(encoding="utf-8"))
TEMPLATES = ROOT / "templates" / "nerima"


@pytest.mark.parametrize("case", CASES["register"], ids=lambda case: case["key"])
def test_each_item_of_the_articles_has_its_fields(case: dict[str, Any], whole_edition: Edition) -> None:
    register = whole_edition.for_year(2022).registers[f"個人.{case['key']}"]
    asked: dict[str, list[str]] = {}
    for field in register.fields:
        if field.article != NO_ARTICLE:
            asked.setdefault(f"{field.article} {field.item}", []).append(field.label)
    assert asked == {f"{item['article']} {item['item']}": item["fields"] for item in case["items"]}
    assert [field.label for field in register.fields if field.article == NO_ARTICLE] == case["ours"]
    assert (register.form, register.public) == (case.get("form", ""), case["public"])


@pytest.mark.parametrize("case", CASES["act"], ids=lambda case: case["key"])
def test_each_item_of_the_guideline_has_its_fields(case: dict[str, Any], whole_edition: Edition) -> None:
    register = whole_edition.for_year(2026).registers[f"個人.{case['key']}"]
    asked: dict[str, list[str]] = {}
    for field in register.fields:
        if field.since or field.article.startswith("指針"):
            asked.setdefault(f"{field.article} {field.item}", []).append(field.label)
    assert asked == {f"{item['article']} {item['item']}": item["fields"] for item in case["items"]}


def test_there_are_eight_registers_and_four_under_the_act(whole_edition: Edition) -> None:
    assert [case["key"] for case in CASES["register"]] == [
        r.key for r in whole_edition.for_year(2022).registers.values()
    ]
    act = list(whole_edition.for_year(2023).registers.values())
    assert [register.key for register in act] == ["ファイル簿", "委託の記録", "利用の記録", "提供の記録"]
    assert all(register.continues for register in act)


def test_fields_stand_in_the_order_of_the_articles(whole_edition: Edition) -> None:
    for register in whole_edition.for_year(2022).registers.values():
        articles = [field.article for field in register.fields if field.article != NO_ARTICLE]
        assert list(dict.fromkeys(articles)) == [a for n, a in enumerate(articles) if articles.index(a) == n]
        groups = [a for n, a in enumerate(articles) if n == 0 or articles[n - 1] != a]
        assert len(groups) == len(set(groups)), register.key


@pytest.mark.parametrize("case", CASES["broken"], ids=lambda case: case["name"])
def test_a_broken_definition_names_file_key_and_reason(case: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "nerima"
    folder.mkdir()
    for file in TEMPLATES.rglob("*"):
        if file.is_file():
            target = folder / file.relative_to(TEMPLATES)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(file.read_bytes())
    broken = folder / case["file"]
    text = broken.read_text(encoding="utf-8")
    assert text.count(case["find"]) >= 1
    broken.write_text(text.replace(case["find"], case["replace"], 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        load_edition(folder)
    assert (error.value.file, error.value.key) == (broken, case["key"]), error.value.reason
