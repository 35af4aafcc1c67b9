"""The help in Japanese: folded to the terminal and never cut, the commands in the order of a year's work."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from nerima_report.text import fold

WIDEST = 100  # longer lines are hard to read
_WIDEST_NAME = 24  # a longer name has a line to itself
# The commands of the program as its help lists them: the season first, then what goes beyond it.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "年度の仕事（この順に使う）": ("init", "form", "status", "validate", "build", "publish"),
    "年度をくらべる": ("check", "trend", "record"),
    "請求台帳と登録簿": ("ledger", "register"),
    "調べる": ("explain", "guideline", "help"),
    "報告や様式を変える": ("edition",),
}


EXAMPLE = "例"  # the lines of a command's help that begin so are command lines


class Entry(NamedTuple):
    """A name with what it means."""

    name: str
    meaning: str


EXIT_CODES = (
    Entry("0", "エラーの指摘はない（--strict を付けたときは、警告もない）。"),
    Entry("1", "エラーの指摘がある。"),
    Entry("2", "使い方、設定、定義の誤りで、何もできなかった。"),
    Entry("3", "プログラムの誤り。"),
    Entry("130", "中断した。"),
)
_BRACES = str.maketrans("", "", "{}")  # around what must be given


class _InJapanese:
    """What a command and a group of commands have in common: help and usage in Japanese."""

    def get_usage(self, ctx: Any) -> str:
        """The first line of the help."""
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        for english, japanese in (("[OPTIONS]", "[オプション]"), ("COMMAND [ARGS]...", "コマンド ...")):
            pieces = pieces.replace(english, japanese)
        return f"使い方: {ctx.command_path} {pieces}".translate(_BRACES).replace("[[", "[").replace("]]", "]")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        formatter.write(help_page(self, ctx, min(shutil.get_terminal_size().columns, WIDEST)))

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        """The option --help."""
        option: TyperOption | None = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "この説明を表示して終わる。"
        return option

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; an error knows the command in which it was made."""
        try:
            rest: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]
        except TyperException as error:
            error.ctx = getattr(error, "ctx", None) or ctx  # type: ignore[attr-defined]
            raise
        return rest


class JapaneseCommand(_InJapanese, TyperCommand):
    """A command with its help and usage in Japanese."""


class JapaneseGroup(_InJapanese, TyperGroup):
    """The program, or a group of its commands, with its help and usage in Japanese."""


def purpose(command: Any) -> str:
    """What a command is for, in one sentence: the first line of its help."""
    return str(command.help or "").partition("\n")[0]


def help_page(command: Any, context: Any, width: int) -> str:
    """The help of a command: how it is used, what it does, reads and writes, its commands, options, examples, codes."""
    lines = [*fold(command.get_usage(context), width), "", *_folded("  ", purpose(command), width)]
    facts = [(name, text) for name, _, text in (line.partition(": ") for line in _rest_of_help(command))]
    if about := [Entry(name, text) for name, text in facts if name != EXAMPLE]:
        lines += ["", *_lines_of(about, width)]
    for heading, entries in _sections(command, context):
        lines += ["", heading, *_lines_of(entries, width)]
    if examples := [text for name, text in facts if name == EXAMPLE]:
        lines += ["", EXAMPLE, *(f"  {text}" for text in examples)]
    if context.parent is None:
        lines += ["", "終了コード", *_lines_of(EXIT_CODES, width)]
    elif any(param.name == "strict" for param in command.params):
        lines += ["", "終了コード", *_lines_of(EXIT_CODES[:3], width)]
    return "\n".join(lines) + "\n"


def _rest_of_help(command: Any) -> list[str]:
    return [line.strip() for line in str(command.help or "").splitlines()[1:] if line.strip()]


def _sections(command: Any, context: Any) -> Iterator[tuple[str, list[Entry]]]:
    commands = getattr(command, "commands", {})
    sections = SECTIONS if context.parent is None else {"コマンド": tuple(commands)}
    for heading, names in sections.items():
        if entries := [Entry(name, purpose(commands[name])) for name in names if name in commands]:
            yield heading, entries
    panels: dict[str, list[Entry]] = {"引数": []}  # first of all, then the options in the order of their groups
    for param in command.get_params(context):
        if not getattr(param, "hidden", False):
            usual = "引数" if param.param_type_name == "argument" else "オプション"
            panels.setdefault(getattr(param, "rich_help_panel", None) or usual, []).append(_entry(param))
    yield from ((heading, entries) for heading, entries in panels.items() if entries)


def _entry(param: Any) -> Entry:
    """An argument or option; a choice says what may be chosen."""
    choices = [str(choice) for choice in param.type_descriptor.choices or ()]
    may_be = f"書けるもの: {'、'.join(choices)}。" if choices else ""
    if param.param_type_name == "argument":
        return Entry(param.metavar or param.name, (param.help or "") + may_be)
    names = ", ".join(sorted(param.opts, key=len))
    return Entry(f"{names} {param.metavar}" if param.metavar else names, (param.help or "") + may_be)


def _lines_of(entries: Iterable[Entry], width: int) -> Iterator[str]:
    from rich.cells import cell_len

    entries = list(entries)
    column = max((n for entry in entries if (n := cell_len(entry.name)) <= _WIDEST_NAME), default=0)
    margin = " " * (column + 4)
    for name, meaning in entries:
        first, *others = _folded(margin, meaning, width)
        if cell_len(name) > column:
            yield f"  {name}"
            yield first
        else:
            yield f"  {name}{' ' * (column - cell_len(name))}  {first.lstrip()}"
        yield from others


def _folded(margin: str, text: str, width: int) -> list[str]:
    return [margin + line for line in fold(text, max(width - len(margin), 20))]
