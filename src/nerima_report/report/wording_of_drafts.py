"""The manuscript of a year in which somebody's part is missing: no number of it is said as if it were whole.

Such a number carries ※, and a share of such numbers is unknown. A sentence that says which row is the largest is left
out, and a choice that turns on such a number is not made, neither way; the part says what it left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nerima_report.edition.tables import DONE
from nerima_report.places import CellKey
from nerima_report.report.wording import PROVISIONAL, Quantity
from nerima_report.report.wording_of_records import CautiousWording, Uncertain


class ProvisionalQuantity(Uncertain):
    """A number (件, 人) as far as it is there, or a share of such numbers, which is unknown."""

    def __bool__(self) -> bool:
        return bool(self.value) or super().__bool__()  # what is there already can only grow

    def shown_in(self, unit: str) -> str:
        """The number as printed, with its mark."""
        return f"{super().shown_in(unit)}{'' if self.value is None else PROVISIONAL}"

    @property
    def shown_by_kind(self) -> str:
        """The places by their kinds, with the mark."""
        return f"{super().shown_by_kind}{PROVISIONAL}"


class DraftWording(CautiousWording):
    """What the manuscript of a part may ask for, where somebody's part of it is missing."""

    def total(self, table: str, column: str) -> Quantity:
        """合計("内容別", "件数"): the sum of what there is of a column."""
        quantity = super().total(table, column)
        table_id, definition = self._count_table(table)
        return self._so_far(quantity, table, definition.keys_of_total(table_id, column))

    def value(self, table: str, row: str, column: str, group: str = "") -> Quantity:
        """値("処理状況", "取下げ", "件数"): what there is of one cell."""
        quantity = super().value(table, row, column, group)
        return self._so_far(quantity, table, [CellKey(self._count_table(table)[0], group, row, column)])

    def share(self, key: str) -> Quantity:
        """割合("公開率"): a figure in %; unknown where somebody's part of its numbers is missing."""
        quantity = super().share(key)
        if quantity.value is not None or not quantity.computable:
            return quantity
        table = self.figure(key).definition.denominator.table
        return ProvisionalQuantity(None, quantity.unit, name=quantity.name, about=table, asked=self._asked)

    def of_rank(self, table: str, column: str, rank: str, group: str = "") -> tuple[str, ...]:
        """順位("内容別", "件数", "2"): the row with that count; nothing is said while a part is missing."""
        rows = super().of_rank(table, column, rank, group)
        table_id, definition = self._count_table(table)
        keys = [key for key in definition.keys(table_id, column) if group in ("", key.group)]
        return self._undecided(table) if self._totals.misses(keys) else rows

    def entries(self, table: str) -> Quantity:
        """事例数("事務処理ミス"): how many entries a list-like table has so far."""
        quantity = super().entries(table)
        if self._part.table_id(table) not in self._totals.incomplete_lists:
            return quantity
        return self._provisional(quantity, quantity.value, table)

    def places_done(self, table: str) -> Quantity:
        """行った所("点検"): those (か所) of whom it is known so far."""
        quantity = super().places_done(table)
        if not self._totals.misses(self._keys_of_places(table, DONE)):
            return quantity
        return replace(self._provisional(quantity, quantity.value, table), by_kind=quantity.by_kind)

    def _counted(self, table: str, keys: Sequence[CellKey], unit: str) -> Quantity:
        return self._so_far(super()._counted(table, keys, unit), table, keys)

    def _so_far(self, quantity: Quantity, table: str, keys: Iterable[CellKey]) -> Quantity:
        keys = list(keys)
        if not self._totals.misses(keys):
            return quantity
        return self._provisional(quantity, self._totals.so_far(keys), table)

    def _provisional(self, quantity: Quantity, value: object, table: str) -> Quantity:
        known = value if isinstance(value, int) else None
        return ProvisionalQuantity(known, quantity.unit, name=quantity.name, about=table, asked=self._asked)
