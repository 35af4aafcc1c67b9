"""Which lines a heading takes in the width that its column gets, and what the widths add up to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerima_report.report.blocks import Cell, Table, TableColumn
from nerima_report.report.formats.column_widths import HALF_WIDTH, PADDING, column_widths

PAGE = 9070


def table(*headings: str, weights: tuple[int, ...] = (), number: str = "1") -> Table:
    """A table whose first column holds labels, and the others numbers."""
    weights = weights or (5, *[2] * (len(headings) - 1))
    columns = tuple(
        TableColumn(heading, numeric=place > 0, weight=weight)
        for place, (heading, weight) in enumerate(zip(headings, weights, strict=True))
    )
    return Table("例", 1, "例", columns, ((Cell("区分"), *[Cell(number)] * (len(headings) - 1)),))


def set_in(heading: str, width: int) -> list[str]:
    """The lines that a word processor makes of a heading: as much as fits; no bracket opens at the end of a line."""
    room, lines = (width - PADDING) // HALF_WIDTH, [""]
    for character in heading:
        if sum(1 if each.isascii() else 2 for each in lines[-1] + character) > room and character != ")":
            carried = lines[-1][-1] if lines[-1].endswith("(") else ""
            lines[-1] = lines[-1].removesuffix("(")
            lines.append(carried)
        lines[-1] += character
    return lines


@pytest.mark.parametrize(
    ("heading", "columns", "lines"),
    [
        ("件数(件)", 2, [["件数(件)"]]),
        ("改善予定(か所)", 5, [["改善予定", "(か所)"], ["改善予定(か所)"]]),
        ("該当なし(か所)", 6, [["該当なし", "(か所)"]]),
        ("うち特定個人情報(件)", 4, [["うち特定個人情報", "(件)"]]),
        ("前年度の請求者数(人)", 7, [["前年度の", "請求者数", "(人)"]]),
        ("請求者数の増減(人)", 6, [["請求者数の", "増減(人)"], ["請求者数の", "増減", "(人)"]]),
        ("その他の事務(件)", 6, [["その他の", "事務(件)"], ["その他の事務", "(件)"]]),
        ("1週間までに決定したもの(件)", 5, [["1週間までに", "決定したもの", "(件)"]]),
        ("1週間以内(件)", 7, [["1週間以内", "(件)"]]),
        ("16日から30日まで(件)", 6, [["16日から", "30日まで", "(件)"], ["16日から", "30日まで(件)"]]),
        ("講演会(回)", 8, [["講演会", "(回)"], ["講演会(回)"]]),
    ],
)
def test_a_heading_breaks_between_its_words(heading: str, columns: int, lines: list[list[str]]) -> None:
    widths = column_widths(table("区分", *[heading] * columns), PAGE)
    assert sum(widths) == PAGE
    assert [set_in(heading, width) for width in widths[1:]] == [set_in(heading, widths[1])] * columns
    assert set_in(heading, widths[1]) in lines


def test_a_number_is_never_broken() -> None:
    wide = "1,234,567,890,123"
    widths = column_widths(table("区分", "人数(人)", "件数(件)", number=wide), PAGE)
    assert min(widths[1:]) >= len(wide) * HALF_WIDTH + PADDING


def test_the_weights_decide_where_there_is_room() -> None:
    assert column_widths(table("区分", "件数(件)", weights=(2, 1)), PAGE) == [6046, 3024]


HEADINGS = st.text("件数人か所前年度の増減うち特定個人情報委員会へ報告(),12", min_size=0, max_size=14)


@given(st.lists(st.tuples(HEADINGS, st.integers(1, 15)), min_size=1, max_size=9))
def test_widths_fill_the_page(columns: list[tuple[str, int]]) -> None:
    headings, weights = zip(*columns, strict=True)
    widths = column_widths(table(*headings, weights=weights), PAGE)
    assert sum(widths) == PAGE
    assert min(widths) > 0


def test_a_heading_breaks_rather_than_a_number_or_a_label() -> None:
    columns = table("実施機関", *["存否応答拒否(件)"] * 11).columns
    numbers = ["240(111)", *["118"] * 10]
    row = (Cell("教育委員会"), *map(Cell, numbers))
    label, *widths = column_widths(Table("例", 1, "例", columns, (row,)), PAGE)
    assert label + sum(widths) == PAGE
    assert label >= 2 * len("教育委員会") * HALF_WIDTH + PADDING
    assert all(width >= len(each) * HALF_WIDTH + PADDING for each, width in zip(numbers, widths, strict=True))
