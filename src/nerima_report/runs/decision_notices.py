"""`ledger notice`: cases of the ledger and the 請求者名簿 → 差込データ, or a filled copy of the office's template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.registers.mail_merge import NoticeData, filled_template, merge_csv, merge_workbook, notice_data
from nerima_report.registers.requesters import read_requesters, refuse_exposed
from nerima_report.runs.ledgers import no_ledger
from nerima_report.tallies.cases import Case
from nerima_report.tallies.ledger import load_ledger
from nerima_report.text import likely, plain
from nerima_report.workspace import Workspace, write_all

_MOST_NAMED = 10  # cases that a message names


@dataclass(frozen=True)
class NoticeOrder:
    """Which notices: of the cases with these 受付番号 (and 枝番), of which kind ('': the one that is due).

    `requesters` is the 請求者名簿, `output` the file to be written, `template` the office's Word template.
    """

    fiscal_year: int
    numbers: tuple[str, ...]
    requesters: Path
    output: Path
    branch: int | None = None
    kind: str = ""
    template: Path | None = None
    force: bool = False


@dataclass(frozen=True)
class NoticesMade:
    """The notices whose data were written, with their cases."""

    cases: tuple[Case, ...]
    data: tuple[NoticeData, ...]


def make_notices(workspace: Workspace, edition: Edition, order: NoticeOrder) -> NoticesMade:
    """Write the data of notices. `edition` has all its parts.

    Raises CannotProceed where a case is not there, or lacks what its notice must say, and for a place where names must
    not lie.
    """
    refuse_exposed(order.output, workspace.folder, "差込データ")
    suffix = order.output.suffix.lower()
    if suffix not in ((".docx",) if order.template else (".xlsx", ".csv")):
        wanted = ".docx（ひな形を写したもの）" if order.template else ".xlsx か .csv（--template を付ければ .docx）"
        raise CannotProceed(f"書き出すファイルの名前は、{wanted} にしてください。\n  ファイル: {order.output}")
    if order.output.exists() and not order.force:
        raise CannotProceed(
            f"ファイルがもうあります。置きかえてよければ --force を付けてください。\n  ファイル: {order.output}"
        )
    requesters = read_requesters(order.requesters, workspace.folder)
    ledger = load_ledger(workspace.ledgers(order.fiscal_year), edition, order.fiscal_year)
    if ledger is None:
        raise no_ledger(workspace, order.fiscal_year)
    if not ledger.is_readable:
        raise CannotProceed(
            f"請求台帳を読めません。\n  nerima-report ledger check {order.fiscal_year} で確かめてください。"
        )
    cases = [_case(list(ledger.requests), number, order.branch) for number in order.numbers]
    data = []
    for case in cases:
        notices = ledger.edition.decision_notices.get(case.table_id)
        notice = notices.of(case.entry.values, order.kind) if notices else None
        if notices is None or notice is None:
            kinds = "、".join(one.key for one in notices.notice) if notices else "なし"
            raise CannotProceed(
                f"{case.number}には、{f'「{order.kind}」の' if order.kind else '今'}作る通知がありません"
                f"（決定も延長もしていないか、その通知を作る条件にあいません）。\n  通知の種類: {kinds}"
            )
        data.append(notice_data(case, notice, notices, requesters))
    if order.template is not None and len(data) != 1:
        raise CannotProceed("ひな形（--template）に差し込めるのは、一度に1件だけです。")
    content = (
        filled_template(order.template, data[0])
        if order.template
        else merge_csv(data)
        if suffix == ".csv"
        else merge_workbook(data)
    )
    write_all(order.output.parent, {order.output.name: content}, (order.requesters,))
    return NoticesMade(tuple(cases), tuple(data))


def _case(cases: Sequence[Case], number: str, branch: int | None) -> Case:
    """The case with a 受付番号; the 枝番 must be said where there are several."""
    named = [case for case in cases if plain(str(case.says("number") or "")) == plain(number)]
    found = [case for case in named if branch is None or case.says("branch") == branch]
    if len(found) == 1:
        return found[0]
    if named:
        branches = "、".join(case.number for case in named[:_MOST_NAMED])
        raise CannotProceed(
            f"受付番号「{number}」には、次のものがあります。--branch で枝番を指定してください。\n  {branches}"
        )
    guess = likely(number, [str(case.says("number")) for case in cases], 80)
    raise CannotProceed(
        f"受付番号「{number}」は、台帳にありません。{f'もしかして「{guess}」ですか。' if guess else ''}"
    )
