"""Cases with one missing duty each (cases/duties.toml): the finding and its place, and what is listed as open."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from nerima_report.checks import run_checks
from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryTable
from nerima_report.report.audit import make_open_items
from nerima_report.report.content import Content
from nerima_report.tallies.duties import duties
from nerima_report.tallies.model import Entry
from pasted import assert_each_is_answered_alone
from register_workbooks import evidence_of
from registers_carried import answered

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "duties.toml").read_text(encoding="utf-8"))["case"]
# What is said of a workbook that holds nothing but one list or register.
OF_THE_REST = {"N203", "N209", "N211", "N301", "N311", "N312", "N318"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], whole_edition: Edition) -> None:
    collection = evidence_of(case, whole_edition)
    found = [finding for finding in run_checks(collection) if finding.code not in OF_THE_REST]
    assert_each_is_answered_alone(found, whole_edition.catalogue, collection.fiscal_year, collection.whole)
    assert {finding.code for finding in found} == ({case["code"]} if "code" in case else set()), found
    facts = ("column", "found", "expected")
    said = [{"column": f.place.column, "found": f.found, "expected": f.expected} for f in found]
    assert not found or {fact: case[fact] for fact in facts if fact in case} in [
        {fact: told[fact] for fact in facts if fact in case} for told in said
    ]
    for finding in found:  # every message can be written
        assert whole_edition.catalogue.notice(finding).message
    owed = [line.split(" | ")[2] for line in _owed(make_open_items(Content(collection)))]
    assert owed == ([case["owed"]] if "owed" in case else [])


def _owed(open_items: str) -> list[str]:
    """The lines of the tables with what single entries owe."""
    sections = open_items.split("| 課 | 名称 | 済んでいないこと | もとの行 |\n| --- | --- | --- | --- |\n")[1:]
    return [line for section in sections for line in section.partition("\n\n")[0].splitlines()]


def test_every_measure_that_the_definitions_expect_is_found(whole_edition: Edition) -> None:
    """An entry of any list or register that is as it should be owes nothing; with one other answer it owes that."""
    edition = whole_edition.for_year(2026)
    for table in (edition.entry_tables | edition.register_tables).values():
        for field in table.fields:
            asked: dict[str, Any] = {"確認": "新規"}  # which only a register has
            for condition in (*field.required_when, *field.due_when):
                of = table.field(condition.field)
                choices = condition.one_of or (of.choices if of else ()) or (date(2026, 6, 1),)
                asked[condition.field] = choices[0]
            entry = {f.label: None for f in table.fields} | answered(table.fields, asked, 2026)
            assert owed(table, entry) == [], (table.key, field.label)
            if field.due_when:
                assert owed(table, entry | {field.label: None}) == [("due", field.label)]
            for answer in set(field.choices) - set(field.expected) if field.expected else ():
                assert ("unmet", field.label) in owed(table, entry | {field.label: answer})


def owed(table: EntryTable, values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(duty.kind, duty.field.label) for duty in duties(table, Entry(values, "福祉部管理課", 5), 2026)]
