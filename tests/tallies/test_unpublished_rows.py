"""Shares of a published year whose total has more than its rows: only what every way of filling the gap would give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nerima_report.edition.figures import Figure
from nerima_report.edition.links import Cells
from nerima_report.edition.part import Part, PartDefinition
from nerima_report.edition.tables import CountTable, RateColumn
from nerima_report.places import CellKey
from nerima_report.tallies.figures import compute_share, largest_rows, percentage, row_share
from nerima_report.tallies.totals import Totals, published_table

ID, ROWS = "公開.処理", ("公開", "部分公開", "非公開", "取下げ")
TABLE = CountTable.model_validate(
    {
        "kind": "counts", "key": "処理", "title": "処理", "legal_basis": "架空の例", "stub": "区分", "total": "合計",
        "columns": [{"label": "件数", "unit": "件"}], "rows": [{"label": label} for label in ROWS],
    }
)  # fmt: skip
WHOLE = {"table": "処理", "column": "件数"}
FIGURES: tuple[dict[str, Any], ...] = (
    {"kind": "rate", "numerator": WHOLE | {"rows": ["公開", "部分公開"]}, "excluded": ["取下げ"]},
    {"kind": "rate", "numerator": WHOLE | {"rows": ["公開"]}},
    {"kind": "rate", "numerator": WHOLE | {"rows": ["公開"]}, "denominator": WHOLE | {"rows": ["公開", "非公開"]}},
    {"kind": "largest_share"},
    {"kind": "largest_share", "excluded": ["取下げ"]},
)


def figure_of(definition: Mapping[str, Any]) -> Figure:
    named = {"key": "割合", "digits": 1, "rounding": "half_up", "unit": "%", "basis": "例", "denominator": WHOLE}
    return Figure.model_validate(named | dict(definition))


def published(counts: Mapping[str, int | None], total: int) -> tuple[Part, Totals]:
    """A year with these rows and this total, and the part with the rows that were published."""
    values = {CellKey(ID, "", row, "件数"): counts[row] for row in ROWS}
    totals = Totals(values, printed={CellKey(ID, "", "", "件数"): total})
    definition = PartDefinition(key="公開", title="例", order=1, legal_basis="例", first_year=2000)
    return Part(Path("part"), definition, {"処理": published_table(ID, TABLE, totals)}, (), ()), totals


def completions(counts: Mapping[str, int | None], total: int) -> Iterator[dict[str, int]]:
    """Every year that would print these rows and this total."""
    left = total - sum(count or 0 for count in counts.values())
    unknown = [row for row, count in counts.items() if count is None]
    for numbers in product(range(left + 1), repeat=len(unknown)):
        if sum(numbers) == left:
            yield {row: count or 0 for row, count in counts.items()} | dict(zip(unknown, numbers, strict=True))


def value(figure: Figure, year: Mapping[str, int]) -> Decimal | None:
    """The share of a year of which every row is known, computed by itself."""
    below = [row for row in figure.denominator.rows or ROWS if row not in figure.excluded]
    above = max(year[row] for row in below) if figure.numerator is None else sum(year[r] for r in figure.numerator.rows)
    return percentage(above, sum(year[row] for row in below), 1)


YEARS = st.tuples(
    st.fixed_dictionaries({row: st.none() | st.integers(0, 5) for row in ROWS}).filter(lambda c: None in c.values()),
    st.integers(1, 5),
)


@given(YEARS, st.sampled_from(FIGURES))
def test_a_share_is_said_only_where_it_is_certain(
    year: tuple[dict[str, int | None], int], definition: dict[str, Any]
) -> None:
    counts, more = year
    total = sum(count or 0 for count in counts.values()) + more
    part, totals = published(counts, total)
    figure = figure_of(definition)
    share = compute_share(figure, part, totals)
    possible = {value(figure, one) for one in completions(counts, total)}
    if share.value is not None:
        assert possible == {share.value}
    elif None not in (share.numerator, share.denominator):
        assert possible == {None}


@given(YEARS, st.sampled_from([1, 2]))
def test_a_rank_is_said_only_where_it_is_certain(year: tuple[dict[str, int | None], int], rank: int) -> None:
    counts, more = year
    total = sum(count or 0 for count in counts.values()) + more
    part, totals = published(counts, total)
    rows = largest_rows(totals, part, Cells.model_validate(WHOLE), rank=rank)
    for one in completions(counts, total) if rows else ():
        wanted = sorted(set(one.values()) - {0}, reverse=True)[rank - 1]
        assert {row for row in ROWS if one[row] == wanted} == set(rows)


@pytest.mark.parametrize(
    ("counts", "total", "figure", "expected"),
    [
        ((61, 7, None, None), 93, FIGURES[0], None),  # how many were withdrawn is not known
        ((61, 7, None, 5), 93, FIGURES[0], "77.3"),
        ((61, 7, 20, None), 93, FIGURES[0], "77.3"),
        ((61, None, 20, 5), 93, FIGURES[0], None),
        ((61, None, None, None), 93, FIGURES[1], "65.6"),
        ((61, None, None, None), 93, FIGURES[2], None),
        ((61, None, None, None), 93, FIGURES[3], "65.6"),
        ((40, None, None, None), 93, FIGURES[3], None),  # a row that was not published may have more
        ((None, None, None, None), 93, FIGURES[3], None),
        ((61, None, 1, 5), 93, FIGURES[4], "69.3"),
    ],
)
def test_what_is_certain_is_said(
    counts: tuple[int | None, ...], total: int, figure: dict[str, Any], expected: str | None
) -> None:
    part, totals = published(dict(zip(ROWS, counts, strict=True)), total)
    share = compute_share(figure_of(figure), part, totals)
    assert share.value == (None if expected is None else Decimal(expected))


def test_a_column_of_shares_over_a_column_that_was_not_published() -> None:
    columns = [{"label": "公開", "unit": "件"}, {"label": "非公開", "unit": "件"}]
    table = CountTable.model_validate(TABLE.model_dump() | {"columns": columns})
    values = {key: 3 if key.column == "公開" else None for key in table.keys(ID)}
    rate = RateColumn(label="公開率", numerator=("公開",), denominator=("公開", "非公開"), basis="例")
    told = published_table(ID, table, Totals(values))
    for row in (None, told.rows[0]):
        assert row_share(ID, told, rate, Totals(values), row).value is None
