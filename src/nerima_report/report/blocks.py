"""The report as a model: what stands where, before any format. Each format renders these blocks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import NamedTuple

DRAFT_MARK = "【案】"
PROVISIONAL_MARK = "【案・暫定】"
CONTENTS_TITLE = "目次"
# What the form of a caption may have.
NUMBER, TITLE = "{番号}", "{題名}"


@dataclass(frozen=True)
class Heading:
    """A heading. Level 1 opens a part (部), level 2 a section of it; `new_page`: with it a page begins."""

    level: int
    text: str
    new_page: bool = False


class SaidNumber(NamedTuple):
    """A number in a sentence: what it is called (個人.登録など 業務の登録 件数), and its text (1,200件)."""

    name: str
    shown: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text. `said` are the numbers in it."""

    text: str
    said: tuple[SaidNumber, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Bullets:
    """A list of items without order. `said` are the numbers in them."""

    items: tuple[str, ...]
    said: tuple[SaidNumber, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Cell:
    """A cell of a printed table: its text as printed, and the mark of a note (注1) or ''.

    `heads_rows`: it is the first cell of a row that heads those below it, up to the next such row (開示請求); the other
    cells of that row are empty. `lasting_name` is that of a row or a group whose text names a year. `group` is, of the
    first cell of a row, what heads it, as printed.
    """

    text: str
    mark: str = ""
    heads_rows: bool = False
    lasting_name: str = field(default="", compare=False)
    group: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The name of the row or the group that the cell heads, by which definitions and records know it."""
        return self.lasting_name or self.text


@dataclass(frozen=True)
class TableColumn:
    """A printed column: its heading (with the unit) and whether it holds numbers.

    `weight` is the share of the width of the table that the column deserves. `over` is the heading above its own, which
    it has in common with the neighbouring columns that say the same (決定の内訳). `is_share`: it has shares (構成比).
    """

    heading: str
    numeric: bool = False
    weight: int = 1
    over: str = ""
    is_share: bool = False

    @property
    def whole_heading(self) -> str:
        """Both headings on one line, for formats with one row of them: 決定の内訳 公開(件)."""
        return f"{self.over} {self.heading}" if self.over else self.heading


@dataclass(frozen=True)
class TableNote:
    """A note under a table; `mark` is 注1 for a note that rows carry, '' for one on the whole table."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A printed table. `number` counts from 1 in each part, or through the report, or is 0 (none).

    Every row has one cell a column. `form` is how the caption is put together from {番号} and {題名}.

    The total row, where it has one, is the last, or (`total_first`) the first. With a `group_heading`, the groups are
    printed in a column at the left with this heading, and not in rows above theirs (`laid_out`).
    """

    id: str
    number: int
    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    has_total: bool = False
    notes: tuple[TableNote, ...] = ()
    total_first: bool = False
    form: str = f"表{NUMBER} {TITLE}"
    group_heading: str = ""

    @property
    def laid_out(self) -> Table:
        """The table with its groups where they are printed; a row without a group has its label in their column."""
        if not self.group_heading:
            return self
        rows: list[tuple[Cell, ...]] = []
        above = ""
        for label, *numbers in self.rows:
            if label.heads_rows:
                above = ""
            elif label.group:
                rows.append((Cell("" if label.group == above else label.group), label, *numbers))
                above = label.group
            else:
                rows.append((label, Cell(""), *numbers))
        groups = TableColumn(self.group_heading, weight=self.columns[0].weight)
        return replace(self, columns=(groups, *self.columns), rows=tuple(rows), group_heading="")

    @property
    def total(self) -> int | None:
        """The place of the total row, counted from 0; None without any."""
        return (0 if self.total_first else len(self.rows) - 1) if self.has_total else None

    @property
    def caption(self) -> str:
        """The caption as printed: 表5 公開請求処理状況, or the title alone."""
        before, number, after = self.caption_around_number
        return f"{before}{number}{after}"

    @property
    def caption_around_number(self) -> tuple[str, str, str]:
        """The caption before its number, the number, and what follows; '' for a number that is not printed."""
        if not self.number:
            return self.title, "", ""
        before, number, after = self.form.partition(NUMBER)
        return before.replace(TITLE, self.title), str(self.number) if number else "", after.replace(TITLE, self.title)

    @property
    def heads_above(self) -> list[tuple[str, int]]:
        """The upper row of headings: each with the number of columns below it; a column without one stands alone ('').

        Empty where no column has a heading above its own.
        """
        if not any(column.over for column in self.columns):
            return []
        heads: list[tuple[str, int]] = []
        for over, columns in groupby(self.columns, key=lambda column: column.over):
            count = len(list(columns))
            heads += [(over, count)] if over else [("", 1)] * count
        return heads


@dataclass(frozen=True)
class Picture:
    """A picture (PNG) of `width` mm. `number` counts from 1; `alt` says in words what it shows.

    `file` is its name where a format does not hold the picture itself.
    """

    number: int
    title: str
    alt: str
    file: str
    content: bytes
    width: int

    @property
    def caption(self) -> str:
        """The caption as printed: 図1 公開請求件数."""
        return f"図{self.number} {self.title}"


Block = Heading | Paragraph | Bullets | Table | Picture


@dataclass(frozen=True)
class Report:
    """The whole report of a year: the cover, then the blocks in order; a draft says so on every page."""

    fiscal_year: int
    title: str
    author: str
    published: date
    cover: tuple[Block, ...]
    blocks: tuple[Block, ...]
    draft: bool = False
    provisional: bool = False

    @property
    def mark(self) -> str:
        """What stands on every page: 【案】 on a draft, 【案・暫定】 where its numbers miss somebody's part."""
        return (PROVISIONAL_MARK if self.provisional else DRAFT_MARK) if self.draft else ""

    @property
    def said(self) -> list[SaidNumber]:
        """The numbers in its sentences, in their order."""
        return [number for block in self.blocks if isinstance(block, Paragraph | Bullets) for number in block.said]

    @property
    def printed_blocks(self) -> tuple[Block, ...]:
        """The blocks, their tables laid out as they are printed."""
        return tuple(block.laid_out if isinstance(block, Table) else block for block in self.blocks)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The printed tables in order of appearance."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures in order of appearance."""
        return tuple(block for block in self.blocks if isinstance(block, Picture))

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The headings of the body in order: what the contents list."""
        return tuple(block for block in self.blocks if isinstance(block, Heading))
