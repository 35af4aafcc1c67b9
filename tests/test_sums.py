"""Rows and columns that are sums of others (小計, 決定件数) or parts of them (うち…), in the city of tests/sums.

Every number is added up anew here, from the numbers that were drawn alone.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from conftest import ROOT, Command
from nerima_report.checks import run_checks
from nerima_report.corrections import suggest_corrections
from nerima_report.edition import Edition, load_edition
from nerima_report.edition.ledger import Counted
from nerima_report.edition.tables import CountTable
from nerima_report.errors import DefinitionError
from nerima_report.examination import examine
from nerima_report.findings import Finding
from nerima_report.forms import Filling, FormCover, render_form
from nerima_report.places import CellKey
from nerima_report.report.tables import count_table
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.counting import counted_entries
from nerima_report.tallies.model import Entry
from nerima_report.tallies.submission import load_submissions

GROUPS = {"市長部局": ("総務部", "福祉部"), "行政委員会": ("教育委員会", "監査委員")}
FILLED = ("請求", "公開", "うち即日", "部分公開", "非公開")
COLUMNS = ("請求", "決定件数", "公開する決定", "公開", "うち即日", "部分公開", "非公開")
COVER = FormCover(2022, "総務部", "情報公開課")
FIRST, LEFT = 6, 3  # the row and the column of the first number on the form

Row = dict[str, int]
Matrix = dict[tuple[str, str], Row]


def drawn_row(shown: int, parts: int, hidden: int, more: int, at_once: int) -> Row:
    asked = shown + parts + hidden + more
    return {"請求": asked, "公開": shown, "うち即日": min(at_once, shown), "部分公開": parts, "非公開": hidden}


NUMBER = st.integers(0, 2000)
ROWS = st.lists(st.builds(drawn_row, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER), min_size=4, max_size=4)


def matrix_of(rows: list[Row]) -> Matrix:
    """The rows that are filled in; of the schools everything that the 教育委員会 has."""
    names = [(group, row) for group, own in GROUPS.items() for row in own]
    matrix = dict(zip(names, rows, strict=True))
    return matrix | {("行政委員会", "うち学校"): dict(matrix["行政委員会", "教育委員会"])}


def counts_of(matrix: Matrix, ways: Mapping[str, int]) -> dict[CellKey, int]:
    cells = {CellKey("公開.処理", *name, column): row[column] for name, row in matrix.items() for column in FILLED}
    return cells | {CellKey("公開.方法", "", way, "件数"): number for way, number in ways.items()}


def printed(matrix: Matrix) -> list[list[object]]:
    """The table of the report: the total above, each group under its name, its 小計 below."""

    def line(label: str, rows: list[Row]) -> list[object]:
        column = {name: sum(row[name] for row in rows) for name in FILLED}
        column["公開する決定"] = column["公開"] + column["部分公開"]
        column["決定件数"] = column["公開"] + column["部分公開"] + column["非公開"]
        return [label, *(f"{column[name]:,}" for name in COLUMNS)]

    def of_groups(*groups: str) -> list[Row]:
        return [matrix[group, row] for group in groups for row in GROUPS[group]]

    lines = [line("合計", of_groups(*GROUPS))]
    for group, rows in GROUPS.items():
        lines.append([group, *[""] * len(COLUMNS)])
        lines.append(line(rows[0], [matrix[group, rows[0]]]))
        if rows[0] == "教育委員会":
            lines.append(line("うち学校", [matrix[group, "うち学校"]]))
        lines.append(line(rows[1], [matrix[group, rows[1]]]))
        lines.append(line("小計", of_groups(group)))
    return lines


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition of the city: the shipped one, with its part for theirs."""
    folder = tmp_path_factory.mktemp("sums") / "city"
    shutil.copytree(ROOT / "templates" / "nerima", folder)
    for part in ("privacy-act", "privacy-ordinance", "disclosure"):
        shutil.rmtree(folder / part)
    for name in ("kinds.toml", "sources.toml"):  # they name tables and articles of the parts that went
        (folder / name).unlink()
    shutil.copytree(ROOT / "tests" / "sums", folder / "disclosure")
    return folder


@pytest.fixture(scope="module")
def city(templates: Path) -> Edition:
    return load_edition(templates).for_year(2022)


def examined(file: Path, city: Edition) -> tuple[Collection, list[Finding]]:
    inbox = load_submissions([file], city)
    assert (inbox.unidentified, inbox.unreadable) == ((), ())
    collection = examine(inbox, city, 2022, None)
    return collection, suggest_corrections(run_checks(collection), collection, ())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, data=st.data())
def test_a_form_of_any_numbers_is_printed_with_their_sums(
    rows: list[Row], data: st.DataObject, city: Edition, tmp_path: Path
) -> None:
    matrix = matrix_of(rows)
    shown = sum(row["公開"] + row["部分公開"] for row in rows)
    read = data.draw(st.integers(0, shown))
    ways = {"閲覧": read, "写し": (shown - read) // 2, "郵送": shown - read - (shown - read) // 2}
    file = tmp_path / "01_総務部情報公開課_令和4年度.xlsx"
    file.write_bytes(render_form(city, COVER, Filling(counts_of(matrix, ways))))
    collection, findings = examined(file, city)
    assert findings == []
    table = count_table("公開.処理", city.count_tables["公開.処理"], collection.totals, 2022)
    assert [[cell.text for cell in row] for row in table.rows] == printed(matrix)
    table = count_table("公開.方法", city.count_tables["公開.方法"], collection.totals, 2022)
    numbers = {"窓口": ways["閲覧"] + ways["写し"], **ways, "計": shown}
    assert [[cell.text for cell in row] for row in table.rows] == [[k, f"{n:,}"] for k, n in numbers.items()]
    decided = shown + sum(row["非公開"] for row in rows)
    value = collection.figures["公開.公開率"].value
    exact = Decimal(shown * 100) / decided if decided else None
    assert value == (exact.quantize(Decimal("0.1"), ROUND_HALF_UP) if exact is not None else None)


def test_a_change_of_any_cell_is_found_at_that_cell(city: Edition, tmp_path: Path) -> None:
    numbers = random.Random(20)
    rows = [drawn_row(*(numbers.randint(3, 60) for _ in range(5))) for _ in range(4)]
    matrix = matrix_of(rows) | {("行政委員会", "うち学校"): dict.fromkeys(FILLED, 0)}
    shown = sum(row["公開"] + row["部分公開"] for row in rows)
    ways = {"閲覧": shown - 25, "写し": 20, "郵送": 5}
    form = tmp_path / "01_総務部情報公開課_令和4年度.xlsx"
    form.write_bytes(render_form(city, COVER, Filling(counts_of(matrix, ways))))
    cells = [(row, column) for row in range(FIRST, FIRST + 8) for column in range(LEFT, LEFT + len(COLUMNS))]
    cells += [(row, LEFT) for row in range(FIRST + 12, FIRST + 17)]
    for row, column in cells:
        book = load_workbook(form, data_only=True)  # typed, as copied from a printed report
        cell = book["公開"].cell(row, column)
        cell.value = int(str(cell.value)) + 540
        file = tmp_path / "typed" / form.name
        file.parent.mkdir(exist_ok=True)
        book.save(file)
        _, findings = examined(file, city)
        likely = next((s.cells[0].place.cell for f in findings if f.advice for s in f.advice.suggestions), "")
        assert {finding.code for finding in findings} & {"N401", "N408", "N501", "N502"}, cell.coordinate
        assert cell.coordinate in (findings[0].place.cell, likely), cell.coordinate
        assert likely == cell.coordinate


def test_what_a_sum_says_is_named_with_its_difference(city: Edition, tmp_path: Path) -> None:
    matrix = matrix_of([drawn_row(107, 48, 22, 0, 0)] * 4)
    form = tmp_path / "01_総務部情報公開課_令和4年度.xlsx"
    form.write_bytes(render_form(city, COVER, Filling(counts_of(matrix, {"閲覧": 620, "写し": 0, "郵送": 0}))))
    book = load_workbook(form, data_only=True)
    book["公開"]["D6"] = 717
    book.save(form)
    _, [finding] = examined(form, city)
    facts = finding.code, finding.place.cell, finding.expected, finding.found, finding.difference
    assert facts == ("N408", "D6", 177, 717, 540)


CSV = """表,区分,行,列,値
公開.方法,,閲覧,件数,3
公開.方法,,写し,件数,4
公開.方法,,郵送,件数,8
"""


def typed_year(matrix: Matrix, more: str = "") -> str:
    cells = (f"公開.処理,{g},{r},{c},{row[c]}" for (g, r), row in matrix.items() for c in FILLED)
    return CSV + "\n".join(cells) + f"\n{more}"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", 0),
        ("公開.方法,,窓口,件数,7", 0),
        ("公開.方法,,窓口,件数,8", 1),
        ("公開.処理,市長部局,小計,決定件数,6", 0),
        ("公開.処理,市長部局,小計,決定件数,7", 1),
        ("公開.処理,,合計,公開する決定,15", 0),
        ("公開.処理,,合計,公開する決定,16", 1),
        ("公開.処理,市長部局,総務部,決定件数,3\n公開.処理,市長部局,福祉部,決定件数,3\n公開.処理,,合計,決定件数,18", 0),
        ("公開.処理,市長部局,総務部,決定件数,3\n公開.処理,市長部局,福祉部,決定件数,4", 1),
    ],
)
def test_an_imported_sum_is_checked_when_it_is_there(
    line: str, code: int, templates: Path, command: Command, tmp_path: Path
) -> None:
    matrix = matrix_of([drawn_row(2, 1, 0, 0, 1), drawn_row(1, 2, 0, 0, 0), drawn_row(4, 4, 1, 2, 0),
                        drawn_row(1, 0, 2, 0, 0)])  # fmt: skip
    (tmp_path / "2021.csv").write_text(typed_year(matrix, line), encoding="utf-8")
    run = command("-C", tmp_path, "--templates", templates, "record", "import", "2021.csv", "--year", "2021")
    assert run.code == code, run.out + run.err
    if code == 0:
        run = command("-C", tmp_path, "--templates", templates, "build", "2021", "--from-record")
        assert run.code == 0, run.out + run.err
        report = (tmp_path / "out" / "2021" / "report.md").read_text(encoding="utf-8")
        lines = {re.sub(r"[| ]+", " ", line).strip() for line in report.splitlines()}
        assert {"小計 6 6 6 3 1 3 0", "合計 20 18 15 8 1 7 3", "窓口 7", "計 15"} <= lines
    else:
        assert any(f"{name}" in run.out for name in ("N408", "N401"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('sum_of = ["公開", "部分公開"]', 'sum_of = ["公開", "一部公開"]'),
        ('sum_of = ["公開", "部分公開"]', 'sum_of = ["公開", "決定件数"]'),
        ('sum_of = ["公開する決定", "非公開"]', 'sum_of = ["公開する決定", "公開"]'),
        ('unit = "件", of = "公開"', 'unit = "人", of = "公開"'),
        ('of = "教育委員会"', 'of = "総務部"'),
        ('sum_of = ["閲覧", "写し"]', 'sum_of = ["閲覧", "窓口"]'),
        ('sum_of = ["閲覧", "写し"]', 'sum_of = ["閲覧"], rule = "数え方"'),
        ('total_first = true\ngroup_total = "小計"', "total_first = true\ngroup_total_first = true"),
        ('stub = "方法"', 'stub = "方法"\ngroup_total = "小計"'),
    ],
)
def test_sums_that_cannot_be_computed_are_refused(before: str, after: str, templates: Path, tmp_path: Path) -> None:
    shutil.copytree(templates, tmp_path / "templates")
    file = tmp_path / "templates" / "disclosure" / "tables.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(DefinitionError):
        load_edition(tmp_path / "templates")


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("links.toml", 'column = "請求" }', 'columns = ["請求", "請求"] }'),
        ("links.toml", 'column = "請求" }', 'column = "請求", columns = ["公開"] }'),
        ("links.toml", 'column = "請求" }', 'columns = ["請求", "決定数"] }'),
        ("links.toml", 'columns = ["公開", "部分公開"]', 'columns = ["公開", "公開する決定"]'),
        ("figures.toml", 'columns = ["公開", "部分公開"]', 'columns = ["公開", "決定件数"]'),
        ("figures.toml", 'rows = ["小計"]', 'rows = ["小計", "総務部"]'),
        ("links.toml", 'left = { table = "処理", columns', 'left = { table = "方法", columns'),
    ],
)
def test_cells_that_are_added_up_twice_are_refused(
    file: str, before: str, after: str, templates: Path, tmp_path: Path
) -> None:
    shutil.copytree(templates, tmp_path / "templates")
    path = tmp_path / "templates" / "disclosure" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        load_edition(tmp_path / "templates")
    assert file in str(error.value)


def ward_forms(templates: Path, command: Command, folder: Path) -> set[str]:
    assert command("--templates", templates, "init", folder, "--year", "2022").code == 0
    assert command("-C", folder, "--templates", templates, "form", "2022").code == 0
    return {form.name[:2] for form in (folder / "forms" / "2022").iterdir()}


def test_the_ward_has_no_workbook_where_no_table_is_its_own(
    templates: Path, city: Edition, command: Command, tmp_path: Path
) -> None:
    assert "00" not in ward_forms(templates, command, tmp_path)
    run = command("-C", tmp_path, "--templates", templates, "status", "2022", "--format", "json")
    assert all(not section["ward"] for section in json.loads(run.out)["handed_in"])
    # Something may have to be adjusted all the same: then the form is made when it is asked for, and read.
    run = command("-C", tmp_path, "--templates", templates, "form", "2022", "--section", "区全体")
    assert run.code == 0, run.err
    [file] = (tmp_path / "forms" / "2022").glob("00_*.xlsx")
    _, findings = examined(file, city)
    assert findings == []


def test_no_section_is_asked_where_every_table_is_the_coordinators(
    templates: Path, command: Command, tmp_path: Path
) -> None:
    shutil.copytree(templates, tmp_path / "templates")
    tables = tmp_path / "templates" / "disclosure" / "tables.toml"
    text = tables.read_text(encoding="utf-8")
    tables.write_text(text.replace('"counts"', '"counts"\nreported_by = "coordinator"'), encoding="utf-8")
    folder = tmp_path / "work"
    assert ward_forms(tmp_path / "templates", command, folder) == {"00"}
    rows = [drawn_row(5, 4, 3, 2, 1)] * 4
    edition = load_edition(tmp_path / "templates").for_year(2022)
    counts = counts_of(matrix_of(rows), {"閲覧": 30, "写し": 6, "郵送": 0})
    cover = FormCover(2022, "総務部", "情報公開課", ward=True)
    (folder / "inbox" / "00_区全体.xlsx").write_bytes(render_form(edition, cover, Filling(counts)))
    run = command("-C", folder, "--templates", tmp_path / "templates", "build", "2022", "--strict")
    assert run.code == 0, run.out + run.err
    assert "決定は48件（市長部局は24件）" in (folder / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    run = command("-C", folder, "--templates", tmp_path / "templates", "form", "2022", "--section", "情報公開課")
    assert run.code == 2


COUNTED = CountTable.model_validate(
    {
        "kind": "counts", "key": "表", "title": "表", "legal_basis": "架空", "stub": "区分", "total": "計",
        "counted_from": "一覧",
        "columns": [
            {"label": "件数", "unit": "件"},
            {"label": "うち至急", "unit": "件", "of": "件数", "where": [{"field": "至急", "given": True}]},
        ],
        "rows": [
            {"label": "決定", "sum_of": ["公開", "非公開"]},
            {"label": "公開", "where": [{"field": "処理", "one_of": ["公開", "郵送"]}]},
            {"label": "うち郵送", "of": "公開", "where": [{"field": "処理", "one_of": ["郵送"]}]},
            {"label": "非公開", "where": [{"field": "処理", "one_of": ["非公開"]}]},
        ],
    }
)  # fmt: skip


def test_an_entry_counts_in_its_row_and_in_parts_of_it_but_in_no_sum() -> None:
    said = [("公開", None), ("郵送", "はい"), ("郵送", None), ("非公開", "はい")]
    entries = [Entry({"処理": done, "至急": urgent}, "総務部総務課", n) for n, (done, urgent) in enumerate(said)]
    behind = counted_entries("公開.表", COUNTED, entries)
    numbers = {(key.row, key.column): len(own) for key, own in behind.items()}
    assert numbers == {
        ("公開", "件数"): 3, ("うち郵送", "件数"): 2, ("非公開", "件数"): 1,
        ("公開", "うち至急"): 1, ("うち郵送", "うち至急"): 1, ("非公開", "うち至急"): 1,
    }  # fmt: skip
    assert COUNTED.parts_of(CellKey("公開.表", "", "決定", "件数")) == COUNTED.keys_of_total("公開.表", "件数")


def test_a_ledger_gives_a_sum_no_conditions() -> None:
    counted = Counted.model_validate({"table": "表", "by": "処理", "basis": "架空"})
    table = counted.applied_to(COUNTED, "請求台帳")
    assert [bool(row.where) for row in table.rows] == [False, True, True, True]


def test_open_data_say_what_is_counted_what_is_a_sum_and_what_is_a_part(
    templates: Path, command: Command, tmp_path: Path
) -> None:
    matrix = matrix_of([drawn_row(2, 1, 0, 0, 1), drawn_row(1, 2, 0, 0, 0), drawn_row(4, 4, 1, 2, 0),
                        drawn_row(1, 0, 2, 0, 0)])  # fmt: skip
    (tmp_path / "2021.csv").write_text(typed_year(matrix), encoding="utf-8")
    command("-C", tmp_path, "--templates", templates, "record", "import", "2021.csv", "--year", "2021")
    run = command("-C", tmp_path, "--templates", templates, "build", "2021", "--from-record")
    assert run.code == 0, run.out + run.err
    text = (tmp_path / "out" / "2021" / "data" / "disclosure-01.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    kinds = {(row["行"], row["列"]): row["行の種類"] for row in rows}
    assert kinds["総務部", "公開"] == "内訳"
    assert {kinds["総務部", "決定件数"], kinds["小計", "公開"], kinds["合計", "うち即日"]} == {"合計"}
    assert {kinds["うち学校", "公開"], kinds["総務部", "うち即日"], kinds["うち学校", "決定件数"]} == {"うち"}
    for column in COLUMNS:  # what is counted adds up to what is printed below it
        of_column = [row for row in rows if row["列"] == column and row["区分"]]
        [total] = [int(row["値"]) for row in rows if row["列"] == column and not row["区分"]]
        if column in ("公開", "部分公開", "非公開", "請求"):
            assert sum(int(row["値"]) for row in of_column if row["行の種類"] == "内訳") == total


def test_parts_of_rows_are_compared_row_by_row_too(city: Edition, tmp_path: Path) -> None:
    matrix = matrix_of([drawn_row(20, 10, 5, 0, 0)] * 4)
    matrix["行政委員会", "うち学校"] |= {"請求": 3}
    file = tmp_path / "01_総務部情報公開課_令和4年度.xlsx"
    file.write_bytes(render_form(city, COVER, Filling(counts_of(matrix, {"閲覧": 120, "写し": 0, "郵送": 0}))))
    _, [finding] = examined(file, city)
    assert (finding.code, finding.place.row, finding.difference) == ("N502", "うち学校", 32)
