"""The proof that the definitions of a part fit together: what the files say of each other exists, and makes sense."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from nerima_report.edition.case_rules import rule_faults
from nerima_report.edition.definition import YEAR_PLACEHOLDERS, placeholders_in
from nerima_report.edition.entries import EntryTable
from nerima_report.edition.figures import Figure
from nerima_report.edition.generated import condition_faults
from nerima_report.edition.guideline import Guideline
from nerima_report.edition.line_proofs import line_faults
from nerima_report.edition.links import Cells, Link, cell_keys
from nerima_report.edition.part import Break, Part
from nerima_report.edition.register_proofs import register_faults
from nerima_report.edition.sum_proofs import sum_faults
from nerima_report.edition.tables import TOTAL, CountTable

# What Excel takes as the name of a sheet.
LONGEST_SHEET_NAME = 31
NOT_IN_SHEET_NAMES = frozenset("[]:*?/\\'")

Fault = tuple[Path, str, str]  # the file, the key, and why


def part_faults(part: Part, guideline: Guideline | None) -> Iterator[Fault]:
    """Every fault of a part, in the order in which somebody would look for it."""
    for check in _CHECKS:
        yield from check(part)
    if part.uses is not None and guideline is None:
        yield part.folder / "uses.toml", "", "guideline.toml がないので、uses.toml は使えません"
    elif part.uses is not None and guideline is not None:
        settings = {setting.key: setting for setting in part.definition.settings}
        for key, reason in rule_faults(part.uses, part.tables, settings, guideline):
            yield part.folder / "uses.toml", key, reason
    yield from _check_registers(part)


def _check_registers(part: Part) -> Iterator[Fault]:
    """Registers count into cells that exist, and their sheets can be named."""
    file = part.folder / "registers.toml"
    for key, reason in register_faults(part.registers, part.incidents, part.definition, part.tables):
        yield file, key, reason
    for register in part.registers:
        for reason in sheet_name_faults(part.table_id(register.key)):
            yield file, f"register「{register.key}」.key", reason


def _check_texts(part: Part) -> Iterator[Fault]:
    """Titles and notes ask only for what report/wording.py can give."""
    file = part.folder / "tables.toml"
    for key, table in part.tables.items():
        numbers = {"件数", table.split_by} if isinstance(table, EntryTable) and table.split_by else set()
        total = {TOTAL} if isinstance(table, CountTable) and table.total else set()
        for name in sorted(placeholders_in(table.title) - YEAR_PLACEHOLDERS - numbers - total):
            yield file, f"{key}.title", f"{{{name}}} という差し込みはありません"
        for note in table.notes:
            for name in sorted(placeholders_in(note.text) - YEAR_PLACEHOLDERS):
                yield file, f"{key}.notes", f"{{{name}}} という差し込みはありません"
        where, texts = _labels_in_print(table)
        for name in sorted({name for text in texts for name in placeholders_in(text)} - YEAR_PLACEHOLDERS):
            yield file, f"{key}.{where}", f"{{{name}}} という差し込みはありません"
        for where, texts in _plain_texts(table):
            for name in sorted(name for text in texts for name in placeholders_in(text)):
                yield file, f"{key}.{where}", f"{{{name}}} という設定は part.toml にありません"


def _labels_in_print(table: CountTable | EntryTable) -> tuple[str, list[str]]:
    """The labels of a table in which the name of a year may stand: the key of the file, and the texts."""
    if isinstance(table, CountTable):
        return "printed_as", [*table.printed_as.values()]
    return "print", [column.label for column in table.print]


def _plain_texts(table: CountTable | EntryTable) -> Iterator[tuple[str, list[str]]]:
    """The texts in which only settings of part.toml may stand, which are numbers by now."""
    yield "instruction", [table.instruction]
    if isinstance(table, CountTable):
        yield "rows", [text for row in table.rows for text in (row.label, row.group, row.rule)]
        yield "columns", [text for column in table.columns for text in (column.label, column.over)]
        yield "stub", [table.stub, table.group_stub, table.total]
    else:
        yield "fields", [text for field in table.fields for text in (field.label, field.rule, *field.choices)]


def _check_counting(part: Part) -> Iterator[Fault]:
    """What is counted from entries, or asked of them, are fields and choices that exist."""
    for key, table in part.tables.items():
        for where, reason in (*condition_faults(table, part.tables), *_faults_of_made_tables(part, table)):
            yield part.folder / "tables.toml", f"{key}.{where}", reason
        if isinstance(table, CountTable):
            for where, reason in sum_faults(table):
                yield part.folder / "tables.toml", f"{key}.{where}", reason
            try:  # again, because rows may have come from choices or from another table
                CountTable.model_validate(table.model_dump())
            except ValidationError as error:
                reason = str(error.errors()[0].get("ctx", {}).get("error", ""))
                yield part.folder / "tables.toml", f"{key}.rows", reason


def _faults_of_made_tables(part: Part, table: CountTable | EntryTable) -> Iterator[tuple[str, str]]:
    """Choices from a guideline need one; what a table is made from exists; what is divided can be added up."""
    if isinstance(table, EntryTable):
        if any(field.choices_from and not field.choices for field in table.fields):
            yield "fields", 'choices_from = "guideline" と書いてありますが、guideline.toml がありません'
        return
    if table.done_of and not isinstance(part.tables.get(table.done_of), EntryTable):
        yield "done_of", f"一覧の表「{table.done_of}」はありません"
    yield from line_faults(part, table)


def _check_part(part: Part) -> Iterator[Fault]:
    """What part.toml says of tables is about tables of the part, and years in which it serves."""
    definition, file = part.definition, part.folder / "part.toml"
    for body in definition.bodies:
        if unknown := [key for key in body.outside if key not in part.tables]:
            yield file, f"bodies.{body.name}.outside", f"表「{unknown[0]}」はありません"
    for number, found in enumerate(definition.breaks, start=1):
        if found.table not in part.tables:
            yield file, f"breaks[{number}].table", f"表「{found.table}」はありません"
        elif reason := _no_such_cells(part, found):
            yield file, f"breaks[{number}]", reason
        if not definition.serves(found.year):
            yield file, f"breaks[{number}].year", f"この部は{found.year}年度には使いません"


def _no_such_cells(part: Part, found: Break) -> str:
    """Why a break is about no cells of its table, or ''."""
    table = part.tables.get(found.table)
    if not found.cells:
        return ""
    if not isinstance(table, CountTable):
        return f"件数の表「{found.table}」はありません"
    column, rows = found.column or table.columns[0].label, (found.row,) if found.row else ()
    return _unknown(part, Cells(table=found.table, column=column, group=found.group, rows=rows))


def _check_renamed(part: Part) -> Iterator[Fault]:
    """What goes on under another name exists under its name of today."""
    definition, file = part.definition, part.folder / "part.toml"
    for number, renamed in enumerate(definition.renamed, start=1):
        rows, columns = _labels(part, renamed.table)
        where = file, f"renamed[{number}]"
        if renamed.table not in part.tables:
            yield *where, f"表「{renamed.table}」はありません"
        elif _awaits_lines(part, renamed.table):
            pass  # what is renamed may be a line of the roster
        elif renamed.row and (renamed.group, renamed.row) not in rows:
            yield *where, f"表「{renamed.table}」に行「{renamed.group} {renamed.row}」はありません".replace("「 ", "「")
        elif renamed.group and renamed.group not in {group for group, _ in rows}:
            yield *where, f"表「{renamed.table}」に区分「{renamed.group}」はありません"
        elif renamed.column and renamed.column not in columns:
            yield *where, f"表「{renamed.table}」に列「{renamed.column}」はありません"
        elif not definition.serves(renamed.year):
            yield *where, f"この部は{renamed.year}年度には使いません"


def _check_stocks(part: Part) -> Iterator[Fault]:
    """The rows of a stock and of its changes stand in one column of one table."""
    definition, file = part.definition, part.folder / "part.toml"
    for number, stock in enumerate(definition.stocks, start=1):
        rows, columns = _labels(part, stock.table)
        where = file, f"stocks[{number}]"
        unknown = [row for row in (stock.closing, stock.new, stock.ended) if row and ("", row) not in rows]
        if not rows:
            yield *where, f"件数の表「{stock.table}」はありません"
        elif unknown:
            yield *where, f"表「{stock.table}」に行「{unknown[0]}」はありません"
        elif stock.column not in columns:
            yield *where, f"表「{stock.table}」に列「{stock.column}」はありません"


def _check_carried_over(part: Part) -> Iterator[Fault]:
    """What is carried over from a year into the next stands in tables of the part."""
    for number, carried in enumerate(part.definition.carried_over, start=1):
        for cells in (carried.now, carried.before):
            if reason := _unknown(part, cells):
                yield part.folder / "part.toml", f"carried_over[{number}]", reason


def _check_must_publish(part: Part) -> Iterator[Fault]:
    """What answers an item that must be published is a table that can be printed, a number or a figure of the part."""
    file, figures = part.folder / "part.toml", {figure.key for figure in part.figures}
    for must in part.definition.must_publish:
        where = file, f"must_publish「{must.item}」"
        for key in must.tables:
            table = part.tables.get(key)
            if table is None:
                yield *where, f"表「{key}」はありません"
            elif isinstance(table, EntryTable) and not table.print:
                yield *where, f"表「{key}」には print（印刷する列）がないので、印刷できません"
        for cells in must.values:
            if reason := _unknown(part, cells):
                yield *where, reason
        for key in must.figures:
            if key not in figures:
                yield *where, f"割合「{key}」は figures.toml にありません"


def _awaits_lines(part: Part, key: str) -> bool:
    table = part.tables.get(key)
    return isinstance(table, CountTable) and table.awaits_lines


def _labels(part: Part, key: str) -> tuple[set[tuple[str, str]], set[str]]:
    """The rows (group and label) and the columns of a table of counts; none where there is no such table."""
    table = part.tables.get(key)
    if not isinstance(table, CountTable):
        return set(), set()
    return {(row.group, row.label) for row in table.rows}, {column.label for column in table.columns}


def _check_sheet_names(part: Part) -> Iterator[Fault]:
    """A form has a sheet for each table, named by its id."""
    for key in part.tables:
        for reason in sheet_name_faults(part.table_id(key)):
            yield part.folder / "tables.toml", f"{key}.key", reason


def sheet_name_faults(name: str) -> Iterator[str]:
    """Why Excel would not take a text as the name of a sheet."""
    if len(name) > LONGEST_SHEET_NAME:
        yield f"シートの名前「{name}」が長すぎます（Excel の決まりは{LONGEST_SHEET_NAME}字まで）"
    if refused := sorted(set(name) & NOT_IN_SHEET_NAMES):
        yield f"「{refused[0]}」はシートの名前に使えません（Excel の決まり）"


def _check_links(part: Part) -> Iterator[Fault]:
    file = part.folder / "links.toml"
    for link in part.links:
        for side, cells in (("left", link.left), ("right", link.right)):
            if reason := _unknown(part, cells):
                yield file, f"{link.key}.{side}", reason
        left, right = (_unit(part, cells) for cells in (link.left, link.right))
        if link.relation == "equal" and left != right:
            yield file, link.key, f"単位が違う数は等しくできません（{left} と {right}）"
        if link.each_row and not link.right.rows and (row := _row_without_other(part, link)):
            yield file, f"{link.key}.right", f"each_row で比べる行「{row}」が、表「{link.right.table}」にありません"
        if link.each_row and link.left.rows:
            yield file, f"{link.key}.left", "each_row のとき left に rows は書けません"


def _row_without_other(part: Part, link: Link) -> str:
    """A row of the left table that the right one does not have; '' where each has its other."""
    if any(_unknown(part, cells) for cells in (link.left, link.right)):
        return ""
    left, right = (cell_keys(*part.count_table(cells.table), cells) for cells in (link.left, link.right))
    others = {(key.group, key.row) for key in right}
    return next((f"{key.group} {key.row}".strip() for key in left if (key.group, key.row) not in others), "")


def _check_figures(part: Part) -> Iterator[Fault]:
    file = part.folder / "figures.toml"
    for figure in part.figures:
        for side, cells in (("numerator", figure.numerator), ("denominator", figure.denominator)):
            if cells is not None and (reason := _unknown(part, cells)):
                yield file, f"{figure.key}.{side}", reason
        excluded = figure.denominator.model_copy(update={"rows": figure.excluded})
        if reason := _unknown(part, excluded):
            yield file, f"{figure.key}.excluded", reason
        if twice := _counted_and_excluded(part, figure):
            yield file, f"{figure.key}.excluded", f"分子にある行「{min(twice)}」は除けません"
        elif outside := _excluded_from_nothing(part, figure):
            yield file, f"{figure.key}.excluded", f"分母に入っていない行「{outside}」は除けません"


def _counted_and_excluded(part: Part, figure: Figure) -> set[str]:
    """The rows that the numerator counts and the denominator leaves out: such a share could exceed 100 %."""
    counted, of = figure.numerator, figure.denominator
    if counted is None or counted.table != of.table or (counted.group and of.group and counted.group != of.group):
        return set()
    if not figure.excluded or _unknown(part, counted):
        return set()
    left_out = of.model_copy(update={"rows": figure.excluded})
    keys = (set(cell_keys(*part.count_table(cells.table), cells)) for cells in (counted, left_out))
    return {key.row for key in set.intersection(*keys)}


def _excluded_from_nothing(part: Part, figure: Figure) -> str:
    """A row that the denominator does not count, such as a part (うち…) of another, but should leave out; or ''."""
    of = figure.denominator
    excluded = of.model_copy(update={"rows": figure.excluded})
    if not figure.excluded or _unknown(part, of) or _unknown(part, excluded):
        return ""
    counted = {*cell_keys(*part.count_table(of.table), of)}
    return next((key.row for key in cell_keys(*part.count_table(of.table), excluded) if key not in counted), "")


def _check_charts(part: Part) -> Iterator[Fault]:
    """What is drawn exists, and nothing is added up that has no sum."""
    file = part.folder / "charts.toml"
    for chart in part.charts:
        if chart.figure and chart.figure not in [figure.key for figure in part.figures]:
            yield file, f"{chart.key}.figure", f"割合「{chart.figure}」は figures.toml にありません"
        if not chart.table:
            continue
        if reason := _unknown(part, Cells(table=chart.table, column=chart.column, group=chart.group, rows=chart.rows)):
            yield file, chart.key, reason
            continue
        _, table = part.count_table(chart.table)
        several = table.awaits_lines or len(chart.rows or table.counted_rows) > 1
        if several and table.no_total_because and not chart.each_row:
            reason = f"表「{chart.table}」は合計しない表です。each_row = true を書いてください"
            yield file, chart.key, reason


def _check_years_tables(part: Part) -> Iterator[Fault]:
    """A table of years shows numbers that exist and can be added up; its texts ask only for names of years."""
    file, figures = part.folder / "tables.toml", {figure.key for figure in part.figures}
    for key, table in part.years_tables.items():
        texts = [
            table.title,
            table.stub,
            table.group_stub,
            *table.year_labels,
            table.total,
            table.average,
            table.no_number_note,
        ]
        texts += [note.text for note in table.notes]
        texts += [text for item in table.items for text in (item.label, item.group, item.printed_heading)]
        for name in sorted({name for text in texts for name in placeholders_in(text)} - YEAR_PLACEHOLDERS):
            yield file, key, f"{{{name}}} という差し込みはありません"
        for number, item in enumerate(table.items, start=1):
            where = file, f"{key}.items[{number}]"
            if item.figure and item.figure not in figures:
                yield *where, f"割合「{item.figure}」は figures.toml にありません"
            if item.cells is None:
                continue
            if reason := _unknown(part, item.cells):
                yield *where, reason
                continue
            _, source = part.count_table(item.cells.table)
            if source.no_total_because and not item.each_row and len(item.cells.rows or source.rows) > 1:
                yield *where, f"表「{item.cells.table}」は合計しない表です。each_row = true を書いてください"


def _unknown(part: Part, cells: Cells) -> str:
    """Why these cells do not exist in the part, or ''."""
    table = part.tables.get(cells.table)
    if not isinstance(table, CountTable):
        return f"件数の表「{cells.table}」はありません"
    if table.awaits_lines and (cells.rows or cells.group or table.places == "columns"):
        return (
            f"表「{cells.table}」の行や列は名簿によって変わるので、名前で指せません。rows か columns を書いてください"
        )
    columns = [table.column(label) for label in cells.column_labels]
    for label, column in zip(cells.column_labels, columns, strict=True):
        if column is None:
            return f"表「{cells.table}」に列「{label}」はありません"
    if len({column.unit for column in columns if column}) > 1:
        return f"単位の違う列「{cells.heading}」は足せません"
    if cells.group and cells.group not in table.groups:
        return f"表「{cells.table}」に区分「{cells.group}」はありません"
    labels = {row.label for row in table.rows if not cells.group or row.group == cells.group}
    for row in cells.rows:
        if row not in labels:
            return f"表「{cells.table}」に行「{row}」はありません"
    keys = cell_keys(part.table_id(cells.table), table, cells)
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        return f"表「{cells.table}」の「{twice.row}」の「{twice.column}」を2回足しています"
    return ""


def _unit(part: Part, cells: Cells) -> str:
    table = part.tables[cells.table]
    column = table.column(cells.column_labels[0]) if isinstance(table, CountTable) else None
    return column.unit if column else ""


_CHECKS = (
    _check_sheet_names,
    _check_texts,
    _check_counting,
    _check_part,
    _check_renamed,
    _check_stocks,
    _check_carried_over,
    _check_must_publish,
    _check_links,
    _check_figures,
    _check_charts,
    _check_years_tables,
)
