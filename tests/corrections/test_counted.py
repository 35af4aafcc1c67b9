"""Where a number is counted from a register, the line to look at is named, case by case (cases/counted.toml)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from nerima_report.edition import Edition
from nerima_report.examination import Examination, judge
from nerima_report.notices.grouping import by_problem
from register_workbooks import evidence_of

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "counted.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_line_is_named_and_not_the_counted_cell(case: dict[str, Any], whole_edition: Edition) -> None:
    collection = evidence_of(case, whole_edition)
    findings = tuple(judge(collection, ()))
    (finding,) = [finding for finding in findings if finding.code == "N530"]
    advice = finding.advice
    told = {cell.place: cell.value for suggestion in advice.told[:1] for cell in suggestion.cells}
    assert {row_of(place.cell): value for place, value in told.items()} == {
        int(row): value for row, value in case.get("first", {}).items()
    }
    assert sorted(row_of(place.cell) for place in advice.alike) == case.get("alike", [])
    assert {place.table for place in (*told, *advice.alike)} <= {f"個人.{case['table']}"}
    assert advice.lines
    examined = Examination(collection.edition, collection.inbox, (collection,), findings)
    (notice,) = [notice for notice in by_problem(examined.notices) if notice.code == "N530"]
    named = bool(told or advice.alike)
    assert (notice.place.table == f"個人.{case['table']}") == named
    assert notice.finding.expected == next(iter(told.values()), None)


def row_of(cell: str) -> int:
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
