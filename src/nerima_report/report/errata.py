"""A record that was revised after its publication → 正誤表: what was printed, what is right, why, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from nerima_report.edition import Edition
from nerima_report.records.model import Record
from nerima_report.report.blocks import Bullets, Cell, Heading, Paragraph, Report, Table, TableColumn
from nerima_report.report.wording import number


def compose_errata(record: Record, edition: Edition) -> Report:
    """All corrections of a published year, the earliest first. `edition` is narrowed to the year."""
    year, texts = record.fiscal_year, edition.years.errata
    name = edition.printing.year(year)
    coordinator = edition.municipality.coordinator(year)
    author = f"{edition.municipality.name}{coordinator.department}{coordinator.section}"
    columns = (
        TableColumn(texts.place, weight=8),
        TableColumn(texts.wrong, numeric=True, weight=3),
        TableColumn(texts.right, numeric=True, weight=3),
        TableColumn(texts.reason, weight=6),
        TableColumn(texts.day, weight=5),
    )
    return Report(
        fiscal_year=year,
        title=f"{name} {texts.title}",
        author=author,
        published=date.fromisoformat(record.revisions[-1].date),
        cover=(Heading(1, name), Bullets((texts.title,)), Paragraph(author)),
        # Without a heading: contents of one line would take a page.
        blocks=(Table(texts.heading, 0, texts.heading, columns, tuple(_rows(record, edition))),),
    )


def _rows(record: Record, edition: Edition) -> Iterator[tuple[Cell, ...]]:
    names, texts = _names(record, edition), edition.years.errata
    for revision in record.revisions:
        why = (Cell(revision.reason), Cell(edition.printing.day(date.fromisoformat(revision.date))))
        for change in revision.changes:
            numbers = (Cell(_printed(value, texts.nothing)) for value in (change.before, change.after))
            yield (Cell(names.get(change.about, change.about)), *numbers, *why)
        if not revision.changes:
            yield (Cell(texts.no_number), Cell(""), Cell(""), *why)


def _names(record: Record, edition: Edition) -> dict[str, str]:
    """How the report calls each number: 公文書の公開状況 表5 公開請求処理状況 全部公開 件数（件）."""
    parts = {part.key: part.definition.title for part in edition.parts}
    tables = {key: table.title for key, table in edition.tables.items()}
    tables |= {t.table: edition.caption(t.table, t.number, t.title) for t in record.tables if t.table in tables}

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
    totals = {
        f"{total.table} {total.column}": printed(total.table, tables.get(total.table, total.table))
        + f" 合計 {total.column}（{total.unit}）"
        for total in record.printed_totals
    }
    figures = {f.figure: printed(f.figure, f"{f.figure.partition('.')[2]}（{f.unit}）") for f in record.figures}
    return cells | totals | figures


def _printed(value: int | str | None, nothing: str) -> str:
    return nothing if value is None else number(value) if isinstance(value, int) else value
