"""3xx: what an entry of a register deserves: dates in order and in the year, enough persons, conditions, no double.

Required fields, choices and readable dates are those of every list (cells.py), and so is what must not be printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from nerima_report.edition.part import Part
from nerima_report.edition.registers import (
    ALTERED,
    ANSWER,
    AS_BEFORE,
    CHANGED,
    DATES,
    ENDED,
    NEW,
    NUMBER,
    OVER,
    REGISTERED,
    TAKEN_OVER,
    Register,
)
from nerima_report.findings import Finding
from nerima_report.fiscal_year import first_day, full_date, full_name, last_day
from nerima_report.places import Place
from nerima_report.tallies.evidence import Evidence
from nerima_report.tallies.layout import EntryLayout
from nerima_report.tallies.model import LocatedTable
from nerima_report.text import plain

# How alike two entries must be for a question, in percent; the rest of what they say counts as much as the name.
LEAST_LIKENESS = 92
_NUMBERS = re.compile(r"[\d一二三四五六七八九十]+")
_NEIGHBOURS = 3  # entries next to each other in the order of their names that are compared

# The date that an answer is about, and what else it says of number and end.
_DATE_OF = {NEW: REGISTERED, ALTERED: CHANGED, OVER: ENDED}

Row = Mapping[str, object]  # an entry by label of field, with section, file, sheet and row


@dataclass(frozen=True)
class Handed:
    """The register of one workbook: its definition, where it stands, and its entries."""

    part: Part
    register: Register
    located: LocatedTable
    rows: Sequence[Row]

    def place(self, row: Row, label: str) -> Place:
        """The cell of a field of an entry; without a cell where its heading was left out."""
        columns = self.located.layout.columns if isinstance(self.located.layout, EntryLayout) else {}
        position = (int(str(row["row"])), columns[label]) if label in columns else None
        return self.located.place(position, column=label)


Registers = Sequence[Handed]
RegisterCheck = Callable[[Evidence, Registers], Iterator[Finding]]


def registers_in(evidence: Evidence) -> Iterator[Handed]:
    """The registers that workbooks hold, one by one."""
    for located in evidence.tallies.located:
        register = evidence.edition.registers.get(located.table_id)
        if register is not None:
            rows = evidence.register_rows.get((located.table_id, located.submission.file), ())
            yield Handed(evidence.edition.part_of(located.table_id), register, located, rows)


def dates_are_in_order(evidence: Evidence, registers: Registers) -> Iterator[Finding]:
    """Registered, changed, ended follow each other, and so do the pairs that the register names."""
    for handed in registers:
        for row in handed.rows:
            told = [label for label in DATES if isinstance(row[label], date)]
            for first, then in (*pairwise(told), *handed.register.in_order):
                earlier, later = row[first], row[then]
                if isinstance(earlier, date) and isinstance(later, date) and earlier > later:
                    related, about = (handed.place(row, first),), {"left": first, "right": then}
                    days = full_date(earlier), full_date(later)
                    yield Finding("N330", handed.place(row, then), *days, related=related, details=about)


def dates_lie_in_the_year(evidence: Evidence, registers: Registers) -> Iterator[Finding]:
    """What began, changed or ended in the year has its date in the year; nothing has one after it."""
    for handed in registers:
        first, last = first_day(evidence.fiscal_year), last_day(evidence.fiscal_year)
        for row in handed.rows:
            asked = _DATE_OF.get(str(row[ANSWER]))
            for label in DATES:
                day = row[label]
                outside = isinstance(day, date) and (day > last or (label == asked and day < first))
                if isinstance(day, date) and outside:
                    about = {"what": str(row[ANSWER] or "")}
                    year = full_name(evidence.fiscal_year)
                    yield Finding("N331", handed.place(row, label), year, full_date(day), details=about)


def answers_fit_the_entries(evidence: Evidence, registers: Registers) -> Iterator[Finding]:
    """What goes on has a number and no end, what is new has none, and what was there before began before the year."""
    for handed in registers:
        for row in handed.rows:
            answer, number = row[ANSWER], row[NUMBER]
            reason = ""
            if answer in (AS_BEFORE, ALTERED) and row[ENDED] is not None:
                reason = f"{ENDED}が書いてあります"
            elif answer in (AS_BEFORE, ALTERED, OVER) and not number:
                reason = f"{NUMBER}がありません"
            elif answer in (NEW, TAKEN_OVER) and number:
                reason = f"{NUMBER}があります"
            elif answer == TAKEN_OVER and _at_least(row[REGISTERED], first_day(evidence.fiscal_year)):
                reason = f"{REGISTERED}が年度の中です"
            if reason:
                yield Finding("N332", handed.place(row, ANSWER), found=str(answer), details={"why": reason})


def persons_reach_the_threshold(evidence: Evidence, registers: Registers) -> Iterator[Finding]:
    """An entry has at least as many persons as the law asks for, and one that ended because it had not, has fewer."""
    for handed in registers:
        threshold = handed.register.threshold
        limit = handed.part.definition.setting(threshold.setting) if threshold else None
        for row in handed.rows if threshold and limit else ():
            persons = row[threshold.field] if threshold else None
            if not isinstance(persons, int) or threshold is None or limit is None:
                continue
            small = bool(threshold.because) and row[threshold.reason] == threshold.because
            if persons < limit.value and row[ENDED] is None:
                yield Finding("N333", handed.place(row, threshold.field), limit.value, persons,
                              details={"about": limit.basis})  # fmt: skip
            elif persons >= limit.value and small:
                related = (handed.place(row, threshold.reason),)
                yield Finding("N334", handed.place(row, threshold.field), limit.value, persons, related=related,
                              details={"about": limit.basis})  # fmt: skip


def conditions_are_met(evidence: Evidence, registers: Registers) -> Iterator[Finding]:
    """No condition or measure that the article asks for is answered by something else than expected."""
    for handed in registers:
        asked = [field for field in handed.register.written if field.expected]
        for row in handed.rows if asked else ():
            for field in asked:
                if row[field.label] is not None and row[field.label] not in field.expected and row[ENDED] is None:
                    about = {"about": field.article, "title": field.item or field.label}
                    expected = "、".join(field.expected)
                    yield Finding(
                        "N335", handed.place(row, field.label), expected, str(row[field.label]), details=about
                    )


def numbers_stand_once(evidence: Evidence, registers: Registers) -> Iterator[Finding]:
    """No number stands twice in a register of a workbook."""
    for handed in registers:
        first: dict[str, Row] = {}
        for row in handed.rows:
            number = plain(row[NUMBER] or "")
            if number and number in first:
                related = (handed.place(first[number], NUMBER),)
                yield Finding("N336", handed.place(row, NUMBER), found=number, related=related)
            elif number:
                first[number] = row


def entries_stand_once(evidence: Evidence, registers: Registers) -> Iterator[Finding]:
    """No two running entries say the same; those that say nearly the same are asked about."""
    for handed in registers:
        rows = [row for row in handed.rows if row[ENDED] is None]
        labels = [field.label for field in handed.register.written if not field.yearly]
        first: dict[tuple[object, ...], Row] = {}
        single = []
        for row in rows:
            said = tuple(row[label] for label in labels)
            if said in first:
                related = (handed.place(first[said], handed.register.name),)
                yield Finding("N337", handed.place(row, handed.register.name), related=related)
            else:
                first[said] = row
                single.append(row)
        for row, other in _nearly_the_same(handed.register, labels, single):
            related = (handed.place(other, handed.register.name),)
            found = str(row[handed.register.name])
            yield Finding("N338", handed.place(row, handed.register.name), str(other[handed.register.name]), found,
                          related=related)  # fmt: skip


def _nearly_the_same(register: Register, labels: Sequence[str], rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Pairs of entries that are alike in name and in all they say, each later row once.

    Only neighbours in the order of the names, forwards and backwards, are compared: alike names nearly always
    share their beginning or their end, and the work grows with the number of entries, not with its square.
    """
    from rapidfuzz import fuzz

    names = [plain(row[register.name] or "") for row in rows]
    unnumbered = [_NUMBERS.sub("", name) for name in names]
    found: set[int] = set()
    for first, then in _neighbours(names):
        renumbered = names[first] != names[then] and unnumbered[first] == unnumbered[then]  # 第1号 and 第2号 are two
        if then in found or renumbered or not (names[first] and names[then]):
            continue
        if fuzz.ratio(names[first], names[then], score_cutoff=LEAST_LIKENESS):
            texts = (_text(rows[number], labels) for number in (first, then))
            if fuzz.ratio(*texts, score_cutoff=LEAST_LIKENESS):
                found.add(then)
                yield rows[then], rows[first]


def _neighbours(names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of names that stand near each other when they are sorted, the earlier place first."""
    for key in (lambda place: names[place], lambda place: names[place][::-1]):
        order = sorted(range(len(names)), key=key)
        for distance in range(1, _NEIGHBOURS + 1):
            for one, other in zip(order, order[distance:], strict=False):
                yield min(one, other), max(one, other)


def _text(row: Row, labels: Sequence[str]) -> str:
    return " ".join(plain(row[label]) for label in labels if row[label] is not None)


def ended_entries_are_not_used(evidence: Evidence, registers: Registers) -> Iterator[Finding]:
    """What came to its end before the year, by its own dates, does not go on as if it had not."""
    first = first_day(evidence.fiscal_year)
    for handed in registers:
        ends = handed.register.ends
        for row in handed.rows if ends else ():
            day = row[ends]
            if isinstance(day, date) and day < first and row[ENDED] is None:
                related = (handed.place(row, ANSWER),)
                yield Finding("N339", handed.place(row, ends), full_date(first), full_date(day), related=related,
                              details={"label": ends})  # fmt: skip


def _at_least(value: object, day: date) -> bool:
    return isinstance(value, date) and value >= day


ENTRY_CHECKS: tuple[RegisterCheck, ...] = (
    dates_are_in_order,
    dates_lie_in_the_year,
    answers_fit_the_entries,
    persons_reach_the_threshold,
    conditions_are_met,
    numbers_stand_once,
    entries_stand_once,
    ended_entries_are_not_used,
)


def entries_deserve_their_place(evidence: Evidence) -> Iterator[Finding]:
    """Each entry of a register by itself, and beside the others of its register."""
    registers = tuple(registers_in(evidence))
    checks = ENTRY_CHECKS if registers else ()  # where no workbook could be read there is no year to ask about
    return (finding for check in checks for finding in check(evidence, registers))
