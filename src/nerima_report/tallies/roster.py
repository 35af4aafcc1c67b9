"""The roster (名簿): which 課 are asked to report in a fiscal year. The office keeps it in roster.xlsx."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.kinds import SectionKinds
from nerima_report.edition.part import Body, Part
from nerima_report.errors import CannotProceed
from nerima_report.fiscal_year import full_name, parse_fiscal_year
from nerima_report.tallies.submission import Submission
from nerima_report.text import plain, section_key
from nerima_report.workbooks import Reader, Sheet, Unreadable, address, is_blank, shared_reader

SHEET = "名簿"
# Only the first three must be there.
HEADINGS = ("年度", "部", "課", "様式", "メール", "集計", "種類", "長", "実施機関", "役割")
TALLIES = "出す"  # in the column 集計: the 課 hands in what the case ledger counts as well
ALL_FORMS = "すべて"
MOST_FAULTS = 30  # that a message lists
_SEPARATORS = re.compile(r"[、，,・\n]")
_SEPARATORS_OF_ADDRESSES = re.compile(r"[、，,;；]")
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")


@dataclass(frozen=True)
class RosterSection:
    """A 課 of the roster for a fiscal year, in the words of its row; `cells` are the places of these by heading.

    `tallies`: where the year has a case ledger, the 課 hands in its own numbers as well. `kind`, `head`, `body` and
    `roles` are what 種類, 長, 実施機関 and 役割 say; empty where the roster does not.
    """

    fiscal_year: int
    department: str
    section_name: str
    forms: tuple[str, ...] = (ALL_FORMS,)
    addresses: tuple[str, ...] = ()
    tallies: bool = False
    kind: str = ""
    head: str = ""
    body: str = ""
    roles: tuple[str, ...] = ()
    row: int = 0
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """部 + 課, as in 福祉部管理課."""
        return section_key(self.department, self.section_name)

    def belongs_to(self, part: Part, kinds: SectionKinds) -> Body | None:
        """Its 実施機関: that which the roster says, that of its kind, or that of its 部. None where there are none."""
        kind = kinds.of(self.kind)
        return part.definition.body_of(self.department or self.section_name, self.body or (kind.body if kind else ""))

    def holds(self, kinds: SectionKinds) -> tuple[str, ...]:
        """The roles of its head: those which the roster says, or those of its kind."""
        return self.roles or kinds.roles_of(self.kind, self.fiscal_year)


class RosterFault(NamedTuple):
    """What is wrong in a row of the roster, and in which cell ('': in the row as a whole)."""

    row: int
    cell: str
    reason: str


@dataclass(frozen=True)
class Roster:
    """The rows of the roster as read, those of every year, and what is wrong with them."""

    sheet: Sheet
    sections: tuple[RosterSection, ...]
    faults: tuple[RosterFault, ...]


@dataclass(frozen=True)
class Absent:
    """Who has not handed in: 課 by name, and 区全体, each with the parts and tables that are not asked of it.

    `whole` is what 区全体 is called.
    """

    not_asked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    whole: str = ""

    def from_table(self, table_id: str, *, ward: bool = False) -> list[str]:
        """Those whose part of a table is not there: 課, or 区全体."""
        names = {table_id, table_id.partition(".")[0]}
        return [name for name, table in self.not_asked.items() if (name == self.whole) == ward and not table & names]


NOBODY = Absent()


def absent_from(roster: Sequence[RosterSection], handed_in: Sequence[Submission], edition: Edition) -> Absent:
    """Who of the roster, and whether 区全体, is missing; nobody where there is no roster. `edition` is of the year.

    Who is asked for nothing, because the case ledger counts it all, is not missing.
    """
    present = {submission.section for submission in handed_in if not submission.ward}
    silent = [section for section in roster if section.key not in present and is_asked(section, edition)]
    sections = {section.key: withheld_from(section, edition) | outside(section, edition) for section in silent}
    missing = roster and edition.asks_ward and not any(submission.ward for submission in handed_in)
    whole = edition.words.whole
    return Absent({**sections, **({whole: frozenset[str]()} if missing else {})}, whole)


def is_asked(section: RosterSection, edition: Edition) -> bool:
    """Whether a 課 has anything to hand in; `edition` is narrowed to the year."""
    asked = {*edition.collected_counts(ward=False), *edition.collected_entries(ward=False)}
    asked |= edition.counted_by_ledger(ward=False).keys() if section.tallies else set()
    withheld = withheld_from(section, edition)
    return any(withheld.isdisjoint({table_id, table_id.partition(".")[0]}) for table_id in asked)


def load_roster(
    file: Path, fiscal_year: int, edition: Edition, reader: Reader | None = None
) -> tuple[RosterSection, ...]:
    """The 課 of the roster for a fiscal year.

    Raises CannotProceed when the roster cannot be used, with everything that is wrong in it, row by row.
    """
    roster = read_roster(file, reader)
    sections = [section for section in roster.sections if section.fiscal_year == fiscal_year]
    narrowed = edition.for_year(fiscal_year)
    faults = [*roster.faults, *_doubles(sections)]
    faults += [*_unknown_forms(sections, narrowed), *_unknown_names(sections, narrowed.kinds)]
    if faults:
        raise _unusable(file, faults)
    if not sections:
        word = edition.words.section
        raise CannotProceed(
            f"名簿に{full_name(fiscal_year)}の{word}がありません。\n  ファイル: {file}\n"
            f"  nerima-report init --year {fiscal_year} とすると、名簿にある前の年度の{word}を引き継げます。"
        )
    return tuple(sections)


def withheld_from(section: RosterSection, edition: Edition) -> frozenset[str]:
    """The parts and tables whose sheets a 課 does not get; `edition` is narrowed to the year.

    The roster names a part by its key or its title, or single tables by the names of their sheets (個人.点検). すべて
    is all that the kind of the 課 is asked for.
    """
    names, tables = _forms_of(edition)
    words = {_form(word) for word in section.forms}
    kind = edition.kinds.of(section.kind)
    if ALL_FORMS in words and kind and kind.tables:
        words = words - {ALL_FORMS} | {_form(table_id) for table_id in kind.tables}
    parts = {part.key for part in edition.parts if ALL_FORMS in words or part.key in {names.get(w) for w in words}}
    single = {tables[word] for word in words & tables.keys()}
    begun = parts | {table_id.partition(".")[0] for table_id in single}
    left_out = {key for key in tables.values() if key.partition(".")[0] in begun - parts and key not in single}
    return frozenset(left_out | {part.key for part in edition.parts if part.key not in begun})


def _forms_of(edition: Edition) -> tuple[dict[str, str], dict[str, str]]:
    """What 様式 may name: the parts, by key and by title, and the tables."""
    keys = (
        *edition.collected_counts(ward=False),
        *edition.counted_by_ledger(ward=False),
        *edition.collected_entries(ward=False),
        *edition.register_tables,
    )
    parts = {plain(name): part.key for part in edition.parts for name in (part.key, part.definition.title)}
    return parts, {plain(key): key for key in keys}


def _form(word: str) -> str:
    """A word of 様式 as it is compared: 公開だけ is 公開."""
    return plain(word).removesuffix("だけ").removesuffix("のみ")


def outside(section: RosterSection, edition: Edition) -> frozenset[str]:
    """The tables that the law does not ask of the body of a 課 (議会): marked on its cover from the start.

    So are the registers that would count into such a table.
    """
    bodies = [(part, section.belongs_to(part, edition.kinds)) for part in edition.parts]
    outside = [(part, frozenset(body.outside)) for part, body in bodies if body]
    tables = {part.table_id(key) for part, keys in outside for key in keys}
    registers = ((part, r) for part, keys in outside for r in part.registers if not keys.isdisjoint(r.fills))
    return frozenset(tables | {part.table_id(register.key) for part, register in registers})


def read_roster(file: Path, reader: Reader | None = None) -> Roster:
    """All rows of the roster, of every year, and what is wrong with them. Raises CannotProceed without any rows."""
    sheet = _sheet_of(file, reader)
    columns = {plain(v): column for (row, column), v in sheet.cells.items() if row == 1 and isinstance(v, str)}
    if missing := [heading for heading in HEADINGS[:3] if heading not in columns]:
        raise CannotProceed(f"名簿の1行目に見出し「{'」「'.join(missing)}」がありません。\n  ファイル: {file}")
    sections: list[RosterSection] = []
    faults: list[RosterFault] = []
    for row in sorted({row for (row, _), value in sheet.cells.items() if row > 1 and not is_blank(value)}):
        texts = {heading: sheet.cells.get((row, columns.get(heading, 0))) for heading in HEADINGS}
        cells = {
            heading: f"{sheet.name} {address((row, columns[heading]))}" for heading in HEADINGS if heading in columns
        }
        fiscal_year = parse_fiscal_year(texts["年度"])
        addresses = tuple(_SEPARATORS_OF_ADDRESSES.sub(" ", str(texts["メール"] or "")).split())
        if fiscal_year is None:
            reason = f"年度を読めません（現在「{texts['年度'] or ''}」）。「令和8年度」のように書いてください"
            faults.append(RosterFault(row, cells["年度"], reason))
        if is_blank(texts["課"]):
            faults.append(RosterFault(row, cells["課"], "課が空欄です。課の名前を書くか、行を消してください"))
        for wrong in (one for one in addresses if not _ADDRESS.fullmatch(one)):
            faults.append(RosterFault(row, cells["メール"], f"「{wrong}」はメールアドレスの形ではありません"))
        tallies = plain(texts["集計"] or "")
        if tallies not in ("", TALLIES):
            faults.append(RosterFault(row, cells["集計"], f"集計は「{TALLIES}」と書くか、空けておいてください"))
        section = RosterSection(
            fiscal_year or 0,
            plain(texts["部"] or ""),
            plain(texts["課"] or ""),
            words_of(texts["様式"]) or (ALL_FORMS,),
            addresses,
            tallies == TALLIES,
            kind=plain(texts["種類"] or ""),
            head=plain(texts["長"] or ""),
            body=plain(texts["実施機関"] or ""),
            roles=tuple(map(plain, words_of(texts["役割"]))),
            row=row,
            cells=cells,
        )
        sections.append(section)
    return Roster(sheet, tuple(sections), tuple(faults))


def words_of(text: object) -> tuple[str, ...]:
    """The words of a cell that may name several things."""
    return tuple(word.strip() for word in _SEPARATORS.split(str(text or "")) if word.strip())


def roster_years(file: Path, reader: Reader | None = None) -> list[int]:
    """The fiscal years of which the roster has 課. Raises CannotProceed when the roster cannot be used."""
    return sorted({section.fiscal_year for section in read_roster(file, reader).sections if section.fiscal_year})


def _doubles(sections: Sequence[RosterSection]) -> Iterator[RosterFault]:
    """The 課 that stand in more than one row of a year."""
    first: dict[str, RosterSection] = {}
    for section in sections:
        earlier = first.setdefault(section.key, section)
        if section.section_name and earlier is not section:
            reason = f"「{section.key}」は{earlier.row}行目にもあります。どちらかの行を消してください"
            yield RosterFault(section.row, "", reason)


def _unknown_forms(sections: Sequence[RosterSection], edition: Edition) -> Iterator[RosterFault]:
    """The words of 様式 that name nothing of the year."""
    parts, tables = _forms_of(edition)
    allowed = "、".join([ALL_FORMS, *(f"{part.key}（{part.definition.title}）" for part in edition.parts)])
    example = next(iter(tables), "")  # none where all tables are the coordinator's
    for section in sections:
        for word in section.forms:
            if _form(word) not in (*parts, *tables, ALL_FORMS):
                reason = (
                    f"様式「{word}」は、{full_name(section.fiscal_year)}にはありません。書けるものは、{allowed} と、"
                    f"表のシートの名前{f'（例 {example}）' if example else ''}です。"
                    "二つ以上は「、」で区切ってください"
                )
                yield RosterFault(section.row, section.cells["様式"], reason)


def _unknown_names(sections: Sequence[RosterSection], kinds: SectionKinds) -> Iterator[RosterFault]:
    """The words of 種類, 実施機関 and 役割 that kinds.toml does not know."""
    for section in sections:
        known = {
            "種類": [kind.name for kind in kinds.kinds],
            "実施機関": list(kinds.bodies),
            "役割": [role.name for role in kinds.roles_in(section.fiscal_year)],
        }
        said = {"種類": (section.kind,), "実施機関": (section.body,), "役割": section.roles}
        for heading, names in known.items():
            for word in filter(None, said[heading]):
                if word not in names:
                    reason = f"{heading}「{word}」はありません。書けるものは、{'、'.join(names)} です"
                    yield RosterFault(section.row, section.cells[heading], reason)


def _unusable(file: Path, faults: Sequence[RosterFault]) -> CannotProceed:
    ordered = sorted(faults, key=lambda fault: fault.row)
    lines = [f"名簿に直すところが {len(faults)}か所あります。", f"  ファイル: {file}"]
    lines += [f"  {row}行目{f'（{cell}）' if cell else ''}: {reason}。" for row, cell, reason in ordered[:MOST_FAULTS]]
    more = len(faults) - MOST_FAULTS
    lines.append(f"  ほかに {more}か所あります。" if more > 0 else "  Excel で直して保存し、もう一度実行してください。")
    return CannotProceed("\n".join(lines))


def _sheet_of(file: Path, reader: Reader | None) -> Sheet:
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
    return next((sheet for sheet in book.sheets if plain(sheet.name) == SHEET), book.sheets[0])
