"""How long `validate` takes for a case ledger of 20,000 requests a part, beside openpyxl read_only (make bench).

Every column of both parts is filled in, so this is the largest ledger for which there is room (workbooks/limits.py).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from measuring import bare, compare

from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.edition.ledger import Ledger
from nerima_report.forms.ledger import LedgerFilling, render_ledger
from nerima_report.workbooks.limits import MAX_LEDGER_ROWS

FISCAL_YEAR, RUNS = 2026, 3
# The days of a request as they follow each other, and answers with which no field need be blank.
_IN_ORDER = (
    "受付日", "本人確認の日", "補正を求めた日", "補正された日", "延長の通知日", "第三者照会の日", "意見書の提出期限",
    "意見書の日", "決定・取下げ日", "第三者への通知の日", "公開の日", "開示の日",
)  # fmt: skip
_ANSWERS = ("部分公開", "部分開示", "法定代理人", "反対でない", "条例第13条第1項", "期限の延長")


def main() -> None:
    """Write the ledger, and run both commands on it."""
    edition = load_edition(find_edition("nerima"))
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / f"{FISCAL_YEAR}.xlsx"
        file.write_bytes(full_ledger(edition, FISCAL_YEAR, MAX_LEDGER_ROWS))
        validate = [sys.executable, "-m", "nerima_report", "validate", str(file)]
        title = f"a ledger of {MAX_LEDGER_ROWS:,} requests a part, {file.stat().st_size / 2**20:.1f} MB"
        compare(title, {"bare": bare(file.parent), "validate": validate}, RUNS)


def full_ledger(edition: Edition, fiscal_year: int, rows: int) -> bytes:
    """A ledger with so many requests in each part, and something in each of their cells."""
    ledgers = edition.for_year(fiscal_year).ledgers
    filled = {key: [_row(ledger, number, fiscal_year) for number in range(rows)] for key, ledger in ledgers.items()}
    return render_ledger(edition, fiscal_year, LedgerFilling(filled))


def _row(ledger: Ledger, number: int, fiscal_year: int) -> Mapping[str, object]:
    """A request with something in every field, and without a fault: granted in part, to somebody's representative."""
    received = date(fiscal_year, 4, 1) + timedelta(days=number % 330)
    values: dict[str, object] = {}
    for field in ledger.table.fields:
        if field.type == "date":
            values[field.label] = received + timedelta(days=5 * _IN_ORDER.index(field.label))
        elif field.type == "choice":
            values[field.label] = next((answer for answer in _ANSWERS if answer in field.choices), field.choices[0])
        elif field.type == "order":
            values[field.label] = 1
        else:
            own = field.label in (ledger.roles.number, ledger.roles.requester)
            values[field.label] = f"{field.label}{number if own else number % 500}"
    return values


if __name__ == "__main__":
    main()
