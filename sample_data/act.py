"""The invented year 令和5年度 (架空): what each section, and the ward, would hand in under the Act.

All of it is invented: the totals (invented-2023.toml), the cases (cases-2023.toml) and who has what.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from microdata import Request, deck_of, disclosure_requests, personal_requests, reasons_of, tabulate

from nerima_report.edition import Edition
from nerima_report.edition.municipality import RosterRow
from nerima_report.forms import FormCover
from nerima_report.places import CellKey
from nerima_report.tallies.roster import RosterSection, withheld_from

HERE = Path(__file__).resolve().parent
FISCAL_YEAR = 2023
SEED = 2023
ASSEMBLY = "議会"
KINDS, OUTCOMES, PERIODS, FILES = "個人.開示等請求", "個人.処理状況", "個人.決定期間", "個人.個人情報ファイル簿"
REASONS, APPEALS = "個人.不開示の理由", "審査請求の経過"
USES, CHECKS, REVIEWS, INCIDENTS = "個人.利活用", "個人.点検", "個人.第三者点検", "個人.事務処理ミス"
OF_WHICH = "うち特定個人情報"
EVERY = 14  # one request in so many is about 特定個人情報
OUTSOURCED, CONTRACTORS = "委託", "委託先の確認"

REMARK = "見本。数も事例もすべて架空で、実際の令和5年度の運用状況ではない。"

Counts = Mapping[CellKey, int]
Entry = Mapping[str, object]
Entries = Mapping[str, Sequence[Entry]]
Book = tuple[FormCover, Counts, Entries]


@dataclass(frozen=True)
class Weights:
    """A section and how many requests of each kind it gets, in proportion: a line of split-2022.csv."""

    key: str
    department: str
    numbers: Mapping[str, int | None]


def requests(totals: Counts, sections: Sequence[Weights]) -> list[Request]:
    """The invented requests of the year: 公開請求, and 開示請求等, some of these about 特定個人情報."""
    rng = Random(SEED)
    subjects = [key for key in totals if key.table == "公開.内容別"]
    places = [(deal(sections, key.row, rng), key) for key in subjects for _ in range(totals[key])]
    under_the_act = [section for section in sections if section.department != ASSEMBLY]
    asked = sum(count for key, count in totals.items() if (key.table, key.column) == (KINDS, "件数"))
    askers = [deal(under_the_act, "自己情報の請求", rng) for _ in range(asked)]
    personal = _with_reasons(personal_requests(totals, askers, rng, (OUTCOMES, PERIODS, KINDS)), totals)
    return disclosure_requests(totals, places, rng) + [
        about_numbers(request) if place % EVERY == 0 else request for place, request in enumerate(personal)
    ]


def _with_reasons(requests: Sequence[Request], totals: Counts) -> list[Request]:
    """The same requests, each that was refused in whole or in part with the reasons for it."""
    outcomes = [next(cell for cell in request.cells if cell.table == OUTCOMES) for request in requests]
    reasons = reasons_of(outcomes, deck_of(totals, REASONS), Random(SEED))
    return [
        Request(request.section, request.person, (*request.cells, *own))
        for request, own in zip(requests, reasons, strict=True)
    ]


def deal(sections: Sequence[Weights], heading: str, rng: Random) -> str:
    """A section, drawn in proportion to its number under a heading."""
    weights = [section.numbers[heading] or 0 for section in sections]
    drawn = rng.random() * sum(weights)
    for section, weight in zip(sections, weights, strict=True):
        drawn -= weight
        if drawn < 0:
            return section.key
    raise ValueError(heading)


def about_numbers(request: Request) -> Request:
    """The same request, counted as one about 特定個人情報 too."""
    more = tuple(cell._replace(column=OF_WHICH) for cell in request.cells if cell.table in (KINDS, OUTCOMES))
    return Request(request.section, request.person, (*request.cells, *more))


def counts_of(section: Weights, invented: Iterable[Request], cells: Iterable[CellKey]) -> Counts:
    """What a section counts: its requests, and its files (about half of what it had registered before)."""
    counted = tabulate(request for request in invented if request.section == section.key)
    files = (section.numbers["個人情報ファイルの登録"] or 0) // 2
    rows = {"年度末に載せているもの": files, "年度中に新たに載せたもの": files // 5, "年度中に除いたもの": files % 2}
    own = {CellKey(FILES, "", row, "件数"): count for row, count in rows.items()}
    return dict.fromkeys(cells, 0) | counted | (own if section.department != ASSEMBLY else {})


def entries_of(section: Weights, edition: Edition) -> Entries:
    """The rows of the list-like tables of a section."""
    cases = tomllib.loads((HERE / "cases-2023.toml").read_text(encoding="utf-8"))
    own = {kind: [_without_section(case) for case in cases[kind] if case["課"] == section.key] for kind in cases}
    remarkable = {str(case["点検の項目"]): case for case in own["inspection"]}
    outsourced = any(use["区分"] == OUTSOURCED for use in own["use"])
    checks = []
    for item in edition.entry_tables[CHECKS].fields[0].choices:
        usual = "適" if outsourced or item != CONTRACTORS else "該当なし"
        checks.append(remarkable.get(item, {"点検の項目": item, "結果": usual}))
    return {USES: own["use"], CHECKS: checks, REVIEWS: own["review"], INCIDENTS: own["incident"]}


def sections_books(
    edition: Edition, sections: Sequence[Weights], invented: Sequence[Request], cells: Sequence[CellKey]
) -> list[Book]:
    """The workbooks of the sections: a list without rows does not apply, and what the Act does not ask of 議会."""
    part = next(part for part in edition.parts if part.key == "個人")
    books = []
    for section in sections:
        entries, body = entries_of(section, edition), part.definition.body_of(section.department)
        outside = {part.table_id(key) for key in body.outside} if body else set()
        empty = {table for table, rows in entries.items() if not rows}
        name = section.key.removeprefix(section.department) or section.key
        cover = FormCover(
            FISCAL_YEAR, section.department, name, not_applicable=frozenset(empty | outside), remark=REMARK
        )
        books.append((cover, counts_of(section, invented, cells), entries))
    return books


def places() -> list[RosterRow]:
    """The invented places (架空) that only the roster of this year has."""
    return [RosterRow(**place) for place in tomllib.loads((HERE / "places-2023.toml").read_text("utf-8"))["place"]]


def places_books(edition: Edition, cells: Sequence[CellKey]) -> list[Book]:
    """The workbooks of the invented places: only what their kind is asked for, and no numbers but 0."""
    books: list[Book] = []
    for place in places():
        section = RosterSection(FISCAL_YEAR, place.department, place.section, kind=place.kind)
        withheld = withheld_from(section, edition)
        entries = entries_of(Weights(section.key, section.department, {}), edition)
        asked = {key: rows for key, rows in entries.items() if withheld.isdisjoint({key, key.partition(".")[0]})}
        cover = FormCover(
            FISCAL_YEAR, place.department, place.section, remark=REMARK, withheld=withheld,
            not_applicable=frozenset(key for key, rows in asked.items() if not rows),
        )  # fmt: skip
        counts = {key: 0 for key in cells if withheld.isdisjoint({key.table, key.table.partition(".")[0]})}
        books.append((cover, counts, asked))
    return books


def ward_book(edition: Edition, totals: Counts, invented: Sequence[Request], cells: Sequence[CellKey]) -> Book:
    """The workbook of the ward: persons after matching, and what only the coordinator knows."""
    by, persons = edition.municipality.coordinator(FISCAL_YEAR), tabulate(invented)
    counts = {key: persons.get(key, totals.get(key, 0)) for key in cells}
    cases = tomllib.loads((HERE / "cases-2023.toml").read_text(encoding="utf-8"))
    appeals = {
        f"{part.key}.{APPEALS}": [_of_part(case) for case in cases["appeal"] if case["部"] == part.key]
        for part in edition.parts
    }
    return FormCover(FISCAL_YEAR, by.department, by.section, ward=True, remark=REMARK), counts, appeals


def _of_part(case: Mapping[str, Any]) -> Entry:
    return {label: value for label, value in _without_section(case).items() if label != "部"}


def _without_section(case: Mapping[str, Any]) -> Entry:
    return {label: value for label, value in case.items() if label != "課"}
