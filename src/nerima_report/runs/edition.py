"""`edition new`, `edition copy`, `edition check`: an edition made or copied to be changed, and tried out on figures.

Reading a file shows whether a definition is well formed. Whether a manuscript can be followed, a sheet be made and a
Word style be found shows only when forms and reports are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from jinja2 import Environment, nodes

from nerima_report.edition import MUNICIPALITY, STARTER, Edition, find_edition, load_edition, shipped_templates
from nerima_report.edition.changes import EditionChange, edition_changes, forms_must_change
from nerima_report.edition.entries import EntryField, EntryTable
from nerima_report.edition.part import Part
from nerima_report.edition.sources import FILE as SOURCES
from nerima_report.edition.sources import OUTPUT, load_coverage
from nerima_report.edition.tables import CountTable
from nerima_report.errors import CannotProceed, DefinitionError
from nerima_report.files import SETTINGS, read_text
from nerima_report.fiscal_year import Month, full_name
from nerima_report.forms import Filling, FormCover, render_form
from nerima_report.records.comparison import compare_with
from nerima_report.records.earlier_years import EarlierYears
from nerima_report.registers.entry import RegisterEntry
from nerima_report.registers.views import RegisterView
from nerima_report.report.audit import OPEN_ITEMS
from nerima_report.report.blocks import Report
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats import FORMATS
from nerima_report.report.must_publish import published_items
from nerima_report.report.record import make_record
from nerima_report.report.register import compose_register
from nerima_report.report.wording import PartWording, WordingError
from nerima_report.report.wording_of_year_before import YearBefore
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.lines import with_default_roster
from nerima_report.tallies.model import Entry, Tallies
from nerima_report.tallies.totals import Totals, cell_names
from nerima_report.text import as_file_name
from nerima_report.workspace import RECORD, Workspace, settings_in_use, write_all
from nerima_report.writing.lock import writing_into

# Every cell has 0, then every cell has 1, because a manuscript may have other sentences where nothing happened.
COUNTS = (0, 1)


def try_edition(edition: Edition) -> None:
    """Make forms and reports for every year in which the parts change. Raises DefinitionError at a fault."""
    for year in edition.turning_years:
        serving = with_default_roster(edition.for_year(year), year)
        contents = [_content(serving, year, count) for count in COUNTS]
        reports = [compose_report(content) for content in contents]
        before = zip(contents[::-1], reports[::-1], strict=True)
        contents += [_compared(content, *other, edition) for content, other in zip(contents, before, strict=True)]
        reports += [compose_report(content) for content in contents[len(reports) :]]
        for content, report in zip(contents, reports, strict=True):
            _check_must_publish(content, report)
        for part in serving.parts:
            _check_every_branch(part, contents[-1])
        coordinator = serving.municipality.coordinator(year)
        for ward in (False, True):
            render_form(serving, FormCover(year, coordinator.department, coordinator.section, ward=ward), Filling())
        _try_registers(serving, year)
    for output in FORMATS:
        output.render(reports[-1], edition.reference)


def unmentioned_tables(part: Part) -> list[str]:
    """The keys of tables that are collected, but neither printed nor asked for in the manuscript.

    Tables from which others are made, or lists with which a number must agree, serve for that.
    """
    text = read_text(part.manuscript)
    calls = Environment(autoescape=True).parse(text).find_all(nodes.Call)
    mentioned = {call.args[0].value for call in calls if call.args and isinstance(call.args[0], nodes.Const)}
    counts = [table for table in part.tables.values() if isinstance(table, CountTable)]
    sources = {source for table in counts for source in (table.counted_from, table.divides)}
    sources |= {key for key, table in part.tables.items() if isinstance(table, CountTable) and table.done_of}
    sources |= {agreement.list_key for agreement in part.uses.agreements} if part.uses else set()
    return [key for key in (*part.tables, *part.years_tables) if key not in mentioned | sources]


def _content(edition: Edition, year: int, count: int) -> Content:
    """The content of a report in which every cell has this count, and every list-like table as many entries."""
    totals = Totals(dict.fromkeys(cell_names(edition), count))
    entries = {key: _entries(table, year, count) for key, table in edition.entry_tables.items()}
    return Content(Collection(edition, year, Tallies((), entries, (), (), ()), totals))


def _compared(content: Content, before: Content, report: Report, edition: Edition) -> Content:
    """The same content compared with another report as that of the year before. `edition` has all its parts."""
    year = content.collection.fiscal_year - 1
    record = make_record(before, report).model_copy(update={"fiscal_year": year, "name": full_name(year)})
    fiscal_year = content.collection.fiscal_year
    comparison = compare_with(record, "", edition, fiscal_year)
    earlier = EarlierYears(edition, fiscal_year, {year: comparison.previous})
    return replace(content, comparison=comparison, compared=True, earlier=earlier)


def _entries(table: EntryTable, year: int, count: int) -> tuple[Entry, ...]:
    values = table.with_computed({field.label: _example(field, year) for field in table.fields})
    return (Entry(values, "課", 1),) * count


def _example(field: EntryField, year: int) -> object:
    match field.type:
        case "choice":
            return field.choices[0]
        case "month":
            return Month(year, 4)
        case "date":
            return date(year, 4, 1)
        case "text":
            return "例"
        case _:
            return 1


def _try_registers(edition: Edition, year: int) -> None:
    """Compose every register for public view, without and with an entry."""
    for register in edition.registers.values():
        values = {field.label: _example(field, year) for field in register.written}
        made_up = RegisterEntry(f"{register.mark}-0001", "部", "課", values, date(year, 4, 1))
        for entries in ((), (made_up,)):
            compose_register(RegisterView(register, date(year, 4, 1), entries), edition)


def _check_must_publish(content: Content, report: Report) -> None:
    """Raise DefinitionError for an item that must be published and is missing in the report."""
    for item in published_items(content, report):
        if item.missing:
            key = f"公表しなければならない事項「{item.definition.item}」（{item.definition.basis}）"
            reason = f"{'、'.join(item.missing)}が、報告に載りません。事項の一覧は part.toml の must_publish です"
            raise DefinitionError(item.part.manuscript, key, reason)


def _check_every_branch(part: Part, content: Content) -> None:
    """Raise DefinitionError for an unknown name in a manuscript, also in a branch that no made-up year takes."""
    now = PartWording(part, content.collection)
    wording = {**now.names(), **YearBefore(part, now, None, content.collection.edition.years.compare).names()}
    tree = Environment(autoescape=True).parse(read_text(part.manuscript))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and all(isinstance(argument, nodes.Const) for argument in call.args):
            arguments = [argument.as_const() for argument in call.args]
            if reason := _refusal(part, wording, call.node.name, arguments):
                raise DefinitionError(part.manuscript, f"{call.lineno}行目", reason)


def _refusal(part: Part, wording: Mapping[str, Callable[..., object]], name: str, arguments: list[object]) -> str:
    """Why the manuscript may not call this name with these arguments, or ''."""
    if name == "表":
        unknown = [key for key in arguments if key not in {**part.tables, **part.years_tables}]
        return f"表「{unknown[0]}」は tables.toml にありません" if unknown else ""
    try:
        wording[name](*arguments)
    except WordingError as error:
        return str(error)
    return ""


def outputs() -> Iterator[str]:
    """The files of out/年度/ as sources.toml refers to them: 出力 report.docx."""
    names = [output.file_name for output in FORMATS]
    yield from (f"{OUTPUT} {name}" for name in (*names, "audit.md", OPEN_ITEMS, RECORD))


@dataclass(frozen=True)
class EditionCheck:
    """What `edition check` found in a sound edition.

    What changed against the shipped one (None: it is no copy of one), whether forms must be sent out anew for it, and
    the tables that are collected but appear nowhere in the report.
    """

    changes: tuple[EditionChange, ...] | None
    new_forms: bool
    unprinted: tuple[str, ...]


def check_edition(edition: Edition, commands: Iterable[str]) -> EditionCheck:
    """Try an edition out, and say what changed against the shipped one of its name, of which it is a copy.

    `commands` are those of the program (コマンド publish --done). Raises DefinitionError where a form or a report
    could not be made with it, and where its list of sources refers to what is not there.
    """
    try_edition(edition)
    if faults := list(load_coverage(edition).faults({*commands, *outputs()})):
        (key, reason), *others = faults
        more = f"（ほか {len(others)}か所）" if others else ""
        unused = f"条ごとの一覧を使わないときは、{SOURCES} を消してください"
        raise DefinitionError(edition.folder / SOURCES, key, f"{reason}{more}。{unused}")
    unprinted = tuple(part.table_id(key) for part in edition.parts for key in unmentioned_tables(part))
    folder = shipped_templates() / edition.name
    if not folder.is_dir():
        return EditionCheck(None, False, unprinted)
    shipped = load_edition(folder)
    return EditionCheck(tuple(edition_changes(shipped, edition)), forms_must_change(shipped, edition), unprinted)


@dataclass(frozen=True)
class NewEdition:
    """An edition that was made, and whether the settings of the working folder name it from now on."""

    folder: Path
    in_use: bool


def new_edition(workspace: Workspace, templates: Path, name: str, like: str = STARTER) -> NewEdition:
    """Make a whole edition for the body of this name, and let the settings name it.

    `like` is the shipped edition that it begins with, a small one without more; the name of the body stands in the
    place of its name. `templates` is the folder of the definitions as seen from the working folder. Raises
    CannotProceed where the edition is there already, the name cannot be that of a folder, or `like` is not shipped.
    """
    is_folder = name.strip(" .~") == name == as_file_name(name) != ""
    if not is_folder or (shipped_templates() / name).exists():
        raise CannotProceed(
            f"「{name}」は、定義のフォルダーの名前にできません。\n"
            "  団体の名前を、ひばり市 のように書いてください（/ や : のような記号は使えません）。"
        )
    shipped = {file.parent.name: file.parent for file in sorted(shipped_templates().glob(f"*/{MUNICIPALITY}"))}
    if like not in shipped:
        names = "、".join(each for each in shipped if each != STARTER)
        raise CannotProceed(f"付属の定義に「{like}」はありません。\n  もとにできるもの: {names}")
    starter = shipped[like]
    municipality = load_edition(starter).municipality
    words = municipality.own_words.of(name, municipality.words.coordinator)
    files = {
        f.relative_to(starter).as_posix(): read_text(f).replace(municipality.name, name) for f in _files_in(starter)
    }
    folder = workspace.folder / templates
    with _writing_new(folder / name, folder):
        settings = settings_in_use(workspace.folder, templates, name, words)
        _write_edition(workspace, templates / name, {file: text.encode() for file, text in files.items()}, settings)
    return NewEdition(templates / name, settings is not None)


def copy_edition(workspace: Workspace, templates: Path) -> NewEdition:
    """Copy the shipped edition that the settings name, with what all share, for the office to change.

    `templates` is the new folder as seen from the working folder. Raises CannotProceed if it is there.
    """
    shipped = shipped_templates()
    edition = load_edition(find_edition(workspace.edition if (shipped / workspace.edition).is_dir() else ""))
    copied = [*(file for file in shipped.iterdir() if file.is_file()), *_files_in(edition.folder)]
    folder = workspace.folder / templates
    with _writing_new(folder, folder.parent):
        settings = settings_in_use(workspace.folder, templates, edition.name, edition.words)
        files = {file.relative_to(shipped).as_posix(): file.read_bytes() for file in copied}
        _write_edition(workspace, templates, files, settings)
    return NewEdition(templates / edition.name, settings is not None)


def _write_edition(workspace: Workspace, folder: Path, files: Mapping[str, bytes], settings: str | None) -> None:
    """Write an edition, and the settings that name it: in the working folder neither is there without the other."""
    named = {} if settings is None else {SETTINGS: settings.encode()}
    place = workspace.folder / folder
    if place.resolve().is_relative_to(workspace.folder.resolve()):
        inside = place.resolve().relative_to(workspace.folder.resolve())
        write_all(workspace.folder, {(inside / name).as_posix(): content for name, content in files.items()} | named)
        return
    write_all(place.parent, {f"{place.name}/{name}": content for name, content in files.items()})
    write_all(workspace.folder, named)


def _files_in(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*")) if file.is_file()]


@contextmanager
def _writing_new(place: Path, folder: Path) -> Iterator[None]:
    """Write into a folder where the place is not there yet; what a killed run left there is repaired before that."""
    with writing_into(folder):
        if place.exists():
            raise CannotProceed(
                f"同じ名前のフォルダーかファイルがあるので、何も書きませんでした。\n  場所: {place}\n"
                "  別の名前を付けるか、要らないものなら消してから、もう一度実行してください。"
            )
        yield
