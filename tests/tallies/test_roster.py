"""The roster (名簿): all that is wrong in it at once, what 様式 may say, and how it goes on to the next year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from conftest import Command
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.tallies.roster import load_roster, outside, withheld_from

Rows = Iterable[Sequence[object]]
HEADINGS = ("年度", "部", "課", "様式", "メール")  # of a roster from before there were kinds
WITH_KINDS = ("年度", "部", "課", "種類", "長", "実施機関", "役割")


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


SCHOOL = frozenset({"個人.点検", "個人.事務処理ミス"})
ASSEMBLY = frozenset({"個人.開示等請求", "個人.処理状況", "個人.決定期間", "個人.個人情報ファイル簿", "個人.利活用"})


@pytest.mark.parametrize(
    ("kind", "asked"), [("", None), ("課", None), ("図書館", None), ("小学校", SCHOOL), ("幼稚園", SCHOOL)]
)
def test_a_kind_is_asked_for_what_concerns_it(
    kind: str, asked: frozenset[str] | None, tmp_path: Path, whole_edition: Edition
) -> None:
    edition = whole_edition.for_year(2026)
    rows = [("R8", "教育委員会", "見本", kind, "", "", "")]
    (section,) = load_roster(write(tmp_path, rows, WITH_KINDS), 2026, whole_edition)
    withheld = withheld_from(section, edition)
    tables = {*edition.collected_counts(ward=False), *edition.collected_entries(ward=False)}
    left = {key for key in tables if withheld.isdisjoint({key, key.partition(".")[0]})}
    assert left == (tables if asked is None else asked)


def test_what_the_roster_says_itself_goes_before_the_kind(tmp_path: Path, whole_edition: Edition) -> None:
    edition = whole_edition.for_year(2026)
    rows = [
        ("R8", "教育委員会", "見本小学校", "小学校", "", "", "", "個人.点検", ""),
        ("R8", "総務部", "見本課", "課", "", "議会", "監査責任者、保護責任者", "すべて", ""),
        ("R8", "議会", "議会事務局", "事務局", "次長", "", "", "", ""),
    ]
    school, body, assembly = load_roster(write(tmp_path, rows, (*WITH_KINDS, "様式", "メール")), 2026, whole_edition)
    assert not withheld_from(school, edition).isdisjoint({"個人.事務処理ミス"})
    assert outside(body, edition) >= ASSEMBLY
    assert outside(assembly, edition) == outside(body, edition)
    assert outside(school, edition) == frozenset()
    assert body.holds(edition.kinds) == ("監査責任者", "保護責任者")
    assert assembly.holds(edition.kinds) == ("保護責任者",)


def test_words_that_no_definition_knows_are_told_with_their_cells(tmp_path: Path, whole_edition: Edition) -> None:
    rows = [
        ("R8", "教育委員会", "見本高校", "高等学校", "", "", ""),
        ("R8", "総務部", "見本課", "課", "", "区議会", ""),
        ("R8", "総務部", "総務課", "課", "", "", "個人情報保護管理責任者"),  # until fiscal 2022
    ]
    with pytest.raises(CannotProceed) as refusal:
        load_roster(write(tmp_path, rows, WITH_KINDS), 2026, whole_edition)
    told = [line.split(":")[0].strip() for line in str(refusal.value).splitlines()[2:-1]]
    assert told == ["2行目（名簿 D2）", "3行目（名簿 F3）", "4行目（名簿 G4）"]


def test_who_hands_in_tallies_beside_the_ledger(tmp_path: Path, whole_edition: Edition) -> None:
    headings = ("年度", "部", "課", "集計")
    rows = [("R8", "総務部", "見本課", "出す"), ("R8", "総務部", "総務課", None), ("R8", "総務部", "人事課", " ")]
    sections = load_roster(write(tmp_path, rows, headings), 2026, whole_edition)
    assert [section.tallies for section in sections] == [True, False, False]
    with pytest.raises(CannotProceed, match="名簿 D2"):
        load_roster(write(tmp_path, [("R8", "総務部", "見本課", "出さない")], headings), 2026, whole_edition)


def test_the_default_roster_offers_what_may_be_said_of_tallies(tmp_path: Path, command: Command) -> None:
    assert command("-C", tmp_path, "init", "--year", "2026").code == 0
    rules = load_workbook(tmp_path / "roster.xlsx")["名簿"].data_validations.dataValidation
    assert [rule.formula1 for rule in rules if rule.promptTitle == "集計"] == ['"出す"']


def test_the_default_roster_says_who_is_who(tmp_path: Path, command: Command) -> None:
    assert command("-C", tmp_path, "init", "--year", "2026").code == 0
    sheet = load_workbook(tmp_path / "roster.xlsx")["名簿"]
    lines = {line[2]: line[6:10] for line in sheet.iter_rows(min_row=2, max_col=10, values_only=True)}
    assert lines["情報公開課"] == ("課", "課長", "区長", "保護責任者、監査責任者")
    assert lines["光が丘図書館"] == ("図書館", "館長", "教育委員会", "保護責任者")
    assert lines["議会事務局"] == ("事務局", "次長", "議会", "保護責任者")
    assert lines["監査事務局"] == ("事務局", "事務局長", "監査委員", "保護責任者")


def test_the_roles_of_the_ordinance_end_with_it(tmp_path: Path, command: Command, whole_edition: Edition) -> None:
    assert command("-C", tmp_path, "init", "--year", "2022").code == 0
    assert command("-C", tmp_path, "init", "--year", "2023").code == 0
    before = load_roster(tmp_path / "roster.xlsx", 2022, whole_edition)
    after = load_roster(tmp_path / "roster.xlsx", 2023, whole_edition)
    assert {section.holds(whole_edition.kinds) for section in before} == {("個人情報保護管理責任者",)}
    assert {section.holds(whole_edition.kinds) for section in after} == {("保護責任者",)}


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
    assert lines[0] == (*headings, "メール", "集計", "種類", "長", "実施機関", "役割")
    assert [line[:4] for line in lines[1:4]] == [row[:4] for row in rows[:2]] + [("国保年金課", "区民部", "R8", None)]
    assert [line[:3] for line in lines[4:]] == [
        ("総務課", "総務部", "令和9年度"),
        ("国保年金課", "区民部", "令和9年度"),
    ]
    assert lines[4][4] == "公開だけ"
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert lists["C2:C2001"] == '"令和7年度,令和8年度,令和9年度,令和10年度"'
    assert lists["E2:E2001"] == '"すべて,公開だけ,個人だけ"'
    assert lists["H2:H2001"].startswith('"課,室,所,')
    again = command("-C", tmp_path, "init", "--year", "2027")
    assert (again.code, len(list(tmp_path.glob("roster*"))), "何も変えていません" in again.out) == (0, 2, True)
    assert command("-C", tmp_path, "init", "--year", "2020").code == 2  # there is nothing before to carry over
