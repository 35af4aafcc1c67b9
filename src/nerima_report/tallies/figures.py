"""Totals → figures: shares and rates from their declared definitions, in exact decimal arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from nerima_report.edition import Edition
from nerima_report.edition.definition import Rounding
from nerima_report.edition.figures import Figure
from nerima_report.edition.links import Cells, cell_keys
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable, RateColumn, Row
from nerima_report.places import CellKey
from nerima_report.tallies.totals import Totals, has_unpublished_rows


@dataclass(frozen=True)
class Share:
    """A computed figure: its definition, numerator and denominator (件 or 人), and its value in % as printed.

    `rows` are the rows of the numerator: the declared ones (or columns that are added up instead), or the largest (all
    of them when they tie).
    `value` is None when the denominator is zero or a number is unknown. `rounded` is the value by rounding alone,
    from which `value` differs where the definition says `never_whole`.
    """

    definition: Figure
    rows: tuple[str, ...]
    numerator: int | None
    denominator: int | None
    value: Decimal | None
    rounded: Decimal | None


def compute_figures(totals: Totals, edition: Edition) -> Mapping[str, Share]:
    """All figures of the edition, by part and key: 公開.公開率."""
    return {
        f"{part.key}.{figure.key}": compute_share(figure, part, totals)
        for part in edition.parts
        for figure in part.figures
    }


def percentage(numerator: int, denominator: int, digits: int, rounding: Rounding = "half_up") -> Decimal | None:
    """A share in percent, rounded to so many decimal digits; None when there is nothing to divide by.

    >>> percentage(846, 2199, 1), percentage(986 + 700, 2199 - 148 - 1 - 320, 1), percentage(0, 0, 1)
    (Decimal('38.5'), Decimal('97.5'), None)
    >>> percentage(1, 8, 0), percentage(5, 1000, 0), percentage(125, 10000, 1)
    (Decimal('13'), Decimal('1'), Decimal('1.3'))
    >>> percentage(2, 3, 1, "down"), percentage(1, 3, 1, "up"), percentage(1, 4, 0, "up")
    (Decimal('66.6'), Decimal('33.4'), Decimal('25'))
    """
    if denominator == 0:
        return None
    scaled = numerator * 100 * 10**digits
    match rounding:
        case "half_up":
            steps = (2 * scaled + denominator) // (2 * denominator)
        case "down":
            steps = scaled // denominator
        case "up":
            steps = -(-scaled // denominator)
    return Decimal(steps).scaleb(-digits)


def never_whole(rounded: Decimal, numerator: int, denominator: int) -> Decimal:
    """A rounded share, one step off 100 or 0 where the share itself is not 100 % or 0 %.

    >>> never_whole(Decimal("100.0"), 9999, 10000), never_whole(Decimal("0.0"), 1, 10000)
    (Decimal('99.9'), Decimal('0.1'))
    >>> never_whole(Decimal("100.0"), 7, 7), never_whole(Decimal("0.0"), 0, 7), never_whole(Decimal("38.5"), 5, 13)
    (Decimal('100.0'), Decimal('0.0'), Decimal('38.5'))
    """
    step = Decimal(1).scaleb(int(rounded.as_tuple().exponent))
    if rounded == 100 and numerator != denominator:
        return rounded - step if numerator < denominator else rounded + step
    return step if rounded == 0 and numerator > 0 else rounded


def largest_rows(
    totals: Totals, part: Part, cells: Cells, excluded: Collection[str] = (), rank: int = 1
) -> tuple[str, ...]:
    """The rows with the largest count above zero in a column, or with that of another rank; several when they tie.

    Rows that tie have one rank, and the next smaller count has the next. Rows of the same label are added up over the
    groups, unless `cells` names a group. There are none where a row that was not published may have that rank.
    """
    counts: dict[str, int] = {}
    for key in _keys(part, cells):
        if key.row not in excluded:
            counts[key.row] = counts.get(key.row, 0) + (totals.values.get(key) or 0)
    in_order = sorted({count for count in counts.values() if count > 0}, reverse=True)
    wanted = [count for count in in_order[rank - 1 : rank] if count > unpublished_count(totals, part, cells)]
    return tuple(row for row, count in counts.items() if count in wanted)


def unpublished_count(totals: Totals, part: Part, cells: Cells) -> int:
    """How much (件 or 人) of a published total is not in any row of a column that was published."""
    table_id, table = part.count_table(cells.table)
    count = 0
    for label in cells.column_labels:
        keys = table.keys_of_total(table_id, label)
        total = totals.total(table_id, label, keys)
        if total is not None and has_unpublished_rows(CellKey(table_id, "", "", label), table, totals.printed):
            count += total - (totals.so_far(keys) or 0)
    return count


def compute_share(figure: Figure, part: Part, totals: Totals) -> Share:
    """A figure by its definition, which need not be one of the part."""
    of = figure.denominator
    denominator = _sum(totals, part, of, figure.excluded)
    if figure.numerator is None:
        rows = largest_rows(totals, part, of, figure.excluded)
        counted = rows[:1] or of.rows  # without a largest row all of them are nothing, or are not known
        numerator = _sum(totals, part, of.model_copy(update={"rows": counted}))
        if not rows and unpublished_count(totals, part, of):
            numerator = None
    else:
        rows = figure.numerator.rows or figure.numerator.columns
        numerator = _sum(totals, part, figure.numerator)
    rounded = None
    if numerator is not None and denominator is not None:
        rounded = percentage(numerator, denominator, figure.digits, figure.rounding)
    value = printed_share(numerator, denominator, figure)
    return Share(figure, rows, numerator, denominator, value, rounded)


@dataclass(frozen=True)
class RowShare:
    """A share in a column of shares: numerator and denominator (件 or 人), and its value in % as printed.

    `value` is None when the denominator is zero or a number is unknown.
    """

    numerator: int | None
    denominator: int | None
    value: Decimal | None


def row_share(table_id: str, table: CountTable, rate: RateColumn, totals: Totals, row: Row | None = None) -> RowShare:
    """The share of a row in a column of shares; without a row that of the total. What was printed stays so."""

    def number(label: str, of: Row | None) -> int | None:
        if of is None:
            has_column = table.column(label) is not None  # a published year may lack it
            return totals.total(table_id, label, table.keys_of_total(table_id, label)) if has_column else None
        return totals.values.get(of.key(table_id, label))

    def added(labels: Sequence[str]) -> int | None:
        numbers = [number(label, row) for label in labels]
        return None if None in numbers else sum(filter(None, numbers))

    numerator, denominator = added([rate.of] if rate.of else rate.numerator), added(rate.denominator)
    if rate.of:
        denominator = number(rate.of, None)
    printed = totals.shares.get(row.key(table_id, rate.label) if row else CellKey(table_id, "", "", rate.label))
    value = printed.value if printed else printed_share(numerator, denominator, rate)
    return RowShare(numerator, denominator, value)


def printed_share(numerator: int | None, denominator: int | None, rule: Figure | RateColumn) -> Decimal | None:
    """A share in percent, rounded by its rule; None where a number is unknown, or there is nothing to divide by."""
    if numerator is None or denominator is None:
        return None
    rounded = percentage(numerator, denominator, rule.digits, rule.rounding)
    if rounded is None or not rule.never_whole:
        return rounded
    return never_whole(rounded, numerator, denominator)


def _sum(totals: Totals, part: Part, cells: Cells, excluded: Sequence[str] = ()) -> int | None:
    """The sum of cells but for the excluded rows; None where something of it was not published.

    Of a whole column of which not all rows were published it is the total without the excluded rows.
    """
    table_id, table = part.count_table(cells.table)
    if not all(map(table.column, cells.column_labels)):
        return None
    left_out = _keys(part, cells.model_copy(update={"rows": tuple(excluded)})) if excluded else []
    wanted = [key for key in _keys(part, cells) if key not in left_out]
    columns = [CellKey(table_id, "", "", label) for label in cells.column_labels]
    if not any(has_unpublished_rows(name, table, totals.printed) for name in columns):
        return totals.sum(wanted)
    added_up = {part.column for name in columns for part in table.parts_of(name)}
    # The table has only the rows that were published, the totals have all of them.
    unknown = {
        key.row
        for key, value in totals.values.items()
        if value is None and key.table == table_id and key.column in added_up and cells.group in ("", key.group)
    }
    if not (unknown - {*excluded} if not cells.rows else unknown & {*cells.rows} - {*excluded}) and wanted:
        return totals.sum(wanted)
    if cells.rows or cells.group or unknown & {*excluded}:
        return None
    whole = [totals.total(table_id, name.column, table.parts_of(name)) for name in columns]
    left = totals.sum(left_out)
    return None if left is None or None in whole else sum(filter(None, whole)) - left


def _keys(part: Part, cells: Cells) -> list[CellKey]:
    return cell_keys(*part.count_table(cells.table), cells)
