"""How long `validate` takes for 20,000 entries of a register in one workbook, beside a bare openpyxl (make bench).

The workbook is the tool's own form of a 課 with that many 外部委託記録票, all of them invented and confirmed; a real
ward has some 600. The memory is to stay bounded: that of the process
that reads the file has a limit of its own (workbooks/limits.py).
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from measuring import bare, compare

from nerima_report.edition import find_edition, load_edition
from nerima_report.edition.registers import ANSWER, AS_BEFORE, Register
from nerima_report.forms import Filling, FormCover, render_form
from nerima_report.places import CellKey
from nerima_report.registers.entry import RegisterEntry, number_of

ENTRIES, RUNS = 20_000, 3
YEAR, TABLE = 2022, "個人.外部委託記録票"
_LETTERS = str.maketrans(
    "0123456789abcdef", "あかさたなはまやらわいきしちにひ"
)  # no digits, in which a number might be seen


def main() -> None:
    """Write the workbook, and run both commands on it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        file = folder / "登録簿.xlsx"
        file.write_bytes(workbook())
        validate = [sys.executable, "-m", "nerima_report", "validate", str(file)]
        title = f"{ENTRIES:,} entries of a register in one workbook ({file.stat().st_size / 2**20:.1f} MB)"
        compare(title, {"bare": bare(folder), "validate": validate}, RUNS)


def workbook() -> bytes:
    """The form of a 課 without a fault: one register, and the table of its numbers; all else is 該当なし."""
    edition = load_edition(find_edition("nerima")).for_year(YEAR)
    register = edition.registers[TABLE]
    counted = edition.part_of(TABLE).table_id(register.counts[0].table)
    others = (frozenset(edition.tables) | frozenset(edition.registers)) - {TABLE, counted}
    counts = {
        CellKey(counted, "", row.label, register.counts[0].column): 0
        for row in edition.count_tables[counted].rows
        if row.label != register.counts[0].row
    }
    rows = [invented_entry(register, number) for number in range(1, ENTRIES + 1)]
    cover = FormCover(YEAR, "福祉部", "管理課", not_applicable=others)
    return render_form(edition, cover, Filling(counts, registers={TABLE: rows}))


def invented_entry(register: Register, number: int) -> dict[str, object]:
    """A row of the sheet: an entry of which no other is nearly the same, confirmed by the 課."""
    day = date(2015, 4, 1) + timedelta(days=number % 2_500)
    name = hashlib.sha256(str(number).encode()).hexdigest()[:16].translate(_LETTERS)
    values: dict[str, object] = {
        field.label: field.choices[0] if field.choices else day if field.type == "date" else f"架空の{name}"
        for field in register.written
        if field.required
    }
    entry = RegisterEntry(number_of(register.mark, number), "福祉部", "管理課", values, registered=day)
    told = {label: value for label, value in entry.cells(register).items() if register.table.field(label)}
    return {**told, ANSWER: AS_BEFORE}


if __name__ == "__main__":
    main()
