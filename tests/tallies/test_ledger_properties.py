"""Random ledgers of three years: each case counts in one year, and the tables say what a plain count says.

The count here is written anew, without the conditions of the definitions: what it must agree with is another way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Any

from holidays import country_holidays
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nerima_report.edition import Edition
from nerima_report.edition.ledger import Clock, YearRule
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.counting import counted_values
from nerima_report.tallies.ledger import CaseLedger, case_ledger
from nerima_report.tallies.model import Entry, Tallies
from nerima_report.tallies.totals import Totals

LIST, YEARS = "公開.請求台帳", (2021, 2022, 2023)
CLOSED_DAYS = {"12-29", "12-30", "12-31", "01-02", "01-03"}
UNTIL = ("", "04-10", "05-31", "09-30")  # '': by the day of the decision
ANSWERS = {
    "請求方法": ["インターネット", "窓口", "郵送"],
    "区分": ["区民", "区民以外"],
}
OUTCOMES = ["全部公開", "部分公開", "非公開", "不存在", "存否応答拒否", "取下げ"]
REASONS = [
    "個人に関する情報で、特定の個人が識別され得るもの",
    "法人などに関する情報で、法人などの正当な利益を害するもの",
    "事務事業の適正な遂行に支障を及ぼす恐れがあるもの",
]
BORDERS = [0, 1, 6, 7, 8, 13, 14, 15, 16, 17, 29, 30, 31, 32, 60, 400]
Row = dict[str, Any]


@dataclass(frozen=True)
class Rules:
    """How an office counts days and years."""

    until: str
    first_day_counts: bool
    moves: bool

    def edition(self, whole: Edition) -> Edition:
        """公開 of the shipped edition, with these rules."""
        year = YearRule(by="received" if self.until else "closed", until=self.until, basis="試験")
        clock = Clock(first_day_counts=self.first_day_counts, moves=self.moves, closed=tuple(CLOSED_DAYS), basis="試験")
        part = next(part for part in whole.parts if part.key == "公開")
        assert part.ledger is not None
        ledger = part.ledger.model_copy(update={"year": year, "clock": clock})
        ruled = replace(part, read_ledger=lambda: ledger)
        return replace(whole, parts=(ruled,))


RULES = [Rules(*each) for each in product(UNTIL, (False, True), (False, True))]
_JAPAN = country_holidays("JP")

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_UNFINISHED = ("処理", "決定・取下げ日", "補正を求めた日", "補正された日")

# Around the ends of years, in the middle of 2022, around leap days and New Year.
received_days = st.sampled_from(
    [date(year, 3, day) for year in (2022, 2023) for day in (15, 25, 28, 31)]
    + [date(2022, month, day) for month, day in ((4, 1), (4, 8), (4, 20), (5, 16), (8, 8), (10, 3), (12, 20))]
    + [date(2021, 4, 1), date(2021, 12, 28), date(2023, 1, 4), date(2023, 2, 14), date(2024, 2, 15), date(2024, 2, 29)]
) | st.dates(date(2021, 4, 1), date(2024, 3, 31))


@st.composite
def cases(draw: st.DrawFn) -> Row:
    """A case as it stands in the end: open, or closed on or after the day of its receipt."""
    received = draw(received_days)
    row: Row = {"受付日": received, "延長": draw(st.sampled_from([None, "条例第12条第2項", "条例第13条第1項"]))}
    ends = [date.fromisoformat(f"{_year(received) + 1}-{until}") for until in UNTIL if until]
    around_ends = [day + timedelta(days=more) for day in ends for more in (0, 1)]
    closed = draw(st.none() | st.sampled_from([received + timedelta(days=days) for days in BORDERS] + around_ends))
    if closed is not None:
        row |= {"処理": draw(st.sampled_from(OUTCOMES)), "決定・取下げ日": closed}
        if draw(st.integers(0, 3)) == 0:
            days = sorted(draw(st.integers(0, (closed - received).days)) for _ in range(2))
            correction = (received + timedelta(days=day) for day in days)
            row |= dict(zip(("補正を求めた日", "補正された日"), correction, strict=True))
    row["請求者番号"] = draw(st.sampled_from(["P-1", "P-2"]))
    row |= {label: draw(st.sampled_from(answers)) for label, answers in ANSWERS.items()}
    row["非公開理由"] = tuple(draw(st.sets(st.sampled_from(REASONS), max_size=3)))
    return row


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Row], dict[int, list[Row]]]:
    """Cases, and the rows that the ledgers of three years have of them, in any order.

    A case that was open at the end of a year is carried over, or its end is written where it was received; whoever
    carries it over may write its end in the old ledger too.
    """
    told = draw(st.lists(cases(), min_size=1, max_size=25))
    books: dict[int, list[Row]] = {year: [] for year in YEARS}
    for number, case in enumerate(told):
        case["受付番号"] = f"公開-{draw(st.integers(1, 9))}{number}"
        begun, closed = _year(case["受付日"]), case.get("決定・取下げ日")
        ended = _year(closed) if closed else 9999
        carried = draw(st.booleans()) or ended > begun + 1
        for year in range(begun, min(ended, YEARS[-1]) + 1) if carried else [begun]:
            is_last = year in (ended, YEARS[-1]) or not carried
            books[year].append(case if is_last or draw(st.booleans()) else case | dict.fromkeys(_UNFINISHED))
    return told, {year: draw(st.permutations(rows)) for year, rows in books.items()}


def ledger_of(edition: Edition, year: int, books: Mapping[int, Sequence[Row]]) -> CaseLedger:
    collections = {}
    for each, rows in books.items():
        if abs(each - year) <= 1:
            view = edition.for_year(each).of_ledgers()
            labels = [field.label for field in view.entry_tables[LIST].fields]
            entries = [Entry(dict.fromkeys(labels) | row, "", number, None) for number, row in enumerate(rows, 5)]
            collections[each] = Collection(view, each, Tallies((), {LIST: tuple(entries)}, (), (), ()), Totals({}))
    return case_ledger(collections, edition, year)


@QUICK
@given(st.sampled_from(RULES), ledgers())
def test_each_case_counts_in_one_year(
    whole_edition: Edition, rules: Rules, drawn: tuple[list[Row], dict[int, list[Row]]]
) -> None:
    told, books = drawn
    years: dict[str, list[int]] = defaultdict(list)
    for year in YEARS:
        for entry in ledger_of(rules.edition(whole_edition), year, books).counted(LIST):
            years[entry["受付番号"]].append(year)
    expected = {case["受付番号"]: _counts_in(case, rules) for case in told}
    assert years == {number: [year] for number, year in expected.items() if year in YEARS}


@QUICK
@given(st.sampled_from(RULES), ledgers())
def test_the_tables_say_what_a_plain_count_says(
    whole_edition: Edition, rules: Rules, drawn: tuple[list[Row], dict[int, list[Row]]]
) -> None:
    told, books = drawn
    ledger = ledger_of(rules.edition(whole_edition), 2022, books)
    values = dict(counted_values(ledger.edition.with_ledger(), ledger.cases))
    numbers = {(key.table.partition(".")[2], key.row, key.column): value for key, value in values.items() if value}
    counted = [case for case in told if _counts_in(case, rules) == 2022]
    expected: Counter[tuple[str, str, str]] = Counter()
    for case in counted:
        expected["請求者", case["区分"], "件数"] += 1
        expected["処理状況", case["処理"], "件数"] += 1
        expected["決定期間", _class_of(case, rules), "件数"] += 1
        for reason in case["非公開理由"] if case["処理"] in ("部分公開", "非公開") else ():
            expected["非公開理由", reason, "件数"] += 1
    for kind, _ in {(case["区分"], case["請求者番号"]) for case in counted}:
        expected["請求者", kind, "請求者数"] += 1
    for method in _main_methods(counted).values():
        expected["請求方法", method, "請求者数"] += 1
    open_ones = [case for case in told if case["受付日"] <= date(2023, 3, 31) and _counts_in(case, rules) > 2022]
    expected["処理中", "年度末に処理中の公開請求", "件数"] = len(open_ones)
    asked = {"請求者", "処理状況", "決定期間", "請求方法", "処理中", "非公開理由"}
    found = {key: value for key, value in numbers.items() if key[0] in asked}
    assert found == {key: number for key, number in expected.items() if number and key[1]}


def _main_methods(counted: Iterable[Row]) -> dict[str, str]:
    """The one method of each requester: used most, and of those used as often the one used first."""
    of_person: dict[str, list[str]] = defaultdict(list)
    for case in sorted(counted, key=lambda case: (case["受付日"], case["受付番号"])):
        of_person[case["請求者番号"]].append(case["請求方法"])
    return {person: max(methods, key=methods.count) for person, methods in of_person.items()}  # max takes the first


def _class_of(case: Row, rules: Rules) -> str:
    if case["処理"] == "取下げ":
        return "取り下げられたもの"
    correction = (case["補正された日"] - case["補正を求めた日"]).days if case.get("補正された日") else 0
    days = (case["決定・取下げ日"] - case["受付日"]).days - correction + rules.first_day_counts
    limit = {None: 15, "条例第12条第2項": 30}.get(case["延長"])
    if rules.moves and limit and days > limit:
        ends = case["受付日"] + timedelta(days=limit - rules.first_day_counts + correction)
        while ends.weekday() >= 5 or ends in _JAPAN or ends.isoformat()[5:] in CLOSED_DAYS:
            ends += timedelta(days=1)
        days = limit if case["決定・取下げ日"] <= ends else days
    if days <= 15:
        return "1週間以内" if days <= 7 else "8日から14日まで" if days <= 14 else "15日"
    if days <= 30:
        return "16日から30日まで" if case["延長"] == "条例第12条第2項" else ""
    return "31日以上" if case["延長"] == "条例第13条第1項" else ""


def _counts_in(case: Row, rules: Rules) -> int:
    """The year in which a case counts; 9999 while it is open."""
    closed, begun = case.get("決定・取下げ日"), _year(case["受付日"])
    if closed is None:
        return 9999
    if rules.until and case["延長"] != "条例第13条第1項" and closed.isoformat() <= f"{begun + 1}-{rules.until}":
        return begun
    return _year(closed)


def _year(day: date) -> int:
    return day.year - (day < date(day.year, 4, 1))
