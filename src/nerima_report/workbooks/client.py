"""Reading and marking workbooks through the workers: processes with one file at a time, replaced when they fail."""

from __future__ import annotations

import atexit
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

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
FILES_A_WORKER = 8  # so many files take longer than another worker takes to start
READ_AHEAD = 2  # files for each worker that are read, or being read, before the caller wants them
MOST_WORKERS = 4  # as far as there are processors for them

_Said = queue.SimpleQueue[tuple["_Worker", bytes, float]]  # which worker, what (nothing: it ended), and when


@dataclass
class _Job:
    """A file to read, or to mark; what came of it is there when a worker has answered, or failed."""

    path: Path
    order: MarkOrder | None = None
    outcome: Workbook | Unreadable | bytes | None = None

    def understand(self, answer: bytes) -> None:
        """Take in the line about the file. Raises ValueError, KeyError or TypeError for what no worker says."""
        self.outcome = read_answer(answer, self.path) if self.order is None else read_copy(answer, self.path)

    def fail(self, reason: Reason) -> None:
        """Take in why there is no answer."""
        self.outcome = Unreadable(self.path, reason)


class Reader(Protocol):
    """What reads workbooks: the workers, or what remembers those that they have read."""

    def read_all(self, paths: Sequence[Path]) -> Generator[Workbook | Unreadable, None, None]:
        """Each file in turn."""


class WorkbookReader:
    """Reads and marks workbooks in processes of their own, so that no file can harm the program.

    There are as many workers as the files are worth, up to `most` (0: as the processors allow). One starts with the
    first file; each has one file at a time, and is replaced when it crashes or when a file takes more than `seconds`.
    To be used in a `with` statement, or closed.
    """

    def __init__(self, command: Sequence[str] = COMMAND, seconds: float = limits.SECONDS, *, most: int = 0) -> None:
        self._command = tuple(command)
        self.seconds = seconds
        self._most = most or min(MOST_WORKERS, _processors())
        self._workers: list[_Worker] = []
        self._said: _Said = queue.SimpleQueue()
        self._jobs: Sequence[_Job] = ()
        self._waiting: deque[_Job] = deque()

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
        """Each file in turn; while the caller looks at one, the workers read the next.

        Raises CannotProceed when a worker cannot be started at all.
        """
        if [job.path for job in self._jobs] != list(paths):
            self._begin([_Job(path) for path in paths])
        try:
            for taken, job in enumerate(self._jobs):
                outcome = self._finish(job, taken)
                if not isinstance(outcome, bytes):
                    yield outcome
        finally:
            self._forget()

    def mark(self, path: Path, order: MarkOrder) -> bytes | Unreadable:
        """A marked copy of a workbook that was read before, made under the same limits; or why there is none.

        The reason is "changed" where the file is no longer the one whose hash the order names.
        """
        job = _Job(path, order)
        try:
            self._begin([job])
            outcome = self._finish(job, 0)
        finally:
            self._forget()
        return outcome if not isinstance(outcome, Workbook) else Unreadable(path, "crashed")

    def start(self) -> None:
        """Start a worker, if there is none, without waiting until it is ready."""
        if not self._workers:
            self._workers.append(_Worker(self._command, self._said))

    def read_ahead(self, paths: Sequence[Path]) -> None:
        """Let the workers begin with files while the program still gets ready; these are then read, all of them.

        Raises CannotProceed when a worker cannot be started at all.
        """
        self._begin([_Job(path) for path in paths])

    def close(self) -> None:
        """End the workers, at once if they are at work. Another read starts new ones."""
        workers, self._workers = self._workers, []
        self._jobs, self._waiting = (), deque()
        for worker in workers:
            worker.dismiss()
        for worker in workers:
            worker.stop()

    def _begin(self, jobs: Sequence[_Job]) -> None:
        self._forget()  # what was read ahead, and is not wanted now
        self._jobs, self._waiting = jobs, deque(jobs)
        self._hand_out(0)

    def _forget(self) -> None:
        """End the workers that still have something to answer: interrupted, or the caller lost interest."""
        self._jobs, self._waiting = (), deque()
        for worker in [worker for worker in self._workers if worker.job]:
            self._replace(worker)

    def _finish(self, job: _Job, taken: int) -> Workbook | Unreadable | bytes:
        """What came of a job, after so many others; meanwhile the workers go on with those that follow it."""
        while True:
            self._listen()
            self._hand_out(taken)
            if job.outcome is not None:
                outcome, job.outcome = job.outcome, None  # it is large, and the caller's from now on
                return outcome
            self._listen(_LONGEST_WAIT)
            self._look_at_the_clock()

    def _hand_out(self, taken: int) -> None:
        """Give each worker that has nothing to do the next file, as long as not too many are read that nobody took."""
        wanted = min(self._most, ceil(len(self._jobs) / FILES_A_WORKER))
        while self._waiting and len(self._jobs) - len(self._waiting) < taken + READ_AHEAD * wanted:
            worker = next((worker for worker in self._workers if not worker.job), None)
            if worker is None and len(self._workers) >= wanted:
                return
            self._ask(worker, self._waiting.popleft())

    def _ask(self, worker: _Worker | None, job: _Job) -> None:
        request = write_request(job.path, job.order)
        for _ in range(2):  # a worker that died while it had nothing to do is replaced without a word
            if worker is None:
                worker = _Worker(self._command, self._said)
                self._workers.append(worker)
            if worker.ask(job, request):
                return
            self._replace(worker)
            worker = None
        raise _cannot_start()

    def _listen(self, seconds: float = 0.0) -> None:
        """Take in what the workers have said, and wait for something so many seconds at most."""
        with suppress(queue.Empty):
            while True:
                worker, line, now = self._said.get(timeout=seconds) if seconds else self._said.get_nowait()
                seconds = 0.0
                if worker in self._workers:
                    self._take(worker, line, now)

    def _take(self, worker: _Worker, line: bytes, now: float) -> None:
        """Take in a line of a worker, or that it has ended."""
        if line != _ENDED and not worker.ready:
            worker.ready, worker.since = True, now
            return
        job, worker.job = worker.job, None
        if line == _ENDED:
            self._replace(worker)
            if not worker.ready:
                raise _cannot_start()
            if job:
                job.fail("crashed")
        elif job:
            try:
                job.understand(line)
            except (ValueError, KeyError, TypeError):  # memory gone wrong in the worker, and the line with it
                job.fail("crashed")
                self._replace(worker)
            if now - worker.since > _SLOW_SECONDS:
                self._replace(worker)

    def _look_at_the_clock(self) -> None:
        """End the workers whose file takes too long. Raises CannotProceed where one never gets ready."""
        now = time.monotonic()
        for worker in list(self._workers):
            if not worker.ready and now - worker.since > _START_SECONDS:
                self._replace(worker)
                raise _cannot_start()
            if worker.ready and worker.job and now - worker.since > self.seconds:
                worker.job.fail("timed-out")
                self._replace(worker)

    def _replace(self, worker: _Worker) -> None:
        """End a worker; the next file that needs it starts another."""
        if worker in self._workers:
            self._workers.remove(worker)
            worker.stop()


class _Worker:
    """The process, and a thread that passes on what it says, so that waiting for it can end.

    `since` is when it was started, got ready, or was asked for the file of its `job` (s, of a monotonic clock).
    """

    def __init__(self, command: Sequence[str], said: _Said) -> None:
        pipe = subprocess.PIPE
        errors = None if os.environ.get("NERIMA_REPORT_DEBUG") else subprocess.DEVNULL
        try:
            with uninterrupted():  # else nobody would know of a process that is just being started
                self._process = subprocess.Popen(  # noqa: S603 (this program's own interpreter and module)
                    command, stdin=pipe, stdout=pipe, stderr=errors, env=_environment(), creationflags=_NO_WINDOW
                )
                before_the_end.add(self._end)
        except OSError:
            raise _cannot_start() from None
        self.ready = False
        self.since = time.monotonic()
        self.job: _Job | None = None
        self._said = said
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def ask(self, job: _Job, request: bytes) -> bool:
        """Ask for a file; False when the process has ended meanwhile."""
        try:
            _pipe(self._process.stdin).write(request)
            _pipe(self._process.stdin).flush()
        except OSError:
            return False
        self.job = job
        if self.ready:
            self.since = time.monotonic()
        return True

    def dismiss(self) -> None:
        """Let the process end: by itself if it has nothing to do, else by force."""
        with suppress(OSError):
            _pipe(self._process.stdin).close()
        if self.job or not self.ready:
            self._process.kill()

    def stop(self) -> None:
        """End the process, and wait until it is gone."""
        self.dismiss()
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

    def _listen(self) -> None:
        with suppress(OSError, ValueError):
            for line in _pipe(self._process.stdout):
                self._said.put((self, line, time.monotonic()))
        self._said.put((self, _ENDED, time.monotonic()))


def _processors() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on Windows and macOS
    return len(affinity(0)) if affinity else os.cpu_count() or 1


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
