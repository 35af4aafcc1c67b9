"""An earlier submission of the same 課: what changed since it comes first, with the number that stood there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inboxes import Ward, cell_name
from nerima_report.corrections.earlier import earlier_numbers
from nerima_report.examination import examine, judge
from nerima_report.findings import Advice
from nerima_report.places import CellKey
from nerima_report.tallies.collection import Collection

FILE = "12_"


def sent_again(ward: Ward, first: dict[str, Any], second: dict[str, Any]) -> Collection:
    """What is examined when a 課 handed in twice: its workbook with the first changes, and with the second ones."""
    submissions = []
    for number, changes in ((1, first), (2, first | second)):
        sets = [dict(zip(("sheet", "cell"), name.split("!"), strict=True), value=n) for name, n in changes.items()]
        (own,) = [s for s in ward.changed(FILE, sets).inbox.submissions if s.workbook.path.name.startswith(FILE)]
        path = Path(f"{number}_{own.workbook.path.name}")
        submissions.append(replace(own, number=number, workbook=replace(own.workbook, path=path)))
    return examine(replace(ward.inbox, submissions=tuple(submissions)), ward.edition, 2022, None)


def advice_on(collection: Collection) -> Advice:
    (advice,) = [finding.advice for finding in judge(collection, ()) if finding.advice.lines]
    return advice


def value_of(ward: Ward, name: str) -> int:
    collection = sent_again(ward, {}, {})
    return next(c.value for c in collection.tallies.cells if cell_name(c.place) == name)


@pytest.mark.parametrize("cell", [f"公開.内容別!B{row}" for row in range(5, 14)])
def test_the_cell_that_changed_comes_first_and_tells_its_number(cell: str, ward: Ward) -> None:
    before = value_of(ward, cell)
    advice = advice_on(sent_again(ward, {}, {cell: before + 7}))
    first = advice.told[0].cells[0]
    assert (cell_name(first.place), first.value) == (cell, before)
    assert f"前に提出された集計では {before}" in advice.lines[0]
    assert f"前に提出された集計では {before}" in first.message


def test_it_decides_where_the_numbers_alone_do_not(ward: Ward) -> None:
    cell = "公開.内容別!B7"
    twice = sent_again(ward, {}, {cell: value_of(ward, cell) + 3})
    once = replace(twice, inbox=replace(twice.inbox, submissions=twice.submissions))
    assert advice_on(once).told == ()
    assert [cell_name(place.place) for place in advice_on(twice).told[0].cells] == [cell]


def test_what_was_the_same_before_decides_nothing(ward: Ward) -> None:
    advice = advice_on(sent_again(ward, {"公開.請求方法!B5": 7}, {}))
    assert "前に提出" not in "".join(advice.lines)


def test_the_last_submission_before_is_the_one_that_is_compared(ward: Ward) -> None:
    collection = sent_again(ward, {"公開.内容別!B5": 3}, {"公開.内容別!B5": 9})
    ((file, numbers),) = earlier_numbers(collection, {s.file for s in collection.submissions}).items()
    assert file.startswith("2_")
    assert numbers[CellKey("公開.内容別", "", "区政一般", "件数")] == 3
