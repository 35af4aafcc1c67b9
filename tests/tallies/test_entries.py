"""An entry knows the cell of each of its fields."""

from __future__ import annotations

from dataclasses import replace

from nerima_report.places import Place
from nerima_report.report.content import Content
from nerima_report.tallies.layout import EntryLayout
from nerima_report.tallies.model import Entry, LocatedEntries
from nerima_report.workbooks import address

INCIDENTS = "個人.事務処理ミス"


def located_in(entry: Entry) -> LocatedEntries:
    assert entry.located is not None
    return entry.located


def test_the_place_of_a_field_is_the_cell_it_was_read_from(content: Content) -> None:
    entries = content.collection.tallies.entries[INCIDENTS]
    assert entries
    for entry in entries:
        sheet = located_in(entry).sheet
        assert sheet is not None
        texts = {address(position): value for position, value in sheet.cells.items()}
        for label in ("内容", "原因"):
            place = entry.place(label)
            assert (place.section, place.file, place.sheet) == (entry.section, entry.file, entry.sheet)
            assert (place.table, place.column, texts[place.cell]) == (INCIDENTS, label, entry[label])


def test_a_field_whose_heading_was_left_out_has_no_cell(content: Content) -> None:
    entry = content.collection.tallies.entries[INCIDENTS][0]
    bare = replace(entry, located=replace(located_in(entry), layout=EntryLayout()))
    assert bare.place("内容", row="1") == replace(entry.place("内容"), cell="", row="1")


def test_an_entry_of_a_record_stands_in_no_cell() -> None:
    entry = Entry({"内容": "誤送付"}, "福祉部管理課", 0)
    assert (entry.file, entry.sheet, entry.place("内容")) == ("", "", Place("福祉部管理課", column="内容"))


def test_the_entries_of_all_tables_are_those_of_the_year(content: Content) -> None:
    tallies = content.collection.tallies
    of_lists = [entry for located in tallies.lists for entry in tallies.entries_of(located)]
    assert set(of_lists) == {entry for entries in tallies.entries.values() for entry in entries}
