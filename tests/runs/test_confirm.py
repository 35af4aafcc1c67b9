"""確認表: what a 課 is shown of the ledger (cases/ledgers.toml), and what is found in what it returns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from conftest import Command
from inboxes import roster
from ledgers import example_ledgers, write_ledgers
from nerima_report.edition import Edition
from nerima_report.edition.confirmation import CASES, COUNTS
from nerima_report.examination import examine
from nerima_report.findings import Finding
from nerima_report.runs.ledgers import findings_on, ledger_of_year
from nerima_report.tallies.confirmations import rows_for
from nerima_report.tallies.submission import load_submissions
from nerima_report.workspace import Workspace, open_workspace

_SECTION = "福祉部管理課"
_CASES = "公開.確認"


@pytest.fixture
def folder(workdir: Path, whole_edition: Edition, command: Command) -> Path:
    """A working folder with ledgers, and the 確認表 that were made of that of fiscal 2022."""
    write_ledgers(workdir, whole_edition, example_ledgers())
    made = command("-C", workdir, "ledger", "confirm", "2022")
    assert made.code == 0, made.err
    return workdir


def test_every_section_with_cases_gets_one(folder: Path, whole_edition: Edition, command: Command) -> None:
    made = sorted((folder / "確認表" / "2022").iterdir())
    assert any(_SECTION in file.name for file in made)
    before = {file: file.read_bytes() for file in made}
    assert command("-C", folder, "ledger", "confirm", "2022").code == 0
    assert {file: file.read_bytes() for file in made} == before


def test_it_shows_the_cases_and_what_is_counted_from_them(folder: Path, whole_edition: Edition) -> None:
    workspace = open_workspace(folder)
    ledger = ledger_of_year(workspace, whole_edition, 2022, lambda _: None)
    assert ledger is not None
    rows = rows_for(ledger, _SECTION)
    shown = {row["受付番号"]: row["処理"] for row in rows[f"公開.{CASES}"]}
    assert shown["公開-0003"] == "全部公開"  # received in March, decided in April
    counted = {(row["表"], row["行"]): row["数"] for row in rows[f"公開.{COUNTS}"] if row["列"] == "件数"}
    total = sum(int(str(number)) for (table, _), number in counted.items() if table == "公開.処理状況")
    assert total == len([row for row in rows[f"公開.{CASES}"] if row["集計"] == "計上"])


def sign(sheets: dict[str, Worksheet]) -> None:
    for row in sheets["表紙"].iter_rows():
        for cell in row:
            if cell.value == "担当者":
                cell.offset(column=1).value = "見本の担当"
            elif cell.value == "記入日":
                cell.offset(column=1).value = date(2023, 4, 20)


def cell_of(sheet: Worksheet, row: int, heading: str) -> Any:
    columns = {cell.value: cell.column for line in sheet.iter_rows(max_row=6) for cell in line if cell.value == heading}
    return sheet.cell(row, columns[heading])


def first_row(sheet: Worksheet) -> int:
    return next(number for number, row in enumerate(sheet.values, start=1) if str(row[0]).startswith("公開-"))


def nothing_else(sheets: dict[str, Worksheet]) -> None:
    sign(sheets)


def not_signed(sheets: dict[str, Worksheet]) -> None:
    pass


def corrected(sheets: dict[str, Worksheet]) -> None:
    sign(sheets)
    cell_of(sheets[_CASES], first_row(sheets[_CASES]), "訂正").value = "決定日は4月9日"


def changed(sheets: dict[str, Worksheet]) -> None:
    sign(sheets)
    cell_of(sheets[_CASES], first_row(sheets[_CASES]), "処理").value = "取下げ"


def added(sheets: dict[str, Worksheet]) -> None:
    sign(sheets)
    cell_of(sheets[_CASES], sheets[_CASES].max_row + 1, "受付番号").value = "公開-0999"


def deleted(sheets: dict[str, Worksheet]) -> None:
    sign(sheets)
    sheets[_CASES].delete_rows(first_row(sheets[_CASES]))


def counted_otherwise(sheets: dict[str, Worksheet]) -> None:
    sign(sheets)
    sheet = sheets["公開.件数の確認"]
    row = next(number for number, values in enumerate(sheet.values, start=1) if str(values[0]).startswith("公開.内"))
    cell_of(sheet, row, "数").value = 99


RETURNS: list[tuple[Callable[[dict[str, Worksheet]], None], set[str]]] = [
    (nothing_else, set()),
    (not_signed, {"N660"}),
    (corrected, {"N661"}),
    (changed, {"N662"}),
    (added, {"N663"}),
    (deleted, {"N664"}),
    (counted_otherwise, {"N662"}),
]


@pytest.mark.parametrize(("change", "codes"), RETURNS, ids=[change.__name__ for change, _ in RETURNS])
def test_what_is_returned_is_held_against_the_ledger(
    folder: Path, whole_edition: Edition, change: Callable[[dict[str, Worksheet]], None], codes: set[str]
) -> None:
    returned = bring_back(folder, change)
    found = findings(open_workspace(folder), whole_edition, returned)
    assert {finding.code for finding in found} == codes, found
    assert all(finding.place.file.endswith(returned.name) for finding in found)


def test_status_knows_who_has_confirmed(folder: Path, command: Command) -> None:
    import json

    bring_back(folder, nothing_else)
    facts = json.loads(command("-C", folder, "status", "2022", "--format", "json").out)
    assert facts["confirmed"] == [_SECTION]
    assert _SECTION not in facts["unconfirmed"]
    assert facts["unconfirmed"]


def bring_back(folder: Path, change: Callable[[dict[str, Worksheet]], None]) -> Path:
    """The 確認表 of a 課, changed and put into the inbox."""
    made = next(file for file in (folder / "確認表" / "2022").iterdir() if _SECTION in file.name)
    book = load_workbook(made)
    change({sheet.title: sheet for sheet in book.worksheets})
    inbox = open_workspace(folder).inbox(2022)
    book.save(inbox / made.name)
    return inbox / made.name


def findings(workspace: Workspace, edition: Edition, returned: Path) -> list[Finding]:
    """What is found in a returned 確認表, and nowhere else."""
    ledger = ledger_of_year(workspace, edition, 2022, lambda _: None)
    assert ledger is not None
    from nerima_report.checks.ledger import run_ledger_checks

    inbox = load_submissions([returned], edition.for_year(2022))
    collection = examine(inbox, edition.for_year(2022), 2022, roster(2022), ledger)
    before = findings_on(ledger, workspace)
    return [finding for finding in run_ledger_checks(ledger, collection) if finding not in before]
