"""Findings: what is wrong, where, what was expected and what was found. Bad data is a value.

A check yields a Finding with a code and the facts; the catalogue (edition/catalogue.py) gives the code its
name, severity and words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from nerima_report.places import Place

Severity = Literal["error", "warning", "notice"]


REASON_TO_WRITE = "ここに理由を書く"  # stands in an answer that is offered, until somebody writes the reason
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice")
SEVERITY_NAMES: dict[Severity, str] = {"error": "エラー", "warning": "警告", "notice": "お知らせ"}


@dataclass(frozen=True)
class Explanation:
    """An `[[explained]]` of nerima-report.toml: the answer to exactly one difference."""

    code: str
    difference: int
    reason: str
    section: str = ""
    table: str = ""
    row: str = ""
    column: str = ""
    note: str = ""
    until: int | None = None

    @property
    def is_between_years(self) -> bool:
        """Whether it is about a finding that only a look at other years yields."""
        return self.code.startswith("N7")

    def answers(self, finding: Finding, fiscal_year: int) -> bool:
        """Whether this explanation is about the finding: same code, place and exact difference, and still valid."""
        valid = self.until is None or fiscal_year <= self.until
        return valid and self.difference == finding.difference and self.concerns(finding)

    def concerns(self, finding: Finding) -> bool:
        """Whether the finding has the code and the place that this explanation names.

        Without a table it is about what is said of no table (a missing year), and not about all tables.
        """
        place = finding.place
        named = ((self.section, place.section), (self.row, place.row), (self.column, place.column))
        same = (self.code, self.table) == (finding.code, place.table)
        return same and all(not wanted or wanted == found for wanted, found in named)


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
    findings: Iterable[Finding], explanations: Iterable[Explanation], fiscal_year: int
) -> tuple[list[Finding], list[Explanation]]:
    """Attach to each finding the explanation that answers it; also give back the unused ones."""
    unused = list(explanations)
    known = tuple(unused)
    explained = []
    for finding in findings:
        answer = next((e for e in known if e.answers(finding, fiscal_year)), None)
        if answer in unused:
            unused.remove(answer)
        explained.append(replace(finding, explained=answer) if answer else finding)
    return explained, unused


def shown_fact(value: int | str | None, *, signed: bool = False) -> str:
    """What was expected or found, as a sentence shows it: 1,234, +5, or the text itself."""
    if isinstance(value, int):
        return f"{value:+,}" if signed else f"{value:,}"
    return value or ""
