"""The sheets of a case ledger: the requests of a part, one row each, and the lists beside them.

What holds for all rows (lists to choose from, dates in order, colours) is said once
for whole columns; only the computed columns of requests have a formula in each row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from nerima_report.edition.definition import fill
from nerima_report.edition.entries import in_columns
from nerima_report.edition.ledger import DAYS_LEFT, DUE, Ledger, LedgerField, LedgerList
from nerima_report.edition.texts import InputText
from nerima_report.forms.form import Form
from nerima_report.forms.formulas import Area
from nerima_report.forms.inputs import FIRST_DAY, LAST_DAY, allowed_in, restrict, words_for
from nerima_report.forms.ledger_formulas import LedgerFormulas, serial
from nerima_report.forms.style import FIRST_ROW, HEADER_ROW, Formula, fit_height, width_of, write
from nerima_report.tallies.periods import Periods

_BAND_ROW = HEADER_ROW - 1
_TINTS = ("#D6E4F0", "#FCE4D6", "#E2EFDA", "#FFF2CC", "#E4DFEC")  # of the groups of headings, in turn
_GREY, _PALE, _RED, _YELLOW, _LINE = "#E7E6E6", "#F7F7F7", "#FFC7CE", "#FFEB9C", "#BFBFBF"
_WIDTHS = {"date": 12, "month": 16, "order": 7, "count": 9, "difference": 9, "text": 16}  # digits
# Text, so that Excel does not turn 1-2 into a date.
_FORMATS = {
    "date": "yyyy-mm-dd",
    "text": "@",
    "choice": "@",
    "month": "@",
    "order": "0",
    "count": "0",
    "difference": "0",
}
_BUTTON, _WIDEST_CHOICE = 3, 26  # what the button of a list and of the filter takes
_A3, _PAGES_WIDE = 8, 2
Choices = tuple[str, ...]


@dataclass(frozen=True)
class ListLayout:
    """A list of the ledger of a part and its columns, counted from 0; `beside` is None for the requests themselves.

    `room` is for how many rows the sheet is made.
    """

    table_id: str
    ledger: Ledger
    beside: LedgerList | None
    room: int

    @property
    def last_row(self) -> int:
        """The last row for an entry, counted from 0."""
        return FIRST_ROW + self.room - 1

    @property
    def listed(self) -> Ledger | LedgerList:
        """What the list is called, and how it is filled in."""
        return self.beside or self.ledger

    @cached_property
    def fields(self) -> tuple[LedgerField, ...]:
        """The fields, each with a column of its own."""
        return in_columns(self.listed.fields)

    @property
    def computed(self) -> tuple[str, ...]:
        """The columns that are computed, which come first."""
        return () if self.beside else (DUE, DAYS_LEFT)

    @cached_property
    def columns(self) -> dict[str, int]:
        """The place of each column by its label."""
        labels = (*self.computed, *(field.label for field in self.fields))
        return {label: place for place, label in enumerate(labels)}

    @property
    def first_required(self) -> str:
        """The first field that every row has."""
        return next(field.label for field in self.fields if field.required)

    @property
    def frozen(self) -> int:
        """How many columns stay in sight: up to the number of a request."""
        roles = self.ledger.roles
        return 0 if self.beside else max(self.columns[roles.number], self.columns[roles.branch]) + 1

    @cached_property
    def groups(self) -> dict[int, str]:
        """The groups of headings by their first column."""
        columns = {} if self.beside else self.columns
        firsts = {computed.fields[0]: computed.label for computed in self.ledger.table.computed if computed.fields}
        names = {group.first: group.label for group in self.ledger.groups}
        fields = {place: firsts.get(label, label) for label, place in columns.items()}
        return {place: names[label] for place, label in fields.items() if label in names}

    def area(self, label: str) -> Area:
        """The cells of a column, as far as there is room."""
        return FIRST_ROW, self.columns[label], self.last_row, self.columns[label]

    def cells(self, label: str) -> str:
        """The cells of a column, for a formula on any sheet."""
        return f"'{self.table_id}'!{xl_range_abs(*self.area(label))}"

    def first_cell(self, label: str) -> str:
        """The cell of a column in the first row, for a rule about every row: $B5."""
        return str(xl_rowcol_to_cell(FIRST_ROW, self.columns[label], col_abs=True))

    def earlier_days(self, label: str) -> list[str]:
        """The fields whose dates that of another cannot precede, whatever else the row says."""
        intervals = () if self.beside else self.ledger.intervals
        return [each.start for each in intervals if each.end == label and not each.when]


@dataclass(frozen=True)
class ListSheet:
    """The sheet of a list, being written with its first rows (values by label).

    `offered` are the names of 部 and 課 by label, `ranges` the places of choices on the page 書き方; `years` are the
    calendar years whose holidays the workbook knows.
    """

    workbook: Workbook
    sheet: Worksheet
    form: Form
    own: ListLayout
    rows: Sequence[Mapping[str, object]]
    offered: Mapping[str, Choices]
    ranges: Mapping[Choices, str]
    years: range

    def write(self) -> None:
        """Write the headings, the rows that are there, and what holds for all rows."""
        own, sheet, looks = self.own, self.sheet, self.form.looks
        write(sheet, 0, 0, [own.listed.title], looks.title)
        write(sheet, 1, 0, [own.listed.instruction], looks.guide)
        self._write_headings()
        for field in own.fields:
            place, look = own.columns[field.label], self._format(num_format=_FORMATS.get(field.type, "0"))
            sheet.set_column(place, place, width(field), look)
            for row, values in enumerate(self.rows, start=FIRST_ROW):
                if values.get(field.label) is not None:
                    write(sheet, row, place, [values[field.label]], look)
            restrict(sheet, own.area(field.label), self._allowed(field), field.heading, self._words(field))
        if own.beside is None:
            self._write_computed()
        self._colour_rows()
        self._set_up_pages()

    def _write_headings(self) -> None:
        own, tints = self.own, iter(_TINTS * len(self.own.fields))
        begun = own.groups | ({0: self.form.edition.ledger_texts.headings.computed} if own.computed else {})
        headings = [*own.computed, *(field.heading for field in own.fields)]
        band = heading = None
        for place, text in enumerate(headings):
            if place in begun or heading is None:
                tint = _GREY if text in own.computed else next(tints)
                band = self._format(bg_color=tint, bold=True)
                heading = self._format(bg_color=tint, bold=True, border=1, align="center", text_wrap=True)
            write(self.sheet, _BAND_ROW, place, [begun.get(place)], band)
            write(self.sheet, HEADER_ROW, place, [text], heading)
        fit_height(self.sheet, HEADER_ROW, [(field.heading, width(field) - _BUTTON) for field in own.fields])
        self.sheet.freeze_panes(FIRST_ROW, own.frozen)
        self.sheet.autofilter(HEADER_ROW, 0, own.last_row, len(headings) - 1)
        first = len(own.computed)
        self.sheet.set_selection(FIRST_ROW, first, FIRST_ROW, first)

    def _format(self, **properties: Any) -> Format:
        return self.workbook.add_format({"valign": "vcenter", "border_color": _LINE, **properties})

    def _allowed(self, field: LedgerField) -> dict[str, Any]:
        """What may be typed into a field; a name that is only offered may also be another one, after a question."""
        if choices := field.choices or self.offered.get(field.label, ()):
            listed = {"validate": "list", "source": self.ranges.get(choices) or list(choices)}
            return listed if field.choices else {**listed, "error_type": "warning"}
        if earlier := self.own.earlier_days(field.label):
            days = ",".join([_in_formula(FIRST_DAY), *map(self.own.first_cell, earlier)])
            last = f"={_in_formula(LAST_DAY)}"
            return {"validate": "date", "criteria": "between", "minimum": f"=MAX({days})", "maximum": last}
        return allowed_in(self.form, field)

    def _words(self, field: LedgerField) -> InputText:
        texts = self.form.edition.ledger_texts.input
        if field.label in self.offered:
            return texts.section
        words = words_for(self.form, "any_date" if field.any_year else field.type, field.hint)
        if earlier := "」「".join(self.own.earlier_days(field.label)):
            error = fill(texts.after, {"項目": earlier})
            return words.model_copy(update={"error": words.error + error})
        return words

    def _write_computed(self) -> None:
        """Write the computed columns: of every row a name, of the rows that are there also what is known of them."""
        own, words = self.own, self.form.edition.ledger_texts.input.computed
        formulas = LedgerFormulas(own.ledger, own.table_id, own.columns, self.years)
        for name, formula in formulas.names().items():
            self.workbook.define_name(name, formula)
        periods = Periods(own.ledger)
        waiting = (own.ledger.is_open(values) and periods.waits_for_correction(values) for values in self.rows)
        days = (None if waits else periods.due(values) for waits, values in zip(waiting, self.rows, strict=True))
        due = {row: serial(day) for row, day in enumerate(days, start=FIRST_ROW) if day}
        results = {DUE: due, DAYS_LEFT: dict[int, int]()}  # what depends on the day is not known here
        for label, kind in ((DUE, "date"), (DAYS_LEFT, "count")):
            look = self._format(bg_color=_PALE, align="center", num_format=_FORMATS.get(kind, "0"))
            place, formula = own.columns[label], f"={formulas.name(label)}"
            self.sheet.set_column(place, place, _WIDTHS[kind], look)
            for row in range(FIRST_ROW, own.last_row + 1):
                write(self.sheet, row, place, [Formula(formula, results[label].get(row, ""))], look)
            restrict(self.sheet, own.area(label), {"validate": "custom", "value": "=FALSE"}, label, words)

    def _colour_rows(self) -> None:
        """Colour what is overdue, or will be soon, and draw a line below each row that is used."""
        own = self.own
        area = (FIRST_ROW, 0, own.last_row, len(own.columns) - 1)
        soon = self.form.edition.ledger_texts.soon
        rules = []
        if own.computed:
            left = own.first_cell(DAYS_LEFT)
            rules += [(f"=AND(ISNUMBER({left}),{left}<0)", {"bg_color": _RED, "bottom": 1, "bottom_color": _LINE})]
            rules += [(f"=AND(ISNUMBER({left}),{left}<={soon})", {"bg_color": _YELLOW})]
        used = own.first_cell(own.first_required)
        rules += [(f'={used}<>""', {"bottom": 1, "bottom_color": _LINE})]
        for criteria, look in rules:
            rule = {"type": "formula", "criteria": criteria, "format": self.workbook.add_format(look)}
            self.sheet.conditional_format(*area, rule)

    def _set_up_pages(self) -> None:
        """Print in landscape, with the headings and the numbers on each page, down to the last row that is used."""
        own, sheet = self.own, self.sheet
        sheet.set_landscape()
        sheet.repeat_rows(_BAND_ROW, HEADER_ROW)
        if own.computed:
            sheet.set_paper(_A3)
            sheet.fit_to_pages(_PAGES_WIDE, 0)
            sheet.repeat_columns(0, own.frozen - 1)
        numbers, name = own.cells(own.first_required), f"'{own.table_id}'!"
        used = f'MAX({FIRST_ROW},SUMPRODUCT(MAX(({numbers}<>"")*ROW({numbers}))))'
        column = xl_range_abs(0, len(own.columns) - 1, own.last_row, len(own.columns) - 1)
        self.workbook.define_name(f"{name}_xlnm.Print_Area", f"={name}$A$1:INDEX({name}{column},{used})")


def width(field: LedgerField) -> int:
    """How wide the column of a field is, in digits: as the definition says, or as its type and its choices need it."""
    if field.width or field.type != "choice":
        return field.width or _WIDTHS[field.type]
    return min(max(width_of(choice) for choice in field.choices) + _BUTTON, _WIDEST_CHOICE)


def _in_formula(day: date) -> str:
    return f"DATE({day.year},{day.month},{day.day})"
