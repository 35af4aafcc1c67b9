"""The numbers of a 課 from year to year, against the entries of its registers."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from nerima_report.checks.years.registers import registers_go_on
from nerima_report.edition import Edition
from nerima_report.places import CellKey
from nerima_report.records.lines import RecordPlaces
from nerima_report.records.years import Year, YearEvidence
from nerima_report.registers.entry import Master, RegisterEntry

SECTION = "福祉部管理課"
KEY = CellKey("個人.登録など", "", "業務の委託", "件数")
# One goes on, one ended in 令和4年度, one began in it.
ENTRIES = (
    RegisterEntry("委託-0001", "福祉部", "管理課", {}, date(2015, 4, 1), confirmed=2022),
    RegisterEntry("委託-0002", "福祉部", "管理課", {}, date(2015, 4, 1), ended=date(2022, 9, 30), confirmed=2022),
    RegisterEntry("委託-0003", "福祉部", "管理課", {}, date(2022, 6, 1), confirmed=2022),
)


def year(fiscal_year: int, count: int) -> Year:
    record: Any = SimpleNamespace(fiscal_year=fiscal_year, tallies=())
    places = RecordPlaces(record, f"records/{fiscal_year}.json", {}, "区全体")
    return Year(record, places, {KEY: count}, {}, {SECTION: {KEY: count}}, {})


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (2, 2, []),
        (3, 2, [("N730", 3, 2, -1)]),
        (2, 4, [("N731", 2, 4, 2)]),  # the entries do not make the number: so they say nothing of its change
        (None, 2, []),
    ],
)
def test_the_stock_of_a_section_goes_on(
    before: int | None, now: int, expected: list[tuple[object, ...]], whole_edition: Edition
) -> None:
    masters = {r.key: Master(r) for part in whole_edition.parts for r in part.registers}
    masters["外部委託記録票"] = Master(masters["外部委託記録票"].register, ENTRIES)
    earlier = () if before is None else (year(2021, before),)
    evidence = YearEvidence(whole_edition, year(2022, now), earlier)
    found = list(registers_go_on(evidence, masters))
    assert [(f.code, f.expected, f.found, f.difference) for f in found] == expected
    assert all(f.place.section == SECTION for f in found)
