"""By which name a slip is called, case by case (cases/slips.toml): the most specific one that is true."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from nerima_report.corrections.linear_system import LinearChange, Numbers, System, SystemCell
from nerima_report.corrections.ranking import Ranking
from nerima_report.corrections.search import Change
from nerima_report.edition import Edition
from nerima_report.places import CellKey, Place

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "slips.toml").read_text(encoding="utf-8"))["case"]
SECTION = "総務部総務課"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_slip_is_called_what_it_is(case: dict[str, Any], edition: Edition) -> None:
    typed = str(case["typed"])
    cells = [SystemCell(place(5), int(typed) if typed.isdecimal() else None, typed, SECTION)]
    cells += [SystemCell(place(6 + number), value, str(value)) for number, value in enumerate(case.get("beside", []))]
    before = {SECTION: {CellKey("公開.処理状況", "", "5", "件数"): case["last"]}} if "last" in case else {}
    only = Change(LinearChange({0: (0, 1)}), Numbers(((case["meant"], case["meant"]),)))
    (ranked,) = Ranking(System(cells, ()), edition.corrections, before).ranked([only])
    assert ranked.reason == case.get("kind", "")


def place(row: int) -> Place:
    return Place(SECTION, "集計.xlsx", "公開.処理状況", f"B{row}", "公開.処理状況", "", str(row), "件数")
