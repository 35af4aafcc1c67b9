"""Who is sent a form: the 課 of the roster, and the coordinator for the ward; and under which name of a file."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.fiscal_year import full_name
from nerima_report.forms.form import FormCover
from nerima_report.places import WARD
from nerima_report.tallies.roster import RosterSection, outside, withheld_from
from nerima_report.text import plain

# Windows allows none of these in the name of a file; their full-width forms read the same.
_NOT_IN_NAMES = str.maketrans('\\/:*?"<>|', "＼／：＊？”＜＞｜")


def all_covers(roster: Sequence[RosterSection], edition: Edition) -> list[FormCover]:
    """The covers of all forms of a year: each 課 of the roster, and the ward.

    `edition` is narrowed to the year. Raises CannotProceed where the roster names a form that does not exist.
    """
    covers = [
        FormCover(
            s.fiscal_year,
            s.department,
            s.section_name,
            not_applicable=outside(s, edition),
            withheld=withheld_from(s, edition),
        )
        for s in roster
    ]
    year = roster[0].fiscal_year
    coordinator = edition.municipality.coordinator(year)
    return [*covers, FormCover(year, coordinator.department, coordinator.section, ward=True)]


def chosen(covers: Sequence[FormCover], names: Sequence[str]) -> list[FormCover]:
    """The covers with these names: 管理課, 福祉部管理課 or 区全体; all without names.

    Raises CannotProceed for a name that is nobody's, with the likely one, or that of several 課.
    """
    return list({cover: None for name in names for cover in (_named(covers, name),)}) if names else list(covers)


def file_name(cover: FormCover) -> str:
    """The name of the file: 令和8年度_福祉部管理課.xlsx. It does not depend on the other 課 of the roster."""
    name = f"{WARD}_{cover.section}" if cover.ward else cover.key
    return f"{full_name(cover.fiscal_year)}_{name}.xlsx".translate(_NOT_IN_NAMES)


def _named(covers: Sequence[FormCover], name: str) -> FormCover:
    wanted = plain(name)
    sections = [cover for cover in covers if not cover.ward]
    found = [cover for cover in covers if wanted == (WARD if cover.ward else cover.key)]
    found = found or [cover for cover in sections if cover.section == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(cover.key for cover in found)
        raise CannotProceed(f"「{name}」は二つ以上あります（{names}）。\n  部の名前も続けて書いてください。")
    known = [WARD, *(name for cover in sections for name in (cover.key, cover.section))]
    likely = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    hint = f"もしかして: {likely[0]}\n  " if likely else ""
    raise CannotProceed(f"名簿に「{name}」がありません。\n  {hint}課の名前を、名簿のとおりに書いてください。")
