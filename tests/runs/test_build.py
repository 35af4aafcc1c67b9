"""`build` and `publish` as a clerk uses them: the files, the refusals, the draft, the guarded record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from conftest import SAMPLE, Command, files_in
from faulty import EXPLAINED
from nerima_report.files import sha256

OUTPUTS = ["audit.md", "record.json", "report.docx", "report.html", "report.md", "決裁資料.docx"]


def edit(workdir: Path, file: str, changes: Mapping[tuple[str, str], Any]) -> Path:
    """Change cells of a workbook as somebody would in a spreadsheet program."""
    path = next((workdir / "inbox" / "2022").glob(f"{file}*.xlsx"))
    book = load_workbook(path)
    for (sheet, cell), value in changes.items():
        book[sheet][cell] = value
    book.save(path)
    return path


def findings_of(command: Command, workdir: Path, *options: str) -> tuple[int, list[dict[str, Any]]]:
    run = command("-C", workdir, "build", "2022", "--format", "json", *options)
    envelope = json.loads(run.out)
    assert envelope["schema_version"] == 1
    return run.code, envelope["findings"]


def test_build_writes_the_report_its_audit_list_and_its_record(whole_workdir: Path, command: Command) -> None:
    run = command("-C", whole_workdir, "build", "令和4")
    assert run.code == 0, run.err
    out = whole_workdir / "out" / "2022"
    made = files_in(out)
    assert sorted(name for name in made if not name.startswith("data/")) == OUTPUTS
    record = json.loads((out / "record.json").read_text(encoding="utf-8"))
    assert {output["file"]: output["sha256"] for output in record["outputs"]} == {
        name: sha256(content) for name, content in made.items() if name != "record.json"
    }
    assert {entry["file"]: entry["sha256"] for entry in record["inputs"]} == {
        path.name: sha256(path.read_bytes()) for path in (whole_workdir / "inbox" / "2022").iterdir()
    }
    figures = {figure["figure"]: figure for figure in record["figures"]}
    assert figures["公開.公開率"]["value"] == "97.5"
    assert (figures["公開.公開率"]["numerator"], figures["公開.公開率"]["denominator"]) == (1686, 1730)
    assert figures["公開.最多の内容の割合"]["value"] == "38.5"
    assert {
        "table": "公開.処理状況",
        "group": "",
        "row": "部分公開",
        "column": "件数",
        "unit": "件",
        "value": 700,
    } in record["cells"]


def test_audit_list_names_every_cell(whole_workdir: Path, command: Command) -> None:
    command("-C", whole_workdir, "build", "2022")
    audit = (whole_workdir / "out" / "2022" / "audit.md").read_text(encoding="utf-8")
    assert "福祉部管理課" in audit
    table = audit.split("## 公開.処理状況")[1].split("## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")
    ]
    at = rows[0].index("部分公開")
    assert rows[-1][at] == "700"
    parts = [row[at] for row in rows[2:-1]]
    assert all(part.endswith("（B6）") for part in parts)
    assert sum(int(part.removesuffix("（B6）")) for part in parts) == 700


def test_the_same_input_gives_the_same_bytes_whatever_the_files_are_called(workdir: Path, command: Command) -> None:
    command("-C", workdir, "build", "2022")
    first = files_in(workdir / "out" / "2022")
    command("-C", workdir, "build", "2022")
    assert first == files_in(workdir / "out" / "2022")
    for number, path in enumerate(sorted((workdir / "inbox" / "2022").iterdir(), reverse=True)):
        path.rename(path.with_name(f"提出{number:03}.xlsx"))
    command("-C", workdir, "build", "2022")
    again = files_in(workdir / "out" / "2022")
    assert {name for name in first if again[name] != first[name]} <= {"audit.md", "record.json", "決裁資料.docx"}


def test_inbox_without_a_folder_for_the_year_is_used_and_other_years_are_left_out(
    workdir: Path, command: Command
) -> None:
    for path in (workdir / "inbox" / "2022").iterdir():
        path.rename(workdir / "inbox" / path.name)
    (workdir / "inbox" / "2022").rmdir()
    other = shutil.copy(next((workdir / "inbox").glob("12_*")), workdir / "inbox" / "昨年度.xlsx")
    book = load_workbook(other)
    book["表紙"]["B4"] = "令和3年度"
    book.save(other)
    code, findings = findings_of(command, workdir)
    assert code == 0
    assert [(f["code"], f["severity"], f["cell"]) for f in findings if f["code"] != "N402"] == [
        ("N603", "notice", "B4")
    ]


def test_a_wrong_number_stops_the_build_and_names_the_cells(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("公開.処理状況", "B5"): 99})
    code, findings = findings_of(command, workdir)
    assert code == 1
    assert not (workdir / "out").exists()
    differing = [f for f in findings if f["code"] == "N501"]
    assert differing
    for finding in differing:
        assert finding["section"] == "福祉部管理課"
        assert finding["found"] - finding["expected"] == finding["difference"]
        assert any((r["sheet"], r["cell"]) == ("公開.処理状況", "B5") for r in finding["related"])
        assert finding["hint"]
        assert finding["basis"]


def test_findings_on_the_screen_are_grouped_by_section(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("公開.処理状況", "B5"): None})
    run = command("-C", workdir, "build", "2022")
    assert run.code == 1
    assert run.out.index("■ 福祉部管理課") < run.out.index("N301")
    assert "公開.処理状況 B5" in run.out
    assert "令和4年度の報告は作っていません" in run.out


def test_output_writes_the_findings_to_a_file(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("公開.処理状況", "B5"): None})
    run = command("-C", workdir, "build", "2022", "--format", "json", "--output", "findings.json")
    assert (run.code, run.out) == (1, "")
    assert json.loads((workdir / "findings.json").read_text(encoding="utf-8"))["errors"] >= 1


def test_numbers_changed_consistently_are_recomputed(whole_workdir: Path, command: Command) -> None:
    changes = {("公開.内容別", "B5"): 1, ("公開.請求者", "C5"): 1, ("公開.目的別", "B5"): 1,
               ("公開.処理状況", "B5"): 1, ("公開.決定期間", "B5"): 1}  # fmt: skip
    path = next((whole_workdir / "inbox" / "2022").glob("10_*"))
    book = load_workbook(path)
    edit(whole_workdir, "10_", {place: book[place[0]][place[1]].value + 100 for place in changes})
    code, findings = findings_of(command, whole_workdir)
    assert (code, {f["code"] for f in findings}) == (0, {"N402"})
    report = (whole_workdir / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert "公文書の公開請求件数は2,299件" in report
    assert "| 区政一般 | 946 |" in report
    assert "全体の約41.1%を占めている" in report  # 946 / 2,299 = 41.148…
    assert "割合は約97.6%だった" in report  # 1,786 / 1,830 = 97.595…


def test_missing_and_doubled_workbooks_stop_the_build(workdir: Path, command: Command) -> None:
    inbox = workdir / "inbox" / "2022"
    next(inbox.glob("12_*")).unlink()
    shutil.copy(next(inbox.glob("16_*")), inbox / "16_改訂版.xlsx")
    (inbox / "~$12_福祉部管理課.xlsx").write_bytes(b"\x00" * 165)
    (inbox / "12_福祉部管理課.pdf").write_bytes(b"%PDF-1.7")
    code, findings = findings_of(command, workdir)
    assert code == 1
    assert {("N601", "福祉部管理課"), ("N602", "健康部保健予防課"), ("N107", ""), ("N123", "")} <= {
        (f["code"], f["section"]) for f in findings
    }


def test_draft_is_marked_and_lists_what_is_open_and_cannot_be_published(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("公開.処理状況", "B5"): None})
    run = command("-C", workdir, "build", "2022", "--draft")
    assert run.code == 0
    out = workdir / "out" / "2022"
    report = (out / "report.md").read_text(encoding="utf-8")
    assert "案" in report.splitlines()[0]
    assert "## 未解決の確認事項" in report
    assert "N301" in report
    document = Document(str(out / "report.docx"))
    assert any("案" in p.text for section in document.sections for p in section.header.paragraphs)
    published = command("-C", workdir, "publish", "2022")
    assert published.code == 2
    assert "案は公表できません" in published.err
    assert not (workdir / "records").exists()


def test_draft_without_the_ward_workbook_says_unknown_not_zero(workdir: Path, command: Command) -> None:
    next((workdir / "inbox" / "2022").glob("00_*")).unlink()
    assert command("-C", workdir, "build", "2022", "--draft").code == 0
    report = (workdir / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert "請求者は…人だった" in report
    assert "| インターネット | … |" in report


@pytest.mark.parametrize(
    ("difference", "more", "answered"),
    [(1, "", True), (2, "", False), (1, "until = 2022", True), (1, "until = 2021", False)],
)
def test_an_explanation_answers_exactly_one_difference(
    difference: int, more: str, answered: bool, workdir: Path, command: Command
) -> None:
    path = next((workdir / "inbox" / "2022").glob("12_*"))
    book = load_workbook(path)
    edit(workdir, "12_", {("公開.内容別", "B5"): book["公開.内容別"]["B5"].value + 1})
    with (workdir / "nerima-report.toml").open("a", encoding="utf-8") as settings:
        settings.write(EXPLAINED.format(difference=difference, more=more))
    _, findings = findings_of(command, workdir)
    explained = [f for f in findings if f["explained"]]
    assert bool(explained) == answered
    assert ("N902" in {f["code"] for f in findings}) != answered


def test_an_explanation_with_an_unknown_code_is_refused(workdir: Path, command: Command) -> None:
    with (workdir / "nerima-report.toml").open("a", encoding="utf-8") as settings:
        settings.write(EXPLAINED.format(difference=1, more="").replace("N501", "N599"))
    run = command("-C", workdir, "build", "2022")
    assert (run.code, run.out) == (2, "")
    assert "N599" in run.err
    assert "nerima-report.toml" in run.err
    assert not (workdir / "out").exists()


def test_explained_differences_let_the_report_be_built_with_their_note(workdir: Path, command: Command) -> None:
    path = next((workdir / "inbox" / "2022").glob("12_*"))
    book = load_workbook(path)
    edit(workdir, "12_", {("公開.内容別", "B5"): book["公開.内容別"]["B5"].value + 1})
    with (workdir / "nerima-report.toml").open("a", encoding="utf-8") as settings:
        settings.write(EXPLAINED.format(difference=1, more=""))
    run = command("-C", workdir, "build", "2022")
    assert run.code == 0, run.out
    assert "1件の請求に二つの決定をしたため" in run.out
    report = (workdir / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert "1件の請求に二つの決定をしたものがある。" in report.split("表2")[0]
    audit = (workdir / "out" / "2022" / "audit.md").read_text(encoding="utf-8")
    assert "1件の請求に二つの決定をしたため" in audit


def test_publish_guards_the_record(workdir: Path, command: Command) -> None:
    assert command("-C", workdir, "publish", "2022").code == 2  # nothing built yet
    command("-C", workdir, "build", "2022")
    assert command("-C", workdir, "publish", "2022").code == 0
    record = workdir / "records" / "2022.json"
    published = record.read_bytes()
    assert not (workdir / "out" / "2022" / "record.json").exists()
    assert command("-C", workdir, "publish", "2022").code == 0  # again: nothing to do
    command("-C", workdir, "build", "2022")
    assert command("-C", workdir, "publish", "2022").code == 0  # the same: nothing changes
    assert record.read_bytes() == published
    edit(workdir, "00_", {("公開.審査請求", "B5"): 2})
    command("-C", workdir, "build", "2022")
    refused = command("-C", workdir, "publish", "2022")
    assert (refused.code, record.read_bytes()) == (2, published)
    assert command("-C", workdir, "publish", "2022", "--revise", "審査請求の件数を訂正").code == 0
    revised = json.loads(record.read_text(encoding="utf-8"))
    (revision,) = revised["revisions"]
    assert (revision["reason"], revision["replaces_sha256"]) == ("審査請求の件数を訂正", sha256(published))
    about = "公開.審査請求 公文書公開に関する審査請求 件数"
    assert revision["changes"] == [{"about": about, "before": 1, "after": 2}]
    assert f"{about}: 1 → 2" in refused.err


def test_publish_warns_of_outputs_changed_by_hand(workdir: Path, command: Command) -> None:
    command("-C", workdir, "build", "2022")
    with (workdir / "out" / "2022" / "report.md").open("a", encoding="utf-8") as report:
        report.write("\n書き加えた文\n")
    run = command("-C", workdir, "publish", "2022")
    assert run.code == 0
    assert "N903" in run.out


def test_a_workbook_of_another_year_in_the_inbox_is_no_change(workdir: Path, command: Command) -> None:
    inbox = workdir / "inbox" / "2022"
    old = edit(workdir, "12_", {("表紙", "B4"): "令和3年度"})
    shutil.copy(old, inbox / "12_前の年度.xlsx")
    shutil.copy(next((SAMPLE / "inbox" / "2022").glob("12_*")), inbox)
    assert command("-C", workdir, "build", "2022").code == 0  # the workbook of another year is passed over
    assert command("-C", workdir, "publish", "2022").code == 0


def test_a_file_open_in_word_is_told_and_nothing_is_half_written(
    workdir: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("-C", workdir, "build", "2022")
    out = workdir / "out" / "2022"
    before = files_in(out)
    edit(workdir, "00_", {("公開.審査請求", "B5"): 2})
    replace: Callable[[Path, Path], Path] = Path.replace

    def locked(source: Path, target: Path) -> Path:
        if target.name == "report.docx":
            raise PermissionError(13, "in use")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", locked)
    run = command("-C", workdir, "build", "2022")
    assert run.code == 2
    assert "report.docx" in run.err
    assert files_in(out) == before


@pytest.mark.parametrize("interrupted", [True, False])
def test_interruption_and_faults_of_the_program_leave_nothing(
    interrupted: bool, workdir: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt if interrupted else ZeroDivisionError

    monkeypatch.setattr("nerima_report.workspace.write_all", stop)
    run = command("-C", workdir, "build", "2022")
    assert run.code == (130 if interrupted else 3)
    assert "Traceback" not in run.err
    assert not (workdir / "out").exists()


def test_strict_counts_warnings(workdir: Path, command: Command) -> None:
    edit(workdir, "00_", {("公開.請求方法", "B9"): None})
    assert command("-C", workdir, "build", "2022").code == 0
    assert command("-C", workdir, "build", "2022", "--strict").code == 1


def test_a_report_polished_in_word_is_kept_beside_the_new_one(workdir: Path, command: Command) -> None:
    command("-C", workdir, "build", "2022")
    out = workdir / "out" / "2022"
    (out / "report.docx").write_bytes(b"polished")
    _, findings = findings_of(command, workdir)
    assert [(f["code"], f["file"]) for f in findings] == [("N904", "out/2022/report.docx")]
    assert (out / "report-保存1.docx").read_bytes() == b"polished"
    finished = (out / "report.docx").read_bytes()
    command("-C", workdir, "build", "2022", "--draft")
    assert (out / "report-保存2.docx").read_bytes() == finished


def test_a_failed_build_says_that_the_report_there_is_an_earlier_one(workdir: Path, command: Command) -> None:
    command("-C", workdir, "build", "2022")
    edit(workdir, "12_", {("公開.処理状況", "B5"): None})
    code, findings = findings_of(command, workdir)
    assert (code, "N905" in {f["code"] for f in findings}) == (1, True)
    assert command("-C", workdir, "publish", "2022").code == 2


def test_a_folder_that_cannot_be_written_is_told(workdir: Path, command: Command) -> None:
    (workdir / "out").write_text("a file in the way", encoding="utf-8")
    run = command("-C", workdir, "build", "2022")
    assert run.code == 2
    assert "out/2022" in run.err
