"""Invented requests behind the published totals (架空の請求), and their tabulation by section.

Every request has a section, a requester and the cells in which it counts. Sections, persons and attributes
are dealt out like cards: a cell published as 986 件 is in the deck 986 times. So the totals are the published
ones, and each section's workbook is consistent in itself, by construction.

Only Random.random() is used: it alone is promised to give the same sequence in every version of Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random
from typing import TypeVar

from nerima_report.places import CellKey

Item = TypeVar("Item")
Published = Mapping[CellKey, int]  # 件 or 人 by cell

WITHDRAWN = ("取下げ", "取り下げられたもの")  # as an outcome and as a period
WITHHELD = ("部分公開", "非公開", "部分開示", "不開示")
COMPANY = "法人"


@dataclass(frozen=True)
class Person:
    """A requester: a number, and the cells in which the person counts as 1人."""

    number: int
    cells: tuple[CellKey, ...]


@dataclass(frozen=True)
class Request:
    """A request: the section that decides it, who asked, and the cells in which it counts as 1件."""

    section: str
    person: Person
    cells: tuple[CellKey, ...]


def disclosure_requests(published: Published, places: Sequence[tuple[str, CellKey]], rng: Random) -> list[Request]:
    """公開請求, one for each place (section and 内容). Companies mostly ask for 営業活動."""
    outcomes = _shuffled(deck_of(published, "公開.処理状況"), rng)
    periods = _periods(outcomes, deck_of(published, "公開.決定期間"), rng)
    reasons = reasons_of(outcomes, deck_of(published, "公開.非公開理由"), rng)
    kinds = _shuffled(deck_of(published, "公開.請求者"), rng)
    methods = _shuffled(deck_of(published, "公開.請求方法", "請求者数"), rng)
    kinds_of_persons = deck_of(published, "公開.請求者", "請求者数")
    persons = [Person(n, cells) for n, cells in enumerate(zip(kinds_of_persons, methods, strict=True))]
    owners = _owners(kinds, persons, rng)
    # Businesses come first in the published order of purposes, and companies first in this one, mostly.
    by_trade = sorted(range(len(kinds)), key=lambda i: (COMPANY not in kinds[i].row) + 1.5 * rng.random())
    purposes = dict(zip(by_trade, deck_of(published, "公開.目的別"), strict=True))
    return [
        Request(section, owners[i], (subject, kinds[i], purposes[i], outcomes[i], periods[i], *reasons[i]))
        for i, (section, subject) in enumerate(places)
    ]


def personal_requests(
    published: Published,
    sections: Sequence[str],
    rng: Random,
    tables: tuple[str, str, str] = ("個人.処理状況", "個人.決定期間", "個人.請求状況"),
) -> list[Request]:
    """自己情報の開示等請求, one for each entry of `sections`; `tables` hold outcomes, periods and requesters."""
    outcomes = _shuffled(deck_of(published, tables[0]), rng)
    periods = _periods(outcomes, deck_of(published, tables[1]), rng)
    kinds = _shuffled(deck_of(published, tables[2]), rng)
    persons = [Person(n, (kind,)) for n, kind in enumerate(deck_of(published, tables[2], "請求者数"))]
    owners = _owners(kinds, persons, rng)
    return [Request(section, owners[i], (kinds[i], outcomes[i], periods[i])) for i, section in enumerate(sections)]


def tabulate(requests: Iterable[Request]) -> dict[CellKey, int]:
    """Count requests (件) and the distinct persons behind them (人) by cell."""
    requests = list(requests)
    counts = Counter(cell for request in requests for cell in request.cells)
    counts.update(cell for person in {request.person for request in requests} for cell in person.cells)
    return dict(counts)


def deck_of(published: Published, table: str, column: str = "件数") -> list[CellKey]:
    """Each cell of a column as often as it was published, in the published order."""
    return [key for key, n in published.items() if (key.table, key.column) == (table, column) for _ in range(n)]


def _shuffled(items: Iterable[Item], rng: Random) -> list[Item]:
    return sorted(items, key=lambda _: rng.random())


def _periods(outcomes: Sequence[CellKey], deck: Sequence[CellKey], rng: Random) -> list[CellKey]:
    """The period of each request: withdrawn where its outcome is, otherwise drawn from the others."""
    withdrawn = next(cell for cell in deck if cell.row in WITHDRAWN)
    decided = iter(_shuffled((cell for cell in deck if cell != withdrawn), rng))
    return [withdrawn if outcome.row in WITHDRAWN else next(decided) for outcome in outcomes]


def reasons_of(outcomes: Sequence[CellKey], deck: Sequence[CellKey], rng: Random) -> list[list[CellKey]]:
    """The reasons of each request: dealt round to those withheld, so that each gets one.

    No reason is published more often than there are such requests, so nobody gets the same one twice.
    """
    reasons: list[list[CellKey]] = [[] for _ in outcomes]
    withheld = [i for i, outcome in enumerate(outcomes) if outcome.row in WITHHELD]
    for i, reason in zip(cycle(_shuffled(withheld, rng)), deck, strict=False):
        reasons[i].append(reason)
    return reasons


def _owners(kinds: Sequence[CellKey], persons: Sequence[Person], rng: Random) -> list[Person]:
    """Who made each request: everybody of the kind at least one, and a few persons many."""
    waiting = {}
    for kind in dict.fromkeys(kinds):
        group = [person for person in persons if person.cells[0].row == kind.row]
        # The square favours the first in the group.
        more = [group[int(len(group) * rng.random() ** 2)] for _ in range(kinds.count(kind) - len(group))]
        waiting[kind] = iter(_shuffled([*group, *more], rng))
    return [next(waiting[kind]) for kind in kinds]
