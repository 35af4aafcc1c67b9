"""What `status` remembers, in .nerima-report/: workbooks as they were read, what it found, what was checked.

Nothing else rests on it: what is printed, sent back or published is made from the workbooks themselves.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from datetime import date
from functools import cache
from pathlib import Path

from nerima_report.errors import CannotProceed
from nerima_report.files import MOST_BYTES, open_file, read_file
from nerima_report.workbooks import Unreadable, Workbook, shared_reader
from nerima_report.workbooks.transfer import read_answer, write_answer
from nerima_report.workspace import LETTERS, Workspace, write_all
from nerima_report.writing.lock import FOLDER, one_writer

CHECKS = "checks"
_LINE = ".workbook"


def keep(folder: Path, files: dict[str, bytes]) -> None:
    """Write files into the folder of what is remembered; while that cannot be done, nothing is remembered."""
    with suppress(CannotProceed, OSError), one_writer(folder, "status", patience=0):
        write_all(folder / FOLDER, files)


def digest_of(file: Path) -> str:
    """A digest of what a file says; of one that is larger than any that is read, only of its size and time.

    Raises OSError for what is no file.
    """
    with open_file(file) as stream:
        status = os.fstat(stream.fileno())
        if status.st_size > MOST_BYTES:
            return f"{status.st_size} {status.st_mtime_ns}"
        return hashlib.file_digest(stream, "sha256").hexdigest()


def remember_check(workspace: Workspace, fiscal_year: int, today: date) -> None:
    """Remember which workbooks `validate` of a year has looked at."""
    keep(workspace.folder, {f"{CHECKS}/{fiscal_year}": _checked(workspace, fiscal_year, today)})


def letters_waiting(workspace: Workspace, fiscal_year: int, today: date) -> int | None:
    """How many letters lie there since `validate` looked at these workbooks; None where it has not."""
    try:
        last = read_file(workspace.folder / FOLDER / CHECKS / str(fiscal_year))
    except OSError:
        return None
    folder = workspace.checked(fiscal_year)
    if last != _checked(workspace, fiscal_year, today) or not folder.is_dir():
        return None
    return len(list((folder / LETTERS).glob("*.txt")))


def _checked(workspace: Workspace, fiscal_year: int, today: date) -> bytes:
    """A digest of what a check rests on: what was handed in, the case ledgers, and whether it is time to remind."""
    deadline, digest = workspace.deadlines.get(fiscal_year), hashlib.sha256()
    digest.update(f"{deadline is not None and today > deadline}".encode())
    found = workspace.handed_in(fiscal_year)
    for path in (*found.paths, *found.skipped, *workspace.ledgers(fiscal_year).values()):
        with suppress(OSError, ValueError):
            digest.update(f"\0{path.as_posix()}\0{digest_of(path)}".encode(errors="surrogateescape"))
    return digest.hexdigest().encode()


@cache
def program_digest() -> str:
    """A digest of the program itself: a checkout changes without another version."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for file in sorted(root.rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


class KeptWorkbooks:
    """A reader that asks the workers only for workbooks whose content it does not know.

    `place` is the folder (in that of what is remembered) for the workbooks that this reader reads.
    """

    def __init__(self, folder: Path, place: str) -> None:
        self._folder = folder
        self._place = place
        self._used: set[str] = set()

    def read_all(self, paths: Sequence[Path]) -> Generator[Workbook | Unreadable, None, None]:
        """Each file in turn."""
        names = {path: self._name(path) for path in paths}
        known = {path: kept for path in paths if (kept := self._known(path, names[path])) is not None}
        learned: dict[str, bytes] = {}
        try:
            with closing(shared_reader().read_all([path for path in paths if path not in known])) as unknown:
                for path in paths:
                    workbook: Workbook | Unreadable = known[path] if path in known else next(unknown)
                    if isinstance(workbook, Workbook) and path not in known:
                        names[path] = _line_of(workbook.sha256)  # it may have changed meanwhile
                        learned[f"{self._place}/{names[path]}"] = write_answer(workbook.sheets, workbook.sha256)
                    yield workbook
        finally:  # the caller may stop after the last
            self._used.update(names.values())
            if learned:
                keep(self._folder, learned)

    def forget_others(self) -> None:
        """Forget the workbooks that this reader was not asked for: they are gone, or another version is there."""
        with suppress(OSError):
            for file in (self._folder / FOLDER / self._place).glob(f"*{_LINE}"):
                if file.name not in self._used:
                    file.unlink(missing_ok=True)

    def _name(self, path: Path) -> str:
        try:
            return _line_of(digest_of(path))
        except OSError:
            return ""

    def _known(self, path: Path, name: str) -> Workbook | None:
        file = self._folder / FOLDER / self._place / name
        try:
            workbook = read_answer(read_file(file), path) if name else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            return None  # not there, or not what was written
        return workbook if isinstance(workbook, Workbook) else None


def _line_of(digest: str) -> str:
    """The name of the file in which a workbook is kept, by the content of the workbook and the program that read it."""
    return hashlib.sha256(f"{program_digest()} {digest}".encode()).hexdigest() + _LINE
