"""What the sections sent besides numbers stands on the screen in short, on the page and in JSON in full."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from rich.cells import cell_len

from conftest import Command
from faulty import HOSTILE, edit
from findings_schema import VALIDATOR

LONG = "前の年度の分を含みます。" * 30


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", page))


@pytest.fixture
def again(workdir: Path) -> Path:
    """福祉部管理課 handed in again, with a remark and comments; two cells and a line of a list are others."""
    inbox = workdir / "inbox" / "2022"
    first = next(inbox.glob("12_*"))
    shutil.copy(first, inbox / "12_福祉部管理課_2.xlsx")
    book = load_workbook(inbox / "12_福祉部管理課_2.xlsx")
    book["表紙"]["B9"], book["表紙"]["B10"] = 2, LONG
    book["公開.処理状況"]["B5"], book["公開.処理状況"]["B6"] = 24, None
    book["公開.処理状況"]["B5"].comment = Comment(f"{HOSTILE}", "担当者")
    book["個人.処理状況"]["C20"].comment = Comment("確認済み\nです", "担当者")
    book["個人.事務処理ミス"]["A7"], book["個人.事務処理ミス"]["D7"] = "誤送付", "封筒の取り違え"
    book.save(inbox / "12_福祉部管理課_2.xlsx")
    return workdir


def envelope(command: Command, workdir: Path) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(command("-C", workdir, "validate", "inbox/2022", "--format", "json").out)
    assert [error.message for error in VALIDATOR.iter_errors(whole)] == []
    return whole


def test_the_screen_says_it_in_short(again: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = command("-C", again, "validate", "inbox/2022").out
    changes, wrote = out.partition("■ 出し直しで変わったところ\n")[2].split("■ 課が書いたこと\n")
    assert "福祉部管理課　提出回 1 → 2: 4か所" in changes
    assert "公開.処理状況 B5（全部公開・件数）: 23 → 24" in changes
    assert "公開.処理状況 B6（部分公開・件数）: 13 → 空欄" in changes
    assert "加わった行" in changes
    lines = [line for line in wrote.partition("\n\n")[0].splitlines() if line]
    assert len(lines) <= 4
    assert max(cell_len(line) for line in (*changes.splitlines(), *lines)) <= 80
    assert "\u202e" not in out
    assert "確認済み" not in out  # the second of its comments is counted


def test_the_page_says_all_of_it_and_runs_nothing(again: Path, command: Command) -> None:
    page = command("-C", again, "validate", "inbox/2022", "--format", "html").out
    text = text_of(page)
    assert LONG in text
    assert "コメント（公開.処理状況 B5）" in text
    assert "確認済み です" in text
    assert "<script" not in page
    assert "封筒の取り違え" in text
    assert re.search(r'<th scope="row">B6（部分公開・件数）</th><td></td><td>13</td><td>空欄</td>', page)


def test_json_holds_what_was_written_and_what_changed(again: Path, command: Command) -> None:
    whole = envelope(command, again)
    written = {(r["kind"], r["sheet"], r["cell"]): r["text"] for r in whole["remarks"] if r["file"].endswith("_2.xlsx")}
    assert written["remark", "表紙", "B10"] == LONG
    assert written["comment", "個人.処理状況", "C20"] == "確認済み です"
    (one,) = whole["resubmissions"]
    assert (one["section"], one["number"], one["before"]["number"]) == ("福祉部管理課", 2, 1)
    cells = {(c["sheet"], c["cell"]): (c["before"], c["after"]) for c in one["cells"]}
    assert cells["公開.処理状況", "B5"] == ("23", "24")
    assert [(line["kind"], line["sheet"]) for line in one["lines"]] == [("added", "個人.事務処理ミス")]


def test_what_was_written_is_no_finding(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("表紙", "B10"): "数は暫定です"})
    whole = envelope(command, workdir)
    assert "数は暫定です" in {remark["text"] for remark in whole["remarks"]}
    assert not [finding for finding in whole["findings"] if finding["sheet"] == "表紙"]


def test_a_copy_that_comes_back_brings_no_comment_of_the_tool(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("公開.内容別", "B5"): 27})
    command("-C", workdir, "validate", "inbox/2022", "--return-to", "返却")
    shutil.move(next((workdir / "返却").glob("*12_*")), next((workdir / "inbox" / "2022").glob("12_*")))
    assert {remark["kind"] for remark in envelope(command, workdir)["remarks"]} == {"remark"}
