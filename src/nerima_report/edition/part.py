"""One part of the report with all that its folder says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nerima_report.edition.entries import EntryTable
from nerima_report.edition.part_definition import PartDefinition
from nerima_report.edition.registers import IncidentRule, Register
from nerima_report.edition.tables import CountTable, Figure, Link
from nerima_report.edition.trend import Chart
from nerima_report.edition.uses import UseRules


@dataclass(frozen=True)
class Part:
    """One part (部) of the report: its definition, tables, links, figures, rules for cases, registers and manuscript.

    `charts` are what 年度別の推移 draws of it, `incidents` says which incidents suppose an entry of a register.
    """

    folder: Path
    definition: PartDefinition
    tables: Mapping[str, CountTable | EntryTable]
    links: tuple[Link, ...]
    figures: tuple[Figure, ...]
    uses: UseRules | None = None
    charts: tuple[Chart, ...] = ()
    registers: tuple[Register, ...] = ()
    incidents: IncidentRule | None = None

    @property
    def key(self) -> str:
        """The key of the part, the first half of the names of its tables: 公開."""
        return self.definition.key

    @property
    def manuscript(self) -> Path:
        """The Jinja2 text of the part."""
        return self.folder / "manuscript.md.j2"

    def table_id(self, key: str) -> str:
        """The full name of a table of this part: 公開.処理状況."""
        return f"{self.key}.{key}"

    def count_table(self, key: str) -> tuple[str, CountTable]:
        """A table of counts by its key, with its id. The definitions were proved, so it exists."""
        table = self.tables[key]
        if not isinstance(table, CountTable):
            raise KeyError(key)
        return self.table_id(key), table
