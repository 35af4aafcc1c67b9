"""The sample gives the published report of 令和4年度: every line, every table row, every number."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from nerima_report.report.blocks import Report
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.formats.word import render_word

PUBLISHED = Path(__file__).parents[1] / "published"
GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="module")
def report(content: Content) -> Report:
    return compose_report(content)


@pytest.fixture(scope="module")
def markdown(report: Report) -> str:
    return render_markdown(report)


def test_markdown_is_the_golden_report(markdown: str) -> None:
    assert markdown == (GOLDEN / "report-2022.md").read_text(encoding="utf-8")


def test_every_line_of_the_source_stands_in_the_markdown_in_order(markdown: str) -> None:
    assert _lines_not_found(markdown) == []


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not installed")
def test_every_line_of_the_source_stands_in_the_word_file_in_order(
    report: Report, content: Content, tmp_path: Path
) -> None:
    file = tmp_path / "report.docx"
    file.write_bytes(render_word(report, content.collection.edition.reference))
    text = subprocess.run(
        ["pandoc", "-f", "docx", "-t", "gfm", "--wrap=none", str(file)], capture_output=True, check=True
    ).stdout.decode()
    assert _lines_not_found(text) == []


def test_every_number_of_the_source_stands_in_its_place(report: Report, markdown: str) -> None:
    with (PUBLISHED / "numbers-2022.csv").open(encoding="utf-8", newline="") as stream:
        numbers = list(csv.DictReader(stream))
    in_tables = {
        (n["part"], int(n["table"]), n["group"], n["row"], n["column"]): n["value"]
        for n in numbers
        if n["table"] != "0"
    }
    assert dict(_printed_numbers(report)) == in_tables
    for number in numbers:
        if number["table"] == "0":
            assert f"{number['row']}{number['value']}" in markdown, number


def _printed_numbers(report: Report) -> Iterator[tuple[tuple[str, int, str, str, str], str]]:
    for table in report.tables:
        group = ""
        for row in table.rows:
            label, *others = (cell.text for cell in row)
            if row[0].heads_rows:
                group, others = label, []
            elif table.has_total and row is table.rows[-1]:
                group = ""
            for column, text in zip(table.columns[1:], others, strict=False):
                if column.numeric:
                    yield (table.id[:2], table.number, group, label, column.heading), text


def _lines_not_found(text: str) -> list[str]:
    """The lines of the source that do not stand in the text below the one before.

    A line of one cell may stand in the same line.
    """
    lines = [_plain(line) for line in text.splitlines()]
    at, missing = -1, []
    for line in _source_lines():
        first = at + 1 if len(line) > 1 and at >= 0 else max(at, 0)
        found = next((i for i in range(first, len(lines)) if _stands_in(line, lines[i])), None)
        if found is None:
            missing.append(" / ".join(line))
        else:
            at = found
    return missing


def _source_lines() -> Iterator[list[str]]:
    """The lines of the source, each as its cells; headings of a table repeated on a new page left out."""
    heading_of_incidents = 0
    for line in (PUBLISHED / "report-2022.txt").read_text(encoding="utf-8").splitlines():
        marked = re.sub(r"^- ([12]) 条例", r"注\1条例", re.sub(r"(まで|以上) ([12])\t", r"\1注\2" + "\t", line))
        cells = [_plain(cell) for cell in marked.split("\t") if _plain(cell)]
        if "".join(cells) == "種別内容原因所管":
            heading_of_incidents += 1
        if cells and not ("".join(cells) == "種別内容原因所管" and heading_of_incidents > 1):
            yield cells


def _stands_in(cells: list[str], line: str) -> bool:
    """Whether the cells stand in the line in this order."""
    at = 0
    for cell in cells:
        found = line.find(cell, at)
        if found < 0:
            return False
        at = found + len(cell)
    return True


def _plain(text: str) -> str:
    """A line without white space, width of brackets, table and heading signs, and the two scanning faults."""
    text = re.sub(r"<[^>]+>|[|#\\*]", "", unicodedata.normalize("NFKC", text))
    text = re.sub(r"^\s*-\s", "", text)
    return "".join(text.split()).replace("一齐", "一斉").replace("そ他", "その他")
