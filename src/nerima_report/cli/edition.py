"""The commands about definitions: explained, searched, copied, tried out."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.cli.options import open_folder
from nerima_report.errors import CannotProceed
from nerima_report.text import tell

if TYPE_CHECKING:
    from nerima_report.edition import Edition
    from nerima_report.runs.edition import NewEdition


FolderArgument = Annotated[
    Path, typer.Argument(metavar="[DIR]", help="定義を置くフォルダー（既定は 定義）。", show_default=False)
]


def new(
    name: Annotated[str, typer.Argument(metavar="名前", help="団体の名前（例 ひばり市）。")],
    folder: FolderArgument = Path("定義"),
    like: Annotated[
        str,
        typer.Option(
            "--like", metavar="EDITION", help="もとにする付属の定義（既定は小さなひな形）。", show_default=False
        ),
    ] = "starter",
) -> None:
    """ほかの団体の定義を、小さなひな形か、付属の定義から作る。

    読む: 付属のひな形か定義
    書く: DIR に定義。nerima-report.toml に、使う定義の名前
    例: nerima-report edition new ひばり市
    例: nerima-report edition new ひばり市 --like akebono
    """
    from nerima_report.runs.edition import new_edition
    from nerima_report.workspace import open_workspace

    made = new_edition(open_workspace(Path()), folder, name, like)
    tell(Console(), [f"定義を作りました: {made.folder}", *_lines_about_use(folder, made)])


def copy(folder: FolderArgument = Path("定義")) -> None:
    """付属の定義を、書き換えるために写す。

    読む: 付属の定義
    書く: DIR に定義。nerima-report.toml に、使う定義の名前
    例: nerima-report edition copy
    """
    from nerima_report.runs.edition import copy_edition
    from nerima_report.workspace import open_workspace

    made = copy_edition(open_workspace(Path()), folder)
    tell(Console(), [f"定義を写しました: {folder}", *_lines_about_use(folder, made)])


def _lines_about_use(templates: Path, made: NewEdition) -> Iterator[str]:
    """That the settings name an edition from now on, or what has to be written there for that."""
    from nerima_report.workspace import lines_naming

    if made.in_use:
        yield "nerima-report.toml に書いたので、これからは、この定義を使います。"
    else:
        yield "nerima-report.toml には、ほかの定義が書いてあります。これを使うときは、つぎの2行に書き換えてください。"
        yield from lines_naming(templates, made.folder.name)


def check(
    context: typer.Context,
    templates: Annotated[
        Path | None,
        typer.Option("--templates", metavar="DIR", help="確かめる定義のフォルダー（既定は、使う定義）。"),
    ] = None,
) -> None:
    """定義を確かめ、写したものなら、付属の定義と変わったところを示す。

    読む: 定義のフォルダー
    書く: 何も書かない
    例: nerima-report edition check
    例: nerima-report edition check --templates 定義
    """
    from nerima_report.notices.edition import contents_of, print_advice, print_edition_changes
    from nerima_report.runs import edition as run

    context.obj = templates or context.obj
    _, edition = open_folder(context, Path())
    checked = run.check_edition(edition, references_to(context.find_root().command))
    console = Console()
    tell(console, [f"定義に誤りはありません: {edition.folder}", contents_of(edition)])
    if checked.changes is not None:
        print_edition_changes(console, checked.changes)
    print_advice(console, checked.new_forms, checked.unprinted)


class PlainFormat(StrEnum):
    """How an explanation is written."""

    TEXT = "text"
    JSON = "json"


def explain(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[コード・条・言葉]",
            help="確認結果のコード（例 N401）か、資料の条か言葉（例 指針第20条、規則17条2項4号）。なければ一覧。",
        ),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="すべてを Markdown で書く（docs/findings.md）。")
    ] = False,
    sources: Annotated[
        bool, typer.Option("--sources", help="資料のすべての条と、そのありかを Markdown で書く（docs/coverage.md）。")
    ] = False,
) -> None:
    """確認結果のコードの意味と、どうすればよいか、または資料の条がこの道具のどこにあるかを示す。

    読む: 付属の定義
    書く: 何も書かない
    例: nerima-report explain N501
    例: nerima-report explain 指針第20条
    """
    from nerima_report.notices.edition import explain_code, list_codes, reference_page

    _, edition = open_folder(context, Path())
    catalogue, asked = edition.catalogue, "".join(words or ())
    if sources:
        from nerima_report.edition.sources import load_coverage
        from nerima_report.notices.sources import coverage_page

        print(coverage_page(load_coverage(edition)), end="")
    elif markdown:
        print(reference_page(catalogue), end="")
    elif not asked:
        print(list_codes(catalogue, Console().width))
    elif (wanted := f"N{asked.upper().removeprefix('N')}") in catalogue.codes:
        print(explain_code(wanted, catalogue))
    else:
        _explain_place(edition, asked)


def _explain_place(edition: Edition, asked: str) -> None:
    """Print the places of the sources that somebody names. Raises CannotProceed where there are none."""
    from nerima_report.edition.sources import load_coverage
    from nerima_report.notices.sources import headings, print_found

    coverage = load_coverage(edition)
    found = coverage.find(asked)
    if not found:
        keys = "、".join(source.key for source in coverage.sources.sources) or "なし（定義に sources.toml がない）"
        raise CannotProceed(
            f"「{asked}」というコードも条もありません。\n  コードは、nerima-report explain で一覧を見られます。\n"
            f"  条は、指針第20条、規則17条2項4号 のように、資料の名前から書きます。\n  資料: {keys}"
        )
    for each in found:
        if not each.lines:
            there = "、".join(headings(each.source))
            raise CannotProceed(f"「{asked}」はありません（{each.source.title}）。\n  あるもの: {there}")
    print_found(Console(), coverage, found, overview=any(len(each.lines) == len(each.source.lines) for each in found))


def references_to(command: Any, name: str = "") -> Iterator[str]:
    """A command, its options and the commands in it, as sources.toml refers to them: コマンド publish --done."""
    from nerima_report.edition.sources import COMMAND

    yield f"{COMMAND} {name}"
    yield from (f"{COMMAND} {name} {option}" for parameter in command.params for option in parameter.opts)
    for inner, subcommand in getattr(command, "commands", {}).items():
        yield from references_to(subcommand, f"{name} {inner}".strip())


def guideline(
    context: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]", help="探す言葉（例 警察署）。なければ一覧。")
    ] = None,
    written_as: Annotated[
        PlainFormat, typer.Option("--format", metavar="形式", help="書き方。json はほかのプログラム用。")
    ] = PlainFormat.TEXT,
) -> None:
    """個人情報利活用ガイドラインの類型を探し、該当するときに要ることを示す。

    読む: 付属の定義
    書く: 何も書かない
    例: nerima-report guideline 警察署
    """
    from nerima_report.edition.guideline import search
    from nerima_report.notices.edition import print_guideline, render_guideline

    _, edition = open_folder(context, Path())
    guideline = edition.guideline
    words = " ".join(text or ()).strip()
    result = search(guideline, words) if words else None
    if written_as is PlainFormat.JSON:
        japanese.print_document(render_guideline(guideline, words, result))
    else:
        print_guideline(Console(), guideline, words, result)
