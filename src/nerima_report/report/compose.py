"""Totals, figures and entries → the Report of a year: cover, parts, and what was found in its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count

from nerima_report.edition.definition import fill
from nerima_report.edition.municipality import Printing
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable
from nerima_report.records.model import recorded_figure
from nerima_report.records.years import rule_of
from nerima_report.report.blocks import Block, Bullets, Heading, Paragraph, Report, Table, TableNote
from nerima_report.report.content import Content
from nerima_report.report.manuscript import read_blocks
from nerima_report.report.prose import prose_of
from nerima_report.report.tables import ComparedTable, count_table, entry_tables, is_unordered, used_rows, with_remarks
from nerima_report.report.wording import PartWording, WordingError, cover_names, names_for_manuscripts, year_names
from nerima_report.report.wording_of_drafts import DraftWording
from nerima_report.report.wording_of_records import RetoldWording, ask_first
from nerima_report.report.wording_of_year_before import YearBefore
from nerima_report.report.years_tables import tables_of_years
from nerima_report.tallies.figures import compute_figures


def compose_report(content: Content) -> Report:
    """What the report of the year says. Raises DefinitionError where a manuscript cannot be followed."""
    edition, year = content.collection.edition, content.collection.fiscal_year
    municipality, printing = edition.municipality, edition.printing
    coordinator = municipality.coordinator(year)
    author = f"{municipality.name}{coordinator.department}{coordinator.section}"
    titles = [part.definition.title for part in edition.parts]
    month = municipality.publication_month.value
    names = cover_names(year, month, titles, author, printing.calendar)
    cover = read_blocks(edition.file("cover.md.j2"), names, _no_table, prose_of(edition))
    blocks = list(_numbered([_part_blocks(part, content) for part in edition.parts], printing))
    return Report(
        fiscal_year=year,
        title=fill(printing.title, year_names(year, printing.calendar) | {"部の題名": "・".join(titles)}),
        author=author,
        published=municipality.publication(year),
        cover=tuple(cover),
        blocks=tuple(blocks),
    )


def annotate(report: Report, content: Content, *, draft: bool = False) -> Report:
    """The report with what was found: the notes of explained differences, and for a draft its open findings."""
    provisional = content.collection.totals.are_provisional
    blocks = [_with_notes(block, content) if isinstance(block, Table) else block for block in report.blocks]
    return replace(
        report, blocks=(*blocks, *(_open_findings(content) if draft else ())), draft=draft, provisional=provisional
    )


def _part_blocks(part: Part, content: Content) -> list[Block]:
    """The blocks of a part."""
    collection = content.collection
    names = names_for_manuscripts(collection.fiscal_year, collection.edition.printing.calendar)
    prose = prose_of(collection.edition)
    if collection.totals.are_provisional:
        return _draft_blocks(part, content, names)
    if content.not_published is None:
        own = PartWording(part, collection)
        asked = {**names, **own.names(), **_year_before(part, own, content).names()}
        blocks = read_blocks(part.manuscript, asked, _tables_of(part, content), prose)
    else:
        retold = RetoldWording(part, collection)
        asked = {**names, **retold.names(), **_year_before(part, retold, content).names()}
        resolve = retold.without(content.not_published, _tables_of(part, content))
        blocks = read_blocks(part.manuscript, asked, resolve, prose, ask_first)
        if left_out := "、".join(retold.left_out):
            blocks.append(Paragraph(fill(collection.edition.years.from_record.left_out, {"名前": left_out})))
        blocks += _notes_on_printed_shares(part, content)
    return blocks


def _notes_on_printed_shares(part: Part, content: Content) -> Iterator[Paragraph]:
    """What is said of shares that were printed in another way than the numbers, or the rule of today, give them."""
    collection, texts = content.collection, content.collection.edition.years.from_record
    for key, (value, again) in collection.totals.shares.items():
        if key.table in map(part.table_id, part.tables) and again not in (None, value):
            table = collection.edition.count_tables[key.table]
            row = " ".join(filter(None, (key.group, key.row))) or table.total
            about = {"名前": f"{table.readable_title}の「{row}」の{key.column}", "値": f"{value}%", "計算": f"{again}%"}
            yield Paragraph(fill(texts.printed_rate, about))
    computed = compute_figures(collection.totals, collection.edition)
    for name, (share, recomputed) in collection.printed.items():
        if name.partition(".")[0] != part.key:
            continue
        about = {"名前": share.definition.key, "値": f"{share.value}%", "計算": f"{recomputed}%"}
        if recomputed is not None and recomputed != share.value:
            yield Paragraph(fill(texts.printed_rate, about))
        today = computed.get(name)
        rules = [rule_of(recorded_figure(name, one)) for one in (share, today) if one is not None]
        if len(rules) > 1 and (changed := rules[0].changes(rules[1])):
            yield Paragraph(fill(texts.other_rule, {**about, "違い": "、".join(changed)}))


def _draft_blocks(part: Part, content: Content, names: Mapping[str, object]) -> list[Block]:
    """The blocks of a part where somebody's part of the numbers is missing, with the note that says whose."""
    collection = content.collection
    texts, totals = collection.edition.years.provisional, collection.totals
    draft = DraftWording(part, collection)
    asked = {**names, **draft.names(), **_year_before(part, draft, content).names()}
    prose = prose_of(collection.edition)
    blocks = read_blocks(part.manuscript, asked, _tables_of(part, content), prose, ask_first)
    if left_out := "、".join(draft.left_out):
        blocks.append(Paragraph(fill(texts.left_out, {"名前": left_out})))
    tables = {part.table_id(key) for key in part.tables}
    cells = (number.missing for key, number in totals.provisional.items() if key.table in tables)
    lists = (who for table_id, who in totals.incomplete_lists.items() if table_id in tables)
    missing = dict.fromkeys(chain.from_iterable((*cells, *lists)))
    silent = [name for name in missing if name in collection.absent.not_asked]
    gaps = [name for name in missing if name not in silent]
    reasons = [fill(text, {"課": "、".join(who)}) for text, who in ((texts.silent, silent), (texts.gaps, gaps)) if who]
    first = next((place for place, block in enumerate(blocks, start=1) if isinstance(block, Heading)), 0)
    note = [Paragraph(fill(texts.note, {"理由": "".join(reasons)}))] if reasons else []
    return [*blocks[:first], *note, *blocks[first:]]


def _numbered(parts: Iterable[Sequence[Block]], printing: Printing) -> Iterator[Block]:
    """The blocks of the parts, with the tables numbered in the order of appearance."""
    numbers = count(1)
    for place, blocks in enumerate(parts, start=1):
        if printing.numbering == "part":
            numbers = count(1)
        form = printing.caption.replace("{部}", str(place))
        for block in blocks:
            yield replace(block, number=next(numbers), form=form) if isinstance(block, Table) else block


def _year_before(part: Part, now: PartWording, content: Content) -> YearBefore:
    return YearBefore(part, now, content.comparison, content.collection.edition.years.compare)


def _tables_of(part: Part, content: Content) -> Callable[[str], Sequence[Table]]:
    placed = set()
    of_years = {table.definition.key: table for table in tables_of_years(content) if table.part.key == part.key}

    def resolve(key: str) -> Sequence[Table]:
        table_id, table = part.table_id(key), part.tables.get(key)
        if table is None and key not in of_years:
            raise WordingError(f"表「{key}」は tables.toml にありません")
        if key in placed:
            raise WordingError(f"表「{key}」が2回置かれています")
        placed.add(key)
        if table is None:
            return [of_years[key].printed()]
        if isinstance(table, CountTable):
            return [_count_table(table_id, table, content)]
        if not table.print:
            raise WordingError(f"表「{key}」には print（印刷する列）がないので、置けません")
        collection = content.collection
        entries, missing = collection.tallies.entries[table_id], collection.totals.incomplete_lists.get(table_id)
        printing, year = collection.edition.printing, collection.fiscal_year
        printed = entry_tables(table_id, table, entries, year, printing.calendar, provisional=bool(missing))
        if missing:
            text = fill(collection.edition.years.provisional.entries, {"課": "、".join(missing)})
            return [replace(one, notes=(*one.notes, TableNote(text))) for one in printed]
        return printed

    return resolve


def _count_table(table_id: str, table: CountTable, content: Content) -> Table:
    return with_remarks(_numbers(table_id, table, content), table)


def _numbers(table_id: str, table: CountTable, content: Content) -> Table:
    """A table of counts, beside the year before or with what is still missing, but without the remarks on its rows."""
    totals, year = content.collection.totals, content.collection.fiscal_year
    printing = content.collection.edition.printing
    if totals.misses(table.keys(table_id)):
        words = content.collection.edition.years.provisional
        text = words.table + (words.order if is_unordered(table_id, table, totals) else "")
        printed = count_table(table_id, table, totals, year, printing)
        return replace(printed, notes=(*printed.notes, TableNote(text)))
    if not content.compared or content.comparison is None:
        return count_table(table_id, table, totals, year, printing)
    shown = used_rows(table_id, table, totals, content.comparison)
    printed = count_table(table_id, shown, totals, year, printing)
    texts = content.collection.edition.years.compare
    return ComparedTable(table_id, table, totals, content.comparison, texts, printing).beside(printed)


def _with_notes(table: Table, content: Content) -> Table:
    """A table of counts with the notes that explanations of differences ask to print under it."""
    if table.id not in content.collection.edition.count_tables:
        return table
    about = [f.explained.note for f in content.findings if f.explained and f.place.table == table.id]
    return replace(table, notes=(*table.notes, *(TableNote(note) for note in dict.fromkeys(about) if note)))


def _open_findings(content: Content) -> list[Block]:
    """What a draft lists at its end: every finding that nobody has explained."""
    items = tuple(
        f"{notice.severity_name} {notice.code} {notice.place}: {notice.message}"
        for notice in content.collection.edition.catalogue.notices(content.listed_findings)
        if notice.is_open
    )
    words = content.collection.edition.years.provisional
    heading = Heading(1, words.open)
    return [heading, Bullets(items)] if items else [heading, Paragraph(words.none_open)]


def _no_table(key: str) -> Sequence[Table]:
    raise WordingError("表紙に表は置けません")
