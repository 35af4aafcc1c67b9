"""Returned 確認表 against the case ledger: signed, without corrections, and saying what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nerima_report.edition.confirmation import CASES, CORRECTION, COUNTED, COUNTS, NUMBER
from nerima_report.findings import Finding
from nerima_report.tallies.cases import case_number
from nerima_report.tallies.cell_values import shown
from nerima_report.tallies.collection import Collection, on_cover
from nerima_report.tallies.confirmations import Confirmation, rows_for
from nerima_report.tallies.ledger import CaseLedger
from nerima_report.tallies.model import Entry

_UNSIGNED = ("担当者", "記入日")


def confirmations_agree(ledger: CaseLedger, collection: Collection) -> Iterator[Finding]:
    """Every returned 確認表 is signed, corrects nothing, and shows what the ledger says today."""
    for confirmation in collection.confirmations:
        yield from _unsigned(confirmation)
        expected = rows_for(ledger, confirmation.submission.section)
        for part, own in ((table_id.partition(".")[0], own) for table_id, own in ledger.edition.ledgers.items()):
            labels = (own.roles.number, own.roles.branch)
            yield from _differences(confirmation, part, CASES, labels, expected[f"{part}.{CASES}"])
            yield from _differences(confirmation, part, COUNTS, COUNTED, expected[f"{part}.{COUNTS}"])


def _unsigned(confirmation: Confirmation) -> Iterator[Finding]:
    submission = confirmation.submission
    missing = [label for label, text in zip(_UNSIGNED, (submission.person, submission.day), strict=True) if not text]
    if missing:
        yield Finding("N660", on_cover(submission, missing[0]), details={"about": "と".join(missing)})


def _differences(
    confirmation: Confirmation,
    part: str,
    key: str,
    named_by: tuple[str, ...],
    expected: Any,
) -> Iterator[Finding]:
    wanted = {tuple(row.get(label) for label in named_by): row for row in expected}
    seen = set()
    for of_part, entry in confirmation.rows(key):
        if of_part != part:
            continue
        name = tuple(entry.values.get(label) for label in named_by)
        about = _named(key, name)
        if entry[CORRECTION]:
            yield Finding("N661", entry.place(CORRECTION), found=str(entry[CORRECTION]), details={"about": about})
        if name in wanted:
            seen.add(name)
            yield from _changed(entry, wanted[name], about)
        elif any(value is not None for value in name):
            yield Finding("N663", entry.place(named_by[0]), details={"about": about})
    for name in wanted:
        if name not in seen:
            place = on_cover(confirmation.submission, "課")
            yield Finding("N664", place, details={"about": _named(key, name)})


def _changed(entry: Entry, expected: Mapping[str, object], about: str) -> Iterator[Finding]:
    """The first field of a row that is not as in the ledger."""
    for label, value in expected.items():
        if entry.values.get(label) != value:
            found = entry.values.get(label)
            yield Finding(
                "N662",
                entry.place(label),
                expected=_said(value),
                found=_said(found),
                details={"about": about, "column": label},
            )
            return


def _named(key: str, name: tuple[Any, ...]) -> str:
    if key == CASES:
        return case_number(*name)
    return " ".join(str(text) for text in name if text)


def _said(value: Any) -> str:
    return "空欄" if value is None else shown(value)


__all__ = ["NUMBER", "confirmations_agree"]
