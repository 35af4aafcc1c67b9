"""One writer at a time in a working folder, and what a killed writer left is repaired before the next one reads.

The lock is that of the operating system: it goes with its process, however that ends. A file beside it says for people
which command holds it. Commands that only read take no lock, but do not read a set of files that is half changed.
"""

from __future__ import annotations

import contextlib
import errno
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from nerima_report.errors import CannotProceed
from nerima_report.files import FOLDERS, ROSTER, SETTINGS
from nerima_report.text import printable
from nerima_report.writing.journal import Journal, TargetInUse, repair, unfinished

FOLDER = ".nerima-report"  # hidden, so that nothing in it is taken for handed in
IGNORED = b"*\n"  # git: everything in the folder, its .gitignore too
PATIENCE = 5.0  # seconds that a second writer waits
_CANNOT_BE_WRITTEN = (errno.EACCES, errno.EPERM, errno.EROFS)

_held: list[Journal] = []


def is_worked_in(folder: Path) -> bool:
    """Whether a folder is a working folder. Commands that work anywhere leave nothing hidden behind in another one."""
    return any((folder / name).exists() for name in (SETTINGS, ROSTER, FOLDER, *FOLDERS))


def journal_at_hand() -> Journal | None:
    """The journal of the folder that this process has locked, if it has locked one."""
    return _held[-1] if _held else None


@contextlib.contextmanager
def one_writer(folder: Path, command: str, patience: float | None = None) -> Iterator[bool]:
    """Keep other writers out of a working folder; gives whether something was repaired that a killed run had left.

    Raises CannotProceed where another command still writes after `patience` seconds. A folder that cannot be written
    at all needs no lock: nobody who works in it changes anything.
    """
    if _held:
        yield False
        return
    journal = _journal(folder, command)
    with contextlib.ExitStack() as stack:
        try:
            journal.file.parent.mkdir(parents=True, exist_ok=True)
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
            holder.write_text(json.dumps({"command": command, "since": datetime.now().isoformat(timespec="minutes")}))
            journal.file.with_name(".gitignore").write_bytes(IGNORED)
        stack.callback(_forget, holder)
        repaired = _repaired(journal)
        _held.append(journal)
        stack.callback(_held.clear)
        yield repaired


def refuse_unfinished(folder: Path) -> None:
    """Raise CannotProceed where a set of files is half changed: for commands that read without a lock."""
    journal = _journal(folder, "")
    if _held or not unfinished(journal):
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

    lock = FileLock(folder / FOLDER / "lock")
    try:
        lock.acquire(timeout=patience, poll_interval=0.1)
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
        holder = json.loads(_holder(folder).read_bytes())
        since = datetime.fromisoformat(holder["since"])
        return f"  実行中: nerima-report {printable(str(holder['command'])[:100])}（{since:%Y-%m-%d %H:%M} から）\n"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""  # it has just begun, or ended


def _holder(folder: Path) -> Path:
    return folder / FOLDER / "holder.json"


def _forget(holder: Path) -> None:
    with contextlib.suppress(OSError):
        holder.unlink(missing_ok=True)


def _journal(folder: Path, command: str) -> Journal:
    return Journal(folder / FOLDER / "journal.json", folder, command)
