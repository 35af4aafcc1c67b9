"""The command line: parse, call the chain, print, exit. No logic.

Exit codes: 0 no errors, 1 findings of severity error, 2 unusable command line, configuration or
edition, 3 a fault of the program itself, 130 interrupted. Whatever is heavy is imported by the
command that needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from typer.exceptions import TyperException
from typer.main import get_command

from nerima_report import usage
from nerima_report.errors import CannotProceed
from nerima_report.workbooks import shared_reader

if TYPE_CHECKING:
    from nerima_report.edition import Edition
    from nerima_report.examination import Examination

app = typer.Typer(
    cls=usage.JapaneseGroup,
    help="各課の集計（Excel）から、運用状況の報告（Word と Markdown）を作ります。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class NoticeFormat(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


Year = Annotated[str, typer.Argument(metavar="年度", help="2022、R4、令和4 のように書く年度。")]
Format = Annotated[
    NoticeFormat, typer.Option("--format", help="確認結果の形式。html は一つのページ、json はほかのプログラム用。")
]
Output = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="確認結果を画面でなくファイルに書く。")]
Strict = Annotated[bool, typer.Option("--strict", help="警告もエラーと同じに扱う（終了コード1）。")]


@app.callback()
def start(
    context: typer.Context,
    directory: Annotated[Path, typer.Option("-C", metavar="DIR", help="はじめに移るフォルダー。")] = Path(),
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="DIR", help="定義のフォルダー（既定は付属の定義）。")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="版を表示して終わる。", is_eager=True, callback=usage.show_version)
    ] = False,
) -> None:
    """Change into the folder before anything else, as git and make do."""
    try:
        os.chdir(directory)
    except OSError:
        raise CannotProceed(
            f"フォルダーがありません。\n  フォルダー: {directory}\n  -C のあとの名前を確かめてください。"
        ) from None
    context.obj = templates


@app.command(cls=usage.JapaneseCommand)
def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="作るフォルダー。")] = Path(),
    year: Annotated[str, typer.Option("--year", metavar="年度", help="名簿の年度（既定は今年度）。")] = "",
) -> None:
    """作業フォルダーを作る（あるものは変えない）。"""
    from datetime import date, timedelta

    from nerima_report import chain
    from nerima_report.fiscal_year import fiscal_year_of

    # From April to June the office still collects the year that has just ended.
    season = date.today() - timedelta(days=91)
    fiscal_year = usage.fiscal_year(year) if year else fiscal_year_of(season)
    made = chain.init(folder, _edition(context, "nerima"), fiscal_year)
    console = _console()
    for path in made:
        console.print(f"作りました: {path}", highlight=False, soft_wrap=True)
    if not made:
        console.print("必要なものはすべてあります。何も変えていません。")
    else:
        console.print("つぎに、roster.xlsx の課を Excel で直し、届いた集計を inbox に入れてください。")


@app.command(cls=usage.JapaneseCommand)
def form(
    context: typer.Context,
    year: Year,
    section: Annotated[
        list[str] | None, typer.Option("--section", metavar="課名", help="この課だけ（くり返せる。区全体 も書ける）。")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="置く場所（既定は forms/年度）。")] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="DIR|FILE", help="前の年度の集計。その数を横に載せる。")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="内容の違うファイルがあっても置きかえる。")] = False,
) -> None:
    """各課に配る集計様式（Excel）を、名簿のすべての課と区全体について作る。"""
    from nerima_report import chain
    from nerima_report.workspace import open_workspace

    fiscal_year = usage.fiscal_year(year)
    workspace = open_workspace(Path())
    order = chain.FormOrder(tuple(section or ()), out, previous, force)
    made = chain.make_forms(workspace, _edition(context, workspace.edition), fiscal_year, order)
    usage.tell(_console(), usage.forms_made(made))


@app.command(cls=usage.JapaneseCommand)
def validate(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILES...", help="ファイルかフォルダー（*.xlsx も可）。")],
    complete: Annotated[bool, typer.Option("--complete", help="名簿の課がそろっているかも確かめる。")] = False,
    return_to: Annotated[
        Path | None, typer.Option("--return-to", metavar="DIR", help="指摘に印を付けた写しを作るフォルダー。")
    ] = None,
    notice_format: Format = NoticeFormat.TEXT,
    output: Output = None,
    strict: Strict = False,
) -> None:
    """集計のファイルを一つずつ確かめる。"""
    shared_reader().start()  # it gets ready while the imports below take their time
    from nerima_report import chain
    from nerima_report.notices import handed_in
    from nerima_report.submissions import find_workbooks
    from nerima_report.workspace import open_workspace

    workspace = open_workspace(Path())
    edition = _edition(context, workspace.edition)
    found = find_workbooks(files)
    if not found[0]:
        raise CannotProceed(
            f"確かめるファイル（.xlsx）が見つかりません。\n  指定: {' '.join(files)}\n  名前と場所を確かめてください。"
        )
    with _progress(len(found[0])) as advance:
        examination = chain.validate(found, edition, workspace, complete, advance)
    facts: dict[str, object] = {
        "command": "validate",
        "fiscal_years": examination.inbox.fiscal_years,
        "files": len(examination.files),
    }
    if complete:
        facts["handed_in"] = handed_in.as_facts(handed_in.handed_in(examination))
    if return_to is not None:
        examination, returned = chain.return_marked(examination, return_to)
        facts["returned"] = [path.as_posix() for path in returned]
    closing = f"{len(examination.files)}ファイルのうち{examination.fine}ファイルにエラーはありません"
    _report(examination, (notice_format, output), facts, closing)
    _exit(examination, strict)


@app.command(cls=usage.JapaneseCommand)
def build(
    context: typer.Context,
    year: Year,
    draft: Annotated[bool, typer.Option("--draft", help="エラーがあっても「案」として作る。")] = False,
    notice_format: Format = NoticeFormat.TEXT,
    output: Output = None,
    strict: Strict = False,
) -> None:
    """年度の報告を inbox の集計から作り、out に置く。"""
    shared_reader().start()  # it gets ready while the imports below take their time
    from nerima_report import chain
    from nerima_report.fiscal_year import full_name
    from nerima_report.workspace import open_workspace

    fiscal_year = usage.fiscal_year(year)
    workspace = open_workspace(Path())
    edition = _edition(context, workspace.edition)
    with _progress(len(workspace.workbooks(fiscal_year)[0])) as advance:
        built = chain.build(workspace, edition, fiscal_year, draft, advance)
    name = full_name(fiscal_year) + ("の報告の案" if draft else "の報告")
    written = [path.as_posix() for path in built.written]
    facts: dict[str, object] = {"command": "build", "fiscal_year": fiscal_year, "draft": draft, "written": written}
    closing = f"{name}を作りました: {built.written[0].parent}" if written else f"{name}は作っていません"
    _report(built.examination, (notice_format, output), facts, closing)
    if not draft:
        _exit(built.examination, strict)


@app.command(cls=usage.JapaneseCommand)
def publish(
    context: typer.Context,
    year: Year,
    revise: Annotated[str, typer.Option("--revise", metavar="理由", help="公表済みの記録を、この理由で改める。")] = "",
) -> None:
    """作った報告の記録を records に移し、以後は守る。"""
    from datetime import date

    from nerima_report import chain
    from nerima_report.fiscal_year import full_name
    from nerima_report.notices.text import print_findings
    from nerima_report.workspace import open_workspace

    fiscal_year = usage.fiscal_year(year)
    workspace = open_workspace(Path())
    published = chain.publish(workspace, fiscal_year, revise.strip() or None, date.today())
    console = _console()
    print_findings(console, published.findings, _edition(context, workspace.edition).catalogue)
    done = "を公表の記録にしました" if published.changed else "は、すでに同じ内容で公表の記録になっています"
    console.print(f"{full_name(fiscal_year)}{done}: {published.record}", highlight=False, soft_wrap=True)


@app.command(cls=usage.JapaneseCommand)
def explain(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="[コード]", help="確認結果のコード（例 N401）。なければ一覧。")] = "",
    markdown: Annotated[
        bool, typer.Option("--markdown", help="すべてを Markdown で書く（docs/findings.md）。")
    ] = False,
) -> None:
    """確認結果のコードの意味と、どうすればよいかを示す。"""
    from nerima_report.notices import reference

    catalogue = _edition(context, "nerima").catalogue
    if markdown:
        print(reference.reference_page(catalogue), end="")
    elif not code:
        print(reference.list_codes(catalogue))
    elif definition := catalogue.codes.get(code.upper()):
        print(reference.explain_code(code.upper(), definition))
    else:
        raise CannotProceed(f"コード「{code}」はありません。\n  nerima-report explain で一覧を見られます。")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit with the code of the contract."""
    usage.speak_japanese()
    sys.exit(_run(lambda: get_command(app).main(arguments, "nerima-report", standalone_mode=False)))


def _run(command: Callable[[], object]) -> int:
    """Run a command; turn what it raises into a message and an exit code."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        code = command()
    except CannotProceed as error:
        errors.print(str(error), style="red", markup=False)
        return 2
    except TyperException as error:
        errors.print(usage.explain(error), style="red", markup=False)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        errors.print("中断しました。書きかけのファイルはありません。")
        return 130
    except PermissionError as error:
        errors.print(f"ファイルかフォルダーを使えません。\n  場所: {error.filename}", style="red", markup=False)
        errors.print("  権限を確かめ、ほかで開いていたら閉じてください。", style="red")
        return 2
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 (nobody reads any more)
        return 1
    except Exception as error:
        if os.environ.get("NERIMA_REPORT_DEBUG"):
            raise
        errors.print(
            f"プログラムの誤りで止まりました（{type(error).__name__}）。書きかけのファイルはありません。\n"
            "  環境変数 NERIMA_REPORT_DEBUG=1 を付けてもう一度実行し、出た内容を開発者に知らせてください。"
        )
        return 3
    if code == 130:
        errors.print("中断しました。書きかけのファイルはありません。")
    return code if isinstance(code, int) else 0


def _edition(context: typer.Context, name: str) -> Edition:
    from nerima_report.edition import find_edition, load_edition

    return load_edition(find_edition(name, context.obj))


def _report(
    examination: Examination, target: tuple[NoticeFormat, Path | None], facts: dict[str, object], closing: str
) -> None:
    """Show the findings, or write them to a file after all has succeeded."""
    from nerima_report.notices import handed_in, html, json, text

    notice_format, file = target
    closing = f"{closing}（{text.summary(examination.findings, examination.catalogue)}）"
    match notice_format:
        case NoticeFormat.JSON:
            content = json.render_json(examination, facts)
        case NoticeFormat.HTML:
            content = html.render_html(examination, closing)
        case NoticeFormat.TEXT:
            console = _console(record=file is not None)
            text.print_findings(console, examination.findings, examination.catalogue)
            if "handed_in" in facts:
                handed_in.print_handed_in(console, handed_in.handed_in(examination))
            text.print_closing(console, closing, facts)
            content = console.export_text() if file else ""
    if file is not None:
        from nerima_report.workspace import write_all

        write_all(file.parent, {file.name: (content.strip("\n") + "\n").encode(errors="replace")})
    elif content:
        usage.print_document(content)


def _exit(examination: Examination, strict: bool) -> None:
    severities = {examination.catalogue.severity(f) for f in examination.findings if f.explained is None}
    if "error" in severities or (strict and "warning" in severities):
        raise typer.Exit(1)


def _console(*, record: bool = False) -> Console:
    return Console(record=True, file=StringIO(), width=80) if record else Console()


def _progress(files: int) -> usage.Progress:
    return usage.Progress(files)
