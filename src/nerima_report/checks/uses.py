"""5xx: cases of 利用, 提供 and 委託 under the Act, after the guideline (uses.toml, guideline.toml).

Cases that continue from the ordinance need neither consultation nor committee. On who decides a 委託 the sources
say nothing, so nothing is checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from nerima_report.edition.case_rules import KindRule, UseRules
from nerima_report.edition.conditions import all_hold
from nerima_report.edition.guideline import Guideline
from nerima_report.edition.part import Part
from nerima_report.findings import Finding
from nerima_report.fiscal_year import fiscal_year_of, full_date
from nerima_report.places import CellKey, Place
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.counting import uncounted_entries
from nerima_report.tallies.model import Entry, LocatedEntries
from nerima_report.tallies.roster import RosterSection

MOST_RELATED = 20  # entries that one finding names


@dataclass(frozen=True)
class _Case:
    """A row of the list of cases, and the rule of its kind."""

    rules: UseRules
    rule: KindRule
    guideline: Guideline
    entry: Entry

    def says(self, field: str) -> Any:
        """The answer in a field, by its name in uses.toml."""
        return self.entry[getattr(self.rules.cases, field)]

    def place(self, field: str) -> Place:
        """The cell of a field."""
        return self.entry.place(getattr(self.rules.cases, field))

    @property
    def is_new(self) -> bool:
        """Whether the case began under the Act. What is not said is asked about elsewhere."""
        return self.says("continued") not in (None, self.rules.cases.continuing)

    @property
    def is_judged(self) -> bool:
        """Whether it goes through the guideline or the committee."""
        return self.is_new and self.rule.is_judged(self.says("basis"))


def uses_follow_the_guideline(collection: Collection) -> Iterator[Finding]:
    """Each case is of the kind that its bodies make it, rests on a basis of that kind, and went the way it must."""
    for case in _cases(collection):
        yield from _bodies(case)
        yield from _basis_and_type(case)
        yield from _steps(case)
        yield from _decider(case)


def entries_are_counted(collection: Collection) -> Iterator[Finding]:
    """Every entry of a list counts in a row of each table that wants it. One with an error of another kind is not told.

    The cases of a ledger have a check of their own.
    """
    uncounted = [
        (source, table_id, entry)
        for source, table_id, entry in uncounted_entries(collection.edition, collection.tallies.entries)
        if not collection.edition.is_counted_by_ledger(table_id)
    ]
    if not uncounted:
        return
    catalogue = collection.edition.catalogue
    faults = [f.place for f in uses_follow_the_guideline(collection) if catalogue.severity(f) == "error"]
    faults += [fault.place for fault in collection.tallies.entry_faults if not fault.reading.remark]
    faulty = {(place.file, place.sheet, _row(place.cell)) for place in faults}
    said = set()
    for source, table_id, entry in uncounted:
        where = (entry.file, entry.sheet, entry.row)
        if where in faulty or where in said:
            continue
        said.add(where)
        column = collection.edition.entry_tables[source].fields[0].label
        yield Finding("N510", entry.place(column), details={"about": table_id})


def inspection_knows_of_outsourcing(collection: Collection) -> Iterator[Finding]:
    """A section that has work done by others answers whether it looked at how they do it."""
    for part, rules in _ruled(collection):
        check = rules.inspection
        if check is None:
            continue
        cases = collection.tallies.entries[part.table_id(rules.cases.table)]
        entrusted = Counter(case.file for case in cases if case[rules.cases.kind] == check.kind)
        table_id = part.table_id(check.table)
        table = collection.edition.entry_tables[table_id]
        for entry in collection.tallies.entries[table_id]:
            wrong = (entry[table.lines_for], entry[check.result]) == (check.line, check.answer)
            if wrong and (number := entrusted[entry.file]):
                place = entry.place(check.result, row=check.line)
                yield Finding("N519", place, expected=check.answer, found=number)


def large_leaks_are_reported(collection: Collection) -> Iterator[Finding]:
    """An incident with more persons than the limit, of which the list says that it is not reportable."""
    for part, rules in _ruled(collection):
        leaks = rules.leaks
        limit = part.definition.setting(leaks.limit) if leaks else None
        if leaks is None or limit is None:
            continue
        table_id = part.table_id(leaks.table)
        for entry in collection.tallies.entries[table_id]:
            persons = entry[leaks.persons]
            if persons is not None and persons > limit.value and entry[leaks.report] == leaks.answer:
                place = entry.place(leaks.report)
                yield Finding("N521", place, expected=limit.value, found=persons, details={"about": leaks.answer})


def lists_agree_with_typed_numbers(collection: Collection) -> Iterator[Finding]:
    """A number that the coordinator types in is that of the entries in the list of what it counts.

    Not asked as long as a part of the list is missing, nor where no form had the list.
    """
    typed = {cell.key: cell for cell in collection.tallies.cells if cell.ward and cell.reading.status == "reported"}
    for part, rules in _ruled(collection):
        for agreement in rules.agreements:
            list_id = part.table_id(agreement.list_key)
            cell = typed.get(CellKey(part.table_id(agreement.table), "", agreement.row, agreement.column))
            there = any(located.table_id == list_id and located.found for located in collection.tallies.lists)
            if cell is None or not there or list_id in collection.totals.incomplete_lists:
                continue
            counted = [
                entry
                for entry in collection.tallies.entries[list_id]
                if all_hold(agreement.where, entry.values) and _lies_in(entry[agreement.day], collection.fiscal_year)
            ]
            expected = sum(int(entry[agreement.sum] or 0) for entry in counted) if agreement.sum else len(counted)
            if cell.value != expected:
                related = tuple(entry.place(agreement.day) for entry in counted[:MOST_RELATED])
                details = {"title": list_id, "why": agreement.why}
                yield Finding("N523", cell.place, expected, cell.value, cell.value - expected, related, details)


def bodies_outside_report_nothing(collection: Collection) -> Iterator[Finding]:
    """A body that the Act does not reach (議会) has no numbers in the tables that are added up for those it does."""
    roster = {section.key: section for section in collection.roster or ()}
    kinds = collection.edition.kinds
    for part in collection.edition.parts:
        for located in collection.tallies.located:
            said = located.submission
            section = RosterSection(said.fiscal_year, said.department, said.section_name)
            body = roster.get(said.section, section).belongs_to(part, kinds)
            outside = {part.table_id(key) for key in body.outside} if body else set()
            if located.table_id not in outside or located.submission.ward:
                continue
            cells = collection.cells[located.submission.file].values()
            numbers = [cell for cell in cells if cell.key.table == located.table_id and cell.value]
            rows = located.layout.rows if isinstance(located, LocatedEntries) else []
            if body and (numbers or rows):
                place = numbers[0].place if numbers else located.place((rows[0], 1))
                found = sum(cell.value for cell in numbers) or len(rows)
                yield Finding("N522", place, found=found, details={"about": body.name})


def _bodies(case: _Case) -> Iterator[Finding]:
    holder, receiver, within = case.says("holder"), case.says("receiver"), case.rule.within
    if holder in case.rules.cases.outside:
        yield Finding("N518", case.place("holder"), found=holder)
    elif within is not None and holder and receiver and within != (holder == receiver):
        expected = next((r.kind for r in case.rules.kinds if r.within == (holder == receiver)), None)
        about = {"left": holder, "right": receiver}
        related = (case.place("holder"), case.place("receiver"))
        yield Finding("N511", case.place("kind"), expected, case.rule.kind, related=related, details=about)


def _basis_and_type(case: _Case) -> Iterator[Finding]:
    basis, found, kind = case.says("basis"), case.says("type"), case.rule.kind
    if basis and case.rule.bases and basis not in case.rule.bases:
        expected = "、".join(case.rule.bases)
        yield Finding(
            "N513", case.place("basis"), expected, basis, related=(case.place("kind"),), details={"what": kind}
        )
    annex = case.guideline.annex(kind)
    if found and annex and found not in annex.type_names:
        related = (case.place("kind"),)
        yield Finding("N512", case.place("type"), annex.name, found, related=related, details={"what": kind})


def _steps(case: _Case) -> Iterator[Finding]:
    """What a new case has behind it, and in which order: consultation, committee, decision."""
    about = {"what": case.rule.kind}
    if case.is_judged and case.says("type") is None and case.says("committee") is None:
        related = (case.place("type"), case.place("continued"))
        yield Finding("N514", case.place("committee"), related=related, details=about)
    if case.is_judged and case.says("consultation") is None:
        yield Finding("N515", case.place("consultation"), related=(case.place("continued"),), details=about)
    taken = [(step, day) for step in ("consultation", "committee", "decision") if (day := case.says(step)) is not None]
    for (first, day), (then, after) in pairwise(taken):
        if isinstance(day, date) and isinstance(after, date) and day > after:
            names = {"left": getattr(case.rules.cases, first), "right": getattr(case.rules.cases, then)}
            earlier = case.place(first)
            yield Finding("N516", case.place(then), full_date(day), full_date(after), related=(earlier,), details=names)


def _decider(case: _Case) -> Iterator[Finding]:
    """Who decided is who may: by law or consent, by a type, or after the committee."""
    decider, annex = case.says("decider"), case.guideline.annex(case.rule.kind)
    if decider is None or not case.is_new or not case.rule.bases or case.says("basis") not in case.rule.bases:
        return
    if not case.is_judged:
        allowed = case.rules.deciders.direct.who
    elif case.says("type") is not None:
        allowed = tuple(found.who for found in annex.deciders) if annex else ()
    elif case.says("committee") is not None:
        allowed = case.rules.deciders.committee.who
    else:
        return  # which way it went is asked about above
    if decider not in allowed:
        expected = "か".join(f"「{who}」" for who in allowed)
        yield Finding("N517", case.place("decider"), expected, decider, details={"what": case.rule.kind})


def _cases(collection: Collection) -> Iterator[_Case]:
    for part, rules in _ruled(collection):
        table_id = part.table_id(rules.cases.table)
        for entry in collection.tallies.entries[table_id]:
            rule = rules.rule(entry[rules.cases.kind])
            if rule is not None:
                yield _Case(rules, rule, collection.edition.guideline, entry)


def _ruled(collection: Collection) -> Iterator[tuple[Part, UseRules]]:
    return ((part, part.uses) for part in collection.edition.parts if part.uses is not None)


def _lies_in(day: object, fiscal_year: int) -> bool:
    return isinstance(day, date) and fiscal_year_of(day) == fiscal_year


def _row(cell: str) -> int:
    """The row of an address: 12 of D12."""
    return int("".join(filter(str.isdigit, cell)) or 0)
