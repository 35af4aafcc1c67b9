"""Sums of published years of which some numbers were not published, against a plain computation."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerima_report.edition.links import Cells
from nerima_report.edition.tables import CountTable
from nerima_report.places import CellKey
from nerima_report.records.earlier_years import published_sum
from nerima_report.records.years import total_of_column
from nerima_report.tallies.totals import Totals

TABLE = CountTable.model_validate(
    {
        "kind": "counts",
        "key": "処理",
        "title": "処理",
        "legal_basis": "架空の例",
        "stub": "区分",
        "group_stub": "請求",
        "total": "合計",
        "columns": [
            {"label": "公開", "unit": "件"},
            {"label": "非公開", "unit": "件"},
            {"label": "決定", "unit": "件", "sum_of": ["公開", "非公開"]},
        ],
        "rows": [
            {"group": "甲", "label": "市長"},
            {"group": "甲", "label": "議会"},
            {"group": "乙", "label": "教育"},
        ],
    }
)
ID = "公開.処理"
ROWS = (("甲", "市長"), ("甲", "議会"), ("乙", "教育"))
Counts = dict[tuple[str, str], int | None]


def _year(counts: Counts, totals: Mapping[str, int]) -> tuple[dict[CellKey, int | None], dict[CellKey, int]]:
    """The numbers of a year and its totals, by the names of their cells; the sums as an import computes them."""
    values: dict[CellKey, int | None] = {}
    for group, row in ROWS:
        parts = [counts[row, column] for column in ("公開", "非公開")]
        values |= {CellKey(ID, group, row, c): n for c, n in zip(("公開", "非公開"), parts, strict=True)}
        values[CellKey(ID, group, row, "決定")] = None if None in parts else sum(n or 0 for n in parts)
    return values, {CellKey(ID, "", "", column): number for column, number in totals.items()}


def _expected(counts: Counts, totals: Mapping[str, int], column: str) -> int | None:
    """The total of a column, from nothing but what was printed."""
    if column != "決定":
        known = [n for (_, c), n in counts.items() if c == column and n is not None]
        return totals.get(column, sum(known) if known else None)
    if totals:
        both = [_expected(counts, totals, each) for each in ("公開", "非公開")]
        return None if None in both else sum(n or 0 for n in both)
    of_rows = [[counts[row, each] for each in ("公開", "非公開")] for _, row in ROWS]
    published = [pair for pair in of_rows if pair != [None, None]]
    return None if not published or any(None in pair for pair in published) else sum(map(sum, published))  # type: ignore[arg-type]


@st.composite
def _years(draw: st.DrawFn) -> tuple[Counts, dict[str, int]]:
    counts: Counts = {
        (row, column): draw(st.none() | st.integers(0, 9)) for _, row in ROWS for column in ("公開", "非公開")
    }
    totals = {}
    for column in ("公開", "非公開"):
        own = [n for (_, c), n in counts.items() if c == column]
        if None in own and draw(st.booleans()):
            totals[column] = sum(n for n in own if n is not None) + draw(st.integers(1, 9))
    return counts, totals


@given(_years(), st.sampled_from(["公開", "非公開", "決定"]))
def test_the_total_of_a_column(year: tuple[Counts, dict[str, int]], column: str) -> None:
    values, printed = _year(*year)
    expected = _expected(*year, column)
    assert total_of_column(CellKey(ID, "", "", column), TABLE, values, printed) == expected
    assert published_sum(ID, TABLE, Cells(table="処理", column=column), values, printed).value == expected


@given(_years())
def test_two_columns_are_added_up_by_their_totals(year: tuple[Counts, dict[str, int]]) -> None:
    values, printed = _year(*year)
    both = [_expected(*year, each) for each in ("公開", "非公開")]
    expected = None if None in both else sum(n or 0 for n in both)
    cells = Cells(table="処理", columns=("公開", "非公開"))
    assert published_sum(ID, TABLE, cells, values, printed).value == expected


@pytest.mark.parametrize(
    ("counts", "totals", "value"),
    [
        ((1, 2, 4), {}, 3),
        ((1, None, 4), {}, 1),  # a row that the table of the year did not have
        ((1, None, 4), {"公開": 9}, None),  # a row that it had, and did not print
        ((1, 2, None), {"公開": 9}, 3),
        ((None, None, 4), {}, None),
    ],
)
def test_a_group_with_rows_that_were_not_published(
    counts: tuple[int | None, ...], totals: Mapping[str, int], value: int | None
) -> None:
    numbers: Counts = {(row, "公開"): n for (_, row), n in zip(ROWS, counts, strict=True)}
    values, printed = _year(numbers | {(row, "非公開"): 0 for _, row in ROWS}, totals)
    cells = Cells(table="処理", column="公開", group="甲")
    assert published_sum(ID, TABLE, cells, values, printed).value == value


def test_the_total_of_a_year_with_all_its_rows_is_that_of_any_other_year() -> None:
    values, printed = _year({(row, column): 3 for _, row in ROWS for column in ("公開", "非公開")}, {})
    for column in ("公開", "非公開", "決定"):
        keys = TABLE.keys_of_total(ID, column)
        name = CellKey(ID, "", "", column)
        assert total_of_column(name, TABLE, values, printed) == Totals(values).total(ID, column, keys)
