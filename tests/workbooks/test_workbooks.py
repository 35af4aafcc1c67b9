"""Files that are no workbooks, and workbooks that lie about themselves."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from conftest import SAMPLE, Command
from nerima_report.files import extended, find_workbooks, names_in_zip
from nerima_report.workbooks import Unreadable, address, is_blank, read_workbook
from nerima_report.workbooks import Workbook as ReadWorkbook

SOUND = next((SAMPLE / "inbox" / "2022").glob("12_*"))


def make(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / f"{kind}.xlsx"
    match kind:
        case "empty":
            path.touch()
        case "old-or-encrypted":
            path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000))
        case "rights-managed":
            names = "".join(f"{name}\0" for name in ("EncryptedPackage", "DataSpaces", "DRMEncryptedDataSpace"))
            path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500) + names.encode("utf-16-le"))
        case "not-xlsx":
            path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        case "text":
            path.write_text("課,件数\n総務課,3\n", encoding="utf-8")
        case "broken":
            path.write_bytes(SOUND.read_bytes()[:5000])
        case "too-large":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("[Content_Types].xml", bytes(130 * 2**20))
    return path


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("missing", "N101"),
        ("empty", "N102"),
        ("too-large", "N103"),
        ("not-xlsx", "N104"),
        ("old-or-encrypted", "N105"),
        ("rights-managed", "N133"),
        ("broken", "N106"),
        ("text", "N112"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding(kind: str, code: str, tmp_path: Path, command: Command) -> None:
    path = make(tmp_path, kind)
    run = command("validate", path, SOUND, "--format", "json")
    findings = json.loads(run.out)["findings"]
    assert run.code == 1
    assert [(finding["code"], finding["file"]) for finding in findings] == [(code, path.as_posix())]


def test_a_file_that_cannot_be_read_says_no_year(tmp_path: Path, command: Command) -> None:
    """Alone it is examined as well: nothing asks for the days of a year that nobody knows."""
    run = command("validate", make(tmp_path, "broken"), "--format", "json")
    assert (run.code, [finding["code"] for finding in json.loads(run.out)["findings"]]) == (1, ["N106"])


def test_a_word_file_named_xlsx_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "報告.xlsx"
    shutil.copy(SAMPLE.parent / "templates" / "reference.docx", path)
    assert isinstance(read_workbook(path), Unreadable)


def test_a_sheet_that_lies_about_its_size_is_read_whole(tmp_path: Path) -> None:
    honest, lying = tmp_path / "honest.xlsx", tmp_path / "lying.xlsx"
    book = Workbook()
    for row in range(1, 6):
        book.worksheets[0].append([row, row * 10])
    book.save(honest)
    with zipfile.ZipFile(honest) as source, zipfile.ZipFile(lying, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'ref="A1:B5"', b'ref="A1:A1"'))
    read = read_workbook(lying)
    assert isinstance(read, ReadWorkbook)
    assert read.sheets[0].cells[5, 2] == 50


def test_folders_and_patterns_are_expanded_and_lock_files_skipped(tmp_path: Path) -> None:
    for name in ("b.xlsx", "a.xlsx", "~$a.xlsx", "notes.txt"):
        (tmp_path / name).touch()
    both = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    assert find_workbooks([tmp_path]) == (both, [tmp_path / "notes.txt", tmp_path / "~$a.xlsx"])
    assert find_workbooks([str(tmp_path / "*.xlsx")]) == (both, [tmp_path / "~$a.xlsx"])
    assert find_workbooks([tmp_path / "a.xlsx", str(tmp_path / "?.xlsx")]) == (both, [])
    assert find_workbooks([tmp_path / "none.xlsx"]) == ([tmp_path / "none.xlsx"], [])


def test_folders_are_searched_with_the_folders_in_them(tmp_path: Path) -> None:
    for name in (
        "福祉部/管理課.xlsx",
        "z.xlsx",
        ".hidden/a.xlsx",
        "2021/b.xlsx",
        "福祉部/a.pdf",
        "福祉部/Thumbs.db",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = find_workbooks([tmp_path])
    assert found[0] == [tmp_path / "z.xlsx", tmp_path / "2021" / "b.xlsx", tmp_path / "福祉部" / "管理課.xlsx"]
    assert found[1] == [tmp_path / "福祉部" / "Thumbs.db", tmp_path / "福祉部" / "a.pdf"]
    assert find_workbooks([tmp_path], r"\d{4}|\..*")[0] == [tmp_path / "z.xlsx", tmp_path / "福祉部" / "管理課.xlsx"]


def test_long_names_are_opened_on_windows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = Path("集計.xlsx"), Path("長" * 300, "集計.xlsx")
    assert (extended(short), extended(long)) == tuple(str(path.absolute()) for path in (short, long))
    monkeypatch.setattr("sys.platform", "win32")
    assert extended(short) == str(short.absolute())
    assert extended(short, always=True) == f"\\\\?\\{short.absolute()}"
    assert extended(long) == f"\\\\?\\{long.absolute()}"
    monkeypatch.setattr("os.path.abspath", lambda path: f"\\\\server\\{path}")
    assert extended(short, always=True) == "\\\\?\\UNC\\server\\集計.xlsx"


def test_what_spreadsheet_programs_write_is_never_passed_over(tmp_path: Path) -> None:
    names = ("A.XLSX", "b.xls", "c.xlsm", "d.ods", "e.csv", "f.xltx", "h．ｘｌｓｘ")
    others = (".~lock.A.xlsx#", "._A.xlsx", "A", "A.xlsx.download", "__MACOSX/A.xlsx", "f.docx")
    for name in (*names, *others):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "g.xlsx").mkdir()
    found = find_workbooks([tmp_path])
    assert {path.name for path in found[0]} == {*names, "g.xlsx"}
    assert {path.relative_to(tmp_path).as_posix() for path in found[1]} == set(others)
    assert find_workbooks([tmp_path / "g.xlsx"])[0] == [tmp_path / "g.xlsx"]
    assert find_workbooks(["長" * 300, "a\0b"])[0] == [Path("長" * 300), Path("a\0b")]


def test_the_names_in_an_archive_are_read_and_nothing_else_of_it(tmp_path: Path) -> None:
    archive = tmp_path / "福祉部.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("福祉部/管理課.xlsx", b"")
        target.writestr("plain.txt", b"")
        target.comment = b"as long as it may be " * 3000
    assert names_in_zip(archive) == ["福祉部/管理課.xlsx", "plain.txt"]
    for damaged in (archive.read_bytes()[200:], b"PK\x05\x06", b"", b"PK\x05\x06" + b"\xff" * 18):
        (tmp_path / "damaged.zip").write_bytes(damaged)
        assert names_in_zip(tmp_path / "damaged.zip") == []
    assert names_in_zip(tmp_path) == names_in_zip(tmp_path / "none.zip") == []


def test_addresses_and_blanks_are_as_excel_shows_them() -> None:
    assert [address(position) for position in ((6, 3), (1, 26), (10, 28))] == ["C6", "Z1", "AB10"]
    assert [is_blank(value) for value in (None, "", "　 ", 0, False, "0")] == [True, True, True, False, False, False]
