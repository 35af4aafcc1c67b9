"""The commands for changing an edition: a copy of one's own, and what is wrong and what is different in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nerima_report.cli.options import open_edition
from nerima_report.text import tell


def copy(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="作るフォルダー（既定は 定義）。")] = Path("定義"),
) -> None:
    """付属の定義を、書き換えるために写す。"""
    from nerima_report.runs.edition_copy import copy_templates

    copy_templates(folder)
    tell(Console(), [f"定義を写しました: {folder}", f"使うときは --templates {folder} を付けてください。"])


def check(
    context: typer.Context,
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="DIR", help="確かめる定義のフォルダー（既定は付属の定義）。")
    ] = None,
) -> None:
    """書き換えた定義を確かめ、付属の定義と変わったところを示す。"""
    from nerima_report.notices.edition import print_advice, print_changes
    from nerima_report.runs import edition as run
    from nerima_report.workspace import open_workspace

    context.obj = templates or context.obj
    name = open_workspace(Path()).edition
    edition = open_edition(context, name)
    checked = run.check_edition(edition, name)
    console = Console()
    tell(console, [f"定義に誤りはありません: {edition.folder}"])
    if checked.changes is None:
        tell(console, [f"付属の定義に「{name}」はないので、くらべていません。"])
    else:
        print_changes(console, checked.changes)
    print_advice(console, checked.new_forms, checked.unprinted)
