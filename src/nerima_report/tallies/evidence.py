"""What the checks look at: everything known about the collection of one fiscal year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nerima_report.edition import Edition
from nerima_report.places import CellKey, Place
from nerima_report.tallies.layout import COVER_SHEET
from nerima_report.tallies.model import FilledCell, Tallies, each_entry
from nerima_report.tallies.roster import RosterSection
from nerima_report.tallies.submission import Inbox, Submission
from nerima_report.tallies.totals import Totals


@dataclass(frozen=True)
class Evidence:
    """The inbox, what was read from it, and what it adds up to. `roster` is None where nobody asks who is missing.

    `submissions` are the workbooks of the year that count (the latest of each 課).
    """

    edition: Edition
    fiscal_year: int
    inbox: Inbox
    submissions: tuple[Submission, ...]
    tallies: Tallies
    totals: Totals
    roster: tuple[RosterSection, ...] | None = None

    @cached_property
    def cells(self) -> Mapping[str, Mapping[CellKey, FilledCell]]:
        """The cells of each file by their name."""
        cells: dict[str, dict[CellKey, FilledCell]] = defaultdict(dict)
        for cell in self.tallies.cells:
            cells[cell.place.file][cell.key] = cell
        return cells

    @cached_property
    def register_rows(self) -> Mapping[tuple[str, str], Sequence[Mapping[str, object]]]:
        """The entries of each register of each file, by table id and file; by label, with section, file, sheet, row."""
        rows: dict[tuple[str, str], list[Mapping[str, object]]] = defaultdict(list)
        for table_id in self.edition.registers:
            for row in each_entry(self.tallies.entries[table_id]):
                rows[table_id, str(row["file"])].append(row)
        return rows


def on_cover(submission: Submission, label: str) -> Place:
    """The place of a label's value on the cover of a submission."""
    return Place(
        section=submission.section, file=submission.file, sheet=COVER_SHEET, cell=submission.cover_cells.get(label, "")
    )
