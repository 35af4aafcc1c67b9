"""Open data: the tables of the report cell by cell, in the form of the 統一ルール, described by a data package."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from conftest import SAMPLE, Command, copy_templates, files_in
from inboxes import Ward
from nerima_report.data_table import DataField, DataTable, render_csv
from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryTable
from nerima_report.edition.tables import CountTable
from nerima_report.files import sha256
from nerima_report.records.file import read_record
from nerima_report.records.model import Record
from nerima_report.report.blocks import Paragraph, Report
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.data_package import DataPackage, render_package
from nerima_report.report.open_data import (
    DETAIL,
    SHARE,
    TOTAL,
    UNPUBLISHED,
    numbers_in_sentences,
    published_tables,
    side_by_side,
)
from nerima_report.report.record import content_of, make_record, recorded_tables
from nerima_report.report.tables import DITTO
from nerima_report.report.wording import number

Row = dict[str, Any]
HOSTILE = ("=1+1", "+81", "-", "@SUM(A1)", "改\n行", 'コンマ, と "引用"', "'=1", "\t=1")


def report_of(ward: Ward) -> tuple[Content, Report]:
    content = Content(ward.examine())
    return content, compose_report(content)


def rows_of(table: DataTable) -> list[Row]:
    return [dict(zip(table.headings, row, strict=True)) for row in table.rows]


def printed_counts(report: Report, table_id: str) -> dict[tuple[str, str], str]:
    """The numbers of a printed table by row and heading; the total row is called by its label alone."""
    (table,) = (table for table in report.tables if table.id == table_id)
    counts, group = {}, ""
    for place, (label, *numbers) in enumerate(table.rows, start=1):
        if label.heads_rows:
            group = label.text
            continue
        total = table.has_total and place == len(table.rows)
        row = " ".join(filter(None, ("" if total else group, label.text)))
        for column, cell in zip(table.columns[1:], numbers, strict=True):
            counts[row, column.heading] = cell.text
    return counts


def counts_in_data(table: DataTable) -> dict[tuple[str, str], str]:
    return {
        (" ".join(filter(None, (row["区分"], row["行"]))), f"{row['列']}({row['単位']})"): number(row["値"])
        for row in rows_of(table)
    }


@pytest.mark.parametrize("ward_of", ["ward", "act_ward"])
def test_every_cell_of_the_report_is_in_the_data_and_no_other(ward_of: str, request: pytest.FixtureRequest) -> None:
    content, report = report_of(request.getfixturevalue(ward_of))
    edition, record = content.collection.edition, make_record(content, report)
    published = {one.id: one.data for one in published_tables(record, edition)}
    assert list(published) == list(dict.fromkeys(table.id for table in report.tables))
    for table_id, data in published.items():
        definition = edition.tables[table_id]
        if isinstance(definition, CountTable):
            assert counts_in_data(data) == printed_counts(report, table_id)
        else:
            lines_are_printed(data, definition, report, table_id)


def lines_are_printed(data: DataTable, definition: EntryTable, report: Report, table_id: str) -> None:
    """Each value of each entry stands in its printed row, in which nothing is 同上 any more."""
    printed = [row for table in report.tables if table.id == table_id for row in without_ditto(table.rows)]
    rows = rows_of(data)
    assert len(rows) == len(printed)
    for row, texts in zip(rows, printed, strict=True):
        assert DITTO not in row.values()
        for column, text in zip(definition.print, texts, strict=True):
            if re.fullmatch(r"\{[^}]*\}", column.text) and (value := row.get(column.text[1:-1])) is not None:
                assert text == str(value) or re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) or isinstance(value, int)
        for field in definition.fields:
            if field.type == "text" and row.get(field.label):
                assert any(str(row[field.label]) in text for text in texts)


def without_ditto(rows: Sequence[Sequence[Any]]) -> Iterator[list[str]]:
    above: list[str] = []
    for row in rows:
        above = [above[n] if cell.text == DITTO else cell.text for n, cell in enumerate(row)]
        yield above


def test_every_number_is_that_of_the_record(ward: Ward) -> None:
    content, report = report_of(ward)
    record = make_record(content, report)
    recorded = {tuple(cell.key): (cell.value, cell.unit) for cell in record.cells}
    for one in published_tables(record, content.collection.edition):
        for row in rows_of(one.data):
            if row.get("行の種類") == DETAIL:
                key = (row["表"], row["区分"], row["行"], row["列"])
                assert (row["値"], row["単位"]) == recorded[key]


@pytest.mark.parametrize("ward_of", ["ward", "act_ward"])
def test_numbers_that_only_sentences_say_are_data_as_well(ward_of: str, request: pytest.FixtureRequest) -> None:
    content, report = report_of(request.getfixturevalue(ward_of))
    (data,) = numbers_in_sentences(make_record(content, report), content.collection.edition, report)
    said = " ".join(block.text for block in report.blocks if isinstance(block, Paragraph))
    rows = rows_of(data)
    assert {"公開率", "公文書公開に関する審査請求"} <= {row["行"] for row in rows}
    assert len({tuple(row[name] for name in data.key) for row in rows}) == len(rows)
    assert all(re.search(rf"(?<![\d,.]){number(row['値'])}{row['単位']}", said) for row in rows)
    assert not {row["表"] for row in rows if row["列"] != SHARE} & {table.id for table in report.tables}


@pytest.fixture(scope="module")
def built(ward: Ward) -> Record:
    return make_record(*report_of(ward))


@pytest.mark.parametrize("seed", range(8))
def test_a_year_that_was_typed_in_is_published_as_it_is_printed(built: Record, edition: Edition, seed: int) -> None:
    """Whatever was published of a year, and whatever was not."""
    numbers = random.Random(seed)
    cells = tuple(cell.model_copy(update={"value": numbers.choice([None, 0, 0, 7, 1234])}) for cell in built.cells)
    typed_in = built.model_copy(update={"origin": "imported", "cells": cells, "figures": (), "explained": ()})
    report = compose_report(content_of(typed_in, edition, Path("2022.json")))
    record = typed_in.model_copy(update={"tables": recorded_tables(report)})
    for one in published_tables(record, edition):
        definition = edition.tables[one.id]
        if isinstance(definition, CountTable):
            assert counts_in_data(one.data) == printed_counts(report, one.id)
            assert all((row["値"] is None) == (row["状態"] == UNPUBLISHED) for row in rows_of(one.data))


def test_totals_are_marked_and_add_up(ward: Ward) -> None:
    content, report = report_of(ward)
    tables = {one.id: one.data for one in published_tables(make_record(content, report), content.collection.edition)}
    rows = rows_of(tables["公開.処理状況"])
    (total,) = (row for row in rows if row["行の種類"] == TOTAL)
    assert total["値"] == sum(row["値"] for row in rows if row["行の種類"] == DETAIL)
    assert not [row for row in rows_of(tables["公開.非公開理由"]) if row["行の種類"] == TOTAL]


def package_of(*tables: DataTable, edition: Edition) -> dict[str, bytes]:
    package = DataPackage("2022", "題", "練馬区総務部情報公開課", date(2023, 6, 1), tables)
    return render_package(package, edition.municipality)


def texts(*values: str) -> DataTable:
    fields = (DataField("番号", "integer", required=True), DataField("文"))
    return DataTable("texts-01", "文", fields, tuple(enumerate(values, start=1)), key=("番号",))


def test_the_form_of_the_files(ward: Ward, edition: Edition) -> None:
    content, report = report_of(ward)
    tables = [one.data for one in published_tables(make_record(content, report), edition)]
    files = package_of(*tables, edition=edition)
    assert files == package_of(*tables, edition=edition)
    book = load_workbook(BytesIO(files["data/tables.xlsx"]))
    assert book.sheetnames == [table.name for table in tables]
    for table in tables:
        text = files[f"data/{table.name}.csv"]
        assert text.startswith(b"\xef\xbb\xbf")
        assert text.count(b"\n") == text.count(b"\r\n") == len(table.rows) + 1
        lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
        assert lines[0] == table.headings
        assert len({len(line) for line in lines}) == 1
        sheet = book[table.name]
        assert not sheet.merged_cells.ranges
        in_sheet = [[as_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        assert in_sheet == lines
    values = [row["値"] for row in rows_of(tables[0])]
    assert [row[8] for row in book[tables[0].name].iter_rows(min_row=2, values_only=True)] == values


def as_text(value: object) -> str:
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    return "" if value is None else str(value)


def test_no_program_computes_a_text(edition: Edition) -> None:
    files = package_of(texts(*HOSTILE), edition=edition)
    lines = list(csv.reader(io.StringIO(files["data/texts-01.csv"].decode("utf-8-sig"), newline="")))[1:]
    assert not [text for _, text in lines if text.startswith(("=", "+", "-", "@", "\t"))]
    sheet = zipfile.ZipFile(BytesIO(files["data/tables.xlsx"])).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    read = [row[1] for row in load_workbook(BytesIO(files["data/tables.xlsx"]))["texts-01"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in read} == {"s"}


def test_a_rate_is_a_decimal(edition: Edition) -> None:
    table = DataTable("rates-01", "割合", (DataField("値", "number"),), ((Decimal("97.5"),), (None,)))
    assert render_csv(table).decode("utf-8-sig").split("\r\n")[:2] == ["値", "97.5"]
    package_of(table, edition=edition)


def test_the_package_says_whose_it_is_and_how_it_may_be_used(edition: Edition) -> None:
    files = package_of(texts("文"), edition=edition)
    told = json.loads(files["data/datapackage.json"])
    licence = edition.municipality.open_data.licence
    assert licence is not None
    assert told["licenses"] == [{"name": licence.name, "path": licence.path, "title": licence.title}]
    assert told["municipality"] == {"code": "131202", "name": "練馬区"}
    (resource,) = told["resources"]
    content = files["data/texts-01.csv"]
    assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{sha256(content)}")
    assert [field["name"] for field in resource["schema"]["fields"]] == ["番号", "文"]


def test_without_a_licence_none_is_claimed(edition: Edition) -> None:
    bare = edition.municipality.open_data.model_copy(update={"licence": None})
    other = replace(edition, municipality=edition.municipality.model_copy(update={"open_data": bare}))
    assert "licenses" not in json.loads(package_of(texts("文"), edition=other)["data/datapackage.json"])


def recorded(year: int) -> Record:
    return read_record(SAMPLE / "records" / f"{year}.json", year)


def test_years_are_one_data_set(whole_edition: Edition) -> None:
    years = [published_tables(recorded(year), whole_edition.for_year(year)) for year in (2020, 2021)]
    together = {table.name: table for table in side_by_side(years)}
    assert list(together) == sorted(one.data.name for one in years[1])
    for single in (one.data for one in years[0]):
        table = together[single.name]
        assert table.rows[: len(single.rows)] == single.rows
        assert {row[1] for row in table.rows} == {2020, 2021}
        assert len({tuple(row[table.headings.index(key)] for key in table.key) for row in table.rows}) == len(
            table.rows
        )


def test_two_tables_that_had_one_number_in_turn_are_kept_apart(whole_edition: Edition) -> None:
    """A table that is printed no more, and one that has its number now."""
    before = published_tables(recorded(2020), whole_edition.for_year(2020))
    now = published_tables(recorded(2021), whole_edition.for_year(2021))
    first, second = before[0], now[1]
    moved = replace(second, data=replace(second.data, name=first.data.name))
    names = [table.name for table in side_by_side([[first], [moved]])]
    assert names == ["disclosure-01", "disclosure-01-until-2020"]


def test_a_draft_has_no_data_and_leaves_none_of_a_report_it_replaces(workdir: Path, command: Command) -> None:
    out = workdir / "out" / "2022"
    assert command("-C", workdir, "build", "2022").code == 0
    assert (out / "data" / "disclosure-01.csv").is_file()
    command("-C", workdir, "build", "2022", "--draft")
    assert not [name for name in files_in(out) if name.startswith("data/")]


def test_what_somebody_wrote_into_the_data_is_kept_beside_it(workdir: Path, command: Command) -> None:
    file = workdir / "out" / "2022" / "data" / "disclosure-01.csv"
    command("-C", workdir, "build", "2022")
    made = file.read_bytes()
    file.write_bytes(made + b"polished\r\n")
    run = command("-C", workdir, "build", "2022")
    assert "N904" in run.out
    assert file.read_bytes() == made
    assert (file.parent / "disclosure-01-保存1.csv").read_bytes() == made + b"polished\r\n"


def with_registers(folder: Path, *keys: str) -> Path:
    """A copy of the templates in which the office publishes these registers."""
    templates = copy_templates(folder / "templates")
    file = templates / "nerima" / "municipality.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count("\nregisters = []") == 1
    file.write_text(text.replace("\nregisters = []", f"\nregisters = {json.dumps(keys, ensure_ascii=False)}"), "utf-8")
    return templates


def test_registers_are_published_only_if_the_office_says_so(workdir: Path, tmp_path: Path, command: Command) -> None:
    shutil.copytree(SAMPLE / "registers", workdir / "registers")
    assert command("-C", workdir, "build", "2022").code == 0
    data = workdir / "out" / "2022" / "data"
    assert not list(data.glob("register-*"))
    templates = with_registers(tmp_path, "ファイル簿", "外部委託記録票")  # the first serves the Act only
    assert command("-C", workdir, "--templates", templates, "build", "2022").code == 0
    (file,) = data.glob("register-*")
    assert file.name == "register-02.csv"
    told = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    assert told["resources"][-1]["name"] == "register-02"
    assert_valid(data)


def test_a_register_with_a_personal_number_stops_the_build(workdir: Path, tmp_path: Path, command: Command) -> None:
    shutil.copytree(SAMPLE / "registers", workdir / "registers")
    master = next((workdir / "registers").glob("外部委託記録票.csv"))
    lines = list(csv.reader(io.StringIO(master.read_text(encoding="utf-8-sig"), newline="")))
    lines[1][lines[0].index("委託する内容")] += "番号 123456789018"
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    master.write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())
    templates = with_registers(tmp_path, "外部委託記録票")
    run = command("-C", workdir, "--templates", templates, "build", "2022")
    assert run.code == 1
    assert "N801" in run.out
    assert not (workdir / "out" / "2022").exists()


def assert_valid(folder: Path) -> None:
    """Frictionless finds nothing wrong in the data package of a folder."""
    frictionless = pytest.importorskip("frictionless", reason="frictionless is not installed (make lock, make test)")
    checked = frictionless.validate(str(folder / "datapackage.json"))
    assert checked.valid, checked.flatten(["name", "rowNumber", "fieldName", "type", "message"])


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    (folder / "data").mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / "data"


@pytest.mark.parametrize(("fixture", "year"), [("workdir", "2022"), ("act_workdir", "2023")])
def test_frictionless_finds_nothing(fixture: str, year: str, request: pytest.FixtureRequest, command: Command) -> None:
    folder = request.getfixturevalue(fixture)
    assert command("-C", folder, "build", year).code == 0
    assert_valid(folder / "out" / year / "data")


def test_frictionless_finds_nothing_in_several_years(tmp_path: Path, command: Command) -> None:
    shutil.copytree(SAMPLE / "records", tmp_path / "records")
    assert command("-C", tmp_path, "trend", "2018..2021").code == 0
    assert_valid(tmp_path / "out" / "trend-2018-2021" / "data")


def test_frictionless_finds_nothing_in_texts_of_any_kind(tmp_path: Path, edition: Edition) -> None:
    assert_valid(written(tmp_path, package_of(texts(*HOSTILE), edition=edition)))


def test_frictionless_finds_what_is_wrong(tmp_path: Path, edition: Edition) -> None:
    frictionless = pytest.importorskip("frictionless", reason="frictionless is not installed (make lock, make test)")
    twice = replace(texts("文"), rows=((1, "文"), (1, "また")))
    folder = written(tmp_path, package_of(twice, edition=edition))
    assert not frictionless.validate(str(folder / "datapackage.json")).valid
