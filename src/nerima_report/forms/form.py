"""A form: who gets it, what it asks for, what is filled in, and where 該当なし can be marked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from nerima_report.edition import Edition
from nerima_report.edition.definition import fill
from nerima_report.edition.entries import AnyTable, EntryTable
from nerima_report.edition.tables import Column, CountTable
from nerima_report.edition.texts import FormTexts
from nerima_report.fiscal_year import full_date, full_name
from nerima_report.forms.formulas import Formulas, TablePlace, Total
from nerima_report.forms.style import HEADER_ROW, Looks
from nerima_report.places import CellKey
from nerima_report.tallies.layout import COVER_SHEET
from nerima_report.tallies.submission import CONTACT, FACTS, NOT_OURS
from nerima_report.text import section_key

# The columns of the list on the cover: whether a part had requests, and what does not apply; counted from 0.
CHOICE_COLUMN, MARK_COLUMN, PROGRESS_COLUMN = 2, 3, 4

_FIRST_CAPTION = 2  # the row of the first caption on a sheet with several tables, below the title of the part

# Keys of definitions that have no effect on forms.
_NOT_ON_FORMS = frozenset({
    "first_year", "renamed", "stocks", "carried_over", "must_publish", "repeated_in", "repeated_as",
    "since", "expected", "due_when", "yearly", "settled_by", "in_order", "done_when", "places",
    "total_first", "group_total", "group_total_first",
})  # fmt: skip
# Keys of registers.toml that have no effect on the sheet of a register.
_NOT_ON_SHEETS: dict[str, Any] = {
    "remark": True,
    "public": True,
    "open_note": True,
    "fields": {"__all__": {"item", "public", "repeated_in", "repeated_as", "since", "due_when"}},
}
# Keys of definitions that are newer than the first forms. They enter the fingerprint only where they are used.
_ADDED_LATER = frozenset({
    "bodies", "counted_from", "where", "sum", "each_choice_of", "beginning",
    "hide_unused_rows", "required_when", "any_year", "choices_from", "meanings", "lines_for",
    "open_when", "open_note", "by", "divides", "of_column", "split", "only", "covers", "done_of",
    "sum_column", "sum_of", "of",
})  # fmt: skip


@dataclass(frozen=True)
class FormCover:
    """What the cover says: year, section, which of the two forms, and what does not apply.

    `published`: the workbook is not handed in by a 課; a year published before the tool is typed into it.
    `not_applicable` holds keys of parts (個人) or ids of tables (個人.第三者点検); `withheld` those that the
    section is not asked for: without sheets, and marked as 該当なし for good; `no_requests` the parts without requests.
    `number` is the place of the 課 in the roster, as the name of its file begins. `tallies`: the section hands in
    what the case ledger counts as well. `confirms`: the form is a 確認表, in which only corrections are written.
    """

    fiscal_year: int
    department: str
    section: str
    ward: bool = False
    submission: int = 1
    not_applicable: frozenset[str] = frozenset()
    remark: str = ""
    withheld: frozenset[str] = frozenset()
    published: bool = False
    no_requests: frozenset[str] = frozenset()
    deadline: date | None = None
    number: str = ""
    tallies: bool = False
    confirms: bool = False

    @property
    def key(self) -> str:
        """The key of the section: 部 + 課, as in 福祉部管理課."""
        return section_key(self.department, self.section)

    def applies(self, table_id: str) -> bool:
        """Whether the section reports this table."""
        return self.not_applicable.isdisjoint({table_id, table_id.partition(".")[0]})

    def asks_for(self, table_id: str) -> bool:
        """Whether the form has a sheet for this table."""
        return self.withheld.isdisjoint({table_id, table_id.partition(".")[0]})

    def __str__(self) -> str:
        """Whose form it is: 令和4年度 総務部 情報公開課."""
        department = [] if self.published else [self.department]
        return " ".join([full_name(self.fiscal_year), *department, self.section])


@dataclass(frozen=True)
class EarlierFigures:
    """What the same section reported for an earlier year, shown beside the cells and never read back.

    `counts` are 件 or 人 by cell, or 該当なし; `entries` the number of rows in each list-like table.
    """

    fiscal_year: int
    counts: Mapping[CellKey, int | str]
    entries: Mapping[str, int]


@dataclass(frozen=True)
class Filling:
    """What goes into a form; an empty one makes a blank form.

    `counts` are 件 or 人 by cell, `entries` the rows of the list-like tables by table id, each by label of field.
    `registers` likewise; without them (None) the form has no sheets for registers.
    """

    counts: Mapping[CellKey, int] = field(default_factory=dict)
    entries: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    earlier: EarlierFigures | None = None
    registers: Mapping[str, Sequence[Mapping[str, object]]] | None = None


@dataclass(frozen=True)
class Form:
    """A workbook being written. `lists` are the ranges of the choices that are too long for a cell's own list."""

    edition: Edition
    cover: FormCover
    filling: Filling
    looks: Looks
    lists: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def texts(self) -> FormTexts:
        """The words of the form."""
        return self.edition.form_texts

    @property
    def has_registers(self) -> bool:
        """Whether the form has sheets for registers."""
        return self.filling.registers is not None and not self.cover.ward

    def is_counted_by_registers(self, table: AnyTable) -> bool:
        """Whether the form has registers whose entries make numbers of this table."""
        if not self.has_registers:
            return False
        counting = ((part, c) for part in self.edition.parts for r in part.registers for c in r.counts)
        return any(part.tables[count.table] is table for part, count in counting)

    @cached_property
    def columns(self) -> dict[str, tuple[Column, ...]]:
        """The columns of counts that the form asks for, by table id."""
        return {key: columns for key, columns in self._collected_counts.items() if self.cover.asks_for(key)}

    @cached_property
    def _collected_counts(self) -> dict[str, tuple[Column, ...]]:
        """The columns of counts that a form of this kind may ask for, by table id."""
        counted = self.edition.counted_by_ledger(self.cover.ward) if self.cover.tallies else {}
        return self.edition.collected_counts(self.cover.ward) | counted

    @cached_property
    def entry_tables(self) -> dict[str, EntryTable]:
        """The list-like tables that the form asks for, by table id; the registers come last."""
        collected = self.edition.collected_entries(self.cover.ward)
        if self.has_registers:
            collected = {**collected, **self.edition.register_tables}
        return {key: table for key, table in collected.items() if self.cover.asks_for(key)}

    @cached_property
    def tables(self) -> dict[str, AnyTable]:
        """The tables of this form, part by part as in the report; the registers come last."""
        asked = {**self.columns, **self.entry_tables}
        return {key: table for key, table in self.edition.tables.items() if key in asked} | self.entry_tables

    def sheet_of(self, table_id: str) -> str:
        """The name of the sheet on which a table stands."""
        return self.places[table_id].sheet if table_id in self.places else table_id

    @cached_property
    def counts(self) -> dict[CellKey, int]:
        """The counts that go into cells: not those of tables that do not apply."""
        return {key: count for key, count in self.filling.counts.items() if self.cover.applies(key.table)}

    @cached_property
    def count_sheets(self) -> dict[str, tuple[str, ...]]:
        """The ids of the tables of counts by sheet: those of a part share one, which bears the key of the part.

        Where a published year is typed in, each table has a sheet of its own.
        """
        sheets: dict[str, tuple[str, ...]] = {}
        for table_id in (table_id for table_id in self.edition.tables if table_id in self.columns):
            name = table_id if self.cover.published else table_id.partition(".")[0]
            sheets[name] = (*sheets.get(name, ()), table_id)
        return sheets

    @cached_property
    def places(self) -> dict[str, TablePlace]:
        """Where each table of counts stands."""
        places: dict[str, TablePlace] = {}
        for sheet, table_ids in self.count_sheets.items():
            tables = {table_id: self.edition.count_tables[table_id] for table_id in table_ids}
            first = max(len(table.stubs) for table in tables.values())
            caption = 0 if self.cover.published else _FIRST_CAPTION
            for table_id, table in tables.items():
                header = HEADER_ROW if self.cover.published else caption + 2
                places[table_id] = TablePlace(sheet, caption, header, first)
                caption = header + len(table.rows) + bool(table.total) + self.has_check(table_id) + 2
        return places

    @cached_property
    def formulas(self) -> Formulas:
        """The formulas over the counts, and over the 0 of parts without requests."""
        asked = {table_id: self.edition.count_tables[table_id] for table_id in self.columns}
        none = {key: table for key, table in asked.items() if self.shows_no_requests(key)}
        zeros = {
            row.key(key, column.label): 0
            for key, table in none.items()
            for row in table.filled_rows
            for column in self.columns[key]
            if not column.sum_of
        }
        return Formulas(self.edition, self.columns, self.places, zeros | self.counts)

    def shows_no_requests(self, table_id: str) -> bool:
        """Whether a table shows 0 everywhere, because the cover says that its part had no requests."""
        return bool(self.choice_of(table_id)) and table_id.partition(".")[0] in self.cover.no_requests

    def choice_of(self, table_id: str) -> str:
        """The cell of the cover that says whether there were requests for a table to count: $C$18; '' without one."""
        choice = self.choices.get(table_id.partition(".")[0])
        table = self.edition.count_tables.get(table_id)
        return xl_rowcol_to_cell(*choice, True, True) if choice and table and table.counts_requests else ""

    def linked(self, total: Total) -> list[Total]:
        """The columns of other tables on this form whose totals must equal that of this column."""
        part = self.edition.part_of(total.table_id)
        others = []
        for link in part.links:
            whole = not any(side.rows or side.group or side.columns for side in (link.left, link.right))
            sides = [Total(part.table_id(side.table), side.column) for side in (link.left, link.right)]
            if link.relation == "equal" and whole and total in sides:
                others += [side for side in sides if side.table_id != total.table_id and self._stands_here(side)]
        return others

    def has_check(self, table_id: str) -> bool:
        """Whether a table has a 検算 row."""
        return any(self.linked(Total(table_id, column.label)) for column in self.columns[table_id])

    def _stands_here(self, total: Total) -> bool:
        return total.column in [column.label for column in self.columns.get(total.table_id, ())]

    @property
    def facts(self) -> tuple[str, ...]:
        """What the cover asks above its list."""
        return tuple(label for label in FACTS if label not in CONTACT) if self.cover.published else FACTS

    @property
    def marks_row(self) -> int:
        """The row of the headings of the list on the cover."""
        return HEADER_ROW + len(self.facts) + 1

    @cached_property
    def choices(self) -> dict[str, tuple[int, int]]:
        """The cell of the cover for each part of which it asks whether there were requests: a 課 only."""
        asked = [key for key in self.columns if key not in self.cover.not_applicable] if not self.cover.ward else []
        counting = {key.partition(".")[0] for key in asked if self.edition.count_tables[key].counts_requests}
        return {key: (row, CHOICE_COLUMN) for key, (row, _) in self.marks.items() if key in counting}

    @cached_property
    def marks(self) -> dict[str, tuple[int, int]]:
        """The cell of the cover in which each part or table can be marked as 該当なし: a part, then its tables."""
        keys = []
        collected = {*self._collected_counts, *self.edition.collected_entries(self.cover.ward)}
        for part in self.edition.parts:
            registers = [register.key for register in part.registers] if self.has_registers else []
            ids = [key for key in map(part.table_id, part.tables) if key in collected]
            ids += map(part.table_id, registers)
            on_form = [key for key in ids if key in self.tables or key in self.cover.withheld]
            keys += [part.key, *on_form] if on_form or (ids and part.key in self.cover.withheld) else []
        return {key: (row, MARK_COLUMN) for row, key in enumerate(keys, start=self.marks_row + 1)}

    @property
    def subjects(self) -> frozenset[str]:
        """What the form asks about, of that which its general sentences may be about: see `GuideSection`."""
        persons = any(not column.additive for columns in self.columns.values() for column in columns)
        return frozenset({"", *(["requests"] if self.choices else []), *(["persons"] if persons else [])})

    def is_marked(self, table_id: str) -> str:
        """The condition, for a formula, that the cover marks a table or its part: OR('表紙'!$C$13<>"",…); or ''."""
        if table_id not in self.marks:
            return ""
        return f"OR({self.part_is_marked(table_id, COVER_SHEET)},{_is_filled(self.marks[table_id], COVER_SHEET)})"

    def part_is_marked(self, key: str, sheet: str = "") -> str:
        """The condition that the cover says of a whole part that it is not ours: '表紙'!$C$18="所管外"."""
        part = key.partition(".")[0]
        if part in self.choices:
            return f'{_on(sheet)}{xl_rowcol_to_cell(*self.choices[part], True, True)}="{NOT_OURS}"'
        return _is_filled(self.marks[part], sheet)

    def say(self, text: str, more: Mapping[str, str] = MappingProxyType({})) -> str:
        """A text with the names of the year, of the section and of who collects, and with `more` names."""
        year = self.cover.fiscal_year
        coordinator = self.edition.municipality.coordinator(year)
        names = {
            "年度": full_name(year),
            "課": " ".join(filter(None, (self.cover.department, self.cover.section))),
            "とりまとめ課": coordinator.department + coordinator.section,
            "初日": full_date(date(year, 4, 1)),
            "末日": full_date(date(year + 1, 3, 31)),
            "日付の例": f"{year}/6/27",
            "次の年": str(year + 1),
        }
        return fill(text, {**names, **more})

    @property
    def earlier_heading(self) -> str:
        """The heading over the figures of an earlier year: 前年度（令和7年度）; '' without them."""
        earlier = self.filling.earlier
        if earlier is None:
            return ""
        text = self.texts.earlier if earlier.fiscal_year == self.cover.fiscal_year - 1 else self.texts.older
        return fill(text, {"前の年度": full_name(earlier.fiscal_year)})


def _is_filled(place: tuple[int, int], sheet: str) -> str:
    return f'{_on(sheet)}{xl_rowcol_to_cell(*place, True, True)}<>""'


def _on(sheet: str) -> str:
    return f"'{sheet}'!" if sheet else ""


def fingerprint(edition: Edition, *, registers: bool = False) -> str:
    """The SHA-256 of what the forms of an edition come from: tables, links, words and form version.

    The manuscript, the styles of the report and the tables that are counted from entries are left out, because changing
    them changes no form. Settings are part of the texts of the tables that use them.
    """
    parts = [
        [
            part.definition.model_dump(mode="json", exclude={"layout", "settings", "breaks"}),
            *(table.model_dump(mode="json") for table in part.tables.values() if not _is_counted(table)),
            *(link.model_dump(mode="json") for link in part.links),
        ]
        for part in edition.parts
    ]
    texts = edition.form_texts.model_dump(mode="json")
    if not any(field.any_year for table in edition.entry_tables.values() for field in table.fields):
        del texts["input"]["any_date"]  # added later as well
    of_registers = texts.pop("registers")
    content = [edition.municipality.form_version, texts, _in_use(parts)]
    if registers:
        content += [
            of_registers,
            [register.model_dump(mode="json", exclude=_NOT_ON_SHEETS) for register in edition.registers.values()],
        ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def fed_lists(edition: Edition, cover: FormCover) -> frozenset[str]:
    """The lists whose cases stand in those registers that the form asks for."""
    asked = [register for table_id, register in edition.registers.items() if cover.asks_for(table_id)]
    fed = ((part, r.feeds) for part in edition.parts for r in part.registers if r in asked)
    return frozenset(part.table_id(feeds.table) for part, feeds in fed if feeds is not None)


def _is_counted(table: AnyTable) -> bool:
    return isinstance(table, CountTable) and not table.is_handed_in


def _in_use(data: Any) -> Any:
    """The data without unused keys that were added later, so that the fingerprints of past years stay the same."""
    if isinstance(data, dict):
        on_forms = {key: value for key, value in data.items() if key not in _NOT_ON_FORMS}
        return {key: _in_use(value) for key, value in on_forms.items() if value or key not in _ADDED_LATER}
    return [_in_use(value) for value in data] if isinstance(data, list) else data


def instruction(form: Form, table: AnyTable) -> str:
    """What to observe in a table. For the ward, the tables of the sections ask only for persons after matching."""
    of_sections = form.cover.ward and table.reported_by == "section"
    if of_sections:
        return form.say(form.texts.ward_instruction)
    return table.instruction + (form.texts.registers.counted if form.is_counted_by_registers(table) else "")
