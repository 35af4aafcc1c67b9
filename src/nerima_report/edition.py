"""An edition folder (templates/nerima) read into frozen definitions that are proved to fit together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nerima_report.definitions import (
    ADJUSTMENTS,
    CellKey,
    Cells,
    Column,
    CountTable,
    EntryTable,
    Figure,
    FiguresFile,
    Link,
    LinksFile,
    MunicipalityDefinition,
    TablesFile,
    placeholders_in,
)
from nerima_report.errors import CannotProceed, DefinitionError
from nerima_report.findings import Catalogue, load_catalogue
from nerima_report.form_texts import FormTexts
from nerima_report.generated import completed, condition_faults, with_numbers
from nerima_report.guideline import Guideline
from nerima_report.part_definition import PartDefinition
from nerima_report.toml_files import read_definition
from nerima_report.use_rules import UseRules, rule_faults
from nerima_report.years_definition import YearsDefinition

# What a title or a note may ask for; wording.py gives the values for a fiscal year.
YEAR_PLACEHOLDERS = frozenset({"年度", "短い年度", "年度末"})

# What Excel takes as the name of a sheet.
LONGEST_SHEET_NAME = 31
NOT_IN_SHEET_NAMES = frozenset("[]:*?/\\'")


@dataclass(frozen=True)
class Part:
    """One part (部) of the report: its definition, tables, links, figures, rules for cases and manuscript."""

    folder: Path
    definition: PartDefinition
    tables: Mapping[str, CountTable | EntryTable]
    links: tuple[Link, ...]
    figures: tuple[Figure, ...]
    uses: UseRules | None = None

    @property
    def key(self) -> str:
        """The key of the part, the first half of the names of its tables: 公開."""
        return self.definition.key

    @property
    def manuscript(self) -> Path:
        """The Jinja2 text of the part."""
        return self.folder / "manuscript.md.j2"

    def table_id(self, key: str) -> str:
        """The full name of a table of this part: 公開.処理状況."""
        return f"{self.key}.{key}"

    def count_table(self, key: str) -> tuple[str, CountTable]:
        """A table of counts by its key, with its id. The definitions were proved, so it exists."""
        table = self.tables[key]
        if not isinstance(table, CountTable):
            raise KeyError(key)
        return self.table_id(key), table


@dataclass(frozen=True)
class Edition:
    """All definitions of one municipality. Tables are named by their id such as 公開.処理状況.

    `adjustable`: whether the workbook of the ward has a sheet 調整; that of a published year has none.
    """

    folder: Path
    municipality: MunicipalityDefinition
    parts: tuple[Part, ...]
    catalogue: Catalogue
    form_texts: FormTexts
    guideline: Guideline
    years: YearsDefinition
    adjustable: bool = True

    def parts_for(self, fiscal_year: int) -> tuple[Part, ...]:
        """The parts that serve a fiscal year, in their order."""
        return tuple(part for part in self.parts if part.definition.serves(fiscal_year))

    def for_year(self, fiscal_year: int) -> Edition:
        """The same edition with only the parts that serve the fiscal year."""
        parts = self.parts_for(fiscal_year)
        if not parts:
            raise CannotProceed(f"{fiscal_year}年度の報告の定義がありません。\n  定義: {self.folder}")
        return replace(self, parts=parts)

    @cached_property
    def tables(self) -> dict[str, CountTable | EntryTable]:
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

    def collected_counts(self, ward: bool) -> dict[str, tuple[Column, ...]]:
        """Which columns of which tables a section (or, with `ward`, the coordinator for the ward) reports.

        A section reports its own persons too; the number after matching stands in the ward workbook. What is
        counted from entries nobody reports.
        """
        wanted = {
            key: tuple(c for c in table.columns if not ward or table.reported_by == "coordinator" or not c.additive)
            for key, table in self.count_tables.items()
            if (ward or table.reported_by == "section") and not table.counted_from
        }
        return {key: columns for key, columns in wanted.items() if columns}

    def collected_entries(self, ward: bool) -> dict[str, EntryTable]:
        """Which list-like tables a section, or the coordinator for the ward, reports."""
        if ward:
            own = {key: table for key, table in self.entry_tables.items() if table.reported_by == "coordinator"}
            return own | ({ADJUSTMENTS.key: ADJUSTMENTS} if self.adjustable else {})
        return {key: table for key, table in self.entry_tables.items() if table.reported_by == "section"}

    def part_of(self, table_id: str) -> Part:
        """The part to which a table belongs."""
        return next(part for part in self.parts if part.key == table_id.partition(".")[0])

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of everything the edition consists of (names and contents)."""
        digest = hashlib.sha256()
        for file in sorted(p for p in self.folder.rglob("*") if p.is_file() and not p.name.startswith((".", "~"))):
            digest.update(file.relative_to(self.folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
        return digest.hexdigest()


def cell_keys(table_id: str, table: CountTable, cells: Cells) -> list[CellKey]:
    """The cells that a link or figure names: the named rows of a column, or all its rows."""
    return [
        CellKey(table_id, row.group, row.label, cells.column)
        for row in table.rows
        if (not cells.rows or row.label in cells.rows) and (not cells.group or row.group == cells.group)
    ]


def shipped_templates() -> Path:
    """The templates that came with the program: inside the wheel, or beside src/ in a checkout."""
    here = Path(__file__).resolve()
    for candidate in (here.parent / "templates", here.parents[2] / "templates"):
        if (candidate / "findings.toml").is_file():
            return candidate
    raise CannotProceed("プログラムに付属する定義（templates）が見つかりません。入れ直してください。")


def find_edition(name: str, templates: Path | None = None) -> Path:
    """The folder of an edition: DIR/nerima, or DIR itself when it holds a municipality.toml."""
    folder = templates or shipped_templates()
    for candidate in (folder, folder / name):
        if (candidate / "municipality.toml").is_file():
            return candidate
    raise CannotProceed(
        f"定義「{name}」がありません（名前は nerima-report.toml の edition で決まります）。\n  フォルダー: {folder}\n"
        "  --templates には、municipality.toml のあるフォルダーか、その一つ上のフォルダーを指定してください。"
    )


def load_edition(folder: Path) -> Edition:
    """Read an edition folder and prove that its definitions fit together.

    Raises DefinitionError with file, key and reason for the first fault found.
    """
    municipality = read_definition(folder / "municipality.toml", MunicipalityDefinition)
    guideline = read_definition(folder / "guideline.toml", Guideline)
    parts = sorted(
        (_load_part(file.parent, guideline) for file in sorted(folder.glob("*/part.toml"))),
        key=lambda p: (p.definition.order, p.definition.first_year),
    )
    if not parts:
        raise DefinitionError(folder, "", "部のフォルダー（part.toml のあるフォルダー）がありません")
    _refuse_rivals(parts)
    catalogues = (folder / "findings.toml", folder.parent / "findings.toml", shipped_templates() / "findings.toml")
    shipped = load_catalogue(catalogues[-1])
    catalogue = load_catalogue(next(file for file in catalogues if file.is_file()), required=shipped.codes)
    for code in municipality.severities:
        if code not in catalogue.codes:
            raise DefinitionError(folder / "municipality.toml", f"severities.{code}", "このコードはありません")
    catalogue = catalogue.with_severities(municipality.severities)
    for code, definition in shipped.codes.items():
        # A number that cannot be read must never be left out of a printed sum.
        if code < "N4" and definition.severity == "error" != catalogue.codes[code].severity:
            raise DefinitionError(catalogue.file, f"{code}.severity", "読めないものを見のがす重さにはできません")
    for name in ("reference.docx", "cover.md.j2"):
        if not (folder / name).is_file():
            raise DefinitionError(folder / name, "", "ファイルがありません")
    form_texts = read_definition(folder / "forms.toml", FormTexts)
    years = read_definition(folder / "years.toml", YearsDefinition)
    return Edition(folder, municipality, tuple(parts), catalogue, form_texts, guideline, years)


def _load_part(folder: Path, guideline: Guideline) -> Part:
    definition = read_definition(folder / "part.toml", PartDefinition)

    def numbers(data: dict[str, Any]) -> dict[str, Any]:
        return dict(with_numbers(data, definition.setting_names))

    tables = read_definition(folder / "tables.toml", TablesFile, numbers).table
    links = read_definition(folder / "links.toml", LinksFile, numbers).link
    figures = read_definition(folder / "figures.toml", FiguresFile, numbers).figure
    _unique(folder / "tables.toml", "table", [table.key for table in tables])
    _unique(folder / "links.toml", "link", [link.key for link in links])
    _unique(folder / "figures.toml", "figure", [figure.key for figure in figures])
    uses = read_definition(folder / "uses.toml", UseRules) if (folder / "uses.toml").exists() else None
    part = Part(folder, definition, completed(tables, guideline), links, figures, uses)
    if not part.manuscript.is_file():
        raise DefinitionError(part.manuscript, "", "原稿がありません")
    for check in (_check_sheet_names, _check_texts, _check_counting, _check_part, _check_links, _check_figures):
        for file, key, reason in check(part):
            raise DefinitionError(file, key, reason)
    if uses is not None:
        settings = {setting.key: setting for setting in definition.settings}
        for key, reason in rule_faults(uses, part.tables, settings, guideline):
            raise DefinitionError(folder / "uses.toml", key, reason)
    return part


_Fault = tuple[Path, str, str]


def _refuse_rivals(parts: Sequence[Part]) -> None:
    """Parts with the same key serve different years, or nobody could tell their tables apart."""
    latest: dict[str, Part] = {}
    for part in sorted(parts, key=lambda p: p.definition.first_year):
        before, year = latest.get(part.key), part.definition.first_year
        if before is not None and before.definition.serves(year):
            reason = f"{year}年度には、key の同じ部「{before.folder.name}」もあります。年度を分けてください"
            raise DefinitionError(part.folder / "part.toml", "first_year", reason)
        latest[part.key] = part


def _check_texts(part: Part) -> Iterator[_Fault]:
    """Titles and notes ask only for what wording.py can give."""
    file = part.folder / "tables.toml"
    for key, table in part.tables.items():
        split = {"件数", table.split_by} if isinstance(table, EntryTable) and table.split_by else set()
        for name in sorted(placeholders_in(table.title) - YEAR_PLACEHOLDERS - split):
            yield file, f"{key}.title", f"{{{name}}} という差し込みはありません"
        for note in table.notes:
            for name in sorted(placeholders_in(note.text) - YEAR_PLACEHOLDERS):
                yield file, f"{key}.notes", f"{{{name}}} という差し込みはありません"
        for where, texts in _plain_texts(table):
            for name in sorted(name for text in texts for name in placeholders_in(text)):
                yield file, f"{key}.{where}", f"{{{name}}} という設定は part.toml にありません"


def _plain_texts(table: CountTable | EntryTable) -> Iterator[tuple[str, list[str]]]:
    """The texts in which only settings of part.toml may stand, which are numbers by now."""
    yield "instruction", [table.instruction]
    if isinstance(table, CountTable):
        yield "rows", [text for row in table.rows for text in (row.label, row.group, row.rule)]
        yield "columns", [column.label for column in table.columns]
    else:
        yield "fields", [text for field in table.fields for text in (field.label, field.rule, *field.choices)]


def _check_counting(part: Part) -> Iterator[_Fault]:
    """What is counted from entries, or asked of them, are fields and choices that exist."""
    for key, table in part.tables.items():
        for where, reason in condition_faults(table, part.tables):
            yield part.folder / "tables.toml", f"{key}.{where}", reason
        if isinstance(table, CountTable):
            try:  # again, because rows may have come from choices
                CountTable.model_validate(table.model_dump())
            except ValidationError as error:
                reason = str(error.errors()[0].get("ctx", {}).get("error", ""))
                yield part.folder / "tables.toml", f"{key}.rows", reason


def _check_part(part: Part) -> Iterator[_Fault]:
    """What part.toml says of tables is about tables of the part, and years in which it serves."""
    definition, file = part.definition, part.folder / "part.toml"
    for body in definition.bodies:
        if unknown := [key for key in body.outside if key not in part.tables]:
            yield file, f"bodies.{body.name}.outside", f"表「{unknown[0]}」はありません"
    for number, found in enumerate(definition.breaks, start=1):
        if found.table not in part.tables:
            yield file, f"breaks[{number}].table", f"表「{found.table}」はありません"
        if not definition.serves(found.year):
            yield file, f"breaks[{number}].year", f"この部は{found.year}年度には使いません"


def _check_sheet_names(part: Part) -> Iterator[_Fault]:
    """A form has a sheet for each table, named by its id."""
    for key in part.tables:
        name = part.table_id(key)
        where = part.folder / "tables.toml", f"{key}.key"
        if len(name) > LONGEST_SHEET_NAME:
            yield *where, f"シートの名前「{name}」が長すぎます（Excel の決まりは{LONGEST_SHEET_NAME}字まで）"
        if refused := sorted(set(name) & NOT_IN_SHEET_NAMES):
            yield *where, f"「{refused[0]}」はシートの名前に使えません（Excel の決まり）"


def _check_links(part: Part) -> Iterator[_Fault]:
    file = part.folder / "links.toml"
    for link in part.links:
        for side, cells in (("left", link.left), ("right", link.right)):
            if reason := _unknown(part, cells):
                yield file, f"{link.key}.{side}", reason
        left, right = (_unit(part, cells) for cells in (link.left, link.right))
        if link.relation == "equal" and left != right:
            yield file, link.key, f"単位が違う数は等しくできません（{left} と {right}）"
        if link.each_row and link.left.rows:
            yield file, f"{link.key}.left", "each_row のとき left に rows は書けません"


def _check_figures(part: Part) -> Iterator[_Fault]:
    file = part.folder / "figures.toml"
    for figure in part.figures:
        for side, cells in (("numerator", figure.numerator), ("denominator", figure.denominator)):
            if cells is not None and (reason := _unknown(part, cells)):
                yield file, f"{figure.key}.{side}", reason
        excluded = figure.denominator.model_copy(update={"rows": figure.excluded})
        if reason := _unknown(part, excluded):
            yield file, f"{figure.key}.excluded", reason
        if figure.numerator and (twice := set(figure.numerator.rows) & set(figure.excluded)):
            yield file, f"{figure.key}.excluded", f"分子にある行「{min(twice)}」は除けません"


def _unknown(part: Part, cells: Cells) -> str:
    """Why these cells do not exist in the part, or ''."""
    table = part.tables.get(cells.table)
    if not isinstance(table, CountTable):
        return f"件数の表「{cells.table}」はありません"
    if table.column(cells.column) is None:
        return f"表「{cells.table}」に列「{cells.column}」はありません"
    if cells.group and cells.group not in table.groups:
        return f"表「{cells.table}」に区分「{cells.group}」はありません"
    labels = {row.label for row in table.rows if not cells.group or row.group == cells.group}
    for row in cells.rows:
        if row not in labels:
            return f"表「{cells.table}」に行「{row}」はありません"
    return ""


def _unit(part: Part, cells: Cells) -> str:
    table = part.tables[cells.table]
    column = table.column(cells.column) if isinstance(table, CountTable) else None
    return column.unit if column else ""


def _unique(file: Path, what: str, keys: list[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise DefinitionError(file, what, f"key「{key}」が2回あります")
