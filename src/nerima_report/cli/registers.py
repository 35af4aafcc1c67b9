"""The command that takes the registers of a year's workbooks into the masters of registers/."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.cli.options import (
    Format,
    NoticeFormat,
    Output,
    Strict,
    Year,
    leave,
    open_edition,
    show_findings,
)
from nerima_report.workbooks import shared_reader


def merge(
    context: typer.Context,
    year: Year,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="変わることを示すだけで、何も書かない。")] = False,
    notice_format: Format = NoticeFormat.TEXT,
    output: Output = None,
    strict: Strict = False,
) -> None:
    """届いた集計の登録簿を、台帳（registers）に反映する。"""
    shared_reader().start()  # it gets ready while the imports below take their time
    from datetime import date

    from nerima_report.fiscal_year import full_name
    from nerima_report.notices.register_changes import as_facts, print_changes
    from nerima_report.notices.told import Told
    from nerima_report.runs import registers
    from nerima_report.workspace import open_workspace

    fiscal_year = japanese.fiscal_year(year)
    workspace = open_workspace(Path())
    edition = open_edition(context, workspace.edition)
    today = None if dry_run else date.today()
    with japanese.Progress(len(workspace.workbooks(fiscal_year)[0])) as advance:
        merged = registers.merge(workspace, edition, fiscal_year, today, advance)
    if notice_format is NoticeFormat.TEXT and output is None:
        print_changes(Console(), merged.plan)
    written = [path.as_posix() for path in merged.written]
    facts: dict[str, object] = {"command": "register merge", "fiscal_year": fiscal_year, "written": written}
    facts["changes"] = as_facts(merged.plan)
    name = f"{full_name(fiscal_year)}の登録簿"
    if merged.written:
        closing = f"{name}を台帳に反映しました: {merged.written[0].parent}"
    elif merged.plan.changes:
        closing = f"{name}は、まだ反映していません（--dry-run）"
    else:
        closing = f"{name}に、台帳に反映するものはありません"
    show_findings(merged.examination, (notice_format, output), Told(facts, closing, strict))
    leave(merged.examination, strict)
