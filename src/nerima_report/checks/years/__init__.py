"""7xx: between years, as they were published: what appeared, vanished, was defined anew, copied or does not go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from nerima_report.checks.explained import unused_explanations
from nerima_report.checks.years.changes import numbers_change_within_limits, sections_change_within_limits
from nerima_report.checks.years.registers import registers_go_on
from nerima_report.edition import Edition
from nerima_report.edition.links import cell_keys
from nerima_report.errors import CannotProceed
from nerima_report.findings import Finding, Whole, explain
from nerima_report.fiscal_year import full_name
from nerima_report.places import CellKey
from nerima_report.records.change_statistics import chance_of_identity
from nerima_report.records.file import RecordFile, changed_numbers, open_record
from nerima_report.records.years import Year, YearEvidence, year_of
from nerima_report.registers.master import keeps_registers, load_masters
from nerima_report.tallies.counting import counted_tables
from nerima_report.tallies.figures import row_share
from nerima_report.tallies.printed_rates import Difference, cell_differs, other_roundings, rate_differs
from nerima_report.tallies.totals import Totals, published_table
from nerima_report.workspace import Workspace

MOST_NAMED = 5


def there_is_a_year_before(evidence: YearEvidence) -> Iterator[Finding]:
    """There is something to compare with, and it is the year before."""
    if evidence.previous is None:
        yield Finding("N701", evidence.current.places.whole)
        return
    missing = range(evidence.previous.fiscal_year + 1, evidence.fiscal_year)
    if missing:
        names = _listed([full_name(year) for year in missing])
        previous = full_name(evidence.previous.fiscal_year)
        place = evidence.current.places.whole
        yield Finding("N702", place, previous, names, len(missing), details={"about": names})


def series_break_as_declared(evidence: YearEvidence) -> Iterator[Finding]:
    """Where the law or a table changed, the numbers are not compared, and that is said."""
    for part in evidence.parts if evidence.previous else ():
        rules = [b for p, b in evidence.breaks(evidence.previous) if p is part] if evidence.previous else []
        found = [f"{rule.table} {rule.cells}".rstrip() for rule in rules]
        if found:
            broken = [CellKey(part.table_id(rule.table), "", "", "") for rule in rules]
            place = evidence.current.places.near(evidence.current.places.whole, broken)
            details = {"title": part.definition.title, "about": _listed(found)}
            yield Finding("N708", place, difference=len(found), details=details)


def tables_and_rows_stay(evidence: YearEvidence) -> Iterator[Finding]:
    """No table, row or column appears or vanishes without a mapping or a declared break.

    Where another part took over and declares where series break, its tables are new with it. So are those of a part
    that there was not yet.
    """
    previous = evidence.previous
    if previous is None:
        return
    breaks = [(part, rule) for part, rule in evidence.breaks(previous) if not rule.cells]
    replaced = {part.key for part, _ in breaks if part in evidence.new_parts(previous)}
    known = {part.table_id(found.table) for part, found in breaks}
    known |= {found.before.partition("（")[0] for _, found in breaks}
    before, now = (
        [table for table in year.tables if table not in known and table.partition(".")[0] not in replaced]
        for year in (previous, evidence.current)
    )
    parts_before = {part.key for part in evidence.edition.parts_for(previous.fiscal_year)}
    gone = [table for table in before if table not in now]
    come = [table for table in now if table not in before and table.partition(".")[0] in parts_before]
    for code, tables in (("N705", gone), ("N704", come)):
        if tables:
            place = replace(evidence.current.places.whole, table=tables[0] if len(tables) == 1 else "")
            cells = [key for year in (evidence.current, previous) for key in year.values if key.table in tables]
            place = evidence.current.places.near(place, cells, list(previous.values))
            related = tuple(previous.places.table(table) for table in tables if table in gone)
            yield Finding(code, place, None, None, len(tables), related, {"about": _listed(tables)})
    for table_id in evidence.current.tables:
        if table_id in previous.tables and evidence.compares(table_id, previous):
            yield from _rows_stay(evidence, previous, table_id)


def _rows_stay(evidence: YearEvidence, previous: Year, table_id: str) -> Iterator[Finding]:
    places = evidence.current.places
    for what, name in (("行", _row_name), ("列", _column_name)):
        before, now = (_names(evidence, year, table_id, name) for year in (previous, evidence.current))
        if not before or not now:
            continue  # of one of the years only totals are known
        gone, come = [n for n in before if n not in now], [n for n in now if n not in before]
        if gone or come:
            parts = [f"なくなったもの「{_listed(gone)}」"] * bool(gone) + [f"加わったもの「{_listed(come)}」"] * bool(
                come
            )
            details = {"what": what, "about": "、".join(parts)}
            new = [key for key in evidence.current.known if key.table == table_id and name(key) in come]
            lost = [key for key in previous.known if key.table == table_id and name(key) in gone]
            column = [*come, *gone][0] if what == "列" else ""
            place = replace(places.table(table_id), column=column)
            place = places.near(place, [*new, *lost], list(previous.values))
            yield Finding("N709", place, _listed(gone) or None, _listed(come) or None, len(gone) + len(come),
                          tuple(map(previous.places.cell, lost[:1])), details)  # fmt: skip


def units_stay(evidence: YearEvidence) -> Iterator[Finding]:
    """A column is published in the same unit as the year before."""
    previous = evidence.previous
    for (table, column), unit in evidence.current.units.items() if previous else ():
        before = previous.units.get((table, column), unit) if previous else unit
        if previous and before != unit and evidence.compares_cell(CellKey(table, "", "", column), previous):
            place, related = (year.places.table(table, column) for year in (evidence.current, previous))
            yield Finding("N714", place, before, unit, 1, (related,))


def figures_are_defined_as_before(evidence: YearEvidence) -> Iterator[Finding]:
    """A share is computed by the same rule, or its definition says since when by another."""
    previous = evidence.previous
    before = {f.figure: f for f in previous.record.figures} if previous else {}
    for figure in evidence.current.record.figures:
        old = before.get(figure.figure)
        if previous is None or old is None:
            continue
        rule, former = (year.rules[figure.figure] for year in (evidence.current, previous))
        changed = rule.changes(former)
        if changed and all(evidence.compares_cell(key, previous) for key in rule.cells):
            table_id = f"{figure.figure.partition('.')[0]}.{figure.denominator_of.table}"
            details = {"about": figure.figure, "what": _listed(changed)}
            years = (evidence.current, previous)
            place, related = (year.places.figure(figure.figure, table_id) for year in years)
            place = replace(place, row=figure.figure.partition(".")[2])
            yield Finding("N707", place, old.value, figure.value, len(changed), (related,), details)


def printed_rates_are_as_computed(evidence: YearEvidence) -> Iterator[Finding]:
    """A share that was taken from print is what the published numbers give by the rule of its year."""
    record, places = evidence.current.record, evidence.current.places
    for figure in record.figures:
        recomputed = record.recomputed.get(figure.figure)
        if figure.value is not None and recomputed is not None and recomputed != figure.value:
            place = places.figure(figure.figure, f"{figure.figure.partition('.')[0]}.{figure.denominator_of.table}")
            place = replace(place, row=figure.figure.partition(".")[2])
            numbers, printed = (figure.numerator, figure.denominator), Decimal(figure.value)
            ways = other_roundings(printed, numbers, figure.rounding)
            yield rate_differs(figure.figure, Difference(printed, Decimal(recomputed), numbers, ways), place)


def printed_columns_of_shares_are_as_computed(evidence: YearEvidence) -> Iterator[Finding]:
    """The same of the shares in columns of shares, as far as the definitions of today have these columns."""
    record = evidence.current.record
    totals = Totals(record.values, printed=record.totals)
    tables = evidence.edition.for_year(record.fiscal_year).count_tables
    for key, (printed, recomputed) in record.shares.items():
        table = tables.get(key.table)
        rate = next((rate for rate in (table.rates if table else ()) if rate.label == key.column), None)
        if recomputed is None or recomputed == printed or table is None or rate is None:
            continue
        told = published_table(key.table, table, totals)
        share = row_share(key.table, told, rate, totals, told.row(key.group, key.row))
        numbers = share.numerator, share.denominator
        ways = other_roundings(printed, numbers, rate.rounding, whole=not rate.never_whole)
        place = evidence.current.places.table(key.table)
        yield cell_differs(key, table.total, Difference(printed, recomputed, numbers, ways), place)


def stocks_go_on(evidence: YearEvidence) -> Iterator[Finding]:
    """Last year's closing number plus what was new less what ended is this year's closing number."""
    previous = evidence.previous
    if previous is None or previous.fiscal_year != evidence.fiscal_year - 1:
        return
    for part in evidence.parts:
        for stock in part.definition.stocks:
            table_id = part.table_id(stock.table)
            closing, new, ended = (
                CellKey(table_id, "", row, stock.column) for row in (stock.closing, stock.new, stock.ended)
            )
            known = evidence.current.known
            if closing not in previous.known or not {closing, new, ended} <= known.keys():
                continue
            expected = previous.known[closing] + known[new] - known[ended]
            if known[closing] != expected and evidence.compares_cell(closing, previous):
                place, before = (year.places.cell(closing) for year in (evidence.current, previous))
                about = f"{previous.known[closing]:,} ＋ {known[new]:,} − {known[ended]:,}"
                difference = known[closing] - expected
                yield Finding("N706", place, expected, known[closing], difference, (before,), {"about": about})


def what_was_open_is_carried_over(evidence: YearEvidence) -> Iterator[Finding]:
    """What the year says that it took over is what the year before left open."""
    previous = evidence.previous
    if previous is None or previous.fiscal_year != evidence.fiscal_year - 1:
        return
    for part in evidence.parts:
        for carried in part.definition.carried_over:
            left, taken = (cell_keys(*part.count_table(cells.table), cells) for cells in (carried.before, carried.now))
            if not (previous.known.keys() >= set(left) and evidence.current.known.keys() >= set(taken)):
                continue
            expected, found = sum(previous.known[key] for key in left), sum(evidence.current.known[k] for k in taken)
            if found != expected:
                place, before = evidence.current.places.cell(taken[0]), previous.places.cell(left[0])
                details = {"about": full_name(previous.fiscal_year)}
                yield Finding("N715", place, expected, found, found - expected, (before,), details)


def tables_are_not_copied(evidence: YearEvidence) -> Iterator[Finding]:
    """No table says the same as the year before in every cell, unless that may well be chance."""
    previous = evidence.previous
    stocks, counted = evidence.stocks, counted_tables(evidence.edition.for_year(evidence.fiscal_year))
    limit = 1 / evidence.edition.years.limits.identical.chance
    for table_id in evidence.current.tables:
        if previous is None or table_id in counted or not evidence.compares(table_id, previous):
            continue  # a list of cases, from which a table is counted, may well go on as it is
        now = _flows(evidence.current, table_id, stocks)
        if now == _flows(previous, table_id, stocks) and chance_of_identity(now.values()) < limit:
            place, related = (year.places.table(table_id) for year in (evidence.current, previous))
            details = {"about": full_name(previous.fiscal_year)}
            yield Finding("N703", place, None, None, 0, (related,), details)


def the_year_is_as_published(evidence: YearEvidence) -> Iterator[Finding]:
    """A year that was built again says what its record says."""
    if evidence.published is None:
        return
    changes = changed_numbers(evidence.published.record, evidence.current.record)
    if changes:
        first = changes[0]
        details = {"about": first.about, "number": str(len(changes))}
        years = (evidence.current, evidence.published)
        place, related = (year.places.named(first.about) for year in years)
        yield Finding("N713", place, _shown(first.before), _shown(first.after), len(changes), (related,), details)


def _flows(year: Year, table_id: str, stocks: frozenset[CellKey]) -> dict[CellKey, int]:
    return {key: value for key, value in year.known.items() if key.table == table_id and key not in stocks}


def _row_name(key: CellKey) -> str:
    return f"{key.group} {key.row}".strip()


def _column_name(key: CellKey) -> str:
    return key.column


def _names(evidence: YearEvidence, year: Year, table_id: str, name: Callable[[CellKey], str]) -> dict[str, None]:
    """The rows or columns of a table in a year, without those of which it is declared that their series break."""
    rules = [
        rule
        for part, rule in (evidence.breaks(evidence.previous) if evidence.previous else ())
        if part.table_id(rule.table) == table_id
    ]
    keys = [*year.known, *(year.printed if name is _column_name else ())]
    own = (key for key in keys if key.table == table_id and not any(rule.cuts(key) for rule in rules))
    return dict.fromkeys(map(name, own))


def _listed(names: Sequence[str]) -> str:
    more = f"など{len(names)}" if len(names) > MOST_NAMED else ""
    return "、".join(names[:MOST_NAMED]) + more


def _shown(value: int | str | None) -> int | str:
    return "なし" if value is None else value


YEAR_CHECKS = (
    there_is_a_year_before,
    series_break_as_declared,
    tables_and_rows_stay,
    units_stay,
    figures_are_defined_as_before,
    printed_rates_are_as_computed,
    printed_columns_of_shares_are_as_computed,
    stocks_go_on,
    what_was_open_is_carried_over,
    tables_are_not_copied,
    numbers_change_within_limits,
    sections_change_within_limits,
    the_year_is_as_published,
)


def run_year_checks(evidence: YearEvidence) -> list[Finding]:
    """All findings between the years."""
    return [finding for check in YEAR_CHECKS for finding in check(evidence)]


def findings_between(
    workspace: Workspace,
    edition: Edition,
    records: Sequence[RecordFile],
    against: Sequence[int] = (),
    read: Callable[[Path, int], RecordFile] | None = None,
) -> list[Finding]:
    """Hold a year against those before it: all of which there is a record, or only those in `against`.

    `edition` has all its parts. `records` are the year, and after it the published one if it was built again.
    Raises CannotProceed where a record that is wanted is not there, or cannot be used.
    """
    read = read or partial(open_record, edition=edition)
    fiscal_year = records[0].record.fiscal_year
    files = {int(file.stem): file for file in workspace.records if int(file.stem) < fiscal_year}
    for year in against:
        if year not in files:
            raise CannotProceed(f"{full_name(year)}の記録がありません。\n  ファイル: {workspace.record(year)}")
    wanted = [year for year in sorted(files) if not against or year in against]
    earlier = [read(files[year], year) for year in wanted]
    now, before = (
        [year_of(told.record, told.file, edition, fiscal_year, told.lines) for told in years]
        for years in (records, earlier)
    )
    evidence = YearEvidence(edition, now[0], tuple(before), now[1] if len(now) > 1 else None)
    found = run_year_checks(evidence)
    if keeps_registers(workspace.folder):
        found += registers_go_on(evidence, load_masters(workspace.folder, edition))
    whole = Whole(edition.words.whole)
    findings, unused = explain(found, workspace.explanations_for(edition.catalogue), fiscal_year, whole)
    between_years = (explanation for explanation in unused if explanation.is_between_years)
    return [*findings, *unused_explanations(between_years, findings, fiscal_year, whole, only_near=True)]
