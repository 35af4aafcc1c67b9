"""What the commands share: their arguments and options, the edition, and how findings are shown."""

from __future__ import annotations

import os
from dataclasses import replace
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.interruption import uninterrupted
from nerima_report.notices import Outcome
from nerima_report.text import tell

if TYPE_CHECKING:
    from nerima_report.edition import Edition
    from nerima_report.errors import RecordError
    from nerima_report.examination import Examination


class NoticeFormat(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    JUNIT = "junit"
    GITHUB = "github"


Year = Annotated[str, typer.Argument(metavar="年度", help="2022、R4、令和4 のように書く年度。")]
Format = Annotated[
    NoticeFormat,
    typer.Option(
        "--format",
        case_sensitive=False,
        help="確認結果の形式。html は一つのページ、json はほかのプログラム用、junit と github は CI 用。",
    ),
]
Output = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="確認結果を書くファイル。")]
Strict = Annotated[bool, typer.Option("--strict", help="警告もエラーとして扱う。")]


def open_edition(context: typer.Context, name: str, *, texts: bool = True) -> Edition:
    """The edition of this name from --templates, or the shipped one. Raises DefinitionError if it is broken.

    Without `texts`, for a command that rarely needs them, a fault in the words of forms, years, corrections and trends
    is found only where they are needed.
    """
    from nerima_report.edition import find_edition, load_edition

    return load_edition(find_edition(name, context.obj), texts=texts)


def show_findings(examination: Examination, target: tuple[NoticeFormat, Path | None], outcome: Outcome) -> None:
    """Show the findings, or write them to a file after all has succeeded."""
    from nerima_report.notices import screen

    notice_format, file = target
    outcome = replace(outcome, closing=f"{outcome.closing}（{screen.summary(examination.notices)}）")
    if notice_format is NoticeFormat.TEXT:
        console = Console(record=True, file=StringIO(), width=80) if file else Console()
        screen.print_notices(console, examination.notices)
        if "handed_in" in outcome.facts:
            from nerima_report.notices import matrix

            matrix.print_handed_in(console, matrix.handed_in(examination))
        screen.print_closing(console, outcome.closing, outcome.facts)
        content = console.export_text() if file else ""
    else:
        content = _document(examination, notice_format, outcome)
    if file is not None:
        from nerima_report.workspace import write_all

        write_all(file.parent, {file.name: (content.strip("\n") + "\n").encode(errors="replace")})
        tell(Console(stderr=True), [outcome.closing, f"確認結果を書きました: {file}"])
    elif content:
        japanese.print_document(content)


def _document(examination: Examination, notice_format: NoticeFormat, outcome: Outcome) -> str:
    from nerima_report.notices.documents import DOCUMENTS
    from nerima_report.notices.github import render_summary

    if notice_format is NoticeFormat.GITHUB and (page := os.environ.get("GITHUB_STEP_SUMMARY")):
        text = render_summary(examination, outcome)
        with uninterrupted(), Path(page).open("a", encoding="utf-8", errors="replace") as summary:
            summary.write(text)
    (render,) = (document.render for document in DOCUMENTS if document.name == notice_format)
    return render(examination, outcome)


def show_refusal(error: RecordError, notice_format: NoticeFormat) -> None:
    """Let GitHub mark the line of a record that cannot be used; everybody is told by the message of the error."""
    from nerima_report.notices.github import render_refusal

    if notice_format is NoticeFormat.GITHUB:
        japanese.print_document(render_refusal(error))


def leave(examination: Examination, strict: bool) -> None:
    """Exit with 1 if a finding that nobody explained is an error (or, with `strict`, a warning)."""
    severities = {notice.severity for notice in examination.notices if notice.is_open}
    if "error" in severities or (strict and "warning" in severities):
        raise typer.Exit(1)
