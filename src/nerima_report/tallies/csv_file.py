"""A published year as CSV → cells, or findings with the line: part, table, group, row, column, unit, value.

The headings may be English or Japanese, the names those of the definitions (公開 or its title, 処理状況 or
公開.処理状況), the rows in any order. A cell holds a count or 該当なし; a whole table that the year did not
publish has one line with 該当なし and neither row nor column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.edition.tables import CountTable
from nerima_report.findings import Finding
from nerima_report.places import WARD, CellKey, Place
from nerima_report.tallies.cell_values import read_count, shown
from nerima_report.tallies.model import FilledCell, StatedCell
from nerima_report.tallies.submission import NOT_APPLICABLE
from nerima_report.text import asked, label_of, likely, plain, printable
from nerima_report.workbooks.limits import MAX_FILE_BYTES

HEADINGS = {
    "part": ("part", "部"),
    "table": ("table", "表"),
    "group": ("group", "区分"),
    "row": ("row", "行"),
    "column": ("column", "列"),
    "unit": ("unit", "単位"),
    "value": ("value", "値", "数"),
}
# A table id says the part, most tables have no groups, and the unit is that of the definitions unless it was another.
OPTIONAL = ("part", "group", "unit")


@dataclass
class CsvCells:
    """What a CSV said: cells, stated totals, tables that were not published, and what is wrong with it.

    `units` are those of the columns by table id and column.
    """

    cells: list[FilledCell] = field(default_factory=list)
    stated: list[StatedCell] = field(default_factory=list)
    not_published: list[str] = field(default_factory=list)
    units: dict[tuple[str, str], str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class _Line:
    """A line of the file: its number and its texts by heading."""

    number: int
    texts: Mapping[str, str]
    file: str

    def place(self, key: CellKey | None = None) -> Place:
        """Where the line stands."""
        names = key._asdict() if key else {}
        return Place(section=WARD, file=self.file, cell=f"{self.number}行", line=self.number, **names)


def read_csv(file: Path, edition: Edition, fiscal_year: int, not_published: Sequence[str] = ()) -> CsvCells:
    """Read a CSV against the edition as published (narrowed to the year). Never raises for a bad file.

    `not_published` are the ids of tables that are known to be missing.
    """
    found = CsvCells(not_published=list(not_published))
    label = label_of(file)
    text = _text_of(file, label, found)
    lines = list(_lines(text, label, found)) if text is not None else []
    names = _Names(edition)
    seen: dict[CellKey, Place] = {}
    for line in lines:
        key = names.resolve(line, found)
        if key is not None and not _is_whole_table(key, line, found):
            _add(found, names, (line, key, fiscal_year), seen)
    if text is not None and {finding.code for finding in found.findings} <= {"N232"}:
        found.findings += _missing(found, edition, label)
    return found


def _text_of(file: Path, label: str, found: CsvCells) -> str | None:
    """The text of the file; None, with a finding, where there is none."""
    try:
        content = file.read_bytes() if file.stat().st_size <= MAX_FILE_BYTES else None
    except OSError:
        found.findings.append(Finding("N101", Place(file=label)))
        return None
    if not content:
        found.findings.append(Finding("N103" if content is None else "N102", Place(file=label)))
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


def _lines(text: str, label: str, found: CsvCells) -> Iterator[_Line]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: dict[str, int] = {}
    width, first = 0, 1
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
        if not columns:
            columns, width = _columns(texts), len(texts)
            missing = [name for name in HEADINGS if name not in columns and name not in OPTIONAL]
            for name in missing:
                headings = " か ".join(HEADINGS[name])
                place = Place(file=label, cell="1行", line=1)
                found.findings.append(Finding("N233", place, details={"heading": headings}))
            if missing:
                return
        elif len(texts) != width:
            place = Place(file=label, cell=f"{number}行", line=number)
            found.findings.append(Finding("N234", place, expected=width, found=len(texts)))
        else:
            yield _Line(number, {name: texts[place].strip() for name, place in columns.items()}, label)


def _columns(headings: Sequence[str]) -> dict[str, int]:
    named = {variant: name for name, variants in HEADINGS.items() for variant in variants}
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if name := named.get(plain(heading).lower()):
            found.setdefault(name, place)
    return found


class _Names:
    """The names of the definitions, as a line may spell them."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.parts = {plain(n): part for part in edition.parts for n in (part.key, part.definition.title)}

    def resolve(self, line: _Line, found: CsvCells) -> CellKey | None:
        """The cell that a line names (row '' for the total, all '' for a table); None, with a finding, if none."""
        table = self._table(line, found)
        if table is None:
            return None
        table_id, definition = table
        group, row, column = (line.texts.get(name, "") for name in ("group", "row", "column"))
        if not row and not column:
            return CellKey(table_id, "", "", "")
        label = self._named("列", column, {n: c.label for c in definition.columns for n in (c.label, c.heading)},
                            (line, table_id, found))  # fmt: skip
        if label is None:
            return None
        if definition.total and plain(row) == plain(definition.total) and not group:
            return CellKey(table_id, "", "", label)
        if group or definition.group_stub:
            groups = {name: name for name in definition.groups if name}
            known = self._named("区分", group, groups, (line, table_id, found))
            if known is None:
                return None
            group = known
        rows = {r.label: r.label for r in definition.rows if r.group == group}
        known = self._named("行", row, rows, (line, table_id, found))
        return None if known is None else CellKey(table_id, group, known, label)

    def _table(self, line: _Line, found: CsvCells) -> tuple[str, CountTable] | None:
        part, name = line.texts.get("part", ""), line.texts["table"]
        if part and plain(part) not in self.parts:
            _unknown(found, ("部", part, self.parts), line)
            return None
        keys = [self.parts[plain(part)].key] if part else [p.key for p in self.edition.parts]
        candidates: dict[str, str] = {}
        for table_id, table in self.edition.count_tables.items():
            if table_id.partition(".")[0] in keys:
                own = (table_id, table.title, *((table.key,) if part else ()))
                candidates |= {plain(n): table_id for n in own}
        table_id = candidates.get(plain(name), "")
        if not table_id:
            _unknown(found, ("表", name, candidates), line)
            return None
        return table_id, self.edition.count_tables[table_id]

    def _named(
        self, what: str, name: str, candidates: Mapping[str, str], where: tuple[_Line, str, CsvCells]
    ) -> str | None:
        line, table_id, found = where
        known = {plain(candidate): label for candidate, label in candidates.items()}.get(plain(name))
        if known is None:
            _unknown(found, (what, name, candidates), line, table_id)
        return known


def _unknown(found: CsvCells, named: tuple[str, str, Mapping[str, object]], line: _Line, table_id: str = "") -> None:
    what, name, candidates = named
    suggestion = likely(name, candidates)
    place = Place(section=WARD, file=line.file, cell=f"{line.number}行", line=line.number, table=table_id)
    details = {"what": what, "about": printable(name[:80]) or "空欄", "likely": asked(suggestion)}
    found.findings.append(Finding("N235", place, suggestion or None, printable(name[:80]), details=details))


def _is_whole_table(key: CellKey, line: _Line, found: CsvCells) -> bool:
    """A line without row and column says of a table that it was not published, and can say nothing else."""
    if key.column:
        return False
    if plain(line.texts["value"]) == NOT_APPLICABLE:
        found.not_published.append(key.table)
    else:
        details = {"what": "行", "about": "空欄", "likely": ""}
        found.findings.append(Finding("N235", line.place(key), found="", details=details))
    return True


def _add(found: CsvCells, names: _Names, said: tuple[_Line, CellKey, int], seen: dict[CellKey, Place]) -> None:
    line, key, fiscal_year = said
    place, text = line.place(key), line.texts["value"]
    if key in seen:
        found.findings.append(Finding("N236", place, related=(seen[key],)))
        return
    seen[key] = place
    table = names.edition.count_tables[key.table]
    column = table.column(key.column)
    unit = line.texts.get("unit", "") or (column.unit if column else "")
    if found.units.setdefault((key.table, key.column), unit) != unit:
        found.findings.append(Finding("N240", place, found.units[key.table, key.column], unit))
    # Every value of a CSV is text: plain digits are no other spelling.
    reading = read_count(int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else text, unit)
    if key.row:
        found.cells.append(FilledCell(fiscal_year, True, key, reading, shown(text), place))
    else:
        value = reading.value if isinstance(reading.value, int) else text or None
        found.stated.append(StatedCell("total", key, value, line.place(key._replace(row=table.total))))


def _missing(found: CsvCells, edition: Edition, label: str) -> Iterator[Finding]:
    """Cells of which the file says nothing: one finding a table."""
    said = {cell.key for cell in found.cells}
    for table_id, table in edition.count_tables.items():
        if table_id in found.not_published:
            continue
        keys = table.keys(table_id)
        missing = [key for key in keys if key not in said]
        if missing:
            names = [" ".join(filter(None, key[1:])) for key in missing]
            about = "すべて" if len(missing) == len(keys) else "、".join(names[:5]) + ("など" if names[5:] else "")
            place = Place(section=WARD, file=label, table=table_id)
            yield Finding("N237", place, found=len(missing), details={"about": about})
