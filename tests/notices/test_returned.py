"""`validate --return-to`: which workbooks go back, what they say, and what happens when they come back."""

from __future__ import annotations

import json
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from conftest import Command
from faulty import edit, edit_stored, make_faulty, rewrite, sheets_of
from nerima_report.examination import Examination
from nerima_report.notices import returned
from nerima_report.text import label_of
from nerima_report.workbooks import Mark


def validate(command: Command, workdir: Path, *arguments: object) -> dict[str, Any]:
    run = command("-C", workdir, "validate", *arguments, "--format", "json")
    envelope: dict[str, Any] = json.loads(run.out)
    return envelope


def essence(told: Any) -> Any:
    """Findings, and the places in them, without the name of the file, which differs in a copy."""
    if isinstance(told, dict):
        return {key: essence(value) for key, value in told.items() if key != "file"}
    return [essence(one) for one in told] if isinstance(told, list) else told


def test_only_workbooks_with_faults_go_back(workdir: Path, command: Command) -> None:
    make_faulty(workdir)
    inputs = {path: path.read_bytes() for path in (workdir / "inbox" / "2022").iterdir()}
    envelope = validate(command, workdir, "inbox/2022", "--return-to", "返却")
    names = sorted(path.name for path in (workdir / "返却").iterdir())
    sections = ("00_区全体_情報公開課", "10_区民部国保年金課", "12_福祉部管理課", "16_健康部保健予防課")
    assert names == [f"返却_{section}.xlsx" for section in sections]
    assert envelope["returned"] == [f"返却/{name}" for name in names]
    assert inputs == {path: path.read_bytes() for path in (workdir / "inbox" / "2022").iterdir()}


def test_a_returned_copy_says_the_same_when_it_is_validated(workdir: Path, command: Command) -> None:
    make_faulty(workdir)
    for table in ("公開.処理状況", "公開.決定期間"):  # a sheet that is missing must not be found in the index
        path = next((workdir / "inbox" / "2022").glob("07_*"))
        book = load_workbook(path)
        del book[table]
        book.save(path)
    first = validate(command, workdir, "inbox/2022", "--return-to", "返却")["findings"]
    returned = {f"inbox/2022/{path.name.removeprefix('返却_')}" for path in (workdir / "返却").iterdir()}
    assert len(returned) == 5
    again = validate(command, workdir, "返却")["findings"]
    assert essence(again) == essence([f for f in first if f["file"] in returned])


def test_each_problem_stands_in_the_index_and_on_its_cell(workdir: Path, command: Command) -> None:
    make_faulty(workdir)
    findings = validate(command, workdir, "inbox/2022", "--return-to", "返却")["findings"]
    book = load_workbook(next((workdir / "返却").glob("返却_12_*")))
    own = [f for f in findings if "/12_" in f["file"] and "~" not in f["file"]]
    index = book["確認結果"]
    rows = [[cell.value for cell in row] for row in index.iter_rows(min_row=9)]
    problems = [f for f in own if f["problem"] is None or f["suggestions"]]
    assert len(problems) < len(own)
    assert [row[9] for row in rows] == [f["code"] for f in problems]
    assert [str(row[3]).partition("\n")[0] for row in rows] == [f["message"] for f in problems]
    assert all(any(f["message"] in str(row[3]) for row in rows) for f in own)
    for finding in problems:
        if finding["cell"]:
            cell = book[finding["sheet"]][finding["cell"]]
            assert cell.comment is not None
            assert finding["message"] in cell.comment.text
            assert cell.comment.author == "総務部情報公開課"
        for place in finding["related"]:
            assert book[place["sheet"]][place["cell"]].fill.fgColor.rgb in {"FFE5E0F9", "FFFFC1B7", "FFFFDF8B"}


def test_corrected_copies_are_fine_and_those_still_faulty_carry_only_new_marks(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("公開.請求方法", "B5"): "2件", ("公開.非公開理由", "B6"): None})
    validate(command, workdir, "inbox/2022", "--return-to", "返却")
    copy = next((workdir / "返却").glob("*.xlsx"))
    book = load_workbook(copy)
    book["公開.非公開理由"]["B6"] = 0
    book.save(copy)
    assert {f["cell"] for f in validate(command, workdir, copy)["findings"] if f["severity"] == "error"} == {"B5"}
    validate(command, workdir, copy, "--return-to", "二回目")
    second = load_workbook(next((workdir / "二回目").glob("*.xlsx")))
    assert [path.name for path in (workdir / "二回目").iterdir()] == [copy.name]
    assert second.sheetnames.count("確認結果") == 1
    assert second["公開.非公開理由"]["B6"].comment is None
    assert second["公開.非公開理由"]["B6"].fill.fgColor.rgb == "FFFFF8DC"
    assert second["公開.請求方法"]["B5"].fill.fgColor.rgb == "FFFFC1B7"


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        ("inbox/2022", "inbox/2022"),
        ("inbox/2022", "inbox/2022/返却/四月"),
        ("inbox/2022", "inbox/2022/../2022/返却"),
        ("inbox/2022", "inbox/返却"),  # which is searched for every year that has no folder of its own
        ("inbox/2022/*.xlsx", "inbox/2022"),
        ("inbox/2022/*.xlsx", "inbox/2022/返却"),
        (".", "返却"),
        ("届いた", "届いた/返却"),
        ("届いた/集計.xlsx", "届いた"),
    ],
)
def test_a_folder_where_copies_would_be_read_as_handed_in_is_refused(
    files: str, folder: str, workdir: Path, command: Command
) -> None:
    (workdir / "届いた").mkdir()
    edit(workdir, "12_", {("公開.処理状況", "B6"): None}).rename(workdir / "届いた" / "集計.xlsx")
    run = command("-C", workdir, "validate", files, "--return-to", folder)
    assert (run.code, run.out) == (2, "")
    assert "--return-to" in run.err
    assert not list(workdir.rglob("返却*"))


def test_a_folder_beside_single_workbooks_is_not_refused(workdir: Path, command: Command) -> None:
    (workdir / "届いた").mkdir()
    edit(workdir, "12_", {("公開.処理状況", "B6"): None}).rename(workdir / "届いた" / "集計.xlsx")
    envelope = validate(command, workdir, "届いた/集計.xlsx", "--return-to", "届いた/返却")
    assert envelope["returned"] == ["届いた/返却/返却_集計.xlsx"]


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("改\n行.xlsx", "返却_改 行.xlsx"),
        ("\x1b[31m赤.xlsx", "返却_�[31m赤.xlsx"),
        ("\u202exslx.txt.xlsx", "返却_�xslx.txt.xlsx"),
        ("\udc93\udcfa.xlsx", "返却_��.xlsx"),  # bytes that are no UTF-8
        ("長" * 80 + ".xlsx", "返却_" + "長" * 66 + ".xlsx"),
        ("[bold]太.xlsx", "返却_[bold]太.xlsx"),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("cover", ["福祉部", ""], ids=["提出", "表紙の誤り"])
def test_a_file_with_an_odd_name_goes_back_like_any_other(
    name: str, copy: str, cover: str, workdir: Path, command: Command
) -> None:
    path = edit(workdir, "12_", {("公開.処理状況", "B6"): None} | ({} if cover else {("表紙", "B4"): None}))
    inbox = workdir / "届いた"
    inbox.mkdir()
    try:
        path.rename(inbox / name)
    except (OSError, UnicodeError):
        pytest.skip("this system has no such names")
    envelope = validate(command, workdir, "届いた", "--return-to", "返却")
    assert [path.name for path in (workdir / "返却").iterdir()] == [copy]
    assert envelope["returned"] == [f"返却/{copy}"]
    with_fills_that_are_none(inbox / name)
    envelope = validate(command, workdir, "届いた", "--return-to", "返却")
    assert envelope["returned"] == []
    assert {(f["file"], f["code"]) for f in envelope["findings"]} >= {(label_of(Path("届いた", name)), "N131")}
    shown = command("-C", workdir, "validate", "届いた", "--return-to", "返却").out
    assert not {"\x1b", "\u202e"} & set(shown)


def test_names_that_differ_in_their_case_alone_are_two_copies(workdir: Path, command: Command) -> None:
    for place, section in (("一/集計.xlsx", "12_"), ("二/集計.XLSX", "16_")):
        (workdir / place).parent.mkdir()
        edit(workdir, section, {("公開.処理状況", "B6"): None}).rename(workdir / place)
    envelope = validate(command, workdir, "一", "二", "--return-to", "返却")
    assert envelope["returned"] == ["返却/返却_集計.xlsx", "返却/返却_集計(2).XLSX"]


def test_notices_alone_send_nothing_back(workdir: Path, command: Command) -> None:
    edit_stored(next((workdir / "inbox" / "2022").glob("12_*")), "xl/worksheets/sheet1.xml", "B9", 2)
    envelope = validate(command, workdir, "inbox/2022", "--return-to", "返却", "--complete")
    assert ([f["code"] for f in envelope["findings"]], envelope["returned"]) == (["N611"], [])
    assert not (workdir / "返却").exists()


def with_fills_that_are_none(path: Path) -> None:
    """Leave no style in the file of which the colour is known."""
    rewrite(path, {"xl/styles.xml": lambda styles: styles.replace(b'fillId="0"', b'fillId="none"')})


def with_a_broken_picture(path: Path) -> None:
    """Add a picture that cannot be unpacked, behind what anybody looks at to know that it is one."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image9.png", b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(200_000))
        entry = archive.getinfo("xl/media/image9.png")
    data = bytearray(path.read_bytes())
    data[entry.header_offset + 150_000 : entry.header_offset + 190_000] = b"\xff" * 40_000
    path.write_bytes(data)


@pytest.mark.parametrize("spoil", [with_fills_that_are_none, with_a_broken_picture])
def test_a_copy_that_cannot_be_made_is_a_finding(
    spoil: Callable[[Path], None], workdir: Path, command: Command
) -> None:
    spoil(edit(workdir, "12_", {("公開.処理状況", "B6"): None}))
    envelope = validate(command, workdir, "inbox/2022", "--return-to", "返却")
    assert envelope["returned"] == []
    assert [f["code"] for f in envelope["findings"]] == ["N301", "N402", "N131"]  # N402: openpyxl stores no results
    assert {f["file"] for f in envelope["findings"]} == {"inbox/2022/12_福祉部管理課.xlsx"}
    assert not (workdir / "返却").exists()


def test_white_space_without_end_does_not_keep_a_copy_from_being_made(workdir: Path, command: Command) -> None:
    space = b" " * 480_000
    path = edit(workdir, "12_", {("公開.処理状況", "B6"): None})
    spread = re.compile(rb'<sheetView |<c (?=r="B6")')
    rewrite(path, {name: lambda data: spread.sub(rb"\g<0>" + space, data) for name in sheets_of(path)})
    envelope = validate(command, workdir, path, "--return-to", "返却")
    assert [Path(file).name for file in envelope["returned"]] == ["返却_12_福祉部管理課.xlsx"]


def test_a_file_that_changed_since_it_was_checked_is_not_marked(
    workdir: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = edit(workdir, "12_", {("公開.処理状況", "B6"): None})
    marks_for = returned.marks_for

    def save_meanwhile(examination: Examination, file: str) -> list[Mark]:
        edit(workdir, "12_", {("公開.処理状況", "B6"): 3})
        return marks_for(examination, file)

    monkeypatch.setattr(returned, "marks_for", save_meanwhile)
    envelope = validate(command, workdir, path, "--return-to", "返却")
    assert [f["code"] for f in envelope["findings"]] == ["N301", "N402", "N132"]  # N402: openpyxl stores no results
    assert not (workdir / "返却").exists()
