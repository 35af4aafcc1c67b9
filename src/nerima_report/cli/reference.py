"""The reference of all commands (docs/commands.md): the help of each, as a terminal of 80 columns shows it.

python -m nerima_report.cli.reference > docs/commands.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from nerima_report.cli import program
from nerima_report.cli.help import SECTIONS, help_page

NAME = "nerima-report"
WIDTH = 80
INTRODUCTION = f"""# コマンド

コマンドの `--help` を集めたものです（`make docs`）。どう使っていくかは [手引き](guide/README.md) にあります。

- コマンドは、作業フォルダーの中で打ちます。ほかの場所からは、`{NAME} -C フォルダー build 2022` のように書きます。
- 年度は 2022、R4、令和4 のどれでも書けます。
- `{NAME} --install-completion` で、コマンドとオプションを Tab キーで補えるようになります。
"""


def reference() -> str:
    """The whole reference, as Markdown."""
    context = typer.Context(program(), info_name=NAME, help_option_names=["-h", "--help"])
    return "\n".join([INTRODUCTION, *_sections(program(), context)])


def _sections(command: Any, context: typer.Context) -> Iterator[str]:
    heading = context.command_path if context.parent else "全体"
    yield f"## {heading}\n\n```text\n{help_page(command, context, WIDTH)}```\n"
    commands = getattr(command, "commands", {})
    order = commands if context.parent else [name for names in SECTIONS.values() for name in names]
    for name in order if commands else ():
        yield from _sections(commands[name], typer.Context(commands[name], info_name=name, parent=context))


if __name__ == "__main__":
    print(reference(), end="")
