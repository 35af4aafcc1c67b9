"""A set of files changes as a set: all of them or none, wherever the program is killed.

    every target can be replaced? ─▶ planned: contents staged, what was there kept ─▶ moving: moved into place, removed
                                                                                        └─ fails ─▶ undoing: put back

The journal says where a change stands and which files belong to it. Of a run that was killed while it planned, the next
one clears away what was staged; from `moving` on it completes the change, and one that failed is undone. No name in it
is followed that leads out of its folder: a journal on a shared folder is a file from outside.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import chain, takewhile
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from nerima_report.errors import CannotProceed
from nerima_report.files import MOST_BYTES_OF_OUTPUTS, read_file, sha256
from nerima_report.interruption import uninterrupted

_VERSION = 1
ANY_MODE = 0o666  # the permissions of a new file, of which the system takes off what its user does not want
State = Literal["planned", "moving", "undoing"]


@dataclass(frozen=True)
class Journal:
    """The file in which a change is written down, the folder in which the change is made, and the command at work."""

    file: Path
    folder: Path
    command: str

    @property
    def draft(self) -> Path:
        """The journal that is being written."""
        return self.file.with_suffix(".tmp")


@dataclass(frozen=True)
class _Step:
    """What becomes of one file: names of the target, of its new content ('': it is removed), of what was there.

    `before` is the hash of what was there ('': nothing), `after` that of the new content.
    """

    target: str
    staged: str
    kept: str
    before: str
    after: str


class TargetInUse(Exception):
    """A target that cannot be replaced, because another program has it open."""

    def __init__(self, target: Path) -> None:
        """Name the target."""
        self.target = target
        super().__init__(str(target))


@dataclass(frozen=True)
class _Change:
    """Steps that are taken together, in a folder, written down in a journal (None: nowhere).

    `made` are the folders that were missing, the innermost first.
    """

    steps: tuple[_Step, ...]
    made: tuple[str, ...]
    folder: Path
    journal: Journal | None

    def path(self, name: str) -> Path:
        return self.folder / name

    def note(self, state: State) -> None:
        """Write down where the change stands; what is written is on the disk before the next step."""
        if self.journal is not None:
            steps = [asdict(step) for step in self.steps]
            content = {"version": _VERSION, "command": self.journal.command, "state": state, "steps": steps}
            content["made"] = self.made
            _write(self.journal.draft, json.dumps(content, indent=1).encode())
            _move(self.journal.draft, self.journal.file)

    def stage(self, step: _Step, content: bytes | None, mode: int) -> None:
        """Write the new content beside the target, and keep what is there. An error names the target."""
        try:
            if content is not None:
                _write(self.path(step.staged), content, mode & mode_of(self.path(step.target)))
            if step.kept:
                _keep(self.path(step.target), self.path(step.kept))
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path(step.target))) from None

    def keep_edited(self) -> None:
        """Keep what somebody has edited since the program was killed, under another name."""
        for step in self.steps:
            target = self.path(step.target)
            if target.is_file() and sha256(read_file(target, MOST_BYTES_OF_OUTPUTS)) not in (step.before, step.after):
                _copy(target, free_name(target))

    def move(self) -> None:
        """Put each new content in its place and remove what goes, in the order given."""
        for step in self.steps:
            if not step.staged:
                _remove(self.path(step.target))
            elif self.path(step.staged).exists():
                _move(self.path(step.staged), self.path(step.target))

    def undo(self) -> None:
        """Put back what was there, the last first. What has not moved is not touched: it may be what is in use."""
        self.note("undoing")
        for step in reversed(self.steps):
            target = self.path(step.target)
            has_moved = not (self.path(step.staged) if step.staged else target).exists()
            if has_moved and step.kept and self.path(step.kept).exists():
                _move(self.path(step.kept), target)
            elif has_moved and not step.before:
                _remove(target)

    def clear(self) -> None:
        """Forget the change. The journal goes last of all, because it names what else is to go."""
        for step in self.steps:
            for name in filter(None, (step.staged, step.kept)):
                _remove(self.path(name))
        remove_empty(map(self.path, self.made))
        if self.journal is not None:
            _remove(self.journal.draft)  # there was no room for it
            _remove(self.journal.file)


@uninterrupted()
def change_together(files: Mapping[Path, bytes | None], journal: Journal | None, mode: int = ANY_MODE) -> None:
    """Give the files their new contents (None: the file is removed), all of them or none.

    They change in the order given; put last what vouches for the others. All lie in the folder of the journal; without
    a journal, what a killed run leaves stays as it is. An interruption ends the program when all are changed. Raises
    TargetInUse or OSError where one cannot be changed, and then none is. No file has wider permissions than `mode`, or
    than it had before.
    """
    for target in files:
        _refuse_what_cannot_be_replaced(target)
    change = _planned(files, journal)
    try:
        change.note("planned")
        for step, content in zip(change.steps, files.values(), strict=True):
            change.stage(step, content, mode)
        change.note("moving")
    except BaseException:
        with contextlib.suppress(OSError, TargetInUse):  # then the next run clears it away
            change.clear()
        raise
    try:
        change.move()
    except BaseException:
        with contextlib.suppress(OSError, TargetInUse):  # then the next run undoes it
            change.undo()
            change.clear()
        raise
    change.clear()


@uninterrupted()
def repair(journal: Journal) -> bool:
    """Complete or undo what a killed run left; whether there was anything. Raises CannotProceed if it cannot be."""
    _remove(journal.draft)
    if not journal.file.exists():
        return False
    change, state = _read(journal)
    if state != "planned":
        change.keep_edited()
    try:
        if state == "moving":
            change.move()
    except (TargetInUse, OSError):
        change.undo()
        change.clear()
        raise
    if state == "undoing":
        change.undo()
    change.clear()
    return True


def unfinished(journal: Journal) -> str:
    """The command whose change of the folder is unfinished (… where it cannot be read); '' where there is none.

    What lies beside the journal is not counted: it is what the program remembers for itself.
    """
    if not journal.file.exists():
        return ""
    try:
        content = json.loads(read_file(journal.file))
        beside = journal.file.parent.name
        if all(step["target"].startswith(f"{beside}/") for step in content["steps"]):
            return ""
        return str(content["command"]) or "…"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "…"


def mode_of(*files: Path) -> int:
    """The permissions that all of the files have that exist; for none, those that the system gives."""
    mode = ANY_MODE
    for file in files:
        if file.exists():
            mode &= file.stat().st_mode
    return mode


def free_name(file: Path) -> Path:
    """A name beside a file that nothing has: report-保存1.docx."""
    number = 1
    while (free := file.with_name(f"{file.stem}-保存{number}{file.suffix}")).exists():
        number += 1
    return free


def missing_folders(folder: Path) -> list[Path]:
    """The folder and those in which it is to lie that are not there, the innermost first."""
    return list(takewhile(lambda path: not path.exists(), (folder, *folder.parents)))


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove the folders that are empty, the innermost first."""
    for folder in folders:
        with contextlib.suppress(OSError):  # there is something in it, or it is not there
            folder.rmdir()


def _planned(files: Mapping[Path, bytes | None], journal: Journal | None) -> _Change:
    """The change to make."""
    folder = Path(os.path.abspath(journal.folder)) if journal else Path()  # noqa: PTH100 (links are not followed)

    def name_of(path: Path) -> str:
        return path.relative_to(folder).as_posix() if journal else str(path)

    targets = [Path(os.path.abspath(target)) for target in files]  # noqa: PTH100
    made = dict.fromkeys(map(name_of, chain.from_iterable(missing_folders(target.parent) for target in targets)))
    steps = []
    for target, content in zip(targets, files.values(), strict=True):
        name = name_of(target)
        before = sha256(read_file(target, MOST_BYTES_OF_OUTPUTS)) if target.is_file() else ""
        token = secrets.token_hex(4)
        beside = name[: -len(target.name)] + f".{target.name}.{token}"
        steps.append(
            _Step(
                target=name,
                staged=f"{beside}.tmp" if content is not None else "",
                kept=f"{beside}.old" if before else "",
                before=before,
                after=sha256(content) if content is not None else "",
            )
        )
    return _Change(tuple(steps), tuple(sorted(made, key=len, reverse=True)), folder, journal)


def _read(journal: Journal) -> tuple[_Change, State]:
    try:
        content = json.loads(read_file(journal.file))
        if content["version"] != _VERSION or content["state"] not in get_args(State):
            raise ValueError
        steps = tuple(_Step(**{key: str(value) for key, value in step.items()}) for step in content["steps"])
        made = tuple(map(str, content.get("made", ())))
        names = [*made, *(name for step in steps for name in (step.target, step.staged, step.kept))]
        if not all(map(_leads_inside, names)):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CannotProceed(
            "前の実行の控え（どのファイルを書きかけたか）を読めないので、続けられません。\n"
            f"  ファイル: {journal.file}\n"
            "  フォルダーの中のファイルがそろっているか確かめ、この控えを消してから、もう一度実行してください。"
        ) from None
    return _Change(steps, made, journal.folder, journal), content["state"]


def _leads_inside(name: str) -> bool:
    return not PurePosixPath(name).anchor and not Path(name).anchor and ".." not in Path(name).parts


def _refuse_what_cannot_be_replaced(target: Path) -> None:
    """Raise for a target that is no file, or open in another program, before anything is done."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a directory", str(target))
    if target.exists() and not target.is_file():
        raise OSError(errno.ENXIO, "is no file", str(target))
    if target.exists():
        _move(target, target)  # changes nothing; Windows refuses it for a file that a program has open


# Every change of the disk is one of these five.


def _write(file: Path, content: bytes, mode: int = ANY_MODE) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _keep(file: Path, kept: Path) -> None:
    """Let what is in a file have another name as well; where the disk knows no links, copy it."""
    try:
        os.link(file, kept)
    except OSError:
        _copy(file, kept)


def _copy(file: Path, copy: Path) -> None:
    shutil.copy2(file, copy)


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except PermissionError:
        raise TargetInUse(target) from None


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except PermissionError:
        raise TargetInUse(file) from None
