"""Findings as one self-contained page for a browser: the matrix 課 × 表, then each finding with its cell in place.

This module decides what the page shows and in which order; findings.html.j2 decides how it looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nerima_report import __version__
from nerima_report.edition.catalogue import Notice
from nerima_report.examination import Examination
from nerima_report.findings import Severity
from nerima_report.fiscal_year import full_name
from nerima_report.notices import Outcome
from nerima_report.notices.excerpt import Excerpts
from nerima_report.notices.grouping import SheetNotices, by_workbook, is_comparison, same_fault
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
    return environment.get_template(TEMPLATE).render(
        page=make_page(examination, outcome.closing),
        statuses=STATUSES,
        signs=SIGNS,
        facts_of=_facts,
        excerpt_of=Excerpts(examination).around,
        program=f"nerima-report {__version__}",
    )


@dataclass(frozen=True)
class SheetView:
    """The notices on a sheet: those shown one by one, and further ones of the same kind (`more`)."""

    title: str
    notices: tuple[Notice, ...]
    more: tuple[tuple[Notice, ...], ...]


@dataclass(frozen=True)
class FindingsPage:
    """The whole page. `outside` are the files that are in no matrix; records have no matrix.

    `workbooks` are their titles with their sheets.
    """

    title: str
    closing: str
    matrices: tuple[Matrix, ...]
    outside: Mapping[str, MatrixCell]
    workbooks: tuple[tuple[str, tuple[SheetView, ...]], ...]

    @property
    def overview(self) -> str:
        """The heading of the list at the top."""
        return "課と表の一覧" if self.matrices else "ファイルの一覧"

    @cached_property
    def _ids(self) -> dict[int, str]:
        sheets = (sheet for _, sheets in self.workbooks for sheet in sheets)
        notices = (notice for sheet in sheets for kind in (sheet.notices, *sheet.more) for notice in kind)
        checks = (check for notice in notices for check in notice.evidence or (notice,))
        return {id(check): f"n{number}" for number, check in enumerate(checks, start=1)}

    def id_of(self, notice: Notice) -> str:
        """The id of a notice on the page, to which links lead."""
        return self._ids[id(notice.evidence[0] if notice.evidence else notice)]


def make_page(examination: Examination, closing: str) -> FindingsPage:
    """Lay out the notices of an examination."""
    years = "・".join(full_name(year) for year in examination.inbox.fiscal_years)
    others = dict.fromkeys(examination.records, ()) | files_outside(examination)
    workbooks = by_workbook(examination.notices)
    return FindingsPage(
        title="記録の確認結果" if examination.records else f"集計の確認結果 {years}".strip(),
        closing=closing,
        matrices=tuple(matrix for matrix in make_matrices(examination) if matrix.rows),
        outside={file: MatrixCell(worst(notices), notices) for file, notices in others.items()},
        workbooks=tuple((workbook.title, tuple(map(_sheet, workbook.sheets))) for workbook in workbooks),
    )


def _sheet(sheet: SheetNotices) -> SheetView:
    kinds = same_fault(sheet.notices)
    shown = tuple(notice for kind in kinds for notice in kind[:MOST_ALIKE])
    return SheetView(sheet.sheet, shown, tuple(kind[MOST_ALIKE:] for kind in kinds if len(kind) > MOST_ALIKE))


def _facts(notice: Notice) -> Iterator[tuple[str, str]]:
    expected = "比べた値" if is_comparison(notice) else "あるべき値"
    finding = notice.finding
    if finding.expected is not None:
        yield expected, notice.expected
    if finding.found is not None:
        yield "今の値", notice.found
    if finding.difference is not None:
        yield "差", notice.difference
