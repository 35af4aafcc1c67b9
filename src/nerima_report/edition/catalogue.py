"""The catalogue: what each code of a finding is called, how severe it is, and in which words it is said.

It is read from templates/findings.toml, so that the office can change the words without touching a check.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel, StringConstraints

from nerima_report.edition.notice import Notice
from nerima_report.edition.tables import Definition, Text
from nerima_report.edition.toml import read_definition
from nerima_report.errors import DefinitionError
from nerima_report.findings import SEVERITIES, Finding, Severity, shown_fact

# What a message may ask for: the facts of every finding, and the details that single checks add.
_FACTS = frozenset({
    "expected", "found", "difference", "section", "file", "sheet", "table", "group", "row", "column",
    "about", "code", "heading", "label", "left", "likely", "number", "right", "sheets", "title", "what", "why",
})  # fmt: skip


class FindingDefinition(Definition):
    """An entry of the catalogue of findings: what a code means and what to do about it."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = Field(title="名前")
    severity: Severity = Field(title="重さ")
    message: Text = Field(title="文")
    explanation: Text = Field(title="説明")
    example: Text = Field(title="たとえば")
    hint: Text = Field(title="どうするか")
    basis: Text = Field(title="よりどころ")


class _CatalogueFile(RootModel[dict[str, FindingDefinition]]):
    """findings.toml."""


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

    def notice(self, finding: Finding) -> Notice:
        """The finding in the words of the catalogue."""
        entry = self.codes[finding.code]
        message = _message(finding, entry.message)
        return Notice(finding, entry.name, self.severity(finding), message, entry.hint, entry.basis)

    def notices(self, findings: Iterable[Finding]) -> list[Notice]:
        """The findings in the words of the catalogue, the most severe first."""
        return [self.notice(finding) for finding in self.order(findings)]

    def is_error(self, finding: Finding) -> bool:
        """Whether the finding stops the report: an error that nobody explained."""
        return self.severity(finding) == "error" and finding.explained is None

    def order(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings by severity, then in the order in which the checks yielded them."""
        return sorted(findings, key=lambda finding: SEVERITIES.index(self.severity(finding)))


def _message(finding: Finding, template: str) -> str:
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
    return template.format_map(facts | dict(finding.details))


def load_catalogue(file: Path, required: Iterable[str] = ()) -> Catalogue:
    """Read findings.toml. Raises DefinitionError with file, code and reason; every required code must be there."""
    codes = read_definition(file, _CatalogueFile).root
    for code in required:
        if code not in codes:
            raise DefinitionError(file, code, "このコードの説明がありません。消さずに、文や重さだけを変えてください")
    for code, definition in codes.items():
        _check_message(file, code, definition.message)
    return Catalogue(file, codes)


def _check_message(file: Path, code: str, message: str) -> None:
    try:
        names = [name for _, name, spec, conversion in string.Formatter().parse(message) if name or spec or conversion]
    except ValueError:
        raise DefinitionError(file, f"{code}.message", "波かっこが閉じていません") from None
    for name in names:
        if name not in _FACTS:
            raise DefinitionError(file, f"{code}.message", f"{{{name}}} という差し込みはありません")
