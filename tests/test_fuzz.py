"""The fuzzer finds what is planted: an exception, and a number that differs in a marked copy."""

from __future__ import annotations

from pathlib import Path

import pytest

import fuzz
from conftest import SAMPLE

SETTINGS = fuzz.Case("settings", SAMPLE / "nerima-report.toml", (SAMPLE / "nerima-report.toml").read_bytes())


@pytest.fixture(autouse=True)
def _debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path.cwd())
    monkeypatch.setenv("NERIMA_REPORT_DEBUG", "1")


def test_the_same_seed_and_number_give_the_same_case() -> None:
    assert fuzz.make_case(1, 2) == fuzz.make_case(1, 2)
    assert len({fuzz.make_case(1, number).data for number in range(5)}) == 5


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
