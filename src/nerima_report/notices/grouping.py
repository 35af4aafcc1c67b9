"""Findings as a clerk goes through them: 課 by 課, workbook by workbook, sheet by sheet, the most severe first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nerima_report.edition.catalogue import Catalogue
from nerima_report.findings import Finding
from nerima_report.places import Place

WHOLE = "全体"


@dataclass(frozen=True)
class SheetFindings:
    """The findings on one sheet of a workbook; `sheet` is '' for those on the workbook itself."""

    sheet: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class WorkbookFindings:
    """The findings on one workbook of a 課, by sheet; `file` is '' where the workbook itself is what is missing."""

    section: str
    file: str
    sheets: tuple[SheetFindings, ...]

    @property
    def title(self) -> str:
        """Whose workbook it is, and its file: 福祉部管理課（12_福祉部管理課.xlsx）."""
        if self.section and self.file:
            return f"{self.section}（{self.file}）"
        return self.section or self.file or WHOLE


def by_workbook(findings: Iterable[Finding], catalogue: Catalogue) -> list[WorkbookFindings]:
    """Group findings; a group stands where its most severe finding stands."""
    groups: dict[tuple[str, str], dict[str, list[Finding]]] = {}
    for finding in catalogue.order(findings):
        place = finding.place
        groups.setdefault((place.section, place.file), {}).setdefault(place.sheet, []).append(finding)
    return [
        WorkbookFindings(*owner, tuple(SheetFindings(sheet, tuple(found)) for sheet, found in sheets.items()))
        for owner, sheets in groups.items()
    ]


def same_fault(sheet: SheetFindings, catalogue: Catalogue) -> list[tuple[Finding, ...]]:
    """The findings of a sheet that say the same of different cells, together, in their order."""
    kinds: dict[tuple[object, ...], list[Finding]] = {}
    for number, finding in enumerate(sheet.findings):
        alone = number if finding.explained else None  # an explanation answers one finding
        kinds.setdefault((finding.code, catalogue.severity(finding), alone), []).append(finding)
    return [tuple(kind) for kind in kinds.values()]


def short(place: Place, beside: Place) -> str:
    """A place without what the place beside it says already: 公開.処理状況 B5, or B5."""
    file = place.file.rpartition("/")[2] if place.file != beside.file else ""
    sheet = (place.sheet or place.table) if place.sheet != beside.sheet or file else ""
    cell = place.cell or " ".join(text for text in (place.group, place.row, place.column) if text)
    line = f"{place.line}行目" if place.line else ""
    return " ".join(text for text in (file, line, sheet, cell) if text) or place.table or place.section


def ranges(places: Iterable[Place], beside: Place) -> list[str]:
    """Places in few words: cells below each other as a range (B5〜B13), in the order of the places."""
    named: list[str] = []
    first: Place | None = None
    last: Place | None = None
    for place in places:
        if first is not None and last is not None and _below(last, place):
            named[-1] = f"{short(first, beside)}〜{place.cell}"
        else:
            named.append(short(place, beside))
            first = place
        last = place
    return named


def _below(place: Place, next_place: Place) -> bool:
    """Whether a place is the cell below another."""
    cells = [re.fullmatch(r"([A-Z]+)(\d+)", p.cell) for p in (place, next_place)]
    if cells[0] is None or cells[1] is None or (place.file, place.sheet) != (next_place.file, next_place.sheet):
        return False
    return cells[0][1] == cells[1][1] and int(cells[0][2]) + 1 == int(cells[1][2])
