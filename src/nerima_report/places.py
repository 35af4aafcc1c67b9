"""Places: a cell of the report, and where something stands in a file and in the definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class CellKey(NamedTuple):
    """The name of one cell of the report: table (公開.処理状況), group (or ''), row and column."""

    table: str
    group: str
    row: str
    column: str


@dataclass(frozen=True)
class Place:
    """Where something stands: in a file (sheet and cell, or line) and in the definitions (table, row, column)."""

    section: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    table: str = ""
    group: str = ""
    row: str = ""
    column: str = ""
    line: int | None = None

    @property
    def spot(self) -> str:
        """Where on its sheet or in its file: B5, or 31行目."""
        return self.cell or (f"{self.line}行目" if self.line else "")

    @property
    def part(self) -> str:
        """The part (部) to which the table belongs: 公開."""
        return self.table.partition(".")[0]

    def __str__(self) -> str:
        """The place in one line: 公開_総務課.xlsx ＞ 公開.処理状況 ＞ C6（全部公開・件数）."""
        inner = "・".join(text for text in (self.group, self.row, self.column) if text)
        cell = f"{self.cell}（{inner}）" if self.cell and inner else self.cell or inner
        steps = [self.file or self.section, self.sheet or self.table, cell]
        return " ＞ ".join(step for step in steps if step)


def cell_place(key: CellKey, line: int | None = None, **where: str) -> Place:
    """The place of a cell of the report, and where it stands in a file if that is known."""
    return Place(table=key.table, group=key.group, row=key.row, column=key.column, line=line, **where)
