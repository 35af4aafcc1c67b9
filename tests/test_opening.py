"""What comes from outside is opened by one reader: only regular files, up to a limit, and only what is text."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nerima_report.errors import CannotProceed, DefinitionError, MasterError
from nerima_report.files import MOST_BYTES, NotRead, read_binary, read_csv, read_file, read_record_text, read_text
from nerima_report.runs.kept import digest_of
from nerima_report.workspace import open_workspace
from nerima_report.writing.journal import Journal, repair, unfinished
from nerima_report.writing.lock import FOLDER, one_writer


def read_master(file: Path) -> object:
    return list(read_csv(file, ["番号"]))


def open_settings(file: Path) -> object:
    return open_workspace(file.rename(file.with_name("nerima-report.toml")).parent)


def read_journal(file: Path) -> object:
    return repair(Journal(file, file.parent, "build 2022"))


READERS = [read_text, read_binary, read_record_text, read_master, open_settings, digest_of, read_journal]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_only_regular_files_are_opened(kind: str, read: Callable[[Path], object], tmp_path: Path) -> None:
    file = tmp_path / "外から"
    match kind:
        case "pipe":
            os.mkfifo(file)
        case "device":
            file.symlink_to("/dev/zero")
        case _:
            file.mkdir()
    with pytest.raises((CannotProceed, NotRead)) as raised:
        read(file)
    assert str(file.parent) in str(raised.value) or str(raised.value) == "not-a-file"


@pytest.mark.parametrize("read", READERS[:4], ids=lambda read: read.__name__)
def test_a_file_that_is_too_large_is_not_read(read: Callable[[Path], object], tmp_path: Path) -> None:
    with (tmp_path / "大").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(CannotProceed, match="大きすぎます"):
        read(tmp_path / "大")


def test_a_file_is_read_as_far_as_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_file(tmp_path / "a", 5) == b"12345"
    for name, reason in (("a", "too-large"), ("b", "missing"), (".", "not-a-file")):
        with pytest.raises(NotRead) as raised:
            read_file(tmp_path / name, 4)
        assert (raised.value.reason, raised.value.filename) == (reason, str(tmp_path / name))


@pytest.mark.parametrize("control", ["\0", "\x07", "\x1b", "\uffff"])
def test_what_no_document_can_hold_is_named_with_its_line(control: str, tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text(f"番号\r\n1\r\n2{control}\r\n", encoding="utf-8", newline="")
    with pytest.raises(DefinitionError) as of_edition:
        read_text(file)
    with pytest.raises(MasterError) as of_master:
        read_master(file)
    assert (of_edition.value.key, of_master.value.line) == ("3行目の2文字目", 3)


def test_line_ends_of_any_system_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbf1\r\n2\r3\n")
    assert read_text(tmp_path / "a") == read_record_text(tmp_path / "a") == "1\n2\n3\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_keeps_nobody_from_writing_and_a_journal_that_is_none_from_saying_so(tmp_path: Path) -> None:
    remembered = tmp_path / FOLDER
    (tmp_path / "roster.xlsx").touch()
    remembered.mkdir()
    os.mkfifo(remembered / "holder.json")
    with one_writer(tmp_path, "build 2022"):
        assert (remembered / "holder.json").is_file()
    os.mkfifo(remembered / "journal.json")
    assert unfinished(Journal(remembered / "journal.json", tmp_path, "")) == "…"
    with pytest.raises(CannotProceed, match=r"journal\.json"), one_writer(tmp_path, "build 2022"):
        pass
