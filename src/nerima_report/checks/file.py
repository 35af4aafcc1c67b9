"""1xx: the files themselves."""

from __future__ import annotations

from collections.abc import Iterator

from nerima_report.checks.evidence import Evidence
from nerima_report.findings import Finding, Place

CODES = {
    "missing": "N101",
    "empty": "N102",
    "too-large": "N103",
    "not-xlsx": "N104",
    "old-or-encrypted": "N105",
    "broken": "N106",
}


def files_are_readable(evidence: Evidence) -> Iterator[Finding]:
    """Every file is a workbook that can be read; lock files that Excel left are passed over."""
    for unreadable in evidence.inbox.unreadable:
        yield Finding(CODES[unreadable.reason], Place(file=unreadable.path.as_posix()))
    for path in evidence.inbox.skipped:
        yield Finding("N107", Place(file=path.as_posix()))
