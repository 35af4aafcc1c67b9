"""`build --pdf`: the PDF among the outputs of a year, from one build to the next and in publication."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from conftest import Command
from faulty import edit
from nerima_report.records.file import read_record
from nerima_report.report.formats import pdf as pdf_format


@pytest.fixture(autouse=True)
def typesetter(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in for a word processor: no two PDFs are the same."""
    numbers = count()
    for run in ("build", "reprint"):
        monkeypatch.setattr(
            f"nerima_report.runs.{run}.find_typesetter", lambda: lambda word: f"%PDF {next(numbers)}".encode()
        )


def build(command: Command, work: Path, *options: str) -> bytes:
    """Build, and give back the PDF (b'' where there is none); nothing is taken for somebody's work."""
    run = command("-C", work, "build", "2022", *options)
    assert run.code == 0, run.out
    assert "N904" not in run.out
    file = work / "out" / "2022" / "report.pdf"
    return file.read_bytes() if file.exists() else b""


def test_a_pdf_stays_as_long_as_the_report_says_the_same(workdir: Path, command: Command) -> None:
    assert build(command, workdir) == b""
    made = build(command, workdir, "--pdf")
    assert made.startswith(b"%PDF")
    assert build(command, workdir, "--pdf") == build(command, workdir) == made
    edit(workdir, "00_", {("公開.審査請求", "B5"): 2})
    assert build(command, workdir) == b""


def test_a_pdf_that_somebody_edited_is_kept(workdir: Path, command: Command) -> None:
    build(command, workdir, "--pdf")
    file = workdir / "out" / "2022" / "report.pdf"
    file.write_bytes(signed := file.read_bytes() + b"signed")
    assert "N904" in command("-C", workdir, "build", "2022", "--pdf").out
    assert file.with_name("report-保存1.pdf").read_bytes() == signed


def test_another_pdf_of_the_same_report_needs_no_revision(workdir: Path, command: Command) -> None:
    made = build(command, workdir, "--pdf")
    assert command("-C", workdir, "publish", "2022").code == 0
    assert "report.pdf" in read_record(workdir / "records" / "2022.json").vouched
    (workdir / "out" / "2022" / "report.pdf").unlink()
    assert build(command, workdir, "--pdf") != made
    assert command("-C", workdir, "publish", "2022").code == 0
    again = build(command, workdir, "--from-record", "--pdf")
    assert build(command, workdir, "--from-record", "--pdf") == build(command, workdir, "--from-record") == again


def test_without_a_word_processor_nothing_is_written(
    workdir: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nerima_report.runs.build.find_typesetter", pdf_format.find_typesetter)
    monkeypatch.setattr(pdf_format, "_PLACES", ())
    monkeypatch.setattr(pdf_format, "_PROGRAMS", ())
    run = command("-C", workdir, "build", "2022", "--pdf")
    assert (run.code, (workdir / "out").exists()) == (2, False)
