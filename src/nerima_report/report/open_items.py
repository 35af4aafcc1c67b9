"""open-items.md: the matters still to be settled (不適, 改善予定 …), by 課, for who oversees the measures.

Which entries of which lists are such matters is `open_when` in tables.toml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from nerima_report.edition.entries import EntryTable
from nerima_report.fiscal_year import Month, full_date, full_name
from nerima_report.report.content import Content
from nerima_report.report.markdown_lists import markdown_table
from nerima_report.report.tables import in_printed_order
from nerima_report.report.wording import number
from nerima_report.tallies.counting import Entry, open_entries
from nerima_report.tallies.submission import Submission

FILE = "open-items.md"


def make_open_items(content: Content, submissions: Iterable[Submission], *, draft: bool = False) -> str:
    """The list, in Markdown; '' where no table of the year has such matters."""
    tables = {key: table for key, table in content.edition.entry_tables.items() if table.open_when}
    if not tables:
        return ""
    handed_in = list(submissions)
    lines = [
        f"# {full_name(content.fiscal_year)} 未了の事項{'（案）' if draft else ''}",
        "",
        "公表する文書ではない。",
        "",
    ]
    for table_id, table in tables.items():
        lines += _section(content, table_id, table, handed_in)
    return "\n".join(lines) + "\n"


def _section(content: Content, table_id: str, table: EntryTable, submissions: Sequence[Submission]) -> Iterator[str]:
    entries = content.tallies.entries[table_id]
    places = {submission.section: place for place, submission in enumerate(submissions)}
    open_ones = sorted(open_entries(table, entries), key=lambda entry: places.get(str(entry["section"]), len(places)))
    yield from (f"## {table.title}", "", table.open_note, "")
    yield from (f"未了の事項は{number(len(open_ones))}件（{number(len({e['section'] for e in open_ones}))}課）。", "")
    headings = ["課", *(field.label for field in table.fields), "もとの行"]
    yield from markdown_table(headings, [_line(table, entry) for entry in open_ones])
    silent = _silent(table_id, submissions, {str(entry["section"]) for entry in in_printed_order(table, entries)})
    if silent:
        yield from (f"答えのない課（{number(len(silent))}課）: {'、'.join(silent)}", "")


def _line(table: EntryTable, entry: Entry) -> list[str]:
    told = (_shown(entry[field.label]) for field in table.fields)
    return [str(entry["section"]), *told, f"{entry['sheet']} {entry['row']}行"]


def _silent(table_id: str, submissions: Sequence[Submission], answered: set[str]) -> list[str]:
    """The 課 that handed in no answer at all, and whether their cover says that it does not apply."""
    silent = [s for s in submissions if not s.ward and s.section not in answered]
    return [s.section + ("（該当なし）" if s.says_not_applicable(table_id) else "") for s in silent]


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case Month():
            return value.full
        case date():
            return full_date(value)
        case int():
            return number(value)
        case _:
            return str(value)
