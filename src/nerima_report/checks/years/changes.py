"""7xx: numbers that changed beyond the limits of years.toml, of the ward and of single 課.

Columns that must have the same total (links.toml) are one number; so it is said once. Where a whole table moved,
its rows are held against that move, so that ten rows do not say what their sum says. Stocks have limits of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import hypot
from statistics import median

from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable
from nerima_report.findings import Finding
from nerima_report.places import CellKey
from nerima_report.records.change_statistics import is_beyond, slipped_digits, stock_move
from nerima_report.records.years import Year, YearEvidence

Column = tuple[str, str]  # table id and column


def numbers_change_within_limits(evidence: YearEvidence) -> Iterator[Finding]:
    """No number of the ward changes beyond the limits, and none by a digit."""
    previous = evidence.previous
    said: set[Column] = set()
    for table_id, table, part in _tables(evidence):
        if previous is None or not evidence.compares(table_id, previous):
            continue
        for column in table.columns:
            own = (table_id, column.label)
            if column.sum_of:
                continue  # its parts say it
            if previous.units.get(own) != evidence.current.units.get(own):
                continue
            first = equal_columns(part, own)[0]
            for finding in _column_changes(evidence, previous, table, own):
                if finding.place.row or first not in said:
                    yield finding
                if not finding.place.row:
                    said.add(first)


def sections_change_within_limits(evidence: YearEvidence) -> Iterator[Finding]:
    """No 課 changes beyond the limits in what it reported as a whole."""
    previous, limits = evidence.previous, evidence.edition.years.limits.section
    said: set[Column] = set()
    for table_id, table, part in _tables(evidence):
        if previous is None or not table.total or not evidence.compares(table_id, previous):
            continue
        for column in table.columns:
            first = equal_columns(part, (table_id, column.label))[0]
            goes_on = evidence.compares_cell(CellKey(table_id, "", "", column.label), previous)
            if first in said or not column.additive or not goes_on:
                continue
            said.add(first)
            for section, now in evidence.current.tallies.items():
                counted = table.keys_of_total(table_id, column.label)
                keys = [key for key in now if (key.table, key.column) == (table_id, column.label) and key in counted]
                past = [year.tallies.get(section, {}) for year in evidence.earlier]
                if not keys or not set(keys) <= past[-1].keys():
                    continue
                series = _complete(past, keys)
                before, after = series[-1], sum(now[key] for key in keys)
                if is_beyond(before, after, limits, series):
                    years = (evidence.current, previous)
                    place, related = (year.places.tally(section, keys) for year in years)
                    yield Finding("N712", place, before, after, after - before, (related,))


def equal_columns(part: Part, column: Column) -> list[Column]:
    """The columns whose totals must be that of this one, in the order of definition; at least itself."""
    same, waiting = {column}, [column]
    pairs = [
        tuple((part.table_id(side.table), side.column) for side in (link.left, link.right))
        for link in part.links
        if link.relation == "equal"
        and not any(side.rows or side.group or side.columns for side in (link.left, link.right))
    ]
    while waiting:
        own = waiting.pop()
        for pair in pairs:
            new = set(pair) - same if own in pair else set()
            same |= new
            waiting += new
    order = [
        (part.table_id(k), c.label) for k, t in part.tables.items() if isinstance(t, CountTable) for c in t.columns
    ]
    return [other for other in order if other in same]


def _tables(evidence: YearEvidence) -> Iterator[tuple[str, CountTable, Part]]:
    for part in evidence.parts:
        for key, table in part.tables.items():
            if isinstance(table, CountTable):
                yield part.table_id(key), table, part


def _complete(past: Sequence[Mapping[CellKey, int]], keys: Sequence[CellKey]) -> list[int]:
    """The sums of the last years in which a 課 said all of the cells."""
    sums: list[int] = []
    for tallies in reversed(past):
        if not set(keys) <= tallies.keys():
            break
        sums.append(sum(tallies[key] for key in keys))
    return sums[::-1]


def _column_changes(evidence: YearEvidence, previous: Year, table: CountTable, named: Column) -> Iterator[Finding]:
    table_id, column = named
    limits = evidence.edition.years.limits.change
    now, before = evidence.current.known, previous.known
    keys = table.keys_of_total(table_id, column)
    keys = [key for key in keys if key in now and key in before and evidence.compares_cell(key, previous)]
    if not keys:
        yield from _total_change(evidence, previous, table, named)
        return
    digits, restless = evidence.edition.years.limits.slip, evidence.restlessness
    stocks = [key for key in keys if key in evidence.stocks]
    stocks_beyond = _stocks_beyond(evidence, stocks, evidence.fiscal_year - previous.fiscal_year)
    beyond = [
        key
        for key in keys
        if key in stocks_beyond
        or slipped_digits(before[key], now[key], digits)
        or (key not in stocks and is_beyond(before[key], now[key], limits, evidence.series(key), restless))
    ]
    total = sum(before[key] for key in keys), sum(now[key] for key in keys)
    moved = bool(table.total) and is_beyond(*total, limits, evidence.series_of(keys))
    if moved:
        scale = median(now[key] / before[key] for key in keys if before[key]) if total[0] else 1
        beyond = [
            key for key in beyond if key in stocks or is_beyond(before[key] * scale, now[key], limits, (), restless)
        ]
        rest = [key for key in keys if key not in beyond]
        moved = is_beyond(sum(before[key] for key in rest), sum(now[key] for key in rest), limits)
    if moved:
        columns = {key.column for key in keys}
        whole = [
            {k for k in year if k.table == table_id and k.column in columns and table.is_counted(k.group, k.row)}
            for year in (now, before)
        ]
        rows = "" if whole == [{*keys}] * 2 else f"どちらの年度にもある{len(keys)}行の計"
        yield _finding(evidence, CellKey(table_id, "", "", column), *total, about=rows)
    for key in beyond:
        yield _finding(evidence, key, before[key], now[key], stocks_beyond.get(key, ""))


def _total_change(evidence: YearEvidence, previous: Year, table: CountTable, named: Column) -> Iterator[Finding]:
    """The change of a total where the rows of one of the years are not known."""
    before, after = (year.total(*named, table) for year in (previous, evidence.current))
    if before is None or after is None or not table.total:
        return
    limits = evidence.edition.years.limits
    if slipped_digits(before, after, limits.slip) or is_beyond(before, after, limits.change, (), evidence.restlessness):
        yield _finding(evidence, CellKey(named[0], "", "", named[1]), before, after)


def _stocks_beyond(evidence: YearEvidence, stocks: Sequence[CellKey], years: int) -> dict[CellKey, str]:
    """The stocks of a column that moved too far, each with what is likely, or ''.

    Two that are likely exchanged have moved too far together: each is nearer to where the other was expected.
    """
    limits, now = evidence.edition.years.limits.stock, evidence.current.known

    def move(key: CellKey, number: int) -> float:
        return stock_move([*evidence.series(key), number], limits, years)

    moves = {key: move(key, now[key]) for key in stocks}
    beyond = {key: "" for key in stocks if moves[key] > limits.spread}
    for one, other in combinations(stocks, 2):
        straight, crossed = (moves[one], moves[other]), (move(one, now[other]), move(other, now[one]))
        nearer = hypot(*straight) ** 2 - hypot(*crossed) ** 2
        if nearer > limits.spread**2 and max(crossed) < min(limits.spread, *straight):
            beyond |= {key: f"「{exchanged.row}」と入れ替わっているかもしれません。"
                       for key, exchanged in ((one, other), (other, one))}  # fmt: skip
    return beyond


def _finding(
    evidence: YearEvidence, key: CellKey, before: int, after: int, likely: str = "", about: str = ""
) -> Finding:
    """A change beyond the limits; `about` says of what, where it is neither a cell nor the total of a column."""
    factor = slipped_digits(before, after, evidence.edition.years.limits.slip)
    place, *related = (year.places.cell(key) for year in (evidence.current, *evidence.earlier[-1:]))
    about = about or f"{key.group} {key.row}".strip() or "合計"
    details = {"number": f"{factor:,}", "about": about, "likely": likely}
    return Finding("N710" if factor else "N711", place, before, after, after - before, tuple(related), details)
