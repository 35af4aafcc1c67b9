"""One writer at a time in a folder, and what a killed writer left is repaired before the next one reads.

The lock is that of the operating system: it goes with its process, however that ends. A file beside it says for people
which command holds it. Commands that only read take no lock, but do not read a set of files that is half changed.

A working folder is locked for as long as a command works. Any other folder into which something is written (--out) has
lock and journal only meanwhile, so that nothing hidden is left in it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from nerima_report.errors import CannotProceed
from nerima_report.files import FOLDERS, ROSTER, SETTINGS, read_file
from nerima_report.interruption import before_the_end
from nerima_report.text import printable
from nerima_report.writing.journal import Journal, TargetInUse, missing_folders, remove_empty, repair, unfinished

FOLDER = ".nerima-report"  # hidden, so that nothing in it is taken for handed in
IGNORED = b"*\n"  # git: everything in the folder, its .gitignore too
PATIENCE = 5.0  # seconds that a second writer waits
_ATTEMPTS = 20  # to lock a folder that others lock and clear up meanwhile
_CANNOT_BE_WRITTEN = (errno.EACCES, errno.EPERM, errno.EROFS)

_held: list[Journal] = []


def is_worked_in(folder: Path) -> bool:
    """Whether a folder is a working folder, or one in which a killed run has left something to repair."""
    return (folder / FOLDER).exists() or _is_working_folder(folder)


def _is_working_folder(folder: Path) -> bool:
    return any((folder / name).exists() for name in (SETTINGS, ROSTER, *FOLDERS))


@contextlib.contextmanager
def writing_into(folder: Path) -> Iterator[Journal | None]:
    """Keep other writers out of a folder; gives the journal for its changes, None where it cannot be locked.

    Where the folder lies in the working folder, it is locked with that already.
    """
    command = _held[-1].command if _held else ""
    with one_writer(folder, command):
        yield _journal_held(folder)


def _journal_held(folder: Path) -> Journal | None:
    """The journal of the folder that this process has locked, if another folder lies in it, or is the same."""
    inner = os.path.abspath(folder)  # noqa: PTH100 (links are not followed)
    held = (journal for journal in _held if Path(inner).is_relative_to(os.path.abspath(journal.folder)))  # noqa: PTH100
    return next(held, None)


@contextlib.contextmanager
def one_writer(folder: Path, command: str, patience: float | None = None) -> Iterator[bool]:
    """Keep other writers out of a folder; gives whether something was repaired that a killed run had left.

    Raises CannotProceed where another command still writes after `patience` seconds. A folder that cannot be written
    at all needs no lock: nobody who works in it changes anything.
    """
    if _journal_held(folder):
        yield False
        return
    journal = _journal(folder, command)
    with contextlib.ExitStack() as stack:
        before_the_end.add(stack.close)  # an interruption ends the program without leaving this block
        stack.callback(before_the_end.discard, stack.close)
        try:
            stack.callback(remove_empty, [journal.file.parent, *missing_folders(folder)])
            stack.enter_context(_locked(folder, PATIENCE if patience is None else patience))
        except OSError as error:
            if error.errno not in _CANNOT_BE_WRITTEN:
                raise CannotProceed(
                    "ほかの人と同時に書かないための鍵を、このフォルダーにかけられません。\n"
                    f"  場所: {journal.file.parent}\n"
                    "  同じ名前のファイルがないか、空きがあるかを確かめてください。\n"
                    "  共有のフォルダーでかけられないときは、パソコンの中のフォルダーに写して使ってください。"
                ) from None
            yield False
            return
        holder = _holder(folder)
        with contextlib.suppress(OSError):  # a full disk is told of where it matters
            holder.unlink(missing_ok=True)  # whatever lies there
            holder.write_text(json.dumps({"command": command, "since": datetime.now().isoformat(timespec="minutes")}))
            journal.file.with_name(".gitignore").write_bytes(IGNORED)
        stack.callback(_forget, folder)
        repaired = _repaired(journal)
        _held.append(journal)
        stack.callback(_held.remove, journal)
        yield repaired


def refuse_unfinished(folder: Path) -> None:
    """Raise CannotProceed where a set of files is half changed: for commands that read without a lock."""
    journal = _journal(folder, "")
    if _journal_held(folder) or not unfinished(journal):
        return
    with contextlib.suppress(OSError), _locked(folder, PATIENCE):
        pass  # a command that is still at work has finished by now
    if command := unfinished(journal):
        raise CannotProceed(
            f"前の実行（nerima-report {printable(command[:100])}）が途中で止まったので、ファイルがそろっていません。\n"
            f"  フォルダー: {folder.absolute()}\n"
            "  もう一度そのコマンドを実行してください。はじめに、途中のものを片付けます。"
        )


@contextlib.contextmanager
def _locked(folder: Path, patience: float) -> Iterator[None]:
    from filelock import FileLock, Timeout  # most commands need none

    lock = FileLock(_lock_file(folder))
    try:
        for attempt in range(_ATTEMPTS):
            try:
                (folder / FOLDER).mkdir(parents=True, exist_ok=True)
                lock.acquire(timeout=patience, poll_interval=0.1)
                break
            except FileNotFoundError:  # a writer of a folder outside has just ended, and cleared up
                if attempt == _ATTEMPTS - 1:
                    raise
    except Timeout:
        raise CannotProceed(
            "ほかのコマンドがこのフォルダーに書いているところなので、何もしませんでした。\n"
            f"  フォルダー: {folder.absolute()}\n{_who(folder)}"
            "  終わってから、もう一度実行してください。"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _repaired(journal: Journal) -> bool:
    try:
        return repair(journal)
    except TargetInUse as error:
        target = error.target
    except OSError as error:
        target = Path(error.filename or journal.folder)
    raise CannotProceed(
        f"途中で止まった前の実行を、片付けられません。\n  ファイル: {target}\n"
        "  Word や Excel で開いていたら閉じ、フォルダーの権限と空きを確かめて、もう一度実行してください。"
    ) from None


def _who(folder: Path) -> str:
    try:
        holder = json.loads(read_file(_holder(folder)))
        since = datetime.fromisoformat(holder["since"])
        command = printable(str(holder["command"])[:100]) or "…"
        return f"  実行中: nerima-report {command}（{since:%Y-%m-%d %H:%M} から）\n"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""  # it has just begun, or ended


def _lock_file(folder: Path) -> Path:
    return folder / FOLDER / "lock"


def _holder(folder: Path) -> Path:
    return folder / FOLDER / "holder.json"


def _forget(folder: Path) -> None:
    """Remove what says who writes; in a folder that is no working folder also the rest."""
    others = () if _is_working_folder(folder) else (_lock_file(folder), folder / FOLDER / ".gitignore")
    for file in (_holder(folder), *others):
        with contextlib.suppress(OSError):  # the system lets no program remove a lock that it holds: Windows
            file.unlink(missing_ok=True)


def _journal(folder: Path, command: str) -> Journal:
    return Journal(folder / FOLDER / "journal.json", folder, command)
