"""Without the extra `charts`: only the pictures of `trend` are missing, and it says how to get them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from conftest import ROOT, SAMPLE, Command, files_in
from install_lines import install_lines
from nerima_report.cli import japanese
from nerima_report.edition import Edition
from nerima_report.records.file import read_record
from nerima_report.records.series import Source, Trend, make_trend
from nerima_report.report.blocks import Heading
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.formats.word import render_word
from nerima_report.report.trend import compose_trend
from nerima_report.workspace import write_all

pytestmark = pytest.mark.thorough

SAID = "図を描く部品（charts）を使えない"
# Runs commands where modules cannot be imported, and ends by naming those of the extra that somebody asked for.
PROGRAM = """
import json, sys
missing, commands = json.loads(sys.argv[1])
asked = set()
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("matplotlib", "matplotlib_fontja", "PIL", "fontTools"):
            asked.add(name.partition(".")[0])
        if any(name == one or name.startswith(one + ".") for one in missing):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Finder())
from nerima_report.cli import main
for command in commands:
    try:
        main(command)
    except SystemExit as stop:
        assert not stop.code, (command, stop.code)
print(sorted(asked))
"""


def run_without(missing: list[str], *commands: list[str], folder: Path) -> str:
    """What commands print in a process of their own, and at last the modules of the extra that they asked for."""
    program = [sys.executable, "-c", PROGRAM, json.dumps([missing, commands])]
    run = subprocess.run(program, cwd=folder, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with the records of the sample alone."""
    shutil.copytree(SAMPLE / "records", tmp_path / "work" / "records")
    return tmp_path / "work"


@contextmanager
def no_charts() -> Iterator[None]:
    """As where matplotlib is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "nerima_report.report.trend_plot", raising=False)
        patch.setitem(sys.modules, "matplotlib", None)
        yield


@pytest.mark.parametrize("missing", ["matplotlib", "matplotlib_fontja", "PIL", "fontTools", "PIL._imaging"])
def test_whatever_of_the_extra_is_missing_the_rest_is_made(missing: str, folder: Path) -> None:
    said = run_without([missing], ["trend", "2018..2021"], folder=folder)
    out = folder / "out" / "trend-2018-2021"
    made = {file.name for file in out.iterdir()}
    assert made == {"trend.docx", "trend.md", "trend.html", "trend.csv", "data", "SHA256SUMS"}
    assert said.count(SAID) == 1


def test_the_files_and_the_screen_say_the_same_as_with_charts(folder: Path, command: Command) -> None:
    with no_charts():
        run = command("-C", folder, "trend", "2018..2021")
    assert (run.code, run.err, run.out.count(SAID)) == (0, "", 1)
    out = folder / "out" / "trend-2018-2021"
    made = files_in(out)
    markdown = made["trend.md"].decode()
    assert re.findall(r"!\[|figure-|図|縦軸|破線|帯", markdown) == []
    with zipfile.ZipFile(BytesIO(made["trend.docx"])) as word:
        assert [name for name in word.namelist() if "/media/" in name] == []
        assert b"/image" not in word.read("word/_rels/document.xml.rels")
        assert b"<w:drawing" not in word.read("word/document.xml")

    shutil.rmtree(folder / "out")
    with_charts = command("-C", folder, "trend", "2018..2021")
    assert SAID not in with_charts.out
    assert run.out.partition("作りました")[0] == with_charts.out.partition("作りました")[0]
    assert made["trend.csv"] == (out / "trend.csv").read_bytes()
    lines = (out / "trend.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("|")] == [
        line for line in markdown.splitlines() if line.startswith("|")
    ]


def test_the_sentence_has_a_line_that_resolves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = japanese.without_charts()
    assert (said.count("\n"), said.count("。")) == (0, 0)
    assert [reason for _, reason in install_lines(said)] == [""]
    assert str(ROOT / "requirements-charts.lock") in said
    monkeypatch.setattr(sys, "executable", "/opt/with a blank/python")
    assert "'/opt/with a blank/python' -m pip" in japanese.without_charts()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "executable", r"C:\Program Files\python.exe")
    assert r'& "C:\Program Files\python.exe" -m pip install' in japanese.without_charts()
    monkeypatch.setattr(japanese, "__file__", "/lib/site-packages/nerima_report/cli/japanese.py")  # no lock beside it
    assert "もとのフォルダーで" in japanese.without_charts()
    assert japanese.without_charts().endswith("--no-deps --require-hashes -r requirements-charts.lock")


def test_a_fault_of_the_program_is_not_taken_for_a_missing_extra(
    folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nerima_report.report.trend_plot", None)
    run = command("-C", folder, "trend", "2018..2021")
    assert (run.code, SAID in run.out) == (3, False)


def test_pictures_of_an_earlier_run_are_not_taken_for_edited(folder: Path, command: Command) -> None:
    command("-C", folder, "trend", "2018..2021")
    out = folder / "out" / "trend-2018-2021"
    with no_charts():
        assert command("-C", folder, "trend", "2018..2021").out.count(SAID) == 1
    assert "figure-01.png" in (out / "SHA256SUMS").read_text(encoding="utf-8")
    assert "figure" not in (out / "trend.md").read_text(encoding="utf-8")
    shutil.copy(out / "figure-02.png", out / "figure-01.png")  # edited
    (out / "figure-03.png").unlink()
    again = command("-C", folder, "trend", "2018..2021")
    assert re.findall(r"\S+-保存1\.\w+", " ".join(file.name for file in out.iterdir())) == ["figure-01-保存1.png"]
    assert again.out.count("N904") == 1
    vouched = {line.partition("  ")[2] for line in (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines()}
    assert vouched == files_in(out).keys() - {"SHA256SUMS", "figure-01-保存1.png"}


@pytest.fixture
def broken_trend(whole_edition: Edition) -> Trend:
    """Years with a gap, another unit and several series in a table."""
    sources = {}
    for year in (2018, 2019, 2021):
        record = read_record(SAMPLE / "records" / f"{year}.json", year)
        cells = (
            cell.model_copy(update={"unit": "枚"}) if (cell.table, cell.column) == ("公開.処理状況", "件数") else cell
            for cell in record.cells
        )
        sources[year] = Source(record.model_copy(update={"cells": tuple(cells)}) if year == 2018 else record, "", True)
    return make_trend(whole_edition, sources, [2020])


def test_breaks_and_gaps_are_told_without_a_word_on_charts(broken_trend: Trend, whole_edition: Edition) -> None:
    drawn, plain = compose_trend(broken_trend, lambda *_: b""), compose_trend(broken_trend, None)
    assert plain.tables == drawn.tables
    assert plain.pictures == ()
    markdown, words = render_markdown(plain), whole_edition.trend
    assert re.findall(r"図|縦軸|破線|帯", markdown) == []
    assert words.breaks_of_tables in markdown
    assert words.breaks not in markdown
    assert "令和2年度は、記録がない。" in markdown
    sections = [block.text for block in plain.blocks if isinstance(block, Heading) and block.level == 2]
    assert len(sections) == len(plain.tables)
    render_word(plain, whole_edition.reference)


def test_no_other_command_asks_for_the_extra(tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(SAMPLE, work, ignore=shutil.ignore_patterns("out", "forms", "*.py"))
    commands = [
        ["build", "2022"], ["build", "2022", "--draft", "--compare"], ["validate", "inbox/2022", "--return-to", "返却"],
        ["validate", "inbox/2022", "--format", "html", "--output", "確認.html"], ["form", "2023"],
        ["edition", "check"], ["check", "2018..2021"],
        ["register", "list"], ["register", "merge", "2023", "--dry-run"],
        ["register", "print"], ["guideline", "警察署"], ["explain"], ["init", "新しい"],
    ]  # fmt: skip
    assert run_without([], *commands, folder=work).splitlines()[-1] == "[]"


def test_the_names_of_this_test_are_right(folder: Path) -> None:
    """With nothing missing, `trend` does ask for the extra: else the test above would prove nothing."""
    asked = run_without([], ["trend", "2018..2021"], folder=folder).splitlines()[-1]
    assert all(name in asked for name in ("matplotlib", "matplotlib_fontja", "PIL"))


def test_a_sum_of_a_file_that_is_gone_is_forgotten(folder: Path, command: Command) -> None:
    out = folder / "out" / "trend-2018-2021"
    write_all(out, {"SHA256SUMS": b"0  gone.png\n0  ../../../../etc/passwd\nno sum\n"})
    assert command("-C", folder, "trend", "2018..2021").code == 0
    assert "gone" not in (out / "SHA256SUMS").read_text(encoding="utf-8")
