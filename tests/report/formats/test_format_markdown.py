from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from format_reading import read_markdown
from format_samples import REPORT
from nerima_report.report.blocks import (
    Block,
    Bullets,
    Cell,
    Heading,
    Paragraph,
    Report,
    Table,
    TableColumn,
    TableNote,
)
from nerima_report.report.formats.markdown import render_markdown


def report(*blocks: Block) -> Report:
    return Report(2022, "題", "練馬区", date(2023, 6, 1), cover=(Heading(1, "表紙"),), blocks=blocks)


def body(*blocks: Block) -> str:
    return render_markdown(report(*blocks)).removeprefix("# 表紙\n\n").removesuffix("\n")


def test_cover_contents_and_body_in_order() -> None:
    lines = render_markdown(REPORT).splitlines()
    assert lines[:11] == [
        "# 令和4年度（2022年度）",
        "",
        "- 公文書の公開状況",
        "- 個人情報保護制度の運用状況",
        "",
        "令和5年6月",
        "",
        "練馬区総務部情報公開課",
        "",
        "## 目次",
        "",
    ]
    assert "- [公文書の公開状況](#公文書の公開状況)" in lines
    assert "  - [1 公文書の公開請求状況](#1-公文書の公開請求状況)" in lines
    assert "## 公文書の公開状況" in lines
    assert "### 1 公文書の公開請求状況" in lines


def test_one_title_only() -> None:
    assert read_markdown(render_markdown(REPORT)).of("h1") == ["令和4年度（2022年度）"]


def test_table_with_marks_and_notes() -> None:
    columns = (TableColumn("公開諾否の決定期間"), TableColumn("件数(件)", numeric=True))
    rows = ((Cell("16日から30日まで", "注1"), Cell("744")), (Cell("合計"), Cell("2,199")))
    notes = (TableNote("条例第12条第2項を適用し、決定期間を延長したもの。", "注1"), TableNote("全体の注。"))
    table = Table("公開.決定期間", 7, "公開諾否の決定に要した期間", columns, rows, has_total=True, notes=notes)
    expected = """\
表7 公開諾否の決定に要した期間

| 公開諾否の決定期間 | 件数(件) |
| --- | ---: |
| 16日から30日まで 注1 | 744 |
| 合計 | 2,199 |

注1 条例第12条第2項を適用し、決定期間を延長したもの。

全体の注。"""
    assert body(table) == expected


def test_draft_says_so_first() -> None:
    assert render_markdown(replace(REPORT, draft=True)).startswith("【案】\n\n# 令和4年度（2022年度）\n")


def test_ends_with_one_line_feed() -> None:
    text = render_markdown(REPORT)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\r" not in text


@pytest.mark.parametrize(
    "text",
    [
        "請求件数（「不存在」を除く。）に占める割合は約97.5%だった。",
        "都市整備・建築・土木 (2) a-b C# 2,199件 1.5倍 -5",
        "令和4年度 https://example.jp/a_b",
    ],
)
def test_ordinary_text_is_not_escaped(text: str) -> None:
    assert body(Paragraph(text)) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("1. 一つ", r"1\. 一つ"),
        ("# 井げた", r"\# 井げた"),
        ("- 線", r"\- 線"),
        ("---", r"\---"),
        ("+ 足す", r"\+ 足す"),
        ("> 引用", r"\> 引用"),
        ("*印 a|b <b> [c](d) `e` ~f~", r"\*印 a\|b \<b> \[c\](d) \`e\` \~f\~"),
        ("_下線_ \\ &amp;", r"\_下線\_ \\ \&amp;"),
    ],
)
def test_signs_of_markdown_are_escaped(text: str, escaped: str) -> None:
    assert body(Paragraph(text)) == escaped
    assert body(Bullets((text,))) == f"- {escaped}"


def test_line_breaks_and_control_characters_leave_one_line() -> None:
    assert body(Paragraph("区民\r\n以外\x00\x0b\ud800")) == "区民 以外"


def test_heading_keeps_its_last_hash() -> None:
    reading = read_markdown(render_markdown(report(Heading(1, "番号 #"))))
    assert reading.of("h2") == ["目次", "番号 #"]


def test_contents_link_to_the_anchors_of_github() -> None:
    lines = body(
        Heading(1, "公開、非公開・(A_b) 3.5"), Heading(2, "同じ"), Heading(2, "同じ"), Heading(1, "※")
    ).splitlines()
    assert lines[2:6] == [
        r"- [公開、非公開・(A_b) 3.5](#公開非公開a_b-35)",
        "  - [同じ](#同じ)",
        "  - [同じ](#同じ-1)",
        "- ※",
    ]
