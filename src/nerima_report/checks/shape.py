"""2xx: the shape of a workbook (cover, sheets, headings and row labels), and that nothing is out of sight."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from nerima_report.checks.form_texts import TextsOfForms
from nerima_report.checks.unread import filled, has_lost_its_headings, label_of_row, unknown_rows
from nerima_report.edition.municipality import Words
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_name
from nerima_report.places import Place
from nerima_report.tallies.cell_values import shown
from nerima_report.tallies.collection import Collection, on_cover
from nerima_report.tallies.layout import COVER_SHEET
from nerima_report.tallies.model import LocatedCounts, LocatedEntries
from nerima_report.tallies.submission import LEDGER_FORM, Submission, Unidentified
from nerima_report.text import asked, label_of, likely, plain
from nerima_report.workbooks import Position, Sheet, address, is_blank, is_index

MOST_RELATED = 20  # cells that one finding names
MOST_MERGES = 20  # findings for one table: who merges more has heard of it


def covers_say_who_and_when(collection: Collection) -> Iterator[Finding]:
    """Every workbook has a cover that says 年度, 様式, 課 and 提出回."""
    for fault in collection.inbox.unidentified:
        place = Place(file=label_of(fault.path), sheet=COVER_SHEET, cell=fault.cell)
        if fault.label == COVER_SHEET:
            yield Finding("N201", Place(file=label_of(fault.path)))
        else:
            words = collection.edition.words
            expected = _written_as(fault, collection.fiscal_year, words)
            yield Finding("N202", place, expected, fault.found or "空欄", details={"label": words.label(fault.label)})


def _written_as(fault: Unidentified, fiscal_year: int, words: Words) -> str:
    """How an answer of the cover is written; without a year it is that of a year typed in from print."""
    forms = [form for form in fault.forms if form != LEDGER_FORM] or fault.forms  # which a 課 has never seen
    year = full_name(fiscal_year) if fiscal_year else "公表した年度"
    return {"年度": year, "様式": "」か「".join(forms), "課": f"{words.section}の名前", "提出回": "1"}[fault.label]


def form_versions_are_known(collection: Collection) -> Iterator[Finding]:
    """The form is the one that was sent out for this edition, or an earlier one that asks the same."""
    municipality = collection.edition.municipality
    expected = municipality.form_version
    for submission in collection.submissions:
        if submission.form_version not in (expected, *municipality.earlier_form_versions):
            found = submission.form_version or "空欄"
            yield Finding("N209", on_cover(submission, "様式の版"), expected=expected, found=found)


def marks_are_clear(collection: Collection) -> Iterator[Finding]:
    """The list of the cover says what it may say, or nothing."""
    for submission in collection.submissions:
        for mark in submission.unclear_marks:
            place = Place(submission.section, submission.file, COVER_SHEET, mark.cell, table=mark.key)
            yield Finding("N211", place, expected=mark.expected, found=mark.text)


def covers_say_one_thing(collection: Collection) -> Iterator[Finding]:
    """The cover, or several of them, answer each question once."""
    for submission in collection.submissions:
        for other in submission.other_answers:
            first = on_cover(submission, other.label)
            place = Place(submission.section, submission.file, other.sheet, other.cell)
            details = {"label": other.label}
            yield Finding("N221", place, found=other.text, related=(first,), details=details)


def sheets_with_content_are_read(collection: Collection) -> Iterator[Finding]:
    """A sheet that holds something and is no table of this year's form is left out, but not in silence."""
    texts = TextsOfForms(collection.edition)
    tables: dict[str, list[LocatedCounts | LocatedEntries]] = defaultdict(list)
    for located in collection.tallies.located:
        tables[located.submission.file].append(located)
    for submission in collection.submissions:
        read = {name for located in tables[submission.file] for name in located.sheets}
        for sheet in submission.workbook.sheets:
            known = sheet is submission.cover or sheet.name in read or plain(sheet.name) == texts.guide_sheet
            known = known or any(other.sheet == sheet.name for other in submission.other_answers)
            if not (known or is_index(sheet)) and filled(sheet):
                differs = _copy_of(submission, sheet, tables[submission.file])
                yield differs or _unread_sheet(submission, sheet, texts)


def _unread_sheet(submission: Submission, sheet: Sheet, texts: TextsOfForms) -> Finding:
    """A sheet that is left out; numbers on it, also such as a formula will have, make that a warning."""
    place = Place(submission.section, submission.file, sheet.name)
    numbers = any(map(texts.numerals.elsewhere, filled(sheet).values()))
    expected = full_name(submission.fiscal_year)
    return Finding("N212", place, expected=expected, severity="warning" if numbers else None)


def _copy_of(submission: Submission, sheet: Sheet, tables: Iterable[LocatedCounts | LocatedEntries]) -> Finding | None:
    """What is to be said of a sheet that began as a copy of one that is read; None of any other."""
    place = Place(submission.section, submission.file, sheet.name)
    for original in (submission.cover, *(located.sheet for located in tables)):
        if original is not None and _is_copy(sheet, original):
            different = sorted(p for p in {*sheet.cells, *original.cells} if not _same(sheet, original, p))
            if not different:
                return Finding("N212", place, expected=full_name(submission.fiscal_year))
            return Finding(
                "N220",
                replace(place, cell=address(different[0])),
                found=_shown(sheet, different[0]),
                expected=_shown(original, different[0]),
                related=tuple(
                    replace(place, sheet=name, cell=address(position))
                    for position in different[:MOST_RELATED]
                    for name in (sheet.name, original.name)
                )[1:],
                details={"what": original.name, "number": str(len(different))},
            )
    return None


def _shown(sheet: Sheet, position: Position) -> str:
    value = sheet.cells.get(position)
    return "空欄" if is_blank(value) else shown(value)


def _is_copy(sheet: Sheet, original: Sheet) -> bool:
    """Whether a sheet began as a copy of another: it has its name with something behind, or the text in its A1."""
    first = original.cells.get((1, 1))
    named = plain(sheet.name).startswith(plain(original.name))
    return named or (isinstance(first, str) and plain(sheet.cells.get((1, 1), "")) == plain(first))


def _same(sheet: Sheet, original: Sheet, position: Position) -> bool:
    values = sheet.cells.get(position), original.cells.get(position)
    return values[0] == values[1] or (is_blank(values[0]) and is_blank(values[1]))


def tables_are_there(collection: Collection) -> Iterator[Finding]:
    """Every table stands on exactly one sheet, unless the cover says 該当なし."""
    for located in collection.tallies.located:
        place = located.place()
        if len(located.sheets) > 1:
            yield Finding("N204", place, details={"sheets": "、".join(f"「{name}」" for name in located.sheets)})
        elif not located.sheets and not located.not_applicable:
            beside = collection.tallies.located_in(located.submission.file)
            taken = {name for table in beside for name in table.sheets}
            names = [sheet.name for sheet in located.submission.workbook.sheets if sheet.name not in taken]
            hint = asked(likely(located.table_id, names))
            yield Finding("N203", place, details={"title": _title(collection, located.table_id), "likely": hint})


def headings_and_rows_are_there(collection: Collection) -> Iterator[Finding]:
    """Every heading and row label stands on the sheet once; 該当なし excuses no table that is filled in."""
    texts = TextsOfForms(collection.edition)
    for located in collection.tallies.located:
        if not located.found or (located.not_applicable and not has_lost_its_headings(located, texts)):
            continue
        for heading in located.layout.missing_headings:
            hint = asked(likely(heading, located.layout.headings))
            yield Finding("N205", located.place(), details={"heading": heading, "likely": hint})
        if isinstance(located, LocatedCounts):
            yield from _rows(located, texts)


def _rows(located: LocatedCounts, texts: TextsOfForms) -> Iterator[Finding]:
    layout = located.layout
    unfound = [row.label for row in layout.missing_rows]
    misspelled = (
        [likely(label_of_row(located, row), unfound) for row in unknown_rows(located, texts)] if unfound else []
    )
    for row in layout.missing_rows:
        if row.label not in misspelled:  # otherwise N207 says it all
            yield Finding("N206", located.place(group=row.group, row=row.label))
    for key, first, again in layout.twice:
        label = key.row or label_of_row(located, again[0])
        places = [located.place(place, key.group, label, key.column) for place in (again, first)]
        yield Finding("N208", places[0], related=(places[1],))
    for group in layout.missing_groups:
        yield Finding("N210", located.place(group=group))


def _title(collection: Collection, table_id: str) -> str:
    table = collection.edition.tables.get(table_id)
    return table.title if table and "{" not in table.title else table_id


def tables_are_visible(collection: Collection) -> Iterator[Finding]:
    """No sheet, row or column with counted cells is hidden: nobody would have looked at those numbers."""
    for located, sheet in _readable(collection):
        if sheet.facts.hidden:
            yield Finding("N214", located.place())
        if not (sheet.facts.hidden_rows or sheet.facts.hidden_columns):
            continue
        filled = (position for position in located.layout.data_cells if not is_blank(sheet.cells.get(position)))
        hidden = [position for position in filled if sheet.facts.hides(position)]
        if hidden:
            yield _finding("N213", located, hidden)


def data_cells_stand_alone(collection: Collection) -> Iterator[Finding]:
    """No merged range covers two cells of a table, or one of them other than with its first cell.

    Nor does it cover a heading, which is read although nobody sees it.
    """
    for located, sheet in _readable(collection):
        if not sheet.facts.merged:
            continue
        header, of_table = located.layout.header, located.layout.columns.values()
        headings = [(header, column) for column in of_table if not is_blank(sheet.cells.get((header, column)))]
        columns: dict[int, list[int]] = defaultdict(list)
        for row, column in (*headings, *located.layout.data_cells):  # in order of rows
            columns[column].append(row)
        covered = (_covered(columns, *corners) for corners in sheet.facts.merged)
        for cells in islice(filter(None, covered), MOST_MERGES):
            yield _finding("N215", located, cells)


def _readable(collection: Collection) -> Iterator[tuple[LocatedCounts | LocatedEntries, Sheet]]:
    """The tables that were read, each with its sheet."""
    for located in collection.tallies.located:
        sheet = located.sheet
        if sheet is not None and not located.not_applicable:
            yield located, sheet


def _covered(columns: Mapping[int, Sequence[int]], first: Position, last: Position) -> list[Position]:
    """The data cells under a merged range that its first cell does not speak for: the rows by column are given."""
    inside = [column for column in columns if first[1] <= column <= last[1]]
    cells = [(row, column) for column in inside for row in _between(columns[column], first[0], last[0])]
    return [] if cells == [first] else sorted(cells)


def _between(rows: Sequence[int], first: int, last: int) -> Sequence[int]:
    """At most a few of the sorted rows between two rows, which is enough to say where it begins."""
    begin, end = bisect_left(rows, first), bisect_right(rows, last)
    return rows[begin : min(end, begin + MOST_RELATED)]


def _finding(code: str, located: LocatedCounts | LocatedEntries, cells: Sequence[Position]) -> Finding:
    related = tuple(located.place(position) for position in cells[1:MOST_RELATED])
    return Finding(code, located.place(cells[0]), related=related)
