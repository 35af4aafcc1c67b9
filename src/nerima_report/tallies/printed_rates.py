"""Shares as they were printed, beside what the published numbers give: each by the rule of the year that printed it.

The rule is that of figures.toml unless the year says otherwise: other rows, and the digits that it printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.entries import RATES
from nerima_report.edition.part import Part
from nerima_report.edition.tables import Cells, Figure
from nerima_report.findings import Finding, shown_fact
from nerima_report.places import Place
from nerima_report.tallies.figures import Share, compute_share
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.totals import Totals
from nerima_report.text import asked, likely, plain

FIELDS = ("割合", "値", "分子", "分母", "除いた行")  # of the sheet, and in Japanese of the columns of a CSV
NO_ROWS = "なし"
_RATE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,4})?)[%％]?")


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


def rates_in(tallies: Tallies) -> Iterator[PrintedRate]:
    """The printed shares that were typed into a workbook; what is left blank there is a finding of its own."""
    for entry in tallies.entries.get(RATES, ()):
        if entry["割合"] is None or entry["値"] is None:
            continue
        yield PrintedRate({name: str(entry[name] or "") for name in FIELDS}, entry.place)


def read_rates(
    rates: Sequence[PrintedRate], edition: Edition, totals: Totals
) -> tuple[dict[str, PrintedShare], list[Finding]]:
    """The printed shares by name (公開.公開率), and what is wrong with what was typed in.

    `edition` is narrowed to the year, and its tables to the rows that the year published.
    """
    shares: dict[str, PrintedShare] = {}
    findings: list[Finding] = []
    places: dict[str, Place] = {}
    for rate in rates:
        reader = _Reader(rate, edition)
        name, definition = reader.figure(), None
        if name is not None and name in places:
            place = replace(rate.place("割合"), row=name, column="値")
            findings.append(Finding("N236", place, related=(places[name],)))
        elif name is not None:
            places[name] = rate.place("割合")
            definition = reader.definition(name)
        findings += reader.findings
        if name is None or definition is None or reader.findings:
            continue
        share = compute_share(definition, edition.part_of(name), totals)
        printed = Decimal(reader.value)
        shares[name] = PrintedShare(replace(share, value=printed, rounded=printed), share.value)
        if share.value is not None and share.value != printed:
            part = edition.part_of(name)
            place = replace(rate.place("値"), table=part.table_id(definition.denominator.table))
            findings.append(rate_differs(name, printed, share.value, (share.numerator, share.denominator), place))
    return shares, findings


def rate_differs(
    name: str, printed: Decimal, recomputed: Decimal, numbers: tuple[int | None, int | None], place: Place
) -> Finding:
    """That a printed share is not what its numbers (numerator and denominator) give.

    The difference is in steps of its last digit.
    """
    steps = (printed - recomputed).scaleb(-int(printed.as_tuple().exponent))
    where = replace(place, group="", row=name.partition(".")[2], column="")
    numerator, denominator = map(shown_fact, numbers)
    details = {"about": name, "what": f"{denominator} のうちの {numerator}"}
    return Finding("N716", where, str(recomputed), str(printed), int(steps), details=details)


class _Reader:
    """Reads what was typed in of a printed share by the names of the definitions."""

    def __init__(self, rate: PrintedRate, edition: Edition) -> None:
        self.rate, self.edition = rate, edition
        self.findings: list[Finding] = []
        self.value = ""

    def figure(self) -> str | None:
        """The name of the share (公開.公開率); its key is enough where no other part has the same."""
        names = [f"{part.key}.{figure.key}" for part in self.edition.parts for figure in part.figures]
        same = [name for name in names if plain(self.rate["割合"]) in (plain(name), plain(name.partition(".")[2]))]
        if len(same) == 1:
            return same[0]
        self._ask("割合", self.rate["割合"], names, "名前")
        return None

    def definition(self, name: str) -> Figure:
        """The rule by which the year computed the share, with the digits that it printed."""
        part = self.edition.part_of(name)
        figure = next(figure for figure in part.figures if figure.key == name.partition(".")[2])
        match = _RATE.fullmatch(plain(self.rate["値"]))
        self.value = match[1] if match else ""
        if not match:
            self._ask("値", self.rate["値"], ())
        own: dict[str, object] = {"digits": len(self.value.partition(".")[2])}
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


def _names(text: str, labels: Sequence[str]) -> list[str]:
    """The names in a text, between which 、 stands; a label may itself have one."""
    if plain(text) in map(plain, labels):
        return [text]
    return [name for name in re.split("[、,，]", text) if name.strip()]
