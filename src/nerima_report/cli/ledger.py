"""The commands about the case ledger (請求台帳) and the 請求者名簿."""

from __future__ import annotations

from enum import StrEnum
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
    open_with_ledgers,
    show_findings,
)
from nerima_report.notices import NoticeFormat
from nerima_report.text import tell, tell_folded

RequestersFile = Annotated[Path, typer.Argument(metavar="名簿", help="請求者名簿（.xlsx。作業フォルダーの外に置く）。")]


def new(context: typer.Context, year: YearArgument) -> None:
    """年度の請求台帳（Excel）を作り、前の年度の台帳で終わっていない請求を引き継ぐ。

    読む: 前の年度の ledger/年度.xlsx（あれば）
    書く: ledger/年度.xlsx（あるときは何も書かない）
    例: nerima-report ledger new 2026
    """
    from nerima_report.fiscal_year import full_name
    from nerima_report.runs.new_ledger import new_ledger

    workspace, edition = open_with_ledgers(context)
    made = new_ledger(workspace, edition, japanese.fiscal_year(year))
    lines = [f"請求台帳を作りました: {made.file}"]
    if made.carried:
        before = full_name(made.carried.fiscal_year)
        lines += [
            f"{before}の台帳（{made.carried.file}）から、終わっていない {made.carried.number}件を引き継ぎました。"
        ]
        lines += ["続きは、新しい台帳だけに書いてください。"] if made.carried.number else []
    lines += ["書き方は、台帳の「書き方」のシートにあります。氏名と件名は書きません。"]
    tell_folded(Console(), lines)


def check(
    context: typer.Context,
    year: YearArgument,
    notice_format: FormatOption = NoticeFormat.TEXT,
    output: OutputOption = None,
    strict: StrictOption = False,
) -> None:
    """請求台帳（ledger/年度.xlsx）を確かめる: 日付、期限、理由、番号、年度をまたぐ請求。

    読む: ledger/年度.xlsx と、前後の年度の台帳
    書く: 何も書かない
    例: nerima-report ledger check 2026
    """
    from nerima_report.workbooks import shared_reader

    shared_reader().start()  # it starts while the imports below are loaded
    from nerima_report.fiscal_year import full_name
    from nerima_report.runs import ledgers as run

    fiscal_year = japanese.fiscal_year(year)
    workspace, edition = open_with_ledgers(context, texts=False)
    with japanese.Progress(len(workspace.ledgers(fiscal_year))) as advance:
        examination = run.check_ledger(workspace, edition, fiscal_year, advance)
    facts: dict[str, object] = {"command": "ledger check", "fiscal_year": fiscal_year}
    wanted = FindingsOrder(notice_format, output, strict)
    show_findings(examination, wanted, facts, f"{full_name(fiscal_year)}の請求台帳を確かめました")
    leave(examination, wanted)


class DueFormat(StrEnum):
    """How it is written what falls due."""

    TEXT = "text"
    JSON = "json"


def due(
    context: typer.Context,
    day: Annotated[str, typer.Option("--on", metavar="日", help="この日に見たものとする（既定は今日）。")] = "",
    section: Annotated[
        list[str] | None, typer.Option("--section", metavar="課名", help="この課の請求だけ（くり返せる）。")
    ] = None,
    due_format: Annotated[
        DueFormat, typer.Option("--format", metavar="形式", help="json は、ほかのプログラム用。")
    ] = DueFormat.TEXT,
) -> None:
    """終わっていない請求の期限を示す: 過ぎたもの、近いもの、延長できるか、意見書の提出期限。

    読む: ledger
    書く: 何も書かない
    例: nerima-report ledger due
    例: nerima-report ledger due --section 福祉部管理課
    """
    from datetime import date

    from nerima_report.fiscal_year import parse_date
    from nerima_report.notices.due import print_due, render_due
    from nerima_report.runs import ledgers as run

    on = parse_date(day) if day else date.today()
    if on is None:
        raise typer.BadParameter(f"日「{day}」を読めません。2026-05-14 のように書いてください。")
    workspace, edition = open_with_ledgers(context, texts=False)
    found = run.due_in(workspace, edition, on, tuple(section or ()))
    if due_format is DueFormat.JSON:
        japanese.print_document(render_due(found))
    else:
        print_due(Console(), found)


def confirm(
    context: typer.Context,
    year: YearArgument,
    sections: Annotated[
        list[str] | None, typer.Argument(metavar="[課]", help="この課だけ（例 福祉部管理課）。なければすべて。")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="前に作ったものも作り直す。")] = False,
) -> None:
    """課ごとの確認表を作る: その課の請求と、そこから数えた件数。

    読む: ledger/年度.xlsx
    書く: 確認表/年度 に、課ごとの確認表
    例: nerima-report ledger confirm 2026
    """
    from nerima_report.runs import confirmations as run

    fiscal_year = japanese.fiscal_year(year)
    workspace, edition = open_with_ledgers(context)
    order = run.ConfirmOrder(fiscal_year, tuple(sections or ()), force)
    with japanese.Progress(len(workspace.ledgers(fiscal_year))) as advance:
        made = run.confirm(workspace, edition, order, advance)
    lines = [f"作りました: {file}" for file in made.written]
    lines += [f"同じものがあるので、そのままです: {file}" for file in made.unchanged]
    if lines:
        lines += [f"{edition.words.section}が確認して返したものは、{workspace.inbox(fiscal_year)} に入れてください。"]
    tell(Console(), lines or ["台帳に、確認する請求がありません。"])


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="今ある一覧（.xlsx か .csv）。")],
    year: Annotated[str, typer.Option("--year", metavar="年度", help="どの年度の台帳に取り込むか。")],
    part: Annotated[str, typer.Option("--part", metavar="部", help="公開 か 個人（見出しから分からないとき）。")] = "",
    sheet: Annotated[str, typer.Option("--sheet", metavar="シート", help="読むシート（分からないとき）。")] = "",
    persons: Annotated[
        Path | None,
        typer.Option(
            "--persons", metavar="名簿", help="氏名と件名を移す請求者名簿（作業フォルダーの外。なければ作る）。"
        ),
    ] = None,
    notice_format: FormatOption = NoticeFormat.TEXT,
    output: OutputOption = None,
) -> None:
    """今ある一覧を、確かめた当てはめで台帳に取り込む。

    読む: 今ある一覧、ledger/取り込み-公開.toml（人が確かめた当てはめ）
    書く: はじめは当てはめの提案だけ。確かめたあとは、台帳と名簿
    例: nerima-report ledger import 一覧.xlsx --year 2026
    """
    from nerima_report.examination import Examination
    from nerima_report.runs.ledger_import import ImportOrder, import_list
    from nerima_report.tallies.submission import Inbox

    workspace, edition = open_with_ledgers(context)
    order = ImportOrder(file, japanese.fiscal_year(year), part, sheet, persons)
    done = import_list(workspace, edition, order)
    if done.proposed:
        tell(
            Console(),
            [
                f"見出しと答えの当てはめを提案しました: {done.mapping_file}",
                "  中身を確かめて直し、confirmed = true としてから、同じコマンドをもう一度実行してください。",
                "  まだ何も取り込んでいません。",
            ],
        )
        raise typer.Exit(1)
    examination = Examination(edition, Inbox(), (), done.findings)
    facts: dict[str, object] = {
        "command": "ledger import",
        "rows": done.rows,
        "requesters": done.new_requesters,
        "written": [path.as_posix() for path in done.written],
    }
    closing = "取り込めない行があるので、何も取り込んでいません"
    if not done.findings:
        name = done.part.definition.title
        closing = f"{name}の台帳に {done.rows:,}行を取り込みました: {done.written[-1]}"
        closing += f"。請求者名簿に {done.new_requesters:,}人を加えました" if persons else ""
        closing += f"。前の台帳は {done.kept.name} に残しました" if done.kept else ""
    wanted = FindingsOrder(notice_format, output, strict=False)
    show_findings(examination, wanted, facts, closing)
    leave(examination, wanted)


def notice(
    context: typer.Context,
    numbers: Annotated[list[str], typer.Argument(metavar="受付番号", help="例 個人-0031。")],
    persons: Annotated[Path, typer.Option("--persons", metavar="名簿", help="請求者名簿（作業フォルダーの外）。")],
    output: Annotated[
        Path, typer.Option("--output", metavar="FILE", help="書き出すファイル（.xlsx か .csv。作業フォルダーの外）。")
    ],
    year: Annotated[str, typer.Option("--year", metavar="年度", help="どの年度の台帳か（既定は今の年度）。")] = "",
    branch: Annotated[int | None, typer.Option("--branch", metavar="枝番", help="枝番がいくつもあるとき。")] = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="通知", help="通知の種類（例 延長。既定は今必要なもの）。")
    ] = "",
    template: Annotated[
        Path | None,
        typer.Option("--template", metavar="DOCX", help="この Word のひな形に差し込んだ写し（.docx）を作る。"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="前のファイルを置きかえる。")] = False,
) -> None:
    r"""通知書の差込データを作る（案。文と教示は、定義のひな形のもの）。

    読む: 台帳と請求者名簿
    書く: --output のファイル（作業フォルダーの外）
    例: nerima-report ledger notice 個人-31 --persons D:\名簿.xlsx --output D:\案.xlsx
    """
    from datetime import date

    from nerima_report.fiscal_year import fiscal_year_of
    from nerima_report.runs.decision_notices import NoticeOrder, make_notices

    workspace, edition = open_with_ledgers(context)
    fiscal_year = japanese.fiscal_year(year) if year else fiscal_year_of(date.today())
    order = NoticeOrder(fiscal_year, tuple(numbers), persons, output, branch, kind, template, force)
    made = make_notices(workspace, edition, order)
    lines = [
        f"{case.number}: {one.notice.title}（案{f'、{one.notice.form}' if one.notice.form else ''}）"
        for case, one in zip(made.cases, made.data, strict=True)
    ]
    lines += [
        f"  理由の条文が notices.toml にないので、空けてあります: {reason}"
        for one in made.data
        for reason in one.reasons_without_article
    ]
    lines += (
        ["  第三者の氏名と住所は名簿にないので、空けてあります。"]
        if any(d.notice.to_third_party for d in made.data)
        else []
    )
    tell(Console(), [*lines, f"書き出しました: {output}"])


def persons(context: typer.Context, file: RequestersFile) -> None:
    r"""同じ人かもしれない請求者番号を示す（氏名は示さず、何もまとめない）。

    読む: 請求者名簿
    書く: 何も書かない
    例: nerima-report ledger persons D:\名簿\請求者名簿.xlsx
    """
    from nerima_report.registers.requesters import alike, read_requesters

    workspace, _ = open_with_ledgers(context)
    lines = [
        f"{one.first}（{one.rows[0]}行目）と {one.second}（{one.rows[1]}行目）: {one.reason}。"
        if one.first != one.second
        else f"{one.first}（{one.rows[0]}行目と{one.rows[1]}行目）: {one.reason}。"
        for one in alike(read_requesters(file, workspace.folder))
    ]
    advice = "同じ人なら、名簿と台帳の番号を一つにそろえてください。別の人なら、そのままでかまいません。"
    tell(Console(), [*lines, advice] if lines else ["同じ人かもしれない番号はありません。"])


def blank(
    context: typer.Context,
    file: RequestersFile,
    until: Annotated[
        str,
        typer.Option("--until", metavar="年度", help="この年度までに終わった請求の分を消す（保存年限から決める）。"),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="消える数を示すだけで、何も消さない。")] = False,
) -> None:
    r"""保存年限の過ぎた請求者の氏名と件名を、名簿から消す（番号は残す）。

    読む: 請求者名簿と台帳
    書く: 請求者名簿
    例: nerima-report ledger blank D:\名簿\請求者名簿.xlsx --until 2021 --dry-run
    """
    from nerima_report.fiscal_year import full_name
    from nerima_report.runs.requesters import blank as run

    fiscal_year = japanese.fiscal_year(until)
    workspace, edition = open_with_ledgers(context)
    done = run(workspace, edition, file, fiscal_year, dry_run=dry_run)
    what = f"{full_name(fiscal_year)}までに終わった請求: 請求者 {done.persons:,}人の氏名と住所、件名 {done.cases:,}件"
    if done.persons or done.cases:
        ending = "を消しました。" if done.written else "を消します（まだ消していません）。"
    else:
        ending = "（消すものはありません）。"
    lines = [what + ending]
    if done.unknown:
        lines.append(f"どの台帳にもない請求者が {done.unknown:,}人います。台帳で確かめられないので、そのままです。")
    tell(Console(), lines)
