"""What the forms of an edition write themselves, in plain spelling: on the sheets of tables, the cover, the guide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain

from nerima_report.checks.numerals import UNSAVED, Numerals, without_years, years_named
from nerima_report.edition import Edition
from nerima_report.edition.definition import fill
from nerima_report.edition.entries import EntryTable
from nerima_report.edition.tables import CountTable
from nerima_report.tallies.layout import (
    GUIDE_SHEET,
    LEDGER_GUIDE_SHEET,
    RULE_HEADING,
    RowLabels,
    captions,
    labels_by_heading,
)
from nerima_report.tallies.submission import COVER_HEADINGS, FACTS, names_section
from nerima_report.text import plain

# How a heading may name an earlier year besides by its number.
_EARLIER = ("前々年度", "前年度", "一昨年度", "昨年度", "前年", "前回")


class Words:
    """Texts in their plain spelling, in which a {placeholder} may stand for anything."""

    def __init__(self, texts: Iterable[str]) -> None:
        pieces = [[plain(piece) for piece in re.split(r"\{[^{}]*\}", text)] for text in texts if text]
        self._whole = frozenset(first for first, *others in pieces if not others)
        self._open = re.compile("|".join(".*".join(map(re.escape, text)) for text in pieces if len(text) > 1))

    def __contains__(self, text: str) -> bool:
        return text in self._whole or self._open.fullmatch(text) is not None


class TableTexts:
    """What a form writes on the sheet of a table: headings, labels of rows, rules or hints, other texts.

    `computed` are the headings of columns that the form computes from each entry.
    """

    def __init__(self, edition: Edition, table_id: str, table: CountTable | EntryTable) -> None:
        words = edition.form_texts
        instruction = [table.instruction, table.instruction + words.registers.counted, words.ward_instruction]
        others = [*instruction, *(text + words.earlier_entries for text in instruction if text), RULE_HEADING]
        others += [words.not_applicable, words.not_applicable + words.clash, words.agreement.meaning, *words.formerly]
        others += [part.definition.title for part in edition.parts if part.key == table_id.partition(".")[0]]
        others += [table_id, table.key, table.readable_title, *(note.text for note in table.notes)]
        others += [table.title] if "{" not in table.title else []  # of placeholders alone anything would be made
        self.captions = captions(table_id, table)
        self.labels: frozenset[str] = frozenset()
        self.choices: frozenset[str] = frozenset()
        self.lines: frozenset[str] = frozenset()
        self.computed: frozenset[str] = frozenset()
        if edition.is_of_ledgers and (ledger := edition.ledgers.get(table_id)):
            from nerima_report.edition.ledger import DAYS_LEFT, DUE  # where there is a ledger

            self.computed = frozenset((DUE, DAYS_LEFT))
            others += [*(group.label for group in ledger.groups), edition.ledger_texts.headings.computed]
        if isinstance(table, CountTable):
            self.headings = labels_by_heading(table.columns)
            self.units = frozenset(plain(column.unit) for column in table.columns)
            self.labels = RowLabels(table).all
            self.rules = tuple(row.rule for row in table.rows if row.rule)
            others += table.stubs
        else:
            self.headings = labels_by_heading(table.fields)
            self.units = frozenset(plain(field.unit) for field in table.fields if field.unit)
            self.choices = frozenset(plain(choice) for field in table.fields for choice in field.choices)
            self.lines = frozenset(map(plain, table.fields[0].choices)) if table.lines_for else self.lines
            self.rules = tuple(field.hint for field in table.fields if field.hint)
        self.others = Words([*others, *self.rules])


class TextsOfForms:
    """What the forms of an edition write, and what else files.toml lets stand beside it."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.words = edition.form_texts
        self.beside = edition.files.beside
        self.numerals = Numerals(self.beside)
        self.of_ledgers = edition.ledger_texts if edition.is_of_ledgers else None
        self.guide_sheet = LEDGER_GUIDE_SHEET if self.of_ledgers else GUIDE_SHEET
        lists = edition.collected_entries(ward=True) | edition.register_tables
        self._tables: dict[str, CountTable | EntryTable] = {**lists, **edition.tables}
        self._of_tables: dict[str, TableTexts] = {}
        self._earlier_years: dict[tuple[str, int, str], bool] = {}

    def of_table(self, table_id: str) -> TableTexts:
        """What stands on the sheet of a table."""
        if table_id not in self._of_tables:
            self._of_tables[table_id] = TableTexts(self.edition, table_id, self._tables[table_id])
        return self._of_tables[table_id]

    def names_earlier_year(self, text: str, table_id: str, year: int) -> bool:
        """Whether a text (in its plain spelling) names an earlier year, and nothing else but columns of the table."""
        about = (table_id, year, text)
        if about not in self._earlier_years:
            self._earlier_years[about] = self._names_earlier_year(text, self.of_table(table_id), year)
        return self._earlier_years[about]

    def _names_earlier_year(self, text: str, table: TableTexts, year: int) -> bool:
        rest, named = without_years(text), years_named(text, year)
        for word in self.earlier:
            rest = rest.replace(word, "", 1)
        if rest == text or not all(each < year for each in named):
            return False
        words = {*table.headings, *table.units, *map(plain, self.beside.earlier)}
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "", 1)
        return not rest.strip("():・、")

    def is_rule(self, text: str, table_id: str) -> bool:
        """Whether a text is a rule or a hint of a table, perhaps as it was worded when the form was made."""
        table = self.of_table(table_id)
        return plain(text) in table.others or self.numerals.resembles(text, table.rules)

    @cached_property
    def of_cover(self) -> Words:
        """What stands on the cover besides its answers and the lines of its list."""
        words, ledgers = self.words, self.of_ledgers
        texts = [words.title, *words.cover, words.cover_requests, *words.formerly, words.version]
        texts += map(self.edition.words.label, FACTS)
        texts += [*COVER_HEADINGS, words.progress.heading]
        if ledgers:
            texts += [ledgers.title, *ledgers.cover, ledgers.carried, *ledgers.headings.model_dump().values()]
        return Words(texts)

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """The parts and tables that the cover lists, by their plain spelling."""
        keys = (*(part.key for part in self.edition.parts), *self.edition.tables, *self.edition.register_tables)
        return {plain(key): key for key in keys}

    def is_title(self, text: str) -> bool:
        """Whether the cover says a text of a part or a table in its list, perhaps in other words."""
        return text in self._plain_titles or self.numerals.resembles(text, self._titles)

    @cached_property
    def _plain_titles(self) -> Words:
        return Words(self._titles)

    @cached_property
    def _titles(self) -> tuple[str, ...]:
        tables = {**self.edition.tables, **self.edition.register_tables}
        titles = [table.readable_title for table in tables.values()]
        endings = ("", self.words.withheld, self.words.registers.instead)
        parts = (f"{part.definition.title}のすべての表" for part in self.edition.parts)
        return (*parts, *(title + ending for title in titles for ending in endings))

    @cached_property
    def progress(self) -> re.Pattern[str]:
        """How far a table is filled in, as the form computes it, or will when Excel computes; of a list a number."""
        words = self.words.progress
        texts = (re.escape(plain(text)) for text in (words.done, words.nothing, words.not_applicable))
        return re.compile(
            "|".join([*texts, rf"{re.escape(plain(words.left))}[0-9]+", "(?P<entries>[0-9]+)件", UNSAVED])
        )

    @cached_property
    def _guide_texts(self) -> tuple[str, ...]:
        """What stands on the page 記入要領, or once stood there."""
        if self.of_ledgers:
            own = self.of_ledgers.guide
            from nerima_report.edition.ledger_texts import guide_lines  # where there is a ledger

            lines = guide_lines(self.of_ledgers, self.edition.ledgers)
            return (own.title, own.choices, *filter(None, chain.from_iterable(lines)), *self._choices)
        guide, tables = self.words.guide, self._tables.values()
        texts = [guide.title, guide.tables, guide.choices, guide.required, guide.optional, *self.words.formerly]
        texts += [text for section in guide.section for text in (section.heading, *section.lines)]
        # The page of version 1 said of each link what it asks, and at the end why.
        texts += ["{}" + link.why for part in self.edition.parts for link in part.links]
        for table in tables:
            texts += [table.readable_title, table.instruction, table.instruction + self.words.registers.counted]
            if isinstance(table, CountTable):
                texts += [text for row in table.rows for text in (row.group + row.label, row.rule)]
            else:
                texts += [text for f in table.fields for text in (f.label, f.rule, *f.choices, *f.meanings)]
                texts += ["、".join(field.choices) + field.rule for field in table.fields]
        return (*filter(None, texts), self.words.ward_instruction)

    @property
    def _choices(self) -> Iterator[str]:
        """The choices of the fields of all lists."""
        return (
            choice for t in self._tables.values() if isinstance(t, EntryTable) for f in t.fields for choice in f.choices
        )

    @cached_property
    def _guide(self) -> Words:
        return Words(self._guide_texts)

    def is_on_guide(self, text: str) -> bool:
        """Whether a text stands on the page 記入要領, perhaps as it was worded when the form was made.

        What the page says of a table is several sentences, each on a line of the cell; version 1 said of a link what
        it asks and why, in one text. That of a ledger lists the names of 課.
        """
        if self.of_ledgers and names_section(text):
            return True
        return self._is_of_guide(text) or all(map(self._is_of_guide, text.splitlines()))

    def _is_of_guide(self, text: str) -> bool:
        return plain(text) in self._guide or self.numerals.resembles(text, self._guide_texts)

    @cached_property
    def earlier(self) -> tuple[str, ...]:
        """The words with which a heading names an earlier year."""
        texts = (self.words.earlier, self.words.older)
        return (*(plain(fill(text, {"前の年度": ""})).replace("()", "") for text in texts), *_EARLIER)
