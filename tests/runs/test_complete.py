"""`validate --complete`: what `build` would say of the collection, without building."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from conftest import Command
from faulty import edit


def findings(command: Command, workdir: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    run = command("-C", workdir, *arguments, "--format", "json")
    return run.code, json.loads(run.out)["findings"]


def test_a_whole_collection_is_complete(workdir: Path, command: Command) -> None:
    assert findings(command, workdir, "validate", "inbox/2022", "--complete") == (0, [])


def test_who_is_missing_is_told_as_build_tells_it(workdir: Path, command: Command) -> None:
    inbox = workdir / "inbox" / "2022"
    for name in ("12_*", "00_*"):
        next(inbox.glob(name)).unlink()
    edit(workdir, "16_", {("表紙", "B7"): "新しい課"})
    assert findings(command, workdir, "validate", "inbox/2022")[0] == 0
    code, found = findings(command, workdir, "validate", "inbox/2022", "--complete")
    assert code == 1
    missing = {("N601", "福祉部管理課"), ("N601", "健康部保健予防課"), ("N605", "総務部情報公開課")}
    expected = missing | {("N604", "健康部新しい課")}
    assert {(f["code"], f["section"]) for f in found} >= expected
    assert found == findings(command, workdir, "build", "2022")[1]


def test_who_has_handed_in_is_listed_for_the_reminders(workdir: Path, command: Command) -> None:
    inbox = workdir / "inbox" / "2022"
    next(inbox.glob("12_*")).unlink()
    (inbox / "12_福祉部管理課.xlsx").write_bytes(b"not a workbook")
    edit(workdir, "16_", {("公開.処理状況", "B5"): None})
    run = command("-C", workdir, "validate", "inbox/2022", "--complete", "--format", "json")
    envelope = json.loads(run.out)
    listed = {row["section"]: row for row in envelope["handed_in"] if not row["ward"]}
    assert len(listed) == 5
    unclear = listed["福祉部管理課"]
    assert (unclear["status"], unclear["file"]) == ("unclear", "inbox/2022/12_福祉部管理課.xlsx")
    faulty = listed["健康部保健予防課"]
    assert (faulty["status"], faulty["number"], faulty["errors"]) == ("faulty", 1, 1)
    assert sum(row["status"] == "fine" for row in envelope["handed_in"]) == 4
    missing = next(f for f in envelope["findings"] if f["code"] == "N601")
    assert "12_福祉部管理課.xlsx" in missing["message"]  # the unreadable file bears the name of the 課
    table = command("-C", workdir, "validate", "inbox/2022", "--complete").out.partition("提出の状況")[2]
    words = {line.split()[0]: line.split()[1] for line in table.splitlines() if "課" in line}
    assert (words["福祉部管理課"], words["健康部保健予防課"]) == ("読めない", "直しが必要")


def test_one_workbook_of_another_year_is_named(workdir: Path, command: Command) -> None:
    path = edit(workdir, "12_", {("表紙", "B4"): "令和3年度"})
    code, found = findings(command, workdir, "validate", "inbox/2022", "--complete")
    assert code == 1
    assert {(f["code"], Path(f["file"]).name) for f in found} >= {("N603", path.name), ("N601", "")}
    assert ("N614", path.name) in {
        (f["code"], Path(f["file"]).name) for f in findings(command, workdir, "validate", "inbox/2022")[1]
    }


def test_both_of_two_workbooks_of_a_section_are_looked_at(workdir: Path, command: Command) -> None:
    inbox = workdir / "inbox" / "2022"
    first = edit(workdir, "12_", {("公開.処理状況", "B5"): None})
    shutil.copy(first, inbox / "12_改訂.xlsx")
    code, found = findings(command, workdir, "validate", "inbox/2022")
    assert code == 1
    blank = {Path(f["file"]).name for f in found if f["code"] == "N301"}
    assert blank == {first.name, "12_改訂.xlsx"}
    assert "N602" in {f["code"] for f in found}
    edit(workdir, "12_改訂", {("表紙", "B9"): 2, ("公開.処理状況", "B5"): 0})
    found = findings(command, workdir, "validate", "inbox/2022")[1]
    assert "N606" in {f["code"] for f in found}
    assert "N301" not in {f["code"] for f in found}  # the first was replaced


def test_a_ward_workbook_of_another_section_is_told_of(workdir: Path, command: Command) -> None:
    edit(workdir, "16_", {("表紙", "B5"): "区全体の集計"})
    code, found = findings(command, workdir, "validate", next((workdir / "inbox" / "2022").glob("16_*")).as_posix())
    assert code == 1
    assert "N613" in {f["code"] for f in found}


def test_what_lies_outside_the_folder_of_the_year_is_told_of(workdir: Path, command: Command) -> None:
    shutil.copy(next((workdir / "inbox" / "2022").glob("12_*")), workdir / "inbox" / "12_出し直し.xlsx")
    found = findings(command, workdir, "build", "2022")[1]
    assert [(f["code"], Path(f["file"]).name) for f in found] == [("N124", "12_出し直し.xlsx")]


def test_a_ward_form_that_another_section_sent_is_listed_as_what_it_is(workdir: Path, command: Command) -> None:
    edit(workdir, "16_", {("表紙", "B5"): "区全体の集計"})
    run = command("-C", workdir, "validate", "inbox/2022", "--complete", "--format", "json")
    listed = {(row["ward"], row["section"]): row["status"] for row in json.loads(run.out)["handed_in"]}
    ward = {section: status for (is_ward, section), status in listed.items() if is_ward}
    assert ward.pop("総務部情報公開課") == "fine"
    [(sender, status)] = ward.items()
    assert (status, listed[False, sender]) == ("faulty", "missing")


def test_several_years_or_none_are_an_error(workdir: Path, command: Command) -> None:
    inbox = workdir / "inbox" / "2022"
    edit(workdir, "12_", {("表紙", "B4"): "令和3年度"})
    two = [next(inbox.glob("12_*")), next(inbox.glob("16_*"))]
    run = command("-C", workdir, "validate", *two, "--complete")
    assert run.code == 2
    assert "令和3年度、令和4年度" in run.err
    edit(workdir, "12_", {("表紙", "B4"): "来年度"})
    run = command("-C", workdir, "validate", next((workdir / "inbox" / "2022").glob("12_*")), "--complete")
    assert run.code == 2
    assert "年度の分かる集計がありません" in run.err


def test_without_a_roster_it_cannot_proceed(workdir: Path, command: Command) -> None:
    (workdir / "roster.xlsx").unlink()
    assert command("-C", workdir, "validate", "inbox/2022").code == 0
    run = command("-C", workdir, "validate", "inbox/2022", "--complete")
    assert run.code == 2
    assert "nerima-report init" in run.err
