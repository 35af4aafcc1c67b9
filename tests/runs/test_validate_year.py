"""`validate 2022`: the whole check of a year, in 確認/2022/, and what becomes of what an earlier check left there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from conftest import Command
from faulty import edit
from findings_schema import VALIDATOR

FAULTY = {("公開.処理状況", "B5"): None}


def lying_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_whole_check_of_a_year_lies_in_a_folder_of_its_own(workdir: Path, command: Command) -> None:
    edit(workdir, "16_", FAULTY)
    next((workdir / "inbox" / "2022").glob("12_*")).unlink()
    run = command("-C", workdir, "validate", "2022")
    assert run.code == 1
    assert lying_in(workdir / "確認" / "2022") == {
        "確認.html",
        "SHA256SUMS",
        "返却/返却_16_健康部保健予防課.xlsx",
        "手紙/返却_健康部保健予防課.txt",
    }
    words = {line.split()[0]: line.split()[1] for line in run.out.splitlines() if len(line.split()) > 1}
    assert (words["福祉部管理課"], words["健康部保健予防課"]) == ("未提出", "直しが必要")
    assert "N301" not in run.out  # the page tells it; on screen each 課 has one line
    assert "N301" in (workdir / "確認" / "2022" / "確認.html").read_text(encoding="utf-8")
    again = command("-C", workdir, "validate", "R4", "--format", "json").out
    envelope = json.loads(again)
    assert [error.message for error in VALIDATOR.iter_errors(envelope)] == []
    assert envelope["page"] == "確認/2022/確認.html"
    complete = json.loads(command("-C", workdir, "validate", "inbox", "--complete", "--format", "json").out)
    assert envelope["findings"] == complete["findings"]


def test_no_copy_stays_of_a_workbook_that_is_fine_by_now(workdir: Path, command: Command) -> None:
    checked = workdir / "確認" / "2022"
    inbox = workdir / "inbox" / "2022"
    fine = shutil.copytree(inbox, workdir / "直したもの")
    edit(workdir, "16_", FAULTY)
    edit(workdir, "12_", FAULTY)
    command("-C", workdir, "validate", "2022")
    (checked / "返却" / "覚え書き.txt").write_text("電話した", encoding="utf-8")
    polished = checked / "返却" / "返却_12_福祉部管理課.xlsx"
    polished.write_bytes(polished.read_bytes() + b"polished")
    shutil.copytree(fine, inbox, dirs_exist_ok=True)
    command("-C", workdir, "validate", "2022")
    assert lying_in(checked / "返却") == {"覚え書き.txt", "返却_12_福祉部管理課-保存1.xlsx"}


def test_what_the_check_of_a_year_wrote_is_never_read_as_handed_in(workdir: Path, command: Command) -> None:
    edit(workdir, "16_", FAULTY)
    command("-C", workdir, "validate", "2022")
    assert json.loads(command("-C", workdir, "validate", ".", "--format", "json").out)["files"] == 6
    (workdir / "inbox" / "2022" / "確認").mkdir()
    shutil.move(next((workdir / "inbox" / "2022").glob("12_*")), workdir / "inbox" / "2022" / "確認")
    assert json.loads(command("-C", workdir, "validate", "inbox", "--format", "json").out)["files"] == 6


def test_a_name_that_is_a_folder_and_a_year_is_the_folder(workdir: Path, command: Command) -> None:
    run = command("-C", workdir / "inbox", "validate", "2022")
    assert "6ファイルすべて、エラーはありません" in run.out
    assert "「2022」は" in run.err
    assert not (workdir / "inbox" / "確認").exists()


@pytest.mark.parametrize(
    "arguments", [("2022", "2023"), ("2022", "inbox"), ("2022", "--return-to", "返却"), ("2021",)], ids=" ".join
)
def test_a_year_is_checked_alone(arguments: tuple[str, ...], workdir: Path, command: Command) -> None:
    shutil.rmtree(workdir / "inbox" / "2022" if arguments == ("2021",) else workdir / "out", ignore_errors=True)
    run = command("-C", workdir, "validate", *arguments)
    assert run.code == 2
    assert run.err.rstrip().endswith("。")
    assert not (workdir / "確認").exists()
