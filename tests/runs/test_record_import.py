"""Years published before the tool: the workbook to type them in, its import, that of a CSV, and their report."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from conftest import ROOT, Command, copy_templates, files_in
from findings_schema import VALIDATOR
from nerima_report.checks import MOST_ALIKE
from nerima_report.edition import Edition, load_edition
from nerima_report.edition.entries import RATES
from nerima_report.forms import Filling
from nerima_report.forms.published_year import render_template
from nerima_report.places import CellKey
from nerima_report.records.file import read_record
from nerima_report.report.content import Content
from nerima_report.tallies.csv_file import read_csv
from nerima_report.workbooks.limits import MAX_ROWS

GOLDEN = ROOT / "tests" / "golden" / "report-2022.md"
CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "record_imports.toml").read_text(encoding="utf-8"))["case"]
CSV_LACKS = ["個人.第三者点検", "個人.事務処理ミス"]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """An empty working folder: no roster, no inbox."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def typed_in(content: Content, edition: Edition) -> bytes:
    """The workbook of 2022 as somebody would type it in from the published report."""
    counts = {key: value for key, value in content.collection.totals.values.items() if value is not None}
    entries = {
        table_id: [
            {f.label: entry[f.label] for f in table.fields} for entry in content.collection.tallies.entries[table_id]
        ]
        for table_id, table in edition.on_forms_of(2022).entry_tables.items()
    }
    return render_template(edition, 2022, Filling(counts, entries))


@pytest.fixture(scope="session")
def csv_text(content: Content) -> str:
    """The numbers of 2022 as a CSV."""
    lines = ["part,table,group,row,column,value"]
    for key, value in content.collection.totals.values.items():
        part, _, table = key.table.partition(".")
        lines.append(f"{part},{table},{key.group},{key.row},{key.column},{value}")
    return "\n".join(lines) + "\n"


def findings_of(command: Command, work: Path, *arguments: object) -> tuple[int, list[dict[str, Any]]]:
    run = command("-C", work, "record", "import", *arguments, "--format", "json")
    assert run.out, run.err
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(run.out))] == []
    return run.code, json.loads(run.out)["findings"]


def edit(file: Path, changes: dict[tuple[str, str], Any]) -> None:
    book = load_workbook(file)
    for (sheet, cell), value in changes.items():
        book[sheet][cell] = value
    book.save(file)


def test_a_year_typed_in_prints_the_report_that_was_published(work: Path, command: Command, typed_in: bytes) -> None:
    (work / "2022.xlsx").write_bytes(typed_in)
    assert findings_of(command, work, "2022.xlsx") == (0, [])
    record = read_record(work / "records" / "2022.json", 2022)
    assert (record.origin, record.tallies, record.not_published) == ("imported", (), ())
    assert [entry.file for entry in record.inputs] == ["2022.xlsx"]
    run = command("-C", work, "build", "2022", "--from-record")
    assert run.code == 0, run.err
    report = work / "out" / "2022" / "report.md"
    assert report.read_bytes() == GOLDEN.read_bytes()
    word = (work / "out" / "2022" / "report.docx").read_bytes()
    command("-C", work, "build", "2022", "--from-record")
    assert (work / "out" / "2022" / "report.docx").read_bytes() == word
    made = [name for name in files_in(report.parent) if not name.startswith("data/")]
    assert sorted(made) == ["report.docx", "report.html", "report.md"]


def test_a_built_year_is_printed_from_its_record_as_it_was_built(workdir: Path, command: Command) -> None:
    command("-C", workdir, "build", "2022")
    built = files_in(workdir / "out" / "2022")
    refused = command("-C", workdir, "build", "2022", "--from-record")
    assert refused.code == 2  # there is no record yet
    command("-C", workdir, "publish", "2022")
    assert command("-C", workdir, "build", "2022", "--from-record").code == 0
    del built["record.json"]  # publish has moved it
    assert files_in(workdir / "out" / "2022") == built


def test_what_is_not_yet_published_or_was_edited_is_not_lost(workdir: Path, command: Command) -> None:
    command("-C", workdir, "build", "2022")
    command("-C", workdir, "publish", "2022")
    command("-C", workdir, "build", "2022")
    refused = command("-C", workdir, "build", "2022", "--from-record")
    assert (refused.code, "record.json" in refused.err) == (2, True)
    command("-C", workdir, "publish", "2022")
    (workdir / "out" / "2022" / "report.docx").write_bytes(b"polished")
    run = command("-C", workdir, "build", "2022", "--from-record", "--format", "json")
    assert [f["code"] for f in json.loads(run.out)["findings"]] == ["N904"]
    assert (workdir / "out" / "2022" / "report-保存1.docx").read_bytes() == b"polished"


def test_the_template_is_blank_and_is_not_overwritten(work: Path, command: Command) -> None:
    assert command("-C", work, "record", "template", "R3").code == 0
    file = work / "令和3年度_公表された記録.xlsx"
    blank = file.read_bytes()
    assert command("-C", work, "record", "template", "2021").code == 0  # the same again
    code, findings = findings_of(command, work, file.name)
    assert code == 1
    assert {f["code"] for f in findings} == {"N301", "N318", "N239"}
    assert not (work / "records").exists()
    edit(file, {("公開.処理状況", "B5"): 12})
    assert command("-C", work, "record", "template", "2021").code == 2
    assert command("-C", work, "record", "template", "2021", "--force").code == 0
    assert file.read_bytes() == blank
    assert command("-C", work, "record", "template", "2021", "--out", "別/様式.xlsx").code == 0
    assert (work / "別" / "様式.xlsx").read_bytes() == blank


@pytest.mark.parametrize("year", [2001, 2022, 2023])
def test_every_table_has_its_sheet_in_the_template(year: int, whole_edition: Edition, tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    file.write_bytes(render_template(whole_edition.for_year(year), year))
    edition = whole_edition.for_year(year).on_forms_of(year)
    printed = {key for key, table in edition.entry_tables.items() if table.print}
    sheets = set(load_workbook(file).sheetnames)
    rates = {RATES} if any(part.figures for part in edition.parts) else set()
    assert sheets == {"表紙", "記入要領", *edition.count_tables, *printed, *rates}


def test_a_template_in_the_inbox_is_no_submission(workdir: Path, command: Command, typed_in: bytes) -> None:
    (workdir / "inbox" / "2022" / "99_記録.xlsx").write_bytes(typed_in)
    run = command("-C", workdir, "build", "2022", "--format", "json")
    found = [(f["code"], f["cell"]) for f in json.loads(run.out)["findings"]]
    assert (run.code, found) == (1, [("N202", "B5")])


def test_a_workbook_of_a_section_is_no_published_year(workdir: Path, command: Command) -> None:
    file = next((workdir / "inbox" / "2022").glob("12_*"))
    code, findings = findings_of(command, workdir, file)
    assert (code, [f["code"] for f in findings]) == (1, ["N202"])


def test_faults_of_a_typed_in_year_are_found_in_their_cells(work: Path, command: Command, typed_in: bytes) -> None:
    file = work / "2022.xlsx"
    file.write_bytes(typed_in)
    edit(file, {("公開.処理状況", "B6"): "700人", ("公開.内容別", "B5"): None})
    code, findings = findings_of(command, work, file.name)
    places = {(f["code"], f["sheet"], f["cell"]) for f in findings if f["severity"] == "error"}
    assert (code, places) == (1, {("N302", "公開.処理状況", "B6"), ("N301", "公開.内容別", "B5")})


def test_the_year_of_the_cover_and_of_the_command_must_agree(work: Path, command: Command, typed_in: bytes) -> None:
    (work / "2022.xlsx").write_bytes(typed_in)
    code, findings = findings_of(command, work, "2022.xlsx", "--year", "2021")
    assert (code, [(f["code"], f["cell"]) for f in findings]) == (1, [("N238", "B4")])
    assert findings_of(command, work, "2022.xlsx", "--year", "R4") == (0, [])


def test_what_was_not_published_is_neither_zero_nor_said(work: Path, command: Command, typed_in: bytes) -> None:
    file = work / "2022.xlsx"
    file.write_bytes(typed_in)
    cover = load_workbook(file)["表紙"]
    rows = {cover.cell(row, 1).value: row for row in range(13, cover.max_row + 1)}
    gone = ["公開.請求方法", "公開.審査請求", "個人.事務処理ミス"]
    changes: dict[tuple[str, str], Any] = {("表紙", f"C{rows[key]}"): "該当なし" for key in gone}
    changes |= {("公開.請求方法", f"B{row}"): None for row in range(5, 9)}
    changes |= {("公開.審査請求", "B5"): None, ("公開.処理状況", "B9"): "該当なし"}
    # The report of that year had no row for 存否応答拒否; the one request stood among 不存在.
    changes |= {("公開.処理状況", "B8"): 149}
    changes |= {("個人.事務処理ミス", f"{c}{r}"): None for c in "ABCDEFGH" for r in range(5, 30)}
    edit(file, changes)
    code, findings = findings_of(command, work, file.name)
    assert (code, [f["code"] for f in findings if f["severity"] == "error"]) == (0, [])
    record = read_record(work / "records" / "2022.json", 2022)
    assert set(gone) <= set(record.not_published)
    unknown = {cell.table for cell in record.cells if cell.value is None}
    assert unknown == {"公開.請求方法", "公開.審査請求", "公開.処理状況"}
    assert command("-C", work, "build", "2022", "--from-record").code == 0
    report = (work / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert "審査請求がなかった" not in report.replace("は", "が")
    assert "事務処理ミスはなかった" not in report
    assert "存否応答拒否 |" not in report
    assert "約97.5%だった。" in report  # the sentence beside the one that is left out
    left_out = re.findall(r"記録にないため.*", report)
    assert len(left_out) == 2
    assert "請求方法、公文書公開に関する審査請求" in left_out[0]
    assert "事務処理ミス" in left_out[1]
    assert "…" not in report


def changed(text: str, case: dict[str, Any]) -> str:
    if "find" in case:
        assert text.count(case["find"]) == 1
        text = text.replace(case["find"], case["replace"])
    if "cut" in case:
        kept = [line for line in text.splitlines() if not re.match(case["cut"], line)]
        assert len(kept) < len(text.splitlines())
        text = "\n".join(kept) + "\n"
    text = case.get("first", "") + text.replace(",", case.get("separator", ","))
    return text + (case["add"] + "\n" if "add" in case else "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_csv(case: dict[str, Any], work: Path, command: Command, csv_text: str) -> None:
    text = changed(csv_text, case)
    (work / "2022.csv").write_bytes(text.encode(case.get("encoding", "utf-8")))
    without = [argument for table in case.get("without", []) for argument in ("--without", table)]
    code, findings = findings_of(command, work, "2022.csv", "--year", "2022", *without)
    errors = [f for f in findings if f["severity"] == "error"]
    assert code == (1 if errors else 0)
    assert (work / "records" / "2022.json").exists() == (not errors)
    if "code" not in case:
        assert findings == []
        return
    (finding,) = [f for f in findings if f["code"] == case["code"]][:1]
    for key in ("expected", "found", "difference", "table"):
        if key in case:
            assert finding[key] == case[key]
    if "line" in case:
        number = next(n for n, line in enumerate(text.splitlines(), start=1) if case["line"] in line)
        assert finding["cell"] == f"{number}行"


def test_a_csv_says_nothing_of_lists_and_so_does_its_report(work: Path, command: Command, csv_text: str) -> None:
    (work / "2022.csv").write_text(csv_text, encoding="utf-8")
    command("-C", work, "record", "import", "2022.csv", "--year", "2022")
    record = read_record(work / "records" / "2022.json", 2022)
    assert sorted(record.not_published) == sorted(CSV_LACKS)
    assert command("-C", work, "build", "2022", "--from-record").code == 0
    report = (work / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    golden = GOLDEN.read_text(encoding="utf-8")
    assert report.split("## 7 ")[0].split("# 個人情報")[1] == golden.split("## 7 ")[0].split("# 個人情報")[1]
    for invented in ("実績はなかった", "下記のとおり実施した", "ミスはなかった", "つぎのとおりである"):
        assert invented not in report.split("## 7 ")[1]
    assert "第三者点検、個人情報に係る事務処理ミス" in report


RATE = "公開,割合,,公開率,,97.4\n"
ANSWER = """
[[explained]]
code = "N716"
section = "区全体"
table = "公開.処理状況"
row = "公開率"
difference = -1
reason = "公表された報告の誤り"
"""


def test_a_printed_share_stays_what_it_was(work: Path, command: Command, csv_text: str) -> None:
    (work / "2022.csv").write_text(csv_text + RATE, encoding="utf-8")
    (work / "nerima-report.toml").write_text(ANSWER, encoding="utf-8")
    assert command("-C", work, "record", "import", "2022.csv", "--year", "2022").code == 0
    record = read_record(work / "records" / "2022.json", 2022)
    assert ({f.figure: f.value for f in record.figures}["公開.公開率"], record.recomputed) == (
        "97.4",
        {"公開.公開率": "97.5"},
    )
    assert [answer.reason for answer in record.explained] == ["公表された報告の誤り"]
    assert command("-C", work, "check", "2022").code == 0
    assert command("-C", work, "build", "2022", "--from-record").code == 0
    report = (work / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert "公開の割合は約97.4%だった。" in report
    assert "公開率の97.4%は公表した値であり、公表した数から計算すると97.5%になる。" in report
    sentences = (work / "out" / "2022" / "data" / "sentences.csv").read_text(encoding="utf-8-sig")
    assert [value for value in ("97.4", "97.5") if f",{value},%," in sentences] == ["97.4", "97.5"]
    shutil.copy(ROOT / "sample_data" / "records" / "2021.json", work / "records")
    assert command("-C", work, "trend", "2021..2022").code == 0
    trend = work / "out" / "trend-2021-2022"
    assert "2022,令和4年度,公文書の公開状況,公開率,,97.4,%" in (trend / "trend.csv").read_text(encoding="utf-8-sig")
    assert "97.4%は公表した値であり" in (trend / "trend.md").read_text(encoding="utf-8")


def test_without_the_answer_a_printed_share_that_differs_stops_check(
    work: Path, command: Command, csv_text: str
) -> None:
    (work / "2022.csv").write_text(csv_text + RATE, encoding="utf-8")
    (work / "nerima-report.toml").write_text(ANSWER, encoding="utf-8")
    command("-C", work, "record", "import", "2022.csv", "--year", "2022")
    (work / "nerima-report.toml").unlink()
    run = command("-C", work, "check", "2022", "--format", "json")
    assert (run.code, [f["code"] for f in json.loads(run.out)["findings"]]) == (1, ["N716", "N701"])


def test_a_share_by_a_rule_of_its_own_says_so(work: Path, command: Command, csv_text: str) -> None:
    heading, *lines = csv_text.splitlines()
    own = "公開,割合,,公開率,,76.7,なし"  # of all requests, whatever became of them
    text = "\n".join([f"{heading},除いた行", *(f"{line}," for line in lines), own])
    (work / "2022.csv").write_text(text, encoding="utf-8")
    assert findings_of(command, work, "2022.csv", "--year", "2022") == (0, [])
    assert command("-C", work, "build", "2022", "--from-record").code == 0
    report = (work / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert "公開の割合は約76.7%だった。" in report
    assert "今とは除く行が違う" in report


MATRIX = """
[[table]]
kind = "counts"
key = "実施機関別"
title = "実施機関別の決定"
legal_basis = "ひばり市情報公開条例"
reported_by = "coordinator"
stub = "実施機関"
total = "合計"
columns = [
  { label = "公開", unit = "件" },
  { label = "非公開", unit = "件" },
  { label = "決定", unit = "件", sum_of = ["公開", "非公開"] },
]
rows = [{ label = "市長" }, { label = "教育委員会" }]
"""
OF_MATRIX = """
[[figure]]
key = "決定の公開率"
kind = "rate"
numerator = { table = "実施機関別", column = "公開" }
denominator = { table = "実施機関別", column = "決定" }
digits = 1
rounding = "half_up"
unit = "%"
basis = "架空"
"""
PRINTED = """表,行,列,値,分子
処理状況,全部公開,件数,60,
処理状況,部分公開,件数,0,
処理状況,非公開,件数,20,
処理状況,取下げ,件数,5,
請求者,個人,件数,60,
請求者,法人その他の団体,件数,25,
"""
BY_BODY = (
    "実施機関別,市長,公開,50,|実施機関別,市長,非公開,15,|実施機関別,教育委員会,公開,10,|実施機関別,教育委員会,非公開,5,"
)
ONLY_TOTALS = (
    "実施機関別,,公開,該当なし,|実施機関別,,非公開,該当なし,"
    "|実施機関別,合計,公開,60,|実施機関別,合計,非公開,20,|実施機関別,合計,決定,80,"
)


@pytest.mark.parametrize(
    ("text", "code", "difference"),
    [
        (f"{BY_BODY}|割合,決定の公開率,,75.0,", None, None),
        (f"{BY_BODY}|割合,決定の公開率,,75.1,", "N716", 1),
        (f"{BY_BODY}|割合,決定の公開率,,25,非公開", None, None),
        (f"{BY_BODY}|割合,決定の公開率,,100,公開、非公開", None, None),
        (f"{BY_BODY}|割合,決定の公開率,,25,非開示", "N241", None),
        (f"{ONLY_TOTALS}|割合,決定の公開率,,75.0,", None, None),
        (f"{ONLY_TOTALS}|割合,決定の公開率,,74.9,", "N716", -1),
        (ONLY_TOTALS.replace("決定,80", "決定,79"), "N401", -1),
    ],
    ids=["as computed", "misprint", "other column", "both columns", "no column",
         "over totals", "misprint over totals", "totals that do not add up"],
)  # fmt: skip
def test_rates_and_totals_of_a_matrix_of_an_invented_city(
    text: str, code: str | None, difference: int | None, work: Path, command: Command
) -> None:
    assert command("-C", work, "edition", "new", "ひばり市").code == 0
    folder = work / "定義" / "ひばり市" / "disclosure"
    for name, more in (("tables.toml", MATRIX), ("figures.toml", OF_MATRIX)):
        (folder / name).write_text((folder / name).read_text(encoding="utf-8") + more, encoding="utf-8")
    manuscript = folder / "manuscript.md.j2"
    more = '\n公開の割合は{{ 割合("決定の公開率") | パーセント }}でした。\n\n{{ 表("実施機関別") }}\n'
    manuscript.write_text(manuscript.read_text(encoding="utf-8") + more, encoding="utf-8")
    heading, *lines = [*PRINTED.splitlines(), *text.split("|")]
    csv = "\n".join([f"部,{heading}", *(f"公開,{line}" for line in lines)])
    (work / "2026.csv").write_text(csv, encoding="utf-8")
    status, findings = findings_of(command, work, "2026.csv", "--year", "2026")
    assert (status, [(f["code"], f["difference"]) for f in findings]) == (
        (1, [(code, difference)]) if code else (0, [])
    )
    if not code:
        assert command("-C", work, "build", "2026", "--from-record").code == 0
        report = (work / "out" / "2026" / "report.md").read_text(encoding="utf-8")
        assert f"公開の割合は{text.split('公開率,,')[1].split(',')[0]}%でした。" in report
        assert "| 合計 | 60 | 20 | 80 |" in report
        assert "区" not in report.replace("区分", "")


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_a_year_of_which_only_a_total_is_known(
    fmt: str, work: Path, command: Command, csv_text: str, content: Content, edition: Edition
) -> None:
    table = "公開.処理状況"
    if fmt == "csv":
        kept = [line for line in csv_text.splitlines() if not line.startswith("公開,処理状況,")]
        text = [*kept, "公開,処理状況,,,件数,該当なし", "公開,処理状況,,合計,件数,2199", "公開,割合,,公開率,,97.5"]
        (work / "2022.csv").write_text("\n".join(text), encoding="utf-8")
    else:
        values = content.collection.totals.values.items()
        counts = {key: value for key, value in values if value is not None and key.table != table}
        rates = {RATES: [{"割合": "公開.公開率", "値": "97.5"}]}
        (work / "2022.xlsx").write_bytes(render_template(edition, 2022, Filling(counts, rates)))
        unknown: dict[tuple[str, str], Any] = {(table, f"B{row}"): "該当なし" for row in range(5, 11)}
        edit(work / "2022.xlsx", unknown | {(table, "B11"): 2199})
    code, findings = findings_of(command, work, f"2022.{fmt}", *(["--year", "2022"] if fmt == "csv" else []))
    assert (code, [f["code"] for f in findings if f["severity"] == "error"]) == (0, [])
    record = read_record(work / "records" / "2022.json", 2022)
    assert [(key.table, total) for key, total in record.totals.items()] == [(table, 2199)]
    assert {value for key, value in record.values.items() if key.table == table} == {None}
    assert record.recomputed == {"公開.公開率": None}
    assert command("-C", work, "build", "2022", "--from-record").code == 0
    report = (work / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert "| 処理状況 | 件数(件) |\n| --- | ---: |\n| 合計 | 2,199 |\n" in report
    assert "公開の割合は約97.5%だった。" in report
    rows = (work / "out" / "2022" / "data" / "disclosure-05.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [row.split(",")[6:] for row in rows] == [["合計", "件数", "2199", "件", "合計", "値あり"]]


@pytest.mark.skipif(sys.platform == "win32", reason="every name is text there")
def test_a_csv_whose_name_is_no_text_is_read_all_the_same(work: Path, command: Command, csv_text: str) -> None:
    name = "\udc8f\udc91.csv"  # bytes that are no UTF-8
    (work / name).write_text(csv_text, encoding="utf-8")
    code, found = findings_of(command, work, name, "--year", "2022")
    assert (code, [finding["code"] for finding in found]) == (0, ["N134"])
    assert read_record(work / "records" / "2022.json", 2022).inputs[0].file == r"\udc8f\udc91.csv"
    (work / name).write_text(csv_text.partition("公開,請求者,")[0], encoding="utf-8")
    assert {"N134", "N237"} <= {finding["code"] for finding in findings_of(command, work, name, "--year", "2022")[1]}


def test_a_csv_needs_its_year_and_known_tables(work: Path, command: Command, csv_text: str) -> None:
    (work / "2022.csv").write_text(csv_text, encoding="utf-8")
    assert command("-C", work, "record", "import", "2022.csv").code == 2
    run = command("-C", work, "record", "import", "2022.csv", "--year", "2022", "--without", "公開.請求")
    assert (run.code, "公開.請求方法" in run.err) == (2, True)


@pytest.mark.parametrize("name", ["無い.csv", "無い.xlsx", "空.csv", "空.xlsx"])
def test_files_that_are_not_there_or_empty_are_findings(name: str, work: Path, command: Command) -> None:
    if name.startswith("空"):
        (work / name).write_bytes(b"")
    code, findings = findings_of(command, work, name, "--year", "2022")
    assert (code, [f["code"] for f in findings]) == (1, ["N102" if name.startswith("空") else "N101"])


def test_a_csv_that_is_too_large_is_not_read(work: Path, command: Command) -> None:
    with (work / "大.csv").open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    assert findings_of(command, work, "大.csv", "--year", "2022")[1][0]["code"] == "N103"


def test_a_csv_of_faults_is_told_in_a_few_findings(work: Path, command: Command) -> None:
    lines = [f"無い表{number},あ,い,{number}" for number in range(300)]
    (work / "多.csv").write_text("\n".join(["表,行,列,値", *lines]), encoding="utf-8")
    findings = findings_of(command, work, "多.csv", "--year", "2022")[1]
    assert [f["code"] for f in findings if f["code"] != "N237"] == ["N235"] * MOST_ALIKE + ["N216"]
    (folded,) = [f for f in findings if f["code"] == "N216"]
    assert (folded["found"], folded["line"]) == (300 - MOST_ALIKE, None)


def test_a_csv_of_a_million_lines_is_not_read_to_its_end(whole_edition: Edition, tmp_path: Path) -> None:
    (tmp_path / "長.csv").write_text("表,行,列,値\n" + "公開.内容別,あ,い,1\n" * (MAX_ROWS + 1), encoding="utf-8")
    read = read_csv(tmp_path / "長.csv", whole_edition.for_year(2022), 2022)
    assert [(f.code, f.expected) for f in read.findings if f.code == "N115"] == [("N115", MAX_ROWS)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_what_never_ends_is_no_csv(work: Path, command: Command) -> None:
    os.mkfifo(work / "管.csv")
    (work / "底無し.csv").symlink_to("/dev/zero")
    for name in ("管.csv", "底無し.csv"):
        assert [f["code"] for f in findings_of(command, work, name, "--year", "2022")[1]] == ["N121"]


def test_a_record_that_is_there_is_replaced_only_with_a_reason(work: Path, command: Command, csv_text: str) -> None:
    (work / "2022.csv").write_text(csv_text, encoding="utf-8")
    imported = ("-C", work, "record", "import", "2022.csv", "--year", "2022")
    assert command(*imported).code == 0
    record = work / "records" / "2022.json"
    before = record.read_bytes()
    assert command(*imported).code == 0  # the same again
    assert record.read_bytes() == before
    changed_text = csv_text.replace("目的外利用,延べ人数,", "目的外利用,延べ人数,1")
    (work / "2022.csv").write_text(changed_text, encoding="utf-8")
    refused = command(*imported)
    assert (refused.code, record.read_bytes()) == (2, before)
    assert "個人.利用と提供 目的外利用 延べ人数" in refused.err
    assert command(*imported, "--revise", "書き写しの誤り").code == 0
    (revision,) = read_record(record, 2022).revisions
    assert (revision.reason, len(revision.changes)) == ("書き写しの誤り", 1)


def test_a_difference_that_was_published_is_explained_and_kept(work: Path, command: Command, csv_text: str) -> None:
    wrong = csv_text.replace("公開,処理状況,,部分公開,件数,700", "公開,処理状況,,部分公開,件数,701")
    (work / "2022.csv").write_text(wrong, encoding="utf-8")
    code, findings = findings_of(command, work, "2022.csv", "--year", "2022")
    (work / "nerima-report.toml").write_text(
        "".join(
            f'[[explained]]\ncode = "{f["code"]}"\nsection = "区全体"\ntable = "{f["table"]}"\n'
            f"difference = {f['difference']}\n"
            'reason = "公表された表のとおり"\nnote = "合計が合わないのは、公表されたとおり。"\n'
            for f in findings
        ),
        encoding="utf-8",
    )
    assert (code, findings_of(command, work, "2022.csv", "--year", "2022")[0]) == (1, 0)
    assert {e.reason for e in read_record(work / "records" / "2022.json").explained} == {"公表された表のとおり"}
    command("-C", work, "build", "2022", "--from-record")
    report = (work / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert "合計が合わないのは、公表されたとおり。" in report


def test_definitions_that_would_say_something_else_are_refused(
    work: Path, command: Command, csv_text: str, tmp_path: Path
) -> None:

    (work / "2022.csv").write_text(csv_text, encoding="utf-8")
    command("-C", work, "record", "import", "2022.csv", "--year", "2022")
    templates = copy_templates(tmp_path / "templates")
    figures = templates / "nerima" / "disclosure" / "figures.toml"
    text = figures.read_text(encoding="utf-8")
    figures.write_text(text.replace('["不存在", "存否応答拒否", "取下げ"]', '["不存在", "取下げ"]'), encoding="utf-8")
    run = command("-C", work, "--templates", templates, "build", "2022", "--from-record")
    assert (run.code, "公開率" in run.err) == (2, True)
    figures.write_text(text, encoding="utf-8")
    tables = templates / "nerima" / "disclosure" / "tables.toml"
    rows = tables.read_text(encoding="utf-8")
    tables.write_text(rows.replace('{ label = "ファクシミリ" }', '{ label = "ファックス" }'), encoding="utf-8")
    run = command("-C", work, "--templates", templates, "build", "2022", "--from-record")
    assert (run.code, "ファクシミリ" in run.err) == (2, True)
    assert not (work / "out").exists()


SHARES = """
rates = [{ label = "構成比", of = "件数", basis = "架空" }]
"""
OF_ROWS = """
rates = [{ label = "公開率", numerator = ["公開"], denominator = ["公開", "非公開"], basis = "架空" }]
"""
IN_CSV = """部,表,行,列,値,丸め方
公開,処理状況,全部公開,件数,61,
公開,処理状況,部分公開,件数,7,
公開,処理状況,非公開,件数,20,
公開,処理状況,取下げ,件数,5,
公開,処理状況,全部公開,構成比,65.6,
公開,処理状況,部分公開,構成比,7.5,
公開,処理状況,非公開,構成比,21.5,
公開,処理状況,合計,構成比,100.0,
公開,請求者,個人,件数,60,
公開,請求者,法人その他の団体,件数,33,
公開,実施機関別,市長,公開,50,
公開,実施機関別,市長,非公開,16,
公開,実施機関別,教育委員会,公開,0,
公開,実施機関別,教育委員会,非公開,0,
公開,実施機関別,市長,公開率,75.7,切捨て
公開,実施機関別,教育委員会,公開率,－,
公開,実施機関別,合計,公開率,該当なし,
"""


def with_shares(work: Path, command: Command) -> None:
    """Give the folder an edition of an invented city with columns of shares."""
    assert command("-C", work, "edition", "new", "ひばり市").code == 0
    folder = work / "定義" / "ひばり市" / "disclosure"
    tables = (folder / "tables.toml").read_text(encoding="utf-8")
    columns = 'columns = [{ label = "件数", unit = "件" }]'
    matrix = MATRIX.replace("rows = [{", OF_ROWS + "rows = [{")
    (folder / "tables.toml").write_text(tables.replace(columns, columns + SHARES, 1) + matrix, encoding="utf-8")
    manuscript = folder / "manuscript.md.j2"
    manuscript.write_text(manuscript.read_text(encoding="utf-8") + '\n{{ 表("実施機関別") }}\n', encoding="utf-8")


@pytest.mark.parametrize(
    ("find", "by", "code", "about", "difference"),
    [
        ("", "", None, None, None),
        ("全部公開,構成比,65.6", "全部公開,構成比,65.5", "N716", "全部公開", -1),
        ("合計,構成比,100.0", "合計,構成比,99.9", "N716", "合計", -1),
        ("部分公開,構成比,7.5", "部分公開,構成比,7.52", "N716", "部分公開", -1),
        ("非公開,構成比,21.5", "却下,構成比,21.5", "N241", None, None),
        ("部分公開,構成比,7.5", "全部公開,構成比,65.6", "N236", "全部公開", None),
        ("公開率,75.7,切捨て", "公開率,75.7,", "N716", "市長", -1),
        ("教育委員会,公開率,－", "教育委員会,公開率,0.0", None, None, None),  # nothing to hold it against
        ("市長,公開率,75.7", "市長,公開率,－", "N241", None, None),
        ("市長,公開率,75.7", "市長,公開率,75.7件", "N241", None, None),
    ],
)
def test_a_printed_column_of_shares_is_held_against_its_rows(
    find: str, by: str, code: str | None, about: str | None, difference: int | None, work: Path, command: Command
) -> None:
    with_shares(work, command)
    text = IN_CSV.replace(find, by) if find else IN_CSV
    (work / "2026.csv").write_text(text, encoding="utf-8")
    status, findings = findings_of(command, work, "2026.csv", "--year", "2026")
    said = [(f["code"], f["difference"]) for f in findings]
    assert (status, said) == ((1, [(code, difference)]) if code else (0, []))
    if about:
        lines = [n for n, line in enumerate(text.splitlines(), start=1) if by in line]
        assert (findings[0]["row"], findings[0]["cell"]) == (about, f"{lines[-1]}行")


def test_a_misprint_in_a_column_of_shares_stays_as_it_was_printed(work: Path, command: Command) -> None:
    with_shares(work, command)
    (work / "2026.csv").write_text(IN_CSV.replace("構成比,65.6", "構成比,66.5"), encoding="utf-8")
    answer = ANSWER.replace('row = "公開率"', 'row = "全部公開"\ncolumn = "構成比"').replace("区全体", "市全体")
    settings = work / "nerima-report.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + answer.replace("-1", "9"), encoding="utf-8")
    assert command("-C", work, "record", "import", "2026.csv", "--year", "2026").code == 0
    record = read_record(work / "records" / "2026.json", 2026)
    assert [(s.row, s.value, s.recomputed) for s in record.printed_shares][:2] == [
        ("全部公開", "66.5", "65.6"),
        ("部分公開", "7.5", "7.5"),
    ]
    assert command("-C", work, "check", "2026").code == 0
    run = command("-C", work, "build", "2026", "--from-record")
    assert run.code == 0, run.err
    report = (work / "out" / "2026" / "report.md").read_text(encoding="utf-8")
    assert "| 全部公開 | 61 | 66.5 |" in report
    assert re.search("「全部公開」の構成比の66.5%は公表した値で.*公表した数から計算すると65.6%", report)
    assert "| 市長 | 50 | 16 | 66 | 75.7 |" in report
    # A record that was imported without its columns of shares says something else of the year.
    (work / "2026.csv").write_text(IN_CSV, encoding="utf-8")
    run = command("-C", work, "record", "import", "2026.csv", "--year", "2026")
    assert (run.code, "66.5 → 65.6" in run.err) == (2, True)


def test_the_shares_of_a_table_are_typed_into_the_workbook_too(work: Path, command: Command) -> None:
    with_shares(work, command)
    edition = load_edition(work / "定義" / "ひばり市").for_year(2026)
    counts = {
        CellKey(f"公開.{table}", "", row, column): int(value)
        for _, table, row, column, value, _ in (line.split(",") for line in IN_CSV.splitlines()[1:])
        if value.isdecimal()
    }
    rates = [
        {"割合": "公開.処理状況.構成比", "行": "全部公開", "値": "65.6"},
        {"割合": "公開.処理状況.構成比", "行": "合計", "値": "99.9"},
        {"割合": "公開.実施機関別.公開率", "行": "市長", "値": "75.7", "丸め方": "切捨て"},
        {"割合": "公開.公開率", "値": "77", "けた": "1"},
    ]
    (work / "2026.xlsx").write_bytes(render_template(edition, 2026, Filling(counts, {RATES: rates})))
    status, findings = findings_of(command, work, "2026.xlsx")
    said = [(f["code"], f["row"], f["column"], f["sheet"], f["cell"]) for f in findings if f["severity"] == "error"]
    assert (status, said) == (1, [("N716", "合計", "構成比", "割合", "B6"), ("N716", "公開率", "", "割合", "B8")])
    book = load_workbook(work / "2026.xlsx")
    sheet = book["割合"]
    assert [cell.value for cell in sheet[4]][:5] == ["割合", "値", "分子", "分母", "除いた行"]
    sheet.delete_cols(6, 6)  # a workbook that was made before there were these columns
    for row, value in ((5, None), (6, None), (7, None), (8, "77.3")):
        sheet.cell(row, 2).value = value
        sheet.cell(row, 1).value = value and "公開.公開率"
    book.save(work / "2026.xlsx")
    assert findings_of(command, work, "2026.xlsx")[0] == 0


ONLY_MAIN_ROWS = """部,表,行,列,値
公開,処理状況,全部公開,件数,61
公開,処理状況,部分公開,件数,7
公開,処理状況,非公開,件数,該当なし
公開,処理状況,取下げ,件数,該当なし
公開,処理状況,合計,件数,93
公開,請求者,個人,件数,60
公開,請求者,法人その他の団体,件数,33
"""


@pytest.mark.parametrize(
    ("total", "code", "difference", "kept"),
    [
        (93, "N242", 25, 93),
        (69, "N242", 1, 69),
        (68, None, None, None),  # rows that the table of the year did not have
        (67, "N401", -1, None),
    ],
)
def test_a_total_may_be_more_than_the_rows_that_were_published(
    total: int, code: str | None, difference: int | None, kept: int | None, work: Path, command: Command
) -> None:
    assert command("-C", work, "edition", "new", "ひばり市").code == 0
    text = ONLY_MAIN_ROWS.replace("件数,93", f"件数,{total}").replace("個人,件数,60", f"個人,件数,{total - 33}")
    (work / "2026.csv").write_text(text, encoding="utf-8")
    status, findings = findings_of(command, work, "2026.csv", "--year", "2026")
    assert [(f["code"], f["difference"]) for f in findings if f["code"] != "N501"] == (
        [(code, difference)] if code else []
    )
    assert status == (1 if code == "N401" else 0)
    if status:
        return
    record = read_record(work / "records" / "2026.json", 2026)
    assert list(record.totals.values()) == ([kept] if kept else [])
    assert command("-C", work, "build", "2026", "--from-record").code == 0
    report = (work / "out" / "2026" / "report.md").read_text(encoding="utf-8")
    assert f"| 部分公開 | 7 |\n| 合計 | {total} |" in report
    assert f"公開請求は{total}件でした。" in report
    assert "非公開 |" not in report
    assert ("「全部公開」と「部分公開」の割合は" in report) == (
        not kept
    )  # how many of the others were withdrawn is not known
    (work / "2025.csv").write_text(text, encoding="utf-8")
    assert command("-C", work, "record", "import", "2025.csv", "--year", "2025").code == 0
    assert command("-C", work, "trend", "2025..2026").code == 0
    trend = (work / "out" / "trend-2025-2026" / "trend.csv").read_text(encoding="utf-8-sig")
    assert trend.count(f"処理状況,,{total},件") == 2


def test_open_data_has_the_shares_that_the_report_prints(work: Path, command: Command) -> None:
    assert command("-C", work, "edition", "new", "ひばり市").code == 0
    tables = work / "定義" / "ひばり市" / "disclosure" / "tables.toml"
    rates = 'rates = [{ label = "構成比", of = "件数", basis = "架空" }]'
    text = tables.read_text(encoding="utf-8").replace('key = "処理状況"', f'key = "処理状況"\n{rates}')
    tables.write_text(text, encoding="utf-8")
    text = ONLY_MAIN_ROWS.replace("件数,93", "件数,68").replace("個人,件数,60", "個人,件数,35")
    (work / "2026.csv").write_text(text, encoding="utf-8")
    assert command("-C", work, "record", "import", "2026.csv", "--year", "2026").code == 0
    assert command("-C", work, "build", "2026", "--from-record").code == 0
    report = (work / "out" / "2026" / "report.md").read_text(encoding="utf-8")
    assert "| 全部公開 | 61 | 89.7 |\n| 部分公開 | 7 | 10.3 |\n| 合計 | 68 | 100.0 |" in report
    data = (work / "out" / "2026" / "data" / "disclosure-01.csv").read_text(encoding="utf-8-sig")
    shares = [line.split(",")[6:9] for line in data.splitlines() if ",構成比," in line]
    assert shares == [["全部公開", "構成比", "89.7"], ["部分公開", "構成比", "10.3"], ["合計", "構成比", "100.0"]]
