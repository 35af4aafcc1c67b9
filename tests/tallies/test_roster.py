"""The roster (名簿): all that is wrong in it at once, what 様式 may say, and how it goes on to the next year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from conftest import Command
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.tallies.roster import HEADINGS, load_roster, withheld_from

Rows = Iterable[Sequence[object]]


def write(folder: Path, rows: Rows, headings: Sequence[str] = HEADINGS) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "名簿"
    for row in (headings, *rows):
        sheet.append(list(row))
    book.save(folder / "roster.xlsx")
    return folder / "roster.xlsx"


def test_everything_that_is_wrong_is_told_at_once_with_its_row(tmp_path: Path, whole_edition: Edition) -> None:
    rows = [
        ("令和8年度", "総務部", "総務課", "すべて", "soumu@example.lg.jp"),
        ("来年度", "総務部", "経理用地課", "すべて", ""),
        ("令和8年度", "福祉部", None, "すべて", ""),
        ("R8", "総務部", "総務課", "", ""),
        ("2026", "区民部", "国保年金課", "公開、こじん", "kokuho＠example"),
        (2026, "教育委員会事務局", "光が丘図書館", "個人.点検、公開.なし", "a@example.jp; b@example.jp"),
    ]
    with pytest.raises(CannotProceed) as refusal:
        load_roster(write(tmp_path, rows), 2026, whole_edition)
    told = [line.split(":")[0].strip() for line in str(refusal.value).splitlines()[2:-1]]
    by_row = [
        "3行目（名簿 A3）",
        "4行目（名簿 C4）",
        "5行目",
        "6行目（名簿 E6）",
        "6行目（名簿 D6）",
        "7行目（名簿 D7）",
    ]
    assert told == by_row


def test_a_roster_of_the_old_kind_is_read(tmp_path: Path, whole_edition: Edition) -> None:
    (section,) = load_roster(write(tmp_path, [("R8", "総務部", "総務課")], HEADINGS[:3]), 2026, whole_edition)
    assert (section.forms, section.addresses) == (("すべて",), ())


@pytest.mark.parametrize("words", ["公開だけ", "公開 だけ", "公開のみ", "公文書の公開状況だけ", "公開"])
def test_only_one_part_may_be_said_as_the_readme_says_it(words: str, tmp_path: Path, whole_edition: Edition) -> None:
    file = write(tmp_path, [("R8", "総務部", "総務課", words, "")])
    (section,) = load_roster(file, 2026, whole_edition)
    assert withheld_from(section, whole_edition.for_year(2026)) == {"個人"}


def test_a_school_is_asked_for_single_tables(tmp_path: Path, whole_edition: Edition) -> None:
    (section,) = load_roster(write(tmp_path, [("R8", "", "豊玉小学校", "個人.点検だけ", "")]), 2026, whole_edition)
    withheld = withheld_from(section, whole_edition.for_year(2026))
    assert "公開" in withheld
    assert "個人.点検" not in withheld
    assert "個人.開示等請求" in withheld


def test_the_next_year_carries_the_roster_over(tmp_path: Path, command: Command) -> None:
    headings = ("課", "部", "年度", "担当者（内線）", "様式")
    rows = [
        ("総務課", "総務部", "令和7年度", "2001", "すべて"),
        ("総務課", "総務部", "令和8年度", "2002", "公開だけ"),
        ("国保年金課", "区民部", "R8", "=1+1", None),
    ]
    write(tmp_path, rows, headings)
    before = (tmp_path / "roster.xlsx").read_bytes()
    (tmp_path / "nerima-report.toml").write_text('edition = "nerima"  # 自分の設定\n', encoding="utf-8")
    assert command("-C", tmp_path, "init").code == 0  # without a year nothing changes
    assert (tmp_path / "roster.xlsx").read_bytes() == before
    run = command("-C", tmp_path, "init", "--year", "2027")
    for carried in (
        "令和8年度",
        "2課",
        "roster-保存1.xlsx",
        "nerima-report.toml",
        "総務部情報公開課",
        "[deadline]",
        "form 2027",
    ):
        assert carried in run.out
    assert (tmp_path / "roster-保存1.xlsx").read_bytes() == before
    assert "自分の設定" in (tmp_path / "nerima-report.toml").read_text(encoding="utf-8")
    sheet = load_workbook(tmp_path / "roster.xlsx")["名簿"]
    lines = [tuple(row) for row in sheet.iter_rows(values_only=True)]
    assert lines[0] == (*headings, "メール", "集計")
    assert [line[:4] for line in lines[1:4]] == [row[:4] for row in rows[:2]] + [("国保年金課", "区民部", "R8", None)]
    assert [line[:3] for line in lines[4:]] == [
        ("総務課", "総務部", "令和9年度"),
        ("国保年金課", "区民部", "令和9年度"),
    ]
    assert lines[4][4] == "公開だけ"
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert lists == {"C2:C2001": '"令和7年度,令和8年度,令和9年度,令和10年度"', "E2:E2001": '"すべて,公開だけ,個人だけ"'}
    again = command("-C", tmp_path, "init", "--year", "2027")
    assert (again.code, len(list(tmp_path.glob("roster*"))), "何も変えていません" in again.out) == (0, 2, True)
    assert command("-C", tmp_path, "init", "--year", "2020").code == 2  # there is nothing before to carry over
