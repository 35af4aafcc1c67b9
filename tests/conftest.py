"""Fixtures that all tests share: the edition, the wards, a working folder of one's own, the command line.

The small ward is for details: whatever one section or one link is enough to show. The whole ward is the sample of 36
workbooks, for tests in which the whole is the point.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from inboxes import Ward
from nerima_report.cli import main
from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.examination import examine
from nerima_report.report.content import Content
from nerima_report.tallies.roster import load_roster
from nerima_report.tallies.submission import Inbox, load_submissions
from nerima_report.workbooks import Unreadable, Workbook, WorkbookReader
from small_ward import make_small_ward

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_data"
OLDEST_PIP = ROOT / "tests" / "oldest-pip.lock"


WHOLE = {"command", "whole_workdir", "sample_inbox", "act_inbox"}
# What these run, runs in processes of its own, or repeats step by step what other tests do: no branch is theirs alone.
NOT_MEASURED = {
    "test_adapt_document.py",
    "test_another_municipality_document.py",
    "test_bundle.py",
    "test_guide.py",
    "test_install.py",
    "test_interruption.py",
    "test_names_stay.py",
    "test_readme.py",
    "test_release.py",
    "test_without_charts.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make quick` leaves out (it runs the whole program or reads the whole ward), and `make coverage`."""
    for item in items:
        if WHOLE & set(getattr(item, "fixturenames", ())):
            item.add_marker("thorough")
        if item.path.name in NOT_MEASURED:
            item.add_marker("not_measured")


@dataclass(frozen=True)
class Run:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Run]


def copy_templates(folder: Path) -> Path:
    """The shipped templates with the edition of the ward alone, which a folder without a name of one can mean."""
    others = ("starter", "akebono")
    return Path(shutil.copytree(ROOT / "templates", folder, ignore=shutil.ignore_patterns(*others), dirs_exist_ok=True))


def definition_file(templates: Path, name: str) -> Path:
    """A definition of Nerima in a copy of the templates: its own, or one that all share (also as ../letters.toml)."""
    own = Path(os.path.normpath(templates / "nerima" / name))
    return own if own.is_file() else templates / name


def files_in(folder: Path) -> dict[str, bytes]:
    """What lies in a folder and in those in it, by name (data/disclosure-01.csv)."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


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
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working folder of the small ward of fiscal 2022."""
    folder = tmp_path_factory.mktemp("small")
    make_small_ward(folder, 2022)
    return folder


@pytest.fixture(scope="session")
def ward(small_folder: Path, edition: Edition) -> Ward:
    """The small ward of fiscal 2022."""
    return _ward(small_folder, edition, 2022)


@pytest.fixture(scope="session")
def small_act_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working folder of the small ward of fiscal 2023."""
    folder = tmp_path_factory.mktemp("small-act")
    make_small_ward(folder, 2023)
    return folder


@pytest.fixture(scope="session")
def act_ward(small_act_folder: Path, act_edition: Edition) -> Ward:
    """The small ward of fiscal 2023."""
    return _ward(small_act_folder, act_edition, 2023)


def _ward(folder: Path, edition: Edition, fiscal_year: int) -> Ward:
    inbox = load_submissions(sorted((folder / "inbox" / str(fiscal_year)).iterdir()), edition)
    return Ward(inbox, edition, load_roster(folder / "roster.xlsx", fiscal_year, edition))


@pytest.fixture(scope="session")
def content(sample_inbox: Inbox, edition: Edition) -> Content:
    """What the report of the sample says."""
    collection = examine(sample_inbox, edition, 2022, None)
    return Content(collection)


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


@pytest.fixture(scope="session", autouse=True)
def _the_same_definitions_are_parsed_once() -> Iterator[None]:
    """Every command reads the same thirty files of definitions, and parsing TOML is most of that."""
    parse, parsed = tomllib.loads, dict[str, bytes]()

    def loads(text: str) -> dict[str, Any]:
        if text not in parsed:
            parsed[text] = pickle.dumps(parse(text))
        return dict(pickle.loads(parsed[text]))  # each caller gets its own

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tomllib, "loads", loads)
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
def reachable_index(tmp_path: Path) -> None:
    """Skip the test where pip reaches nothing to install from."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "-r", str(OLDEST_PIP)]
    run = subprocess.run([*command, "--dest", str(tmp_path / "pip")], capture_output=True)
    said = run.stderr.decode(errors="replace")
    if run.returncode and re.search("No matching distribution|Connection|Temporary failure|timed out", said):
        pytest.skip("nothing can be installed from here: pip reaches no index")
    assert run.returncode == 0, said


@pytest.fixture
def workdir(small_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small ward's working folder, to be changed at will."""
    return Path(shutil.copytree(small_folder, tmp_path / "work"))


@pytest.fixture
def act_workdir(small_act_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small ward's working folder of fiscal 2023, to be changed at will."""
    return Path(shutil.copytree(small_act_folder, tmp_path / "work"))


@pytest.fixture
def whole_workdir(tmp_path: Path) -> Path:
    """A copy of the whole ward's working folder, to be changed at will."""
    folder = tmp_path / "work"
    shutil.copytree(SAMPLE / "inbox" / "2022", folder / "inbox" / "2022")
    shutil.copy(SAMPLE / "roster.xlsx", folder)
    shutil.copy(SAMPLE / "nerima-report.toml", folder)
    return folder
