"""Who has handed in what: one line for each 課 of the roster, for the clerk's reminder mails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nerima_report.checks.collection import named_after
from nerima_report.examination import Examination
from nerima_report.findings import Severity
from nerima_report.notices.matrix import owners
from nerima_report.places import WARD
from nerima_report.tallies.evidence import Evidence
from nerima_report.text import harmless

Status = Literal["fine", "faulty", "unclear", "missing"]
STATUSES: dict[Status, tuple[str, str]] = {
    "fine": ("提出済み", ""),
    "faulty": ("直しが必要", "yellow"),
    "unclear": ("読めない", "bold red"),
    "missing": ("未提出", "bold red"),
}


@dataclass(frozen=True)
class HandedIn:
    """What a 課, or the coordinator for the ward, has handed in: the workbook that counts (number: its 提出回).

    Unclear: there is none, but a file bears its name that cannot be read, or says it is another's.

    `errors` and `warnings` count the findings on it that nobody explained.
    """

    section: str
    ward: bool
    status: Status
    number: int | None
    file: str
    errors: int
    warnings: int


def handed_in(examination: Examination) -> list[HandedIn]:
    """For each 課 of the roster, in its order, and whoever else handed in; empty where there is no roster."""
    return [
        row for evidence in examination.years if evidence.roster is not None for row in _rows(examination, evidence)
    ]


def as_facts(rows: list[HandedIn]) -> list[dict[str, object]]:
    """The same for the envelope of findings in JSON."""
    return [asdict(row) for row in rows]


def print_handed_in(console: Console, rows: list[HandedIn]) -> None:
    """Print the table; how it stands is said in words, and not by colour alone."""
    table = Table("部・課", "状況", "提出回", "エラー", "警告", box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for row in rows:
        word, style = STATUSES[row.status]
        name = f"{WARD}（{row.section}）" if row.ward else row.section
        counts = (str(row.number or ""), str(row.errors or ""), str(row.warnings or ""))
        table.add_row(Text(harmless(name)), Text(word, style), *counts)
    console.print()
    console.print("■ 提出の状況", style="bold", highlight=False)
    console.print(table)


def _rows(examination: Examination, evidence: Evidence) -> Iterator[HandedIn]:
    handed_in = evidence.inbox.of_year(evidence.fiscal_year)
    submissions = {(s.ward, s.section): s for s in (*handed_in, *evidence.submissions)}  # the latest counts
    for ward, section in owners(evidence):
        submission = submissions.get((ward, section))
        if submission is None:
            file = "" if ward else next(named_after(section, evidence), "")
            yield HandedIn(section, ward, "unclear" if file else "missing", None, file, 0, 0)
            continue
        errors, warnings = (_count(examination, submission.file, severity) for severity in ("error", "warning"))
        status: Status = "faulty" if errors else "fine"
        yield HandedIn(section, ward, status, submission.number, submission.file, errors, warnings)


def _count(examination: Examination, file: str, severity: Severity) -> int:
    catalogue = examination.catalogue
    own = (f for f in examination.findings if f.place.file == file and f.explained is None)
    return sum(catalogue.severity(finding) == severity for finding in own)
