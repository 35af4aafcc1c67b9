"""A year with a case ledger, from its forms to its record: a small invented ward, and the ledgers of three years.

What the ledger counts is asked of nobody but 保健予防課 (集計 = 出す); 広聴広報課 would report nothing else.
"""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from conftest import Command
from form_cells import cell, stands_on
from ledgers import CANARY, example_ledgers, requesters_of, write_ledger, write_ledgers
from nerima_report.edition import Edition
from nerima_report.files import read_text
from nerima_report.notices.matrix import make_matrices
from nerima_report.registers.requesters import write_requesters
from nerima_report.runs.prepare import FormOrder, make_forms
from nerima_report.runs.validate import examine_year
from nerima_report.workspace import Workspace

YEAR = "令和4年度"
ROSTER = [
    ("年度", "部", "課", "様式", "集計"),
    (YEAR, "区長室", "広聴広報課", "公開だけ", None),
    (YEAR, "総務部", "情報公開課", "すべて", None),
    (YEAR, "区民部", "国保年金課", "すべて", None),
    (YEAR, "福祉部", "管理課", "すべて", None),
    (YEAR, "健康部", "保健予防課", "すべて", "出す"),
    (YEAR, "土木部", "管理課", "すべて", None),
]
WARD, TALLYING, OTHER = "00_区全体_情報公開課", "05_健康部保健予防課", "04_福祉部管理課"
LEDGERS = example_ledgers()
NUMBERS = ("公開-00", "個人-00")  # how the 受付番号 of these ledgers begin


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory, whole_edition: Edition) -> Path:
    """The working folder: ledgers, the forms made for the year, and an inbox of them, filled in with 0."""
    folder = tmp_path_factory.mktemp("season")
    roster = Workbook()
    sheet = roster.active
    assert sheet is not None
    sheet.title = "名簿"
    for row in ROSTER:
        sheet.append(row)
    roster.save(folder / "roster.xlsx")
    write_ledgers(folder, whole_edition, LEDGERS)
    workspace = Workspace(folder, "nerima", ())
    made = make_forms(workspace, whole_edition, 2022, FormOrder())
    workspace.inbox(2022).mkdir(parents=True)
    for form in made.written:
        _fill_in(form, folder / "inbox" / form.name.replace(f"_{YEAR}", ""), whole_edition.for_year(2022))
    return folder


def _fill_in(form: Path, file: Path, edition: Edition) -> None:
    """Fill a form in: 0 everywhere, and no list applies."""
    book = load_workbook(form)
    for table_id, counts in edition.count_tables.items():
        if stands_on(book, table_id):
            for column in counts.columns:
                for key in counts.keys(table_id, column.label):
                    cell(book, key).value = 0
    for row in book["表紙"].iter_rows():
        if row[0].value in edition.entry_tables:
            row[3].value = "該当なし"
    book.save(file)


@pytest.fixture
def workdir(season: Path, tmp_path: Path) -> Path:
    """A copy of the working folder, to be changed at will."""
    return Path(shutil.copytree(season, tmp_path / "work"))


def errors_in(output: str) -> set[str]:
    """The codes of the errors in a JSON of findings."""
    return {finding["code"] for finding in json.loads(output)["findings"] if finding["severity"] == "error"}


def test_forms_leave_out_what_the_ledger_counts(season: Path) -> None:
    forms = {file.stem.removesuffix(f"_{YEAR}"): load_workbook(file) for file in (season / "forms" / "2022").iterdir()}
    assert len(forms) == 6  # none for 広聴広報課, which has nothing left to hand in
    assert forms[WARD].sheetnames == ["表紙", "記入要領", "調整"]
    assert forms[OTHER].sheetnames == ["表紙", "記入要領", "個人", "個人.第三者点検", "個人.事務処理ミス"]
    assert [stands_on(forms[OTHER], key) for key in ("個人.請求状況", "個人.登録など")] == [False, True]
    assert [stands_on(forms[TALLYING], key) for key in ("公開.内容別", "個人.請求状況", "個人.登録など")] == [True] * 3
    example = {str(value) for row in forms[WARD]["調整"].iter_rows(values_only=True) for value in row}
    assert {"個人.登録など", "業務の登録"} <= example  # a number that may be adjusted
    for name in (WARD, OTHER):  # nor does it speak of requests or requesters
        words = [str(value) for sheet in forms[name] for row in sheet.iter_rows(values_only=True) for value in row]
        assert [word for word in words if "公開.内容別" in word or "請求が一件も" in word or "請求者数" in word] == []


def test_who_has_nothing_to_hand_in_gets_no_form(season: Path, command: Command) -> None:
    made = command("-C", season, "form", "2022", "--section", "広聴広報課", "--out", "様式")
    assert made.code == 2
    assert "請求台帳から数える" in made.err
    assert not (season / "様式").exists()


def test_the_report_is_counted_from_the_ledger(workdir: Path, command: Command) -> None:
    built = command("-C", workdir, "build", "2022")
    assert built.code == 0, built.out
    out = workdir / "out" / "2022"
    report = read_text(out / "report.md")
    assert "このほか、令和5年3月末現在、公開決定等に至っていない請求が1件ある" in report
    record = json.loads(read_text(out / "record.json"))
    values = {(c["table"], c["row"], c["column"]): c["value"] for c in record["cells"] if not c["group"]}
    assert values["公開.処理状況", "部分公開", "件数"] == 2
    assert values["公開.請求方法", "インターネット", "請求者数"] == 4
    assert values["公開.審査請求", "公文書公開に関する審査請求", "件数"] == 1
    assert {source["file"] for source in record["sources"]} >= {f"ledger/{year}.xlsx" for year in (2021, 2022, 2023)}
    counted = record["counted_from_ledger"]
    assert "公開.決定期間" in counted
    assert "個人.登録など" not in counted


def test_what_is_made_names_no_request_but_the_list_beside_the_ledger(workdir: Path, command: Command) -> None:
    built = command("-C", workdir, "build", "2022")
    assert built.code == 0
    assert "ledger/2022-受付番号.csv" in built.out
    made = [file for file in (workdir / "out").rglob("*") if file.is_file()]
    assert {".md", ".json", ".html", ".csv", ".docx", ".xlsx"} <= {file.suffix for file in made}
    assert [file for file in made if any(number.encode() in unpacked(file) for number in NUMBERS)] == []
    audit = read_text(workdir / "out" / "2022" / "audit.md")
    assert "| 福祉部管理課 | 1 | 1 |  | 1 |  |  |  |" in audit  # 表5: one each of 全部公開, 部分公開 and 不存在
    with (workdir / "ledger" / "2022-受付番号.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert (workdir / "ledger" / "2022-受付番号.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    behind = {(line["表"], line["行"], line["列"], line["課"]): (line["数"], line["受付番号"]) for line in lines}
    assert behind["公開.処理状況", "不存在", "件数", "福祉部管理課"] == ("1", "公開-0004 枝番2")
    assert behind["公開.処理中", "年度末に処理中の公開請求", "件数", "健康部保健予防課"] == ("1", "公開-0010")
    assert behind["公開.請求者", "区民", "請求者数", "福祉部管理課"][0] == "1"  # one person, three decisions
    assert behind["公開.審査請求", "公文書公開に関する審査請求", "件数", "総務部情報公開課"] == ("1", "公開-0001")


def test_nothing_of_the_register_of_requesters_comes_out(workdir: Path, tmp_path: Path, command: Command) -> None:
    """It lies outside of the working folder, and is read where it is named: not even then is anything of it told."""
    register = tmp_path / "請求者名簿.xlsx"
    register.write_bytes(write_requesters(requesters_of(LEDGERS[2022])))
    said = [command("-C", workdir, "ledger", "persons", register)]
    said += [command("-C", workdir, *words) for words in (("form", "2022"), ("validate", "2022"), ("build", "2022"))]
    assert [run.code for run in said] == [0, 0, 0, 0]
    assert CANARY.encode() in unpacked(register)
    assert not [run for run in said if CANARY in run.out + run.err]
    files = [file for file in workdir.rglob("*") if file.is_file()]
    assert [file for file in files if CANARY.encode() in unpacked(file) or CANARY in file.name] == []


def unpacked(file: Path) -> bytes:
    """The content of a file, or of all parts of a workbook or a document."""
    if not zipfile.is_zipfile(file):
        return file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        return b"".join(map(archive.read, archive.namelist()))


def test_a_year_without_a_ledger_has_no_such_list(workdir: Path, command: Command) -> None:
    shutil.rmtree(workdir / "ledger")
    command("-C", workdir, "build", "2022", "--draft")
    assert not (workdir / "ledger").exists()


def test_a_ledger_of_another_name_is_named(workdir: Path, command: Command) -> None:
    (workdir / "ledger" / "2022.xlsx").rename(workdir / "ledger" / "令和4年度.xlsx")
    found = json.loads(command("-C", workdir, "validate", "2022", "--format", "json").out)["findings"]
    files = [Path(finding["file"]).parts[-2:] for finding in found if finding["code"] == "N627"]
    assert files == [("ledger", "令和4年度.xlsx")]


@pytest.mark.parametrize("year", [2021, 2022, 2023])
def test_publishing_stops_where_a_ledger_changed_after_the_build(
    workdir: Path, command: Command, whole_edition: Edition, year: int
) -> None:
    assert command("-C", workdir, "build", "2022").code == 0
    rows = {**LEDGERS[year], "公開.請求台帳": LEDGERS[year]["公開.請求台帳"][:-1]}
    write_ledger(workdir / "ledger" / f"{year}.xlsx", whole_edition, year, rows)
    published = command("-C", workdir, "publish", "2022")
    assert published.code == 2
    assert f"ledger/{year}.xlsx が変わった" in published.err


def test_status_asks_for_nothing_that_the_ledger_counts(workdir: Path, command: Command) -> None:
    (workdir / "inbox" / f"{WARD}.xlsx").unlink()
    (workdir / "inbox" / f"{OTHER}.xlsx").unlink()
    look = json.loads(command("-C", workdir, "status", "2022", "--format", "json").out)
    assert {row["section"]: row["status"] for row in look["handed_in"]} == {
        "総務部情報公開課": "fine",
        "区民部国保年金課": "fine",
        "福祉部管理課": "missing",
        "健康部保健予防課": "fine",
        "土木部管理課": "fine",
    }
    assert errors_in(command("-C", workdir, "validate", "2022", "--format", "json").out) == {"N601"}


def test_the_matrix_has_counted_tables_only_for_who_hands_them_in(season: Path, whole_edition: Edition) -> None:
    examination = examine_year(Workspace(season, "nerima", ()), whole_edition, 2022, lambda _: None)
    matrices = make_matrices(examination)
    status = {
        (row.name, column): cell.status
        for matrix in matrices
        for row in matrix.rows
        for column, cell in zip(matrix.columns, row.cells, strict=True)
    }
    assert status["健康部保健予防課", "公開.内容別"] == "warning"  # nobody has opened it in Excel: no totals
    assert status["福祉部管理課", "公開.内容別"] == status["福祉部管理課", "個人.請求状況"] == "not-asked"
    assert status["福祉部管理課", "個人.登録など"] == "fine"
    assert {column for _, column in status}.isdisjoint({"公開.審査請求", "公開.処理中", "個人.処理中"})
    assert not [name for name, _ in status if "広聴広報課" in name]


def test_who_is_to_hand_in_tallies_is_asked_for_them(workdir: Path, command: Command) -> None:
    """The form of a 課 that is asked for less, in the name of 保健予防課."""
    book = load_workbook(workdir / "inbox" / f"{OTHER}.xlsx")
    for row in book["表紙"].iter_rows():
        if row[0].value in ("部", "課"):
            row[1].value = "健康部" if row[0].value == "部" else "保健予防課"
    book.save(workdir / "inbox" / f"{TALLYING}.xlsx")
    built = command("-C", workdir, "build", "2022")
    assert built.code == 1
    assert "公開.内容別" in built.out


def test_a_single_workbook_is_checked_by_what_it_is_asked(workdir: Path, command: Command) -> None:
    assert command("-C", workdir, "validate", f"inbox/{OTHER}.xlsx", f"inbox/{TALLYING}.xlsx").code == 0


def test_a_counted_number_is_not_adjusted(workdir: Path, command: Command) -> None:
    book = load_workbook(workdir / "inbox" / f"{WARD}.xlsx")
    row = 1 + next(n for n, cells in enumerate(book["調整"].values, start=1) if cells[1] == "表") + 1  # below 記入例
    adjustment = ("公開.処理状況", None, "取下げ", "件数", -1, "二つの課が同じ請求を数えたため")
    for column, value in enumerate(adjustment, start=2):
        book["調整"].cell(row, column, value)
    book.save(workdir / "inbox" / f"{WARD}.xlsx")
    built = command("-C", workdir, "build", "2022", "--format", "json")
    assert built.code == 1
    assert errors_in(built.out) == {"N609"}


def test_of_a_list_that_is_not_there_nothing_is_known(workdir: Path, command: Command, whole_edition: Edition) -> None:
    file = write_ledger(workdir / "ledger" / "2022.xlsx", whole_edition, 2022, LEDGERS[2022])
    book = load_workbook(file)
    del book["個人.請求台帳"]
    book.save(file)
    command("-C", workdir, "build", "2022", "--draft")
    record = json.loads(read_text(workdir / "out" / "2022" / "record.json"))
    report = read_text(workdir / "out" / "2022" / "report.md")
    assert {cell["value"] for cell in record["cells"] if cell["table"] == "個人.決定期間"} == {None}
    assert "| 区民 | … | … |" in report
    assert "| 部分公開 | 2 |" in report


@pytest.mark.parametrize("content", [b"", b"not a workbook"])
def test_of_an_unreadable_ledger_nothing_is_known(workdir: Path, command: Command, content: bytes) -> None:
    (workdir / "ledger" / "2022.xlsx").write_bytes(content)
    assert command("-C", workdir, "build", "2022").code == 1
    command("-C", workdir, "build", "2022", "--draft")
    record = json.loads(read_text(workdir / "out" / "2022" / "record.json"))
    values = {cell["value"] for cell in record["cells"] if cell["table"] in record["counted_from_ledger"]}
    assert values == {None}
    report = read_text(workdir / "out" / "2022" / "report.md")
    table = report[report.index("\n| 全部公開") :].split("\n\n")[0]
    assert {line.rpartition(" | ")[2] for line in table.strip().splitlines()} == {"… |"}
