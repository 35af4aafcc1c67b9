"""Files → identified submissions: which 課, which fiscal year, a section's workbook or the ward's.

The cover says so: an answer stands beside its label, or in the column 該当なし.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.municipality import Words
from nerima_report.fiscal_year import full_date, full_name, parse_date, parse_fiscal_year
from nerima_report.tallies.cell_values import shown
from nerima_report.tallies.layout import COVER_SHEET
from nerima_report.text import label_of, one_line, plain, section_key
from nerima_report.workbooks import (
    CellValue,
    Position,
    Reader,
    Sheet,
    Unreadable,
    Workbook,
    address,
    is_blank,
    shared_reader,
)
from nerima_report.workbooks.limits import MAX_COLUMNS

NOT_APPLICABLE = "該当なし"
# Of each part that counts requests the cover asks whether there were any, and whether they are the business of the 課.
REQUESTS = "請求の有無"
SOME_REQUESTS, NO_REQUESTS, NOT_OURS = "請求あり", "請求なし（すべて0）", "所管外"
REQUEST_CHOICES = (SOME_REQUESTS, NO_REQUESTS, NOT_OURS)
# What the cover asks (the form of version 1 asked for no contact), and the headings of its list of parts and tables.
CONTACT = ("提出期限", "担当者", "内線", "記入日")
FACTS = ("年度", "様式", "部", "課", "様式の版", "提出回", *CONTACT, "備考")
COVER_HEADINGS = ("シート", "内容", REQUESTS, NOT_APPLICABLE)
_REMARK = FACTS[-1]
# What else people write into the column 該当なし when they mean it. Anything else is asked about.
NOT_APPLICABLE_MARKS = frozenset({NOT_APPLICABLE, "○", "〇", "◯", "✓", "✔", "レ"})
_NOT_OURS = frozenset({NOT_OURS, NOT_APPLICABLE})
_NONE = frozenset({plain(NO_REQUESTS), plain(NO_REQUESTS).partition("(")[0]})  # 請求なし alone says the same
_FORMULA = re.compile(r"""IF\('?表紙'?!\$?[A-Z]+\$?[0-9]+="[^"]*",0,""\)""")
# How the name of a 部 or a 課 ends; a text in brackets beside it is a remark.
_SECTION = re.compile(r"[^()]+(?:[課室局部所館園校係]|センター)")
_LONGEST_NUMBER = 4  # digits of a 提出回
# Not handed in by anybody: the case ledger of the coordinator.
LEDGER_FORM = "請求台帳"
# What a 課 returns to say that its cases in the ledger are right, or what is wrong with them.
CONFIRMATION_FORM = "確認表"
# Not handed in by anybody: what a year published before the tool is typed into.
PUBLISHED_FORM = "公表された年度の記録"
Progress = Callable[[Path], None]


class UnclearMark(NamedTuple):
    """An entry in the list of the cover that says nothing known: part or table, cell, text, what it may say."""

    key: str
    cell: str
    text: str
    expected: str


class OtherAnswer(NamedTuple):
    """A second answer on the cover that differs from the first, which was read: its label, sheet, cell and text."""

    label: str
    sheet: str
    cell: str
    text: str


@dataclass(frozen=True)
class Submission:
    """A workbook whose cover says who handed it in, and for which year.

    `no_requests` are the parts of which it says that there were no requests (each with the cell that says so): their
    tables that count requests are all 0. `marked` are the cells of the list on the cover that somebody
    filled in. `person` and `day` say who filled the workbook in, and when. `form` is what 様式 says: 課の集計. `whole`
    is for whom the coordinator speaks: 区全体.
    """

    workbook: Workbook
    cover: Sheet
    fiscal_year: int
    ward: bool
    department: str
    section_name: str
    form_version: str
    number: int
    not_applicable: frozenset[str]
    unclear_marks: tuple[UnclearMark, ...]
    cover_cells: dict[str, str]
    marked: frozenset[Position] = frozenset()
    other_answers: tuple[OtherAnswer, ...] = ()
    remark: str = ""
    no_requests: Mapping[str, str] = field(default_factory=dict)
    person: str = ""
    day: str = ""
    form: str = ""
    whole: str = ""

    @cached_property
    def section(self) -> str:
        """The key of the section: 部 + 課, as in 福祉部管理課."""
        return section_key(self.department, self.section_name)

    @property
    def owner(self) -> str:
        """Who speaks in it, so that 区全体 and its coordinator's own workbook are told apart."""
        return f"{self.whole}（{self.section}）" if self.ward else self.section

    @property
    def is_ledger(self) -> bool:
        """Whether it is the case ledger, and not what somebody handed in."""
        return self.form == LEDGER_FORM

    @cached_property
    def file(self) -> str:
        """The file as findings name it: its path, with / on every system."""
        return label_of(self.workbook.path)

    def says_not_applicable(self, table_id: str) -> bool:
        """Whether the cover marks the table, or its whole part, as 該当なし."""
        return table_id in self.not_applicable or table_id.partition(".")[0] in self.not_applicable

    def says_no_requests(self, table_id: str) -> bool:
        """Whether the cover says that the part of a table had no requests."""
        return table_id.partition(".")[0] in self.no_requests


@dataclass(frozen=True)
class Unidentified:
    """A workbook whose cover does not say what it must: the label at fault, its cell and what stands there.

    `forms` is what 様式 might have said.
    """

    path: Path
    label: str
    cell: str
    found: str
    sha256: str = ""
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inbox:
    """What lay in the inbox, by how far it could be understood. `confirmations` are returned 確認表."""

    submissions: tuple[Submission, ...] = ()
    unidentified: tuple[Unidentified, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    skipped: tuple[Path, ...] = ()
    confirmations: tuple[Submission, ...] = ()

    @property
    def unread(self) -> tuple[Path, ...]:
        """The files that could not be read, or do not say whose they are."""
        return (*(file.path for file in self.unreadable), *(file.path for file in self.unidentified))

    @property
    def wards(self) -> frozenset[str]:
        """The files that speak for 区全体; that of the coordinator's own 課, and the case ledger, are others."""
        return frozenset(s.file for s in self.submissions if s.ward and not s.is_ledger)

    def of_year(self, fiscal_year: int) -> tuple[Submission, ...]:
        """The submissions for a fiscal year."""
        return tuple(s for s in self.submissions if s.fiscal_year == fiscal_year)

    @property
    def fiscal_years(self) -> list[int]:
        """The fiscal years for which something was handed in."""
        return sorted({s.fiscal_year for s in self.submissions})


def load_submissions(
    paths: Sequence[Path],
    edition: Edition,
    progress: Callable[[Path], None] = lambda path: None,
    reader: Reader | None = None,
    forms: Sequence[str] = (),
) -> Inbox:
    """Read the workbooks and identify each by its cover, as one of the `forms`: without, as anything handed in.

    Never raises for a bad file.

    While one is identified here, the next is read in the worker.
    """
    submissions, unidentified, unreadable = [], [], []
    words = edition.words
    forms = forms or (words.section_form, words.whole_form, CONFIRMATION_FORM)
    keys = [*(part.key for part in edition.parts), *edition.tables, *edition.register_tables]
    with closing((reader or shared_reader()).read_all(paths)) as workbooks:
        for path in paths:
            progress(path)
            workbook = next(workbooks)
            if isinstance(workbook, Unreadable):
                unreadable.append(workbook)
                continue
            submission = identify(workbook, keys, words, forms)
            if isinstance(submission, Submission) and not edition.parts_for(submission.fiscal_year):
                where = submission.cover_cells["年度"]
                unidentified.append(
                    Unidentified(path, "年度", where, full_name(submission.fiscal_year), workbook.sha256)
                )
            elif isinstance(submission, Submission):
                submissions.append(submission)
            else:
                unidentified.append(submission)
    confirmations = tuple(s for s in submissions if s.form == CONFIRMATION_FORM)
    others = tuple(s for s in submissions if s.form != CONFIRMATION_FORM)
    return Inbox(others, tuple(unidentified), tuple(unreadable), confirmations=confirmations)


def identify(
    workbook: Workbook, keys: Sequence[str], words: Words, forms: Sequence[str] = ()
) -> Submission | Unidentified:
    """Read the cover of a workbook; `keys` are the parts and tables that may be marked 該当なし.

    It must be one of the `forms` (without, that of a section or of the ward); all but that of a section speak for the
    ward. `words` are those of the cover.
    """
    forms = forms or (words.section_form, words.whole_form)
    covers = [sheet for sheet in workbook.sheets if plain(sheet.name) == COVER_SHEET]
    if not covers:
        return Unidentified(workbook.path, COVER_SHEET, "", "", workbook.sha256)
    cover = covers[0]
    values, cells = _read_cover(cover, words)
    fiscal_year = parse_fiscal_year(values["年度"])
    form = plain(values["様式"])
    number = plain(values["提出回"])
    if fiscal_year is None:
        return Unidentified(workbook.path, "年度", cells["年度"], shown(values["年度"]), workbook.sha256)
    if form not in forms:
        return Unidentified(workbook.path, "様式", cells["様式"], shown(values["様式"]), workbook.sha256, tuple(forms))
    if not values["課"]:
        return Unidentified(workbook.path, "課", cells["課"], "", workbook.sha256)
    if not (number.isascii() and number.isdecimal()) or len(number) > _LONGEST_NUMBER or int(number) < 1:
        return Unidentified(workbook.path, "提出回", cells["提出回"], shown(number), workbook.sha256)
    marks = {key: (position, plain(cover.cells[position]))
             for key, position in marked_rows(cover, keys, NOT_APPLICABLE).items()}  # fmt: skip
    choices = {key: (position, plain(cover.cells[position]))
               for key, position in marked_rows(cover, keys, REQUESTS).items()}  # fmt: skip
    none = {key: address(position) for key, (position, text) in choices.items() if text in _NONE}
    unclear = [UnclearMark(key, address(position), text, NOT_APPLICABLE)
               for key, (position, text) in marks.items() if text not in NOT_APPLICABLE_MARKS]  # fmt: skip
    unclear += [UnclearMark(key, address(position), text, "、".join(REQUEST_CHOICES))
                for key, (position, text) in choices.items()
                if key not in none and text not in (SOME_REQUESTS, *_NOT_OURS)]  # fmt: skip
    return Submission(
        workbook=workbook,
        cover=cover,
        fiscal_year=fiscal_year,
        ward=form not in (words.section_form, CONFIRMATION_FORM),
        department=plain(values["部"]),
        section_name=plain(values["課"]),
        form_version=plain(values["様式の版"]),
        number=int(number),
        not_applicable=frozenset(
            [key for key, (_, text) in marks.items() if text in NOT_APPLICABLE_MARKS]
            + [key for key, (_, text) in choices.items() if text in _NOT_OURS]
        ),
        unclear_marks=tuple(unclear),
        cover_cells=cells,
        marked=frozenset(position for position, _ in (*marks.values(), *choices.values())),
        other_answers=tuple(other for sheet in covers for other in _other_answers(sheet, values, words)),
        remark=one_line(values[_REMARK]).strip(),
        no_requests=none if form == words.section_form else {},
        person=one_line(values["担当者"]).strip(),
        day=_day(values["記入日"]),
        form=form,
        whole=words.whole,
    )


def zero_formula(cell: str) -> str:
    """What a form writes into the cells of tables that count requests: 0 where the cover says that there were none."""
    return f'IF(\'{COVER_SHEET}\'!{cell}="{NO_REQUESTS}",0,"")'


def is_zero_formula(formula: str) -> bool:
    """Whether a formula is the form's own, as Excel and other programs write it."""
    return _FORMULA.fullmatch(formula.removeprefix("=").replace(" ", "")) is not None


def _day(text: str) -> str:
    """A day as it is printed; what is no day as it was written."""
    day = parse_date(text.removesuffix(" 00:00:00"))
    return full_date(day) if day else one_line(text).strip()


def _read_cover(cover: Sheet, words: Words) -> tuple[dict[str, str], dict[str, str]]:
    """The values on the cover and the cells in which they stand, by label; '' where there is nothing."""
    values, cells = {}, {}
    for label in FACTS:
        position, value = next(values_beside(cover, words.label(label)), ((0, 0), None))
        values[label] = _text_of(value)
        cells[label] = address(position) if position[0] else ""
    return values, cells


def _other_answers(cover: Sheet, values: Mapping[str, str], words: Words) -> Iterator[OtherAnswer]:
    """The answers that say something else than those that were read; a blank one says nothing."""
    for label in FACTS[:-1]:  # several remarks are no contradiction
        text = values[label]
        for position, value in values_beside(cover, words.label(label)):
            other = _text_of(value)
            same_year = label == "年度" and parse_fiscal_year(other) == parse_fiscal_year(text)
            if other and plain(other) != plain(text) and not same_year:
                yield OtherAnswer(words.label(label), cover.name, address(position), shown(other))
            yield from (
                OtherAnswer(words.label(label), cover.name, address(place), shown(beside))
                for place, beside in _right_of(cover, position, words)
                if _is_another_answer(label, _text_of(beside), text)
            )


def _right_of(cover: Sheet, answer: Position, words: Words) -> Iterator[tuple[Position, CellValue]]:
    """The filled cells right of an answer, up to the next question."""
    for position in sorted(place for place in cover.cells if place[0] == answer[0] and place[1] > answer[1]):
        value = cover.cells[position]
        if plain(value) in map(words.label, FACTS):
            return
        if not is_blank(value):
            yield position, value


def names_section(text: str) -> bool:
    """Whether a text is the name of a 部 or a 課, by how it ends."""
    return _SECTION.fullmatch(plain(text)) is not None


def _is_another_answer(label: str, text: str, answer: str) -> bool:
    """Whether a text beside the answer to a question is another one, and no remark: a year, a number, a 課."""
    if label == "年度":
        return parse_fiscal_year(text) not in (None, parse_fiscal_year(answer))
    if label == "提出回":
        return plain(text).isdecimal() and plain(text) != plain(answer)
    return label in ("部", "課") and names_section(text) and plain(text) != plain(answer)


def _text_of(value: CellValue) -> str:
    if is_blank(value):
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def values_beside(sheet: Sheet, label: str) -> Iterator[tuple[Position, CellValue]]:
    """For each place of a label the first filled cell to its right, or the blank cell beside it."""
    for place in _labels(sheet).get(plain(label), ()):
        yield _beside(sheet, place)


def _beside(sheet: Sheet, place: Position) -> tuple[Position, CellValue]:
    row, column = place
    beside = ((row, right) for right in range(column + 1, MAX_COLUMNS + 1))
    position = next((p for p in beside if not is_blank(sheet.cells.get(p))), (row, column + 1))
    return position, sheet.cells.get(position)


def marked_rows(sheet: Sheet, keys: Sequence[str], heading: str) -> dict[str, Position]:
    """For each key that stands in a column left of the heading (該当なし), the cell of its row below the heading.

    Only filled cells are given back; what they say is for the caller to judge.
    """
    wanted = {plain(key): key for key in keys}
    remarks = {place for place, _ in values_beside(sheet, _REMARK)}  # 該当なし is an answer there, no heading
    places = [place for place in _labels(sheet).get(plain(heading), ()) if place not in remarks]
    headings = {column: row for row, column in reversed(places)}  # below a heading stand its marks, in the same words
    listed = {row for label in COVER_HEADINGS[:-1] for row, _ in _labels(sheet).get(plain(label), ())}
    row_of_headings = max(listed.intersection(headings.values()) or headings.values(), default=0)
    headings = {column: row for column, row in headings.items() if row == row_of_headings}
    marks: dict[int, int] = {}
    for (row, column), value in sheet.cells.items():
        if row > headings.get(column, row) and not is_blank(value):
            marks[row] = max(column, marks.get(row, 0))
    marked = {}
    for (row, column), value in sheet.cells.items():
        key = wanted.get(plain(value)) if column < marks.get(row, 0) else None
        if key:
            marked[key] = (row, marks[row])
    return marked


@lru_cache(maxsize=8)
def _labels(sheet: Sheet) -> dict[str, list[Position]]:
    """Where each text of a sheet stands, row by row."""
    labels: dict[str, list[Position]] = {}
    for position, value in sorted(sheet.cells.items()):
        if isinstance(value, str):
            labels.setdefault(plain(value), []).append(position)
    return labels
