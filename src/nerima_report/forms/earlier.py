"""What each 課 reported for an earlier year, from its workbook, to be shown beside the cells of its next form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.files import find_workbooks
from nerima_report.fiscal_year import full_name
from nerima_report.forms import EarlierFigures, FormCover
from nerima_report.places import CellKey
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.submission import NOT_APPLICABLE, Submission, load_submissions

_WARD = ""  # stands for the ward workbook, whoever the coordinator was


@dataclass(frozen=True)
class Earlier:
    """The latest earlier figures by section, and the files that could not be used."""

    figures: Mapping[str, EarlierFigures]
    unusable: tuple[Path, ...]

    def of(self, cover: FormCover) -> EarlierFigures | None:
        """The figures of the section to which a form goes, or of the ward; None without any."""
        return self.figures.get(_WARD if cover.ward else cover.key)


def load_earlier(place: Path, edition: Edition, fiscal_year: int) -> Earlier:
    """Read the workbooks in a folder (and the folders in it), or one file, of any year before `fiscal_year`.

    `edition` has all its parts. Of the workbooks of a section the latest counts: the last year, then the
    highest 提出回. Raises CannotProceed when there is nothing of an earlier year.
    """
    inbox = load_submissions(find_workbooks([place])[0], edition)
    latest: dict[str, Submission] = {}
    for submission in sorted(inbox.submissions, key=lambda s: (s.fiscal_year, s.number, s.file)):
        if submission.fiscal_year < fiscal_year:
            latest[_WARD if submission.ward else submission.section] = submission
    if not latest:
        raise CannotProceed(
            f"{full_name(fiscal_year)}より前の集計（.xlsx）が見つかりません。\n  場所: {place}\n"
            "  --previous には、前の年度に各課が出した集計のフォルダーかファイルを指定してください。"
        )
    figures: dict[str, EarlierFigures] = {}
    for year in sorted({submission.fiscal_year for submission in latest.values()}):
        own = {key: submission for key, submission in latest.items() if submission.fiscal_year == year}
        tallies = load_tallies(tuple(own.values()), edition.for_year(year))
        figures |= {key: _figures_of(submission, tallies) for key, submission in own.items()}
    return Earlier(figures, inbox.unread)


def _figures_of(submission: Submission, tallies: Tallies) -> EarlierFigures:
    counts: dict[CellKey, int | str] = {}
    for cell in tallies.cells:
        if cell.place.file == submission.file and cell.known:
            counts[cell.key] = cell.value if cell.reading.status == "reported" else NOT_APPLICABLE
    entries = {
        located.table_id: len(located.layout.rows)
        for located in tallies.lists
        if located.submission.file == submission.file and located.found
    }
    return EarlierFigures(submission.fiscal_year, counts, entries)
