"""The case ledger of the sample: it counts what was published, and what every 課 of the sample handed in."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from conftest import ROOT, SAMPLE
from inboxes import roster
from nerima_report.checks import run_checks, run_ledger_checks
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
