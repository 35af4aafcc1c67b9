"""The invented entries of the registers (架空), of three sections; the others hand in bare numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from consistency import require

from nerima_report.edition import Edition
from nerima_report.fiscal_year import fiscal_year_of
from nerima_report.forms import Filling, FormCover
from nerima_report.forms.form import fed_lists
from nerima_report.registers.entry import Masters, rows_for
from nerima_report.tallies.register_counts import counts

HERE = Path(__file__).resolve().parent
FIRST_YEAR = 2022
_OWN = ("年度", "課", "登録簿")

Rows = dict[str, list[dict[str, object]]]


@cache
def _invented() -> Mapping[str, Any]:
    return tomllib.loads((HERE / "registers.toml").read_text(encoding="utf-8"))


def keeps_registers(section: str, fiscal_year: int) -> bool:
    """Whether a section hands in registers, in that year or the year before."""
    years = [entry.get("年度", FIRST_YEAR) for entry in _invented()["entry"] if entry["課"] == section]
    return bool(years) and min(years) <= fiscal_year


def rows_of(edition: Edition, masters: Masters | None, section: str, fiscal_year: int) -> Rows:
    """The rows of the registers of a section by table id: those that go on, answered, then the new ones."""
    rows: Rows = {table_id: [] for table_id in edition.registers}
    if masters is not None:
        rows = rows_for(masters, edition, section, fiscal_year)
    answers = {answer["番号"]: answer for answer in _invented()["answer"]}
    usual = _invented()["usual"]
    for table_id, own in rows.items():
        register = edition.registers[table_id]
        for row in own:
            row.update({**usual.get(register.key, {}), **answers[row["番号"]]})
    for entry in _invented()["entry"]:
        if entry["課"] == section and entry.get("年度", FIRST_YEAR) == fiscal_year:
            said = {label: value for label, value in entry.items() if label not in _OWN}
            key = entry["登録簿"]
            table_id = next(t for t, register in edition.registers.items() if register.key == key)
            rows[table_id].append({**usual.get(key, {}), **said} if "年度" not in entry else said)
    return rows


def with_registers(edition: Edition, cover: FormCover, filling: Filling, rows: Rows) -> tuple[FormCover, Filling]:
    """The cover and the filling of a form with registers; what is empty and counts nothing is 該当なし."""
    empty = {table_id for table_id, own in rows.items() if not own and not edition.registers[table_id].counts}
    fed = fed_lists(edition, cover)
    require(not any(filling.entries.get(table_id) for table_id in fed), f"{cover.key}: cases stand in registers only")
    for table_id, own in rows.items():
        part, register = edition.part_of(table_id), edition.registers[table_id]
        for key, value in counts(part, register, own, cover.fiscal_year) if own else ():
            require(filling.counts[key] == value, (cover.key, key, filling.counts[key], value))
        for row in own:
            require(_begins_in_time(row, cover.fiscal_year), (cover.key, row))
    entries = {table_id: own for table_id, own in filling.entries.items() if table_id not in fed}
    marked = FormCover(
        cover.fiscal_year, cover.department, cover.section, not_applicable=(cover.not_applicable | empty) - fed,
        remark=cover.remark, withheld=fed,
    )  # fmt: skip
    return marked, Filling(filling.counts, entries, registers=rows)


def _begins_in_time(row: Mapping[str, object], fiscal_year: int) -> bool:
    day: Any = row["登録日"]
    return fiscal_year_of(day) <= fiscal_year


def sections() -> Sequence[str]:
    """The sections with registers."""
    return list(dict.fromkeys(entry["課"] for entry in _invented()["entry"]))
