"""Ending a command as if the power went: in a process of its own, at any of the operations by which files change."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from nerima_report.workbooks import shared_reader
from nerima_report.writing import journal
from nerima_report.writing.lock import FOLDER

KILLED = 9
OPERATIONS = ("_write", "_keep", "_copy", "_move", "_remove")  # on the disk, by which a set of files changes
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")


def contents(folder: Path) -> dict[str, bytes]:
    """The files by name, without what the program remembers for itself."""
    files = (file for file in folder.rglob("*") if file.is_file() and FOLDER not in file.parts)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def run_and_kill(work: Callable[[], int], operation: int) -> int:
    """Do some work in a process that ends instead of the n-th operation; its exit code, or KILLED."""
    child = os.fork()
    if not child:
        shared_reader.cache_clear()  # the threads that listen to its workers are not forked
        _die_at(operation)
        os._exit(work())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die_at(operation: int) -> None:
    numbers = count()

    def mortal(does: Callable[..., None]) -> Callable[..., None]:
        def step(*arguments: object) -> None:
            if next(numbers) == operation:
                os._exit(KILLED)
            does(*arguments)

        return step

    for name in OPERATIONS:
        setattr(journal, name, mortal(getattr(journal, name)))
