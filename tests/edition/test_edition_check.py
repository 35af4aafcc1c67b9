"""`edition check`: a sound edition passes and shows what changed; a broken one stops with file and place."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from conftest import Command, copy_templates, definition_file
from nerima_report.edition import find_edition, load_edition
from nerima_report.edition.changes import edition_changes
from nerima_report.edition.definition import CHOICES, Definition
from nerima_report.edition.ledger_texts import (
    ClockWords,
    ConditionWords,
    FieldWords,
    LedgerGuideSection,
    LedgerGuideTexts,
    LimitWords,
    YearWords,
)
from nerima_report.edition.municipality import MunicipalityDefinition
from nerima_report.edition.texts import (
    AgreementTexts,
    FormTexts,
    GuideSection,
    GuideTexts,
    InputText,
    InputTexts,
    ProgressTexts,
    RegisterTexts,
)

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "edition_changes.toml").read_text(encoding="utf-8"))[
    "case"
]
BROKEN = tomllib.loads((Path(__file__).parents[1] / "cases" / "broken_editions.toml").read_text(encoding="utf-8"))[
    "case"
]
SHIPPED = load_edition(find_edition("nerima"))


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the shipped templates, to be changed."""
    return copy_templates(tmp_path / "templates")


@pytest.fixture
def without_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms and reports are not made: that is tried with some of the cases, and with the broken editions."""
    monkeypatch.setattr("nerima_report.runs.edition.try_edition", lambda edition: None)


def rewrite(templates: Path, case: dict[str, Any]) -> None:
    """Change one text of a definition file, as the office would in an editor."""
    file = definition_file(templates, case["file"])
    text = file.read_text(encoding="utf-8")
    assert text.count(case["find"]) == 1
    file.write_text(text.replace(case["find"], case["replace"]), encoding="utf-8")


def test_the_shipped_edition_is_sound_and_unchanged(command: Command, templates: Path) -> None:
    for options in ([], ["--templates", templates], ["--templates", templates / "nerima"]):
        run = command("edition", "check", *options)
        assert run.code == 0
        assert run.out.endswith("付属の定義と同じです。\n")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_change_is_shown_where_it_is(
    case: dict[str, Any], templates: Path, command: Command, request: pytest.FixtureRequest
) -> None:
    if not case.get("trial"):
        request.getfixturevalue("without_trial")
    rewrite(templates, case)
    found = edition_changes(SHIPPED, load_edition(templates / "nerima"))
    assert [[change.kind, change.file, change.place] for change in found] == case["changes"]
    run = command("edition", "check", "--templates", templates)
    assert run.code == 0, run.err
    assert f"■ {case['changes'][0][1]}" in run.out
    for text in case["shows"]:
        assert text in run.out
    assert ("form_version" in run.out) == case.get("forms", False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_going_back_is_the_same_change(case: dict[str, Any], templates: Path) -> None:
    rewrite(templates, case)
    changed = load_edition(templates / "nerima")
    opposite = {"added": "removed", "removed": "added"}
    # A text that is moved may be told as having gone up or as having come down.
    there = [change for change in edition_changes(SHIPPED, changed) if change.kind != "reworded"]
    back = [change for change in edition_changes(changed, SHIPPED) if change.kind != "reworded"]
    assert [(c.kind, c.before, c.after) for c in there] == [
        (opposite.get(c.kind, c.kind), c.after, c.before) for c in back
    ]
    assert edition_changes(changed, changed) == []


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["name"])
def test_whatever_is_broken_is_told_before_any_figure_is_collected(
    case: dict[str, Any], templates: Path, command: Command
) -> None:
    rewrite(templates, case)
    run = command("edition", "check", "--templates", templates)
    assert run.code == 2
    assert str(definition_file(templates, case.get("fault", case["file"]))) in run.err
    assert f"箇所: {case['key']}\n" in run.err or not case["key"]
    assert run.out == ""


@pytest.mark.parametrize("file", ["disclosure/tables.toml", "disclosure/manuscript.md.j2", "cover.md.j2"])
@pytest.mark.parametrize("encoding", ["cp932", "utf-16"])
def test_a_file_saved_in_another_encoding_is_named(file: str, encoding: str, templates: Path, command: Command) -> None:
    path = definition_file(templates, file)
    path.write_text(path.read_text(encoding="utf-8"), encoding=encoding, errors="replace")
    run = command("edition", "check", "--templates", templates)
    assert run.code == 2
    assert str(path) in run.err


@pytest.mark.usefixtures("without_trial")
def test_how_an_editor_of_windows_saves_is_no_change(templates: Path, command: Command) -> None:
    for path in (*templates.rglob("*.toml"), *templates.rglob("*.j2")):
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig", newline="\r\n")
    assert "付属の定義と同じです。" in command("edition", "check", "--templates", templates).out


@pytest.mark.parametrize("sign", ["”", "、", "　", "＝", "｛"])
def test_a_sign_in_full_width_is_named(sign: str, templates: Path, command: Command) -> None:
    file = templates / "nerima" / "disclosure" / "tables.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('stub = "請求方法"', f'stub = "請求方法"{sign}'), encoding="utf-8")
    run = command("edition", "check", "--templates", templates)
    assert run.code == 2
    assert f"「{sign}」" in run.err


@pytest.mark.parametrize(
    "slip", ['表（"処理状況"）', "表(”処理状況”)", "表(処理状況)", '表("処理状況") }', "表(", '表("処理状況") | 軒']
)
def test_a_slip_in_a_manuscript_is_told_in_japanese(slip: str, templates: Path, command: Command) -> None:
    file = templates / "nerima" / "disclosure" / "manuscript.md.j2"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('表("処理状況") }}', f"{slip} }}}}"), encoding="utf-8")
    run = command("edition", "check", "--templates", templates)
    assert run.code == 2
    assert "箇所: 44行目" in run.err
    assert not re.search(r"[a-z]{4,}", run.err.partition("理由")[2])


def test_a_name_in_a_branch_that_is_seldom_taken_must_exist_too(templates: Path, command: Command) -> None:
    manuscript = templates / "nerima" / "disclosure" / "manuscript.md.j2"
    lines = manuscript.read_text(encoding="utf-8").splitlines()
    lines += ["", '{% if 合計("内容別", "件数") and not 合計("請求者", "件数") %}', '{{ 表("内容") }}', "{% endif %}"]
    manuscript.write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = command("edition", "check", "--templates", templates)
    assert run.code == 2
    assert f"箇所: {len(lines) - 1}行目" in run.err


@pytest.mark.usefixtures("without_trial")
def test_a_table_that_is_collected_but_printed_nowhere_is_said(templates: Path, command: Command) -> None:
    rewrite(templates, {"file": "disclosure/manuscript.md.j2", "find": '{{ 表("目的別") }}\n', "replace": ""})
    run = command("edition", "check", "--templates", templates)
    assert run.code == 0
    assert '{{ 表("目的別") }} と書いて' in run.out
    assert "form_version" not in run.out


def test_a_list_that_is_not_printed_cannot_be_placed(templates: Path, command: Command) -> None:
    manuscript = templates / "nerima" / "privacy-act" / "manuscript.md.j2"
    manuscript.write_text(manuscript.read_text(encoding="utf-8") + '\n{{ 表("利活用") }}\n', encoding="utf-8")
    run = command("edition", "check", "--templates", templates)
    assert run.code == 2
    assert "manuscript.md.j2" in run.err


def test_the_item_at_fault_is_named_as_its_author_calls_it(templates: Path, command: Command) -> None:
    row = {"file": "disclosure/tables.toml", "find": '{ label = "郵送" }', "replace": '{ label = "郵送", ruled = "" }'}
    rewrite(templates, row)
    run = command("edition", "check", "--templates", templates)
    assert run.code == 2
    assert "（「請求方法」の「郵送」）" in run.err


@pytest.mark.usefixtures("without_trial")
def test_a_whole_part_that_came_or_went_is_shown(templates: Path, command: Command) -> None:
    shutil.rmtree(templates / "nerima" / "privacy-ordinance")
    (templates / "nerima" / "sources.toml").unlink()  # its articles are served by the part that went
    run = command("edition", "check", "--templates", templates)
    assert run.code == 0
    assert "■ privacy-ordinance/tables.toml" in run.out


@pytest.mark.usefixtures("without_trial")
def test_an_edition_of_another_name_is_not_compared(templates: Path, command: Command, tmp_path: Path) -> None:
    (templates / "nerima").rename(templates / "elsewhere")
    (tmp_path / "nerima-report.toml").write_text('edition = "elsewhere"\n', encoding="utf-8")
    run = command("-C", tmp_path, "edition", "check", "--templates", templates)
    assert run.code == 0
    assert "elsewhere" in run.out
    assert "付属の定義" not in run.out


@pytest.mark.usefixtures("without_trial")
def test_a_copy_is_made_once_and_is_sound(command: Command, tmp_path: Path) -> None:
    assert command("-C", tmp_path, "edition", "copy").code == 0
    assert sorted(path.name for path in tmp_path.glob("[!.]*")) == ["nerima-report.toml", "定義"]
    run = command("-C", tmp_path, "edition", "check")
    assert "付属の定義と同じです。" in run.out
    assert str(Path("定義") / "nerima") in run.out
    (tmp_path / "定義" / "nerima" / "municipality.toml").write_text("", encoding="utf-8")
    run = command("-C", tmp_path, "edition", "copy")
    assert run.code == 2
    assert (tmp_path / "定義" / "nerima" / "municipality.toml").read_text(encoding="utf-8") == ""


def test_every_turn_of_the_parts_is_tried() -> None:
    assert {2001, 2022, 2023} <= set(SHIPPED.turning_years)


def models(base: type[Definition]) -> Iterator[type[Definition]]:
    for model in base.__subclasses__():
        yield model
        yield from models(model)


def test_every_key_of_the_definitions_has_a_name_for_the_clerk() -> None:
    shown = [model for model in models(Definition) if model.__module__.startswith("nerima_report.edition.")]
    nameless = {
        (model, name)
        for model in shown
        for name, field in model.model_fields.items()
        if not (field.title or "").strip()
    }
    # The own keys of forms.toml, and of the page 書き方 in ledgers.toml, are shown as they stand in the file, the
    # severities as those of the findings.
    of_forms = {
        FormTexts,
        InputText,
        InputTexts,
        ProgressTexts,
        GuideSection,
        GuideTexts,
        AgreementTexts,
        RegisterTexts,
        LedgerGuideTexts,
        LedgerGuideSection,
        YearWords,
        ClockWords,
        LimitWords,
        FieldWords,
        ConditionWords,
    }
    assert {(model, name) for model, name in nameless if model not in of_forms} == {
        (MunicipalityDefinition, "severities")
    }


def choices_in(annotation: object) -> Iterator[object]:
    for inner in get_args(annotation):
        yield from choices_in(inner) if get_args(inner) else (inner,)


def test_only_what_a_definition_may_say_has_a_name_as_a_choice() -> None:
    fields = [field for model in models(Definition) for field in model.model_fields.values()]
    choices = {choice for field in fields for choice in choices_in(field.annotation)}
    assert set(CHOICES) - choices == set(SHIPPED.corrections.keyboard)  # the names of its layouts are keys
