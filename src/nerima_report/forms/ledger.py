"""The workbook of the case ledger of a year (ledger/2026.xlsx), to be kept in Excel: one row a request.

    cover, 書き方, then for each part the requests and the lists beside them (ledger_lists)

Its lists are read as any others. The days that it computes of each request are for those who keep it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from nerima_report.edition import Edition
from nerima_report.edition.definition import fill
from nerima_report.edition.ledger import DAYS_LEFT
from nerima_report.edition.ledger_texts import LedgerTexts, guide_lines
from nerima_report.fiscal_year import full_name
from nerima_report.forms.form import Filling, Form, FormCover
from nerima_report.forms.inputs import needs_a_range
from nerima_report.forms.ledger_lists import Choices, ListLayout, ListSheet
from nerima_report.forms.style import FONT, HEADER_ROW, Formula, add_sheet, fit_height, make_looks, set_widths, write
from nerima_report.tallies.layout import COVER_SHEET, LEDGER_GUIDE_SHEET
from nerima_report.tallies.submission import COVER_HEADINGS, LEDGER_FORM

# The years before and after the fiscal year whose holidays the workbook knows: a request may wait long.
_YEARS_BEFORE, _YEARS_AFTER = 3, 6
_COVER_WIDTHS, _GUIDE_WIDTHS = (28, 42, 12, 12, 20), (34, 90)


Rows = Mapping[str, Sequence[Mapping[str, object]]]  # of each list by its id, each row by label of field


@dataclass(frozen=True)
class CarriedOver:
    """From which ledger how many open entries were carried over: its fiscal year, and its file as it is shown."""

    fiscal_year: int
    file: str
    number: int


@dataclass(frozen=True)
class LedgerFilling:
    """What goes into a ledger; an empty one makes a blank ledger.

    The names of 部 and 課 are offered where the ledger asks for them. `remark` stands on the cover. A ledger that
    nobody goes on with needs no `room` for further rows: it is the number of rows of a list, 0 for the usual one.
    """

    rows: Rows = field(default_factory=dict)
    carried: CarriedOver | None = None
    departments: Choices = ()
    sections: Choices = ()
    remark: str = ""
    room: int = 0


def render_ledger(edition: Edition, fiscal_year: int, filling: LedgerFilling) -> bytes:
    """The workbook of the ledger of a year; the same input gives the same bytes.

    `edition` has all its parts. Raises CannotProceed where none serves the year, and ValueError for rows of a list that
    the year does not have.
    """
    own = edition.for_year(fiscal_year).of_ledgers()
    if unknown := filling.rows.keys() - own.ledger_tables.keys():
        raise ValueError(f"not in this ledger: {min(unknown)}")
    content = io.BytesIO()
    workbook = Workbook(content, {"in_memory": True, "default_format_properties": dict(FONT)})
    # The end of the year instead of the time of writing, which would differ in every run.
    workbook.set_properties({"title": own.ledger_texts.title, "created": datetime(fiscal_year + 1, 3, 31)})
    keeper = own.municipality.coordinator(fiscal_year)
    cover = FormCover(fiscal_year, keeper.department, keeper.section, ward=True)
    form = Form(own, cover, Filling(entries=filling.rows), make_looks(workbook))
    _LedgerWorkbook(workbook, form, filling).write()
    workbook.close()
    return content.getvalue()


@dataclass(frozen=True)
class _LedgerWorkbook:
    """A workbook being written; `form` is the ledger as a form of its keeper, for what all forms have in common."""

    workbook: Workbook
    form: Form
    filling: LedgerFilling

    @property
    def texts(self) -> LedgerTexts:
        return self.form.edition.ledger_texts

    @property
    def fiscal_year(self) -> int:
        return self.form.cover.fiscal_year

    @cached_property
    def lists(self) -> tuple[ListLayout, ...]:
        """The lists in the order of their sheets."""
        room = self.filling.room or self.texts.room
        return tuple(
            ListLayout(table_id, part.ledger, beside, max(room, len(self.filling.rows.get(table_id, ()))))
            for part in self.form.edition.parts
            if part.ledger
            for key, beside in ((part.ledger.key, None), *((own.key, own) for own in part.ledger.lists))
            for table_id in (part.table_id(key),)
        )

    def write(self) -> None:
        """Write all sheets."""
        self._write_cover(self._add_sheet(COVER_SHEET))
        ranges = self._write_guide(self._add_sheet(LEDGER_GUIDE_SHEET))
        years = range(self.fiscal_year - _YEARS_BEFORE, self.fiscal_year + _YEARS_AFTER)
        for own in self.lists:
            sheet = self._add_sheet(own.table_id, protected=False)
            ListSheet(self.workbook, sheet, self.form, own, self._rows(own), self._offered(own), ranges, years).write()

    def _add_sheet(self, name: str, *, protected: bool = True) -> Worksheet:
        footer = f"{full_name(self.fiscal_year)} {self.texts.title}"
        return add_sheet(self.workbook, name, footer, protected=protected)

    def _rows(self, own: ListLayout) -> Sequence[Mapping[str, object]]:
        return self.filling.rows.get(own.table_id, ())

    def _offered(self, own: ListLayout) -> dict[str, Choices]:
        roles, filling = own.ledger.roles, self.filling
        offered = {roles.department: filling.departments, roles.section: filling.sections}
        return {label: names for label, names in offered.items() if names}

    def _write_cover(self, sheet: Worksheet) -> None:
        looks, keeper, headings = self.form.looks, self.form.cover, self.texts.headings
        words = self.form.edition.words
        set_widths(sheet, _COVER_WIDTHS)
        write(sheet, 0, 0, [self.texts.title], looks.title)
        for row, text in enumerate(self.texts.cover, start=1):
            write(sheet, row, 0, [self.form.say(text)], looks.guide)
        facts = {
            "年度": full_name(self.fiscal_year),
            "様式": LEDGER_FORM,
            words.label("部"): keeper.department,
            words.label("課"): keeper.section,
            "様式の版": self.form.edition.municipality.form_version,
            "提出回": keeper.submission,
            **({"備考": self.filling.remark} if self.filling.remark else {}),
        }
        for row, fact in enumerate(facts.items(), start=HEADER_ROW):
            write(sheet, row, 0, map(str, fact), looks.label)
        top = HEADER_ROW + len(facts) + 1
        write(sheet, top, 0, (*COVER_HEADINGS[:2], headings.entries, headings.open, headings.overdue), looks.heading)
        for row, own in enumerate(self.lists, start=top + 1):
            sheet.write_url(row, 0, f"internal:'{own.table_id}'!A1", looks.link, own.table_id)
            write(sheet, row, 1, [own.listed.title], looks.label)
            write(sheet, row, 2, self._numbers(own), looks.result)
        if carried := self.filling.carried:
            names = {"前の年度": full_name(carried.fiscal_year), "ファイル": carried.file, "件数": str(carried.number)}
            write(sheet, top + len(self.lists) + 2, 0, [fill(self.texts.carried, names)], looks.guide)

    def _numbers(self, own: ListLayout) -> Iterator[Formula | None]:
        """What the cover computes of a list (件): its entries and, of requests, those that are open and overdue."""
        entries, rows = own.cells(own.first_required), self._rows(own)
        yield Formula(f"=COUNTA({entries})", len(rows))
        if own.beside:
            yield from (None, None)
            return
        outcome, closed = own.cells(own.ledger.roles.outcome), own.cells(own.ledger.roles.closed)
        waiting = sum(map(own.ledger.is_open, rows))
        yield Formula(f'=SUMPRODUCT(({entries}<>"")*({outcome}="")*({closed}=""))', waiting)
        yield Formula(f'=COUNTIF({own.cells(DAYS_LEFT)},"<0")', "")  # which day is today is not known here

    def _write_guide(self, sheet: Worksheet) -> dict[Choices, str]:
        """Write the page 書き方; returns where the choices stand that are too long for the list of a cell."""
        looks, guide = self.form.looks, self.texts.guide
        set_widths(sheet, _GUIDE_WIDTHS)
        sheet.repeat_rows(0, 2)
        write(sheet, 0, 0, [guide.title], looks.title)
        write(sheet, 1, 0, [f"{full_name(self.fiscal_year)} {self.texts.title}"], looks.guide)
        row = HEADER_ROW
        for line in guide_lines(self.texts, self.form.edition.ledgers):
            said = (line.about, self.form.say(line.text, {"行数": f"{self.texts.room:,}"}))
            write(sheet, row, 0, said, looks.label if line.text else looks.band)
            fit_height(sheet, row, zip(said, _GUIDE_WIDTHS, strict=True))
            row += 1
        sheet.print_area(0, 0, row - 1, len(_GUIDE_WIDTHS) - 1)  # the choices below are for the screen
        ranges = {}
        for choices in self._long_choices():
            write(sheet, row, 0, (guide.choices, ""), looks.band)
            for number, choice in enumerate(choices, start=row + 1):
                write(sheet, number, 0, ("", choice), looks.label)
            ranges[choices] = f"='{LEDGER_GUIDE_SHEET}'!{xl_range_abs(row + 1, 1, row + len(choices), 1)}"
            row += len(choices) + 1
        return ranges

    def _long_choices(self) -> Iterator[Choices]:
        """The choices that do not fit into the list of a cell, each once."""
        of_fields = (field.choices for own in self.lists for field in own.fields)
        every = dict.fromkeys((*of_fields, self.filling.departments, self.filling.sections))
        return filter(needs_a_range, every)
