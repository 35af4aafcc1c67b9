"""One part of the report with the definitions of its folder.

Here are the models of part.toml (settings, breaks in series, renamed rows, what must be published) and of charts.toml
(the charts of the appendix 年度別の推移).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from nerima_report.edition.case_rules import UseRules
from nerima_report.edition.definition import (
    Definition,
    FiscalYear,
    Label,
    OptionalLabel,
    Setting,
    Text,
    refuse_duplicates,
)
from nerima_report.edition.entries import Tables
from nerima_report.edition.figures import Figure
from nerima_report.edition.links import Cells, Link
from nerima_report.edition.registers import IncidentRule, Register
from nerima_report.edition.tables import CountTable
from nerima_report.edition.years_tables import YearsTable
from nerima_report.places import CellKey

if TYPE_CHECKING:
    from nerima_report.edition.ledger import Ledger


class Chart(Definition):
    """One chart with its table: a figure, or the counts of a column over the years; the unit is theirs.

    Without `each_row` the counts of the named rows, or of all rows, are added up to one line. Charts with the same key
    in parts with the same key are one chart, in which the numbers of a year come from the part that served it.
    """

    key: Text = Field(title="キー")
    title: Text = Field(title="題名")
    figure: str = Field(title="割合", default="")
    table: str = Field(title="表", default="")
    column: str = Field(title="列", default="")
    group: str = Field(title="区分", default="")
    rows: tuple[Label, ...] = Field(title="行", default=())
    each_row: bool = Field(title="行ごとにするか", default=False)

    @model_validator(mode="after")
    def _draws_one_thing(self) -> Chart:
        if bool(self.figure) == bool(self.table):
            raise ValueError("figure（割合）か table（表）のどちらか一方を書きます")
        if bool(self.table) != bool(self.column):
            raise ValueError("table（表）と column（列）は、両方そろえて書きます")
        if self.figure and (self.group or self.rows or self.each_row):
            raise ValueError("group、rows、each_row は、table（表）とともに書きます")
        return self


class ChartsFile(Definition):
    """charts.toml."""

    chart: tuple[Chart, ...] = Field(title="図", default=())

    @model_validator(mode="after")
    def _keys_are_unique(self) -> ChartsFile:
        refuse_duplicates("図のキー", [chart.key for chart in self.chart])
        return self


def charts_of_tables(tables: Iterable[CountTable], figures: Iterable[str]) -> tuple[Chart, ...]:
    """The charts of a part without charts.toml: every table by its total and its rows, and every figure."""
    charts = []
    for table in tables:
        several = table.awaits_lines or len(table.counted_rows) > 1
        for column in table.columns:
            name = f"{table.title}（{column.label}）" if len(table.columns) > 1 else table.title
            chart = Chart(key=f"{table.key} {column.label}", title=name, table=table.key, column=column.label)
            rows = {"key": f"{chart.key} 内訳", "title": f"{name}の内訳", "each_row": True}
            charts += [chart] if table.total or not several else []
            charts += [chart.model_copy(update=rows)] if several else []
    charts += [Chart(key=figure, title=figure, figure=figure) for figure in figures]
    return tuple(charts)


class PartSetting(Setting):
    """A number that the tables and the manuscript of the part use by its key, such as a deadline.

    `more_than` names another setting that must be smaller: the limit of the class of days before.
    """

    key: Text = Field(title="キー")
    unit: Text = Field(title="単位")
    more_than: str = Field(title="これより大きい", default="")


class Break(Definition):
    """A break in a series: the fiscal year from which a table of the part cannot be compared with earlier years.

    With `row`, `group` or `column` only those cells of it cannot; the sum over all rows goes on where one row breaks.
    """

    year: FiscalYear = Field(title="年度")
    table: Text = Field(title="表")
    row: OptionalLabel = Field(title="行", default="")
    group: OptionalLabel = Field(title="区分", default="")
    column: OptionalLabel = Field(title="列", default="")
    before: Text = Field(title="それまで")
    what: Text = Field(title="変わったこと")
    reason: Text = Field(title="理由")

    @property
    def cells(self) -> str:
        """The cells that it is about in words (開示請求 取下げ); '' where it is about the whole table."""
        return " ".join(filter(None, (self.group, self.row, self.column)))

    def cuts(self, key: CellKey) -> bool:
        """Whether it breaks the series of a number of its table.

        Without a row the key stands for the sum of all rows (of its group), without a group for its row in all groups.
        """
        if self.column not in ("", key.column):
            return False
        if self.row:
            return self.row == key.row and (not self.group or key.group in ("", self.group))
        return not self.group or self.group == key.group or bool(key.row and not key.group)


class Renamed(Definition):
    """A row, a column, a group or a table that has another name from a fiscal year on, but continues its series.

    `before` is the earlier name. Two rows that became one are two of these with the same `row`. With `row`, `group` is
    that of the row; without, it is the group that has another name.
    """

    year: FiscalYear = Field(title="年度")
    table: Text = Field(title="表")
    before: Text = Field(title="それまで")
    row: OptionalLabel = Field(title="行", default="")
    column: OptionalLabel = Field(title="列", default="")
    group: OptionalLabel = Field(title="区分", default="")
    reason: Text = Field(title="理由")

    @model_validator(mode="after")
    def _renames_one_thing(self) -> Renamed:
        if self.row and self.column:
            raise ValueError("row（行）と column（列）は、どちらか一方だけを書きます")
        if self.group and self.column:
            raise ValueError("group（区分）は、column（列）とともには書けません")
        return self


class Stock(Definition):
    """A row with the number at the end of the year; `new` and `ended` are the rows of additions and removals."""

    table: Text = Field(title="表")
    column: Text = Field(title="列")
    closing: Label = Field(title="年度末の数の行")
    new: OptionalLabel = Field(title="増えた数の行", default="")
    ended: OptionalLabel = Field(title="減った数の行", default="")
    basis: Text = Field(title="よりどころ")

    @model_validator(mode="after")
    def _flows_come_together(self) -> Stock:
        if bool(self.new) != bool(self.ended):
            raise ValueError("new（増えた数の行）と ended（減った数の行）は、両方そろえて書きます")
        return self


class CarriedOver(Definition):
    """A number that says again what the year before left open: it is the number of `before` at the end of that year."""

    table: Text = Field(title="表")
    row: Label = Field(title="行")
    column: Label = Field(title="列")
    before: Cells = Field(title="前の年度の数")
    basis: Text = Field(title="よりどころ")

    @property
    def now(self) -> Cells:
        """Its cell in the year that goes on with it."""
        return Cells(table=self.table, column=self.column, rows=(self.row,))


class MustPublish(Definition):
    """An item that must be published each year, and everything in the report that publishes it.

    `item` is the wording of the article. `tables` must be printed; `values` (each of the rows, or the total of the
    column) and `figures` must be in a sentence or in a printed table. Where there was nothing to count, a sentence with
    the words `none` is enough.
    """

    item: Text = Field(title="事項")
    basis: Text = Field(title="よりどころ")
    tables: tuple[Text, ...] = Field(title="表", default=())
    values: tuple[Cells, ...] = Field(title="数", default=())
    figures: tuple[Text, ...] = Field(title="割合", default=())
    none: str = Field(title="数がないときの言葉", default="")

    @model_validator(mode="after")
    def _can_be_answered(self) -> MustPublish:
        if not (self.tables or self.values or self.figures):
            raise ValueError("tables（表）、values（数）、figures（割合）のうち、少なくとも一つを書きます")
        return self


class Body(Definition):
    """A body of the ward (行政機関) and its 部 of the roster; a body without 部 has all the others.

    `outside` are the tables of the part that the law does not require of this body (議会).
    """

    name: Text = Field(title="名前")
    departments: tuple[Text, ...] = Field(title="部", default=())
    outside: tuple[Text, ...] = Field(title="法の外", default=())


class PartDefinition(Definition):
    """A part (部) of the report: its key, title, place, legal basis and the fiscal years it serves.

    `layout` explains the order of its tables where there was no published report to follow.
    """

    key: Text = Field(title="キー")
    title: Text = Field(title="題名")
    order: int = Field(title="並べ方")
    legal_basis: Text = Field(title="根拠")
    layout: str = Field(title="表の組み方", default="")
    first_year: FiscalYear = Field(title="はじめの年度")
    last_year: FiscalYear | None = Field(title="終わりの年度", default=None)
    settings: tuple[PartSetting, ...] = Field(title="設定", default=())
    bodies: tuple[Body, ...] = Field(title="行政機関", default=())
    breaks: tuple[Break, ...] = Field(title="系列の切れ目", default=())
    renamed: tuple[Renamed, ...] = Field(title="名前の変更", default=())
    stocks: tuple[Stock, ...] = Field(title="年度末の現在数", default=())
    carried_over: tuple[CarriedOver, ...] = Field(title="前の年度から繰り越す数", default=())
    must_publish: tuple[MustPublish, ...] = Field(title="公表しなければならない事項", default=())

    def serves(self, fiscal_year: int) -> bool:
        """Whether the report of this fiscal year contains the part."""
        return self.first_year <= fiscal_year and (self.last_year is None or fiscal_year <= self.last_year)

    def setting(self, key: str) -> PartSetting | None:
        """The setting with this key."""
        return next((setting for setting in self.settings if setting.key == key), None)

    def body_of(self, department: str, name: str = "") -> Body | None:
        """The body with this name; without one that to which a 部 belongs, or else the one that names no 部."""
        bodies = [body for body in self.bodies if body.name == name]
        bodies += [body for body in self.bodies if department in body.departments]
        bodies += [body for body in self.bodies if not body.departments]
        return next(iter(bodies), None)

    @property
    def setting_names(self) -> Mapping[str, str]:
        """The placeholders of the tables: {開示決定の期限} is 30, {開示決定の期限の次} is 31."""
        names = {setting.key: f"{setting.value:,}" for setting in self.settings}
        return names | {f"{setting.key}の次": f"{setting.value + 1:,}" for setting in self.settings}

    @model_validator(mode="after")
    def _settings_fit_together(self) -> PartDefinition:
        refuse_duplicates("設定", [setting.key for setting in self.settings])
        for setting in self.settings:
            smaller = self.setting(setting.more_than)
            if setting.more_than and smaller is None:
                raise ValueError(f"settings「{setting.key}」の more_than の「{setting.more_than}」はありません")
            if smaller is not None and smaller.value >= setting.value:
                raise ValueError(
                    f"設定「{setting.key}」（{setting.value}）は、"
                    f"「{smaller.key}」（{smaller.value}）より大きくなければなりません"
                )
        refuse_duplicates("公表しなければならない事項", [must.item for must in self.must_publish])
        refuse_duplicates("行政機関", [body.name for body in self.bodies])
        refuse_duplicates("部", [department for body in self.bodies for department in body.departments])
        if sum(not body.departments for body in self.bodies) > 1:
            raise ValueError("departments のない bodies は一つだけです")
        return self


def _no_ledger() -> None:
    """A part without a case ledger."""


@dataclass(frozen=True)
class Part:
    """One part (部) of the report: its definition, tables, links, figures, rules for cases, registers and manuscript.

    `charts` are those of 年度別の推移. `years_tables` show `tables` over the years. `incidents` says
    which incidents require an entry in a register. `read_ledger` reads its case ledger.
    """

    folder: Path
    definition: PartDefinition
    tables: Tables
    links: tuple[Link, ...]
    figures: tuple[Figure, ...]
    uses: UseRules | None = None
    charts: tuple[Chart, ...] = ()
    registers: tuple[Register, ...] = ()
    incidents: IncidentRule | None = None
    read_ledger: Callable[[], Ledger | None] = _no_ledger
    years_tables: Mapping[str, YearsTable] = field(default_factory=dict)

    @property
    def ledger(self) -> Ledger | None:
        """The case ledger from which its tables can be counted, read when it is first asked for.

        Raises DefinitionError with file, key and reason.
        """
        return self.read_ledger()

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
        """A table of counts by its key, with its id. The definitions were checked, so it exists."""
        table = self.tables[key]
        if not isinstance(table, CountTable):
            raise KeyError(key)
        return self.table_id(key), table
