"""An edition: all definitions of one municipality, narrowed to a year, to a 課, to what a ledger counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nerima_report.edition.catalogue import Catalogue
from nerima_report.edition.definition import fill
from nerima_report.edition.entries import (
    ADJUSTMENTS,
    RATES,
    WITHDRAWN,
    AnyTable,
    EntryTable,
    adjustments_like,
    printed_rates,
)
from nerima_report.edition.guideline import Guideline
from nerima_report.edition.municipality import MunicipalityDefinition, Printing, Words
from nerima_report.edition.part import Part
from nerima_report.edition.registers import Register
from nerima_report.edition.shared import SHARED, file_of, read_shared, shared_file
from nerima_report.edition.tables import Column, CountTable, Line
from nerima_report.edition.toml import Model
from nerima_report.errors import CannotProceed
from nerima_report.files import read_binary
from nerima_report.places import CellKey

if TYPE_CHECKING:
    from nerima_report.edition.decision_notices import DecisionNotices
    from nerima_report.edition.kinds import SectionKinds
    from nerima_report.edition.ledger import Ledger
    from nerima_report.edition.ledger_import import ImportWords
    from nerima_report.edition.ledger_texts import LedgerTexts
    from nerima_report.edition.letters import LetterTexts
    from nerima_report.edition.manuscripts import ManuscriptRules
    from nerima_report.edition.texts import (
        CorrectionsDefinition,
        FilesDefinition,
        FormTexts,
        TrendTexts,
        YearsDefinition,
    )


@dataclass(frozen=True)
class Edition:
    """All definitions of one municipality. Tables are named by their id such as 公開.処理状況.

    The texts (forms, letters, years, corrections, trend) are read when they are used, and may then raise
    DefinitionError (see `load_edition`). `own_guideline` is None where the body has none. `own_form_texts` replace
    those of forms.toml. `from_print`: the edition serves to type in a printed year, so there is no sheet for
    adjustments. `counted_by_ledgers` are the tables that are counted from a ledger, in a year that has one.
    `is_of_ledgers`: it is that of a workbook of ledgers (see `of_ledgers`). `lines` has, by id of a table and key of a
    課, the line to which the 課 belongs by the roster of the year (see lines.py).
    """

    folder: Path
    municipality: MunicipalityDefinition
    parts: tuple[Part, ...]
    catalogue: Catalogue
    own_guideline: Guideline | None
    own_form_texts: FormTexts | None = None
    from_print: bool = False
    counted_by_ledgers: frozenset[str] = frozenset()
    is_of_ledgers: bool = False
    lines: Mapping[str, Mapping[str, Line]] = field(default_factory=dict)

    @cached_property
    def form_texts(self) -> FormTexts:
        """The texts of forms."""
        from nerima_report.edition.texts import FormTexts

        return self.own_form_texts or self._texts("forms.toml", FormTexts)

    @cached_property
    def years(self) -> YearsDefinition:
        """The texts on the comparison of years, and its limits."""
        from nerima_report.edition.texts import YearsDefinition

        return self._texts("years.toml", YearsDefinition)

    @cached_property
    def manuscripts(self) -> ManuscriptRules:
        """Which numbers may be typed into a manuscript."""
        from nerima_report.edition.manuscripts import ManuscriptRules

        return self._texts("manuscripts.toml", ManuscriptRules)

    @cached_property
    def corrections(self) -> CorrectionsDefinition:
        """The kinds of slips with their weights, and the texts of likely corrections."""
        from nerima_report.edition.texts import CorrectionsDefinition

        return self._texts("corrections.toml", CorrectionsDefinition)

    @cached_property
    def trend(self) -> TrendTexts:
        """The texts of the report over several years."""
        from nerima_report.edition.texts import TrendTexts

        return self._texts("trend.toml", TrendTexts)

    @cached_property
    def files(self) -> FilesDefinition:
        """Which files in a folder of submissions are not read, and what they are."""
        from nerima_report.edition.texts import FilesDefinition

        return self._texts("files.toml", FilesDefinition)

    @cached_property
    def kinds(self) -> SectionKinds:
        """The kinds of places that the roster names, and the roles in the protection.

        Where kinds.toml names no 実施機関, those of the parts are what the roster may name.
        """
        from nerima_report.edition.kinds import SectionKinds

        kinds = self._texts("kinds.toml", SectionKinds)
        of_parts = dict.fromkeys(body.name for part in self.parts for body in part.definition.bodies)
        return kinds if kinds.bodies else kinds.model_copy(update={"bodies": tuple(of_parts)})

    @cached_property
    def decision_notices(self) -> dict[str, DecisionNotices]:
        """The notices that the cases of a ledger ask for, by the id of its table."""
        from nerima_report.edition.decision_notices import load_notices

        found = ((part, load_notices(part)) for part in self.parts)
        return {part.table_id(part.ledger.key): own for part, own in found if own is not None and part.ledger}

    @cached_property
    def import_words(self) -> ImportWords:
        """How offices call the fields and answers of their own lists."""
        from nerima_report.edition.ledger_import import ImportWords

        return self._texts("ledger-import.toml", ImportWords)

    @cached_property
    def letters(self) -> LetterTexts:
        """What is written to each 課, and how its head is addressed."""
        from nerima_report.edition.letters import LetterTexts

        return self._texts("letters.toml", LetterTexts)

    @cached_property
    def ledger_texts(self) -> LedgerTexts:
        """The words of the workbook of a case ledger."""
        from nerima_report.edition.ledger_texts import LedgerTexts

        return self._texts("ledgers.toml", LedgerTexts)

    def _texts(self, name: str, model: type[Model]) -> Model:
        """A file of texts: that which all share, with what the edition has of its own, in the words of the body."""
        return read_shared(self.folder, name, model, self.municipality)

    @property
    def guideline(self) -> Guideline:
        """The guideline on using personal information. Raises CannotProceed where the body has none."""
        if self.own_guideline is None:
            raise CannotProceed(f"{self.municipality.name}の定義には、ガイドライン（guideline.toml）がありません。")
        return self.own_guideline

    @property
    def name(self) -> str:
        """The name of its folder, by which the settings and the records name it."""
        return self.folder.name

    @property
    def words(self) -> Words:
        """What the body calls itself and its offices."""
        return self.municipality.words

    @property
    def printing(self) -> Printing:
        """How the body prints its report."""
        return self.municipality.printing

    def file(self, name: str) -> Path:
        """A file of the edition, or that of all municipalities where it has none of its own (see `SHARED`)."""
        return file_of(self.folder, name)

    @property
    def reference(self) -> Path:
        """The Word file whose styles and page set-up the outputs have."""
        return self.file("reference.docx")

    def parts_for(self, fiscal_year: int) -> tuple[Part, ...]:
        """The parts that serve a fiscal year, in their order."""
        return tuple(part for part in self.parts if part.definition.serves(fiscal_year))

    @property
    def turning_years(self) -> list[int]:
        """Fiscal years that together cover every set of parts: the first and the last year of each part."""
        terms = [(part.definition.first_year, part.definition.last_year) for part in self.parts]
        return sorted({year for term in terms for year in term if year and self.parts_for(year)})

    def for_year(self, fiscal_year: int) -> Edition:
        """The same edition with only the parts that serve the fiscal year."""
        parts = self.parts_for(fiscal_year)
        if not parts:
            raise CannotProceed(f"{fiscal_year}年度の報告の定義がありません。\n  定義: {self.folder}")
        return replace(self, parts=parts)

    @cached_property
    def tables(self) -> dict[str, AnyTable]:
        """All tables by id, in the order of definition."""
        return {part.table_id(key): table for part in self.parts for key, table in part.tables.items()}

    @cached_property
    def count_tables(self) -> dict[str, CountTable]:
        """The tables of counts by id."""
        return {key: table for key, table in self.tables.items() if isinstance(table, CountTable)}

    @cached_property
    def entry_tables(self) -> dict[str, EntryTable]:
        """The list-like tables by id."""
        return {key: table for key, table in self.tables.items() if isinstance(table, EntryTable)}

    @cached_property
    def registers(self) -> dict[str, Register]:
        """The registers by the id of their table (個人.外部委託記録票); see `Register.table`."""
        return {part.table_id(register.key): register for part in self.parts for register in part.registers}

    @cached_property
    def register_tables(self) -> dict[str, EntryTable]:
        """The registers as list-like tables by id. A form has them only where the office keeps registers."""
        return {table_id: register.table for table_id, register in self.registers.items()}

    @cached_property
    def ledgers(self) -> dict[str, Ledger]:
        """The case ledgers by the id of their table (公開.請求台帳)."""
        return {part.table_id(part.ledger.key): part.ledger for part in self.parts if part.ledger}

    @cached_property
    def ledger_tables(self) -> dict[str, EntryTable]:
        """The lists of the workbook of a ledger by id: the requests of each part, and the lists beside them."""
        return {
            part.table_id(table.key): table
            for part in self.parts
            if part.ledger
            for table in (part.ledger.table, *(own.table for own in part.ledger.lists))
        }

    def on_forms_of(self, fiscal_year: int) -> Edition:
        """The edition with only the tables that the forms of a fiscal year have; it is narrowed to the year before."""
        parts = (
            replace(part, tables={key: t for key, t in part.tables.items() if t.first_year <= fiscal_year})
            for part in self.parts
        )
        return replace(self, parts=tuple(parts))

    def with_ledger(self) -> Edition:
        """The edition of a year that has a ledger: what the ledger counts is counted, and asked of nobody."""
        from nerima_report.edition.ledger_proofs import tables_with_ledger

        parts = tuple(replace(part, tables=tables_with_ledger(part)) for part in self.parts)
        counted = frozenset(
            part.table_id(each.table) for part in self.parts if part.ledger for each in part.ledger.counted
        )
        return replace(self, parts=parts, counted_by_ledgers=counted)

    def of_ledgers(self) -> Edition:
        """The edition of a workbook that holds the lists of the ledgers, and nothing else."""
        nothing = {"bodies": (), "breaks": (), "renamed": (), "stocks": (), "carried_over": (), "must_publish": ()}
        parts = tuple(
            Part(
                folder=part.folder,
                definition=part.definition.model_copy(update=nothing),
                tables={table_id.partition(".")[2]: table for table_id, table in self.ledger_tables.items()
                        if table_id.partition(".")[0] == part.key},
                links=(),
                figures=(),
                read_ledger=part.read_ledger,
            )
            for part in self.parts
            if part.ledger
        )  # fmt: skip
        return replace(self, parts=parts, from_print=True, is_of_ledgers=True)

    @property
    def asks_ward(self) -> bool:
        """Whether the coordinator has to hand anything in for the ward.

        Adjustments alone are no must, nor are lists that not every year is asked for.
        """
        lists = (key for key, table in self.collected_entries(ward=True).items() if not table.since)
        return bool(self.collected_counts(ward=True) or {*lists} - {ADJUSTMENTS})

    @property
    def asks_sections(self) -> bool:
        """Whether any 課 has to hand anything in."""
        return bool(self.collected_counts(ward=False) or self.collected_entries(ward=False))

    @property
    def has_ward_form(self) -> bool:
        """Whether the coordinator has a form for the ward, as long as nothing is to be adjusted."""
        return bool(self.collected_counts(ward=True) or self.collected_entries(ward=True).keys() - {ADJUSTMENTS})

    def counted_by_ledger(self, ward: bool) -> dict[str, tuple[Column, ...]]:
        """Which columns of which tables somebody may hand in although the ledger counts them: see `collected_counts`.

        There are none where the year has no ledger.
        """
        counted = {key: table for key, table in self.count_tables.items() if self.is_counted_by_ledger(key)}
        return _collected(counted, ward=ward)

    def is_counted_by_ledger(self, table_id: str) -> bool:
        """Whether a table is counted from a ledger."""
        return table_id in self.counted_by_ledgers

    def collected_counts(self, ward: bool) -> dict[str, tuple[Column, ...]]:
        """Which columns of which tables a section (or, with `ward`, the coordinator for the ward) reports.

        A section reports its own persons too; the number after matching is in the ward workbook. Tables that are
        counted from entries, or made from others, are not reported.
        """
        return _collected({key: table for key, table in self.count_tables.items() if table.is_handed_in}, ward=ward)

    def of_section(self, section: str) -> Edition:
        """The edition as the form of a 課 has it: with its own line only in the tables by 実施機関, 部 or 課.

        A table in which it has no line is left out.
        """
        own = {table_id: table for table_id, table in self.count_tables.items() if table.has_own_lines}
        if not own:
            return self
        lines = {table_id: self.lines.get(table_id, {}).get(section) for table_id in own}
        tables: dict[str, AnyTable] = dict(self.tables)
        for table_id, table in own.items():
            rows = tuple(row for row in table.rows if row.line == lines[table_id])
            alone = {"rows": rows, "total": "", "no_total_because": "1行だけの様式"}
            tables[table_id] = table.model_copy(update=alone)
        parts = (
            {key: tables[part.table_id(key)] for key in part.tables if lines.get(part.table_id(key), "") is not None}
            for part in self.parts
        )
        return replace(self, parts=tuple(replace(part, tables=t) for part, t in zip(self.parts, parts, strict=True)))

    def collected_entries(self, ward: bool) -> dict[str, EntryTable]:
        """Which list-like tables a section, or the coordinator for the ward, reports."""
        if ward:
            tables = {key: table for key, table in self.entry_tables.items() if table.reported_by == "coordinator"}
            return tables | (self._rates if self.from_print else {ADJUSTMENTS: self._adjustments})
        return {key: table for key, table in self.entry_tables.items() if table.reported_by == "section"}

    @property
    def _rates(self) -> dict[str, EntryTable]:
        """The sheet of the printed shares, where the edition has any."""
        names = self.names_of_rates
        return {RATES: printed_rates(names, self.years.template.rates)} if names else {}

    @property
    def names_of_rates(self) -> list[str]:
        """The names of the shares (公開.公開率), and of the columns of shares of tables (公開.処理状況.構成比)."""
        figures = [f"{part.key}.{figure.key}" for part in self.parts for figure in part.figures]
        tables = self.count_tables.items()
        return [*figures, *(f"{table_id}.{rate.label}" for table_id, table in tables for rate in table.rates)]

    @property
    def _adjustments(self) -> EntryTable:
        """The sheet 調整: its example is a number that may be adjusted, of withdrawn requests if there is one."""
        numbers = [
            row.key(table_id, column.label)
            for table_id, columns in self.collected_counts(ward=False).items()
            for row in self.count_tables[table_id].filled_rows
            for column in columns
            if column.additive and not column.sum_of
        ]
        withdrawn = next((key for key in numbers if key.row == WITHDRAWN), None)
        example = withdrawn or next(iter(numbers), CellKey("", "", "", ""))
        divided = any(table.divides for table in self.count_tables.values())
        return adjustments_like(example, "請求" if withdrawn else "もの", self.words, divided=divided)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Everything that the definitions give a name: parts, tables, rows, columns, fields, choices, shares."""
        return tuple(dict.fromkeys(name for part in self.parts for name in _names_of(part)))

    @cached_property
    def units(self) -> tuple[str, ...]:
        """The units of all numbers that the definitions name, in their order: 件, 人, 枚."""
        columns = (column.unit for table in self.count_tables.values() for column in table.columns)
        settings = (setting.unit for part in self.parts for setting in part.definition.settings)
        return tuple(dict.fromkeys(unit for unit in (*columns, *settings) if unit))

    def caption(self, table_id: str, number: int, title: str) -> str:
        """The caption of a printed table, in an edition that is narrowed to its year: 表5 公開請求処理状況."""
        place = self.parts.index(self.part_of(table_id)) + 1
        names = {"番号": str(number), "部": str(place), "題名": title}
        return fill(self.printing.caption, names) if number else title

    def part_of(self, table_id: str) -> Part:
        """The part to which a table belongs."""
        return next(part for part in self.parts if part.key == table_id.partition(".")[0])

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of everything the edition consists of (names and contents), shared files among it."""
        own = [p for p in self.folder.rglob("*") if p.is_file() and not p.name.startswith((".", "~"))]
        files = {p.relative_to(self.folder).as_posix(): p for p in own}
        files |= {f"../{name}": file for name in SHARED if (file := shared_file(self.folder, name)) not in own}
        digest = hashlib.sha256()
        for name in sorted(files):
            digest.update(name.encode() + b"\0" + read_binary(files[name]) + b"\0")
        return digest.hexdigest()


def _collected(tables: Mapping[str, CountTable], *, ward: bool) -> dict[str, tuple[Column, ...]]:
    """The columns of the tables that a section, or the coordinator for the ward, reports."""
    wanted = {
        key: tuple(c for c in table.columns if not ward or table.reported_by == "coordinator" or not c.additive)
        for key, table in tables.items()
        if ward or table.reported_by == "section"
    }
    return {key: columns for key, columns in wanted.items() if columns}


def _names_of(part: Part) -> Iterator[str]:
    yield part.definition.title
    yield from (setting.key for setting in part.definition.settings)
    yield from (figure.key for figure in part.figures)
    for register in part.registers:
        yield from (register.key, register.title, register.form)
    for table in part.tables.values():
        yield from (table.key, table.title)
        if isinstance(table, CountTable):
            yield from (text for row in table.rows for text in (row.group, row.label))
            yield from (column.label for column in table.columns)
        else:
            yield from (text for field in table.fields for text in (field.label, *field.choices))
    for of_years in part.years_tables.values():
        yield from (
            of_years.key,
            of_years.title,
            *(text for item in of_years.items for text in (item.group, item.label)),
        )
