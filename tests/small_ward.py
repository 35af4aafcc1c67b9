"""The small ward: some sections (課) of the sample, whose ward workbook is made to agree with them."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from openpyxl import Workbook, load_workbook

from faulty import edit_stored, part_of
from nerima_report.fiscal_year import full_name

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_data"
WARDS = tomllib.loads((ROOT / "tests" / "cases" / "small_ward.toml").read_text(encoding="utf-8"))


def is_small(fiscal_year: int, file: str) -> bool:
    """Whether the small ward of a year has a workbook (the beginning of its name)."""
    return file in WARDS[str(fiscal_year)]["files"]


def make_small_ward(folder: Path, fiscal_year: int) -> None:
    """Write the working folder of the small ward of a year: inbox, roster, settings."""
    ward, inbox = WARDS[str(fiscal_year)], folder / "inbox" / str(fiscal_year)
    inbox.mkdir(parents=True)
    for file in ward["files"]:
        path = Path(shutil.copy(next((SAMPLE / "inbox" / str(fiscal_year)).glob(f"{file}*")), inbox))
        for sheet, cells in ward["set"].get(file, {}).items():
            for cell, value in cells.items():
                edit_stored(path, part_of(path, sheet), cell, value)
    shutil.copy(SAMPLE / "nerima-report.toml", folder)
    _write_roster(folder / "roster.xlsx")


def _write_roster(file: Path) -> None:
    """The lines of the sample's roster for the sections of the small wards, of every year."""
    book, (headings, *lines) = Workbook(), load_workbook(SAMPLE / "roster.xlsx")["名簿"].iter_rows(values_only=True)
    sheet = book.active
    assert sheet is not None
    sheet.title = "名簿"
    sheet.append(headings)
    for fiscal_year, ward in WARDS.items():
        files = [path for name in ward["files"] for path in (SAMPLE / "inbox" / fiscal_year).glob(f"{name}*")]
        sections = {path.stem.partition("_")[2] for path in files}
        for line in lines:
            year, department, section = line[:3]
            if year == full_name(int(fiscal_year)) and f"{department or ''}{section}" in sections:
                sheet.append(line)
    book.save(file)
