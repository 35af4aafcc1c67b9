"""Handed in again: what a 課 changed against the workbook before, and what it wrote beside its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inboxes import Ward, cell_name, changed
from nerima_report.examination import Examination
from nerima_report.places import Place
from nerima_report.tallies.resubmission import MOST_PAIRED, Resubmission, _differences, _Line
from nerima_report.tallies.submission import Submission

FILE = "12_"
AGAIN = {"sheet": "表紙", "cell": "B9", "value": 2}


def examined(ward: Ward, changes: Sequence[Mapping[str, Any]], file: str = FILE) -> Examination:
    """The ward with a workbook handed in twice, the second time with changes."""
    first = next(s for s in ward.inbox.submissions if s.workbook.path.name.startswith(file))
    copy = replace(first.workbook, path=Path(f"{file}出し直し.xlsx"))
    both = replace(ward.inbox, submissions=(*ward.inbox.submissions, replace(first, workbook=copy)))
    inbox = changed(both, ward.edition, f"{file}出し直し", [AGAIN, *changes])
    collection = replace(ward, inbox=inbox).examine()
    return Examination(ward.edition, inbox, (collection,), ())


def again(ward: Ward, *changes: Mapping[str, Any], file: str = FILE) -> Resubmission:
    (one,) = examined(ward, changes, file).resubmissions
    return one


def cells(one: Resubmission) -> list[tuple[str, str, str]]:
    return [(cell_name(change.place), change.before, change.after) for change in one.cells]


def test_nothing_is_said_where_nobody_handed_in_again(ward: Ward) -> None:
    assert Examination(ward.edition, ward.inbox, (ward.examine(),), ()).resubmissions == ()


def test_a_workbook_handed_in_again_without_a_change_is_named_all_the_same(ward: Ward) -> None:
    one = again(ward)
    assert (one.before.number, one.submission.number) == (1, 2)
    assert (one.cells, one.lines) == ((), ())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"cell": "B5", "value": 24}, [("公開.処理状況!B5", "23", "24")]),
        ({"cell": "B5"}, [("公開.処理状況!B5", "23", "")]),
        ({"cell": "B5", "value": "23と1"}, [("公開.処理状況!B5", "23", "23と1")]),
        ({"cell": "B5", "value": "２３"}, []),
        ({"cell": "B5", "value": 23.0}, []),
        ({"cell": "B11", "value": 99}, []),  # a total is computed
        ({"cell": "E9", "value": 7}, []),  # is read by nobody, which is a finding
    ],
)
def test_cells_of_counts(change: dict[str, Any], expected: list[tuple[str, str, str]], ward: Ward) -> None:
    assert cells(again(ward, {"sheet": "公開.処理状況", **change})) == expected


def test_a_sheet_that_is_gone_has_empty_cells(ward: Ward) -> None:
    changes = again(ward, {"sheet": "公開.処理状況"}).cells
    assert {change.after for change in changes} == {""}
    assert [change.before for change in changes][:2] == ["23", "13"]


def test_marks_and_remarks_of_the_cover(ward: Ward) -> None:
    mark = {"sheet": "表紙", "cell": "C13", "value": "該当なし"}
    one = again(ward, mark, {"sheet": "表紙", "cell": "B10", "value": "暫定"})
    (marked, before, after), (remark, _, now) = [(c.place, c.before, c.after) for c in one.cells]
    assert (marked.row, before, after) == ("該当なし", "", "該当なし")
    assert (remark.cell, now) == ("B10", "暫定")


INCIDENTS = "個人.事務処理ミス"


def incident(row: int, **values: Any) -> list[dict[str, Any]]:
    return [{"sheet": INCIDENTS, "cell": f"{column}{row}", "value": value} for column, value in values.items()]


def test_lines_of_lists(ward: Ward) -> None:
    file = "10_"
    workbook = next(s for s in ward.inbox.submissions if s.workbook.path.name.startswith(file)).workbook
    sheet = next(sheet for sheet in workbook.sheets if sheet.name == INCIDENTS)
    first = {c: sheet.cells.get((5, n)) for n, c in enumerate("ABCDEFGH", start=1) if sheet.cells.get((5, n))}
    gone = [{"sheet": INCIDENTS, "cell": f"{column}5"} for column in "ABCDEFGH"]
    moved = again(ward, *gone, *incident(7, **first), file=file)
    assert moved.lines == ()  # a line may stand anywhere
    reworded = again(ward, *incident(5, B="別の概要"), file=file)
    ((field,),) = [line.fields for line in reworded.lines if line.kind == "changed"]
    assert field.after == "別の概要"
    added = again(ward, *incident(7, A="別の課の別の件", B="x"), file=file)
    assert [line.kind for line in added.lines] == ["added"]
    removed = again(ward, *gone, file=file)
    assert [(line.kind, {field.after for field in line.fields}) for line in removed.lines] == [("gone", {""})]
    assert removed.lines[0].fields[0].before


def test_thousands_of_other_lines_are_compared_in_a_moment() -> None:
    def lines(word: str) -> list[_Line]:
        return [_Line({"名称": f"{word}{n}", "種類": word}, Place(cell=f"A{n}")) for n in range(5_000)]

    kinds = [change.kind for change in _differences(lines("甲"), lines("乙"))]
    assert (kinds.count("gone"), kinds.count("added")) == (5_000, 5_000)
    alike = [_Line({"名称": f"{n}", "種類": "同じ"}, Place()) for n in range(MOST_PAIRED + 5)]
    other = [_Line({"名称": f"新{n}", "種類": "同じ"}, Place()) for n in range(MOST_PAIRED + 5)]
    assert [change.kind for change in _differences(alike, other)].count("changed") == MOST_PAIRED


# What a 課 wrote


def comments(ward: Ward, file: str, **texts: str) -> Examination:
    facts = {"sheet": "公開.処理状況", "facts": {"comments": texts}}
    return examined(ward, [facts], file)


def remarked(examination: Examination) -> list[tuple[str, str, str]]:
    wanted: list[Submission] = [s for s in examination.inbox.submissions if s.section == "福祉部管理課"]
    return [(r.kind, r.cell, r.text) for r in examination.remarks if r.file in {s.file for s in wanted}]


def test_remarks_and_comments_are_what_the_section_wrote_each_once(ward: Ward) -> None:
    examination = comments(ward, FILE, B5="担当者:\n速報値です")
    (kind, cell, text), (other, place, comment) = remarked(examination)
    assert (kind, cell, text.startswith("見本。")) == ("remark", "B10", True)
    assert (other, place, comment) == ("comment", "B5", "担当者: 速報値です")


def test_the_remarks_of_the_ward_are_its_own(ward: Ward) -> None:
    examination = Examination(ward.edition, ward.inbox, (ward.examine(),), ())
    assert [remark.section for remark in examination.remarks][-1] == "区全体"
    assert len(examination.remarks) == len(ward.inbox.submissions)
