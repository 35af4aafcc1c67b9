"""請求なし on the cover: what it stands for, what it never stands for, and what may not stand beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from form_cells import cell, sheet_of
from nerima_report.checks import run_checks
from nerima_report.edition import Edition
from nerima_report.examination import examine
from nerima_report.forms import Filling, FormCover, render_form
from nerima_report.places import CellKey
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.submission import is_zero_formula, load_submissions, zero_formula

LISTS = frozenset({"個人.第三者点検", "個人.事務処理ミス"})
NONE = FormCover(2022, "福祉部", "管理課", not_applicable=LISTS, no_requests=frozenset({"公開", "個人"}))
OTHERS = {
    CellKey(f"個人.{table}", "", row, column): 5
    for table, column, labels in (
        ("登録など", "件数", ("業務の登録", "個人情報ファイルの登録", "業務の委託", "電算結合")),
        ("利用と提供", "延べ人数", ("目的外利用", "外部提供")),
    )
    for row in labels
}
OUTCOME = CellKey("公開.処理状況", "", "全部公開", "件数")


def read(folder: Path, edition: Edition, cover: FormCover, counts: Mapping[CellKey, int] = OTHERS) -> Collection:
    """What is read from a form as Excel would have saved it."""
    path = folder / "form.xlsx"
    path.write_bytes(render_form(edition, cover, Filling(counts)))
    return examine(load_submissions([path], edition), edition, 2022, None)


def saved_elsewhere(folder: Path, edition: Edition, cover: FormCover, changes: Mapping[str, Any]) -> Collection:
    """The same from a program that saves no results; `changes` are cells of the cover and values."""
    path = folder / "form.xlsx"
    path.write_bytes(render_form(edition, cover, Filling(OTHERS)))
    book = load_workbook(path)
    for address, value in changes.items():
        book["表紙"][address] = value
    book.save(path)
    return examine(load_submissions([path], edition), edition, 2022, None)


def codes(collection: Collection) -> Counter[str]:
    return Counter(finding.code for finding in run_checks(collection))


def values(collection: Collection) -> dict[str, set[int | None]]:
    """What stands in the cells of each table; None where it is blank."""
    told: dict[str, set[int | None]] = {}
    for each in collection.tallies.cells:
        told.setdefault(each.key.table, set()).add(each.value if each.known else None)
    return told


def test_it_stands_for_every_zero_and_for_nothing_else(tmp_path: Path, edition: Edition) -> None:
    collection = read(tmp_path, edition, NONE)
    assert codes(collection) == {}
    told = values(collection)
    assert {told.pop("個人.登録など").pop(), told.pop("個人.利用と提供").pop()} == {5}
    assert len(told) == 10
    assert all(numbers == {0} for numbers in told.values())
    assert codes(read(tmp_path, edition, NONE, {})) == {"N318": 2}  # 登録など, 利用と提供


def test_lists_keep_their_own_answer(tmp_path: Path, edition: Edition) -> None:
    assert codes(read(tmp_path, edition, replace(NONE, not_applicable=frozenset()))) == {"N311": 2}


def test_a_blank_choice_says_nothing(tmp_path: Path, edition: Edition) -> None:
    told = values(read(tmp_path, edition, replace(NONE, no_requests=frozenset({"公開"}))))
    assert told["公開.内容別"] == {0}
    assert told["個人.請求状況"] == {None}


def test_not_ours_is_the_answer_that_was_called_not_applicable(tmp_path: Path, edition: Edition) -> None:
    cover = replace(NONE, no_requests=frozenset({"公開"}), not_applicable=frozenset({"個人"}))
    collection = read(tmp_path, edition, cover, {})
    assert codes(collection) == {}
    assert {c.reading.status for c in collection.tallies.cells if c.key.table.startswith("個人")} == {"not applicable"}


@pytest.mark.parametrize("number", [0, 1, 250])
def test_a_number_beside_it_is_an_error(tmp_path: Path, edition: Edition, number: int) -> None:
    found = [f for f in run_checks(read(tmp_path, edition, NONE, {**OTHERS, OUTCOME: number})) if f.code == "N343"]
    assert [(f.place.table, f.found, [p.cell for p in f.related]) for f in found] == (
        [("公開.処理状況", number, ["C17"])] if number else []
    )


SAVED = {"B11": "担当 太郎", "B12": "1234", "B13": "2023/4/20"}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("請求なし（すべて0）", {0}),
        ("請求なし", {0}),
        ("請求なし(すべて０)", {0}),
        ("請求あり", {None}),
        (None, {None}),
    ],
)
def test_the_cover_decides_whatever_results_were_saved(
    tmp_path: Path, edition: Edition, said: str | None, told: set[int | None]
) -> None:
    collection = saved_elsewhere(tmp_path, edition, NONE, {"C17": said, **SAVED})
    assert values(collection)["公開.内容別"] == told
    assert "N313" not in codes(collection)
    (submission,) = collection.submissions
    assert (submission.person, submission.day) == ("担当 太郎", "令和5年4月20日")


@pytest.mark.parametrize("said", ["たぶんなし", "請求なし？", "○"])
def test_an_answer_that_is_none_is_asked_about(tmp_path: Path, edition: Edition, said: str) -> None:
    assert codes(saved_elsewhere(tmp_path, edition, NONE, {"C17": said}))["N211"] == 1


def test_a_formula_of_somebody_else_is_no_zero(tmp_path: Path, edition: Edition) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(render_form(edition, NONE, Filling(OTHERS)))
    book: Workbook = load_workbook(path)
    sheet_of(book, OUTCOME.table)[cell(book, OUTCOME).coordinate] = "=1+1"
    book.save(path)
    collection = examine(load_submissions([path], edition), edition, 2022, None)
    assert codes(collection)["N313"] == 1


@pytest.mark.parametrize(
    ("formula", "own"),
    [
        (zero_formula("$C$17"), True),
        ('=IF(表紙!$C$17="請求なし（すべて0）",0,"")', True),
        ('IF( 表紙!C17 = "請求なし（すべて0）" , 0 , "" )', True),
        ('IF(表紙!$C$17="請求なし（すべて0）",1,"")', False),
        ('IF(Sheet1!$C$17="請求なし（すべて0）",0,"")', False),
        ('IF(表紙!$C$17="請求なし（すべて0）",0,"")+1', False),
        ("0", False),
    ],
)
def test_the_forms_own_formula_is_known(formula: str, own: bool) -> None:
    assert is_zero_formula(formula) == own
