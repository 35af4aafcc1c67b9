"""Findings between years name the line of the record, as the file lies on the disk; also of what is gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerima_report.checks.years import run_year_checks
from nerima_report.edition import Edition
from nerima_report.findings import Finding
from nerima_report.records.file import RecordFile, open_record, record_to_write, write_record
from nerima_report.records.lines import lines_of
from nerima_report.records.model import Record, RecordedCell
from nerima_report.records.years import YearEvidence, year_of
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.record import make_record

PURPOSES, WAYS = "公開.目的別", "公開.請求方法"
TEXT = st.text(max_size=5) | st.integers() | st.none()


@pytest.fixture(scope="module")
def record(content: Content) -> Record:
    return make_record(content, compose_report(content))


def before(record: Record) -> Record:
    """An invented year before, a little smaller."""
    cells = (c.model_copy(update={"value": round((c.value or 0) * 0.97)}) for c in record.cells)
    cells = (
        c if old.row not in ("業務の登録", "電算結合") else old for c, old in zip(cells, record.cells, strict=True)
    )
    return record.model_copy(update={"fiscal_year": 2021, "name": "令和3年度", "cells": tuple(cells)})


def found(edition: Edition, now: RecordFile, earlier: RecordFile) -> list[Finding]:
    years = [year_of(told.record, told.file, edition, 2022, told.lines) for told in (now, earlier)]
    return run_year_checks(YearEvidence(edition, years[0], (years[1],)))


def without(record: Record, table: str, row: str) -> Record:
    return record.model_copy(
        update={"cells": tuple(c for c in record.cells if not (c.table == table and row in c.row))}
    )


def told_on(text: str, line: int | None) -> RecordedCell:
    assert line is not None
    return RecordedCell.model_validate_json(text.splitlines()[line - 1].rstrip(","))


def text_of(record: Record) -> str:
    return write_record(record).decode()


def test_a_row_that_is_gone_points_to_the_one_before_it(whole_edition: Edition, record: Record) -> None:
    old, new = before(record), without(record, PURPOSES, "私的利害")
    (finding,) = found(whole_edition, record_to_write(new, Path("2022")), record_to_write(old, Path("2021")))
    assert finding.code == "N709"
    assert told_on(text_of(new), finding.place.line).row == "学問的な調査・研究"
    (related,) = finding.related
    assert (related.file, told_on(text_of(old), related.line).row) == ("2021", "私的利害の調整")


def test_a_row_that_is_new_points_to_itself(whole_edition: Edition, record: Record) -> None:
    old = without(before(record), PURPOSES, "私的利害")
    (finding,) = found(whole_edition, record_to_write(record, Path("2022")), record_to_write(old, Path("2021")))
    assert (finding.code, finding.related) == ("N709", ())
    assert told_on(text_of(record), finding.place.line).row == "私的利害の調整"


def test_a_row_that_was_not_published_points_to_its_null(whole_edition: Edition, record: Record) -> None:
    cells = (c.model_copy(update={"value": None}) if "私的利害" in c.row else c for c in record.cells)
    new = record.model_copy(update={"cells": tuple(cells)})
    (finding,) = found(whole_edition, record_to_write(new, Path("2022")), record_to_write(before(record), Path("2021")))
    cell = told_on(text_of(new), finding.place.line)
    assert (finding.code, cell.row, cell.value) == ("N709", "私的利害の調整", None)


def test_a_table_that_is_gone_points_to_what_was_before_it(whole_edition: Edition, record: Record) -> None:
    old, new = before(record), without(record, WAYS, "")
    (finding,) = found(whole_edition, record_to_write(new, Path("2022")), record_to_write(old, Path("2021")))
    assert finding.code == "N705"
    assert told_on(text_of(new), finding.place.line).table == "公開.請求者"
    assert told_on(text_of(old), finding.related[0].line).table == WAYS
    (finding,) = found(whole_edition, record_to_write(record, Path("2022")), record_to_write(before(new), Path("2021")))
    assert (finding.code, told_on(text_of(record), finding.place.line).table) == ("N704", WAYS)


def test_lines_are_those_of_the_file_however_it_is_laid_out(
    tmp_path: Path, whole_edition: Edition, record: Record
) -> None:
    """The seal is taken over what is said, so a record that a formatter touched is still one."""
    cells = (c.model_copy(update={"value": 5000}) if c.row == "営業活動" else c for c in record.cells)
    file = tmp_path / "2022.json"
    content = json.loads(write_record(record.model_copy(update={"cells": tuple(cells)})))
    for newline in ("\n", "\r\n"):
        text = json.dumps(content, indent=2).replace("\n", newline)
        file.write_bytes(b"\xef\xbb\xbf" + text.encode())
        findings = found(whole_edition, open_record(file), record_to_write(before(record), Path("2021")))
        (line,) = {finding.place.line for finding in findings if finding.place.row == "営業活動"}
        item = "\n".join(text.splitlines()[(line or 0) - 1 :])
        assert json.JSONDecoder().raw_decode(item.strip())[0]["row"] == "営業活動"


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.text(max_size=4), TEXT | st.lists(TEXT | st.dictionaries(st.text(max_size=4), TEXT))),
    st.booleans(),
)
def test_every_item_stands_on_its_line(content: dict[str, Any], wide: bool) -> None:
    text = json.dumps(content, indent=None if wide else 1, ensure_ascii=wide)
    lines, rows = lines_of(text), text.split("\n")
    assert lines.keys.keys() == content.keys()
    assert {key: len(items) for key, items in lines.items.items()} == {
        key: len(value) for key, value in content.items() if isinstance(value, list)
    }
    for key, line in lines.keys.items():
        assert json.dumps(key, ensure_ascii=wide) in rows[line - 1]
    if not wide:
        for key, items in lines.items.items():
            for line, item in zip(items, content[key], strict=True):
                begin = "{" if isinstance(item, dict) else json.dumps(item, ensure_ascii=False)
                assert rows[line - 1].strip().startswith(begin)
