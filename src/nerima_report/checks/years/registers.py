"""7xx: the numbers of a 課 from year to year against its entries: what began and what ended explains the change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from nerima_report.edition.registers import ENDED, REGISTERED, Register, RegisterCount
from nerima_report.findings import Finding
from nerima_report.places import CellKey
from nerima_report.records.years import Year, YearEvidence
from nerima_report.registers.entry import Masters, RegisterEntry
from nerima_report.registers.merging import latest_year
from nerima_report.tallies.register_counts import Values, counted

_FLOWS = ("new", "ended")


def registers_go_on(evidence: YearEvidence, masters: Masters) -> Iterator[Finding]:
    """Last March's number of a 課 + what it registered − what it ended = this March's, by its entries.

    Only where its entries make the number of this year; where they should and do not, that is said instead.
    """
    for part in evidence.parts:
        for register in part.registers:
            for count in (count for count in register.counts if count.what == "closing"):
                key = CellKey(part.table_id(count.table), "", count.row, count.column)
                yield from _sections(evidence, key, register, count, masters)


def _sections(
    evidence: YearEvidence, key: CellKey, register: Register, count: RegisterCount, masters: Masters
) -> Iterator[Finding]:
    merged = latest_year(masters) >= evidence.fiscal_year
    year, previous = evidence.fiscal_year, _year_before(evidence, key)
    rows = _rows_by_section(masters[register.key].entries)
    for section, told in evidence.current.tallies.items():
        if key not in told or section not in rows:
            continue
        closing = counted(count, rows[section], year)
        place = replace(evidence.current.places.tally(section, [key]), row=key.row)
        if closing != told[key]:
            if merged:
                details = {"title": register.title}
                yield Finding("N731", place, closing, told[key], told[key] - closing, details=details)
            continue
        before = previous.tallies.get(section, {}).get(key) if previous else None
        if previous is None or before is None:
            continue
        new, ended = (counted(_flow(count, what), rows[section], year) for what in _FLOWS)
        if before + new - ended != closing:
            expected = before + new - ended
            earlier = replace(previous.places.tally(section, [key]), row=key.row)
            about = f"{before:,} ＋ {new:,} − {ended:,}"
            yield Finding("N730", place, expected, closing, closing - expected, (earlier,), {"about": about})


def _year_before(evidence: YearEvidence, key: CellKey) -> Year | None:
    previous = evidence.previous
    follows = previous is not None and previous.fiscal_year == evidence.fiscal_year - 1
    return previous if previous and follows and evidence.compares_cell(key, previous) else None


def _flow(count: RegisterCount, what: str) -> RegisterCount:
    return count.model_copy(update={"what": what})


def _rows_by_section(entries: Sequence[RegisterEntry]) -> Mapping[str, list[Values]]:
    rows: dict[str, list[Values]] = defaultdict(list)
    for entry in entries:
        rows[entry.section].append({REGISTERED: entry.registered, ENDED: entry.ended})
    return rows
