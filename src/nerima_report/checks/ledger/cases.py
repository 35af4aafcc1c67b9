"""3xx and 4xx: the cases of a ledger, each by itself: dates, limits, and whether every table has a row for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from nerima_report.edition.conditions import all_hold
from nerima_report.edition.ledger import COUNTED, DAYS, Limit
from nerima_report.edition.tables import CountTable
from nerima_report.findings import Finding, Severity
from nerima_report.fiscal_year import full_date, full_name
from nerima_report.tallies.cases import Case
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.counting import counted_tables, uncounted_entries
from nerima_report.tallies.ledger import CaseLedger
from nerima_report.tallies.model import Entry
from nerima_report.text import LEAST_LIKENESS_OF_SECTIONS, asked, likely

_COUNTED_DAYS = ("received", "closed", "correction_asked", "corrected")  # the roles on which the printed days rest
NO_EXTENSION = "延長なし"


def dates_follow_each_other(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """Two dates stand in their order, and as far apart as they must."""
    for case in ledger.own_cases:
        for interval in case.ledger.intervals:
            start, end = case.day(interval.start), case.day(interval.end)
            if start is None or end is None or (end - start).days >= interval.least:
                continue
            if not all_hold(interval.when, case.entry.values):
                continue
            about = partial(
                Finding,
                place=case.entry.place(interval.end),
                related=(case.entry.place(interval.start),),
                details={"left": interval.start, "right": interval.end, "why": interval.basis},
                numbers=(case.number,),
            )
            days = (end - start).days
            if days < 0:
                counted = {interval.start, interval.end} <= {case.label(role) for role in _COUNTED_DAYS}
                severity: Severity | None = None if counted else "warning"
                yield about("N360", expected=full_date(start), found=full_date(end), severity=severity)
            else:
                yield about("N361", expected=interval.least, found=days)


def decisions_keep_their_limit(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """A decision takes no more days than its limit allows; an extension was needed, and told in time."""
    for case in ledger.own_cases:
        limit = case.periods.limit(case.entry.values)
        if limit is not None:
            yield from _days_beyond(case, limit)
            yield from _told_late(case, limit)


def _days_beyond(case: Case, limit: Limit) -> Iterator[Finding]:
    extension = case.periods.extension(case.entry.values)
    days, most = case.periods.days(case.entry.values), case.periods.limit_days(case.entry.values)
    about = partial(Finding, place=case.place("closed"), found=days, numbers=(case.number,))
    what = extension.answer if extension else NO_EXTENSION
    why = (extension or limit).basis
    if days is not None and most is not None and days > most:
        needed = [one.answer for one in limit.extensions if one.from_day <= days and one is not extension]
        hint = f"{days}日なら、「{needed[-1]}」の延長がいります。" if needed else ""
        yield about("N413", expected=most, details={"what": what, "likely": hint, "why": why})
    elif days is not None and extension is not None and days < extension.from_day:
        yield about("N414", expected=extension.from_day, details={"what": what, "why": why})


def _told_late(case: Case, limit: Limit) -> Iterator[Finding]:
    """An extension that was told when the limit which it extends was over already."""
    told, ends = case.day(case.label("extension_told")), case.periods.due(case.entry.values, extended=False)
    if told is not None and ends is not None and told > ends:
        yield Finding(
            "N416",
            case.place("extension_told"),
            expected=full_date(ends),
            found=full_date(told),
            related=(case.place("received"),),
            details={"number": str(limit.days), "why": limit.basis},
            numbers=(case.number,),
        )


def open_cases_have_time(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """No case is open after its limit; while a correction (補正) is awaited, none runs.

    Where one of the ledgers cannot be read, it may tell how a case ended.
    """
    for case in ledger.own_cases if ledger.is_readable else ():
        due = case.due(ledger.on) if case.is_open else None
        if due is not None and due < ledger.on:
            yield Finding(
                "N417",
                case.place("outcome"),
                related=(case.place("received"),),
                details={"left": full_date(due), "number": f"{(ledger.on - due).days}", "label": full_date(ledger.on)},
                numbers=(case.number,),
            )


def cases_are_counted(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """Every case that counts in the year has a row in each table that is counted from the ledger."""
    edition = ledger.edition.with_ledger()
    by_days = {table_id for table_id, table in counted_tables(edition).items() if _is_by_days(table)}
    rowless: dict[Entry, list[str]] = defaultdict(list)
    for _source, table_id, entry in uncounted_entries(edition, ledger.cases):
        rowless[entry].append(table_id)
    for case in ledger.requests:
        tables = rowless.get(case.entry, [])
        outcome, days = case.says("outcome"), case.periods.days(case.entry.values)
        of_days = [table_id for table_id in tables if table_id in by_days and days is not None]
        others = [table_id for table_id in tables if table_id not in of_days]
        if outcome in case.ledger.without_row and tables:
            facts = {"about": "、".join(tables)}
            yield Finding("N418", case.place("outcome"), None, outcome, details=facts, numbers=(case.number,))
            continue
        if of_days:
            facts = {"about": "、".join(of_days), "what": case.says("extension") or NO_EXTENSION}
            yield Finding("N415", case.place("closed"), None, days, details=facts, numbers=(case.number,))
        if others:
            yield Finding("N510", case.place("outcome"), details={"about": "、".join(others)}, numbers=(case.number,))


def _is_by_days(table: CountTable) -> bool:
    return any(condition.field == DAYS for row in table.rows for condition in row.where)


def requesters_are_of_one_kind(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """One 請求者番号 has one 区分 in the year: otherwise one person counts in two rows."""
    kinds: dict[tuple[str, object], dict[object, list[Case]]] = defaultdict(lambda: defaultdict(list))
    for case in ledger.requests:
        if case.state == COUNTED and case.says("requester") is not None and case.says("requester_kind") is not None:
            kinds[case.table_id, case.says("requester")][case.says("requester_kind")].append(case)
    for (_list, requester), of_kind in kinds.items():
        if len(of_kind) > 1:
            cases = [case for own in of_kind.values() for case in own]
            fewest = min(of_kind.values(), key=len)  # likely the wrong ones
            yield Finding(
                "N412",
                fewest[0].place("requester_kind"),
                found="、".join(map(str, of_kind)),
                related=tuple(case.place("requester_kind") for case in cases if case is not fewest[0]),
                numbers=(f"請求者番号 {requester}", *(case.number for case in cases)),
            )


def requests_are_written_once(ledger: CaseLedger, _: Collection) -> Iterator[Finding]:
    """No two 受付番号 say the same in every field. Without the 件名 that may well be right: one asks for two things."""
    alike: dict[tuple[object, ...], list[Case]] = defaultdict(list)
    for case in ledger.own_cases:
        if case.says("number") is not None:
            number = case.label("number")
            said = (value for label, value in case.entry.values.items() if label != number)
            alike[case.table_id, *said].append(case)
    for cases in alike.values():
        if len({case.number for case in cases}) > 1:
            first, *others = cases
            yield Finding(
                "N411",
                first.place("number"),
                found=len(cases),
                related=tuple(case.place("number") for case in others),
                numbers=tuple(case.number for case in cases),
            )


def sections_are_of_the_roster(ledger: CaseLedger, collection: Collection) -> Iterator[Finding]:
    """The 課 that decides stands in the roster of the year; without a roster nobody knows."""
    roster = [section.key for section in collection.roster or ()]
    unknown: dict[str, list[Case]] = defaultdict(list)
    for case in ledger.requests if roster else ():
        known = case.says("section") is None or case.entry.section in roster
        if not known and ledger.stands_in_book(case):  # another year has another roster
            unknown[case.entry.section].append(case)
    for section, cases in unknown.items():
        suggestion = likely(section, roster, LEAST_LIKENESS_OF_SECTIONS)
        yield Finding(
            "N625",
            cases[0].place("section"),
            expected=suggestion or None,
            found=section,
            related=tuple(case.place("section") for case in cases[1:]),
            details={"likely": asked(suggestion), "number": str(len(cases)), "label": full_name(ledger.fiscal_year)},
            numbers=tuple(case.number for case in cases),
        )
