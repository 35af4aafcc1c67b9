"""Write the sample inboxes of 令和4年度 and 令和5年度.

The first is an invented split (架空の内訳) of the published totals over the sections, the second is invented
altogether (act.py). Also the invented records of 2018 to 2021 (earlier.py), a case ledger (請求台帳) of 令和4年度
with the same requests, one by one (ledger_rows.py), and the sample of an invented city (akebono.py).

Usage: python sample_data/generate.py [FOLDER]    (default: the folder of this file)
Writes inbox/2022/*.xlsx, inbox/2023/*.xlsx, roster.xlsx, ledger-example/2022.xlsx, earlier/*.csv, records/*.json, and
in registers/ the masters as they are after both years were merged; akebono/ has the sample of the city. Running it
again gives the same bytes. The workbooks of the ward that are committed are forms of version 1 and say the same
(tests/test_sample_data.py).
"""

from __future__ import annotations

import csv
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import act
import akebono
import xlsxwriter
from consistency import check_links, check_totals, require
from earlier import write_earlier_years
from ledger_rows import ledger_rows, write_ledger
from microdata import Request, disclosure_requests, personal_requests, tabulate
from registered import keeps_registers, rows_of, with_registers

from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.forms import Filling, FormCover, render_form, write_form
from nerima_report.forms.roster import roster_row
from nerima_report.places import CellKey
from nerima_report.registers.entry import Masters
from nerima_report.registers.master import FOLDER, load_masters
from nerima_report.runs.registers import merge
from nerima_report.tallies.roster import HEADINGS, SHEET
from nerima_report.text import section_key
from nerima_report.workspace import Workspace

HERE = Path(__file__).resolve().parent
FISCAL_YEAR = 2022
SEED = 2022
LEDGER = "ledger-example"  # to be tried by calling it ledger: without one, the sample is built from the tallies
PRIVACY = "個人"
SUBJECTS, STOCKS, USES = "公開.内容別", "個人.登録など", "個人.利用と提供"
INSPECTIONS, INCIDENTS = "個人.第三者点検", "個人.事務処理ミス"
REMARK = "見本。課ごとの内訳は架空の数で、全部の課を合わせた数は、公表された令和4年度の運用状況と同じ。"
WARD_REMARK = "見本。公表された令和4年度の運用状況の数。年度末に処理中の請求の 0 だけは、公表されていないので架空。"

Counts = Mapping[CellKey, int]  # 件 or 人 by cell
Entries = Mapping[str, Sequence[Mapping[str, object]]]  # rows of list-like tables by table id


@dataclass(frozen=True)
class Section:
    """A line of split-2022.csv: a section, and its invented numbers by heading (None: not applicable)."""

    department: str
    name: str
    numbers: Mapping[str, int | None]

    @property
    def key(self) -> str:
        """部 + 課, as in 福祉部管理課."""
        return section_key(self.department, self.name)

    @property
    def has_privacy(self) -> bool:
        """Whether the section reports the second part; its numbers are blank otherwise."""
        return None not in self.numbers.values()


@dataclass(frozen=True)
class Workbook:
    """What a section hands in."""

    section: Section
    counts: Counts
    entries: Entries

    @property
    def cover(self) -> FormCover:
        """The cover; a list-like table without rows is 該当なし, and so is a part that was left out."""
        empty = frozenset({table for table in (INSPECTIONS, INCIDENTS) if not self.entries.get(table)})
        left_out = empty if self.section.has_privacy else frozenset({PRIVACY})
        return FormCover(
            FISCAL_YEAR, self.section.department, self.section.name, not_applicable=left_out, remark=REMARK
        )


def main(folder: Path) -> None:
    """Invent everything, check it, and write it into a folder."""
    whole = load_edition(find_edition("nerima"))
    edition = whole.for_year(FISCAL_YEAR)
    published, entries, sections = load_published(), load_entries(), load_split()
    requests = invent_requests(published, sections)
    workbooks = invent(edition, requests, entries, sections)
    ward = {key: published.get(key, 0) for key in cells_on_form(edition, ward=True)}
    check(edition, published, entries, workbooks)

    inbox = folder / "inbox" / str(FISCAL_YEAR)
    inbox.mkdir(parents=True, exist_ok=True)
    for number, book in enumerate(workbooks, start=1):
        write_book(
            inbox / f"{number:02}_{book.section.key}.xlsx", edition, book.cover, Filling(book.counts, book.entries)
        )
    by = edition.municipality.coordinator(FISCAL_YEAR)
    cover = FormCover(FISCAL_YEAR, by.department, by.section, ward=True, remark=WARD_REMARK)
    write_form(inbox / f"00_区全体_{by.section}.xlsx", edition, cover, ward, {})
    names = {section.key: (section.department, section.name) for section in sections}
    write_ledger(folder / LEDGER / f"{FISCAL_YEAR}.xlsx", whole, ledger_rows(edition, requests, names))
    write_roster(folder / "roster.xlsx")
    for file in (folder / FOLDER).glob("*.csv"):
        file.unlink()
    merge_registers(folder, FISCAL_YEAR)
    write_invented_year(folder, sections)
    merge_registers(folder, act.FISCAL_YEAR)
    write_earlier_years(folder, published)
    akebono.write_city(folder / akebono.FOLDER)


def write_book(
    file: Path, edition: Edition, cover: FormCover, filling: Filling, masters: Masters | None = None
) -> None:
    """Write what a section or the ward hands in; of a section with its registers, if it keeps them."""
    if not cover.ward and keeps_registers(cover.key, cover.fiscal_year):
        rows = rows_of(edition, masters, cover.key, cover.fiscal_year)
        cover, filling = with_registers(edition, cover, filling, rows)
    file.write_bytes(render_form(edition, cover, filling))


def merge_registers(folder: Path, fiscal_year: int) -> None:
    """Merge the registers of a year into the masters, as the office would in May."""
    workspace, day = Workspace(folder, "nerima", ()), date(fiscal_year + 1, 5, 10)
    merged = merge(workspace, load_edition(find_edition("nerima")), fiscal_year, day, lambda file: None)
    asked = [notice.message for notice in merged.examination.notices if notice.severity != "notice"]
    require(bool(merged.written) and not asked, asked)


def write_invented_year(folder: Path, sections: Sequence[Section]) -> None:
    """Invent 令和5年度, check it and write it."""
    edition = load_edition(find_edition("nerima")).for_year(act.FISCAL_YEAR)
    totals = load_published("invented-2023.toml")
    weights = [act.Weights(section.key, section.department, section.numbers) for section in sections]
    requests = act.requests(totals, weights)
    ward = act.ward_book(edition, totals, requests, cells_on_form(edition, ward=True))
    cells = cells_on_form(edition, ward=False)
    books = act.sections_books(edition, weights, requests, cells) + act.places_books(edition, cells)
    names = [f"00_区全体_{ward[0].section}", *(f"{n:02}_{book[0].key}" for n, book in enumerate(books, start=1))]
    inbox = folder / "inbox" / str(act.FISCAL_YEAR)
    inbox.mkdir(parents=True, exist_ok=True)
    check_links(edition, {**tabulate(requests), **ward[1]}, "invented")
    for book in books:
        check_links(edition, book[1], book[0].key)
    masters = load_masters(folder, load_edition(find_edition("nerima")))
    for name, (cover, counts, entries) in zip(names, [ward, *books], strict=True):
        write_book(inbox / f"{name}.xlsx", edition, cover, Filling(counts, entries), masters)


def load_published(name: str = "published-2022.toml") -> dict[CellKey, int]:
    """The published count of every cell (件 or 人), each column against its published total."""
    counts: dict[CellKey, int] = {}
    for column in _read_toml(name)["column"]:
        own = {CellKey(column["table"], r.get("group", ""), r["row"], column["column"]): r["count"]
               for r in column["rows"]}  # fmt: skip
        require(sum(own.values()) == column.get("total", sum(own.values())), column["printed"])
        counts |= own
    return counts


def load_entries() -> Entries:
    """The published rows of the list-like tables."""
    return {
        INSPECTIONS: _read_toml("published-2022.toml")["inspection"],
        INCIDENTS: _read_toml("incidents-2022.toml")["incident"],
    }


def load_split() -> list[Section]:
    """The invented split over the sections; requests are dealt out within it."""
    with (HERE / "split-2022.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    return [
        Section(line.pop("部"), line.pop("課"), {name: int(n) if n else None for name, n in line.items()})
        for line in lines
    ]


def invent_requests(published: Counts, sections: Sequence[Section]) -> list[Request]:
    """The invented requests of the year behind the published totals."""
    rng = Random(SEED)
    subjects = [key for key in published if key.table == SUBJECTS]
    places = [(s.key, key) for s in sections for key in subjects for _ in range(s.numbers[key.row] or 0)]
    asked = [s.key for s in sections for _ in range(s.numbers["自己情報の請求"] or 0)]
    return disclosure_requests(published, places, rng) + personal_requests(published, asked, rng)


def invent(
    edition: Edition, requests: Sequence[Request], entries: Entries, sections: Sequence[Section]
) -> list[Workbook]:
    """The workbooks of the sections: invented requests, counted; stocks from the split; published entries."""
    workbooks = []
    for section in sections:
        zeros = {key: 0 for key in cells_on_form(edition, ward=False)
                 if section.has_privacy or not key.table.startswith(PRIVACY)}  # fmt: skip
        stocks = {key: section.numbers[key.row] or 0 for key in zeros if key.table in (STOCKS, USES)}
        counted = tabulate(request for request in requests if request.section == section.key)
        own = {table: [row for row in rows if hands_in(section, row)] for table, rows in entries.items()}
        workbooks.append(Workbook(section, zeros | counted | stocks, own))
    return workbooks


def hands_in(section: Section, entry: Mapping[str, object]) -> bool:
    """Whether an entry is the section's: its 所管, or the first 課 of a 所管課名 with two."""
    name = str(entry.get("所管") or entry["所管課名"]).split()[0]
    return name in (section.key, section.name)


def cells_on_form(edition: Edition, *, ward: bool) -> list[CellKey]:
    """All cells that the form of a section, or of the ward, asks for."""
    return [
        CellKey(table_id, row.group, row.label, column.label)
        for table_id, columns in edition.collected_counts(ward).items()
        for row in edition.count_tables[table_id].rows
        for column in columns
    ]


def check(edition: Edition, published: Counts, entries: Entries, workbooks: Sequence[Workbook]) -> None:
    """Raise ValueError unless the workbooks are consistent with the roster, in themselves and as a whole."""
    roster = [section_key(row.department, row.section) for row in edition.municipality.roster]
    require([book.section.key for book in workbooks] == roster, "split-2022.csv names the sections of the roster")
    require(set(published) >= set(cells_on_form(edition, ward=False)), "every cell was published")
    check_totals(edition, published, [book.counts for book in workbooks])
    check_links(edition, published, "published")
    for book in workbooks:
        check_links(edition, book.counts, book.section.key)
        asked = sum(n for key, n in book.counts.items() if key.table == SUBJECTS)
        require(asked >= 3, f"{book.section.key}: 公開請求 in every section")
    for table, rows in entries.items():
        handed_in = [row for book in workbooks for row in book.entries[table]]
        require(all(handed_in.count(row) == rows.count(row) for row in rows), f"{table}: every row, once")


def write_roster(file: Path) -> None:
    """Write the roster of both years, with a fixed date of creation: the same bytes in every run.

    Its 課 are those of the default roster; the invented places (架空) come in the second year.
    """
    edition = load_edition(find_edition("nerima"))
    ours = edition.municipality.roster
    asked = {FISCAL_YEAR: ours, act.FISCAL_YEAR: (*ours, *act.places())}
    workbook = xlsxwriter.Workbook(str(file))
    workbook.set_properties({"created": datetime(FISCAL_YEAR + 1, 3, 31)})
    sheet = workbook.add_worksheet(SHEET)
    sheet.write_row(0, 0, HEADINGS, workbook.add_format({"bold": True, "bg_color": "#D6E4F0", "border": 1}))
    rows = [roster_row(row, edition, year) for year, those in asked.items() for row in those]
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
    sheet.set_column(0, len(HEADINGS) - 1, 24)
    sheet.freeze_panes(1, 0)
    workbook.close()


def _read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
