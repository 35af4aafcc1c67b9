"""2xx: what stands on a sheet that is read, and is not read itself.

Each filled cell of such a sheet is data, or a text of the form, or named here. So nothing is lost because nobody
thought of it: the lists of this module say what may be passed over, never what is suspicious.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from nerima_report.edition import Edition
from nerima_report.edition.entries import EntryTable
from nerima_report.edition.tables import CountTable, fill
from nerima_report.findings import Finding, Severity
from nerima_report.fiscal_year import parse_date, parse_fiscal_year, parse_month
from nerima_report.places import Place
from nerima_report.tallies.cell_values import shown
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.layout import (
    GUIDE_SHEET,
    RULE_HEADING,
    RowLabels,
    captions,
    is_filled,
    labels_by_heading,
    without_number,
)
from nerima_report.tallies.model import LocatedCounts, LocatedEntries
from nerima_report.tallies.submission import (
    COVER_HEADINGS,
    FACTS,
    NOT_APPLICABLE,
    REQUESTS,
    Submission,
    marked_rows,
    values_beside,
)
from nerima_report.text import asked, likely, plain
from nerima_report.workbooks import CellValue, Position, Sheet, address, is_blank
from nerima_report.workbooks.limits import MAX_COLUMNS

MOST_RELATED = 20  # cells that one finding names
_ROWS_ABOVE = 2  # of the title and the instruction in a form
UNSAVED = "結果のない計算式"  # stands for a number that is not known
Rest = dict[Position, CellValue]  # the filled cells of a sheet that nothing accounts for so far

# How numbers are written in words. A long text and a sentence may speak of numbers, and report none.
_KANJI = "〇零一二三四五六七八九十百千万壱弐参"
_COUNTER = "件|人|名|回|枚|通|冊|個|箱|台|点|社|世帯|団体|時間|割|か所|カ所|ヶ所|箇所"
_BEFORE = r"(?:約|およそ|ほぼ|計|合計|小計|のべ|延べ|全|[-−+±△▲<>=≧≦(\[~?*※→])*"
_NUMBER = re.compile(
    rf"{_BEFORE}(?:[0-9][0-9,.()/:~+-]*(?!年度)[^0-9]{{0,3}}|[{_KANJI}]+|ゼロ)|TRUE|FALSE|#[A-Z0-9/]+[!?]?"
)
_COUNT = re.compile(rf"(?<!単位)(?<!単位:)(?:[0-9]|[{_KANJI}数]|ゼロ)(?:{_COUNTER})")
_LONGEST_COUNT = 20
# A column that only numbers the lines says nothing, as long as its numbers do run 1, 2, 3.
_NUMBERING = frozenset({"番号", "No", "No.", "NO", "NO.", "#", "通番", "連番", "項番", "順番"})
# How a heading may name an earlier year besides by its number, and what may follow.
_EARLIER = ("前々年度", "前年度", "一昨年度", "昨年度", "前年", "前回")
_YEAR = re.compile(r"\(?((?:令和|平成|昭和|[RHS]\.?)?(?:元|[0-9]{1,4})年度)末?\)?")
_NOTHING_MORE = frozenset({"", "末", "実績"})


def cells_are_read(collection: Collection) -> Iterator[Finding]:
    """Every filled cell of a sheet with a table is data or a text of the form."""
    texts = _Texts(collection.edition)
    tables: dict[tuple[str, str], list[LocatedCounts | LocatedEntries]] = defaultdict(list)
    for located in collection.tallies.located:
        if located.found and located.layout.columns:
            tables[located.submission.file, located.sheets[0]].append(located)
    for together in tables.values():
        sheet = together[0].sheet
        if sheet is not None:
            yield from _on_sheet([_Table(texts, located, sheet) for located in together], sheet)


def covers_and_guides_hold_nothing_else(collection: Collection) -> Iterator[Finding]:
    """The cover holds its answers and marks, and the page 記入要領 no numbers."""
    texts = _Texts(collection.edition)
    for submission in collection.submissions:
        for sheet in submission.workbook.sheets:
            where = Place(submission.section, submission.file, sheet.name)
            if sheet is submission.cover:
                yield from _stray(_beside_the_answers(submission, sheet, texts), where)
            elif plain(sheet.name) == GUIDE_SHEET:
                rest = {p: v for p, v in _filled(sheet).items() if looks_like_a_count(v)}
                yield from _stray({p: v for p, v in rest.items() if plain(v) not in texts.labels}, where)


def looks_like_a_count(value: CellValue) -> bool:
    """Whether somebody may have meant a number: 12, 約3件, 四十件, a date, TRUE, #REF!.

    >>> all(map(looks_like_a_count, ("約3件", "四十件", "＋3", "令和4年5月1日", "#REF!", "3件（うち取下げ1件）")))
    True
    >>> any(map(looks_like_a_count, ("担当メモ", "（単位：千人）", "令和4年度", "第三者点検", "一部公開")))
    False
    """
    if not isinstance(value, str):
        return not is_blank(value)
    text = plain(value)
    if len(text) > _LONGEST_COUNT or "。" in text:
        return False
    if value == UNSAVED or _NUMBER.fullmatch(text) or _COUNT.search(text):
        return True
    return text[-1:] in "日月0123456789" and (parse_date(value) is not None or parse_month(value) is not None)


def counts_in_rows_too_many(collection: Collection) -> set[tuple[str, str, int]]:
    """The counts in rows that a table does not know or has already: file, table, and their sum in a column."""
    counts: dict[tuple[str, str, int], int] = defaultdict(int)
    for located in collection.tallies.located:
        sheet = located.sheet if isinstance(located, LocatedCounts) else None
        if sheet is None or not isinstance(located, LocatedCounts):
            continue
        again = [position for _, _, position in located.layout.twice]
        for position in (*chain.from_iterable(unknown_rows(located).values()), *again):
            value = sheet.cells.get(position)
            if isinstance(value, int | float) and value:
                counts[located.submission.file, located.table_id, position[1]] += int(value)
    return {(file, table, amount) for (file, table, _), amount in counts.items()}


def unknown_rows(located: LocatedCounts) -> dict[int, list[Position]]:
    """The cells that look like counts under the headings of a table, in rows that it does not know."""
    sheet, columns = located.sheet, located.layout.columns.values()
    rows = [row for row, meaning in located.layout.meanings.items() if meaning.role == "unknown"]
    cells = _filled(sheet) if sheet and rows else {}
    counts = {row: [(row, c) for c in sorted(columns) if looks_like_a_count(cells.get((row, c)))] for row in rows}
    return {row: positions for row, positions in counts.items() if positions}


def label_of_row(located: LocatedCounts, row: int) -> str:
    """What stands nearest in front of the counts of a row; '' where nothing does."""
    cells = located.sheet.cells if located.sheet else {}
    in_front = range(min(located.layout.columns.values()) - 1, 0, -1)
    return next((shown(cells[row, c]) for c in in_front if not is_blank(cells.get((row, c)))), "")


class _Words:
    """Texts in their plain spelling, in which a {placeholder} may stand for anything."""

    def __init__(self, texts: Iterable[str]) -> None:
        pieces = [[plain(piece) for piece in re.split(r"\{[^{}]*\}", text)] for text in texts if text]
        self._whole = frozenset(first for first, *others in pieces if not others)
        self._open = re.compile("|".join(".*".join(map(re.escape, text)) for text in pieces if len(text) > 1))

    def __contains__(self, text: str) -> bool:
        return text in self._whole or self._open.fullmatch(text) is not None


class _TableTexts:
    """What a form writes on the sheet of a table, all in plain spelling: headings, labels of rows, other texts."""

    def __init__(self, edition: Edition, table_id: str, table: CountTable | EntryTable) -> None:
        words = edition.form_texts
        instruction = [table.instruction, table.instruction + words.registers.counted, words.ward_instruction]
        others = [*instruction, *(text + words.earlier_entries for text in instruction), RULE_HEADING]
        others += [words.not_applicable, words.not_applicable + words.clash, words.agreement.meaning, *words.formerly]
        others += [part.definition.title for part in edition.parts if part.key == table_id.partition(".")[0]]
        others += [table_id, table.key, table.title, table.readable_title, *(note.text for note in table.notes)]
        self.captions = captions(table_id, table)
        self.labels: frozenset[str] = frozenset()
        self.lines: frozenset[str] = frozenset()
        self.units: frozenset[str] = frozenset()
        if isinstance(table, CountTable):
            self.headings = labels_by_heading(table.columns)
            self.units = frozenset(plain(f"({column.unit})") for column in table.columns)
            self.labels = RowLabels(table).all
            others += [*table.stubs, *(row.rule for row in table.rows)]
        else:
            self.headings = labels_by_heading(table.fields)
            self.lines = frozenset(map(plain, table.fields[0].choices)) if table.lines_for else self.lines
            others += [field.hint for field in table.fields]
        self.others = _Words(others)


class _Texts:
    """What the forms of an edition write themselves."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.words = edition.form_texts
        lists = edition.collected_entries(ward=True) | edition.register_tables
        self._tables: dict[str, CountTable | EntryTable] = {**lists, **edition.tables}
        self._of_tables: dict[str, _TableTexts] = {}

    def of_table(self, table_id: str) -> _TableTexts:
        """What stands on the sheet of a table."""
        if table_id not in self._of_tables:
            self._of_tables[table_id] = _TableTexts(self.edition, table_id, self._tables[table_id])
        return self._of_tables[table_id]

    @cached_property
    def of_cover(self) -> _Words:
        """What stands on the cover besides its answers and the lines of its list."""
        words = self.words
        return _Words(
            [words.title, *words.cover, *words.formerly, words.version, *FACTS, *COVER_HEADINGS, words.progress.heading]
        )

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """The parts and tables that the cover lists, by their plain spelling."""
        keys = (*(part.key for part in self.edition.parts), *self.edition.tables, *self.edition.register_tables)
        return {plain(key): key for key in keys}

    @cached_property
    def progress_heading(self) -> str:
        """What stands over the last column of the list on the cover."""
        return plain(self.words.progress.heading)

    @cached_property
    def progress(self) -> re.Pattern[str]:
        """How far a table is filled in, as the cover says it in numbers, or will say it when Excel computes."""
        return re.compile(f"{re.escape(plain(self.words.progress.left))}[0-9]+|[0-9]+件|{UNSAVED}")

    @cached_property
    def labels(self) -> frozenset[str]:
        """The labels of all rows and the choices of all lists, which the page 記入要領 explains."""
        tables = self._tables.values()
        rows = (plain(row.label) for table in tables if isinstance(table, CountTable) for row in table.rows)
        fields = (field for table in tables if isinstance(table, EntryTable) for field in table.fields)
        return frozenset({*rows, *(plain(choice) for field in fields for choice in field.choices)})

    @cached_property
    def earlier(self) -> tuple[str, ...]:
        """The words with which a heading names an earlier year."""
        texts = (self.words.earlier, self.words.older)
        return (*(plain(fill(text, {"前の年度": ""})).replace("()", "") for text in texts), *_EARLIER)


@dataclass(frozen=True)
class _Table:
    """A table on its sheet, with the texts that its form writes there."""

    texts: _Texts
    located: LocatedCounts | LocatedEntries
    sheet: Sheet

    @property
    def own(self) -> _TableTexts:
        """The texts of this table."""
        return self.texts.of_table(self.located.table_id)

    def has_row(self, row: int) -> bool:
        """Whether a row of the sheet belongs to the table: to a list all that stand below its headings."""
        if isinstance(self.located, LocatedCounts):
            meaning = self.located.layout.meanings.get(row)
            return meaning is not None and meaning.role != "unknown"
        return row > self.located.layout.header and row in self.located.layout.region

    def data_cells(self) -> Iterator[Position]:
        """The cells that are read, and the lines of a list that the form wrote in front."""
        if isinstance(self.located, LocatedCounts):
            counts = self.located.layout
            yield from (*counts.cells.values(), *counts.totals.values(), *counts.verifications.values())
            yield from (again for _, _, again in counts.twice)
        else:
            yield from self.located.layout.data_cells
            yield from self._lines()
            examples = self.located.layout.examples  # cells.examples_are_left_alone looks at them
            yield from (position for position in self.sheet.cells if position[0] in examples)

    def _lines(self) -> Iterator[Position]:
        if lines := self.own.lines:
            first = min(self.located.layout.columns.values())
            yield from (p for p, value in self.sheet.cells.items() if p[1] == first and plain(value) in lines)

    def passed_over(self, rest: Rest) -> list[Position]:
        """The cells that are texts of the form in their place, figures of earlier years or numbers of lines."""
        header = self.located.layout.header
        beside = self._beside(rest)
        columns = {column for _, column in rest} - set(self.located.layout.columns.values())
        columns = {c for c in columns if self._is_earlier(c) or self._is_numbering(c, beside.get(c, {}))}
        return [
            (row, column)
            for (row, column), value in rest.items()
            if (column in columns and (row == header or self.has_row(row)))
            or (isinstance(value, str) and self._is_text_of_form((row, column), value))
        ]

    def _beside(self, rest: Rest) -> dict[int, Rest]:
        """The cells in the rows of the table whose columns are not read, by column and in the order of rows."""
        columns: dict[int, Rest] = defaultdict(dict)
        for row, column in sorted(rest):
            if self.has_row(row) and column not in self.located.layout.columns.values():
                columns[column][row, column] = rest[row, column]
        return columns

    def _is_text_of_form(self, position: Position, value: str) -> bool:
        row, column = position
        header, read = self.located.layout.header, self.located.layout.columns.values()
        if column in read and row >= header:
            return row == header  # below a heading stands data
        if value == UNSAVED:  # above the table the form computes whether the cover says 該当なし
            return row < header and column <= min(read)
        if self._is_title(position) and not looks_like_a_count(value):
            return True
        own, text = self.own, plain(value)
        if row > header and column < min(read) and text in own.labels:
            return True
        return text in own.others or without_number(text) in own.captions

    def _is_title(self, position: Position) -> bool:
        """Whether a form has its title or its instruction there, whatever they said when it was made.

        So a title that was reworded after the forms went out makes no finding for each 課.
        """
        row, column = position
        above = column == 1 and row <= _ROWS_ABOVE < self.located.layout.header
        return above and plain(self.sheet.name) == plain(self.located.table_id)

    def _is_earlier(self, column: int) -> bool:
        """Whether the heading of a column names an earlier year, and nothing else but a column of the table."""
        heading = self.sheet.cells.get((self.located.layout.header, column))
        year = self.located.submission.fiscal_year
        whole = parse_fiscal_year(heading) if isinstance(heading, str | int | float) else None
        if whole is not None or not isinstance(heading, str):
            return whole is not None and whole < year
        text = plain(heading)
        rest = _YEAR.sub("", text)
        for word in self.texts.earlier:
            rest = rest.removeprefix(word)
        years = [parse_fiscal_year(name) for name in _YEAR.findall(text)]
        bare = rest != text and (rest in self.own.headings or rest in self.own.units or rest in _NOTHING_MORE)
        return bare and all((named or year) < year for named in years)

    def _is_numbering(self, column: int, values: Rest) -> bool:
        """Whether a column only numbers the lines."""
        heading = plain(self.sheet.cells.get((self.located.layout.header, column), ""))
        numbers = [plain(value).strip("().[]") for value in values.values()]
        return heading in _NUMBERING and numbers == [str(number) for number in range(1, len(numbers) + 1)]

    def unknown_rows(self, rest: Rest) -> Iterator[Finding]:
        """The rows that the table does not know and in which counts stand."""
        if not isinstance(self.located, LocatedCounts):
            return
        unfound = [row.label for row in self.located.layout.missing_rows]
        rows: dict[int, list[Position]] = defaultdict(list)
        for position in rest:
            rows[position[0]].append(position)
        for row, positions in unknown_rows(self.located).items():
            if not any(position in rest for position in positions):
                continue  # another table on the sheet reads them
            label = label_of_row(self.located, row)
            suggestion = likely(label, unfound)
            _take(rest, rows[row])
            yield Finding(
                "N207",
                self.located.place(positions[0]),
                expected=suggestion or None,
                found=label or "見出しなし",
                related=tuple(self.located.place(position) for position in positions[1:MOST_RELATED]),
                details={"likely": asked(suggestion)},
            )

    def unknown_columns(self, rest: Rest) -> Iterator[Finding]:
        """The columns beside those that are read in which something stands: a heading misspelled, twice, or none."""
        for column, values in sorted(self._beside(rest).items()):
            positions = list(values)
            finding = self._unknown_column(rest, column, positions)
            misspelled = self._is_misspelled(column)
            if finding or misspelled:
                header = self.located.layout.header
                _take(rest, [(header, column), (header - 1, column), *positions])
            if finding and not misspelled:
                yield finding

    def _is_misspelled(self, column: int) -> bool:
        """Whether the finding on a missing heading (N205) names that of this column as the likely one."""
        layout, heading = self.located.layout, self.sheet.cells.get((self.located.layout.header, column))
        return heading in {likely(missing, layout.headings) for missing in layout.missing_headings}

    def _unknown_column(self, rest: Rest, column: int, positions: Sequence[Position]) -> Finding | None:
        layout = self.located.layout
        headings = [(layout.header, column)] if is_filled(self.sheet, (layout.header, column)) else []
        above = [*headings, *(place for place in [(layout.header - 1, column)] if place in rest)]
        heading = self.sheet.cells.get(above[0]) if above else ""
        counts = [position for position in positions if looks_like_a_count(rest[position])]
        again = self.own.headings.get(plain(heading), "")
        suggestion = again or likely(heading, layout.unfound_headings)
        if isinstance(self.located, LocatedCounts):
            if not counts:
                return None  # texts beside a table of counts are named with the others
        elif not (counts or suggestion or above or self._lonely(positions)):
            return None
        first = counts[0] if counts else positions[0]
        return Finding(
            "N217",
            self.located.place(above[0] if above else first, column=again),
            expected=suggestion or None,
            found=shown(heading) or "見出しなし",
            related=(self.located.place(first),) if above else (),
            details={"likely": "同じ見出しが二つあります。" if again else asked(suggestion)},
            severity="error" if counts or suggestion else None,
        )

    def _lonely(self, positions: Iterable[Position]) -> bool:
        """Whether there are lines with nothing in the columns that are read."""
        rows = set(self.located.layout.rows) if isinstance(self.located, LocatedEntries) else set()
        return any(row not in rows for row, _ in positions)

    def under_a_heading(self, position: Position) -> bool:
        """Whether a heading of the table stands somewhere above a cell, be it that of another table."""
        return position[0] > self._first_headings.get(position[1], position[0])

    @cached_property
    def _first_headings(self) -> Mapping[int, int]:
        """The first row with a heading of the table, by column."""
        rows: dict[int, int] = {}
        for (row, column), value in self.sheet.cells.items():
            if isinstance(value, str) and plain(value) in self.own.headings:
                rows[column] = min(row, rows.get(column, row))
        return rows


def _on_sheet(tables: Sequence[_Table], sheet: Sheet) -> Iterator[Finding]:
    """What no table on the sheet accounts for: unknown rows, then columns, then what is left."""
    rest = _filled(sheet)
    for table in tables:
        _take(rest, table.data_cells())
    for table in tables:
        _take(rest, table.passed_over(rest))
    for table in tables:
        yield from table.unknown_rows(rest)
    for table in tables:
        yield from table.unknown_columns(rest)
    under = {p: v for p, v in rest.items() if looks_like_a_count(v) and any(t.under_a_heading(p) for t in tables)}
    where = tables[0].located.place()
    yield from _stray(under, where, "error")
    yield from _stray({p: v for p, v in rest.items() if p not in under}, where)


def _stray(rest: Rest, where: Place, severity: Severity = "warning") -> Iterator[Finding]:
    """What looks like counts in one finding, and the other texts in another."""
    counts = sorted(position for position, value in rest.items() if looks_like_a_count(value))
    texts = sorted(rest.keys() - counts)
    for code, positions, weight in (("N218", counts, severity), ("N219", texts, None)):
        if positions:
            places = [_at(where, position) for position in positions[:MOST_RELATED]]
            yield Finding(
                code,
                places[0],
                found=shown(rest[positions[0]]),
                related=tuple(places[1:]),
                details={"number": str(len(positions))},
                severity=weight,
            )


def _beside_the_answers(submission: Submission, cover: Sheet, texts: _Texts) -> Rest:
    """What stands on the cover beside its answers, its marks and the texts of the form."""
    rest = _filled(cover)
    _take(rest, [position for label in FACTS for position, _ in values_beside(cover, label)])
    for heading in (REQUESTS, NOT_APPLICABLE):
        _take(rest, marked_rows(cover, list(texts.keys.values()), heading).values())
    lines = {row for (row, _), value in rest.items() if plain(value) in texts.keys}
    progress = next((c for (_, c), value in rest.items() if plain(value) == texts.progress_heading), MAX_COLUMNS)
    for (row, column), value in list(rest.items()):
        text = plain(value) if isinstance(value, str) else ""
        in_list = row in lines and column <= progress
        counted = looks_like_a_count(value) and not (column == progress and texts.progress.fullmatch(text))
        if text and ((in_list and not counted) or text in texts.of_cover):
            del rest[row, column]
    return rest


def _filled(sheet: Sheet) -> Rest:
    """The filled cells of a sheet."""
    cells = {position: value for position, value in sheet.cells.items() if not is_blank(value)}
    return cells | dict.fromkeys(sheet.facts.uncached, UNSAVED)


def _take(rest: Rest, positions: Iterable[Position]) -> None:
    for position in positions:
        rest.pop(position, None)


def _at(where: Place, position: Position) -> Place:
    return Place(where.section, where.file, where.sheet, address(position), where.table)
