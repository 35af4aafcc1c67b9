"""An invented city (架空の見本市) with tables by 実施機関, 部 and 課: its edition, roster and workbooks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from openpyxl import Workbook, load_workbook

from form_cells import cell
from nerima_report.edition import Edition
from nerima_report.fiscal_year import full_name
from nerima_report.places import CellKey

ROOT = Path(__file__).resolve().parents[1]
# The 部 and 課; 議会事務局 has no 部.
ROSTER = (
    ("総務部", "総務課"),
    ("総務部", "財政課"),
    ("市民部", "市民課"),
    ("市民部", "税務課"),
    ("福祉部", "福祉課"),
    ("教育部", "学校課"),
    ("教育部", "社会教育課"),
    ("選挙管理委員会事務局", "選挙課"),
    ("監査事務局", "監査課"),
    ("農業委員会事務局", "農業課"),
    ("", "議会事務局"),
)
BODIES = {
    "教育部": "教育委員会",
    "選挙管理委員会事務局": "選挙管理委員会",
    "監査事務局": "監査委員",
    "農業委員会事務局": "農業委員会",
    "議会事務局": "議会",
}
Sections = Iterable[tuple[str, str]]


def make_templates(folder: Path) -> Path:
    """Write the edition of the city, the only one, beside what all editions share."""
    templates = folder / "templates"
    shutil.copytree(ROOT / "templates", templates, ignore=shutil.ignore_patterns("nerima", "akebono", "starter"))
    shutil.copytree(ROOT / "tests" / "sample_city", templates / "city")
    return templates


def write_roster(file: Path, years: Mapping[int, Sections]) -> None:
    """Write the roster of several years."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "名簿"
    sheet.append(["年度", "部", "課"])
    for year, sections in years.items():
        for department, section in sections:
            sheet.append([full_name(year), department or None, section])
    book.save(file)


Number = Callable[[str, CellKey], int]


def fill_forms(folder: Path, fiscal_year: int, edition: Edition, number: Number) -> None:
    """Fill in the forms of a year for each 課, and put them into the inbox; `number` by key of the 課 and of the cell.

    What a form does not ask for is left out.
    """
    inbox = folder / "inbox" / str(fiscal_year)
    inbox.mkdir(parents=True, exist_ok=True)
    for file in sorted((folder / "forms" / str(fiscal_year)).glob("*.xlsx")):
        number_of_file, section, _ = file.stem.split("_")[:3]
        if number_of_file == "00":
            continue
        book = load_workbook(file)
        own = edition.of_section(section)
        for table_id, table in own.count_tables.items():
            for key in table.keys(table_id) if table.is_handed_in else ():
                cell(book, key).value = number(section, key)
        book.save(inbox / file.name)
