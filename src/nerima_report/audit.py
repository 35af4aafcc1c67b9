"""audit.md: every printed number with the 課 and the cells it came from, adjustments, explained differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from nerima_report.composition import Content
from nerima_report.definitions import CellKey, CountTable
from nerima_report.findings import SEVERITY_NAMES, Finding
from nerima_report.fiscal_year import full_name
from nerima_report.report import Report
from nerima_report.submissions import Submission
from nerima_report.tallies import FilledCell
from nerima_report.wording import number


def make_audit(content: Content, report: Report, submissions: Iterable[Submission]) -> str:
    """The audit list of a built year, in Markdown, for the staff who check the report."""
    draft = "（案）" if report.draft else ""
    lines = [
        f"# {full_name(content.fiscal_year)} 監査用の一覧{draft}",
        "",
        "印刷した数と本文の数のすべてについて、どの課のどのセルから来たかを示す。公表する文書ではない。",
        "",
        *_inputs(submissions),
        *_figures(content),
        *_tables(content, report),
        *_entries(content),
        *_adjustments(content),
        *_findings(content),
    ]
    return "\n".join(lines) + "\n"


def _inputs(submissions: Iterable[Submission]) -> Iterator[str]:
    rows = [
        (s.section, "区全体" if s.ward else "課", str(s.number), s.workbook.path.name)
        for s in sorted(submissions, key=lambda s: (not s.ward, s.section))
    ]
    yield from ("## 使ったファイル", "")
    yield from _table(("課", "様式", "提出回", "ファイル"), rows)


def _figures(content: Content) -> Iterator[str]:
    yield from ("## 割合", "")
    rows = []
    for key, share in content.figures.items():
        definition = share.definition
        value = "－" if share.value is None else f"{share.value}{definition.unit}"
        excluded = "、".join(definition.excluded) or "なし"
        computed = f"{number(share.numerator)} ÷ {number(share.denominator)}"
        rows.append((key, value, computed, "、".join(share.rows), excluded, definition.basis))
    yield from _table(("名前", "値", "計算", "分子の行", "分母から除いた行", "よりどころ"), rows)


def _tables(content: Content, report: Report) -> Iterator[str]:
    captions = {table.id: table.caption for table in report.tables}
    by_cell: dict[CellKey, list[FilledCell]] = {}
    for cell in content.tallies.cells:
        by_cell.setdefault(cell.key, []).append(cell)
    adjusted: dict[CellKey, int] = {}
    for adjustment in content.totals.adjustments:
        if adjustment.applied:
            adjusted[adjustment.key] = adjusted.get(adjustment.key, 0) + adjustment.difference
    for table_id, table in content.edition.count_tables.items():
        yield from (f"## {table_id} {captions.get(table_id, '（本文の数）')}", "")
        rows = []
        for row in table.rows:
            for column in table.columns:
                key = CellKey(table_id, row.group, row.label, column.label)
                from_ward = table.reported_by == "coordinator" or not column.additive
                sources = list(_sources(by_cell.get(key, ()), from_ward))
                if key in adjusted:
                    sources.append(f"調整 {adjusted[key]:+,}")
                value = number(content.totals.values.get(key)) + column.unit
                rows.append((f"{row.group} {row.label}".strip(), column.label, value, "、".join(sources) or "なし"))
        yield from _table(("行", "列", "印刷した数", "もとのセル"), rows)
        yield from _total_lines(content, table_id, table)


def _sources(cells: Iterable[FilledCell], from_ward: bool) -> Iterator[str]:
    """The cells that a number was made of. Zeros of sections are left out: they would hide the others."""
    for cell in cells:
        if cell.ward == from_ward and cell.reading.status == "reported" and (cell.value or from_ward):
            place = cell.place
            yield f"{place.section} {cell.value:,}（{PurePosixPath(place.file).name} {place.sheet}!{place.cell}）"


def _total_lines(content: Content, table_id: str, table: CountTable) -> Iterator[str]:
    for column in table.columns if table.total else ():
        keys = [CellKey(table_id, row.group, row.label, column.label) for row in table.rows]
        yield f"{table.total}（{column.label}）: {number(content.totals.sum(keys))}{column.unit}"
        yield ""


def _entries(content: Content) -> Iterator[str]:
    for table_id, table in content.edition.entry_tables.items():
        yield from (f"## {table_id}", "")
        label = table.fields[0].label
        rows = []
        for n, entry in enumerate(content.tallies.entries[table_id].to_dict("records"), start=1):
            where = f"{PurePosixPath(str(entry['file'])).name} {entry['sheet']} {entry['row']}行"
            rows.append((str(n), str(entry["section"]), where, str(entry[label])))
        yield from _table(("", "課", "もとの行", label), rows)


def _adjustments(content: Content) -> Iterator[str]:
    yield from ("## 調整", "")
    rows = [
        (" ".join(text for text in a.key if text), f"{a.difference:+,}", a.reason, "" if a.applied else "使っていない")
        for a in content.totals.adjustments
    ]
    yield from _table(("セル", "増減", "理由", "備考"), rows)


def _findings(content: Content) -> Iterator[str]:
    catalogue = content.edition.catalogue

    def row(finding: Finding) -> tuple[str, ...]:
        name = SEVERITY_NAMES[catalogue.severity(finding)]
        return finding.code, name, str(finding.place), catalogue.message(finding)

    yield from ("## 説明のある差", "")
    explained = [(*row(f), f.explained.reason) for f in content.findings if f.explained]
    yield from _table(("コード", "重さ", "場所", "内容", "理由"), explained)
    yield from ("## そのほかの確認結果", "")
    others = [row(f) for f in content.findings if not f.explained]
    yield from _table(("コード", "重さ", "場所", "内容"), others)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        yield from ("なし", "")
        return
    for cells in (headings, ["---"] * len(headings), *rows):
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
    yield ""
