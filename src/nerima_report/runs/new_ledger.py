"""`ledger new`: the workbook of the case ledger of a year, with what is open in that of the year before.

    edition + roster + ledger/2025.xlsx → ledger/2026.xlsx

A ledger that is there already is never overwritten, because it is somebody's work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nerima_report.checks import run_checks
from nerima_report.edition import Edition
from nerima_report.edition.conditions import all_hold
from nerima_report.errors import CannotProceed
from nerima_report.fiscal_year import full_name
from nerima_report.forms.ledger import CarriedOver, LedgerFilling, Rows, render_ledger
from nerima_report.forms.roster import latest_year
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.ledger import CaseLedger, load_ledger
from nerima_report.tallies.model import Entry
from nerima_report.tallies.roster import RosterSection, read_roster
from nerima_report.workspace import Workspace, write_all

_MOST_SHOWN = 5  # faults that a message names


@dataclass(frozen=True)
class NewLedger:
    """The ledger that was written. `carried` is None where there is none of the year before."""

    file: Path
    carried: CarriedOver | None


def new_ledger(workspace: Workspace, edition: Edition, fiscal_year: int) -> NewLedger:
    """Write the ledger of a year, with the open entries of that of the year before under their numbers.

    Raises CannotProceed, and writes nothing, where the year has a ledger, or that before cannot be read as a whole.
    """
    file = workspace.ledger(fiscal_year)
    if file.exists():
        raise CannotProceed(
            f"{full_name(fiscal_year)}の台帳は、もうあるので、何も書きませんでした。\n  ファイル: {file}\n"
            "  続きは、Excel で開いて書いてください。\n"
            "  作り直すときは、そのファイルの名前を変えてから、もう一度実行してください。"
        )
    own = edition.for_year(fiscal_year)
    if not own.ledgers:
        raise CannotProceed(f"台帳の定義（ledger.toml）がありません。\n  定義: {edition.folder}")
    rows = _carried_rows(workspace.ledger(fiscal_year - 1), edition, fiscal_year)
    carried = None
    if rows is not None:
        before = workspace.ledger(fiscal_year - 1).relative_to(workspace.folder).as_posix()
        carried = CarriedOver(fiscal_year - 1, before, sum(map(len, rows.values())))
    filling = filling_of(workspace, fiscal_year, rows or {}, carried)
    write_all(file.parent, {file.name: render_ledger(edition, fiscal_year, filling)})
    return NewLedger(file, carried)


def filling_of(workspace: Workspace, fiscal_year: int, rows: Rows, carried: CarriedOver | None = None) -> LedgerFilling:
    """What goes into the workbook of a ledger: its rows, and the names of the roster to choose from."""
    sections = _sections(workspace.roster, fiscal_year)
    return LedgerFilling(
        rows,
        carried,
        tuple(dict.fromkeys(section.department for section in sections if section.department)),
        tuple(dict.fromkeys(section.section_name for section in sections)),
    )


def _sections(roster_file: Path, fiscal_year: int) -> list[RosterSection]:
    """The 課 of the roster for a year, or of the latest year before: the names to choose from."""
    if not roster_file.exists():
        return []
    roster = read_roster(roster_file)
    years = {section.fiscal_year for section in roster.sections}
    year = fiscal_year if fiscal_year in years else latest_year(roster, fiscal_year)
    return [section for section in roster.sections if section.fiscal_year == year]


def _carried_rows(before: Path, edition: Edition, fiscal_year: int) -> Rows | None:
    """The open entries of the ledger of the year before, by list; None where there is none."""
    if not before.exists():
        return None
    ledger = load_ledger({fiscal_year - 1: before}, edition, fiscal_year - 1)
    assert ledger is not None  # noqa: S101 (there is a file)
    refuse_unread(before, ledger.book)
    known = edition.for_year(fiscal_year).ledger_tables
    rows: dict[str, Sequence[Mapping[str, object]]] = {}
    for table_id, entries in _open_entries(ledger):
        rows[table_id] = [entry.as_written for entry in entries]
        labels = {field.label for field in known[table_id].fields} if table_id in known else set()
        for label in dict.fromkeys(label for row in rows[table_id] for label in row):
            if label not in labels:
                raise CannotProceed(
                    f"引き継ぐ請求に書いてある「{label}」が、{full_name(fiscal_year)}の台帳の項目にありません。\n"
                    f"  シート: {table_id}\n"
                    "  定義（ledger.toml）に項目を足すか、前の年度の台帳で、ほかの項目に移してください。"
                )
    return rows


def _open_entries(ledger: CaseLedger) -> Iterator[tuple[str, list[Entry]]]:
    """The entries of each list that are not over: requests that count in no year yet, and what else is open."""
    entries = ledger.book.tallies.entries
    for table_id, definition in ledger.edition.ledgers.items():
        periods = ledger.periods[table_id]
        yield table_id, [entry for entry in entries[table_id] if periods.year_of(entry.values) is None]
        for beside in definition.lists:
            list_id = ledger.edition.part_of(table_id).table_id(beside.key)
            conditions = beside.open_when
            yield list_id, [entry for entry in entries[list_id] if conditions and all_hold(conditions, entry.values)]


def refuse_unread(file: Path, book: Collection) -> None:
    """Raise CannotProceed where a ledger, or one of its lists, could not be read: nobody knows what stands in it."""
    notices = book.edition.catalogue.notices(f for f in run_checks(book) if f.code < "N3")
    faults = [notice for notice in notices if notice.is_error]
    if not faults:
        return
    shown = "".join(f"\n  {notice.code} {notice.message}" for notice in faults[:_MOST_SHOWN])
    raise CannotProceed(
        f"{full_name(book.fiscal_year)}の台帳に読めないところがあり、何が書いてあるか分かりません。\n"
        f"  ファイル: {file}{shown}\n"
        "  直してから、もう一度実行してください。"
    )
