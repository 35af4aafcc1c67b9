"""What an entry of a register deserves, case by case: cases/registers.toml. Codes and places, not wording."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from nerima_report.checks import run_checks
from nerima_report.edition import Edition
from nerima_report.examination import examine
from nerima_report.findings import Finding
from nerima_report.forms import FormCover
from nerima_report.places import CellKey
from nerima_report.tallies.evidence import Evidence
from nerima_report.tallies.submission import Inbox, Submission, identify
from nerima_report.workbooks import Sheet, Workbook
from registers_carried import example

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "registers.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], whole_edition: Edition) -> None:
    findings = run_checks(evidence_of(case, whole_edition))
    own = [finding for finding in findings if finding.code not in ("N203", "N301", "N318", "N211", "N311", "N209")]
    if "code" not in case:
        assert own == []
        return
    assert [finding for finding in own if _is_expected(finding, case)], own
    assert {finding.code for finding in own} == {case["code"]}
    for finding in findings:  # every message can be written
        assert whole_edition.catalogue.message(finding)


def evidence_of(case: dict[str, Any], whole: Edition) -> Evidence:
    """A workbook with nothing but the registers, lists and counts of a case, as it would have been read."""
    year = case.get("year", 2022)
    edition = whole.for_year(year)
    registers = {case["table"]: case["rows"], **case.get("also", {})}
    sheets = [_cover(edition, FormCover(year, "福祉部", "管理課"))]
    for key, rows in registers.items():
        entries = [example(edition, f"個人.{key}", year, **row) for row in rows]
        fields = [field.label for field in edition.registers[f"個人.{key}"].table.fields]
        sheets.append(_sheet(f"個人.{key}", [label for label in fields if label != case.get("without")], entries))
    for key, rows in case.get("list", {}).items():
        sheets.append(_sheet(f"個人.{key}", [f.label for f in edition.entry_tables[f"個人.{key}"].fields], rows))
    sheets += _counts(edition, case.get("counts", {}))
    workbook = Workbook(Path("集計.xlsx"), tuple(sheets))
    submission = identify(workbook, [*(part.key for part in edition.parts), *edition.tables, *edition.registers])
    assert isinstance(submission, Submission)
    return examine(Inbox((submission,)), edition, year, None)[0]


def _is_expected(finding: Finding, case: dict[str, Any]) -> bool:
    facts = {
        "code": finding.code,
        "column": finding.place.column,
        "expected": finding.expected,
        "found": finding.found,
        "difference": finding.difference,
    }
    placed = finding.place.cell or finding.place.column == "区分"  # what the list says of all entries has no cell
    return bool(placed) and all(case[key] == value for key, value in facts.items() if key in case)


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


def test_a_register_fills_what_a_section_left_blank(whole_edition: Edition) -> None:
    """Entries open on 31 March count, also those that will end; what ended in the year does not."""
    rows = [
        {"委託する業務の名称": "続くもの"},
        {"番号": "委託-0001", "確認": "廃止", "登録日": "2020-06-01", "廃止日": "2023-03-31",
         "委託する業務の名称": "終わったもの"},
        {"番号": "委託-0002", "確認": "変更なし", "登録日": "2020-06-01", "委託する業務の名称": "前からのもの"},
    ]  # fmt: skip
    evidence = evidence_of({"table": "外部委託記録票", "rows": rows, "counts": {"業務の登録": 7}}, whole_edition)
    values = evidence.totals.values
    assert values[CellKey("個人.登録など", "", "業務の委託", "件数")] == 2
    assert values[CellKey("個人.登録など", "", "業務の登録", "件数")] == 7
    assert values[CellKey("個人.登録など", "", "電算結合", "件数")] is None


def test_a_register_has_all_its_headings(whole_edition: Edition) -> None:
    """Without 廃止日 an entry would count that has ended."""
    case = {"table": "外部委託記録票", "rows": [{}], "without": "廃止日"}
    evidence = evidence_of(case, whole_edition)
    assert "N205" in {finding.code for finding in run_checks(evidence)}
    assert evidence.tallies.register_tallies == ()
