"""Workbooks with nothing but the registers, lists and counts of a case (cases/registers.toml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nerima_report.edition import Edition
from nerima_report.examination import examine
from nerima_report.forms import FormCover
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.submission import Inbox, Submission, identify
from nerima_report.workbooks import Sheet, Workbook
from registers_carried import example


def evidence_of(case: dict[str, Any], whole: Edition) -> Collection:
    """The workbook of a case, and those of the other 課 that it names, as they would have been read."""
    year = case.get("year", 2022)
    edition = whole.for_year(year)
    others = case.get("others", [])
    made = [_submission({**case, **other}, edition, FormCover(year, "福祉部", other["section"])) for other in others]
    return examine(Inbox((_submission(case, edition, FormCover(year, "福祉部", "管理課")), *made)), edition, year, None)


def _submission(case: dict[str, Any], edition: Edition, cover: FormCover) -> Submission:
    """A workbook with nothing but registers, lists and counts."""
    year, registers = cover.fiscal_year, {case["table"]: case["rows"], **case.get("also", {})}
    sheets = [_cover(edition, cover)]
    for key, rows in registers.items():
        entries = [example(edition, f"個人.{key}", year, **row) for row in rows]
        fields = [field.label for field in edition.registers[f"個人.{key}"].table.fields]
        sheets.append(_sheet(f"個人.{key}", [label for label in fields if label != case.get("without")], entries))
    for key, rows in case.get("list", {}).items():
        sheets.append(_sheet(f"個人.{key}", [f.label for f in edition.entry_tables[f"個人.{key}"].fields], rows))
    sheets += _counts(edition, case.get("counts", {}))
    workbook = Workbook(Path(f"{cover.section}.xlsx"), tuple(sheets))
    submission = identify(workbook, [*(part.key for part in edition.parts), *edition.tables, *edition.registers])
    assert isinstance(submission, Submission)
    return submission


def _cover(edition: Edition, cover: FormCover) -> Sheet:
    facts: dict[str, Any] = {"年度": cover.fiscal_year, "様式": "課の集計", "部": cover.department, "課": cover.section}
    facts |= {"様式の版": edition.municipality.form_version, "提出回": 1}
    cells: dict[tuple[int, int], Any] = {}
    for row, (label, value) in enumerate(facts.items(), start=4):
        cells |= {(row, 1): label, (row, 2): value}
    return Sheet("表紙", cells)


def _sheet(name: str, fields: list[str], entries: list[dict[str, Any]]) -> Sheet:
    cells = {(4, column): label for column, label in enumerate(fields, start=1)}
    for row, entry in enumerate(entries, start=5):
        cells |= {(row, fields.index(label) + 1): value for label, value in entry.items() if value != ""}
    return Sheet(name, cells)


def _counts(edition: Edition, counts: dict[str, int]) -> list[Sheet]:
    """The tables of counts that have these rows, with a blank in the others."""
    sheets = []
    for table_id, table in edition.count_tables.items():
        own = {row.label: counts[row.label] for row in table.rows if row.label in counts}
        if own and not table.counted_from and len(table.columns) == 1:
            cells: dict[tuple[int, int], Any] = {(4, 1): table.stub, (4, 2): table.columns[0].heading}
            for row, label in enumerate((row.label for row in table.rows), start=5):
                cells |= {(row, 1): label} | ({(row, 2): own[label]} if label in own else {})
            sheets.append(Sheet(table_id, cells))
    return sheets
