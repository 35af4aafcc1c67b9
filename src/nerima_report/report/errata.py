"""A record that was revised after its publication → 正誤表: what was printed, what is right, why, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from nerima_report.edition import Edition
from nerima_report.fiscal_year import full_date
from nerima_report.records.model import Record, RecordedChange
from nerima_report.report.blocks import Bullets, Cell, Heading, Paragraph, Report, Table, TableColumn
from nerima_report.report.wording import number

_COLUMNS = (
    TableColumn("箇所", weight=8),
    TableColumn("誤", numeric=True, weight=3),
    TableColumn("正", numeric=True, weight=3),
    TableColumn("訂正の理由", weight=6),
    TableColumn("訂正の日", weight=5),
)
_NO_NUMBER = "数の訂正はない（文または一覧の訂正）"
_NOTHING = "（なし）"


def compose_errata(record: Record, edition: Edition) -> Report:
    """All corrections of a published year, the earliest first. `edition` is narrowed to the year."""
    year = record.fiscal_year
    coordinator = edition.municipality.coordinator(year)
    author = f"{edition.municipality.name}{coordinator.department}{coordinator.section}"
    rows = tuple(_rows(record, edition))
    return Report(
        fiscal_year=year,
        title=f"{record.name} 運用状況の報告 正誤表",
        author=author,
        published=date.fromisoformat(record.revisions[-1].date),
        cover=(Heading(1, record.name), Bullets(("運用状況の報告 正誤表",)), Paragraph(author)),
        blocks=(Heading(1, "正誤表"), Table("正誤表", 0, "正誤表", _COLUMNS, rows)),
    )


def _rows(record: Record, edition: Edition) -> Iterator[tuple[Cell, ...]]:
    names = _names(record, edition)
    for revision in record.revisions:
        why = (Cell(revision.reason), Cell(full_date(date.fromisoformat(revision.date))))
        for change in revision.changes:
            yield (Cell(names.get(change.about, change.about)), *_numbers(change), *why)
        if not revision.changes:
            yield (Cell(_NO_NUMBER), Cell(""), Cell(""), *why)


def _names(record: Record, edition: Edition) -> dict[str, str]:
    """How the report calls each number: 公文書の公開状況 表5 公開請求処理状況 全部公開 件数（件）."""
    parts = {part.key: part.definition.title for part in edition.parts}
    tables = {key: table.title for key, table in edition.tables.items()}
    tables |= {table.table: f"表{table.number} {table.title}" for table in record.tables}

    def printed(key: str, name: str) -> str:
        part = key.partition(".")[0]
        return f"{parts.get(part, part)} {name}"

    cells = {
        " ".join(filter(None, cell.key)): " ".join(
            filter(None, (printed(cell.table, tables.get(cell.table, cell.table)), cell.group, cell.row, cell.column))
        )
        + f"（{cell.unit}）"
        for cell in record.cells
    }
    figures = {f.figure: printed(f.figure, f"{f.figure.partition('.')[2]}（{f.unit}）") for f in record.figures}
    return cells | figures


def _numbers(change: RecordedChange) -> tuple[Cell, Cell]:
    before, after = (
        _NOTHING if value is None else number(value) if isinstance(value, int) else value
        for value in (change.before, change.after)
    )
    return Cell(before), Cell(after)
