"""Returned 確認表 against the case ledger: signed, without corrections, and saying what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nerima_report.edition.confirmation import CASES, CORRECTION, COUNTED, COUNTS
from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.tallies.cases import case_number
from nerima_report.tallies.cell_values import shown
from nerima_report.tallies.collection import Collection, on_cover
from nerima_report.tallies.confirmations import Confirmation, Rows, rows_for
from nerima_report.tallies.ledger import CaseLedger
from nerima_report.tallies.model import Entry

_Name = tuple[Any, ...]
_UNSIGNED = ("担当者", "記入日")


def confirmations_agree(ledger: CaseLedger, collection: Collection) -> Iterator[Finding]:
    """Every returned 確認表 is signed, corrects nothing, and shows what the ledger says today."""
    for confirmation in collection.confirmations:
        yield from _unsigned(confirmation)
        expected = rows_for(ledger, confirmation.submission.section)
        for part, own in ((table_id.partition(".")[0], own) for table_id, own in ledger.edition.ledgers.items()):
            cases = _List(CASES, (own.roles.number, own.roles.branch))
            for list_ in (cases, _List(COUNTS, COUNTED)):
                yield from _differences(confirmation, part, list_, expected)


def _unsigned(confirmation: Confirmation) -> Iterator[Finding]:
    submission = confirmation.submission
    missing = [label for label, text in zip(_UNSIGNED, (submission.person, submission.day), strict=True) if not text]
    if missing:
        yield Finding("N660", on_cover(submission, missing[0]), details={"about": "と".join(missing)})


def _differences(confirmation: Confirmation, part: str, list_: _List, expected: Rows) -> Iterator[Finding]:
    """Where a list of the 確認表 says something else than the ledger does today."""
    wanted = {list_.name_of(row): row for row in expected[f"{part}.{list_.key}"]}
    seen = set()
    for of_part, entry in confirmation.rows(list_.key):
        if of_part != part:
            continue
        name = list_.name_of(entry.values)
        if entry[CORRECTION]:
            yield list_.finding("N661", entry.place(CORRECTION), name, str(entry[CORRECTION]))
        if name in wanted:
            seen.add(name)
            yield from _changed(entry, wanted[name], list_, name)
        elif any(value is not None for value in name):
            yield list_.finding("N663", entry.place(list_.named_by[0]), name)
    for name in wanted:
        if name not in seen:
            yield list_.finding("N664", on_cover(confirmation.submission, "課"), name)


def _changed(entry: Entry, expected: Mapping[str, object], list_: _List, name: _Name) -> Iterator[Finding]:
    """The first field of a row that is not as in the ledger."""
    for label, value in expected.items():
        found = entry.values.get(label)
        if found != value:
            finding = list_.finding("N662", entry.place(label), name, _said(found))
            yield replace(finding, expected=_said(value))
            return


@dataclass(frozen=True)
class _List:
    """A list of the 確認表: its key, and the fields that name a row of it."""

    key: str
    named_by: tuple[str, ...]

    def name_of(self, row: Mapping[str, object]) -> _Name:
        return tuple(row.get(label) for label in self.named_by)

    def finding(self, code: str, place: Place, name: _Name, found: str | None = None) -> Finding:
        """A finding on a row. Which case it is stands apart from its words, which may be published."""
        about = "この請求" if self.key == CASES else f"「{' '.join(str(text) for text in name if text)}」"
        numbers = (case_number(*name),) if self.key == CASES else ()
        return Finding(code, place, found=found, details={"about": about}, numbers=numbers)


def _said(value: Any) -> str:
    return "空欄" if value is None else shown(value)
