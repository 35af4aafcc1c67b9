"""The report as it stands → each item that must be published, and where in the report it is answered.

Ticked off is what is printed, not what the manuscript asks for: a number counts when a sentence or a table of
the report shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from nerima_report.edition.links import Cells, cell_keys
from nerima_report.edition.part import MustPublish, Part
from nerima_report.edition.tables import CountTable
from nerima_report.findings import Finding
from nerima_report.places import CellKey, Place
from nerima_report.report.blocks import Bullets, Heading, Paragraph, Report, Table
from nerima_report.report.content import Content
from nerima_report.report.wording import number_name

STEP = " ＞ "


@dataclass(frozen=True)
class Answer:
    """What answers an item (表「処理状況」), and where in the report it stands: '' where it does not."""

    what: str
    place: str


@dataclass(frozen=True)
class PublishedItem:
    """An item that must be published, the part that has to say it, and what answers it."""

    part: Part
    definition: MustPublish
    answers: tuple[Answer, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What of the answers the report lacks."""
        return tuple(answer.what for answer in self.answers if not answer.place)


@dataclass(frozen=True)
class _Printed:
    """What stands in a report, and where: tables by id, numbers by name, the sentences."""

    tables: Mapping[str, tuple[Table, str]]
    numbers: Mapping[str, str]
    sentences: tuple[tuple[str, str], ...]


def published_items(content: Content, report: Report) -> list[PublishedItem]:
    """Every item that the parts of the year must publish, in their order, ticked off against the report."""
    printed = _printed(report)
    return [
        PublishedItem(part, must, tuple(_answers(content, part, must, printed)))
        for part in content.collection.edition.parts
        for must in part.definition.must_publish
    ]


def unpublished(items: Iterable[PublishedItem]) -> list[Finding]:
    """A finding for each item that the report does not answer, or not wholly."""
    return [
        Finding(
            "N910",
            Place(file=f"{item.part.folder.name}/{item.part.manuscript.name}"),
            expected=item.definition.item,
            details={"what": "、".join(item.missing), "why": item.definition.basis},
        )
        for item in items
        if item.missing
    ]


def _printed(report: Report) -> _Printed:
    tables: dict[str, tuple[Table, str]] = {}
    numbers: dict[str, str] = {}
    sentences: list[tuple[str, str]] = []
    headings: dict[int, str] = {}
    for block in report.blocks:
        place = STEP.join(headings.values())
        match block:
            case Heading(level, text):
                headings = {above: own for above, own in headings.items() if above < level} | {level: text}
            case Table():
                tables.setdefault(block.id, (block, f"{place}{STEP}{block.caption}"))
            case Paragraph(text, said):
                numbers = dict.fromkeys((number.name for number in said), place) | numbers
                sentences.append((text, place))
            case Bullets(_, said):
                numbers = dict.fromkeys((number.name for number in said), place) | numbers
    return _Printed(tables, numbers, tuple(sentences))


def _answers(content: Content, part: Part, must: MustPublish, printed: _Printed) -> Iterator[Answer]:
    instead = next((place for text, place in printed.sentences if must.none and must.none in text), "")
    for key in must.tables:
        _, place = printed.tables.get(part.table_id(key), (None, ""))
        yield Answer(f"表「{key}」", place or (instead if _table_is_empty(content, part, key) else ""))
    for cells in must.values:
        keys = cell_keys(*part.count_table(cells.table), cells)
        nothing = all(content.collection.totals.values.get(key) == 0 for key in keys)
        for name, place in _numbers(part, cells, printed):
            yield Answer(name, place or (instead if nothing else ""))
    for key in must.figures:
        yield Answer(f"割合「{key}」", printed.numbers.get(f"{part.key}.{key}", ""))


def _numbers(part: Part, cells: Cells, printed: _Printed) -> Iterator[tuple[str, str]]:
    """The name of each of the numbers, and where a sentence or a table of the report shows it."""
    table_id = part.table_id(cells.table)
    table, place = printed.tables.get(table_id, (None, ""))
    for row, column in product(cells.rows or ("",), cells.column_labels):
        name = number_name(CellKey(table_id, cells.group if row else "", row, column))
        in_table = table is not None and (_has_row(table, cells.group, row) if row else table.has_total)
        yield name, printed.numbers.get(name, "") or (place if in_table else "")


def _has_row(table: Table, group: str, row: str) -> bool:
    heading = ""
    for first, *_ in table.rows:
        if first.heads_rows:
            heading = first.name
        elif first.name == row and group in ("", heading):
            return True
    return False


def _table_is_empty(content: Content, part: Part, key: str) -> bool:
    """Whether there was nothing to count: every number a known zero, or no entry at all."""
    table_id = part.table_id(key)
    if isinstance(part.tables[key], CountTable):
        return all(value == 0 for cell, value in content.collection.totals.values.items() if cell.table == table_id)
    return not content.collection.tallies.entries[table_id]
