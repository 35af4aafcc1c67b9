"""A season in any order: commands that write, some killed on the way, leave a folder that can be trusted."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from conftest import Command
from faulty import edit
from killing import KILLED, needs_fork, run_and_kill
from nerima_report.edition import Edition
from nerima_report.records.file import read_record
from nerima_report.registers.master import history_file
from nerima_report.runs.publish import WITHDRAWN
from nerima_report.writing.lock import FOLDER
from registers_carried import Entry, example, fill_registers, make_workspace

pytestmark = [pytest.mark.thorough, needs_fork]

TOMORROW = (date.today() + timedelta(days=1)).isoformat()
COMMANDS = ("init .", "form 2022", "validate 2022", "build 2022", "build 2022 --draft")
LATER, NOW, AS_BUILT = f"publish 2022 --on {TOMORROW}", "publish 2022", "publish 2022 --as-built 決裁のとおり"
REVISE, WITHDRAW = "publish 2022 --revise 訂正", "publish 2022 --withdraw 誤り"
OUTPUTS = ("report.docx", "report.md", "audit.md", "正誤表.md")
STRAY = ("out/2022/メモ.txt", "out/メモ.txt", "inbox/2022/送り状.pdf", "records/メモ.txt", "forms/2022/メモ.txt")
MERGE = "register merge 2022"
OUTSOURCED = "個人.外部委託記録票"
LATEST = 20  # at which of them a command is killed; many have fewer, and then end by themselves
few = settings(
    max_examples=4,
    stateful_step_count=8,
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
        self._withdrawn = 0
        self._numbers = (str(number).encode() for number in count())
        self._reviews = 1  # a number in the ward's workbook that agrees with no other
        self._polished: list[bytes] = []  # what somebody wrote into outputs
        self._placed: dict[Path, bytes] = {}  # what somebody put where the program writes or reads

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

    @initialize(command=st.sampled_from((None, LATER, NOW)))
    def begin(self, command: str | None) -> None:
        if command and self._is_built():
            self.publish(command, None)

    @precondition(lambda self: self._is_built())
    @rule(command=st.sampled_from((LATER, NOW, AS_BUILT, REVISE, WITHDRAW)), at=st.none() | st.integers(0, LATEST))
    def publish(self, command: str, at: int | None) -> None:
        before = self._record()
        if at is None:
            self._run(command)
        else:
            self._kill(command, at)
            self._run("init .")  # completes what was moving, or undoes it
        self._published = self._record()
        self._withdrawn += before is not None and self._published is None

    @precondition(lambda self: self._is_public())
    @rule(at=st.none() | st.integers(0, LATEST))
    def correct(self, at: int | None) -> None:
        """A number was wrong: it is corrected, built again, and revised."""
        self.replace_workbook()
        self._run("build 2022")
        revisions = self._revisions()
        self.publish(REVISE, at)
        assert at is not None or self._revisions() == revisions + 1

    @precondition(lambda self: self._record() is not None and not self._is_public())
    @rule(at=st.none() | st.integers(0, LATEST))
    def take_back(self, at: int | None) -> None:
        self.publish(WITHDRAW, at)
        assert at is not None or self._record() is None

    @rule(name=st.sampled_from(OUTPUTS))
    def polish(self, name: str) -> None:
        """Somebody edits an output by hand."""
        file = self.folder / "out" / "2022" / name
        if file.exists():
            before = file.read_bytes()
            file.write_bytes(before + b"\n" + next(self._numbers))
            self._polished = [content for content in self._polished if content != before] + [file.read_bytes()]

    @rule(name=st.sampled_from(STRAY))
    def stray(self, name: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(next(self._numbers))
        self._placed[file] = file.read_bytes()

    @precondition(lambda self: self._ward() is not None)
    @rule()
    def replace_workbook(self) -> None:
        self._reviews += 1
        file = edit(self.folder, "00_", {("公開.審査請求", "B5"): self._reviews})
        self._placed[file] = file.read_bytes()

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
    def revisions_are_listed_and_what_was_taken_back_leaves_a_trace(self) -> None:
        if self._is_half_done:
            return
        errata = self.folder / "out" / "2022" / "正誤表.md"
        rows = errata.read_text(encoding="utf-8").count("| 訂正 |") if errata.exists() else 0
        assert rows == self._revisions()
        trace = self.folder / "records" / WITHDRAWN
        assert len(trace.read_bytes().splitlines()[1:] if trace.exists() else []) == self._withdrawn

    @invariant()
    def what_somebody_did_by_hand_is_still_there(self) -> None:
        for file, content in self._placed.items():
            assert file.read_bytes() == content
        there = {file.read_bytes() for file in (self.folder / "out" / "2022").glob("*") if file.is_file()}
        assert there.issuperset(self._polished)

    @invariant()
    def no_step_of_a_register_is_told_twice(self) -> None:
        if not self._is_half_done and (history := history_file(self.folder)).exists():
            assert max(Counter(history.read_bytes().splitlines()).values()) == 1

    def _record(self) -> bytes | None:
        file = self.folder / "records" / "2022.json"
        return file.read_bytes() if file.exists() else None

    def _revisions(self) -> int:
        return len(read_record(self.folder / "records" / "2022.json", 2022).revisions) if self._record() else 0

    def _is_public(self) -> bool:
        if self._record() is None:
            return False
        publication = read_record(self.folder / "records" / "2022.json", 2022).publication
        return publication is None or publication.date <= date.today().isoformat()

    def _is_built(self) -> bool:
        return (self.folder / "out" / "2022" / "record.json").exists()

    def _ward(self) -> Path | None:
        return next((self.folder / "inbox" / "2022").glob("00_*"), None)


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
