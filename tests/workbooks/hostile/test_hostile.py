"""Whatever lies in the inbox: a finding or a right reading, within the time and 1 GiB, and the next file is read."""

from __future__ import annotations

import json
import math
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import psutil
import pytest
from openpyxl import Workbook as Book

from conftest import SAMPLE, Command
from hostile_containers import CONTAINERS
from hostile_contents import CONTENTS
from hostile_packages import Hostile, pack, package, sheet
from nerima_report.checks.file import CODES, LIMIT_NAMES
from nerima_report.edition import Edition
from nerima_report.text import label_of
from nerima_report.workbooks import Unreadable, Workbook, WorkbookReader
from nerima_report.workbooks.limits import LIMITS, MAX_MEMORY_BYTES, MAX_ROWS

pytestmark = pytest.mark.thorough

KINDS = (*CONTAINERS, *CONTENTS)
SOUND = next((SAMPLE / "inbox" / "2022").glob("12_*"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every kind, made once, in one folder."""
    folder = tmp_path_factory.mktemp("inbox")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile has doubts about the same name twice
        return {kind.name: kind.make(folder) for kind in KINDS}


@pytest.fixture(scope="module")
def reader() -> Iterator[WorkbookReader]:
    with WorkbookReader() as reader:
        yield reader


def worker_memory() -> int:
    """The most memory in bytes that a process started here holds, or has held where the system tells."""
    most = 0
    for child in psutil.Process().children():
        try:
            status = Path(f"/proc/{child.pid}/status")
            peak = (
                [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
                if status.exists()
                else []
            )
            most = max(most, int(peak[0].split()[1]) * 1024 if peak else child.memory_info().rss)
        except (psutil.Error, OSError):
            continue
    return most


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_refused_for_its_reason_or_read(
    kind: Hostile, reader: WorkbookReader, made: dict[str, Path]
) -> None:
    path = made[kind.name]
    read = reader.read(path)  # the reader itself ends what takes too long: that would be another reason
    assert worker_memory() < MAX_MEMORY_BYTES
    assert (read.reason if isinstance(read, Unreadable) else "") == kind.reason
    assert read.path == path


def test_kinds_have_names_of_their_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) > 120


def test_the_whole_folder_becomes_findings(command: Command, made: dict[str, Path]) -> None:
    refused = [kind for kind in KINDS if kind.reason]
    paths = [made[kind.name] for kind in refused]
    run = command("validate", *paths, SOUND, "--format", "json")
    assert run.code == 1
    findings = json.loads(run.out)["findings"]
    assert [f["file"] for f in findings if f["file"] == SOUND.as_posix()] == []
    expected = {(label_of(path), CODES[kind.reason]) for kind, path in zip(refused, paths, strict=True)}  # type: ignore[index]
    assert {(finding["file"], finding["code"]) for finding in findings} == expected
    assert all(finding["message"] and finding["severity"] == "error" for finding in findings)
    far = next(finding for finding in findings if finding["file"].endswith("cell-at-the-far-end.xlsx"))
    assert (far["sheet"], far["cell"], far["expected"]) == ("表", "XFD1048576", MAX_ROWS)
    shown = command("validate", *paths[::3], SOUND)
    for foreign in ("Traceback", "Error", "zipfile", "expat", "openpyxl", "not well-formed"):
        assert foreign not in shown.out + shown.err


def test_every_reason_has_a_code_and_every_limit_a_name(edition: Edition) -> None:
    assert set(CODES.values()) <= set(edition.catalogue.codes)
    assert set(LIMIT_NAMES) == set(LIMITS)


ODD_NAMES = [
    "改\n行.xlsx",
    "tab\t.xlsx",
    "-option.xlsx",
    "\x1b[31m赤.xlsx",
    "\u202exslx.txt.xlsx",
    "[1].xlsx",
    "絵文字😀.xlsx",
    " .xlsx",
]


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_odd_names_are_read_and_shown_harmlessly(name: str, command: Command, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(SOUND.read_bytes())
    (tmp_path / f"空{name}").touch()
    run = command("validate", tmp_path)
    assert "2ファイルのうち1ファイルにエラーがあります" in run.out
    assert not {"\x1b", "\t", "\u202e"} & set(run.out)


def test_names_that_are_no_text_are_read(command: Command, tmp_path: Path) -> None:
    name = b"\x93\xfa\x96{.xlsx"  # 日本 in Shift_JIS
    try:
        Path(bytes(tmp_path).decode() + "/" + name.decode("utf-8", "surrogateescape")).write_bytes(SOUND.read_bytes())
    except (OSError, UnicodeError):
        pytest.skip("this system has no such names")
    (tmp_path / "x.xlsx").touch()
    run = command("validate", tmp_path, "--format", "json", "--output", tmp_path / "findings.json")
    assert run.code == 1
    facts = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert (facts["files"], sorted(finding["code"] for finding in facts["findings"])) == (2, ["N102", "N134"])


def test_a_path_of_more_than_260_characters_is_read(reader: WorkbookReader, tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30) / ("deeper" * 30)
    folder.mkdir(parents=True)
    path = folder / SOUND.name
    path.write_bytes(SOUND.read_bytes())
    assert len(str(path)) > 260
    assert isinstance(reader.read(path), Workbook)


def test_values_keep_their_types(reader: WorkbookReader, tmp_path: Path) -> None:
    values = [
        0,
        -3,
        1.5,
        "区民",
        True,
        datetime(2022, 4, 1, 9, 30),
        date(2022, 4, 1),
        clock(9, 30),
        timedelta(hours=30),
    ]
    book = Book()
    book.worksheets[0].append(values)
    book.save(tmp_path / "types.xlsx")
    read = reader.read(tmp_path / "types.xlsx")
    assert isinstance(read, Workbook)
    cells = read.sheets[0].cells
    expected = [*values[:6], datetime(2022, 4, 1), *values[7:]]  # a spreadsheet knows no date without a time
    assert [cells[1, column] for column in range(1, 10)] == expected
    assert [type(value) for value in cells.values()] == [type(value) for value in expected]


def test_japanese_dates_without_a_format_code_are_no_counts(reader: WorkbookReader, tmp_path: Path) -> None:
    styles = str(package()["xl/styles.xml"]).replace('numFmtId="14"', 'numFmtId="58"')
    row = '<row r="1"><c r="A1" s="1"><v>44739</v></c><c r="B1"><v>44739</v></c></row>'
    read = reader.read(pack(tmp_path / "dates.xlsx", package({"表": sheet(row)}, styles=styles)))
    assert isinstance(read, Workbook)
    assert read.sheets[0].cells == {(1, 1): datetime(2022, 6, 27), (1, 2): 44739}


def test_what_openpyxl_does_not_show_is_noted(reader: WorkbookReader, tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f></c><c r="B1"><f>1+1</f><v></v></c><c r="C1"><f>1+1</f><v>2</v></c></row>'
        '<row r="2" hidden="1"><c r="A2" t="str"><f>""</f><v></v></c><c r="B2"><v>1</v></c><c r="B2"><v>2</v></c></row>'
    )
    columns = '<cols><col min="3" max="4" width="9" hidden="true"/></cols>'
    xml = sheet(rows, columns, '<mergeCells count="1"><mergeCell ref="B4:D5"/></mergeCells>')
    parts = package({"表": xml})
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<sheet ", '<sheet state="veryHidden" ')
    read = reader.read(pack(tmp_path / "facts.xlsx", parts))
    assert isinstance(read, Workbook)
    facts = read.sheets[0].facts
    assert facts.hidden
    assert sorted(facts.hidden_rows) == [2]
    assert sorted(facts.hidden_columns) == [3, 4]
    assert facts.merged == (((4, 2), (5, 4)),)
    assert facts.uncached == {(1, 1), (1, 2)}
    assert facts.duplicates == {(2, 2)}


def test_numbers_beyond_all_travel(reader: WorkbookReader, tmp_path: Path) -> None:
    row = f'<row r="1"><c r="A1"><v>1e999</v></c><c r="B1"><v>{10**400}</v></c></row>'
    read = reader.read(pack(tmp_path / "numbers.xlsx", package({"表": sheet(row)})))
    assert isinstance(read, Workbook)
    assert read.sheets[0].cells == {(1, 1): math.inf, (1, 2): 10**400}


def test_a_file_that_changes_into_a_bomb_is_refused_each_time(reader: WorkbookReader, tmp_path: Path) -> None:
    path = pack(tmp_path / "a.xlsx", package())
    assert isinstance(reader.read(path), Workbook)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/a.bin", bytes(30 * 2**20))
    assert reader.read(path) == Unreadable(path, "suspicious-archive")
