"""Days, limits, classes and years on their borders, case by case: cases/periods.toml."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledgers import case_ledger_of
from nerima_report.edition import Edition
from nerima_report.tallies.counting import counted_entries
from nerima_report.tallies.ledger import CaseLedger

_THREE_DAYS = timedelta(days=3)
CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "periods.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["name"])
def test_case(case: dict[str, Any], whole_edition: Edition) -> None:
    part, year = case.get("part", "公開"), case.get("year", 2022)
    clock = {"first_day_counts": "初日" in case.get("clock", ()), "moves": "閉庁日" in case.get("clock", ())}
    edition = _with(whole_edition, part, clock=clock)
    ledger = case_ledger_of(edition, year, {year: {f"{part}.請求台帳": [_row(case)]}})
    (told,) = ledger.requests
    values = told.entry.values
    assert told.periods.days(values) == case.get("days")
    if "due" in case:
        assert told.periods.due(values) == case["due"]
    assert _where_counted(ledger, f"{part}.決定期間") == ([case["class"]] if "class" in case else [])
    for until, expected in case.get("year_of", {}).items():
        rule = {"by": "closed", "until": ""} if until == "決定" else {"by": "received", "until": until}
        own = _with(edition, part, year=rule)
        (told,) = case_ledger_of(own, year, {year: {f"{part}.請求台帳": [_row(case)]}}).requests
        assert told.periods.year_of(told.entry.values) == expected, until


@pytest.mark.parametrize("case", CASES["method"], ids=lambda case: case["name"])
def test_who_used_two_methods_counts_once(case: dict[str, Any], whole_edition: Edition) -> None:
    rows = [
        {"受付番号": number, "受付日": day, "請求方法": method, "処理": "全部公開", "決定・取下げ日": day + _THREE_DAYS}
        for day, number, method in case["requests"]
    ]
    for told in (rows, rows[::-1]):
        ledger = case_ledger_of(whole_edition, 2022, {2022: {"公開.請求台帳": told}})
        assert _where_counted(ledger, "公開.請求方法") == [case["counted"]]


def _row(case: dict[str, Any]) -> dict[str, Any]:
    fields = {"received": "受付日", "closed": "決定・取下げ日", "asked": "補正を求めた日", "corrected": "補正された日",
              "extension": "延長", "kind": "請求の種類", "outcome": "処理"}  # fmt: skip
    return {"処理": "全部公開"} | {label: case[key] for key, label in fields.items() if key in case}


def _where_counted(ledger: CaseLedger, table_id: str) -> list[str]:
    """The rows of a table in which the cases that count in the year stand."""
    table = ledger.edition.with_ledger().count_tables[table_id]
    cells = counted_entries(table_id, table, ledger.cases[f"{table_id.partition('.')[0]}.請求台帳"])
    return [key.row for key, entries in cells.items() if entries]


def _with(edition: Edition, key: str, **changes: dict[str, Any]) -> Edition:
    """The edition in which the ledgers of a part have another clock, or another rule for the year."""
    parts = []
    for part in edition.parts:
        if part.key == key and part.ledger:
            update = {name: getattr(part.ledger, name).model_copy(update=own) for name, own in changes.items()}
            part = replace(part, read_ledger=partial(part.ledger.model_copy, update=update))
        parts.append(part)
    return replace(edition, parts=tuple(parts))
