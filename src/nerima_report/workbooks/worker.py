"""The process in which files from outside are read and marked: `python -P -m nerima_report.workbooks.worker`.

Takes a line for each file on its standard input and answers with one on its standard output. It may be
killed, or die, at any time: the program that started it then says so of the file, and starts another.
"""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from nerima_report.workbooks import limits
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.mark.order import MarkOrder
from nerima_report.workbooks.read import read_sheets
from nerima_report.workbooks.read.preflight import read_bytes
from nerima_report.workbooks.transfer import read_request, write_answer, write_copy, write_refusal

READY = b"ready\n"
_ALONE = limits.SECONDS + 5  # by then the program would have killed this process, if it still ran


def main() -> None:
    """Answer until nobody asks any more."""
    limit_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C also comes here; the program decides what ends
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    try:
        _answer_all(requests)
    finally:
        os._exit(1)  # Python itself would wait for the thread


def _answer_all(requests: queue.SimpleQueue[bytes]) -> None:
    answers = sys.stdout.buffer
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 (no print may get among the answers)
    _say(answers, READY)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        while True:
            request = requests.get()
            faulthandler.dump_traceback_later(_ALONE, exit=True, file=nowhere)
            answer = answer_for(*read_request(request))
            faulthandler.cancel_dump_traceback_later()
            _say(answers, answer)


def answer_for(path: Path, order: MarkOrder | None) -> bytes:
    """The line about a file, or with its marked copy.

    A copy is made only of the very bytes that were checked when the file was read. Memory that runs out
    ends the process: what is left cannot be trusted.
    """
    try:
        data = read_bytes(path)
        sha256 = hashlib.sha256(data).hexdigest()
        if order is None:
            return write_answer(read_sheets(data), sha256)
        if sha256 != order.sha256:
            raise Refused("changed")
        from nerima_report.workbooks.mark.copy import marked_copy  # brings lxml, which reading does without

        return write_copy(marked_copy(data, order.marks, order.author))
    except Refused as refused:
        return write_refusal(refused)
    except MemoryError:
        os._exit(1)
    except Exception:  # whatever a broken or hostile file makes the library raise, the file is at fault
        if os.environ.get("NERIMA_REPORT_DEBUG"):
            import traceback

            traceback.print_exc()
        return write_refusal(Refused("broken"))


def limit_memory() -> None:
    """Limit the memory of this process where the system can (macOS may ignore it)."""
    if sys.platform == "win32":
        import ctypes

        from nerima_report.workbooks.job_object import limit_by_job

        limit_by_job(ctypes.WinDLL("kernel32"), limits.MAX_MEMORY_BYTES)
        return
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limits.MAX_MEMORY_BYTES, limits.MAX_MEMORY_BYTES))


def _listen(requests: queue.SimpleQueue[bytes]) -> None:
    """Take the requests. When no more can come, end the process, also while it is at work: the program is gone."""
    try:
        for request in sys.stdin.buffer:
            requests.put(request)
    finally:
        os._exit(0)


def _say(answers: BinaryIO, line: bytes) -> None:
    try:
        answers.write(line)
        answers.flush()
    except OSError:  # nobody listens any more
        os._exit(0)


if __name__ == "__main__":
    main()
