"""The 確認表: what a 課 is shown of the case ledger, to confirm or to correct, as an edition of its own.

It has two lists for each part: the cases of the 課, and the numbers that are counted from them. Everything is filled
in by the tool but the column 訂正, so a returned one is read and checked as any form is.
"""

from __future__ import annotations

from dataclasses import replace

from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.edition.ledger import DAYS, STATE, STATES, Ledger
from nerima_report.edition.ledger_texts import ConfirmationTexts
from nerima_report.edition.part import Part

CASES, COUNTS = "確認", "件数の確認"  # the keys of the two lists
CORRECTION = "訂正"
COUNTED = ("表", "区分", "行", "列")  # what names a number, as CellKey does
NUMBER = "数"


def of_confirmations(edition: Edition) -> Edition:
    """The edition of a 確認表; `edition` is narrowed to the year."""
    texts = edition.ledger_texts.confirmation
    words = edition.form_texts.model_copy(update={"title": texts.title, "cover": texts.cover})
    view = edition.of_ledgers()
    parts = tuple(replace(part, tables=_lists(part, texts), read_ledger=lambda: None) for part in view.parts)
    return replace(view, parts=parts, own_form_texts=words, is_of_ledgers=False)


def shown_fields(ledger: Ledger) -> tuple[str, ...]:
    """The fields of a case that a 課 is shown: its number, and what ledger.toml names."""
    roles = ledger.roles
    return tuple(dict.fromkeys((roles.number, roles.branch, *ledger.confirmed)))


def _lists(part: Part, texts: ConfirmationTexts) -> dict[str, EntryTable]:
    assert part.ledger is not None  # noqa: S101 (`of_ledgers` leaves no other part)
    correction = EntryField(label=CORRECTION, type="text", required=False, rule=texts.correction)
    fields = {field.label: field for field in part.ledger.table.fields}
    shown = [fields[label] for label in shown_fields(part.ledger)]
    unconditional = {"required": False, "required_when": (), "blank_when": (), "rule": "", "example": ""}
    cases = EntryTable(
        kind="entries",
        key=CASES,
        title=texts.cases,
        legal_basis=part.ledger.legal_basis,
        instruction=texts.cases_instruction,
        fields=(
            *(field.model_copy(update=unconditional) for field in shown),
            EntryField(label=DAYS, type="count", unit="日", required=False),
            EntryField(label=STATE, type="choice", choices=STATES, required=False),
            correction,
        ),
    )
    counts = EntryTable(
        kind="entries",
        key=COUNTS,
        title=texts.counts,
        legal_basis=part.ledger.legal_basis,
        instruction=texts.counts_instruction,
        fields=(
            *(EntryField(label=label, type="text", required=False) for label in COUNTED),
            EntryField(label=NUMBER, type="order", required=False),
            correction,
        ),
    )
    return {table.key: table for table in (cases, counts)}
