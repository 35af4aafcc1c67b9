"""The committed sample inbox: it can be made again, and it adds up to the published figures.

The totals are read with plain openpyxl from fixed columns, not with the reader of the package.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.tallies.ledger import load_ledger
from nerima_report.tallies.lines import with_covers
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.submission import load_submissions

pytestmark = pytest.mark.thorough

SAMPLE = Path(__file__).parents[1] / "sample_data"
INBOX = SAMPLE / "inbox" / "2022"
WARD = "00_区全体_情報公開課.xlsx"
PERSONS = "請求者数"
Rows = list[tuple[Any, ...]]


@cache
def workbook(name: str) -> dict[str, Rows]:
    """The stored values of a workbook: by sheet, the rows from the heading (row 4) on."""
    book = load_workbook(INBOX / name, data_only=True)
    return {sheet.title: list(sheet.iter_rows(min_row=4, values_only=True)) for sheet in book}


def sections() -> list[str]:
    return sorted(path.name for path in INBOX.glob("*.xlsx") if path.name != WARD)


def counts(name: str) -> dict[tuple[str, str, str], int]:
    """The counts of a workbook by table, column and row (its group and label; the total included)."""
    found = {}
    for table, (head, *body) in workbook(name).items():
        for place, heading in enumerate(head):
            if heading and str(heading).endswith(("(件)", "(人)")) and "数え方" in head:
                for row in body:
                    label = "/".join(str(cell) for cell in row[: _first(head)] if cell)
                    if isinstance(row[place], int):
                        found[table, str(heading).partition("(")[0], label] = row[place]
    return found


def _first(head: tuple[Any, ...]) -> int:
    return next(place for place, heading in enumerate(head) if str(heading).endswith(("(件)", "(人)")))


def published() -> list[Any]:
    columns = tomllib.loads((SAMPLE / "published-2022.toml").read_text(encoding="utf-8"))["column"]
    cases = []
    for column in columns:
        cells = {"/".join(filter(None, (r.get("group"), r["row"]))): r["count"] for r in column["rows"]}
        if "total" in column:
            cells["合計"] = column["total"]
        cases.append(pytest.param(column["table"], column["column"], cells, id=f"{column['table']}-{column['column']}"))
    return cases


@pytest.mark.parametrize(("table", "column", "cells"), published())
def test_sections_add_up_to_the_published_figures(table: str, column: str, cells: dict[str, int]) -> None:
    in_ward = column == PERSONS or table == "公開.審査請求"
    total: Counter[str] = Counter()
    for name in [WARD] if in_ward else sections():
        total.update({label: n for (t, c, label), n in counts(name).items() if (t, c) == (table, column)})
    assert {label: total[label] for label in cells} == cells


def test_persons_lie_between_the_largest_section_and_the_sum() -> None:
    by_cell = defaultdict(list)
    for name in sections():
        for cell, n in counts(name).items():
            by_cell[cell].append(n)
    persons = {cell: n for cell, n in counts(WARD).items() if cell[1] == PERSONS}
    assert len(persons) == 13
    for cell, n in persons.items():
        assert max(by_cell[cell]) <= n <= sum(by_cell[cell])


def test_every_published_count_is_split() -> None:
    shares = Counter(cell for name in sections() for cell, n in counts(name).items() if n)
    total: Counter[tuple[str, str, str]] = Counter()
    for name in sections():
        total.update(counts(name))
    assert not [cell for cell, n in total.items() if n >= 2 and shares[cell] < 2]


def test_the_published_entries_are_handed_in_once() -> None:
    incidents: list[tuple[Any, ...]] = []
    inspections: list[tuple[Any, ...]] = []
    for name in sections():
        incidents += [row for row in workbook(name)["個人.事務処理ミス"][1:] if row[0]]
        inspections += [row for row in workbook(name)["個人.第三者点検"][1:] if row[0]]
    kinds = {"誤交付": 2, "誤送付": 9, "誤廃棄": 2, "紛失": 4, "誤送信": 2, "消失": 1, "その他": 1}
    assert Counter(row[0] for row in incidents) == kinds
    assert sum(row[4] for row in incidents) == 148
    assert [row[3].date().isoformat() for row in inspections] == ["2022-06-27", "2022-10-25"]


def test_every_check_line_agrees() -> None:
    for name in [WARD, *sections()]:
        for table, body in workbook(name).items():
            for row in body:
                if "検算" in row[:2]:
                    shown = {cell for cell in row[1:-1] if cell not in (None, "", "検算")}
                    lines = [line for line in body if not {"合計", "検算"} & set(line[:2])]
                    filled = any(isinstance(cell, int) for line in lines for cell in line)
                    assert shown == ({"✓"} if filled else set()), (name, table)


def test_every_cover_says_that_it_is_invented() -> None:
    for name in [WARD, *sections()]:
        remark = next(row[1] for row in workbook(name)["表紙"] if row[0] == "備考")
        assert "架空" in remark


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All samples, made anew."""
    folder = tmp_path_factory.mktemp("made")
    subprocess.run([sys.executable, str(SAMPLE / "generate.py"), str(folder)], check=True)
    return folder


def test_what_the_committed_files_say_can_be_made_again(made: Path, whole_edition: Edition) -> None:
    """The committed workbooks are forms of version 1, as an office keeps them; what is made now says the same."""
    assert parts(made / "roster.xlsx") == parts(SAMPLE / "roster.xlsx")
    for year in (2022, 2023):
        again, committed = (said_in(folder / "inbox" / str(year), whole_edition) for folder in (made, SAMPLE))
        assert again.keys() == committed.keys()
        for name in again:
            assert again[name] == committed[name]
    rows = [rows_of_ledger(folder / "ledger-example" / "2022.xlsx", whole_edition) for folder in (made, SAMPLE)]
    assert rows[0] == rows[1]
    for name in ("earlier/見本の架空の数-2018.csv", "earlier/見本の架空の数-2021.csv"):
        assert (made / name).read_bytes() == (SAMPLE / name).read_bytes()
    repeated, records = ([told(file) for file in sorted((folder / "records").iterdir())] for folder in (made, SAMPLE))
    assert repeated == records
    assert [record["fiscal_year"] for record in records] == [2018, 2019, 2020, 2021]
    assert all("架空" in record["inputs"][0]["file"] for record in records)


def test_the_sample_of_the_city_can_be_made_again(made: Path) -> None:
    city, folders = load_edition(find_edition("akebono")), (made / "akebono", SAMPLE / "akebono")
    again, committed = (said_in(folder / "inbox" / "2024", city) for folder in folders)
    assert len(committed) == 12
    assert again == committed
    assert parts(folders[0] / "roster.xlsx") == parts(folders[1] / "roster.xlsx")
    for folder in ("earlier", "records"):
        files = [sorted((each / folder).iterdir()) for each in folders]
        assert len(files[1]) == 4
        tell = told if folder == "records" else Path.read_bytes
        assert [*map(tell, files[0])] == [*map(tell, files[1])]


def said_in(inbox: Path, whole: Edition) -> dict[str, object]:
    """What the workbooks of a year say: cover, counts, and rows of lists and registers."""
    edition = whole.for_year(int(inbox.name))
    said: dict[str, object] = {}
    submissions = load_submissions(sorted(inbox.glob("*.xlsx")), whole).submissions
    edition = with_covers(edition, submissions)
    for submission in submissions:
        tallies = load_tallies([submission], edition)
        rows = {key: [dict(entry.values) for entry in entries] for key, entries in tallies.entries.items()}
        later = {key for key, table in edition.tables.items() if not table.is_asked(int(inbox.name))}
        cover = (submission.section, submission.ward, submission.number, submission.not_applicable - later)
        said[submission.workbook.path.name] = (cover, {c.key: c.reading for c in tallies.cells}, rows)
    return said


def rows_of_ledger(file: Path, whole: Edition) -> dict[str, list[dict[str, object]]]:
    """What the lists of a case ledger say."""
    ledger = load_ledger({2022: file}, whole, 2022)
    assert ledger is not None
    return {table_id: [dict(entry.values) for entry in entries] for table_id, entries in ledger.cases.items()}


def told(file: Path) -> dict[str, Any]:
    """A record without what changes with every version of the definitions and of the program."""
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    apart = ("schema_version", "municipality", "edition", "program", "seal")
    return {key: value for key, value in content.items() if key not in apart and value not in (None, [])}


def parts(path: Path) -> dict[str, bytes]:
    """The parts of a workbook without their compression, which may differ between versions of zlib."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
