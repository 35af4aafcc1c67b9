"""課 × 表: for each table of each 課 whether it is in order, faulty, not handed in, or does not apply.

The short form of it lists who has handed in what, one line for each 課 of the roster, for reminders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nerima_report.checks.collection import named_after, sent_for_another_year
from nerima_report.edition.catalogue import Notice
from nerima_report.edition.entries import ADJUSTMENTS
from nerima_report.edition.municipality import Words
from nerima_report.examination import Examination
from nerima_report.findings import Severity
from nerima_report.fiscal_year import full_name
from nerima_report.notices.grouping import WARD_MISSING
from nerima_report.notices.status import SECTION_STATUSES, SILENT, HandedIn, SectionStatus
from nerima_report.tallies.collection import Collection
from nerima_report.text import harmless, section_key

TableStatus = Literal["fine", "warning", "error", "unclear", "missing", "not-applicable", "not-asked"]
# The column for findings on the file or its cover, which concern none of its tables.
FILE = ""
NOT_READ = frozenset({"missing", "unclear"})
MOST_COLUMNS = 14  # of a matrix, so that it can be read on A4
_Owner = tuple[bool, str]


@dataclass(frozen=True)
class MatrixCell:
    """The status of a table of a 課, and the notices on it (also on explained differences)."""

    status: TableStatus
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class MatrixRow:
    """A 課, or the ward as a whole: how it stands, with a cell for each column of the matrix."""

    name: str
    status: SectionStatus
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True)
class Matrix:
    """A part of a fiscal year, or as much of it as fits a page: its columns are the ids of tables, at first FILE."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


def make_matrices(examination: Examination) -> list[Matrix]:
    """The matrices of each fiscal year, part by part; with a roster the first has a row for each 課 of the roster.

    A column that nobody uses is left out, and so is the row of a 課 that is asked for none of the columns.
    """
    years = (collection for collection in examination.years if collection.fiscal_year)
    return [matrix for collection in years for matrix in _matrices(examination, collection)]


def files_outside(examination: Examination) -> dict[str, tuple[Notice, ...]]:
    """The files that are in no matrix (unreadable, of an unknown or another year) with the notices on them."""
    inside = {s.file for e in examination.years for s in e.inbox.of_year(e.fiscal_year)}
    outside: dict[str, list[Notice]] = {}
    for notice in examination.notices:
        if notice.place.file and notice.place.file not in inside:
            outside.setdefault(notice.place.file, []).append(notice)
    return {file: tuple(notices) for file, notices in outside.items()}


def worst(notices: Iterable[Notice]) -> TableStatus:
    """The status of the most severe notice that nobody explained."""
    severities = {notice.severity for notice in notices if notice.is_open}
    return "error" if "error" in severities else "warning" if "warning" in severities else "fine"


def _matrices(examination: Examination, collection: Collection) -> Iterator[Matrix]:
    columns = _columns(collection)
    rows = list(_all_rows(examination, collection, columns))
    used = [n for n in range(len(columns)) if n == 0 or any(_is_used(row.cells[n]) for row in rows)]
    titles = {part.key: part.definition.title for part in collection.edition.parts}
    year = full_name(collection.fiscal_year)
    if len(used) == 1:
        yield _block(f"{year} {collection.edition.words.whole}", columns, rows, used)
    for key, own in groupby(used[1:], key=lambda n: columns[n].rpartition(".")[0]):
        numbers = list(own)
        if numbers[0] == used[1]:
            numbers.insert(0, 0)
        for first in range(0, len(numbers), MOST_COLUMNS):
            title = f"{year} {titles.get(key, collection.edition.words.whole)}" + ("（つづき）" if first else "")
            yield _block(title, columns, rows, numbers[first : first + MOST_COLUMNS])


def _block(title: str, columns: Sequence[str], rows: Iterable[MatrixRow], numbers: Sequence[int]) -> Matrix:
    """The matrix of some columns, by their numbers."""
    cut = [replace(row, cells=tuple(row.cells[n] for n in numbers)) for row in rows]
    asked = (row for row in cut if any(cell.status != "not-asked" or cell.notices for cell in row.cells))
    return Matrix(title, tuple(columns[n] for n in numbers), tuple(asked))


def _is_used(cell: MatrixCell) -> bool:
    return bool(cell.notices) or cell.status not in ("not-asked", "not-applicable")


def _columns(collection: Collection) -> tuple[str, ...]:
    """FILE, the tables that are handed in, the registers that were, and the adjustments of the ward."""
    edition = collection.edition
    adjusted = [ADJUSTMENTS] if any(ward for ward, _ in owners(collection)) else []
    handed_in = {t.table_id for t in collection.tallies.located}
    also = {table_id for section in collection.roster or () for table_id in _counted_too(collection, section.key)}
    made = {table_id for table_id, table in edition.count_tables.items() if not table.is_handed_in}
    later = {table_id for table_id, table in edition.tables.items() if not table.is_asked(collection.fiscal_year)}
    asked = edition.tables.keys() - made - later | handed_in | also
    registers = [table_id for table_id in edition.registers if table_id in handed_in]
    return (FILE, *(table_id for table_id in edition.tables if table_id in asked), *registers, *adjusted)


def _all_rows(examination: Examination, collection: Collection, columns: tuple[str, ...]) -> Iterator[MatrixRow]:
    concerning = _by_owner_and_column(examination, collection, columns)
    for handed_in in _rows(examination, collection):
        owner = (handed_in.ward, handed_in.section)
        cells = []
        for column, status in zip(columns, _statuses(collection, handed_in, columns), strict=True):
            notices = tuple(concerning.get((owner, column), ()))
            fault = worst(notices)
            cells.append(MatrixCell(fault if fault != "fine" and status not in NOT_READ else status, notices))
        yield MatrixRow(handed_in.name, handed_in.status, tuple(cells))


def _counted_too(collection: Collection, section: str) -> set[str]:
    """The tables that the roster asks a 課 for although the case ledger counts them."""
    is_asked = any(other.key == section and other.tallies for other in collection.roster or ())
    return set(collection.edition.counted_by_ledger(ward=False)) if is_asked else set()


def _besides(collection: Collection, owner: _Owner) -> set[str]:
    """What was read in the workbook of an owner that not everybody hands in: registers, and what the ledger counts."""
    tables = (t for t in collection.tallies.located if (t.submission.ward, t.submission.section) == owner)
    return {table.table_id for table in tables}


def owners(collection: Collection) -> list[_Owner]:
    """The owners of rows: the ward, the 課 of the roster, and others that handed in a workbook.

    Without one is only who is asked for anything.
    """
    handed_in = [(s.ward, s.section) for s in collection.inbox.of_year(collection.fiscal_year)]
    expected: list[_Owner] = []
    if collection.roster is not None:
        everybody = [_coordinator(collection), *((False, section.key) for section in collection.roster)]
        absent = collection.absent.not_asked
        expected = [
            (ward, section)
            for ward, section in everybody
            if (ward, section) in handed_in or (collection.edition.words.whole if ward else section) in absent
        ]
    others = sorted(handed_in, key=lambda owner: not owner[0])
    return list(dict.fromkeys([*expected, *others]))


def _coordinator(collection: Collection) -> _Owner:
    coordinator = collection.edition.municipality.coordinator(collection.fiscal_year)
    return True, section_key(coordinator.department, coordinator.section)


def _statuses(collection: Collection, handed_in: HandedIn, columns: tuple[str, ...]) -> Iterator[TableStatus]:
    """The status of each column before findings are considered."""
    owner = ward, _ = handed_in.ward, handed_in.section
    edition = collection.edition
    asked = {FILE, *edition.collected_counts(ward), *edition.collected_entries(ward), *_besides(collection, owner)}
    asked |= _counted_too(collection, handed_in.section) if not ward else set()
    submission = next((s for s in collection.submissions if (s.ward, s.section) == owner), None)
    if submission is None and owner in _owners_of_files(collection).values():
        asked = set()  # a ward workbook without a roster that asks for it
    withheld = collection.absent.not_asked.get(handed_in.section, frozenset()) if not ward else frozenset()
    asked = {column for column in asked if withheld.isdisjoint({column, column.partition(".")[0]})}
    for column in columns:
        if column not in asked:
            yield "not-asked"
        elif submission is None:
            yield "unclear" if handed_in.status == "unclear" else "missing"
        else:
            yield "not-applicable" if column and submission.says_not_applicable(column) else "fine"


def _owners_of_files(collection: Collection) -> dict[str, _Owner]:
    return {s.file: (s.ward, s.section) for s in collection.inbox.of_year(collection.fiscal_year)}


def _by_owner_and_column(
    examination: Examination, collection: Collection, columns: Sequence[str]
) -> Mapping[tuple[_Owner, str], list[Notice]]:
    """The notices by row and column of the matrix; a notice on a link stands under the tables of both sides.

    A notice on no table with a column (on a whole part that does not apply) stands under FILE.
    """
    owner_of = _owners_of_files(collection)
    concerning: dict[tuple[_Owner, str], list[Notice]] = {}
    for notice in examination.notices:
        place = notice.place
        if place.file and place.file not in owner_of:
            continue
        owner = owner_of.get(place.file, (False, place.section))
        if not place.file and (place.section == collection.edition.words.whole or notice.code == WARD_MISSING):
            owner = _coordinator(collection)
        tables = {place.table, *(r.table for r in notice.finding.related if r.file == place.file and r.table)}
        for table in tables.intersection(columns) or {FILE}:
            concerning.setdefault((owner, table), []).append(notice)
    return concerning


def handed_in(examination: Examination) -> list[HandedIn]:
    """A row for each 課 of the roster, in its order, then for others; empty where there is no roster."""
    with_roster = (collection for collection in examination.years if collection.roster is not None)
    return [row for collection in with_roster for row in _rows(examination, collection)]


def standing(examination: Examination) -> list[HandedIn]:
    """The same also where there is no roster: then for those that handed in."""
    return [row for collection in examination.years for row in _rows(examination, collection)]


def elsewhere(examination: Examination, rows: list[HandedIn]) -> list[Notice]:
    """The notices that no row tells of: on files of nobody, on the ward as a whole, on registers."""
    files = {row.file for row in rows if row.file}
    silent = {row.section for row in rows if row.status in SILENT}
    return [
        notice
        for notice in examination.notices
        if (notice.place.file not in files if notice.place.file else notice.place.section not in silent)
    ]


def print_handed_in(console: Console, rows: list[HandedIn], words: Words) -> None:
    """Print the table. The status is written in words, not shown by colour alone."""
    table = Table(f"{words.department}・{words.section}", "状況", "提出回", "エラー", "警告", box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for row in rows:
        word, style = SECTION_STATUSES[row.status]
        counts = (str(row.number or ""), str(row.errors or ""), str(row.warnings or ""))
        table.add_row(Text(harmless(row.name)), Text(word, style), *counts)
    console.print()
    console.print("■ 提出の状況", style="bold", highlight=False)
    console.print(table)
    unclear: dict[str, list[str]] = {}
    for row in rows:
        if row.status == "unclear":
            unclear.setdefault(row.file, []).append(row.name)
    for file, names in unclear.items():
        text = f"{SECTION_STATUSES['unclear'][0]}: {file}（{'、'.join(names)}のものと思われます）"
        console.print(harmless(text), highlight=False, markup=False, soft_wrap=True)


def _rows(examination: Examination, collection: Collection) -> Iterator[HandedIn]:
    handed_in = collection.inbox.of_year(collection.fiscal_year)
    submissions = {(s.ward, s.section): s for s in (*handed_in, *collection.submissions)}  # the latest is used
    kinds = {section.key: section.kind for section in collection.roster or ()}
    for ward, section in owners(collection):
        kind = collection.edition.kinds.of(kinds.get(section, ""))
        submission = submissions.get((ward, section))
        if submission is None:
            row = _without_workbook(section, ward, collection)
        else:
            errors, warnings = (_count(examination, submission.file, severity) for severity in ("error", "warning"))
            status: SectionStatus = "faulty" if errors else "fine"
            row = HandedIn(section, ward, status, submission.number, submission.file, errors, warnings)
        words = collection.edition.words
        counted = kind.counted if kind else words.section
        asked = collection.roster is None or section in kinds
        yield replace(row, counted=counted if asked else "", whole=words.whole)


def _without_workbook(section: str, ward: bool, collection: Collection) -> HandedIn:
    """How a 課 stands of which no workbook is used."""
    if ward:
        return HandedIn(section, ward, "missing", None, "", 0, 0)
    if others := sent_for_another_year(section, collection):
        return HandedIn(section, ward, "other-year", None, others[-1].file, 0, 0)
    file = next(named_after(section, collection), "")
    return HandedIn(section, ward, "unclear" if file else "missing", None, file, 0, 0)


def _count(examination: Examination, file: str, severity: Severity) -> int:
    notices = (notice for notice in examination.notices if notice.place.file == file and notice.is_open)
    return sum(notice.severity == severity for notice in notices)
