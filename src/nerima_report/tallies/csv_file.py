"""A published year as CSV → cells, or findings with the line: part, table, group, row, column, unit, value.

Commas, semicolons or tabs may stand between the columns, or what a first line says (sep=;). The headings may be English
or Japanese, the names those of the definitions (公開 or its title, 処理状況 or 公開.処理状況), the rows in any order. A
cell holds a count or 該当なし; a whole table that the year did not publish has one line with 該当なし and neither row
nor column, a column of which it published only the total one with 該当なし and no row.
A share that was printed has the table 割合, its name as the row, and may say by which rule of its own; one in a column
of shares stands like a count.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.edition.entries import RATES
from nerima_report.edition.lines import awaiting_lines
from nerima_report.edition.tables import Line
from nerima_report.files import NotRead, read_file, sha256
from nerima_report.findings import Finding
from nerima_report.places import CellKey, Place
from nerima_report.tallies.cell_values import read_count, shown
from nerima_report.tallies.model import FilledCell, StatedCell
from nerima_report.tallies.printed_rates import RULES, PrintedRate
from nerima_report.tallies.submission import NOT_APPLICABLE
from nerima_report.text import asked, is_garbled, label_of, likely, plain
from nerima_report.workbooks.cleaning import clean
from nerima_report.workbooks.limits import MAX_FILE_BYTES, MAX_ROWS

HEADINGS = {
    "part": ("part", "部"),
    "table": ("table", "表"),
    "group": ("group", "区分"),
    "row": ("row", "行"),
    "column": ("column", "列"),
    "unit": ("unit", "単位"),
    "value": ("value", "値", "数"),
    "numerator": ("numerator", "分子"),
    "denominator": ("denominator", "分母"),
    "excluded": ("excluded", "除いた行", "除く行"),
    "rounding": ("rounding", "丸め方"),
    "never_whole": ("never_whole", "100%と0%"),
    "digits": ("digits", "けた"),
}
# A table id says the part, most tables have no groups, and the unit is that of the definitions unless it was another.
# The others say by which rule a share was printed, where the definitions of today say otherwise.
_NAMES_OF_RULES = ("numerator", "denominator", "excluded", "rounding", "never_whole", "unit", "digits")
_ON_RATES = dict(zip(RULES, _NAMES_OF_RULES, strict=True))
OPTIONAL = ("part", "group", *_NAMES_OF_RULES)
_HARMLESS = {"N134", "N232"}  # of the name and the encoding: what the file says is known all the same
_UNREADABLE = {"missing": "N101", "closed": "N101", "not-a-file": "N121", "too-large": "N103"}
_SEPARATORS = ",;\t"
_SEPARATOR_LINE = re.compile(r'"?sep=([^\w"])"?[\s,;]*', re.IGNORECASE)  # Excel takes it so, and does not show it
_NUMBER = re.compile(r"[0-9]{1,15}\.[0-9]{1,15}")  # as pandas writes 839 in a column with gaps: 839.0
_LONGEST_TEXT = 1_000  # characters: what is longer is no name and no number, however it goes on


@dataclass
class CsvCells:
    """What a CSV said: cells, stated totals, tables that were not published, and what is wrong with it.

    `without_rows` are the columns (keys without row) of which the year published no rows, `rates` the printed shares.
    `units` are those of the columns by table id and column, `sha256` is the hash (hexadecimal) of the file.
    """

    sha256: str = ""
    cells: list[FilledCell] = field(default_factory=list)
    stated: list[StatedCell] = field(default_factory=list)
    not_published: list[str] = field(default_factory=list)
    rates: list[PrintedRate] = field(default_factory=list)
    without_rows: set[CellKey] = field(default_factory=set)
    units: dict[tuple[str, str], str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class _Line:
    """A line of the file: its number and its texts by heading; for whom it speaks (区全体)."""

    number: int
    texts: Mapping[str, str]
    file: str
    speaker: str

    def place(self, key: CellKey | None = None) -> Place:
        """Where the line stands."""
        names = key._asdict() if key else {}
        return Place(section=self.speaker, file=self.file, cell=f"{self.number}行", line=self.number, **names)


def read_csv(file: Path, edition: Edition, fiscal_year: int, not_published: Sequence[str] = ()) -> CsvCells:
    """Read a CSV against the edition as published (narrowed to the year). Never raises for a bad file.

    `not_published` are the ids of tables that are known to be missing.
    """
    found = CsvCells(not_published=list(not_published))
    label = label_of(file)
    if is_garbled(file):
        found.findings.append(Finding("N134", Place(file=label)))
    text = _text_of(file, label, found)
    lines = list(_lines(text, label, edition.words.whole, found)) if text is not None else []
    reader = _Reader(edition, fiscal_year, found)
    for line in lines:
        reader.read(line)
    if text is not None and {finding.code for finding in found.findings} <= _HARMLESS:
        found.findings += _missing(found, edition, label)
    return found


def lines_in_csv(file: Path, edition: Edition) -> dict[str, list[Line]]:
    """The lines that a CSV names of the tables whose lines the definitions do not name, by id of the table."""
    waiting, found = awaiting_lines(edition), CsvCells()
    text = _text_of(file, "", found) if waiting else None
    reader, named = _Reader(edition, 0, found), {table_id: dict[Line, None]() for table_id in waiting}
    for line in _lines(text, "", edition.words.whole, found) if text is not None else ():
        table_id = reader.table(line)
        table = edition.count_tables.get(table_id or "")
        group, row, column = (line.texts.get(name, "") for name in ("group", "row", "column"))
        if table_id in named and table and row and plain(row) != plain(table.total):
            named[table_id][("", column) if table.places == "columns" else (group, row)] = None
    return {table_id: list(lines) for table_id, lines in named.items()}


def _text_of(file: Path, label: str, found: CsvCells) -> str | None:
    """The text of the file; None, with a finding, where there is none."""
    try:
        content = read_file(file, MAX_FILE_BYTES)
    except NotRead as error:
        found.findings.append(Finding(_UNREADABLE[error.reason], Place(file=label)))
        return None
    found.sha256 = sha256(content)
    if not content:
        found.findings.append(Finding("N102", Place(file=label)))
        return None
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if encoding == "cp932":
            found.findings.append(Finding("N232", Place(file=label)))
        return text
    found.findings.append(Finding("N231", Place(file=label)))
    return None


def _lines(text: str, label: str, speaker: str, found: CsvCells) -> Iterator[_Line]:
    separator, first = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    columns: dict[str, int] = {}
    for _ in range(1, first):
        next(reader)
    width = rows = 0
    while True:
        try:
            texts = next(reader, None)
        except csv.Error:
            found.findings.append(Finding("N234", Place(file=label, cell=f"{first}行", line=first)))
            return
        number, first = first, reader.line_num + 1
        if texts is None:
            return
        if not any(t.strip() for t in texts):
            continue
        rows += 1
        if rows > MAX_ROWS:
            found.findings.append(Finding("N115", Place(file=label), expected=MAX_ROWS, details={"what": "行"}))
            return
        if not columns:
            columns, width = _columns(texts), len(texts)
            missing = [" か ".join(HEADINGS[name]) for name in HEADINGS if name not in {*columns, *OPTIONAL}]
            if missing:
                place = Place(file=label, cell=f"{number}行", line=number)
                found.findings.append(Finding("N233", place, details={"heading": "」「".join(missing)}))
                return
        elif len(texts) != width:
            place = Place(file=label, cell=f"{number}行", line=number)
            found.findings.append(Finding("N234", place, expected=width, found=len(texts)))
        else:
            yield _Line(number, {name: _clean(texts[place]) for name, place in columns.items()}, label, speaker)


def _separator(text: str) -> tuple[str, int]:
    """What stands between the columns, and the number of the line with which the table begins."""
    first = next(filter(str.strip, io.StringIO(text, newline=None)), "")[:_LONGEST_TEXT]
    if (named := _SEPARATOR_LINE.fullmatch(first)) and text.startswith(first.strip()):
        return named[1], 2
    return max(_SEPARATORS, key=lambda separator: len(_columns(first.replace('"', "").split(separator)))), 1


def _clean(text: str) -> str:
    return clean(text[:_LONGEST_TEXT]).text.strip()


def _columns(headings: Sequence[str]) -> dict[str, int]:
    named = {variant: name for name, variants in HEADINGS.items() for variant in variants}
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if name := named.get(plain(heading).lower()):
            found.setdefault(name, place)
    return found


class _Reader:
    """Reads lines into `found`: finds the cell of each by the names of the definitions, and takes what it says."""

    def __init__(self, edition: Edition, fiscal_year: int, found: CsvCells) -> None:
        self.edition = edition
        self.fiscal_year = fiscal_year
        self.found = found
        self.parts = {plain(n): part for part in edition.parts for n in (part.key, part.definition.title)}
        self.seen: dict[CellKey, Place] = {}

    def read(self, line: _Line) -> None:
        """Take what a line says of a share, a cell, a total or a whole table."""
        if plain(line.texts["table"]) == RATES and self._table_of(line) is None:
            self._add_rate(line)
            return
        if name := self._column_of_shares(line):
            self._add_share(line, name)
            return
        key = self._key(line)
        if key is None:
            return
        if key.column:
            self._add(line, key)
        elif plain(line.texts["value"]) == NOT_APPLICABLE:
            self.found.not_published.append(key.table)
        else:
            details = {"what": "行", "about": "空欄", "likely": ""}
            self.found.findings.append(Finding("N235", line.place(key), found="", details=details))

    def _key(self, line: _Line) -> CellKey | None:
        """The cell that a line names (row '' for the total, all '' for a table); None, with a finding, if none."""
        table_id = self.table(line)
        if table_id is None:
            return None
        definition = self.edition.count_tables[table_id]
        group, row, column = (line.texts.get(name, "") for name in ("group", "row", "column"))
        if not row and not column:
            return CellKey(table_id, "", "", "")
        columns = {n: c.label for c in definition.columns for n in (c.label, c.heading)}
        label = self._named(line, "column", columns, table_id)
        if label is None:
            return None
        if definition.total and plain(row) == plain(definition.total) and not group:
            return CellKey(table_id, "", "", label)
        if not row and plain(line.texts["value"]) == NOT_APPLICABLE:
            return CellKey(table_id, "", "", label)
        if group or (definition.group_stub and "" not in definition.groups):
            known = self._named(line, "group", {name: name for name in definition.groups if name}, table_id)
            if known is None:
                return None
            group = known
        rows = {r.label: r.label for r in definition.rows if r.group == group}
        known = self._named(line, "row", rows, table_id)
        return None if known is None else CellKey(table_id, group, known, label)

    def _column_of_shares(self, line: _Line) -> str:
        """The name of the column of shares that a line is about (公開.処理状況.構成比); '' where it is about none."""
        table_id, named = self._table_of(line) or "", plain(line.texts.get("column", ""))
        table = self.edition.count_tables.get(table_id)
        labels = (r.label for r in (table.rates if table else ()) if named in map(plain, (r.label, r.printed_heading)))
        return next((f"{table_id}.{label}" for label in labels if named), "")

    def _add_rate(self, line: _Line) -> None:
        """Add a printed share, whose name bears that of its part."""
        part, name = line.texts.get("part", ""), line.texts.get("row", "")
        named = self.parts[plain(part)].key if plain(part) in self.parts else part
        own = {"割合": name if "." in name or not named else f"{named}.{name}"}
        self._add_printed(line, own, name)

    def _add_share(self, line: _Line, name: str) -> None:
        """Add a printed share of a row, unless none was printed."""
        texts = {"割合": name, "行": line.texts["row"], "区分": line.texts.get("group", "")}
        if plain(line.texts["value"]) != NOT_APPLICABLE:
            self._add_printed(line, texts, texts["行"])

    def _add_printed(self, line: _Line, names: Mapping[str, str], row: str) -> None:
        texts = {field: line.texts.get(heading, "") for field, heading in _ON_RATES.items()}
        texts |= {**names, "値": line.texts["value"]}
        self.found.rates.append(PrintedRate(texts, lambda field: replace(line.place(), row=row)))

    def table(self, line: _Line) -> str | None:
        """The id of the table that a line names; None, with a finding, if it is none."""
        part = line.texts.get("part", "")
        if part and plain(part) not in self.parts:
            self._ask(line, "part", self.parts)
            return None
        found = self._table_of(line)
        if found is None:
            self._ask(line, "table", self._tables_of(line))
        return found

    def _table_of(self, line: _Line) -> str | None:
        return self._tables_of(line).get(plain(line.texts["table"]))

    def _tables_of(self, line: _Line) -> dict[str, str]:
        """The ids of the tables that a line may mean, by the names that it may use."""
        part = plain(line.texts.get("part", ""))
        keys = [self.parts[part].key] if part in self.parts else [p.key for p in self.edition.parts]
        candidates: dict[str, str] = {}
        for table_id, table in self.edition.count_tables.items():
            if table_id.partition(".")[0] in keys:
                own = (table_id, table.title, *((table.key,) if part else ()))
                candidates |= {plain(n): table_id for n in own}
        return candidates

    def _named(self, line: _Line, heading: str, candidates: Mapping[str, str], table_id: str) -> str | None:
        """The label that a line means under a heading; None, with a finding, if it is none of the candidates."""
        labels = {plain(candidate): label for candidate, label in candidates.items()}
        known = labels.get(plain(line.texts.get(heading, "")))
        if known is None:
            self._ask(line, heading, candidates, table_id)
        return known

    def _ask(self, line: _Line, heading: str, candidates: Mapping[str, object], table_id: str = "") -> None:
        """Note that a name under a heading is none that is defined."""
        name = line.texts.get(heading, "")
        suggestion = likely(name, candidates)
        place = Place(section=line.speaker, file=line.file, cell=f"{line.number}行", line=line.number, table=table_id)
        about = shown(name)
        details = {"what": HEADINGS[heading][1], "about": about or "空欄", "likely": asked(suggestion)}
        self.found.findings.append(Finding("N235", place, suggestion or None, about, details=details))

    def _add(self, line: _Line, key: CellKey) -> None:
        """Add what a line says of a cell or of a total."""
        place, text = line.place(key), line.texts["value"]
        if not key.row and plain(text) == NOT_APPLICABLE:
            self.found.without_rows.add(key)
            return
        if key in self.seen:
            self.found.findings.append(Finding("N236", place, related=(self.seen[key],)))
            return
        self.seen[key] = place
        table = self.edition.count_tables[key.table]
        column = table.column(key.column)
        unit = line.texts.get("unit", "") or (column.unit if column else "")
        if self.found.units.setdefault((key.table, key.column), unit) != unit:
            self.found.findings.append(Finding("N240", place, self.found.units[key.table, key.column], unit))
        reading = read_count(_value(text), unit)
        if key.row and not table.is_sum(key):
            self.found.cells.append(FilledCell(self.fiscal_year, True, key, reading, shown(text), place))
        else:
            value = reading.value if isinstance(reading.value, int) else text or None
            stated = line.place(key._replace(row=key.row or table.total))
            self.found.stated.append(StatedCell("total", key, value, stated))


def _value(text: str) -> int | float | str:
    """A value as a workbook would hold it: every one of a CSV is text, so plain digits are no other spelling."""
    if text.isascii() and text.isdecimal() and len(text) < 20:
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _missing(found: CsvCells, edition: Edition, label: str) -> Iterator[Finding]:
    """Cells of which the file says nothing: one finding a table."""
    said = {cell.key for cell in found.cells}
    for table_id, table in edition.count_tables.items():
        if table_id in found.not_published:
            continue
        keys = table.filled_keys(table_id)
        missing = [k for k in keys if k not in said and k._replace(group="", row="") not in found.without_rows]
        if missing:
            names = [" ".join(filter(None, key[1:])) for key in missing]
            about = "すべて" if len(missing) == len(keys) else "、".join(names[:5]) + ("など" if names[5:] else "")
            place = Place(section=edition.words.whole, file=label, table=table_id)
            yield Finding("N237", place, found=len(missing), details={"about": about})
