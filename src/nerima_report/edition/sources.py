"""sources.toml: every article and heading of the sources, and where the tool serves it or why it does not.

Most of it nobody has to write: a table, register, setting or finding names the article on which it rests, and so
stands under it. What a command or an output serves is written in the file itself.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field, model_validator

from nerima_report.edition import SHARED, Edition
from nerima_report.edition.citations import (
    Article,
    Citation,
    article_of,
    citations,
    place_key,
    typed_article,
    typed_key,
)
from nerima_report.edition.definition import Definition, Text, refuse_duplicates
from nerima_report.edition.entries import EntryTable
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable
from nerima_report.edition.toml import read_definition
from nerima_report.files import read_text

FILE = "sources.toml"
# What only the layers above know; see `faults`.
COMMAND, OUTPUT = "コマンド", "出力"


class SourceLine(Definition):
    """A place in a source: what it says, and where the tool serves it (references) or why there is nothing to do."""

    at: Text = Field(title="箇所")
    says: Text = Field(title="見出しか文の要旨")
    served: tuple[Text, ...] = Field(title="あるところ", default=())
    because: str = Field(title="理由", default="")

    @cached_property
    def key(self) -> str:
        """The place as it is compared."""
        return place_key(self.at)

    @cached_property
    def article(self) -> Article | None:
        """The article, if the place is one."""
        return article_of(self.key)


class Source(Definition):
    """A source with its places, in its order. `names` are those by which texts cite it, `note` says what it lacks.

    `asked_as` are names by which people ask for it, but which in a text may mean another: 報告 is that of any year.
    """

    key: Text = Field(title="キー")
    title: Text = Field(title="題名")
    names: tuple[Text, ...] = Field(title="呼び方", min_length=1)
    asked_as: tuple[Text, ...] = Field(title="尋ねるときの呼び方", default=())
    note: str = Field(title="断り", default="")
    lines: tuple[SourceLine, ...] = Field(title="箇所", min_length=1)

    @model_validator(mode="after")
    def _places_are_unique(self) -> Source:
        refuse_duplicates("箇所", [line.key for line in self.lines])
        return self

    def line_of(self, place: Article | str) -> SourceLine | None:
        """The line of an article, or the longest heading with which a text begins; None where there is none."""
        if isinstance(place, Article):
            exact = [line for line in self.lines if line.article == place]
            same = [line for line in self.lines if line.article and line.article.is_same(place)]
            return next(iter(exact + same), None)
        begun = [line for line in self.lines if place.startswith(line.key) and not _goes_on(place, line.key)]
        return max(begun, key=lambda line: len(line.key), default=None)

    def parts_of(self, line: SourceLine) -> list[SourceLine]:
        """The lines of which a line is the heading: the 項 and 号 of an article, the types of a 別表."""
        return [each for each in self.lines if each is not line and _is_part(each, line)]


def _goes_on(text: str, key: str) -> bool:
    """Whether a number at the end of a key goes on in a text: 別表2の1 and 別表2の10."""
    return key[-1].isdigit() and text[len(key) : len(key) + 1].isdigit()


def _is_part(line: SourceLine, heading: SourceLine) -> bool:
    if not heading.article:
        return line.key.startswith((f"{heading.key}の", f"{heading.key}(", f"{heading.key}-"))
    within = line.article and line.article.is_within(heading.article)
    return bool(within) and line.key.startswith(heading.key)


class Sources(Definition):
    """sources.toml."""

    sources: tuple[Source, ...] = Field(title="資料", alias="source", default=())

    @model_validator(mode="after")
    def _names_are_unique(self) -> Sources:
        refuse_duplicates("資料のキー", [source.key for source in self.sources])
        refuse_duplicates(
            "資料の呼び方", [name for source in self.sources for name in (*source.names, *source.asked_as)]
        )
        return self

    @cached_property
    def by_name(self) -> Mapping[str, Source]:
        """The sources by each of their names, as these are compared."""
        return {place_key(name): source for source in self.sources for name in source.names}

    @cached_property
    def by_any_name(self) -> Mapping[str, Source]:
        """The sources by each of the names by which people ask for them."""
        asked = {place_key(name): source for source in self.sources for name in source.asked_as}
        return {**self.by_name, **asked}


@dataclass(frozen=True)
class Found:
    """What somebody asked for: the lines of a source that answer it. Without `lines` the source has no such place."""

    source: Source
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True)
class Coverage:
    """The sources of an edition, and under each line what of the edition rests on it."""

    edition: Edition
    sources: Sources

    @cached_property
    def references(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """What serves each line, by the key of its source and its place: first what the file says."""
        served: dict[tuple[str, str], dict[str, None]] = {
            (source.key, line.key): dict.fromkeys(line.served)
            for source in self.sources.sources
            for line in source.lines
        }
        for reference, text in _resting(self.edition):
            for source, citation in self._cited(text):
                if line := source.line_of(citation.place):
                    served[source.key, line.key][reference] = None
        return {place: tuple(references) for place, references in served.items()}

    def of(self, source: Source, line: SourceLine) -> tuple[str, ...]:
        """What serves a line: 登録簿 委託の記録.再委託の条件, コマンド publish --done."""
        return self.references[source.key, line.key]

    def _cited(self, text: str) -> Iterator[tuple[Source, Citation]]:
        for citation in citations(text, self.sources.by_name):
            yield self.sources.by_name[citation.source], citation

    def find(self, words: str) -> list[Found]:
        """The lines that somebody means who types 指針第20条, 規則17条2項4号 or 別表2の10.

        Without the name of a source these are looked for in all sources, and only those that have them are told. Words
        that name no place are looked for in what the places say: 規則 第2号様式, 掲示場. Empty where nothing is found.
        """
        key = typed_key(words)
        named = max((name for name in self.sources.by_any_name if key.startswith(name)), key=len, default="")
        if named:
            source = self.sources.by_any_name[named]
            return [Found(source, tuple(_lines(source, key.removeprefix(named))))]
        found = [Found(source, tuple(_lines(source, key))) for source in self.sources.sources]
        return [each for each in found if each.lines]

    def faults(self, others: Container[str]) -> Iterator[tuple[str, str]]:
        """What is wrong, with its place in the file; `others` are the references to commands and to outputs.

        A citation of a place that the source does not have, a reference that leads nowhere, and a place of which it is
        said neither what serves it nor why nothing does.
        """
        for reference, text in _resting(self.edition):
            for source, citation in self._cited(text):
                if source.line_of(citation.place) is None:
                    yield f"source「{source.key}」", f"「{reference}」がよりどころにする箇所がありません（{text}）"
        known = set(_names(self.edition))
        for source in self.sources.sources:
            for line in source.lines:
                place = f"source「{source.key}」{line.at}"
                for reference in line.served:
                    if reference not in known and reference not in others:
                        yield place, f"「{reference}」はありません"
                if not (self.of(source, line) or line.because or source.parts_of(line)):
                    yield place, "served（あるところ）も because（理由）もなく、よりどころにしているものもありません"


def load_coverage(edition: Edition) -> Coverage:
    """The sources of an edition with all its parts; those of an edition without the file are none."""
    file = edition.folder / FILE
    return Coverage(edition, read_definition(file, Sources) if file.exists() else Sources())


def _lines(source: Source, key: str) -> Iterator[SourceLine]:
    """The lines that a place names, with those beneath it; all of a source without a place."""
    article = typed_article(key)
    if article is None:
        typed = ((line, typed_key(line.at)) for line in source.lines)
        begun = [line for line, own in typed if own.startswith(key) and not _goes_on(own, key or " ")]
        if not begun and key.isdigit():
            yield from _lines(source, f"第{key}条")
        yield from begun or (line for line in source.lines if key in typed_key(line.says))
        return
    within = [line for line in source.lines if line.article and line.article.is_within(article)]
    numbered = any(line.article and line.article.paragraph for line in within)
    for line in within:
        is_heading = line.article and not line.article.paragraph and numbered and article.paragraph
        if not is_heading:
            yield line


def _resting(edition: Edition) -> Iterator[tuple[str, str]]:
    """Everything that names what it rests on: a reference to it, and the text in which it does."""
    yield "定義 municipality.toml publication_month", edition.municipality.publication_month.basis
    yield from ((f"公表の方法 {way.way}", way.basis) for way in edition.municipality.publication_ways)
    yield from ((f"種類 {kind.name}", kind.basis) for kind in edition.kinds.kinds)
    yield from ((f"役割 {role.name}", role.basis) for role in edition.kinds.roles)
    if (guideline := edition.own_guideline) is not None:
        bases = [rule.basis for rule in (*guideline.otherwise, *guideline.cautions)] + [guideline.consultation.basis]
        for annex in guideline.annexes:
            bases += [annex.committee.basis, *(decider.basis for decider in annex.deciders)]
        yield from ((f"{COMMAND} guideline", basis) for basis in bases)
    for part in edition.parts:
        yield from _resting_in(part)
    yield from ((f"確認 {code}", definition.basis) for code, definition in edition.catalogue.codes.items())


def _resting_in(part: Part) -> Iterator[tuple[str, str]]:
    for key, table in part.tables.items():
        yield f"表 {part.table_id(key)}", table.legal_basis
        if isinstance(table, EntryTable):
            yield from ((f"表 {part.table_id(key)}.{field.label}", field.rule) for field in table.fields)
    for register in part.registers:
        yield f"登録簿 {register.key}", register.legal_basis
        yield from ((f"登録簿 {register.key}.{field.label}", _article(field.article)) for field in register.fields)
    if part.ledger:
        name = f"台帳 {part.table_id(part.ledger.key)}"
        yield name, part.ledger.legal_basis
        yield from ((f"{name}.{field.label}", field.article) for field in part.ledger.fields)
    yield from ((f"設定 {setting.key}", setting.basis) for setting in part.definition.settings)
    yield from ((f"公表事項 {must.item}", must.basis) for must in part.definition.must_publish)
    yield from ((f"割合 {part.table_id(figure.key)}", figure.basis) for figure in part.figures)


def _article(text: str) -> str:
    """What a field of a register rests on. Those of the ordinance name articles of the 規則 without its name."""
    return f"規則{text}" if text.startswith("第") else text


def _names(edition: Edition) -> Iterator[str]:
    """All references that an edition can answer."""
    yield from (reference for reference, _ in _resting(edition))
    for part in edition.parts:
        for key, table in part.tables.items():
            yield from (f"表 {part.table_id(key)}.{label}" for label in _labels(table))
        headings = (line.lstrip("#").strip() for line in read_text(part.manuscript).splitlines() if line[:1] == "#")
        yield from (f"原稿 {part.folder.name} {heading}" for heading in headings)
    yield from (f"類型 {entry.name}" for entry in (edition.own_guideline.entries if edition.own_guideline else ()))
    letters = edition.letters
    yield from (f"手紙 {each.name}" for each in (letters.request, letters.reminder, letters.unread, letters.returned))
    yield from (f"定義 {name}" for name in {*SHARED, *(file.name for file in edition.folder.iterdir())})
    yield from (f"定義 municipality.toml {key}" for key in type(edition.municipality).model_fields)
    yield from (f"定義 kinds.toml {key}" for key in ("bodies", "kind", "role"))


def _labels(table: CountTable | EntryTable) -> Iterator[str]:
    if isinstance(table, EntryTable):
        yield from (field.label for field in table.fields)
    else:
        yield from (row.label for row in table.rows)
        yield from (column.label for column in table.columns)
