"""What is found in a case ledger, case by case: cases/ledger.toml. Codes and places, not wording."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inboxes import roster
from ledgers import Lists, case_ledger_of, example_ledgers
from nerima_report.checks.ledger import run_ledger_checks
from nerima_report.checks.links import tables_agree_in_the_ward
from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryTable
from nerima_report.examination import examine
from nerima_report.findings import Finding, Whole
from nerima_report.places import CellKey
from nerima_report.tallies.submission import Inbox
from pasted import assert_each_is_answered_alone

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "ledger.toml").read_text(encoding="utf-8"))["case"]
_LIST = "公開.請求台帳"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], whole_edition: Edition) -> None:
    findings = check(changed(case), whole_edition, case.get("year", 2022))
    whole = Whole(whole_edition.words.whole)
    assert_each_is_answered_alone(findings, whole_edition.catalogue, case.get("year", 2022), whole)
    codes = {finding.code for finding in findings}
    if "code" not in case:
        assert findings == []
        return
    assert codes <= {case["code"], *case.get("also", ())}, findings
    assert set(case.get("also", ())) <= codes, findings
    assert [f for f in findings if _is_expected(f, case, whole_edition)], findings
    for finding in findings:
        message = whole_edition.catalogue.notice(finding).message
        assert not [number for number in finding.numbers if number in message]


@st.composite
def broken_rows(draw: st.DrawFn, table: EntryTable) -> dict[str, Any]:
    """A row in which any cell may be blank, or say something that its field cannot."""
    values: dict[str, st.SearchStrategy[Any]] = {
        "date": st.dates(date(2021, 1, 1), date(2024, 12, 31)),
        "text": st.sampled_from(["公開-0001", "公開-0002", "P-0001", "管理課", "福祉部"]),
        "order": st.integers(0, 2),
    }
    return {
        field.label: draw(st.none() | values.get(field.type, st.sampled_from(field.choices or ("",))) | st.just("？"))
        for field in table.fields
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.generate])
@given(st.data())
def test_whatever_stands_in_a_ledger_is_a_finding_and_no_end(whole_edition: Edition, data: st.DataObject) -> None:
    ledgers = {
        year: {
            table_id: data.draw(st.lists(broken_rows(table), max_size=3))
            for table_id, table in whole_edition.for_year(year).ledger_tables.items()
        }
        for year in (2021, 2022, 2023)
    }
    for year in ledgers:
        for finding in check(ledgers, whole_edition, year):
            assert whole_edition.catalogue.notice(finding).message


@pytest.mark.parametrize(("year", "table_id"), [(2022, "公開.処理状況"), (2023, "個人.行政機関別")])
def test_a_sum_of_the_ward_names_the_cases_behind_it(year: int, table_id: str, whole_edition: Edition) -> None:
    """Of a table counted from the ledger, and of one by 実施機関 that divides such a table: their 受付番号."""
    ledgers: dict[int, Any] = deepcopy(example_ledgers())
    asked = {
        "受付番号": "個人-0001",
        "受付日": date(2023, 6, 1),
        "請求者番号": "P-0005",
        "部": "区民部",
        "課": "国保年金課",
    }
    ledgers[2023]["個人.請求台帳"] = [{**asked, "処理": "全部開示", "決定・取下げ日": date(2023, 6, 9)}]
    ledger = case_ledger_of(whole_edition, year, ledgers)
    collection = examine(Inbox(), whole_edition.for_year(year), year, roster(year), ledger)
    values = collection.totals.values
    key = next(key for key, value in values.items() if key.table == table_id and value)
    wrong = replace(collection, totals=replace(collection.totals, values={**values, key: (values[key] or 0) + 1}))
    findings = [finding for finding in tables_agree_in_the_ward(wrong) if key in _keys(finding)]
    assert findings
    for finding in findings:
        assert len(finding.numbers) >= (values[key] or 0)
        assert not [place for place in finding.related if collection.is_in_ledger(place)]  # a draft shows places


def _keys(finding: Finding) -> set[CellKey]:
    return {CellKey(place.table, place.group, place.row, place.column) for place in finding.related}


def check(ledgers: Mapping[int, Lists], edition: Edition, fiscal_year: int) -> list[Finding]:
    ledger = case_ledger_of(edition, fiscal_year, ledgers)
    return run_ledger_checks(ledger, examine(Inbox(), edition.for_year(fiscal_year), fiscal_year, roster(), ledger))


def changed(case: dict[str, Any]) -> dict[int, Lists]:
    """The ledgers of three years with the one change of a case."""
    ledgers: dict[int, Any] = deepcopy(example_ledgers())
    lists, name = ledgers[case.get("in", case.get("year", 2022))], case.get("list", _LIST)
    lists |= {emptied: [] for emptied in case.get("empty", ())}
    checked = ledgers[case.get("year", 2022)]
    checked[name] = [row for row in checked[name] if row["受付番号"] not in case.get("drop", ())]
    for row in lists[name]:
        if row["受付番号"] == case.get("case") and row.get("枝番") == case.get("branch"):
            row |= {label: None if value == "" else value for label, value in case["set"].items()}
            break
    else:
        assert "case" not in case, case["name"]
    lists[name] += case.get("add", [])
    return ledgers


def _is_expected(finding: Finding, case: dict[str, Any], edition: Edition) -> bool:
    facts = {
        "code": finding.code,
        "column": finding.place.column,
        "severity": edition.catalogue.severity(finding),
        "numbers": list(finding.numbers),
        "expected": finding.expected,
        "found": finding.found,
    }
    return all(case[key] == value for key, value in facts.items() if key in case)
