"""6xx: the collection as a whole: who handed in, and the values that only the coordinator knows."""

from __future__ import annotations

from collections.abc import Iterator

from nerima_report.checks.evidence import Evidence, on_cover
from nerima_report.checks.links import WARD
from nerima_report.definitions import ADJUSTMENTS
from nerima_report.findings import Finding, Place
from nerima_report.fiscal_year import full_name
from nerima_report.submissions import Submission
from nerima_report.tallies import FilledCell


def workbooks_are_of_the_year(evidence: Evidence) -> Iterator[Finding]:
    """Workbooks of another year are left out with a notice."""
    for submission in evidence.inbox.submissions:
        if submission.fiscal_year != evidence.fiscal_year:
            yield Finding(
                "N603",
                on_cover(submission, "年度"),
                expected=full_name(evidence.fiscal_year),
                found=full_name(submission.fiscal_year),
            )


def each_section_reported_once(evidence: Evidence) -> Iterator[Finding]:
    """Every 課 of the roster handed in, once, and nobody else did. All zeros is not missing."""
    roster = [section.key for section in evidence.roster or ()]
    handed_in: dict[str, list[Submission]] = {}
    for submission in evidence.inbox.of_year(evidence.fiscal_year):
        if not submission.ward:
            handed_in.setdefault(submission.section, []).append(submission)
    for section in roster:
        if section not in handed_in:
            others = (s for s in evidence.inbox.submissions if s.section == section and not s.ward)
            yield Finding("N601", Place(section=section), related=tuple(on_cover(s, "年度") for s in others))
    for section, submissions in handed_in.items():
        yield from _handed_in_again(submissions)
        if section not in roster:
            yield Finding("N604", on_cover(submissions[0], "課"), found=section)


def ward_workbook_is_there(evidence: Evidence) -> Iterator[Finding]:
    """The coordinator handed in the ward workbook, once."""
    ward = [s for s in evidence.inbox.of_year(evidence.fiscal_year) if s.ward]
    coordinator = evidence.edition.municipality.coordinator(evidence.fiscal_year)
    if not ward:
        yield Finding("N605", Place(section=coordinator.department + coordinator.section))
    yield from _handed_in_again(ward)


def persons_lie_between_the_bounds(evidence: Evidence) -> Iterator[Finding]:
    """Persons after matching: at least those of the largest 課, at most the sum when every 課 reported."""
    sections = [evidence.cells[s.file] for s in evidence.submissions if not s.ward]
    for submission in evidence.submissions:
        for key, cell in evidence.cells[submission.file].items() if submission.ward else ():
            own = [cells[key] for cells in sections if key in cells]
            if cell.reading.status != "reported" or not own:
                continue
            largest, together = max(own, key=lambda c: c.value), sum(c.value for c in own)
            if cell.value < largest.value:
                yield _bound("N607", cell, largest.value, (largest,))
            elif cell.value > together and all(c.known for c in own):
                yield _bound("N608", cell, together, tuple(c for c in own if c.value))


def adjustments_can_be_applied(evidence: Evidence) -> Iterator[Finding]:
    """Every adjustment names a cell that is a sum over 課, and leaves it at zero or above."""
    for adjustment in evidence.totals.adjustments:
        key = adjustment.key
        place = Place(WARD, adjustment.file, adjustment.sheet, f"{adjustment.row}行", ADJUSTMENTS.key)
        if not adjustment.applied:
            yield Finding("N609", place, found=" ".join(text for text in key if text) or "空欄")
        elif (evidence.totals.values.get(key) or 0) < 0:
            about = " ".join(text for text in key if text)
            yield Finding("N610", place, found=evidence.totals.values[key], details={"about": about})


def _handed_in_again(submissions: list[Submission]) -> Iterator[Finding]:
    """Of several workbooks the one with the highest 提出回 counts; the same 提出回 twice is an error."""
    latest = max((s.number for s in submissions), default=0)
    newest = [s for s in submissions if s.number == latest]
    for again in newest[1:]:
        yield Finding("N602", on_cover(again, "提出回"), found=latest, related=(on_cover(newest[0], "提出回"),))
    for older in submissions:
        if older.number < latest:
            related = (on_cover(newest[0], "提出回"),)
            yield Finding("N606", on_cover(older, "提出回"), expected=latest, found=older.number, related=related)


def _bound(code: str, cell: FilledCell, bound: int, others: tuple[FilledCell, ...]) -> Finding:
    related = tuple(other.place for other in others)
    difference = cell.value - bound
    return Finding(code, cell.place, expected=bound, found=cell.value, difference=difference, related=related)
