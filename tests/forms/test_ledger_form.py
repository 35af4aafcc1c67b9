"""The workbook of the case ledger: read back as a ledger, computed by LibreOffice, changed with its definitions."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from conftest import ROOT, copy_templates, definition_file
from nerima_report.checks import run_checks
from nerima_report.edition import Edition, load_edition
from nerima_report.edition.ledger import DAYS_LEFT, DUE
from nerima_report.findings import Finding
from nerima_report.forms.ledger import CarriedOver, LedgerFilling, Rows, render_ledger
from nerima_report.tallies.ledger import open_book
from nerima_report.tallies.periods import Periods

CASES = tomllib.loads((ROOT / "tests" / "cases" / "ledger_form.toml").read_text(encoding="utf-8"))
ROOM = 60  # rows of a list in these tests: 20,000 take seconds to write
YEAR = 2026
REQUESTS = "公開.請求台帳"
HEADINGS = 4  # the row of the headings
BLANK = LedgerFilling()
Change = tuple[str, str, str]  # a file of the edition, a text in it, another text


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The shipped edition with room for a few rows."""
    return changed(tmp_path_factory.mktemp("templates"))


def changed(folder: Path, *changes: Change) -> Edition:
    """The shipped edition with room for a few rows, and with other changes."""
    copy_templates(folder)
    for name, find, replacement in (("ledgers.toml", "room = 20000", f"room = {ROOM}"), *changes):
        file = definition_file(folder, name)
        text = file.read_text(encoding="utf-8")
        assert find in text, f"{name} does not say {find}"
        file.write_text(text.replace(find, replacement, 1), encoding="utf-8")
    return load_edition(folder / "nerima")


def written(folder: Path, edition: Edition, filling: LedgerFilling = BLANK) -> Path:
    """The ledger as a file."""
    file = folder / f"{YEAR}.xlsx"
    file.write_bytes(render_ledger(edition, YEAR, filling))
    return file


def findings(file: Path, edition: Edition) -> list[Finding]:
    """What is found in a ledger."""
    book = open_book(file, edition, YEAR)
    assert book.submissions, book.inbox
    return run_checks(book)


def codes(file: Path, edition: Edition) -> set[str]:
    """The codes of what is found in a ledger."""
    return {finding.code for finding in findings(file, edition)}


def cell(sheet: Worksheet, heading: str, row: int = HEADINGS + 1) -> Any:
    """The cell below a heading."""
    column = next(each.column for each in sheet[HEADINGS] if each.value == heading)
    return sheet.cell(row, column)


A_REQUEST: Mapping[str, object] = {
    "受付番号": "公開-0001", "受付日": date(2026, 4, 1), "請求方法": "窓口", "請求者番号": "P-0001", "区分": "区民",
    "請求目的": "営業活動", "内容": "区政一般", "部": "総務部", "課": "情報公開課", "処理": "部分公開",
    "決定・取下げ日": date(2026, 4, 10), "非公開理由1": "個人に関する情報で、特定の個人が識別され得るもの",
}  # fmt: skip
ONE = LedgerFilling({REQUESTS: [A_REQUEST]}, CarriedOver(2025, "ledger/2025.xlsx", 1), ("総務部",), ("第一課",) * 99)


@pytest.mark.parametrize("year", [2022, 2026])
def test_the_sheets_and_headings_are_those_of_the_definitions(year: int, small: Edition, tmp_path: Path) -> None:
    file = tmp_path / "ledger.xlsx"
    file.write_bytes(render_ledger(small, year, LedgerFilling()))
    book = load_workbook(file)
    expected = CASES[str(year)]
    assert book.sheetnames == ["表紙", "書き方", *expected]
    for name, groups in expected.items():
        sheet = book[name]
        headings = [heading.value for heading in sheet[HEADINGS]]
        bands = [band.value for band in sheet[HEADINGS - 1]][: len(headings)]
        begun = {band: place for place, band in enumerate(bands) if band}
        assert headings == [heading for own in groups.values() for heading in own]
        assert begun == _starts(groups)


def _starts(groups: Mapping[str, Sequence[str]]) -> dict[str, int]:
    starts, place = {}, 0
    for label, headings in groups.items():
        if label:
            starts[label] = place
        place += len(headings)
    return starts


@pytest.mark.parametrize("filling", [BLANK, ONE], ids=["blank", "filled"])
def test_a_ledger_read_back_gives_no_finding(filling: LedgerFilling, small: Edition, tmp_path: Path) -> None:
    found = findings(written(tmp_path, small, filling), small)
    assert [(f.code, f.place.cell, f.found) for f in found] == []


def test_a_ledger_says_what_was_written_into_it(small: Edition, tmp_path: Path) -> None:
    book = open_book(written(tmp_path, small, ONE), small, YEAR)
    entry = book.tallies.entries[REQUESTS][0]
    assert A_REQUEST.items() <= entry.values.items()
    assert entry.as_written == A_REQUEST


def test_the_same_ledger_is_the_same_bytes(small: Edition) -> None:
    assert render_ledger(small, YEAR, ONE) == render_ledger(small, YEAR, ONE)


def test_formulas_without_results_are_passed_over(small: Edition, tmp_path: Path) -> None:
    file = written(tmp_path, small, ONE)
    book = load_workbook(file)  # which forgets the results
    book.save(file)
    assert findings(file, small) == []


@pytest.mark.parametrize("heading", [DUE, DAYS_LEFT])
def test_what_is_typed_over_a_formula_is_told(heading: str, small: Edition, tmp_path: Path) -> None:
    file = written(tmp_path, small, ONE)
    book = load_workbook(file)
    cell(book[REQUESTS], heading).value = "5月まで待つ"
    book.save(file)
    assert codes(file, small) == {"N217"}


def test_a_remark_on_the_pages_is_told(small: Edition, tmp_path: Path) -> None:
    file = written(tmp_path, small, ONE)
    book = load_workbook(file)
    book["書き方"]["B4"] = "このほかに12件あります"
    book["表紙"]["G20"] = "別に12件"
    book.save(file)
    assert [(f.code, f.place.sheet) for f in findings(file, small)] == [("N218", "表紙"), ("N218", "書き方")]


def test_every_row_has_its_formulas_and_rules(small: Edition, tmp_path: Path) -> None:
    book = load_workbook(written(tmp_path, small, ONE))
    for table_id, ledger in small.for_year(YEAR).ledgers.items():
        sheet = book[table_id]
        part = table_id.partition(".")[0]
        for row in range(HEADINGS + 1, HEADINGS + 1 + ROOM):
            assert cell(sheet, DUE, row).value == f"={part}_{DUE}"
            assert cell(sheet, DAYS_LEFT, row).value == f"={part}_{DAYS_LEFT}"
        last = HEADINGS + ROOM
        ranges = {str(rule.sqref) for rule in sheet.data_validations.dataValidation}
        places = [get_column_letter(column) for column in range(1, len(ledger.table.fields) + 3)]
        assert ranges == {f"{place}{HEADINGS + 1}:{place}{last}" for place in places}
        assert all(str(area.sqref).endswith(str(last)) for area in sheet.conditional_formatting)


def test_a_date_may_not_lie_before_those_that_come_first(small: Edition, tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path, small))[REQUESTS]
    rules = {str(rule.sqref).partition(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    closed = rules[cell(sheet, "決定・取下げ日").coordinate]
    starts = [i.start for i in small.for_year(YEAR).ledgers[REQUESTS].intervals if i.end == "決定・取下げ日"]
    assert starts
    assert all(f"${cell(sheet, start).coordinate}" in closed.formula1 for start in starts)
    assert all(f"「{start}」" in closed.error for start in starts)


def test_a_limit_that_depends_on_the_day_has_no_result(small: Edition, tmp_path: Path) -> None:
    waits = {**A_REQUEST, "処理": None, "決定・取下げ日": None, "補正を求めた日": date(2026, 4, 2)}
    rows = {REQUESTS: [A_REQUEST, {key: value for key, value in waits.items() if value}]}
    sheet = load_workbook(written(tmp_path, small, LedgerFilling(rows)), data_only=True)[REQUESTS]
    assert [cell(sheet, DUE, row).value for row in (5, 6)] == [datetime(2026, 4, 16), None]
    assert [cell(sheet, DAYS_LEFT, row).value for row in (5, 6)] == [None, None]


def test_rows_of_a_list_that_the_year_does_not_have_are_refused(small: Edition) -> None:
    with pytest.raises(ValueError, match="ない一覧"):
        render_ledger(small, YEAR, LedgerFilling({"公開.ない一覧": []}))


NOTE = """[[ledger.fields]]
label = "来庁の時間帯"
type = "choice"
choices = ["午前", "午後"]
required = false
article = "†"
width = 33

"""


def test_a_changed_definition_changes_the_ledger(tmp_path: Path) -> None:
    first = '[[ledger.fields]]\nlabel = "請求者番号"'
    edition = changed(
        tmp_path,
        ("disclosure/ledger.toml", first, NOTE + first),
        ("disclosure/ledger.toml", "days = 15\n", "days = 21\n"),
        ("ledgers.toml", "soon = 3", "soon = 7"),
    )
    book = load_workbook(written(tmp_path, edition))
    sheet = book[REQUESTS]
    added = cell(sheet, "来庁の時間帯")
    rules = {str(rule.sqref).partition(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert rules[added.coordinate].formula1 == '"午前,午後"'
    assert sheet.column_dimensions[added.column_letter].width == pytest.approx(33, abs=1)
    assert ",21))" in book.defined_names["公開_期限の日数"].value
    assert any("<=7" in str(rule.formula) for area in sheet.conditional_formatting for rule in area.rules)
    guide = "".join(str(row[1].value) for row in book["書き方"].iter_rows(max_col=2))
    assert "21日。" in guide
    assert "午前、午後" in guide
    assert findings(written(tmp_path, edition), edition) == []


@pytest.mark.parametrize(("key", "find", "replacement"), [
    ("ledger", 'label = "決定", first = "処理"', 'label = "決定", first = "ない項目"'),
    ("ledger", 'label = "決定", first = "処理"', 'label = "決定", first = "受付日"'),
    ("ledger", 'label = "公開の場所"', 'label = "期限"'),
])  # fmt: skip
def test_groups_and_fields_that_cannot_be_are_refused(key: str, find: str, replacement: str, tmp_path: Path) -> None:
    from nerima_report.errors import DefinitionError

    with pytest.raises(DefinitionError) as error:
        changed(tmp_path, ("disclosure/ledger.toml", find, replacement))
    assert (error.value.file.name, error.value.key) == ("ledger.toml", key)


# ---- Computed by LibreOffice ----

needs_libre_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")

# Days of receipt whose limits (15, 20, 30, 60 days) end on, before or after: the end of a month, of a leap year's
# February, of a year, Saturdays, Sundays, holidays in a row, substitute holidays.
RECEIVED = (
    date(2026, 4, 1), date(2026, 4, 14), date(2026, 4, 17), date(2026, 4, 20), date(2026, 4, 21), date(2026, 6, 30),
    date(2026, 8, 27), date(2026, 9, 4), date(2026, 9, 6), date(2026, 9, 7), date(2026, 12, 1), date(2026, 12, 14),
    date(2026, 12, 15), date(2026, 12, 31), date(2028, 1, 30), date(2028, 2, 13), date(2028, 2, 14), date(2028, 2, 29),
    date(2024, 2, 14), date(2027, 3, 5),
)  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """A setting of the clock, and the ledger of a year with rows on the borders of limits."""

    edition: Edition
    year: int
    rows: Rows

    @property
    def name(self) -> str:
        """The name of its file."""
        clock = next(iter(self.edition.for_year(self.year).ledgers.values())).clock
        return f"{self.year}-{clock.first_day_counts:d}{clock.moves:d}.xlsx"


def _rows(edition: Edition, year: int) -> Rows:
    """A row for each day of receipt, with each extension in turn; some waited for a correction, some are decided."""
    rows: dict[str, list[Mapping[str, object]]] = {}
    for table_id, ledger in edition.for_year(year).ledgers.items():
        roles, table = ledger.roles, ledger.table
        extensions = [None, *(table.choices_of(roles.extension) or ())]
        kinds = table.choices_of(roles.kind) or [None]
        rows[table_id] = []
        for number, day in enumerate(RECEIVED):
            said: dict[str, object] = {roles.number: f"{number}", roles.received: day}
            said[roles.extension] = extensions[number % len(extensions)]
            said |= {roles.kind: kinds[number % len(kinds)]} if roles.kind else {}
            if number % 4 == 1:
                said |= {roles.correction_asked: day, roles.corrected: day.replace(day=28)}
            if number % 4 == 2:
                said |= {roles.correction_asked: day}
            if number % 5 == 3:
                said |= {roles.closed: day, roles.outcome: (table.choices_of(roles.outcome) or ())[0]}
            rows[table_id].append({label: value for label, value in said.items() if value is not None})
    return rows


@pytest.fixture(scope="module")
def clocks(tmp_path_factory: pytest.TempPathFactory) -> list[Clock]:
    """Every setting of the clock, in the years of both laws."""
    found = []
    for first, moves in product(("false", "true"), repeat=2):
        edition = changed(
            tmp_path_factory.mktemp("clock"),
            *(
                (f"{part}/ledger.toml", f"{key} = false", f"{key} = {value}")
                for part in ("disclosure", "privacy-ordinance", "privacy-act")
                for key, value in (("first_day_counts", first), ("moves", moves))
            ),
        )
        found += [Clock(edition, year, _rows(edition, year)) for year in (2022, YEAR)]
    return found


@pytest.fixture(scope="module")
def saved(clocks: Sequence[Clock], tmp_path_factory: pytest.TempPathFactory) -> Callable[[Clock], Path]:
    """The ledgers as LibreOffice computes and saves them."""
    folder = tmp_path_factory.mktemp("saved")
    for clock in clocks:
        (folder / clock.name).write_bytes(render_ledger(clock.edition, clock.year, LedgerFilling(clock.rows)))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "saved"]
    subprocess.run([*command, *(clock.name for clock in clocks)], cwd=folder, check=True, capture_output=True)
    return lambda clock: folder / "saved" / clock.name


@pytest.mark.thorough
@needs_libre_office
def test_libre_office_computes_the_limits_of_periods(clocks: Sequence[Clock], saved: Callable[[Clock], Path]) -> None:
    today = date.today()
    for clock in clocks:
        book = load_workbook(saved(clock), data_only=True)
        for table_id, ledger in clock.edition.for_year(clock.year).ledgers.items():
            periods, sheet = Periods(ledger), book[table_id]
            for row, values in enumerate(clock.rows[table_id], start=HEADINGS + 1):
                is_open = ledger.is_open(values)
                due = periods.due(periods.at_the_earliest(values, today) if is_open else values)
                left = (due - today).days if due and is_open else None
                found = cell(sheet, DUE, row).value
                computed = (found.date() if found else None, cell(sheet, DAYS_LEFT, row).value)
                assert computed == (due, left), (clock.name, values)


@pytest.mark.thorough
@needs_libre_office
def test_what_libre_office_saved_is_read_without_complaint(
    clocks: Sequence[Clock], saved: Callable[[Clock], Path]
) -> None:
    for clock in clocks:
        book = open_book(saved(clock), clock.edition, clock.year)
        assert [finding for finding in run_checks(book) if finding.code < "N3" and finding.code != "N216"] == []
