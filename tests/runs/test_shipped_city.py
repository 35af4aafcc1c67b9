"""The sample of あけぼの市 (架空), the second edition that is shipped: what an office of a city would see."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from conftest import ROOT, SAMPLE, Command, files_in
from form_cells import cell, table
from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.places import CellKey
from nerima_report.runs.import_year import ImportOrder, import_year

pytestmark = pytest.mark.thorough

CITY = SAMPLE / "akebono"
GOLDEN = ROOT / "tests" / "golden"
FAULTS = tomllib.loads((ROOT / "tests" / "cases" / "akebono.toml").read_text(encoding="utf-8"))["fault"]
YEAR = 2024
HANDLED, MATRIX = "公開.処理状況", "公開.実施機関別"
DECISIONS = ("全部開示", "部分開示", "不開示", "不存在", "存否応答拒否")
BODIES = {
    "総務部": "総務部",
    "市民部": "市民部",
    "福祉部": "福祉部",
    "都市部": "都市部",
    "教育部": "教育委員会",
    "選挙管理委員会事務局": "選挙管理委員会",
    "監査委員事務局": "監査委員",
    "議会事務局": "議会",
}


@pytest.fixture(scope="module")
def city_edition() -> Edition:
    return load_edition(find_edition("akebono"))


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A copy of its working folder."""
    ignored = shutil.ignore_patterns("out", "forms", "確認")
    return Path(shutil.copytree(CITY, tmp_path / "city", ignore=ignored))


def form_of(folder: Path, section: str) -> Path:
    return next((folder / "inbox" / str(YEAR)).glob(f"*_{section}_*.xlsx"))


def handled() -> Iterator[tuple[str, dict[str, int]]]:
    """What each 所属 wrote about its requests, as plain cells, with the row of the matrix in which it is counted."""
    for file in sorted((CITY / "inbox" / str(YEAR)).glob("*.xlsx")):
        rows = table(load_workbook(file), HANDLED)[1:]
        section = file.stem.split("_")[1]
        line = next(line for office, line in BODIES.items() if section.startswith(office))
        yield line, {row[0].replace("令和5年度", "前年度"): row[1] for row in rows if isinstance(row[1], int)}


def test_the_report_is_the_golden_one_without_a_finding(city: Path, command: Command) -> None:
    run = command("-C", city, "build", YEAR, "--strict")
    assert run.code == 0, run.out + run.err
    out = city / "out" / str(YEAR)
    assert (out / "report.md").read_text("utf-8") == (GOLDEN / "akebono-2024.md").read_text("utf-8")
    first = files_in(out)
    shutil.rmtree(out)
    assert command("-C", city, "build", YEAR).code == 0
    assert files_in(out) == first
    assert command("-C", city, "check", YEAR).code == 0
    assert command("-C", city, "check", "2020..2024").code == 0


def test_the_matrix_adds_up_what_the_workbooks_say(city: Path, command: Command) -> None:
    assert command("-C", city, "build", YEAR).code == 0
    sums: dict[str, Counter[str]] = {line: Counter() for line in BODIES.values()}
    for line, numbers in handled():
        sums[line].update(numbers)
        sums[line]["決定件数"] += sum(numbers[decision] for decision in DECISIONS)
    ours = [line for line in sums if line != "議会"]
    sums["小計"] = sum((sums[line] for line in ours[:4]), Counter())
    sums["計"] = sum((sums[line] for line in ours), Counter())
    text = (city / "out" / str(YEAR) / "report.md").read_text("utf-8")
    printed = [[one.strip() for one in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    found = {row[0]: row[1:] for row in printed if len(row) == 12 and row[0] in sums}
    assert found.keys() == {*sums} - {"議会"}
    columns = ["前年度からの繰越", "請求", *DECISIONS, "決定件数", "決定した請求", "取下げ", "処理中"]
    for line, cells in found.items():
        expected = [sums[line][column] for column in columns]
        shown = [0 if text == "－" else int(re.sub(r"[,(].*", "", text)) for text in cells]
        assert shown == expected, line
    shares = {
        "開示率": (("全部開示", "部分開示"), [each for each in DECISIONS if each != "不存在"]),
        "全部開示率": (("全部開示",), DECISIONS),
    }
    for name, (over, under) in shares.items():
        ratio = 100 * sum(sums["計"][each] for each in over) / sum(sums["計"][each] for each in under)
        assert f"{name}は{ratio:.1f}%" in text
    more = sums["計"]["決定件数"] - sums["計"]["決定した請求"]
    assert f"決定をした請求の数より{more}件多く" in text


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["name"])
def test_a_wrong_cell_is_found_at_its_place(fault: dict[str, Any], city: Path, command: Command) -> None:
    file = form_of(city, fault["section"])
    book = load_workbook(file)
    wrong: Any = cell(book, CellKey(fault["table"], "", fault["row"], fault["column"]))
    wrong.value = wrong.value + fault["add"] if "add" in fault else fault["value"] or None
    book.save(file)
    run = command("-C", city, "validate", YEAR, "--format", "json")
    notices = json.loads(run.out)["findings"]
    own = [notice for notice in notices if notice["section"] == fault["section"]]
    assert {notice["section"] for notice in notices} <= {fault["section"], "市全体"}
    assert fault["code"] in {notice["code"] for notice in own}, notices
    assert re.search(rf"\b{wrong.coordinate}\b", json.dumps(own)), notices


def test_a_number_carried_over_that_was_not_open_is_found(city: Path, command: Command) -> None:
    file = form_of(city, "福祉部福祉課")
    book = load_workbook(file)
    for row in ("前年度からの繰越", "処理中"):
        wrong: Any = cell(book, CellKey(HANDLED, "", row, "件数"))
        wrong.value += 1
    book.save(file)
    assert "N715" in command("-C", city, "build", YEAR).out


Numbers = Mapping[tuple[str, str, str], int]  # of the matrix, by group, row and column


def printed_matrix(rows: list[list[str]]) -> dict[tuple[str, str, str], int]:
    """The matrix of a typed year with all its printed sums."""
    numbers = {(row[1], row[2], row[3]): int(row[4]) for row in rows if row[0] == MATRIX}
    lines = list(dict.fromkeys((group, row) for group, row, _ in numbers))
    columns = list(dict.fromkeys(column for _, _, column in numbers))
    for group, row in lines:
        numbers[group, row, "決定件数"] = sum(numbers[group, row, decision] for decision in DECISIONS)
    for column in [*columns, "決定件数"]:
        numbers["市長", "小計", column] = sum(numbers[group, row, column] for group, row in lines if group)
        numbers["", "計", column] = sum(numbers[group, row, column] for group, row in lines)
    return numbers


def test_a_typed_matrix_with_one_wrong_cell_is_refused_at_that_cell(tmp_path: Path, city_edition: Edition) -> None:
    with next(CITY.glob("earlier/*2023.csv")).open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    others = [row for row in rows if row[0] != MATRIX]

    def imported(numbers: Numbers) -> Any:
        typed = tmp_path / "2023.csv"
        with typed.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heading, *([MATRIX, *key, n] for key, n in numbers.items()), *others])
        return import_year(ImportOrder(typed, 2023), city_edition, ())

    right = printed_matrix(rows)
    assert imported(right).record is not None
    assert len(right) == 9 * 12
    for place, key in enumerate(right, start=2):
        wrong = imported({**right, key: right[key] + 540})
        assert wrong.record is None, key
        advised = [s.cells[0].place for f in wrong.examination.findings if f.advice for s in f.advice.suggestions]
        assert (advised[0].group, advised[0].row, advised[0].column) == key
        assert advised[0].line == place


def test_a_published_year_goes_into_a_template_and_comes_out_as_the_same_report(city: Path, command: Command) -> None:
    assert command("-C", city, "build", YEAR).code == 0
    assert command("-C", city, "publish", YEAR).code == 0
    record = json.loads((city / "records" / f"{YEAR}.json").read_text("utf-8"))
    report = (city / "out" / str(YEAR) / "report.md").read_text("utf-8")
    assert command("-C", city, "record", "template", YEAR, "--out", city / "typed.xlsx").code == 0
    book = load_workbook(city / "typed.xlsx")
    numbers = {(c["table"], c["group"], c["row"], c["column"]): c["value"] for c in record["cells"]}
    for sheet in (book[name] for name in book.sheetnames if name in {key[0] for key in numbers}):
        headings = [str(each.value).partition("(")[0] for each in sheet[4]]
        for row in sheet.iter_rows(min_row=5):
            labels = [
                "",
                *(str(each.value) for each in row[:2] if isinstance(each.value, str) and each.value[0] != "="),
            ]
            for place, heading in zip(row, headings, strict=True):
                key = (sheet.title, *labels[-2:], heading)
                if key in numbers and place.value is None:
                    place.value = numbers[key]
    book.save(city / "typed.xlsx")
    (city / "records" / f"{YEAR}.json").unlink()
    run = command("-C", city, "record", "import", city / "typed.xlsx")
    assert run.code == 0, run.out + run.err
    again = json.loads((city / "records" / f"{YEAR}.json").read_text("utf-8"))
    assert again["cells"] == record["cells"]
    shutil.rmtree(city / "out")
    assert command("-C", city, "build", YEAR, "--from-record").code == 0
    assert (city / "out" / str(YEAR) / "report.md").read_text("utf-8") == report


def test_the_years_beside_each_other_are_the_golden_ones(city: Path, command: Command) -> None:
    assert command("-C", city, "build", YEAR).code == 0
    assert command("-C", city, "trend", "2020..2024").code == 0
    trend = (city / "out" / "trend-2020-2024" / "trend.md").read_text("utf-8")
    assert trend == (GOLDEN / "akebono-trend.md").read_text("utf-8")


def test_the_open_data_are_valid_and_say_what_the_record_says(city: Path, command: Command) -> None:
    assert command("-C", city, "build", YEAR).code == 0
    data = city / "out" / str(YEAR) / "data"
    frictionless = pytest.importorskip("frictionless", reason="frictionless is not installed (make lock, make test)")
    checked = frictionless.validate(str(data / "datapackage.json"))
    assert checked.valid, checked.flatten(["message"])
    record = json.loads((city / "out" / str(YEAR) / "record.json").read_text("utf-8"))
    rows = "\n".join(file.read_text("utf-8-sig") for file in sorted(data.glob("*.csv")))
    for one in record["cells"]:
        if one["table"] == MATRIX:
            assert re.search(rf"{one['row']},{one['column']},{one['value']},件", rows), one


def test_what_is_approved_compares_each_column_alone(city: Path, command: Command) -> None:
    """A share of other columns, or a number in brackets, does not stand beside the numbers of one column."""
    assert command("-C", city, "build", YEAR).code == 0
    tables = Document(str(city / "out" / str(YEAR) / "決裁資料.docx")).tables
    rows = [[each.text for each in row.cells] for table in tables for row in table.rows]
    assert ["計", "69", "71", "△2"] in rows
    assert ["計", "240", "218", "22"] in rows
    assert ["合計", "248", "226", "22", "100.0"] in rows


def test_it_says_everywhere_that_it_is_invented(city: Path, command: Command) -> None:
    for file in (CITY / "inbox" / str(YEAR)).glob("*.xlsx"):
        assert "架空" in str([each.value for row in load_workbook(file)["表紙"] for each in row]), file.name
    texts = [CITY / "nerima-report.toml", GOLDEN / "akebono-2024.md", GOLDEN / "akebono-trend.md"]
    texts += [find_edition("akebono") / name for name in ("municipality.toml", "cover.md.j2")]
    assert all("架空" in file.read_text("utf-8") for file in texts)


def test_its_definitions_are_sound(city: Path, command: Command) -> None:
    run = command("-C", city, "edition", "check")
    assert (run.code, run.out.count("\n")) == (0, 3)
