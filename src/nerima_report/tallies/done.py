"""Who of the roster was asked for a list, and who of them did what it is about, as far as its entries show it."""

from __future__ import annotations

from nerima_report.edition.tables import all_hold
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.roster import RosterSection, outside, withheld_from


def asked_for(collection: Collection, table_id: str) -> list[RosterSection]:
    """The 課, schools and kindergartens of the roster that are asked for a list, in the order of the roster."""
    names, edition = {table_id, table_id.partition(".")[0]}, collection.edition
    return [
        section
        for section in collection.roster or ()
        if names.isdisjoint(withheld_from(section, edition) | outside(section, edition))
    ]


def done_by(collection: Collection, table_id: str) -> list[RosterSection]:
    """Those of them with an entry that meets `done_when` of the list; without such conditions, with any entry."""
    conditions = collection.edition.entry_tables[table_id].done_when
    entries = collection.tallies.entries[table_id]
    done = {entry.section for entry in entries if all_hold(conditions, entry.values)}
    return [section for section in asked_for(collection, table_id) if section.key in done]
