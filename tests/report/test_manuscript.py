"""Everything that varies by year varies in the text: cases/manuscript.toml. And what a manuscript may not do."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inboxes import Ward
from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.errors import DefinitionError
from nerima_report.fiscal_year import parse_month
from nerima_report.places import CellKey
from nerima_report.report.blocks import Block, Bullets, Heading, Paragraph, Table
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.manuscript import read_blocks
from nerima_report.report.prose import prose_of
from nerima_report.report.wording import PartWording, Quantity, WordingError, year_names
from nerima_report.report.wording_of_year_before import YearBefore
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.totals import Totals

WRITTEN = tomllib.loads((Path(__file__).parents[1] / "cases" / "manuscript.toml").read_text(encoding="utf-8"))
CASES = WRITTEN["case"]


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


PROSE = prose_of(load_edition(find_edition("nerima"), texts=False))


def _read(tmp_path: Path, text: str, **names: object) -> list[Block]:
    file = tmp_path / "manuscript.md.j2"
    file.write_text(text, encoding="utf-8")

    def no_table(key: str) -> list[Table]:
        raise WordingError(f"表「{key}」はありません")

    return read_blocks(file, names, no_table, PROSE)


@pytest.fixture(scope="module")
def names(ward: Ward) -> dict[str, object]:
    """Everything that the manuscript of 公文書の公開状況 may ask for."""
    collection, part = ward.examine(), ward.edition.parts[0]
    wording = PartWording(part, collection)
    before = YearBefore(part, wording, None, ward.edition.years.compare)
    return {**year_names(2022), **wording.names(), **before.names()}


@pytest.mark.parametrize("case", WRITTEN["refused"], ids=lambda case: case["text"][:40])
def test_what_may_not_stand_in_a_manuscript(case: dict[str, Any], names: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as fault:
        _read(tmp_path, case["text"], **names)
    assert fault.value.file == tmp_path / "manuscript.md.j2"
    assert fault.value.key == f"{case.get('line', 1)}行目"
    # The error speaks of the manuscript: its only Latin words are those of manuscripts and their files.
    words = re.findall("[A-Za-z_.]{3,}", fault.value.reason)
    assert set(words) <= {
        "manuscripts.toml",
        "constant",
        "figures.toml",
        "endif",
        "endfor",
        "set",
        "for",
        *case.get("words", []),
    }
    for text in case.get("says", []):
        assert text in fault.value.reason


@pytest.mark.parametrize("text", WRITTEN["accepted"]["texts"])
def test_what_may_stand_in_a_manuscript(text: str, names: dict[str, object], tmp_path: Path) -> None:
    assert _read(tmp_path, text, **names, 課="申込表(2枚)、割合（30件）、{{ 7 }}、五件")


@pytest.mark.parametrize(
    "text",
    [
        '{{ "a" * 2000000000 }}',
        "{{ 9 ** 9 ** 9 ** 9 }}",
        "{% for 行 in 名前 %}{{ 文 }}{% endfor %}",
        "{% for 甲 in 名前 %}{% for 乙 in 名前 %}{% endfor %}{% endfor %}",
        "{% macro 甲() %}{{ 甲() }}{% endmacro %}{{ 甲() }}",
        "{% set 甲 %}あ{% endset %}" + "{% set 甲 %}{{ 甲 }}{{ 甲 }}{% endset %}" * 40,
        "{% set 甲 = 名前 %}" + "{% set 甲 = 甲 ~ 甲 %}" * 40,
        "{% for 甲 in range(1000000000) %}あ{% endfor %}",
        "{{ 文 | center(2000000000) }}",
        "{{ " + "(" * 5000 + "文" + ")" * 5000 + " }}",
        "{{ " + "-" * 5000 + "1 }}",
        "{% if 文 %}" * 3000 + "あ" + "{% endif %}" * 3000,
        "{% if " + "not " * 3000 + "文 %}あ{% endif %}",
        "あ" * 200_000,
        "{{ 名前 | join('" + "あ" * 1000 + "') }}",
        "[" * 50_000,
        "[あ]\n" * 1_001,
        "*あ _い" * 10_000,
        '{% include "/etc/passwd" %}',
        '{% import "os" as os %}',
        "{{ cycler.__init__.__globals__ }}",
    ],
    ids=lambda text: text[:30],
)
def test_a_manuscript_cannot_waste_time_or_memory(text: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as fault:
        _read(tmp_path, f"あ\n{text}", 文="あ" * 1000, 名前=["区政"] * 1000)
    assert re.fullmatch(r"\d+行目", fault.value.key)


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
        ("注の中のかっこのあとの行も正しい", "{# {{ と {% #}\nあ\n\n**あ**\n", 4),
        ("何行かの注のあとの行も正しい", "{# 注の\n二行目 #}\n\n**あ**\n", 4),
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
