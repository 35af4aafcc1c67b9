"""`ledger import`: the office's own list into the ledger, all of it or nothing; names go to the 請求者名簿 only."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from ledgers import example_ledgers, write_ledgers
from nerima_report.edition import Edition
from nerima_report.registers.requesters import read_requesters
from nerima_report.tallies.ledger import open_book

LIST = """\
受付No,請求日,方法,請求者氏名,住所,請求者区分,目的,分野,所管部,担当課,決定内容,決定日,公文書名,係のメモ
公-1,2022-04-01,ＦＡＸ,架空花子,架空町一丁目,区民,営業活動,教育,総務部,総務課,公開,2022/4/10,架空の名簿,a
公-2,令和4年4月2日,窓口,架空太郎,架空町二丁目,区民,営業活動,教育,総務部,総務課,公開,R4.4.9,架空の図面,
公-3,令和4年4月3日,窓口,架空花子,架空町一丁目,区民,営業活動,教育,総務部,総務課,,,架空の台本,
"""
NAMES = ("架空花子", "架空太郎", "架空町一丁目", "架空の名簿", "架空の台本")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a working folder 作業 and the list of the office in it."""
    work = tmp_path / "作業"
    work.mkdir()
    (work / "nerima-report.toml").write_text('edition = "nerima"\n', encoding="utf-8")
    (work / "一覧.csv").write_text(LIST, encoding="cp932")
    return tmp_path


def run(place: Path, *arguments: str, capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    from nerima_report.cli import main

    with pytest.raises(SystemExit) as ended:
        main(["-C", str(place / "作業"), "ledger", *arguments])
    told = capsys.readouterr()
    assert ended.value.code == code, told.out + told.err
    return told.out + told.err


def confirm(place: Path) -> None:
    file = place / "作業" / "ledger" / "取り込み-公開.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("confirmed = false", "confirmed = true"), encoding="utf-8")


def test_a_list_is_taken_over_as_confirmed(
    place: Path, edition: Edition, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    words = ["import", "一覧.csv", "--year", "2022", "--persons", "../名簿.xlsx"]
    told = run(place, *words, capsys=capsys, code=1)
    assert "取り込み-公開.toml" in told
    monkeypatch.chdir(place)
    told += run(place, *words, capsys=capsys, code=2)  # nobody has confirmed it
    confirm(place)
    monkeypatch.chdir(place)
    told += run(place, *words[:4], capsys=capsys, code=2)  # nowhere for the names
    monkeypatch.chdir(place)
    told += run(place, *words, "--format", "json", capsys=capsys)
    book = open_book(place / "作業" / "ledger" / "2022.xlsx", edition, 2022)
    rows = book.tallies.entries["公開.請求台帳"]
    assert [row["受付番号"] for row in rows] == ["公-1", "公-2", "公-3"]
    assert rows[0]["請求者番号"] == rows[2]["請求者番号"] != rows[1]["請求者番号"]
    known = read_requesters(place / "名簿.xlsx", place / "作業")
    assert [person.name for person in known.persons] == ["架空花子", "架空太郎"]
    assert known.title(("公開", "公-3", "")) == "架空の台本"
    # A second time the numbers are there already, and nothing is written.
    before = (place / "作業" / "ledger" / "2022.xlsx").read_bytes()
    monkeypatch.chdir(place)
    again = run(place, *words, "--format", "json", capsys=capsys, code=1)
    assert [notice["code"] for notice in json.loads(again)["findings"]] == ["N264"] * 3
    assert (place / "作業" / "ledger" / "2022.xlsx").read_bytes() == before
    told += again
    everything = told.encode() + b"".join(_contents(place / "作業", but="一覧.csv"))
    assert not [name for name in NAMES if name.encode() in everything]


def test_one_row_that_does_not_fit_keeps_all_out(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["import", "一覧.csv", "--year", "2022", "--persons", "../名簿.xlsx", "--format", "json"]
    monkeypatch.chdir(place)
    run(place, *words, capsys=capsys, code=1)
    confirm(place)
    file = place / "作業" / "一覧.csv"
    for old, new, code, line in (
        ("R4.4.9", "そのうち", "N261", 3),
        ("公-2,", ",", "N262", 3),
        ("公-2,", "公-1,", "N263", 2),
    ):
        file.write_text(LIST.replace(old, new, 1), encoding="utf-8")
        monkeypatch.chdir(place)
        told = json.loads(run(place, *words, capsys=capsys, code=1))
        assert (told["findings"][0]["code"], told["findings"][0]["line"]) == (code, line)
        assert not (place / "名簿.xlsx").exists()
        assert not (place / "作業" / "ledger" / "2022.xlsx").exists()


def test_what_the_ledger_has_stays_and_a_copy_is_kept(
    place: Path, edition: Edition, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ledgers(place / "作業", edition, {2022: example_ledgers()[2022]})
    file = place / "作業" / "ledger" / "2022.xlsx"
    before, bytes_before = open_book(file, edition, 2022), file.read_bytes()
    words = ["import", "一覧.csv", "--year", "2022", "--persons", "../名簿.xlsx"]
    monkeypatch.chdir(place)
    run(place, *words, capsys=capsys, code=1)
    confirm(place)
    monkeypatch.chdir(place)
    run(place, *words, capsys=capsys)
    after = open_book(file, edition, 2022)
    for table_id, rows in before.tallies.entries.items():
        kept = [row.values for row in after.tallies.entries[table_id]][: len(rows)]
        assert kept == [row.values for row in rows]
    assert (file.parent / "2022-保存1.xlsx").read_bytes() == bytes_before


def _contents(folder: Path, but: str) -> list[bytes]:
    """Every byte of every file of a folder, and of the parts of its workbooks."""
    found = []
    for file in folder.rglob("*"):
        if file.is_file() and file.name != but:
            found.append(file.name.encode() + file.read_bytes())
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as archive:
                    found += [archive.read(name) for name in archive.namelist()]
    return found


def test_what_cannot_be_read_in_the_ledger_stays_as_it_stands(
    place: Path, edition: Edition, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from openpyxl import load_workbook

    rows = {"公開.請求台帳": [{"受付番号": "公開-0001", "受付日": date(2022, 4, 1), "課": "総務課"}]}
    write_ledgers(place / "作業", edition, {2022: rows})
    file = place / "作業" / "ledger" / "2022.xlsx"
    book = load_workbook(file)
    sheet = book["公開.請求台帳"]
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "公開-0001")
    heading = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "受付日")
    sheet.cell(cell.row, heading.column).value = "四月一日ごろ"
    book.save(file)
    words = ["import", "一覧.csv", "--year", "2022", "--persons", "../名簿.xlsx"]
    monkeypatch.chdir(place)
    run(place, *words, capsys=capsys, code=1)
    confirm(place)
    monkeypatch.chdir(place)
    run(place, *words, capsys=capsys)
    texts = [str(cell.value) for row in load_workbook(file)["公開.請求台帳"].iter_rows() for cell in row]
    assert "四月一日ごろ" in texts
    assert "公-1" in texts
