"""The second part under the Act: its figures recomputed, its forms filled in and read back, what it declares."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from test_form_command import fill_in

from conftest import SAMPLE, Command, copy_templates
from consistent import Entries
from consistent_act import consistent_act
from form_cells import caption_row, sheet_of, table
from inboxes import changed, check
from nerima_report.checks import run_checks
from nerima_report.cli import main
from nerima_report.edition import Edition, load_edition
from nerima_report.examination import examine
from nerima_report.forms import Filling, FormCover, render_form
from nerima_report.forms.form import fingerprint
from nerima_report.records.file import read_record, write_record
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.submission import Inbox, load_submissions

pytestmark = pytest.mark.thorough

INBOX = SAMPLE / "inbox" / "2023"
few = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Printed = dict[str, list[list[str]]]


# ---- every printed table of the invented year, recomputed from the workbooks by other means ----


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """The tables of the second part of the built report by title, as rows of texts."""
    folder = tmp_path_factory.mktemp("act")
    shutil.copytree(INBOX, folder / "inbox" / "2023")
    shutil.copy(SAMPLE / "roster.xlsx", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(Path.cwd())  # -C changes the folder; this puts it back
        with pytest.raises(SystemExit) as stop:
            main(["-C", str(folder), "build", "2023"])
    assert not stop.value.code
    lines = (folder / "out" / "2023" / "report.md").read_text(encoding="utf-8").splitlines()
    tables: Printed = defaultdict(list)
    title = ""
    for line in lines[lines.index("## 個人情報保護制度の運用状況") :]:
        if line.startswith("表"):
            title = line.partition(" ")[2]
        elif line.startswith("|") and "---" not in line:
            tables[title].append([cell.strip() for cell in line.strip("|").split("|")])
    return {title: rows[1:] for title, rows in tables.items()}


@cache
def workbooks() -> dict[str, dict[str, list[tuple[Any, ...]]]]:
    """The rows of every sheet of every workbook from the row of headings, read without the tool."""
    books = {path.name: load_workbook(path, data_only=True, read_only=True) for path in sorted(INBOX.glob("*.xlsx"))}
    return {
        name: {sheet.title: _as_in_version_1(list(sheet.iter_rows(min_row=4, values_only=True))) for sheet in book}
        for name, book in books.items()
    }


def _as_in_version_1(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows without the column that version 2 of the form has in front, and without its example."""
    if not rows or rows[0][0] is not None:
        return rows
    return [row[1:] for row in rows if row[0] != "記入例"]


def sheets(name: str, *, ward: bool = False) -> Iterable[list[tuple[Any, ...]]]:
    """The rows of a sheet of each section's workbook (or of the ward's), from the first below the headings."""
    for file, rows in workbooks().items():
        if file.startswith("00_") == ward and name in rows:
            yield rows[name][1:]


def added(name: str, labels: int, column: int, *, ward: bool = False) -> dict[tuple[Any, ...], int]:
    """A column of counts, added up over the workbooks, by its labels."""
    sums: Counter[tuple[Any, ...]] = Counter()
    for rows in sheets(name, ward=ward):
        for row in rows:
            count = row[column] if len(row) > column else None
            if isinstance(count, int) and not {"検算", "合計"} & set(row[:labels]):
                sums[row[:labels]] += count
    return dict(sums)


def entries(name: str, needed: int = 0) -> list[tuple[Any, ...]]:
    """The filled rows of a list-like table in all workbooks: those with something in a column."""
    return [row for rows in sheets(name) for row in rows if row[needed] is not None]


@cache
def cases() -> list[tuple[Any, ...]]:
    """The cases of 利用, 提供 and 委託: those of the lists, and those that stand in registers, in the same columns."""
    found = entries("個人.利活用")
    for kind in ("利用", "提供", "委託"):
        for book in workbooks().values():
            if f"個人.{kind}の記録" in book:
                head, *rows = book[f"個人.{kind}の記録"]
                for row in rows:
                    said = dict(zip(head, row, strict=True))
                    if said["業務"]:
                        labels = (
                            "保有する行政機関",
                            "利用する行政機関など",
                            "根拠",
                            "ガイドラインの類型",
                            "旧条例からの継続",
                        )
                        found.append((said["業務"], kind, *(said.get(label) for label in labels)))
    return found


def numbers(rows: list[list[str]], column: int) -> list[int]:
    return [int(row[column].replace(",", "")) for row in rows]


def of_groups(rows: list[list[str]], column: int) -> dict[tuple[str, str], int]:
    """The numbers of a column without the total; a row without numbers heads those of its group."""
    found, group = {}, ""
    for label, *others in rows[:-1]:
        if not any(others):
            group = label
        else:
            found[group, label] = int(others[column - 1].replace(",", ""))
    return found


def test_requests_by_requester(printed: Printed) -> None:
    rows = printed["保有個人情報の開示請求等の状況"]
    persons = added("個人.開示等請求", 1, 1, ward=True)
    for column, found in ((1, persons), (2, added("個人.開示等請求", 1, 2)), (3, added("個人.開示等請求", 1, 3))):
        assert numbers(rows, column) == [found["区民",], found["区民以外",], sum(found.values())]


def test_outcomes_and_periods(printed: Printed) -> None:
    rows = printed["開示請求等の処理状況"]
    for column in (1, 2):
        found = added("個人.処理状況", 2, column + 1)
        assert of_groups(rows, column) == found
        assert numbers(rows[-1:], column) == [sum(found.values())]
    found = added("個人.決定期間", 1, 1)
    rows = printed["決定に要した期間"]
    assert numbers(rows, 1) == [*found.values(), sum(found.values())]
    assert [row[0].partition(" ")[0] for row in rows[:-1]] == [label for (label,) in found]


def test_use_and_provision_by_basis_and_by_way(printed: Printed) -> None:
    used = [row for row in cases() if row[1] in ("利用", "提供")]
    bases = Counter((row[4], row[1]) for row in used)
    rows = printed["利用目的以外の目的のための利用および提供の根拠"]
    for column, kind in ((1, "利用"), (2, "提供")):
        expected = [bases[f"法第69条{rest}", kind] for rest in ("第1項", *(f"第2項第{n}号" for n in range(1, 5)))]
        assert numbers(rows, column) == [*expected, sum(expected)]
    ways = Counter((_way(row), row[1]) for row in used)
    rows = printed["利用目的以外の目的のための利用および提供の手続"]
    for column, kind in ((1, "利用"), (2, "提供")):
        expected = [ways[way, kind] for way in ("direct", "continued", "guideline", "committee")]
        assert numbers(rows, column) == [*expected, sum(expected)]


def _way(row: tuple[Any, ...]) -> str:
    """How a case was allowed, in the words of the guideline: law and consent first, then what continues."""
    if row[4].endswith(("第1項", "第1号")):
        return "direct"
    return "continued" if row[6] == "はい" else "guideline" if row[5] else "committee"


def test_types_of_the_guideline(printed: Printed, whole_edition: Edition) -> None:
    wording = {entry.name: entry.type.text for entry in whole_edition.guideline.entries}
    used = Counter(row[5] for row in cases() if row[1] != "委託" and _way(row) == "guideline")
    rows = printed["ガイドラインに該当する利用および提供の類型"]
    assert {type_: n for (_, type_), n in of_groups(rows, 1).items()} == {wording[name]: n for name, n in used.items()}
    assert numbers(rows[-1:], 1) == [used.total()]
    entrusted = [row for row in cases() if row[1] == "委託"]
    expected = Counter(
        "旧条例から継続しているもの" if row[6] == "はい" else wording[row[5]] if row[5] else "運営委員会で審議したもの"
        for row in entrusted
    )
    rows = printed["個人情報を取り扱う業務の委託"]
    assert {row[0]: int(row[1]) for row in rows[:-1]} == expected
    assert int(rows[-1][1]) == len(entrusted)


def test_committee_and_training(printed: Printed) -> None:
    found = added("個人.運営委員会の審議", 1, 1, ward=True)
    rows = printed["練馬区個人情報保護運営委員会の審議"]
    assert numbers(rows, 1) == [*found.values(), sum(found.values())]
    rows = printed["保有個人情報の取扱いに関する教育研修"]
    for column in (1, 2):
        assert numbers(rows, column) == list(added("個人.研修", 1, column, ward=True).values())


def test_inspection(printed: Printed) -> None:
    answers = Counter((row[0], row[1]) for row in entries("個人.点検", needed=1))
    rows = printed["保有個人情報の取扱いの自己点検の結果"]
    items = ["記録媒体", "処理経路", "保管方法", "委託先の確認", "教育研修"]
    for column, answer in enumerate(("適", "不適", "改善予定", "該当なし"), start=1):
        assert numbers(rows, column) == [answers[item, answer] for item in items]
    assert sum(answers.values()) == (35 + 5) * len(items)


def test_incidents(printed: Printed) -> None:
    incidents = entries("個人.事務処理ミス")
    rows = printed["個人情報に係る事務処理ミス（漏えい等）の件数と本人の数"]
    for row in rows[:-1]:
        own = [incident for incident in incidents if incident[0] == row[0]]
        reported = sum(incident[7] == "報告した" for incident in own)
        assert [int(cell) for cell in row[1:]] == [len(own), sum(incident[4] for incident in own), reported]
    assert [int(cell) for cell in rows[-1][1:]] == [7, 184, 2]
    listed = printed["個人情報に係る事務処理ミス（漏えい等）"]
    assert sorted((row[3], row[5]) for row in listed) == sorted((str(row[4]), row[6]) for row in incidents)
    assert len(entries("個人.第三者点検")) == len(printed["全項目再評価（1事務）"]) == 1


def test_reasons_appeals_and_reports(printed: Printed) -> None:
    """The reasons are added up from the sheets; the two incidents that were reported are counted by hand."""
    expected = added("個人.不開示の理由", 1, 1)
    reasons = printed["保有個人情報の不開示の理由別件数"]
    assert {(row[0],): int(row[1]) for row in reasons} == expected
    bodies = printed["行政機関別の開示請求等の件数"]
    assert numbers(bodies, 1)[-1] == sum(numbers(bodies[:-1], 1)) == numbers(printed["開示請求等の処理状況"][-1:], 1)[0]
    appeals = printed["開示決定等に関する審査請求の経過"]
    assert [(row[5], row[6]) for row in appeals] == [("一部認容", "221"), ("取下げ（令和5年10月10日）", ""), ("", "")]
    causes = {row[0]: row[1:] for row in printed["個人情報保護委員会への報告を要する事由"] if row[1] != "0"}
    assert causes == {
        "要配慮個人情報が含まれるもの": ["1", "34"],
        "財産的被害が生じる恐れがあるもの": ["1", "34"],
        "本人の数が100人を超えるもの": ["1", "128"],
    }
    reports = [row[1] for row in printed["個人情報保護委員会への報告および本人への通知"] if row[1]]
    assert reports == ["2", "0", "2", "0", "2", "0"]


def test_all_tables_were_recomputed(printed: Printed) -> None:
    assert len(printed) == 18


# ---- forms ----


@pytest.mark.parametrize("year", [2023, 2024, 2026])
@few
@given(data=st.data())
def test_a_form_filled_in_consistently_is_clean(
    data: st.DataObject, year: int, tmp_path: Path, whole_edition: Edition
) -> None:
    edition = whole_edition.for_year(year)
    counts, lists = data.draw(consistent_act(edition, year))
    cover = FormCover(
        year, "福祉部", "管理課", not_applicable=frozenset(key for key, rows in lists.items() if not rows)
    )
    path = tmp_path / "form.xlsx"
    path.write_bytes(render_form(edition, cover, Filling(counts, lists)))
    assert findings_of(path, edition, year) == []
    blank = FormCover(year, "福祉部", "管理課")
    path.write_bytes(render_form(edition, blank, Filling()))
    fill_in(path, counts, lists)
    assert set(findings_of(path, edition, year)) <= {"N402"}  # openpyxl saves no results of formulas
    collection = examine(load_submissions([path], edition), edition, year, None)
    read, kinds = collection.tallies, Counter(case["区分"] for case in lists["個人.利活用"])
    assert {cell.key: cell.value for cell in read.cells} == counts
    for basis in ("根拠", "手続"):  # every case counts, and counts once
        for kind in ("利用", "提供"):
            assert total(collection, f"個人.利用と提供の{basis}", kind) == kinds[kind]
    assert total(collection, "個人.委託", "件数") == kinds["委託"]
    assert total(collection, "個人.漏えい等の件数", "本人の数") == sum(
        int(str(i["人数"])) for i in lists["個人.事務処理ミス"]
    )
    assert {key: len(entries) for key, entries in read.entries.items() if key in lists} == {
        key: len(rows) for key, rows in lists.items()
    }


def total(collection: Collection, table: str, column: str) -> int:
    return sum(n or 0 for key, n in collection.totals.values.items() if (key.table, key.column) == (table, column))


def findings_of(path: Path, edition: Edition, year: int) -> list[str]:
    collection = examine(load_submissions([path], edition), edition, year, None)
    return [finding.code for finding in run_checks(collection)]


def test_a_blank_form_is_asked_about_and_not_read_as_answered(tmp_path: Path, act_edition: Edition) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(render_form(act_edition, FormCover(2023, "福祉部", "管理課"), Filling()))
    collection = examine(load_submissions([path], act_edition), act_edition, 2023, None)
    unanswered = {finding.place.table for finding in run_checks(collection) if finding.code == "N311"}
    assert unanswered == {"個人.利活用", "個人.点検", "個人.第三者点検", "個人.事務処理ミス"}
    assert not collection.tallies.entries["個人.点検"]


def test_lines_stand_ready_and_types_are_explained(tmp_path: Path, act_edition: Edition) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(render_form(act_edition, FormCover(2023, "福祉部", "管理課"), Filling()))
    book = load_workbook(path)
    lines = [row[0].value for row in book["個人.点検"].iter_rows(min_row=5, max_row=10)]
    assert lines == ["記録媒体", "処理経路", "保管方法", "委託先の確認", "教育研修", None]
    guide = {row[0].value: row[1].value for row in book["記入要領"].iter_rows()}
    for entry in act_edition.guideline.entries:
        assert guide[entry.name] == entry.type.text
    rules = {str(rule.sqref): rule for rule in book["個人.利活用"].data_validations.dataValidation}
    first, last = rules["G6:G1004"].formula1.replace("$", "").rpartition("!")[2].split(":")
    listed = [row[0].value for row in book["記入要領"][f"{first}:{last}"]]
    assert listed == [entry.name for entry in act_edition.guideline.entries]


def test_the_form_of_the_assembly_leaves_out_what_the_act_does_not_reach(workdir: Path, command: Command) -> None:
    assert command("-C", workdir, "form", "2023", "--section", "議会事務局").code == 0
    cover = load_workbook(next((workdir / "forms" / "2023").glob("*議会事務局*.xlsx")))["表紙"]
    marked = {row[0].value for row in cover.iter_rows(min_row=12) if row[3].value == "該当なし"} - {"シート"}
    tables = ("開示等請求", "処理状況", "不開示の理由", "決定期間", "個人情報ファイル簿", "利活用")
    assert marked == {f"個人.{table}" for table in tables}


@pytest.mark.parametrize("words", ["個人.点検、個人.事務処理ミス", "個人.点検、公開", "個人.点検、個人"])
def test_a_school_may_be_asked_for_single_tables(
    words: str, workdir: Path, command: Command, act_edition: Edition
) -> None:
    book = load_workbook(workdir / "roster.xlsx")
    book["名簿"].append(["令和5年度", "教育委員会事務局", "見本の学校", words])
    book.save(workdir / "roster.xlsx")
    assert command("-C", workdir, "form", "2023", "--section", "見本の学校").code == 0
    path = next((workdir / "forms" / "2023").iterdir())
    form = load_workbook(path)
    asked = {part for part in ("公開", "個人") if part in words.split("、")}
    expected = {word for word in words.split("、") if "." in word}
    expected |= {table for table in act_edition.collected_entries(ward=False) if table.partition(".")[0] in asked}
    expected |= asked  # the sheets of counts
    assert set(form.sheetnames) == {"表紙", "記入要領"} | expected
    answers: list[dict[str, object]] = [
        {"点検の項目": item, "結果": "適"} for item in act_edition.entry_tables["個人.点検"].fields[0].choices
    ]
    zeros = {
        row.key(table_id, column.label): 0
        for table_id, columns in act_edition.collected_counts(ward=False).items()
        for row in act_edition.count_tables[table_id].rows
        for column in columns
    }
    lists: Entries = {key: [] for key in act_edition.collected_entries(ward=False) if key in expected}
    fill_in(path, zeros, {**lists, "個人.点検": answers})
    assert set(findings_of(path, act_edition, 2023)) <= {"N402"}


def test_a_table_that_the_year_does_not_have_is_told_with_its_cell(workdir: Path, command: Command) -> None:
    book = load_workbook(workdir / "roster.xlsx")
    book["名簿"].append(["令和5年度", "教育委員会事務局", "見本の学校", "個人.自己点検"])
    book.save(workdir / "roster.xlsx")
    run = command("-C", workdir, "form", "2023")
    assert run.code == 2
    assert "「個人.自己点検」" in run.err
    assert f"名簿 D{book['名簿'].max_row}" in run.err


# ---- counting from entries ----


def test_an_entry_that_no_row_wants_is_said_to_be_lost(tmp_path: Path, act_inbox: Inbox, act_edition: Edition) -> None:
    templates = copy_templates(tmp_path / "templates")
    tables = templates / "nerima" / "privacy-act" / "tables.toml"
    row = '  { label = "運営委員会で審議したもの", where = [{ field = "運営委員会の日", given = true }] },\n'
    text = tables.read_text(encoding="utf-8")
    assert text.count(row) == 1
    tables.write_text(text.replace(row, ""), encoding="utf-8")
    without = load_edition(templates / "nerima").for_year(2023)
    found = [(finding.code, finding.details["about"]) for finding in check(act_inbox, without, 2023)[1]]
    assert found == [("N510", "個人.利用と提供の手続")] * 3
    assert check(act_inbox, act_edition, 2023)[1] == []


def test_an_entry_is_not_lost_behind_a_warning(act_inbox: Inbox, act_edition: Edition) -> None:
    inbox = changed(act_inbox, act_edition, "12_", [{"sheet": "個人.利活用", "cell": "F6", "value": "別表1の1"}])
    assert [finding.code for finding in check(inbox, act_edition, 2023)[1]] == ["N512"]
    milder = replace(act_edition, catalogue=act_edition.catalogue.with_severities({"N512": "warning"}))
    assert [finding.code for finding in check(inbox, milder, 2023)[1]] == ["N512", "N510"]


def test_another_deadline_gives_other_classes_and_sentences(workdir: Path, tmp_path: Path, command: Command) -> None:
    templates = copy_templates(tmp_path / "templates")
    part = templates / "nerima" / "privacy-act" / "part.toml"
    text = part.read_text(encoding="utf-8")
    for old, new in (("value = 14", "value = 7"), ("value = 30", "value = 15"), ("value = 1000", "value = 500")):
        assert old in text
        text = text.replace(old, new, 1)  # the first with this number is the limit of decisions
    part.write_text(text, encoding="utf-8")
    edition = load_edition(templates / "nerima").for_year(2023)
    labels = [row.label for row in edition.count_tables["個人.決定期間"].rows]
    assert labels == ["7日以内", "8日から15日まで", "16日から60日まで", "61日以上", "取り下げられたもの"]
    run = command("-C", workdir, "--templates", templates, "form", "2023", "--section", "国保年金課")
    assert run.code == 0
    book = load_workbook(next((workdir / "forms" / "2023").glob("*国保年金課*.xlsx")))
    assert [row[0] for row in table(book, "個人.決定期間")[1:5]] == labels[:4]
    title = sheet_of(book, "個人.個人情報ファイル簿").cell(caption_row(book, "個人.個人情報ファイル簿"), 1).value
    assert "500人以上" in str(title)


def test_a_table_that_is_only_counted_changes_no_form(tmp_path: Path, act_edition: Edition) -> None:
    changes = (('stub = "根拠"', 'stub = "よりどころ"'), ('"教育研修"], meanings', '"研修"], meanings'))
    for number, (old, new) in enumerate(changes):
        templates = copy_templates(tmp_path / str(number))
        tables = templates / "nerima" / "privacy-act" / "tables.toml"
        text = tables.read_text(encoding="utf-8")
        assert text.count(old) == 1
        tables.write_text(text.replace(old, new), encoding="utf-8")
        again = fingerprint(load_edition(templates / "nerima").for_year(2023))
        assert (again == fingerprint(act_edition)) == (number == 0)


# ---- what the part declares, and what goes to whom ----


def test_the_part_says_that_it_had_no_published_model(act_edition: Edition) -> None:
    definition = act_edition.part_of("個人.利活用").definition
    assert "手もとになかった" in definition.layout
    for setting in definition.settings:
        assert setting.basis
    broken = {found.table for found in definition.breaks}
    assert broken >= {"開示等請求", "個人情報ファイル簿", "利用と提供の根拠", "委託", "事務処理ミス"}


def test_open_matters_and_breaks_are_listed(tmp_path: Path, whole_workdir: Path, command: Command) -> None:
    shutil.copytree(INBOX, whole_workdir / "inbox" / "2023")
    assert command("-C", whole_workdir, "build", "2023").code == 0
    out = whole_workdir / "out" / "2023"
    text = (out / "open-items.md").read_text(encoding="utf-8")
    listed = [line.split(" | ")[:3] for line in text.splitlines() if line.startswith("| ")][2:]
    assert [(row[0].strip("| "), row[1], row[2]) for row in listed] == [
        ("区民部国保年金課", "保管方法", "改善予定"),
        ("健康部豊玉保健相談所", "記録媒体", "不適"),
        ("教育委員会事務局青少年課", "教育研修", "改善予定"),
        ("議会議会事務局", "処理経路", "不適"),
        ("教育委員会架空中学校", "保管方法", "改善予定"),
    ]
    assert "未了の事項は5件（5課）" in text
    audit = (out / "audit.md").read_text(encoding="utf-8")
    assert "## 系列の切れ目" in audit
    assert "| 個人.利用と提供の根拠 | 個人.利用と提供（延べ人数） |" in audit
    assert "| 福祉部管理課 | 1（5行） |" in audit  # a use that rests on law, counted from the fifth row


def test_a_record_may_lack_what_later_years_ask(act_workdir: Path, command: Command, act_edition: Edition) -> None:
    """A year that was published before its lists had these fields is still printed from its record."""
    command("-C", act_workdir, "build", "2023")
    printed = (act_workdir / "out" / "2023" / "report.md").read_text(encoding="utf-8")
    record = read_record(act_workdir / "out" / "2023" / "record.json", 2023)
    added = {f.label for table in act_edition.entry_tables.values() for f in table.fields if f.since}
    entries = tuple(
        entry.model_copy(update={"values": {k: v for k, v in entry.values.items() if k not in added}})
        for entry in record.entries
    )
    assert entries != record.entries
    shutil.rmtree(act_workdir / "out")
    (act_workdir / "records").mkdir()
    file = act_workdir / "records" / "2023.json"
    file.write_bytes(write_record(record.model_copy(update={"entries": entries})))
    assert command("-C", act_workdir, "build", "2023", "--from-record").code == 0
    again = (act_workdir / "out" / "2023" / "report.md").read_text(encoding="utf-8")
    assert again == re.sub("、速報まで.*?日、確報まで.*?日、本人への通知まで.*?日", "", printed) != printed


def test_who_gave_no_answer_is_named(act_workdir: Path, command: Command) -> None:
    path = next((act_workdir / "inbox" / "2023").glob("12_*"))
    book = load_workbook(path)
    for number in range(5, 10):
        for letter in "BCD":
            book["個人.点検"][f"{letter}{number}"] = None
    line = next(r for r in range(12, 60) if book["表紙"][f"A{r}"].value == "個人.点検")
    book["表紙"][f"C{line}"] = "該当なし"
    book.save(path)
    assert command("-C", act_workdir, "build", "2023").code == 0
    text = (act_workdir / "out" / "2023" / "open-items.md").read_text(encoding="utf-8")
    assert "答えのない課（1課）: 福祉部管理課（該当なし）" in text


def test_years_before_have_neither(workdir: Path, command: Command) -> None:
    assert command("-C", workdir, "build", "2022").code == 0
    assert not (workdir / "out" / "2022" / "open-items.md").exists()
    assert "系列の切れ目" not in (workdir / "out" / "2022" / "audit.md").read_text(encoding="utf-8")


def test_forms_of_2024_come_back_as_a_whole_collection(
    tmp_path: Path, command: Command, whole_edition: Edition
) -> None:
    assert command("init", tmp_path / "work", "--year", "2024").code == 0
    work = tmp_path / "work"
    roster = load_workbook(work / "roster.xlsx")
    keep = ("情報公開課", "国保年金課", "議会事務局")
    for row in reversed(range(2, roster["名簿"].max_row + 1)):
        if roster["名簿"].cell(row, 3).value not in keep:
            roster["名簿"].delete_rows(row)
    roster.save(work / "roster.xlsx")
    assert command("-C", work, "form", "2024").code == 0
    edition = whole_edition.for_year(2024)
    lists: Entries = {key: [] for key in edition.collected_entries(ward=False)}
    answers: list[dict[str, object]] = [
        {"点検の項目": item, "結果": "該当なし"} for item in edition.entry_tables["個人.点検"].fields[0].choices
    ]
    for form in sorted((work / "forms" / "2024").glob("*.xlsx")):
        ward = "区全体" in form.name
        zeros = {
            row.key(table_id, column.label): 0
            for table_id, columns in edition.collected_counts(ward).items()
            for row in edition.count_tables[table_id].rows
            for column in columns
            if not ("議会事務局" in form.name and table_id in _OUTSIDE)
        }
        fill_in(form, zeros, {} if ward else {**lists, "個人.点検": answers})
        shutil.move(form, work / "inbox" / form.name)
    run = command("-C", work, "validate", "inbox", "--complete", "--format", "json")
    assert (run.code, set(_codes(run.out))) == (0, {"N402", "N901"})  # nothing was asked for, so there is no rate
    assert command("-C", work, "build", "2024").code == 0
    report = (work / "out" / "2024" / "report.md").read_text(encoding="utf-8")
    assert "令和6年度は、利用目的以外の目的のための利用および提供はなかった。" in report


_OUTSIDE = {"個人.開示等請求", "個人.処理状況", "個人.不開示の理由", "個人.決定期間", "個人.個人情報ファイル簿"}


def _codes(text: str) -> list[str]:
    return [finding["code"] for finding in json.loads(text)["findings"]]
