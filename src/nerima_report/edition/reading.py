"""An edition folder → an edition whose definitions are checked to be consistent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nerima_report.edition.case_rules import UseRules
from nerima_report.edition.catalogue import load_catalogue
from nerima_report.edition.edition import Edition
from nerima_report.edition.entries import Tables, TablesFile
from nerima_report.edition.figures import Figure, FiguresFile
from nerima_report.edition.generated import completed, with_guideline, with_numbers
from nerima_report.edition.guideline import Guideline
from nerima_report.edition.links import LinksFile
from nerima_report.edition.municipality import MunicipalityDefinition
from nerima_report.edition.part import Chart, ChartsFile, Part, PartDefinition, charts_of_tables
from nerima_report.edition.proofs import part_faults
from nerima_report.edition.registers import RegistersFile
from nerima_report.edition.shared import file_of, shipped_templates
from nerima_report.edition.tables import CountTable
from nerima_report.edition.toml import Model, read_definition
from nerima_report.edition.years_tables import YearsTable
from nerima_report.errors import CannotProceed, DefinitionError

if TYPE_CHECKING:
    from nerima_report.edition.ledger import Ledger


MUNICIPALITY = "municipality.toml"
DEFAULT = "nerima"  # the edition that is used where the settings name none
STARTER = "starter"  # the edition that `edition new` copies; it is nobody's


def find_edition(name: str = "", templates: Path | None = None) -> Path:
    """The folder of an edition: DIR/nerima, or DIR itself if it holds a municipality.toml.

    Without a name it is the only one in DIR, or that which the program uses by itself. Raises CannotProceed where there
    is none of this name.
    """
    folder = templates or shipped_templates()
    if (folder / MUNICIPALITY).is_file():
        return folder
    folders = (file.parent for file in sorted(folder.glob(f"*/{MUNICIPALITY}")))
    editions = [each for each in folders if each.name != STARTER]
    found = [each for each in editions if each.name == (name or DEFAULT) or (not name and len(editions) == 1)]
    if found:
        return found[0]
    missing = f"定義「{name}」がありません" if name else "どの定義を使うかが決まりません"
    there = "、".join(each.name for each in editions) or "なし（municipality.toml のあるフォルダーがありません）"
    raise CannotProceed(
        f"{missing}（nerima-report.toml の templates と edition で決まります）。\n  フォルダー: {folder}\n"
        f"  あるもの: {there}\n"
        "  --templates には、municipality.toml のあるフォルダーか、その一つ上のフォルダーを指定してください。"
    )


def load_edition(folder: Path, *, texts: bool = True) -> Edition:
    """Read an edition folder and check that its definitions are consistent.

    Without `texts`, the texts are read and checked only when they are used. Raises DefinitionError with file, key and
    reason for the first fault.
    """
    municipality = read_definition(folder / MUNICIPALITY, MunicipalityDefinition)
    guideline = read_definition(folder / "guideline.toml", Guideline) if (folder / "guideline.toml").exists() else None
    parts = sorted(
        (_load_part(each, guideline) for each in _part_folders(folder)),
        key=lambda p: (p.definition.order, p.definition.first_year),
    )
    if not parts:
        raise DefinitionError(folder, "", "部のフォルダー（part.toml のあるフォルダー）がありません")
    _refuse_rivals(parts)
    _refuse_rival_registers(parts)
    _refuse_unknown_open_data(folder, municipality, parts)
    used = file_of(folder, "findings.toml")
    words = municipality.words
    shipped = load_catalogue(shipped_templates() / "findings.toml", words)
    catalogue = shipped if used == shipped.file else load_catalogue(used, words, required=shipped.codes)
    for code in municipality.severities:
        if code not in catalogue.codes:
            raise DefinitionError(folder / "municipality.toml", f"severities.{code}", "このコードはありません")
    catalogue = catalogue.with_severities(municipality.severities)
    for code, definition in shipped.codes.items():
        # A number that cannot be read must never be left out of a printed sum.
        if code < "N4" and definition.severity == "error" != catalogue.codes[code].severity:
            raise DefinitionError(catalogue.file, f"{code}.severity", "読めないものを見のがす重さにはできません")
    edition = Edition(folder, municipality, tuple(parts), catalogue, guideline)
    if texts:
        _ = edition.form_texts, edition.years, edition.corrections, edition.trend, edition.files, edition.manuscripts
        _ = edition.ledgers, edition.letters, edition.ledger_texts
        _ = edition.import_words, edition.decision_notices
        _refuse_unknown_tables(edition)
    return edition


def _refuse_unknown_tables(edition: Edition) -> None:
    """Raise DefinitionError where a kind of the edition's own kinds.toml is asked for what no part has."""
    file = edition.folder / "kinds.toml"
    known = {part.table_id(key) for part in edition.parts for key in part.tables} | edition.registers.keys()
    for kind in edition.kinds.kinds:
        if unknown := [table_id for table_id in kind.tables if table_id not in known]:
            raise DefinitionError(file, f"kind「{kind.name}」.tables", f"表「{unknown[0]}」はありません")


def _part_folders(folder: Path) -> list[Path]:
    """The folders that hold a part; one of the two files may be missing, and is then asked for."""
    return sorted({file.parent for name in ("part.toml", "tables.toml") for file in folder.glob(f"*/{name}")})


def _load_part(folder: Path, guideline: Guideline | None) -> Part:
    definition = read_definition(folder / "part.toml", PartDefinition)

    def numbers(data: dict[str, Any]) -> dict[str, Any]:
        return dict(with_numbers(data, definition.setting_names))

    tables = read_definition(folder / "tables.toml", TablesFile, numbers).table
    links = _if_there(folder / "links.toml", LinksFile, numbers).link
    figures = _if_there(folder / "figures.toml", FiguresFile, numbers).figure
    _unique(folder / "tables.toml", "table", [table.key for table in tables])
    _unique(folder / "links.toml", "link", [link.key for link in links])
    _unique(folder / "figures.toml", "figure", [figure.key for figure in figures])
    uses = read_definition(folder / "uses.toml", UseRules) if (folder / "uses.toml").exists() else None
    kept = _if_there(folder / "registers.toml", RegistersFile, numbers)
    registers = tuple(with_guideline(register, guideline) for register in kept.register_)
    of_years = {table.key: table for table in tables if isinstance(table, YearsTable)}
    all_tables = completed([table for table in tables if not isinstance(table, YearsTable)], guideline)
    charts = _load_charts(folder, all_tables, figures)
    part = Part(folder, definition, all_tables, links, figures, uses, charts, registers, kept.incidents)
    part = replace(part, years_tables=of_years)
    if (folder / "ledger.toml").exists():
        part = replace(part, read_ledger=cache(partial(_load_ledger, part)))
    if not part.manuscript.is_file():
        raise DefinitionError(part.manuscript, "", "原稿がありません")
    for file, key, reason in part_faults(part, guideline):
        raise DefinitionError(file, key, reason)
    return part


def _if_there(file: Path, model: type[Model], prepare: Callable[[dict[str, Any]], dict[str, Any]]) -> Model:
    """What a file says that a part need not have; nothing where it is not there."""
    return read_definition(file, model, prepare) if file.exists() else model()


def _load_ledger(part: Part) -> Ledger:
    """The case ledger of a part. Raises DefinitionError where it does not fit the tables of the part."""
    from nerima_report.edition.ledger import LedgerFile, with_choices
    from nerima_report.edition.ledger_proofs import ledger_faults_of

    def choices(data: dict[str, Any]) -> dict[str, Any]:
        return dict(with_choices(with_numbers(data, part.definition.setting_names), part.tables))

    file = part.folder / "ledger.toml"
    ledger = read_definition(file, LedgerFile, choices).ledger
    for key, reason in ledger_faults_of(part, ledger):
        raise DefinitionError(file, key, reason)
    return ledger


def _load_charts(folder: Path, tables: Tables, figures: Sequence[Figure]) -> tuple[Chart, ...]:
    """The charts of charts.toml; without that file a chart for every table and figure."""
    if (folder / "charts.toml").exists():
        return read_definition(folder / "charts.toml", ChartsFile).chart
    counts = [table for table in tables.values() if isinstance(table, CountTable)]
    return charts_of_tables(counts, [figure.key for figure in figures])


def _refuse_rivals(parts: Sequence[Part]) -> None:
    """Raise DefinitionError where two parts with the same key serve the same year: table ids would be ambiguous."""
    latest: dict[str, Part] = {}
    for part in sorted(parts, key=lambda p: p.definition.first_year):
        before, year = latest.get(part.key), part.definition.first_year
        if before is not None and before.definition.serves(year):
            reason = f"{year}年度には、key の同じ部「{before.folder.name}」もあります。年度を分けてください"
            raise DefinitionError(part.folder / "part.toml", "first_year", reason)
        latest[part.key] = part


def _refuse_rival_registers(parts: Sequence[Part]) -> None:
    """Raise DefinitionError where two registers have one key, or one continues an unknown register or another mark.

    Where no earlier part has registers any more, `continues` is not checked.
    """
    owners = {register.key: part for part in reversed(parts) for register in part.registers}
    marks = {register.key: register.mark for part in parts for register in part.registers}
    for part in parts:
        for register in part.registers:
            if owners[register.key] is not part:
                reason = f"同じ key の登録簿が、部「{owners[register.key].folder.name}」にもあります"
                raise DefinitionError(part.folder / "registers.toml", f"register「{register.key}」", reason)
            earlier = [p for p in parts if p.definition.first_year < part.definition.first_year and p.registers]
            if earlier and register.continues and marks.get(register.continues) != register.mark:
                reason = f"「{register.continues}」という、同じ mark の登録簿はありません"
                raise DefinitionError(part.folder / "registers.toml", f"register「{register.key}」.continues", reason)


def _refuse_unknown_open_data(folder: Path, municipality: MunicipalityDefinition, parts: Sequence[Part]) -> None:
    """Raise DefinitionError where open data shall hold a register that no part has, or that nobody may look at."""
    registers = {register.key: register for part in parts for register in part.registers}
    for key in municipality.open_data.registers:
        if key not in registers:
            reason = f"「{key}」という登録簿はありません"
        elif not registers[key].public:
            reason = f"「{key}」は、一般の閲覧に供する登録簿（public = true）ではないので、公開データにできません"
        else:
            continue
        raise DefinitionError(folder / "municipality.toml", "open_data.registers", reason)


def _unique(file: Path, what: str, keys: list[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise DefinitionError(file, what, f"key「{key}」が2回あります")
