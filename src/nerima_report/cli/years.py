"""The commands about several years: `check`, `trend`, and `record` for years published before the tool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.cli.options import (
    FindingsOrder,
    FormatOption,
    OutputOption,
    StrictOption,
    YearArgument,
    leave,
    open_folder,
    show_findings,
    show_refusal,
)
from nerima_report.notices import NoticeFormat
from nerima_report.text import tell

Years = Annotated[str, typer.Argument(metavar="年度..年度", help="2018..2026、H30..R8、平成30..令和8 のように書く。")]


def check(
    context: typer.Context,
    year: Annotated[
        list[str] | None,
        typer.Argument(metavar="年度|FILE", help="2026、2018..2026、または記録のファイル。なければ最新の年度。"),
    ] = None,
    against: Annotated[
        list[str] | None, typer.Option("--against", metavar="年度", help="この年度とだけ比べる（くり返せる）。")
    ] = None,
    notice_format: FormatOption = NoticeFormat.TEXT,
    output: OutputOption = None,
    strict: StrictOption = False,
) -> None:
    """年度の報告を、前の年度の記録（records）と比べる。

    読む: out/年度（なければ records/年度.json）と、それより前の records
    書く: 何も書かない
    例: nerima-report check 2026
    例: nerima-report check 2018..2026
    """
    from nerima_report.errors import RecordError
    from nerima_report.fiscal_year import full_name
    from nerima_report.runs import check_years as run

    words = year or []
    others = [japanese.fiscal_year(text) for text in against or ()]
    files = run.are_files(words)
    workspace, edition = open_folder(context, run.folder_of(words) if files else Path())
    choose = run.years_of_files if files else run.years_of_words
    try:
        checked = choose(words, workspace)
        examination = run.check_years(workspace, edition, checked, others)
    except RecordError as error:
        show_refusal(error, notice_format)
        raise
    facts: dict[str, object] = {"command": "check", "fiscal_year": checked.years[-1], "fiscal_years": checked.years}
    first, last = full_name(checked.years[0]), full_name(checked.years[-1])
    several = f"{first}から{last}までの{len(checked.years)}年度"
    closing = f"{several if len(checked.years) > 1 else last}を、前の年度の記録と比べました"
    wanted = FindingsOrder(notice_format, output, strict)
    show_findings(examination, wanted, facts, closing)
    leave(examination, wanted)


def template(
    context: typer.Context,
    year: YearArgument,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="作るファイル（既定は 年度_公表された記録.xlsx）。")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="内容の違うファイルがあっても置きかえる。")] = False,
) -> None:
    """公表された数を書き写すブック（Excel）を作る。

    読む: 定義だけ
    書く: 年度_公表された記録.xlsx
    例: nerima-report record template 2021
    """
    from nerima_report.runs import import_year as run

    fiscal_year = japanese.fiscal_year(year)
    workspace, edition = open_folder(context, Path())
    file, new = run.write_template(workspace, edition, fiscal_year, out, force)
    done = f"作りました: {file}" if new else f"同じものがあるので、そのままです: {file}"
    tell(Console(), [done, f"書き終えたら、nerima-report record import {file} を実行してください。"])


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="書き写したブック（.xlsx）か CSV。")],
    year: Annotated[str, typer.Option("--year", metavar="年度", help="年度。CSV では必ず書く。")] = "",
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="表", help="その年度に公表していない表（くり返せる。例 公開.請求方法）。"),
    ] = None,
    revise: Annotated[str, typer.Option("--revise", metavar="理由", help="今ある記録を、この理由で改める。")] = "",
    notice_format: FormatOption = NoticeFormat.TEXT,
    output: OutputOption = None,
    strict: StrictOption = False,
) -> None:
    """書き写したブックか CSV を確かめ、年度の記録にする。

    読む: 書き写したブックか CSV
    書く: records/年度.json
    例: nerima-report record import 令和3年度_公表された記録.xlsx
    """
    from datetime import date

    from nerima_report.runs import import_year as run
    from nerima_report.runs.import_year import ImportOrder

    order = ImportOrder(file, japanese.fiscal_year(year) if year else None, tuple(without or ()))
    workspace, edition = open_folder(context, Path())
    done = run.import_record(workspace, edition, order, revise.strip() or None, date.today())
    written = [done.record.as_posix()] if done.record else []
    facts: dict[str, object] = {"command": "record import", "written": written}
    if done.record is None:
        closing = "記録は作っていません"
    elif done.changed:
        closing = f"記録にしました: {done.record}"
    else:
        closing = f"すでに同じ内容の記録です: {done.record}"
    wanted = FindingsOrder(notice_format, output, strict)
    show_findings(done.examination, wanted, facts, closing)
    leave(done.examination, wanted)


def trend(context: typer.Context, years: Years) -> None:
    """年度別の推移の表と折れ線グラフを、記録（records）から作る。

    読む: records（まだ公表していない年度は out）
    書く: out/trend-年度-年度 に trend.docx、図、CSV など
    例: nerima-report trend 2018..2026
    """
    from nerima_report.notices.screen import print_notices
    from nerima_report.notices.trend import print_trend
    from nerima_report.runs import trend as run

    first, last = japanese.fiscal_years(years)
    workspace, edition = open_folder(context, Path())
    appendix = run.trend(workspace, edition, first, last)
    console = Console()
    print_trend(console, appendix.trend)
    print_notices(console, edition.catalogue.notices(appendix.findings), edition.words)
    folder = appendix.written[0].parent
    made = dict.fromkeys(path if path.parent == folder else path.parent for path in appendix.written)
    tell(console, ["", *(f"作りました: {path}" for path in made)])
    tell(console, [] if appendix.charts else [japanese.without_charts()])
