"""The commands of a year's work: a working folder, forms, checks, the report, its publication."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from nerima_report.cli import japanese
from nerima_report.cli.options import (
    DraftsOption,
    FindingsOrder,
    FormatOption,
    OutputOption,
    StrictOption,
    YearArgument,
    folder_of_edition,
    leave,
    open_folder,
    show_findings,
    years_here,
)
from nerima_report.errors import CannotProceed
from nerima_report.notices import NoticeFormat
from nerima_report.text import label_of, tell, tell_folded

if TYPE_CHECKING:
    from nerima_report.edition import Edition
    from nerima_report.files import FoundWorkbooks
    from nerima_report.records.model import Record
    from nerima_report.runs.prepare import FormsMade, Prepared
    from nerima_report.workspace import Workspace


_TO_PUBLISH, _PUBLISHED = "公表するとき", "公表したあと"  # what the help calls the options of `publish`
_NOTHING_NEW = "集計様式は、すべて同じものがあるので、作っていません。"


def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="作るフォルダー。")] = Path(),
    year: Annotated[
        str,
        typer.Option(
            "--year",
            metavar="年度",
            help="名簿の年度（既定は、いま集める年度）。作業フォルダーに名簿のない年度なら、前の年度の名簿を引き継ぐ。",
        ),
    ] = "",
) -> None:
    """作業フォルダーを作り、つぎの年度に進める（あるものは変えない）。

    読む: 前の年度の roster.xlsx（あれば）
    書く: DIR に nerima-report.toml、roster.xlsx、inbox、records、out
    例: nerima-report init 運用状況 --year R8
    例: nerima-report init --year R9          作業フォルダーの中で、つぎの年度へ
    """
    from datetime import date

    from nerima_report.fiscal_year import collected_year
    from nerima_report.runs import prepare as run

    workspace, edition = open_folder(context, folder)
    fiscal_year = japanese.fiscal_year(year) if year else collected_year(date.today())
    prepared = run.init(folder, edition, fiscal_year, go_on=bool(year))
    tell_folded(Console(), lines_about_folder(prepared, workspace, edition, fiscal_year))


def form(
    context: typer.Context,
    year: YearArgument,
    section: Annotated[
        list[str] | None,
        typer.Option("--section", metavar="課名", help="この課だけ（くり返せる。全体の様式も選べる）。"),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="置く場所（既定は forms/年度）。")] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="DIR|FILE", help="前の年度の集計。その数を横に載せる。")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="内容の違うファイルがあっても置きかえる。")] = False,
    registers: Annotated[
        bool, typer.Option("--registers", help="登録簿のシートも付ける（registers があれば、いつも付く）。")
    ] = False,
    drafts: DraftsOption = False,
) -> None:
    """各課に配る集計様式（Excel）と依頼の手紙を、名簿のすべての課と、全体について作る。

    読む: roster.xlsx、nerima-report.toml の [deadline]
    書く: forms/年度 に様式、forms/年度/依頼 に手紙
    例: nerima-report form 2026
    例: nerima-report form 2026 --section 福祉部管理課
    例: nerima-report form 2026 --previous inbox/2025
    """
    from nerima_report.runs import prepare as run

    fiscal_year = japanese.fiscal_year(year)
    workspace, edition = open_folder(context, Path())
    order = run.FormOrder(tuple(section or ()), out, previous, force, registers, drafts)
    forms = run.make_forms(workspace, edition, fiscal_year, order)
    tell_folded(Console(), lines_about_forms(forms))


class StatusFormat(StrEnum):
    """How the status of a year is written."""

    TEXT = "text"
    JSON = "json"


def status(
    context: typer.Context,
    year: Annotated[
        str,
        typer.Argument(metavar="[年度]", help="2026、R8 など（既定は、今集めている年度）。", autocompletion=years_here),
    ] = "",
    status_format: Annotated[
        StatusFormat, typer.Option("--format", metavar="形式", help="json は、ほかのプログラム用。")
    ] = StatusFormat.TEXT,
    day: Annotated[str, typer.Option("--on", metavar="日", help="この日に見たものとする。", hidden=True)] = "",
) -> None:
    """今どこまで進んだかを示す: 期限、未提出、直しが必要な課、前に見たときから変わったこと、次のコマンド。

    読む: 作業フォルダーの全部
    書く: 何も変えない（見たときのようすだけを .nerima-report に残す）
    例: nerima-report status
    例: nerima-report status 2026 --format json
    """
    from datetime import datetime, time

    from nerima_report.fiscal_year import parse_date
    from nerima_report.notices.status import print_status, render_json
    from nerima_report.runs import status as run
    from nerima_report.workspace import is_workspace, open_workspace

    if not is_workspace(Path()):
        raise CannotProceed(
            f"ここは作業フォルダーではありません（nerima-report.toml も roster.xlsx もありません）。\n"
            f"  フォルダー: {Path.cwd()}\n  作業フォルダーに移るか、nerima-report init で作ってください。"
        )
    fiscal_year = japanese.fiscal_year(year) if year else None
    now = datetime.now()
    if day:
        if (date := parse_date(day)) is None:
            raise typer.BadParameter(f"日「{day}」を読めません。2027-05-14 のように書いてください。")
        now = datetime.combine(date, time())
    workspace = open_workspace(Path())
    order = run.LookOrder(fiscal_year, now, bool(day))
    look = run.look(workspace, partial(folder_of_edition, context, workspace), order, japanese.Progress)
    if status_format is StatusFormat.JSON:
        japanese.print_document(render_json(look))
    else:
        print_status(Console(), look)


def validate(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES|年度",
            help="ファイルかフォルダー（inbox/*.xlsx も可）。年度なら、その全部。",
            autocompletion=years_here,
        ),
    ],
    complete: Annotated[bool, typer.Option("--complete", help="名簿の課がそろっているかも確かめる。")] = False,
    return_to: Annotated[
        Path | None, typer.Option("--return-to", metavar="DIR", help="印を付けた写しを置くフォルダー。")
    ] = None,
    notice_format: FormatOption = NoticeFormat.TEXT,
    output: OutputOption = None,
    strict: StrictOption = False,
    drafts: DraftsOption = False,
) -> None:
    """集計のファイルを一つずつ確かめる。年度（2026）なら、その年度の全部を確かめ、確認/2026 に結果を置く。

    読む: ファイル、または inbox/年度（なければ inbox）
    書く: 年度なら 確認/年度 に 確認.html、返却、手紙。ファイルなら何も書かない
    例: nerima-report validate 2026
    例: nerima-report validate inbox/2026/12_福祉部管理課.xlsx
    例: nerima-report validate 集計.xlsx --return-to 返却
    """
    wanted = FindingsOrder(notice_format, output, strict)
    fiscal_year = japanese.year_alone(files)
    if fiscal_year is None and drafts:
        raise CannotProceed("--eml は、年度を確かめるとき（nerima-report validate 2026 --eml）に付けてください。")
    if fiscal_year is None:
        _validate_files(context, files, wanted, complete=complete, return_to=return_to)
    elif return_to is not None:
        raise CannotProceed(
            f"年度を確かめるときは、--return-to は要りません。写しは 確認/{fiscal_year}/返却 に作ります。"
        )
    else:
        _validate_year(context, fiscal_year, wanted, drafts=drafts)


def _validate_files(
    context: typer.Context, files: list[str], wanted: FindingsOrder, *, complete: bool, return_to: Path | None
) -> None:
    from nerima_report.files import find_workbooks, searched_folders
    from nerima_report.workbooks import shared_reader

    if japanese.is_year(files):
        note = (
            f"「{files[0]}」は、ここにあるその名前のものとして確かめます。年度なら、令和8年度 のように書いてください。"
        )
        tell(Console(stderr=True), [note])
    workbooks = find_workbooks(files)
    if workbooks.paths:
        shared_reader().read_ahead(workbooks.paths)  # while the imports below are loaded
    from nerima_report.runs import validate as run

    workspace, edition = open_folder(context, Path(), texts=False)
    if not workbooks.paths:
        raise _nothing_to_check(files, workbooks)
    if return_to is not None:
        from nerima_report.notices.returned import refuse_as_target, return_workbooks
        from nerima_report.workspace import write_all

        copies: dict[str, bytes] = {}
        refuse_as_target(return_to, [workspace.folder / "inbox", *searched_folders(files)], workbooks.paths)
    with japanese.Progress(len(workbooks.paths)) as advance:
        examination = run.validate(workbooks, edition, workspace, complete, advance)
    facts: dict[str, object] = {
        "command": "validate",
        "fiscal_years": examination.inbox.fiscal_years,
        "files": len(examination.files),
    }
    if complete:
        from nerima_report.notices.matrix import handed_in
        from nerima_report.notices.status import as_facts

        facts["handed_in"] = as_facts(handed_in(examination))
    if return_to is not None:
        examination, returned = return_workbooks(examination, copies.__setitem__)
        write_all(return_to, copies)
        facts["returned"] = [label_of(return_to / copy.name) for copy in returned]
    from nerima_report.notices.screen import closing_of

    show_findings(examination, wanted, facts, closing_of(examination))
    leave(examination, wanted)


def _validate_year(context: typer.Context, fiscal_year: int, wanted: FindingsOrder, *, drafts: bool) -> None:
    from datetime import date

    from nerima_report.workbooks import shared_reader

    shared_reader().start()  # it gets ready while the imports below take their time
    from nerima_report.runs import validate_year as run

    workspace, edition = open_folder(context, Path(), texts=False)
    with japanese.Progress(len(workspace.workbooks(fiscal_year).paths)) as advance:
        order = run.YearOrder(date.today(), drafts)
        validated = run.validate_year(workspace, edition, fiscal_year, order, advance)
    show_findings(validated.examination, wanted, validated.facts, validated.closing)
    leave(validated.examination, wanted)


def build(
    context: typer.Context,
    year: YearArgument,
    draft: Annotated[bool, typer.Option("--draft", help="エラーがあっても「案」として作る。")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="表に前年度の数と増減の欄を加える。")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="PDFも作る（LibreOfficeか、WindowsのWordが要る）。")] = False,
    from_record: Annotated[bool, typer.Option("--from-record", help="公表の記録から作る。")] = False,
    notice_format: FormatOption = NoticeFormat.TEXT,
    output: OutputOption = None,
    strict: StrictOption = False,
) -> None:
    """年度の報告を inbox の集計から作り、out に置く。

    読む: inbox/年度（なければ inbox）、roster.xlsx、records、請求台帳（あれば）
    書く: out/年度 に report.docx など。エラーがあれば何も書かない（--draft を除く）
    例: nerima-report build 2026
    例: nerima-report build 2026 --draft
    例: nerima-report build 2025 --from-record
    """
    if draft and from_record:
        raise CannotProceed("--draft と --from-record は、いっしょには使えません（記録は公表したものです）。")
    if notice_format is NoticeFormat.HTML and output is None:
        raise CannotProceed(
            "--format html は確認結果のページの形で、報告の形ではありません。\n"
            "  報告は、いつも Word と Markdown とウェブページで out に作ります（--pdf を付ければ PDF も）。\n"
            "  確認結果をページにするときは、--output 確認.html のように、書くファイルも指定してください。"
        )
    if not from_record:
        from nerima_report.workbooks import shared_reader

        shared_reader().start()  # it starts while the imports below are loaded
    from nerima_report.fiscal_year import full_name
    from nerima_report.runs import build as run

    fiscal_year = japanese.fiscal_year(year)
    workspace, edition = open_folder(context, Path())
    if from_record:
        from nerima_report.runs import reprint

        built = reprint.build_from_record(workspace, edition, fiscal_year, compare=compare, pdf=pdf)
    else:
        with japanese.Progress(len(workspace.workbooks(fiscal_year).paths)) as advance:
            order = run.BuildOrder(fiscal_year, draft, compare, pdf)
            built = run.build(workspace, edition, order, advance)
    name = full_name(fiscal_year) + ("の報告の案" if draft else "の報告")
    written = [path.as_posix() for path in built.written]
    facts: dict[str, object] = {"command": "build", "fiscal_year": fiscal_year, "draft": draft, "written": written}
    closing = f"{name}を作りました: {built.written[0].parent}" if written else f"{name}は作っていません"
    closing += f"、受付番号の一覧: {built.case_numbers}" if built.case_numbers else ""
    wanted = FindingsOrder(notice_format, output, strict)
    show_findings(built.examination, wanted, facts, closing)
    if not draft:
        leave(built.examination, wanted)


def publish(
    context: typer.Context,
    year: YearArgument,
    day: Annotated[
        str,
        typer.Option(
            "--on",
            rich_help_panel=_TO_PUBLISH,
            metavar="日",
            help="公表の日（既定は、公表の月の1日。過ぎていれば今日）。",
        ),
    ] = "",
    way: Annotated[
        list[str] | None,
        typer.Option(
            "--way",
            rich_help_panel=_TO_PUBLISH,
            metavar="方法",
            help="公表の方法（くり返せる。例 掲示場。municipality.toml から選ぶ）。",
        ),
    ] = None,
    as_built: Annotated[
        str,
        typer.Option(
            "--as-built",
            rich_help_panel=_TO_PUBLISH,
            metavar="理由",
            help="build のあとで変わったものがあっても、そのまま公表する。",
        ),
    ] = "",
    revise: Annotated[
        str,
        typer.Option(
            "--revise",
            rich_help_panel=_PUBLISHED,
            metavar="理由",
            help="公表済みの記録を、この理由で改め、正誤表を作る。",
        ),
    ] = "",
    withdraw: Annotated[
        str,
        typer.Option(
            "--withdraw", rich_help_panel=_PUBLISHED, metavar="理由", help="公表の日の前に、この理由で取り下げる。"
        ),
    ] = "",
    done: Annotated[
        list[str] | None,
        typer.Option(
            "--done",
            rich_help_panel=_PUBLISHED,
            metavar="方法",
            help="この方法での公表を済ませた（日は --on、既定は今日。くり返せる）。",
        ),
    ] = None,
) -> None:
    """作った報告の記録を、公表の日と方法とともに records に移し、以後は守る。

    読む: out/年度/record.json
    書く: records/年度.json。--revise なら out/年度/正誤表、--withdraw なら records/取り下げ.csv も
    例: nerima-report publish 2026 --on 2027-06-10 --way 掲示場
    例: nerima-report publish 2026 --done 掲示場
    例: nerima-report publish 2026 --revise 数え落とし
    """
    from datetime import date

    from nerima_report.fiscal_year import full_name, parse_date
    from nerima_report.notices.screen import print_notices
    from nerima_report.runs import publish as run

    fiscal_year, console = japanese.fiscal_year(year), Console()
    workspace, edition = open_folder(context, Path())
    if withdraw.strip():
        if day or way or as_built or revise or done:
            raise CannotProceed("--withdraw は、公表のほかのオプションといっしょには使えません。")
        withdrawn = run.withdraw(workspace, edition, fiscal_year, withdraw.strip(), date.today())
        back = f"（記録は {withdrawn.back} に戻しました）" if withdrawn.back else ""
        tell_folded(
            console, [f"{full_name(fiscal_year)}の公表を取り下げました{back}。", f"書き足しました: {withdrawn.trace}"]
        )
        return
    if day and parse_date(day) is None:
        raise typer.BadParameter(f"日「{day}」を読めません。2027-06-01 のように書いてください。")
    if done:
        if way or as_built or revise:
            raise CannotProceed("--done といっしょに使えるのは --on だけです。")
        ways = run.WaysDone(fiscal_year, tuple(done), parse_date(day))
        tell_folded(console, lines_about_publication(run.record_ways(workspace, edition, ways, date.today()), edition))
        return
    order = run.PublishOrder(fiscal_year, parse_date(day), tuple(way or ()), revise.strip(), as_built.strip())
    published = run.publish(workspace, edition, order, date.today())
    print_notices(console, edition.catalogue.notices(published.findings), edition.words)
    outcome = "を公表の記録にしました" if published.changed else "は、すでに同じ内容で公表の記録になっています"
    tell_folded(console, [f"{full_name(fiscal_year)}{outcome}: {published.file}"])
    tell_folded(console, lines_about_publication(published.record, edition))
    tell(console, [f"作りました: {file}" for file in published.errata])


def lines_about_publication(record: Record, edition: Edition) -> Iterator[str]:
    """What the record of a year says of its publication: the day, and each way with the day on which it was done."""
    from datetime import date

    from nerima_report.fiscal_year import full_date

    if record.publication is None:
        return
    on, month = date.fromisoformat(record.publication.date), edition.municipality.publication_month.value
    yield f"公表の日: {full_date(on)}" + (f"（公表の月は{month}月）" if on.month != month else "")
    days = {done.way: full_date(date.fromisoformat(done.date)) for done in record.ways_done}
    for way in record.publication.ways:
        yield f"・{way}: {days.get(way, 'まだ')}"
    if record.ways_open:
        yield f"済ませたら、その日を記録にする: nerima-report publish {record.fiscal_year} --done 方法"


def lines_about_folder(prepared: Prepared, workspace: Workspace, edition: Edition, fiscal_year: int) -> Iterator[str]:
    """What `init` says of what it made and carried over, and what has to be looked at."""
    from nerima_report.fiscal_year import full_name

    words = edition.words
    name, coordinator = full_name(fiscal_year), edition.municipality.coordinator(fiscal_year)
    yield from (f"作りました: {path}" for path in prepared.created)
    if prepared.carried:
        before, number, kept, loose = prepared.carried
        sections = f"{number}{words.section}"
        yield f"{full_name(before)}から引き継ぎました。"
        yield f"・名簿: {sections}（roster.xlsx に{name}の行を加えました。前の名簿は {kept} に残してあります）"
        yield f"・設定（nerima-report.toml）と定義（{edition.name}）: 今までのものを使います。"
        if loose:
            yield f"・inbox にじかにある集計（{loose}ファイル）: その年度のフォルダーに移してください。"
    elif prepared.missing_year:
        yield f"名簿に{name}の{words.section}がありません。"
        yield f"nerima-report init --year {fiscal_year} とすると、前の年度の名簿、設定、定義を引き継ぎます。"
        return
    elif not prepared.created:
        yield f"必要なものはすべてあります。何も変えていません（{name}）。"
        return
    yield f"つぎのことを確かめてください（{name}）。"
    yield f"・{words.section}の名前と組織: 変わったところを、roster.xlsx で直します（様式とメールの欄もあります）。"
    yield (
        f"・とりまとめの{words.section}: {coordinator.department}{coordinator.section}。"
        "変わったときは、定義の municipality.toml の coordinators に書き足します。"
    )
    yield f"・提出期限: nerima-report.toml の [deadline] に、{fiscal_year} = {fiscal_year + 1}-05-14 のように書きます。"
    sent = f"各{words.section}に送る" if edition.for_year(fiscal_year).asks_sections else f"{words.whole}の"
    yield f"つぎに、nerima-report form {fiscal_year} で、{sent}様式を作ってください。"


def _nothing_to_check(files: Sequence[str], searched: FoundWorkbooks) -> CannotProceed:
    """That no workbook lies behind the names, what was passed over, and in which folders beneath there are some."""
    from nerima_report.files import folders_with_workbooks
    from nerima_report.workspace import passed_over

    lines = ["確かめるファイル（.xlsx）が見つかりません。", f"  指定: {' '.join(files)}"]
    lines += passed_over(searched.skipped).splitlines()
    beneath = folders_with_workbooks(files)
    lines += [f"  ここにはあります: {folder}（{number}ファイル）" for folder, number in beneath.items()]
    lines.append("  フォルダーの名前を指定してください。" if beneath else "  名前と場所を確かめてください。")
    return CannotProceed("\n".join(lines))


def lines_about_forms(forms: FormsMade) -> Iterator[str]:
    """The lines that `form` prints about the forms it made."""
    yield from (f"作りました: {path}" for path in forms.written)
    for path in forms.unusable:
        yield f"表紙などを読めないので、前の年度の数に使っていません: {path}"
    if forms.without_earlier:
        yield f"前の年度の集計が見つからないので、数を載せていません: {'、'.join(forms.without_earlier)}"
    if forms.unasked:
        yield f"登録簿に続いている登録がありますが、名簿にないので様式を作っていません: {'、'.join(forms.unasked)}"
    if forms.letters:
        yield f"依頼の手紙を作りました: {forms.letters[0].parent}"
    if not forms.has_deadline:
        yield "提出期限が nerima-report.toml の [deadline] にないので、依頼の手紙は作っていません。"
    same = f"（ほかの {len(forms.unchanged)} ファイルは、同じものがあるのでそのままです）" if forms.unchanged else ""
    yield f"集計様式を {len(forms.written)} ファイル作りました{same}。" if forms.written else _NOTHING_NEW
