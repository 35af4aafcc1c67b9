"""Findings as a clerk goes through them: 課 by 課, workbook by workbook, sheet by sheet, the most severe first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nerima_report.edition.catalogue import Notice

WHOLE = "全体"


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
    for notice in notices:
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
        alone = None if notice.is_open else number  # an explanation answers one finding
        kinds.setdefault((notice.code, notice.severity, alone), []).append(notice)
    return [tuple(kind) for kind in kinds.values()]
