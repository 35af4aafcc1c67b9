"""links.toml: sums of cells that must agree, and how cells are named."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Literal

from pydantic import Field, model_validator

from nerima_report.edition.definition import Definition, Label, OptionalLabel, Text, refuse_duplicates
from nerima_report.edition.tables import CountTable
from nerima_report.findings import Severity
from nerima_report.places import CellKey


class Cells(Definition):
    """Cells of a table of counts: of one column, or of several that are added up, the named rows or all of them.

    All rows are those that the total of the table adds up.
    """

    table: Text = Field(title="表")
    column: OptionalLabel = Field(title="列", default="")
    columns: tuple[Label, ...] = Field(title="足す列", default=())
    group: OptionalLabel = Field(title="区分", default="")
    rows: tuple[Label, ...] = Field(title="行", default=())

    @model_validator(mode="after")
    def _names_columns(self) -> Cells:
        if bool(self.column) == bool(self.columns):
            raise ValueError("column（列）か columns（足す列）のどちらか一方を書きます")
        refuse_duplicates("columns の列", list(self.columns))
        return self

    @property
    def column_labels(self) -> tuple[str, ...]:
        """The column, or the columns that are added up."""
        return self.columns or (self.column,)

    @property
    def heading(self) -> str:
        """The column, or the columns that are added up, as one text: 公開・部分公開."""
        return "・".join(self.column_labels)


def cell_keys(table_id: str, table: CountTable, cells: Cells, *, parts_of_rows: bool = False) -> list[CellKey]:
    """The cells that a link or figure adds up: those of the named rows, or of all rows that the total counts.

    Of a row or a column that is itself a sum they are its parts. With `parts_of_rows`, all rows are also those that are
    a part of another (うち…), where they are not added up.
    """
    every = table.filled_rows if parts_of_rows else table.counted_rows
    rows = table.rows if cells.rows else every
    return [
        part
        for row in rows
        if (not cells.rows or row.label in cells.rows) and (not cells.group or row.group == cells.group)
        for column in cells.column_labels
        for part in table.parts_of(row.key(table_id, column))
    ]


# The finding on two sums of which one is not as the link says.
LINK_CODES = {"equal": "N501", "at_most": "N502", "at_least": "N503", "both_or_neither": "N504"}


class Link(Definition):
    """Two sums that must agree. `each_row`: for every row of `left`, with the same row of `right`."""

    key: Text = Field(title="キー")
    left: Cells = Field(title="左")
    relation: Literal["equal", "at_most", "at_least", "both_or_neither"] = Field(title="関係")
    right: Cells = Field(title="右")
    each_row: bool = Field(title="行ごとにするか", default=False)
    why: Text = Field(title="理由")
    severity: Severity | None = Field(title="重さ", default=None)


def links_of_parts(table: CountTable) -> Iterator[Link]:
    """The links that `of` stands for: a part (うち…) is never more than that of which it is a part."""
    columns = [column for column in table.columns if not column.sum_of]
    for row, column in product(table.filled_rows, columns):
        if not (row.of or column.of):
            continue
        part = Cells(table=table.key, column=column.label, group=row.group, rows=(row.label,))
        if column.of:
            yield _link_of_part(part, column.of, part.model_copy(update={"column": column.of}))
        if row.of:
            yield _link_of_part(part, row.of, part.model_copy(update={"rows": (row.of,)}))


def _link_of_part(part: Cells, name: str, whole: Cells) -> Link:
    why = f"「{name}」のうちの数だから"
    return Link(key=f"うち {name}", left=part, relation="at_most", right=whole, why=why)


class LinksFile(Definition):
    """links.toml."""

    link: tuple[Link, ...] = Field(title="つながり", default=())
