"""The history of the registers: registers/変更履歴.csv, a line for each field that changed, only ever added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

from nerima_report.errors import MasterError
from nerima_report.files import read_csv, write_csv, write_lines
from nerima_report.fiscal_year import parse_date, parse_fiscal_year
from nerima_report.registers.master import FOLDER

HEADINGS = ("日付", "年度", "登録簿", "番号", "種類", "項目", "変更前", "変更後", "課", "ファイル", "SHA-256")


@dataclass(frozen=True)
class Step:
    """One change: when and for which fiscal year, which entry, what happened, in which field, from which file.

    `kind` is 新規, 引継ぎ, 変更, 廃止 or 確認; `before` and `after` are written as in the master.
    """

    day: date
    fiscal_year: int
    register_key: str
    number: str
    kind: str
    field: str
    before: str
    after: str
    section: str
    file: str
    sha256: str


def history_file(folder: Path) -> Path:
    """Where the history stands in a working folder."""
    return folder / FOLDER / "変更履歴.csv"


def read_history(folder: Path) -> tuple[Step, ...]:
    """All steps so far. Raises MasterError where the file is broken."""
    file = history_file(folder)
    if not file.exists():
        return ()
    steps = []
    for line, texts in read_csv(file, HEADINGS):
        day, year = parse_date(texts["日付"]), parse_fiscal_year(texts["年度"])
        if day is None or year is None:
            raise MasterError(file, line, "年度" if day else "日付", "日付か年度として読めません")
        steps.append(Step(day, year, *(texts[heading] for heading in HEADINGS[2:])))
    return tuple(steps)


def add_steps(folder: Path, steps: Sequence[Step]) -> bytes:
    """The history with further steps behind what it holds: the bytes that are there stay as they are."""
    file = history_file(folder)
    rows = [astuple(step) for step in steps]
    if not file.exists():
        return write_csv(HEADINGS, rows)
    before = file.read_bytes()
    return before + (b"" if before.endswith(b"\n") else b"\r\n") + write_lines(rows)
