"""年度別の推移: where lines break (cases/trend.toml), and the command `trend`."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pytest
from PIL import Image
from rich.console import Console

from conftest import SAMPLE, Command, files_in
from nerima_report.checks.years import run_year_checks
from nerima_report.data_table import render_csv
from nerima_report.edition import Edition
from nerima_report.edition.part import Break, Chart, Renamed, charts_of_tables
from nerima_report.fiscal_year import full_name
from nerima_report.notices.trend import print_trend
from nerima_report.records.file import read_record, write_record
from nerima_report.records.model import Record
from nerima_report.records.series import (
    FIELDS,
    MOST_LINES,
    Series,
    SeriesLine,
    Source,
    Trend,
    make_trend,
    series_data,
)
from nerima_report.records.years import YearEvidence, year_of
from nerima_report.report.blocks import Picture, Report
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.formats.word import render_word
from nerima_report.report.trend import compose_trend, shown_point
from nerima_report.report.trend_plot import draw

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "trend.toml").read_text(encoding="utf-8"))["case"]
YEARS = range(2018, 2022)


@pytest.fixture(scope="session")
def records() -> dict[int, Record]:
    """The invented records of the sample."""
    return {year: read_record(SAMPLE / "records" / f"{year}.json", year) for year in YEARS}


def trend_of(records: Mapping[int, Record], edition: Edition) -> Trend:
    sources = {year: Source(record, f"records/{year}.json", True) for year, record in records.items()}
    return make_trend(edition, sources, [year for year in YEARS if year not in records])


def chart(trend: Trend, key: str, part: str = "公開") -> Series:
    return next(series for series in trend.series if (series.part.key, series.key) == (part, key))


def report_of(trend: Trend) -> Report:
    return compose_trend(trend, lambda *_: b"")


def _altered(record: Record, change: Mapping[str, Any]) -> Record:
    def cell(item: Any) -> Any:
        if any(getattr(item, key) != change[key] for key in ("table", "row", "column") if key in change):
            return item
        update = {field: change[key] for key, field in (("unit", "unit"), ("named", "row"), ("value", "value"))
                  if key in change}  # fmt: skip
        return item.model_copy(update=update | ({"value": None} if "gone" in change else {}))

    def figure(item: Any) -> Any:
        if item.figure == change.get("figure"):
            return item.model_copy(update={"value": None, "denominator": change["denominator"]})
        if "named" not in change or item.numerator_of is None:
            return item
        rows = tuple(change["named"] if row == change["row"] else row for row in item.numerator_of.rows)
        return item.model_copy(update={"numerator_of": item.numerator_of.model_copy(update={"rows": rows})})

    cells = record.cells if "figure" in change else tuple(map(cell, record.cells))
    return record.model_copy(update={"cells": cells, "figures": tuple(map(figure, record.figures))})


def _with_rules(edition: Edition, case: Mapping[str, Any]) -> Edition:
    part = next(part for part in edition.parts if part.key == "公開")
    update = {
        "breaks": tuple(Break.model_validate(rule) for rule in case.get("breaks", [])),
        "renamed": tuple(Renamed.model_validate(rule) for rule in case.get("renamed", [])),
    }
    changed = replace(part, definition=part.definition.model_copy(update=update))
    return replace(edition, parts=tuple(changed if one is part else one for one in edition.parts))


def _case_trend(case: Mapping[str, Any], records: Mapping[int, Record], edition: Edition) -> Trend:
    own = {year: record for year, record in records.items() if year not in case.get("drop", [])}
    for change in case.get("record", []):
        own[change["year"]] = _altered(own[change["year"]], change)
    if rule := case.get("rule"):
        figures = (
            f.model_copy(update={"excluded_rows": tuple(rule["excluded"])}) if f.figure == "公開.公開率" else f
            for f in own[rule["year"]].figures
        )
        own[rule["year"]] = own[rule["year"]].model_copy(update={"figures": tuple(figures)})
    return trend_of(own, _with_rules(edition, case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], records: dict[int, Record], whole_edition: Edition) -> None:
    trend = _case_trend(case, records, whole_edition)
    series = chart(trend, case["chart"])
    line = next(line for line in series.lines if line.label == case.get("line", series.lines[0].label))
    assert line.runs(series.breaks) == case["runs"]
    assert [found.year for found in series.breaks] == case["broken"]
    for year, text in case.get("points", {}).items():
        assert shown_point(line.points[int(year)]) == text
    markdown = render_markdown(report_of(trend))
    for found in series.breaks:
        assert f"{full_name(found.year)}の前で系列が切れる。{found.what}（理由: {found.reason}）" in markdown
    assert ("－ は" in markdown) == ("－" in case.get("points", {}).values())
    if case.get("drop"):
        assert "令和2年度は、記録がない。" in markdown


def test_a_new_law_breaks_the_line_and_its_rows_go_on_as_others(
    records: dict[int, Record], whole_edition: Edition
) -> None:
    now = _under_the_act(records[2021])
    sources = {year: Source(record, "", True) for year, record in {**records, 2023: now}.items()}
    trend = make_trend(whole_edition, sources, [2022])
    series = chart(trend, "請求件数", "個人")
    assert series.lines[0].runs(series.breaks) == [[2018, 2019, 2020, 2021], [2023]]
    assert [found.year for found in series.breaks] == [2023]
    labels = [line.label for line in chart(trend, "開示請求の処理状況", "個人").lines]
    assert ("不開示" in labels, "非開示" in labels) == (True, True)
    pieces = [one for one in trend.series if (one.part.key, one.key) == ("個人", "決定期間の内訳")]
    assert all(len(piece.lines) <= MOST_LINES for piece in pieces)


def _under_the_act(record: Record) -> Record:
    """A year under the Act, in which nothing of the second part is known but the outcomes."""
    cells = [cell for cell in record.cells if cell.table.startswith("公開")]
    old = [cell for cell in record.cells if cell.table == "個人.処理状況" and cell.group == "開示請求"]
    new = [cell.model_copy(update={"row": cell.row.replace("非開示", "不開示")}) for cell in old]
    days = [
        new[0].model_copy(update={"table": "個人.決定期間", "group": "", "row": row})
        for row in ("14日以内", "15日から30日まで", "31日から60日まで", "61日以上", "取り下げられたもの")
    ]
    update = {"fiscal_year": 2023, "name": full_name(2023), "cells": (*cells, *new, *days)}
    return record.model_copy(update=update)


def test_a_part_without_charts_is_drawn_table_by_table(records: dict[int, Record], whole_edition: Edition) -> None:
    part = next(part for part in whole_edition.parts if part.key == "公開")
    tables = [table for table in part.tables.values() if table.kind == "counts"]
    charts = charts_of_tables(tables, [figure.key for figure in part.figures])
    edition = replace(whole_edition, parts=(replace(part, charts=charts),))
    titles = [series.heading for series in trend_of(records, edition).series]
    assert {"公開請求処理状況", "公開請求処理状況の内訳", "公開請求者の内訳（請求者数）", "公開率"} <= set(titles)
    assert "公開請求に対する非公開の理由別件数" not in titles  # a table without a sum
    assert [title for title in titles if title.startswith("公開請求の内容別件数の内訳")] == [
        "公開請求の内容別件数の内訳（1/2）",
        "公開請求の内容別件数の内訳（2/2）",
    ]


def test_some_rows_are_added_up_only_where_all_are_known(records: dict[int, Record], whole_edition: Edition) -> None:
    part = next(part for part in whole_edition.parts if part.key == "公開")
    own = Chart(key="公開", title="公開", table="処理状況", column="件数", rows=("全部公開", "部分公開"))
    edition = replace(whole_edition, parts=(replace(part, charts=(own,)),))
    change = {"table": "公開.処理状況", "row": "部分公開", "column": "件数"}
    without = _altered(records[2020], {**change, "gone": True})
    renamed = _altered(records[2021], {**change, "named": "一部公開"})
    trend = trend_of({**records, 2020: without, 2021: renamed}, edition)
    assert [shown_point(point) for point in chart(trend, "公開").lines[0].points.values()] == [
        "1,469",
        "1,570",
        "…",
        "…",
    ]


def long_series(records: Mapping[int, Record], first: int, last: int) -> dict[int, Record]:
    """The record of 2021 once more for each year; up to 2004 in another unit."""
    made = {}
    for year in range(first, last + 1):
        unit = {"table": "公開.処理状況", "column": "件数", "unit": "枚" if year < 2005 else "件"}
        made[year] = _altered(records[2021], unit).model_copy(update={"fiscal_year": year, "name": full_name(year)})
    return made


def test_thirty_years_stay_readable(records: dict[int, Record], whole_edition: Edition) -> None:
    part = next(part for part in whole_edition.parts if part.key == "公開")
    old = replace(part, definition=part.definition.model_copy(update={"first_year": 1980}))
    trend = trend_of(long_series(records, 1985, 2018), replace(whole_edition, parts=(old,)))
    report = report_of(trend)
    table = next(table for table in report.tables if table.title == "処理状況の内訳の推移")
    years = [row[0].text for row in table.rows]
    assert (len(years), years[0], years[4], years[-1]) == (
        34, "昭和60年度（1985）", "平成元年度（1989）", "平成30年度（2018）",
    )  # fmt: skip
    assert [column.heading for column in table.columns][:3] == ["年度", "単位", "全部公開"]
    assert {row[1].text for row in table.rows[:20]} == {"枚"}
    for width in (40, 60, 80, 200):
        console = Console(width=width, record=True, file=open("/dev/null", "w"), legacy_windows=False)  # noqa: SIM115, PTH123
        print_trend(console, trend)
        text = console.export_text()
        assert len(re.findall(r"(?<![\d,])2,089(?![\d,])", text)) >= len(years), "no number is folded"
        assert "公文書の公開請求件数（枚→件）" in text.replace("\n", "").replace(" ", "") or width == 40


def test_a_chart_is_the_same_picture_each_time(records: dict[int, Record], whole_edition: Edition) -> None:
    own = {**records, 2019: _altered(records[2019], {"table": "公開.処理状況", "column": "件数", "unit": "枚"})}
    del own[2020]
    series = chart(trend_of(own, whole_edition), "処理状況の内訳")
    picture = draw(series, YEARS, {2019: "注1", 2021: "注2"}, [2020])
    assert picture == draw(series, YEARS, {2019: "注1", 2021: "注2"}, [2020])
    assert Image.open(BytesIO(picture)).size == (1259, 677)
    assert picture != draw(series, YEARS, {}, [2020])
    assert picture != draw(series, YEARS, {2019: "注1", 2021: "注2"}, [])


def test_a_gap_is_no_line_in_the_picture(records: dict[int, Record], whole_edition: Edition) -> None:
    """Between two years that are not joined there is nothing but paper."""

    def dark(series: Series) -> int:
        image = Image.open(BytesIO(draw(series, YEARS, {}, []))).convert("L")
        middle = image.crop((620, 60, 660, 300))  # between 2019 and 2020, without the axis and the grid
        return sum(middle.histogram()[:100])

    whole = chart(trend_of(records, whole_edition), "請求件数")
    points = {**whole.lines[0].points, 2020: whole.lines[0].points[2020]._replace(status="no record", value=None)}
    assert dark(whole) > 0
    assert dark(replace(whole, lines=(SeriesLine("", points),))) == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with the records of the sample alone."""
    shutil.copytree(SAMPLE / "records", tmp_path / "work" / "records")
    return tmp_path / "work"


def test_the_command_writes_the_appendix_and_keeps_what_was_edited(folder: Path, command: Command) -> None:
    run = command("-C", folder, "trend", "平成30..R3")
    assert (run.code, run.err) == (0, "")
    for text in ("令和元", "2019", "公文書の公開請求件数（件）", "公開率（%）", "16日から30日まで", "2,023"):
        assert text in run.out
    out = folder / "out" / "trend-2018-2021"
    assert "見本の架空の数-2018.csv" in run.out  # the office is told where the numbers came from
    made = files_in(out)
    markdown = made["trend.md"].decode()
    pictures = re.findall(r"^!\[(.+)\]\((.+)\)$", markdown, re.MULTILINE)
    assert len(pictures) == 9
    assert all(made[name].startswith(b"\x89PNG") and "平成30年度の" in alt for alt, name in pictures)
    assert "見本の架空の数" not in markdown + made["trend.html"].decode()
    _is_the_same_in_word(made["trend.docx"], markdown, [alt for alt, _ in pictures])
    _is_open_data(made["trend.csv"])

    (out / "trend.docx").write_bytes(made["trend.docx"] + b"polished")
    again = command("-C", folder, "trend", "2018..2021")
    assert "N904" in again.out
    assert (out / "trend-保存1.docx").read_bytes() == made["trend.docx"] + b"polished"
    assert {name: content for name, content in files_in(out).items() if "保存" not in name} == made


def _is_the_same_in_word(content: bytes, markdown: str, alts: list[str]) -> None:
    document = docx.Document(BytesIO(content))
    properties = [shape._inline.docPr for shape in document.inline_shapes]
    assert [item.get("descr") for item in properties] == alts
    assert len({item.get("id") for item in properties}) == len(alts)
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    printed = [line.strip("| ").split(" | ") for line in markdown.splitlines() if line.startswith("| ")]
    assert rows == [row for row in printed if "---" not in row]
    for paragraph in document.paragraphs:
        if paragraph.text.startswith(("図", "表")):
            assert paragraph.text in markdown


def _is_open_data(content: bytes) -> None:
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert (lines[0], lines[-1]) == (",".join(field.name for field in FIELDS), "")
    assert "131202,2019,令和元年度,公文書の公開状況,公文書の公開請求件数,,2023,件,値あり,1,公表済み" in lines
    assert all(len(line.split(",")) == len(FIELDS) for line in lines[:-1])


def test_years_that_cannot_be_shown_are_told(folder: Path, command: Command) -> None:
    for text in ("2020", "2020..2020", "2021..2018", "2018..来年", "..", "2018.."):
        run = command("-C", folder, "trend", text)
        assert (run.code, "2018..2026" in run.err or "順序" in run.err) == (2, True), text
    run = command("-C", folder, "trend", "2021..2026")
    assert (run.code, "令和3年度だけ" in run.err) == (2, True)
    run = command("-C", folder, "trend", "2001..2010")
    assert (run.code, "一つもありません" in run.err) == (2, True)


def test_a_year_in_out_is_said_not_to_be_published(records: dict[int, Record], whole_edition: Edition) -> None:
    sources = {year: Source(record, "", year < 2021) for year, record in records.items()}
    sources[2021] = replace(sources[2021], record=records[2021].model_copy(update={"draft": True}))
    trend = make_trend(whole_edition, sources, [])
    report = report_of(trend)
    markdown = render_markdown(report)
    assert "令和3年度の数は、まだ公表していない報告のものである。" in markdown
    assert markdown.startswith("【案】")
    assert "公表前" in render_csv(series_data(trend)).decode("utf-8-sig")


def test_the_folder_of_a_year_is_used_until_it_is_published(folder: Path, command: Command) -> None:
    (folder / "out" / "2021").mkdir(parents=True)
    (folder / "records" / "2021.json").rename(folder / "out" / "2021" / "record.json")
    (folder / "records" / "2018.json").unlink()
    (folder / "records" / "2019.json").unlink()
    run = command("-C", folder, "trend", "2019..2021")
    assert (run.code, "まだ公表していない" in run.out, "令和元年度は、記録がない。" in run.out) == (0, True, True)


def test_a_broken_record_stops_with_its_name(folder: Path, command: Command, records: dict[int, Record]) -> None:
    (folder / "records" / "2019.json").write_bytes(write_record(records[2020]))
    run = command("-C", folder, "trend", "2018..2021")
    assert (run.code, "2019.json" in run.err) == (2, True)
    assert not (folder / "out").exists()


def test_a_quiet_sample_has_no_findings_between_years(folder: Path, command: Command) -> None:
    for before, year in pairwise(YEARS):
        run = command("-C", folder, "check", year)
        assert (run.code, "指摘なし" in run.out) == (0, True), (before, year, run.out)


def test_a_renamed_row_leaves_the_rule_of_a_share_as_it_is(records: dict[int, Record], whole_edition: Edition) -> None:
    change = {"table": "公開.処理状況", "row": "全部公開", "column": "件数", "named": "全部開示"}
    rule = {"year": 2021, "table": "処理状況", "row": "全部公開", "before": "全部開示", "reason": "条例の改正"}
    found = []
    for rules in ([rule], []):
        edition = _with_rules(whole_edition, {"renamed": rules})
        before, now = (
            year_of(record, "", edition, 2021) for record in (_altered(records[2020], change), records[2021])
        )
        found.append({finding.code for finding in run_year_checks(YearEvidence(edition, now, (before,)))})
    assert found == [set(), {"N707", "N709"}]


def test_a_picture_in_a_report_is_rendered_by_every_format(records: dict[int, Record], whole_edition: Edition) -> None:
    trend = trend_of(records, whole_edition)
    content = draw(chart(trend, "請求件数"), YEARS, {}, [])
    picture = Picture(1, "[1]の図", "説明 [1] *印", "図 1.png", content, 500)
    report = replace(report_of(trend), blocks=(picture,), cover=())
    assert "![説明 \\[1\\] \\*印](%E5%9B%B3%201.png)\n\n図1 \\[1\\]の図" in render_markdown(report)
    word = docx.Document(BytesIO(render_word(report, whole_edition.reference)))
    section = word.sections[-1]
    margins = (section.left_margin or 0) + (section.right_margin or 0)
    assert word.inline_shapes[0].width == (section.page_width or 0) - margins
