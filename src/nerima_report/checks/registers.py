"""3xx: checks on single entries of a register: its dates, the answer of the 課, enough persons, no entry twice.

Required fields, choices and readable dates are those of every list (cells.py), and so are measures and days that are
due (duties.py), and what must not be printed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from nerima_report.checks.duties import dates_out_of_order
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
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.model import Entry
from nerima_report.text import plain

# How alike two entries must be for a question, in percent; the rest of what they say counts as much as the name.
LEAST_LIKENESS = 92
_NUMBERS = re.compile(r"[\d一二三四五六七八九十]+")
MOST_NAMED = 5  # 課 that a message names
_NEIGHBOURS = 3  # entries next to each other in the order of their names that are compared

# The date that an answer is about, and what else it says of number and end.
_DATE_OF = {NEW: REGISTERED, ALTERED: CHANGED, OVER: ENDED}


def dates_are_in_order(collection: Collection) -> Iterator[Finding]:
    """Registered, changed, ended follow each other."""
    for submitted in collection.registers:
        for entry in submitted.entries:
            told = [label for label in DATES if isinstance(entry[label], date)]
            yield from dates_out_of_order(entry, pairwise(told))


def dates_lie_in_the_year(collection: Collection) -> Iterator[Finding]:
    """What began, changed or ended in the year has its date in the year; nothing has one after it."""
    for submitted in collection.registers:
        first, last = first_day(collection.fiscal_year), last_day(collection.fiscal_year)
        for entry in submitted.entries:
            asked = _DATE_OF.get(str(entry[ANSWER]))
            for label in DATES:
                day = entry[label]
                outside = isinstance(day, date) and (day > last or (label == asked and day < first))
                if isinstance(day, date) and outside:
                    about = {"what": str(entry[ANSWER] or "")}
                    year = full_name(collection.fiscal_year)
                    yield Finding("N331", entry.place(label), year, full_date(day), details=about)


def answers_fit_the_entries(collection: Collection) -> Iterator[Finding]:
    """What goes on has a number and no end, what is new has none, and what was there before began before the year."""
    for submitted in collection.registers:
        for entry in submitted.entries:
            answer, number = entry[ANSWER], entry[NUMBER]
            reason = ""
            if answer in (AS_BEFORE, ALTERED) and entry[ENDED] is not None:
                reason = f"{ENDED}が書いてあります"
            elif answer in (AS_BEFORE, ALTERED, OVER) and not number:
                reason = f"{NUMBER}がありません"
            elif answer in (NEW, TAKEN_OVER) and number:
                reason = f"{NUMBER}があります"
            elif answer == TAKEN_OVER and _at_least(entry[REGISTERED], first_day(collection.fiscal_year)):
                reason = f"{REGISTERED}が年度の中です"
            if reason:
                yield Finding("N332", entry.place(ANSWER), found=str(answer), details={"why": reason})


def persons_reach_the_threshold(collection: Collection) -> Iterator[Finding]:
    """An entry has at least as many persons as the law asks for, and one that ended because it had not, has fewer."""
    for submitted in collection.registers:
        threshold = submitted.register.threshold
        limit = submitted.part.definition.setting(threshold.setting) if threshold else None
        for entry in submitted.entries if threshold and limit else ():
            persons = entry[threshold.field] if threshold else None
            if not isinstance(persons, int) or threshold is None or limit is None:
                continue
            small = bool(threshold.because) and entry[threshold.reason] == threshold.because
            if persons < limit.value and entry[ENDED] is None:
                yield Finding("N333", entry.place(threshold.field), limit.value, persons,
                              details={"about": limit.basis})  # fmt: skip
            elif persons >= limit.value and small:
                related = (entry.place(threshold.reason),)
                yield Finding("N334", entry.place(threshold.field), limit.value, persons, related=related,
                              details={"about": limit.basis})  # fmt: skip


def numbers_stand_once(collection: Collection) -> Iterator[Finding]:
    """No number stands twice in a register of a workbook."""
    for submitted in collection.registers:
        first: dict[str, Entry] = {}
        for entry in submitted.entries:
            number = plain(entry[NUMBER] or "")
            if number and number in first:
                related = (first[number].place(NUMBER),)
                yield Finding("N336", entry.place(NUMBER), found=number, related=related)
            elif number:
                first[number] = entry


def entries_stand_once(collection: Collection) -> Iterator[Finding]:
    """No two running entries say the same; those that say nearly the same are asked about."""
    for submitted in collection.registers:
        running = [entry for entry in submitted.entries if entry[ENDED] is None]
        labels = [field.label for field in submitted.register.written if not field.yearly]
        first: dict[tuple[object, ...], Entry] = {}
        single = []
        for entry in running:
            said = tuple(entry[label] for label in labels)
            if said in first:
                related = (first[said].place(submitted.register.name),)
                yield Finding("N337", entry.place(submitted.register.name), related=related)
            else:
                first[said] = entry
                single.append(entry)
        for entry, other in _nearly_the_same(submitted.register, labels, single):
            related = (other.place(submitted.register.name),)
            found = str(entry[submitted.register.name])
            yield Finding("N338", entry.place(submitted.register.name), str(other[submitted.register.name]), found,
                          related=related)  # fmt: skip


def entries_belong_to_one_section(collection: Collection) -> Iterator[Finding]:
    """No two 課 register the same: a running entry of the same name that says nothing else in what both fill in."""
    for register in collection.edition.registers.values():
        asked = [field.label for field in register.written if field.required and not field.yearly]
        alike: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
        for submitted in collection.registers:
            for entry in submitted.entries if submitted.register is register else ():
                if entry[register.name] and entry[ENDED] is None:
                    alike[tuple(plain(entry[label]) for label in asked)].append(entry)
        found = [finding for entries in alike.values() for finding in _registered_by_several(register, entries)]
        names = Counter((finding.place.section, finding.place.row) for finding in found)
        for finding in found:  # several of one name are told apart by their cells
            place = finding.place
            alone = names[place.section, place.row] == 1
            yield finding if alone else replace(finding, place=replace(place, row=""))


def _registered_by_several(register: Register, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Said once for all 課 that have the same, at the entry of the second; its name is the row, to be explained by."""
    while entries:
        first_of: dict[str, Entry] = {}
        for entry in entries:
            if _agree(register, entries[0], entry):
                first_of.setdefault(entry.section, entry)
        if len(first_of) > 1:
            first, again, *more = first_of.values()
            others = [first, *more]
            related = tuple(entry.place(register.name) for entry in others)
            name, about = str(again[register.name]), "、".join(entry.section for entry in others[:MOST_NAMED])
            about += "など" if len(others) > MOST_NAMED else ""
            yield Finding("N342", again.place(register.name, name), found=name, difference=len(others),
                          related=related, details={"about": about})  # fmt: skip
        entries = [entry for entry in entries if not _agree(register, entries[0], entry)]


def _agree(register: Register, one: Entry, other: Entry) -> bool:
    """Whether two entries say the same wherever both say something, apart from what is said anew each year."""
    labels = [field.label for field in register.written if not field.yearly]
    return all(None in (one[label], other[label]) or plain(one[label]) == plain(other[label]) for label in labels)


def _nearly_the_same(
    register: Register, labels: Sequence[str], entries: Sequence[Entry]
) -> Iterator[tuple[Entry, Entry]]:
    """Pairs of entries that are alike in name and in all they say, each later one once.

    Only neighbours in the order of the names, forwards and backwards, are compared: alike names nearly always
    share their beginning or their end, and the work grows with the number of entries, not with its square.
    """
    from rapidfuzz import fuzz

    names = [plain(entry[register.name] or "") for entry in entries]
    unnumbered = [_NUMBERS.sub("", name) for name in names]
    found: set[int] = set()
    for first, then in _neighbours(names):
        renumbered = names[first] != names[then] and unnumbered[first] == unnumbered[then]  # 第1号 and 第2号 are two
        if then in found or renumbered or not (names[first] and names[then]):
            continue
        if fuzz.ratio(names[first], names[then], score_cutoff=LEAST_LIKENESS):
            texts = (_text(entries[number], labels) for number in (first, then))
            if fuzz.ratio(*texts, score_cutoff=LEAST_LIKENESS):
                found.add(then)
                yield entries[then], entries[first]


def _neighbours(names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of names that stand near each other when they are sorted, the earlier place first."""
    for key in (lambda place: names[place], lambda place: names[place][::-1]):
        order = sorted(range(len(names)), key=key)
        for distance in range(1, _NEIGHBOURS + 1):
            for one, other in zip(order, order[distance:], strict=False):
                yield min(one, other), max(one, other)


def _text(entry: Entry, labels: Sequence[str]) -> str:
    return " ".join(plain(entry[label]) for label in labels if entry[label] is not None)


def ended_entries_are_not_used(collection: Collection) -> Iterator[Finding]:
    """What came to its end before the year, by its own dates, does not go on as if it had not."""
    first = first_day(collection.fiscal_year)
    for submitted in collection.registers:
        ends = submitted.register.ends
        for entry in submitted.entries if ends else ():
            day = entry[ends]
            if isinstance(day, date) and day < first and entry[ENDED] is None:
                related = (entry.place(ANSWER),)
                yield Finding("N339", entry.place(ends), full_date(first), full_date(day), related=related,
                              details={"label": ends})  # fmt: skip


def _at_least(value: object, day: date) -> bool:
    return isinstance(value, date) and value >= day


ENTRY_CHECKS: tuple[Callable[[Collection], Iterator[Finding]], ...] = (
    dates_are_in_order,
    dates_lie_in_the_year,
    answers_fit_the_entries,
    persons_reach_the_threshold,
    numbers_stand_once,
    entries_stand_once,
    entries_belong_to_one_section,
    ended_entries_are_not_used,
)


def entries_deserve_their_place(collection: Collection) -> Iterator[Finding]:
    """Each entry of a register by itself, and beside the others of its register."""
    checks = ENTRY_CHECKS if collection.registers else ()  # without a workbook there is no year
    return (finding for check in checks for finding in check(collection))
