"""Ctrl-C at any moment of a run: it ends with 130 and one line, and no process and no half-written file is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from conftest import SAMPLE, Run
from nerima_report.interruption import MESSAGE

pytestmark = pytest.mark.thorough

if sys.platform == "win32":
    pytest.skip("Ctrl-C cannot be sent to a process there", allow_module_level=True)

SOUND = next((SAMPLE / "inbox" / "2022").glob("12_*"))
PARTS = 10  # of a run, each interrupted where it begins
LONGEST = 300  # s; only so that a run which never ends is a failure
INTERRUPTED = (130, f"{MESSAGE}\n")

# While the program loads, starts the worker, loads the libraries of the command, works, and prints.
MOMENTS = [
    "import nerima_report.cli",
    "import typer",
    "import rich.console",
    "import nerima_report.workbooks.client",
    "import subprocess",
    "import nerima_report.cli.year",
    "subprocess.Popen",
    "process",
    "thread",
    "import nerima_report.runs.validate",
    "import nerima_report.edition",
    "import nerima_report.checks",
    "import _pydantic_core",
    "open findings.toml",
    "import nerima_report.notices.screen",
]

Interrupted = Callable[..., Run]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workbook."""
    folder = tmp_path_factory.mktemp("interrupted")
    (folder / "x.xlsx").write_bytes(SOUND.read_bytes())
    return folder


@pytest.fixture(scope="module")
def search_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where Python finds what it imports before the program."""
    folder = tmp_path_factory.mktemp("hook")
    hook = "import interrupting\ninterrupting.interrupt_this_program()\n"
    (folder / "sitecustomize.py").write_text(hook, encoding="ascii")
    given = filter(None, [os.environ.get("PYTHONPATH")])
    return os.pathsep.join([str(folder), str(Path(__file__).parent), *given])


@pytest.fixture(scope="module")
def interrupted(folder: Path, search_path: str) -> Interrupted:
    """Run the program, interrupted at a moment, and give back what it left. No process may be left."""

    def run(moment: str, *arguments: str, times: int = 1, ignored: bool = False) -> Run:
        order = {"INTERRUPT_AT": moment, "INTERRUPT_TIMES": str(times)}
        program = subprocess.Popen(
            [sys.executable, "-m", "nerima_report", *(arguments or ("validate", "x.xlsx"))],
            cwd=folder,
            env=os.environ | order | {"PYTHONPATH": search_path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.SIG_DFL),
        )
        out, errors = program.communicate(timeout=LONGEST)
        _wait_until_none_is_left(program.pid)
        return Run(program.returncode, out, errors)

    return run


@pytest.fixture(scope="module")
def steps(interrupted: Interrupted, folder: Path) -> int:
    """How many steps a whole run takes."""
    assert interrupted("count steps").code == 0
    return int((folder / "steps").read_text(encoding="ascii"))


def _wait_until_none_is_left(session: int) -> None:
    """Wait for the processes of a session; what was killed may need a moment on a busy machine."""
    _, alive = psutil.wait_procs([process for process in psutil.process_iter() if _is_in(session, process)], LONGEST)
    assert alive == []


def _is_in(session: int, process: psutil.Process) -> bool:
    try:
        return os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, ProcessLookupError):
        return False


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interruption_ends_the_run(moment: str, interrupted: Interrupted) -> None:
    run = interrupted(moment)
    assert (run.code, run.err) == INTERRUPTED


@pytest.mark.parametrize("part", range(PARTS))
def test_an_interruption_in_any_part_ends_the_run(part: int, interrupted: Interrupted, steps: int) -> None:
    run = interrupted(f"step {1 + steps * part // PARTS}")
    assert (run.code, run.err) == INTERRUPTED


@pytest.mark.parametrize("moment", ["import typer", "process", "import nerima_report.runs.validate"])
def test_more_interruptions_change_nothing(moment: str, interrupted: Interrupted) -> None:
    run = interrupted(moment, times=3)
    assert (run.code, run.err) == INTERRUPTED


@pytest.mark.parametrize("moment", ["closing", "closed"])
def test_a_run_that_is_done_ends_as_it_would_have(moment: str, interrupted: Interrupted) -> None:
    run = interrupted(moment)
    assert (run.code, run.err, "エラーはありません" in run.out) == (0, "", True)


def test_whoever_starts_the_program_may_have_interruptions_ignored(interrupted: Interrupted) -> None:
    run = interrupted("process", ignored=True)
    assert (run.code, run.err) == (0, "")


@pytest.fixture(scope="module")
def whole(interrupted: Interrupted, folder: Path) -> bytes:
    """A file that was written without an interruption."""
    assert interrupted("", "record", "template", "2021", "--out", "whole.xlsx").code == 0
    return (folder / "whole.xlsx").read_bytes()


@pytest.mark.parametrize("moment", ["open .tmp", "os.rename", "os.remove journal.json"])
def test_a_file_that_is_being_written_is_finished(
    moment: str, interrupted: Interrupted, folder: Path, whole: bytes
) -> None:
    run = interrupted(moment, "record", "template", "2021", "--out", f"{moment}.xlsx")
    assert (run.code, run.err) == INTERRUPTED
    assert (folder / f"{moment}.xlsx").read_bytes() == whole
    assert list(folder.glob(".*")) == []


def test_a_folder_that_is_being_copied_is_finished(interrupted: Interrupted, folder: Path) -> None:
    run = interrupted("open .tmp", "edition", "copy", "定義")
    assert (run.code, run.err) == INTERRUPTED
    assert interrupted("", "edition", "check").code == 0  # the settings name it, and it is there
    left = {file.name for file in folder.rglob(".*") if file.is_file()}
    assert left == {".gitignore"}  # of the lock of a working folder
