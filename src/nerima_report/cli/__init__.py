"""The command line: parse, call one run, print, exit. No logic.

    year (init … publish), years (check, trend, record), ledger, registers, edition   the commands, by subject
    options                   the arguments and options that commands share, and how findings are shown
    help                      the help: all commands in the order of the season, never cut
    one_writer                which commands write, and that only one does at a time
    japanese                  the program in Japanese: usage errors, arguments, completion

Exit codes: 0 no errors, 1 findings of severity error, 2 unusable command line, configuration or
edition, 3 a fault of the program itself, 130 interrupted. Modules that take long to load are imported by
the command that needs them, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.exceptions import TyperException
from typer.main import get_command

from nerima_report.cli import japanese
from nerima_report.cli.edition import check, copy, explain, guideline
from nerima_report.cli.edition import new as new_edition
from nerima_report.cli.help import JapaneseCommand, JapaneseGroup
from nerima_report.cli.ledger import blank, confirm, due, new, notice, persons
from nerima_report.cli.ledger import check as check_ledger
from nerima_report.cli.ledger import import_ as import_ledger
from nerima_report.cli.one_writer import Command
from nerima_report.cli.registers import list_, merge, print_, show
from nerima_report.cli.year import build, form, init, publish, status, validate
from nerima_report.cli.years import check as check_years
from nerima_report.cli.years import import_, template, trend
from nerima_report.errors import CannotProceed
from nerima_report.interruption import EXIT_CODE, MESSAGE
from nerima_report.text import tell

FIRST_STEP = """
はじめに、nerima-report init フォルダー で、作業フォルダーを作ってください（年度は --year R8 のように書けます）。
作業フォルダーで（ほかの場所からは -C フォルダー を付けて）nerima-report とだけ打つと、今どこまで進んだかを示します。"""

Commands = Mapping[str, Callable[..., None]]

# The order and the groups in which the help lists them stand in help.SECTIONS.
COMMANDS: Commands = {
    "init": init,
    "form": form,
    "status": status,
    "validate": validate,
    "build": build,
    "publish": publish,
    "guideline": guideline,
    "explain": explain,
    "check": check_years,
    "trend": trend,
}
GROUPS: Mapping[str, tuple[str, Commands]] = {
    "edition": ("定義を作るとき、書き換えたときに使う。", {"new": new_edition, "copy": copy, "check": check}),
    "record": ("この道具より前に公表した年度を、記録（records）にする。", {"template": template, "import": import_}),
    "ledger": (
        "請求台帳（ledger）で、請求を1件ずつ記録し、表をそこから数える。",
        {
            "new": new,
            "check": check_ledger,
            "due": due,
            "confirm": confirm,
            "notice": notice,
            "import": import_ledger,
            "persons": persons,
            "blank": blank,
        },
    ),
    "register": (
        "登録簿（登録票、記録票）を台帳（registers）で引き継ぎ、一般の閲覧に供する。",
        {"list": list_, "show": show, "print": print_, "merge": merge},
    ),
}

app = typer.Typer(
    cls=JapaneseGroup,
    help=(
        "各課の集計（Excel）から、運用状況の報告（Word と Markdown）を作ります。"
        "この説明の「課」と「部」は、団体が所属や局などと呼ぶもの（municipality.toml の words）のことです。"
    ),
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def start(
    context: typer.Context,
    directory: Annotated[Path, typer.Option("-C", metavar="DIR", help="はじめに移るフォルダー。")] = Path(),
    templates: Annotated[
        Path | None,
        typer.Option("--templates", metavar="DIR", help="定義のフォルダー（既定は、設定か付属のもの）。"),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="版を表示して終わる。", is_eager=True, callback=japanese.show_version)
    ] = False,
) -> None:
    """Change into the folder before anything else, as git and make do. Without a command, say where the year stands."""
    if sys.getfilesystemencoding().lower() != "utf-8":
        raise CannotProceed(
            "日本語の名前のファイルを扱えない、文字コードの設定（ロケール）です。\n"
            "  環境変数 PYTHONUTF8=1 を付けて、もう一度実行してください。"
        )
    _enter(directory)
    context.obj = templates
    if context.invoked_subcommand is None:
        from nerima_report.workspace import is_workspace

        if not is_workspace(Path()):
            print(context.get_help())
            print(FIRST_STEP)
            raise typer.Exit(2)
        context.invoke(status, context)


def _enter(folder: Path) -> None:
    if folder == Path() and not _is_there():
        raise CannotProceed(
            "今いるフォルダーがなくなっています（消されたか、名前が変わりました）。\n"
            "  作業フォルダーに移ってから、もう一度実行してください。"
        )
    try:
        os.chdir(folder)
    except OSError:
        # Windows takes the \" at the end of "C:\\報告\" for a quote within the name, which goes on to the next one.
        quoted = "終わりに「\\」を付けずに、引用符で囲んでください。" if '"' in str(folder) else ""
        raise CannotProceed(
            f"フォルダーがありません。\n  フォルダー: {folder}\n  -C のあとの名前を確かめてください。{quoted}"
        ) from None


def _is_there() -> bool:
    """Whether the folder in which the program was started still exists."""
    try:
        return bool(os.getcwd())  # noqa: PTH109
    except OSError:
        return False


def _add(group: typer.Typer, commands: Commands) -> None:
    for name, command in commands.items():
        group.command(name, cls=Command)(command)


@app.command("help", cls=JapaneseCommand)
def help_(
    context: typer.Context,
    command: Annotated[list[str] | None, typer.Argument(metavar="[コマンド]", help="例 build、record import。")] = None,
) -> None:
    """コマンドの使い方を示す。"""
    program().main([*(command or ()), "--help"], context.find_root().info_name, standalone_mode=False)


_add(app, COMMANDS)
for _name, (_help, _commands) in GROUPS.items():
    _group = typer.Typer(cls=JapaneseGroup, help=_help, no_args_is_help=True)
    _add(_group, _commands)
    app.add_typer(_group, name=_name)


def program() -> Any:
    """The command line with all commands."""
    return japanese.with_completion(get_command(app))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit with the code of the contract."""
    japanese.tolerate_any_console()
    sys.exit(_run(lambda: program().main(arguments, "nerima-report", standalone_mode=False)))


def _run(command: Callable[[], object]) -> int:
    """Run a command; turn what it raises into a message and an exit code."""
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        code = command()
        print(end="", flush=True)  # here, where the errors of a closed or slow reader can still be handled
    except CannotProceed as error:
        tell(errors, str(error).splitlines(), "red")
        return 2
    except TyperException as error:
        style = "" if japanese.asks_for_help(error) else "red"
        errors.print(japanese.explain(error), style=style, markup=False)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        errors.print(MESSAGE)
        return EXIT_CODE
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 (the reader has closed the pipe)
        return 1
    except OSError as error:
        hint = "  名前と権限を確かめ、ほかで開いていたら閉じてください。"
        place = [f"  場所: {error.filename}"] if error.filename else []
        tell(errors, ["ファイルかフォルダーを使えません。", *place, hint], "red")
        return 2
    except Exception as error:
        if os.environ.get("NERIMA_REPORT_DEBUG"):
            raise
        errors.print(
            f"プログラムの誤りで止まりました（{type(error).__name__}）。書きかけのファイルはありません。\n"
            "  環境変数 NERIMA_REPORT_DEBUG=1 を付けてもう一度実行し、出た内容を開発者に知らせてください。"
        )
        return 3
    if code == EXIT_CODE:
        errors.print(MESSAGE)
    return code if isinstance(code, int) else 0
