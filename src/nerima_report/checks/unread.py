"""2xx: what stands on the sheet of a table, and is not read itself.

Each filled cell of such a sheet is data, or a text of the form, or named here. So nothing is lost because nobody
thought of it: the lists of this module say what may be passed over, never what is suspicious.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from nerima_report.checks.form_texts import TableTexts, TextsOfForms
from nerima_report.checks.numerals import UNSAVED, other_unit, other_year
from nerima_report.findings import Finding, Severity
from nerima_report.fiscal_year import full_name, parse_date
from nerima_report.places import Place
from nerima_report.tallies.cell_values import read_count, shown
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.layout import RULE_HEADING, id_in_caption, is_filled, without_number
from nerima_report.tallies.model import LocatedCounts, LocatedEntries
from nerima_report.text import asked, likely, plain
from nerima_report.workbooks import CellValue, Position, Sheet, address, is_blank
from nerima_report.workbooks.limits import MAX_COLUMNS

MOST_RELATED = 20  # cells that one finding names
MOST_SHOWN = 3  # of their texts
_DASHES = frozenset("-ー―−…")
_ROWS_ABOVE = 2  # of the title and the instruction in a form
Rest = dict[Position, CellValue]  # the filled cells of a sheet that nothing accounts for so far


def cells_are_read(collection: Collection) -> Iterator[Finding]:
    """Every filled cell of a sheet with a table is data or a text of the form."""
    texts = TextsOfForms(collection.edition)
    tables: dict[tuple[str, str], list[LocatedCounts | LocatedEntries]] = defaultdict(list)
    for located in collection.tallies.located:
        if located.found and located.layout.columns:
            tables[located.submission.file, located.sheets[0]].append(located)
    for together in tables.values():
        sheet = together[0].sheet
        if sheet is not None:
            yield from _on_sheet([_Table(texts, located, sheet) for located in together], sheet)


def has_lost_its_headings(located: LocatedCounts | LocatedEntries, texts: TextsOfForms) -> bool:
    """Whether none of the headings of a table is there, but something is that the form did not write."""
    sheet = located.sheet
    if sheet is None or located.layout.columns:
        return False
    own = texts.of_table(located.table_id)
    return any(
        row in located.layout.region
        and not (value in (0, UNSAVED) or (column == 1 and row <= _ROWS_ABOVE))
        and not (
            plain(value) in own.labels or plain(value) in own.headings or texts.is_rule(str(value), located.table_id)
        )
        and not (plain(value) in own.lines or texts.beside.names("agreed", value))
        for (row, column), value in filled(sheet).items()
    )


def counts_in_rows_too_many(collection: Collection) -> set[tuple[str, str, int]]:
    """The counts in rows that a table does not know or has already: file, table, and their sum in a column."""
    texts = TextsOfForms(collection.edition)
    counts: dict[tuple[str, str, int], int] = defaultdict(int)
    for located in collection.tallies.located:
        sheet = located.sheet if isinstance(located, LocatedCounts) else None
        if sheet is None or not isinstance(located, LocatedCounts):
            continue
        again = [position for _, _, position in located.layout.twice]
        for position in (*chain.from_iterable(unknown_rows(located, texts).values()), *again):
            value = sheet.cells.get(position)
            if isinstance(value, int | float) and value:
                counts[located.submission.file, located.table_id, position[1]] += int(value)
    return {(file, table, amount) for (file, table, _), amount in counts.items()}


def unknown_rows(located: LocatedCounts, texts: TextsOfForms) -> dict[int, list[Position]]:
    """The cells that may be counts under the headings of a table, in rows that it does not know.

    A zero that is computed in a row without a label only compares.
    """
    sheet, columns = located.sheet, located.layout.columns.values()
    rows = [row for row, meaning in located.layout.meanings.items() if meaning.role == "unknown"]
    cells = filled(sheet) if sheet and rows else {}
    counts = {row: [(row, c) for c in sorted(columns) if texts.numerals.in_table(cells.get((row, c)))] for row in rows}
    return {
        row: positions
        for row, positions in counts.items()
        if positions and (label_of_row(located, row) or not all(_only_compares(sheet, p) for p in positions))
    }


def _only_compares(sheet: Sheet | None, position: Position) -> bool:
    return sheet is not None and position in sheet.facts.formulas and sheet.cells.get(position) == 0


def label_of_row(located: LocatedCounts, row: int) -> str:
    """What stands nearest in front of the counts of a row; '' where nothing does."""
    cells = located.sheet.cells if located.sheet else {}
    in_front = range(min(located.layout.columns.values()) - 1, 0, -1)
    return next((shown(cells[row, c]) for c in in_front if not is_blank(cells.get((row, c)))), "")


@dataclass(frozen=True)
class _Table:
    """A table on its sheet, with the texts that its form writes there."""

    texts: TextsOfForms
    located: LocatedCounts | LocatedEntries
    sheet: Sheet

    @property
    def own(self) -> TableTexts:
        """The texts of this table."""
        return self.texts.of_table(self.located.table_id)

    def has_row(self, row: int) -> bool:
        """Whether a row of the sheet belongs to the table: to a list all that stand below its headings."""
        if isinstance(self.located, LocatedCounts):
            meaning = self.located.layout.meanings.get(row)
            return meaning is not None and meaning.role != "unknown"
        return row > self.located.layout.header and row in self.located.layout.region

    def data_cells(self) -> Iterator[Position]:
        """The cells that are read, and the lines of a list that the form wrote in front.

        Those entries whose values are known are left out by `_beside_entries` already.
        """
        if isinstance(self.located, LocatedCounts):
            counts = self.located.layout
            yield from (*counts.cells.values(), *counts.totals.values(), *counts.verifications.values())
            yield from (again for _, _, again in counts.twice)
        else:
            read = self.located.layout.crossings
            yield from (position for position in self.sheet.facts.uncached if position in read)
            examples = self.located.layout.examples  # cells.examples_are_left_alone looks at them
            yield from (position for position in self.sheet.cells if position[0] in examples)
            yield from self._lines()
            yield from self._computed()

    def _computed(self) -> Iterator[Position]:
        """The columns that the form computes, be their results saved or not; what is typed there is not passed over."""
        header, cells = self.located.layout.header, self.sheet.cells
        headings = [(header, c) for c in range(1, MAX_COLUMNS + 1) if cells.get((header, c)) in self.own.computed]
        columns = {column for _, column in headings}
        yield from headings
        yield from (p for p in self.sheet.facts.formulas if p[1] in columns and p[0] > header)

    def _lines(self) -> Iterator[Position]:
        if lines := self.own.lines:
            first = min(self.located.layout.columns.values())
            yield from (p for p, value in self.sheet.cells.items() if p[1] == first and plain(value) in lines)

    def passed_over(self, rest: Rest) -> list[Position]:
        """The cells that are texts of the form in their place, figures of earlier years or numbers of lines."""
        header = self.located.layout.header
        beside = self._beside(rest)
        columns = {column for _, column in rest} - set(self.located.layout.columns.values())
        earlier = {column for column in columns if self._is_earlier(column)}
        numbering = {column for column in columns if self._is_numbering(column, beside.get(column, {}))}
        years = {self._above(column) for column in earlier}
        return [
            (row, column)
            for (row, column), value in rest.items()
            if (row == header and column in earlier | numbering)
            or (row, column) in years
            or (column in numbering and self.has_row(row))
            or (column in earlier and self.has_row(row) and self._is_plain_number(value))
            or (isinstance(value, str) and self._is_text_of_form((row, column), value))
        ]

    def _beside(self, rest: Rest) -> dict[int, Rest]:
        """The cells in the rows of the table whose columns are not read, by column and in the order of rows."""
        columns: dict[int, Rest] = defaultdict(dict)
        for row, column in sorted(rest):
            if self.has_row(row) and column not in self.located.layout.columns.values():
                columns[column][row, column] = rest[row, column]
        return columns

    def _is_text_of_form(self, position: Position, value: str) -> bool:
        row, column = position
        header, read = self.located.layout.header, self.located.layout.columns.values()
        if column in read and row >= header:
            return row == header  # below a heading stands data
        if value == UNSAVED:  # above the table the form computes whether the cover says 該当なし
            return row < header and column <= min(read)
        own, text = self.own, plain(value)
        if text in own.others or without_number(text) in own.captions:
            return True
        if row > header and column < min(read) and text in own.labels:
            return True
        return self._is_reworded(position, value)

    def _is_reworded(self, position: Position, value: str) -> bool:
        """Whether a form has its title, its instruction, a rule or a hint there, whatever they said when it was made.

        So a definition that was reworded after the forms went out makes no finding for each 課.
        """
        (row, column), layout, table_id = position, self.located.layout, self.located.table_id
        alone = row <= _ROWS_ABOVE < layout.header and plain(self.sheet.name) == plain(table_id)
        of_part = row == layout.header - 1 and plain(self.sheet.name) == plain(table_id.partition(".")[0])
        captioned = row < layout.header and id_in_caption(value) == plain(table_id)
        if column == 1 and (alone or of_part or captioned):
            return not (self.contradicts(value) or ("。" not in value and self.texts.numerals.elsewhere(value)))
        if isinstance(self.located, LocatedEntries):
            return (
                row == layout.header - 1
                and column in layout.columns.values()
                and self.texts.is_rule(value, self.located.table_id)
            )
        heading = self.sheet.cells.get((layout.header, column), "")
        is_rule = plain(heading) == RULE_HEADING and self.has_row(row)
        return is_rule and (self.texts.is_rule(value, self.located.table_id) or not self.texts.numerals.in_table(value))

    def contradicts(self, value: CellValue) -> bool:
        """Whether a text names another year or another unit than those of the table."""
        if not isinstance(value, str) or self.texts.numerals.is_contact(plain(value)):
            return False
        other = other_year(value, self.located.submission.fiscal_year) or other_unit(value, self.own.units)
        return other or self._names_earlier_year(plain(value))

    def _is_earlier(self, column: int) -> bool:
        """Whether the heading of a column of counts names an earlier year, by itself or with the cell above it."""
        heading, above = self.sheet.cells.get((self.located.layout.header, column)), self._above(column)
        if not isinstance(heading, str) or not isinstance(self.located, LocatedCounts):
            return False
        headings = (heading, f"{self.sheet.cells[above]}{heading}" if above else "")
        return any(self._names_earlier_year(plain(text)) for text in headings)

    def _above(self, column: int) -> Position | None:
        """The text above a heading, also where it is merged over several columns."""
        place = (self.located.layout.header - 1, column)
        around = (first for first, last in self.sheet.facts.merged if first <= place <= last and place[1] <= last[1])
        first = next((corner for corner in around if corner[0] <= place[0] and corner[1] <= column), place)
        return first if isinstance(self.sheet.cells.get(first), str) else None

    def _names_earlier_year(self, text: str) -> bool:
        return self.texts.names_earlier_year(text, self.located.table_id, self.located.submission.fiscal_year)

    def _is_plain_number(self, value: CellValue) -> bool:
        """Whether a cell holds a number or a dash, and nothing that somebody may have remarked on it."""
        readings = (read_count(value, unit).status for unit in ("", *self.own.units))
        return isinstance(value, int | float) or plain(value) in _DASHES or "reported" in readings

    def _is_numbering(self, column: int, values: Rest) -> bool:
        """Whether a column only numbers the lines: without a heading, two lines or more in front of the table."""
        heading = self.sheet.cells.get((self.located.layout.header, column))
        numbers = [plain(value).strip("().[]") for value in values.values()]
        in_front = is_blank(heading) and column < min(self.located.layout.columns.values()) and len(numbers) > 1
        named = in_front or self.texts.beside.names("numbering", heading)
        return named and numbers == [str(number) for number in range(1, len(numbers) + 1)]

    def unknown_rows(self, rest: Rest) -> Iterator[Finding]:
        """The rows that the table does not know and in which counts stand."""
        if not isinstance(self.located, LocatedCounts):
            return
        unfound = [row.label for row in self.located.layout.missing_rows]
        rows: dict[int, list[Position]] = defaultdict(list)
        for position in rest:
            rows[position[0]].append(position)
        for row, positions in unknown_rows(self.located, self.texts).items():
            if not any(position in rest for position in positions):
                continue  # another table on the sheet reads them
            label = label_of_row(self.located, row)
            suggestion = likely(label, unfound)
            what = shown(rest.get(positions[0], ""))
            take(rest, rows[row])
            yield Finding(
                "N207",
                self.located.place(positions[0]),
                expected=suggestion or None,
                found=label or "見出しなし",
                related=tuple(self.located.place(position) for position in positions[1:MOST_RELATED]),
                details={"likely": asked(suggestion), "what": what},
            )

    def entries_above(self, rest: Rest) -> Iterator[Finding]:
        """The entries of a list that stand above its headings."""
        layout = self.located.layout
        rows: dict[int, Rest] = defaultdict(dict)
        for (row, column), value in rest.items() if isinstance(self.located, LocatedEntries) else ():
            if row in layout.region and row < layout.header and column in layout.columns.values():
                rows[row][row, column] = value
        for cells in rows.values():
            chosen = any(plain(value) in self.own.choices for value in cells.values())
            if chosen or (len(cells) > 1 and any(map(self.texts.numerals.in_table, cells.values()))):
                take(rest, cells)
                yield from named("N218", cells, self.located.place(), "error")

    def unknown_columns(self, rest: Rest) -> Iterator[Finding]:
        """The columns beside those that are read in which something stands: a heading misspelled, twice, or none."""
        for column, values in sorted(self._beside(rest).items()):
            positions = list(values)
            finding = self._unknown_column(rest, column, positions)
            misspelled = self._is_misspelled(column)
            if finding or misspelled:
                header = self.located.layout.header
                take(rest, [(header, column), (header - 1, column), *positions])
            if finding and not misspelled:
                yield finding

    def _is_misspelled(self, column: int) -> bool:
        """Whether the finding on a missing heading (N205) names that of this column as the likely one."""
        layout, heading = self.located.layout, self.sheet.cells.get((self.located.layout.header, column))
        named = {likely(missing, layout.headings) for missing in layout.missing_headings}
        return heading in named and not self.located.not_applicable

    def _unknown_column(self, rest: Rest, column: int, positions: Sequence[Position]) -> Finding | None:
        layout, beside = self.located.layout, self.texts.beside
        headings = [(layout.header, column)] if is_filled(self.sheet, (layout.header, column)) else []
        above = [*headings, *(place for place in [(layout.header - 1, column)] if place in rest)]
        heading = self.sheet.cells.get(above[0]) if above else ""
        counts = [p for p in positions if self.texts.numerals.in_table(rest[p]) or plain(rest[p]) in self.own.choices]
        again = self.own.headings.get(plain(heading), "")
        suggestion = again or likely(heading, layout.unfound_headings)
        asking = "同じ見出しが二つあります。" if again else asked(suggestion)
        if isinstance(self.located, LocatedCounts):
            if not counts:
                return None  # texts beside a table of counts are named with the others
        elif not (counts or suggestion or above or self._lonely(positions)) and all(
            beside.names("memos", rest[position]) for position in positions
        ):
            return None
        first = counts[0] if counts else positions[0]
        severity: Severity | None = "error" if counts or suggestion else None
        if not suggestion and beside.names("derived", heading):
            severity = self._severity_of_derived({position: rest[position] for position in positions})
        return Finding(
            "N217",
            self.located.place(above[0] if above else first, column=again),
            expected=suggestion or None,
            found=shown(heading) or "見出しなし",
            related=(self.located.place(first),) if above else (),
            details={
                "likely": asking,
                "what": shown(rest[first]),
            },
            severity=severity,
        )

    def _severity_of_derived(self, cells: Rest) -> Severity | None:
        """What a column such as 構成比 is: with remarks an error, computed, all zero or days nothing new."""
        if all(
            value == 0 or _is_day(value) or position in self.sheet.facts.formulas for position, value in cells.items()
        ):
            return "notice"
        plain_values = (self._is_plain_number(value) or _is_rate(value) for value in cells.values())
        return "warning" if all(plain_values) else "error"

    def _lonely(self, positions: Iterable[Position]) -> bool:
        """Whether there are lines with nothing in the columns that are read."""
        rows = set(self.located.layout.rows) if isinstance(self.located, LocatedEntries) else set()
        return any(row not in rows for row, _ in positions)

    def under_a_heading(self, position: Position) -> bool:
        """Whether a heading of the table stands somewhere above a cell, be it that of another table."""
        return position[0] > self._first_headings.get(position[1], position[0])

    @cached_property
    def _first_headings(self) -> Mapping[int, int]:
        """The first row with a heading of the table, by column."""
        rows: dict[int, int] = {}
        for (row, column), value in self.sheet.cells.items():
            if isinstance(value, str) and plain(value) in self.own.headings:
                rows[column] = min(row, rows.get(column, row))
        return rows


def _is_rate(value: CellValue) -> bool:
    return isinstance(value, str) and not plain(value).strip("0123456789.,%+-△▲")


def _is_day(value: CellValue) -> bool:
    return parse_date(value) is not None


def _beside_entries(tables: Iterable[_Table], sheet: Sheet) -> Sheet:
    """A sheet without the entries of its lists: a long one has 700,000 cells, of which none is asked about."""
    for table in tables:
        if isinstance(table.located, LocatedEntries):
            read = table.located.layout.crossings
            sheet = replace(sheet, cells={p: value for p, value in sheet.cells.items() if p not in read})
    return sheet


def _on_sheet(tables: Sequence[_Table], sheet: Sheet) -> Iterator[Finding]:
    """What no table on the sheet accounts for: unknown rows, entries, columns, then what is left."""
    rest = filled(_beside_entries(tables, sheet))
    for table in tables:
        take(rest, table.data_cells())
    for table in tables:
        take(rest, table.passed_over(rest))
    for table in tables:
        yield from table.unknown_rows(rest)
        yield from table.entries_above(rest)
    for table in tables:
        yield from table.unknown_columns(rest)
    texts, where = tables[0].texts, tables[0].located.place()
    computed = {p: v for p, v in rest.items() if _only_compares(sheet, p)}
    numbers = {p: v for p, v in rest.items() if p not in computed and texts.numerals.in_table(v)}
    under = {p: v for p, v in numbers.items() if any(table.under_a_heading(p) for table in tables)}
    yield from named("N218", under, where, "error")
    take(rest, under)
    others = {p: v for p, v in rest.items() if all(table.contradicts(v) for table in tables)}
    year = full_name(tables[0].located.submission.fiscal_year)
    yield from (replace(finding, expected=year) for finding in named("N222", others, where))
    take(rest, others)
    yield from stray(texts, {p: v for p, v in rest.items() if p not in computed}, where)
    yield from named("N219", computed, where)


def stray(texts: TextsOfForms, rest: Rest, where: Place) -> Iterator[Finding]:
    """What looks like numbers in one finding, and the other texts in another."""
    numbers = {position: value for position, value in rest.items() if texts.numerals.elsewhere(value)}
    yield from named("N218", numbers, where, "warning")
    yield from named("N219", {p: v for p, v in rest.items() if p not in numbers}, where)


def named(code: str, cells: Rest, where: Place, severity: Severity | None = None) -> Iterator[Finding]:
    """A finding that names cells, and shows the first texts; none for no cells."""
    positions = sorted(cells)
    if positions:
        places = [replace(where, cell=address(position)) for position in positions[:MOST_RELATED]]
        yield Finding(
            code,
            places[0],
            found=shown(cells[positions[0]]),
            related=tuple(places[1:]),
            details={
                "number": str(len(positions)),
                "what": "".join(f"「{shown(cells[position])}」" for position in positions[:MOST_SHOWN]),
            },
            severity=severity,
        )


def filled(sheet: Sheet) -> Rest:
    """The filled cells of a sheet, also those whose formula has no saved result."""
    cells = {position: value for position, value in sheet.cells.items() if not is_blank(value)}
    return cells | dict.fromkeys(sheet.facts.uncached, UNSAVED)


def take(rest: Rest, positions: Iterable[Position]) -> None:
    """Take cells out of those that are left."""
    for position in list(positions):
        rest.pop(position, None)
