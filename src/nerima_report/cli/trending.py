"""The command `trend`: several years side by side, as an appendix to the report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.cli.options import open_edition
from nerima_report.text import tell

Years = Annotated[str, typer.Argument(metavar="年度..年度", help="2018..2026、H30..R8、平成30..令和8 のように書く。")]


def trend(context: typer.Context, years: Years) -> None:
    """年度別の推移の表と折れ線グラフを、記録（records）から作る。"""
    from nerima_report.notices.screen import print_findings
    from nerima_report.notices.trend import print_trend
    from nerima_report.runs import trend as run
    from nerima_report.workspace import open_workspace

    first, last = japanese.fiscal_years(years)
    workspace = open_workspace(Path())
    edition = open_edition(context, workspace.edition)
    made = run.trend(workspace, edition, first, last)
    console = Console()
    print_trend(console, made.trend)
    print_findings(console, made.findings, edition.catalogue)
    tell(console, ["", *(f"作りました: {path}" for path in made.written)])
    tell(console, [] if made.charts else [japanese.without_charts()])
