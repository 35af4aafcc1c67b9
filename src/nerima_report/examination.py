"""What one run looked at and what it found: the one object that every notice is made from."""

from __future__ import annotations

from dataclasses import dataclass

from nerima_report.checks import Evidence
from nerima_report.edition import Edition
from nerima_report.findings import Catalogue, Finding
from nerima_report.submissions import Inbox


@dataclass(frozen=True)
class Examination:
    """The workbooks of a run, what was read from them, and what is wrong.

    `years` holds the evidence of each fiscal year in the inbox; where no workbook says a year, that of
    the year 0, which holds nothing but the files.
    """

    edition: Edition
    inbox: Inbox
    years: tuple[Evidence, ...]
    findings: tuple[Finding, ...]

    @property
    def catalogue(self) -> Catalogue:
        """What gives a finding its severity and its words."""
        return self.edition.catalogue

    @property
    def files(self) -> tuple[str, ...]:
        """All files that were looked at, readable or not; without those that Excel leaves while a file is open."""
        paths = [other.path for other in self.inbox.unidentified] + [other.path for other in self.inbox.unreadable]
        return (*(s.file for s in self.inbox.submissions), *(path.as_posix() for path in paths))

    @property
    def fine(self) -> int:
        """How many of the files have no error."""
        faulty = {finding.place.file for finding in self.findings if self.catalogue.is_error(finding)}
        return sum(file not in faulty for file in self.files)
