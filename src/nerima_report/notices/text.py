"""Findings on the screen: grouped by 課 and sheet, the most severe first, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from nerima_report.findings import SEVERITIES, SEVERITY_NAMES, Catalogue, Finding, Place

STYLES = {"error": "bold red", "warning": "yellow", "notice": "cyan"}
MOST_RELATED = 6


def print_findings(console: Console, findings: Iterable[Finding], catalogue: Catalogue) -> None:
    """Print findings; nothing is said by colour alone."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in catalogue.order(findings):
        groups.setdefault((finding.place.section, finding.place.file), []).append(finding)
    for (section, file), members in groups.items():
        title = " ".join(text for text in (section, f"（{file}）" if section and file else file) if text)
        console.print()
        console.print(f"[bold]■ {escape(title or '全体')}[/bold]", highlight=False)
        for finding in members:
            _print_finding(console, finding, catalogue)


def summary(findings: Sequence[Finding], catalogue: Catalogue) -> str:
    """How many findings there are of each severity: エラー 2件、警告 1件."""
    open_findings = [finding for finding in findings if finding.explained is None]
    counts = {s: sum(catalogue.severity(f) == s for f in open_findings) for s in SEVERITIES}
    parts = [f"{SEVERITY_NAMES[severity]} {count}件" for severity, count in counts.items() if count]
    if explained := len(findings) - len(open_findings):
        parts.append(f"説明のある差 {explained}件")
    return "、".join(parts) or "指摘なし"


def _print_finding(console: Console, finding: Finding, catalogue: Catalogue) -> None:
    severity = catalogue.severity(finding)
    label = f"[{STYLES[severity]}]{SEVERITY_NAMES[severity]}[/]"
    where = " ".join(text for text in (finding.place.sheet, finding.place.cell) if text)
    head = f"{label} {finding.code}" + (f"  [bold]{escape(where)}[/bold]" if where else "")
    definition = catalogue.codes[finding.code]
    lines = [escape(catalogue.message(finding)), f"[dim]→ {escape(definition.hint)}[/dim]"]
    if finding.related:
        lines.insert(1, f"[dim]比べたセル: {escape(_related(finding))}[/dim]")
    if finding.explained:
        lines.append(f"説明あり: {escape(finding.explained.reason)}")
    console.print(Padding(head, (0, 0, 0, 2)), highlight=False)
    for line in lines:
        console.print(Padding(line, (0, 0, 0, 6)), highlight=False)


def _related(finding: Finding) -> str:
    shown = [_short(place, finding.place) for place in finding.related if place.cell or place.section]
    more = f" ほか{len(shown) - MOST_RELATED}か所" if len(shown) > MOST_RELATED else ""
    return "、".join(shown[:MOST_RELATED]) + more


def _short(place: Place, beside: Place) -> str:
    """A related cell, without what the finding itself says already."""
    file = place.file.rpartition("/")[2] if place.file != beside.file else ""
    sheet = (place.sheet or place.table) if place.sheet != beside.sheet or file else ""
    cell = place.cell or f"{place.row}"
    return " ".join(text for text in (file, sheet, cell) if text)
