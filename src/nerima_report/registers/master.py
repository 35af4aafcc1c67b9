"""The masters and their history in the working folder.

registers/<登録簿>.csv has one row for each entry, in the order of their numbers. registers/変更履歴.csv has one line
for each field that changed; lines are only appended. registers/台帳の版.toml has the version of the format of both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from nerima_report import __version__
from nerima_report.edition import Edition
from nerima_report.edition.registers import CONFIRMED, DATES, DEPARTMENT, NUMBER, REGISTERED, SECTION, Register
from nerima_report.edition.toml import read_definition
from nerima_report.errors import MasterError, NewerMasters, newer_version_needed
from nerima_report.files import read_csv, read_file, write_csv, write_lines
from nerima_report.fiscal_year import parse_date, parse_fiscal_year
from nerima_report.registers.entry import Master, RegisterEntry, columns, in_order
from nerima_report.tallies.cell_values import read_field

FOLDER = "registers"
SCHEMA_VERSION = 1
_SHOWN = 40  # characters of the faulty text that a message repeats
_FAULTS = {
    "not-a-number": "人数や件数として読めません（0以上の整数を書きます）",
    "negative": "0より小さい数です",
    "not-whole": "整数ではありません",
    "too-large": "数が大きすぎます",
    "not-a-date": "日付として読めません（2022-04-01 のように書きます）",
    "unknown-choice": "選択肢にないことが書いてあります",
    "not-a-text": "文字として読めません",
    "ditto": "「同上」などの略し書きは使えません",
}
HEADINGS = ("日付", "年度", "登録簿", "番号", "種類", "項目", "変更前", "変更後", "課", "ファイル", "SHA-256")


def master_file(folder: Path, register: Register) -> Path:
    """The file of a master in a working folder."""
    return folder / FOLDER / f"{register.key}.csv"


def keeps_registers(folder: Path) -> bool:
    """Whether the office keeps registers in this working folder."""
    return (folder / FOLDER).is_dir()


def load_masters(folder: Path, edition: Edition) -> dict[str, Master]:
    """The masters of all registers of an edition by key; a master without a file is empty.

    Raises MasterError for a file that is broken, or that a newer version of the program wrote.
    """
    _require_readable(folder)
    registers = [register for part in edition.parts for register in part.registers]
    return {register.key: read_master(master_file(folder, register), register) for register in registers}


def read_master(file: Path, register: Register) -> Master:
    """Read a master, which is empty without a file. Raises MasterError with file, line, column and reason.

    It may lack the columns of fields that were added to the register later (`since`).
    """
    if not file.exists():
        return Master(register)
    lines: dict[str, int] = {}
    entries = []
    added = [field.label for field in register.written if field.since]
    for line, texts in read_csv(file, columns(register), added):
        entry = _entry(_MasterLine(file, line, texts), register)
        if entry.number in lines:
            raise MasterError(file, line, NUMBER, f"番号「{entry.number}」は {lines[entry.number]}行目にもあります")
        lines[entry.number] = line
        entries.append(entry)
    return Master(register, in_order(entries))


class _Written(BaseModel):
    """台帳の版.toml. Keys that newer versions may add are ignored."""

    model_config = ConfigDict(frozen=True, strict=True)

    schema_version: int = Field(ge=1)
    program: str = ""


def version_file(folder: Path) -> Path:
    """The file with the version of the format of masters and history; without it the version is 1."""
    return folder / FOLDER / "台帳の版.toml"


def write_version() -> bytes:
    """The content of that file: the version of the format that this program writes."""
    return (
        "# このフォルダーの台帳と変更履歴（CSV）の形の版。nerima-report が確かめるものなので、直さないでください。\n"
        f'schema_version = {SCHEMA_VERSION}\nprogram = "{__version__}"\n'
    ).encode()


def _require_readable(folder: Path) -> None:
    file = version_file(folder)
    if not file.exists():
        return
    written = read_definition(file, _Written)
    if written.schema_version > SCHEMA_VERSION:
        reason = newer_version_needed(written.schema_version, SCHEMA_VERSION, written.program)
        raise NewerMasters(file, 0, "", reason)


def write_master(master: Master) -> bytes:
    """A master as the bytes of its file; the same entries give the same bytes."""
    rows = (entry.cells(master.register).values() for entry in in_order(master.entries))
    return write_csv(columns(master.register), rows)


@dataclass(frozen=True)
class _MasterLine:
    """A line of the file: its texts by heading."""

    file: Path
    number: int
    texts: Mapping[str, str]

    def refuse(self, column: str, reason: str) -> MasterError:
        text = self.texts[column][:_SHOWN] or "空欄"
        return MasterError(self.file, self.number, column, f"{reason}（あったもの: {text}）")


def _entry(line: _MasterLine, register: Register) -> RegisterEntry:
    texts = line.texts
    if not re.fullmatch(rf"{re.escape(register.mark)}-\d{{4,9}}", texts[NUMBER]):
        raise line.refuse(NUMBER, f"番号は「{register.mark}-0001」の形で書きます")
    if not texts[SECTION]:
        raise line.refuse(SECTION, "課を書いてください")
    year = parse_fiscal_year(texts[CONFIRMED])
    if texts[CONFIRMED] and year is None:
        raise line.refuse(CONFIRMED, "年度として読めません")
    values, (registered, changed, ended) = _values(line, register), _dates(line)
    return RegisterEntry(
        texts[NUMBER], texts[DEPARTMENT], texts[SECTION], values, registered, changed, ended, confirmed=year
    )


def _values(line: _MasterLine, register: Register) -> dict[str, object]:
    values = {}
    for field in register.written:
        reading = read_field(field, line.texts[field.label])
        if reading.status == "reported":
            values[field.label] = reading.value
        elif reading.status != "blank":
            raise line.refuse(field.label, _FAULTS.get(reading.fault, "読めません"))
    return values


def _dates(line: _MasterLine) -> list[date | None]:
    days = {label: parse_date(line.texts[label]) for label in DATES}
    for label, day in days.items():
        if day is None and (line.texts[label] or label == REGISTERED):
            raise line.refuse(label, _FAULTS["not-a-date"])
    given = [(label, day) for label, day in days.items() if day is not None]
    for (first, earlier), (then, later) in pairwise(given):
        if earlier > later:
            raise line.refuse(then, f"「{first}」より前の日です")
    return list(days.values())


@dataclass(frozen=True)
class Step:
    """One change of a field: day, fiscal year, entry, kind of change, field, values, and the file it came from.

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
    """The file of the history in a working folder."""
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
    """The history with further steps appended; the bytes that are there stay as they are."""
    file = history_file(folder)
    rows = [astuple(step) for step in steps]
    if not file.exists():
        return write_csv(HEADINGS, rows)
    before = read_file(file)
    return before + (b"" if before.endswith(b"\n") else b"\r\n") + write_lines(rows)
