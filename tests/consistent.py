"""Any consistent workbook of a 課 for 令和4年度: numbers that satisfy every declared link, and entries of the year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from nerima_report.edition import Edition
from nerima_report.fiscal_year import Month
from nerima_report.places import CellKey

Draw = Any
Counts = dict[CellKey, int]
Entries = dict[str, list[dict[str, object]]]


@st.composite
def consistent(draw: Draw, edition: Edition) -> tuple[Counts, Entries]:
    """Counts for every cell of a section's form, and the rows of its list-like tables (perhaps none)."""
    counts = {**disclosure(draw, edition), **_privacy(draw, edition)}
    inspections = [
        {
            "評価の区分": draw(st.sampled_from(["全項目評価", "全項目再評価"])),
            "第三者点検事務名": "住民記録",
            "所管課名": "戸籍住民課",
            "点検実施日": date(2022, 4, 1) + timedelta(days=draw(st.integers(0, 364))),
        }
        for _ in range(draw(st.integers(0, 2)))
    ]
    outsourced = counts[CellKey("個人.登録など", "", "業務の委託", "件数")] > 0
    incidents = [
        {
            "種別": draw(st.sampled_from(["誤交付", "誤送付", "その他"])),
            "年月": Month(2022, draw(st.integers(4, 12))),
            "事業者": draw(st.sampled_from([None, "委託事業者"])) if outsourced else None,
            "内容": "別の人の書類を渡した。",
            "人数": draw(st.integers(0, 99)),
            "原因": "確認の不足",
            "所管": "区民部戸籍住民課",
        }
        for _ in range(draw(st.integers(0, 3)))
    ]
    return counts, {"個人.第三者点検": inspections, "個人.事務処理ミス": incidents}


def disclosure(draw: Draw, edition: Edition, most: int = 60) -> Counts:
    """The counts of the first part, which all years share: at most so many requests of each kind of requester."""
    asked = draw(st.lists(st.integers(0, most), min_size=4, max_size=4))
    persons = [draw(st.integers(1, number)) if number else 0 for number in asked]
    total = sum(asked)
    withdrawn = draw(st.integers(0, total))
    outcomes = split(draw, total - withdrawn, 5)
    refused = outcomes[1] + outcomes[2]
    reasons = [refused, *(draw(st.integers(0, refused)) for _ in range(6))]
    return {
        **column_of(edition, "公開.内容別", "件数", split(draw, total, 9)),
        **column_of(edition, "公開.請求者", "請求者数", persons),
        **column_of(edition, "公開.請求者", "件数", asked),
        **column_of(edition, "公開.請求方法", "請求者数", split(draw, sum(persons), 4)),
        **column_of(edition, "公開.目的別", "件数", split(draw, total, 5)),
        **column_of(edition, "公開.処理状況", "件数", [*outcomes, withdrawn]),
        **column_of(edition, "公開.非公開理由", "件数", reasons),
        **column_of(edition, "公開.決定期間", "件数", [*split(draw, total - withdrawn, 5), withdrawn]),
    }


def _privacy(draw: Draw, edition: Edition) -> Counts:
    asked = draw(st.lists(st.integers(0, 9), min_size=2, max_size=2))
    persons = [draw(st.integers(1, number)) if number else 0 for number in asked]
    withdrawn = draw(st.integers(0, sum(asked)))
    answered = split(draw, sum(asked) - withdrawn, 12)
    return {
        **column_of(edition, "個人.請求状況", "請求者数", persons),
        **column_of(edition, "個人.請求状況", "件数", asked),
        **column_of(edition, "個人.処理状況", "件数", [*answered[:4], withdrawn, *answered[4:]]),
        **column_of(edition, "個人.決定期間", "件数", [*split(draw, sum(asked) - withdrawn, 5), withdrawn]),
        **column_of(edition, "個人.登録など", "件数", draw(st.lists(st.integers(0, 999), min_size=4, max_size=4))),
        **column_of(
            edition, "個人.利用と提供", "延べ人数", draw(st.lists(st.integers(0, 10**6), min_size=2, max_size=2))
        ),
    }


def column_of(edition: Edition, table_id: str, column: str, values: Sequence[int]) -> Counts:
    rows = edition.count_tables[table_id].rows
    return {row.key(table_id, column): value for row, value in zip(rows, values, strict=True)}


def split(draw: Draw, total: int, parts: int) -> list[int]:
    """A total dealt out over a number of rows."""
    cuts = sorted(draw(st.lists(st.integers(0, total), min_size=parts - 1, max_size=parts - 1)))
    return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]
