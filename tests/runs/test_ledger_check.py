"""`ledger check`, and `validate` where there is a ledger: a small invented ward, and the ledgers of three years.

保健予防課 hands in its tallies all the same (集計 = 出す), and has written 0 everywhere.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from test_build_from_ledger import LEDGERS, OTHER, TALLYING, season, unpacked, workdir

from conftest import Command
from findings_schema import SCHEMA
from ledgers import write_ledger
from nerima_report.edition import Edition
from nerima_report.files import read_text

__all__ = ["season", "workdir"]  # fixtures
NUMBER = "公開-0008"


@pytest.fixture
def tallied(workdir: Path, whole_edition: Edition) -> Path:
    """The working folder in which a request of the year is the business of 保健予防課, which wrote 0."""
    rows: list[dict[str, Any]] = [{**row} for row in LEDGERS[2022]["公開.請求台帳"]]
    for row in rows:
        if row["受付番号"] == NUMBER:
            row |= {"部": "健康部", "課": "保健予防課"}
    write_ledger(workdir / "ledger" / "2022.xlsx", whole_edition, 2022, {**LEDGERS[2022], "公開.請求台帳": rows})
    return workdir


def findings(output: str) -> list[dict[str, Any]]:
    """The findings in a JSON that is as its schema says."""
    facts = json.loads(output)
    Draft202012Validator(SCHEMA).validate(facts)
    return list(facts["findings"])


def test_every_number_of_a_section_is_held_against_the_ledger(tallied: Path, command: Command) -> None:
    run = command("-C", tallied, "validate", "2022", "--format", "json")
    differing = [found for found in findings(run.out) if found["code"] == "N541"]
    assert run.code == 0  # what is printed is counted from the ledger
    assert {(f["section"], f["expected"], f["found"], f["difference"]) for f in differing} == {
        ("健康部保健予防課", 1, 0, -1)
    }
    cells = {(found["table"], found["row"], found["column"]) for found in differing}
    assert {("公開.処理状況", "全部公開", "件数"), ("公開.決定期間", "15日", "件数")} <= cells
    assert {("公開.請求者", "区民", "請求者数"), ("公開.請求方法", "インターネット", "請求者数")} <= cells
    assert all(found["numbers"] == [NUMBER] and found["cell"] for found in differing)
    alone = command("-C", tallied, "validate", f"inbox/{TALLYING}.xlsx", "--format", "json")
    assert [found["numbers"] for found in findings(alone.out) if found["code"] == "N541"] == [[NUMBER]] * len(differing)


def test_the_numbers_of_requests_stay_in_the_office(tallied: Path, command: Command) -> None:
    """The screen and the page show them; no letter, no copy that goes back, and nothing beside the report does."""
    assert command("-C", tallied, "validate", "2022").code == 0
    checked = tallied / "確認" / "2022"
    assert NUMBER in read_text(checked / "確認.html")
    assert NUMBER in command("-C", tallied, "validate", f"inbox/{TALLYING}.xlsx").out
    assert command("-C", tallied, "build", "2022").code == 0
    outside = [*(checked / "手紙").iterdir(), *(checked / "返却").iterdir(), *(tallied / "out").rglob("*.*")]
    assert any("手紙" in file.parts for file in outside)
    assert any("返却" in file.parts for file in outside)
    assert [file for file in outside if NUMBER.encode() in unpacked(file)] == []
    assert "N541" in read_text(tallied / "out" / "2022" / "audit.md")
    for notice_format in ("github", "junit"):
        assert NUMBER not in command("-C", tallied, "validate", "2022", "--format", notice_format).out


def test_findings_on_the_ledger_lie_beside_no_report(workdir: Path, command: Command, whole_edition: Edition) -> None:
    """audit.md and a draft say how many there are of each kind, and of no row which."""
    rows = [{**row} for row in LEDGERS[2022]["公開.請求台帳"]]
    rows[-3] |= {"処理": "却下", "公開の場所": "架空の太郎"}
    write_ledger(workdir / "ledger" / "2022.xlsx", whole_edition, 2022, {**LEDGERS[2022], "公開.請求台帳": rows})
    assert command("-C", workdir, "build", "2022").code == 1
    assert command("-C", workdir, "build", "2022", "--draft").code == 0
    for file in ("audit.md", "report.md"):
        text = read_text(workdir / "out" / "2022" / file)
        assert "N626" in text
        assert [word for word in ("公開.請求台帳 ＞", "却下", "公開-00", "架空の太郎") if word in text] == []


def test_tables_that_differ_because_of_a_case_are_not_told_besides(
    workdir: Path, command: Command, whole_edition: Edition
) -> None:
    """One person with two 区分 counts in two rows of 表2 and in one of 表3; a late decision has no row in 表7."""
    rows = [{**row} for row in LEDGERS[2022]["公開.請求台帳"]]
    changes: dict[tuple[str, int | None], dict[str, Any]] = {
        ("公開-0004", 2): {"区分": "区民以外"},
        ("公開-0009", None): {"処理": "不存在", "決定・取下げ日": date(2022, 12, 1)},
    }
    for row in rows:
        row |= changes.get((row["受付番号"], row.get("枝番")), {})
    write_ledger(workdir / "ledger" / "2022.xlsx", whole_edition, 2022, {**LEDGERS[2022], "公開.請求台帳": rows})
    run = command("-C", workdir, "build", "2022", "--format", "json")
    assert {found["code"] for found in findings(run.out) if found["severity"] == "error"} == {"N413", "N412"}


def test_the_ledger_is_checked_alone_and_among_others(workdir: Path, command: Command) -> None:
    shutil.copy(workdir / "ledger" / "2022.xlsx", workdir / "ledger" / "2023.xlsx")  # its cover says another year
    checked = command("-C", workdir, "ledger", "check", "2022", "--format", "json")
    assert (checked.code, [found["code"] for found in findings(checked.out)]) == (1, ["N620"])
    alone = command("-C", workdir, "validate", "ledger/2022.xlsx", "--format", "json")
    assert findings(alone.out) == findings(checked.out)
    among = command("-C", workdir, "validate", "ledger/2022.xlsx", f"inbox/{TALLYING}.xlsx", "--format", "json")
    assert [found for found in findings(among.out) if found["code"] != "N402"] == findings(checked.out)
    assert json.loads(among.out)["files"] == 2
    other = command("-C", workdir, "validate", "ledger/2023.xlsx", "--format", "json")
    assert [found["code"] for found in findings(other.out)] == ["N620"]
    assert command("-C", workdir, "ledger", "check", "2021").code == 0
    assert command("-C", workdir, "ledger", "check", "2019").code == 2


def test_a_workbook_need_not_hold_what_the_ledger_counts(workdir: Path, command: Command) -> None:
    """Be it checked alone, or as the whole of the year with `--complete`."""
    one = command("-C", workdir, "validate", f"inbox/{OTHER}.xlsx", "--format", "json")
    every = command("-C", workdir, "validate", "inbox", "--complete", "--format", "json")
    assert (one.code, every.code) == (0, 0)
    assert {found["code"] for run in (one, every) for found in findings(run.out)} <= {"N402"}


@pytest.mark.parametrize("year", [2021, 2022, 2023])
def test_what_cannot_be_read_is_no_zero(year: int, workdir: Path, command: Command) -> None:
    """Be it the ledger of the year or one beside it: nothing is built, and in a draft the numbers are unknown."""
    shutil.copy(workdir / "inbox" / f"{TALLYING}.xlsx", workdir / "ledger" / f"{year}.xlsx")
    run = command("-C", workdir, "ledger", "check", "2022", "--format", "json")
    code, expected = ("N202", "請求台帳") if year == 2022 else ("N621", None)
    assert [(found["code"], found["expected"]) for found in findings(run.out)] == [(code, expected)]
    assert run.code == command("-C", workdir, "build", "2022").code == 1
    assert command("-C", workdir, "build", "2022", "--draft").code == 0
    record = json.loads(read_text(workdir / "out" / "2022" / "record.json"))
    assert not [cell for cell in record["cells"] if cell["table"] == "公開.処理状況" and cell["value"] is not None]
