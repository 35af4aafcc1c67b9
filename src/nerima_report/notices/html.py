"""Findings as one self-contained page for a browser: the matrix 課 × 表, then each finding with its cell in place.

This module decides what the page shows and in which order; findings.html.j2 decides how it looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nerima_report import __version__
from nerima_report.edition.catalogue import Notice
from nerima_report.examination import Examination
from nerima_report.findings import Severity
from nerima_report.fiscal_year import full_name
from nerima_report.notices import Outcome
from nerima_report.notices.excerpt import Excerpt, Excerpts
from nerima_report.notices.grouping import WorkbookNotices, by_workbook, same_fault
from nerima_report.notices.matrix import Matrix, MatrixCell, files_outside, make_matrices, worst
from nerima_report.text import harmless

TEMPLATE = "findings.html.j2"
# This many findings of one kind are shown one by one for each sheet; the others follow in a table.
MOST_ALIKE = 5
SIGNS: dict[Severity, str] = {"error": "✕", "warning": "▲", "notice": "◇"}
STATUSES = {
    "fine": ("✓", "合格"),
    "warning": ("▲", "警告"),
    "error": ("✕", "エラー"),
    "missing": ("□", "未提出"),
    "not-applicable": ("／", "該当なし"),
    "not-asked": ("", "対象外"),
}


def render_html(examination: Examination, outcome: Outcome) -> str:
    """The page. Everything from a workbook, also its name, is escaped; the page loads no other file."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: harmless(value) if type(value) is str else value,
    )
    page = make_page(examination, outcome.closing)
    return environment.get_template(TEMPLATE).render(
        page=page, statuses=STATUSES, signs=SIGNS, program=f"nerima-report {__version__}"
    )


@dataclass(frozen=True)
class NoticeView:
    """A notice; `id` is the target of links, `facts` are values with their labels, such as あるべき値."""

    id: str
    notice: Notice
    facts: tuple[tuple[str, str], ...]
    excerpt: Excerpt | None


@dataclass(frozen=True)
class SheetView:
    """The notices on a sheet: those shown one by one, and further ones of the same kind (`more`)."""

    title: str
    notices: tuple[NoticeView, ...]
    more: tuple[tuple[NoticeView, ...], ...]


@dataclass(frozen=True)
class WorkbookView:
    """The notices on a workbook, sheet by sheet."""

    title: str
    sheets: tuple[SheetView, ...]


@dataclass(frozen=True)
class CellView:
    """A cell of the matrix: its status, how many notices concern it, and a link to the first of them."""

    status: str
    sign: str
    word: str
    count: int
    link: str


@dataclass(frozen=True)
class MatrixView:
    """The matrix of a year; `parts` are the parts with the number of their columns, `columns` the tables."""

    title: str
    parts: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[CellView, ...]], ...]


@dataclass(frozen=True)
class FindingsPage:
    """The whole page. `outside` are the files that are in no matrix; records have no matrix."""

    title: str
    closing: str
    matrices: tuple[MatrixView, ...]
    outside: tuple[tuple[str, CellView], ...]
    workbooks: tuple[WorkbookView, ...]

    @property
    def overview(self) -> str:
        """The heading of the list at the top."""
        return "課と表の一覧" if self.matrices else "ファイルの一覧"


def make_page(examination: Examination, closing: str) -> FindingsPage:
    """Lay out the notices of an examination."""
    views = _Views(examination)
    workbooks = tuple(map(views.workbook, by_workbook(examination.notices)))
    years = "・".join(full_name(year) for year in examination.inbox.fiscal_years)
    others = dict.fromkeys(examination.records, ()) | files_outside(examination)
    return FindingsPage(
        title="記録の確認結果" if examination.records else f"集計の確認結果 {years}".strip(),
        closing=closing,
        matrices=tuple(views.matrix(matrix) for matrix in make_matrices(examination) if matrix.rows),
        outside=tuple((file, views.cell(MatrixCell(worst(notices), notices))) for file, notices in others.items()),
        workbooks=workbooks,
    )


class _Views:
    """Makes the views. The notices come first, because the cells of the matrix link to them."""

    def __init__(self, examination: Examination) -> None:
        self._excerpts = Excerpts(examination)
        self._ids: dict[int, str] = {}

    def workbook(self, workbook: WorkbookNotices) -> WorkbookView:
        sheets = []
        for sheet in workbook.sheets:
            kinds = same_fault(sheet.notices)
            first = [self.notice(notice) for kind in kinds for notice in kind[:MOST_ALIKE]]
            more = (tuple(self.notice(notice, alone=False) for notice in kind[MOST_ALIKE:]) for kind in kinds)
            sheets.append(SheetView(sheet.sheet, tuple(first), tuple(filter(None, more))))
        return WorkbookView(workbook.title, tuple(sheets))

    def notice(self, notice: Notice, *, alone: bool = True) -> NoticeView:
        self._ids[id(notice)] = f"n{len(self._ids) + 1}"
        excerpt = self._excerpts.around(notice) if alone else None
        return NoticeView(self._ids[id(notice)], notice, tuple(_facts(notice)), excerpt)

    def matrix(self, matrix: Matrix) -> MatrixView:
        columns = tuple(column.rpartition(".")[2] for column in matrix.columns[1:])
        rows = tuple((row.name, tuple(map(self.cell, row.cells))) for row in matrix.rows)
        return MatrixView(matrix.title, matrix.parts, columns, rows)

    def cell(self, cell: MatrixCell) -> CellView:
        sign, word = STATUSES[cell.status]
        link = self._ids[id(cell.notices[0])] if cell.notices else ""
        return CellView(cell.status, sign, word, len(cell.notices), link)


def _facts(notice: Notice) -> Iterator[tuple[str, str]]:
    # In a comparison of years the other value is an earlier one, not the right one.
    expected = "比べた値" if notice.code.startswith("N7") else "あるべき値"
    finding = notice.finding
    if finding.expected is not None:
        yield expected, notice.expected
    if finding.found is not None:
        yield "今の値", notice.found
    if finding.difference is not None:
        yield "差", notice.difference
