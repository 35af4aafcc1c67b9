"""`status`, and the name of the program alone: where a year stands, and what is read again when files change."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import findings_schema
from conftest import ROOT, Command, copy_templates
from faulty import edit
from nerima_report.runs import status as run
from nerima_report.workbooks import WorkbookReader
from nerima_report.workspace import Workspace
from nerima_report.writing.lock import FOLDER

SCHEMA = json.loads((ROOT / "docs" / "schemas" / "status.json").read_text(encoding="utf-8"))
FINDINGS = Registry().with_resource("findings.json", Resource.from_contents(findings_schema.SCHEMA))
VALIDATOR = Draft202012Validator(SCHEMA, registry=FINDINGS)
FAULTY = {("公開.処理状況", "B5"): None}
SECTIONS = 5


@pytest.fixture
def look(workdir: Path, command: Command) -> Callable[..., dict[str, Any]]:
    """Look at the working folder, and give back what programs read."""

    def status(*arguments: str) -> dict[str, Any]:
        envelope: dict[str, Any] = json.loads(
            command("-C", workdir, "status", "2022", "--format", "json", *arguments).out
        )
        assert [error.message for error in VALIDATOR.iter_errors(envelope)] == []
        return envelope

    return status


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that a worker is asked for from now on."""
    names: list[str] = []
    read_all = WorkbookReader.read_all

    def noting(reader: WorkbookReader, paths: list[Path]) -> Any:
        names.extend(path.name for path in paths)
        return read_all(reader, paths)

    monkeypatch.setattr(WorkbookReader, "read_all", noting)
    return names


Look = Callable[..., dict[str, Any]]


def of(inbox: Path, name: str) -> Path:
    return next(inbox.glob(f"{name}*"))


def changes(envelope: dict[str, Any]) -> dict[str, str]:
    return {change["section"]: change["kind"] for change in envelope["changes"]}


def test_what_changed_is_told_from_look_to_look(workdir: Path, look: Look, tmp_path: Path) -> None:
    inbox = workdir / "inbox" / "2022"
    fine = shutil.copytree(inbox, tmp_path / "fine")
    of(inbox, "12_").unlink()
    edit(workdir, "16_", FAULTY)
    first = look()
    standing = {row["section"]: row["status"] for row in first["handed_in"] if not row["ward"]}
    assert (standing["福祉部管理課"], standing["健康部保健予防課"]) == ("missing", "faulty")
    assert (first["since"], first["changes"]) == (None, [])
    assert first["next"]["command"] == "nerima-report validate 2022"
    shutil.copytree(fine, inbox, dirs_exist_ok=True)
    edit(workdir, "23_", {("表紙", "B10"): "担当が変わりました"})
    of(inbox, "10_").unlink()
    assert changes(look()) == {
        "福祉部管理課": "arrived",
        "健康部保健予防課": "corrected",
        "土木部管理課": "again",
        "区民部国保年金課": "withdrawn",
    }
    shutil.copytree(fine, inbox, dirs_exist_ok=True)
    assert set(changes(look()).values()) == {"arrived", "again"}
    assert look()["changes"] == []


def test_what_a_section_wrote_on_its_cover_is_shown(workdir: Path, look: Look, command: Command) -> None:
    edit(workdir, "12_", {("表紙", "B10"): "件数は\n暫定です\u202e"})
    remark = next(remark for remark in look()["remarks"] if remark["section"] == "福祉部管理課")
    assert (remark["sheet"], remark["cell"], remark["text"]) == ("表紙", "B10", "件数は 暫定です")
    assert "\u202e" not in command("-C", workdir, "status", "2022").out


def test_a_section_that_sent_another_year_is_neither_fine_nor_missing(workdir: Path, look: Look) -> None:
    sent = edit(workdir, "12_", {("表紙", "B4"): "令和3年度"})
    row = next(row for row in look()["handed_in"] if row["section"] == "福祉部管理課")
    assert (row["status"], row["status_name"], row["file"].endswith(sent.name)) == ("other-year", "年度違い", True)


def test_only_what_changed_is_read_again(workdir: Path, look: Look, asked: list[str]) -> None:
    first = look()
    assert len(asked) == SECTIONS + 2  # the ward's and the roster
    asked.clear()
    assert look()["handed_in"] == first["handed_in"]
    assert asked == []
    changed = edit(workdir, "12_", FAULTY)
    look()
    assert asked == [changed.name]
    shutil.rmtree(workdir / FOLDER / run.CACHE)
    assert len(look()["handed_in"]) == SECTIONS + 1
    assert len(asked) == SECTIONS + 3


@pytest.mark.parametrize(
    "file",
    [
        "nerima-report.toml",
        "roster.xlsx",
        "records/2021.json",
        "registers/変更履歴.csv",
        "out/2022/record.json",
        "inbox/2022/~$12.xlsx",
        "inbox/2022/届いた手紙.docx",
        "templates/findings.toml",
        "templates/nerima/disclosure/links.toml",
    ],
)
def test_the_answer_is_kept_only_as_long_as_nothing_changes(file: str, workdir: Path) -> None:
    """Each of these may change what the status says, though no workbook changed."""
    copy_templates(workdir / "templates")
    workspace, edition = Workspace(workdir, "nerima", ()), workdir / "templates" / "nerima"
    before = run.basis_of(workspace, edition, 2022)
    assert before == run.basis_of(workspace, edition, 2022)
    (workdir / file).parent.mkdir(parents=True, exist_ok=True)
    with (workdir / file).open("ab") as stream:
        stream.write(b"\n")
    assert run.basis_of(workspace, edition, 2022) != before


def test_an_unwritable_folder_and_a_broken_cache_cost_only_time(workdir: Path, look: Look) -> None:
    first = look()
    for file in (workdir / FOLDER).rglob("*"):
        if file.is_file():
            file.write_bytes(b'{"basis": 1, "sheets": 5}')
    assert look()["handed_in"] == first["handed_in"]
    shutil.rmtree(workdir / FOLDER)
    (workdir / FOLDER).write_bytes(b"in the way")
    again = look()
    assert (again["handed_in"], again["since"]) == (first["handed_in"], None)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders")
@pytest.mark.parametrize(("name", "is_kept"), [("13.xlsx", False), ("13.docx", True)])
def test_a_pipe_in_the_inbox_is_not_waited_for(name: str, is_kept: bool, workdir: Path) -> None:
    os.mkfifo(workdir / "inbox" / "2022" / name)
    basis = run.basis_of(Workspace(workdir, "nerima", ()), ROOT / "templates" / "nerima", 2022)
    assert (basis is not None) is is_kept


def test_git_is_told_to_ignore_what_is_remembered(workdir: Path, look: Look) -> None:
    look()
    assert (workdir / FOLDER / ".gitignore").read_text(encoding="utf-8") == "*\n"


@pytest.mark.parametrize(
    ("day", "left", "words"),
    [("2023-05-01", 13, "あと13日"), ("2023-05-14", 0, "今日です"), ("2023-05-17", -3, "3日過ぎました")],
)
def test_days_are_counted_at_each_look(
    day: str, left: int, words: str, workdir: Path, look: Look, command: Command
) -> None:
    of(workdir / "inbox" / "2022", "12_").unlink()
    assert look("--on", day)["days_left"] is None
    assert "未定" in command("-C", workdir, "status", "2022").out
    with (workdir / "nerima-report.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[deadline]\n2022 = 2023-05-14\n")
    assert look("--on", day)["days_left"] == left
    assert f"提出期限 令和5年5月14日（{words}）" in command("-C", workdir, "status", "2022", "--on", day).out


def test_the_next_command_follows_the_season(workdir: Path, look: Look, command: Command, tmp_path: Path) -> None:
    def following() -> str:
        step: str = look()["next"]["command"]
        return step.removeprefix("nerima-report ")

    inbox, roster = workdir / "inbox" / "2022", workdir / "roster.xlsx"
    roster.rename(tmp_path / "roster.xlsx")
    inbox.rename(tmp_path / "2022")
    assert following() == "init"
    (tmp_path / "roster.xlsx").rename(roster)
    assert following() == "form 2022"
    (workdir / "forms" / "2022").mkdir(parents=True)
    (workdir / "forms" / "2022" / "12.xlsx").write_bytes(b"")
    assert following() == "validate 2022"
    (tmp_path / "2022").rename(inbox)
    assert following() == "build 2022"
    command("-C", workdir, "build", "2022")
    assert (look()["report"], following()) == ("built", "publish 2022")
    handed_in = of(inbox, "12_").read_bytes()
    again = edit(workdir, "12_", {("表紙", "B10"): "出し直し"})
    assert (look()["report"], following()) == ("outdated", "build 2022")
    again.write_bytes(handed_in)
    command("-C", workdir, "publish", "2022")
    assert (look()["record"], following()) == ("published", "publish 2022 --done 区の掲示場への掲示")
    command("-C", workdir, "publish", "2022", "--done", "掲示場")
    assert (look()["record"], following()) == ("published", "init --year 2023")
    edit(workdir, "12_", {("表紙", "B10"): "もう一度"})
    assert (look()["record"], following()) == ("outdated", "build 2022")
    (workdir / "records" / "2022.json").write_text("{}", encoding="utf-8")
    assert look()["record"] == "unusable"


def test_letters_wait_until_something_comes(workdir: Path, look: Look, command: Command) -> None:
    edit(workdir, "12_", FAULTY)
    assert "手紙" not in look()["next"]["reason"]
    command("-C", workdir, "validate", "2022")
    assert "確認/2022/手紙 の手紙 1通を送る" in look()["next"]["reason"]
    edit(workdir, "16_", FAULTY)
    assert "手紙" not in look()["next"]["reason"]


def test_a_look_on_another_day_is_not_remembered(workdir: Path, look: Look) -> None:
    assert look("--on", "2023-05-01")["since"] is None
    assert look()["since"] is None
    edit(workdir, "12_", FAULTY)
    assert changes(look("--on", "2023-05-01")) == changes(look()) == {"福祉部管理課": "again"}


def test_the_program_alone_says_where_the_year_at_work_stands(workdir: Path, command: Command) -> None:
    shown = command("-C", workdir)
    assert shown.code == 0
    assert shown.out.startswith("令和5年度")  # the newest of the roster
    assert command("-C", workdir, "status", "R4").out.startswith("令和4年度")


def test_outside_of_a_working_folder_the_first_step_is_named(tmp_path: Path, command: Command) -> None:
    shown = command("-C", tmp_path)
    assert "使い方" in shown.out
    assert "nerima-report init" in shown.out
    assert command("-C", tmp_path, "status").code == 2
    assert list(tmp_path.iterdir()) == []
