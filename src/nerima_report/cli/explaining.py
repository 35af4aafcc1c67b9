"""The commands that explain: they read definitions only, and change nothing."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.cli.options import open_edition
from nerima_report.errors import CannotProceed


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
    from nerima_report.notices import reference
    from nerima_report.workspace import open_workspace

    catalogue = open_edition(context, open_workspace(Path()).edition).catalogue
    if markdown:
        print(reference.reference_page(catalogue), end="")
    elif not code:
        print(reference.list_codes(catalogue))
    elif definition := catalogue.codes.get(wanted := f"N{code.upper().removeprefix('N')}"):
        print(reference.explain_code(wanted, definition))
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
    from nerima_report.edition.guideline_search import search
    from nerima_report.notices import guideline as notice
    from nerima_report.workspace import open_workspace

    definition = open_edition(context, open_workspace(Path()).edition).guideline
    words = " ".join(text or ()).strip()
    found = search(definition, words) if words else None
    if written_as is PlainFormat.JSON:
        japanese.print_document(notice.render_guideline(definition, words, found))
    else:
        notice.print_guideline(Console(), definition, words, found)
