"""Findings as a clerk goes through them: 課 by 課, workbook by workbook, sheet by sheet, the most severe first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from nerima_report.edition.catalogue import Notice
from nerima_report.edition.links import LINK_CODES
from nerima_report.edition.municipality import Words
from nerima_report.findings import Finding, SuggestedCell
from nerima_report.places import Place
from nerima_report.text import how_many

WHOLE = "全体"
WARD_MISSING = "N605"
LEAST_SHARED = 3  # workbooks that share a notice, which is then said once
# Two numbers or answers that ought to agree, of which either may be wrong.
COMPARED = {*LINK_CODES.values(), "N530", "N541", "N624"}


@dataclass(frozen=True)
class SheetNotices:
    """The notices on one sheet of a workbook; `sheet` is '' for those on the workbook itself."""

    sheet: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class WorkbookNotices:
    """The notices on one workbook of a 課, by sheet; `file` is '' where the workbook itself is what is missing.

    `ward`: the workbook speaks for 区全体. Where several workbooks share the notices, `owners` are their names.
    """

    section: str
    file: str
    words: Words
    sheets: tuple[SheetNotices, ...] = ()
    ward: bool = False
    owners: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Whose workbook it is, and its file: 福祉部管理課（12_福祉部管理課.xlsx）; or how many share the notices."""
        if self.owners:
            number, section = len(self.owners), self.words.section
            return f"{f'{how_many(number)}{section}の集計' if self.file else f'{number}{section}'}に同じ指摘"
        if self.ward:
            return f"{self.words.whole}（{'、'.join(filter(None, (self.section, self.file)))}）"
        if self.section and self.file:
            return f"{self.section}（{self.file}）"
        return self.section or self.file or WHOLE


def by_workbook(notices: Iterable[Notice], words: Words, wards: Collection[str] = ()) -> list[WorkbookNotices]:
    """Group notices, which come in order of severity; a group has the place of its first notice.

    What many workbooks share is one notice. `wards` are the files that speak for 区全体.
    """
    groups: dict[WorkbookNotices, dict[str, list[Notice]]] = {}
    for notice in _said_once(by_problem(notices), words):
        group = _group_of(notice, words, wards)
        groups.setdefault(group, {}).setdefault(notice.place.sheet, []).append(notice)
    return [
        replace(group, sheets=tuple(SheetNotices(sheet, tuple(own)) for sheet, own in sheets.items()))
        for group, sheets in groups.items()
    ]


def _group_of(notice: Notice, words: Words, wards: Collection[str]) -> WorkbookNotices:
    """The workbook of a notice, or the workbooks that share it, without notices."""
    place = notice.place
    if not notice.alike:
        return WorkbookNotices(
            place.section, place.file, words, ward=place.file in wards or notice.code == WARD_MISSING
        )
    whole = words.whole
    owners = (f"{whole}（{o.section}）" if o.file in wards else o.section or o.file for o in map(_place, notice.alike))
    return WorkbookNotices("", "all" if place.file else "", words, owners=tuple(dict.fromkeys(owners)))


def _place(notice: Notice) -> Place:
    return notice.place


def _said_once(notices: Iterable[Notice], words: Words) -> list[Notice]:
    """The notices, those that many workbooks share word for word as one, at the place of the first."""
    kinds: dict[object, list[Notice]] = {}
    for number, notice in enumerate(notices):
        kinds.setdefault(number if notice.evidence else _in_general(notice, words), []).append(notice)
    told: list[Notice] = []
    for kind in kinds.values():
        workbooks = {(notice.place.section, notice.place.file) for notice in kind}
        told += [_shared(kind, words)] if len(workbooks) >= LEAST_SHARED else kind
    return told


def _in_general(notice: Notice, words: Words) -> object:
    """What a notice says, apart from whose workbook it is said of."""
    finding, elsewhere = notice.finding, replace(notice.place, section="", file="")
    facts = (finding.expected, finding.found, finding.difference, notice.explanation, notice.advice)
    return notice.code, notice.severity, elsewhere, _general_message(notice, words), facts


def _general_message(notice: Notice, words: Words) -> str:
    """The message, in which 次の課 stands for each of those of whom it is said."""
    section = notice.place.section
    return notice.message.replace(section, f"次の{words.section}") if section else notice.message


def _shared(notices: Sequence[Notice], words: Words) -> Notice:
    """The one that stands for all; what each was compared with lies in its own workbook."""
    first = notices[0]
    finding = replace(first.finding, related=())
    return replace(first, finding=finding, message=_general_message(first, words), alike=tuple(notices))


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
