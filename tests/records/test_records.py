"""Records as files: what they hold, that they come back as they were, and that a broken one is refused with its key."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conftest import ROOT, SAMPLE, Command
from faulty import blanks, edit
from nerima_report.records.file import read_record, record_schema, write_record
from nerima_report.records.model import LARGEST_TOTAL
from nerima_report.tallies.cell_values import LARGEST_COUNT

SCHEMA = ROOT / "docs" / "schemas" / "record.json"
CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "broken_records.toml").read_text(encoding="utf-8"))["case"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's working folder after `build 2022`."""
    folder = tmp_path_factory.mktemp("records") / "work"
    shutil.copytree(SAMPLE / "inbox" / "2022", folder / "inbox" / "2022")
    shutil.copy(SAMPLE / "roster.xlsx", folder)
    return folder


@pytest.fixture
def record_file(built: Path, command: Command, tmp_path: Path) -> Path:
    """A copy of the record of the sample, named as a published one."""
    made = built / "out" / "2022" / "record.json"
    if not made.exists():
        assert command("-C", built, "build", "2022").code == 0
    return Path(shutil.copy(made, tmp_path / "2022.json"))


def test_the_schema_is_that_of_the_model() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == record_schema() + "\n", "make docs"
    Draft202012Validator.check_schema(json.loads(record_schema()))


def test_a_real_record_follows_the_schema(record_file: Path) -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    content = json.loads(record_file.read_text(encoding="utf-8"))
    assert [error.message for error in validator.iter_errors(content)] == []
    content["cells"][0]["value"] = "986"
    assert not validator.is_valid(content)


def test_a_record_comes_back_as_it_was_written(record_file: Path) -> None:
    assert write_record(read_record(record_file, 2022)) == record_file.read_bytes()


def test_ends_of_lines_and_a_byte_order_mark_break_nothing(record_file: Path) -> None:
    content = record_file.read_bytes()
    record_file.write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    assert write_record(read_record(record_file, 2022)) == content


def test_every_cell_and_every_tally_has_a_line_of_its_own(record_file: Path) -> None:
    record = read_record(record_file, 2022)
    lines = record_file.read_text(encoding="utf-8").splitlines()
    for items in (record.cells, record.tallies, record.figures, record.entries):
        for item in items:
            wanted = json.dumps(item.model_dump(mode="json"), ensure_ascii=False)
            assert sum(line.strip().rstrip(",") == wanted for line in lines) == 1


def test_blank_zero_and_not_applicable_stay_apart(workdir: Path, command: Command) -> None:
    changes = {("公開.処理状況", "B5"): None, ("表紙", "C14"): "該当なし"} | blanks("公開.内容別", "B", 5, 13)
    edit(workdir, "12_", changes)
    command("-C", workdir, "build", "2022", "--draft")
    record = read_record(workdir / "out" / "2022" / "record.json", 2022)
    own = [tally for tally in record.tallies if tally.section == "福祉部管理課"]
    assert {tally.status for tally in own} == {"blank", "not applicable", "reported"}
    assert {tally.value for tally in own if tally.status != "reported"} == {None}
    assert 0 in {tally.value for tally in own if tally.status == "reported"}


def _changed(text: str, case: dict[str, Any]) -> str:
    if "cut" in case:
        return text[: int(len(text) * case["cut"])]
    changed, times = re.subn(case["find"], lambda _: str(case["replace"]), text, count=1)
    assert times == 1
    return changed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_broken_record_is_refused_with_file_key_and_reason(
    case: dict[str, Any], record_file: Path, workdir: Path, command: Command
) -> None:
    (workdir / "records").mkdir()
    broken = workdir / "records" / "2022.json"
    broken.write_text(_changed(record_file.read_text(encoding="utf-8"), case), encoding="utf-8", newline="\n")
    run = command("-C", workdir, "build", "2022")
    assert run.code == 2
    assert "records/2022.json" in run.err.replace("\\", "/")
    assert f"箇所: {case['key']}" in run.err or not case["key"]
    assert "理由: " in run.err
    assert re.search("[ぁ-ん]", run.err.split("理由: ")[1])
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"schema_version": ' + b"9" * 5_000 + b"}", b"\x00" * 9],
)
def test_what_is_no_record_at_all_is_refused(content: bytes, workdir: Path, command: Command) -> None:
    (workdir / "records").mkdir()
    (workdir / "records" / "2022.json").write_bytes(content)
    run = command("-C", workdir, "publish", "2022")
    assert (run.code, "Traceback" in run.err) == (2, False)
    assert "2022.json" in run.err


def test_a_broken_record_in_out_does_not_keep_anybody_from_building_again(workdir: Path, command: Command) -> None:
    command("-C", workdir, "build", "2022")
    record = workdir / "out" / "2022" / "record.json"
    whole = record.read_bytes()
    record.write_bytes(whole[:999])
    assert command("-C", workdir, "publish", "2022").code == 2
    run = command("-C", workdir, "build", "2022")
    assert (run.code, record.read_bytes()) == (0, whole)
    assert (workdir / "out" / "2022" / "report-保存1.docx").exists()


def test_the_largest_sum_of_counts_fits_into_a_record() -> None:
    assert LARGEST_TOTAL >= LARGEST_COUNT * 1000
