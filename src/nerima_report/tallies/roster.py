"""The roster (名簿): which 課 are asked to report in a fiscal year. The office keeps it in roster.xlsx."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.fiscal_year import full_name, parse_fiscal_year
from nerima_report.places import WARD
from nerima_report.tallies.submission import Submission
from nerima_report.text import plain, section_key
from nerima_report.workbooks import Reader, Unreadable, address, is_blank, shared_reader

SHEET = "名簿"
HEADINGS = ("年度", "部", "課", "様式")
ALL_FORMS = "すべて"
_SEPARATORS = re.compile(r"[、，,・\n]")


@dataclass(frozen=True)
class RosterSection:
    """A 課 of the roster for a fiscal year. `forms` is what 様式 says, in words; it stands in `cell` of `file`."""

    fiscal_year: int
    department: str
    section_name: str
    forms: tuple[str, ...] = (ALL_FORMS,)
    file: str = ""
    cell: str = ""

    @property
    def key(self) -> str:
        """部 + 課, as in 福祉部管理課."""
        return section_key(self.department, self.section_name)


@dataclass(frozen=True)
class Absent:
    """Who has not handed in: 課 by name, and 区全体, each with the parts and tables that are not asked of it."""

    not_asked: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def from_table(self, table_id: str, *, ward: bool = False) -> list[str]:
        """Those whose part of a table is not there: 課, or 区全体."""
        names = {table_id, table_id.partition(".")[0]}
        return [name for name, table in self.not_asked.items() if (name == WARD) == ward and not table & names]


NOBODY = Absent()


def absent_from(roster: Sequence[RosterSection], handed_in: Sequence[Submission], edition: Edition) -> Absent:
    """Who of the roster, and whether 区全体, is missing; nobody where there is no roster. `edition` is of the year."""
    present = {submission.section for submission in handed_in if not submission.ward}
    silent = [section for section in roster if section.key not in present]
    sections = {section.key: withheld_from(section, edition) | outside(section, edition) for section in silent}
    ward = {WARD: frozenset[str]()} if roster and not any(submission.ward for submission in handed_in) else {}
    return Absent({**sections, **ward})


def load_roster(file: Path, fiscal_year: int, reader: Reader | None = None) -> tuple[RosterSection, ...]:
    """The 課 of the roster for a fiscal year. Raises CannotProceed when the roster cannot be used."""
    sections = [s for s in _read(file, reader) if s.fiscal_year == fiscal_year]
    if not sections:
        raise CannotProceed(
            f"名簿に{full_name(fiscal_year)}の課がありません。\n  ファイル: {file}\n"
            f"  「{SHEET}」シートに、年度が「{full_name(fiscal_year)}」の行を加えてください。"
        )
    for section in sections:
        if sum(other.key == section.key for other in sections) > 1:
            raise CannotProceed(f"名簿に「{section.key}」が2回あります。1行だけにしてください。\n  ファイル: {file}")
    return tuple(sections)


def withheld_from(section: RosterSection, edition: Edition) -> frozenset[str]:
    """The parts and tables whose sheets a 課 does not get; `edition` is narrowed to the year.

    The roster names a part by its key or its title, or single tables by the names of their sheets (個人.点検),
    as for schools. Raises CannotProceed for any other word.
    """
    names = {plain(name): part.key for part in edition.parts for name in (part.key, part.definition.title)}
    tables = {
        plain(key): key
        for key in (
            *edition.collected_counts(ward=False),
            *edition.collected_entries(ward=False),
            *edition.register_tables,
        )
    }
    if unknown := [word for word in section.forms if plain(word) not in (*names, *tables, ALL_FORMS)]:
        allowed = "、".join([ALL_FORMS, *(f"{part.key}（{part.definition.title}）" for part in edition.parts)])
        raise CannotProceed(
            f"名簿の様式「{unknown[0]}」は、{full_name(section.fiscal_year)}にはありません。\n"
            f"  ファイル: {section.file}\n  セル: {section.cell}（{section.key}）\n"
            f"  書けるものは、{allowed} と、表のシートの名前（例 {next(iter(tables))}）です。"
            "二つ以上は「、」で区切ってください。"
        )
    words = {plain(word) for word in section.forms}
    parts = {part.key for part in edition.parts if ALL_FORMS in words or part.key in {names.get(w) for w in words}}
    single = {tables[word] for word in words & tables.keys()}
    begun = parts | {table_id.partition(".")[0] for table_id in single}
    left_out = {key for key in tables.values() if key.partition(".")[0] in begun - parts and key not in single}
    return frozenset(left_out | {part.key for part in edition.parts if part.key not in begun})


def outside(section: RosterSection, edition: Edition) -> frozenset[str]:
    """The tables that the law does not ask of the body of a 課 (議会): marked on its cover from the start.

    So are the registers that would count into such a table.
    """
    bodies = [(part, part.definition.body_of(section.department or section.section_name)) for part in edition.parts]
    outside = [(part, frozenset(body.outside)) for part, body in bodies if body]
    tables = {part.table_id(key) for part, keys in outside for key in keys}
    registers = ((part, r) for part, keys in outside for r in part.registers if not keys.isdisjoint(r.fills))
    return frozenset(tables | {part.table_id(register.key) for part, register in registers})


def write_roster(file: Path, edition: Edition, fiscal_year: int) -> None:
    """Write the default roster of the edition for a fiscal year, to be edited in Excel."""
    from xlsxwriter import Workbook

    with Workbook(file) as book:
        book.set_properties({"created": datetime(fiscal_year, 4, 1)})  # the same bytes every time
        sheet = book.add_worksheet(SHEET)
        head = book.add_format({"bold": True, "bg_color": "#D9E2EC", "border": 1})
        sheet.write_row(0, 0, HEADINGS, head)
        for row, entry in enumerate(edition.municipality.roster, start=1):
            sheet.write_row(row, 0, (full_name(fiscal_year), entry.department, entry.section, ALL_FORMS))
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 2, 26)
        sheet.freeze_panes(1, 0)


def roster_years(file: Path, reader: Reader | None = None) -> list[int]:
    """The fiscal years of which the roster has 課. Raises CannotProceed when the roster cannot be used."""
    return sorted({section.fiscal_year for section in _read(file, reader)})


def _read(file: Path, reader: Reader | None) -> list[RosterSection]:
    book = next((reader or shared_reader()).read_all([file]))
    if isinstance(book, Unreadable):
        raise CannotProceed(
            f"名簿がありません。\n  ファイル: {file}\n"
            "  作業フォルダーで実行するか、-C で指定してください。名簿は nerima-report init で作れます。"
            if book.reason == "missing"
            else f"名簿を読めません。\n  ファイル: {file}\n"
            "  壊れているか、パスワード付きか、Excel ブックではありません。\n"
            "  Excel で開けるか確かめ、「Excel ブック (*.xlsx)」で保存し直してください。"
        )
    sheet = next((s for s in book.sheets if plain(s.name) == SHEET), book.sheets[0])
    columns = {plain(v): column for (row, column), v in sheet.cells.items() if row == 1 and isinstance(v, str)}
    if missing := [heading for heading in HEADINGS[:3] if heading not in columns]:
        raise CannotProceed(f"名簿の1行目に見出し「{missing[0]}」がありません。\n  ファイル: {file}")
    sections = []
    for row in sorted({row for (row, _), value in sheet.cells.items() if row > 1 and not is_blank(value)}):
        year, department, section = (sheet.cells.get((row, columns[heading])) for heading in HEADINGS[:3])
        fiscal_year = parse_fiscal_year(year)
        if fiscal_year is None or is_blank(section):
            what, column = ("年度", columns["年度"]) if fiscal_year is None else ("課", columns["課"])
            raise CannotProceed(
                f"名簿の{what}を読めません。「令和8年度」「総務課」のように書いてください。\n"
                f"  ファイル: {file}\n  セル: {sheet.name} {address((row, column))}"
            )
        position = (row, columns.get(HEADINGS[3], 0))
        words = tuple(_SEPARATORS.split(str(sheet.cells.get(position) or ALL_FORMS)))
        forms = tuple(word.strip() for word in words if word.strip()) or (ALL_FORMS,)
        cell = f"{sheet.name} {address(position)}" if position[1] else ""
        sections.append(RosterSection(fiscal_year, plain(department or ""), plain(section), forms, str(file), cell))
    return sections
