"""A case of the case ledger (請求台帳): its row, named by 受付番号 and 枝番, with the limits that it runs under."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from nerima_report.edition import Edition
from nerima_report.edition.ledger import STATE, Ledger
from nerima_report.places import Place
from nerima_report.tallies.model import Entry
from nerima_report.tallies.periods import Periods


@dataclass(frozen=True)
class Case:
    """A case of a list (公開.請求台帳). What it says is asked by the roles of its fields: received, closed, …"""

    table_id: str
    entry: Entry
    periods: Periods

    @property
    def ledger(self) -> Ledger:
        """The definition of its ledger."""
        return self.periods.ledger

    def label(self, role: str) -> str:
        """The field that has a role: 受付日."""
        return str(getattr(self.ledger.roles, role))

    def says(self, role: str) -> Any:
        """What the row says in the field of a role; None where it says nothing, or the ledger has no such field."""
        return self.entry.values.get(self.label(role))

    def day(self, label: str) -> date | None:
        """The day in a field."""
        value = self.entry.values.get(label)
        return value if isinstance(value, date) else None

    def place(self, role: str) -> Place:
        """The cell of the field of a role."""
        return self.entry.place(self.label(role))

    @property
    def number(self) -> str:
        """受付番号 and 枝番, as lists name it: 公開-0012, 公開-0012 枝番2."""
        return case_number(self.says("number"), self.says("branch"))

    @property
    def state(self) -> object:
        """What it is in the report of the year: counted, pending, or nothing of it."""
        return self.entry.values.get(STATE)

    def due(self, on: date) -> date | None:
        """The last day for its decision, while a correction is awaited the earliest that this can be."""
        return self.periods.due(self.periods.at_the_earliest(self.entry.values, on))

    def as_of(self, on: date) -> Case:
        """The case as it stood at the end of a day."""
        return replace(self, entry=replace(self.entry, values=self.periods.as_of(self.entry.values, on)))

    @property
    def is_open(self) -> bool:
        """Whether it is neither decided nor withdrawn."""
        return self.ledger.is_open(self.entry.values)


def case_number(number: object, branch: object) -> str:
    """A 受付番号 with its 枝番 in words.

    >>> case_number("公開-0012", None), case_number("公開-0012", 2), case_number(None, None)
    ('公開-0012', '公開-0012 枝番2', '受付番号なし')
    """
    return f"{number or '受付番号なし'}{f' 枝番{branch}' if branch is not None else ''}"


def number_in_ledger(edition: Edition, table_id: str, entry: Entry) -> str:
    """The 受付番号 of an entry of a ledger: of a case, or of the case that an appeal is about."""
    definition = edition.part_of(table_id).ledger
    roles = definition.roles if definition else None
    return case_number(entry.values.get(roles.number), entry.values.get(roles.branch)) if roles else ""
