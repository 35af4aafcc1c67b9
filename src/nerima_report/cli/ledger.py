"""The commands about the case ledger (請求台帳)."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.cli.options import YearArgument, open_folder
from nerima_report.text import tell_folded


def new(context: typer.Context, year: YearArgument) -> None:
    """年度の請求台帳（Excel）を作り、前の年度の台帳で終わっていない請求を引き継ぐ。"""
    from nerima_report.fiscal_year import full_name
    from nerima_report.runs.new_ledger import new_ledger

    workspace, edition = open_folder(context, Path())
    made = new_ledger(workspace, edition, japanese.fiscal_year(year))
    lines = [f"請求台帳を作りました: {made.file}"]
    if made.carried:
        before = full_name(made.carried.fiscal_year)
        lines += [
            f"{before}の台帳（{made.carried.file}）から、終わっていない {made.carried.number}件を引き継ぎました。"
        ]
        lines += ["続きは、新しい台帳だけに書いてください。"] if made.carried.number else []
    lines += ["書き方は、台帳の「書き方」のシートにあります。氏名と件名は書きません。"]
    tell_folded(Console(), lines)
