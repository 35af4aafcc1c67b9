"""Any consistent workbook of a 課 from 令和5年度 on: counts that satisfy every link, cases that went the right way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from consistent import Counts, Draw, Entries, column_of, disclosure, split
from nerima_report.edition import Edition
from nerima_report.fiscal_year import Month
from registers_carried import answered

HEAD, DIRECTOR, MANAGER = "行政機関の長等", "保護管理責任者（部長）", "保護責任者（課長・校長・園長）"
BODIES = ["区長", "教育委員会", "選挙管理委員会", "監査委員", "農業委員会"]
OTHERS = ["議会", "国", "ほかの地方公共団体", "独立行政法人など", "その他"]
LAW, CONSENT, WITHIN = "法第69条第1項", "法第69条第2項第1号", "法第69条第2項第2号"
ACROSS = ["法第69条第2項第3号", "法第69条第2項第4号"]
TYPES = {"利用": 3, "提供": 11, "委託": 21}


@st.composite
def consistent_act(draw: Draw, edition: Edition, fiscal_year: int) -> tuple[Counts, Entries]:
    """Counts for every cell of a section's form, and the rows of its list-like tables (perhaps none)."""
    counts = {**disclosure(draw, edition), **_requests(draw, edition), **_files(draw, edition)}
    cases = [_case(draw, fiscal_year, f"業務{number}") for number in range(draw(st.integers(0, 6)))]
    reviewed = {"評価の区分": "全項目評価", "所管課名": "戸籍住民課"}
    reviews = [
        reviewed | {"第三者点検事務名": f"事務{number}", "点検実施日": _day(draw, fiscal_year)}
        for number in range(draw(st.integers(0, 2)))
    ]
    incidents = [
        {
            "種別": draw(st.sampled_from(["誤交付", "紛失", "その他"])),
            "年月": Month(fiscal_year, draw(st.integers(4, 12))),
            "事業者": draw(st.sampled_from([None, "指定管理者"])),
            "内容": f"別の人の書類を渡した（{number}）。",
            "人数": persons,
            "原因": "確認の不足",
            "所管": "区民部戸籍住民課",
            "第68条の報告": draw(st.sampled_from(["報告した", "報告の対象でない"])) if persons <= 100 else "報告した",
        }
        for number, persons in enumerate(draw(st.lists(st.integers(0, 300), max_size=3)))
    ]
    checks = _inspection(draw, fiscal_year, any(case["区分"] == "委託" for case in cases))
    lists = {"個人.利活用": cases, "個人.点検": checks, "個人.第三者点検": reviews, "個人.事務処理ミス": incidents}
    fields = {key: edition.entry_tables[key].fields for key in lists}
    return counts, {key: [answered(fields[key], row, fiscal_year) for row in rows] for key, rows in lists.items()}


def _requests(draw: Draw, edition: Edition) -> Counts:
    asked = draw(st.lists(st.integers(0, 9), min_size=2, max_size=2))
    persons = [draw(st.integers(1, number)) if number else 0 for number in asked]
    withdrawn = split(draw, draw(st.integers(0, sum(asked))), 3)
    answered = split(draw, sum(asked) - sum(withdrawn), 11)
    outcomes = [*answered[:5], withdrawn[0], *answered[5:8], withdrawn[1], *answered[8:], withdrawn[2]]
    # Of each row some are about 特定個人情報, and as many by requesters as by outcomes.
    special = [draw(st.integers(0, number)) for number in outcomes]
    first = min(sum(special), asked[0])
    # Each decision that withholds something has the first reason, and some have others as well.
    withheld = sum(outcomes[1:3])
    reasons = [withheld, *(draw(st.integers(0, withheld)) for _ in range(7))]
    periods = [*split(draw, sum(asked) - sum(withdrawn), 4), sum(withdrawn)]
    return {
        **column_of(edition, "個人.開示等請求", "請求者数", persons),
        **column_of(edition, "個人.開示等請求", "件数", asked),
        **column_of(edition, "個人.開示等請求", "うち特定個人情報", [first, sum(special) - first]),
        **column_of(edition, "個人.処理状況", "件数", outcomes),
        **column_of(edition, "個人.処理状況", "うち特定個人情報", special),
        **column_of(edition, "個人.決定期間", "件数", periods),
        **column_of(edition, "個人.不開示の理由", "件数", reasons),
    }


def _files(draw: Draw, edition: Edition) -> Counts:
    opening, added = draw(st.integers(0, 50)), draw(st.integers(0, 9))
    removed = draw(st.integers(0, opening + added))
    return column_of(edition, "個人.個人情報ファイル簿", "件数", [opening + added - removed, added, removed])


def _case(draw: Draw, fiscal_year: int, work: str) -> dict[str, Any]:
    """A case of 利用, 提供 or 委託, of any way that the guideline and the Act leave open."""
    kind, holder = draw(st.sampled_from(list(TYPES))), draw(st.sampled_from(BODIES))
    case: dict[str, Any] = {"業務": work, "区分": kind, "保有する行政機関": holder, "旧条例からの継続": "いいえ"}
    if kind == "利用":
        case |= {"利用する行政機関など": holder, "根拠": draw(st.sampled_from([LAW, CONSENT, WITHIN]))}
    elif kind == "提供":
        case["利用する行政機関など"] = draw(st.sampled_from([body for body in BODIES + OTHERS if body != holder]))
        case["根拠"] = draw(st.sampled_from([LAW, CONSENT, *ACROSS]))
    if draw(st.booleans()):
        return case | {"旧条例からの継続": "はい"}
    if case.get("根拠") in (LAW, CONSENT):
        return case | {"決定の日": _day(draw, fiscal_year), "決定した者": MANAGER}
    consulted = _day(draw, fiscal_year - 1)
    case |= {"協議の日": consulted, "決定の日": consulted + timedelta(days=60)}
    if draw(st.booleans()):
        annex = list(TYPES).index(kind) + 1
        case["ガイドラインの類型"] = f"別表{annex}の{draw(st.integers(1, TYPES[kind]))}"
        decider = draw(st.sampled_from([HEAD, DIRECTOR]))
    else:
        case["運営委員会の日"] = consulted + timedelta(days=draw(st.integers(0, 60)))
        decider = HEAD
    return case if kind == "委託" else case | {"決定した者": decider}


def _inspection(draw: Draw, fiscal_year: int, outsourced: bool) -> list[dict[str, object]]:
    lines = []
    for item in ("記録媒体", "処理経路", "保管方法", "委託先の確認", "教育研修"):
        allowed = (
            ["適", "不適", "改善予定"]
            if item == "委託先の確認" and outsourced
            else ["適", "不適", "該当なし", "改善予定"]
        )
        line: dict[str, object] = {"点検の項目": item, "結果": draw(st.sampled_from(allowed))}
        if line["結果"] in ("不適", "改善予定"):
            line["状況と改善の予定"] = "台帳を作る。"
        if line["結果"] == "改善予定":
            line["改善の予定日"] = date(fiscal_year + 1, 6, 30)
        lines.append(line)
    return lines


def _day(draw: Draw, fiscal_year: int) -> date:
    return date(fiscal_year, 4, 1) + timedelta(days=draw(st.integers(0, 364)))
