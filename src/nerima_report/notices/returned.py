"""The marked workbooks: a copy of each workbook with faults, to be sent back to its 課."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from nerima_report.edition.catalogue import Notice, ranges
from nerima_report.errors import CannotProceed
from nerima_report.examination import Examination
from nerima_report.findings import Finding
from nerima_report.notices.grouping import by_problem, is_comparison
from nerima_report.places import Place
from nerima_report.text import harmless, label_of
from nerima_report.workbooks import Cell, Mark, MarkOrder, Reason, SuggestedMark, Unreadable, shared_reader

PREFIX = "返却_"
LONGEST_STEM = 200  # bytes; systems allow 255 for a name, and a temporary file has a longer name
MOST_NAMED = 20  # cells that the index names as compared; all of them are coloured
# Reasons that mean that the file changed or disappeared after it was read; the others mean that marking failed.
_NOT_THE_SAME: frozenset[Reason] = frozenset({"changed", "missing", "not-a-file", "empty", "too-large"})


class MarkedCopy(NamedTuple):
    """The name of a copy that goes back, and of which file it is."""

    name: str
    file: str


Deliver = Callable[[str, bytes], object]  # takes a copy by its name
_LATEST = 9999  # stands for the present year: its coordinator is the latest one


def refuse_as_target(folder: Path, searched: Iterable[Path], workbooks: Iterable[Path]) -> None:
    """Raise CannotProceed for a folder whose copies would be read as handed-in workbooks the next time.

    These are the folders that are searched for workbooks (`searched`), with all folders in them, and the folders of
    `workbooks`.
    """
    target = _resolved(folder)
    inside = any(target.is_relative_to(_resolved(other)) for other in searched)
    if inside or any(_resolved(path.parent) == target for path in workbooks):
        raise CannotProceed(
            "返却用の写しは、集計のあるフォルダーと、その中のフォルダーには作れません。\n"
            f"  フォルダー: {label_of(folder)}\n"
            "  次に確かめるときに、写しまで集計として読んでしまうためです。\n"
            "  --return-to には、集計のあるフォルダーの外のフォルダーを指定してください（例: --return-to 返却）。"
        )


def return_workbooks(examination: Examination, deliver: Deliver) -> tuple[Examination, list[MarkedCopy]]:
    """Deliver a marked copy of each workbook about which the 課 has to do something; returns the copies.

    A workbook that cannot be marked, or that has changed since it was read, becomes a finding of the examination.
    """
    inbox = examination.inbox
    readable = [(s.workbook.path, s.workbook.sha256, s.section) for s in inbox.submissions]
    readable += [(u.path, u.sha256, "") for u in inbox.unidentified]
    author = _author(examination)
    copies: list[MarkedCopy] = []
    failed: list[Finding] = []
    for path, sha256, section in readable:
        file = label_of(path)
        marks = marks_for(examination, file)
        if not marks:
            continue
        content = shared_reader().mark(path, MarkOrder(sha256, marks, author))
        if isinstance(content, Unreadable):
            code = "N132" if content.reason in _NOT_THE_SAME else "N131"
            failed.append(Finding(code, Place(file=file, section=section)))
            continue
        copies.append(MarkedCopy(_free_name(harmless(path.name), [copy.name for copy in copies]), file))
        deliver(copies[-1].name, content)
    return examination.and_also(failed), copies


def marks_for(examination: Examination, file: str) -> list[Mark]:
    """The marks for the copy of a file: what the 課 has to do something about, the most severe first."""
    own = [notice for notice in examination.notices if notice.place.file == file and notice.goes_back]
    return [_mark(notice) for notice in by_problem(own)]


def _mark(notice: Notice) -> Mark:
    place = notice.place
    related = [r for r in notice.finding.related if r.file == place.file and r.sheet and r.cell]
    names = ranges(related, place)
    return {
        "code": notice.code,
        "severity": notice.severity,
        "severity_name": notice.severity_name,
        "sheet": place.sheet,
        "cell": cell_of(place),
        "anchor": cell_of(place) or next((cell_of(r) for r in related if r.sheet == place.sheet), ""),
        "message": "\n".join([notice.message, *notice.also_failed_lines]),
        "expected": "" if is_comparison(notice) else notice.expected,
        "found": notice.found,
        "difference": notice.difference,
        "hint": notice.for_section,
        "basis": notice.basis,
        "related_names": names[:MOST_NAMED]
        + ([f"ほか{len(names) - MOST_NAMED}か所"] if len(names) > MOST_NAMED else []),
        "related": [Cell(sheet=r.sheet, cell=cell_of(r)) for r in related],
        "advice": list(notice.advice),
        "suggested": [
            SuggestedMark(sheet=cell.place.sheet, cell=cell.place.cell, message=cell.message)
            for suggestion in notice.finding.advice.told
            for cell in suggestion.cells
            if cell.place.file == place.file
        ],
    }


def cell_of(place: Place) -> str:
    """The cell of a place; for a whole row (5行) its first cell."""
    row = re.fullmatch(r"(\d+)行", place.cell)
    return f"A{row[1]}" if row else place.cell


def _author(examination: Examination) -> str:
    years = examination.inbox.fiscal_years or [_LATEST]
    coordinator = examination.edition.municipality.coordinator(years[-1])
    return f"{coordinator.department}{coordinator.section}"


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a name that the system does not allow
        return path.absolute()


def _free_name(name: str, names: list[str]) -> str:
    """返却_ and the name of the workbook, with a number where another copy of this run has the name.

    The prefix is added only once. Names are compared as Windows does (a.xlsx is A.XLSX), and long names are cut.
    """
    stem, dot, ending = name.removeprefix(PREFIX).rpartition(".")
    taken = {name.casefold() for name in names}
    added = ["", *(f"({number})" for number in range(2, len(names) + 3))]
    candidates = (f"{PREFIX}{_cut(stem)}{more}{dot}{ending}" for more in added)
    return next(name for name in candidates if name.casefold() not in taken)


def _cut(stem: str) -> str:
    """The name, cut so that it is short enough with prefix and number."""
    return stem.encode(errors="replace")[:LONGEST_STEM].decode(errors="ignore")
