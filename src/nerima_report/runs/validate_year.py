"""`validate 2026`: the whole collection of a year → the page, the marked copies and the letters in 確認/2026/.

    inbox + roster → examination → what the office reads and what each 課 gets

What a run wrote there is replaced by the next as a whole; files that somebody else put there are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nerima_report.checks.collection import named_after
from nerima_report.edition import Edition
from nerima_report.examination import Examination
from nerima_report.files import sha256
from nerima_report.fiscal_year import full_name
from nerima_report.notices import NoticeFormat, Outcome, matrix, render_findings
from nerima_report.notices.grouping import by_problem
from nerima_report.notices.letters import Attachment, Letter, LetterWriter
from nerima_report.notices.returned import MarkedCopy, return_workbooks
from nerima_report.notices.screen import summary
from nerima_report.notices.status import HandedIn, as_facts, in_words
from nerima_report.runs.kept import remember_check
from nerima_report.runs.validate import examine_year
from nerima_report.tallies.roster import RosterSection
from nerima_report.tallies.submission import Progress
from nerima_report.text import label_of
from nerima_report.workspace import LETTERS, SUMS, Delivery, Workspace, read_sums, write_sums

PAGE = "確認.html"
RETURNED = "返却"


@dataclass(frozen=True)
class YearOrder:
    """How a year is to be checked: on which day (reminders wait for the deadline), with `drafts` of mails."""

    today: date
    drafts: bool = False


@dataclass(frozen=True)
class ValidatedYear:
    """What `validate 2026` found, with the facts of the run (which page and copies it wrote), and how it ended."""

    examination: Examination
    facts: dict[str, object]
    closing: str


def validate_year(
    workspace: Workspace, edition: Edition, fiscal_year: int, order: YearOrder, progress: Progress
) -> ValidatedYear:
    """Check all that was handed in for a year, and write what the office reads and what goes back.

    Whatever else is to lie in 確認/2026/ is a file among `files`: it is replaced together with the others.
    """
    examination = examine_year(workspace, edition, fiscal_year, progress)
    folder = workspace.checked(fiscal_year)
    files: dict[str, bytes] = {}
    examination, copies = return_workbooks(examination, lambda name, copy: files.update({f"{RETURNED}/{name}": copy}))
    writer = LetterWriter(examination.edition, fiscal_year, workspace.deadlines.get(fiscal_year))
    handed_in = matrix.handed_in(examination)
    letters = [
        *_reminders(writer, handed_in, examination, order.today),
        *_returns(writer, copies, _owners(handed_in, examination), examination, files),
    ]
    posted = {f"{LETTERS}/{name}": text for one in letters for name, text in one.files(drafts=order.drafts).items()}
    facts: dict[str, object] = {
        "command": "validate",
        "fiscal_years": [fiscal_year],
        "files": len(examination.files),
        "handed_in": as_facts(handed_in),
        "returned": [label_of(folder / RETURNED / copy.name) for copy in copies],
        "letters": [label_of(folder / name) for name in posted],
        "page": label_of(folder / PAGE),
    }
    closing = f"{full_name(fiscal_year)}は、{in_words(handed_in)}です"
    page = render_findings(
        NoticeFormat.HTML, examination, Outcome(facts, f"{closing}（{summary(examination.notices)}）")
    )
    files |= {**posted, PAGE: page.encode(errors="replace")}
    digests = {name: sha256(content) for name, content in files.items()}
    vouched = dict.fromkeys(files, "") | read_sums(folder)
    kept = Delivery(folder, {**files, SUMS: write_sums(digests)}, vouched).supersede()
    remember_check(workspace, fiscal_year, order.today)
    return ValidatedYear(examination.and_also(kept), facts, closing)


def _reminders(
    writer: LetterWriter, handed_in: Sequence[HandedIn], examination: Examination, today: date
) -> Iterator[Letter]:
    """A letter to each 課 that has sent nothing at all, once the deadline is over."""
    if writer.deadline is None or today <= writer.deadline:
        return
    missing = {row.section for row in handed_in if row.status == "missing" and not row.ward}
    yield from (writer.reminder(section) for section in _roster(examination) if section.key in missing)


def _returns(
    writer: LetterWriter,
    copies: Sequence[MarkedCopy],
    owners: Mapping[str, str],
    examination: Examination,
    files: Mapping[str, bytes],
) -> Iterator[Letter]:
    """A letter to each 課 of the roster of whose workbooks there are copies, or that sent nothing which can be read."""
    sent = {submission.section for submission in examination.inbox.submissions}
    for section in _roster(examination):
        of_section = [copy for copy in copies if owners.get(copy.file) == section.key]
        if of_section:
            attachments = [Attachment(copy.name, files[f"{RETURNED}/{copy.name}"]) for copy in of_section]
            names = {copy.file for copy in of_section}
            notices = by_problem(n for n in examination.notices if n.place.file in names and n.goes_back)
            yield writer.returned(section, attachments, notices)
            continue
        unread = [n for n in examination.notices if owners.get(n.place.file) == section.key and n.for_section]
        if unread and section.key not in sent:
            yield writer.unread(section, unread)


def _owners(handed_in: Sequence[HandedIn], examination: Examination) -> dict[str, str]:
    """Which 課 of the roster each file is of: by its cover, or by its name where the cover names nobody of the roster.

    The ward workbook is of nobody, because the coordinator does not write to itself.
    """
    sections = {section.key for section in _roster(examination)}
    owners = {s.file: s.section for s in examination.inbox.submissions if s.section in sections and not s.ward}
    unclear = [row.section for row in handed_in if row.status == "unclear"]
    named = [(file, section) for section in unclear for file in named_after(section, examination.years[0])]
    claims = Counter(file for file, _ in named)
    return owners | {file: section for file, section in named if claims[file] == 1 and file not in owners}


def _roster(examination: Examination) -> tuple[RosterSection, ...]:
    return examination.years[0].roster or ()
