"""Files that an office keeps: what a version of the program wrote, every later version reads, and says the same.

v1/ was written by 0.1.0 (records of version 2, registers and findings of version 1). v2/ has a record of version 3,
with the day and way of its publication, v3/ one of version 4, with the day of each way, v4/ one of version 5, of an
invented year that was counted from a case ledger. All stay as they are.
Whoever changes a form adds a folder beside them, and lets these tests pass for all of them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conftest import ROOT, Command
from faulty import edit
from inboxes import Ward
from nerima_report import __version__
from nerima_report.edition import Edition
from nerima_report.notices.json import SCHEMA_VERSION as FINDINGS
from nerima_report.records.file import read_record, write_record
from nerima_report.records.model import SCHEMA_VERSION as RECORDS
from nerima_report.registers.master import SCHEMA_VERSION as REGISTERS
from nerima_report.registers.master import (
    Step,
    add_steps,
    history_file,
    load_masters,
    read_history,
    version_file,
    write_master,
    write_version,
)
from nerima_report.writing.lock import FOLDER as LOCK

HERE = Path(__file__).parent
V1 = HERE / "v1"
NEWER = "9.1.0"
WORDING = {"program", "message", "hint", "basis", "reason", "advice"}


def files_of(folder: Path) -> dict[Path, bytes]:
    """What lies in a working folder, apart from its lock."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and LOCK not in path.parts}


# What was written is read


@pytest.mark.parametrize("file", sorted(HERE.glob("v*/records/*.json")), ids=lambda file: file.name)
def test_a_record_says_what_it_said(file: Path) -> None:
    record, written = read_record(file, int(file.stem)), json.loads(file.read_text(encoding="utf-8"))
    names = ("table", "group", "row", "column")
    assert {tuple(key): value for key, value in record.values.items()} == {
        tuple(cell[name] for name in names): cell["value"] for cell in written["cells"]
    }
    assert {figure.figure: figure.value for figure in record.figures} == {
        figure["figure"]: figure["value"] for figure in written["figures"]
    }
    assert write_record(record) == file.read_bytes().replace(b"\r\n", b"\n")


def test_a_record_says_how_it_was_published() -> None:
    record = read_record(HERE / "v2" / "records" / "2022.json", 2022)
    assert [source.file for source in record.sources] == ["roster.xlsx", "nerima-report.toml"]
    assert record.publication is not None
    assert (record.publication.date, record.publication.ways) == ("2027-06-01", ("区の掲示場への掲示",))
    assert [(later.file, later.change) for later in record.publication.later] == [("roster.xlsx", "changed")]


def test_a_record_says_which_ways_of_publication_were_done() -> None:
    before = read_record(HERE / "v2" / "records" / "2022.json", 2022)
    assert (before.ways_done, before.ways_open) == ((), ())  # nobody could say so then
    record = read_record(HERE / "v3" / "records" / "2022.json", 2022)
    assert [(done.way, done.date) for done in record.ways_done] == [("区の掲示場への掲示", "2023-06-01")]
    assert record.ways_open == ("区のホームページへの掲載",)


def test_a_record_says_what_a_ledger_counted() -> None:
    assert read_record(HERE / "v3" / "records" / "2022.json", 2022).counted_from_ledger == ()
    record = read_record(HERE / "v4" / "records" / "2022.json", 2022)
    assert "公開.決定期間" in record.counted_from_ledger
    assert "ledger/2022.xlsx" in [source.file for source in record.sources]


def test_a_year_is_printed_and_compared_from_records(workdir: Path, command: Command) -> None:
    shutil.copytree(V1 / "records", workdir / "records")
    assert command("-C", workdir, "build", "2022", "--from-record").code == 0
    assert command("-C", workdir, "check", "2021..2022").code in (0, 1)  # the year before is invented
    assert command("-C", workdir, "publish", "2022").code == 0


def test_forms_of_version_1_are_read_and_nothing_is_said_of_them(ward: Ward, act_ward: Ward) -> None:
    """The sample's inboxes are such forms, and stay as they are."""
    for each in (ward, act_ward):
        assert {submission.form_version for submission in each.inbox.submissions} == {"1"}
        assert each.check() == []


@pytest.mark.parametrize("versioned", [True, False])
def test_registers_say_what_they_said(versioned: bool, tmp_path: Path, whole_edition: Edition) -> None:
    """Without the file of the version they are those of version 1, as they were written before there was one."""
    shutil.copytree(V1 / "registers", tmp_path / "registers")
    if not versioned:
        version_file(tmp_path).unlink()
    masters = load_masters(tmp_path, whole_edition)
    work, outsourced = masters["業務の登録"], masters["外部委託記録票"]
    assert [entry.number for entry in work.entries] == ["業務-0001"]
    assert [(e.number, e.name(outsourced.register), e.registered, e.changed, e.ended) for e in outsourced.entries] == [
        ("委託-0001", "架空の発送", date(2015, 4, 1), date(2022, 7, 1), None),
        ("委託-0002", "-架空の入力", date(2021, 6, 1), None, date(2023, 3, 31)),
    ]
    for master in (work, outsourced):
        assert write_master(master) == (V1 / "registers" / f"{master.register.key}.csv").read_bytes()


def test_the_history_goes_on_where_it_was(tmp_path: Path) -> None:
    shutil.copytree(V1 / "registers", tmp_path / "registers")
    steps = read_history(tmp_path)
    assert len(steps) == 54
    (ended,) = (step for step in steps if step.field == "廃止日")
    assert ended == Step(
        date(2026, 11, 29), 2022, "外部委託記録票", "委託-0002", "廃止", "廃止日", "", "2023-03-31", "福祉部管理課",
        "集計.xlsx", steps[-1].sha256,
    )  # fmt: skip
    assert add_steps(tmp_path, steps[:1]).startswith(history_file(tmp_path).read_bytes())


def test_findings_are_said_as_they_were(workdir: Path, command: Command) -> None:
    """What programs ask for is there, under its name and with its value; wording may change, and more may be said."""
    then = json.loads((V1 / "findings.json").read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "docs" / "schemas" / "findings.json").read_text(encoding="utf-8"))
    if then["schema_version"] == FINDINGS:
        assert [error.message for error in Draft202012Validator(schema).iter_errors(then)] == []
    edit(workdir, "12_", {("公開.処理状況", "B5"): "12人"})
    edit(workdir, "16_", {("公開.目的別", "B5"): None})
    run = command("-C", workdir, "validate", "inbox/2022", "--complete", "--format", "json")
    now = json.loads(run.out.replace(workdir.as_posix() + "/", ""))
    assert says(now, then)


def says(now: Any, then: Any) -> bool:
    """Whether some JSON says all that another one says, apart from wording."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(
            key in now and (key in WORDING or says(now[key], value)) for key, value in then.items()
        )
    if isinstance(then, list):
        return isinstance(now, list) and all(any(says(own, other) for own in now) for other in then)
    return bool(now == then)


# What a newer version wrote is refused


def newer_record(file: Path) -> None:
    """A record as a newer version would leave it: with another version, and something that nobody knows today."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = json.loads((V1 / "records" / "2022.json").read_text(encoding="utf-8"))
    content |= {"schema_version": RECORDS + 1, "program": NEWER, "new": [1]}
    file.write_text(json.dumps(content), encoding="utf-8")


def newer_registers(work: Path) -> None:
    shutil.copytree(V1 / "registers", work / "registers")
    text = version_file(work).read_text(encoding="utf-8")
    text = text.replace(f"schema_version = {REGISTERS}", f"schema_version = {REGISTERS + 1}\nnew = [1]")
    version_file(work).write_text(text.replace(__version__, NEWER), encoding="utf-8")
    (work / "registers" / "外部委託記録票.csv").write_bytes("新しい形".encode())


REFUSED: tuple[tuple[Callable[[Path], object], tuple[object, ...], int], ...] = (
    (lambda work: newer_record(work / "records" / "2022.json"), ("build", 2022, "--from-record"), RECORDS),
    (lambda work: newer_record(work / "records" / "2022.json"), ("check", 2022), RECORDS),
    (lambda work: newer_record(work / "records" / "2022.json"), ("build", 2022), RECORDS),
    (lambda work: newer_record(work / "out" / "2022" / "record.json"), ("build", 2022, "--draft"), RECORDS),
    (lambda work: newer_record(work / "out" / "2022" / "record.json"), ("publish", 2022), RECORDS),
    (newer_registers, ("register", "list"), REGISTERS),
    (newer_registers, ("register", "print"), REGISTERS),
    (newer_registers, ("register", "merge", 2022), REGISTERS),
    (newer_registers, ("form", 2023), REGISTERS),
    (newer_registers, ("build", 2022), REGISTERS),
)


@pytest.mark.parametrize(("prepare", "arguments", "readable"), REFUSED)
def test_what_a_newer_version_wrote_is_refused_with_the_version_that_reads_it(
    prepare: Callable[[Path], object],
    arguments: tuple[object, ...],
    readable: int,
    workdir: Path,
    command: Command,
) -> None:
    prepare(workdir)
    before = files_of(workdir)
    run = command("-C", workdir, *arguments)
    assert run.code == 2
    assert f"形の版が {readable + 1} で、この nerima-report {__version__} が読めるのは {readable} までです" in run.err
    assert f"nerima-report {NEWER} か、それより新しいもの" in run.err
    assert "もとに戻" not in run.err  # there is nothing wrong with the file
    assert files_of(workdir) == before


def test_a_newer_record_is_marked_on_its_line(workdir: Path, command: Command) -> None:
    newer_record(workdir / "records" / "2022.json")
    out = command("-C", workdir, "check", "records/2022.json", "--format", "github").out
    assert "::error file=records/2022.json,line=1" in out.replace("\\", "/")


@pytest.mark.parametrize("text", ["", "schema_version = 0", 'schema_version = "1"', "schema_version = ", "\0"])
def test_a_broken_version_of_registers_is_refused(text: str, tmp_path: Path, command: Command) -> None:
    shutil.copytree(V1 / "registers", tmp_path / "registers")
    version_file(tmp_path).write_text(text, encoding="utf-8")
    run = command("-C", tmp_path, "register", "list")
    assert run.code == 2
    assert "台帳の版.toml" in run.err
    assert "Traceback" not in run.err


def test_what_is_written_now_is_of_the_version_that_is_read(tmp_path: Path, whole_edition: Edition) -> None:
    (tmp_path / "registers").mkdir()
    version_file(tmp_path).write_bytes(write_version())
    load_masters(tmp_path, whole_edition)
    assert f"schema_version = {REGISTERS}\n" in write_version().decode()
