"""Every file in a folder of submissions is read or named: cases/files.toml."""

from __future__ import annotations

import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import Command
from inboxes import Ward
from nerima_report.checks.collection import named_after
from nerima_report.checks.file import files_are_read, names_are_text
from nerima_report.files import find_workbooks
from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.workbooks import Unreadable

FILES = tomllib.loads((Path(__file__).parents[1] / "cases" / "files.toml").read_text(encoding="utf-8"))["file"]


def put(folder: Path, name: str, workbook: Path, content: str = "") -> None:
    """Put a file of a case into a folder."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if content in ("archive", "letters"):
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("健康部保健予防課.xlsx" if content == "archive" else "鑑.docx", b"")
    else:
        file.write_bytes(workbook.read_bytes() if content == "workbook" else b"")


def findings_of(ward: Ward, skipped: list[Path]) -> list[Finding]:
    collection = ward.examine()
    return list(files_are_read(replace(collection, inbox=replace(collection.inbox, skipped=tuple(skipped)))))


@pytest.fixture
def workbook(ward: Ward) -> Path:
    return next(s.workbook.path for s in ward.inbox.submissions if s.section == "健康部保健予防課")


def test_a_file_is_read_or_named(ward: Ward, workbook: Path, tmp_path: Path) -> None:
    for number, file in enumerate(FILES):
        folder = tmp_path / str(number)
        put(folder, file["name"], workbook, file.get("content", ""))
        read, skipped = find_workbooks([folder])
        codes = [finding.code for finding in findings_of(ward, skipped)]
        assert (codes, len(read)) == (([file["code"]], 0) if "code" in file else ([], 1)), file["name"]


def test_debris_is_one_notice_and_stops_nothing(ward: Ward, workbook: Path, tmp_path: Path) -> None:
    debris = [file["name"] for file in FILES if file.get("code") == "N107"]
    for name in debris:
        put(tmp_path, name, workbook)
    (finding,) = findings_of(ward, find_workbooks([tmp_path])[1])
    assert (finding.code, finding.found, len(finding.related)) == ("N107", len(debris), len(debris) - 1)
    assert ward.edition.catalogue.severity(finding) == "notice"


def test_an_archive_may_hold_the_workbook_of_a_missing_section(ward: Ward, workbook: Path, tmp_path: Path) -> None:
    put(tmp_path, "まとめ.zip", workbook, "archive")
    collection = ward.examine()
    missing = replace(collection, inbox=replace(collection.inbox, skipped=(tmp_path / "まとめ.zip",)))
    assert [Path(file).name for file in named_after("健康部保健予防課", missing)] == ["まとめ.zip"]


def test_files_beside_the_year_are_named_too(workdir: Path, command: Command, workbook: Path) -> None:
    put(workdir / "inbox", "追加/出し直し.xlsx", workbook, "workbook")
    put(workdir / "inbox", "健康部.zip", workbook, "archive")
    put(workdir / "inbox" / "2022", "2021/前の年度の名前.pdf", workbook)
    out = command("-C", workdir, "build", "2022", "--draft").out
    assert all(code in out for code in ("N123", "N124", "N127"))


def test_the_message_on_a_folder_without_workbooks_names_what_lies_there(command: Command, tmp_path: Path) -> None:
    (tmp_path / "総務課.gsheet").touch()
    run = command("validate", tmp_path)
    assert (run.code, "総務課.gsheet" in run.err) == (2, True)


def test_a_name_in_another_encoding_is_noticed_wherever_the_file_is(ward: Ward) -> None:
    collection = ward.examine()
    assert list(names_are_text(collection)) == []
    submission = collection.inbox.submissions[0]
    garbled = [Path(f"inbox/{number}\udc8f.xlsx") for number in range(3)]
    inbox = replace(
        collection.inbox,
        submissions=(replace(submission, workbook=replace(submission.workbook, path=garbled[0])),),
        unreadable=(Unreadable(garbled[1], "empty"),),
        skipped=(garbled[2], Path("メモ.txt")),
    )
    places = [Place(file=f"inbox/{number}\\udc8f.xlsx") for number in range(3)]
    assert list(names_are_text(replace(collection, inbox=inbox))) == [Finding("N134", place) for place in places]
