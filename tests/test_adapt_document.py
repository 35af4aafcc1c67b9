"""docs/adapt-to-last-year.md tells the truth: every step is done as it is written, and shows what it says.

The document is the test's data: its commands are run, its replacements made, its screens and lines of the report found.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from conftest import ROOT, SAMPLE, Command
from follow import STEPS, Reader, shows
from nerima_report.edition import Edition, load_edition
from nerima_report.edition.conditions import Condition
from nerima_report.edition.definition import Definition
from nerima_report.edition.entries import EntryField, EntryTable, PrintedColumn
from nerima_report.edition.tables import Column, CountTable, Note, Row
from nerima_report.edition.years_tables import YearsItem, YearsTable
from nerima_report.forms import Filling, FormCover, render_form
from nerima_report.places import CellKey
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.submission import Inbox, Submission

pytestmark = pytest.mark.thorough

DOCUMENT = (ROOT / "docs" / "adapt-to-last-year.md").read_text(encoding="utf-8")


@pytest.fixture
def reader(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setenv("COLUMNS", "120")  # as wide as a window of PowerShell
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SAMPLE, tmp_path / "sample_data", ignore=shutil.ignore_patterns("out", "forms", "*.py"))
    return Reader(tmp_path, command)


# What the document calls otherwise, and the table that it adds: all that was made public was looked at.
RENAMED = {"ファクシミリ": "ファックス", "存否応答拒否": "存否応答の拒否"}
ADDED = CellKey("公開.公開の方法", "", "閲覧または視聴", "件数")


def test_the_document_can_be_followed_from_beginning_to_end(
    reader: Reader, edition: Edition, sample_inbox: Inbox
) -> None:
    for step in STEPS.finditer(DOCUMENT):
        reader.follow(step)
    for kind in ("powershell", "text", "markdown", "toml前", "toml後", "jinja前", "jinja後"):
        assert kind in reader.done
    # What the office does next: it collects the new forms, and makes the report without --draft.
    work = reader.folder / "練習"
    collect_anew(work, edition, sample_inbox)
    run = reader.command("-C", work, "build", "2022")
    assert run.code == 0, run.out
    shows(reader.report.read_text(encoding="utf-8"), "| ファックス | 40 |\n| 電子メール | 0 |")
    shows(reader.report.read_text(encoding="utf-8"), "表8 公開の方法別件数\n| 閲覧または視聴 | 1,686 |")


def collect_anew(work: Path, shipped: Edition, inbox: Inbox) -> None:
    """Replace the inbox by forms of the changed edition that hold the same figures."""
    changed = load_edition(work / "定義" / "nerima").for_year(2022)
    for submission in inbox.submissions:
        cover = FormCover(
            2022,
            submission.department,
            submission.section_name,
            ward=submission.ward,
            not_applicable=submission.not_applicable,
        )
        form = render_form(changed, cover, filling(submission, shipped, changed))
        (work / "inbox" / "2022" / submission.workbook.path.name).write_bytes(form)


def filling(submission: Submission, shipped: Edition, changed: Edition) -> Filling:
    tallies = load_tallies([submission], shipped)
    counts = {c.key._replace(row=RENAMED.get(c.key.row, c.key.row)): c.value for c in tallies.cells if c.known}
    opened = sum(counts.get(CellKey("公開.処理状況", "", row, "件数"), 0) for row in ("全部公開", "部分公開"))
    asked = changed.collected_counts(submission.ward)
    new = {
        row.key(table_id, column.label): 0
        for table_id, columns in asked.items()
        for row in changed.count_tables[table_id].rows
        for column in columns
    }
    counts = {key: counts.get(key, 0) for key in new if not submission.says_not_applicable(key.table)}
    if ADDED in counts:
        counts[ADDED] = opened
    entries = {key: given for key, given in tallies.entries.items() if given}
    fields = {
        key: [field.label for field in table.fields]
        for key, table in changed.collected_entries(submission.ward).items()
    }
    rows = {
        key: [{label: entry[label] for label in fields[key]} for entry in entries[key]]
        for key in fields
        if key in entries
    }
    return Filling(counts, rows)


def test_every_block_of_the_document_is_followed() -> None:
    assert len(STEPS.findall(DOCUMENT)) == len(re.findall(r"^```[a-z]|^ファイル: `", DOCUMENT, re.M))


TABLES = (CountTable, Column, Row, Note, Condition, EntryTable, EntryField, PrintedColumn, YearsTable, YearsItem)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_the_document_explains_every_key_of_a_table(model: type[Definition]) -> None:
    reference = DOCUMENT.partition("## 表に書けること")[2]
    assert [key for key in model.model_fields if not re.search(rf"`{key}\b", reference)] == []


def test_a_screen_that_is_not_shown_fails() -> None:
    with pytest.raises(AssertionError, match="not shown"):
        shows("一\n二\n", "二\n一\n")
