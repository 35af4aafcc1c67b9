"""The fuzzer finds what is planted: an exception, and a number that differs in a marked copy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import fuzz
from conftest import SAMPLE
from nerima_report.workbooks import worker

SETTINGS = fuzz.Case("settings", SAMPLE / "nerima-report.toml", (SAMPLE / "nerima-report.toml").read_bytes())


@pytest.fixture(autouse=True)
def _debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path.cwd())
    monkeypatch.setenv("NERIMA_REPORT_DEBUG", "1")


def test_the_same_seed_and_number_give_the_same_case() -> None:
    assert fuzz.make_case(1, 2) == fuzz.make_case(1, 2)
    assert len({fuzz.make_case(1, number).data for number in range(20)}) > 10


def test_a_planted_crash_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert fuzz.fault_of(SETTINGS, tmp_path) == ""

    def crash(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("nerima_report.workspace.open_workspace", crash)
    (tmp_path / "again").mkdir()
    assert "ZeroDivisionError" in fuzz.fault_of(SETTINGS, tmp_path / "again")


def test_a_copy_with_another_number_and_half_a_file_are_noticed(tmp_path: Path) -> None:
    original = next((SAMPLE / "inbox" / "2022").glob("01_*"))
    copy = tmp_path / fuzz.COPIES / original.name
    copy.parent.mkdir()
    copy.write_bytes(original.read_bytes())
    assert list(fuzz.faults_left(tmp_path, original)) == []
    copy.write_bytes(fuzz.with_wrong_counts(original.read_bytes()))
    (tmp_path / "report.docx.1a2b.tmp").touch()
    half, *differing = fuzz.faults_left(tmp_path, original)
    assert half.endswith(".tmp is left")
    assert "0.5" in differing[0]


def test_an_exception_for_which_a_worker_calls_a_file_broken_is_noticed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    original = next((SAMPLE / "inbox" / "2022").glob("01_*"))
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(original.read_bytes().replace(b"PK\x03\x04", b"PK\x03\x05"))
    with fuzz.told_by_workers(tmp_path / "work") as told:
        assert b"broken" in worker.answer_for(damaged, None)
        subprocess.run([sys.executable, "-c", "import sys; sys.stderr.write('of a process')"], check=True)
        assert told().endswith("of a process")
    assert fuzz.fault_of_worker(told()) == ""

    def slip(*_: object) -> None:
        raise TypeError("a slip")

    monkeypatch.setattr(worker, "read_sheets", slip)
    capfd.readouterr()
    assert b"broken" in worker.answer_for(original, None)
    assert "TypeError: a slip" in fuzz.fault_of_worker(capfd.readouterr().err)


def test_every_kind_of_file_is_there_to_be_changed() -> None:
    assert all(subject.files for subject in fuzz.SUBJECTS.values())
