"""Everything that varies by year varies in the text: cases/manuscript.toml. And what a manuscript may not do."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nerima_report.edition import Edition
from nerima_report.errors import DefinitionError
from nerima_report.fiscal_year import parse_month
from nerima_report.places import CellKey
from nerima_report.report.blocks import Bullets, Heading, Paragraph, Table
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.manuscript import read_blocks
from nerima_report.report.wording import Quantity, WordingError
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.totals import Totals

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "manuscript.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_variant(case: dict[str, Any], content: Content, whole_edition: Edition) -> None:
    text = render_markdown(compose_report(_changed(content, whole_edition, case)))
    for wanted in case.get("has", []):
        assert wanted in text
    for unwanted in case.get("lacks", []):
        assert unwanted not in text


def _changed(content: Content, whole_edition: Edition, case: dict[str, Any]) -> Content:
    year = case.get("fiscal_year", 2022)
    edition = whole_edition.for_year(year)
    values = dict(content.collection.totals.values)
    for table in case.get("zero", []):
        values.update({key: 0 for key in values if key.table == table})
    for change in case.get("set", []):
        key = CellKey(change["table"], change.get("group", ""), change["row"], change["column"])
        assert key in values
        values[key] = change["value"]
    entries = dict(content.collection.tallies.entries)
    for table in case.get("none", []):
        entries[table] = ()
    if months := [parse_month(month) for month in case.get("months", [])]:
        incidents = zip(entries["個人.事務処理ミス"], months, strict=False)
        entries["個人.事務処理ミス"] = [replace(e, values={**e.values, "年月": month}) for e, month in incidents]
    totals = Totals(values)
    tallies = replace(content.collection.tallies, entries=entries)
    return Content(Collection(edition, year, tallies, totals))


def _read(tmp_path: Path, text: str, **names: object) -> list[object]:
    file = tmp_path / "manuscript.md.j2"
    file.write_text(text, encoding="utf-8")

    def no_table(key: str) -> list[Table]:
        raise WordingError(f"表「{key}」はありません")

    return list(read_blocks(file, names, no_table))


def test_headings_paragraphs_and_lists_are_blocks(tmp_path: Path) -> None:
    text = "# 題\n\n一行目\n二行目\n\n- あ\n- い\n"
    assert _read(tmp_path, text) == [Heading(1, "題"), Paragraph("一行目二行目"), Bullets(("あ", "い"))]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("数に単位がない", "一行目\n\n{{ 件数 }}", 3),
        ("単位が違う", "\n{{ 件数 | 人 }}", 2),
        ("知らない名前", "あ\n\nい\n{{ 件敷 | 件 }}", 4),
        ("知らない表", '# 題\n\n{{ 表("ない") }}', 3),
        ("表が文の途中にある", 'あ\n\n前の文{{ 表("ない") }}', 3),
        ("閉じていない if", "{% if 件数 %}\nあ\n", 2),
        ("書き込まれた件数", "あ\n\n請求は2,199件だった。", 3),
        ("書き込まれた割合", "{{ 件数 | 件 }}のうち約97.5%だった。", 1),
        ("Markdown の表", "あ\n\n| a | b |\n| - | - |\n", 3),
        ("引用", "あ\n\n> 引用", 3),
        ("強調", "あ\n\n**強調**の文", 3),
        ("リンク", "[あ](https://example.com)", 1),
        ("番号付きの箇条書き", "1. あ\n2. い", 1),
        ("コード", "あ\n\n`code`", 3),
        ("属性をたどれない", "{{ 件数.__class__ }}", 1),
        ("割り算を書けない", "あ\n{{ 1 / 0 }}", 2),
        ("if のあとの行も正しい", "{% if true %}\n{% set a = 1 %}\n\n**あ**\n{% endif %}", 4),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, name: str, text: str, line: int) -> None:
    with pytest.raises(DefinitionError) as fault:
        _read(tmp_path, text, 件数=Quantity(3, "件"))
    assert fault.value.file == tmp_path / "manuscript.md.j2"
    assert fault.value.key == f"{line}行目"


@pytest.mark.parametrize(
    "hostile", ["**太字**", "<b>あ</b>", "# 題", "1. 一", "[a](b)", "a|b", "\ue0019\ue001", "{{ 7 }}"]
)
def test_text_from_outside_stays_text(tmp_path: Path, hostile: str) -> None:
    blocks = _read(tmp_path, "{{ 外の文 }}", 外の文=hostile)
    expected = "".join(char for char in hostile if not "\ue000" <= char <= "\uf8ff")
    assert blocks == [Paragraph(expected)]
