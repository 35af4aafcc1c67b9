"""3xx: what stands in a cell. Blank is not zero, and nothing but a whole number is a count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.findings import Finding
from nerima_report.fiscal_year import Month, fiscal_year_of, full_date, full_name, parse_month
from nerima_report.places import Place
from nerima_report.tallies.cell_values import read_count, shown
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.layout import COVER_SHEET, EXAMPLE
from nerima_report.tallies.model import EntryFault, FilledCell, LocatedEntries
from nerima_report.text import asked, likely, plain
from nerima_report.workbooks import Position, address, is_blank

CODES = {
    "not-a-number": "N302",
    "negative": "N303",
    "not-whole": "N304",
    "too-large": "N305",
    "not-a-date": "N308",
    "unknown-choice": "N309",
    "no-saved-result": "N313",
    "not-a-text": "N316",
    "ditto": "N317",
}
REMARKS = {"respelled": "N320", "rounded": "N327", "other-era": "N340"}
_KANJI_DIGITS, _KANJI_UNITS = "〇一二三四五六七八九", {"十": 10, "百": 100, "千": 1000}
# How numbers of people stand in texts, and what people write before them: 計9, 延べ9, 約二十.
_NUMBER_IN_TEXT = "(?:合?計|延べ?|のべ|約|全)?([0-9,〇一二三四五六七八九十百千]{1,12})"
_OPENING = "(【"  # without brackets it may be a number of others: 職員2人の確認
_ANYTHING = "([^()【】]{1,12})"
_BRACKETS = str.maketrans("〔〕[]〖〗", "【】【】【】")
_MONTH = re.compile(r"(?:([^年]{1,4})年)?([0-9]{1,2})月")
MOST_RELATED = 20  # cells that one finding names


def counts_are_whole_numbers(collection: Collection) -> Iterator[Finding]:
    """Every cell of a table that stands on its sheet holds a whole number of at least 0.

    Of a table in which nothing is written at all that is said once.
    """
    unanswered = _unanswered_tables(collection)
    for places in unanswered.values():
        yield Finding("N318", places[0], found=len(places), related=tuple(places[1:]))
    for cell in collection.tallies.cells:
        if cell.reading.status == "blank" and cell.place.cell:
            if (cell.place.file, cell.key.table) not in unanswered:
                yield Finding("N301", cell.place)
        elif cell.reading.status == "unreadable":
            yield Finding(CODES[cell.reading.fault], cell.place, found=cell.found)
        elif cell.reading.remark:
            yield Finding(REMARKS[cell.reading.remark], cell.place, expected=cell.value, found=cell.found)


def _unanswered_tables(collection: Collection) -> dict[tuple[str, str], list[Place]]:
    """The cells of the tables of a file (at least two) that are all blank, by file and table."""
    tables: dict[tuple[str, str], list[FilledCell]] = {}
    for cell in collection.tallies.cells:
        if cell.place.cell:
            tables.setdefault((cell.place.file, cell.key.table), []).append(cell)
    return {
        table: [cell.place for cell in cells]
        for table, cells in tables.items()
        if len(cells) > 1 and all(cell.reading.status == "blank" for cell in cells)
    }


def not_applicable_is_empty(collection: Collection) -> Iterator[Finding]:
    """A table that the cover marks as 該当なし holds neither numbers nor entries."""
    for located in collection.tallies.located:
        if not located.not_applicable:
            continue
        cells = collection.cells[located.submission.file].values()
        filled = [c for c in cells if c.key.table == located.table_id and c.reading.status == "reported"]
        if filled:
            related = tuple(cell.place for cell in filled[1:])
            yield Finding("N306", filled[0].place, found=f"{len(filled)}か所", related=related)
        if isinstance(located, LocatedEntries) and (rows := located.layout.rows):
            first = (rows[0], min(located.layout.columns.values()))
            yield Finding("N306", located.place(first), found=f"{len(rows)}行")


def no_requests_means_zero(collection: Collection) -> Iterator[Finding]:
    """Where the cover says that a part had no requests, its tables that count them hold no other number than 0."""
    for located in collection.tallies.located:
        table = collection.edition.count_tables.get(located.table_id)
        submission = located.submission
        if table is None or not table.counts_requests or not submission.says_no_requests(located.table_id):
            continue
        cells = collection.cells[submission.file].values()
        filled = [c for c in cells if c.key.table == located.table_id and c.value]
        if filled and not located.not_applicable:
            part = located.table_id.partition(".")[0]
            cover = Place(submission.section, submission.file, COVER_SHEET, submission.no_requests[part])
            yield Finding(
                "N343", filled[0].place, expected=0, found=filled[0].value,
                related=(*(cell.place for cell in filled[1:]), cover),
            )  # fmt: skip


def entry_fields_are_readable(collection: Collection) -> Iterator[Finding]:
    """Every required field of an entry is filled, and every field is what its type says."""
    for fault in collection.tallies.entry_faults:
        if fault.reading.status == "unreadable":
            choices = _choices(collection, fault.place.table, fault.place.column)
            hint = asked(likely(fault.found, choices))
            expected = "、".join(choices) or _written_day(collection, fault) or None
            yield Finding(CODES[fault.reading.fault], fault.place, expected, fault.found, details={"likely": hint})
        elif fault.reading.remark:
            read_as = _read_as(fault.reading.value)
            yield Finding(REMARKS[fault.reading.remark], fault.place, expected=read_as, found=fault.found)
        else:
            yield Finding("N307", fault.place)


def entry_fields_are_left_blank(collection: Collection) -> Iterator[Finding]:
    """A field that an entry must not give is blank; of one with several answers the first is named."""
    for located in collection.tallies.lists:
        table = _entry_table(collection, located.table_id)
        barred = [field for field in table.fields if field.blank_when] if table else []
        for entry in collection.tallies.entries_of(located) if barred else ():
            said = set()
            for field in barred:
                value, one_field = entry[field.label], (field.blank_when, field.choices or field.label)
                if value is None or one_field in said or not field.must_be_blank(entry.values):
                    continue
                said.add(one_field)
                because = field.blank_when[0].field
                about = {"label": because, "what": shown(entry[because]) if entry[because] is not None else "空欄"}
                yield Finding(
                    "N347", entry.place(field.label), found=shown(value), related=(entry.place(because),), details=about
                )


def _written_day(collection: Collection, fault: EntryFault) -> str:
    """How a month or a day of the year is written, where one could not be read."""
    table = _entry_table(collection, fault.place.table)
    field, year = table.field(fault.place.column) if table else None, collection.fiscal_year
    if field is None or fault.reading.fault != "not-a-date":
        return ""
    return Month(year, 7).full if field.type == "month" else full_date(date(year, 6, 27))


def _read_as(value: object) -> int | str | None:
    if isinstance(value, Month):
        return value.full
    if isinstance(value, date):
        return full_date(value)
    return value if isinstance(value, int) else None


def entries_lie_in_the_year(collection: Collection) -> Iterator[Finding]:
    """Months and dates of entries lie in the fiscal year."""
    for located in collection.tallies.lists:
        table = _entry_table(collection, located.table_id)
        dated = {f.label for f in table.fields if f.type in ("month", "date") and not f.any_year} if table else set()
        labels = [label for label in located.layout.columns if label in dated]
        for entry in collection.tallies.entries_of(located) if labels else ():
            for label in labels:
                value = entry[label]
                if _year_of(value) not in (None, collection.fiscal_year):
                    expected = full_name(collection.fiscal_year)
                    yield Finding("N310", entry.place(label), expected=expected, found=_read_as(value))


def texts_agree_with_fields(collection: Collection) -> Iterator[Finding]:
    """What a text says again of a number or a month, in a form that the definitions know, is what its field says."""
    for located in collection.tallies.lists:
        table = _entry_table(collection, located.table_id)
        for field in table.fields if table else ():
            for entry in collection.tallies.entries_of(located) if field.repeated_in else ():
                if told := _contradiction(field, entry[field.label], str(entry[field.repeated_in] or "")):
                    expected = entry[field.label]
                    yield Finding(
                        "N341",
                        entry.place(field.repeated_in),
                        expected=expected.short if isinstance(expected, Month) else f"{expected:,}{field.unit}",
                        found=told,
                        related=(entry.place(field.label),),
                        details={"label": field.label},
                        severity=None if told[0] in _OPENING else "warning",
                    )


def _contradiction(field: EntryField, value: object, text: str) -> str:
    """What a text says of a field and the field does not; of several numbers, one or all together must be it."""
    inside = _ANYTHING if isinstance(value, Month) else _NUMBER_IN_TEXT
    text = plain(text).translate(_BRACKETS)
    patterns = (re.escape(plain(form).translate(_BRACKETS)).replace(r"\{\}", inside) for form in field.repeated_as)
    matches = [match for pattern in patterns for match in re.finditer(pattern, text)]
    if isinstance(value, Month):
        months = [match for match in matches if parse_month(match[1]) or _MONTH.fullmatch(match[1])]
        return "" if any(_is_month(match[1], value) for match in months) or not months else months[0][0]
    numbers = [(match[0], n) for match in matches if (n := _number(match[1])) is not None]
    told = [number for _, number in numbers]
    return "" if not numbers or not isinstance(value, int) or value in (*told, sum(told)) else numbers[0][0]


def _number(text: str) -> int | None:
    """A number within a text: 12, 1,236 or 十二."""
    number = read_count(text).value
    if isinstance(number, int) or not text or set(text) - {*_KANJI_DIGITS, *_KANJI_UNITS}:
        return number if isinstance(number, int) else None
    total = digits = 0
    for char in text:
        if unit := _KANJI_UNITS.get(char):
            total, digits = total + (digits or 1) * unit, 0
        else:
            digits = digits * 10 + _KANJI_DIGITS.index(char)
    return total + digits


def _is_month(told: str, month: Month) -> bool:
    """Whether a text names a month: 7月, 4年7月, R4.7."""
    years = {month.full.partition("年")[0], month.short.partition("年")[0], str(month.year)}
    match = _MONTH.fullmatch(told)
    if match is None or (match[1] and match[1] not in years):
        return parse_month(told) == month
    return int(match[2]) == month.month


def addresses_are_unique(collection: Collection) -> Iterator[Finding]:
    """No cell of the cover or of a sheet with a table stands in the file twice: which one counts is anybody's guess."""
    for submission in collection.submissions:
        for sheet in submission.workbook.sheets:
            if not sheet.facts.duplicates:
                continue
            located = collection.tallies.located_in(submission.file)
            tables = [table.table_id for table in located if sheet.name in table.sheets]
            if tables or plain(sheet.name) == COVER_SHEET:
                where = Place(submission.section, submission.file, sheet.name, table=next(iter(tables), ""))
                cells = sorted(sheet.facts.duplicates)[:MOST_RELATED]
                places = [replace(where, cell=address(cell)) for cell in cells]
                yield Finding("N314", places[0], related=tuple(places[1:]))


def entry_tables_are_answered(collection: Collection) -> Iterator[Finding]:
    """A list-like table has entries, or the cover says 該当なし. The coordinator's lists may be empty."""
    for located in collection.tallies.lists:
        empty = located.found and not located.layout.rows
        register = collection.edition.registers.get(located.table_id)
        if register is not None and register.counts:
            continue  # where it is empty, the number itself must be written
        if empty and not located.submission.ward and not located.not_applicable:
            yield Finding("N311", located.place())


def examples_are_left_alone(collection: Collection) -> Iterator[Finding]:
    """The row 記入例 of a list holds what the form wrote there: an entry in its place would not be read."""
    for located in collection.tallies.lists:
        table, sheet = _entry_table(collection, located.table_id), located.sheet
        for field in table.fields if table and sheet and located.layout.examples else ():
            column = located.layout.columns.get(field.label)
            if column and field.type in ("text", "choice"):
                for row in sorted(located.layout.examples):
                    value = sheet.cells.get((row, column)) if sheet else None
                    if not is_blank(value) and plain(value) not in (plain(field.example), EXAMPLE):
                        yield Finding("N344", located.place((row, column), column=field.label), found=shown(value))


def lines_are_answered(collection: Collection) -> Iterator[Finding]:
    """Where the form has a line for each item of a list, every one of them is answered, and once."""
    for located in collection.tallies.lists:
        table = collection.edition.entry_tables.get(located.table_id)
        column = located.layout.columns.get(table.lines_for) if table else None
        if not table or not column or not located.layout.rows:
            continue
        entries = collection.tallies.entries_of(located)
        for line in table.fields[0].choices:
            rows = [entry.row for entry in entries if entry[table.lines_for] == line]
            places = [located.place((row, column), row=line) for row in rows]
            if not rows:
                yield Finding("N312", located.place(_where_stands(located, column, line), row=line))
            elif len(rows) > 1:
                yield Finding("N315", places[1], found=len(rows), related=(places[0], *places[2:]))


def _where_stands(located: LocatedEntries, column: int, label: str) -> Position | None:
    """The cell of a column in which a label stands, if it still does."""
    cells = located.sheet.cells if located.sheet else {}
    return next((place for place, value in cells.items() if place[1] == column and plain(value) == plain(label)), None)


def _choices(collection: Collection, table_id: str, label: str) -> tuple[str, ...]:
    table = _entry_table(collection, table_id)
    field = table.field(label) if table else None
    return field.choices if field else ()


def _entry_table(collection: Collection, table_id: str) -> EntryTable | None:
    """A list-like table or a register of the year."""
    return collection.edition.entry_tables.get(table_id) or collection.edition.register_tables.get(table_id)


def _year_of(value: object) -> int | None:
    if isinstance(value, Month):
        return value.fiscal_year
    return fiscal_year_of(value) if isinstance(value, date) else None
