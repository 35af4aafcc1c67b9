"""Findings: what is wrong, where, what was expected and what was found. Bad data is a value.

A check yields a Finding with a code and the facts; the catalogue (edition/catalogue.py) gives the code its
name, severity and words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Literal, NamedTuple

from nerima_report.places import Place
from nerima_report.text import plain

Severity = Literal["error", "warning", "notice"]


REASON_TO_WRITE = "ここに理由を書く"  # stands in an answer that is offered, until somebody writes the reason
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice")
SEVERITY_NAMES: dict[Severity, str] = {"error": "エラー", "warning": "警告", "notice": "お知らせ"}


class Whole(NamedTuple):
    """How the body as a whole is called in findings (区全体), and the files that speak for it."""

    name: str = ""
    files: frozenset[str] = frozenset()


NO_WHOLE = Whole()


@dataclass(frozen=True)
class Explanation:
    """An `[[explained]]` of nerima-report.toml: the answer to exactly one difference.

    It names the place as the finding does; `cell` where neither row nor column tells two of them apart, `other` the
    table with which the place was compared. It holds in one `year` only, or in all years `until` one.
    """

    code: str
    difference: int
    reason: str
    section: str = ""
    table: str = ""
    group: str = ""
    row: str = ""
    column: str = ""
    cell: str = ""
    other: str = ""
    note: str = ""
    until: int | None = None
    year: int | None = None

    @property
    def is_between_years(self) -> bool:
        """Whether it is about a finding that only a look at other years yields."""
        return self.code.startswith("N7")

    def is_valid(self, fiscal_year: int) -> bool:
        """Whether it still holds in a fiscal year."""
        return self.year in (None, fiscal_year) and (self.until is None or fiscal_year <= self.until)

    def answers(self, finding: Finding, fiscal_year: int, whole: Whole = NO_WHOLE) -> bool:
        """Whether this explanation is about the finding: same code, place and exact difference, and still valid."""
        return self.is_valid(fiscal_year) and self.difference == finding.difference and self.concerns(finding, whole)

    def concerns(self, finding: Finding, whole: Whole = NO_WHOLE) -> bool:
        """Whether the finding has the code and the place that this explanation names.

        Without a table it is about what is said of no table (a missing year), and not about all tables.
        """
        return self.code == finding.code and self.names(finding.place, other_table(finding), whole)

    def names(self, place: Place, other: str, whole: Whole = NO_WHOLE) -> bool:
        """Whether it names this place, however its labels are written."""
        said = ((self.group, place.group), (self.row, place.row), (self.column, place.column),
                (self.cell, place.cell), (self.other, other))  # fmt: skip
        same = plain(self.table) == plain(place.table) and all(not w or plain(w) == plain(f) for w, f in said)
        return same and self.names_section_of(place, whole)

    def names_section_of(self, place: Place, whole: Whole = NO_WHOLE) -> bool:
        """Whether it means the 課 of a place, or the whole: by its name, with its 部 or without, or by the file."""
        wanted, own, file = plain(self.section), plain(place.section), plain(place.file)
        if not wanted or wanted in (own, file, PurePath(file).name, PurePath(file).stem):
            return True
        if wanted == plain(whole.name) or _WHOLE.fullmatch(wanted):
            return place.section == whole.name or place.file in whole.files
        return own.endswith(wanted) and own.removesuffix(wanted).endswith(_ABOVE_A_SECTION)

    def is_exact(self, finding: Finding, whole: Whole = NO_WHOLE) -> bool:
        """Whether it says all that tells the finding from others, and nothing in another way than the finding."""
        return self.place_in_settings == place_in_settings(finding, whole)

    @property
    def place_in_settings(self) -> dict[str, str]:
        """The place that it names, without what is empty."""
        return {key: text for key in PLACE_IN_SETTINGS if (text := getattr(self, key))}


PLACE_IN_SETTINGS = ("section", "table", "group", "row", "column", "cell", "other")
# The words for a body as a whole, whatever it is: 全体, 区全体, 消防組合全体, ひばり市全体; but not 福祉部全体.
_WHOLE = re.compile("(?:.*(?:[区市町村都道府県]|組合|連合|団体|企業団|議会))?全体")
# How the names of what a 課 belongs to end: 総務部, 会計管理室, 教育委員会事務局; of a 係, 総務課.
_ABOVE_A_SECTION = ("部", "局", "室", "院", "会", "所", "課", "署")


def place_in_settings(finding: Finding, whole: Whole = NO_WHOLE) -> dict[str, str]:
    """The place of a finding as an `[[explained]]` names it, so that it is about this one alone."""
    place = finding.place
    texts = {
        "section": whole.name if place.file in whole.files else place.section,
        "table": place.table,
        "group": place.group,
        "row": place.row,
        "column": place.column,
        "cell": "" if place.row else place.cell,
        "other": other_table(finding),
    }
    return {key: text for key, text in texts.items() if text}


def other_table(finding: Finding) -> str:
    """The table with which a place was compared; '' where it was compared within its own, or with nothing."""
    return next((p.table for p in finding.related if p.table and p.table != finding.place.table), "")


@dataclass(frozen=True)
class SuggestedCell:
    """A cell that may be at fault: what stands there, the number that is likely meant, and which ones would do.

    `least` and `most` are the first and the last number (件, 人) that would do; `most` is None where there is no last.
    `message` is what is said to the cell.
    """

    place: Place
    found: str
    value: int
    least: int
    most: int | None
    message: str


@dataclass(frozen=True)
class Suggestion:
    """A change that would make every check hold: its cells, the kind of slip it undoes ('' for none), the sentence."""

    cells: tuple[SuggestedCell, ...]
    reason: str
    message: str


@dataclass(frozen=True)
class Advice:
    """What may be the cause of a finding: every smallest change that would do, the likeliest first.

    `likely` is how many of them are told to the clerk, because each is likelier than the next; `remarks` is what else
    is said. `alike` are the cells of which one is wrong where nothing tells the first changes apart: then none is told.
    """

    suggestions: tuple[Suggestion, ...] = ()
    likely: int = 0
    remarks: tuple[str, ...] = ()
    alike: tuple[Place, ...] = ()

    @property
    def told(self) -> tuple[Suggestion, ...]:
        """The suggestions that are told to the clerk."""
        return self.suggestions[: self.likely]

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentences for the clerk."""
        return (*(suggestion.message for suggestion in self.told), *self.remarks)


@dataclass(frozen=True)
class Finding:
    """One fault: a permanent code (N401), its place, and the facts that its message needs.

    `expected`, `found` and `difference` are counts in the unit of the column, or texts; `related` are
    the other places that the check looked at; `details` fill the placeholders of the message; `advice` is
    what may be the cause, said once where several findings have the same: these bear the name of one `problem`.
    `numbers` are those of the case ledger (受付番号, 請求者番号) that it is about: only the office is shown them, never
    what goes back to a 課 or lies beside a report.
    """

    code: str
    place: Place = field(default_factory=Place)
    expected: int | str | None = None
    found: int | str | None = None
    difference: int | None = None
    related: tuple[Place, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    severity: Severity | None = None
    explained: Explanation | None = None
    advice: Advice = Advice()
    problem: str = ""
    numbers: tuple[str, ...] = ()


def explain(
    findings: Iterable[Finding],
    explanations: Iterable[Explanation],
    fiscal_year: int,
    whole: Whole = NO_WHOLE,
) -> tuple[list[Finding], list[Explanation]]:
    """Attach to each finding the explanation that answers it; also give back the unused ones.

    One that says exactly where it belongs answers nothing else; one that could mean several 課 answers none of them.
    """
    known, explained = tuple(explanations), list(findings)
    unused = list(known)
    for explanation in known:
        own = [n for n, finding in enumerate(explained) if explanation.answers(finding, fiscal_year, whole)]
        exact = [n for n in own if explanation.is_exact(explained[n], whole)]
        meant = exact or own
        if explanation.section and len({place_in_settings(explained[n], whole).get("section") for n in meant}) > 1:
            continue
        for number in meant:
            if explained[number].explained is None:
                explained[number] = replace(explained[number], explained=explanation)
                unused = [other for other in unused if other is not explanation]
    return explained, unused


def shown_fact(value: int | str | None, *, signed: bool = False) -> str:
    """What was expected or found, as a sentence shows it: 1,234, +5, or the text itself."""
    if isinstance(value, int):
        return f"{value:+,}" if signed else f"{value:,}"
    return value or ""
