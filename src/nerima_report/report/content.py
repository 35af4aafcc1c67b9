"""What the report of a year says: its collection, what was found in it, and the year beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nerima_report.findings import Finding, Severity
from nerima_report.places import Place
from nerima_report.records.comparison import Comparison
from nerima_report.records.earlier_years import EarlierYears
from nerima_report.tallies.collection import Collection


@dataclass(frozen=True)
class Content:
    """All that the report of a fiscal year says. The edition of the collection is narrowed to the year.

    `not_published` are the ids of the tables that the record of a year lacks from which the report is retold;
    None where the report is made from what was handed in. `comparison` is the published year before, as far as it
    is known; `compared` puts it beside every table. `earlier` are the years before as tables of years show them (None:
    there are no such tables).
    """

    collection: Collection
    findings: Sequence[Finding] = ()
    not_published: frozenset[str] | None = None
    comparison: Comparison | None = None
    compared: bool = False
    earlier: EarlierYears | None = None

    @property
    def listed_findings(self) -> list[Finding]:
        """The findings as the files of a report list them: of those on the case ledger only how many there are.

        Their places lead to single requests, and what lies beside a report may be published.
        """
        catalogue = self.collection.edition.catalogue
        listed: list[Finding] = []
        kinds: Counter[tuple[str, Severity, str]] = Counter()
        for finding in self.findings:
            if self.collection.is_in_ledger(finding.place):
                kinds[finding.code, catalogue.severity(finding), finding.place.file] += 1
            else:
                listed.append(finding)
        return listed + [
            Finding("N626", Place(file=file), found=count, details={"code": code}, severity=severity)
            for (code, severity, file), count in kinds.items()
        ]
