"""Details of single checks that no workbook of the cases can show alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inboxes import Ward
from nerima_report.checks.table import stated_number
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
    assert {finding.code for finding in waiting.check()} == {"N601"}
