"""Fixtures that all tests share: the edition, the sample, a working folder of one's own, the command line."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from nerima_report.cli import main
from nerima_report.composition import Content
from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.examination import examine
from nerima_report.submissions import Inbox, load_submissions
from nerima_report.workbooks import Unreadable, Workbook, WorkbookReader

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_data"


@dataclass(frozen=True)
class Run:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Run]


@pytest.fixture(scope="session")
def whole_edition() -> Edition:
    """The shipped edition with all its parts."""
    return load_edition(find_edition("nerima"))


@pytest.fixture(scope="session")
def edition(whole_edition: Edition) -> Edition:
    """The shipped edition as it serves fiscal 2022."""
    return whole_edition.for_year(2022)


@pytest.fixture(scope="session")
def sample_inbox(edition: Edition) -> Inbox:
    """The workbooks of the sample, read."""
    return load_submissions(sorted((SAMPLE / "inbox" / "2022").glob("*.xlsx")), edition)


@pytest.fixture(scope="session")
def act_edition(whole_edition: Edition) -> Edition:
    """The shipped edition as it serves fiscal 2023, the first year under the Act."""
    return whole_edition.for_year(2023)


@pytest.fixture(scope="session")
def act_inbox(act_edition: Edition) -> Inbox:
    """The workbooks of the invented sample of 2023, read."""
    return load_submissions(sorted((SAMPLE / "inbox" / "2023").glob("*.xlsx")), act_edition)


@pytest.fixture(scope="session")
def content(sample_inbox: Inbox, edition: Edition) -> Content:
    """What the report of the sample says."""
    evidence, figures = examine(sample_inbox, edition, 2022, None)
    return Content(edition, 2022, evidence.tallies, evidence.totals, figures)


_read: dict[bytes, Workbook | Unreadable] = {}
_read_all = WorkbookReader.read_all
_read_ahead = WorkbookReader.read_ahead


def _read_once(reader: WorkbookReader, paths: Sequence[Path]) -> Iterator[Workbook | Unreadable]:
    for path in paths:
        try:
            content = hashlib.sha256(path.read_bytes()).digest()
        except (OSError, ValueError):
            yield from _read_all(reader, [path])
            continue
        if content not in _read:
            _read[content] = next(_read_all(reader, [path]))
        yield replace(_read[content], path=path)


@pytest.fixture(scope="session", autouse=True)
def _same_bytes_are_read_once() -> Iterator[None]:
    """Hundreds of tests read the same workbooks of the sample."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WorkbookReader, "read_all", _read_once)
        patch.setattr(WorkbookReader, "read_ahead", lambda reader, path: None)
        yield


@pytest.fixture(autouse=True)
def _hostile_files_are_read_in_earnest(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "hostile" in request.path.parts:
        monkeypatch.setattr(WorkbookReader, "read_all", _read_all)
        monkeypatch.setattr(WorkbookReader, "read_ahead", _read_ahead)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run the program in this process and give back what it left. `-C` does not leak into other tests."""
    monkeypatch.chdir(Path.cwd())
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Run:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Run(int(stop.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """A copy of the sample's working folder, to be changed at will."""
    folder = tmp_path / "work"
    shutil.copytree(SAMPLE / "inbox" / "2022", folder / "inbox" / "2022")
    shutil.copy(SAMPLE / "roster.xlsx", folder)
    shutil.copy(SAMPLE / "nerima-report.toml", folder)
    return folder
