"""Shares at their edges: nothing counted, nothing to divide by, something unknown; rows in groups; almost all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inboxes import Ward
from nerima_report.edition.definition import Rounding
from nerima_report.edition.figures import Figure
from nerima_report.edition.part import Part, PartDefinition
from nerima_report.edition.tables import CountTable
from nerima_report.places import CellKey
from nerima_report.report.audit import make_audit
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.record import content_of, make_record
from nerima_report.report.tables import count_table
from nerima_report.report.wording import PartWording, WordingError
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.figures import Share, compute_figures, row_share
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.totals import Totals

if TYPE_CHECKING:
    from nerima_report.edition import Edition

OUTCOMES = "公開.処理状況"


def rate(ward: Ward, counts: Mapping[str, int | None]) -> Share:
    """The 公開率 where the 処理状況 holds these counts, by row, and 0 in all other rows."""
    totals = ward.examine().totals
    values = {key: counts.get(key.row, 0) if key.table == OUTCOMES else value for key, value in totals.values.items()}
    assert {CellKey(OUTCOMES, "", row, "件数") for row in counts} <= values.keys()
    return dict(compute_figures(replace(totals, values=values), ward.edition))["公開.公開率"]


@pytest.mark.parametrize(
    ("counts", "value"),
    [
        ({"全部公開": 3, "部分公開": 1, "非公開": 4}, Decimal("50.0")),
        ({"非公開": 7}, Decimal("0.0")),
        ({"全部公開": 7}, Decimal("100.0")),
        ({"取下げ": 5, "不存在": 2, "存否応答拒否": 1}, None),  # excluded: nothing is left to divide by
        ({}, None),
        ({"全部公開": None, "非公開": 1}, None),
        ({"全部公開": 1, "非公開": None}, None),
    ],
    ids=[
        "half",
        "none was open",
        "all were open",
        "only what is excluded",
        "nothing",
        "numerator unknown",
        "rest unknown",
    ],
)
def test_a_rate_at_its_edges(counts: Mapping[str, int | None], value: Decimal | None, ward: Ward) -> None:
    assert rate(ward, counts).value == value


GROUPS = CountTable.model_validate(
    {
        "kind": "counts", "key": "処理", "title": "処理", "legal_basis": "例", "stub": "区分", "group_stub": "請求",
        "total": "合計", "columns": [{"label": "件数", "unit": "件"}],
        "rows": [{"group": group, "label": label} for group in ("開示", "訂正") for label in ("承諾", "不承諾")],
    }
)  # fmt: skip
COUNTS = {("開示", "承諾"): 100, ("開示", "不承諾"): 5, ("訂正", "承諾"): 1, ("訂正", "不承諾"): 2}


def grouped(counts: Mapping[tuple[str, str], int], **figure: Any) -> Collection:
    """What is known where a part has one table, with the same rows in two groups, and one figure."""
    definition = {"kind": "largest_share", "denominator": {"table": "処理", "column": "件数"}, **figure}
    of = Figure.model_validate(
        {"key": "割合", "digits": 1, "rounding": "half_up", "unit": "%", "basis": "例", **definition}
    )
    part_definition = PartDefinition(key="個人", title="例", order=1, legal_basis="例", first_year=2000)
    part = Part(Path("part"), part_definition, {"処理": GROUPS}, (), (of,))
    totals = Totals({CellKey("個人.処理", *row, "件数"): counts.get(row, 0) for row in COUNTS})
    edition = cast("Edition", SimpleNamespace(parts=(part,), count_tables={}, part_of=lambda table_id: part))
    return Collection(edition, 2022, Tallies((), {}, (), (), ()), totals)


def wording_of(collection: Collection) -> PartWording:
    return PartWording(collection.edition.parts[0], collection)


@pytest.mark.parametrize(
    ("counts", "figure", "rows", "value"),
    [
        (COUNTS, {}, ("承諾",), "93.5"),
        (COUNTS, {"denominator": {"table": "処理", "column": "件数", "group": "訂正"}}, ("不承諾",), "66.7"),
        (COUNTS, {"denominator": {"table": "処理", "column": "件数", "group": "開示"}}, ("承諾",), "95.2"),
        (COUNTS, {"excluded": ["承諾"]}, ("不承諾",), "100.0"),
        (COUNTS, {"denominator": {"table": "処理", "column": "件数", "rows": ["不承諾"]}}, ("不承諾",), "100.0"),
        ({("開示", "承諾"): 3, ("訂正", "不承諾"): 3}, {}, ("承諾", "不承諾"), "50.0"),
        ({("開示", "承諾"): 3, ("開示", "不承諾"): 2, ("訂正", "不承諾"): 2}, {}, ("不承諾",), "57.1"),
        ({}, {}, (), None),
        (
            COUNTS,
            {"kind": "rate", "numerator": {"table": "処理", "column": "件数", "rows": ["承諾"]}},
            ("承諾",),
            "93.5",
        ),
        (
            COUNTS,
            {"kind": "rate", "numerator": {"table": "処理", "column": "件数", "group": "訂正", "rows": ["承諾"]}},
            ("承諾",),
            "0.9",
        ),
    ],
)
def test_rows_of_the_same_label_in_several_groups(
    counts: Mapping[tuple[str, str], int], figure: dict[str, Any], rows: tuple[str, ...], value: str | None
) -> None:
    share = grouped(counts, **figure).figures["個人.割合"]
    assert (share.rows, share.value) == (rows, None if value is None else Decimal(value))


@pytest.mark.parametrize(("group", "rows"), [("", ("承諾",)), ("開示", ("承諾",)), ("訂正", ("不承諾",))])
def test_the_largest_row_of_all_groups_or_of_one(group: str, rows: tuple[str, ...]) -> None:
    assert wording_of(grouped(COUNTS)).largest("処理", "件数", group) == rows


@pytest.mark.parametrize(
    ("digits", "open_", "closed", "value", "rounded"),
    [
        (1, 9999, 1, "99.9", "100.0"),
        (1, 99949, 51, "99.9", "99.9"),
        (1, 99950, 50, "99.9", "100.0"),
        (1, 1, 9999, "0.1", "0.0"),
        (1, 1, 1999, "0.1", "0.1"),
        (1, 4, 9996, "0.1", "0.0"),
        (1, 7, 0, "100.0", "100.0"),
        (1, 0, 7, "0.0", "0.0"),
        (0, 999, 1, "99", "100"),
        (0, 1, 999, "1", "0"),
        (2, 99999, 1, "99.99", "100.00"),
        (2, 1, 99999, "0.01", "0.00"),
    ],
)
def test_a_share_that_is_not_whole_is_not_printed_as_whole(
    digits: int, open_: int, closed: int, value: str, rounded: str
) -> None:
    counts = {("開示", "承諾"): open_, ("開示", "不承諾"): closed}
    numerator = {"table": "処理", "column": "件数", "rows": ["承諾"]}
    for never_whole, expected in ((True, value), (False, rounded)):
        figure = {"kind": "rate", "numerator": numerator, "digits": digits, "never_whole": never_whole}
        share = grouped(counts, **figure).figures["個人.割合"]
        assert (share.value, share.rounded) == (Decimal(expected), Decimal(rounded))


def test_the_ward_prints_no_share_as_whole_that_is_not(ward: Ward) -> None:
    assert rate(ward, {"全部公開": 99999, "非公開": 1}).value == Decimal("99.9")
    assert all(figure.never_whole for part in ward.edition.parts for figure in part.figures)


def test_every_output_says_the_same_of_a_share_that_is_not_quite_whole(ward: Ward) -> None:
    collection = ward.examine()
    values = {key: 0 if key.table == OUTCOMES else value for key, value in collection.totals.values.items()}
    values |= {CellKey(OUTCOMES, "", "全部公開", "件数"): 99999, CellKey(OUTCOMES, "", "非公開", "件数"): 1}
    content = Content(replace(collection, totals=Totals(values)))
    report = compose_report(content)
    assert "公開の割合は約99.9%だった。" in render_markdown(report)
    audited = [line for line in make_audit(content, report).splitlines() if line.startswith("| 公開.公開率 |")]
    assert "99.9%（四捨五入では100.0%" in audited[0]
    record = make_record(content, report)
    assert {figure.figure: figure.value for figure in record.figures}["公開.公開率"] == "99.9"
    again = content_of(record, ward.edition, Path("2022.json"))
    assert "公開の割合は約99.9%だった。" in render_markdown(compose_report(again))


def test_an_order_by_count_keeps_groups_together() -> None:
    totals = grouped({("開示", "承諾"): 1, ("開示", "不承諾"): 5, ("訂正", "承諾"): 9, ("訂正", "不承諾"): 90}).totals
    table = count_table("個人.処理", GROUPS.model_copy(update={"order": "by_count"}), totals, 2022)
    assert [tuple(cell.text for cell in row) for row in table.rows] == [
        ("開示", ""), ("不承諾", "5"), ("承諾", "1"), ("訂正", ""), ("不承諾", "90"), ("承諾", "9"), ("合計", "105"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "named"),
    [
        (lambda w: w.value("処理", "承諾", "件数"), "区分（開示、訂正）"),
        (lambda w: w.value("処理", "承諾", "件数", "削除"), "区分「削除」"),
        (lambda w: w.value("処理", "取下げ", "件数", "開示"), "行「取下げ」"),
        (lambda w: w.largest("処理", "件数", "削除"), "区分「削除」"),
    ],
)
def test_a_group_that_is_missing_or_unknown_is_named(ask: Callable[[PartWording], object], named: str) -> None:
    wording = wording_of(grouped(COUNTS))
    with pytest.raises(WordingError, match=named):
        ask(wording)


@given(st.lists(st.integers(0, 5000), min_size=2, max_size=6), st.integers(0, 2), st.sampled_from(get_args(Rounding)))
def test_shares_in_a_total_are_those_of_an_exact_division(counts: list[int], digits: int, rounding: str) -> None:
    rows = [{"label": f"行{place}"} for place in range(len(counts))]
    rate = {"label": "構成比", "of": "件数", "digits": digits, "rounding": rounding, "basis": "架空"}
    table = CountTable.model_validate(
        {"kind": "counts", "key": "別", "title": "別", "legal_basis": "架空", "stub": "行", "total": "計", "rows": rows}
        | {"columns": [{"label": "件数", "unit": "件"}], "rates": [rate]}
    )
    totals = Totals(dict(zip(table.keys("公開.別"), counts, strict=True)))
    mode = {"half_up": ROUND_HALF_UP, "down": ROUND_DOWN, "up": ROUND_UP}[rounding]
    for row, count in zip(table.rows, counts, strict=True):
        share = row_share("公開.別", table, table.rates[0], totals, row)
        with localcontext(prec=60):
            expected = sum(counts) and (Decimal(100 * count) / sum(counts)).quantize(Decimal(1).scaleb(-digits), mode)
        assert share.value == (expected if sum(counts) else None)
