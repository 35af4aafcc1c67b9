"""Who is sent a form (the 課 of the roster, the coordinator for the ward), in which file, with which earlier figures.

What each 課 reported for an earlier year, in its workbook, is shown beside the cells of its next form.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.edition.municipality import Words
from nerima_report.errors import CannotProceed
from nerima_report.files import find_workbooks
from nerima_report.fiscal_year import full_name
from nerima_report.forms.form import EarlierFigures, FormCover
from nerima_report.places import CellKey
from nerima_report.tallies.lines import with_covers
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.roster import TALLIES, RosterSection, is_asked, outside, withheld_from
from nerima_report.tallies.submission import NOT_APPLICABLE, Submission, load_submissions
from nerima_report.text import as_file_name, plain

_WARD = ""  # the key of the ward workbook, because the coordinator may have changed


def all_covers(roster: Sequence[RosterSection], edition: Edition, deadline: date | None = None) -> list[FormCover]:
    """The covers of all forms of a year: each 課 of the roster that is asked for anything, and the ward.

    `edition` is narrowed to the year. Raises CannotProceed where the roster names a form that does not exist.
    """
    covers = [
        FormCover(
            s.fiscal_year,
            s.department,
            s.section_name,
            not_applicable=outside(s, edition),
            withheld=withheld_from(s, edition),
            deadline=deadline,
            number=_number(roster, place),
            tallies=s.tallies,
        )
        for place, s in enumerate(roster, start=1)
        if is_asked(s, edition)
    ]
    year = roster[0].fiscal_year
    by = edition.municipality.coordinator(year)
    ward = FormCover(year, by.department, by.section, ward=True, deadline=deadline, number=_number(roster, 0))
    return [*covers, ward]


def chosen(covers: Sequence[FormCover], names: Sequence[str], words: Words) -> list[FormCover]:
    """The covers with these names: 管理課, 福祉部管理課 or 区全体; all without names.

    Raises CannotProceed for an unknown name, suggesting a similar one, and for a name that several 課 have.
    """
    return list({cover: None for name in names for cover in (_named(covers, name, words),)}) if names else list(covers)


def refuse_unasked(roster: Sequence[RosterSection], edition: Edition, names: Sequence[str]) -> None:
    """Raise CannotProceed for a name of a 課 that is in the roster, but asked for nothing; `edition` is of the year."""
    asked = {name for s in roster if is_asked(s, edition) for name in (s.key, s.section_name)}
    unasked = {name for s in roster for name in (s.key, s.section_name)} - asked
    for name in names:
        if plain(name) in unasked and not edition.counted_by_ledgers:
            raise CannotProceed(f"「{name}」に出してもらう表はないので、様式はありません。")
        if plain(name) in unasked:
            raise CannotProceed(
                f"「{name}」の出す表は、どれも請求台帳から数えるので、様式はありません。\n"
                f"  {edition.words.section}の数も出してもらって比べるときは、"
                f"名簿の「集計」に「{TALLIES}」と書いてください。"
            )


def file_name(cover: FormCover, words: Words) -> str:
    """The name of the file: 12_福祉部管理課_令和8年度.xlsx, numbered as the roster is, with the ward first (00)."""
    return _name(cover.number, f"{words.whole}_{cover.section}" if cover.ward else cover.key, cover.fiscal_year)


def form_name(roster: Sequence[RosterSection], section: RosterSection) -> str:
    """The name of the file of the form that goes to a 課 of the roster."""
    return _name(_number(roster, roster.index(section) + 1), section.key, section.fiscal_year)


def _name(number: str, name: str, fiscal_year: int) -> str:
    return as_file_name(f"{number}_{name}_{full_name(fiscal_year)}.xlsx")


def _number(roster: Sequence[RosterSection], place: int) -> str:
    """The place of a 課 in the roster, with as many digits as the last one has, and at least two."""
    return f"{place:0{max(2, len(str(len(roster))))}}"


def _named(covers: Sequence[FormCover], name: str, words: Words) -> FormCover:
    wanted = plain(name)
    sections = [cover for cover in covers if not cover.ward]
    matching = [cover for cover in covers if wanted == (words.whole if cover.ward else cover.key)]
    matching = matching or [cover for cover in sections if cover.section == wanted]
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = "、".join(cover.key for cover in matching)
        raise CannotProceed(
            f"「{name}」は二つ以上あります（{names}）。\n  {words.department}の名前も続けて書いてください。"
        )
    known = [words.whole, *(name for cover in sections for name in (cover.key, cover.section))]
    likely = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    hint = f"もしかして: {likely[0]}\n  " if likely else ""
    raise CannotProceed(
        f"名簿に「{name}」がありません。\n  {hint}{words.section}の名前を、名簿のとおりに書いてください。"
    )


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

    `edition` has all its parts. Of several workbooks of a section the latest is used: the last year, then the highest
    提出回. Raises CannotProceed where there is no workbook of an earlier year.
    """
    inbox = load_submissions(find_workbooks([place]).paths, edition)
    latest: dict[str, Submission] = {}
    for submission in sorted(inbox.submissions, key=lambda s: (s.fiscal_year, s.number, s.file)):
        if submission.fiscal_year < fiscal_year:
            latest[_WARD if submission.ward else submission.section] = submission
    if not latest:
        raise CannotProceed(
            f"{full_name(fiscal_year)}より前の集計（.xlsx）が見つかりません。\n  場所: {place}\n"
            f"  --previous には、前の年度に各{edition.words.section}が出した集計の"
            "フォルダーかファイルを指定してください。"
        )
    figures: dict[str, EarlierFigures] = {}
    for year in sorted({submission.fiscal_year for submission in latest.values()}):
        of_year = {key: submission for key, submission in latest.items() if submission.fiscal_year == year}
        tallies = load_tallies(tuple(of_year.values()), with_covers(edition.for_year(year), of_year.values()))
        figures |= {key: _figures_of(submission, tallies) for key, submission in of_year.items()}
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
