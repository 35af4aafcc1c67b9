"""The status on screen: one screen of a terminal, whatever there is to say."""

from __future__ import annotations

import re
from datetime import date, datetime
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from conftest import SAMPLE
from nerima_report.notices.status import (
    Change,
    HandedIn,
    Look,
    RecordState,
    ReportState,
    SectionStatus,
    YearStatus,
    in_words,
    print_status,
)
from nerima_report.tallies.remarks import Remark

NAMES = [re.sub(r"^\d+_(.*)\.xlsx$", r"\1", file.name) for file in sorted((SAMPLE / "inbox" / "2022").glob("[!0]*"))]
NAMES += [f"{name}分室" for name in NAMES]
BEFORE = datetime(2023, 5, 1, 9, 12)
STANDING: tuple[tuple[str, SectionStatus], ...] = (("総務部総務課", "fine"), ("福祉部管理課", "missing"))


def shown(missing: int, faulty: int, fine: int, remarks: int = 0, width: int = 80) -> list[str]:
    numbers: dict[SectionStatus, int] = {"missing": missing, "faulty": faulty, "fine": fine}
    statuses = [status for status, number in numbers.items() for _ in range(number)]
    rows = [
        HandedIn(NAMES[number % len(NAMES)], False, status, 1, f"{number}.xlsx", int(status == "faulty"), 0)
        for number, status in enumerate(statuses)
    ]
    rows.append(HandedIn("総務部情報公開課", True, "missing", None, "", 0, 0))
    changes = [Change(row.section, False, "again") for row in rows[missing:-1]]
    wrote = [Remark(row.section, row.file, "表紙", "B10", f"備考{row.section}" * 40) for row in rows[:remarks]]
    year = YearStatus(2022, tuple(rows), others={"": 1}, remarks=tuple(wrote))
    look = Look(year, date(2023, 5, 2), date(2023, 5, 14), True, BEFORE, tuple(changes))
    console = Console(file=StringIO(), width=width)
    print_status(console, look)
    text: str = console.file.getvalue()  # type: ignore[attr-defined] # it is a StringIO
    return text.splitlines()


@pytest.mark.parametrize(
    ("missing", "faulty", "fine", "remarks"),
    [(17, 5, 17, 3), (39, 0, 0, 0), (0, 39, 0, 39), (0, 0, 39, 0), (60, 20, 20, 50), (500, 300, 200, 500)],
)
def test_all_that_there_is_to_say_stands_on_one_screen(missing: int, faulty: int, fine: int, remarks: int) -> None:
    for width in (80, 100):
        lines = shown(missing, faulty, fine, remarks, width)
        assert len(lines) <= 22
        assert max(cell_len(line) for line in lines) <= width
        assert lines[-1].strip() == "nerima-report validate 2022"


def test_nobody_is_left_out_where_there_is_room() -> None:
    text = "".join(line.strip() for line in shown(17, 5, 17))
    assert [name for name in NAMES[:22] if name not in text] == []


def test_what_does_not_fit_is_counted() -> None:
    text = "".join(line.strip() for line in shown(1000, 0, 0))
    shown_names = sum(text.count(f"{name}、") for name in NAMES)
    assert f"ほか{1001 - shown_names}" in text  # with 区全体


@pytest.mark.parametrize(
    ("report", "record", "status", "command"),
    [
        ("none", "none", "fine", "build 2022"),
        ("draft", "none", "fine", "build 2022"),
        ("unusable", "none", "fine", "build 2022"),
        ("built", "none", "fine", "publish 2022"),
        ("built", "none", "faulty", "validate 2022"),
        ("built", "outdated", "fine", 'publish 2022 --revise "理由"'),
        ("none", "outdated", "fine", "build 2022"),
        ("none", "published", "fine", "init --year 2023"),
        ("none", "published", "missing", "init --year 2023"),
        ("none", "none", "unclear", "validate 2022"),
        ("none", "none", "missing", "form 2022"),
    ],
)
def test_the_next_command(report: ReportState, record: RecordState, status: SectionStatus, command: str) -> None:
    row = HandedIn("福祉部管理課", False, status, 1, "12.xlsx", 0, 0)
    year = YearStatus(2022, (row,), report=report, record=record)
    look = Look(year, date(2023, 5, 2), None, has_forms=False, since=None, changes=())
    assert look.next_step.command == f"nerima-report {command}"


def test_a_workbook_of_nobody_on_the_roster_is_not_counted_among_those_asked() -> None:
    named = [HandedIn(name, False, status, 1, f"{name}.xlsx", 0, 0) for name, status in STANDING]
    stranger = HandedIn("総務部経理用地課", False, "faulty", 1, "9.xlsx", 1, 0, counted="")
    assert in_words(named) == "2課のうち1課が提出、未提出 1"
    assert in_words([*named, stranger]) == "2課のうち1課が提出、未提出 1、名簿にないもの 1"
