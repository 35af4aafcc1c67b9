"""Who of the roster was asked for a list, and who of them did what it is about, as far as its entries show it.

The numbers of 課, schools and kindergartens (か所) stand in a table of counts, so that a record keeps them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from nerima_report.edition import Edition
from nerima_report.edition.conditions import all_hold
from nerima_report.edition.tables import DONE, CountTable
from nerima_report.places import CellKey
from nerima_report.tallies.model import Tallies
from nerima_report.tallies.roster import RosterSection, outside, withheld_from


def list_done(table_id: str, table: CountTable) -> str:
    """The id of the list whose 課 a table counts."""
    return f"{table_id.partition('.')[0]}.{table.done_of}"


def values_of_places(
    tallies: Tallies, edition: Edition, roster: Sequence[RosterSection]
) -> Iterator[tuple[CellKey, int | None]]:
    """How many places (か所) of each kind were asked for a list, and did what it is about; None without a roster."""
    for table_id, table in edition.count_tables.items():
        if not table.done_of:
            continue
        list_id, kinds = list_done(table_id, table), edition.kinds
        asked = [section for section in roster if _is_asked(section, list_id, edition)]
        conditions = edition.entry_tables[list_id].done_when
        shown = {entry.section for entry in tallies.entries[list_id] if all_hold(conditions, entry.values)}
        words = {s.key: kind.counted if (kind := kinds.of(s.kind)) else edition.words.section for s in asked}
        of_kind = Counter(words[section.key] for section in asked)
        did = Counter(words[section.key] for section in asked if section.key in shown)
        for key in table.filled_keys(table_id):
            yield key, (did if key.column == DONE else of_kind)[key.row] if roster else None


def _is_asked(section: RosterSection, table_id: str, edition: Edition) -> bool:
    """Whether a place is asked for a list: the roster gives it the sheet, and the law reaches its body."""
    names = {table_id, table_id.partition(".")[0]}
    return names.isdisjoint(withheld_from(section, edition) | outside(section, edition))
