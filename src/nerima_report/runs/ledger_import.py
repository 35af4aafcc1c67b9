"""`ledger import`: the office's own list → rows of ledger/2026.xlsx; names and 件名 → the 請求者名簿.

    list ─▶ no mapping yet? propose one and stop ─▶ confirmed? ─▶ every row fits? ─▶ ledger and 名簿 change together

A row that does not fit is named, and then nothing is taken over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.edition.ledger_import import ImportMapping
from nerima_report.edition.part import Part
from nerima_report.edition.toml import read_definition
from nerima_report.errors import CannotProceed, DefinitionError
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_name
from nerima_report.forms.ledger import render_ledger
from nerima_report.registers.office_list import (
    NAMES,
    ImportedCase,
    OfficeList,
    convert,
    mapping_faults,
    names_anybody,
    propose,
    read_list,
)
from nerima_report.registers.requesters import CaseTitle, Requesters, read_requesters, refuse_exposed, write_requesters
from nerima_report.runs.new_ledger import filling_of, refuse_unread
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.ledger import open_book
from nerima_report.workspace import Workspace, write_all
from nerima_report.writing.journal import free_name


@dataclass(frozen=True)
class ImportOrder:
    """What to take over: the list, the year, the part and the sheet ('': as its headings say), the 請求者名簿."""

    file: Path
    fiscal_year: int
    part: str = ""
    sheet: str = ""
    requesters: Path | None = None


@dataclass(frozen=True)
class LedgerImport:
    """What became of a list: the mapping that was proposed, or the findings, or the rows that were taken over.

    `kept` is the copy of the ledger as it was before.
    """

    part: Part
    mapping_file: Path
    proposed: bool = False
    findings: tuple[Finding, ...] = ()
    rows: int = 0
    new_requesters: int = 0
    written: tuple[Path, ...] = ()
    kept: Path | None = None


def import_list(workspace: Workspace, edition: Edition, order: ImportOrder) -> LedgerImport:
    """Take over a list into the ledger of a year. `edition` has all its parts.

    Raises CannotProceed for what cannot be read, DefinitionError for a mapping that is not confirmed or not right.
    """
    if order.requesters is not None:
        refuse_exposed(order.requesters, workspace.folder)
    own = edition.for_year(order.fiscal_year)
    part, source = _part_of(own, order)
    mapping_file = workspace.ledger(order.fiscal_year).with_name(f"取り込み-{part.key}.toml")
    assert part.ledger is not None  # noqa: S101 (`_part_of` gives none without)
    if not mapping_file.exists():
        fields = (*(field.label for field in part.ledger.fields), *NAMES)
        proposal = propose(source, part.ledger, own.import_words).as_toml(part.definition.title, fields)
        write_all(mapping_file.parent, {mapping_file.name: proposal.encode()}, (order.file,))
        return LedgerImport(part, mapping_file, proposed=True, written=(mapping_file,))
    mapping = _confirmed(mapping_file, source, part)
    if names_anybody(mapping) and order.requesters is None:
        raise CannotProceed(
            "この一覧には氏名や件名の列があります。台帳には入れないので、請求者名簿の場所を指定してください。\n"
            "  例: --persons D:\\名簿\\請求者名簿.xlsx（なければ作ります。作業フォルダーの外に置きます）\n"
            f'  氏名や件名を取り込まないときは、{mapping_file} でその列を "" にしてください。'
        )
    return _take_over(_Import(workspace, own, order, part, source), mapping, mapping_file)


@dataclass(frozen=True)
class _Import:
    """One run: the folder, the edition of the year, what was ordered, the part, and the list."""

    workspace: Workspace
    edition: Edition
    order: ImportOrder
    part: Part
    source: OfficeList

    @property
    def table_id(self) -> str:
        """The id of the list of requests."""
        assert self.part.ledger is not None  # noqa: S101
        return self.part.table_id(self.part.ledger.key)


def _take_over(run: _Import, mapping: ImportMapping, mapping_file: Path) -> LedgerImport:
    ledger = run.edition.ledgers[run.table_id]
    found = convert(run.source, mapping, ledger, run.part.key)
    file = run.workspace.ledger(run.order.fiscal_year)
    book = open_book(file, run.edition, run.order.fiscal_year) if file.exists() else None
    if book is not None:
        refuse_unread(file, book)
    rows = _rows_of(run.edition, book)
    findings = [*found.findings, *_doubles(run, found.cases, rows[run.table_id])]
    if findings:
        return LedgerImport(run.part, mapping_file, findings=tuple(findings))
    place = run.order.requesters
    before = read_requesters(place, run.workspace.folder) if place and place.exists() else Requesters()
    after, cases = _with_requesters(run, found.cases, before)
    rows[run.table_id] = [*rows[run.table_id], *(case.values for case in cases)]
    # The 名簿 comes first: after a kill in between, the next run finds everybody in it under the same numbers.
    if place is not None:
        write_all(place.parent, {place.name: write_requesters(after)}, (run.order.file, place))
    kept = free_name(file) if file.exists() else None
    files: dict[str, bytes | None] = {kept.name: file.read_bytes()} if kept else {}
    year = run.order.fiscal_year
    files[file.name] = render_ledger(run.edition, year, filling_of(run.workspace, year, rows))
    write_all(file.parent, files, (run.order.file,))
    added = len(after.persons) - len(before.persons)
    written = (*((place,) if place else ()), file)
    return LedgerImport(run.part, mapping_file, rows=len(cases), new_requesters=added, written=written, kept=kept)


def _with_requesters(
    run: _Import, cases: Sequence[ImportedCase], before: Requesters
) -> tuple[Requesters, list[ImportedCase]]:
    """The 請求者名簿 with those who are new in it, and the cases with the numbers of who asked."""
    roles = run.edition.ledgers[run.table_id].roles
    unnumbered = [case.requester for case in cases if case.values[roles.requester] is None]
    after, numbers = before.numbered(unnumbered)
    known = {person.number for person in after.persons}
    own = {str(case.values[roles.requester]): case.requester for case in cases if case.values[roles.requester]}
    named = [replace(who, number=number) for number, who in own.items() if number not in known and any(who.who)]
    titles = [
        CaseTitle(run.part.key, str(case.values[roles.number]), str(case.values[roles.branch] or ""), case.title)
        for case in cases
        if case.title
    ]
    numbered = [
        replace(case, values={**case.values, roles.requester: number or numbers[case.requester.who]})
        for case in cases
        for number in [case.values[roles.requester]]
    ]
    there = {title.case for title in after.titles}
    new = tuple(title for title in titles if title.case not in there)
    return Requesters((*after.persons, *named), (*after.titles, *new)), numbered


def _rows_of(edition: Edition, book: Collection | None) -> dict[str, list[Mapping[str, object]]]:
    """What stands in a ledger by the id of its lists, also what cannot be read as its field wants it."""
    entries = book.tallies.entries if book else {}
    return {table_id: [entry.as_written for entry in entries.get(table_id, ())] for table_id in edition.ledger_tables}


def _doubles(run: _Import, cases: Sequence[ImportedCase], present: Sequence[Mapping[str, object]]) -> Iterator[Finding]:
    """The rows whose 受付番号 and 枝番 stand in the ledger already, or twice in the list."""
    roles = run.edition.ledgers[run.table_id].roles
    names = Counter((case.values[roles.number], case.values[roles.branch]) for case in cases)
    there = {(values.get(roles.number), values.get(roles.branch)) for values in present}
    for case in cases:
        name = (case.values[roles.number], case.values[roles.branch])
        code = "N264" if name in there else "N263" if names[name] > 1 and name[0] is not None else ""
        if code:
            about = "-".join(str(text) for text in name if text is not None)
            yield Finding(code, run.source.place(case.row), details={"about": about})


def _part_of(edition: Edition, order: ImportOrder) -> tuple[Part, OfficeList]:
    """The part whose ledger takes the list, and the list: the one that is named, or that knows most of its headings."""
    parts = [part for part in edition.parts if part.ledger and order.part in ("", part.key, part.definition.title)]
    if not parts:
        known = "、".join(part.key for part in edition.parts if part.ledger)
        raise CannotProceed(
            f"「{order.part}」という部の台帳はありません（{full_name(order.fiscal_year)}）。\n  部: {known}"
        )
    found = [
        (part, read_list(order.file, edition.import_words, part.ledger, order.sheet)) for part in parts if part.ledger
    ]

    def known_columns(pair: tuple[Part, OfficeList]) -> int:
        part, source = pair
        assert part.ledger is not None  # noqa: S101
        return sum(bool(field) for field in propose(source, part.ledger, edition.import_words).columns.values())

    scores = sorted((known_columns(pair) for pair in found), reverse=True)
    if len(scores) > 1 and scores[0] == scores[1]:
        raise CannotProceed(
            "どの部の台帳に取り込むのか、見出しからは分かりません。\n  --part で指定してください（例 --part 公開）。"
        )
    return max(found, key=known_columns)


def _confirmed(file: Path, source: OfficeList, part: Part) -> ImportMapping:
    assert part.ledger is not None  # noqa: S101
    mapping = read_definition(file, ImportMapping)
    if faults := mapping_faults(mapping, source, part.ledger):
        raise DefinitionError(file, "columns", "。".join(faults))
    if not mapping.confirmed:
        raise DefinitionError(
            file, "confirmed", "まだ false です。見出しと答えの当てはめを確かめて、confirmed = true としてください"
        )
    return mapping
