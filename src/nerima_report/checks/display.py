"""What a person sees of a cell that is read, where that is not its value: formats, strike-through, colours, formulas.

Of findings of one kind on a sheet the first is told, and how many more there are. Conditional formats are not looked
at: what they show changes with the numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection as Cells
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from nerima_report.edition import Edition
from nerima_report.findings import Finding, Severity
from nerima_report.fiscal_year import parse_fiscal_year
from nerima_report.places import Place
from nerima_report.tallies.cell_values import as_shown, says, shown
from nerima_report.tallies.collection import Collection, on_cover
from nerima_report.tallies.layout import MAX_ROW
from nerima_report.tallies.model import LocatedCounts, LocatedEntries
from nerima_report.tallies.submission import Submission, is_zero_formula
from nerima_report.text import plain
from nerima_report.workbooks import CellValue, Position, Sheet, SheetFacts, address, is_blank, position_of
from nerima_report.workbooks.cleaning import not_for_print, unified
from nerima_report.workbooks.formulas import computed, refers_to, refers_to_other_workbook, summed_ranges
from nerima_report.workbooks.values import INDEX_SHEET

MOST_RELATED = 20  # cells that one finding names
# Characters after which a text runs from right to left: 45683 is seen where 38654 is written.
_TURNING = frozenset("\u202b\u202e\u2067")
_LONGEST_OUTSIDE = 80  # characters that a finding shows
_AROUND_NUMBER = re.compile("[/|()-]|ページ|頁")  # of a page
_MOST_COMPUTED = 500  # formulas in the data of a sheet whose results are looked at
_LONGEST_FORMULA = 60  # characters that a finding shows

_BySeverity = tuple[Sequence[Position], Severity | None]  # None: that of the catalogue


@dataclass(frozen=True)
class _ReadSheet:
    """A sheet of which something is read: its cells with data, those that are only compared, and printed texts."""

    sheet: Sheet
    place: Place
    data: Container[Position]
    compared: frozenset[Position] = frozenset()
    texts: Cells[Position] = ()

    @property
    def facts(self) -> SheetFacts:
        """What the sheet holds besides its values."""
        return self.sheet.facts

    def finding(self, code: str, cells: Sequence[Position], found: str) -> Finding:
        """A finding on the first of some cells, and how many more there are."""
        first, *more = (replace(self.place, cell=address(cell)) for cell in cells)
        number = f"（ほかに {len(more):,} か所）" if more else ""
        return Finding(code, first, found=found, related=tuple(more[:MOST_RELATED]), details={"number": number})

    def says_what_is_read(self, position: Position) -> bool:
        """Whether what a cell displays is what is read from it: the same number, and of a text every character."""
        value, display = self.sheet.cells.get(position), self.facts.displays[position]
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return display == str(as_shown(value)) if position in self.texts else says(display, value)

    def shown(self, position: Position) -> str:
        """The value of a cell as a finding shows it."""
        return shown(self.sheet.cells.get(position))


def values_are_seen(collection: Collection) -> Iterator[Finding]:
    """On the covers and the sheets with tables, a person sees what is read."""
    for read in _read_sheets(collection):
        yield from _other_digits(read)
        yield from _struck_through(read)
        yield from _unseen(read)
        yield from _computed(read)
        yield from _other_texts(read)


def nothing_stands_outside_of_cells(collection: Collection) -> Iterator[Finding]:
    """No sheet has texts in shapes, headers and footers but its own name, and what the form prints below each.

    The page that the tool puts in front of a copy has its name there as well.
    """
    for submission in collection.submissions:
        sheets = submission.workbook.sheets
        times = Counter(_on_page(text) for sheet in sheets for text in sheet.facts.outside)
        printed = {text for text, number in times.items() if number > 1 and _names_year(text)}
        for sheet in sheets:
            own = {"", INDEX_SHEET, plain(sheet.name), *printed}
            if others := [text for text in sheet.facts.outside if _on_page(text) not in own]:
                found = "」「".join(" ".join(text.split()) for text in others)[:_LONGEST_OUTSIDE]
                yield Finding("N353", Place(submission.section, submission.file, sheet.name), found=found)


def _on_page(text: str) -> str:
    """A text without what stands around the number of a page."""
    return _AROUND_NUMBER.sub("", plain(text))


def _names_year(text: str) -> bool:
    """Whether a text begins as the footer of a form: 令和4年度."""
    year, separator, _ = text.partition("年度")
    return bool(separator) and parse_fiscal_year(year) is not None


def _other_digits(read: _ReadSheet) -> Iterator[Finding]:
    """Number formats that show something else than the value. Zero that is not shown at all is a notice.

    A label or a heading that shows another text makes another number of those beside it.
    """
    displays, cells = read.facts.displays, read.sheet.cells
    differing = [position for position in sorted(displays) if not read.says_what_is_read(position)]
    data = [position for position in differing if position in read.data]
    empty = [position for position in data if not displays[position] and cells[position] == 0]
    compared = [position for position in differing if position in read.compared]
    others = [p for p in differing if displays[p] and isinstance(cells[p], str) and p not in (*data, *compared)]
    errors = sorted({*data, *others}.difference(empty))
    by_severity: tuple[_BySeverity, ...] = ((errors, None), (empty, "notice"), (compared, "warning"))
    for positions, severity in by_severity:
        if positions:
            finding = read.finding("N321", positions, displays[positions[0]] or "（空白）")
            yield replace(finding, expected=read.shown(positions[0]), severity=severity)


def _struck_through(read: _ReadSheet) -> Iterator[Finding]:
    """Data that is struck through: by the custom of offices that deletes it. Of other texts that is a warning.

    The label of a row whose data is struck says nothing new.
    """
    parts = read.facts.partly_struck
    whole = {position for position in read.facts.struck if not is_blank(read.sheet.cells.get(position))}
    for code, struck in (("N322", whole), ("N323", parts.keys())):
        if not struck:
            continue
        data = {position for position in struck if position in read.data}
        rows = {row for row, _ in data}
        others = [position for position in sorted(struck - data) if position[0] not in rows]
        by_severity: tuple[_BySeverity, ...] = ((sorted(data), None), (others, "warning"))
        for positions, severity in by_severity:
            if positions:
                first = positions[0]
                found = shown(parts[first]) if first in parts else read.shown(first)
                yield replace(read.finding(code, positions, found), severity=severity)


def _unseen(read: _ReadSheet) -> Iterator[Finding]:
    """Data that nobody sees, and parts of it; a number of which a part looks like the number of a note is another."""
    cells, parts = read.sheet.cells, read.facts.partly_seen
    if unseen := [p for p in sorted(read.facts.unseen) if p in read.data and not is_blank(cells.get(p))]:
        yield read.finding("N324", unseen, read.shown(unseen[0]))
    data = [position for position in sorted(parts) if position in read.data] if parts else []
    printed = [position for position in data if position in read.texts]
    by_severity: tuple[_BySeverity, ...] = (([p for p in data if p not in printed], None), (printed, "warning"))
    for positions, severity in by_severity:
        if positions:
            finding = read.finding("N350", positions, read.shown(positions[0]))
            details = {**finding.details, "what": shown(parts[positions[0]])}
            yield replace(finding, details=details, severity=severity)


def _computed(read: _ReadSheet) -> Iterator[Finding]:
    """Data that is not typed, but computed. The form's own formulas are totals, 検算 and the 0 of 請求なし.

    A formula that asks another workbook may be older than that; one that asks itself gives nothing.
    """
    formulas = read.facts.formulas
    if not formulas:
        return
    cells = {p: formula for p, formula in formulas.items() if p in read.compared or p in read.data}
    of_cells = {p: formula for p, formula in cells.items() if not is_zero_formula(formula)}
    foreign = {position for position, formula in of_cells.items() if refers_to_other_workbook(formula)}
    sums = {p: formula for p, formula in of_cells.items() if p in read.data or summed_ranges(formula)}
    circular = {position for position, formula in sums.items() if refers_to(formula, position)} - foreign
    in_data = of_cells.keys() - read.compared - foreign - circular
    results = {p: computed(formulas[p], read.sheet.cells) for p in sorted(in_data)[:_MOST_COMPUTED]}
    stale = {p for p, result in results.items() if result is not None and not _is(read.sheet.cells.get(p), result)}
    for code, positions in (("N326", foreign), ("N352", circular), ("N351", stale), ("N325", in_data - stale)):
        if positions:
            first = min(positions)
            finding = read.finding(code, sorted(positions), f"={formulas[first].removeprefix('=')}"[:_LONGEST_FORMULA])
            if code == "N351":
                details = {**finding.details, "what": read.shown(first)}
                finding = replace(finding, expected=shown(as_shown(results[first] or 0)), details=details)
            yield finding


def _is(value: CellValue, result: float) -> bool:
    """Whether a cell shows the result of its formula; what is no number is a finding of its own."""
    return not isinstance(value, int | float) or isinstance(value, bool) or as_shown(value) == as_shown(result)


def _other_texts(read: _ReadSheet) -> Iterator[Finding]:
    """Characters that were replaced or taken out, and those that no other machine can show."""
    cleaned = read.facts.cleaned
    turned = (
        {p for p, chars in cleaned.items() if p in read.data and not _TURNING.isdisjoint(chars)} if cleaned else set()
    )
    by_severity: tuple[_BySeverity, ...] = ((sorted(turned), "error"), (sorted(cleaned.keys() - turned), None))
    for positions, severity in by_severity:
        if positions:
            finding = read.finding("N328", positions, "")
            details = {**finding.details, "what": _what_was_cleaned(cleaned[positions[0]])}
            yield replace(finding, found=None, details=details, severity=severity)
    cells = read.sheet.cells
    texts = {str(cells.get(position, "")) for position in read.texts}  # a long list says the same again and again
    if unfit := {text: chars for text in texts if (chars := not_for_print(text))}:
        faulty = {p: unfit[text] for p in read.texts if (text := str(cells.get(p, ""))) in unfit}
        found = "、".join(f"「{char}」（U+{ord(char):04X}）" for char in faulty[min(faulty)])
        yield read.finding("N329", sorted(faulty), found)


def _what_was_cleaned(chars: str) -> str:
    """What happened to the characters of a text."""
    radicals = [f"部首の文字「{char}」（U+{ord(char):04X}）を「{unified(char)}」と" for char in chars if unified(char)]
    controls = [f"U+{ord(char):04X}" for char in chars if not unified(char)]
    parts = [f"{'、'.join(radicals)}読みました"] if radicals else []
    parts += [f"見えない文字（{'、'.join(controls)}）を取り除いて読みました"] if controls else []
    return "。".join(parts)


def _read_sheets(collection: Collection) -> Iterator[_ReadSheet]:
    """The covers, and the sheets of the tables that are read."""
    for submission in collection.submissions:
        yield _cover(submission)
    for located in collection.tallies.located:
        sheet = located.sheet
        if sheet is not None and not located.not_applicable:
            yield _table(located, sheet, collection.edition)


def _cover(submission: Submission) -> _ReadSheet:
    cells = {label: position_of(cell) for label, cell in submission.cover_cells.items() if cell}
    names = [cells[label] for label in ("部", "課") if label in cells]
    place = replace(on_cover(submission, ""), sheet=submission.cover.name)
    return _ReadSheet(submission.cover, place, (*cells.values(), *submission.marked), texts=names)


def _table(located: LocatedCounts | LocatedEntries, sheet: Sheet, edition: Edition) -> _ReadSheet:
    layout = located.layout
    if len(layout.region) < MAX_ROW:  # other tables stand on the sheet, and say of their cells themselves
        sheet = replace(sheet, facts=sheet.facts.within(layout.region))
    if isinstance(located, LocatedCounts):
        counts = located.layout
        compared = frozenset((*counts.totals.values(), *counts.verifications.values()))
        return _ReadSheet(sheet, located.place(), counts.cells.values(), compared)
    table = edition.entry_tables.get(located.table_id) or edition.register_tables.get(located.table_id)
    printed = [field.label for field in table.fields if field.type == "text"] if table else []
    columns = [located.layout.columns[label] for label in printed if label in located.layout.columns]
    cells = located.layout.crossings
    return _ReadSheet(sheet, located.place(), cells, texts=replace(cells, columns=frozenset(columns)))
