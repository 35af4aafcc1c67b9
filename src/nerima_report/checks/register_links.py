"""5xx: registers against what else a 課 said: its numbers, its other registers, its incidents, its lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nerima_report.checks.registers import RegisterCheck, Registers, Row, registers_in
from nerima_report.edition.part import Part
from nerima_report.edition.registers import ENDED, Feeds
from nerima_report.findings import Finding
from nerima_report.tallies.evidence import Evidence
from nerima_report.tallies.layout import EntryLayout
from nerima_report.tallies.model import each_entry
from nerima_report.text import plain


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


def works_that_ended_are_not_named(evidence: Evidence, registers: Registers) -> Iterator[Finding]:
    """No running entry names a work of the same 課 that has ended, and does not go on under the same name."""
    handed = {(h.located.submission.file, h.register.key): h for h in registers}
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
        cells = [cell for cell in evidence.tallies.cells if (cell.key.table, cell.key.row) == counted]
        # A number that is missing or cannot be read is no zero: it has a finding of its own.
        entrusting |= {c.place.file for c in cells if c.value or c.reading.status in ("blank", "unreadable")}
        located = {t.submission.file: t for t in evidence.tallies.located if t.table_id == part.table_id(rule.table)}
        for entry in each_entry(incidents[incidents[rule.field].isin(rule.answers)]):
            where = located[str(entry["file"])]
            if str(entry["file"]) not in entrusting and isinstance(where.layout, EntryLayout):
                place = where.place((int(entry["row"]), where.layout.columns[rule.field]), column=rule.field)
                details = {"title": part.table_id(rule.register_key)}
                yield Finding("N532", place, found=str(entry[rule.field]), details=details)


def cases_stand_in_one_place(evidence: Evidence, registers: Registers) -> Iterator[Finding]:
    """A case that stands in a register does not stand in the list as well: it would count twice."""
    for handed in registers:
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


LINK_CHECKS: tuple[RegisterCheck, ...] = (works_that_ended_are_not_named, cases_stand_in_one_place)


def registers_agree_with_the_rest(evidence: Evidence) -> Iterator[Finding]:
    """Registers against each other, and against numbers, lists and incidents of the same workbook."""
    registers = tuple(registers_in(evidence))
    yield from numbers_agree_with_registers(evidence)
    for check in LINK_CHECKS:
        yield from check(evidence, registers)
    yield from contractors_are_registered(evidence)
