"""Reading and marking workbooks through the worker: one process, one file at a time, replaced when it fails."""

from __future__ import annotations

import atexit
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TypeVar

from nerima_report.errors import CannotProceed
from nerima_report.interruption import before_the_end, uninterrupted
from nerima_report.workbooks import limits
from nerima_report.workbooks.mark.order import MarkOrder
from nerima_report.workbooks.transfer import read_answer, read_copy, write_request
from nerima_report.workbooks.values import Reason, Unreadable, Workbook

# -P: a folder full of files from outside must not become a place to import from.
COMMAND = (sys.executable, "-P", "-m", "nerima_report.workbooks.worker")
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows, where a console would flash up
_START_SECONDS = 60.0  # a virus scanner may look at everything first
_SLOW_SECONDS = 2.0  # a file that took this long may have left much memory behind
_LONGEST_WAIT = 0.2  # s without looking for Ctrl-C, which on Windows does not end the waiting for a lock
_ENDED = b""
_Answer = TypeVar("_Answer")


class WorkbookReader:
    """Reads and marks workbooks in a process of its own, so that no file can harm the program.

    The process starts with the first file, is used for all, and is replaced when it crashes or when a
    file takes more than `seconds`. To be used in a `with` statement, or closed.
    """

    def __init__(self, command: Sequence[str] = COMMAND, seconds: float = limits.SECONDS) -> None:
        self._command = tuple(command)
        self.seconds = seconds
        self._worker: _Worker | None = None
        self._ahead: Path | None = None

    def __enter__(self) -> WorkbookReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, path: Path) -> Workbook | Unreadable:
        """The values of a workbook as it was last saved, or why it cannot be read."""
        return next(iter(self.read_all([path])))

    def read_all(self, paths: Sequence[Path]) -> Generator[Workbook | Unreadable, None, None]:
        """Each file in turn; while the caller looks at one, the worker reads the next.

        Raises CannotProceed when the worker cannot be started at all.
        """
        following = iter(paths)
        path = next(following, None)
        try:
            if path is not None and path != self._ahead:
                self._ask(path)
            self._ahead = None
            while path is not None:
                workbook = self._understand(self._answer(), path, read_answer)
                path = next(following, None)
                if path is not None:
                    self._ask(path)
                yield workbook
        finally:
            self._forget()

    def mark(self, path: Path, order: MarkOrder) -> bytes | Unreadable:
        """A marked copy of a workbook that was read before, made under the same limits; or why there is none.

        The reason is "changed" where the file is no longer the one whose hash the order names.
        """
        try:
            self._ask(path, order)
            return self._understand(self._answer(), path, read_copy)
        finally:
            self._forget()

    def start(self) -> None:
        """Start the worker, if there is none, without waiting until it is ready."""
        if self._worker is None:
            self._worker = _Worker(self._command)

    def read_ahead(self, path: Path) -> None:
        """Let the worker read a file while the program still gets ready; it must be the first that is then read.

        Raises CannotProceed when the worker cannot be started at all.
        """
        self._ask(path)
        self._ahead = path

    def close(self) -> None:
        """End the worker, at once if it is at work. Another read starts a new one."""
        worker, self._worker, self._ahead = self._worker, None, None
        if worker is not None:
            worker.stop()

    def _forget(self) -> None:
        """End a worker that still has something to answer: interrupted, or the caller lost interest."""
        if self._worker is not None and self._worker.busy:
            self.close()

    def _ask(self, path: Path, order: MarkOrder | None = None) -> None:
        request = write_request(path, order)
        self._forget()  # what was read ahead, and is not wanted now
        for _ in range(2):  # a worker that died while it had nothing to do is replaced without a word
            self.start()
            if self._worker is not None and self._worker.ask(request):
                return
            self.close()
        raise _cannot_start()

    def _answer(self) -> bytes | Reason:
        """The line about the file that was asked for, or what became of the worker."""
        worker = self._worker
        if worker is None:
            return "crashed"
        answer = worker.answer(self.seconds)
        if answer is None or answer == _ENDED or worker.took > _SLOW_SECONDS:
            self.close()
        if answer is None:
            return "timed-out"
        return "crashed" if answer == _ENDED else answer

    def _understand(
        self, answer: bytes | Reason, path: Path, understood: Callable[[bytes, Path], _Answer | Unreadable]
    ) -> _Answer | Unreadable:
        if isinstance(answer, str):
            return Unreadable(path, answer)
        try:
            return understood(answer, path)
        except (ValueError, KeyError, TypeError):  # memory gone wrong in the worker, and the line with it
            self.close()
            return Unreadable(path, "crashed")


class _Worker:
    """The process, and a thread that takes its answers, so that waiting for them can end."""

    def __init__(self, command: Sequence[str]) -> None:
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        try:
            with uninterrupted():  # else nobody would know of a process that is just being started
                self._process = subprocess.Popen(  # noqa: S603 (this program's own interpreter and module)
                    command, stdin=pipe, stdout=pipe, stderr=null, env=_environment(), creationflags=_NO_WINDOW
                )
                before_the_end.add(self._end)
        except OSError:
            raise _cannot_start() from None
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._ready = False
        self._asked = 0.0
        self.busy = False
        self.took = 0.0

    def ask(self, request: bytes) -> bool:
        """Ask for a file; False when the process has ended meanwhile."""
        try:
            _pipe(self._process.stdin).write(request)
            _pipe(self._process.stdin).flush()
        except OSError:
            return False
        self.busy, self._asked = True, time.monotonic()
        return True

    def answer(self, seconds: float) -> bytes | None:
        """The answer to what was asked: empty when the process ended, None after so many seconds since then.

        Raises CannotProceed when the process never got ready.
        """
        if not self._ready:
            self._ready = self._take(_START_SECONDS) not in (None, _ENDED)
            if not self._ready:
                self.stop()
                raise _cannot_start()
            self._asked = time.monotonic()
        answer = self._take(max(0.0, self._asked + seconds - time.monotonic()))
        self.took = time.monotonic() - self._asked
        self.busy = answer is None
        return answer

    def stop(self) -> None:
        """End the process: by itself if it has nothing to do, else by force."""
        with suppress(OSError):
            _pipe(self._process.stdin).close()
        if self.busy or not self._ready:
            self._process.kill()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        before_the_end.discard(self._end)
        self._listener.join(1)
        with suppress(OSError):
            _pipe(self._process.stdout).close()

    def _end(self) -> None:
        """End the process by force, and wait until it is gone."""
        self._process.kill()
        self._process.wait(1)

    def _take(self, seconds: float) -> bytes | None:
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            try:
                return self._answers.get(timeout=max(0.0, min(left, _LONGEST_WAIT)))
            except queue.Empty:
                if left <= _LONGEST_WAIT:
                    return None

    def _listen(self) -> None:
        with suppress(OSError, ValueError):
            for line in _pipe(self._process.stdout):
                self._answers.put(line)
        self._answers.put(_ENDED)


@cache
def shared_reader() -> WorkbookReader:
    """The reader of this run of the program; it is closed when the program ends."""
    reader = WorkbookReader()
    atexit.register(reader.close)
    return reader


def read_workbook(path: Path) -> Workbook | Unreadable:
    """Read the values of a workbook with the reader of this run."""
    return shared_reader().read(path)


def _environment() -> dict[str, str]:
    """The environment of the worker, in which it finds the very code that asks it, wherever that was found."""
    root = Path(__file__).resolve().parents[2]
    if root.name in ("site-packages", "dist-packages"):
        return dict(os.environ)
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def _pipe(stream: object) -> BinaryIO:
    return stream  # type: ignore[return-value] # Popen made it a binary pipe


def _cannot_start() -> CannotProceed:
    return CannotProceed(
        "集計を読むための処理を始められません。\n"
        "  ウイルス対策ソフトなどが Python の起動を止めていないか確かめて、もう一度実行してください。"
    )
