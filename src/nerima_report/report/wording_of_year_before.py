"""What a manuscript may ask of the year before: its numbers, and how this year's differ from them.

A sentence that needs a number which is not known, or does not compare, is left out. A choice ({% if %}) may not
rest on one: the manuscript first asks 前年度と比べられる("内容別").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from jinja2 import Environment, nodes

from nerima_report.edition import Edition
from nerima_report.edition.definition import fill
from nerima_report.edition.part import Part
from nerima_report.edition.texts import CompareTexts
from nerima_report.files import read_text
from nerima_report.findings import Finding
from nerima_report.places import CellKey, Place
from nerima_report.records.comparison import Comparison
from nerima_report.report.wording import (
    CHANGE,
    NOTHING_TO_COUNT,
    UNPUBLISHED,
    PartWording,
    Quantity,
    WordingError,
    number,
)
from nerima_report.tallies.figures import percentage


@dataclass(frozen=True, eq=False)
class UnknownBefore(Quantity):
    """A number of the year before that is not known: its sentence goes, and no choice may rest on it."""

    def __bool__(self) -> bool:
        raise WordingError('前年度の数がないと決められません。{% if 前年度と比べられる("表") %} の中に書いてください')

    def shown_in(self, unit: str) -> str:
        """The mark that takes the sentence away, in any unit."""
        return UNPUBLISHED


@dataclass(frozen=True, eq=False)
class Change(Quantity):
    """How much a number (件, 人, %) differs from `before`, that of the year before."""

    adds_up: ClassVar[bool] = False
    before: int | Decimal = 0
    texts: CompareTexts | None = None

    def shown_in(self, unit: str) -> str:
        """12件増 in its own unit, 3.4%増 in percent of the year before or both, 0.3ポイント減 for a rate."""
        difference = self.value or 0
        size = -difference if difference < 0 else difference
        own = "ポイント" if self.unit == "%" else self.unit
        in_own_unit = f"{number(size)}{own}"
        if unit in ("%", CHANGE) and self.unit != "%" and self.texts is not None:
            share = percentage(int(size), int(self.before), self.texts.digits, self.texts.rounding)
            if unit == CHANGE:
                both = fill(self.texts.with_share, {"数": in_own_unit, "率": f"{share}%"})
                return self._in_words(in_own_unit if share is None else both)
            return NOTHING_TO_COUNT if share is None else self._in_words(f"{share}%")
        if unit != own:
            raise WordingError(f"フィルター「{unit}」に「{own}」の増減が渡されました")
        return self._in_words(in_own_unit)

    def _in_words(self, size: str) -> str:
        if self.texts is None or self.value is None:
            return UNPUBLISHED
        if self.value == 0:
            return self.texts.same
        return fill(self.texts.increase if self.value > 0 else self.texts.decrease, {"数": size})


class YearBefore:
    """The functions with which the manuscript of a part asks for the year before. `now` has those of this year."""

    def __init__(self, part: Part, now: PartWording, comparison: Comparison | None, texts: CompareTexts) -> None:
        self._part, self._now, self._comparison, self._texts = part, now, comparison, texts

    def names(self) -> dict[str, Callable[..., object]]:
        """The functions by the names that the manuscript uses."""
        return {
            "前年度": self.number,
            "前年度比": self.change,
            "前年度の割合": self.share,
            "割合の前年度比": self.change_of_share,
            "前年度と比べられる": self.compares,
        }

    def compares(self, table: str) -> bool:
        """前年度と比べられる("内容別"): whether last year's numbers of a table are known, and no series breaks."""
        return self._comparison is not None and self._comparison.compares(self._now.table_id(table))

    def number(self, table: str, column: str, row: str = "", group: str = "") -> Quantity:
        """前年度("内容別", "件数"): last year's total of a column; with a row, one cell."""
        now = self._quantity(table, column, row, group)
        before, table_id = None, self._now.table_id(table)
        if self._comparison is not None:
            key = CellKey(table_id, group, row, column)
            before = self._comparison.value(key) if row else self._comparison.total(table_id, column)
        return UnknownBefore(None, now.unit) if before is None else Quantity(before, now.unit)

    def change(self, table: str, column: str, row: str = "", group: str = "") -> Quantity:
        """前年度比("内容別", "件数"): how much more or less; for the filter of the unit or パーセント."""
        return self._change(self._quantity(table, column, row, group), self.number(table, column, row, group))

    def share(self, key: str) -> Quantity:
        """前年度の割合("公開率"): a figure of last year, if it was computed by the same rule."""
        now = self._now.share(key)
        share = self._now.figure(key)
        before = self._comparison.share(f"{self._part.key}.{key}", share) if self._comparison else None
        return UnknownBefore(None, now.unit) if before is None else Quantity(before, share.definition.unit)

    def change_of_share(self, key: str) -> Quantity:
        """割合の前年度比("公開率"): by how many points a figure rose or fell; for the filter ポイント."""
        return self._change(self._now.share(key), self.share(key))

    def _quantity(self, table: str, column: str, row: str, group: str) -> Quantity:
        return self._now.value(table, row, column, group) if row else self._now.total(table, column)

    def _change(self, now: Quantity, before: Quantity) -> Quantity:
        if now.value is None or before.value is None:
            return UnknownBefore(None, before.unit)
        return Change(now.value - before.value, before.unit, before=before.value, texts=self._texts)


def _tables_asked_of_the_year_before(part: Part, edition: Edition) -> Iterator[str]:
    """The ids of the tables whose numbers of the year before the manuscript of a part asks for."""
    for call in Environment(autoescape=True).parse(read_text(part.manuscript)).find_all(nodes.Call):
        name, first = getattr(call.node, "name", ""), call.args[0] if call.args else None
        key = getattr(first, "value", "")
        if name in ("前年度", "前年度比"):
            yield from (table_id for table_id in (key, part.table_id(key)) if table_id in edition.tables)
        for figure in part.figures:
            if name in ("前年度の割合", "割合の前年度比") and key == figure.key:
                yield from (part.table_id(cells.table) for cells in (figure.numerator, figure.denominator) if cells)


def sentences_about_the_year_before(edition: Edition, comparison: Comparison | None) -> list[Finding]:
    """The tables of which a manuscript asks for the year before, where that is not known: sentences are left out."""
    return [
        Finding("N725", Place(table=table_id))
        for part in edition.parts
        for table_id in dict.fromkeys(_tables_asked_of_the_year_before(part, edition))
        if comparison is None or not comparison.compares(table_id)
    ]
