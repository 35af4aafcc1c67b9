"""charts.toml of a part: what the appendix 年度別の推移 draws; trend.toml: the words that it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import model_validator

from nerima_report.edition.tables import CountTable, Definition, Text, refuse_duplicates
from nerima_report.edition.texts import asks_only_for


class Chart(Definition):
    """One chart with its table: a figure, or the counts of a column over the years; the unit is theirs.

    Without `each_row` the counts are added up to one line: those of the named rows, or of all. Charts of parts
    with the same key that have the same key themselves are one chart, in which each year is told by its own part.
    """

    key: Text
    title: Text
    figure: str = ""
    table: str = ""
    column: str = ""
    group: str = ""
    rows: tuple[Text, ...] = ()
    each_row: bool = False

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

    chart: tuple[Chart, ...] = ()

    @model_validator(mode="after")
    def _keys_are_unique(self) -> ChartsFile:
        refuse_duplicates("図のキー", [chart.key for chart in self.chart])
        return self


def charts_of_tables(tables: Iterable[CountTable], figures: Iterable[str]) -> tuple[Chart, ...]:
    """What is drawn of a part that says nothing about it: every table by its total and its rows, and every figure."""
    charts = []
    for table in tables:
        several = len(table.rows) > 1
        for column in table.columns:
            name = f"{table.title}（{column.label}）" if len(table.columns) > 1 else table.title
            chart = Chart(key=f"{table.key} {column.label}", title=name, table=table.key, column=column.label)
            rows = {"key": f"{chart.key} 内訳", "title": f"{name}の内訳", "each_row": True}
            charts += [chart] if table.total or not several else []
            charts += [chart.model_copy(update=rows)] if several else []
    charts += [Chart(key=figure, title=figure, figure=figure) for figure in figures]
    return tuple(charts)


class SignTexts(Definition):
    """What the signs in a table say: nothing to divide by, not known, and below zero."""

    incomputable: Text
    unknown: Text
    minus: Text


class TrendTexts(Definition):
    """trend.toml: the words of the appendix, and of what it prints in the terminal."""

    title: Text
    source: Annotated[Text, asks_only_for("最初の年度", "最後の年度")]
    missing: Annotated[Text, asks_only_for("名前")]
    unpublished: Annotated[Text, asks_only_for("名前")]
    draft: Annotated[Text, asks_only_for("名前")]
    imported: Annotated[Text, asks_only_for("名前")]
    breaks: Text
    breaks_of_tables: Text
    no_record_band: Text
    broken: Annotated[Text, asks_only_for("年度", "変更", "理由")]
    unit_changed: Annotated[Text, asks_only_for("前", "後")]
    definition_changed: Annotated[Text, asks_only_for("変更")]
    rows_changed: Annotated[Text, asks_only_for("変更")]
    undeclared: Text
    definition: Annotated[Text, asks_only_for("年度", "分子", "分母", "除く行", "桁数")]
    definition_all: Annotated[Text, asks_only_for("年度", "分子", "分母", "桁数")]
    definition_largest: Annotated[Text, asks_only_for("年度", "分母", "桁数")]
    sign_legend: Annotated[Text, asks_only_for("符号")]
    signs: SignTexts
    axis_zero: Text
    axis_percent: Text
