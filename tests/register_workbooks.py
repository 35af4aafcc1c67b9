"""Workbooks with nothing but the registers, lists and counts of a case (cases/registers.toml, cases/duties.toml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nerima_report.edition import Edition
from nerima_report.examination import examine
from nerima_report.forms import FormCover
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.submission import Inbox, Submission, identify
from nerima_report.workbooks import Sheet, Workbook
from registers_carried import answered, example


def evidence_of(case: dict[str, Any], whole: Edition) -> Collection:
    """The workbook of a case, and those of the other 課 that it names, as they would have been read."""
    year = case.get("year", 2022)
    edition = whole.for_year(year)
    others = case.get("others", [])
    made = [_submission({**case, **other}, edition, FormCover(year, "福祉部", other["section"])) for other in others]
    own, table = FormCover(year, "福祉部", "管理課"), edition.tables.get(f"個人.{case['table']}")
    if table is not None and table.reported_by == "coordinator":
        by = edition.municipality.coordinator(year)
        own = FormCover(year, by.department, by.section, ward=True)
    return examine(Inbox((_submission(case, edition, own), *made)), edition, year, None)


def _submission(case: dict[str, Any], edition: Edition, cover: FormCover) -> Submission:
    """A workbook with nothing but registers, lists and counts."""
    year, registers = cover.fiscal_year, {case["table"]: case["rows"], **case.get("also", {})}
    sheets = [_cover(edition, cover)]
    for key, rows in registers.items():
        table_id = f"個人.{key}"
        if table_id in edition.registers:
            entries = [example(edition, table_id, year, **row) for row in rows]
        else:
            entries = [answered(edition.entry_tables[table_id].fields, row, year) for row in rows]
        tables = edition.entry_tables | edition.register_tables
        fields = [field.label for field in tables[table_id].fields if field.since <= case.get("form_of", year)]
        sheets.append(_sheet(f"個人.{key}", [label for label in fields if label != case.get("without")], entries))
    for key, rows in case.get("list", {}).items():
        sheets.append(_sheet(f"個人.{key}", [f.label for f in edition.entry_tables[f"個人.{key}"].fields], rows))
    sheets += _counts(edition, case.get("counts", {}))
    workbook = Workbook(Path(f"{cover.section}.xlsx"), tuple(sheets))
    submission = identify(
        workbook, [*(part.key for part in edition.parts), *edition.tables, *edition.registers], edition.words
    )
    assert isinstance(submission, Submission)
    return submission


def _cover(edition: Edition, cover: FormCover) -> Sheet:
    facts: dict[str, Any] = {
        "年度": cover.fiscal_year,
        "様式": "区全体の集計" if cover.ward else "課の集計",
        "部": cover.department,
        "課": cover.section,
    }
    facts |= {"様式の版": edition.municipality.form_version, "提出回": 1}
    cells: dict[tuple[int, int], Any] = {}
    for row, (label, value) in enumerate(facts.items(), start=4):
        cells |= {(row, 1): label, (row, 2): value}
    return Sheet("表紙", cells)


def _sheet(name: str, fields: list[str], entries: list[dict[str, Any]]) -> Sheet:
    cells = {(4, column): label for column, label in enumerate(fields, start=1)}
    for row, entry in enumerate(entries, start=5):
        cells |= {
            (row, fields.index(label) + 1): value for label, value in entry.items() if value != "" and label in fields
        }
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
