"""The commands that explain: they read definitions only, and change nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from nerima_report.cli.common import open_edition
from nerima_report.errors import CannotProceed


def explain(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="[コード]", help="確認結果のコード（例 N401）。なければ一覧。")] = "",
    markdown: Annotated[
        bool, typer.Option("--markdown", help="すべてを Markdown で書く（docs/findings.md）。")
    ] = False,
) -> None:
    """確認結果のコードの意味と、どうすればよいかを示す。"""
    from nerima_report.notices import reference

    catalogue = open_edition(context, "nerima").catalogue
    if markdown:
        print(reference.reference_page(catalogue), end="")
    elif not code:
        print(reference.list_codes(catalogue))
    elif definition := catalogue.codes.get(code.upper()):
        print(reference.explain_code(code.upper(), definition))
    else:
        raise CannotProceed(f"コード「{code}」はありません。\n  nerima-report explain で一覧を見られます。")
