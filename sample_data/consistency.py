"""What must hold between the invented workbooks and the published figures. Every check raises ValueError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nerima_report.edition import Edition
from nerima_report.edition.links import Link, cell_keys
from nerima_report.edition.part import Part
from nerima_report.places import CellKey

Counts = Mapping[CellKey, int]  # 件 or 人 by cell; a cell that is not there counts nothing

_RELATIONS = {
    "equal": lambda left, right: left == right,
    "at_most": lambda left, right: left <= right,
    "at_least": lambda left, right: left >= right,
    "both_or_neither": lambda left, right: (left == 0) == (right == 0),
}


def require(holds: bool, what: object) -> None:
    """Raise ValueError unless the condition holds."""
    if not holds:
        raise ValueError(f"the sample data is not consistent: {what}")


def check_totals(edition: Edition, published: Counts, sections: Sequence[Counts]) -> None:
    """Sections add up to what was published; persons at least, with none above it; none stands alone."""
    for key, total in published.items():
        table = edition.count_tables[key.table]
        column = table.column(key.column)
        if column is None or table.reported_by == "coordinator":
            continue
        counts = [section.get(key, 0) for section in sections]
        if column.additive:
            require(sum(counts) == total, (key, sum(counts), total))
        else:
            require(max(counts) <= total <= sum(counts), (key, max(counts), total, sum(counts)))
        require(total < 2 or sum(count > 0 for count in counts) >= 2, (key, "only one section"))


def check_links(edition: Edition, counts: Counts, whose: str) -> None:
    """Every link of the definitions holds in one workbook, also those that would only be warnings."""
    for part in edition.parts:
        for link in part.links:
            if not all(part.count_table(cells.table)[1].is_handed_in for cells in (link.left, link.right)):
                continue  # nobody writes down what is made from another table
            for left, right in _sides(edition, part, link):
                sums = [sum(counts.get(key, 0) for key in side) for side in (left, right)]
                require(_RELATIONS[link.relation](*sums), (whose, link.key, sums))


def _sides(edition: Edition, part: Part, link: Link) -> list[tuple[list[CellKey], list[CellKey]]]:
    """The pairs of cells whose sums a link compares: one pair, or one for each row of the left side."""
    ids = [part.table_id(cells.table) for cells in (link.left, link.right)]
    left = cell_keys(ids[0], edition.count_tables[ids[0]], link.left)
    right = cell_keys(ids[1], edition.count_tables[ids[1]], link.right)
    if not link.each_row:
        return [(left, right)]
    same_row = [[k for k in right if link.right.rows or (k.group, k.row) == (key.group, key.row)] for key in left]
    return [([key], others) for key, others in zip(left, same_row, strict=True)]
