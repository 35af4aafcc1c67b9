"""Which commands write into the working folder: they take its lock, whatever they do in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.cli.help import JapaneseCommand
from nerima_report.text import tell

Parameters = Mapping[str, Any]


def _always(_: Parameters) -> bool:
    return True


def _into_a_file(given: Parameters) -> bool:
    """Whether the findings are written into a file, which may lie in the working folder."""
    return given["output"] is not None


def _unless_tried(given: Parameters) -> bool:
    return not given["dry_run"]


def _into_folders(given: Parameters) -> bool:
    return given["return_to"] is not None or japanese.year_alone(given["files"]) is not None


# Which of the commands write, and when, by what was said on the command line. `status` takes the lock where it writes,
# and so does `init`, whose folder is not there before.
WRITERS: Mapping[str, Callable[[Parameters], bool]] = {
    "init": _always,
    "form": _always,
    "validate": lambda given: _into_folders(given) or _into_a_file(given),
    "build": _always,
    "publish": _always,
    "check": _into_a_file,
    "trend": _always,
    "edition new": _always,
    "edition copy": _always,
    "ledger new": _always,
    "record template": _always,
    "record import": _always,
    "ledger confirm": _always,
    "ledger import": _always,
    "ledger notice": _always,
    "ledger blank": _unless_tried,
    "register merge": lambda given: _unless_tried(given) or _into_a_file(given),
    "register print": _always,
}


class Command(JapaneseCommand):
    """A command of the program; one that writes holds the lock from before it reads until it has ended."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        name = ctx.command_path.partition(" ")[2]
        folder = ctx.params["folder"] if name == "init" else Path()
        if not (name in WRITERS and WRITERS[name](ctx.params)):
            return super().invoke(ctx)
        from nerima_report.writing.lock import is_worked_in, one_writer

        if not is_worked_in(folder):
            return super().invoke(ctx)
        with one_writer(folder, f"{name} {ctx.params.get('year') or ''}".strip()) as repaired:
            if repaired:
                tell(Console(stderr=True), ["前の実行が途中で止まっていたので、先に片付けました。"])
            return super().invoke(ctx)
