"""3xx and 5xx: what an entry of a register deserves: dates, persons, conditions, no double, and what it says of others.

Required fields, choices and readable dates are those of every list (cells.py), and so is what must not be printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from nerima_report.checks.evidence import Evidence
from nerima_report.findings import Finding, Place
from nerima_report.fiscal_year import full_date, full_name
from nerima_report.layout import EntryLayout, plain
from nerima_report.part import Part
from nerima_report.registers.definition import (
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
    Feeds,
    Register,
)
from nerima_report.registers.entry import first_day, last_day
from nerima_report.tallies import LocatedTable, each_entry

# How alike two entries must be for a question, in percent; the rest of what they say counts as much as the name.
LEAST_LIKENESS = 92
_NEIGHBOURS = 3  # entries next to each other in the order of their names that are compared

# The date that an answer is about, and what else it says of number and end.
_DATE_OF = {NEW: REGISTERED, ALTERED: CHANGED, OVER: ENDED}

Row = Mapping[str, object]


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


def handed_registers(evidence: Evidence) -> Iterator[Handed]:
    """The registers that workbooks hold, one by one."""
    for table_id, register in evidence.edition.registers.items():
        part = evidence.edition.part_of(table_id)
        for located in evidence.tallies.located:
            if located.table_id == table_id:
                rows = evidence.tallies.entries_of_files.get((table_id, located.submission.file), [])
                yield Handed(part, register, located, rows)


def dates_are_in_order(evidence: Evidence) -> Iterator[Finding]:
    """Registered, changed, ended follow each other, and so do the pairs that the register names."""
    for handed in handed_registers(evidence):
        for row in handed.rows:
            told = [label for label in DATES if isinstance(row[label], date)]
            for first, then in (*pairwise(told), *handed.register.in_order):
                earlier, later = row[first], row[then]
                if isinstance(earlier, date) and isinstance(later, date) and earlier > later:
                    related, about = (handed.place(row, first),), {"left": first, "right": then}
                    days = full_date(earlier), full_date(later)
                    yield Finding("N330", handed.place(row, then), *days, related=related, details=about)


def dates_lie_in_the_year(evidence: Evidence) -> Iterator[Finding]:
    """What began, changed or ended in the year has its date in the year; nothing has one after it."""
    for handed in handed_registers(evidence):
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


def answers_fit_the_entries(evidence: Evidence) -> Iterator[Finding]:
    """What goes on has a number and no end, what is new has none, and what was there before began before the year."""
    for handed in handed_registers(evidence):
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


def persons_reach_the_threshold(evidence: Evidence) -> Iterator[Finding]:
    """An entry has at least as many persons as the law asks for, and one that ended because it had not, has fewer."""
    for handed in handed_registers(evidence):
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


def conditions_are_met(evidence: Evidence) -> Iterator[Finding]:
    """No condition or measure that the article asks for is answered by something else than expected."""
    for handed in handed_registers(evidence):
        asked = [field for field in handed.register.written if field.expected]
        for row in handed.rows if asked else ():
            for field in asked:
                if row[field.label] is not None and row[field.label] not in field.expected and row[ENDED] is None:
                    about = {"about": field.article, "title": field.item or field.label}
                    expected = "、".join(field.expected)
                    yield Finding(
                        "N335", handed.place(row, field.label), expected, str(row[field.label]), details=about
                    )


def numbers_stand_once(evidence: Evidence) -> Iterator[Finding]:
    """No number stands twice in a register of a workbook."""
    for handed in handed_registers(evidence):
        first: dict[str, Row] = {}
        for row in handed.rows:
            number = plain(row[NUMBER] or "")
            if number and number in first:
                related = (handed.place(first[number], NUMBER),)
                yield Finding("N336", handed.place(row, NUMBER), found=number, related=related)
            elif number:
                first[number] = row


def entries_stand_once(evidence: Evidence) -> Iterator[Finding]:
    """No two running entries say the same; those that say nearly the same are asked about."""
    for handed in handed_registers(evidence):
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
    texts = [" ".join(plain(row[label]) for label in labels if row[label] is not None) for row in rows]
    found: set[int] = set()
    for key in (lambda n: names[n], lambda n: names[n][::-1]):
        order = sorted(range(len(rows)), key=key)
        for place, number in enumerate(order):
            for other in order[place + 1 : place + 1 + _NEIGHBOURS]:
                first, then = sorted((number, other))
                if then in found or not names[first] or not names[then]:
                    continue
                alike = fuzz.ratio(names[first], names[then], score_cutoff=LEAST_LIKENESS)
                if alike and fuzz.ratio(texts[first], texts[then], score_cutoff=LEAST_LIKENESS):
                    found.add(then)
                    yield rows[then], rows[first]


def ended_entries_are_not_used(evidence: Evidence) -> Iterator[Finding]:
    """What came to its end before the year, by its own dates, does not go on as if it had not."""
    first = first_day(evidence.fiscal_year)
    for handed in handed_registers(evidence):
        ends = handed.register.ends
        for row in handed.rows if ends else ():
            day = row[ends]
            if isinstance(day, date) and day < first and row[ENDED] is None:
                related = (handed.place(row, ANSWER),)
                yield Finding("N339", handed.place(row, ends), full_date(first), full_date(day), related=related,
                              details={"label": ends})  # fmt: skip


def numbers_agree_with_registers(evidence: Evidence) -> Iterator[Finding]:
    """A number that a 課 wrote itself is the one that its register makes."""
    for tally in evidence.tallies.register_tallies:
        said = tally.cell.value if tally.cell.reading.status == "reported" else None
        if tally.cell.reading.status == "not applicable":
            said = 0
        if said is not None and said != tally.value:
            related = (tally.register.place(),)
            difference = said - tally.value
            yield Finding("N530", tally.cell.place, tally.value, said, difference, related,
                          {"title": tally.register.table_id})  # fmt: skip


def works_that_ended_are_not_named(evidence: Evidence) -> Iterator[Finding]:
    """No running entry names a work of the same 課 that has ended, and does not go on under the same name."""
    handed = {(h.located.submission.file, h.register.key): h for h in handed_registers(evidence)}
    for (file, _), own in handed.items():
        for reference in own.register.refers:
            works = handed.get((file, reference.register_key))
            if works is None:
                continue
            names = {True: dict[str, Row](), False: dict[str, Row]()}
            for row in works.rows:
                names[row[ENDED] is None].setdefault(plain(row[works.register.name] or ""), row)
            for row in own.rows:
                name = plain(row[reference.field] or "")
                work = names[False].get(name)
                if work is not None and name not in names[True] and row[ENDED] is None:
                    related = (works.place(work, ENDED),)
                    found = str(row[reference.field])
                    yield Finding("N531", own.place(row, reference.field), found=found, related=related,
                                  details={"title": works.register.title})  # fmt: skip


def contractors_are_registered(evidence: Evidence) -> Iterator[Finding]:
    """A 課 with an incident of a contractor has work done by others: an entry, a case, or at least a number."""
    for part in evidence.edition.parts:
        rule = part.incidents
        if rule is None:
            continue
        incidents = evidence.tallies.entries[part.table_id(rule.table)]
        entrusting = {str(file) for file in evidence.tallies.entries[part.table_id(rule.register_key)]["file"]}
        entrusting |= _files_with_cases(evidence, part, rule.cases)
        counted = (part.table_id(rule.row_of), rule.row)
        entrusting |= {c.place.file for c in evidence.tallies.cells if (c.key.table, c.key.row) == counted and c.value}
        located = {t.submission.file: t for t in evidence.tallies.located if t.table_id == part.table_id(rule.table)}
        for entry in each_entry(incidents[incidents[rule.field].isin(rule.answers)]):
            where = located[str(entry["file"])]
            if str(entry["file"]) not in entrusting and isinstance(where.layout, EntryLayout):
                place = where.place((int(entry["row"]), where.layout.columns[rule.field]), column=rule.field)
                details = {"title": part.table_id(rule.register_key)}
                yield Finding("N532", place, found=str(entry[rule.field]), details=details)


def cases_stand_in_one_place(evidence: Evidence) -> Iterator[Finding]:
    """A case that stands in a register does not stand in the list as well: it would count twice."""
    for handed in handed_registers(evidence):
        feeds = handed.register.feeds
        if feeds is None or not handed.rows:
            continue
        table_id, file = handed.part.table_id(feeds.table), handed.located.submission.file
        lists = [t for t in evidence.tallies.located if t.table_id == table_id and t.submission.file == file]
        listed = _listed(evidence, table_id, (file, lists[0].sheets if lists else ()), feeds)
        names = {plain(row[handed.register.name] or ""): row for row in handed.rows}
        for entry in listed:
            same = names.get(plain(entry.get(handed.register.name) or ""))
            if same is not None and isinstance(lists[0].layout, EntryLayout):
                position = (int(str(entry["row"])), lists[0].layout.columns[handed.register.name])
                related = (handed.place(same, handed.register.name),)
                place = lists[0].place(position, column=handed.register.name)
                yield Finding("N533", place, found=str(entry[handed.register.name]), related=related,
                              details={"title": handed.located.table_id})  # fmt: skip


def _listed(evidence: Evidence, table_id: str, where: tuple[str, Sequence[str]], feeds: Feeds) -> list[Row]:
    """The entries of a list that stand on its own sheet and say what the register says of all of its own."""
    file, sheets = where
    frame = evidence.tallies.entries[table_id]
    own = frame[(frame["file"] == file) & frame["sheet"].isin(sheets)]
    rows = each_entry(own)
    return [row for row in rows if all(row[label] == value for label, value in feeds.values.items())]


def _files_with_cases(evidence: Evidence, part: Part, cases: Feeds | None) -> set[str]:
    if cases is None:
        return set()
    frame = evidence.tallies.entries[part.table_id(cases.table)]
    for label, value in cases.values.items():
        frame = frame[frame[label] == value]
    return {str(file) for file in frame["file"]}


def _at_least(value: object, day: date) -> bool:
    return isinstance(value, date) and value >= day


REGISTER_CHECKS = (
    dates_are_in_order,
    dates_lie_in_the_year,
    answers_fit_the_entries,
    persons_reach_the_threshold,
    conditions_are_met,
    numbers_stand_once,
    entries_stand_once,
    ended_entries_are_not_used,
    numbers_agree_with_registers,
    works_that_ended_are_not_named,
    contractors_are_registered,
    cases_stand_in_one_place,
)
