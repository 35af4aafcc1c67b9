"""The Markdown files for the staff beside a report: audit.md and open-items.md.

audit.md: every printed number with the 課 and the cells it came from, adjustments, explained differences.
open-items.md: the matters still to be settled (不適, 改善予定 …), by 課, for who oversees the measures. Which entries
of which lists are such matters is `open_when` in tables.toml; what single entries of lists and registers owe besides
is said by `expected` and `due_when` of their fields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from nerima_report.edition.catalogue import Notice
from nerima_report.edition.definition import ROUNDING_NAMES
from nerima_report.edition.entries import EntryTable
from nerima_report.edition.municipality import Words
from nerima_report.edition.registers import NUMBER
from nerima_report.edition.tables import Column, CountTable, RateColumn
from nerima_report.fiscal_year import Month, full_date, full_name
from nerima_report.places import CellKey
from nerima_report.records.series import STATUSES
from nerima_report.report.blocks import Report
from nerima_report.report.content import Content
from nerima_report.report.must_publish import published_items
from nerima_report.report.tables import in_printed_order, share_text
from nerima_report.report.wording import COMPUTED, number, so_far, total_so_far
from nerima_report.report.years_tables import TableOfYears, YearsLine, tables_of_years
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.counting import amount, counted_entries, divided_by, open_entries, source_of
from nerima_report.tallies.done import list_done
from nerima_report.tallies.duties import Duty, duties
from nerima_report.tallies.figures import row_share
from nerima_report.tallies.model import Entry, FilledCell
from nerima_report.tallies.submission import LEDGER_FORM, Submission
from nerima_report.tallies.totals import Totals
from nerima_report.text import name_of

if TYPE_CHECKING:
    import pandas as pd

STATUS_NAMES = {"blank": "空欄", "not applicable": "該当なし", "unreadable": "読めない"}
OPEN_ITEMS = "open-items.md"
NO_ROWS = "なし"


def make_audit(content: Content, report: Report) -> str:
    """The audit list of a built year, in Markdown, for the staff who check the report."""
    draft = "（案）" if report.draft else ""
    section = content.collection.edition.words.section
    lines = [
        f"# {full_name(content.collection.fiscal_year)} 監査用の一覧{draft}",
        "",
        f"印刷した数と本文の数のすべてについて、どの{section}のどのセルから来たかを示す。公表する文書ではない。",
        f"かっこの中は、その{section}のファイルの、表と同じ名前のシートのセル。",
        "",
        *_inputs(content.collection),
        *_without_requests(content),
        *_missing(content),
        *_figures(content),
        *_tables(content, report),
        *_computations(report),
        *_years(content, report),
        *_entries(content, report),
        *_must_publish(content, report),
        *_breaks(content),
        *_adjustments(content),
        *_findings(content),
    ]
    return "\n".join(lines) + "\n"


def _inputs(collection: Collection) -> Iterator[str]:
    words = collection.edition.words
    rows = [
        (s.section, words.whole if s.ward else words.section, str(s.number), name_of(s.workbook.path))
        for s in collection.submissions
    ]
    for book in collection.ledger.books.values() if collection.ledger else ():
        rows += [(s.section, LEDGER_FORM, "", name_of(s.workbook.path)) for s in book.submissions]
    yield from ("## 使ったファイル", "")
    yield from markdown_table((words.section, "様式", "提出回", "ファイル"), rows)


def _without_requests(content: Content) -> Iterator[str]:
    """Who answered for a part that there were no requests, and when; nothing where nobody did."""
    rows = [
        (s.section, part, s.person or "担当者の記入なし", s.day or "記入日の記入なし")
        for s in content.collection.submissions
        for part in s.no_requests
    ]
    if rows:
        section = content.collection.edition.words.section
        yield from (f"## 請求なし（すべて0）と答えた{section}", "")
        yield from markdown_table((section, "部", "担当者", "記入日"), rows)


def _missing(content: Content) -> Iterator[str]:
    """Whose part is missing in which numbers of a draft; nothing where all is there."""
    collection = content.collection
    if not collection.totals.are_provisional:
        return
    yield from ("## そろっていない数（※）", "")
    cells: dict[tuple[str, tuple[str, ...]], int] = Counter(
        (key.table, number.missing) for key, number in collection.totals.provisional.items()
    )
    rows = [(table_id, f"{number(count)}か所", "、".join(missing)) for (table_id, missing), count in cells.items()]
    rows += [(table_id, "一覧", "、".join(missing)) for table_id, missing in collection.totals.incomplete_lists.items()]
    yield from markdown_table(("表", "数", f"分が入っていない{collection.edition.words.section}"), rows)


def _figures(content: Content) -> Iterator[str]:
    yield from ("## 割合", "")
    rows = []
    for key, share in content.collection.figures.items():
        definition = share.definition
        unknown = "－" if share.denominator == 0 else "…"
        value = unknown if share.value is None else f"{share.value}{definition.unit}"
        if share.value != share.rounded:
            rounded = f"{ROUNDING_NAMES[definition.rounding]}では{share.rounded}{definition.unit}"
            value += f"（{rounded}だが、端数があるので一つ手前の値を印刷する）"
        excluded = "、".join(definition.excluded) or "なし"
        computed = f"{number(share.numerator)} ÷ {number(share.denominator)}"
        rows.append((key, value, computed, "、".join(share.rows), excluded, definition.basis))
    yield from markdown_table(("名前", "値", "計算", "分子の行", "分母から除いた行", "よりどころ"), rows)


def _tables(content: Content, report: Report) -> Iterator[str]:
    captions = {table.id: table.caption for table in report.tables}
    told = _contributions(content.collection.tallies.cells, content.collection.edition.words)
    for table_id, table in content.collection.edition.count_tables.items():
        yield from (f"## {table_id} {captions.get(table_id, '（表としては印刷しない数）')}", "")
        for column in table.columns:
            if len(table.columns) > 1:
                yield from (f"### {column.heading}", "")
            yield from _column(content, told, table_id, table, column)
        for rate in table.rates:
            yield from _rates(content.collection.totals, table_id, table, rate)


def _computations(report: Report) -> Iterator[str]:
    """The numbers that sentences compute from others, and how."""
    rows = [
        (said.name.removeprefix(COMPUTED), said.shown)
        for said in dict.fromkeys(report.said)
        if said.name.startswith(COMPUTED)
    ]
    if rows:
        yield from ("## 文の中で計算した数", "", *markdown_table(("計算", "印刷した数"), rows))


def _rates(totals: Totals, table_id: str, table: CountTable, rate: RateColumn) -> Iterator[str]:
    """A line for each row with the share that is printed in a column of shares, and how it was computed."""
    rounding = ROUNDING_NAMES[rate.rounding] + ("。端数があれば100%と0%にしない" if rate.never_whole else "")
    yield from (f"### {rate.label}({rate.unit})", "", f"{rate.rule}（{rounding}）。よりどころ: {rate.basis}", "")
    shares = {" ".join(filter(None, row.line)): row_share(table_id, table, rate, totals, row) for row in table.rows}
    if table.total:
        shares[table.total] = row_share(table_id, table, rate, totals)
    rows = [
        (row, f"{number(share.numerator)} ÷ {number(share.denominator)}", share_text(share))
        for row, share in shares.items()
    ]
    yield from markdown_table(("行", "計算", "印刷した値"), rows)


def _years(content: Content, report: Report) -> Iterator[str]:
    """For each table of several years the record of each year, and the numbers from it."""
    captions = {table.id: table.caption for table in report.tables}
    for table in tables_of_years(content):
        yield from (f"## {table.id} {captions.get(table.id, '（印刷していない表）')}", "")
        yield from ("年度ごとの数と、その年度の記録。かっこの中は、記録のファイルのSHA-256。", "")
        headings = ["年度", *(f"{line.name}({line.unit})" for line in table.lines), "もと"]
        rows = [
            [full_name(year), *(_number_of_year(table, line, year) for line in table.lines), _record_of(table, year)]
            for year in table.years
        ]
        yield from markdown_table(headings, rows)


def _number_of_year(table: TableOfYears, line: YearsLine, year: int) -> str:
    """A number as it is known, with the reasons why it does not compare."""
    shown = table.number(line, year)
    text = STATUSES[shown.point.status] if shown.point.value is None else f"{shown.point.value:,}"
    reasons = "".join(filter(None, (*shown.broken, shown.defined)))
    return f"{text}（{reasons}）" if reasons else text


def _record_of(table: TableOfYears, year: int) -> str:
    if year == table.earlier.fiscal_year:
        return "この年度の集計"
    known = table.earlier.years.get(year)
    return f"{PurePosixPath(known.places.file).name}（{table.earlier.digests.get(year, '')}）" if known else "記録なし"


def _contributions(cells: Iterable[FilledCell], words: Words) -> pd.DataFrame:
    """What each 課 said of each cell: a row for each 課, in the order of the roster, and a column for each cell."""
    import pandas as pd  # here, because no other output needs it

    rows = [(_author(cell, words), *cell.key, _contribution(cell)) for cell in cells]
    frame = pd.DataFrame(rows, columns=["author", *CellKey._fields, "told"], dtype=object)
    return frame.pivot_table("told", "author", list(CellKey._fields), aggfunc="last", sort=False)


def _column(content: Content, told: pd.DataFrame, table_id: str, table: CountTable, column: Column) -> Iterator[str]:
    """A line for each 課 with its numbers and cells, then what was adjusted, and what was printed."""
    keys = table.keys(table_id, column.label)
    own = told.reindex(columns=keys).astype(object).dropna(how="all").fillna("")
    rows = [[*map(str, row)] for row in own.itertuples(name=None)]
    words = content.collection.edition.words
    section = words.section
    from_ledger = content.collection.edition.is_counted_by_ledger(table_id)
    if from_ledger:
        yield from ("請求台帳から数える。どの請求かは、台帳の横の一覧（受付番号）にある。", "")
        rows = _counted_rows(content, table_id, table, column)
    elif table.done_of:
        yield from (
            f"名簿の{section}、学校、幼稚園のうち、一覧の表「{list_done(table_id, table)}」を求めた所と行った所。",
            "",
        )
    elif table.divides:
        line = section if table.by == "課" else table.by
        yield from (f"表「{divided_by(table_id, table)}」の{section}ごとの数を、名簿の{line}ごとに足した数。", "")
    elif table.counted_from:
        yield from (f"一覧の表「{source_of(table_id, table)}」から数える。かっこの中は、その一覧の行。", "")
        rows = _counted_rows(content, table_id, table, column)
    if from_ledger and column.different:
        yield from (
            f"人数は、異なる「{column.different}」の数。二つ以上の{section}に請求した人は、どの{section}にも数える。",
            "",
        )
    elif table.reported_by == "section" and not column.additive:
        yield from (
            f"人数は{section}の数を足さず、{words.whole_form}（名寄せした数）を印刷する。{section}の数は参考。",
            "",
        )
    if column.sum_of:
        yield from (f"「{'」「'.join(column.sum_of)}」の和。", "")
    for adjustment in content.collection.totals.adjustments:
        if adjustment.applied and not set(adjustment.keys).isdisjoint(keys):
            rows.append(["調整", *(f"{adjustment.difference:+,}" if key in adjustment.keys else "" for key in keys)])
    printed = [so_far(content.collection.totals, [key]) for key in keys]
    total = [total_so_far(content.collection.totals, table_id, table, column.label)] if table.total else []
    headings = [section, *(f"{row.group} {row.label}".strip() for row in table.rows), *([table.total] if total else [])]
    yield from markdown_table(
        headings, [*([*row, *([""] if total else [])] for row in rows), ["印刷した数", *printed, *total]]
    )


def _counted_rows(content: Content, table_id: str, table: CountTable, column: Column) -> list[list[str]]:
    """A line for each 課 with what its entries add to each cell, and the rows of those entries.

    Those of the case ledger are not named here: they lie beside it.
    """
    keys = table.keys(table_id, column.label)
    names_rows = not content.collection.edition.is_counted_by_ledger(table_id)
    behind = counted_entries(table_id, table, content.collection.tallies.entries[source_of(table_id, table)])
    sections = content.collection.in_order(entry.section for key in keys for entry in behind.get(key, ()))

    def told(section: str, key: CellKey) -> str:
        own = [entry for entry in behind.get(key, ()) if entry.section == section]
        rows = f"（{'、'.join(str(entry.row) for entry in own)}行）" if names_rows else ""
        return f"{amount(column, own):,}{rows}" if own else ""

    return [[section, *(told(section, key) for key in keys)] for section in sections]


def _author(cell: FilledCell, words: Words) -> str:
    return f"{cell.place.section}（{words.whole_form}）" if cell.ward else cell.place.section


def _contribution(cell: FilledCell) -> str:
    """What a 課 said and in which cell: 16（B5）."""
    said = f"{cell.value:,}" if cell.reading.status == "reported" else STATUS_NAMES[cell.reading.status]
    if cell.counted_on:
        return f"{said}（{cell.counted_on}）"
    return f"{said}（{cell.place.cell}）" if cell.place.cell else said


def _entries(content: Content, report: Report) -> Iterator[str]:
    captions = {table.id: table.caption for table in report.tables}
    for table_id, table in content.collection.edition.entry_tables.items():
        yield from (f"## {table_id} {captions.get(table_id, '')}".rstrip(), "")
        label = table.fields[0].label
        rows = [
            (str(n), str(entry[label]), entry.section, f"{PurePosixPath(entry.file).name} {entry.sheet} {entry.row}行")
            for n, entry in enumerate(in_printed_order(table, content.collection.tallies.entries[table_id]), start=1)
        ]  # fmt: skip
        yield from markdown_table(("順", label, content.collection.edition.words.section, "もとの行"), rows)


def _must_publish(content: Content, report: Report) -> Iterator[str]:
    """Each item that must be published, and where the report says it; nothing where the parts name none."""
    rows = [
        (item.definition.item, item.definition.basis, answer.what, answer.place or "載っていない")
        for item in published_items(content, report)
        for answer in item.answers
    ]
    if rows:
        yield from ("## 公表しなければならない事項", "")
        yield from markdown_table(("事項", "よりどころ", "答えるもの", "報告の中の場所"), rows)


def _breaks(content: Content) -> Iterator[str]:
    """Where the tables of the year cannot be compared with those before; nothing where the parts declare none."""
    rows = [
        (
            full_name(found.year),
            f"{part.table_id(found.table)} {found.cells}".rstrip(),
            found.before,
            found.what,
            found.reason,
        )
        for part in content.collection.edition.parts
        for found in part.definition.breaks
        if found.year <= content.collection.fiscal_year
    ]
    if rows:
        yield from ("## 系列の切れ目", "", "この年度から前の年度の数と、そのまま比べてはいけない表。", "")
        yield from markdown_table(("年度", "表", "それまで", "変わったこと", "理由"), rows)


def _adjustments(content: Content) -> Iterator[str]:
    yield from ("## 調整", "")
    rows = [
        (
            a.name,
            f"{a.difference:+,}",
            a.reason,
            "" if a.applied else "使っていない",
        )
        for a in content.collection.totals.adjustments
    ]
    yield from markdown_table(("セル", "増減", "理由", "備考"), rows)


def _findings(content: Content) -> Iterator[str]:
    notices = [content.collection.edition.catalogue.notice(finding) for finding in content.listed_findings]
    yield from ("## 説明のある差", "")
    explained = [(*_row(notice), notice.explanation) for notice in notices if not notice.is_open]
    yield from markdown_table(("コード", "重さ", "場所", "内容", "理由"), explained)
    yield from ("## そのほかの確認結果", "")
    yield from markdown_table(("コード", "重さ", "場所", "内容"), [_row(n) for n in notices if n.is_open])


def _row(notice: Notice) -> tuple[str, ...]:
    return notice.code, notice.severity_name, str(notice.place), notice.message


def make_open_items(content: Content, *, draft: bool = False) -> str:
    """The list, in Markdown; '' where no table of the year has such matters."""
    edition = content.collection.edition
    tables = edition.entry_tables | edition.register_tables
    sections = [line for table_id, table in tables.items() for line in _section(content, table_id, table)]
    if not sections:
        return ""
    title = f"# {full_name(content.collection.fiscal_year)} 未了の事項{'（案）' if draft else ''}"
    return "\n".join([title, "", "公表する文書ではない。", "", *sections]) + "\n"


def _section(content: Content, table_id: str, table: EntryTable) -> Iterator[str]:
    """The matters of a list or a register; nothing where no entry can be one, and none owes anything."""
    owed = list(_owed(content, table_id, table))
    section = content.collection.edition.words.section
    asked = bool(table.open_when) and table.is_asked(content.collection.fiscal_year)
    if not (asked or owed):
        return
    yield from (f"## {table.readable_title}", "", table.open_note, "")
    if asked:
        yield from _open_entries(content, table_id, table)
    if owed:
        yield from (
            f"済んでいないことのあるものは{number(len(owed))}件（{number(len({o[0] for o in owed}))}{section}）。",
            "",
        )
        yield from markdown_table((section, "名称", "済んでいないこと", "もとの行"), owed)


def _open_entries(content: Content, table_id: str, table: EntryTable) -> Iterator[str]:
    entries, submissions = content.collection.tallies.entries[table_id], content.collection.submissions
    section = content.collection.edition.words.section
    places = {submission.section: place for place, submission in enumerate(submissions)}
    open_ones = sorted(open_entries(table, entries), key=lambda entry: places.get(entry.section, len(places)))
    yield from (
        f"未了の事項は{number(len(open_ones))}件（{number(len({e.section for e in open_ones}))}{section}）。",
        "",
    )
    headings = [section, *(field.label for field in table.fields), "もとの行"]
    yield from markdown_table(headings, [_line(table, entry) for entry in open_ones])
    silent = _silent(table_id, submissions, {entry.section for entry in in_printed_order(table, entries)})
    if silent and table.reported_by == "section":
        yield from (f"答えのない{section}（{number(len(silent))}{section}）: {'、'.join(silent)}", "")


def _owed(content: Content, table_id: str, table: EntryTable) -> Iterator[tuple[str, str, str, str]]:
    """For each entry on the sheet of a list or a register that owes something: 課, name, what, and its row."""
    register = content.collection.edition.registers.get(table_id)
    for entry in content.collection.tallies.entries[table_id]:
        elsewhere = entry.located is not None and entry.located.table_id != table_id  # a case of a register
        owed = [] if elsewhere else list(duties(table, entry, content.collection.fiscal_year))
        if owed:
            names = (entry[NUMBER], entry[register.name]) if register else (entry[table.fields[0].label],)
            name = " ".join(_shown(name) for name in names if name is not None)
            yield entry.section, name, _told(owed, entry), f"{entry.sheet} {entry.row}行"


def _told(owed: Sequence[Duty], entry: Entry) -> str:
    """What an entry owes: 再委託の条件: 明記していない。委託先の確認の日: まだ。答えのない項目: 複製等の制限。"""
    told = [f"{duty.field.label}: {entry[duty.field.label]}。" for duty in owed if duty.kind == "unmet"]
    told += [f"{duty.field.label}: まだ。" for duty in owed if duty.kind == "due"]
    unanswered = "、".join(duty.field.label for duty in owed if duty.kind == "unanswered")
    return "".join([*told, f"答えのない項目: {unanswered}。" if unanswered else ""])


def _line(table: EntryTable, entry: Entry) -> list[str]:
    told = (_shown(entry[field.label]) for field in table.fields)
    return [entry.section, *told, f"{entry.sheet} {entry.row}行"]


def _silent(table_id: str, submissions: Sequence[Submission], answered: set[str]) -> list[str]:
    """The 課 that handed in no answer at all, and whether their cover says that it does not apply."""
    silent = [s for s in submissions if not s.ward and s.section not in answered]
    return [s.section + ("（該当なし）" if s.says_not_applicable(table_id) else "") for s in silent]


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case Month():
            return value.full
        case date():
            return full_date(value)
        case int():
            return number(value)
        case _:
            return str(value)


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table and an empty line; なし without rows. No cell can break out of its column."""
    if not rows:
        yield from (NO_ROWS, "")
        return
    for cells in (headings, ["---"] * len(headings), *rows):
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
    yield ""
