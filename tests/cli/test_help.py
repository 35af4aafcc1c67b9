"""The help: every command in its place, nothing cut at 80 columns, and at hand where somebody slipped."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from conftest import ROOT, Command
from nerima_report.cli import COMMANDS, GROUPS, program
from nerima_report.cli.help import SECTIONS
from nerima_report.cli.reference import reference
from nerima_report.text import plain


@pytest.fixture
def narrow(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The program in a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    return command


def test_the_help_lists_every_command_once_in_the_order_of_the_season() -> None:
    listed = [name for names in SECTIONS.values() for name in names]
    assert len(listed) == len(set(listed))
    assert set(listed) == {*COMMANDS, *GROUPS, "help"}
    season = [name for name in listed if name in ("init", "form", "validate", "build", "publish")]
    assert season == ["init", "form", "validate", "build", "publish"]


def test_no_help_is_cut_at_80_columns(narrow: Command) -> None:
    texts: dict[tuple[str, ...], Callable[..., None]] = {(name,): text for name, text in COMMANDS.items()}
    texts |= {(group, name): text for group, (_, names) in GROUPS.items() for name, text in names.items()}
    for path in [(), *((group,) for group in GROUPS), *texts]:
        run = narrow(*path, "--help")
        assert run.code == 0
        assert not re.search(r"…|\[\[|[{}]", run.out)
        assert max(cell_len(line) for line in run.out.splitlines()) <= 80, path
        if path in texts:
            assert plain((texts[path].__doc__ or "").splitlines()[0]) in plain(run.out)


COMMAND_PATHS = [
    *((name,) for name in COMMANDS),
    *((group, name) for group, (_, names) in GROUPS.items() for name in names),
]


@pytest.mark.parametrize("path", COMMAND_PATHS, ids=" ".join)
def test_every_command_says_what_it_reads_and_writes_and_shows_examples_that_it_understands(
    path: tuple[str, ...], command: Command
) -> None:
    shown = command(*path, "--help").out
    assert re.search(r"^  読む  .+\n(?: .+\n)*  書く  .+", shown, re.MULTILINE)
    examples = re.findall(r"^  (nerima-report .+)$", shown.partition("\n例\n")[2], re.MULTILINE)
    assert examples
    assert ("終了コード" in shown) == ("--strict" in shown)
    for example in examples:
        words = re.sub(r" {3,}.*", "", example).replace("\\", "/").split()[1:]
        assert tuple(words[: len(path)]) == path
        # Parsed as the program parses it, up to the point at which the command would run.
        node = program()
        for name in path:
            node = node.commands[name]
        node.make_context(" ".join(path), words[len(path) :]).close()


def test_the_reference_of_the_commands_is_that_of_today() -> None:
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == reference(), "make docs"


@pytest.mark.parametrize("path", [(), ("build",), ("record", "import")], ids=" ".join)
def test_help_is_a_command_as_well(path: tuple[str, ...], command: Command) -> None:
    assert command("help", *path) == command(*path, "--help")


def test_help_on_an_unknown_command_names_the_likely_one(command: Command) -> None:
    run = command("help", "biuld")
    assert (run.code, "build" in run.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "usage"),
    [
        (["build"], "nerima-report build [オプション] 年度"),
        (["validate", "--strikt"], "nerima-report validate [オプション] FILES"),
        (["record", "import"], "nerima-report record import [オプション] FILE"),
        (["register", "merge", "2022", "2023"], "nerima-report register merge [オプション] 年度"),
        (["form", "2022", "--section"], "nerima-report form [オプション] 年度"),
    ],
    ids=" ".join,
)
def test_a_usage_error_shows_how_its_own_command_is_used(arguments: list[str], usage: str, command: Command) -> None:
    run = command(*arguments)
    assert run.code == 2
    assert usage in run.err
    assert run.err.rstrip().endswith(f"{usage.partition(' [')[0]} --help で見られます。")


def test_the_options_for_completion_are_in_japanese(command: Command) -> None:
    shown = command("--help").out
    assert "Tab キーで補える" in shown
    assert "Install" not in shown


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("val", ["validate"]),
        ("ledger c", ["check", "confirm"]),
        ("build --d", ["--draft"]),
        ("publish 2022 --wi", ["--withdraw"]),
        ("validate --format j", ["json", "junit"]),
        ("build 20", ["2021", "2022"]),
        ("status 2", ["2021", "2022"]),
        ("validate 2022", ["2022"]),
        ("-C . form 2021", ["2021"]),
        ("validate in", []),  # the shell goes on with the names of files
        ("build R", []),
    ],
)
def test_bash_completes_commands_options_and_the_years_of_the_folder(
    typed: str, completed: list[str], command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "inbox" / "2022").mkdir(parents=True)
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "2021.json").touch()
    (tmp_path / "records" / "取り下げ.csv").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("_NERIMA_REPORT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", f"nerima-report {typed}")
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split())))
    assert command().out.split() == completed


def test_a_page_of_findings_does_not_pass_for_a_report(command: Command) -> None:
    run = command("build", "2022", "--format", "html")
    assert (run.code, run.out) == (2, "")
    assert "--output" in run.err
