"""Shares as they were printed: which rule they are held against, and what is said where the numbers give another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from inboxes import Ward
from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.tallies.printed_rates import PrintedRate, PrintedShare, read_rates
from nerima_report.text import plain

Read = Callable[..., tuple[dict[str, PrintedShare], list[Finding]]]
OUTCOMES = "公開.処理状況"
NAME = "公開.公開率"


@pytest.fixture
def read(ward: Ward) -> Read:
    """Reads a printed share where the 処理状況 holds these counts, by row, and 0 in all other rows."""

    def rate(counts: Mapping[str, int | None], value: str, **own: str) -> tuple[dict[str, PrintedShare], list[Finding]]:
        totals = ward.examine().totals
        values = {k: counts.get(k.row, 0) if k.table == OUTCOMES else n for k, n in totals.values.items()}
        texts = {"割合": own.pop("割合", NAME), "値": value, **own}
        rates = [PrintedRate(texts, lambda field: Place(cell=field))]
        read = read_rates(rates, ward.edition, replace(totals, values=values))
        return read.shares, read.findings

    return rate


@pytest.mark.parametrize(
    ("counts", "value", "own", "difference"),
    [
        ({"全部公開": 1054, "非公開": 2484}, "29.8", {}, None),
        ({"全部公開": 1054, "非公開": 2484}, "29.7", {}, -1),
        ({"全部公開": 1054, "非公開": 2484}, "30", {}, None),
        ({"全部公開": 1054, "非公開": 2484}, "29.79", {}, None),
        ({"全部公開": 1054, "非公開": 2484}, "２９．８％", {}, None),
        ({"全部公開": 6734, "非公開": 3}, "99.9", {}, None),  # by the rule of the share, which is never_whole
        ({"全部公開": 6734, "非公開": 3}, "100.0", {}, 1),
        ({"全部公開": 50, "部分公開": 20, "非公開": 10, "不存在": 20}, "87.5", {}, None),
        ({"全部公開": 50, "部分公開": 20, "非公開": 10, "不存在": 20}, "70.0", {"除いた行": "なし"}, None),
        ({"全部公開": 50, "部分公開": 20, "非公開": 10, "不存在": 20}, "62.5", {"分子": "全部公開"}, None),
        ({"全部公開": 50, "部分公開": 20, "非公開": 10}, "71.4",
         {"分子": "全部公開", "分母": "全部公開、部分公開", "除いた行": "なし"}, None),
        ({"全部公開": 50, "取下げ": 50, "不存在": 1}, "50.0", {"除いた行": "不存在，存否応答拒否"}, None),
    ],
)  # fmt: skip
def test_a_printed_share_is_held_against_the_rule_of_its_year(
    counts: dict[str, int | None], value: str, own: dict[str, str], difference: int | None, read: Read
) -> None:
    shares, findings = read(counts, value, **own)
    assert [(f.code, f.difference) for f in findings] == ([] if difference is None else [("N716", difference)])
    share = shares[NAME].share
    printed = Decimal(plain(value).rstrip("%"))
    assert (share.value, share.definition.digits) == (printed, -int(printed.as_tuple().exponent))


@pytest.mark.parametrize(
    ("counts", "value", "own", "printed"),
    [
        ({"全部公開": 2, "非公開": 1}, "66.6", {"丸め方": "切捨て"}, "66.6"),
        ({"全部公開": 2, "非公開": 1}, "66.6", {"丸め方": "切り捨て"}, "66.6"),
        ({"全部公開": 1, "非公開": 2}, "33.4", {"丸め方": "切上げ"}, "33.4"),
        ({"全部公開": 6734, "非公開": 3}, "100.0", {"100%と0%": "端数があってもする"}, "100.0"),
        ({"全部公開": 6734, "非公開": 3}, "100", {"100%と0%": "端数があってもする"}, "100"),
        ({"全部公開": 1, "非公開": 1}, "50", {"けた": "1"}, "50.0"),
        ({"全部公開": 1, "非公開": 2}, "3.33", {"単位": "割"}, "33.3"),
        ({"全部公開": 1, "非公開": 2}, "3.33割", {}, "33.3"),
        ({"全部公開": 1, "非公開": 2}, "0.333", {"単位": "小数"}, "33.3"),
        ({"全部公開": 1, "非公開": 2}, "333", {"単位": "‰"}, "33.3"),
        ({"全部公開": 1, "非公開": 2}, "33.3%", {"単位": "%"}, "33.3"),
        ({"全部公開": 1, "非公開": 2}, "0.34", {"単位": "小数", "丸め方": "切上げ"}, "34"),
    ],
)
def test_a_year_may_have_rounded_by_a_rule_of_its_own(
    counts: dict[str, int | None], value: str, own: dict[str, str], printed: str, read: Read
) -> None:
    shares, findings = read(counts, value, **own)
    assert (findings, str(shares[NAME].share.value), shares[NAME].recomputed) == ([], printed, Decimal(printed))


@pytest.mark.parametrize(
    ("counts", "value", "own", "hint"),
    [
        ({"全部公開": 2, "非公開": 1}, "66.6", {}, "「切捨て」なら一致します。"),
        ({"全部公開": 1, "非公開": 2}, "33.4", {}, "「切上げ」なら一致します。"),
        ({"全部公開": 2, "非公開": 1}, "66.7", {"丸め方": "切捨て"}, "「四捨五入」「切上げ」なら一致します。"),
        ({"全部公開": 6734, "非公開": 3}, "100.0", {}, "「切上げ」「端数があっても100%や0%とする」なら一致します。"),
        ({"全部公開": 50, "部分公開": 20, "非公開": 10, "不存在": 20}, "70.0", {},
         "「不存在を除かない分母」なら一致します。"),
        ({"全部公開": 50, "部分公開": 20, "非公開": 11, "取下げ": 4, "不存在": 20}, "66.7", {},
         "「何も除かない分母」「不存在と取下げを除かない分母」なら一致します。"),
        ({"全部公開": 50, "非公開": 10}, "100.0", {}, ""),
        ({"全部公開": 50, "非公開": 10, "存否応答拒否": 10}, "71.4", {},
         "「存否応答拒否を除かない分母」なら一致します。"),
        ({"全部公開": 50, "非公開": 10}, "12.3", {}, ""),
        ({"全部公開": 50, "非公開": None}, "12.3", {}, None),
    ],
)  # fmt: skip
def test_the_rule_that_would_give_the_printed_value_is_named_and_not_taken(
    counts: dict[str, int | None], value: str, own: dict[str, str], hint: str | None, read: Read
) -> None:
    shares, findings = read(counts, value, **own)
    assert [finding.details["likely"] for finding in findings] == ([] if hint is None else [hint])
    assert str(shares[NAME].share.value) == value


def test_a_share_over_unknown_rows_is_kept_and_not_recomputed(read: Read) -> None:
    shares, findings = read({"全部公開": None, "非公開": 10}, "29.7")
    assert (shares[NAME].share.value, shares[NAME].recomputed, findings) == (Decimal("29.7"), None, [])


@pytest.mark.parametrize(
    ("value", "own", "field", "likely"),
    [
        ("29.7.1", {}, "値", None),
        ("三割", {}, "値", None),
        ("-3", {}, "値", None),
        ("29.7", {"単位": "件"}, "単位", None),
        ("29.7割", {"単位": "%"}, "値", None),
        ("9割", {}, "値", None),  # no whole percent: between 85 % and 95 %
        ("29.75", {"けた": "1"}, "けた", None),
        ("29.7", {"けた": "一"}, "けた", None),
        ("29.7", {"丸め方": "切りすて"}, "丸め方", None),
        ("29.7", {"100%と0%": "はい"}, "100%と0%", None),
        ("29.7", {"行": "全部公開"}, "行", None),
        ("29.7", {"割合": "公開の率"}, "割合", None),
        ("29.7", {"割合": "公開.公開の率"}, "割合", NAME),
        ("29.7", {"除いた行": "取り下げ"}, "除いた行", "取下げ"),
        ("29.7", {"除いた行": "不存在、取り下げ"}, "除いた行", "取下げ"),
        ("29.7", {"分子": "全部開示"}, "分子", None),
        ("29.7", {"分母": "全部"}, "分母", None),
        ("29.7", {"割合": "公開.最多の内容の割合", "分子": "区政一般"}, "分子", None),
    ],
)
def test_what_is_unclear_is_asked_about_in_its_field(
    value: str, own: dict[str, str], field: str, likely: str | None, read: Read
) -> None:
    shares, (finding,) = read({"全部公開": 1}, value, **own)
    assert (shares, finding.code, finding.place.cell) == ({}, "N241", field)
    if likely:
        assert finding.expected == likely
