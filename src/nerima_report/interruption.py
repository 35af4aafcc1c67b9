"""What Ctrl-C does: whenever it comes, the worker is ended, one line is printed, and the program ends with 130.

The handler ends the program itself, without KeyboardInterrupt. That exception is lost where it is raised in a
destructor or a callback, becomes an ImportError in a library that is being loaded, and can fall between the start of
a process and the moment in which the program knows of it. Imports little, because it is imported before all else.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType

EXIT_CODE = 130
MESSAGE = "中断しました。書きかけのファイルはありません。"

# What else an interruption does before it ends the program: end a process. It must not wait for long.
before_the_end: set[Callable[[], object]] = set()
# Control codes with which what is drawn in the terminal is taken away before the message.
erase = ""

_uninterrupted = 0
_was_interrupted = False


def end_program_when_interrupted() -> None:
    """Let Ctrl-C end the program, unless whoever started it had it ignored (nohup, a job in the background)."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _interrupted)


def ignore_interruptions() -> None:
    """Let the program end by itself from now on: it has done what it was asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """What must not be left half done: an interruption in the `with` statement ends the program after it."""
    global _uninterrupted
    _uninterrupted += 1
    try:
        yield
    finally:
        _uninterrupted -= 1
        if _was_interrupted and not _uninterrupted:
            _end()


def _interrupted(number: int, frame: FrameType | None) -> None:
    global _was_interrupted
    _was_interrupted = True
    if not _uninterrupted:
        _end()


def _end() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for step in tuple(before_the_end):
        with contextlib.suppress(Exception):
            step()
    # The message may have to wait for a reader of a full pipe. Another Ctrl-C ends that.
    signal.signal(signal.SIGINT, lambda number, frame: os._exit(EXIT_CODE))
    stderr = sys.__stderr__  # sys.stderr belongs to the progress bar while there is one
    with contextlib.suppress(Exception):  # this may have interrupted what was being written there
        if stderr is not None:
            stderr.write(f"{erase}{MESSAGE}\n")
            stderr.flush()
    os._exit(EXIT_CODE)
