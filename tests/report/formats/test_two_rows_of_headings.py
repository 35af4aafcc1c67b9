"""A heading over several columns (決定の内訳): two rows of headings in Word and on the page, one in Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from docx.oxml.ns import qn

from format_reading import open_word, tags_of
from format_samples import REFERENCE, REPORT, rows
from nerima_report.edition.tables import CountTable
from nerima_report.report.blocks import Table, TableColumn
from nerima_report.report.formats.html import render_html
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.formats.word import render_word
from nerima_report.report.tables import count_table
from nerima_report.tallies.totals import Totals

MATRIX = Table(
    "公開.実施機関別",
    1,
    "実施機関別の決定（架空）",
    (
        TableColumn("実施機関", weight=5),
        TableColumn("請求(件)", numeric=True),
        TableColumn("公開(件)", numeric=True, over="決定の内訳"),
        TableColumn("非公開(件)", numeric=True, over="決定の内訳"),
        TableColumn("審査請求(件)", numeric=True),
    ),
    rows("市長 | 12 | 9 | 3 | 1\n議会 | 4 | 4 | 0 | 0\n合計 | 16 | 13 | 3 | 1"),
    has_total=True,
)
SAMPLE = replace(REPORT, blocks=(MATRIX,))


def test_the_upper_row_says_what_stands_over_how_many_columns() -> None:
    assert MATRIX.heads_above == [("", 1), ("", 1), ("決定の内訳", 2), ("", 1)]
    plain = replace(MATRIX, columns=tuple(replace(column, over="") for column in MATRIX.columns))
    assert plain.heads_above == []


def test_markdown_has_one_row_of_headings() -> None:
    head = "| 実施機関 | 請求(件) | 決定の内訳 公開(件) | 決定の内訳 非公開(件) | 審査請求(件) |"
    assert head in render_markdown(SAMPLE)


def test_the_page_has_two() -> None:
    heads = [said for tag, said in tags_of(render_html(SAMPLE)) if tag == "th" and said["scope"] != "row"]
    assert [(head["scope"], head.get("colspan"), head.get("rowspan")) for head in heads] == [
        ("col", None, "2"), ("col", None, "2"), ("colgroup", "2", None), ("col", None, "2"),
        ("col", None, None), ("col", None, None),
    ]  # fmt: skip


def test_word_has_two_which_it_repeats_on_each_page() -> None:
    table = open_word(render_word(SAMPLE, REFERENCE)).tables[-1]
    upper, lower, *numbers = table.rows
    repeated = [bool(row._tr.findall(qn("w:trPr") + "/" + qn("w:tblHeader"))) for row in table.rows]
    assert repeated == [True, True, False, False, False]
    assert [cell.text for cell in upper.cells] == ["実施機関", "請求(件)", "決定の内訳", "決定の内訳", "審査請求(件)"]
    assert [cell.text for cell in lower.cells] == ["実施機関", "請求(件)", "公開(件)", "非公開(件)", "審査請求(件)"]
    assert [cell.text for cell in numbers[0].cells] == ["市長", "12", "9", "3", "1"]


@pytest.mark.parametrize("overs", ["-内内内内", "-甲甲乙乙", "-甲-甲-", "甲甲甲甲甲"])
def test_any_places(overs: str) -> None:
    above = ["" if over == "-" else over for over in overs]
    columns = tuple(replace(column, over=over) for column, over in zip(MATRIX.columns, above, strict=True))
    table = open_word(render_word(replace(REPORT, blocks=(replace(MATRIX, columns=columns),)), REFERENCE)).tables[-1]
    upper, lower = ([cell.text for cell in row.cells] for row in table.rows[:2])
    assert upper == [over or column.heading for over, column in zip(above, columns, strict=True)]
    assert lower == [column.heading for column in columns]


def test_a_definition_says_which_columns_stand_under_one_heading() -> None:
    columns = [{"label": "請求", "unit": "件"}, {"label": "公開", "unit": "件", "over": "決定の内訳"}]
    table = CountTable.model_validate(
        {
            "kind": "counts",
            "key": "別",
            "title": "別（架空）",
            "legal_basis": "架空",
            "stub": "機関",
            "columns": columns,
        }
        | {"columns": columns, "rows": [{"label": "市長"}], "total": "合計"}
    )
    printed = count_table("公開.別", table, Totals(dict.fromkeys(table.keys("公開.別"), 1)), 2022)
    assert printed.heads_above == [("", 1), ("", 1), ("決定の内訳", 1)]
