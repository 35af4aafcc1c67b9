"""The report as a web page: the same texts as Markdown, accessible, without anything from outside."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from browser import audit, axe_faults, browse, in_browser, with_axe
from conftest import Command
from format_reading import Rows, read_html, read_markdown, tags_of
from format_samples import REPORT, columns, rows
from nerima_report.report.blocks import Block, Bullets, Cell, Heading, Paragraph, Picture, Table, TableColumn, TableNote
from nerima_report.report.formats.html import MOST_COLUMNS, render_html
from nerima_report.report.formats.markdown import render_markdown
from test_format_word import BLOCKS, small

PICTURE = Picture(1, "件数の推移", "件数の折れ線グラフ。", "figure-01.png", b"\x89PNG", 160)
WIDE = Table(
    "例", 1, "広い表", columns("区分", "一(件)", "二(件)", "三(件)", "四(件)"), rows("甲^注1 | 1 | 2 | 3 | 4"),
    notes=(TableNote("数の注。", "注1"),),
)  # fmt: skip
LIST = Table("例", 2, "一覧", columns("番号", "種別", "内容", "所管"), rows("1 | 紛失 | 架空の事例 | 総務課"))

BLOCKS_OF_PAGE = (*REPORT.blocks, WIDE, LIST, PICTURE)


@pytest.fixture(scope="module")
def page() -> str:
    return render_html(replace(REPORT, draft=True, blocks=BLOCKS_OF_PAGE))


def test_it_says_what_markdown_says() -> None:
    in_page, in_markdown = read_html(render_html(REPORT)), read_markdown(render_markdown(REPORT))
    assert in_page.texts == in_markdown.texts
    assert in_page.tables == in_markdown.tables


@pytest.mark.thorough
@given(st.lists(BLOCKS, max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_report_says_what_its_markdown_says(blocks: list[Block]) -> None:
    report = small(*blocks)
    in_page, in_markdown = read_html(render_html(report)), read_markdown(render_markdown(report))
    assert in_page.texts == in_markdown.texts
    assert in_single_spaces(in_page.tables) == in_single_spaces(in_markdown.tables)


def in_single_spaces(tables: list[Rows]) -> list[Rows]:
    """Markdown keeps the spaces between a text and the mark of its note."""
    return [[[" ".join(cell.split()) for cell in row] for row in rows] for rows in tables]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a & b &amp; c", '"> <b', "{{ x }}", "改\r\n行\x00"])
def test_texts_arrive_as_they_are(text: str) -> None:
    table = Table("例", 1, text, (TableColumn(text),), ((Cell(text, text),),), notes=(TableNote(text, "注1"),))
    picture = replace(PICTURE, alt=text, title=text)
    html = render_html(small(Heading(1, text), Paragraph(text), Bullets((text,)), table, picture))
    seen = "改 行" if "改" in text else text
    reading = read_html(html.partition("<main")[2])
    assert [said for _, said in reading.texts] == [
        seen, seen, seen, f"表1 {seen}", f"注1 {seen}", f"図1 {seen}",
    ]  # fmt: skip
    assert reading.tables == [[[seen], [f"{seen} {seen}"]]]
    assert [tag[1]["alt"] for tag in tags_of(html) if tag[0] == "img"] == [seen]
    assert not [tag for tag, _ in tags_of(html) if tag in ("script", "b")]


def test_it_is_marked_up_for_those_who_cannot_see_it(page: str) -> None:
    tags = tags_of(page)
    assert ("html", {"lang": "ja"}) in tags
    assert [tag for tag, _ in tags if tag in ("header", "nav", "main", "h1")] == ["header", "h1", "nav", "main"]
    assert all(facts.get("scope") in ("col", "row", "rowgroup") for tag, facts in tags if tag == "th")
    tables = [tag for tag, _ in tags if tag in ("table", "caption")]
    assert tables == ["table", "caption"] * (len(tables) // 2)
    assert next(facts["href"] for tag, facts in tags if tag == "a") == "#main"
    assert page.index("【案】") < page.index("<h1")


def test_rows_are_named_by_what_stands_before_their_numbers() -> None:
    grouped = Table("例", 1, "題", columns("種類", "処理", "件数(件)"), rows("開示 | 全部 | 1\n合計 | | 1"), True)
    page = render_html(small(grouped, LIST))
    named = re.findall(r'<th scope="row">(.*?)</th>', page)
    assert named == ["開示", "全部", "合計", "1"]  # of the list its first column


def test_only_what_is_wider_than_a_telephone_can_be_moved(page: str) -> None:
    tables = [*REPORT.tables, WIDE, LIST]
    wide = [table for table in tables if len(table.columns) > MOST_COLUMNS]
    moved = [facts for tag, facts in tags_of(page) if facts.get("class") == "scroll"]
    assert len(moved) == len(wide) == page.count("表を横に動かして見られます")
    assert all(facts["tabindex"] == "0" and f'id="{facts["aria-labelledby"]}"' in page for facts in moved)


def test_a_picture_is_part_of_the_page() -> None:
    page = render_html(small(PICTURE))
    (facts,) = [facts for tag, facts in tags_of(page) if tag == "img"]
    assert facts["src"] == "data:image/png;base64,iVBORw=="
    assert facts["alt"] == PICTURE.alt


def test_nothing_is_loaded_or_run(page: str) -> None:
    assert not re.findall(r"<(?:script|link|iframe|object|form)|@import|url\(|https?:", page)
    assert "default-src 'none'" in page
    assert page == render_html(replace(REPORT, draft=True, blocks=BLOCKS_OF_PAGE))


@pytest.mark.thorough
@in_browser
def test_on_a_telephone(page: str, tmp_path: Path) -> None:
    found = audit(tmp_path, page, 400)
    assert found["faults"] == []
    assert found["lowest"] >= 4.5, "contrast of texts (JIS X 8341-3 AA)"
    assert found["width"] <= 400, "the page itself is never moved sideways"


@pytest.mark.thorough
@in_browser
@with_axe
@pytest.mark.parametrize("width", [400, 1400])
def test_axe_finds_nothing(page: str, width: int, tmp_path: Path) -> None:
    assert axe_faults(tmp_path, page, width) == []


@in_browser
@with_axe
def test_axe_finds_nothing_in_the_pages_of_the_commands(act_workdir: Path, command: Command, tmp_path: Path) -> None:
    assert command("-C", act_workdir, "build", "2023").code == 0
    page = (act_workdir / "out" / "2023" / "report.html").read_text(encoding="utf-8")
    assert axe_faults(tmp_path, page, 400) == []


@pytest.mark.thorough
@in_browser
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_on_paper_tables_are_whole_and_nothing_is_there_for_the_screen_alone(page: str, tmp_path: Path) -> None:
    browse(tmp_path, page, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer")
    run = subprocess.run(["pdftotext", "-layout", tmp_path / "page.pdf", "-"], capture_output=True, check=True)
    text = run.stdout.decode()
    assert "本文へ移る" not in text
    assert "横に動かして" not in text
    assert all("【案】" in sheet for sheet in text.split("\f") if sheet.strip())
    for sheet in text.split("\f"):
        if "公開請求の目的別件数" in sheet:
            assert all(row in sheet for row in ("営業活動", "請求目的の記載なし", "2,199"))


def test_each_group_of_rows_and_the_total_are_bodies_of_their_own() -> None:
    table = next(table for table in REPORT.tables if table.id == "個人.処理状況")
    tags = tags_of(render_html(small(table)).partition("<main")[2])
    assert [tag for tag, _ in tags].count("tbody") == 3  # 開示請求, 外部提供中止請求, 合計
    assert [told["scope"] for tag, told in tags if tag == "th"] == [
        "col", "col", "rowgroup", *["row"] * 5, "rowgroup", *["row"] * 3,
    ]  # fmt: skip
