"""The manuscript of a year of which only its record is known: nothing is said that the record does not say.

A sentence that needs a number which was not published is left out; a choice ({% if %}) that depends on one is
not made, neither way; and the part says at its end what was left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from jinja2 import nodes

from nerima_report.edition.definition import placeholders_in
from nerima_report.edition.links import Cells
from nerima_report.edition.part import Part
from nerima_report.places import CellKey
from nerima_report.report.blocks import Table
from nerima_report.report.wording import PLACES, UNPUBLISHED, PartWording, Quantity, Wording
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.figures import unpublished_count

# The function that every choice asks first. A manuscript has no reason to have a name like this.
_KNOWN = "nerima_is_known"
ResolveTable = Callable[[str], Sequence[Table]]


@dataclass(frozen=True, eq=False)
class Uncertain(Quantity):
    """A number on which no choice may rest: who asks whether it is zero is noted in `asked`.

    `about` is the key of its table.
    """

    about: str = ""
    asked: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        self.asked.append(self.about)
        return True


class Unpublished(Uncertain):
    """A number that the record lacks: it prints the mark that takes its sentence away."""

    def shown_in(self, unit: str) -> str:
        """The mark, in any unit."""
        return UNPUBLISHED

    @property
    def shown_by_kind(self) -> str:
        """The mark."""
        return UNPUBLISHED


class CautiousWording(PartWording):
    """What the manuscript of a part may ask for, where some numbers are uncertain; what this left out has a name."""

    def __init__(self, part: Part, collection: Collection) -> None:
        super().__init__(part, collection)
        self._asked: list[str] = []
        self._left_out: set[str] = set()

    @property
    def left_out(self) -> list[str]:
        """The names of what was asked for and left out, in the order of definition."""
        whole = {**self._part.tables, **self._collection.edition.count_tables}
        tables = [(key, table.title) for key, table in whole.items() if key in self._left_out]
        return [key if placeholders_in(title) else title for key, title in tables]

    def names(self) -> dict[str, Callable[..., object]]:
        """The functions by the names that the manuscript uses."""
        return {**super().names(), _KNOWN: self._is_known}

    def _is_known(self, condition: object) -> bool:
        """Whether a choice rests on numbers that are certain."""
        bool(condition)
        known = not self._asked
        self._left_out.update(self._asked)
        self._asked.clear()
        return known

    def _leave_out(self, key: str) -> Unpublished:
        self._left_out.add(key)
        return Unpublished(None, "", about=key, asked=self._asked)

    def _undecided(self, table: str) -> tuple[str, ...]:
        """The mark instead of rows of which nothing can be said."""
        self._leave_out(table)
        return (Wording(UNPUBLISHED),)

    def rows_of_share(self, key: str) -> tuple[str, ...]:
        """割合の行("区政一般の割合"): the rows of the numerator; nothing is said of a largest row that is not known."""
        figure = self.figure(key)
        if figure.definition.numerator is None and figure.value is None and figure.denominator != 0:
            return self._undecided(figure.definition.denominator.table)
        return super().rows_of_share(key)

    def value_of_rank(self, table: str, column: str, rank: str, group: str = "") -> Quantity:
        """順位の値("内容別", "件数", "2"): that count; left out where nothing can be said of the rows."""
        if UNPUBLISHED in self.of_rank(table, column, rank, group):
            return self._leave_out(table)
        return super().value_of_rank(table, column, rank, group)


class RetoldWording(CautiousWording):
    """What the manuscript of a part may ask for, where some of it was not published."""

    _missing: frozenset[str] = frozenset()

    def without(self, missing: frozenset[str], resolve: ResolveTable) -> ResolveTable:
        """The printed tables, of which those that are `missing` (by id) are left out."""
        self._missing = missing

        def told(key: str) -> Sequence[Table]:
            if self._part.table_id(key) not in missing:
                return resolve(key)
            self._leave_out(key)
            return ()

        return told

    def total(self, table: str, column: str) -> Quantity:
        """合計("内容別", "件数"): the sum of what was published of a column."""
        is_printed = CellKey(self.table_id(table), "", "", column) in self._totals.printed
        if self._lacks(table, column) and not is_printed:
            return self._leave_out(table)
        return self._told(super().total(table, column), table)

    def value(self, table: str, row: str, column: str, group: str = "") -> Quantity:
        """値("処理状況", "取下げ", "件数"): one cell."""
        key = CellKey(self._count_table(table)[0], group, row, column)
        if self._totals.values.get(key, 0) is None or self._lacks(table, column):
            return self._leave_out(table)
        return super().value(table, row, column, group)

    def share(self, key: str) -> Quantity:
        """割合("公開率"): a figure in %."""
        quantity = super().share(key)
        return self._told(quantity, self.figure(key).definition.denominator.table) if quantity.computable else quantity

    def of_rank(self, table: str, column: str, rank: str, group: str = "") -> tuple[str, ...]:
        """順位("内容別", "件数", "2"): the row with that count."""
        if self._lacks(table, column):
            return self._undecided(table)
        rows = super().of_rank(table, column, rank, group)
        return rows if rows or not self._unpublished_count(table, column) else self._undecided(table)

    def _sum(self, table: str, column: str, group: str, rows: Sequence[str]) -> Quantity:
        if self._lacks(table, column) or self._lacks_rows(table, column, group, rows):
            return self._leave_out(table)
        return super()._sum(table, column, group, rows)

    def _counted(self, table: str, keys: Sequence[CellKey], unit: str) -> Quantity:
        return self._told(super()._counted(table, keys, unit), table)

    def unused_groups(self, table: str) -> list[str]:
        """実績のない区分("処理状況"): of a table that was not published nothing is known."""
        return [] if self.table_id(table) in self._missing else super().unused_groups(table)

    def entries(self, table: str) -> Quantity:
        """事例数("事務処理ミス"): how many entries a list-like table has."""
        if self._part.table_id(table) in self._missing:
            return self._leave_out(table)
        return super().entries(table)

    def places_asked(self, table: str) -> Quantity:
        """求めた所("点検"): the places (か所) that were asked for a list."""
        return self._told_places(super().places_asked(table), table)

    def places_done(self, table: str) -> Quantity:
        """行った所("点検"): those of them (か所) that did what it is about."""
        return self._told_places(super().places_done(table), table)

    def is_collected(self, table: str) -> bool:
        """集めた("不開示の理由"): whether the record has numbers of a table."""
        return self._count_table(table)[0] not in self._missing

    def _told_places(self, quantity: Quantity, table: str) -> Quantity:
        return replace(self._leave_out(table), unit=PLACES) if quantity.value is None else quantity

    def _lacks(self, table: str, column: str) -> bool:
        """Whether no row of a column was published; False where there is no such column at all.

        A table by 実施機関, 部 or 課 that was not published has neither rows nor groups.
        """
        if self.table_id(table) in self._missing:
            return True
        own = [v for k, v in self._totals.values.items() if (k.table, k.column) == (self.table_id(table), column)]
        return bool(own) and all(value is None for value in own)

    def _lacks_rows(self, table: str, column: str, group: str, rows: Sequence[str]) -> bool:
        """Whether one of the named rows was not published; or, as the total shows, one of all rows, or of a group."""
        table_id = self.table_id(table)
        own = [key for key in self._totals.values if (key.table, key.column) == (table_id, column)]
        asked = [key for key in own if group in ("", key.group) and (not rows or key.row in rows)]
        partly = any(self._totals.values[key] is None for key in asked)
        return partly and bool(rows or self._unpublished_count(table, column))

    def _unpublished_count(self, table: str, column: str) -> int:
        table_id, definition = self._count_table(table)
        part = self._collection.edition.part_of(table_id)
        return unpublished_count(self._totals, part, Cells(table=definition.key, column=column))

    def _told(self, quantity: Quantity, table: str) -> Quantity:
        return self._leave_out(table) if quantity.value is None else quantity


def ask_first(manuscript: nodes.Template) -> None:
    """Put before every choice of a parsed manuscript the question whether it can be made at all.

    Where {% if %} cannot be made nothing is said; where 「A if … else B」 cannot, its sentence is left out.
    """
    for inline in list(manuscript.find_all(nodes.CondExpr)):
        chosen = nodes.CondExpr(inline.test, inline.expr1, inline.expr2, lineno=inline.lineno)
        known = nodes.Name(_KNOWN, "load", lineno=inline.lineno)
        inline.test = nodes.Call(known, [inline.test], [], None, None, lineno=inline.lineno)
        inline.expr1, inline.expr2 = chosen, nodes.Const(UNPUBLISHED, lineno=inline.lineno)
    for choice in list(manuscript.find_all(nodes.If)):
        otherwise = choice.else_
        for other in reversed(choice.elif_):
            otherwise = [nodes.If(other.test, other.body, [], otherwise, lineno=other.lineno)]
        made = nodes.If(choice.test, choice.body, [], otherwise, lineno=choice.lineno)
        known = nodes.Name(_KNOWN, "load", lineno=choice.lineno)
        choice.test = nodes.Call(known, [choice.test], [], None, None, lineno=choice.lineno)
        choice.body, choice.elif_, choice.else_ = [made], [], []
    if manuscript.environment is not None:
        manuscript.set_environment(manuscript.environment)
