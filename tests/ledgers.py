"""Workbooks of the case ledger (請求台帳), made from rows that say what matters.

A row is a dict by label of field; a field with several answers takes a list. What a list requires and a row does not
say is filled in with an example, so that a test names only what it is about. The ledgers of three years of
cases/ledgers.toml are for whoever needs a whole one. All of them are invented.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.fiscal_year import full_name
from nerima_report.registers.requesters import CaseTitle, Requester, Requesters
from nerima_report.tallies.ledger import CaseLedger, case_ledger, open_ledger
from nerima_report.tallies.submission import LEDGER_FORM, Inbox, Submission, identify
from nerima_report.workbooks import CellValue, Sheet, Workbook

CANARY = "カナリア"  # stands in every text of an invented 請求者名簿, and nowhere else
Row = Mapping[str, Any]
Lists = Mapping[str, Sequence[Row]]  # rows by id of list: 公開.請求台帳

_CASES = Path(__file__).parent / "cases" / "ledgers.toml"
_FIRST_COVER_ROW, _HEADING_ROW = 4, 4
_EXAMPLES: Mapping[str, Any] = {"課": "区長室広聴広報課", "受付番号": "公開-0001", "請求者番号": "P-0001"}


def example_ledgers() -> dict[int, Lists]:
    """The ledgers of three years (cases/ledgers.toml), by fiscal year."""
    return {int(year): lists for year, lists in tomllib.loads(_CASES.read_text(encoding="utf-8")).items()}


def write_ledgers(folder: Path, edition: Edition, ledgers: Mapping[int, Lists]) -> list[Path]:
    """Write ledger/2026.xlsx, … into a working folder; `edition` has all its parts."""
    return [write_ledger(folder / "ledger" / f"{year}.xlsx", edition, year, lists) for year, lists in ledgers.items()]


def write_ledger(file: Path, edition: Edition, fiscal_year: int, lists: Lists) -> Path:
    """Write the workbook of the ledger of a year."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(file) as workbook:
        day = workbook.add_format({"num_format": "yyyy/m/d"})
        for sheet in _sheets(edition, fiscal_year, lists):
            made = workbook.add_worksheet(sheet.name)
            for (row, column), value in sheet.cells.items():
                is_day = isinstance(value, datetime)
                made.write(row - 1, column - 1, value, *([day] if is_day else []))
    return file


def case_ledger_of(edition: Edition, fiscal_year: int, ledgers: Mapping[int, Lists]) -> CaseLedger:
    """The case ledger of a year as it would have been read, without writing or reading a file."""
    books = {
        year: open_ledger(Inbox((submission_of(edition, year, lists),)), edition, year)
        for year, lists in ledgers.items()
        if abs(year - fiscal_year) <= 1
    }
    return case_ledger(books, edition, fiscal_year)


def requesters_of(lists: Lists) -> Requesters:
    """A 請求者名簿 for the ledger of a year: invented persons and titles that no other text can be taken for."""
    persons: dict[str, Requester] = {}
    titles = []
    for table_id, rows in lists.items():
        for row in rows:
            if "請求者番号" not in row:
                continue  # an appeal
            number, case = str(row["請求者番号"]), f"{row['受付番号']} {row.get('枝番') or ''}".strip()
            who = {"corporation": f"{CANARY}法人{number}", "contact": f"{CANARY}担当{number}"}
            who = who if "法人" in str(row.get("区分")) else {"name": f"{CANARY}氏名{number}"}
            persons[number] = Requester(number, address=f"{CANARY}住所{number}", **who)
            branch = str(row.get("枝番") or "")
            titles.append(CaseTitle(table_id.partition(".")[0], str(row["受付番号"]), branch, f"{CANARY}件名{case}"))
    return Requesters(tuple(persons.values()), tuple(titles))


def submission_of(edition: Edition, fiscal_year: int, lists: Lists) -> Submission:
    """The workbook of a ledger as it would have been read."""
    view = edition.for_year(fiscal_year).of_ledgers()
    workbook = Workbook(Path(f"ledger/{fiscal_year}.xlsx"), tuple(_sheets(edition, fiscal_year, lists)))
    submission = identify(workbook, [*(part.key for part in view.parts), *view.tables], edition.words, (LEDGER_FORM,))
    assert isinstance(submission, Submission), submission
    return submission


def complete(table: EntryTable, row: Row) -> dict[str, Any]:
    """A row with what its list requires besides, by label of column: 非公開理由1, 非公開理由2, …"""
    several = {f"{key}{n}": answer for key, value in row.items() if isinstance(value, list)
               for n, answer in enumerate(value, start=1)}  # fmt: skip
    given = {key: value for key, value in row.items() if not isinstance(value, list)} | several
    unknown = set(given) - {field.label for field in table.fields}
    assert not unknown, f"{table.key}: no field {unknown}"
    needed = {field.label: _example(field) for field in table.fields if field.required and field.label not in given}
    return needed | given


def _example(field: EntryField) -> Any:
    if field.choices:
        return field.choices[0]
    return _EXAMPLES[field.label]


def _sheets(edition: Edition, fiscal_year: int, lists: Lists) -> Iterator[Sheet]:
    own = edition.for_year(fiscal_year)
    coordinator = own.municipality.coordinator(fiscal_year)
    words = edition.words
    facts = {"年度": full_name(fiscal_year), "様式": LEDGER_FORM, words.department: coordinator.department,
             words.section: coordinator.section, "様式の版": own.municipality.form_version, "提出回": 1}  # fmt: skip
    yield Sheet("表紙", _cells(facts.items(), _FIRST_COVER_ROW))
    for table_id, table in own.ledger_tables.items():
        labels = [field.label for field in table.fields]
        rows = [complete(table, row) for row in lists.get(table_id, ())]
        yield Sheet(table_id, _cells([labels, *([row.get(label) for label in labels] for row in rows)], _HEADING_ROW))


def _cells(lines: Iterable[Sequence[Any]], first: int) -> dict[tuple[int, int], CellValue]:
    return {
        (row, column): _stored(value)
        for row, line in enumerate(lines, start=first)
        for column, value in enumerate(line, start=1)
        if value is not None
    }


def _stored(value: Any) -> CellValue:
    """A value as workbooks are read: a day is a moment."""
    return datetime.combine(value, time()) if type(value) is date else value
