"""What several commands share: arguments and options, opening folder and edition, showing findings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.errors import CannotProceed
from nerima_report.interruption import uninterrupted
from nerima_report.notices import NoticeFormat, Outcome, render_findings
from nerima_report.text import tell

if TYPE_CHECKING:
    from nerima_report.edition import Edition
    from nerima_report.errors import RecordError
    from nerima_report.examination import Examination
    from nerima_report.workspace import Workspace


@dataclass(frozen=True)
class FindingsOrder:
    """How findings are wanted: in which format, in which file (None: shown), and whether warnings fail the run."""

    format: NoticeFormat
    file: Path | None
    strict: bool


_OF_A_YEAR = ("inbox", "forms", "out", "records", "ledger")  # what holds something named for its year
OF_FINDINGS = "確認結果の出し方"  # what the help calls the options that say how findings are shown


def years_here(context: typer.Context, incomplete: str) -> list[str]:
    """The fiscal years that a working folder knows of, for the Tab key."""
    folder = Path((context.find_root().params or {}).get("directory") or ".")
    names = {
        path.stem for place in ("inbox", "forms", "out", "records", "ledger") for path in folder.glob(f"{place}/*")
    }
    return sorted(name for name in names if name.isdecimal() and len(name) == 4 and name.startswith(incomplete))


YearArgument = Annotated[
    str, typer.Argument(metavar="年度", help="2022、R4、令和4 のように書く年度。", autocompletion=years_here)
]
FormatOption = Annotated[
    NoticeFormat,
    typer.Option(
        "--format",
        metavar="形式",
        case_sensitive=False,
        rich_help_panel=OF_FINDINGS,
        help="確認結果の形式。html は一つのページ、json はほかのプログラム用、junit と github は CI 用。",
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="確認結果を書くファイル。", rich_help_panel=OF_FINDINGS)
]
DraftsOption = Annotated[
    bool, typer.Option("--eml", help="手紙を、写しや様式を添えたメールの下書き（.eml）にもする（宛先は名簿のメール）。")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="警告もエラーとして扱う。", rich_help_panel=OF_FINDINGS)]


def open_folder(context: typer.Context, folder: Path, *, texts: bool = True) -> tuple[Workspace, Edition]:
    """A working folder with its edition. Raises DefinitionError if that is broken.

    Without `texts`, for a command that rarely needs them, a fault in the words of forms, years, corrections and trends
    is found only where they are needed.
    """
    from nerima_report.edition import load_edition
    from nerima_report.workspace import open_workspace

    workspace = open_workspace(folder)
    return workspace, load_edition(folder_of_edition(context, workspace), texts=texts)


def open_with_registers(context: typer.Context) -> tuple[Workspace, Edition]:
    """The working folder here with its edition. Raises CannotProceed where the body keeps no registers."""
    workspace, edition = open_folder(context, Path())
    if not edition.registers:
        raise CannotProceed(f"{edition.municipality.name}の定義には、登録簿（registers.toml）がありません。")
    return workspace, edition


def open_with_ledgers(context: typer.Context, *, texts: bool = True) -> tuple[Workspace, Edition]:
    """The working folder here with its edition. Raises CannotProceed where the body keeps no case ledger."""
    workspace, edition = open_folder(context, Path(), texts=texts)
    if not edition.ledgers:
        raise CannotProceed(f"{edition.municipality.name}の定義には、請求台帳（ledger.toml）がありません。")
    return workspace, edition


def folder_of_edition(context: typer.Context, workspace: Workspace) -> Path:
    """The folder of the edition to use. --templates goes before the settings, and that is said where they differ."""
    from nerima_report.edition import find_edition

    said: Path | None = context.obj
    usual = workspace.templates
    found = find_edition(workspace.edition, said or usual)
    if said and usual and not found.resolve().is_relative_to(usual.resolve()):
        told = f"--templates の定義を使います: {found}（nerima-report.toml の templates は {usual}）"
        tell(Console(stderr=True), [told])
    return found


def show_findings(examination: Examination, order: FindingsOrder, facts: Mapping[str, object], closing: str) -> None:
    """Show the findings with the facts of the run and how it ended, or write them to a file after all has succeeded."""
    from nerima_report.notices import screen

    outcome = Outcome(facts, f"{closing}（{screen.summary(examination.notices)}）", order.strict)
    if order.format is NoticeFormat.GITHUB and (page := os.environ.get("GITHUB_STEP_SUMMARY")):
        _add_summary(Path(page), examination, outcome)
    if order.file is not None:
        from nerima_report.workspace import write_all

        content = render_findings(order.format, examination, outcome).strip("\n") + "\n"
        write_all(order.file.parent, {order.file.name: content.encode(errors="replace")})
        tell(Console(stderr=True), [outcome.closing, f"確認結果を書きました: {order.file}"])
    elif order.format is NoticeFormat.TEXT:
        screen.print_findings(Console(), examination, outcome)
    else:
        japanese.print_document(render_findings(order.format, examination, outcome))


def _add_summary(page: Path, examination: Examination, outcome: Outcome) -> None:
    from nerima_report.notices.github import render_summary

    text = render_summary(examination, outcome)
    with uninterrupted(), page.open("a", encoding="utf-8", errors="replace") as summary:
        summary.write(text)


def show_refusal(error: RecordError, notice_format: NoticeFormat) -> None:
    """Let GitHub mark the line of a record that cannot be used. The message of the error is printed in any case."""
    from nerima_report.notices.github import render_refusal

    if notice_format is NoticeFormat.GITHUB:
        japanese.print_document(render_refusal(error))


def leave(examination: Examination, order: FindingsOrder) -> None:
    """Exit with 1 if a finding that nobody explained is an error (or a warning, where warnings fail the run)."""
    severities = {notice.severity for notice in examination.notices if notice.is_open}
    if "error" in severities or (order.strict and "warning" in severities):
        raise typer.Exit(1)
