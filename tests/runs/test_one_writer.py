"""Runs at the same time and runs that are killed leave what one run leaves. The processes are forked, not started."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Command
from fuzz import with_wrong_counts
from killing import KILLED, contents, needs_fork, run_and_kill
from nerima_report.edition import Edition
from nerima_report.writing import journal, lock
from registers_carried import Entry, example, fill_registers, make_workspace

OUTSOURCED = "個人.外部委託記録票"
pytestmark = needs_fork


@pytest.fixture
def registers(tmp_path: Path, whole_edition: Edition, command: Command) -> Path:
    """A working folder with a workbook whose registers are not merged yet."""
    work = make_workspace(tmp_path / "registered", range(2022, 2023))
    assert command("-C", work, "form", "2022").code == 0
    form = next((work / "forms" / "2022").glob("*福祉部*.xlsx"))
    of = whole_edition.for_year(2022)
    entries: list[Entry] = [example(of, OUTSOURCED, 2022, 委託する業務の名称=name) for name in ("甲", "乙")]
    fill_registers(form, work / "inbox" / "2022" / "集計.xlsx", {OUTSOURCED: entries}, lambda number: {})
    return work


def at_once(number: int, work: Callable[[], object]) -> list[int]:
    """Do some work in several processes at the same time; their exit codes."""
    children = []
    for _ in range(number):
        if not (child := os.fork()):
            try:
                work()
            finally:
                os._exit(0)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def test_runs_at_the_same_time_leave_what_one_run_leaves(
    workdir: Path, registers: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 60)
    for folder, arguments in ((workdir, "build 2022"), (workdir, "publish 2022"), (registers, "register merge 2022")):
        alone = Path(shutil.copytree(folder, folder.with_name(f"{folder.name} {arguments}")))
        assert command("-C", alone, *arguments.split()).code == 0
        at_once(3, lambda folder=folder, arguments=arguments: command("-C", folder, *arguments.split()))  # type: ignore[misc]
        assert contents(folder) == contents(alone), arguments


def test_an_interrupted_merge_repeated_does_not_double_the_history(
    registers: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history is moved into place before the masters; the power goes before it, and before each of them."""
    alone = Path(shutil.copytree(registers, registers.with_name("alone")))
    assert command("-C", alone, "register", "merge", "2022").code == 0
    move = journal._move
    for killed_at in range(4):
        work = Path(shutil.copytree(registers, registers.with_name(f"killed {killed_at}")))
        moved: list[Path] = []

        def stop(source: Path, target: Path, moved: list[Path] = moved, last: int = killed_at) -> None:
            if target.parent.name == "registers" and source.suffix == ".tmp":
                if len(moved) == last:
                    os._exit(9)
                moved.append(target)
            move(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(journal, "_move", stop)
            codes = at_once(1, lambda work=work: command("-C", work, "register", "merge", "2022"))  # type: ignore[misc]
        assert codes == [9 if killed_at < 3 else 0]
        if killed_at < 3:
            assert command("-C", work, "register", "list").code == 2  # it only reads
        assert command("-C", work, "register", "merge", "2022").code == 0
        assert contents(work) == contents(alone), killed_at


# Commands that write outside of the working folder, where no lock is held and no journal lies before or after.
OUTSIDE = (
    "validate inbox/2022 --return-to {}",
    "validate inbox/2022 --format json --output {}/found.json",
    "form 2022 --out {}",
    "edition copy {}/own",
    "edition new ひばり市 {}/own",
    "record template 2021 --out {}/2021.xlsx",
)


@pytest.mark.parametrize("line", OUTSIDE)
def test_what_is_killed_outside_of_the_working_folder_is_repaired_there(
    line: str, workdir: Path, command: Command, tmp_path: Path
) -> None:
    def run(outside: Path) -> int:
        return command("-C", workdir, *line.format(outside).split()).code

    for file in (workdir / "inbox" / "2022").iterdir():
        file.write_bytes(with_wrong_counts(file.read_bytes()))
    clean = tmp_path / "clean"
    assert run(clean) in (0, 1)
    codes = []
    for at in (0, 1, 4, 9, 16, 30):
        outside = tmp_path / f"killed-{at}"
        codes.append(run_and_kill(lambda outside=outside: run(outside), at))  # type: ignore[misc]
        run(outside)
        assert {file.relative_to(outside) for file in outside.rglob("*")} == {
            file.relative_to(clean) for file in clean.rglob("*")
        }, at
        assert contents(outside) == contents(clean), at
    assert codes[0] == KILLED
