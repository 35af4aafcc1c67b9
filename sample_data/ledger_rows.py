"""The rows of the sample's case ledger (架空の請求台帳): the invented requests, each with its number and its days.

A request is one row. What it counts as (内容, 区分, 処理 …) is what microdata.py dealt out; everything else is invented
here: days that fit its period, extensions, corrections (補正), third parties, several decisions on one 請求書, and a
second method that somebody used. All of them were closed within the year, so that nothing is pending at its end; those
closed in April were received in the year before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from microdata import COMPANY, Request

from nerima_report.edition import Edition
from nerima_report.fiscal_year import fiscal_year_of
from nerima_report.forms.ledger import LedgerFilling, Rows, render_ledger
from nerima_report.tallies.periods import OfficeDays

SEED = 2022
FISCAL_YEAR = 2022
ROOM = 50
REMARK = "見本。請求はどれも架空で、数だけが、公表された令和4年度の運用状況と同じ。"
DISCLOSURE, PERSONAL = "公開", "個人"
FIRST_NUMBERS = {DISCLOSURE: 1, PERSONAL: 1001}  # of the requesters: nobody asked under both ordinances
FIRST_OF_YEAR_BEFORE = 2001  # the 受付番号 of what came in from the year before
METHODS = ("インターネット", "窓口", "ファクシミリ", "郵送")
WITHDRAWN = "取下げ"
DISCLOSED = {"全部公開", "部分公開", "全部開示", "部分開示"}
REASONED = {"部分開示", "非開示", "応じられない"}
# The days that the periods of 公開 表7 and 個人 表3 stand for.
DAYS = {
    "1週間以内": (1, 7),
    "8日から14日まで": (8, 14),
    "15日": (15, 15),
    "16日から30日まで": (16, 30),
    "31日以上": (31, 75),
    "1週間までに決定したもの": (2, 7),
    "2週間までに決定したもの": (8, 14),
    "15日かかったもの": (15, 15),
    "決定期間を延長したもの": (21, 45),
    "取り下げられたもの": (1, 13),
}
EXTENSIONS = {"16日から30日まで": "条例第12条第2項", "31日以上": "条例第13条第1項", "決定期間を延長したもの": "延長"}
OF_THE_REQUEST = ("請求した人", "本人確認の書類", "本人確認の日", "代理権の確認の書類")
PAPERS = ("運転免許証", "個人番号カード", "健康保険の被保険者証")

Row = dict[str, object]


@dataclass
class Case:
    """A request with its days. `pause` are those of a correction (補正), `branch` the 枝番 where it has one."""

    request: Request
    received: date
    closed: date
    method: str = ""
    pause: int = 0
    branch: int | None = None
    number: str = ""
    others: list[Case] = field(default_factory=list)

    def says(self, table: str) -> str:
        """The row in which the request counts in a table."""
        return next(cell.row for cell in self.request.cells if cell.table.endswith(f".{table}"))

    @property
    def days(self) -> int:
        """The days (日) from receipt to the end, without those of a correction."""
        return (self.closed - self.received).days - self.pause

    @property
    def is_alone(self) -> bool:
        """Whether its 請求書 has no other decision."""
        return self.branch is None


@dataclass(frozen=True)
class Dice:
    """Chance, and the days on which the office is open."""

    rng: Random
    office: OfficeDays

    def pick(self, least: int, most: int) -> int:
        """A number from `least` to `most`."""
        return least + int(self.rng.random() * (most - least + 1))

    def one_in(self, number: int) -> bool:
        """True once in so many times."""
        return self.rng.random() * number < 1

    def days(self, lengths: tuple[int, int], received: date | None = None) -> tuple[date, date] | None:
        """An open day and a later one so many days after, closed within the year; None where there is none."""
        first, last = date(FISCAL_YEAR, 4, 1), date(FISCAL_YEAR + 1, 3, 31)
        for _ in range(200):
            length = timedelta(days=self.pick(*lengths))
            closed = received + length if received else first + timedelta(days=self.pick(0, (last - first).days))
            begun = closed - length
            if first <= closed <= last and self.office.is_open(closed) and self.office.is_open(begun):
                return begun, closed
        return None

    def open_day(self, first: date, last: date) -> date:
        """The last open day from `first` to `last`, or `first`."""
        day = last
        while day > first and not self.office.is_open(day):
            day -= timedelta(days=1)
        return day


def ledger_rows(
    edition: Edition, requests: Iterable[Request], names: Mapping[str, tuple[str, str]]
) -> dict[str, list[Row]]:
    """The rows of each list of the ledger by its id; `names` are the 部 and 課 by section."""
    rows: dict[str, list[Row]] = {table_id: [] for table_id in edition.ledger_tables}
    requests = list(requests)
    for part in edition.parts:
        if part.ledger is None:
            continue
        own = [request for request in requests if request.cells[0].table.startswith(f"{part.key}.")]
        dice = Dice(Random(SEED), OfficeDays(part.ledger.clock))
        cases = _cases(own, part.key, dice)
        describe = _disclosure_row if part.key == DISCLOSURE else _personal_row
        described: list[Row] = []
        for case in cases:
            row = {**_row(case, part.key, names, dice), **describe(case, dice)}
            if case.branch and case.branch > 1:  # the same 請求書
                row |= {label: described[-1][label] for label in OF_THE_REQUEST if label in row}
            described.append(row)
        rows[part.table_id(part.ledger.key)] = described
        if part.key == DISCLOSURE:
            rows[part.table_id(part.ledger.lists[0].key)] = [_appeal(cases, dice)]
    return rows


def write_ledger(file: Path, edition: Edition, rows: Rows) -> None:
    """Write the rows as the workbook of the ledger of the year, with little room for more; `edition` has all parts."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(render_ledger(edition, FISCAL_YEAR, LedgerFilling(rows, remark=REMARK, room=ROOM)))


def _cases(requests: Sequence[Request], part: str, dice: Dice) -> list[Case]:
    cases = []
    for request in requests:
        received, closed = dice.days(DAYS[_period(request)]) or (None, None)
        if received is None or closed is None:
            raise ValueError(f"no days for {request}")
        cases.append(Case(request, received, closed, _usual_method(request)))
    _join(cases, dice)
    for case in cases:
        if case.is_alone and _period(case.request) not in EXTENSIONS and dice.one_in(40):
            _pause(case, dice)
    if part == DISCLOSURE:
        _use_other_methods(cases)
    return _numbered(cases, part)


def _join(cases: Sequence[Case], dice: Dice) -> None:
    """Let some requests of one person with one purpose be decisions on one 請求書: a 受付番号, several 枝番."""
    alike: dict[tuple[object, ...], list[Case]] = defaultdict(list)
    for case in cases:
        same = [cell.row for cell in case.request.cells if cell.table.endswith((".目的別", ".請求状況"))]
        same += [cell.group for cell in case.request.cells if cell.group]  # 開示請求
        if _period(case.request) != "取り下げられたもの":
            alike[(case.request.person, *same)].append(case)
    for own in alike.values():
        for place in range(0, len(own) - 1, 12):
            first, *others = own[place : place + dice.pick(2, 3)]
            if not dice.one_in(4):
                continue
            for other in others:
                days = dice.days(DAYS[_period(other.request)], first.received)
                if days is not None:
                    other.received, other.closed = days
                    first.others.append(other)
            for branch, case in enumerate([first, *first.others] if first.others else [], start=1):
                case.branch = branch


def _pause(case: Case, dice: Dice) -> None:
    """Have a request corrected: it was received as many days earlier."""
    pause = dice.pick(3, 7)
    received = case.received - timedelta(days=pause)
    if case.days > 3 and dice.office.is_open(received):
        case.received, case.pause = received, pause


def _use_other_methods(cases: Sequence[Case]) -> None:
    """Let some persons use a second method, less often than their own or, as often, later: they count once."""
    by_person: dict[int, list[Case]] = defaultdict(list)
    for case in cases:
        by_person[case.request.person.number].append(case)
    for own in by_person.values():
        sections = [case.request.section for case in own]
        last = max(own, key=lambda case: (case.received, case.closed))
        enough = sections.count(last.request.section) > 2 or (len(own) == 2 and len(set(sections)) == 1)
        if enough and last.is_alone and last.received > min(case.received for case in own):
            last.method = METHODS[(METHODS.index(last.method) + 1) % len(METHODS)]


def _numbered(cases: Sequence[Case], part: str) -> list[Case]:
    """The cases in the order of their 受付番号, which is that of their receipt."""
    followers = {id(other) for case in cases for other in case.others}
    first = sorted((case for case in cases if id(case) not in followers), key=lambda case: case.received)
    counters = {FISCAL_YEAR - 1: FIRST_OF_YEAR_BEFORE, FISCAL_YEAR: 1}
    ordered = []
    for case in first:
        year = fiscal_year_of(case.received)
        for each in (case, *case.others):
            each.number = f"R{year - 2018}{part}-{counters[year]:04}"
            ordered.append(each)
        counters[year] += 1
    return ordered


def _row(case: Case, part: str, names: Mapping[str, tuple[str, str]], dice: Dice) -> Row:
    """What the ledgers of both parts say."""
    department, section = names[case.request.section]
    row: Row = {
        "受付番号": case.number,
        "枝番": case.branch,
        "受付日": case.received,
        "請求者番号": f"P-{case.request.person.number + FIRST_NUMBERS[part]:04}",
        "部": department or None,
        "課": section,
        "処理": case.says("処理状況"),
        "決定・取下げ日": case.closed,
    }
    if case.pause:
        asked = dice.open_day(case.received, case.received + timedelta(days=1))
        row |= {"補正を求めた日": asked, "補正された日": asked + timedelta(days=case.pause)}
    extension = EXTENSIONS.get(case.says("決定期間"))
    if extension:
        told = dice.open_day(case.received, case.received + timedelta(days=dice.pick(8, 14)))
        row |= {"延長": extension, "延長の通知日": told}
    return row


def _disclosure_row(case: Case, dice: Dice) -> Row:
    reasons = [cell.row for cell in case.request.cells if cell.table == "公開.非公開理由"]
    row: Row = {
        "請求方法": case.method,
        "区分": case.says("請求者"),
        "請求目的": case.says("目的別"),
        "内容": case.says("内容別"),
        **{f"非公開理由{place}": reason for place, reason in enumerate(reasons, start=1)},
    }
    third = _third_party(case, dice) if any(COMPANY in reason for reason in reasons) and dice.one_in(3) else {}
    return row | third | _disclosure(case, dice, "公開", opposed=third.get("反対の有無") == "反対")


def _personal_row(case: Case, dice: Dice) -> Row:
    for_somebody = dice.one_in(9)
    outcome = case.says("処理状況")
    row: Row = {
        "請求の種類": next(cell.group for cell in case.request.cells if cell.table == "個人.処理状況"),
        "区分": case.says("請求状況"),
        "請求した人": "法定代理人" if for_somebody else "本人",
        "本人確認の書類": PAPERS[dice.pick(0, len(PAPERS) - 1)],
        "本人確認の日": case.received,
        "本人確認した人": "受け付けた係",
        "代理権の確認の書類": "戸籍の全部事項証明書" if for_somebody else None,
        "特定個人情報": "はい" if dice.one_in(14) else "いいえ",
        "理由": "架空の理由" if outcome in REASONED else None,
    }
    third = _third_party(case, dice) if outcome == "部分開示" and dice.one_in(5) else {}
    row["第三者照会の種類"] = "第1項" if third else None
    return row | third | _disclosure(case, dice, "開示", opposed=third.get("反対の有無") == "反対")


def _third_party(case: Case, dice: Dice) -> Row:
    """Ask a third party, where the decision left time for an answer; some do not answer, and some are opposed."""
    if case.days < 15 or case.pause:
        return {}
    asked = dice.open_day(case.received, case.received + timedelta(days=3))
    row: Row = {"第三者照会の日": asked, "意見書の提出期限": asked + timedelta(days=10)}
    if dice.one_in(4):
        return row
    opposed = dice.one_in(3)
    row["意見書の日"] = dice.open_day(asked, asked + timedelta(days=9))
    row["反対の有無"] = "反対" if opposed else "反対でない"
    return row | ({"第三者への通知の日": case.closed} if opposed else {})


def _disclosure(case: Case, dice: Dice, verb: str, *, opposed: bool) -> Row:
    """When, where and how the applicant sees the papers; two weeks after the decision where somebody is opposed."""
    if case.says("処理状況") not in DISCLOSED:
        return {}
    day = dice.office.from_then(case.closed + timedelta(days=15 if opposed else dice.pick(1, 5)))
    copies = {"公開": "交付する", "開示": "写しで開示"}[verb]
    return {f"{verb}の日": day, f"{verb}の場所": "決定した課の窓口", "写し": copies}


def _appeal(cases: Sequence[Case], dice: Dice) -> Row:
    """The one 審査請求 of the year, on a decision of the year."""
    refused = min((case for case in cases if case.says("処理状況") == "非公開"), key=lambda case: case.closed)
    day = dice.office.from_then(refused.closed + timedelta(days=40))
    return {
        "審査請求日": day,
        "審査請求人": "請求者",
        "受付番号": refused.number,
        "枝番": refused.branch,
        "諮問日": dice.office.from_then(day + timedelta(days=60)),
    }


def _period(request: Request) -> str:
    return next(cell.row for cell in request.cells if cell.table.endswith(".決定期間"))


def _usual_method(request: Request) -> str:
    return next((cell.row for cell in request.person.cells if cell.table.endswith(".請求方法")), "")
