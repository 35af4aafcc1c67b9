"""What the report of a year says: its collection, what was found in it, and the year beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nerima_report.findings import Finding
from nerima_report.records.comparison import Comparison
from nerima_report.tallies.collection import Collection


@dataclass(frozen=True)
class Content:
    """All that the report of a fiscal year says. The edition of the collection is narrowed to the year.

    `not_published` are the ids of the tables that the record of a year lacks from which the report is retold;
    None where the report is made from what was handed in. `comparison` is the published year before, as far as it
    is known; `compared` puts it beside every table.
    """

    collection: Collection
    findings: Sequence[Finding] = ()
    not_published: frozenset[str] | None = None
    comparison: Comparison | None = None
    compared: bool = False
