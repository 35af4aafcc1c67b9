"""A table of several years in a whole report: where its numbers come from, and what becomes of an earlier record."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from conftest import SAMPLE, Command, copy_templates
from nerima_report.files import sha256
from nerima_report.records.file import read_record

TABLE = """
[[table]]
kind = "years"
key = "推移"
title = "{年度}までの推移"
stub = "年度"
years = 6
total = "合計"
items = [
  { label = "請求", cells = { table = "処理状況", column = "件数" } },
  { label = "公開率", figure = "公開率" },
]
"""


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """The shipped templates with a table of six years at the end of the first part."""
    folder = copy_templates(tmp_path / "templates")
    for name, text in (("tables.toml", TABLE), ("manuscript.md.j2", '\n{{ 表("推移") }}\n')):
        with (folder / "nerima" / "disclosure" / name).open("a", encoding="utf-8") as file:
            file.write(text)
    return folder


def test_a_report_with_a_table_of_years(whole_workdir: Path, templates: Path, command: Command) -> None:
    shutil.copytree(SAMPLE / "records", whole_workdir / "records")
    records = {year: read_record(whole_workdir / "records" / f"{year}.json", year) for year in range(2018, 2022)}
    run = command("-C", whole_workdir, "--templates", templates, "build", "2022")
    assert (run.code, "N726" in run.out) == (0, True)  # 2017 has no record
    out = whole_workdir / "out" / "2022"
    report = (out / "report.md").read_text(encoding="utf-8")
    requests = {y: sum(c.value or 0 for c in r.cells if c.table == "公開.処理状況") for y, r in records.items()}
    shares = {y: next(f.value for f in r.figures if f.figure == "公開.公開率") for y, r in records.items()}
    printed = [f"| {r.name} | {requests[y]:,} | {shares[y]} |" for y, r in records.items()]
    rows = ["| 平成29年度 | … | … |", *printed, "| 令和4年度 | 2,199 | 97.5 |", "| 合計 | … | … |"]
    assert "\n".join(rows) in report

    audit = (out / "audit.md").read_text(encoding="utf-8")
    files = {f"records/{year}.json": whole_workdir / "records" / f"{year}.json" for year in records}
    digests = {name: sha256(file.read_bytes()) for name, file in files.items()}
    assert all(f"{name.partition('/')[2]}（{digest}）" in audit for name, digest in digests.items())

    texts = {file.name: file.read_text("utf-8-sig") for file in (out / "data").glob("disclosure-*.csv")}
    name = next(name for name, text in texts.items() if "公開.推移" in text)
    data = {(row["西暦年度"], row["列"]): row["値"] for row in csv.DictReader(texts[name].splitlines())}
    assert data["2017", "請求"] == ""
    assert {(str(year), "請求"): str(number) for year, number in requests.items()}.items() <= data.items()
    assert data["2022", "公開率"] == "97.5"
    names = [resource["path"] for resource in json.loads((out / "data" / "datapackage.json").read_text())["resources"]]
    assert name in names

    record = read_record(out / "record.json", 2022)
    assert "公開.推移" in [table.table for table in record.tables]
    assert not [cell for cell in record.cells if cell.table == "公開.推移"]
    assert digests.items() <= {source.file: source.sha256 for source in record.sources}.items()

    (whole_workdir / "records" / "2018.json").unlink()
    run = command("-C", whole_workdir, "--templates", templates, "publish", "2022")
    assert (run.code, "records/2018.json" in run.err) == (2, True)


def test_an_earlier_year_is_printed_again_with_the_years_up_to_it(
    whole_workdir: Path, templates: Path, command: Command
) -> None:
    shutil.copytree(SAMPLE / "records", whole_workdir / "records")
    run = command("-C", whole_workdir, "--templates", templates, "build", "2020", "--from-record")
    assert run.code == 0, run.err
    report = (whole_workdir / "out" / "2020" / "report.md").read_text(encoding="utf-8")
    table = report.split("令和2年度までの推移")[1]
    years = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")][2:9]
    named = ["平成27年度", "平成28年度", "平成29年度", "平成30年度", "令和元年度", "令和2年度"]
    assert years == [*named, "合計"]


def test_the_table_is_asked_of_nobody(whole_workdir: Path, templates: Path, command: Command) -> None:
    run = command("-C", whole_workdir, "--templates", templates, "edition", "check")
    assert run.code == 0, run.err
    assert "様式を配り直してください" not in run.out
    assert "推移" in run.out  # as a change of the edition
