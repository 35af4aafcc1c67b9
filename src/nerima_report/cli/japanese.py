"""The command line in Japanese: usage errors, arguments, completion and the progress bar."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import typer
from typer.exceptions import TyperException

from nerima_report import __version__, interruption
from nerima_report.text import printable

BEFORE_THE_COMMAND = ("-C", "--templates")
HELP_HINT = "くわしい使い方は {} --help で見られます。"
# Below this many workbooks a progress bar only flickers.
FEWEST_FOR_PROGRESS = 5
# Control codes that delete the line of the progress bar and show the cursor again.
_ERASE_BAR = "\r\x1b[2K\x1b[?25h"
CHARTS_LOCK = "requirements-charts.lock"  # what running with charts needs, locked


def tolerate_any_console() -> None:
    """Replace characters that the console cannot show, instead of failing on them."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def print_document(content: str) -> None:
    """Print a document for a file or another program: as UTF-8, except in a terminal."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None and not sys.stdout.isatty():
        reconfigure(encoding="utf-8")
    print(content)


def show_version(wanted: bool) -> None:
    """Print the version and stop, for --version."""
    if wanted:
        print(f"nerima-report {__version__}")
        raise typer.Exit


def with_completion(program: Any) -> Any:
    """The program with Typer's options for completion in Japanese."""
    for param in program.params:
        if param.name == "install_completion":
            param.help, param.callback = "コマンドとオプションを Tab キーで補えるようにする。", _install_completion
        elif param.name == "show_completion":
            param.help = "そのための設定を表示する。"
    return program


def _install_completion(context: Any, _: Any, wanted: Any) -> Any:
    if not wanted or context.resilient_parsing:
        return wanted
    from typer._completion_shared import install

    shell, file = install()
    print(f"{shell} で、コマンドとオプションを Tab キーで補えるようにしました: {file}\n端末を開き直すと使えます。")
    raise typer.Exit


def fiscal_year(text: str) -> int:
    """The fiscal year that somebody typed: 2026, R8 or 令和8. Raises a usage error for anything else."""
    from nerima_report.fiscal_year import parse_fiscal_year

    year = parse_fiscal_year(text)
    if year is None:
        raise typer.BadParameter(f"年度「{text}」を読めません。2026、R8、令和8 のように書いてください。")
    return year


def year_alone(words: list[str]) -> int | None:
    """The fiscal year where somebody typed nothing but one; None for names of files, as which it counts if it is one.

    Raises a usage error for several years, or one beside files.
    """
    from nerima_report.fiscal_year import parse_fiscal_year

    years = [word for word in words if parse_fiscal_year(word) is not None and not Path(word).exists()]
    if years and len(words) > 1:
        raise typer.BadParameter(
            f"年度「{years[0]}」は、ほかの名前や年度といっしょには書けません。一つだけ書いてください。"
        )
    return fiscal_year(years[0]) if years else None


def is_year(words: list[str]) -> bool:
    """Whether somebody typed a single word that could be a fiscal year."""
    from nerima_report.fiscal_year import parse_fiscal_year

    return len(words) == 1 and parse_fiscal_year(words[0]) is not None


def fiscal_years(text: str) -> tuple[int, int]:
    """The first and the last fiscal year that somebody typed: 2018..2026. Raises a usage error for anything else."""
    from nerima_report.fiscal_year import parse_fiscal_year, parse_fiscal_years

    example = "2018..2026、H30..R8、平成30..令和8 のように書いてください。"
    if parse_fiscal_year(text) is not None:
        raise typer.BadParameter(f"「{text}」は一つの年度です。推移は2年度以上で示すので、{example}")
    years = parse_fiscal_years(text)
    if years is None:
        raise typer.BadParameter(f"年度の範囲「{text}」を読めません。{example}")
    if years[0] == years[1]:
        raise typer.BadParameter(f"「{text}」は一つの年度です。推移は2年度以上で示すので、{example}")
    if years[0] > years[1]:
        raise typer.BadParameter(f"「{text}」は順序が逆です。古い年度を先に書いてください。")
    return years


def without_charts() -> str:
    """The message of `trend` where the extra `charts` is missing: no pictures were made, and how to install it."""
    lock = Path(__file__).resolve().parents[3] / CHARTS_LOCK  # beside src/, in a checkout
    here = lock.is_file()
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes", "-r"]
    command.append(str(lock) if here else CHARTS_LOCK)
    line = f"& {subprocess.list2cmdline(command)}" if sys.platform == "win32" else shlex.join(command)
    how = "次を実行すると" if here else "この道具のもとのフォルダーで次を実行すると"
    return f"図を描く部品（charts）を使えないので、図は作っていませんが、{how}作れるようになります: {line}"


def asks_for_help(error: TyperException) -> bool:
    """Whether nothing but a group of commands was typed; the message is then the help of the group."""
    return type(error).__name__ == "NoArgsIsHelpError"


def explain(error: TyperException) -> str:
    """A usage error in Japanese, with what to do."""
    parameter = getattr(error, "param", None)
    name = getattr(parameter, "metavar", None) or getattr(parameter, "name", "")
    option = (getattr(parameter, "opts", None) or [getattr(error, "option_name", "")])[0]
    likely = "、".join(getattr(error, "possibilities", None) or ())
    if asks_for_help(error):
        return error.message
    match type(error).__name__:
        case "NoSuchOption" if option in BEFORE_THE_COMMAND:
            message = f"「{option}」は前に書いてください（例 nerima-report {option} フォルダー build 2022）。"
        case "NoSuchOption":
            message = f"オプション「{option}」はありません。" + (f"もしかして: {likely}" if likely else "")
        case "MissingParameter":
            message = f"「{name}」を指定してください。"
        case "BadOptionUsage":
            message = f"オプション「{option}」の使い方が正しくありません。値が必要かを確かめてください。"
        case "BadParameter" if parameter is not None:
            allowed = "、".join(re.findall(r"'(\w+)'", error.message.partition("not one of")[2]))
            message = f"「{option}」の値が正しくありません。" + (f"書けるもの: {allowed}" if allowed else "")
        case _:
            message = _other_usage_error(error.message)
    return "\n".join((message, *_how_to_use(getattr(error, "ctx", None))))


def _how_to_use(context: Any) -> list[str]:
    """How the command is used that was typed wrongly, and where all of it is described."""
    if context is None:
        return [HELP_HINT.format("nerima-report")]
    return [context.get_usage(), HELP_HINT.format(context.command_path)]


def _other_usage_error(message: str) -> str:
    if message.startswith("Missing command"):
        return "コマンド（form、build など）を指定してください。"
    if unknown := re.match(r"No such command '(.*?)'\.(?: Did you mean (.*?)\?)?", message):
        likely = f"もしかして: {unknown[2].strip(chr(39))}" if unknown[2] else ""
        return f"コマンド「{unknown[1]}」はありません。{likely}"
    if extra := re.match(
        r"Got unexpected extra arguments? \((.*)\)|Got unexpected extra argument\(s\) \((.*)\)", message
    ):
        return f"余分な引数があります: {extra[1] or extra[2]}"
    return message


class Progress:
    """A progress bar over the workbooks, shown in a terminal when there are many."""

    def __init__(self, files: int) -> None:
        self.files = files
        self._shown = files >= FEWEST_FOR_PROGRESS and sys.stderr.isatty()

    def __enter__(self) -> Callable[[Path], None]:
        if not self._shown:
            return lambda path: None
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress

        name = TextColumn("{task.description}", markup=False)
        columns = (TextColumn("読み込み中"), BarColumn(), MofNCompleteColumn(), name)
        console = Console(stderr=True)
        # No thread of its own: it might draw the bar again after an interruption has erased it.
        self._bar = RichProgress(*columns, console=console, transient=True, auto_refresh=False)
        interruption.erase = "" if console.legacy_windows else _ERASE_BAR
        self._bar.start()
        task = self._bar.add_task("", total=self.files)

        def advance(path: Path) -> None:
            self._bar.update(task, advance=1, description=printable(path.name), refresh=True)

        return advance

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._bar.stop()
            interruption.erase = ""
