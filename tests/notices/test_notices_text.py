"""Findings on the screen: grouped, folded to the width of the terminal, and ending with how many are fine."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from rich.cells import cell_len

from conftest import Command
from faulty import HOSTILE, blanks, edit, make_faulty
from nerima_report.text import fold, harmless


def test_lines_fit_the_terminal_and_the_last_says_how_many_are_fine(
    workdir: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_faulty(workdir)
    monkeypatch.setenv("COLUMNS", "80")
    run = command("-C", workdir, "validate", "inbox/2022")
    assert run.code == 1
    lines = run.out.rstrip().splitlines()
    assert "".join(lines[-2:]).startswith("6ファイルのうち5ファイルにエラーがあります（エラー ")
    assert "比べたセル: " not in [line.strip() + " " for line in lines]
    assert [line for line in lines if cell_len(line) > 80 and ".xlsx" not in line] == []


def test_groups_are_whole_and_the_most_severe_come_first(workdir: Path, command: Command) -> None:
    make_faulty(workdir)
    out = command("-C", workdir, "validate", "inbox/2022").out
    titles = re.findall(r"^■ (.*)$", out, re.MULTILINE)
    assert len(titles) == len(set(titles)) == 7  # the last is what the sections wrote
    assert titles[-2] == "inbox/2022/~$12_.xlsx"  # a notice only
    for group in out.split("■ ")[1:]:
        sheets = re.findall(r"^  (?:エラー|警告|お知らせ) N\d{3}  (\S+) ", group, re.MULTILINE)
        assert [sheet for sheet, before in zip(sheets, ["", *sheets], strict=False) if sheet != before] == list(
            dict.fromkeys(sheets)
        )


def test_many_of_a_kind_are_said_once_and_none_is_lost_in_json(workdir: Path, command: Command) -> None:
    edit(workdir, "16_", blanks("公開.内容別", "B", 6, 13))
    out = command("-C", workdir, "validate", "inbox/2022").out
    assert out.count("N301") == 3
    assert "ほかに同じ指摘が 5件あります: B9、B10、B11、B12、B13" in out
    assert out.count("なかったときは 0 と書いてください") == 1
    findings = json.loads(command("-C", workdir, "validate", "inbox/2022", "--format", "json").out)["findings"]
    assert Counter(f["code"] for f in findings)["N301"] == 8


def test_output_to_a_file_is_the_same_text_without_colours(workdir: Path, command: Command) -> None:
    make_faulty(workdir)
    run = command("-C", workdir, "validate", "inbox/2022", "--output", "確認.txt")
    written = (workdir / "確認.txt").read_text(encoding="utf-8")
    assert run.out == ""
    assert "\x1b" not in written
    assert "".join(written.rstrip().splitlines()[-2:]).startswith("6ファイルのうち5ファイルにエラーがあります")


def test_what_steers_a_terminal_is_shown_not_done(workdir: Path, command: Command) -> None:
    edit(workdir, "10_", {("個人.事務処理ミス", "B5"): HOSTILE})
    out = command("-C", workdir, "validate", "inbox/2022").out
    assert "\u202e" not in out
    assert "alert" in out
    assert harmless("a\x1b[31m\u3000b") == "a\ufffd[31m\u3000b"


@pytest.mark.parametrize("width", [20, 37, 72])
def test_folded_lines_are_short_enough_and_lose_nothing(width: int) -> None:
    text = "公開.内容別の件数の合計は 123、公開.請求者は 50 で、一致しません（差 +73）。nerima-report.toml の"
    lines = fold(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(cell_len(line) for line in lines) <= width
    assert not [line for line in lines if line[0] in "、。）"]


@pytest.mark.parametrize(
    ("gone", "broken", "complete", "closing"),
    [
        ([], [], False, "6ファイルすべて、エラーはありません"),
        ([], ["12_"], False, "6ファイルのうち1ファイルにエラーがあります"),
        (["07_", "10_", "16_", "23_", "00_"], [], False, "1ファイル、エラーはありません"),
        (["07_", "10_", "16_", "23_", "00_"], ["12_"], False, "1ファイルにエラーがあります"),
        (["07_", "10_", "16_", "23_"], ["00_", "12_"], False, "2ファイルすべてにエラーがあります"),
        (["07_"], [], True, "5ファイルすべて、エラーはありませんが、ほかにエラーがあります"),
        (["07_"], ["12_"], True, "5ファイルのうち1ファイルにエラーがあります"),
    ],
)
def test_the_closing_sentence_counts_the_files_with_errors(
    gone: list[str], broken: list[str], complete: bool, closing: str, workdir: Path, command: Command
) -> None:
    for file in gone:
        next((workdir / "inbox" / "2022").glob(f"{file}*")).unlink()
    for file in broken:
        edit(workdir, file, {("表紙", "B8"): "0"})
    run = command("-C", workdir, "validate", "inbox/2022", *(["--complete"] if complete else []))
    assert run.out.rstrip().splitlines()[-1].partition("（")[0] == closing
