"""Details of single checks that no workbook of the cases can show alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from inboxes import Ward
from nerima_report.checks.table import stated_number
from nerima_report.examination import judge
from nerima_report.places import CellKey, Place
from nerima_report.tallies.model import StatedCell
from nerima_report.workbooks import CellValue


@pytest.mark.parametrize(
    ("found", "number"), [(1, 1), (2.5, 2.5), ("12件", 12), (True, None), ("多数", None), (None, None)]
)
def test_a_total_states_a_number_or_none(found: CellValue, number: float | None) -> None:
    key = CellKey("公開.内容別", "", "", "件数")
    assert stated_number(StatedCell("total", key, found, Place(), "件")) == number


def test_orders_are_not_asked_for_while_somebody_is_missing(ward: Ward) -> None:
    """The entry that fills the gap may still come."""
    gap = ward.changed("10_", [{"sheet": "個人.事務処理ミス", "cell": "H5", "value": 9}])
    assert "N612" in {finding.code for finding in gap.check()}
    another = replace(gap.roster[0], section_name="まだ出していない課")
    waiting = replace(gap, roster=(*gap.roster, another))
    assert {finding.code for finding in waiting.check()} == {"N601", "N615"}


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_sound_ward_is_sound_in_every_state_of_completeness(missing: int, ward: Ward) -> None:
    """Whoever has not handed in yet: nothing is wrong with the numbers of the others."""
    handed_in = ward.inbox.submissions
    for away in combinations(handed_in, missing):
        inbox = replace(ward.inbox, submissions=tuple(s for s in handed_in if s not in away))
        findings = judge(replace(ward, inbox=inbox).examine(), ())
        assert {finding.code for finding in findings} <= {"N601", "N605", "N615"}
