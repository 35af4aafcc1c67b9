"""2xx: what stands on the pages of a form that hold no table: the cover, the guide, the index of a returned copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nerima_report.checks.form_texts import TextsOfForms
from nerima_report.checks.unread import Rest, filled, named, stray, take
from nerima_report.findings import Finding
from nerima_report.fiscal_year import parse_fiscal_year
from nerima_report.places import Place
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.model import LocatedEntries
from nerima_report.tallies.submission import FACTS, NOT_APPLICABLE, Submission, values_beside
from nerima_report.text import plain
from nerima_report.workbooks import CellValue, Position, Sheet, address, is_index, position_of, typed_on_index
from nerima_report.workbooks.limits import MAX_COLUMNS

_GUIDE_COLUMNS = 2


def pages_hold_nothing_else(collection: Collection) -> Iterator[Finding]:
    """The cover holds its answers and marks, the page 記入要領 no numbers, and the index what the tool wrote."""
    texts = TextsOfForms(collection.edition)
    for submission in collection.submissions:
        for sheet in submission.workbook.sheets:
            where = Place(submission.section, submission.file, sheet.name)
            if sheet is submission.cover:
                located = collection.tallies.located_in(submission.file)
                lists = [table for table in located if isinstance(table, LocatedEntries)]
                cover = _Cover(submission, texts, lists)
                yield from cover.marks_elsewhere(where)
                yield from stray(texts, cover.rest, where)
            elif plain(sheet.name) == texts.guide_sheet:
                yield from named("N218", _on_guide(sheet, texts, submission.section), where, "warning")
            elif is_index(sheet):
                yield from stray(texts, {position: sheet.cells[position] for position in typed_on_index(sheet)}, where)


def _on_guide(sheet: Sheet, texts: TextsOfForms, section: str) -> Rest:
    """The numbers on the page 記入要領 that are not in its sentences, nor in the name of the 課 (第一小学校)."""
    rest = {position: value for position, value in filled(sheet).items() if texts.numerals.elsewhere(value)}
    return {
        p: v for p, v in rest.items() if p[1] > _GUIDE_COLUMNS or not (texts.is_on_guide(str(v)) or _names(section, v))
    }


def _names(section: str, value: CellValue) -> bool:
    """Whether a text is the line that says whose form it is: 令和8年度 教育委員会事務局 第一小学校."""
    year, name, rest = plain(value).partition(plain(section))
    return bool(name) and not rest and (not year or parse_fiscal_year(year) is not None)


class _Cover:
    """What stands on a cover beside its answers, its marks and the texts of the form: `rest`."""

    def __init__(self, submission: Submission, texts: TextsOfForms, lists: list[LocatedEntries]) -> None:
        self.sheet, self.texts, self.lists = submission.cover, texts, lists
        self.rest = filled(self.sheet)
        cells = list(self.rest.items())
        self.lines = {row: texts.keys[plain(value)] for (row, _), value in cells if plain(value) in texts.keys}
        take(
            self.rest,
            [
                position
                for label in FACTS[:-1]
                for position, _ in values_beside(self.sheet, texts.edition.words.label(label))
            ],
        )
        take(self.rest, [position for position, _ in list(values_beside(self.sheet, FACTS[-1]))[:1]])
        take(self.rest, submission.marked)
        others = [other for other in submission.other_answers if other.sheet == self.sheet.name]
        take(self.rest, [position_of(other.cell) for other in others])
        take(self.rest, self._contacts())
        take(self.rest, self._counted_cases())
        heading = plain(texts.words.progress.heading)
        self.progress = next((column for (_, column), value in cells if plain(value) == heading), MAX_COLUMNS)
        take(self.rest, [position for position, value in cells if isinstance(value, str) and self._is_ours(position)])

    def _contacts(self) -> Iterator[Position]:
        """The lines such as 内線 2345 and 提出日 令和5年5月1日: the label and what stands right of it."""
        numerals, beside = self.texts.numerals, self.texts.beside
        for (row, column), value in sorted(self.rest.items()):
            if isinstance(value, str) and row not in self.lines and numerals.is_contact(plain(value)):
                yield row, column
                if beside.names("contacts", value):
                    yield from [p for p in sorted(self.rest) if p[0] == row and p[1] > column][:1]

    def _counted_cases(self) -> Iterator[Position]:
        """What the cover of a ledger computes of its lists, be the result saved or not."""
        if self.texts.edition.is_of_ledgers:
            facts = self.sheet.facts
            yield from (p for p in self.rest if p[0] in self.lines and (p in facts.formulas or p in facts.uncached))

    def _is_ours(self, position: Position) -> bool:
        """Whether the form wrote a text on the cover, in its place."""
        row, column = position
        text = plain(self.sheet.cells.get(position, ""))
        if row not in self.lines:
            return text in self.texts.of_cover
        if column == self.progress:
            return self._is_progress(position)
        said = text in self.texts.keys or self.texts.is_title(text)
        return column < self.progress and said

    def _is_progress(self, position: Position) -> bool:
        """Whether a cell says how far a table is filled in; a number of entries that is typed must be right."""
        match = self.texts.progress.fullmatch(plain(self.rest.get(position, "")))
        if match is None or not match["entries"] or position in self.sheet.facts.formulas:
            return match is not None
        numbers = [len(t.layout.rows) for t in self.lists if t.table_id == self.lines[position[0]]]
        return int(match["entries"]) in numbers

    def marks_elsewhere(self, where: Place) -> Iterator[Finding]:
        """Where the list of the cover says 該当なし beside the column for it: nobody would read it."""
        for position in [p for p, value in sorted(self.rest.items()) if p[0] in self.lines]:
            if plain(self.rest[position]) == NOT_APPLICABLE:
                key = self.lines[position[0]]
                yield replace(Finding("N223", replace(where, cell=address(position), table=key)), found=NOT_APPLICABLE)
                del self.rest[position]
