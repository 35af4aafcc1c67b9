"""課 × 表: for each table of each 課 whether it is in order, faulty, not handed in, or does not apply.

The short form of it lists who has handed in what, one line for each 課 of the roster, for reminders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nerima_report.checks.collection import named_after
from nerima_report.edition.catalogue import Notice
from nerima_report.edition.entries import ADJUSTMENTS
from nerima_report.examination import Examination
from nerima_report.findings import Severity
from nerima_report.fiscal_year import full_name
from nerima_report.notices.status import SECTION_STATUSES, HandedIn, SectionStatus
from nerima_report.places import WARD
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.counting import counted_tables
from nerima_report.text import harmless, section_key

TableStatus = Literal["fine", "warning", "error", "missing", "not-applicable", "not-asked"]
# The column for findings on the file or its cover, which concern none of its tables.
FILE = ""
WARD_MISSING = "N605"
_Owner = tuple[bool, str]


@dataclass(frozen=True)
class MatrixCell:
    """The status of a table of a 課, and the notices on it (also on explained differences)."""

    status: TableStatus
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class MatrixRow:
    """A 課, or the ward as a whole, with a cell for each column of the matrix."""

    name: str
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True)
class Matrix:
    """The matrix of a fiscal year: its columns are FILE and the ids of the tables.

    `parts` are the parts to which the tables belong, each with the number of its columns.
    """

    title: str
    parts: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


def make_matrices(examination: Examination) -> list[Matrix]:
    """One matrix for each fiscal year; with a roster it has a row for each 課 of the roster."""
    return [_matrix(examination, collection) for collection in examination.years if collection.fiscal_year]


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


def _matrix(examination: Examination, collection: Collection) -> Matrix:
    rows, rows_for = [], owners(collection)
    adjusted = [ADJUSTMENTS.key] if any(ward for ward, _ in rows_for) else []
    edition = collection.edition
    counted = counted_tables(edition)  # they are not handed in
    collected = [table_id for table_id in edition.tables if table_id not in counted]
    handed_in = {t.table_id for t in collection.tallies.located}
    registers = [table_id for table_id in edition.registers if table_id in handed_in]
    columns = (FILE, *collected, *registers, *adjusted)
    concerning = _by_owner_and_column(examination, collection, columns)
    for owner in rows_for:
        cells = []
        for column, status in zip(columns, _statuses(collection, owner, columns), strict=True):
            notices = tuple(concerning.get((owner, column), ()))
            fault = worst(notices)
            cells.append(MatrixCell(fault if fault != "fine" and status != "missing" else status, notices))
        rows.append(MatrixRow(f"{WARD}（{owner[1]}）" if owner[0] else owner[1], tuple(cells)))
    titles = {part.key: part.definition.title for part in collection.edition.parts}
    groups = groupby(column.rpartition(".")[0] for column in columns[1:])
    parts = tuple((titles.get(part, WARD), len(list(group))) for part, group in groups)
    return Matrix(full_name(collection.fiscal_year), parts, columns, tuple(rows))


def _registers(collection: Collection, owner: _Owner) -> set[str]:
    """The registers for which the workbook of an owner has sheets."""
    tables = (t for t in collection.tallies.located if (t.submission.ward, t.submission.section) == owner)
    return {table.table_id for table in tables} & collection.edition.registers.keys()


def owners(collection: Collection) -> list[_Owner]:
    """The owners of rows: the ward, the 課 of the roster, and others that handed in a workbook."""
    handed_in = [(s.ward, s.section) for s in collection.inbox.of_year(collection.fiscal_year)]
    expected: list[_Owner] = []
    if collection.roster is not None:
        expected = [_coordinator(collection), *((False, section.key) for section in collection.roster)]
    others = sorted(handed_in, key=lambda owner: not owner[0])
    return list(dict.fromkeys([*expected, *others]))


def _coordinator(collection: Collection) -> _Owner:
    coordinator = collection.edition.municipality.coordinator(collection.fiscal_year)
    return True, section_key(coordinator.department, coordinator.section)


def _statuses(collection: Collection, owner: _Owner, columns: tuple[str, ...]) -> Iterator[TableStatus]:
    """The status of each column before findings are considered."""
    ward = owner[0]
    edition = collection.edition
    asked = {FILE, *edition.collected_counts(ward), *edition.collected_entries(ward), *_registers(collection, owner)}
    submission = next((s for s in collection.submissions if (s.ward, s.section) == owner), None)
    if (
        submission is None and owner in _owners_of_files(collection).values()
    ):  # a ward workbook without a roster that asks for it
        asked = set()
    for column in columns:
        if column not in asked:
            yield "not-asked"
        elif submission is None:
            yield "missing"
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
        if not place.file and (place.section == WARD or notice.code == WARD_MISSING):
            owner = _coordinator(collection)
        tables = {place.table, *(r.table for r in notice.finding.related if r.file == place.file and r.table)}
        for table in tables.intersection(columns) or {FILE}:
            concerning.setdefault((owner, table), []).append(notice)
    return concerning


def handed_in(examination: Examination) -> list[HandedIn]:
    """A row for each 課 of the roster, in its order, then for others; empty where there is no roster."""
    return [
        row
        for collection in examination.years
        if collection.roster is not None
        for row in _rows(examination, collection)
    ]


def as_facts(rows: list[HandedIn]) -> list[dict[str, object]]:
    """The same for the envelope of findings in JSON."""
    return [asdict(row) for row in rows]


def elsewhere(examination: Examination, rows: list[HandedIn]) -> list[Notice]:
    """The notices that no row tells of: on files of nobody, on the ward as a whole, on registers."""
    files = {row.file for row in rows if row.file}
    silent = {row.section for row in rows if row.status in ("missing", "unclear")}
    return [
        notice
        for notice in examination.notices
        if (notice.place.file not in files if notice.place.file else notice.place.section not in silent)
    ]


def print_handed_in(console: Console, rows: list[HandedIn]) -> None:
    """Print the table. The status is written in words, not shown by colour alone."""
    table = Table("部・課", "状況", "提出回", "エラー", "警告", box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for row in rows:
        word, style = SECTION_STATUSES[row.status]
        counts = (str(row.number or ""), str(row.errors or ""), str(row.warnings or ""))
        table.add_row(Text(harmless(row.name)), Text(word, style), *counts)
    console.print()
    console.print("■ 提出の状況", style="bold", highlight=False)
    console.print(table)


def _rows(examination: Examination, collection: Collection) -> Iterator[HandedIn]:
    handed_in = collection.inbox.of_year(collection.fiscal_year)
    submissions = {(s.ward, s.section): s for s in (*handed_in, *collection.submissions)}  # the latest is used
    for ward, section in owners(collection):
        submission = submissions.get((ward, section))
        if submission is None:
            file = "" if ward else next(named_after(section, collection), "")
            yield HandedIn(section, ward, "unclear" if file else "missing", None, file, 0, 0)
            continue
        errors, warnings = (_count(examination, submission.file, severity) for severity in ("error", "warning"))
        status: SectionStatus = "faulty" if errors else "fine"
        yield HandedIn(section, ward, status, submission.number, submission.file, errors, warnings)


def _count(examination: Examination, file: str, severity: Severity) -> int:
    notices = (notice for notice in examination.notices if notice.place.file == file and notice.is_open)
    return sum(notice.severity == severity for notice in notices)
