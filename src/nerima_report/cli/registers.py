"""The commands about registers: shown, printed for public view, merged."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    open_with_registers,
    show_findings,
)
from nerima_report.notices import NoticeFormat
from nerima_report.text import tell

if TYPE_CHECKING:
    from nerima_report.registers.views import ViewOrder


Registers = Annotated[
    list[str] | None,
    typer.Argument(metavar="登録簿", help="登録簿の名前（例 外部委託記録票）。なければすべて。"),
]
Section = Annotated[
    list[str] | None, typer.Option("--section", metavar="課名", help="この課の登録だけ（くり返せる）。")
]
AsOf = Annotated[str, typer.Option("--year", metavar="年度", help="この年度の末日現在（既定は今日）。")]
Ended = Annotated[bool, typer.Option("--all", help="廃止したものも含める。")]


def merge(
    context: typer.Context,
    year: YearArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="変わることを示すだけで、何も書かない。")] = False,
    notice_format: FormatOption = NoticeFormat.TEXT,
    output: OutputOption = None,
    strict: StrictOption = False,
) -> None:
    """届いた集計の登録簿を、台帳（registers）に反映する。

    読む: inbox/年度 の登録簿のシート、registers
    書く: registers
    例: nerima-report register merge 2026 --dry-run
    """
    from nerima_report.workbooks import shared_reader

    shared_reader().start()  # it starts while the imports below are loaded
    from datetime import date

    from nerima_report.fiscal_year import full_name
    from nerima_report.notices.registers import plan_as_facts, print_merge_plan
    from nerima_report.runs import registers

    fiscal_year = japanese.fiscal_year(year)
    workspace, edition = open_with_registers(context)
    today = None if dry_run else date.today()
    with japanese.Progress(len(workspace.workbooks(fiscal_year).paths)) as advance:
        merged = registers.merge(workspace, edition, fiscal_year, today, advance)
    if notice_format is NoticeFormat.TEXT and output is None:
        print_merge_plan(Console(), merged.plan)
    written = [path.as_posix() for path in merged.written]
    facts: dict[str, object] = {"command": "register merge", "fiscal_year": fiscal_year, "written": written}
    facts["changes"] = plan_as_facts(merged.plan)
    name = f"{full_name(fiscal_year)}の登録簿"
    stopped = any(notice.is_error for notice in merged.examination.notices)
    if merged.written:
        but = "、エラーのあるものを除いて" if stopped else ""
        closing = f"{name}を{but}台帳に反映しました: {merged.written[0].parent}"
    elif merged.plan.changes:
        closing = f"{name}は、まだ反映していません（--dry-run）"
    elif stopped:
        closing = f"{name}にエラーがあるので、台帳には何も書いていません"
    else:
        closing = f"{name}に、台帳に反映するものはありません"
    wanted = FindingsOrder(notice_format, output, strict)
    show_findings(merged.examination, wanted, facts, closing)
    leave(merged.examination, wanted)


class PrintFormat(StrEnum):
    """What a register is printed as."""

    DOCX = "docx"
    MD = "md"
    CSV = "csv"
    XLSX = "xlsx"


def list_(
    context: typer.Context,
    registers: Registers = None,
    section: Section = None,
    year: AsOf = "",
    ended: Ended = False,
) -> None:
    """登録簿の一覧を、課ごとに示す。

    読む: registers
    書く: 何も書かない
    例: nerima-report register list 外部委託記録票
    """
    from nerima_report.notices.registers import print_list
    from nerima_report.registers.master import load_masters
    from nerima_report.registers.views import views_of

    workspace, edition = open_with_registers(context)
    order = _order(registers, section, year, ended)
    views = views_of(load_masters(workspace.folder, edition), edition, order)
    print_list(Console(), views, edition.words, ended=ended)


def show(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="番号", help="登録の番号（委託-0001 など）。")],
) -> None:
    """一件のすべての項目と、その経緯を示す。

    読む: registers
    書く: 何も書かない
    例: nerima-report register show 委託-0001
    """
    from nerima_report.notices.registers import print_entry
    from nerima_report.registers.master import load_masters, read_history
    from nerima_report.registers.views import find_entries

    workspace, edition = open_with_registers(context)
    entries = find_entries(load_masters(workspace.folder, edition), edition, number)
    steps = read_history(workspace.folder)
    for register, entry in entries:
        history = [step for step in steps if (step.register_key, step.number) == (register.key, entry.number)]
        print_entry(Console(), register, entry, history, edition.words)


def print_(
    context: typer.Context,
    registers: Registers = None,
    section: Section = None,
    year: AsOf = "",
    ended: Ended = False,
    written_as: Annotated[
        PrintFormat,
        typer.Option("--format", metavar="形式", case_sensitive=False, help="docx と md は一件ずつの票、ほかは表。"),
    ] = PrintFormat.DOCX,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="置く場所（既定は out/登録簿）。")] = None,
    force: Annotated[bool, typer.Option("--force", help="内容の違うファイルも置きかえる。")] = False,
) -> None:
    """一般の閲覧に供する登録簿を、文書や表にする。

    読む: registers
    書く: out/登録簿
    例: nerima-report register print --year 2026
    """
    from nerima_report.notices.screen import print_notices
    from nerima_report.runs.print_registers import PrintOrder, print_registers

    workspace, edition = open_with_registers(context)
    order = PrintOrder(_order(registers, section, year, ended), written_as.value, out, force)
    printed = print_registers(workspace, edition, order)
    console = Console()
    print_notices(console, edition.catalogue.notices(printed.findings), edition.words)
    lines = [f"作りました: {file}" for file in printed.written]
    lines += [f"同じものがあるので、そのままです: {file}" for file in printed.unchanged]
    stopped = any(edition.catalogue.is_error(finding) for finding in printed.findings)
    if stopped:
        tell(console, ["公表してはいけないものがあるので、何も作っていません。"])
        raise typer.Exit(1)
    tell(console, lines or ["一般の閲覧に供する登録はありません。"])


def _order(registers: list[str] | None, section: list[str] | None, year: str, ended: bool) -> ViewOrder:
    from datetime import date

    from nerima_report.registers.views import ViewOrder, day_of

    day = day_of(japanese.fiscal_year(year) if year else None, date.today())
    return ViewOrder(day, tuple(registers or ()), tuple(section or ()), ended)
