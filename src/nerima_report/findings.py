"""Findings: what is wrong, where, what was expected and what was found. Bad data is a value.

A check yields a Finding with a code and the facts; the catalogue (templates/findings.toml) gives the
code its name, severity and words, so that the office can change them without touching a check.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import RootModel

from nerima_report.definitions import CellKey, FindingDefinition, Severity
from nerima_report.errors import DefinitionError
from nerima_report.toml_files import read_definition

# What a message may ask for: the facts of every finding, and the details that single checks add.
_FACTS = frozenset({
    "expected", "found", "difference", "section", "file", "sheet", "table", "group", "row", "column",
    "about", "code", "heading", "label", "left", "likely", "number", "right", "sheets", "title", "what", "why",
})  # fmt: skip


class _CatalogueFile(RootModel[dict[str, FindingDefinition]]):
    """findings.toml."""


SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice")
SEVERITY_NAMES: dict[Severity, str] = {"error": "エラー", "warning": "警告", "notice": "お知らせ"}


@dataclass(frozen=True)
class Place:
    """Where something stands: in a file (sheet and cell, or line) and in the definitions (table, row, column)."""

    section: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    table: str = ""
    group: str = ""
    row: str = ""
    column: str = ""
    line: int | None = None

    @property
    def spot(self) -> str:
        """Where on its sheet or in its file: B5, or 31行目."""
        return self.cell or (f"{self.line}行目" if self.line else "")

    @property
    def part(self) -> str:
        """The part (部) to which the table belongs: 公開."""
        return self.table.partition(".")[0]

    def __str__(self) -> str:
        """The place in one line: 公開_総務課.xlsx ＞ 公開.処理状況 ＞ C6（全部公開・件数）."""
        inner = "・".join(text for text in (self.group, self.row, self.column) if text)
        cell = f"{self.cell}（{inner}）" if self.cell and inner else self.cell or inner
        steps = [self.file or self.section, self.sheet or self.table, cell]
        return " ＞ ".join(step for step in steps if step)


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

    `most` is how many of them are told to the clerk, `remarks` what else is said.
    """

    suggestions: tuple[Suggestion, ...] = ()
    most: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[Suggestion, ...]:
        """The suggestions that are told to the clerk."""
        return self.suggestions[: self.most]

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentences for the clerk."""
        return (*(suggestion.message for suggestion in self.told), *self.remarks)


@dataclass(frozen=True)
class Finding:
    """One fault: a permanent code (N401), its place, and the facts that its message needs.

    `expected`, `found` and `difference` are counts in the unit of the column, or texts; `related` are
    the other places that the check looked at; `details` fill the placeholders of the message; `advice` is
    what may be the cause, said once where several findings have the same.
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


@dataclass(frozen=True)
class Catalogue:
    """The definitions of all codes, read from findings.toml."""

    file: Path
    codes: Mapping[str, FindingDefinition]

    def severity(self, finding: Finding) -> Severity:
        """The severity of a finding: its own (set by a definition), or that of its code."""
        return finding.severity or self.codes[finding.code].severity

    def with_severities(self, severities: Mapping[str, Severity]) -> Catalogue:
        """The catalogue with the severities that an edition sets."""
        changed = {code: self.codes[code].model_copy(update={"severity": s}) for code, s in severities.items()}
        return replace(self, codes={**self.codes, **changed})

    def message(self, finding: Finding) -> str:
        """What is wrong, in one polite Japanese sentence."""
        place = finding.place
        facts = dict.fromkeys(_FACTS, "") | {
            "expected": shown_fact(finding.expected),
            "found": shown_fact(finding.found),
            "difference": shown_fact(finding.difference, signed=True),
            "section": place.section,
            "file": place.file,
            "sheet": place.sheet,
            "table": place.table,
            "group": place.group,
            "row": f"{place.group} {place.row}".strip() or place.table,
            "column": place.column,
        }
        return self.codes[finding.code].message.format_map(facts | dict(finding.details))

    def is_error(self, finding: Finding) -> bool:
        """Whether the finding stops the report: an error that nobody explained."""
        return self.severity(finding) == "error" and finding.explained is None

    def order(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings by severity, then in the order in which the checks yielded them."""
        return sorted(findings, key=lambda finding: SEVERITIES.index(self.severity(finding)))


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


def load_catalogue(file: Path, required: Iterable[str] = ()) -> Catalogue:
    """Read findings.toml. Raises DefinitionError with file, code and reason; every required code must be there."""
    codes = read_definition(file, _CatalogueFile).root
    for code in required:
        if code not in codes:
            raise DefinitionError(file, code, "このコードの説明がありません。消さずに、文や重さだけを変えてください")
    for code, definition in codes.items():
        _check_message(file, code, definition.message)
    return Catalogue(file, codes)


def cell_place(key: CellKey, line: int | None = None, **where: str) -> Place:
    """The place of a cell of the report, and where it stands in a file if that is known."""
    return Place(table=key.table, group=key.group, row=key.row, column=key.column, line=line, **where)


def _check_message(file: Path, code: str, message: str) -> None:
    try:
        names = [name for _, name, spec, conversion in string.Formatter().parse(message) if name or spec or conversion]
    except ValueError:
        raise DefinitionError(file, f"{code}.message", "波かっこが閉じていません") from None
    for name in names:
        if name not in _FACTS:
            raise DefinitionError(file, f"{code}.message", f"{{{name}}} という差し込みはありません")


def shown_fact(value: int | str | None, *, signed: bool = False) -> str:
    """What was expected or found, as a sentence shows it: 1,234, +5, or the text itself."""
    if isinstance(value, int):
        return f"{value:+,}" if signed else f"{value:,}"
    return value or ""
