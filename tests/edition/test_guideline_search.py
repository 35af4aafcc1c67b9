"""Searching the guideline: every type by its own words, whatever the spelling; the nearest when nothing matches."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from conftest import ROOT, Command, copy_templates
from nerima_report.edition import find_edition, load_edition
from nerima_report.edition.guideline import AnnexType, EverydayWords, search

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "guideline.toml").read_text(encoding="utf-8"))["case"]
QUESTIONS = tomllib.loads(
    (Path(__file__).parents[1] / "cases" / "guideline_questions.toml").read_text(encoding="utf-8")
)["case"]
GUIDELINE = load_edition(find_edition("nerima")).guideline
ENTRIES = tuple(GUIDELINE.entries)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["words"])
def test_words_find_their_types(case: dict[str, Any]) -> None:
    found = search(GUIDELINE, case["words"])
    names = [entry.name for entry in found.entries]
    assert found.exact == (not case.get("nearest", False))
    if "among" in case:
        assert set(case["among"]) <= set(names)
    else:
        assert (names if found.exact else names[:1]) == case["finds"]


@pytest.mark.parametrize("case", QUESTIONS, ids=lambda case: case["words"])
def test_everyday_words_lead_to_types_with_a_reason(case: dict[str, Any]) -> None:
    found = search(GUIDELINE, case["words"])
    names = {entry.name for entry in found.entries}
    assert set(case["finds"]) <= names
    assert not found.exact
    assert all(found.reasons[name] for name in names)


def test_the_questions_ask_for_every_everyday_word_group_and_find_few_types() -> None:
    asked = {each.words for each in GUIDELINE.everyday for case in QUESTIONS if each.word_in(case["words"])}
    assert len(QUESTIONS) >= 50
    assert [each.words[0] for each in GUIDELINE.everyday if each.words not in asked] == []
    assert max(len(search(GUIDELINE, case["words"]).entries) for case in QUESTIONS) <= 5


@pytest.mark.parametrize("each", GUIDELINE.everyday, ids=lambda each: each.words[0])
def test_every_everyday_word_finds_its_types(each: EverydayWords) -> None:
    for word in each.words:
        found = search(GUIDELINE, word)
        assert found.exact or set(each.types) <= {entry.name for entry in found.entries}, word


def test_the_reason_names_the_word_that_was_asked(command: Command) -> None:
    out = "".join(command("guideline", "保育園").out.split())
    assert "わけ「保育園」:" in out


def test_the_cases_ask_for_every_type() -> None:
    asked = {name for case in CASES if not case.get("nearest") for name in case.get("finds", ())}
    assert asked == {entry.name for entry in ENTRIES}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_type_is_found_by_its_whole_wording(entry: AnnexType, command: Command) -> None:
    found = search(GUIDELINE, entry.type.text)
    assert found.exact
    assert entry in found.entries
    run = command("guideline", entry.type.text)
    assert run.code == 0
    assert entry.name in run.out


@given(st.sampled_from(ENTRIES), st.data())
def test_every_type_is_found_by_any_words_of_its_own(entry: AnnexType, data: st.DataObject) -> None:
    text = entry.type.text
    start = data.draw(st.integers(0, len(text) - 2))
    words = text[start : data.draw(st.integers(start + 2, len(text)))]
    assert entry in search(GUIDELINE, words).entries


def test_the_list_shows_every_type_and_what_each_annex_needs(command: Command) -> None:
    run = command("guideline")
    assert run.code == 0
    text = "".join(run.out.split())
    for entry in ENTRIES:
        assert entry.type.text in text
    for annex in GUIDELINE.annexes:
        assert annex.title in text
        assert annex.decision_note in text
    assert text.endswith("".join(GUIDELINE.proposal.split()))


def test_words_may_be_given_one_by_one(command: Command) -> None:
    assert command("guideline", "電算システム", "入力").out == command("guideline", "電算システム 入力").out


def test_what_a_match_needs_is_said_with_its_source(command: Command) -> None:
    out = "".join(command("guideline", "警察署").out.split())
    for said in ("別表2の4", "法第69条第2項第3号", "情報公開課", "行政機関の長等", "保護管理責任者（部長）"):
        assert said in out
    assert "別表2の7" not in out


@pytest.mark.parametrize("words", ["宇宙旅行", "要援護高齢者の見守り", "税務署"])
def test_nothing_found_is_said_politely_and_is_no_error(words: str, command: Command) -> None:
    run = command("guideline", words)
    assert run.code == 0
    assert words in run.out
    assert run.out.rstrip().endswith(GUIDELINE.proposal)


def test_json_gives_each_type_with_all_it_needs(command: Command) -> None:
    run = command("guideline", "講師", "選任", "--format", "json")
    assert run.code == 0
    told = json.loads(run.out)
    assert (told["schema_version"], told["words"], told["exact"]) == (1, "講師 選任", True)
    (found,) = told["types"]
    assert found["name"] == "別表2の5"
    assert found["committee_needed"] is False
    assert found["consultation"]["with"] == "情報公開課"
    assert len(found["deciders"]) == 2


@pytest.mark.parametrize("words", [[], ["講師"], ["税務署"], ["封筒を発送する"], ["宇宙旅行"]], ids=" ".join)
def test_json_follows_its_schema(words: list[str], command: Command) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "guideline.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    told = json.loads(command("guideline", *words, "--format", "json").out)
    Draft202012Validator(schema).validate(told)
    assert set(told) == set(schema["properties"])
    for found in told["types"]:
        assert set(found) == set(schema["$defs"]["type"]["properties"])


def test_an_example_that_the_office_adds_is_shown_and_found(tmp_path: Path, command: Command) -> None:
    templates = copy_templates(tmp_path / "templates")
    file = templates / "nerima" / "guideline.toml"
    old = "電算システムの開発、改修またはメンテナンスを行う。"
    text = file.read_text(encoding="utf-8").replace(f'text = "{old}"', f'text = "{old}", examples = ["窓口端末の保守"]')
    file.write_text(text, encoding="utf-8")
    run = command("--templates", templates, "guideline", "窓口端末")
    assert "別表3の3" in run.out
    assert "窓口端末の保守" in run.out
