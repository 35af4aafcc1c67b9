"""What falls due in a case ledger on a day: cases/due.toml. The cases are invented."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

import findings_schema
from conftest import ROOT, Command
from ledgers import case_ledger_of, write_ledgers
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.registers.due import DECISION, Due, due_days
from nerima_report.tallies.roster import RosterSection

CASES = tomllib.loads((ROOT / "tests" / "cases" / "due.toml").read_text(encoding="utf-8"))
ROWS, ON = CASES["row"], CASES["on"]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "due.json").read_text(encoding="utf-8"))
FINDINGS = Registry().with_resource("findings.json", Resource.from_contents(findings_schema.SCHEMA))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_case(row: dict[str, Any], whole_edition: Edition) -> None:
    on = row.get("on", ON)
    found = due_days(case_ledger_of(whole_edition, 2022, {2022: _lists([row])}), on)
    assert [_said(due, on) for due in found.due] == row.get("due", [])


def test_the_earliest_comes_first_and_sections_are_chosen(whole_edition: Edition) -> None:
    ledger = case_ledger_of(whole_edition, 2022, {2022: _lists(ROWS)})
    found = due_days(ledger, ON)
    days = [due.day or date.max for due in found.due]
    assert days == sorted(days)
    assert {due.section for due in due_days(ledger, ON, ["国保年金課"]).due} == {"区民部国保年金課"}
    for name, hint in (("管理課", "福祉部管理課"), ("国保年金科", "国保年金課"), ("宇宙課", "部と課")):
        with pytest.raises(CannotProceed, match=hint):
            due_days(ledger, ON, [name])


@pytest.mark.parametrize("name", ["環境課", "環境部環境課"])
def test_a_section_of_the_roster_without_a_request_has_nothing_due(name: str, whole_edition: Edition) -> None:
    ledger = case_ledger_of(whole_edition, 2022, {2022: _lists(ROWS[:1])})
    roster = [RosterSection(2022, "環境部", "環境課")]
    found = due_days(ledger, ON, [name], roster)
    assert (found.sections, found.due) == (("環境部環境課",), ())


def test_the_screen_and_the_json_say_the_same(
    command: Command, whole_edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ledgers(tmp_path, whole_edition, {2022: _lists(ROWS)})
    run = command("-C", tmp_path, "ledger", "due", "--on", ON.isoformat(), "--format", "json")
    facts = json.loads(run.out)
    Draft202012Validator(SCHEMA, registry=FINDINGS).validate(facts)
    monkeypatch.setenv("COLUMNS", "80")
    shown = command("-C", tmp_path, "ledger", "due", "--on", ON.isoformat())
    assert (run.code, shown.code) == (0, 0)
    assert all(due["number"] in shown.out for due in facts["due"])
    assert max(map(_width, shown.out.splitlines())) <= 80
    assert command("-C", tmp_path, "ledger", "due", "--on", "いつか").code == 2
    in_april = command("-C", tmp_path, "ledger", "due", "--on", "2023-04-03", "--format", "json")
    assert json.loads(in_april.out)["fiscal_year"] == 2022


def test_without_a_ledger_that_can_be_read_nothing_is_said_to_be_due(command: Command, tmp_path: Path) -> None:
    assert command("-C", tmp_path, "ledger", "due", "--on", "2022-05-20").code == 2
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "2022.xlsx").write_bytes(b"no workbook")
    run = command("-C", tmp_path, "ledger", "due", "--on", "2022-05-20")
    assert (run.code, run.out) == (2, "")


def _lists(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    lists: dict[str, list[dict[str, Any]]] = {"公開.請求台帳": [], "個人.請求台帳": []}
    for row in rows:
        lists[row.get("list", "公開.請求台帳")].append(row["set"])
    return lists


def _said(due: Due, on: date) -> dict[str, Any]:
    """What falls due, in the words of the cases."""
    said = {
        "kind": "" if due.kind == DECISION else due.kind,
        "day": due.day,
        "left": due.days_left(on),
        "extended": due.extended,
        "waits": due.waits,
        "until": [extension.until or "" for extension in due.extensions],
        "by": [extension.article for extension in due.extensions],
    }
    return {key: value for key, value in said.items() if value or (key == "left" and value is not None)}


def _width(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line)
