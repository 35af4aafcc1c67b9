"""Tables of several years: what they show (cases/years_tables.toml), and that they are added up rightly."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT, copy_templates
from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.edition.part import Break, Part
from nerima_report.edition.years_tables import YearsTable
from nerima_report.fiscal_year import full_name
from nerima_report.places import CellKey
from nerima_report.records.earlier_years import EarlierYears
from nerima_report.records.model import Record, RecordedTotal
from nerima_report.records.years import year_of
from nerima_report.report.blocks import Table
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.record import make_record
from nerima_report.report.years_tables import TableOfYears
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.totals import Totals

CASES = tomllib.loads((ROOT / "tests" / "cases" / "years_tables.toml").read_text(encoding="utf-8"))["case"]
ROWS = ("全部開示", "一部開示", "不開示", "請求拒否", "不存在", "その他")
KEYS = (
    CellKey("公開.請求", "", "請求数", "件数"),
    *(CellKey("公開.処理状況", "", row, "件数") for row in ROWS),
)
PRESENT = 2005
Counts = Sequence[int | None]


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The edition of another body with two tables of counts and a figure."""
    templates = tmp_path_factory.mktemp("city") / "templates"
    copy_templates(templates)
    for part in ("privacy-act", "privacy-ordinance", "disclosure"):
        shutil.rmtree(templates / "nerima" / part)
    (templates / "nerima" / "kinds.toml").unlink()  # it names tables of the parts that went
    shutil.copytree(ROOT / "tests" / "other_body", templates / "nerima" / "disclosure")
    edition = load_edition(find_edition("nerima", templates))
    return replace(edition, municipality=edition.municipality.model_copy(update={"name": "架空市"}))


def content_of(edition: Edition, year: int, counts: Counts) -> Content:
    """A year with these numbers, in the order of KEYS."""
    totals = Totals(dict(zip(KEYS, counts, strict=True)))
    return Content(Collection(edition.for_year(year), year, Tallies((), {}, (), (), ()), totals))


def record_of(edition: Edition, year: int, counts: Counts, unit: str = "", excluded: Sequence[str] = ()) -> Record:
    content = content_of(edition, year, counts)
    record = make_record(content, compose_report(content))
    cells = (c.model_copy(update={"unit": unit}) if unit and c.table == "公開.処理状況" else c for c in record.cells)
    figures = (f.model_copy(update={"excluded_rows": tuple(excluded)}) if excluded else f for f in record.figures)
    return record.model_copy(update={"cells": tuple(cells), "figures": tuple(figures)})


def table_of_years(edition: Edition, table: YearsTable, present: Counts, records: Mapping[int, Record]) -> TableOfYears:
    years = {year: year_of(record, f"{year}.json", edition, PRESENT) for year, record in records.items()}
    content = replace(content_of(edition, PRESENT, present), earlier=EarlierYears(edition, PRESENT, years))
    assert content.earlier is not None
    return TableOfYears(edition.parts[0], table, content, content.earlier)


def defined(text: str) -> YearsTable:
    named = {"kind": "years", "key": "推移", "title": "推移", "stub": "年度"}
    return YearsTable.model_validate(named | tomllib.loads(text))


def shown(table: Table) -> list[list[str]]:
    return [[f"{cell.text}（{cell.mark}）" if cell.mark else cell.text for cell in row] for row in table.rows]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], city: Edition) -> None:
    part = city.parts[0]
    breaks = tuple(map(Break.model_validate, case.get("breaks", [])))
    part = replace(part, definition=part.definition.model_copy(update={"breaks": breaks}))
    edition = replace(city, parts=(part,))
    units, excluded = case.get("units", {}), case.get("excluded", {})
    records = {
        int(year): record_of(
            edition, int(year), [None if n == "" else n for n in counts], units.get(year, ""), excluded.get(year, ())
        )
        for year, counts in case["earlier"].items()
    }
    table = table_of_years(edition, defined(case["table"]), case["present"], records).printed().laid_out
    assert [column.whole_heading for column in table.columns] == case["head"]
    assert shown(table) == case["want"]
    assert [note.mark for note in table.notes] == case["notes"]


ALL = defined("""
from_year = 2000
total = "合計"
average = "平均"
items = [
  { label = "請求", cells = { table = "請求", column = "件数" } },
  { label = "開示", cells = { table = "処理状況", column = "件数", rows = ["全部開示", "一部開示"] } },
  { label = "計", cells = { table = "処理状況", column = "件数" } },
  { label = "率", figure = "開示率" },
]
""")
COUNTS = st.lists(st.integers(0, 3000), min_size=len(KEYS), max_size=len(KEYS))
YEARS = range(2000, PRESENT)


def _half_up(number: Fraction) -> str:
    tenths = (number * 10 * 2 + 1) // 2
    return f"{tenths // 10:,}.{tenths % 10}"


def _expected(years: Mapping[int, Sequence[int]]) -> list[list[str]]:
    """The rows of ALL, computed from nothing but the numbers of each year."""
    sums = {y: (c[0], c[1] + c[2], sum(c[1:]), sum(c[1:5])) for y, c in years.items()}
    rows = []
    for year in (*YEARS, PRESENT):
        if year not in sums:
            rows.append([full_name(year), *["…"] * 4])
            continue
        received, disclosed, decided, below = sums[year]
        rate = _half_up(Fraction(100 * disclosed, below)) if below else "－"
        rows.append([full_name(year), f"{received:,}", f"{disclosed:,}", f"{decided:,}", rate])
    if len(sums) < len(YEARS) + 1:
        return [*rows, ["合計", *["…"] * 4], ["平均", *["…"] * 3, ""]]
    *totals, below = (sum(column) for column in zip(*sums.values(), strict=True))
    rate = _half_up(Fraction(100 * totals[1], below)) if below else "－"
    means = [_half_up(Fraction(total, len(sums))) for total in totals]
    return [*rows, ["合計", *(f"{total:,}" for total in totals), rate], ["平均", *means, ""]]


@settings(max_examples=40, deadline=None)
@given(present=COUNTS, earlier=st.dictionaries(st.sampled_from(YEARS), COUNTS), complete=st.booleans())
def test_any_series_is_added_up_rightly(
    present: list[int], earlier: dict[int, list[int]], complete: bool, city: Edition
) -> None:
    counts = dict.fromkeys(YEARS, present) | earlier if complete else earlier
    records = {year: record_of(city, year, numbers) for year, numbers in counts.items()}
    assert shown(table_of_years(city, ALL, present, records).printed()) == _expected({**counts, PRESENT: present})


def test_years_as_columns_are_the_same_table_turned(city: Edition) -> None:
    records = {year: record_of(city, year, [year, *range(6)]) for year in YEARS}
    upright, turned = (
        table_of_years(city, ALL.model_copy(update={"years_as": way}), range(7), records).printed()
        for way in ("rows", "columns")
    )
    assert [list(row) for row in zip(*shown(turned), strict=True)][1:] == [row[1:] for row in shown(upright)]


def _with_manuscript(part: Part, text: str, folder: Path) -> Part:
    (folder / "manuscript.md.j2").write_text(text, encoding="utf-8")
    return replace(part, folder=folder)


def test_the_tables_in_print(city: Edition, tmp_path: Path) -> None:
    """Both orientations in the manuscript, as Markdown has them."""
    part = _with_manuscript(city.parts[0], '# 推移\n\n{{ 表("行") }}\n\n{{ 表("列") }}\n', tmp_path)
    tables = {
        "行": ALL.model_copy(update={"key": "行", "title": "年度を行に置いた表"}),
        "列": ALL.model_copy(update={"key": "列", "title": "年度を列に置いた表", "years_as": "columns"}),
    }
    edition = replace(city, parts=(replace(part, years_tables=tables),))
    numbers = {2000: [900, 1, 2, 3, 4, 5, 6], 2001: [1000, 20, 2, 3, 4, 5, 6], 2003: [1100, 30, 2, 3, 4, 5, 6]}
    years = {y: year_of(record_of(city, y, counts), f"{y}.json", edition, PRESENT) for y, counts in numbers.items()}
    content = content_of(edition, PRESENT, [1234, 40, 2, 3, 4, 5, 6])
    report = compose_report(replace(content, earlier=EarlierYears(edition, PRESENT, years)))
    golden = ROOT / "tests" / "golden" / "years-tables.md"
    assert render_markdown(report) == golden.read_text(encoding="utf-8")


def test_a_row_named_by_a_year_is_the_same_row_every_year(city: Edition, tmp_path: Path) -> None:
    part = _with_manuscript(city.parts[0], '{{ 表("処理状況") }}\n', tmp_path)
    _, table = part.count_table("処理状況")
    data = table.model_dump()
    data["rows"] = [{**data["rows"][0], "label": "{前年度}からの繰越"}, *data["rows"][1:]]
    data["columns"] = [{**data["columns"][0], "label": "{西暦}件数"}]
    renamed = type(table).model_validate(data)
    assert renamed.rows[0].label == "前年度からの繰越"
    assert renamed.keys("公開.処理状況")[0] == CellKey("公開.処理状況", "", "前年度からの繰越", "西暦件数")
    edition = replace(city, parts=(replace(part, tables={**part.tables, "処理状況": renamed}, figures=()),))
    for year, label in ((2004, "平成15年度からの繰越"), (2005, "平成16年度からの繰越")):
        totals = Totals(dict.fromkeys(renamed.keys("公開.処理状況"), 1))
        content = Content(Collection(edition.for_year(year), year, Tallies((), {}, (), (), ()), totals))
        report = compose_report(content)
        assert report.tables[0].rows[0][0].text == label
        assert report.tables[0].columns[1].heading == f"{year}件数(件)"


def test_a_year_that_published_only_the_total(city: Edition) -> None:
    record = record_of(city, 2004, [70, *[None] * 6])
    total = RecordedTotal(table="公開.処理状況", column="件数", unit="件", value=99)
    record = record.model_copy(update={"printed_totals": (total,)})
    items = 'items = [{ label = "計", cells = { table = "処理状況", column = "件数" } }, { each_row = true, '
    items += 'cells = { table = "処理状況", column = "件数", rows = ["不開示"] } }]'
    table = table_of_years(city, defined(f"years = 2\n{items}\n"), range(7), {2004: record}).printed()
    assert shown(table) == [["平成16年度", "99", "…"], ["平成17年度", "21", "3"]]
