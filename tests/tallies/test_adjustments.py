"""Adjustments of the ward (調整): what they say is kept with the totals, for the audit list and the record."""

from __future__ import annotations

import tomllib
from pathlib import Path

from inboxes import Ward

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "findings.toml").read_text(encoding="utf-8"))["case"]


def test_an_adjustment_is_applied_and_keeps_its_reason(ward: Ward) -> None:
    case = next(case for case in CASES if case["name"] == "同じ請求をすべての表で調整すると、合う")
    before = ward.examine()
    after = ward.changed(case["file"], case["set"]).examine()
    assert len(after.totals.adjustments) == 5
    for adjustment in after.totals.adjustments:
        assert (adjustment.difference, adjustment.reason, adjustment.applied) == (-1, "二つの課が数えた", True)
        own, earlier = after.totals.values[adjustment.key], before.totals.values[adjustment.key]
        assert (own or 0) - (earlier or 0) == -1
