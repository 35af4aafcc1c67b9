"""Shares at their edges: nothing counted, nothing to divide by, something unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from inboxes import Ward
from nerima_report.places import CellKey
from nerima_report.tallies.figures import Share, compute_figures

OUTCOMES = "公開.処理状況"


def rate(ward: Ward, counts: Mapping[str, int | None]) -> Share:
    """The 公開率 where the 処理状況 holds these counts, by row, and 0 in all other rows."""
    totals = ward.examine().totals
    values = {key: counts.get(key.row, 0) if key.table == OUTCOMES else value for key, value in totals.values.items()}
    assert {CellKey(OUTCOMES, "", row, "件数") for row in counts} <= values.keys()
    return dict(compute_figures(replace(totals, values=values), ward.edition))["公開.公開率"]


@pytest.mark.parametrize(
    ("counts", "value"),
    [
        ({"全部公開": 3, "部分公開": 1, "非公開": 4}, Decimal("50.0")),
        ({"非公開": 7}, Decimal("0.0")),
        ({"全部公開": 7}, Decimal("100.0")),
        ({"取下げ": 5, "不存在": 2, "存否応答拒否": 1}, None),  # excluded: nothing is left to divide by
        ({}, None),
        ({"全部公開": None, "非公開": 1}, None),
        ({"全部公開": 1, "非公開": None}, None),
    ],
    ids=[
        "half",
        "none was open",
        "all were open",
        "only what is excluded",
        "nothing",
        "numerator unknown",
        "rest unknown",
    ],
)
def test_a_rate_at_its_edges(counts: Mapping[str, int | None], value: Decimal | None, ward: Ward) -> None:
    assert rate(ward, counts).value == value
