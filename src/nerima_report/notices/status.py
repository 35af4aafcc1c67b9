"""Where the collection of a year stands, as people and programs read it: on one screen, or as JSON.

Imports little, because it is shown whenever somebody types the name of the program alone.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.console import Console

from nerima_report import __version__
from nerima_report.files import CHECKED
from nerima_report.fiscal_year import full_date, full_name
from nerima_report.tallies.remarks import Remark
from nerima_report.text import fold, harmless, how_many

SCHEMA_VERSION = 1
SectionStatus = Literal["fine", "faulty", "unclear", "other-year", "missing"]
SECTION_STATUSES: dict[SectionStatus, tuple[str, str]] = {
    "fine": ("提出済み", ""),
    "faulty": ("直しが必要", "yellow"),
    "unclear": ("読めない", "bold red"),
    "other-year": ("年度違い", "bold red"),
    "missing": ("未提出", "bold red"),
}
SILENT: tuple[SectionStatus, ...] = ("unclear", "other-year", "missing")  # of whom no workbook is used
ChangeKind = Literal["arrived", "corrected", "again", "withdrawn"]
CHANGES: dict[ChangeKind, str] = {
    "arrived": "届いた",
    "corrected": "直った",
    "again": "出し直し",
    "withdrawn": "消えた",
}
ReportState = Literal["none", "draft", "outdated", "built", "unusable"]
REPORT_STATES: dict[ReportState, str] = {
    "none": "まだ",
    "draft": "案だけ",
    "outdated": "作ったあとで集計か設定が変わった",
    "built": "できている（公表はまだ）",
    "unusable": "out の record.json が使えない",
}
RecordState = Literal["none", "outdated", "published", "unusable"]
RECORD_STATES: dict[RecordState, str] = {
    "none": "まだ",
    "outdated": "公表したあとで集計が変わった",
    "published": "ある",
    "unusable": "使えない",
}
LINES = 22  # a terminal has 24; one holds what was typed, and one waits for what is typed next
_LABEL = 12  # columns in which the name of a list stands


@dataclass(frozen=True)
class HandedIn:
    """What a 課, or the coordinator for the ward, has handed in: the workbook that is used (number: its 提出回).

    Unclear: no workbook is used, but a file is named after the 課 that cannot be read or has another 課 on its cover.
    Other-year: its cover says another year, and no other workbook has come.
    `errors` and `warnings` count the findings on the workbook that nobody explained. `counted` is the word with which
    places of its kind are counted (校; empty where a roster does not name it), `whole` the name of 区全体.
    """

    section: str
    ward: bool
    status: SectionStatus
    number: int | None
    file: str
    errors: int
    warnings: int
    counted: str = "課"
    whole: str = ""

    @property
    def name(self) -> str:
        """The 課, or 区全体 with the 課 that hands it in."""
        return f"{self.whole}（{self.section}）" if self.ward else self.section


@dataclass(frozen=True)
class YearStatus:
    """What the files say of a year, whatever day it is. Without a roster nobody has `handed_in`.

    `versions` are the hashes of the workbooks that count, by file; `others` the numbers of errors that no 課 of
    `handed_in` answers for, by file ('' for those in no file). `ways_open` are the ways of publication that are not
    done yet, `not_announced` the designations of 出資法人等 without their 告示, `to_fill_in` what a new edition
    still lacks. `confirmed` are the 課 whose 確認表 says what the case ledger says, `unconfirmed` those of whom one is
    awaited. `section_word` is
    what a 課 is called.
    """

    fiscal_year: int
    handed_in: tuple[HandedIn, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    report: ReportState = "none"
    record: RecordState = "none"
    ways_open: tuple[str, ...] = ()
    not_announced: tuple[str, ...] = ()
    to_fill_in: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    section_word: str = "課"

    @property
    def is_clean(self) -> bool:
        """Whether all of the roster is there, and nothing has to be corrected."""
        return all(row.status == "fine" for row in self.handed_in) and not self.others

    @property
    def has_begun(self) -> bool:
        """Whether anything has come in."""
        return any(row.status != "missing" for row in self.handed_in) or any(self.others)


@dataclass(frozen=True)
class Change:
    """What happened to the workbook of a 課 since the last look."""

    section: str
    ward: bool
    kind: ChangeKind
    whole: str = ""

    @property
    def name(self) -> str:
        """The 課, or 区全体."""
        return self.whole if self.ward else self.section


@dataclass(frozen=True)
class Step:
    """The command to type next, and what for."""

    command: str
    reason: str


@dataclass(frozen=True)
class Look:
    """A year as it is seen on a day. `since` is when somebody looked before; None at the first look.

    `letters` is how many letters lie there since `validate` looked at the same workbooks; None where it did not.
    """

    year: YearStatus
    day: date
    deadline: date | None
    has_forms: bool
    since: datetime | None
    changes: tuple[Change, ...]
    letters: int | None = None

    @property
    def days_left(self) -> int | None:
        """Until the deadline: 0 on its day, below it afterwards; None where there is none."""
        return (self.deadline - self.day).days if self.deadline else None

    @property
    def next_step(self) -> Step:
        """What the state of the year asks for."""
        year, status = self.year.fiscal_year, self.year
        if not status.handed_in:
            return Step("nerima-report init", "名簿を作る")
        if status.record == "published" and status.ways_open:
            way = status.ways_open[0]
            return Step(f"nerima-report publish {year} --done {way}", f"{way}を済ませたら、その日を記録にする")
        if status.record == "published":
            return Step(f"nerima-report init --year {year + 1}", "公表は済んでいる。つぎの年度に進む")
        if status.is_clean and status.report == "built":
            revise = "" if status.record == "none" else ' --revise "理由"'
            return Step(
                f"nerima-report publish {year}{revise}", f"check {year} で前の年度と比べ、公表したら、記録にする"
            )
        if status.is_clean:
            return Step(f"nerima-report build {year}", "報告を作る")
        if not status.has_begun and not self.has_forms:
            return Step(f"nerima-report form {year}", f"{status.section_word}に配る集計様式を作る")
        if self.letters:
            where = f"{CHECKED}/{year}/手紙 の手紙 {self.letters}通を送る"
            return Step(f"nerima-report validate {year}", f"{where}。直したものが届いたら、もう一度確かめる")
        if self.letters == 0 and status.has_begun:
            reason = f"{CHECKED}/{year} のページのとおりに直すか、残りが届いたら、もう一度確かめる"
            return Step(f"nerima-report validate {year}", reason)
        reason = (
            f"全部を確かめ、{status.section_word}に返す写しを作る"
            if status.has_begun
            else "届いたら inbox に入れて、全部を確かめる"
        )
        return Step(f"nerima-report validate {year}", reason)


def as_facts(rows: Sequence[HandedIn]) -> list[dict[str, object]]:
    """The rows for other programs, with the word that people read."""
    return [{**_facts(row), "status_name": SECTION_STATUSES[row.status][0]} for row in rows]


def _facts(row: HandedIn | Change) -> dict[str, object]:
    """The fields of a row for other programs, to which `ward` says it all."""
    return {name: value for name, value in asdict(row).items() if name != "whole"}


def in_words(rows: Sequence[HandedIn]) -> str:
    """How many have handed in: 39課のうち22課が提出（直しが必要 5）、未提出 17。区全体は未提出.

    Nothing is said of 区全体 where it has nothing to hand in, nor of the 課 where only 区全体 has.

    With schools: 37課、3校のうち22が提出. Those that the roster does not name were not asked: 名簿にないもの 1.
    """
    sections = [row.status for row in rows if not row.ward and row.counted]
    strangers = sum(not row.ward and not row.counted for row in rows)
    wards = "、".join(SECTION_STATUSES[row.status][0] for row in rows if row.ward)
    whole = next((row.whole for row in rows if row.ward), "")
    if wards and not sections:
        return f"{whole}は{wards}"
    asked = Counter(row.counted for row in rows if not row.ward and row.counted) or {"": 0}
    everybody = "、".join(f"{count}{word}" for word, count in asked.items())
    number = {status: sections.count(status) for status in SECTION_STATUSES}
    faulty = f"（{SECTION_STATUSES['faulty'][0]} {number['faulty']}）" if number["faulty"] else ""
    others = "".join(f"、{SECTION_STATUSES[s][0]} {number[s]}" for s in SILENT if number[s])
    others += f"、名簿にないもの {strangers}" if strangers else ""
    there = number["fine"] + number["faulty"]
    unit = next(iter(asked)) if len(asked) == 1 else ""
    return f"{everybody}のうち{there}{unit}が提出{faulty}{others}" + (f"。{whole}は{wards}" if wards else "")


def render_json(look: Look) -> str:
    """The look in one envelope: docs/schemas/status.json."""
    envelope = {
        "schema_version": SCHEMA_VERSION,
        "program": f"nerima-report {__version__}",
        "command": "status",
        **asdict(look.year),
        "handed_in": as_facts(look.year.handed_in),
        "others": [{"file": file, "errors": errors} for file, errors in look.year.others.items()],
        "day": look.day.isoformat(),
        "deadline": look.deadline.isoformat() if look.deadline else None,
        "days_left": look.days_left,
        "since": look.since.isoformat(timespec="minutes") if look.since else None,
        "changes": [_facts(change) for change in look.changes],
        "next": asdict(look.next_step),
    }
    del envelope["versions"], envelope["section_word"]
    return json.dumps(envelope, ensure_ascii=False, indent=2)


def print_status(console: Console, look: Look) -> None:
    """Print the look on one screen; lists that are too long for it end with how many are left out."""
    for line in _screen(look, max(console.width, 40)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class _List:
    """A line or more of the screen: a label and what stands beside it. What is urgent gets room first."""

    label: str
    items: Sequence[str]
    urgent: bool


def _screen(look: Look, width: int) -> Iterator[str]:
    year, step = look.year, look.next_step
    head = [f"{full_name(year.fiscal_year)}の集計　{_deadline(look)}"]
    head.append(f"{in_words(year.handed_in)}。" if year.handed_in else "名簿（roster.xlsx）がありません。")
    report = "公表済み" if (year.report, year.record) == ("none", "published") else REPORT_STATES[year.report]
    foot = [f"報告: {report}　　公表の記録: {RECORD_STATES[year.record]}"]
    foot.append(f"次のコマンド（{step.reason}）:")
    head, foot = ([part for line in lines for part in fold(line, width)] for lines in (head, foot))
    lists = [
        _List(one.label, [*map(harmless, one.items)], one.urgent)
        for one in (*_standing(year), *_news(look))
        if one.items
    ]
    yield from head
    for one, lines in zip(lists, _shares(lists, width, LINES - len(head) - len(foot) - 2), strict=True):
        for number, line in enumerate(_filled(one.items, width - _LABEL, lines)):
            yield set_cell_size("" if number else one.label, _LABEL) + line
    yield ""
    yield from foot
    yield f"  {step.command}"


def _deadline(look: Look) -> str:
    if look.deadline is None or look.days_left is None:
        return "提出期限は未定（nerima-report.toml の [deadline] に書く）"
    left = f"あと{look.days_left}日" if look.days_left > 0 else f"{-look.days_left}日過ぎました"
    if look.days_left < 0 and all(row.status != "missing" for row in look.year.handed_in):
        return f"提出期限 {full_date(look.deadline)}"  # nobody is late
    return f"提出期限 {full_date(look.deadline)}（{left if look.days_left else '今日です'}）"


def _standing(year: YearStatus) -> Iterator[_List]:
    """Who is missing, and who has to correct what."""
    rows = {status: [row for row in year.handed_in if row.status == status] for status in SECTION_STATUSES}
    words = {status: word for status, (word, _) in SECTION_STATUSES.items()}
    yield _List(words["missing"], [row.name for row in rows["missing"]], urgent=True)
    yield _List(words["faulty"], [f"{row.name} エラー{row.errors}件" for row in rows["faulty"]], urgent=True)
    files_of: tuple[SectionStatus, ...] = ("unclear", "other-year")
    for status in files_of:
        files = [f"{row.name}（{row.file.rpartition('/')[2]}）" for row in rows[status]]
        yield _List(words[status], files, urgent=True)
    others = [f"{file or '全体'} エラー{errors}件" for file, errors in year.others.items()]
    yield _List("そのほか", others, urgent=True)
    yield _List("確認がまだ", year.unconfirmed, urgent=False)
    yield _List("確認済み", year.confirmed, urgent=False)
    yield _List("公表がまだ", year.ways_open, urgent=True)
    yield _List("告示がまだ", year.not_announced, urgent=True)
    yield _List("定義に書く", year.to_fill_in, urgent=False)


def _news(look: Look) -> Iterator[_List]:
    """What changed since the last look, and what the 課 wrote."""
    if look.since is not None:
        moment = f"{look.since.month}月{look.since.day}日 {look.since:%H:%M}"
        changed = "変わったこと:" if look.changes else "、変わったことはありません"
        yield _List("前回から", [f"{moment} に見てから{changed}"], urgent=False)
    for kind, word in CHANGES.items():
        yield _List(f"　{word}", [change.name for change in look.changes if change.kind == kind], urgent=False)
    writers: dict[str, list[str]] = {}
    for remark in look.year.remarks:
        writers.setdefault(remark.text, []).append(remark.section)
    yield _List(
        f"{look.year.section_word}から",
        [f"{several(sections)}「{text}」" for text, sections in writers.items()],
        urgent=False,
    )


def several(sections: Sequence[str]) -> str:
    """The first of those who wrote the same, and how many they are."""
    return sections[0] + (f"など{how_many(len(sections))}集計" if len(sections) > 1 else "")


def _shares(lists: Sequence[_List], width: int, lines: int) -> list[int]:
    """How many of the lines each list gets: one; of those that are left one after the other, the urgent lists first."""
    needed = [len(_lines(one.items, width - _LABEL)) for one in lists]
    shares = [1] * len(lists)
    for urgent in (True, False):
        while short := [n for n, one in enumerate(lists) if one.urgent is urgent and shares[n] < needed[n]]:
            if sum(shares) >= lines:
                break
            for place in short[: lines - sum(shares)]:
                shares[place] += 1
    return shares


def _filled(items: Sequence[str], width: int, most: int) -> list[str]:
    """The items on at most so many lines; the last says how many others there are."""

    def first(number: int) -> list[str]:
        left = len(items) - number
        rest = f"ほか{left}" if number else f"{left}件"
        return _lines([*items[:number], rest] if left else items, width)

    if len(lines := first(len(items))) <= most:
        return lines
    return first(max(bisect_right(range(len(items)), most, key=lambda number: len(first(number))) - 1, 0))


def _lines(items: Sequence[str], width: int) -> list[str]:
    """The items one after the other, as far as they can be shown at all.

    One is broken only if it is longer than a line, and cut after the second.
    """
    lines = [""]
    for number, item in enumerate(items, start=1):
        piece = item + ("、" if number < len(items) else "")
        if cell_len(piece) > 2 * (width - 2):  # a line may be shorter, where a character of two columns does not fit
            piece = set_cell_size(piece, 2 * (width - 4)).rstrip() + "…"
        if lines[-1] and cell_len(lines[-1]) + cell_len(piece) > width:
            lines.append("")
        lines[-1:] = fold(lines[-1] + piece, width) if cell_len(piece) > width else [lines[-1] + piece]
        if len(lines) > LINES:
            break
    return lines
