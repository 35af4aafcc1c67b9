"""Shares as they were printed, beside what the published numbers give: each by the rule of the year that printed it.

The rule is that of figures.toml (of tables.toml for a column of shares) unless the year says otherwise: other rows,
another rounding, and the digits that it printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.definition import ROUNDING_NAMES, Rounding
from nerima_report.edition.entries import NEVER_WHOLE, RATES, UNITS_OF_RATES
from nerima_report.edition.figures import Figure
from nerima_report.edition.links import Cells
from nerima_report.edition.part import Part
from nerima_report.edition.tables import CountTable, RateColumn, Row
from nerima_report.findings import Finding, shown_fact
from nerima_report.places import CellKey, Place
from nerima_report.tallies.figures import Share, compute_share, never_whole, percentage, row_share
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.totals import PrintedValue, Totals
from nerima_report.text import asked, likely, plain

# Of the sheet, and in Japanese of the columns of a CSV.
RULES = ("分子", "分母", "除いた行", "丸め方", "100%と0%", "単位", "けた")
FIELDS = ("割合", "区分", "行", "値", *RULES)
NO_ROWS = "なし"
_NO_SHARE = ("-", "－", "―", "—", "…")  # printed where there is nothing to divide by
_MOST_DIGITS = 4
_MOST_WAYS = 3  # rules that are named because they would give the printed value
_RATE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,4})?)([%‰割]?)")


@dataclass(frozen=True)
class PrintedRate:
    """What somebody typed in of a printed share: texts by the names of `FIELDS`, '' where they say nothing.

    `place` gives the place of a field.
    """

    texts: Mapping[str, str]
    place: Callable[[str], Place]

    def __getitem__(self, field: str) -> str:
        """What stands in a field."""
        return self.texts.get(field, "")


class PrintedShare(NamedTuple):
    """A share with the value that was printed, and what the published numbers give (None: they are not known)."""

    share: Share
    recomputed: Decimal | None


@dataclass
class PrintedRates:
    """The printed shares by name (公開.公開率), those in columns of shares by cell, and what is wrong with them."""

    shares: dict[str, PrintedShare] = field(default_factory=dict)
    cells: dict[CellKey, PrintedValue] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def rates_in(tallies: Tallies) -> Iterator[PrintedRate]:
    """The printed shares that were typed into a workbook; what is left blank there is a finding of its own."""
    for entry in tallies.entries.get(RATES, ()):
        if entry["割合"] is None or entry["値"] is None:
            continue
        yield PrintedRate({name: str(entry[name] or "") for name in FIELDS}, entry.place)


def read_rates(rates: Sequence[PrintedRate], edition: Edition, totals: Totals) -> PrintedRates:
    """Read the printed shares, and hold each against the published numbers.

    `edition` is narrowed to the year, and its tables to the rows that the year published.
    """
    read = PrintedRates()
    places: dict[tuple[str, ...], Place] = {}
    for rate in rates:
        reader = _Reader(rate, edition, totals)
        name = reader.name()
        key = reader.cell(name) if name.count(".") > 1 else None
        if name and not reader.findings:
            same = tuple(key or [name])
            place = rate.place("割合")
            if same in places:
                where = replace(place, row=key.row if key else name, column=key.column if key else "値")
                read.findings.append(Finding("N236", where, related=(places[same],)))
                continue
            places[same] = place
            if key:
                reader.read_cell(key, read)
            else:
                reader.read_share(name, read)
        read.findings += reader.findings
    return read


class Difference(NamedTuple):
    """A printed share beside what its numbers (numerator and denominator) give, and the rules that would give it."""

    printed: Decimal
    recomputed: Decimal
    numbers: tuple[int | None, int | None]
    ways: Iterable[str] = ()


def rate_differs(name: str, difference: Difference, place: Place) -> Finding:
    """That a printed share is not what its numbers give. The difference is in steps of its last digit."""
    printed, recomputed, numbers, ways = difference
    steps = (printed - recomputed).scaleb(-int(printed.as_tuple().exponent))
    numerator, denominator = map(shown_fact, numbers)
    likely_ways = "".join(f"「{way}」" for way in list(dict.fromkeys(ways))[:_MOST_WAYS])
    hint = f"{likely_ways}なら一致します。" if likely_ways else ""
    details = {"about": name, "what": f"{denominator} のうちの {numerator}", "likely": hint}
    return Finding("N716", place, str(recomputed), str(printed), int(steps), details=details)


def cell_differs(key: CellKey, total: str, difference: Difference, place: Place) -> Finding:
    """The same of a share in a column of shares; `total` is the label of the total row."""
    row = key.row or total
    where = replace(place, table=key.table, group=key.group, row=row, column=key.column)
    return rate_differs(" ".join(filter(None, (f"{key.table}.{key.column}", key.group, row))), difference, where)


def other_roundings(
    printed: Decimal, numbers: tuple[int | None, int | None], rounding: Rounding, *, whole: bool = True
) -> Iterator[str]:
    """The names of the other ways of rounding that give the printed value; `whole`: that what is rounded may be 100."""
    numerator, denominator = numbers
    digits = -int(printed.as_tuple().exponent)
    if numerator is None or not denominator:
        return
    for own, name in ROUNDING_NAMES.items():
        if own != rounding and percentage(numerator, denominator, digits, own) == printed:
            yield name
    rounded = percentage(numerator, denominator, digits, rounding)
    if rounded == printed and not whole:
        yield "端数があっても100%や0%とする"
    if rounded is not None and rounded != printed == never_whole(rounded, numerator, denominator):
        yield "端数があれば100%や0%としない"


class _Reader:
    """Reads what was typed in of a printed share by the names of the definitions."""

    def __init__(self, rate: PrintedRate, edition: Edition, totals: Totals) -> None:
        self.rate, self.edition, self.totals = rate, edition, totals
        self.findings: list[Finding] = []

    def name(self) -> str:
        """The name of the share (公開.公開率), or of a column of shares (公開.処理状況.構成比); '' where it is none.

        Its key is enough where no other part has the same.
        """
        names = self.edition.names_of_rates
        same = [name for name in names if plain(self.rate["割合"]) in (plain(name), plain(name.partition(".")[2]))]
        if len(same) == 1:
            return same[0]
        self._ask("割合", self.rate["割合"], names, "名前")
        return ""

    def cell(self, name: str) -> CellKey:
        """The cell of a column of shares; without a row that of the total."""
        table_id, _, column = name.rpartition(".")
        table = self.edition.count_tables[table_id]
        row, group = (plain(self.rate[name]) for name in ("行", "区分"))
        if table.total and row == plain(table.total) and not group:
            return CellKey(table_id, "", "", column)
        named = [one for one in table.rows if plain(one.label) == row]
        if not named:
            self._ask("行", self.rate["行"], [one.label for one in table.rows])
            return CellKey(table_id, "", "", column)
        known = [one for one in named if plain(one.group) == group]
        if not known:
            self._ask("区分", self.rate["区分"], [one.group for one in named])
        return (known or named)[0].key(table_id, column)

    def read_share(self, name: str, read: PrintedRates) -> None:
        """Hold a share that stands in the text against the numbers."""
        part = self.edition.part_of(name)
        figure = next(figure for figure in part.figures if figure.key == name.partition(".")[2])
        printed = self._printed()
        definition = self._rule(figure, part, printed or Decimal(0))
        if printed is None or self.findings:
            return
        share = compute_share(definition, part, self.totals)
        read.shares[name] = PrintedShare(replace(share, value=printed, rounded=printed), share.value)
        if share.value is None or share.value == printed:
            return
        numbers = share.numerator, share.denominator

        def fits(other: Figure) -> bool:
            share = compute_share(other, part, self.totals)
            return share.value == printed and share.numerator != share.denominator  # over itself it is always 100 %

        few, more = (_other_denominators(definition, part, several) for several in (1, 2))
        ways = [
            *other_roundings(printed, numbers, definition.rounding, whole=not definition.never_whole),
            *(words for words, other in few if fits(other)),
        ]
        ways = ways or [words for words, other in more if fits(other)]  # what needs fewer changes is likelier
        place = replace(self.rate.place("値"), table=part.table_id(definition.denominator.table))
        place = replace(place, group="", row=name.partition(".")[2], column="")
        read.findings.append(rate_differs(name, Difference(printed, share.value, numbers, ways), place))

    def read_cell(self, key: CellKey, read: PrintedRates) -> None:
        """Hold a share in a column of shares against the numbers of its row."""
        table = self.edition.count_tables[key.table]
        row = table.row(key.group, key.row)
        column = next(rate for rate in table.rates if rate.label == key.column)
        for name in ("分子", "分母", "除いた行"):
            if self.rate[name]:
                self._ask(name, self.rate[name], ())
        if plain(self.rate["値"]) in _NO_SHARE and row_share(key.table, table, column, self.totals, row).value is None:
            return
        printed = self._printed()
        if printed is None or self.findings:
            return
        column = column.model_copy(update=self._rounding(printed))
        share = row_share(key.table, table, column, self.totals, row)
        read.cells[key] = PrintedValue(printed, share.value)
        if share.value is None or share.value == printed:
            return
        numbers = share.numerator, share.denominator
        ways = [
            *other_roundings(printed, numbers, column.rounding, whole=not column.never_whole),
            *(
                words
                for words, tried, other in _other_bases(column, table, row)
                if row_share(key.table, tried, other, self.totals, row).value == printed
            ),
        ]
        difference = Difference(printed, share.value, numbers, ways)
        read.findings.append(cell_differs(key, table.total, difference, self.rate.place("値")))

    def _printed(self) -> Decimal | None:
        """The printed value in %, with its digits; None, with a finding, where it is none."""
        match = _RATE.fullmatch(plain(self.rate["値"]))
        unit = plain(self.rate["単位"]) or (match[2] if match else "") or "%"
        if not match or (match[2] and match[2] != unit):
            self._ask("値", self.rate["値"], ())
            return None
        if unit not in UNITS_OF_RATES:
            self._ask("単位", self.rate["単位"], UNITS_OF_RATES)
            return None
        number, digits = Decimal(match[1]), plain(self.rate["けた"])
        if digits:
            if not digits.isdecimal() or not -int(number.as_tuple().exponent) <= int(digits) <= _MOST_DIGITS:
                self._ask("けた", self.rate["けた"], ())
                return None
            number = number.quantize(Decimal(1).scaleb(-int(digits)))
        number = number.scaleb(UNITS_OF_RATES[unit])
        if not 0 <= -int(number.as_tuple().exponent) <= _MOST_DIGITS:
            self._ask("値", self.rate["値"], ())
            return None
        return number

    def _rounding(self, printed: Decimal) -> dict[str, object]:
        """What the year says of its rounding, and the digits that it printed."""
        own: dict[str, object] = {"digits": -int(printed.as_tuple().exponent)}
        if text := self.rate["丸め方"]:
            names = {name: rounding for rounding, name in ROUNDING_NAMES.items()}
            own["rounding"] = names.get(plain(text).replace("切り", "切"))
            if own["rounding"] is None:
                self._ask("丸め方", text, names)
        if text := self.rate["100%と0%"]:
            own["never_whole"] = NEVER_WHOLE.get(text)
            if own["never_whole"] is None:
                self._ask("100%と0%", text, NEVER_WHOLE)
        return own

    def _rule(self, figure: Figure, part: Part, printed: Decimal) -> Figure:
        """The rule by which the year computed the share, with the digits that it printed."""
        for name in ("区分", "行"):
            if self.rate[name]:
                self._ask(name, self.rate[name], ())
        own = self._rounding(printed)
        if figure.numerator is not None:
            own["numerator"] = self._cells("分子", part, figure.numerator)
        elif self.rate["分子"]:
            self._ask("分子", self.rate["分子"], ())
        own["denominator"] = self._cells("分母", part, figure.denominator)
        if self.rate["除いた行"]:
            rows = part.count_table(figure.denominator.table)[1].rows
            own["excluded"] = self._labels("除いた行", [row.label for row in rows])
        return figure.model_copy(update=own)

    def _cells(self, field: str, part: Part, cells: Cells) -> Cells:
        """The cells with the rows, or the columns, that a field names; as they are where it says nothing."""
        text, table = self.rate[field], part.count_table(cells.table)[1]
        if not text:
            return cells
        columns = [column.label for column in table.columns]
        if {plain(name) for name in _names(text, columns)} <= {plain(label) for label in columns}:
            return cells.model_copy(update={"column": "", "columns": self._labels(field, columns)})
        return cells.model_copy(update={"rows": self._labels(field, [row.label for row in table.rows])})

    def _labels(self, field: str, labels: Sequence[str]) -> tuple[str, ...]:
        """The labels that a field names."""
        text, known = self.rate[field], {plain(label): label for label in labels}
        if plain(text) == NO_ROWS:
            return ()
        names = _names(text, labels)
        for name in names:
            if plain(name) not in known:
                self._ask(field, name, labels)
        return tuple(known.get(plain(name), name) for name in names)

    def _ask(self, field: str, text: str, candidates: Iterable[str], what: str = "") -> None:
        """Note that what stands in a field cannot be understood."""
        suggestion = likely(text, candidates)
        details = {"what": what or field, "about": text or "空欄", "likely": asked(suggestion)}
        self.findings.append(Finding("N241", self.rate.place(field), suggestion or None, text, details=details))


def _other_denominators(figure: Figure, part: Part, several: int) -> Iterator[tuple[str, Figure]]:
    """The share over so many more, or fewer, rows or columns than it has; in words what is another.

    What stands above the line is never taken away below it.
    """
    of, above = figure.denominator, figure.numerator
    table = part.count_table(of.table)[1]
    kept = {*above.rows, *above.column_labels} if above and above.table == of.table else set()
    if several > 1 and figure.excluded:
        yield "何も除かない分母", figure.model_copy(update={"excluded": ()})
    rows = [label for label in dict.fromkeys(row.label for row in table.counted_rows) if label not in kept]
    if not of.rows:
        for own in combinations(rows, several):
            excluded = [label for label in figure.excluded if label not in own]
            excluded += [label for label in own if label not in figure.excluded]
            yield _in_words(own, figure.excluded), figure.model_copy(update={"excluded": tuple(excluded)})
    unit = {column.label: column.unit for column in table.columns}
    same = [label for label in unit if unit[label] == unit.get(of.column_labels[0])]
    for own in combinations([label for label in same if label not in kept], several):
        left = [label for label in of.column_labels if label not in own]
        left += [label for label in own if label not in of.column_labels]
        sets = {f"分母は{'と'.join(left)}": left}
        if several == 1:
            sets |= {f"分母は{own[0]}": list(own)}
        for words, columns in sets.items():
            if columns and set(columns) != set(of.column_labels):
                other = of.model_copy(update={"column": "", "columns": tuple(columns)})
                yield words, figure.model_copy(update={"denominator": other})


def _in_words(own: Sequence[str], excluded: Sequence[str]) -> str:
    more = [label for label in own if label not in excluded]
    fewer = [label for label in own if label in excluded]
    words = [f"{'と'.join(more)}も除く"] if more else []
    words += [f"{'と'.join(fewer)}を除かない"] if fewer else []
    return "、".join(words) + "分母"


def _other_bases(rate: RateColumn, table: CountTable, row: Row | None) -> Iterator[tuple[str, CountTable, RateColumn]]:
    """A column of shares over another denominator, in words, and the table with the rows that it adds up."""
    for one in table.counted_rows if rate.of else ():
        if one != row:
            yield f"{one.label}を除く分母", _without(table, one), rate
    own = rate.denominator
    for column in table.columns if own else ():
        left = tuple(label for label in own if label != column.label)
        more = () if column.label in own else (column.label,)
        if column.label not in rate.numerator:
            for below in filter(None, ((*left, *more), more)):
                if below != own:
                    yield f"分母は{'と'.join(below)}", table, rate.model_copy(update={"denominator": below})


def _without(table: CountTable, row: Row) -> CountTable:
    return table.model_copy(update={"rows": tuple(one for one in table.rows if one != row)})


def _names(text: str, labels: Sequence[str]) -> list[str]:
    """The names in a text, between which 、 stands; a label may itself have one."""
    if plain(text) in map(plain, labels):
        return [text]
    return [name for name in re.split("[、,，]", text) if name.strip()]
