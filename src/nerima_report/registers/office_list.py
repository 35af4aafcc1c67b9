"""A list that the office keeps itself (Excel or CSV) → rows for the case ledger, and who asked.

    list ─▶ proposed mapping (checked and confirmed by a person) ─▶ rows by field, requesters, or what does not fit

Nothing is guessed: what the mapping does not say, and what no field can hold, is a finding with its row.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nerima_report.edition.entries import EntryField
from nerima_report.edition.ledger import Ledger, LedgerField
from nerima_report.edition.ledger_import import ImportMapping, ImportWords
from nerima_report.errors import CannotProceed
from nerima_report.files import NotRead, read_file
from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.registers.requesters import Requester
from nerima_report.tallies.cell_values import read_field, shown
from nerima_report.text import label_of, likely, plain
from nerima_report.workbooks import CellValue, Unreadable, address, is_blank, read_workbook
from nerima_report.workbooks.cleaning import clean
from nerima_report.workbooks.limits import MAX_FILE_BYTES, MAX_ROWS

# What goes to the 請求者名簿, by the heading there.
OF_REQUESTER = {"氏名": "name", "法人名": "corporation", "担当者": "contact", "住所": "address"}
TITLE = "件名"
NAMES = (*OF_REQUESTER, TITLE)
_HEADING_ROWS = 20  # among which the row of headings is looked for
_MOST_ANSWERS = 100  # a column with more different texts is no column of choices
_SEVERAL = re.compile(r"[\n;；/／]")


@dataclass(frozen=True)
class OfficeList:
    """A list: its headings by column, and its rows by number, each with what stands in the columns."""

    file: str
    sheet: str
    headings: Mapping[int, str]
    rows: Mapping[int, Mapping[int, CellValue]]

    def place(self, row: int, column: int | None = None) -> Place:
        """A row, or a cell of it. A CSV has lines."""
        if not self.sheet:
            heading = self.headings.get(column or 0, "")
            return Place(file=self.file, cell=f"{row}行", line=row, column=heading)
        return Place(file=self.file, sheet=self.sheet, cell=address((row, column or min(self.headings))))


@dataclass(frozen=True)
class ImportedCase:
    """A row as the ledger takes it: its values by field, who asked, and the 件名."""

    row: int
    values: dict[str, object]
    requester: Requester
    title: str = ""


@dataclass
class ImportedList:
    """The cases of a list, and what did not fit."""

    cases: list[ImportedCase] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_list(file: Path, words: ImportWords, ledger: Ledger, sheet: str = "") -> OfficeList:
    """Read the list; of a workbook the sheet with the most headings that are known, or the one that is named.

    Raises CannotProceed where there is none.
    """
    tables = _csv_table(file) if file.suffix.lower() == ".csv" else _sheets(file)
    if sheet and sheet not in tables:
        raise CannotProceed(f"シート「{sheet}」がありません。\n  ファイル: {file}\n  シート: {'、'.join(tables)}")
    known = {plain(text) for targets in _spellings(ledger, words).values() for text in targets}

    def likely_headings(table: Mapping[int, Mapping[int, CellValue]]) -> tuple[int, int]:
        counts = {row: sum(plain(v) in known for v in table[row].values()) for row in sorted(table)[:_HEADING_ROWS]}
        row = max(counts, key=lambda row: counts[row], default=0)
        return counts.get(row, 0), row

    name = sheet or max(tables, key=lambda name: likely_headings(tables[name])[0])
    found, row = likely_headings(tables[name])
    if found == 0:
        raise CannotProceed(
            f"台帳の項目の見出し（受付番号、受付日など）が見つかりません。\n  ファイル: {file}\n"
            "  1行目に見出しのある一覧を指定してください。シートは --sheet で選べます。"
        )
    table = tables[name]
    headings = {column: " ".join(str(value).split()) for column, value in table[row].items() if not is_blank(value)}
    rows = {number: cells for number, cells in table.items() if number > row and cells}
    _refuse_doubled(headings, file)
    return OfficeList(label_of(file), "" if file.suffix.lower() == ".csv" else name, headings, rows)


def propose(source: OfficeList, ledger: Ledger, words: ImportWords) -> ImportMapping:
    """The mapping that the names suggest. It has to be confirmed."""
    columns: dict[str, str] = {}
    spellings = _spellings(ledger, words)
    exact = {plain(text): target for target, texts in reversed(spellings.items()) for text in texts}
    exact |= {plain(target): target for target in spellings}
    for heading in source.headings.values():
        columns[heading] = exact.get(plain(heading), "")
    for heading, target in columns.items():
        free = [name for name in spellings if name not in columns.values()]
        columns[heading] = target or likely(heading, free)
    taken = Counter(columns.values())
    for heading, target in columns.items():  # of two columns for one field the one that is written so
        if target and taken[target] > 1 and plain(heading) != plain(target):
            columns[heading], taken[target] = "", taken[target] - 1
    answers = {
        target: found
        for heading, target in columns.items()
        if (choice := _choice(ledger, target)) and (found := _proposed_answers(source, heading, choice, words))
    }
    return ImportMapping(columns=columns, answers=answers)


def mapping_faults(mapping: ImportMapping, source: OfficeList, ledger: Ledger) -> list[str]:
    """What is wrong with a mapping, in words: headings without a field, fields that do not exist or stand twice."""
    targets = (*_fields(ledger), *NAMES)
    faults = [f"列「{h}」が [columns] にありません" for h in source.headings.values() if h not in mapping.columns]
    used = Counter(filter(None, mapping.columns.values()))
    faults += [f"項目「{target}」が二つの列にあります" for target, times in used.items() if times > 1]
    for target in used:
        if target not in targets:
            guess = likely(target, targets)
            faults.append(f"項目「{target}」はありません{f'。もしかして「{guess}」ですか' if guess else ''}")
    for target, answers in mapping.answers.items():
        choice = _choice(ledger, target)
        unknown = [answer for answer in answers.values() if answer and choice and answer not in choice.choices]
        faults += [f"項目「{target}」に選択肢「{answer}」はありません" for answer in unknown]
    needed = [f.label for f in ledger.fields if f.required and f.label != ledger.roles.requester]
    faults += [f"項目「{label}」にあたる列がありません" for label in needed if label not in used]
    if ledger.roles.requester not in used and not used.keys() & {"氏名", "法人名"}:
        faults.append(f"「{ledger.roles.requester}」か「氏名」「法人名」にあたる列がありません")
    return faults


def names_anybody(mapping: ImportMapping) -> bool:
    """Whether the list holds what belongs into the 請求者名簿."""
    return any(target in NAMES for target in mapping.columns.values())


def convert(source: OfficeList, mapping: ImportMapping, ledger: Ledger, part: str) -> ImportedList:
    """The rows of the list as cases; what does not fit is a finding with its row. `part` is the key of the part."""
    converted = ImportedList()
    fields = _fields(ledger)
    columns = {column: mapping.columns[heading] for column, heading in source.headings.items()}
    for number, cells in source.rows.items():
        values: dict[str, object] = {f.label: None for f in ledger.table.fields}
        texts: dict[str, str] = {}
        for column, target in columns.items():
            value = cells.get(column)
            if not target or is_blank(value):
                continue
            if target in NAMES:
                texts[target] = _text(value)
                continue
            read = _read(fields[target], value, mapping.answers.get(target, {}))
            if read is None:
                converted.findings.append(_unfit(source, number, column, fields[target], value, part))
            else:
                values |= read
        for label in _missing(ledger, values, texts):
            where = next((column for column, target in columns.items() if target == label), None)
            place = source.place(number, where)
            converted.findings.append(Finding("N262", place, details={"about": label}))
        requester = Requester("", *(texts.get(name, "") for name in OF_REQUESTER))
        converted.cases.append(ImportedCase(number, values, requester, texts.get(TITLE, "")))
    return converted


def _missing(ledger: Ledger, values: Mapping[str, object], texts: Mapping[str, str]) -> Iterator[str]:
    for one in ledger.table.fields:
        named = one.label == ledger.roles.requester and (texts.get("氏名") or texts.get("法人名"))
        if values[one.label] is None and one.required and not named:
            yield one.label


def _unfit(source: OfficeList, row: int, column: int, of: LedgerField, value: CellValue, part: str) -> Finding:
    expected = "、".join(of.choices) if of.type == "choice" else {"date": "日付", "order": "整数"}.get(of.type, "文字")
    place = source.place(row, column)
    return Finding("N261", place, expected=expected, found=shown(value), details={"about": of.label})


def _read(of: LedgerField, value: CellValue, answers: Mapping[str, str]) -> dict[str, object] | None:
    """The values of a cell by field of the ledger; None where it does not fit."""
    if of.type != "choice":
        reading = read_field(EntryField(**of.model_dump(include=set(EntryField.model_fields))), value)
        return {of.label: reading.value} if reading.status == "reported" else None
    written = _text(value)
    parts = [text for text in map(str.strip, _SEVERAL.split(written)) if text] if of.several > 1 else [written]
    known = {plain(choice): choice for choice in of.choices} | {plain(k): v for k, v in answers.items()}
    if any(plain(text) not in known for text in parts) or len(parts) > of.several:
        return None
    chosen = [known[plain(text)] for text in parts if known[plain(text)]]
    if of.several == 1:
        return {of.label: chosen[0] if chosen else None}
    return {f"{of.label}{n}": choice for n, choice in enumerate(dict.fromkeys(chosen), start=1)}


def _proposed_answers(source: OfficeList, heading: str, of: LedgerField, words: ImportWords) -> dict[str, str]:
    """For each text in the column that is no choice, the choice that it may be; {} for a column of other texts."""
    column = next(column for column, text in source.headings.items() if text == heading)
    texts = dict.fromkeys(
        text
        for cells in source.rows.values()
        if not is_blank(cells.get(column))
        for text in (_SEVERAL.split(_text(cells[column])) if of.several > 1 else [_text(cells[column])])
        if text.strip()
    )
    if len(texts) > _MOST_ANSWERS:
        return {}
    spelled = {plain(text): c for c in reversed(of.choices) for text in (c, *words.answers.get(c, ()))}
    exact = {plain(choice) for choice in of.choices}
    return {
        text.strip(): spelled.get(plain(text)) or likely(text, of.choices) for text in texts if plain(text) not in exact
    }


def _fields(ledger: Ledger) -> dict[str, LedgerField]:
    return {one.label: one for one in ledger.fields}


def _choice(ledger: Ledger, target: str) -> LedgerField | None:
    found = _fields(ledger).get(target)
    return found if found is not None and found.type == "choice" else None


def _spellings(ledger: Ledger, words: ImportWords) -> dict[str, tuple[str, ...]]:
    """By field of the ledger and of the 請求者名簿, how a heading may be written."""
    return {target: (target, *words.columns.get(target, ())) for target in (*_fields(ledger), *NAMES)}


def _text(value: CellValue) -> str:
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    return clean(str(number)).text.strip()


def _refuse_doubled(headings: Mapping[int, str], file: Path) -> None:
    for heading, times in Counter(headings.values()).items():
        if times > 1:
            raise CannotProceed(
                f"見出し「{heading}」が二つあります。\n  ファイル: {file}\n  どちらかの名前を変えてください。"
            )


def _sheets(file: Path) -> dict[str, dict[int, dict[int, CellValue]]]:
    book = read_workbook(file)
    if isinstance(book, Unreadable):
        if book.reason == "missing":
            raise CannotProceed(f"一覧のファイルがありません。\n  ファイル: {file}\n  名前と場所を確かめてください。")
        raise CannotProceed(
            f"一覧を読めません。\n  ファイル: {file}\n"
            "  Excel で開けるか確かめ、「Excel ブック (*.xlsx)」で保存し直してください。"
        )
    tables: dict[str, dict[int, dict[int, CellValue]]] = {}
    for sheet in book.sheets:
        rows = tables.setdefault(sheet.name, {})
        for (row, column), value in sorted(sheet.cells.items()):
            if not is_blank(value):
                rows.setdefault(row, {})[column] = value
    return tables


def _csv_table(file: Path) -> dict[str, dict[int, dict[int, CellValue]]]:
    try:
        content = read_file(file, MAX_FILE_BYTES)
    except NotRead as error:
        raise CannotProceed(f"一覧を読めません（{error.in_words}）。\n  ファイル: {file}") from None
    text = next((t for encoding in ("utf-8-sig", "cp932") if (t := _decoded(content, encoding)) is not None), None)
    if text is None or "\0" in text:
        raise CannotProceed(f"文字として読めないので、CSV ではありません。\n  ファイル: {file}")
    first = text.partition("\n")[0]
    separator = max(",\t;", key=first.count)
    try:
        lines = list(_numbered(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)))
    except csv.Error:
        raise CannotProceed(f"CSV として読めません（引用符が閉じていません）。\n  ファイル: {file}") from None
    return {"": {n: {c: v for c, v in enumerate(texts, start=1) if v.strip()} for n, texts in lines}}


def _numbered(reader: Iterator[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    for number, texts in enumerate(reader, start=1):
        if number > MAX_ROWS:
            raise CannotProceed(f"行が多すぎます（{MAX_ROWS:,}行まで）。")
        yield number, texts


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
