"""Findings as one self-contained page for a browser: what is to be done, the matrix 課 × 表, each finding in place.

This module decides what the page shows and in which order; findings.html.j2 decides how it looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nerima_report import __version__
from nerima_report.edition.catalogue import Notice
from nerima_report.edition.municipality import Words
from nerima_report.examination import Examination
from nerima_report.findings import Severity
from nerima_report.fiscal_year import full_name
from nerima_report.notices import Outcome
from nerima_report.notices.answers import LEAD, answers_to, only_year
from nerima_report.notices.excerpt import Excerpts
from nerima_report.notices.grouping import WHOLE, SheetNotices, by_workbook, is_comparison, same_fault
from nerima_report.notices.matrix import (
    Matrix,
    MatrixCell,
    elsewhere,
    files_outside,
    make_matrices,
    standing,
    worst,
)
from nerima_report.notices.received import NOTHING, spot, written_alike
from nerima_report.notices.status import SECTION_STATUSES, HandedIn, several
from nerima_report.tallies.resubmission import LINE_KINDS, Resubmission
from nerima_report.text import harmless, label_of

TEMPLATE = "findings.html.j2"
# This many findings of one kind are shown one by one for each sheet; the others follow in a table.
MOST_ALIKE = 5
SIGNS: dict[Severity, str] = {"error": "✕", "warning": "▲", "notice": "◇"}
# What is to be done besides what the status of a 課 says.
WARNED, OTHERS = "警告を確かめる", "そのほかのエラー"
STATUSES = {
    "fine": ("✓", "合格"),
    "warning": ("▲", "警告"),
    "error": ("✕", "エラー"),
    "unclear": ("？", SECTION_STATUSES["unclear"][0]),
    "missing": ("□", SECTION_STATUSES["missing"][0]),
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
        section_statuses=SECTION_STATUSES,
        line_kinds=LINE_KINDS,
        nothing=NOTHING,
        several=several,
        spot_of=spot,
        facts_of=_facts,
        excerpt_of=Excerpts(examination).around,
        answers_to=partial(answers_to, until=only_year(examination), whole=examination.whole),
        answer_lead=LEAD,
        program=f"nerima-report {__version__}",
    )


@dataclass(frozen=True)
class SheetView:
    """The notices on a sheet: those shown one by one, and further ones of the same kind (`more`)."""

    title: str
    notices: tuple[Notice, ...]
    more: tuple[tuple[Notice, ...], ...]


@dataclass(frozen=True)
class Task:
    """Something to be done: by whom or with which file, how much, and the first notice on it, if there is one."""

    name: str
    detail: str = ""
    notice: Notice | None = None


@dataclass(frozen=True)
class WorkbookView:
    """The notices on a workbook, or on all that share them (`owners`)."""

    title: str
    owners: tuple[str, ...]
    sheets: tuple[SheetView, ...]


@dataclass(frozen=True)
class FindingsPage:
    """The whole page. `outside` are the files that are in no matrix; records have no matrix.

    `tasks` are what is to be done, under the words by which it is called everywhere; `written` who wrote what, and
    where.
    """

    title: str
    closing: str
    tasks: Mapping[str, tuple[Task, ...]]
    matrices: tuple[Matrix, ...]
    outside: Mapping[str, MatrixCell]
    workbooks: tuple[WorkbookView, ...]
    written: Mapping[tuple[tuple[str, str], ...], list[str]]
    resubmissions: tuple[Resubmission, ...]
    words: Words

    @property
    def overview(self) -> str:
        """The heading of the list at the top."""
        return f"{self.words.section}と表の一覧" if self.matrices else "ファイルの一覧"

    @cached_property
    def _ids(self) -> dict[int, str]:
        sheets = (sheet for workbook in self.workbooks for sheet in workbook.sheets)
        notices = (notice for sheet in sheets for kind in (sheet.notices, *sheet.more) for notice in kind)
        checks = (check for notice in notices for check in notice.alike or notice.evidence or (notice,))
        return {id(check): f"n{number}" for number, check in enumerate(checks, start=1)}

    def id_of(self, notice: Notice) -> str:
        """The id of a notice on the page, to which links lead."""
        return self._ids[id((notice.alike or notice.evidence or (notice,))[0])]


def make_page(examination: Examination, closing: str) -> FindingsPage:
    """Lay out the notices of an examination."""
    years = "・".join(full_name(collection.fiscal_year) for collection in examination.years if collection.fiscal_year)
    unread = set(map(label_of, examination.inbox.unread))
    others = dict.fromkeys(examination.records, ()) | files_outside(examination)
    workbooks = by_workbook(examination.notices, examination.edition.words, examination.wards)
    return FindingsPage(
        title="記録の確認結果" if examination.records else f"集計の確認結果 {years}".strip(),
        closing=closing,
        tasks={} if examination.records else _tasks(examination),
        matrices=tuple(matrix for matrix in make_matrices(examination) if matrix.rows),
        outside={
            file: MatrixCell("unclear" if file in unread else worst(notices), notices)
            for file, notices in others.items()
        },
        workbooks=tuple(WorkbookView(w.title, w.owners, tuple(map(_sheet, w.sheets))) for w in workbooks),
        written=written_alike(examination.remarks),
        resubmissions=examination.resubmissions,
        words=examination.edition.words,
    )


def _tasks(examination: Examination) -> dict[str, tuple[Task, ...]]:
    """What is to be done: who is missing, who corrects what, and what is wrong in no workbook of a 課."""
    rows = standing(examination)
    tasks: dict[str, list[Task]] = {
        SECTION_STATUSES[status][0]: [] for status in ("missing", "unclear", "other-year", "faulty")
    }
    tasks |= {WARNED: [], OTHERS: []}
    first = _first_by_owner(notice for notice in examination.notices if notice.is_open)
    for row in rows:
        word = WARNED if row.status == "fine" and row.warnings else SECTION_STATUSES[row.status][0]
        if word in tasks:
            tasks[word].append(Task(row.name, _how_much(row), first.get(row.file) or first.get(row.section)))
    unread = set(map(label_of, examination.inbox.unread))
    for name, notice in _first_by_owner(n for n in elsewhere(examination, rows) if n.is_error).items():
        word = SECTION_STATUSES["unclear"][0] if name in unread else OTHERS
        tasks[word].append(Task(name or WHOLE, notice.message, notice))
    return {word: tuple(own) for word, own in tasks.items() if own}


def _first_by_owner(notices: Iterable[Notice]) -> dict[str, Notice]:
    """The first notice on each file, or on each 課 where a notice is on no file."""
    first: dict[str, Notice] = {}
    for notice in notices:
        first.setdefault(notice.place.file or notice.place.section, notice)
    return first


def _how_much(row: HandedIn) -> str:
    """エラー 2件、警告 1件; the file that may be that of the 課 where it has none."""
    numbers = (("エラー", row.errors), ("警告", row.warnings))
    counted = "、".join(f"{word} {number}件" for word, number in numbers if number)
    return row.file if row.status in ("unclear", "other-year") else counted


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
    if notice.numbers:
        yield "台帳の番号", notice.numbers
