"""The commands about definitions: explained, searched, copied, tried out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.cli.options import open_folder
from nerima_report.errors import CannotProceed
from nerima_report.text import tell


def copy(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="作るフォルダー（既定は 定義）。")] = Path("定義"),
) -> None:
    """付属の定義を、書き換えるために写す。"""
    from nerima_report.runs.edition import copy_templates

    copy_templates(folder)
    tell(Console(), [f"定義を写しました: {folder}", f"使うときは --templates {folder} を付けてください。"])


def check(
    context: typer.Context,
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="DIR", help="確かめる定義のフォルダー（既定は付属の定義）。")
    ] = None,
) -> None:
    """書き換えた定義を確かめ、付属の定義と変わったところを示す。"""
    from nerima_report.notices.edition import print_advice, print_edition_changes
    from nerima_report.runs import edition as run

    context.obj = templates or context.obj
    workspace, edition = open_folder(context, Path())
    name = workspace.edition
    checked = run.check_edition(edition, name)
    console = Console()
    tell(console, [f"定義に誤りはありません: {edition.folder}"])
    if checked.changes is None:
        tell(console, [f"付属の定義に「{name}」はないので、くらべていません。"])
    else:
        print_edition_changes(console, checked.changes)
    print_advice(console, checked.new_forms, checked.unprinted)


class PlainFormat(StrEnum):
    """How an explanation is written."""

    TEXT = "text"
    JSON = "json"


def explain(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="[コード]", help="確認結果のコード（例 N401）。なければ一覧。")] = "",
    markdown: Annotated[
        bool, typer.Option("--markdown", help="すべてを Markdown で書く（docs/findings.md）。")
    ] = False,
) -> None:
    """確認結果のコードの意味と、どうすればよいかを示す。"""
    from nerima_report.notices.edition import explain_code, list_codes, reference_page

    _, edition = open_folder(context, Path())
    catalogue = edition.catalogue
    if markdown:
        print(reference_page(catalogue), end="")
    elif not code:
        print(list_codes(catalogue, Console().width))
    elif definition := catalogue.codes.get(wanted := f"N{code.upper().removeprefix('N')}"):
        print(explain_code(wanted, definition))
    else:
        raise CannotProceed(f"コード「{code}」はありません。\n  nerima-report explain で一覧を見られます。")


def guideline(
    context: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]...", help="探す言葉（例 警察署）。なければ一覧。")
    ] = None,
    written_as: Annotated[
        PlainFormat, typer.Option("--format", help="書き方。json はほかのプログラム用。")
    ] = PlainFormat.TEXT,
) -> None:
    """個人情報利活用ガイドラインの類型を探し、該当するときに要ることを示す。"""
    from nerima_report.edition.guideline import search
    from nerima_report.notices.edition import print_guideline, render_guideline

    _, edition = open_folder(context, Path())
    words = " ".join(text or ()).strip()
    result = search(edition.guideline, words) if words else None
    if written_as is PlainFormat.JSON:
        japanese.print_document(render_guideline(edition.guideline, words, result))
    else:
        print_guideline(Console(), edition.guideline, words, result)
