"""The command line as a contract: exit codes, Japanese for every mistake, light help."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from openpyxl import load_workbook

from conftest import SAMPLE, Command
from nerima_report.cli import japanese
from nerima_report.cli.japanese import Progress


@pytest.mark.parametrize(
    "arguments",
    [
        ["biuld", "2022"],
        ["build"],
        ["build", "来年"],
        ["build", "2022", "2023"],
        ["build", "2022", "--darft"],
        ["build", "2022", "--format", "xml"],
        ["build", "2022", "--output"],
        ["validate"],
        ["validate", "nothing-*.xlsx"],
        ["-C", "no/such/folder", "build", "2022"],
        ["--templates", "no/such/folder", "init"],
        ["build", "2022"],
        ["publish", "2022"],
        ["form"],
        ["form", "来年"],
        ["form", "2022"],
        ["form", "2022", "--section"],
    ],
    ids=" ".join,
)
def test_mistakes_are_told_in_japanese(
    arguments: list[str], command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = command(*arguments)
    assert run.code == 2
    assert run.err.rstrip().endswith("。")  # the last line says what to do
    assert any("ぁ" <= char <= "ん" for char in run.err)
    for english in ("Traceback", "Error", "Usage", "No such", "Missing", "Invalid"):
        assert english not in run.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["validate", "-h"], ["form", "--help"], []])
def test_help_is_in_japanese(arguments: list[str], command: Command) -> None:
    run = command(*arguments)
    shown = run.out + run.err
    assert "使い方" in shown
    assert "Usage" not in shown


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom nerima_report.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = ('pandas', 'openpyxl', 'docx', 'matplotlib', 'jinja2', 'pydantic', 'numpy')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, encoding="utf-8")
    assert run.stdout.splitlines()[-1] == "[]"


def test_version_and_module(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-m", "nerima_report", "--version"], capture_output=True, cwd=tmp_path)
    assert run.returncode == 0
    assert run.stdout.startswith(b"nerima-report ")


def test_init_makes_a_working_folder_and_changes_nothing_that_is_there(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "令和4年度"
    assert command("init", folder, "--year", "R4").code == 0
    made = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert set(made) == {
        "nerima-report.toml", "roster.xlsx", ".gitignore", "inbox", "records", "out", ".nerima-report"
    }  # fmt: skip
    (folder / "nerima-report.toml").write_text('edition = "nerima"  # 自分の設定\n', encoding="utf-8")
    assert command("init", folder).code == 0
    assert "自分の設定" in (folder / "nerima-report.toml").read_text(encoding="utf-8")
    shutil.copytree(SAMPLE / "inbox" / "2022", folder / "inbox" / "2022")
    assert command("-C", folder, "build", "2022").code == 0  # the default roster is that of the sample


def test_validate_works_in_any_folder_with_the_defaults(command: Command, tmp_path: Path) -> None:
    for path in (SAMPLE / "inbox" / "2022").glob("1*.xlsx"):
        shutil.copy(path, tmp_path)
    run = command("-C", tmp_path, "validate", "*.xlsx")
    assert run.code == 0
    assert "10ファイルすべて、エラーはありません" in run.out
    run = command("-C", tmp_path, "validate", ".", "--format", "json")
    assert json.loads(run.out) | {"program": "", "remarks": []} == {
        "schema_version": 1,
        "program": "",
        "command": "validate",
        "fiscal_years": [2022],
        "files": 10,
        "errors": 0,
        "findings": [],
        "remarks": [],
        "resubmissions": [],
    }


def test_a_pattern_is_right_wherever_the_workbooks_of_a_year_lie(command: Command, workdir: Path) -> None:
    in_folder_of_year = command("-C", workdir, "validate", "inbox/*.xlsx")  # as cmd hands it over: not expanded
    assert (in_folder_of_year.code, "6ファイルすべて、エラーはありません" in in_folder_of_year.out) == (0, True)
    assert command("-C", workdir, "validate", "inbox/*").out == in_folder_of_year.out  # a folder that matches
    for path in (workdir / "inbox" / "2022").iterdir():
        path.rename(workdir / "inbox" / path.name)
    assert command("-C", workdir, "validate", "inbox/*.xlsx").out == in_folder_of_year.out


@pytest.mark.parametrize(
    ("pattern", "folder"),
    [("inbox/9*.xlsx", "inbox/2022（6ファイル）"), ("*.xlsm", "inbox/2022（6ファイル）"), ("none/*.xlsx", "")],
)
def test_a_pattern_that_matches_nothing_names_the_folders_with_workbooks(
    pattern: str, folder: str, command: Command, workdir: Path
) -> None:
    run = command("-C", workdir, "validate", pattern)
    assert run.code == 2
    assert folder in run.err
    assert ("ここにはあります" in run.err) == bool(folder)


def test_validate_names_the_faulty_workbook_only(command: Command, tmp_path: Path) -> None:
    for path in (SAMPLE / "inbox" / "2022").glob("1*.xlsx"):
        shutil.copy(path, tmp_path)
    faulty = next(tmp_path.glob("12_*"))
    book = load_workbook(faulty)
    book["公開.処理状況"]["B5"] = "12件"
    book.save(faulty)
    run = command("-C", tmp_path, "validate", ".")
    assert run.code == 1
    assert "10ファイルのうち1ファイルにエラーがあります" in run.out
    assert re.findall(r"■ (\S+?)（", run.out) == ["福祉部管理課"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('edition = "nerima"\nexplian = 1\n', "explian"),
        ('[[explained]]\ncode = "X1"\nsection = "区全体"\ndifference = 1\nreason = "r"\n', "explained[1].code"),
        ('[[explained]]\ncode = "N501"\ndifference = 1\n', "explained[1].reason"),
        ('[[explained]]\ncode = "N501"\ndifference = "1つ"\nreason = "r"\n', "explained[1].difference"),
        ("edition = \n", ""),
    ],
)
def test_broken_settings_are_named(text: str, key: str, workdir: Path, command: Command) -> None:
    (workdir / "nerima-report.toml").write_text(text, encoding="utf-8")
    run = command("-C", workdir, "build", "2022")
    assert run.code == 2
    assert "nerima-report.toml" in run.err
    assert key in run.err


@pytest.mark.parametrize(
    ("cell", "value"),
    [("A1", "年"), ("A2", "いつか"), ("C2", None), ("C3", "情報公開課")],
    ids=["見出しがない", "年度が読めない", "課が空欄", "同じ課が2回"],
)
def test_a_broken_roster_is_told(cell: str, value: str | None, workdir: Path, command: Command) -> None:
    book = load_workbook(workdir / "roster.xlsx")
    sheet = book["名簿"]
    sheet[cell] = value
    if cell == "C3":
        sheet["B3"] = sheet["B2"].value
    book.save(workdir / "roster.xlsx")
    run = command("-C", workdir, "build", "2022")
    assert run.code == 2
    assert "roster.xlsx" in run.err


def test_a_roster_without_the_year_or_no_roster_is_told(workdir: Path, command: Command) -> None:
    (workdir / "inbox" / "2022").rename(workdir / "inbox" / "2021")
    assert "令和3年度" in command("-C", workdir, "build", "2021").err
    (workdir / "roster.xlsx").unlink()
    run = command("-C", workdir, "build", "2021")
    assert run.code == 2
    assert "nerima-report init" in run.err


ODD = "\x1b[2J[red]\u202e表.xlsx"


def test_names_neither_steer_the_terminal_nor_are_they_markup(workdir: Path, command: Command) -> None:
    inbox = workdir / "inbox" / "2022"
    (inbox / ODD).touch()
    made = command("-C", workdir, "form", "2023", "--previous", "inbox/2022", "--out", ODD.removesuffix(".xlsx"))
    refused = command("-C", workdir, "validate", inbox / ODD, "--return-to", inbox / ODD / "返却")
    unsafe = command("-C", workdir, "validate", workdir / "none" / ODD, "--return-to", workdir / "none" / ODD)
    for run in (made, refused, unsafe):
        assert "[red]" in run.out + run.err
        assert not {"\x1b", "\u202e"} & set(run.out + run.err)


def test_the_progress_bar_names_files_harmlessly(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with Progress(9) as advance:
        advance(Path("届いた", ODD))
    assert r"\x1b[2J[red]\u202e表.xlsx" in terminal.getvalue()
    assert not any(unsafe in terminal.getvalue() for unsafe in ("\u202e", "\x1b[2J"))


def test_a_name_in_another_encoding_stops_nothing(workdir: Path, command: Command) -> None:
    first = next((workdir / "inbox" / "2022").glob("*.xlsx"))
    try:
        first.rename(first.with_name("\udc8f\udc91.xlsx"))
    except (OSError, UnicodeError):
        pytest.skip("this system has no such names")
    assert "N134" in command("-C", workdir, "validate", "inbox/2022").out
    for arguments in (["build", "2022"], ["publish", "2022"], ["publish", "2022"], ["register", "merge", "2022"]):
        assert command("-C", workdir, *arguments).code == 0
    assert r"\\udc8f\\udc91.xlsx" in (workdir / "records" / "2022.json").read_text(encoding="utf-8")


def test_a_console_of_code_page_932_shows_what_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    console = TextIOWrapper(BytesIO(), encoding="cp932")
    monkeypatch.setattr("sys.stdout", console)
    japanese.tolerate_any_console()
    print("区民𠮷✓", flush=True)
    console.seek(0)
    assert console.read() == "区民??\n"


def test_where_the_program_cannot_work_is_said(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("os.getcwd", lambda: (tmp_path / "gone").stat())
        run = command("status")
        assert (run.code, "今いるフォルダー" in run.err, "None" in run.err) == (2, True, False)
    with monkeypatch.context() as patch:
        patch.setattr("sys.getfilesystemencoding", lambda: "ascii")
        run = command("status")
        assert (run.code, "PYTHONUTF8=1" in run.err) == (2, True)
    run = command("-C", r'C:\報告" status')  # what Windows makes of -C "C:\報告\" status
    assert (run.code, "「\\」を付けずに" in run.err) == (2, True)
