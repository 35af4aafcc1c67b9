"""The catalogue (templates/findings.toml) and its notices: findings in the words that the catalogue gives each code.

The words are data, so that the office can change them without touching a check.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel, StringConstraints

from nerima_report.edition.definition import Definition, Text
from nerima_report.edition.municipality import Words
from nerima_report.edition.toml import read_definition
from nerima_report.errors import DefinitionError
from nerima_report.findings import SEVERITIES, SEVERITY_NAMES, Finding, Severity, shown_fact
from nerima_report.places import Place
from nerima_report.text import plain

# The placeholders of messages (the facts of every finding, and the details that some checks add), each with what it may
# be: so `explain` fills it where the code has no `sample` of its own.
_FACTS = {
    "expected": "42", "found": "43", "difference": "+1", "section": "福祉部管理課", "file": "12_福祉部管理課.xlsx",
    "sheet": "公開.処理状況", "table": "公開.処理状況", "group": "開示請求", "row": "全部公開", "column": "件数",
    "about": "公開.処理状況", "code": "N302", "heading": "件数", "label": "年度", "left": "公開.内容別", "likely": "",
    "number": "3", "right": "公開.処理状況", "sheets": "公開.処理状況", "title": "公開請求処理状況", "what": "行",
    "why": "どちらも、同じ請求を数えたものです",
}  # fmt: skip
MOST_NUMBERS = 20  # of the case ledger that a notice names
EXPLAINED = "説明のある差"
WITHHELD = "…"  # stands in a letter for a text that somebody wrote
_NUMBER = re.compile(r"「?[-+]?[0-9][0-9,.]{0,8}[^\W\d]?」?")  # 12, 4.5, 12人; no number of a telephone or a person


class FindingDefinition(Definition):
    """An entry of the catalogue of findings: what a code means and what to do about it.

    `hint` is what the coordinator reads, `for_section` what the 課 reads instead; a code that is `office_only` never
    goes to a 課. `sample` are facts with which `explain` shows the message. `unquoted` are those that may be texts
    which somebody wrote: a letter repeats of them only numbers.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] = Field(title="名前")
    severity: Severity = Field(title="重さ")
    office_only: bool = Field(title="課に返さない", default=False)
    unquoted: tuple[str, ...] = Field(title="手紙に書き写さない差し込み", default=())
    message: Text = Field(title="文")
    sample: dict[str, str] = Field(title="文の例に入れる値", default_factory=dict)
    explanation: Text = Field(title="説明")
    example: Text = Field(title="たとえば")
    hint: Text = Field(title="どうするか")
    for_section: Text | None = Field(title="課に伝えるとき", default=None)
    basis: Text = Field(title="よりどころ")
    may_differ: bool = Field(title="正しいこともある差", default=False)
    needs_note: bool = Field(title="説明のある差には、印刷する注が要るか", default=False)

    @property
    def example_message(self) -> str:
        """The message with facts as they may be."""
        return self.message.format_map(_FACTS | self.sample)


class _CatalogueFile(RootModel[dict[str, FindingDefinition]]):
    """findings.toml."""


@dataclass(frozen=True)
class Catalogue:
    """The definitions of all codes, read from findings.toml, in the words of a body."""

    file: Path
    codes: Mapping[str, FindingDefinition]
    words: Words

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
        for_section = "" if entry.office_only else entry.for_section or entry.hint
        words = (entry.name, self.severity(finding), message, entry.hint, entry.basis, for_section)
        in_letters = _message(finding, entry.message, entry.unquoted) if for_section else ""
        return Notice(finding, *words, in_letters=in_letters, may_differ=entry.may_differ)

    def notices(self, findings: Iterable[Finding]) -> list[Notice]:
        """The findings in the words of the catalogue, the most severe first."""
        return [self.notice(finding) for finding in self.order(findings)]

    def is_error(self, finding: Finding) -> bool:
        """Whether the finding stops the report: an error that nobody explained."""
        return self.severity(finding) == "error" and finding.explained is None

    def order(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings by severity, then in the order in which the checks yielded them."""
        return sorted(findings, key=lambda finding: SEVERITIES.index(self.severity(finding)))


def _message(finding: Finding, template: str, unquoted: Iterable[str] = ()) -> str:
    """The message of a finding: one polite Japanese sentence, in which `unquoted` facts say nothing but numbers."""
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
    facts |= finding.details
    return template.format_map(facts | {name: _without_text(facts[name]) for name in unquoted})


def _without_text(fact: str) -> str:
    return fact if not fact or _NUMBER.fullmatch(plain(fact)) else WITHHELD


def load_catalogue(file: Path, words: Words, required: Iterable[str] = ()) -> Catalogue:
    """Read findings.toml, with the `words` of a body in it. Raises DefinitionError with file, code and reason.

    Every required code must be there.
    """
    codes = read_definition(file, _CatalogueFile, words.into).root
    for code in required:
        if code not in codes:
            raise DefinitionError(file, code, "このコードの説明がありません。消さずに、文や重さだけを変えてください")
    for code, definition in codes.items():
        _check_message(file, code, definition)
    return Catalogue(file, codes, words)


def _check_message(file: Path, code: str, definition: FindingDefinition) -> None:
    try:
        parsed = string.Formatter().parse(definition.message)
        names = [name for _, name, spec, conversion in parsed if name or spec or conversion]
    except ValueError:
        raise DefinitionError(file, f"{code}.message", "波かっこが閉じていません") from None
    for name in names:
        if name not in _FACTS:
            raise DefinitionError(file, f"{code}.message", f"{{{name}}} という差し込みはありません")
    for key, used in (("sample", definition.sample), ("unquoted", definition.unquoted)):
        for name in used:
            if name not in names:
                raise DefinitionError(file, f"{code}.{key}", f"文に {{{name}}} という差し込みはありません")


@dataclass(frozen=True)
class Notice:
    """A finding in the words of the catalogue, resolved once for every output.

    `name` is the name of its code (rows-differ-from-total), `hint` what to do about it, `basis` what it rests on,
    `for_section` what the 課 is told to do, `in_letters` the message without texts that somebody wrote; '' where that
    is no business of a 課.
    `evidence` are the checks that failed because of one wrong number, this one first, where they are told together;
    `alike` are the same notices on other workbooks, this one first, where they are told together. `may_differ`: two
    numbers that somebody may explain.
    """

    finding: Finding
    name: str
    severity: Severity
    message: str
    hint: str
    basis: str
    for_section: str = ""
    in_letters: str = ""
    evidence: tuple[Notice, ...] = ()
    alike: tuple[Notice, ...] = ()
    may_differ: bool = False

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
    def goes_back(self) -> bool:
        """Whether the 課 has to do something about it: no mere notice, not explained, no business of the office."""
        return self.is_open and self.severity != "notice" and bool(self.for_section)

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
        """The severity in Japanese, or 説明のある差 where somebody explained it."""
        return self.severity_name if self.is_open else EXPLAINED

    @property
    def expected(self) -> str:
        """What was expected, as text; '' if nothing."""
        return shown_fact(self.finding.expected)

    @property
    def found(self) -> str:
        """What was found, as text; '' if nothing."""
        return shown_fact(self.finding.found)

    @property
    def difference(self) -> str:
        """The difference with its sign; '' where there is none."""
        return shown_fact(self.finding.difference, signed=True)

    @property
    def compared(self) -> list[str]:
        """The other places that the check compared, in short form."""
        return ranges((place for place in self.finding.related if place.cell or place.section), self.place)

    @property
    def numbers(self) -> str:
        """The numbers in the case ledger (受付番号) that it is about, in the words of the office; '' if none."""
        named, more = self.finding.numbers[:MOST_NUMBERS], len(self.finding.numbers) - MOST_NUMBERS
        return "、".join(named) + (f" ほか{more}件" if more > 0 else "")

    @property
    def also_failed(self) -> tuple[Notice, ...]:
        """The other checks that failed because of the same wrong number."""
        return self.evidence[1:]

    @property
    def also_failed_lines(self) -> list[str]:
        """These checks in sentences, each on a line of its own."""
        return [f"ほかに合わない検算: {other.code} {other.message}" for other in self.also_failed]

    @property
    def advice(self) -> tuple[str, ...]:
        """The sentences on its likely causes."""
        return self.finding.advice.lines


def short(place: Place, beside: Place) -> str:
    """A place without the file and sheet that it shares with `beside`: 公開.処理状況 B5, or B5."""
    file = place.file.rpartition("/")[2] if place.file != beside.file else ""
    sheet = (place.sheet or place.table) if place.sheet != beside.sheet or file else ""
    cell = place.cell or " ".join(text for text in (place.group, place.row, place.column) if text)
    line = f"{place.line}行目" if place.line and not place.cell else ""
    return " ".join(text for text in (file, line, sheet, cell) if text) or place.table or place.section


def ranges(places: Iterable[Place], beside: Place) -> list[str]:
    """Places in short form, sheet by sheet in their order; cells below each other are a range (B5〜B13)."""
    sheets: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        sheets.setdefault((place.file, place.sheet), []).append(place)
    named: list[str] = []
    first: Place | None = None
    last: Place | None = None
    for place in chain.from_iterable(sorted(together, key=_in_columns) for together in sheets.values()):
        if first is not None and last is not None and _below(last, place):
            named[-1] = f"{short(first, beside)}〜{place.cell}"
        else:
            named.append(short(place, beside))
            first = place
        last = place
    return named


def _in_columns(place: Place) -> tuple[int, str, int]:
    """The order of the cells of a sheet: column by column, and before them what is no cell."""
    cell = re.fullmatch(r"([A-Z]+)(\d+)", place.cell)
    return (len(cell[1]), cell[1], int(cell[2])) if cell else (0, "", 0)


def _below(place: Place, next_place: Place) -> bool:
    """Whether a place is the cell below another."""
    cells = [re.fullmatch(r"([A-Z]+)(\d+)", p.cell) for p in (place, next_place)]
    if cells[0] is None or cells[1] is None or (place.file, place.sheet) != (next_place.file, next_place.sheet):
        return False
    return cells[0][1] == cells[1][1] and int(cells[0][2]) + 1 == int(cells[1][2])
