"""Collection → what the workbooks that it replaces said: the earlier submission of a 課, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping

from nerima_report.checks.table import stated_number
from nerima_report.places import CellKey
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.submission import Submission


def earlier_numbers(collection: Collection, files: set[str]) -> dict[str, Mapping[CellKey, float]]:
    """What the submission before each of some files said, by the name of the file that counts now."""
    before = {s.file: submission for s in collection.submissions if (submission := _before(s, collection))}
    return {file: _numbers(before[file], collection) for file in before.keys() & files}


def _before(submission: Submission, collection: Collection) -> Submission | None:
    """The submission of the same 課 for the same year with the next lower 提出回."""
    owner = submission.ward, submission.section
    same = (s for s in collection.inbox.of_year(submission.fiscal_year) if (s.ward, s.section) == owner)
    return max((s for s in same if s.number < submission.number), key=lambda s: s.number, default=None)


def _numbers(submission: Submission, collection: Collection) -> dict[CellKey, float]:
    tallies = load_tallies((submission,), collection.edition)
    numbers: dict[CellKey, float] = {
        cell.key: cell.value for cell in tallies.cells if cell.reading.status == "reported"
    }
    totals = (stated for stated in tallies.stated if stated.kind == "total")
    stated = {s.key._replace(row=s.place.row): stated_number(s) for s in totals}
    return numbers | {key: number for key, number in stated.items() if number is not None}
