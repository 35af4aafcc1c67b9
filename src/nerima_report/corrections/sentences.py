"""Changes in sentences: which cell gets which number, what stands there now, which slip it may have been."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nerima_report.corrections.linear_system import SystemCell
from nerima_report.corrections.ranking import Ranked, Ranking
from nerima_report.edition import Edition
from nerima_report.edition.catalogue import ranges
from nerima_report.edition.definition import fill
from nerima_report.findings import SuggestedCell, Suggestion, shown_fact
from nerima_report.places import Place
from nerima_report.tallies.cell_values import LARGEST_COUNT

MOST_NAMED = 6  # cells or ranges of cells between which nothing decides


class Sentences:
    """The changes of the cells of a system in the words of corrections.toml."""

    def __init__(self, edition: Edition, ranking: Ranking) -> None:
        self.words = edition.corrections.words
        self._most = edition.corrections.most
        self._slips = edition.corrections.by_kind
        self._columns = {table_id: table.columns for table_id, table in edition.count_tables.items()}
        self._ranking, self._whole = ranking, edition.words.whole
        self._cells = ranking.system.cells
        self._one_file = len({cell.place.file for cell in self._cells}) == 1

    def suggestion(self, ranked: Ranked, checks: str) -> Suggestion:
        """A change, with what it makes agree (`checks`)."""
        cells = tuple(self._suggested(ranked, number, checks) for number in ranked.values)
        return Suggestion(cells, ranked.reason, self._sentence(ranked, checks))

    def likely(self, ranked: Sequence[Ranked]) -> int:
        """How many changes, from the first, are told as likely: none that nothing tells apart from the next.

        Where a slip explains two cells or more, no others are that none explains.
        """
        several = len(ranked[0].values) > 1 and ranked[0].reason
        for number, one in enumerate(ranked[: self._most]):
            if (several and not one.reason) or any(map(one.is_as_likely_as, ranked[number + 1 : number + 2])):
                return number
        return min(len(ranked), self._most)

    def alike(self, ranked: Sequence[Ranked]) -> list[int]:
        """The cells of which one is wrong, where nothing tells the likeliest apart: these first, then the others."""
        if len(ranked) < 2 or not ranked[0].is_as_likely_as(ranked[1]):
            return []
        cells = sorted((not one.is_as_likely_as(ranked[0]), cell) for one in ranked for cell in one.values)
        return list(dict.fromkeys(cell for _, cell in cells))

    def remarks(self, ranked: Sequence[Ranked]) -> Iterator[str]:
        """That several changes are equally likely, and that there are more than are told."""
        if alike := self.alike(ranked):
            yield fill(self.words.equally, {"場所": self._names(alike)})
        elif left := len(ranked) - self.likely(ranked):
            yield fill(self.words.more, {"数": f"{left:,}"})

    def revised(self, cells: Iterable[int]) -> str:
        """Which of some cells were changed since an earlier submission; '' where none was."""
        changed = [cell for cell in sorted(cells) if self._ranking.said_earlier(cell) is not None][: self._most]
        texts = (
            f"{self._name(self._cells[cell])}は{fill(self.words.now, {'今': self._found(cell)})}" for cell in changed
        )
        return fill(self.words.revised, {"変更": "、".join(texts)}) if changed else ""

    def _sentence(self, ranked: Ranked, checks: str) -> str:
        numbers = list(ranked.values)
        facts = {"検算": checks, "理由": self._because(ranked, numbers)}
        if ranked.change.kind == "exchanged-columns":
            sides = {"場所": self._range(numbers[::2]), "隣": self._range(numbers[1::2])}
            return fill(self.words.exchanged, facts | sides)
        if ranked.change.kind == "shifted-rows":
            way = self.words.up if numbers[0] < numbers[-1] else self.words.down
            rows = sorted(numbers)
            end = {"端": self._name(self._cells[numbers[-1]]), "数": shown_fact(ranked.values[numbers[-1]])}
            return fill(self.words.shifted, facts | end | {"場所": self._range(rows), "向き": way})
        changes = (self._change(ranked, number) for number in numbers)
        now = self._now(ranked, numbers)
        return fill(self.words.sentence, {"直し": "、".join(changes), "検算": checks, "今": now})

    def _change(self, ranked: Ranked, number: int) -> str:
        return fill(self.words.one_cell, {"場所": self._name(self._cells[number]), "数": self._number(ranked, number)})

    def _suggested(self, ranked: Ranked, number: int, checks: str) -> SuggestedCell:
        cell = self._cells[number]
        least, most = self._bounds(ranked, number)
        facts = {"数": self._number(ranked, number), "検算": checks, "今": self._now(ranked, [number])}
        sentence = self.words.here if len(ranked.values) == 1 else self.words.here_together
        value = ranked.values[number]
        return SuggestedCell(
            cell.place, cell.typed, value, least, None if most == LARGEST_COUNT else most, fill(sentence, facts)
        )

    def _bounds(self, ranked: Ranked, number: int) -> tuple[int, int]:
        """The least and the largest possible number of a cell."""
        base, slope = ranked.change.line.cells[number]
        if slope == 0:
            return base, base
        ranges = ranked.change.numbers.ranges
        ends = sorted((base + slope * ranges[0][0], base + slope * ranges[-1][1]))
        return ends[0], ends[1]

    def _number(self, ranked: Ranked, number: int) -> str:
        """63; or 6 以上 where many numbers are possible and no slip selects one."""
        least, most = self._bounds(ranked, number)
        value = shown_fact(ranked.values[number])
        whole = len(ranked.values) == len(ranked.change.numbers.ranges) == 1
        if least == most or ranked.reason or not whole:
            return value
        if most == LARGEST_COUNT:
            return fill(self.words.at_least, {"数": shown_fact(least)})
        if least == self._cells[number].least:
            return fill(self.words.at_most, {"数": shown_fact(most)})
        return fill(self.words.between, {"数": shown_fact(least), "終わり": shown_fact(most)})

    def _now(self, ranked: Ranked, numbers: Sequence[int]) -> str:
        typed = "と ".join(f"{self._found(number)} " for number in numbers).rstrip()
        because = self._because(ranked, numbers)
        return fill(self.words.now_because if because else self.words.now, {"今": typed, "理由": because})

    def _found(self, number: int) -> str:
        """What stands in a cell, and what the earlier submission said if it was changed since."""
        found, earlier = self._cells[number].typed or self.words.blank, self._ranking.said_earlier(number)
        return found if earlier is None else fill(self.words.earlier, {"今": found, "前": shown_fact(int(earlier))})

    def _because(self, ranked: Ranked, numbers: Sequence[int]) -> str:
        """What the slips of some cells are called; '' where there is none."""
        by_cell = ranked.kinds or dict.fromkeys(numbers, ranked.reason)
        kinds = dict.fromkeys(by_cell.get(number, "") for number in numbers)
        return "と".join(self._slips[kind].words for kind in kinds if kind)

    def _name(self, cell: SystemCell) -> str:
        """公開.処理状況「部分公開」（B6）, with the column where there are several, and whose it is in the ward."""
        place = cell.place
        name = f"{place.group} {place.row}".strip()
        row = f"の{place.column}の{name}" if cell.is_total else f"「{name}」"
        columns = self._columns.get(place.table)  # a register has none that are counts
        several = not cell.is_total and (columns is None or len(columns) > 1)
        return f"{self._owner(cell)}{place.table}{row}{f'の{place.column}' if several else ''}（{place.spot}）"

    def _names(self, numbers: Iterable[int]) -> str:
        """公開.決定期間 B5〜B9、公開.処理状況 B5; with the file where there are several."""
        places = [self._cells[number].place for number in numbers]
        names = ranges(places, Place(file=places[0].file if self._one_file else ""))
        return "、".join(names[:MOST_NAMED]) + ("など" if len(names) > MOST_NAMED else "")

    def _range(self, numbers: Sequence[int]) -> str:
        """公開.請求者の請求者数（B5〜B8）."""
        first, last = (self._cells[number] for number in (numbers[0], numbers[-1]))
        cells = f"（{first.place.spot}〜{last.place.spot}）"
        return f"{self._owner(first)}{first.place.table}の{first.place.column}{cells}"

    def _owner(self, cell: SystemCell) -> str:
        if self._one_file:
            return ""
        return f"{cell.owner}の集計の" if cell.owner == self._whole else f"{cell.owner}の"
