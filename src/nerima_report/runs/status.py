"""`status`: the inbox, the roster, the report and the record of a year → where the year stands.

    what it rests on ─▶ the same as at the last look? ─▶ what was found then
                              └─ no ─▶ examination ─▶ status of the year

What was found is kept by the content of everything that it rests on; the days left are counted at every look. What
examines is imported only where something has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from nerima_report.edition import SHARED, load_edition, shipped_templates
from nerima_report.edition.municipality import TO_FILL_IN
from nerima_report.files import SETTINGS, read_file
from nerima_report.fiscal_year import collected_year
from nerima_report.notices.status import Change, ChangeKind, HandedIn, Look, YearStatus
from nerima_report.runs.kept import KeptWorkbooks, digest_of, keep, letters_waiting, program_digest
from nerima_report.tallies.roster import roster_years
from nerima_report.tallies.submission import Progress
from nerima_report.workspace import Workspace
from nerima_report.writing.lock import FOLDER

if TYPE_CHECKING:
    from nerima_report.examination import Examination

CACHE = "cache"
LOOKS = "looks"  # beside the cache, because nothing can find out again what somebody saw
_PASSING = frozenset({"timed-out", "crashed", "missing", "not-a-file", "changed"})  # reasons that may be gone next time
ProgressOver = Callable[[int], AbstractContextManager[Progress]]


@dataclass(frozen=True)
class LookOrder:
    """Which year is looked at (None: the one at work), and when. A `rehearsed` day is not today, and not remembered."""

    fiscal_year: int | None
    now: datetime
    rehearsed: bool = False


@dataclass(frozen=True)
class LastLook:
    """What somebody saw when they looked before: of each 課 how it stood, and the hash of its workbook."""

    at: datetime
    handed_in: dict[str, tuple[str, str]]


def look(workspace: Workspace, find_edition: Callable[[], Path], order: LookOrder, progress_over: ProgressOver) -> Look:
    """Look where a year stands, and remember what was seen. Without a roster no edition is needed."""
    fiscal_year = order.fiscal_year or _year_at_work(workspace, order.now)
    if workspace.roster.is_file():
        year = _status_of(workspace, find_edition(), fiscal_year, progress_over)
    else:
        year = _without_roster(workspace, fiscal_year)
    last = _last_look(workspace, fiscal_year)
    this = LastLook(order.now, {row.name: (row.status, year.versions.get(row.file, "")) for row in year.handed_in})
    if not order.rehearsed:
        keep(workspace.folder, {f"{LOOKS}/{fiscal_year}.json": TypeAdapter(LastLook).dump_json(this)})
    forms = workspace.forms(fiscal_year)
    return Look(
        year=year,
        day=order.now.date(),
        deadline=workspace.deadlines.get(fiscal_year),
        has_forms=forms.is_dir() and any(forms.glob("*.xlsx")),
        since=last.at if last else None,
        changes=tuple(_changes(year, last)) if last else (),
        letters=letters_waiting(workspace, fiscal_year, order.now.date()),
    )


def _without_roster(workspace: Workspace, fiscal_year: int) -> YearStatus:
    """The status of a year of which nothing is collected here; its record may have been imported."""
    from nerima_report.runs.publish import record_state

    return YearStatus(fiscal_year, record=record_state(workspace, fiscal_year))


def _year_at_work(workspace: Workspace, now: datetime) -> int:
    """The year that is collected now, or else the newest for which the roster asks anybody."""
    collected = collected_year(now.date())
    if not workspace.roster.is_file():
        return collected
    reader = KeptWorkbooks(workspace.folder, f"{CACHE}/roster")
    years = roster_years(workspace.roster, reader)
    reader.forget_others()
    return collected if collected in years or not years else years[-1]


def _status_of(workspace: Workspace, edition: Path, fiscal_year: int, progress_over: ProgressOver) -> YearStatus:
    """The status of a year: that which was found before, as long as it rests on the same."""
    name = f"{CACHE}/{fiscal_year}/status.json"
    basis = basis_of(workspace, edition, fiscal_year)
    adapter = TypeAdapter(YearStatus)
    try:
        last = json.loads(read_file(workspace.folder / FOLDER / name))
        if basis is not None and last["basis"] == basis:
            return adapter.validate_python(last["status"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not there, or not what was written
    examination = _examine(workspace, edition, fiscal_year, progress_over)
    status = _status_by(workspace, examination)
    lasting = _PASSING.isdisjoint(file.reason for file in examination.inbox.unreadable)
    if lasting and basis is not None and basis == basis_of(workspace, edition, fiscal_year):
        content = json.dumps({"basis": basis, "status": adapter.dump_python(status, mode="json")})
        keep(workspace.folder, {name: content.encode()})
    return status


def basis_of(workspace: Workspace, edition: Path, fiscal_year: int) -> str | None:
    """A digest of all that the status of a year rests on; None where something cannot be read just now."""
    digest = hashlib.sha256(f"{program_digest()} {fiscal_year} {edition}".encode())
    workbooks = workspace.handed_in(fiscal_year)
    for path in (*workbooks.paths, *workbooks.skipped, *_beside(workspace, edition, fiscal_year)):
        try:
            content = digest_of(path)
        except (OSError, ValueError):
            if path not in workbooks.skipped:  # of these the name alone may count: Excel locks ~$12.xlsx
                return None
            content = ""
        digest.update(f"\0{path.as_posix()}\0{content}".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _beside(workspace: Workspace, edition: Path, fiscal_year: int) -> Iterator[Path]:
    """The files besides workbooks on which the status of a year rests."""
    yield from (file for file in (workspace.folder / SETTINGS, workspace.roster) if file.exists())
    yield from (*workspace.ledgers(fiscal_year).values(), *workspace.unread_ledgers)
    folders = [workspace.folder / "records", workspace.folder / "registers", workspace.out(fiscal_year)]
    folders += [edition, shipped_templates()]
    files = [file for folder in folders for file in sorted(folder.rglob("*"))]
    files += [edition.parent / name for name in (*SHARED, "findings.toml", "files.toml")]
    yield from (file for file in dict.fromkeys(files) if file.is_file())


def _examine(workspace: Workspace, edition: Path, fiscal_year: int, progress_over: ProgressOver) -> Examination:
    """Examine all that was handed in for a year; only workbooks that changed are read."""
    from nerima_report.runs.validate import examine_year

    reader = KeptWorkbooks(workspace.folder, f"{CACHE}/{fiscal_year}")
    with progress_over(len(workspace.handed_in(fiscal_year).paths)) as progress:
        examination = examine_year(workspace, load_edition(edition, texts=False), fiscal_year, progress, reader)
    reader.forget_others()
    return examination


def _status_by(workspace: Workspace, examination: Examination) -> YearStatus:
    """Where a year stands by its examination, its report and its record."""
    from nerima_report.notices import matrix
    from nerima_report.runs.publish import record_state, report_state, ways_open

    fiscal_year, submissions = examination.years[0].fiscal_year, examination.years[0].submissions
    handed_in = matrix.handed_in(examination)
    others = Counter(n.place.file for n in matrix.elsewhere(examination, handed_in) if n.is_error)
    confirmed, waiting = _confirmations(workspace, examination)
    inputs = workspace.handed_in(fiscal_year).paths if submissions else []  # else they may be those of another year
    municipality = examination.edition.municipality
    return YearStatus(
        fiscal_year=fiscal_year,
        handed_in=tuple(handed_in),
        versions={submission.file: submission.workbook.sha256 for submission in submissions},
        others=dict(others),
        remarks=examination.remarks,
        report=report_state(workspace, examination.edition, fiscal_year, inputs),
        record=record_state(workspace, fiscal_year, examination.edition, inputs),
        ways_open=ways_open(workspace, examination.edition, fiscal_year),
        confirmed=tuple(confirmed),
        unconfirmed=tuple(waiting),
        not_announced=municipality.not_announced(fiscal_year),
        to_fill_in=("団体コード（municipality.toml の code）",) * (municipality.code == TO_FILL_IN),
        section_word=examination.edition.words.section,
    )


def _confirmations(workspace: Workspace, examination: Examination) -> tuple[list[str], list[str]]:
    """The 課 that have confirmed their cases in the ledger, and those that were asked and have not."""
    collection = examination.years[0]
    asked = workspace.confirmations(collection.fiscal_year).is_dir()
    if collection.ledger is None or not (asked or collection.confirmations):
        return [], []
    from nerima_report.tallies.confirmations import sections_with_cases

    faulty = {notice.place.file for notice in examination.notices if notice.is_error}
    confirmed = [
        one.submission.section
        for one in collection.confirmations
        if one.is_signed and one.submission.file not in faulty
    ]
    waiting = [section for section in sections_with_cases(collection.ledger) if section not in confirmed]
    return confirmed, collection.in_order(waiting)


def _last_look(workspace: Workspace, fiscal_year: int) -> LastLook | None:
    file = workspace.folder / FOLDER / LOOKS / f"{fiscal_year}.json"
    try:
        return TypeAdapter(LastLook).validate_json(read_file(file))
    except (OSError, ValueError):
        return None  # nobody has looked, or it is not what was written


def _changes(year: YearStatus, last: LastLook) -> Iterator[Change]:
    """What happened to the workbooks of those whom the roster names now and named then."""
    for row in year.handed_in:
        if row.name in last.handed_in:
            kind = _change(row, year.versions.get(row.file, ""), last.handed_in[row.name])
            if kind is not None:
                yield Change(row.section, row.ward, kind, row.whole)


def _change(row: HandedIn, version: str, before: tuple[str, str]) -> ChangeKind | None:
    status, earlier_version = before
    if "missing" in (status, row.status):
        return None if status == row.status else "arrived" if status == "missing" else "withdrawn"
    if row.status == "fine" != status:
        return "corrected"
    return "again" if version != earlier_version else None
