"""Cases with one missing duty each (cases/duties.toml): the finding and its place, and what is listed as open."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from nerima_report.checks import run_checks
from nerima_report.edition import Edition
from nerima_report.report.audit import make_open_items
from nerima_report.report.content import Content
from register_workbooks import evidence_of

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "duties.toml").read_text(encoding="utf-8"))["case"]
# What is said of a workbook that holds nothing but one list or register.
OF_THE_REST = {"N203", "N209", "N211", "N301", "N311", "N312", "N318"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], whole_edition: Edition) -> None:
    collection = evidence_of(case, whole_edition)
    found = [finding for finding in run_checks(collection) if finding.code not in OF_THE_REST]
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
