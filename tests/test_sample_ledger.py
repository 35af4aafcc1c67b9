"""The case ledger of the sample: it counts what was published, and what every 課 of the sample handed in.

The tables are also counted with plain openpyxl and Counter, not with the counting of the package.
"""

from __future__ import annotations

import shutil
import tomllib
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from conftest import ROOT, SAMPLE, Command
from inboxes import roster
from nerima_report.checks import run_checks
from nerima_report.checks.ledger import run_ledger_checks
from nerima_report.edition import Edition
from nerima_report.examination import examine
from nerima_report.places import CellKey
from nerima_report.report.compose import annotate, compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.ledger import CaseLedger, load_ledger
from nerima_report.tallies.submission import Inbox

pytestmark = pytest.mark.thorough

REQUESTS, PERSONAL = "公開.請求台帳", "個人.請求台帳"
PUBLIC_CLASSES = {
    "1週間以内": (0, 7),
    "8日から14日まで": (8, 14),
    "15日": (15, 15),
    "16日から30日まで": (16, 30),
    "31日以上": (31, 999),
}
PERSONAL_CLASSES = {"1週間までに決定したもの": (0, 7), "2週間までに決定したもの": (8, 14), "15日かかったもの": (15, 15)}


@pytest.fixture(scope="module")
def ledger(whole_edition: Edition) -> CaseLedger:
    """The ledger of the sample, read from its file."""
    read = load_ledger({2022: SAMPLE / "ledger-example" / "2022.xlsx"}, whole_edition, 2022)
    assert read is not None
    return read


@pytest.fixture(scope="module")
def counted(sample_inbox: Inbox, edition: Edition, ledger: CaseLedger) -> Collection:
    """The sample with everything that was handed in, counted from the ledger."""
    return examine(sample_inbox, edition, 2022, roster(), ledger)


def test_it_counts_the_published_requests_and_requesters(ledger: CaseLedger) -> None:
    public, personal = list(ledger.counted(REQUESTS)), list(ledger.counted(PERSONAL))
    assert (len(public), len(personal)) == (2199, 172)
    persons = [{case["請求者番号"] for case in cases} for cases in (public, personal)]
    assert [len(numbers) for numbers in persons] == [350, 71]
    assert not persons[0] & persons[1]


def rows_of(sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet of the ledger by heading, those that say a 受付番号."""
    lines = list(load_workbook(SAMPLE / "ledger-example" / "2022.xlsx", data_only=True)[sheet].values)
    first = next(place for place, line in enumerate(lines) if "受付番号" in line)
    rows = [dict(zip(map(str, lines[first]), line, strict=True)) for line in lines[first + 1 :]]
    return [row for row in rows if row["受付番号"]]


def days_of(row: dict[str, Any]) -> int:
    """The days from receipt to decision, without those of a correction."""
    corrected = (row["補正された日"] - row["補正を求めた日"]).days if row["補正された日"] else 0
    return int((row["決定・取下げ日"] - row["受付日"]).days) - corrected


def period(row: dict[str, Any], classes: dict[str, tuple[int, int]]) -> str:
    """The row of 表7 (個人 表3) in which a case counts."""
    if row["処理"] == "取下げ":
        return "取り下げられたもの"
    if row["延長"] == "延長":
        return "決定期間を延長したもの"
    return next(name for name, (least, most) in classes.items() if least <= days_of(row) <= most)


def persons_by_method(rows: list[dict[str, Any]]) -> Counter[str]:
    """How many requesters used each 請求方法 most; where two are used as often, that of the earliest request."""
    by_person: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_person[row["請求者番号"]].append(row)
    main = []
    for own in by_person.values():
        used = Counter(row["請求方法"] for row in own)
        often = {method for method, times in used.items() if times == max(used.values())}
        earliest = min((row["受付日"], row["受付番号"], row["請求方法"]) for row in own if row["請求方法"] in often)
        main.append(earliest[-1])
    return Counter(main)


def persons_by_kind(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter({row["請求者番号"]: row["区分"] for row in rows}.values())


def test_the_published_tables_are_counted_by_other_means() -> None:
    public, personal = rows_of(REQUESTS), rows_of(PERSONAL)
    own = {
        ("公開.内容別", "件数"): Counter(row["内容"] for row in public),
        ("公開.請求者", "件数"): Counter(row["区分"] for row in public),
        ("公開.請求者", "請求者数"): persons_by_kind(public),
        ("公開.請求方法", "請求者数"): persons_by_method(public),
        ("公開.目的別", "件数"): Counter(row["請求目的"] for row in public),
        ("公開.処理状況", "件数"): Counter(row["処理"] for row in public),
        ("公開.非公開理由", "件数"): Counter(row[f"非公開理由{n}"] for row in public for n in range(1, 8)),
        ("公開.決定期間", "件数"): Counter(period(row, PUBLIC_CLASSES) for row in public),
        ("公開.審査請求", "件数"): Counter({"公文書公開に関する審査請求": len(rows_of("公開.審査請求一覧"))}),
        ("個人.請求状況", "件数"): Counter(row["区分"] for row in personal),
        ("個人.請求状況", "請求者数"): persons_by_kind(personal),
        ("個人.処理状況", "件数"): Counter(f"{row['請求の種類']}/{row['処理']}" for row in personal),
        ("個人.決定期間", "件数"): Counter(period(row, PERSONAL_CLASSES) for row in personal),
    }
    published = tomllib.loads((SAMPLE / "published-2022.toml").read_text(encoding="utf-8"))["column"]
    for column in published:
        if (column["table"], column["column"]) in own:
            counted = own.pop((column["table"], column["column"]))
            for row in column["rows"]:
                assert counted["/".join(filter(None, (row.get("group"), row["row"])))] == row["count"], row
    assert not own


def test_every_number_is_that_of_the_tallies(counted: Collection, sample_inbox: Inbox, edition: Edition) -> None:
    tallied = examine(sample_inbox, edition, 2022, roster())
    assert counted.totals.values == tallied.totals.values
    assert None not in counted.totals.values.values()


def test_every_section_handed_in_what_the_ledger_counts(counted: Collection, ledger: CaseLedger) -> None:
    """Cell by cell, its own persons too; and everything in the ledger passes the checks."""
    handed_in: dict[str, set[CellKey]] = defaultdict(set)
    for cell in counted.tallies.cells:
        if counted.edition.is_counted_by_ledger(cell.key.table) and not cell.ward:
            handed_in[cell.place.section].add(cell.key)
    assert len(handed_in) == 35
    assert min(map(len, handed_in.values())) > 30
    assert run_checks(counted) + run_ledger_checks(ledger, counted) == []


def test_what_a_ledger_can_say_occurs_in_it(ledger: CaseLedger) -> None:
    public, personal = ledger.cases[REQUESTS], ledger.cases[PERSONAL]
    for cases, labels in (
        (public, ("補正された日", "延長", "第三者照会の日", "意見書の日", "反対の有無", "公開の日", "枝番")),
        (personal, ("補正された日", "延長", "第三者照会の日", "代理権の確認の書類", "理由", "開示の日", "枝番")),
    ):
        assert [label for label in labels if not any(case.values.get(label) for case in cases)] == []
    methods = defaultdict(set)
    for case in public:
        methods[case["請求者番号"]].add(case["請求方法"])
    assert Counter(map(len, methods.values()))[2] > 10
    late = [case for case in public if case["受付日"].year == 2022 and case["受付日"].month == 3]
    assert late
    assert {case["決定・取下げ日"].month for case in late} >= {4}


@pytest.mark.parametrize(
    ("table_id", "labels"),
    [
        (REQUESTS, ("受付日", "請求者番号", "区分", "請求方法", "請求目的")),
        (PERSONAL, ("受付日", "請求者番号", "区分", "請求の種類", "請求した人", "本人確認の書類")),
    ],
)
def test_decisions_on_one_request_say_the_same_of_it(
    ledger: CaseLedger, table_id: str, labels: tuple[str, ...]
) -> None:
    said = defaultdict(set)
    for case in ledger.cases[table_id]:
        said[case["受付番号"]].add(tuple(case[label] for label in labels))
    assert {len(each) for each in said.values()} == {1}
    assert len(said) < len(ledger.cases[table_id])


def test_the_report_is_the_same_without_the_tallies(
    counted: Collection, sample_inbox: Inbox, edition: Edition, ledger: CaseLedger
) -> None:
    """The sheets of what the ledger counts are removed from every workbook, also from that of the ward."""
    gone = {table_id for table_id in counted.edition.count_tables if counted.edition.is_counted_by_ledger(table_id)}
    submissions = [
        replace(s, workbook=replace(s.workbook, sheets=tuple(t for t in s.workbook.sheets if t.name not in gone)))
        for s in sample_inbox.submissions
    ]
    collection = examine(replace(sample_inbox, submissions=tuple(submissions)), edition, 2022, roster(), ledger)
    assert not {cell.key.table for cell in collection.tallies.cells} & gone
    assert run_checks(collection) + run_ledger_checks(ledger, collection) == []
    content = Content(collection)
    report = annotate(compose_report(content), content, draft=False)
    golden = (ROOT / "tests" / "golden" / "report-2022.md").read_bytes()
    assert render_markdown(report).encode() == golden


def test_a_copy_of_the_sample_is_tried_as_its_readme_says(whole_workdir: Path, command: Command) -> None:
    shutil.copytree(SAMPLE / "ledger-example", whole_workdir / "ledger")
    built = command("-C", whole_workdir, "build", "2022", "--strict")
    assert built.code == 0, built.out
    golden = (ROOT / "tests" / "golden" / "report-2022.md").read_bytes()
    assert (whole_workdir / "out" / "2022" / "report.md").read_bytes() == golden
    assert (whole_workdir / "ledger" / "2022-受付番号.csv").exists()
