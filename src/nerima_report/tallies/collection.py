"""What is known of the collection of one fiscal year: what the checks look at, and what the report says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from nerima_report.edition import Edition
from nerima_report.edition.part import Part
from nerima_report.edition.registers import Register
from nerima_report.findings import Whole
from nerima_report.places import CellKey, Place
from nerima_report.tallies.figures import Share, compute_figures
from nerima_report.tallies.layout import COVER_SHEET
from nerima_report.tallies.model import Entry, FilledCell, LocatedEntries, Tallies
from nerima_report.tallies.printed_rates import PrintedShare
from nerima_report.tallies.roster import NOBODY, Absent, RosterSection
from nerima_report.tallies.submission import Inbox, Submission
from nerima_report.tallies.totals import Totals

if TYPE_CHECKING:
    from nerima_report.tallies.confirmations import Confirmation
    from nerima_report.tallies.ledger import CaseLedger


@dataclass(frozen=True)
class SubmittedRegister:
    """A register in a workbook: its part and its definition, the sheet it stands on, and its entries."""

    part: Part
    register: Register
    located: LocatedEntries
    entries: Sequence[Entry]

    @property
    def submission(self) -> Submission:
        """The workbook."""
        return self.located.submission


@dataclass(frozen=True)
class Collection:
    """The inbox, what was read from it, and what it adds up to. `roster` is None where nobody asks who is missing.

    `absent` are those of the roster of whom no workbook could be read.

    `ledger` is its case ledger, where it has one, `confirmations` are the 確認表 that came back.
    `printed` are the shares that were printed, of a published year.
    `submissions` are the workbooks of the year that count (the latest of each 課). A year that is known from its
    record has neither.
    """

    edition: Edition
    fiscal_year: int
    tallies: Tallies
    totals: Totals
    inbox: Inbox = field(default_factory=Inbox)
    submissions: tuple[Submission, ...] = ()
    roster: tuple[RosterSection, ...] | None = None
    absent: Absent = NOBODY
    ledger: CaseLedger | None = None
    confirmations: tuple[Confirmation, ...] = ()
    printed: Mapping[str, PrintedShare] = field(default_factory=dict)

    def is_in_ledger(self, place: Place) -> bool:
        """Whether a place is in a case ledger, so that it tells which case something is about."""
        ledger = self.ledger
        return ledger is not None and (place.file in ledger.files or place.table in self.edition.ledger_tables)

    def in_order(self, sections: Iterable[str]) -> list[str]:
        """The sections, each once, in the order of the roster; others come last."""
        places = {section.key: place for place, section in enumerate(self.roster or ())}
        return sorted(dict.fromkeys(sections), key=lambda section: places.get(section, len(places)))

    @property
    def whole(self) -> Whole:
        """How findings call the body as a whole, and the files that speak for it."""
        return Whole(self.edition.words.whole, self.inbox.wards)

    @cached_property
    def figures(self) -> Mapping[str, Share]:
        """The shares of the year by their names: as they were printed, or else computed from its totals."""
        printed = {name: one.share for name, one in self.printed.items()}
        return {**compute_figures(self.totals, self.edition), **printed}

    @cached_property
    def cells(self) -> Mapping[str, Mapping[CellKey, FilledCell]]:
        """The cells of each file by their name."""
        cells: dict[str, dict[CellKey, FilledCell]] = defaultdict(dict)
        for cell in self.tallies.cells:
            cells[cell.place.file][cell.key] = cell
        return cells

    @cached_property
    def registers(self) -> tuple[SubmittedRegister, ...]:
        """The registers that workbooks hold, one by one."""
        return tuple(
            SubmittedRegister(
                self.edition.part_of(located.table_id), register, located, self.tallies.entries_of(located)
            )
            for located in self.tallies.lists
            if (register := self.edition.registers.get(located.table_id)) is not None
        )


def on_cover(submission: Submission, label: str) -> Place:
    """The place of a label's value on the cover of a submission."""
    return Place(
        section=submission.section, file=submission.file, sheet=COVER_SHEET, cell=submission.cover_cells.get(label, "")
    )
