"""Several tables on one sheet: each is read below its own caption, whatever else bears its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from nerima_report.edition import Edition
from nerima_report.tallies.layout import TableFinder, locate_counts
from nerima_report.workbooks import CellValue, Sheet, Workbook

Row = Sequence[CellValue]
PURPOSES: list[Row] = [("請求目的", "件数(件)"), ("営業活動", 3), ("私的利害の調整", 4), ("合計", 7)]
WAYS: list[Row] = [("請求方法", "請求者数(人)"), ("窓口", 5), ("郵送", 6), ("合計", 11)]
OUTCOMES: list[Row] = [("処理状況", "件数(件)"), ("全部公開", 1), ("取下げ", 2)]


def sheet(name: str, rows: Sequence[Row]) -> Sheet:
    cells = {(r, c): v for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1) if v is not None}
    return Sheet(name, cells)


def read(edition: Edition, *sheets: tuple[str, Sequence[Row]]) -> dict[str, list[dict[str, CellValue]]]:
    """For each of the three tables what stands in its cells, by row, for each place in which it was found."""
    book = Workbook(Path("手作り.xlsx"), tuple(sheet(name, rows) for name, rows in sheets))
    finder = TableFinder(edition.tables)
    told: dict[str, list[dict[str, CellValue]]] = {}
    for key in ("公開.目的別", "公開.請求方法", "公開.処理状況"):
        table, places = edition.count_tables[key], finder.find(book, key)
        layouts = [(place.sheet, locate_counts(place.sheet, key, table, table.columns)) for place in places]
        told[key] = [{k.row: found.cells[p] for k, p in layout.cells.items()} for found, layout in layouts]
    return told


READ = {
    "公開.目的別": [{"営業活動": 3, "私的利害の調整": 4}],
    "公開.請求方法": [{"窓口": 5, "郵送": 6}],
    "公開.処理状況": [{"全部公開": 1, "取下げ": 2}],
}


@pytest.mark.parametrize(
    "captions",
    [
        ("公開請求の目的別件数", "請求方法", "公開請求処理状況"),
        ("表4　公開請求の目的別件数", "表3　請求方法", "表5 公開請求処理状況"),
        ("公開.目的別", "公開.請求方法", "公開.処理状況"),
        ("公開.目的別　公開請求の目的別件数", "公開.請求方法　請求方法", "公開.処理状況　公開請求処理状況"),
        ("公開.目的別　請求の目的", "公開.請求方法　請求のしかた", "公開.処理状況　請求方法"),
    ],
    ids=["title", "number", "id", "form", "form with earlier titles"],
)
@pytest.mark.parametrize("gap", [0, 1, 3])
def test_each_table_is_read_below_its_caption(edition: Edition, captions: tuple[str, ...], gap: int) -> None:
    space: list[Row] = [()] * gap
    purposes, ways, outcomes = captions
    rows: list[Row] = [
        (purposes,),
        *space,
        *PURPOSES,
        *space,
        (ways,),
        *space,
        *WAYS,
        *space,
        (outcomes,),
        *space,
        *OUTCOMES,
    ]
    assert read(edition, ("公開", rows)) == READ
    assert read(edition, ("Sheet1", rows)) == READ
    turned: list[Row] = [(ways,), *WAYS, (outcomes,), *OUTCOMES, (purposes,), *PURPOSES]
    assert read(edition, ("Sheet1", turned)) == READ


CONTENTS: list[Row] = [("公開請求の目的別件数",), ("請求方法",), ("公開請求処理状況",), ()]
STACKED: list[Row] = [("公開.目的別",), *PURPOSES, ("請求方法",), *WAYS, ("公開請求処理状況",), *OUTCOMES]


def test_a_list_of_contents_is_no_caption(edition: Edition) -> None:
    assert read(edition, ("Sheet1", [*CONTENTS, *STACKED])) == READ


def test_a_name_in_a_remark_below_is_no_caption(edition: Edition) -> None:
    assert read(edition, ("Sheet1", [*STACKED, ("備考", "請求方法"), (None, "公開.処理状況")])) == READ


def test_a_row_may_have_the_name_of_another_table(act_edition: Edition) -> None:
    table_id, title = "個人.運営委員会の審議", "練馬区個人情報保護運営委員会の審議"
    rows: list[Row] = [(title,), ("審議した事項", "件数(件)"), ("個人情報を取り扱う業務の委託", 3), ("その他", 1)]
    more: list[Row] = [("決定に要した期間",), ("決定期間", "件数(件)"), ("14日以内", 8)]
    book = Workbook(Path("手作り.xlsx"), (sheet("区全体", [*rows, *more]),))
    (place,) = TableFinder(act_edition.tables).find(book, table_id)
    table = act_edition.count_tables[table_id]
    layout = locate_counts(place.sheet, table_id, table, table.columns)
    assert {k.row: place.sheet.cells[p] for k, p in layout.cells.items()} == {rows[2][0]: 3, "その他": 1}


def test_the_heading_may_be_the_caption(edition: Edition) -> None:
    rows: list[Row] = [("公開請求の目的別件数", "件数(件)"), *PURPOSES[1:], ("請求方法", "請求者数(人)"), *WAYS[1:]]
    assert read(edition, ("Sheet1", rows)) == {**READ, "公開.処理状況": []}


def test_a_sheet_of_its_own_comes_first(edition: Edition) -> None:
    other: list[Row] = [("処理状況", "件数(件)"), ("全部公開", 8), ("取下げ", 9)]
    told = read(edition, ("公開", STACKED), ("公開.処理状況", other))
    assert told == {**READ, "公開.処理状況": [{"全部公開": 8, "取下げ": 9}]}


def test_a_copy_of_the_sheet_of_a_part_is_not_read(edition: Edition) -> None:
    assert read(edition, ("公開 (2)", STACKED), ("公開", STACKED)) == READ


def test_a_table_that_stands_twice_is_found_twice(edition: Edition) -> None:
    told = read(edition, ("公開", [*STACKED, ("公開.目的別",), *PURPOSES]))
    assert [len(places) for places in told.values()] == [2, 1, 1]
    assert [len(p) for p in read(edition, ("a", STACKED), ("b", STACKED)).values()] == [2, 2, 2]


def test_a_table_without_headings_ends_where_the_next_begins(edition: Edition) -> None:
    told = read(edition, ("公開", [("公開.目的別",), ("営業活動", 3), ("請求方法",), *WAYS]))
    assert told == {"公開.目的別": [{}], "公開.請求方法": READ["公開.請求方法"], "公開.処理状況": []}
