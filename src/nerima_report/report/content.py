"""What a year says: all that its report, its audit list and its record are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nerima_report.edition import Edition
from nerima_report.findings import Finding
from nerima_report.records.comparison import Comparison
from nerima_report.tallies.figures import Share
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.totals import Totals


@dataclass(frozen=True)
class Content:
    """All that the report of a fiscal year says. `edition` is narrowed to the year.

    `not_published` are the ids of the tables that the record of a year lacks from which the report is retold;
    None where the report is made from what was handed in. `comparison` is the published year before, as far as it
    is known; `compared` puts it beside every table.
    """

    edition: Edition
    fiscal_year: int
    tallies: Tallies
    totals: Totals
    figures: Mapping[str, Share]
    findings: Sequence[Finding] = ()
    not_published: frozenset[str] | None = None
    comparison: Comparison | None = None
    compared: bool = False
