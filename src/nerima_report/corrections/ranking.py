"""The possible changes by likelihood: by the kind of slip, then by the numbers of the year before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from math import lgamma, log

from nerima_report.corrections.linear_system import System
from nerima_report.corrections.search import Change
from nerima_report.corrections.slips import numbers_meant
from nerima_report.edition.texts import CorrectionsDefinition
from nerima_report.places import CellKey, Place
from nerima_report.workbooks import Position, position_of

MINUS_SIGNS = ("-", "−", "－", "△", "▲")
Before = Mapping[str, Mapping[CellKey, int]]  # what each 課 (and 区全体) reported for the year before
Earlier = Mapping[str, Mapping[CellKey, float]]  # by file: what the submission said that it replaces


@dataclass(frozen=True)
class Ranked:
    """A change with its likeliest new numbers, and the kind of slip that explains them ('' for none).

    `kinds` are the slips of the cells, `reason` is the heaviest of them and `weight` their weight. `support` says
    how well the year before fits. `revision` is 1 if the cells were changed since an earlier submission, and 2 if they
    get their earlier numbers back. Changes with the same revision, weight and support are equally likely; `commonness`
    (small numbers are more common than large ones) only puts them in an order.
    """

    change: Change
    values: Mapping[int, int]
    reason: str
    weight: int
    support: float = 0.0
    commonness: float = 0.0
    kinds: Mapping[int, str] = field(default_factory=dict)
    revision: int = 0

    def is_as_likely_as(self, other: Ranked) -> bool:
        """Whether nothing known about these cells makes one of two changes likelier."""
        return self.likelihood[:-1] == other.likelihood[:-1]

    @property
    def likelihood(self) -> tuple[int, int, float, float]:
        """The sort key of changes, the likeliest last."""
        return self.revision, self.weight, self.support, self.commonness


@dataclass(frozen=True)
class Ranking:
    """Ranks the changes of a system by the definition of slips and by what was reported the year before."""

    system: System
    definition: CorrectionsDefinition
    before: Before
    earlier: Earlier = field(default_factory=dict)

    def ranked(self, changes: Sequence[Change]) -> list[Ranked]:
        """The changes, the likeliest first.

        Of equally likely ones the last comes first: people repeat what they have just typed, not what follows.
        """
        known = (change for change in changes if not change.kind or change.kind in self.definition.by_kind)
        ranked = sorted((self._likeliest(change) for change in known), key=lambda one: one.likelihood)
        return ranked[::-1]

    def _likeliest(self, change: Change) -> Ranked:
        """A change with the likeliest of its possible numbers: one that a slip turns into what was typed.

        Where several such numbers are equally likely, the slip is given as a reason for none of them.
        """
        if change.kind:
            number = change.numbers.nearest(0)
            return self._whole(change, change.line.at(number), change.kind)
        judged = [self._judged(change, number) for number in self._numbers(change)]
        best = max(judged, key=lambda one: one.likelihood)
        others = (one for one in judged if one.values != best.values)
        return replace(best, reason="", kinds={}) if any(one.is_as_likely_as(best) for one in others) else best

    def _numbers(self, change: Change) -> Iterator[int]:
        """The numbers t to be judged: the one nearest to the typed value, and those that a slip turns into it.

        The number of an earlier submission is judged as well.
        """
        if (only := change.numbers.only) is not None:
            yield only
            return
        for cell, (base, slope) in change.line.cells.items():
            if slope:
                typed = self._typed(cell)
                yield change.numbers.nearest((typed - base) // slope)
                earlier = self.said_earlier(cell)
                meant = [*self._meant(typed), *([] if earlier is None else [int(earlier)])]
                numbers = ((number - base) // slope for number in meant)
                yield from (number for number in numbers if number in change.numbers)

    def _judged(self, change: Change, number: int) -> Ranked:
        values = dict(sorted(change.line.at(number).items()))
        if kind := self._exchange(values):
            return self._whole(change, values, kind)
        slips = {cell: self._slip(cell, value) for cell, value in values.items() if not self._follows(cell, values)}
        weight = sum(weight for _, weight in slips.values())
        kinds = {cell: kind for cell, (kind, _) in slips.items()} if all(kind for kind, _ in slips.values()) else {}
        reason = max(slips.values(), key=lambda slip: slip[1])[0] if kinds else ""
        commonness = sum(self._commonness(cell, value) for cell, value in values.items())
        support = sum(self._support(cell, value) for cell, value in values.items())
        return Ranked(change, values, reason, weight, support, commonness, kinds, self._revision(values))

    def _follows(self, cell: int, changed: Mapping[int, int]) -> bool:
        """Whether a cell is a sum that somebody added up from a cell that is changed as well: that is no slip."""
        added_up = self.system.touching(cell)
        others = (other for other in changed if other != cell)
        return self.system.cells[cell].is_total and any(added_up & self.system.touching(other) for other in others)

    def _whole(self, change: Change, values: Mapping[int, int], kind: str) -> Ranked:
        """A change that one slip explains as a whole."""
        return Ranked(change, values, kind, self._weight(kind), revision=self._revision(values))

    def _revision(self, values: Mapping[int, int]) -> int:
        """Whether all that would be changed was changed since an earlier submission (1), and had this number (2)."""
        changed = {cell: value for cell, value in values.items() if self.system.cells[cell].value != value}
        earlier = {cell: self.said_earlier(cell) for cell in changed}
        if not changed or any(number is None for number in earlier.values()):
            return 0
        return 2 if earlier == changed else 1

    def said_earlier(self, cell: int) -> float | None:
        """What the earlier submission said, where that is another number than the one that stands there now."""
        place = self.system.cells[cell].place
        number = self.earlier.get(place.file, {}).get(_key(place))
        return None if number == self.system.cells[cell].value else number

    def _slip(self, cell: int, value: int) -> tuple[str, int]:
        """The slip that turns a number into what was typed, and how much speaks for it; ('', 0) for none.

        Where several would, corrections.toml says by which name to call it; what speaks for any of them counts.
        """
        kinds = {*self._kinds(cell, value)}
        name = next((kind for kind in self.definition.by_kind if kind in kinds), "")
        return name, max(map(self._weight, kinds), default=0)

    def _kinds(self, cell: int, value: int) -> Iterator[str]:
        now = self.system.cells[cell]
        if value and (now.value == -value or (now.typed[:1] in MINUS_SIGNS and now.typed[1:] == str(value))):
            yield "sign"
        if not isinstance(now.value, int) or now.value < 0:
            return
        yield from self._meant(now.value).get(value, ())
        if now.value and now.value in self._beside.get(cell, ()):
            yield "neighbouring-cell"
        if now.value and self._last(cell) == now.value:
            yield "last-year"

    @cached_property
    def _meant(self) -> Callable[[int], Mapping[int, tuple[str, ...]]]:
        return cache(lambda typed: numbers_meant(typed, self.definition))

    def _exchange(self, values: Mapping[int, int]) -> str:
        """Whether two cells of a row, or of a column, get each other's number."""
        if len(values) != 2:
            return ""
        one, other = (self.system.cells[cell] for cell in values)
        if one.place.file != other.place.file or list(values.values()) != [other.value, one.value]:
            return ""
        same = {"exchanged-columns": _row(one.place) == _row(other.place),
                "exchanged-rows": _column(one.place) == _column(other.place)}  # fmt: skip
        return next((kind for kind, is_so in same.items() if is_so and kind in self.definition.by_kind), "")

    def _weight(self, kind: str) -> int:
        slip = self.definition.by_kind.get(kind)
        return slip.weight if slip else 0

    def _typed(self, cell: int) -> int:
        value = self.system.cells[cell].value
        return value if isinstance(value, int) and value >= 0 else 0

    @cached_property
    def _beside(self) -> dict[int, set[object]]:
        """The values above, below, left and right of each cell."""
        grids: dict[tuple[str, str], dict[tuple[int, int], int]] = {}
        for number, cell in enumerate(self.system.cells):
            position = _position(cell.place)
            if position is not None and not cell.is_total:
                grids.setdefault((cell.place.file, cell.place.sheet), {})[position] = number
        beside: dict[int, set[object]] = {}
        for sheet in grids.values():
            for (row, column), number in sheet.items():
                around = ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
                beside[number] = {self.system.cells[sheet[place]].value for place in around if place in sheet}
        return beside

    def _last(self, cell: int) -> int | None:
        place = self.system.cells[cell].place
        return self.before.get(self.system.cells[cell].owner, {}).get(_key(place))

    def _support(self, cell: int, value: int) -> float:
        """How much better the new number fits the share that the cell had the year before than the old one.

        It is the logarithm of the ratio of both probabilities (Poisson), assuming that the rows keep their shares.
        """
        now, place = self.system.cells[cell], self.system.cells[cell].place
        column = self._columns.get((place.file, place.table, place.column), [])
        known = self.before.get(now.owner, {})
        before = {other: known.get(_key(self.system.cells[other].place)) for other in column}
        if cell not in before or not isinstance(now.value, int) or any(last is None for last in before.values()):
            return 0.0
        total = sum(self._typed(other) for other in column) - self._typed(cell) + value
        share = ((before[cell] or 0) + 0.5) / (sum(last or 0 for last in before.values()) + 0.5 * len(before))
        expected = max(share * total, 1e-9)
        return (value - now.value) * log(expected) - lgamma(value + 1) + lgamma(max(now.value, 0) + 1)

    def _commonness(self, cell: int, value: int) -> float:
        """How much more common the new number is than the old one, assuming that larger numbers are rarer."""
        return log((self._typed(cell) + 1) / (max(value, 0) + 1))

    @cached_property
    def _columns(self) -> dict[tuple[str, str, str], list[int]]:
        columns: dict[tuple[str, str, str], list[int]] = {}
        for number, cell in enumerate(self.system.cells):
            if cell.place.row and not cell.is_total:
                columns.setdefault((cell.place.file, cell.place.table, cell.place.column), []).append(number)
        return columns


def _key(place: Place) -> CellKey:
    return CellKey(place.table, place.group, place.row, place.column)


def _position(place: Place) -> Position | None:
    """The row and column of a cell; a line of a CSV has none."""
    try:
        return position_of(place.cell)
    except ValueError:
        return None


def _row(place: Place) -> tuple[str, str, str]:
    return place.table, place.group, place.row


def _column(place: Place) -> tuple[str, str]:
    return place.table, place.column
