"""Findings on the screen: grouped by 課 and sheet, the most severe first, in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from nerima_report.edition.catalogue import Catalogue
from nerima_report.findings import SEVERITIES, SEVERITY_NAMES, Finding
from nerima_report.notices.grouping import WorkbookFindings, by_workbook, ranges, same_fault, short
from nerima_report.text import harmless

STYLES = {"error": "bold red", "warning": "yellow", "notice": "cyan"}
MOST_RELATED = 6
# So many findings of one kind are told one by one on a sheet; of the others only the cells.
MOST_ALIKE = 3
MOST_CELLS = 12
_NEVER_FIRST = "、。，．・：；？！）」』】〕］〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_NEVER_LAST = "（「『【〔〈《"
# A word or a character, together with what may not end a line before it, or begin one after it.
_UNIT = re.compile(f"[{_NEVER_LAST}]*(?:[!-~]+|.)[{_NEVER_FIRST}]*")


def print_findings(console: Console, findings: Iterable[Finding], catalogue: Catalogue) -> None:
    """Print findings; nothing is said by colour alone."""
    for workbook in by_workbook(findings, catalogue):
        console.print()
        _print(console, 0, f"■ {workbook.title}", "bold")
        _print_workbook(console, workbook, catalogue)


def summary(findings: Sequence[Finding], catalogue: Catalogue) -> str:
    """How many findings there are of each severity: エラー 2件、警告 1件."""
    open_findings = [finding for finding in findings if finding.explained is None]
    counts = {s: sum(catalogue.severity(f) == s for f in open_findings) for s in SEVERITIES}
    parts = [f"{SEVERITY_NAMES[severity]} {count}件" for severity, count in counts.items() if count]
    if explained := len(findings) - len(open_findings):
        parts.append(f"説明のある差 {explained}件")
    return "、".join(parts) or "指摘なし"


def print_closing(console: Console, closing: str, facts: Mapping[str, object]) -> None:
    """Print how it ended, in one line at the end: how many workbooks are fine."""
    console.print()
    returned = facts.get("returned")
    for file in returned if isinstance(returned, list) else []:
        console.print(f"返却用の写しを作りました: {harmless(file)}", highlight=False, markup=False, soft_wrap=True)
    console.print(closing, highlight=False, markup=False, soft_wrap=True)


def fold(text: str, width: int) -> list[str]:
    """The lines of a text, each at most `width` columns wide (a Japanese character takes two).

    Japanese is folded anywhere, but a line never begins with a 、 or a closing bracket, or ends with an opening one;
    words and numbers stay whole, unless one is longer than a line.

    >>> fold("「部分公開」の件数が空欄です。", 14)
    ['「部分公開」の', '件数が空欄で', 'す。']
    """
    lines, line = [], ""
    for unit in _UNIT.findall(text):
        for piece in [unit] if cell_len(unit) <= width else list(unit):
            if line and cell_len(line) + cell_len(piece) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece if line or not piece.isspace() else ""
    return [*lines, line.rstrip()]


def _print_workbook(console: Console, workbook: WorkbookFindings, catalogue: Catalogue) -> None:
    hinted: set[str] = set()
    for sheet in workbook.sheets:
        for alike in same_fault(sheet, catalogue):
            for finding in alike[:MOST_ALIKE]:
                _print_finding(console, finding, catalogue)
            more = alike[MOST_ALIKE:]
            if more:
                _print(console, 6, f"ほかに同じ指摘が {len(more)}件あります: {_listed(more)}")
            if alike[0].code not in hinted and alike[0].explained is None:  # what to do is said once a workbook
                _print(console, 6, f"→ {catalogue.codes[alike[0].code].hint}", "dim")
                hinted.add(alike[0].code)


def _print_finding(console: Console, finding: Finding, catalogue: Catalogue) -> None:
    severity = catalogue.severity(finding)
    where = harmless(" ".join(text for text in (finding.place.sheet, finding.place.spot) if text))
    head = Text("  ")
    if finding.explained:
        head.append(f"説明のある差（{SEVERITY_NAMES[severity]}）")
    else:
        head.append(SEVERITY_NAMES[severity], STYLES[severity])
    head.append(f" {finding.code}")
    console.print(head.append(f"  {where}" if where else "", "bold"), soft_wrap=True)
    for line in _lines(finding, catalogue):
        _print(console, 6, line)


def _lines(finding: Finding, catalogue: Catalogue) -> Iterator[str]:
    yield catalogue.message(finding)
    if finding.related:
        yield f"比べたセル: {_related(finding)}"
    if finding.explained:
        yield f"説明: {finding.explained.reason}"
    if finding.advice.lines:
        yield "考えられる直し:"
        yield from (f"・{line}" for line in finding.advice.lines)


def _related(finding: Finding) -> str:
    shown = ranges((place for place in finding.related if place.cell or place.section), finding.place)
    more = f" ほか{len(shown) - MOST_RELATED}か所" if len(shown) > MOST_RELATED else ""
    return "、".join(shown[:MOST_RELATED]) + more


def _listed(findings: Sequence[Finding]) -> str:
    cells = [finding.place.cell or short(finding.place, finding.place) for finding in findings[:MOST_CELLS]]
    return "、".join(filter(None, cells)) + (" など" if len(findings) > MOST_CELLS else "")


def _print(console: Console, indent: int, text: str, style: str = "") -> None:
    """Print a paragraph, folded to the width of the console; what follows a → or a ・ hangs beside it."""
    hanging = 3 if text.startswith("→") else 2 if text.startswith("・") else 0
    for number, line in enumerate(fold(harmless(text), max(console.width - indent - hanging, 20))):
        console.print(Text(" " * (indent + (hanging if number else 0)) + line, style), soft_wrap=True)
