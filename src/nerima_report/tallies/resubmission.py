"""Handed in again: what a 課 changed against the workbook before, cell by cell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from nerima_report.places import Place
from nerima_report.tallies.cell_values import shown
from nerima_report.tallies.collection import Collection, on_cover
from nerima_report.tallies.model import FilledCell, LocatedEntries, Tallies
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.submission import NOT_APPLICABLE, Submission
from nerima_report.workbooks import CellValue, is_blank

LineKind = Literal["added", "gone", "changed"]
LINE_KINDS: dict[LineKind, str] = {"added": "加わった行", "gone": "なくなった行", "changed": "変わった行"}
# So many lines of a list are held against each other; of more it is only said which are gone and which were added.
MOST_PAIRED = 200
_LEAST_AGREEMENT = 0.5  # of two lines that are one, which was changed


class Difference(NamedTuple):
    """What stands under a label, before and after; '' for an empty cell."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class CellChange:
    """A cell that says something else than before."""

    place: Place
    before: str
    after: str


@dataclass(frozen=True)
class LineChange:
    """A line of a list that was added, is gone, or says something else in some fields."""

    kind: LineKind
    place: Place
    fields: tuple[Difference, ...]


@dataclass(frozen=True)
class Resubmission:
    """A workbook that counts, the one that it replaces, and what changed between them."""

    submission: Submission
    before: Submission
    cells: tuple[CellChange, ...]
    lines: tuple[LineChange, ...]


def resubmissions(collection: Collection) -> Iterator[Resubmission]:
    """The workbooks of a year that replace another one, which has the number (提出回) before."""
    handed_in: dict[tuple[bool, str], list[Submission]] = defaultdict(list)
    for submission in collection.inbox.of_year(collection.fiscal_year):
        handed_in[submission.ward, submission.section].append(submission)
    for submission in collection.submissions:
        by_the_same = handed_in[submission.ward, submission.section]
        earlier = [other for other in by_the_same if other.number < submission.number]
        if earlier:
            before = max(earlier, key=lambda other: (other.number, other.file))
            yield _compared(collection, submission, before)


class _Line(NamedTuple):
    """A filled line of a list: what it says by label, and where."""

    texts: Mapping[str, str]
    place: Place


def _compared(collection: Collection, submission: Submission, before: Submission) -> Resubmission:
    earlier = load_tallies([before], collection.edition)
    cells = (*_changed_marks(before, submission), *_changed_cells(earlier.cells, collection, submission))
    return Resubmission(submission, before, cells, tuple(_changed_lines(earlier, collection.tallies, submission)))


def _changed_marks(before: Submission, after: Submission) -> Iterator[CellChange]:
    """What the cover calls 該当なし, and did not before, or the other way round."""
    for key in sorted(before.not_applicable ^ after.not_applicable):
        place = Place(after.section, after.file, after.cover.name, table=key, row=NOT_APPLICABLE)
        marks = [NOT_APPLICABLE if key in one.not_applicable else "" for one in (before, after)]
        yield CellChange(place, *marks)
    if before.remark != after.remark:
        yield CellChange(replace(on_cover(after, "備考"), row="備考"), before.remark, after.remark)


def _changed_cells(
    earlier: Sequence[FilledCell], collection: Collection, submission: Submission
) -> Iterator[CellChange]:
    """The cells of counts that differ; 5 and ５ do not."""
    now = collection.cells[submission.file]
    for before in earlier:
        after = now.get(before.key)
        if after is None or _says(before) == _says(after):
            continue
        yield CellChange(after.place, before.found, after.found)


def _says(cell: FilledCell) -> object:
    return cell.value if cell.reading.status == "reported" and not cell.counted_on else cell.found


def _changed_lines(earlier: Tallies, tallies: Tallies, submission: Submission) -> Iterator[LineChange]:
    """The lines of lists and registers that differ, wherever they stand in their list."""
    before = {located.table_id: located for located in earlier.lists}
    after = {located.table_id: located for located in tallies.lists if located.submission is submission}
    for table_id in dict.fromkeys((*after, *before)):
        gone, added = (_lines(located.get(table_id)) for located in (before, after))
        yield from _differences(_without(gone, added), _without(added, gone))


def _lines(located: LocatedEntries | None) -> list[_Line]:
    sheet = located.sheet if located else None
    if located is None or sheet is None:
        return []
    columns = located.layout.columns.items()
    return [
        _Line(
            {label: _text(sheet.cells.get((row, column))) for label, column in columns},
            located.place((row, min(located.layout.columns.values()))),
        )
        for row in located.layout.rows
    ]


def _text(value: CellValue) -> str:
    """The whole text of a cell, on one line."""
    if isinstance(value, str):
        return " ".join(value.split())
    return "" if is_blank(value) else shown(value)


def _without(lines: Sequence[_Line], others: Sequence[_Line]) -> list[_Line]:
    """The lines that do not stand among the others, as often as they do not."""
    left = Counter(frozenset(line.texts.items()) for line in others)
    kept = []
    for line in lines:
        texts = frozenset(line.texts.items())
        if left[texts]:
            left[texts] -= 1
        else:
            kept.append(line)
    return kept


def _differences(gone: Sequence[_Line], added: Sequence[_Line]) -> Iterator[LineChange]:
    """A line that is gone and one that was added are one changed line, if they agree in half of what they say."""
    left, others = list(added[:MOST_PAIRED]), added[MOST_PAIRED:]
    for number, old in enumerate(gone):
        alike = [(_agreement(old, new), -place) for place, new in enumerate(left)] if number < MOST_PAIRED else []
        agreement, place = max(alike, default=(0.0, 0))
        if agreement >= _LEAST_AGREEMENT:
            new = left.pop(-place)
            yield LineChange("changed", new.place, tuple(_fields(old.texts, new.texts)))
        else:
            yield LineChange("gone", old.place, tuple(_fields(old.texts, {})))
    for new in (*left, *others):
        yield LineChange("added", new.place, tuple(_fields({}, new.texts)))


def _agreement(old: _Line, new: _Line) -> float:
    """The part of the filled fields in which two lines say the same."""
    filled = [label for label in {**old.texts, **new.texts} if old.texts.get(label) or new.texts.get(label)]
    same = sum(old.texts.get(label) == new.texts.get(label) for label in filled)
    return same / len(filled) if filled else 0.0


def _fields(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for label in dict.fromkeys((*after, *before)):
        old, new = before.get(label, ""), after.get(label, "")
        if old != new:
            yield Difference(label, old, new)
