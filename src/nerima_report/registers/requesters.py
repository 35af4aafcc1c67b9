"""The 請求者名簿: who asked, and what each case is called. It lies outside of the working folder.

Counting and checking work without it. It is read only where it is named on the command line, and nothing of it leaves
it but into the data of a notice that was asked for: no message and no error repeats what stands in it.
"""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import NamedTuple

from nerima_report.errors import CannotProceed
from nerima_report.text import plain
from nerima_report.workbooks import CellValue, Sheet, Unreadable, is_blank, read_workbook

PERSONS, CASES = "請求者", "件名"
_NUMBER = re.compile(r"(.*?)(\d+)")
# Names that are written in two ways: variants of one character, and the forms of a company.
_VARIANTS = str.maketrans("髙﨑邊邉齋齊斎濵濱澤廣國眞德彌凜髮惠曾", "高崎辺辺斉斉斉浜浜沢広国真徳弥凛髪恵曽")
_COMPANY = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|一般社団法人|公益社団法人|一般財団法人|公益財団法人|特定非営利活動法人"
    r"|\(株\)|\(有\)|\(同\)|\(一社\)|\(公社\)|\(一財\)|\(公財\)|NPO法人"
)


@dataclass(frozen=True)
class Requester:
    """A person, or somebody who acts for a 法人. `name` is a person's, `contact` that of who acts for the 法人."""

    number: str
    name: str = ""
    corporation: str = ""
    contact: str = ""
    address: str = ""

    @property
    def who(self) -> tuple[str, ...]:
        """What makes two entries the same requester: everything but the number."""
        return astuple(self)[1:]


@dataclass(frozen=True)
class CaseTitle:
    """The 件名 of a case: part of the report, 受付番号, 枝番."""

    part: str
    number: str
    branch: str
    title: str = ""

    @property
    def case(self) -> tuple[str, str, str]:
        """Which case it is."""
        return (self.part, self.number, self.branch)


OF_NOBODY = Requester("")  # of a third party, whose name is not in the register
PERSON_HEADINGS = ("請求者番号", "氏名", "法人名", "担当者", "住所")
CASE_HEADINGS = ("部", "受付番号", "枝番", "件名")


class Alike(NamedTuple):
    """Two numbers that may be of one requester, or two entries of one number that differ: the rows and why."""

    first: str
    second: str
    rows: tuple[int, int]
    reason: str


@dataclass(frozen=True)
class Requesters:
    """The 請求者名簿: its persons and the titles of the cases, in the order of the file."""

    persons: tuple[Requester, ...] = ()
    titles: tuple[CaseTitle, ...] = ()

    def person(self, number: str) -> Requester | None:
        """The requester with this number."""
        return next((person for person in self.persons if person.number == number), None)

    def title(self, case: tuple[str, str, str]) -> str:
        """The 件名 of a case; '' where there is none."""
        return next((title.title for title in self.titles if title.case == case), "")

    def numbered(self, who: Iterable[Requester]) -> tuple[Requesters, dict[tuple[str, ...], str]]:
        """The register with those who are not in it, under new numbers, and the number of each by what makes it one.

        Only who is written in exactly the same way is the same: everybody else is a new requester.
        """
        known = {person.who: person.number for person in self.persons}
        added = []
        taken = _highest(person.number for person in self.persons)
        for person in who:
            if person.who not in known:
                taken = _next(taken)
                known[person.who] = taken
                added.append(replace(person, number=taken))
        return replace(self, persons=(*self.persons, *added)), known

    def blanked(self, persons: frozenset[str], cases: frozenset[tuple[str, str, str]]) -> Requesters:
        """The register in which only the numbers are left of these persons and cases."""
        return Requesters(
            tuple(Requester(p.number) if p.number in persons else p for p in self.persons),
            tuple(replace(t, title="") if t.case in cases else t for t in self.titles),
        )


def read_requesters(file: Path, workspace: Path) -> Requesters:
    """Read the register. Raises CannotProceed where it cannot be read, or lies where it must not lie."""
    refuse_exposed(file, workspace)
    book = read_workbook(file)
    if isinstance(book, Unreadable):
        raise CannotProceed(
            f"請求者名簿を読めません。\n  ファイル: {file}\n  名前と場所を確かめ、Excel で開けるか確かめてください。"
        )
    sheets = {plain(sheet.name): sheet for sheet in book.sheets}
    persons = [Requester(*texts) for texts in _rows(sheets.get(PERSONS), PERSON_HEADINGS, file, PERSONS)]
    titles = [CaseTitle(*texts) for texts in _rows(sheets.get(CASES), CASE_HEADINGS, file, CASES)]
    return Requesters(tuple(persons), tuple(titles))


def write_requesters(requesters: Requesters) -> bytes:
    """The register as a workbook of two sheets."""
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        heading, text = book.add_format({"bold": True, "bg_color": "#D9E2F3"}), book.add_format({"num_format": "@"})
        sheets: list[tuple[str, tuple[str, ...], Sequence[Requester | CaseTitle]]] = [
            (PERSONS, PERSON_HEADINGS, requesters.persons),
            (CASES, CASE_HEADINGS, requesters.titles),
        ]
        for name, headings, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(headings) - 1, 24, text)
            sheet.write_row(0, 0, headings, heading)
            for number, row in enumerate(rows, start=1):
                sheet.write_row(number, 0, [text or None for text in astuple(row)], text)
    return stream.getvalue()


def refuse_exposed(file: Path, workspace: Path, what: str = "請求者名簿") -> None:
    """Raise CannotProceed for a file with names in the working folder, or where a repository would take it in."""
    place = Path(file).absolute()
    home = place.parent.resolve() / place.name
    if home.is_relative_to(workspace.resolve()):
        raise CannotProceed(
            f"{what}は、作業フォルダーの外に置いてください（氏名が入っています）。\n  ファイル: {file}\n"
            "  作業フォルダーの中のものは、報告の記録とともに、ほかの人に渡ることがあります。"
        )
    repository = next((folder for folder in home.parents if (folder / ".git").exists()), None)
    if repository and not _is_ignored(home, repository):
        raise CannotProceed(
            f"{what}の場所が、バージョン管理（git）のフォルダーの中です。\n  ファイル: {file}\n"
            f"  管理のフォルダー: {repository}\n  氏名が履歴に残ってしまうので、ほかの場所に移してください。"
        )


def alike(requesters: Requesters) -> list[Alike]:
    """Who may be one requester under two numbers, and which number has two names. Nothing is merged."""
    rows = [(row, person) for row, person in enumerate(requesters.persons, start=2) if any(person.who)]
    proposals: dict[tuple[int, int], Alike] = {}
    for reason, key in _REASONS.items():
        earlier: dict[object, list[tuple[int, Requester]]] = defaultdict(list)
        for row, person in rows:
            for first, other in earlier[key(person)]:
                one_number = other.number == person.number
                if one_number == (reason is _TWO_NAMES) and not (one_number and other.who == person.who):
                    proposals.setdefault((first, row), Alike(other.number, person.number, (first, row), reason))
                    break
            earlier[key(person)].append((row, person))
    return [proposals[rows_of] for rows_of in sorted(proposals)]


def _normal(text: str) -> str:
    """A name without what may differ in writing only: variants of characters, spaces, the form of a company."""
    folded = unicodedata.normalize("NFKC", text).translate(_VARIANTS)
    return _COMPANY.sub("", re.sub(r"[\s・.,、。ー-]", "", folded)).casefold()


_TWO_NAMES = "一つの番号に、二つの氏名（法人名）があります"
# Why two entries may be of one requester, and what is then the same of both; the first reason that fits is given.
_REASONS: Mapping[str, Callable[[Requester], object]] = {
    _TWO_NAMES: lambda person: person.number,
    "氏名（法人名）が同じです": lambda person: (person.name, person.corporation),
    "氏名（法人名）の書き方だけが違います": lambda person: (_normal(person.name), _normal(person.corporation)),
}


def _is_ignored(file: Path, repository: Path) -> bool:
    """Whether git leaves a file alone; where nobody can say so, it does not."""
    try:
        done = subprocess.run(  # noqa: S603 (a fixed command, with a path as an argument)
            ["git", "-C", str(repository), "check-ignore", "--quiet", "--", str(file)],  # noqa: S607
            check=False, capture_output=True, timeout=10,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _rows(sheet: Sheet | None, headings: Sequence[str], file: Path, name: str) -> Iterator[list[str]]:
    if sheet is None:
        raise CannotProceed(f"請求者名簿にシート「{name}」がありません。\n  ファイル: {file}")
    columns = {plain(v): column for (row, column), v in sheet.cells.items() if row == 1 and isinstance(v, str)}
    if missing := [heading for heading in headings if heading not in columns]:
        raise CannotProceed(
            f"請求者名簿のシート「{name}」の1行目に、見出し「{'」「'.join(missing)}」がありません。\n  ファイル: {file}"
        )
    filled = sorted({row for (row, _), value in sheet.cells.items() if row > 1 and not is_blank(value)})
    for row in filled:
        yield [_text(sheet.cells.get((row, columns[heading]))) for heading in headings]


def _text(value: CellValue) -> str:
    if is_blank(value):
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()


def _highest(numbers: Iterable[str]) -> str:
    """The number after which new ones are counted: the last of the highest; P-0000 where there is none."""
    found = [(int(match[2]), number) for number in numbers if (match := _NUMBER.fullmatch(number))]
    return max(found)[1] if found else "P-0000"


def _next(number: str) -> str:
    match = _NUMBER.fullmatch(number)
    beginning, digits = (match[1], match[2]) if match else ("P-", "0")
    return f"{beginning}{int(digits) + 1:0{len(digits)}}"
