"""The present year and the recorded years before it → a table of years: as printed, as data, and for the audit list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from itertools import groupby

from nerima_report.edition.definition import fill
from nerima_report.edition.figures import Figure
from nerima_report.edition.links import Cells, cell_keys
from nerima_report.edition.municipality import Printing
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable
from nerima_report.edition.years_tables import NO_NUMBER, YearsItem, YearsNote, YearsTable
from nerima_report.findings import Finding
from nerima_report.places import CellKey, Place
from nerima_report.records.earlier_years import EarlierNumber, EarlierYears, keys_shown, published_sum, sum_of
from nerima_report.records.model import recorded_figure
from nerima_report.records.series import INCOMPUTABLE, NOT_PUBLISHED, Point
from nerima_report.report.blocks import Cell, Table, TableColumn, TableNote
from nerima_report.report.content import Content
from nerima_report.report.tables import NUMBER_WIDTH, STUB_WIDTH, notes_on_zero
from nerima_report.report.trend import runs_of_years
from nerima_report.report.wording import NOTHING_TO_COUNT, number, so_far, year_names
from nerima_report.tallies.figures import printed_share
from nerima_report.tallies.totals import Totals


@dataclass(frozen=True)
class YearsLine:
    """What is shown of each year under one heading, in one unit: the sum of some cells, or a figure.

    `key` is its name in the definition, which has the names of no years filled in. `summed`: it has a total over the
    years.
    """

    item: YearsItem
    key: str
    label: str
    group: str
    unit: str
    shows: Cells | Figure
    summed: bool

    @property
    def name(self) -> str:
        """The heading with its group."""
        return f"{self.group} {self.label}".strip()


@dataclass(frozen=True)
class TableOfYears:
    """A table of years of a report. `part` is the part of the edition with all its rows and columns."""

    part: Part
    definition: YearsTable
    content: Content
    earlier: EarlierYears

    @property
    def id(self) -> str:
        """Its id, as that of any other table."""
        return self.part.table_id(self.definition.key)

    @property
    def years(self) -> list[int]:
        """The years in the order in which they are printed."""
        years = list(self.definition.years_of(self.earlier.fiscal_year))
        return years[::-1] if self.definition.newest_first else years

    @property
    def missing(self) -> list[int]:
        """The earlier years that have no record."""
        return sorted({*self.years} - {self.earlier.fiscal_year, *self.earlier.years})

    @cached_property
    def lines(self) -> list[YearsLine]:
        """The lines in the order of definition, one for each row of an item that stands for several."""
        return list(self._lines())

    def _lines(self) -> Iterator[YearsLine]:
        names = year_names(self.earlier.fiscal_year, self._printing.calendar)
        for item in self.definition.items:
            label, group = fill(item.label, names), fill(item.group, names)
            if item.cells is None:
                figure = next(one for one in self.part.figures if one.key == item.figure)
                yield YearsLine(
                    item, item.label, label, group, figure.unit, figure, item.summed and figure.kind == "rate"
                )
                continue
            _, table = self.part.count_table(item.cells.table)
            columns = [column for column in map(table.column, item.cells.column_labels) if column]
            unit = columns[0].unit if columns else ""
            # Persons of several years do not add up.
            summed = item.summed and all(column.additive for column in columns)
            if not item.each_row:
                yield YearsLine(item, item.label, label, group, unit, item.cells, summed)
                continue
            for own, row in self._rows(table, item.cells):
                one = item.cells.model_copy(update={"group": own, "rows": (row,)})
                over = group or table.printed(own, names)
                yield YearsLine(item, row, table.printed(row, names), over, unit, one, summed)

    def _rows(self, table: CountTable, cells: Cells) -> list[tuple[str, str]]:
        """Group and label of the rows; where the roster gives them, also of those that only earlier years had."""
        rows = [(row.group, row.label) for row in table.rows]
        if table.by and not cells.rows:
            table_id = self.part.table_id(table.key)
            known = (key for year in self.earlier.years.values() for key in year.known if key.table == table_id)
            former = ((key.group, key.row) for key in known if key.row != table.group_total)
            rows = list(dict.fromkeys([*rows, *former]))
        return [(own, row) for own, row in rows if row in (cells.rows or [row]) and cells.group in ("", own)]

    def number(self, line: YearsLine, year: int) -> EarlierNumber:
        """The number of a line in a year, or why there is none."""
        return self._numbers[line, year]

    @cached_property
    def _numbers(self) -> Mapping[tuple[YearsLine, int], EarlierNumber]:
        return {(line, year): self._number(line, year) for line in self.lines for year in self.years}

    def _number(self, line: YearsLine, year: int) -> EarlierNumber:
        present = year == self.earlier.fiscal_year
        if isinstance(line.shows, Cells):
            if not present:
                return self.earlier.count(self.part, line.shows, year)
            values, (table_id, table) = self._totals.values, self.part.count_table(line.shows.table)
            if self.content.not_published is not None:  # a published year that is printed again
                return EarlierNumber(published_sum(table_id, table, line.shows, values, self._totals.printed))
            return EarlierNumber(sum_of(values, keys_shown(table_id, table, line.shows, values), every=True))
        name = self.part.table_id(line.shows.key)
        share = self.content.collection.figures[name]
        recorded = recorded_figure(name, share)
        if not present:
            return self.earlier.share(self.part, recorded, year)
        if share.value is None:
            return EarlierNumber(INCOMPUTABLE if share.denominator == 0 else NOT_PUBLISHED, figure=recorded)
        return EarlierNumber(Point("known", share.value), figure=recorded)

    @property
    def _totals(self) -> Totals:
        return self.content.collection.totals

    def _keys(self, cells: Cells) -> list[CellKey]:
        return cell_keys(*self.part.count_table(cells.table), cells)

    def _is_provisional(self, line: YearsLine) -> bool:
        """Whether somebody's part of the present year is missing."""
        return isinstance(line.shows, Cells) and self._totals.misses(self._keys(line.shows))

    # ---- in print ----

    def printed(self) -> Table:
        """The table as printed, unnumbered."""
        names, as_rows = (
            year_names(self.earlier.fiscal_year, self._printing.calendar),
            self.definition.years_as == "rows",
        )
        years = [Cell(self._year_label(year), self._marks_on(year)) for year in self.years]
        overs = ["" if year == self.earlier.fiscal_year else self.definition.earlier_over for year in self.years]
        columns = [[self._cell(line, year) for year in self.years] for line in self._printed_lines]
        for label, text_of in ((self.definition.total, self._total), (self.definition.average, self._average)):
            if label:
                years.append(Cell(fill(label, names)))
                overs.append("")
                columns = [
                    [*cells, Cell(self._with_brackets(line, text_of))]
                    for line, cells in zip(self._printed_lines, columns, strict=True)
                ]
        if as_rows:
            headings = [(self._heading(line), line.group) for line in self._printed_lines]
            rows = [(year, *cells) for year, *cells in zip(years, *columns, strict=True)]
        else:
            heads, rows = self._across([_marked(year.text, year.mark) for year in years], columns)
            headings = list(zip(heads, overs, strict=True))
        stub = TableColumn(fill(self.definition.stub, names), weight=STUB_WIDTH)
        numeric = [TableColumn(heading, numeric=True, weight=NUMBER_WIDTH, over=over) for heading, over in headings]
        has_total = as_rows and bool(self.definition.total or self.definition.average)
        notes = (*self._notes(names), *notes_on_zero(rows, self._printing.zero, self._printing))
        table = Table(self.id, 0, fill(self.definition.title, names), (stub, *numeric), tuple(rows), has_total, notes)
        group_heading = "" if as_rows else fill(self.definition.group_stub, names)
        return self._with_remarks(replace(table, group_heading=group_heading))

    @property
    def _printed_lines(self) -> list[YearsLine]:
        """The lines that are printed as such: all but those in the brackets of others."""
        inner = {(line.item.group, line.item.bracketed) for line in self.lines}
        return [line for line in self.lines if (line.item.group, line.item.label) not in inner or not line.item.label]

    def _year_label(self, year: int) -> str:
        return fill(
            self.definition.label_of(self.earlier.fiscal_year - year), year_names(year, self._printing.calendar)
        )

    def _with_remarks(self, table: Table) -> Table:
        """The printed table with the words on single years behind their numbers."""
        remarks = self.definition.remarks
        if remarks is None:
            return table
        texts = [Cell(remarks.texts.get(year, "")) for year in self.years]
        if self.definition.years_as == "columns":
            texts += [Cell("")] * (len(table.columns) - 1 - len(texts))
            return replace(table, rows=(*table.rows, (Cell(remarks.heading), *texts)))
        texts += [Cell("")] * (len(table.rows) - len(texts))
        rows = tuple((*row, text) for row, text in zip(table.rows, texts, strict=True))
        return replace(table, columns=(*table.columns, TableColumn(remarks.heading, weight=STUB_WIDTH)), rows=rows)

    def _across(
        self, heads: Sequence[str], columns: Sequence[Sequence[Cell]]
    ) -> tuple[list[str], list[tuple[Cell, ...]]]:
        """Years as columns: their headings with the unit, if there is one for all, and a row for each line."""
        units = {line.unit for line in self._printed_lines}
        unit = units.pop() if len(units) == 1 else ""
        rows: list[tuple[Cell, ...]] = []
        lines = zip(self._printed_lines, columns, strict=True)
        for group, of_group in groupby(lines, key=lambda one: one[0].group):
            if group:
                rows.append((Cell(group, heads_rows=True), *[Cell("")] * len(heads)))
            for line, cells in of_group:
                label = _marked(line.label, self._marks_on(None, line)) if unit else self._heading(line)
                rows.append((Cell(line.item.printed_heading or label, group=group), *cells))
        return [self._with_unit(head, unit) if unit else head for head in heads], rows

    @property
    def _printing(self) -> Printing:
        return self.earlier.edition.printing

    def _heading(self, line: YearsLine) -> str:
        names = year_names(self.earlier.fiscal_year, self._printing.calendar)
        heading = fill(line.item.printed_heading, names) or self._with_unit(line.label, line.unit)
        return _marked(heading, self._marks_on(None, line))

    def _with_unit(self, label: str, unit: str) -> str:
        return fill(self._printing.heading, {"見出し": label, "単位": unit})

    def _cell(self, line: YearsLine, year: int) -> Cell:
        shown = self.number(line, year)
        broken = (self._marks[text] for text in (*shown.broken, shown.defined) if text)
        marks = "・".join(filter(None, (self._marks_on(year, line), *broken)))
        if year == self.earlier.fiscal_year and isinstance(line.shows, Cells) and self._is_provisional(line):
            return Cell(self._in_cell(line, so_far(self._totals, self._keys(line.shows))))
        if shown.point.status == "incomputable" and not shown.broken:
            return Cell(NOTHING_TO_COUNT, marks)
        return Cell(self._with_brackets(line, lambda one: self._text(self.comparable(one, year))), marks)

    def _with_brackets(self, line: YearsLine, text_of: Callable[[YearsLine], str]) -> str:
        """A number in the form in which it is printed, with that of the line in its brackets, where that has one."""
        text = text_of(line)
        for inner in self.lines:
            if line.item.bracketed and (inner.item.group, inner.item.label) == (line.item.group, line.item.bracketed):
                within = text_of(inner)
                text += f"({within})" if _is_number(within) else ""
        return self._in_cell(line, text)

    def _in_cell(self, line: YearsLine, text: str) -> str:
        """A printed number in the form in which the line has it; words and signs as they are."""
        return self._printing.in_cell(text, line.unit, line.item.printed_cell) if _is_number(text) else text

    def comparable(self, line: YearsLine, year: int) -> Decimal | None:
        """The number that the table prints; None where there is none, or where it is not to be compared."""
        shown = self.number(line, year)
        return shown.point.value if self.definition.keeps_broken or not shown.broken else None

    def _text(self, value: Decimal | None) -> str:
        if value is None:
            return self.definition.no_number
        return number(value) if value or value.as_tuple().exponent else self._printing.zero

    def _total(self, line: YearsLine) -> str:
        """The sum over the years, for a rate that of the sums; '' where that says nothing."""
        numbers = [self.number(line, year) for year in self.years]
        if not line.summed:
            return ""
        if any(one.broken or one.defined for one in numbers):
            return self.definition.no_number
        if isinstance(line.shows, Cells):
            counts = [one.point.value for one in numbers]
            return self._text(_sum(counts))
        above, below = (_sum(side) for side in zip(*map(_fraction, numbers), strict=True))
        if above is None or below is None:
            return self.definition.no_number
        share = printed_share(int(above), int(below), line.shows)
        return NOTHING_TO_COUNT if share is None else number(share)

    def _average(self, line: YearsLine) -> str:
        """The mean over the years, rounded half up; '' of shares, which have none."""
        if not isinstance(line.shows, Cells):
            return ""
        numbers = [self.number(line, year) for year in self.years]
        total = None if any(one.broken for one in numbers) else _sum([one.point.value for one in numbers])
        step = Decimal(1).scaleb(-self.definition.average_digits)
        return self._text(None if total is None else (total / len(numbers)).quantize(step, ROUND_HALF_UP))

    @cached_property
    def _marks(self) -> Mapping[str, str]:
        """The mark of each note on something in the table, and of each sentence on why a number does not compare."""
        numbers = (self.number(line, year) for year in self.years for line in self.lines)
        texts = [text for shown in numbers for text in (*shown.broken, shown.defined) if text]
        written = [self._text_of(note) for note in self.definition.notes if self._has_mark(note)]
        return {text: f"注{place}" for place, text in enumerate(dict.fromkeys([*written, *texts]), start=1)}

    def _text_of(self, note: YearsNote) -> str:
        return fill(note.text, year_names(self.earlier.fiscal_year, self._printing.calendar))

    def _has_mark(self, note: YearsNote) -> bool:
        """Whether the note is on something that the table has."""
        return not note.is_on_whole_table and note.year in (None, *self.years)

    def _marks_on(self, year: int | None, line: YearsLine | None = None) -> str:
        """The marks of the notes on a year, on a line, or on the number of a line in a year."""
        item = line.key if line else ""
        on = [note for note in self.definition.notes if (note.year, note.item) == (year, item)]
        return "・".join(self._marks[self._text_of(note)] for note in on)

    def _notes(self, names: Mapping[str, str]) -> Iterator[TableNote]:
        words = self.earlier.edition.trend
        yield from (TableNote(self._text_of(note)) for note in self.definition.notes if note.is_on_whole_table)
        if self.missing:
            yield TableNote(fill(words.missing, {"名前": runs_of_years(self.missing, self._printing.year)}))
        lines = self._printed_lines
        cells = [(self.number(line, year), self._cell(line, year)) for line in lines for year in self.years]
        signs = []
        if any(cell.text == NOTHING_TO_COUNT and shown.point.status == "incomputable" for shown, cell in cells):
            signs.append(words.signs.incomputable)
        if any(cell.text == self.definition.no_number and not cell.mark for _, cell in cells):
            custom = fill(self.definition.no_number_note, names)
            signs.append(custom if self.definition.no_number != NO_NUMBER else words.signs.unknown)
        if any(signs):
            yield TableNote(fill(words.sign_legend, {"符号": "、".join(filter(None, signs))}))
        if any(map(self._is_provisional, self.lines)):
            yield TableNote(self.content.collection.edition.years.provisional.table)
        yield from (TableNote(text, mark) for text, mark in self._marks.items())


def _marked(text: str, marks: str) -> str:
    """A heading with the marks of its notes."""
    return f"{text}（{marks}）" if marks else text


def _is_number(text: str) -> bool:
    return any(letter.isdecimal() for letter in text)


def _sum(numbers: Sequence[Decimal | int | None]) -> Decimal | None:
    """The sum, or None where one of them is not known."""
    known = [number for number in numbers if number is not None]
    return Decimal(sum(known)) if len(known) == len(numbers) else None


def _fraction(number: EarlierNumber) -> tuple[int | None, int | None]:
    figure = number.figure
    return (figure.numerator, figure.denominator) if figure else (None, None)


def years_without_record(content: Content) -> list[Finding]:
    """For each table of years the years of which there is no record, so that nothing is printed of them."""
    lacking = [(table.id, table.missing) for table in tables_of_years(content) if table.missing]
    return [
        Finding("N726", Place(table=table_id), difference=len(years), details={"about": runs_of_years(years)})
        for table_id, years in lacking
    ]


def tables_of_years(content: Content) -> list[TableOfYears]:
    """The tables of years of all parts, in the order of definition."""
    collection = content.collection
    earlier = content.earlier or EarlierYears(collection.edition, collection.fiscal_year)
    return [
        TableOfYears(part, table, content, earlier)
        for part in map(earlier.part, dict.fromkeys(part.key for part in collection.edition.parts))
        for table in part.years_tables.values()
    ]
