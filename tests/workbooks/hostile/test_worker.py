"""The worker may crash, hang or eat memory: the file is at fault, the next one is read, and nothing is left behind."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from conftest import SAMPLE, Command
from nerima_report.cli.japanese import FEWEST_FOR_PROGRESS
from nerima_report.errors import CannotProceed
from nerima_report.interruption import MESSAGE
from nerima_report.workbooks import MarkOrder, Unreadable, Workbook, WorkbookReader, client

pytestmark = pytest.mark.thorough

HOSTILE = (sys.executable, "-P", str(Path(__file__).with_name("hostile_worker.py")))
SOUND = next((SAMPLE / "inbox" / "2022").glob("12_*"))
ENOUGH = 600.0  # seconds for a file that is read: however busy the machine is
SHORT = 0.5  # for a file that would never be done
LONGEST = 300  # seconds; only so that what never ends is a failure


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if child.is_running()]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("crash", "crashed"),
        ("exit", "crashed"),
        ("hang", "timed-out"),
        ("busy", "timed-out"),
        ("memory", "crashed"),
        ("nonsense", "crashed"),
        ("recursion", "broken"),
    ],
)
def test_a_worker_that_fails_is_a_finding_and_the_next_file_is_read(name: str, reason: str, tmp_path: Path) -> None:
    if name == "memory" and sys.platform in ("win32", "darwin"):
        pytest.skip("this system does not limit the memory of a process")
    bad = tmp_path / f"{name}.xlsx"
    bad.write_bytes(SOUND.read_bytes())
    before = len(children())
    read = []
    with WorkbookReader(HOSTILE, ENOUGH) as reader:
        answers = reader.read_all([SOUND, bad, SOUND])
        for seconds in (ENOUGH, SHORT if reason == "timed-out" else ENOUGH, ENOUGH):
            reader.seconds = seconds
            read.append(next(answers))
    assert [r.reason if isinstance(r, Unreadable) else "" for r in read] == ["", reason, ""]
    assert [r.path for r in read] == [SOUND, bad, SOUND]
    assert isinstance(read[2], Workbook)
    assert read[2].sheets[0].cells
    assert len(children()) == before


@pytest.mark.parametrize(("name", "reason"), [("crash", "crashed"), ("hang", "timed-out"), ("recursion", "broken")])
def test_a_worker_that_fails_while_it_marks_is_told_and_the_next_copy_is_made(
    name: str, reason: str, tmp_path: Path
) -> None:
    bad = tmp_path / f"{name}.xlsx"
    bad.write_bytes(SOUND.read_bytes())
    before = len(children())
    with WorkbookReader(HOSTILE, ENOUGH) as reader:
        read = reader.read(SOUND)
        assert isinstance(read, Workbook)
        order = MarkOrder(read.sha256, [], "総務部情報公開課")
        reader.seconds = SHORT if reason == "timed-out" else ENOUGH
        assert reader.mark(bad, order) == Unreadable(bad, reason)  # type: ignore[arg-type]
        reader.seconds = ENOUGH
        copy = reader.mark(SOUND, order)
        assert isinstance(copy, bytes)
        assert copy.startswith(b"PK")
        assert reader.mark(SOUND, MarkOrder("0" * 64, [], "")) == Unreadable(SOUND, "changed")
        assert reader.mark(tmp_path / "none.xlsx", order) == Unreadable(tmp_path / "none.xlsx", "missing")
    assert len(children()) == before


def test_the_program_itself_imports_nothing_that_opens_workbooks() -> None:
    program = (
        "import sys\nfrom nerima_report.runs import build\nfrom nerima_report.cli import main, year\n"
        "from nerima_report.notices import matrix, html, json, returned, screen\n"
        "opens = ('nerima_report.workbooks.mark.', 'nerima_report.workbooks.read')\n"
        "print([m for m in sys.modules if m.startswith(opens) and m != 'nerima_report.workbooks.mark.order'])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, encoding="utf-8")
    assert run.stdout.strip() == "[]"


def test_one_worker_serves_all_files_and_ends_with_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_SLOW_SECONDS", math.inf)  # on a busy machine any file is slow
    before = set(children())
    with WorkbookReader() as reader:
        assert set(children()) == before  # nothing is started that nobody needs
        list(reader.read_all([SOUND, SOUND, SOUND]))
        list(reader.read_all([]))
        assert isinstance(reader.read(SOUND), Workbook)
        assert len(set(children()) - before) == 1
    assert set(children()) == before
    assert isinstance(reader.read(SOUND), Workbook)  # and starts again when it is asked again
    reader.close()


def copies(folder: Path, names: Sequence[str]) -> list[Path]:
    """Files of these names, the same sound workbook each."""
    files = [folder / f"{name}.xlsx" for name in names]
    for file in files:
        file.write_bytes(SOUND.read_bytes())
    return files


def test_there_are_as_many_workers_as_the_files_are_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_SLOW_SECONDS", math.inf)
    before = set(children())
    with WorkbookReader(most=3) as reader:
        for files, workers in ((1, 1), (client.FILES_A_WORKER, 1), (client.FILES_A_WORKER + 1, 2), (40, 3)):
            assert len(list(reader.read_all([SOUND] * files))) == files
            assert len(set(children()) - before) == workers
    assert set(children()) == before


def test_several_workers_answer_in_the_order_of_the_files(tmp_path: Path) -> None:
    """Whatever finishes first, and whatever becomes of a worker."""
    names = [f"{number:02}" for number in range(20)]
    for place, name in {1: "hang", 2: "crash", 6: "nonsense", 9: "exit", 19: "recursion"}.items():
        names[place] = name
    files = copies(tmp_path, names)
    before = len(children())
    with WorkbookReader(HOSTILE, 20 * SHORT, most=4) as reader:
        read = list(reader.read_all(files))
    failed = {r.path.stem: r.reason for r in read if isinstance(r, Unreadable)}
    assert [r.path for r in read] == files
    assert failed == {
        "hang": "timed-out",
        "crash": "crashed",
        "nonsense": "crashed",
        "exit": "crashed",
        "recursion": "broken",
    }
    assert len(children()) == before


def test_no_more_is_read_ahead_than_the_caller_will_soon_want(tmp_path: Path) -> None:
    files = copies(tmp_path, [*(f"{number:02}" for number in range(16)), "hang"])
    with WorkbookReader(HOSTILE, ENOUGH, most=2) as reader:
        answers = reader.read_all(files)
        for _ in range(16 - 2 * client.READ_AHEAD):
            assert isinstance(next(answers), Workbook)
        time.sleep(SHORT)
        assert not files[-1].with_suffix(".hangs").exists()
        answers.close()


def test_what_was_read_ahead_is_used_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_SLOW_SECONDS", math.inf)
    before = set(children())
    with WorkbookReader() as reader:
        reader.read_ahead([SOUND, SOUND])
        (worker,) = set(children()) - before
        assert [isinstance(r, Workbook) for r in reader.read_all([SOUND, SOUND])] == [True, True]
        assert [isinstance(r, Workbook) for r in reader.read_all([SOUND, SOUND])] == [True, True]
        assert set(children()) - before == {worker}


def test_a_worker_that_dies_while_it_has_nothing_to_do_is_replaced() -> None:
    before = set(children())
    with WorkbookReader() as reader:
        reader.read(SOUND)
        for child in set(children()) - before:
            child.kill()
            child.wait()
        assert isinstance(reader.read(SOUND), Workbook)


def test_a_caller_that_loses_interest_gets_no_stale_answer() -> None:
    other = next((SAMPLE / "inbox" / "2022").glob("10_*"))
    with WorkbookReader() as reader:
        answers = reader.read_all([SOUND, SOUND, SOUND])
        next(answers)
        answers.close()
        read = reader.read(other)
    assert isinstance(read, Workbook)
    assert "国保年金課" in read.sheets[0].cells.values()


@pytest.mark.parametrize("command", [(*HOSTILE, "fail"), (str(SAMPLE / "no-such-program"),)])
def test_a_worker_that_cannot_start_is_told(command: tuple[str, ...]) -> None:
    with WorkbookReader(command, most=2) as reader, pytest.raises(CannotProceed, match="始められません"):
        reader.read(SOUND)


def test_nothing_is_imported_from_the_folder_of_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    for module in ("openpyxl", "json", "zipfile", "nerima_report"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('taken in')\n")
    (tmp_path / "a.xlsx").write_bytes(SOUND.read_bytes())
    monkeypatch.chdir(tmp_path)
    with WorkbookReader() as reader:
        assert isinstance(reader.read(Path("a.xlsx")), Workbook)


def test_the_worker_imports_nothing_heavy_and_two_libraries_only_to_mark() -> None:
    program = (
        "import hashlib, sys\nfrom pathlib import Path\nfrom nerima_report.workbooks import MarkOrder, worker\n"
        "heavy = ('pandas', 'numpy', 'openpyxl', 'lxml', 'PIL', 'pydantic', 'jinja2', 'docx', 'rich')\n"
        "def show(): print([name for name in heavy if sys.modules.get(name)])\n"
        f"path = Path({str(SOUND)!r})\n"
        "assert b'sheets' in worker.answer_for(path, None)\nshow()\n"
        "order = MarkOrder(hashlib.sha256(path.read_bytes()).hexdigest(), [], '')\n"
        "assert b'copy' in worker.answer_for(path, order)\nshow()"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, encoding="utf-8")
    assert run.stdout.splitlines() == ["[]", "['openpyxl', 'lxml']"]


Hanging = tuple[subprocess.Popen[str], list[psutil.Process]]


@contextmanager
def _hanging(folder: Path, files: Sequence[str], stderr: int = subprocess.PIPE) -> Iterator[Hanging]:
    """The program, and its worker, which hangs over the last of the files."""
    for file in files:
        (folder / file).write_bytes(SOUND.read_bytes())
    program = (
        "import sys\nfrom nerima_report.workbooks import client\n"
        f"client.WorkbookReader.__init__.__defaults__ = ({HOSTILE!r}, 600.0)\n"
        f"from nerima_report.__main__ import main\nsys.argv = {['nerima-report', 'validate', *files]!r}\nmain()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        text=True,
        encoding="utf-8",
        preexec_fn=None if sys.platform == "win32" else lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with run:
        try:
            while not (folder / files[-1]).with_suffix(".hangs").exists():
                assert run.poll() is None
                time.sleep(0.05)
            workers = psutil.Process(run.pid).children()
            assert workers
            yield run, workers
        finally:
            run.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
def test_ctrl_c_leaves_no_worker_behind(tmp_path: Path) -> None:
    with _hanging(tmp_path, ["hang.xlsx"]) as (run, workers):
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=LONGEST)
    assert (run.returncode, errors) == (130, f"{MESSAGE}\n")
    assert psutil.wait_procs(workers, LONGEST)[1] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
def test_ctrl_c_ends_all_workers(tmp_path: Path) -> None:
    names = [*(f"{number:02}.xlsx" for number in range(2 * client.FILES_A_WORKER)), "hang.xlsx"]
    with _hanging(tmp_path, names) as (run, workers):
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=LONGEST)
    assert len(workers) > 1 or os.cpu_count() == 1
    assert (run.returncode, errors) == (130, f"{MESSAGE}\n")
    assert psutil.wait_procs(workers, LONGEST)[1] == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals like these there")
def test_ctrl_c_takes_the_progress_bar_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    reader, terminal = os.openpty()
    files = [*(f"{number}.xlsx" for number in range(FEWEST_FOR_PROGRESS)), "hang.xlsx"]
    with _hanging(tmp_path, files, terminal) as (run, _):
        run.send_signal(signal.SIGINT)
        run.wait(LONGEST)
    os.close(terminal)
    shown = b""
    with suppress(OSError):  # how the end of a terminal is read
        while part := os.read(reader, 4096):
            shown += part
    os.close(reader)
    assert run.returncode == 130
    assert shown.endswith(f"\r\x1b[2K\x1b[?25h{MESSAGE}\r\n".encode())


def test_a_worker_ends_with_a_program_that_is_killed(tmp_path: Path) -> None:
    with _hanging(tmp_path, ["hang.xlsx"]) as (run, workers):
        run.kill()
    assert psutil.wait_procs(workers, LONGEST)[1] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
def test_a_worker_leaves_ctrl_c_to_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_SLOW_SECONDS", math.inf)
    before = set(children())
    with WorkbookReader() as reader:
        reader.read(SOUND)
        (worker,) = set(children()) - before
        worker.send_signal(signal.SIGINT)
        assert isinstance(reader.read(SOUND), Workbook)
        assert set(children()) - before == {worker}


def test_the_reader_of_the_run_is_one() -> None:
    assert client.shared_reader() is client.shared_reader()
