"""A set of files changes as a set: killed or failing at every step, repaired, and killed while it is repaired."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from killing import OPERATIONS, needs_fork
from nerima_report.errors import CannotProceed
from nerima_report.writing import journal
from nerima_report.writing.journal import Journal, TargetInUse, change_together, repair

OLD = {"history.csv": b"old", "master.csv": b"old", "record.json": b"old", "note.txt": b"of somebody"}
CHANGES = {"history.csv": b"new", "new/added.csv": b"new", "record.json": None, "master.csv": b"new"}
NEW = {"history.csv": b"new", "new/added.csv": b"new", "master.csv": b"new", "note.txt": b"of somebody"}
MOST = 60  # more operations than a change and its repair have


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".nerima-report").mkdir()
    for name, content in OLD.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], object]], None]:
    """Let something happen instead of the n-th operation on the disk from now on."""

    def stop(number: int, happening: Callable[[], object]) -> None:
        count = iter(range(MOST))
        for name in OPERATIONS:
            monkeypatch.setattr(journal, name, stopping(DOES[name], count, number, happening))

    return stop


DOES: dict[str, Callable[..., None]] = {name: getattr(journal, name) for name in OPERATIONS}


def stopping(
    does: Callable[..., None], count: Iterator[int], number: int, happening: Callable[[], object]
) -> Callable[..., None]:
    def step(*arguments: object) -> None:
        if next(count) == number:
            happening()
        does(*arguments)

    return step


def journal_in(folder: Path) -> Journal:
    return Journal(folder / ".nerima-report" / "journal.json", folder, "register merge 2022")


def change(folder: Path) -> None:
    change_together({folder / name: content for name, content in CHANGES.items()}, journal_in(folder))


def contents(folder: Path) -> dict[str, bytes]:
    """The files by name, and the folders that were made for them."""
    found = [path for path in folder.rglob("*") if path.name != ".nerima-report"]
    files = {f.relative_to(folder).as_posix(): f.read_bytes() for f in found if f.is_file()}
    return files | {f"{f.relative_to(folder).as_posix()}/": b"" for f in found if f.is_dir() and not any(f.iterdir())}


def killed(work: Callable[[], object]) -> bool:
    """Whether some work ended the process in which it was done."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


def refill(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            path.unlink()
        elif path.name != ".nerima-report":
            path.rmdir()
    for name, content in OLD.items():
        (folder / name).write_bytes(content)


@needs_fork
def test_a_change_that_is_killed_at_any_step_is_completed_or_undone(
    folder: Path, at: Callable[[int, Callable[[], object]], None]
) -> None:
    outcomes = []
    for number in range(MOST):
        refill(folder)
        at(number, lambda: os._exit(9))
        was_killed = killed(lambda: change(folder))
        at(-1, lambda: None)
        repair(journal_in(folder))
        assert contents(folder) in (OLD, NEW), number
        outcomes.append(contents(folder) == NEW)
        if not was_killed:
            break
    assert number > 15
    assert outcomes == sorted(outcomes)  # nothing until everything is staged, then all
    assert set(outcomes) == {False, True}


@needs_fork
def test_a_repair_may_be_killed_as_well(folder: Path, at: Callable[[int, Callable[[], object]], None]) -> None:
    for number in range(2, 18, 3):
        for again in range(MOST):
            refill(folder)
            at(number, lambda: os._exit(9))
            assert killed(lambda: change(folder))
            at(again, lambda: os._exit(9))
            was_killed = killed(lambda: repair(journal_in(folder)))
            at(-1, lambda: None)
            repair(journal_in(folder))
            assert contents(folder) in (OLD, NEW), (number, again)
            if not was_killed:
                break


@pytest.mark.parametrize("failure", [OSError(28, "no space"), TargetInUse(Path("x")), ZeroDivisionError()])
def test_a_change_that_fails_at_any_step_is_undone(
    failure: Exception, folder: Path, at: Callable[[int, Callable[[], object]], None]
) -> None:
    def fail() -> None:
        raise failure

    for number in range(MOST):
        refill(folder)
        at(number, fail)
        try:
            change(folder)
        except Exception:
            at(-1, lambda: None)
            repair(journal_in(folder))
            assert contents(folder) in (OLD, NEW), number
        else:
            break
    assert number > 15


@needs_fork
def test_an_undoing_may_be_killed_as_well(
    folder: Path, at: Callable[[int, Callable[[], object]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last file cannot be moved, because somebody opened it meanwhile; and then the power goes."""
    for number in range(MOST):
        refill(folder)
        at(number, lambda: os._exit(9))
        move = journal._move

        def refuse(source: Path, target: Path, move: Callable[[Path, Path], None] = move) -> None:
            if target.name == "master.csv" and source.suffix == ".tmp":
                raise TargetInUse(target)
            move(source, target)

        monkeypatch.setattr(journal, "_move", refuse)

        def try_to_change() -> None:
            with pytest.raises(TargetInUse):
                change(folder)

        was_killed = killed(try_to_change)
        at(-1, lambda: None)
        repair(journal_in(folder))
        assert contents(folder) in (OLD, NEW), number
        if not was_killed:
            assert contents(folder) == OLD
            break


def test_a_full_disk_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being written when the disk is full is there, but empty."""
    for number in range(MOST):
        count = iter(range(MOST))

        def write(file: Path, *rest: object, count: Iterator[int] = count, number: int = number) -> None:
            if next(count) < number:
                return DOES["_write"](file, *rest)
            file.touch()
            raise OSError(28, "no space", str(file))

        monkeypatch.setattr(journal, "_write", write)
        try:
            change(folder)
        except OSError:
            assert contents(folder) == OLD, number
        else:
            break
    assert number > 4


def test_what_cannot_be_replaced_is_found_before_anything_is_moved(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, moved = Path.replace, []

    def in_word(source: Path, target: Path) -> Path:
        if target.name == "master.csv":
            raise PermissionError(13, "in use")
        moved.append(source.suffix)
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", in_word)
    with pytest.raises(TargetInUse) as error:
        change(folder)
    assert error.value.target == folder / "master.csv"
    assert set(moved) == {".csv", ".json"}  # onto themselves
    assert contents(folder) == OLD
    monkeypatch.undo()
    (folder / "master.csv").unlink()
    (folder / "master.csv").mkdir()
    with pytest.raises(IsADirectoryError) as refused:
        change(folder)
    assert refused.value.filename == str(folder / "master.csv")
    assert contents(folder).keys() == OLD.keys() - {"master.csv"} | {"master.csv/"}


@needs_fork
def test_what_somebody_edits_before_the_repair_is_kept(
    folder: Path, at: Callable[[int, Callable[[], object]], None]
) -> None:
    at(14, lambda: os._exit(9))
    assert killed(lambda: change(folder))
    at(-1, lambda: None)
    (folder / "master.csv").write_bytes(b"edited")
    assert repair(journal_in(folder))
    assert contents(folder) == {**NEW, "master-保存1.csv": b"edited"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[" * 100_000,
        json.dumps({"version": 2, "command": "", "state": "planned", "steps": []}),
        json.dumps({"version": 1, "command": "", "state": "elsewhere", "steps": []}),
        *(
            json.dumps(
                {
                    "version": 1,
                    "command": "build",
                    "state": "moving",
                    "steps": [{"target": name, "staged": "", "kept": "", "before": "x", "after": ""}],
                }
            )
            for name in ("../outside.txt", "/etc/outside", "a/../../outside.txt")
        ),
    ],
)
def test_a_journal_that_the_program_did_not_write_is_not_followed(text: str, folder: Path) -> None:
    outside = folder.parent / "outside.txt"
    outside.write_bytes(b"stays")
    journal_in(folder).file.write_text(text)
    with pytest.raises(CannotProceed, match=r"journal\.json"):
        repair(journal_in(folder))
    assert outside.read_bytes() == b"stays"
    assert {name: contents(folder)[name] for name in OLD} == OLD


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_what_is_no_file_is_not_replaced(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(OSError, match="is no file") as refused:
        change_together({folder / "pipe": b"new"}, journal_in(folder))
    assert refused.value.filename == str(folder / "pipe")
    assert not (folder / "pipe").is_file()
