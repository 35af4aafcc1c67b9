"""Totals → figures: shares and rates from their declared definitions, in exact decimal arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nerima_report.edition import Edition, cell_keys
from nerima_report.edition.part import Part
from nerima_report.edition.tables import Figure
from nerima_report.places import CellKey
from nerima_report.tallies.totals import Totals


@dataclass(frozen=True)
class Share:
    """A computed figure: its definition, numerator and denominator (件 or 人), and its value in %.

    `rows` are the rows of the numerator: the declared ones, or the largest (all of them when they tie).
    `value` is None when the denominator is zero or a number is unknown.
    """

    definition: Figure
    rows: tuple[str, ...]
    numerator: int | None
    denominator: int | None
    value: Decimal | None


def compute_figures(totals: Totals, edition: Edition) -> Mapping[str, Share]:
    """All figures of the edition, by part and key: 公開.公開率."""
    return {
        f"{part.key}.{figure.key}": _compute(figure, part, totals) for part in edition.parts for figure in part.figures
    }


def percentage(numerator: int, denominator: int, digits: int) -> Decimal | None:
    """A share in percent, rounded half up; None when there is nothing to divide by.

    >>> percentage(846, 2199, 1), percentage(986 + 700, 2199 - 148 - 1 - 320, 1), percentage(0, 0, 1)
    (Decimal('38.5'), Decimal('97.5'), None)
    >>> percentage(1, 8, 0), percentage(5, 1000, 0), percentage(125, 10000, 1)
    (Decimal('13'), Decimal('1'), Decimal('1.3'))
    """
    if denominator == 0:
        return None
    scale = 100 * 10**digits
    return Decimal((2 * numerator * scale + denominator) // (2 * denominator)).scaleb(-digits)


def largest_rows(totals: Totals, part: Part, table_key: str, column: str) -> tuple[str, ...]:
    """The rows with the largest count above zero in a column; several when they tie."""
    values = {row: totals.values.get(key) or 0 for row, key in _rows(part, table_key, column).items()}
    largest = max(values.values())
    return tuple(row for row, value in values.items() if value == largest and largest > 0)


def _compute(figure: Figure, part: Part, totals: Totals) -> Share:
    cells = figure.denominator
    table_id, table = part.count_table(cells.table)
    denominator = totals.sum(k for k in cell_keys(table_id, table, cells) if k.row not in figure.excluded)
    if figure.numerator is None:
        rows = largest_rows(totals, part, cells.table, cells.column)
        numerator = totals.values.get(_rows(part, cells.table, cells.column)[rows[0]]) if rows else 0
    else:
        rows = figure.numerator.rows
        table_id, table = part.count_table(figure.numerator.table)
        numerator = totals.sum(cell_keys(table_id, table, figure.numerator))
    known = numerator is not None and denominator is not None
    value = percentage(numerator or 0, denominator or 0, figure.digits) if known else None
    return Share(figure, rows, numerator, denominator, value)


def _rows(part: Part, table_key: str, column: str) -> dict[str, CellKey]:
    table_id, table = part.count_table(table_key)
    return {key.row: key for key in table.keys(table_id, column)}
