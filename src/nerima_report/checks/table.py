"""4xx: within a table: the rows add up to the stated total, the 検算 line says so, no entry stands there twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from nerima_report.checks.links import tables_agree_in_each_workbook
from nerima_report.edition.catalogue import ranges as in_few_words
from nerima_report.findings import Finding, Severity
from nerima_report.places import Place
from nerima_report.tallies.cell_values import as_shown, read_count, shown
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.model import FilledCell, LocatedCounts, LocatedEntries, StatedCell
from nerima_report.workbooks import Sheet, position_of
from nerima_report.workbooks.formulas import Range, sum_of, summed_ranges


def rows_add_up(collection: Collection) -> Iterator[Finding]:
    """The stated total of a column is the sum of its rows; totals that cannot be compared are said once a file."""
    unverifiable: dict[str, list[Place]] = defaultdict(list)
    for stated in stated_totals(collection):
        rows = summed_cells(collection, stated)
        if collection.edition.from_print and stated.key in collection.totals.printed:
            yield from _total_of_more(collection, stated, rows)
            continue
        if not all(cell.known for cell in rows):
            continue  # the blank or unreadable cell is a finding of its own
        if stated.key.row and not _has_all_parts(collection, stated, rows):
            continue  # a published year may have the sum without its parts
        found = stated_number(stated)
        if found is not None:
            yield from _compare(collection, stated, rows, found)
        elif any(cell.reading.status == "reported" for cell in rows):
            unverifiable[stated.place.file].append(stated.place)
    for located in collection.tallies.located:
        if isinstance(located, LocatedCounts) and located.layout.cells and located.layout.missing_total:
            unverifiable[located.submission.file].append(located.place())
    for places in unverifiable.values():
        yield Finding("N402", places[0], related=tuple(places[1:]), details={"number": str(len(places))})


def _total_of_more(collection: Collection, stated: StatedCell, rows: Sequence[FilledCell]) -> Iterator[Finding]:
    """A published total of which not all rows are known: it is that of its columns, or more than the known rows."""
    totals, table = collection.totals, collection.edition.count_tables[stated.key.table]
    found = totals.printed[stated.key]
    others = replace(totals, printed={key: number for key, number in totals.printed.items() if key != stated.key})
    parts = table.parts_of(stated.key)  # none where a table by the roster names no line in that year
    total = others.total(stated.key.table, stated.key.column, parts) if parts else None
    if total is not None:
        if found != total:
            yield Finding(code_of(stated), stated.place, total, found, found - total)
    elif rows:
        known = sum(cell.value for cell in rows)
        yield Finding("N242", stated.place, known, found, found - known)


def _compare(
    collection: Collection, stated: StatedCell, rows: Sequence[FilledCell], found: int | float
) -> Iterator[Finding]:
    """A total that differs from its rows, and why, where its formula or its stored result is at fault."""
    total, whole = sum(cell.value for cell in rows), _as_fact(found)
    difference = whole - total if isinstance(whole, int) else None
    facts = partial(Finding, place=stated.place, expected=total, found=whole, difference=difference)
    ranges = summed_ranges(stated.formula) if stated.formula else None
    texts = tuple(cell.place for cell in rows if cell.reading.respelled)
    left_out = [cell.place for cell in rows if cell.place.cell and ranges and not _covers(ranges, cell.place)]
    if left_out and not _adds_up_sums(collection, stated, ranges or ()):
        about = "、".join(in_few_words(left_out, stated.place))
        is_right = found == total and _result(collection, stated, rows) in (None, found)
        severity: Severity | None = "notice" if is_right else None
        yield facts("N406", related=tuple(left_out), details={"about": about}, severity=severity)
    elif found != total and found - total == -text_sum(rows):
        yield facts("N405", related=texts)
    elif (result := _result(collection, stated, rows)) not in (None, found):
        yield Finding("N407", stated.place, expected=_as_fact(result), found=whole)
    elif found != total and ranges and texts:  # what Excel would compute lacks them, and is no better
        yield facts("N405", related=texts, severity="error")
    elif found != total:
        yield facts(code_of(stated), related=tuple(cell.place for cell in rows))


def code_of(stated: StatedCell) -> str:
    """The code of the finding on a sum that is another one: of all rows, or of some rows or columns."""
    return "N408" if stated.key.row else "N401"


def _has_all_parts(collection: Collection, stated: StatedCell, rows: Sequence[FilledCell]) -> bool:
    return len(rows) == len(collection.edition.count_tables[stated.key.table].parts_of(stated.key))


def _adds_up_sums(collection: Collection, stated: StatedCell, ranges: Sequence[Range]) -> bool:
    """Whether a formula adds up other sums of its table, such as subtotals: then it need not name their parts."""
    of_file = (other for other in stated_totals(collection) if other.place.file == stated.place.file)
    others = (other for other in of_file if other is not stated and other.key.table == stated.key.table)
    return any(other.place.cell and _covers(ranges, other.place) for other in others)


def _as_fact(number: float | None) -> int | str:
    return number if isinstance(number, int) else str(number)


def _covers(ranges: Sequence[Range], place: Place) -> bool:
    row, column = position_of(place.cell)
    return any(top <= row <= bottom and left <= column <= right for (top, left), (bottom, right) in ranges)


def _result(collection: Collection, stated: StatedCell, rows: Sequence[FilledCell]) -> int | float | None:
    """What the formula of a total gives today, if it is a sum, and not one that adds up itself or a text."""
    ranges = summed_ranges(stated.formula) if stated.formula else None
    sheet = _sheet_of(collection, stated) if ranges else None
    if not ranges or sheet is None or _covers(ranges, stated.place) or text_sum(rows):
        return None
    result = sum_of(ranges, sheet.cells)
    return None if result is None else as_shown(result)


def _sheet_of(collection: Collection, stated: StatedCell) -> Sheet | None:
    located = collection.tallies.located_in(stated.place.file)
    return next((table.sheet for table in located if table.table_id == stated.key.table), None)


def text_sum(rows: Sequence[FilledCell]) -> int:
    """What a column holds in cells that are texts (12件): Excel adds up none of them."""
    return sum(cell.value for cell in rows if cell.reading.respelled)


def stated_number(stated: StatedCell) -> int | float | None:
    """The number that a total states, also when it is written as a text; None when it states none."""
    if isinstance(stated.found, int | float) and not isinstance(stated.found, bool):
        return as_shown(stated.found)
    number = read_count(stated.found, stated.unit).value
    return number if isinstance(number, int) else None


def verification_lines_agree(collection: Collection) -> Iterator[Finding]:
    """A 検算 line shows agreement (✓, 0), or nothing because the file was saved without results.

    One that is computed and disagrees with tables that agree was computed before these were changed.
    Where a cell is open or a link is broken the line is right to disagree, and the cause is a finding of its own.
    """
    unsettled = {place.file for finding in tables_agree_in_each_workbook(collection) for place in finding.related}
    unsettled |= {cell.place.file for cell in collection.tallies.cells if not cell.known or cell.reading.respelled}
    for stated in (stated for stated in collection.tallies.stated if stated.kind == "verification"):
        found = "" if stated.found is None else shown(stated.found)
        agreed = collection.edition.files.beside.names("agreed", found)
        if found and not agreed and stated.place.file not in unsettled:
            related = tuple(cell.place for cell in summed_cells(collection, stated))
            if stated.formula is None:
                yield Finding("N403", stated.place, found=found, related=related)
            else:
                yield Finding("N407", stated.place, expected="✓", found=found, related=related)


def entries_are_unique(collection: Collection) -> Iterator[Finding]:
    """No two entries of a list say the same in every field but their order."""
    tables = collection.edition.collected_entries(ward=False) | collection.edition.collected_entries(ward=True)
    for table_id, table in tables.items():
        told = [field.label for field in table.fields if field.type != "order"]
        alike: dict[tuple[LocatedEntries, tuple[object, ...]], list[int]] = defaultdict(list)
        for entry in collection.tallies.entries[table_id]:
            if entry.located and entry.located.table_id == table_id:  # those of a register have checks of their own
                alike[entry.located, tuple(entry[label] for label in told)].append(entry.row)
        for (located, _), rows in alike.items():
            column = min(located.layout.columns.values())
            for row in rows[1:]:
                yield Finding("N404", located.place((row, column)), related=(located.place((rows[0], column)),))


def stated_totals(collection: Collection) -> Iterator[StatedCell]:
    """The totals that are stated in the workbooks."""
    return (stated for stated in collection.tallies.stated if stated.kind == "total")


def summed_cells(collection: Collection, stated: StatedCell) -> list[FilledCell]:
    """The cells that a stated sum adds up: those above a total, those of a group, those beside it."""
    cells = collection.cells[stated.place.file]
    parts = collection.edition.count_tables[stated.key.table].parts_of(stated.key)
    return [cells[key] for key in parts if key in cells]
