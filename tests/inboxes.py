"""Inboxes that tests change: the sample as read, with cells set or sheets removed, and then examined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from openpyxl.utils.cell import column_index_from_string, coordinate_to_tuple, rows_from_range

from nerima_report.checks import run_checks
from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.examination import examine
from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.roster import RosterSection, load_roster
from nerima_report.tallies.submission import Inbox, Submission, Unidentified, identify
from nerima_report.workbooks import SheetFacts, Workbook

SAMPLE = Path(__file__).resolve().parents[1] / "sample_data"


@dataclass(frozen=True)
class Ward:
    """A collection to be changed: the workbooks, who was to hand in, and the edition of the year."""

    inbox: Inbox
    edition: Edition
    roster: tuple[RosterSection, ...]

    def changed(self, file: str, changes: Iterable[Mapping[str, Any]]) -> Ward:
        """The ward with one workbook (the beginning of its name) changed."""
        return replace(self, inbox=changed(self.inbox, self.edition, file, changes))

    def examine(self) -> Collection:
        """What is read from the workbooks, and its shares."""
        return examine(self.inbox, self.edition, self.roster[0].fiscal_year, self.roster)

    def check(self) -> list[Finding]:
        """What the checks say about the whole collection."""
        return run_checks(self.examine())


@lru_cache
def roster(fiscal_year: int = 2022) -> tuple[RosterSection, ...]:
    return load_roster(SAMPLE / "roster.xlsx", fiscal_year, load_edition(find_edition("nerima")))


def changed(inbox: Inbox, edition: Edition, file: str, changes: Iterable[Mapping[str, Any]]) -> Inbox:
    """The inbox with cells of one workbook (the beginning of its name) set, or whole sheets removed."""
    keys = [*(part.key for part in edition.parts), *edition.tables, *edition.register_tables]
    submissions: list[Submission] = []
    unidentified: list[Unidentified] = []
    for submission in inbox.submissions:
        again: Submission | Unidentified = submission
        if submission.workbook.path.name.startswith(file):
            again = identify(_changed_workbook(submission.workbook, changes), keys, edition.words)
        if isinstance(again, Submission):
            submissions.append(again)
        else:
            unidentified.append(again)
    return replace(inbox, submissions=tuple(submissions), unidentified=tuple(unidentified))


def check(inbox: Inbox, edition: Edition, fiscal_year: int = 2022) -> tuple[Collection, list[Finding]]:
    """What the checks say about the inbox as the whole collection of a year."""
    collection = examine(inbox, edition, fiscal_year, roster(fiscal_year))
    return collection, run_checks(collection)


def places(findings: Sequence[Finding]) -> set[str]:
    """All cells that the findings name, themselves or as related: 公開.処理状況!B5."""
    everywhere = [place for finding in findings for place in (finding.place, *finding.related)]
    return {cell_name(place) for place in everywhere}


def cell_name(place: Place) -> str:
    return f"{place.sheet}!{place.cell}"


def _facts(facts: Mapping[str, Any]) -> SheetFacts:
    """What a sheet holds besides its values, in the addresses of a case: merged = ["B5:B6"], uncached = ["B5"], …"""
    corners = [reference.split(":") for reference in facts.get("merged", [])]
    return SheetFacts(
        hidden=facts.get("hidden", False),
        hidden_rows=frozenset(facts.get("hidden_rows", [])),
        hidden_columns=frozenset(column_index_from_string(letters) for letters in facts.get("hidden_columns", [])),
        merged=tuple((coordinate_to_tuple(first), coordinate_to_tuple(last)) for first, last in corners),
        uncached=frozenset(map(coordinate_to_tuple, facts.get("uncached", []))),
        duplicates=frozenset(map(coordinate_to_tuple, facts.get("duplicates", []))),
        struck=frozenset(map(coordinate_to_tuple, facts.get("struck", []))),
        outside=tuple(facts.get("outside", [])),
        unseen=frozenset(map(coordinate_to_tuple, facts.get("unseen", []))),
        **{
            name: {coordinate_to_tuple(cell): text for cell, text in facts.get(name, {}).items()}
            for name in ("formulas", "displays", "partly_struck", "partly_seen", "cleaned", "comments")
        },
    )


def _changed_workbook(workbook: Workbook, changes: Iterable[Mapping[str, Any]]) -> Workbook:
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    for change in changes:
        name = change["sheet"]
        if "copy" in change:
            sheets[change["copy"]] = replace(sheets[name], name=change["copy"])
            continue
        if "facts" in change:
            sheets[name] = replace(sheets[name], facts=_facts(change["facts"]))
            continue
        if "cell" not in change and "fill" not in change:
            del sheets[name]
            continue
        cells = dict(sheets[name].cells)
        if "fill" in change:
            for row in rows_from_range(change["fill"]):
                cells |= dict.fromkeys((coordinate_to_tuple(cell) for cell in row), change.get("value"))
            sheets[name] = replace(sheets[name], cells=cells)
            continue
        position = coordinate_to_tuple(change["cell"])
        if "value" in change:
            cells[position] = change["value"]
        else:
            cells.pop(position, None)
        formulas = dict(sheets[name].facts.formulas)
        if not change.get("computed"):  # a number is typed over the formula
            formulas.pop(position, None)
        sheets[name] = replace(sheets[name], cells=cells, facts=replace(sheets[name].facts, formulas=formulas))
    return replace(workbook, sheets=tuple(sheets.values()))
