"""One writer at a time, and what others are told: by two processes, of which one is this."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Command
from killing import needs_fork
from nerima_report.cli import GROUPS, app, one_writer
from nerima_report.errors import CannotProceed
from nerima_report.workspace import write_all
from nerima_report.writing import lock
from nerima_report.writing.lock import FOLDER, refuse_unfinished

# Takes the lock, says so, and holds it until it is told to end or is killed.
HOLDER = """
import sys
from pathlib import Path
from nerima_report.writing.lock import one_writer
with one_writer(Path(sys.argv[1]), "build 2022"):
    print("held", flush=True)
    sys.stdin.read()
"""
UNFINISHED = {
    "version": 1,
    "command": "build 2022",
    "state": "planned",
    "steps": [{"target": "a", "staged": ".a.tmp", "kept": "", "before": "", "after": "x"}],
}


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.05)


@pytest.mark.usefixtures("_impatient")
def test_a_second_writer_is_told_which_command_writes_and_readers_are_not(workdir: Path, command: Command) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(workdir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        before = {file for file in workdir.rglob("*") if FOLDER not in file.parts}
        refused = command("-C", workdir, "build", "2022")
        assert refused.code == 2
        assert "nerima-report build 2022" in refused.err
        assert str(os.environ.get("USER") or "root") not in json.loads((workdir / FOLDER / "holder.json").read_text())
        assert command("-C", workdir, "init").code == 2
        assert command("-C", workdir, "register", "list").code == 0
        assert {file for file in workdir.rglob("*") if FOLDER not in file.parts} == before
        holder.kill()  # the lock goes with its process
    assert command("-C", workdir, "build", "2022").code == 0
    assert not (workdir / FOLDER / "holder.json").exists()


@pytest.mark.usefixtures("_impatient")
def test_a_half_changed_set_is_repaired_by_a_writer_and_named_by_a_reader(workdir: Path, command: Command) -> None:
    (workdir / FOLDER).mkdir()
    (workdir / FOLDER / "journal.json").write_text(json.dumps(UNFINISHED))
    (workdir / ".a.tmp").write_bytes(b"half")
    for arguments in (("status", "2022"), ("register", "list"), ("check", "2022"), ("validate", "inbox")):
        refused = command("-C", workdir, *arguments)
        assert (refused.code, "build 2022" in refused.err) == (2, True), arguments
    assert (workdir / ".a.tmp").exists()
    assert "片付けました" in command("-C", workdir, "init").err
    assert not (workdir / ".a.tmp").exists()
    refuse_unfinished(workdir)


def test_what_only_the_program_remembers_keeps_nobody_from_reading(workdir: Path, command: Command) -> None:
    """A `status` that was killed is no half of anything; the next one clears up after it."""
    (workdir / FOLDER).mkdir()
    steps = [{"target": f"{FOLDER}/a", "staged": f"{FOLDER}/.a.tmp", "kept": "", "before": "", "after": "x"}]
    (workdir / FOLDER / "journal.json").write_text(json.dumps({**UNFINISHED, "command": "status", "steps": steps}))
    (workdir / FOLDER / ".a.tmp").write_bytes(b"half")
    assert command("-C", workdir, "status", "2022").code == 0
    assert not (workdir / FOLDER / ".a.tmp").exists()


def test_a_folder_that_cannot_be_locked_is_named(workdir: Path, command: Command) -> None:
    (workdir / FOLDER).write_bytes(b"in the way")
    refused = command("-C", workdir, "build", "2022")
    assert (refused.code, FOLDER in refused.err) == (2, True)
    assert not (workdir / "out").exists()


def test_a_folder_that_cannot_be_written_needs_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "read-only")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", refuse)
        with lock.one_writer(tmp_path, "form 2022") as repaired:
            assert repaired is False
            with lock.writing_into(tmp_path) as journal:
                assert journal is None
    assert list(tmp_path.iterdir()) == []


def test_every_command_that_writes_is_one(tmp_path: Path) -> None:
    """A new command is put into one of these two lists, by whoever writes it."""
    reads = {"status", "guideline", "explain", "help", "edition check", "register list", "register show"}
    reads |= {"ledger check", "ledger due", "ledger persons"}
    names = {command.name for command in app.registered_commands}
    names |= {f"{group} {name}" for group, (_, commands) in GROUPS.items() for name in commands}
    assert one_writer.WRITERS.keys() == names - reads


def test_a_dry_run_and_files_alone_are_only_read(tmp_path: Path) -> None:
    writes = one_writer.WRITERS
    assert not writes["register merge"]({"dry_run": True, "output": None})
    assert not writes["validate"]({"files": ["inbox"], "return_to": None, "output": None})
    assert not writes["check"]({"output": None})
    assert not writes["ledger blank"]({"dry_run": True})
    assert writes["validate"]({"files": ["R4"], "return_to": None, "output": None})
    assert writes["validate"]({"files": ["inbox"], "return_to": tmp_path, "output": None})
    for name in ("validate", "check", "register merge"):
        assert writes[name]({"files": ["inbox"], "return_to": None, "dry_run": True, "output": tmp_path / "found.json"})


def test_nothing_is_locked_twice_by_one_process(workdir: Path) -> None:
    with lock.one_writer(workdir, "build 2022"), lock.one_writer(workdir, "status") as repaired:
        assert repaired is False
    with pytest.raises(CannotProceed), lock.one_writer(workdir, "build 2022"):
        raise CannotProceed("a fault inside goes out as it is")


def test_a_folder_outside_is_locked_while_it_is_written_and_nothing_hidden_stays(workdir: Path, tmp_path: Path) -> None:
    outside = tmp_path / "another" / "place"
    with lock.one_writer(workdir, "build 2022"):
        with lock.writing_into(workdir / "out" / "2022") as journal:
            assert journal is not None
            assert journal.folder == workdir
        with lock.writing_into(outside) as journal, lock.writing_into(outside / "deeper") as inner:
            assert journal is not None
            assert (journal.folder, journal.command) == (outside, "build 2022")
            assert inner is journal
            assert lock.is_worked_in(outside)
    assert not outside.parent.exists()
    assert lock.is_worked_in(workdir)
    assert (workdir / FOLDER / "lock").exists()


@needs_fork
def test_writers_of_a_folder_outside_wait_for_each_other_although_each_clears_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 60.0)
    counter, writers, times = tmp_path / "outside" / "counter", 3, 15

    def count() -> None:
        for _ in range(times):
            with lock.writing_into(counter.parent):
                number = int(counter.read_bytes()) if counter.exists() else 0
                write_all(counter.parent, {counter.name: str(number + 1).encode()})

    children = []
    for _ in range(writers):
        if not (child := os.fork()):
            count()
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * writers
    assert int(counter.read_bytes()) == writers * times
    assert list(counter.parent.iterdir()) == [counter]
