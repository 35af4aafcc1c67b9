"""Findings: what is wrong, where, what was expected and what was found. Bad data is a value.

A check yields a Finding with a code and the facts; the catalogue (templates/findings.toml) gives the
code its name, severity and words, so that the office can change them without touching a check.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from nerima_report.definitions import CellKey, FindingDefinition, Severity
from nerima_report.errors import DefinitionError

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice")
SEVERITY_NAMES: dict[Severity, str] = {"error": "エラー", "warning": "警告", "notice": "お知らせ"}


@dataclass(frozen=True)
class Place:
    """Where something stands: in a file (sheet, cell) and in the definitions (table, row, column)."""

    section: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    table: str = ""
    group: str = ""
    row: str = ""
    column: str = ""

    @property
    def part(self) -> str:
        """The part (部) to which the table belongs: 公開."""
        return self.table.partition(".")[0]

    def __str__(self) -> str:
        """The place in one line: 公開_総務課.xlsx ＞ 公開.処理状況 ＞ C6（全部公開・件数）."""
        inner = "・".join(text for text in (self.group, self.row, self.column) if text)
        sheet = self.sheet or self.table
        steps = [self.file or self.section, sheet, self.cell + (f"（{inner}）" if inner else "")]
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

    def answers(self, finding: Finding, fiscal_year: int) -> bool:
        """Whether this explanation is about the finding: same code, place and exact difference."""
        place = finding.place
        return (
            self.code == finding.code
            and self.difference == finding.difference
            and (self.until is None or fiscal_year <= self.until)
            and all(
                not wanted or wanted == found
                for wanted, found in (
                    (self.section, place.section),
                    (self.table, place.table),
                    (self.row, place.row),
                    (self.column, place.column),
                )
            )
        )


@dataclass(frozen=True)
class Finding:
    """One fault: a permanent code (N401), its place, and the facts that its message needs.

    `expected`, `found` and `difference` are counts in the unit of the column, or texts; `related` are
    the other places that the check looked at; `details` fill the placeholders of the message.
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


@dataclass(frozen=True)
class Catalogue:
    """The definitions of all codes, read from findings.toml."""

    file: Path
    codes: Mapping[str, FindingDefinition]

    def severity(self, finding: Finding) -> Severity:
        """The severity of a finding: its own (set by a definition), or that of its code."""
        return finding.severity or self.codes[finding.code].severity

    def message(self, finding: Finding) -> str:
        """What is wrong, in one polite Japanese sentence."""
        place = finding.place
        facts = {
            "expected": shown_fact(finding.expected),
            "found": shown_fact(finding.found),
            "difference": shown_fact(finding.difference, signed=True),
            "section": place.section,
            "file": place.file,
            "sheet": place.sheet,
            "table": place.table,
            "group": place.group,
            "row": f"{place.group} {place.row}".strip(),
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


def load_catalogue(file: Path) -> Catalogue:
    """Read findings.toml. Raises DefinitionError with file, code and reason."""
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DefinitionError(file, "", f"読み込めません（{error}）") from None
    codes = {}
    for code, entry in data.items():
        try:
            codes[code] = FindingDefinition.model_validate(entry)
            _check_message(codes[code].message)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(step) for step in (code, *first["loc"]))
            raise DefinitionError(file, key, str(first["msg"])) from None
        except ValueError as error:
            raise DefinitionError(file, f"{code}.message", str(error)) from None
    return Catalogue(file, codes)


def cell_place(key: CellKey, **where: str) -> Place:
    """The place of a cell of the report, and where it stands in a file if that is known."""
    return Place(table=key.table, group=key.group, row=key.row, column=key.column, **where)


def _check_message(message: str) -> None:
    for _, name, spec, conversion in string.Formatter().parse(message):
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise ValueError(f"差し込み {{{name}}} の書き方が正しくありません")


def shown_fact(value: int | str | None, *, signed: bool = False) -> str:
    """What was expected or found, as a sentence shows it: 1,234, +5, or the text itself."""
    if isinstance(value, int):
        return f"{value:+,}" if signed else f"{value:,}"
    return value or ""
