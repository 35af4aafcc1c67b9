"""Two editions → what differs between them: models are compared, not text, except for manuscripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from pydantic import BaseModel

from nerima_report.edition import Edition
from nerima_report.edition.decision_notices import load_notices
from nerima_report.edition.definition import CHOICES
from nerima_report.edition.entries import TablesFile
from nerima_report.edition.figures import FiguresFile
from nerima_report.edition.ledger import without_choices
from nerima_report.edition.links import LinksFile
from nerima_report.edition.part import ChartsFile, Part
from nerima_report.edition.registers import RegistersFile
from nerima_report.edition.sources import load_coverage
from nerima_report.files import read_binary, read_text

ChangeKind = Literal["changed", "added", "removed", "reordered", "reworded", "restyled"]
# The keys that name an item of a list: group and label of a row, the number of a type of the guideline.
_NAMED_BY = (
    "key",
    "group",
    "label",
    "number",
    "who",
    "department",
    "section",
    "heading",
    "name",
    "field",
    "item",
    "at",
)


@dataclass(frozen=True)
class KeyStep:
    """A step of the path to a change: a key of the file, its Japanese name and, in a list, the item."""

    key: str
    name: str
    item: str = ""


@dataclass(frozen=True)
class EditionChange:
    """One difference: its file, the path in it, and the values before and after.

    The values are the names of the items for `reordered`, lines for `reworded`, and None for `restyled`. Without steps
    a whole file was added or removed.
    """

    kind: ChangeKind
    file: str
    steps: tuple[KeyStep, ...] = ()
    before: object = None
    after: object = None

    @property
    def place(self) -> str:
        """The path in the notation of the file: table[処理状況].rows[取下げ].rule."""
        return ".".join(f"{step.key}[{step.item}]" if step.item else step.key for step in self.steps)


def edition_changes(before: Edition, after: Edition) -> list[EditionChange]:
    """All differences between two valid editions, first those of parts in the order of the report."""
    old, new = _contents(before), _contents(after)
    return [change for file in _either(new, old) for change in _file_changes(file, old.get(file), new.get(file))]


def forms_must_change(before: Edition, after: Edition) -> bool:
    """Whether workbooks made from one edition lack cells of the other, although both say the same form version."""
    same_version = before.municipality.form_version == after.municipality.form_version
    years = {*before.turning_years, *after.turning_years}
    return same_version and any(_asked(before, year) != _asked(after, year) for year in years)


def _asked(whole: Edition, year: int) -> object:
    """What the forms of a year ask for, in any order: cells of counts, and fields of list-like tables."""
    edition = replace(whole, parts=whole.parts_for(year))
    cells = {
        (ward, table_id, row.group, row.label, column.heading)
        for ward in (False, True)
        for table_id, columns in edition.collected_counts(ward).items()
        for row in edition.count_tables[table_id].rows
        for column in columns
    }
    fields = {
        (ward, table_id, field.label, field.type, field.required, frozenset(field.choices))
        for ward in (False, True)
        for table_id, table in edition.collected_entries(ward).items()
        for field in table.fields
    }
    return cells, fields


def _contents(edition: Edition) -> dict[str, object]:
    """The content of each file of an edition: a model for definitions, text for manuscripts, bytes for Word styles."""
    parts = {f"{part.folder.name}/{name}": file for part in edition.parts for name, file in _part(part).items()}
    whole = {
        # The severities are compared in the catalogue.
        "municipality.toml": edition.municipality.model_copy(update={"severities": {}}),
        "cover.md.j2": read_text(edition.file("cover.md.j2")),
        "reference.docx": read_binary(edition.reference),
        "forms.toml": edition.form_texts,
        "years.toml": edition.years,
        "manuscripts.toml": edition.manuscripts,
        "corrections.toml": edition.corrections,
        "trend.toml": edition.trend,
        "letters.toml": edition.letters,
        "ledgers.toml": edition.ledger_texts,
        "ledger-import.toml": edition.import_words,
        "kinds.toml": edition.kinds,
        "sources.toml": load_coverage(edition).sources,
        "guideline.toml": edition.own_guideline,
        "findings.toml": edition.catalogue.codes,
        "files.toml": edition.files,
    }
    return parts | {name: content for name, content in whole.items() if content is not None}


def _part(part: Part) -> dict[str, object]:
    registers = RegistersFile.model_construct(register_=part.registers, incidents=part.incidents)
    files = {
        "uses.toml": part.uses,
        "registers.toml": registers if part.registers else None,
        "part.toml": part.definition,
        "tables.toml": TablesFile.model_construct(table=(*part.tables.values(), *part.years_tables.values())),
        "links.toml": LinksFile.model_construct(link=part.links),
        "figures.toml": FiguresFile.model_construct(figure=part.figures),
        # A change in a table is said once, at the table, and not again at each list of choices that follows it.
        "ledger.toml": without_choices(part.ledger, part.tables) if part.ledger else None,
        "notices.toml": load_notices(part),
        "charts.toml": ChartsFile.model_construct(chart=part.charts),
        "manuscript.md.j2": read_text(part.manuscript),
    }
    return {name: content for name, content in files.items() if content is not None}


def _file_changes(file: str, before: object, after: object) -> Iterator[EditionChange]:
    if before is None or after is None:
        yield EditionChange("removed" if after is None else "added", file)
    elif isinstance(before, str) and before != after:
        yield from _rewordings(file, before, str(after))
    elif isinstance(before, bytes) and before != after:
        yield EditionChange("restyled", file)
    else:
        yield from _differences(file, (), before, after)


def _rewordings(file: str, before: str, after: str) -> Iterator[EditionChange]:
    """A change for each run of removed or added lines, with the line of the new text at which it begins."""
    old, new = before.splitlines(), after.splitlines()
    for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal" and any(line.strip() for line in (*old[first:last], *new[begin:end])):
            line = f"{begin + 1}行目"
            lines = tuple(old[first:last]), tuple(new[begin:end])
            yield EditionChange("reworded", file, (KeyStep(line, line),), *lines)


def _differences(file: str, steps: tuple[KeyStep, ...], before: object, after: object) -> Iterator[EditionChange]:
    if before == after:
        return
    if has_keys(before) and has_keys(after):
        old, new, names = values_of(before), values_of(after), names_of(before) | names_of(after)
        for key in _either(new, old):
            yield from _differences(file, (*steps, KeyStep(key, names[key])), old.get(key), new.get(key))
    elif isinstance(before, tuple) and isinstance(after, tuple):
        yield from _list_differences(file, steps, _named(before), _named(after))
    else:
        yield EditionChange("changed", file, steps, before, after)


def _list_differences(
    file: str, steps: tuple[KeyStep, ...], before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[EditionChange]:
    """Items are identified by name. In lists of equal length an item with a new name in the same place was renamed."""
    *way, last = steps
    renamed = {
        old: new
        for old, new in zip(before, after, strict=False)
        if len(before) == len(after) and old not in after and new not in before
    }
    for name, item in before.items():
        here = (*way, replace(last, item=name))
        if (now := renamed.get(name, name)) not in after:
            yield EditionChange("removed", file, here, item)
        elif has_keys(item):
            yield from _differences(file, here, item, after[now])
        elif item != after[now]:
            yield EditionChange("changed", file, steps, item, after[now])
    for name, item in after.items():
        if name not in before and name not in renamed.values():
            yield EditionChange("added", file, (*way, replace(last, item=name)), None, item)
    kept = [renamed.get(name, name) for name in before if renamed.get(name, name) in after]
    if kept != [name for name in after if name in kept]:
        yield EditionChange("reordered", file, steps, tuple(before), tuple(after))


def _named(items: Sequence[object]) -> dict[str, object]:
    """The items of a list by name; those that share a name are numbered."""
    named: dict[str, object] = {}
    counts: Counter[str] = Counter()
    for item in items:
        name = item_name(item)
        counts[name] += 1
        named[f"{name}（{counts[name]}）" if counts[name] > 1 else name] = item
    return named


def item_name(item: object) -> str:
    """The name of an item of a list: 開示請求 取下げ for a row, 3 for a type of the guideline, a text for itself."""
    if not has_keys(item):
        return str(item)
    values = values_of(item)
    names = [str(values[key]) for key in _NAMED_BY if values.get(key)]
    words = values.get("words")
    first = words[0] if isinstance(words, tuple) and words else ""
    return " ".join(names) or str(values.get("kind") or values.get("text") or first)


def has_keys(value: object) -> bool:
    """Whether a value of a definition has keys of its own: a model, or a mapping whose keys the office chooses."""
    return isinstance(value, BaseModel | Mapping)


def values_of(value: object) -> dict[str, object]:
    """The values of a model, or of a mapping, by the keys that stand in the file."""
    if isinstance(value, BaseModel):
        return {field.alias or name: getattr(value, name) for name, field in type(value).model_fields.items()}
    return dict(value) if isinstance(value, Mapping) else {}


def names_of(value: object) -> dict[str, str]:
    """The Japanese names of the keys of a model or mapping; the key itself where it has none."""
    if isinstance(value, BaseModel):
        titles = {field.alias or name: field.title for name, field in type(value).model_fields.items()}
        return {key: title or key for key, title in titles.items()}
    return {key: CHOICES.get(key, key) for key in value} if isinstance(value, Mapping) else {}


def _either(first: Iterable[str], second: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*first, *second)))
