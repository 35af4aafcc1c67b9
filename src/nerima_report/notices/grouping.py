"""Findings as a clerk goes through them: 課 by 課, workbook by workbook, sheet by sheet, the most severe first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nerima_report.edition.catalogue import Notice
from nerima_report.findings import Finding, SuggestedCell
from nerima_report.places import Place

WHOLE = "全体"
# Two numbers that ought to agree, of which either may be wrong. Commands that check nothing need the screen as well,
# so the codes are not asked of checks/.
COMPARED = {"N501", "N502", "N503", "N504", "N530"}


@dataclass(frozen=True)
class SheetNotices:
    """The notices on one sheet of a workbook; `sheet` is '' for those on the workbook itself."""

    sheet: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class WorkbookNotices:
    """The notices on one workbook of a 課, by sheet; `file` is '' where the workbook itself is what is missing."""

    section: str
    file: str
    sheets: tuple[SheetNotices, ...]

    @property
    def title(self) -> str:
        """Whose workbook it is, and its file: 福祉部管理課（12_福祉部管理課.xlsx）."""
        if self.section and self.file:
            return f"{self.section}（{self.file}）"
        return self.section or self.file or WHOLE


def by_workbook(notices: Iterable[Notice]) -> list[WorkbookNotices]:
    """Group notices, which come in order of severity; a group has the place of its first notice."""
    groups: dict[tuple[str, str], dict[str, list[Notice]]] = {}
    for notice in by_problem(notices):
        place = notice.place
        groups.setdefault((place.section, place.file), {}).setdefault(place.sheet, []).append(notice)
    return [
        WorkbookNotices(*owner, tuple(SheetNotices(sheet, tuple(group)) for sheet, group in sheets.items()))
        for owner, sheets in groups.items()
    ]


def same_fault(notices: Iterable[Notice]) -> list[tuple[Notice, ...]]:
    """Group the notices of a sheet by code and severity, in their order."""
    kinds: dict[tuple[object, ...], list[Notice]] = {}
    for number, notice in enumerate(notices):
        # An explanation answers one finding, and a problem is told with all that failed because of it.
        alone = None if notice.is_open and not notice.evidence else number
        kinds.setdefault((notice.code, notice.severity, alone), []).append(notice)
    return [tuple(kind) for kind in kinds.values()]


def by_problem(notices: Iterable[Notice]) -> list[Notice]:
    """The notices, those with one cause as one: at the cell that is likely wrong, with what it should say."""
    joined: dict[str, list[Notice]] = {}
    for number, notice in enumerate(notices):
        joined.setdefault(notice.finding.problem or f"{number}", []).append(notice)
    return [_joined(own) if own[0].finding.problem else own[0] for own in joined.values()]


def is_comparison(notice: Notice) -> bool:
    """Whether what was expected is only another number, of which either may be wrong."""
    return not notice.evidence and (notice.code.startswith("N7") or notice.code in COMPARED)


def _joined(checks: Sequence[Notice]) -> Notice:
    """Checks that failed because of one cause, told at the cell that is likely wrong."""
    lead = next((notice for notice in checks if notice.advice), checks[0])
    evidence = (lead, *(notice for notice in checks if notice is not lead))
    told, here = lead.finding.advice.told[:1], lead.place
    cells = [cell for suggestion in told for cell in suggestion.cells if cell.place.file == here.file]
    places = [*(cell.place for cell in cells), *lead.finding.advice.alike]
    place = cells[0].place if cells else _table(places, here)
    places += [other for notice in evidence for other in (notice.place, *notice.finding.related) if other.spot]
    related = tuple(other for other in dict.fromkeys(places) if other != place)
    finding = replace(lead.finding, place=place, expected=None, found=None, difference=None, related=related)
    if told and len(told[0].cells) == len(cells) == 1:
        finding = _with_number(finding, cells[0], sure=bool(told[0].reason))
    return replace(lead, finding=finding, evidence=evidence)


def _table(places: Iterable[Place], here: Place) -> Place:
    """The table in which all of some cells stand, of which nothing tells which is wrong."""
    tables = {replace(place, cell="", group="", row="", column="", line=None) for place in places}
    return tables.pop() if len(tables) == 1 else here


def _with_number(finding: Finding, cell: SuggestedCell, *, sure: bool) -> Finding:
    """The finding with what its cell says and, if that is one number, what it should say."""
    found = int(cell.found) if cell.found.isdecimal() else cell.found or None
    if not sure and cell.least != cell.most:
        return replace(finding, found=found)
    difference = found - cell.value if isinstance(found, int) else None
    return replace(finding, expected=cell.value, found=found, difference=difference)
