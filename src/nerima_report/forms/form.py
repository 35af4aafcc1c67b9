"""A form: whose it is, what it asks for, what goes into it, and where its marks of 該当なし stand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryTable
from nerima_report.edition.tables import Column, CountTable, TableDefinition, fill, placeholders_in
from nerima_report.edition.texts import FormTexts
from nerima_report.fiscal_year import full_date, full_name
from nerima_report.forms.formulas import Formulas
from nerima_report.forms.style import HEADER_ROW, Looks
from nerima_report.places import CellKey
from nerima_report.tallies.layout import COVER_SHEET
from nerima_report.text import section_key

# The cover: facts in rows 4 to 10, then the list of what can be marked as 該当なし, by row from 0.
FACTS = ("年度", "様式", "部", "課", "様式の版", "提出回", "備考")
MARKS_ROW, MARK_COLUMN = HEADER_ROW + len(FACTS) + 1, 2

# Keys of definitions that say nothing of a form.
_NOT_ON_FORMS = frozenset({"renamed", "stocks", "must_publish", "repeated_in", "repeated_as"})
# What registers.toml says of a register that its sheet does not show.
_NOT_ON_SHEETS: dict[str, Any] = {
    "remark": True,
    "public": True,
    "fields": {"__all__": {"item", "public", "repeated_in", "repeated_as"}},
}
# Keys of definitions that came after the first forms; while empty they are no part of the fingerprint.
_LEARNED_LATER = frozenset({
    "bodies", "counted_from", "where", "sum", "each_choice_of", "beginning",
    "hide_unused_rows", "group_width", "required_when", "any_year", "choices_from", "meanings", "lines_for",
    "open_when", "open_note",
})  # fmt: skip


@dataclass(frozen=True)
class FormCover:
    """What the cover says: year, section, which of the two forms, and what does not apply.

    `published`: it is no form to be handed in, but takes a year that was published before the tool.
    `not_applicable` holds keys of parts (個人) or ids of tables (個人.第三者点検); `withheld` those that the
    section is not asked for: without sheets, and marked as 該当なし for good.
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
    """What the same section reported for an earlier year, to be seen beside the cells and never read back.

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

    def is_counted_by_registers(self, table: CountTable | EntryTable) -> bool:
        """Whether the form has registers whose entries make numbers of this table."""
        if not self.has_registers:
            return False
        counting = ((part, c) for part in self.edition.parts for r in part.registers for c in r.counts)
        return any(part.tables[count.table] is table for part, count in counting)

    @cached_property
    def columns(self) -> dict[str, tuple[Column, ...]]:
        """The columns of counts that the form asks for, by table id."""
        collected = self.edition.collected_counts(self.cover.ward)
        return {key: columns for key, columns in collected.items() if self.cover.asks_for(key)}

    @cached_property
    def entry_tables(self) -> dict[str, EntryTable]:
        """The list-like tables that the form asks for, by table id; the registers come last."""
        collected = self.edition.collected_entries(self.cover.ward)
        if self.has_registers:
            collected = {**collected, **self.edition.register_tables}
        return {key: table for key, table in collected.items() if self.cover.asks_for(key)}

    @cached_property
    def tables(self) -> dict[str, CountTable | EntryTable]:
        """The tables of this form in the order of their sheets."""
        asked = {**self.columns, **self.entry_tables}
        return {key: table for key, table in self.edition.tables.items() if key in asked} | self.entry_tables

    @cached_property
    def counts(self) -> dict[CellKey, int]:
        """The counts that go into cells: not those of tables that do not apply."""
        return {key: count for key, count in self.filling.counts.items() if self.cover.applies(key.table)}

    @cached_property
    def formulas(self) -> Formulas:
        """The formulas over the counts."""
        return Formulas(self.edition, self.columns, self.counts)

    @cached_property
    def marks(self) -> dict[str, tuple[int, int]]:
        """Where on the cover a part or table is marked as 該当なし: each part, then its tables on this form."""
        keys = []
        for part in self.edition.parts:
            registers = [register.key for register in part.registers] if self.has_registers else []
            ids = map(part.table_id, (*part.tables, *registers))
            own = [key for key in ids if key in self.tables or key in self.cover.withheld]
            keys += [part.key, *own] if own or part.key in self.cover.withheld else []
        return {key: (row, MARK_COLUMN) for row, key in enumerate(keys, start=MARKS_ROW + 1)}

    def is_marked(self, table_id: str) -> str:
        """The condition, for a formula, that the cover marks a table or its part: OR('表紙'!$C$13<>"",…); or ''."""
        places = [self.marks[key] for key in (table_id.partition(".")[0], table_id) if key in self.marks]
        cells = [f"'{COVER_SHEET}'!{xl_rowcol_to_cell(*place, True, True)}<>\"\"" for place in places]
        return f"OR({','.join(cells)})" if table_id in self.marks else ""

    def say(self, text: str) -> str:
        """A text of forms.toml with the names of the year, of the section and of who collects."""
        year = self.cover.fiscal_year
        coordinator = self.edition.municipality.coordinator(year)
        names = {
            "年度": full_name(year),
            "課": " ".join(filter(None, (self.cover.department, self.cover.section))),
            "とりまとめ課": coordinator.department + coordinator.section,
            "初日": full_date(date(year, 4, 1)),
            "末日": full_date(date(year + 1, 3, 31)),
            "日付の例": f"{year}/6/27",
        }
        return fill(text, names)

    @property
    def earlier_heading(self) -> str:
        """The heading over the figures of an earlier year: 前年度（令和7年度）; '' without them."""
        earlier = self.filling.earlier
        if earlier is None:
            return ""
        text = self.texts.earlier if earlier.fiscal_year == self.cover.fiscal_year - 1 else self.texts.older
        return fill(text, {"前の年度": full_name(earlier.fiscal_year)})


def fingerprint(edition: Edition, *, registers: bool = False) -> str:
    """The SHA-256 of what the forms of an edition come from: tables, links, words and form version.

    The manuscript, the styles of the report and the tables that are counted from entries are left out: changing
    them changes no form. Settings show in the tables that ask for them.
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
        del texts["input"]["any_date"]  # which came later too
    of_registers = texts.pop("registers")
    content = [edition.municipality.form_version, texts, _in_use(parts)]
    if registers:
        content += [
            of_registers,
            [register.model_dump(mode="json", exclude=_NOT_ON_SHEETS) for register in edition.registers.values()],
        ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def fed_lists(edition: Edition, cover: FormCover) -> frozenset[str]:
    """The lists whose cases stand in registers, on a form with those registers for which it is asked."""
    asked = [register for table_id, register in edition.registers.items() if cover.asks_for(table_id)]
    fed = ((part, r.feeds) for part in edition.parts for r in part.registers if r in asked)
    return frozenset(part.table_id(feeds.table) for part, feeds in fed if feeds is not None)


def _is_counted(table: CountTable | EntryTable) -> bool:
    return isinstance(table, CountTable) and bool(table.counted_from)


def _in_use(data: Any) -> Any:
    """The data without what the definitions learned later and do not use: the forms of past years stay the same."""
    if isinstance(data, dict):
        told = {key: value for key, value in data.items() if key not in _NOT_ON_FORMS}
        return {key: _in_use(value) for key, value in told.items() if value or key not in _LEARNED_LATER}
    return [_in_use(value) for value in data] if isinstance(data, list) else data


def readable_title(table: TableDefinition) -> str:
    """The title of a table, or its key where the title waits for values: 第三者点検."""
    return table.key if placeholders_in(table.title) else table.title


def instruction(form: Form, table: CountTable | EntryTable) -> str:
    """What to observe in a table. For the ward, the tables of the sections ask only for persons after matching."""
    of_sections = form.cover.ward and table.reported_by == "section"
    if of_sections:
        return form.say(form.texts.ward_instruction)
    return table.instruction + (form.texts.registers.counted if form.is_counted_by_registers(table) else "")
