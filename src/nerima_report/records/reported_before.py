"""The last published record → what each 課 reported in that year, by which likely corrections are ranked."""

from __future__ import annotations

from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.places import WARD, CellKey
from nerima_report.records.comparison import compare_with
from nerima_report.records.file import read_record
from nerima_report.workspace import Workspace


def reported_before(workspace: Workspace, edition: Edition, fiscal_year: int) -> dict[str, dict[CellKey, int]]:
    """What each 課, and the ward (区全体), reported in the last recorded year before, under the names of today.

    `edition` has all its parts. Tables that cannot be held against that year are left out. A record that cannot be used
    says nothing here; `build` and `check` tell of it.
    """
    files = [file for file in workspace.records if int(file.stem) < fiscal_year]
    if not files:
        return {}
    try:
        comparison = compare_with(read_record(files[-1]), files[-1].as_posix(), edition, fiscal_year)
    except CannotProceed:
        return {}
    told = {**comparison.previous.tallies, WARD: comparison.previous.known}
    return {
        owner: {key: number for key, number in cells.items() if comparison.compares(key.table)}
        for owner, cells in told.items()
    }
