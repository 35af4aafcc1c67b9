"""A body of its own: `edition new` makes an edition that works at once, and no command takes it for another's.

What is invented here is ひばり市 (架空) with its numbers.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook

from conftest import ROOT, SAMPLE, Command
from nerima_report.edition import load_edition, shipped_templates
from nerima_report.forms import Filling, FormCover, render_form
from nerima_report.places import CellKey

YEAR = "2025"
NAMES = [
    "ひばり市",
    "つばめ町",
    "かもめ村",
    "すずめ区",
    "つる県",
    "ひばり広域連合",
    "ひばり・つばめ環境組合",
    "鳥'O\"市",
]


@pytest.fixture
def city(tmp_path: Path, command: Command) -> Path:
    """A working folder of ひばり市, as `edition new` and `init` make it."""
    folder = tmp_path / "市"
    folder.mkdir()
    for words in (["edition", "new", "ひばり市"], ["init", "--year", YEAR]):
        run = command("-C", folder, *words)
        assert (run.code, run.err) == (0, "")
    return folder


FROM_PERSONS = {"請求者": {"個人": 3, "法人その他の団体": 0}}
USUAL = {"処理状況": {"全部公開": 1, "部分公開": 1, "非公開": 0, "取下げ": 1}, **FROM_PERSONS}


def fill_in(city: Path, numbers: Mapping[str, Mapping[str, int]] = USUAL) -> None:
    """Hand in the workbooks of all 課, each with the same numbers: usually 3 requests, of which 1 was withdrawn."""
    edition = load_edition(city / "定義" / "ひばり市").for_year(int(YEAR))
    counts = {CellKey(f"公開.{key}", "", row, "件数"): n for key, rows in numbers.items() for row, n in rows.items()}
    inbox = city / "inbox" / YEAR
    inbox.mkdir(exist_ok=True)
    for number, row in enumerate(edition.municipality.roster):
        cover = FormCover(int(YEAR), row.department, row.section)
        (inbox / f"{number:02}.xlsx").write_bytes(render_form(edition, cover, Filling(counts)))


def test_a_new_edition_goes_through_a_whole_year(city: Path, command: Command) -> None:
    assert command("-C", city, "edition", "check").code == 0
    assert command("-C", city, "form", YEAR).code == 0
    fill_in(city)
    for words in (["validate", YEAR], ["build", YEAR], ["publish", YEAR], ["build", YEAR, "--from-record"]):
        run = command("-C", city, *words)
        assert run.code == 0, run.out + run.err
    report = (city / "out" / YEAR / "report.md").read_text(encoding="utf-8")
    assert "公開請求は18件でした。" in report
    assert "100.0%" in report  # 12 of 12 without those withdrawn
    assert "ひばり市総務部総務課" in report
    assert not re.search("区(?!分)|練馬", report)


def test_a_table_may_have_the_name_of_its_part(city: Path, command: Command) -> None:
    for name in ("tables.toml", "figures.toml", "links.toml", "manuscript.md.j2"):
        file = city / "定義" / "ひばり市" / "disclosure" / name
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r'"処理状況"', '"公開"', text), encoding="utf-8")
    fill_in(city, {"公開": USUAL["処理状況"], **FROM_PERSONS})
    run = command("-C", city, "build", YEAR)
    assert run.code == 0, run.out + run.err
    assert "公開請求は18件でした。" in (city / "out" / YEAR / "report.md").read_text(encoding="utf-8")


def test_a_year_in_which_all_was_withdrawn_says_nothing_of_a_share(city: Path, command: Command) -> None:
    fill_in(city, {"処理状況": {"全部公開": 0, "部分公開": 0, "非公開": 0, "取下げ": 3}, **FROM_PERSONS})
    assert command("-C", city, "build", YEAR).code == 0
    report = (city / "out" / YEAR / "report.md").read_text(encoding="utf-8")
    assert "公開請求は18件でした。\n" in report
    assert "割合" not in report


def test_a_small_body_has_no_departments(city: Path, command: Command) -> None:
    municipality = city / "定義" / "ひばり市" / "municipality.toml"
    text = municipality.read_text(encoding="utf-8")
    text = re.sub(r'department = "[^"]+", |department = "[^"]+"\n', "", text)
    municipality.write_text(text, encoding="utf-8")
    (city / "roster.xlsx").unlink()
    settings = city / "nerima-report.toml"
    with_deadline = settings.read_text(encoding="utf-8").replace("# 2026 = 2027-05-14", "2025 = 2026-05-14")
    settings.write_text(with_deadline, encoding="utf-8")
    for words in (["edition", "check"], ["init", "--year", YEAR], ["form", YEAR]):
        assert command("-C", city, *words).code == 0
    letter = (city / "forms" / YEAR / "依頼" / "依頼_福祉課.txt").read_text(encoding="utf-8")
    assert letter.splitlines()[2:5] == ["福祉課長　様", "", "総務課長"]
    fill_in(city)
    assert command("-C", city, "build", YEAR).code == 0
    assert "\nひばり市総務課\n" in (city / "out" / YEAR / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_body_of_any_kind_can_begin(name: str, tmp_path: Path, command: Command) -> None:
    run = command("-C", tmp_path, "edition", "new", name)
    if '"' in name:
        assert run.code == 2
        assert list(tmp_path.iterdir()) == []
        return
    assert run.code == 0, run.err
    checked = command("-C", tmp_path, "edition", "check")
    assert checked.code == 0, checked.err
    assert ("市全体" in (tmp_path / "nerima-report.toml").read_text(encoding="utf-8")) == name.endswith("市")
    assert checked.out.splitlines()[1].startswith(f"{name}: 部 1、表 2、割合 1")
    assert "○○" not in "".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*/disclosure/*"))


@pytest.mark.parametrize(
    "name", ["", " ", "a/b", "..", "nerima", "starter", "a:b", ".ひばり市", "~ひばり市", "定義\\市"]
)
def test_what_cannot_be_a_folder_is_no_name(name: str, tmp_path: Path, command: Command) -> None:
    assert command("-C", tmp_path, "edition", "new", name).code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_body_begins_with_the_invented_city(tmp_path: Path, command: Command) -> None:
    run = command("-C", tmp_path, "edition", "new", "ひばり町", "--like", "akebono")
    assert (run.code, run.err) == (0, "")
    run = command("-C", tmp_path, "edition", "check")
    assert run.code == 0, run.out + run.err
    made = tmp_path / "定義" / "ひばり町"
    assert load_edition(made).words.whole == "町全体"
    assert not [file for file in made.rglob("*") if file.is_file() and "あけぼの" in file.read_text("utf-8")]


def test_a_body_can_begin_only_with_what_is_shipped(tmp_path: Path, command: Command) -> None:
    for like in ("akebon", "../akebono", ""):
        run = command("-C", tmp_path, "edition", "new", "ひばり町", "--like", like)
        assert (run.code, "akebono、nerima" in run.err) == (2, True)
    assert not (tmp_path / "定義").exists()


def test_an_edition_is_made_once(city: Path, command: Command) -> None:
    file = city / "定義" / "ひばり市" / "municipality.toml"
    file.write_text("", encoding="utf-8")
    assert command("-C", city, "edition", "new", "ひばり市").code == 2
    assert file.read_text(encoding="utf-8") == ""


def test_a_second_edition_leaves_the_settings(city: Path, command: Command) -> None:
    before = (city / "nerima-report.toml").read_bytes()
    run = command("-C", city, "edition", "new", "つばめ町")
    assert 'edition = "つばめ町"' in run.out
    assert (city / "nerima-report.toml").read_bytes() == before


@pytest.mark.parametrize("folder", ["定義", ".", "下/定義", "../よそ", "{}/外", "定義/"])
def test_the_definitions_may_lie_anywhere(folder: str, tmp_path: Path, command: Command) -> None:
    work = tmp_path / "市"
    work.mkdir()
    run = command("-C", work, "edition", "new", "ひばり市", folder.format(tmp_path))
    assert (run.code, run.err) == (0, "")
    checked = command("-C", work, "edition", "check")
    assert (checked.code, checked.err) == (0, "")
    assert "ひばり市: 部 1" in checked.out


PLACES = ['templates = "ない"', 'templates = "."', "templates = 1", 'edition = "../nerima"', 'edition = "starter"']


@pytest.mark.parametrize("setting", PLACES)
def test_a_place_without_definitions_is_named(setting: str, tmp_path: Path, command: Command) -> None:
    (tmp_path / "nerima-report.toml").write_text(f"{setting}\n", encoding="utf-8")
    run = command("-C", tmp_path, "edition", "check")
    assert run.code == 2
    assert "nerima-report.toml" in run.err


SETTINGS = [
    ("", True),
    ('edition = "nerima"\n', True),
    ('# 自分の設定\nedition="nerima"   # 区\n[deadline]\n2025 = 2026-05-14\n', True),
    ("[deadline]\n2025 = 2026-05-14\n", True),
    ('templates = "よそ"\nedition = "よそ"\n', False),
]


@pytest.mark.parametrize(("text", "changed"), SETTINGS)
def test_settings_that_are_there_keep_what_they_say(text: str, changed: bool, tmp_path: Path, command: Command) -> None:
    file = tmp_path / "nerima-report.toml"
    file.write_text(text, encoding="utf-8")
    assert command("-C", tmp_path, "edition", "new", "ひばり市").code == 0
    after = file.read_text(encoding="utf-8")
    assert ('templates = "定義"\nedition = "ひばり市"\n' in after) == changed
    assert [line for line in text.splitlines() if "edition" not in line and line not in after] == []
    assert (command("-C", tmp_path, "edition", "check").code == 0) == changed


def test_the_only_edition_needs_no_name_and_several_do(city: Path, command: Command) -> None:
    settings = city / "nerima-report.toml"
    settings.write_text('templates = "定義"\n', encoding="utf-8")
    assert "ひばり市" in command("-C", city, "edition", "check").out
    assert command("-C", city, "edition", "new", "つばめ町").code == 0
    run = command("-C", city, "edition", "check")
    assert run.code == 2
    assert "あるもの: つばめ町、ひばり市" in run.err
    settings.write_text('templates = "定義"\nedition = "かもめ村"\n', encoding="utf-8")
    assert "「かもめ村」" in command("-C", city, "edition", "check").err


def test_the_command_line_goes_before_the_settings_and_says_so(city: Path, command: Command) -> None:
    run = command("-C", city, "--templates", ROOT / "templates" / "nerima", "edition", "check")
    assert run.code == 0
    assert "--templates の定義を使います" in run.err
    same = command("-C", city, "--templates", "定義", "edition", "check")
    assert (same.code, same.err) == (0, "")


def test_init_remembers_with_which_definitions_it_was_run(city: Path, command: Command) -> None:
    other = city.parent / "別"
    assert command("-C", city, "--templates", "定義", "init", "../別").code == 0
    settings = (other / "nerima-report.toml").read_text(encoding="utf-8")
    assert 'templates = "../市/定義"\nedition = "ひばり市"\n' in settings
    assert "ひばり市" in command("-C", other, "edition", "check").out


RECORDED = [
    ["check", "2021"],
    ["check", "records/2021.json"],
    ["trend", "2019..2021"],
    ["build", YEAR],
    ["build", "2021", "--from-record"],
    ["publish", "2021"],
    ["publish", "2021", "--done", "ホームページへの掲載"],
]


@pytest.mark.parametrize("words", RECORDED, ids=" ".join)
def test_the_record_of_another_body_is_refused(words: list[str], city: Path, command: Command) -> None:
    fill_in(city)
    for file in (SAMPLE / "records").glob("*.json"):
        shutil.copy(file, city / "records")
    run = command("-C", city, *words)
    assert run.code == 2, run.out
    assert "箇所: edition.name" in run.err
    assert "「nerima」" in run.err
    assert [file for file in (city / "out").rglob("*") if file.is_file()] == []


def test_a_report_of_another_edition_is_neither_published_nor_overwritten(city: Path, command: Command) -> None:
    fill_in(city)
    assert command("-C", city, "build", YEAR).code == 0
    (city / "定義" / "ひばり市").rename(city / "定義" / "つばめ町")
    settings = city / "nerima-report.toml"
    settings.write_text('templates = "定義"\n', encoding="utf-8")
    before = (city / "out" / YEAR / "record.json").read_bytes()
    assert json.loads(before)["edition"]["name"] == "ひばり市"
    for words in (["publish", YEAR], ["build", YEAR]):
        run = command("-C", city, *words)
        assert (run.code, "edition.name" in run.err) == (2, True)
    assert (city / "out" / YEAR / "record.json").read_bytes() == before
    assert command("-C", city, "status", YEAR).code == 0


def test_there_is_no_guideline_and_no_ledger_where_none_is_defined(city: Path, command: Command) -> None:
    for words in (["guideline", "学校"], ["ledger", "new", YEAR], ["register", "list"], ["explain", "指針第20条"]):
        run = command("-C", city, *words)
        assert run.code in (0, 2), words
        assert "Traceback" not in run.err
    assert "guideline.toml" in command("-C", city, "guideline").err


def test_no_form_speaks_of_a_ward(city: Path, command: Command) -> None:
    assert command("-C", city, "form", YEAR).code == 0
    for file in (city / "forms" / YEAR).glob("*.xlsx"):
        texts = [c.value for sheet in load_workbook(file) for row in sheet.iter_rows() for c in row if c.value]
        assert [text for text in texts if re.search("区(?!分)|練馬", str(text))] == []


def test_the_starter_is_an_edition_itself() -> None:
    edition = load_edition(shipped_templates() / "starter")
    assert edition.municipality.name == "○○市"
