"""What whoever signs the report reads beside it (決裁資料): the numbers beside last year's, and how they came about.

It is a document of the office and never published. Its words are in years.toml.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nerima_report.edition.definition import fill
from nerima_report.edition.municipality import AS_USUAL
from nerima_report.edition.tables import Column, CountTable
from nerima_report.edition.texts import ApprovalTexts
from nerima_report.findings import Explanation, shown_fact
from nerima_report.report.blocks import Block, Bullets, Cell, Heading, Paragraph, Report, Table, TableColumn
from nerima_report.report.content import Content
from nerima_report.report.tables import ComparedTable, count_table, used_rows
from nerima_report.report.wording import MINUS, NOTHING_TO_COUNT, UNKNOWN, number
from nerima_report.tallies.resubmission import Resubmission
from nerima_report.tallies.submission import Submission
from nerima_report.text import name_of

APPROVAL = "決裁資料.docx"
REASON_WIDTH = 4  # as a share of a row, of which a label has 5 and a number 2


@dataclass(frozen=True)
class ChangedByHand:
    """What somebody changed: workbooks handed in again, and files that were edited after the last build, by name."""

    again: Sequence[Resubmission] = ()
    edited: Sequence[str] = ()


def compose_approval(content: Content, report: Report, changed: ChangedByHand) -> Report:
    """The document for those who sign `report`; `content` is what it says, with all that was found."""
    texts = content.collection.edition.years.approval
    name = content.collection.edition.printing.year(content.collection.fiscal_year)
    numbers = [Paragraph(texts.no_year_before)] if content.comparison is None else []
    blocks: list[Block] = [
        Heading(1, texts.numbers),
        *numbers,
        *_numbers(content, report, texts),
        *_figures(content, texts),
        Heading(1, texts.state),
        *_findings(content, texts),
        *_handed_in(content, texts),
        *_by_hand(content, texts, changed),
    ]
    return replace(
        report,
        title=f"{name} {texts.title}",
        cover=(Heading(1, name), Bullets((texts.title,)), Paragraph(texts.about), Paragraph(report.author)),
        blocks=tuple(blocks),
    )


def _numbers(content: Content, report: Report, texts: ApprovalTexts) -> Iterator[Block]:
    """Every table of counts, printed or told in sentences; each column by itself where the year before is beside it."""
    captions = {table.id: table.caption for table in report.tables}
    for part in content.collection.edition.parts:
        yield Heading(2, part.definition.title)
        for key, table in part.tables.items():
            if isinstance(table, CountTable):
                table_id = part.table_id(key)
                title = captions.get(table_id, table.readable_title)
                yield from (replace(one, title=title + one.title) for one in _tables(content, table_id, table, texts))


def _tables(content: Content, table_id: str, table: CountTable, texts: ApprovalTexts) -> Iterator[Table]:
    """The tables of which each has as its title what it adds to that of the printed table: （件数）."""
    totals, comparison, year = content.collection.totals, content.comparison, content.collection.fiscal_year
    printing = AS_USUAL.model_copy(update={"calendar": content.collection.edition.printing.calendar})
    if comparison is None or totals.misses(table.keys(table_id)):
        yield replace(count_table(table_id, table, totals, year, printing), title="")
        return
    compare = content.collection.edition.years.compare
    if not comparison.compares(table_id):
        printed = count_table(table_id, table, totals, year, printing)
        yield replace(ComparedTable(table_id, table, totals, comparison, compare).beside(printed), title="")
        return
    for column in table.columns:
        own = column.model_copy(update={"sum_of": (), "of": "", "bracketed": "", "printed_heading": ""})
        # A share of other columns is not one of this column alone.
        rates = tuple(rate for rate in table.rates if {*rate.named} <= {column.label})
        alone = table.model_copy(update={"columns": (own,), "rates": rates})
        printed = count_table(table_id, used_rows(table_id, alone, totals, comparison), totals, year, printing)
        beside = ComparedTable(table_id, alone, totals, comparison, compare).beside(printed)
        title = f"（{column.label}）" if len(table.columns) > 1 else ""
        yield replace(_with_reasons(beside, content, column, texts), title=title)


def _with_reasons(table: Table, content: Content, column: Column, texts: ApprovalTexts) -> Table:
    """The table with the reasons for its changes, if anybody gave one."""
    reasons = list(_reasons(content, column, table))
    if not any(reasons):
        return table
    rows = tuple((*row, Cell(reason)) for row, reason in zip(table.rows, reasons, strict=True))
    return replace(table, columns=(*table.columns, TableColumn(texts.reason, weight=REASON_WIDTH)), rows=rows)


def _reasons(content: Content, column: Column, table: Table) -> Iterator[str]:
    """For each row of the table the reasons that somebody gave for its change from the year before."""
    explained = [
        (finding.place, finding.explained)
        for finding in content.findings
        if finding.explained and finding.explained.is_between_years and finding.place.table == table.id
    ]
    group = ""
    for position, row in enumerate(table.rows):
        group = row[0].name if row[0].heads_rows else group
        name = ("", "") if position == table.total else (group, row[0].name)
        reasons = (
            answer.reason
            for place, answer in explained
            if (place.group, place.row) == name and place.column in ("", column.label)
        )
        yield "" if row[0].heads_rows else "、".join(dict.fromkeys(reasons))


def _figures(content: Content, texts: ApprovalTexts) -> Iterator[Block]:
    rows = []
    for key, share in content.collection.figures.items():
        before = content.comparison.share(key, share) if content.comparison else None
        change = None if before is None or share.value is None else share.value - before
        difference = UNKNOWN if change is None else f"{MINUS if change < 0 else ''}{abs(change)}"
        now = NOTHING_TO_COUNT if share.denominator == 0 else number(share.value)
        rows.append((f"{key}（{share.definition.unit}）", now, number(before), difference))
    columns = [TableColumn(texts.name, weight=5), *(TableColumn(each, numeric=True, weight=2) for each in texts.shares)]
    yield Heading(2, texts.figures)
    yield _table("", columns, rows, texts)


def _findings(content: Content, texts: ApprovalTexts) -> Iterator[Block]:
    notices = content.collection.edition.catalogue.notices(content.findings)
    columns = [
        TableColumn(texts.code, weight=4),
        TableColumn(texts.place, weight=7),
        TableColumn(texts.what, weight=12),
    ]
    alike: dict[tuple[str, str], list[str]] = {}
    for notice in notices:
        if notice.is_open and notice.severity != "notice":
            about = f"{notice.code} {notice.severity_name}", notice.message
            alike.setdefault(about, []).append(str(notice.place))
    rows = [(code, _places(places, texts), message) for (code, message), places in alike.items()]
    yield Heading(2, texts.open)
    yield _table("", columns, rows, texts)
    answered = [
        (notice.code, str(notice.place), notice.message, _answer(notice.finding.explained))
        for notice in notices
        if notice.finding.explained
    ]
    yield Heading(2, texts.explained)
    yield _table("", [*columns, TableColumn(texts.reason, weight=8)], answered, texts)


def _places(places: Sequence[str], texts: ApprovalTexts) -> str:
    """The first of the places where the same was found, and how many others there are."""
    others = len(places) - 1
    return places[0] + (fill(texts.others, {"数": number(others)}) if others else "")


def _answer(explanation: Explanation | None) -> str:
    return f"{shown_fact(explanation.difference, signed=True)}: {explanation.reason}" if explanation else ""


def _handed_in(content: Content, texts: ApprovalTexts) -> Iterator[Block]:
    """Who handed in, and when, as the cover says; who is missing; who confirmed its cases in the ledger."""
    collection = content.collection
    yield Heading(2, texts.handed_in)
    if collection.absent.not_asked:
        yield Paragraph(fill(texts.missing, {"課": "、".join(collection.absent.not_asked)}))
    yield _workbooks("", collection.submissions, texts)
    if collection.ledger:
        signed = [one.submission for one in collection.confirmations if one.is_signed]
        yield _workbooks(texts.confirmed, signed, texts)


def _workbooks(title: str, submissions: Sequence[Submission], texts: ApprovalTexts) -> Block:
    """A table of workbooks: of whom, who filled it in, and when."""
    rows = [(s.owner, number(s.number), s.person, s.day, name_of(s.workbook.path)) for s in submissions]
    widths = (6, 2, 4, 5, 8)
    columns = [TableColumn(name, weight=width) for name, width in zip(texts.submission, widths, strict=True)]
    return _table(title, columns, rows, texts)


def _by_hand(content: Content, texts: ApprovalTexts, changed: ChangedByHand) -> Iterator[Block]:
    """The numbers that the coordinator adjusted, the workbooks handed in again, and the documents edited in Word."""
    adjustments = [
        (
            a.name,
            shown_fact(a.difference, signed=True),
            a.reason,
            "" if a.applied else texts.unused,
        )
        for a in content.collection.totals.adjustments
    ]
    widths = (8, 2, 8, 3)
    columns = [TableColumn(name, weight=width) for name, width in zip(texts.adjustment, widths, strict=True)]
    again = [
        (
            one.submission.owner,
            f"{one.before.number} → {one.submission.number}",
            number(len(one.cells) + len(one.lines)),
        )
        for one in changed.again
    ]
    yield Heading(2, texts.by_hand)
    yield _table(texts.adjustments, columns, adjustments, texts)
    yield _table(texts.again, [TableColumn(name, weight=3) for name in texts.changed], again, texts)
    yield Paragraph(fill(texts.edited, {"文書": "、".join(changed.edited)}) if changed.edited else texts.unedited)


def _table(title: str, columns: Sequence[TableColumn], rows: Sequence[Sequence[str]], texts: ApprovalTexts) -> Block:
    """A table of texts, with a caption where no heading says the same; without rows the sentence that there is none."""
    if not rows:
        return Paragraph(f"{title}: {texts.none}" if title else texts.none)
    return Table(title, 0, title, tuple(columns), tuple(tuple(map(Cell, row)) for row in rows))
