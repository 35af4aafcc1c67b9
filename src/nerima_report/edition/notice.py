"""Notices: findings in the words of the catalogue, and their places in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nerima_report.findings import SEVERITY_NAMES, Finding, Severity, shown_fact
from nerima_report.places import Place

EXPLAINED = "説明のある差"


@dataclass(frozen=True)
class Notice:
    """A finding in the words of the catalogue, resolved once for every output.

    `name` is the name of its code (rows-differ-from-total), `hint` what to do about it, `basis` what it rests on.
    """

    finding: Finding
    name: str
    severity: Severity
    message: str
    hint: str
    basis: str

    @property
    def code(self) -> str:
        """The code: N401."""
        return self.finding.code

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.finding.place

    @property
    def is_open(self) -> bool:
        """Whether nobody has explained it."""
        return self.finding.explained is None

    @property
    def is_error(self) -> bool:
        """Whether it stops the report: an error that nobody has explained."""
        return self.severity == "error" and self.is_open

    @property
    def explanation(self) -> str:
        """The reason that somebody gave for it; '' while it is open."""
        return self.finding.explained.reason if self.finding.explained else ""

    @property
    def severity_name(self) -> str:
        """The severity in Japanese: エラー."""
        return SEVERITY_NAMES[self.severity]

    @property
    def label(self) -> str:
        """What to call it: エラー, or 説明のある差 where somebody explained it."""
        return self.severity_name if self.is_open else EXPLAINED

    @property
    def expected(self) -> str:
        """What was expected, as a sentence shows it; '' where that is nothing."""
        return shown_fact(self.finding.expected)

    @property
    def found(self) -> str:
        """What was found, as a sentence shows it; '' where that is nothing."""
        return shown_fact(self.finding.found)

    @property
    def difference(self) -> str:
        """The difference with its sign; '' where there is none."""
        return shown_fact(self.finding.difference, signed=True)

    @property
    def compared(self) -> list[str]:
        """The places that the check looked at besides, in few words."""
        return ranges((place for place in self.finding.related if place.cell or place.section), self.place)

    @property
    def advice(self) -> tuple[str, ...]:
        """What may be its cause, in sentences."""
        return self.finding.advice.lines


def short(place: Place, beside: Place) -> str:
    """A place without what the place beside it says already: 公開.処理状況 B5, or B5."""
    file = place.file.rpartition("/")[2] if place.file != beside.file else ""
    sheet = (place.sheet or place.table) if place.sheet != beside.sheet or file else ""
    cell = place.cell or " ".join(text for text in (place.group, place.row, place.column) if text)
    line = f"{place.line}行目" if place.line else ""
    return " ".join(text for text in (file, line, sheet, cell) if text) or place.table or place.section


def ranges(places: Iterable[Place], beside: Place) -> list[str]:
    """Places in few words: cells below each other as a range (B5〜B13), in the order of the places."""
    named: list[str] = []
    first: Place | None = None
    last: Place | None = None
    for place in places:
        if first is not None and last is not None and _below(last, place):
            named[-1] = f"{short(first, beside)}〜{place.cell}"
        else:
            named.append(short(place, beside))
            first = place
        last = place
    return named


def _below(place: Place, next_place: Place) -> bool:
    """Whether a place is the cell below another."""
    cells = [re.fullmatch(r"([A-Z]+)(\d+)", p.cell) for p in (place, next_place)]
    if cells[0] is None or cells[1] is None or (place.file, place.sheet) != (next_place.file, next_place.sheet):
        return False
    return cells[0][1] == cells[1][1] and int(cells[0][2]) + 1 == int(cells[1][2])
