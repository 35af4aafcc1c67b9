"""Invent five years of あけぼの市 (架空の市と数): forms filled in for the last year, records of those before.

Each request is invented with its way, subject, decisions and whether it is still open at the end of the year, and then
counted, so that every table agrees with every other, and what is open in one year is carried over to the next.
Only Random.random() is used: it alone is promised to give the same sequence in every version of Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

from consistency import check_links
from earlier import as_csv, record_of

from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.fiscal_year import full_name
from nerima_report.forms import FormCover, write_form
from nerima_report.forms.roster import default_roster
from nerima_report.places import CellKey
from nerima_report.tallies.lines import divided_cells, divided_tables, line_of, with_default_roster
from nerima_report.text import section_key

FOLDER = "akebono"
SEED = 2024
EARLIER, FISCAL_YEAR = range(2020, 2024), 2024
GROWTH = 0.06  # how many more requests there are from year to year
REMARK = "架空の市の見本。数はすべて架空。"
HANDLED, SUBJECTS, PERSONAL = "公開.処理状況", "公開.内容別", "個人.開示請求"

# Of a hundred requests: how many are of each kind.
WITHDRAWN, OPEN, MORE_DECISIONS = 4, 3, 9
DECISIONS = {"全部開示": 52, "部分開示": 36, "不開示": 4, "不存在": 7, "存否応答拒否": 1}
PERSONAL_DECISIONS = {"全部開示": 48, "部分開示": 40, "不開示": 7, "取下げ": 5}

Counts = Mapping[CellKey, int]  # 件 by cell; a cell that is not there counts nothing


@dataclass(frozen=True)
class Habits:
    """What a section is asked for: requests of the first year, requests for personal information, its own subjects."""

    requests: int
    personal: int
    subjects: Mapping[str, int]


ASKED = {
    "総務部総務課": Habits(9, 2, {"その他": 6, "契約・入札": 1}),
    "総務部契約課": Habits(38, 0, {"契約・入札": 1}),
    "市民部市民課": Habits(7, 31, {"その他": 1}),
    "市民部税務課": Habits(11, 6, {"税": 1}),
    "福祉部福祉課": Habits(16, 14, {"福祉・健康": 8, "契約・入札": 1}),
    "都市部都市計画課": Habits(64, 0, {"都市計画・建築": 1}),
    "都市部道路課": Habits(33, 1, {"道路・公園": 4, "契約・入札": 1}),
    "教育部学校教育課": Habits(13, 4, {"教育": 6, "契約・入札": 1}),
    "教育部生涯学習課": Habits(5, 0, {"教育": 1}),
    "選挙管理委員会事務局": Habits(2, 0, {"その他": 1}),
    "監査委員事務局": Habits(3, 0, {"その他": 1}),
    "議会事務局": Habits(6, 0, {"その他": 1}),
}


def write_city(folder: Path) -> None:
    """Write roster.xlsx, inbox/2024/, earlier/*.csv and records/*.json of the city into a folder."""
    edition = load_edition(find_edition(FOLDER))
    for name in ("earlier", "records", f"inbox/{FISCAL_YEAR}"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "roster.xlsx").write_bytes(default_roster(edition, FISCAL_YEAR))
    rng = Random(SEED)
    still_open = dict.fromkeys(ASKED, 1)
    for year in (*EARLIER, FISCAL_YEAR):
        own = with_default_roster(edition.for_year(year), year)
        counts = {section: invent(section, year, still_open[section], own, rng) for section in ASKED}
        still_open = {section: made[_handled("処理中")] for section, made in counts.items()}
        for section, made in counts.items():
            check_links(own, made, f"{section} {year}")
        if year == FISCAL_YEAR:
            write_inbox(folder, own, counts)
            continue
        file = folder / "earlier" / f"見本の架空の数-{year}.csv"
        file.write_bytes(as_csv({**added(counts.values()), **dict(divided(own, counts))}))
        (folder / "records" / f"{year}.json").write_bytes(record_of(file, year, edition))


def write_inbox(folder: Path, edition: Edition, counts: Mapping[str, Counts]) -> None:
    """Write the form of each section, filled in."""
    inbox = folder / "inbox" / str(FISCAL_YEAR)
    for number, row in enumerate(edition.municipality.roster, start=1):
        key = section_key(row.department, row.section)
        cover = FormCover(FISCAL_YEAR, row.department, row.section, remark=REMARK)
        file = inbox / f"{number:02}_{key}_{full_name(FISCAL_YEAR)}.xlsx"
        write_form(file, edition.of_section(key), cover, counts[key], {})


def invent(section: str, year: int, carried_over: int, edition: Edition, rng: Random) -> dict[CellKey, int]:
    """The counts of a section in a year, at the beginning of which it has so many open requests."""
    habits, growth = ASKED[section], 1 + GROWTH * (year - EARLIER[0])
    counts: Counter[CellKey] = Counter(dict.fromkeys(_asked_of(section, edition), 0))
    requests = _about(habits.requests * growth, rng)
    counts[_handled("前年度からの繰越")] += carried_over
    counts[_handled("請求")] += requests
    for _ in range(requests):
        counts[_handled("うち電子申請")] += rng.random() < growth - 0.8
        counts[CellKey(SUBJECTS, "", _one_of(habits.subjects, rng), "件数")] += 1
    for number in range(carried_over + requests):
        way = 100 * rng.random()
        if way < WITHDRAWN:
            counts[_handled("取下げ")] += 1
        elif way < WITHDRAWN + OPEN and number >= carried_over:
            counts[_handled("処理中")] += 1
        else:
            counts[_handled("決定した請求")] += 1
            for _ in range(1 + (100 * rng.random() < MORE_DECISIONS)):
                counts[_handled(_one_of(DECISIONS, rng))] += 1
    lines = edition.lines.get(PERSONAL, {})
    for _ in range(_about(habits.personal * growth, rng) if section in lines else 0):
        for column in ("請求", _one_of(PERSONAL_DECISIONS, rng)):
            counts[CellKey(PERSONAL, *lines[section], column)] += 1
    return dict(counts)


def added(counts: Iterable[Counts]) -> Counts:
    """The counts of all sections together."""
    total: Counter[CellKey] = Counter()
    for made in counts:
        total.update(made)
    return total


def divided(edition: Edition, counts: Mapping[str, Counts]) -> Iterator[tuple[CellKey, int]]:
    """The tables that the program makes from those of the sections, as they were published."""
    for table_id, table in divided_tables(edition).items():
        lines = edition.lines[table_id]
        for key in table.filled_keys(table_id):
            cells = divided_cells(edition, key)
            own = [made for section, made in counts.items() if lines.get(section) == line_of(table, key)]
            yield key, sum(made.get(cell, 0) for made in own for cell in cells)


def _asked_of(section: str, edition: Edition) -> Iterator[CellKey]:
    """All cells that the form of a section asks for."""
    for table_id, table in edition.of_section(section).count_tables.items():
        yield from table.filled_keys(table_id) if table.is_handed_in else ()


def _handled(row: str) -> CellKey:
    return CellKey(HANDLED, "", row, "件数")


def _about(number: float, rng: Random) -> int:
    """A whole number near this one."""
    return round(number * (0.85 + 0.3 * rng.random()))


def _one_of(weights: Mapping[str, int], rng: Random) -> str:
    """One of the names, the more often the more it weighs."""
    drawn = rng.random() * sum(weights.values())
    return next(name for name, limit in zip(weights, accumulate(weights.values()), strict=True) if drawn < limit)
