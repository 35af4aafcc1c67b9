"""A season in any order: commands that write, some killed on the way, leave a folder that can be trusted."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from conftest import Command
from killing import KILLED, needs_fork, run_and_kill
from nerima_report.edition import Edition
from nerima_report.records.file import read_record
from nerima_report.registers.master import history_file
from nerima_report.writing.lock import FOLDER
from registers_carried import Entry, example, fill_registers, make_workspace

pytestmark = [
    pytest.mark.thorough,
    needs_fork,
]

TOMORROW = (date.today() + timedelta(days=1)).isoformat()
COMMANDS = ("init .", "form 2022", "validate 2022", "build 2022", "build 2022 --draft")
PUBLISH = (f"publish 2022 --on {TOMORROW}", "publish 2022 --withdraw 誤り", "publish 2022 --revise 訂正")
MERGE = "register merge 2022"
OUTSOURCED = "個人.外部委託記録票"
LATEST = 20  # at which of them a command is killed; many have fewer, and then end by themselves
few = settings(
    max_examples=3,
    stateful_step_count=6,
    deadline=None,
    phases=[Phase.generate],  # making a failing season shorter takes minutes
    suppress_health_check=list(HealthCheck),
)


class Season(RuleBasedStateMachine):
    """A working folder, and what may be said of it after any commands."""

    def __init__(self, origin: Path, command: Command) -> None:
        super().__init__()
        self.folder = Path(shutil.copytree(origin, Path(mkdtemp(dir=origin.parent)) / "work"))
        self._command = command
        self._is_half_done = False  # the last command that wrote was killed
        self._published: bytes | None = None

    def teardown(self) -> None:
        shutil.rmtree(self.folder.parent)

    @rule(command=st.sampled_from(COMMANDS), at=st.integers(0, LATEST))
    def kill(self, command: str, at: int) -> None:
        self._kill(command, at)

    @rule(command=st.sampled_from(COMMANDS))
    def run(self, command: str) -> None:
        self._run(command)

    @precondition(lambda self: (self.folder / "registers").exists())
    @rule(at=st.none() | st.integers(0, LATEST))
    def merge(self, at: int | None) -> None:
        self._run(MERGE) if at is None else self._kill(MERGE, at)

    @precondition(lambda self: (self.folder / "out" / "2022" / "record.json").exists())
    @rule(command=st.sampled_from(PUBLISH), at=st.none() | st.integers(0, LATEST))
    def publish(self, command: str, at: int | None) -> None:
        if at is None:
            self._run(command)
        else:
            self._kill(command, at)
            self._run("init .")  # completes what was moving, or undoes it
        self._published = self._record()

    def _run(self, command: str) -> None:
        run = self._command("-C", self.folder, *command.split())
        assert run.code in (0, 1, 2), (command, run)
        assert "Traceback" not in run.err
        self._is_half_done = False  # whatever else it does, it has repaired the folder first

    def _kill(self, command: str, at: int) -> None:
        code = run_and_kill(lambda: self._command("-C", self.folder, *command.split()).code, at)
        assert code in (0, 1, 2, KILLED), command
        self._is_half_done = code == KILLED

    @invariant()
    def nothing_is_half_written(self) -> None:
        if not self._is_half_done:
            left = [*self.folder.rglob("*.tmp"), *(self.folder / FOLDER).glob("journal*")]
            assert left == []

    @invariant()
    def records_are_sealed(self) -> None:
        for file in (*self.folder.glob("out/*/record.json"), *self.folder.glob("records/[0-9]*.json")):
            read_record(file, 2022)

    @invariant()
    def only_publish_changes_what_is_published(self) -> None:
        assert self._record() == self._published

    @invariant()
    def no_step_of_a_register_is_told_twice(self) -> None:
        if not self._is_half_done and (history := history_file(self.folder)).exists():
            assert max(Counter(history.read_bytes().splitlines()).values()) == 1

    def _record(self) -> bytes | None:
        file = self.folder / "records" / "2022.json"
        return file.read_bytes() if file.exists() else None


@pytest.fixture
def registers(tmp_path: Path, whole_edition: Edition, command: Command) -> Path:
    """A working folder with a workbook whose registers are not merged yet."""
    work = make_workspace(tmp_path / "registered", range(2022, 2023))
    assert command("-C", work, "form", "2022").code == 0
    of = whole_edition.for_year(2022)
    entries: list[Entry] = [example(of, OUTSOURCED, 2022, 委託する業務の名称=name) for name in ("甲", "乙")]
    form = next((work / "forms" / "2022").glob("*福祉部*.xlsx"))
    fill_registers(form, work / "inbox" / "2022" / "集計.xlsx", {OUTSOURCED: entries})
    shutil.rmtree(work / "forms")
    assert command("-C", work, "register", "merge", "2022", "--dry-run").code == 0  # the workbook is read once, here
    return work


def try_seasons(origin: Path, command: Command) -> None:
    run_state_machine_as_test(lambda: Season(origin, command), settings=few)  # type: ignore[arg-type] # called, no more


def test_a_ward_is_reported_in_any_order(workdir: Path, command: Command) -> None:
    assert command("-C", workdir, "build", "2022").code == 0
    try_seasons(workdir, command)


def test_registers_are_merged_in_any_order(registers: Path, command: Command) -> None:
    try_seasons(registers, command)
