"""決裁資料.docx, for those who sign: what it says of numbers, findings, workbooks and changes by hand."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import docx
from openpyxl import load_workbook

from conftest import SAMPLE, Command
from faulty import EXPLAINED, edit
from nerima_report.records.file import read_record


@dataclass(frozen=True)
class Reading:
    """The texts outside of tables, and the rows of each table."""

    texts: list[str]
    tables: list[list[list[str]]]

    def rows_under(self, *headings: str) -> list[list[str]]:
        """The rows below the heading row, of the table whose heading row begins with these."""
        return next(rows[1:] for rows in self.tables if rows[0][: len(headings)] == [*headings])


def approval(work: Path, command: Command, *options: str) -> Reading:
    """Build, and read the document."""
    run = command("-C", work, "build", "2022", *options)
    assert run.code == 0, run.out
    document = docx.Document(str(work / "out" / "2022" / "決裁資料.docx"))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    return Reading([paragraph.text for paragraph in document.paragraphs], tables)


def test_numbers_without_a_year_before(workdir: Path, command: Command) -> None:
    reading = approval(workdir, command)
    assert "前年度の記録がないので、前年度の数は並べていない。" in reading.texts
    assert all(len(row) == 2 for row in reading.rows_under("処理状況"))
    assert reading.rows_under("名前")[0][2:] == ["…", "…"]


def test_numbers_beside_those_of_the_year_before(whole_workdir: Path, command: Command) -> None:
    shutil.copytree(SAMPLE / "records", whole_workdir / "records")
    before = read_record(SAMPLE / "records" / "2021.json")
    value = next(cell.value for cell in before.cells if (cell.table, cell.row) == ("公開.処理状況", "全部公開"))
    assert value is not None
    reading = approval(whole_workdir, command)
    rows = reading.rows_under("処理状況", "件数(件)", "前年度(件)", "増減(件)")
    assert rows[0] == ["全部公開", "986", f"{value:,}", f"{986 - value:,}".replace("-", "△")]
    assert {"表2 公開請求者の内訳（請求者数）", "表2 公開請求者の内訳（件数）"} <= {*reading.texts}


def test_who_handed_in(workdir: Path, command: Command) -> None:
    rows = approval(workdir, command).rows_under("課", "提出回", "担当者")
    files = [row[4] for row in rows]
    assert sorted(files) == sorted(path.name for path in (workdir / "inbox" / "2022").iterdir())
    assert rows[-1][0].startswith("区全体")


def test_explained_differences(workdir: Path, command: Command) -> None:
    book = load_workbook(next((workdir / "inbox" / "2022").glob("12_*")))
    edit(workdir, "12_", {("公開.内容別", "B5"): book["公開.内容別"]["B5"].value + 1})
    with (workdir / "nerima-report.toml").open("a", encoding="utf-8") as settings:
        settings.write(EXPLAINED.format(difference=1, more=""))
    rows = approval(workdir, command).rows_under("コード", "場所", "内容", "理由")
    assert {(row[0], row[-1]) for row in rows} == {("N501", "+1: 1件の請求に二つの決定をしたため")}


def test_documents_that_somebody_edited(workdir: Path, command: Command) -> None:
    unedited = "前に作ったあとで直された文書はない。"
    assert unedited in approval(workdir, command).texts
    file = workdir / "out" / "2022" / "report.docx"
    document = docx.Document(str(file))
    document.add_paragraph("直した")
    document.save(str(file))
    said = approval(workdir, command).texts
    assert any("report.docx" in each for each in said)
    assert unedited in approval(workdir, command).texts


def test_it_is_not_published(workdir: Path, command: Command) -> None:
    approval(workdir, command)
    run = command("-C", workdir, "publish", "2022")
    assert (run.code, "決裁資料" in run.out) == (0, False)
