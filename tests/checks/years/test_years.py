"""The checks between years, case by case (cases/years.toml), and the command `check`."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest

from conftest import Command, copy_templates
from findings_schema import VALIDATOR
from inboxes import roster
from nerima_report.checks.years import run_year_checks
from nerima_report.edition import Edition
from nerima_report.edition.definition import Definition
from nerima_report.edition.part import Break, Renamed
from nerima_report.examination import examine
from nerima_report.findings import Finding, Whole
from nerima_report.fiscal_year import full_name
from nerima_report.places import CellKey, Place
from nerima_report.records.file import read_record, record_to_write, write_record
from nerima_report.records.model import Record, RecordedPrintedFigure, RecordedTotal
from nerima_report.records.years import Year, YearEvidence, year_of
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.record import make_record
from nerima_report.tallies.submission import Inbox
from pasted import assert_each_is_answered_alone

CASES = tomllib.loads((Path(__file__).parents[2] / "cases" / "years.toml").read_text(encoding="utf-8"))["case"]
GROWTH = 0.03  # a year


@pytest.fixture(scope="session")
def this_year(sample_inbox: Inbox, edition: Edition) -> Record:
    """The record of the sample of 2022."""
    return _recorded(sample_inbox, edition, 2022)


@pytest.fixture(scope="session")
def act_year(act_inbox: Inbox, act_edition: Edition) -> Record:
    """The record of the invented sample of 2023, as if the law had been the same the year before."""
    return _recorded(act_inbox, act_edition, 2023)


def _recorded(inbox: Inbox, edition: Edition, year: int) -> Record:
    evidence = examine(inbox, edition, year, roster(year))
    content = Content(evidence)
    return make_record(content, compose_report(content))


def _year_before(record: Record, year: int, stocks: set[tuple[str, str]]) -> Record:
    """A quiet earlier year: every number a little smaller, stocks the same, and as little open as was taken over."""
    taken_over = next((cell.value for cell in record.cells if cell.table == "個人.繰越"), None)
    factor = (1 - GROWTH) ** (record.fiscal_year - year)

    def smaller(item: Any) -> Any:
        if item.table == "個人.処理中" and taken_over is not None:
            return item.model_copy(update={"value": taken_over})
        still = item.value is None or (item.table, item.row) in stocks
        return item if still else item.model_copy(update={"value": round(item.value * factor)})

    return record.model_copy(
        update={
            "fiscal_year": year,
            "name": full_name(year),
            "cells": tuple(map(smaller, record.cells)),
            "tallies": tuple(map(smaller, record.tallies)),
        }
    )


def _is_meant(item: Any, change: dict[str, Any]) -> bool:
    wanted = {"table": change["table"], "column": change.get("column", item.column), "group": change.get("group", "")}
    wanted |= {"row": change["row"]} if "row" in change else {}
    return all(getattr(item, key) == value for key, value in wanted.items())


def _set(record: Record, change: dict[str, Any]) -> Record:
    def altered(cell: Any) -> Any:
        if not _is_meant(cell, change):
            return cell
        if "named" in change:
            return cell.model_copy(update={"row" if "row" in change else "table": change["named"]})
        if "unit" in change:
            return cell.model_copy(update={"unit": change["unit"]})
        value = None if "gone" in change else change.get("value", round((cell.value or 0) * change.get("times", 1)))
        return cell.model_copy(update={"value": value})

    assert any(_is_meant(cell, change) for cell in record.cells)
    return record.model_copy(update={"cells": tuple(map(altered, record.cells))})


def _with_figure(record: Record, change: dict[str, Any]) -> Record:
    names = {"excluded": "excluded_rows", "digits": "digits"}
    update = {names[k]: tuple(v) if isinstance(v, list) else v for k, v in change.items() if k in names}
    figures = tuple(f.model_copy(update=update) if f.figure == change["key"] else f for f in record.figures)
    assert figures != record.figures
    return record.model_copy(update={"figures": figures})


def _with_total(record: Record, change: dict[str, Any]) -> Record:
    """The record with nothing but the total of a column; as it is known, or `value`."""
    column = [cell for cell in record.cells if (cell.table, cell.column) == (change["table"], change["column"])]
    value = change.get("value", sum(cell.value or 0 for cell in column))
    total = RecordedTotal(table=change["table"], column=change["column"], unit=column[0].unit, value=value)
    cells = (cell.model_copy(update={"value": None}) if cell in column else cell for cell in record.cells)
    return record.model_copy(update={"cells": tuple(cells), "printed_totals": (total,)})


def _with_printed(record: Record, change: dict[str, Any]) -> Record:
    """The record with a share that was printed otherwise than its numbers give."""
    figures = {figure.figure: figure for figure in record.figures}
    printed = RecordedPrintedFigure(figure=change["key"], recomputed=figures[change["key"]].value)
    figures[change["key"]] = figures[change["key"]].model_copy(update={"value": change["value"]})
    return record.model_copy(update={"figures": tuple(figures.values()), "printed_figures": (printed,)})


def _with_section(record: Record, change: dict[str, Any]) -> Record:
    def altered(tally: Any) -> Any:
        if tally.section != change["section"] or tally.value is None:
            return tally
        return tally.model_copy(update={"value": round(tally.value * change["times"])})

    return record.model_copy(update={"tallies": tuple(map(altered, record.tallies))})


def _copied(record: Record, before: Record, table: str) -> Record:
    old = before.values
    cells = (c.model_copy(update={"value": old[c.key]}) if c.table == table else c for c in record.cells)
    return record.model_copy(update={"cells": tuple(cells)})


def _with_rules(edition: Edition, case: dict[str, Any]) -> Edition:
    """The edition with what a case adds to the definitions of its parts."""
    models: dict[str, type[Definition]] = {"renamed": Renamed, "breaks": Break}
    parts = []
    for part in edition.parts:
        definition = part.definition
        for key, model in models.items():
            own = [
                {k: v for k, v in rule.items() if k != "part"} for rule in case.get(key, []) if rule["part"] == part.key
            ]
            rules = (*getattr(definition, key), *map(model.model_validate, own))
            definition = definition.model_copy(update={key: rules})
        if case.get("base") == "act" and part.folder.name == "privacy-act":
            definition = definition.model_copy(update={"first_year": 2000, "breaks": ()})
        parts.append(replace(part, definition=definition))
    if case.get("base") == "act":
        parts = [part for part in parts if part.folder.name != "privacy-ordinance"]
    return replace(edition, parts=tuple(parts))


def _evidence(case: dict[str, Any], edition: Edition, current: Record) -> YearEvidence:
    year = current.fiscal_year
    edition = _with_rules(edition, case)
    stocks = {(part.table_id(stock.table), stock.closing) for part in edition.parts for stock in part.definition.stocks}
    records = {y: _year_before(current, y, stocks) for y in case.get("before", [year - 1])} | {year: current}
    if "copy" in case:
        records[year] = _copied(records[year], records[year - 1], case["copy"])
    for key, change in _CHANGES.items():
        for item in case.get(key, []):
            records[item["year"]] = change(records[item["year"]], item)
    years = {y: _side(record, f"records/{y}.json", edition, year) for y, record in sorted(records.items())}
    earlier = tuple(side for y, side in years.items() if y < year)
    if case.get("published"):
        return YearEvidence(edition, _side(current, "out/record.json", edition, year), earlier, years[year])
    return YearEvidence(edition, years[year], earlier)


_CHANGES = {
    "set": _set,
    "figure": _with_figure,
    "section": _with_section,
    "total": _with_total,
    "printed": _with_printed,
}


def _side(record: Record, file: str, edition: Edition, year: int) -> Year:
    told = record_to_write(record, Path(file))
    return year_of(told.record, told.file, edition, year, told.lines)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], whole_edition: Edition, this_year: Record, act_year: Record) -> None:
    current = act_year if case.get("base") == "act" else this_year
    evidence = _evidence(case, whole_edition, current)
    findings = run_year_checks(evidence)
    assert_each_is_answered_alone(findings, whole_edition.catalogue, current.fiscal_year, Whole("区全体"))
    for finding in findings:
        for place in (finding.place, *finding.related):
            assert_line_is_meant(finding, place, evidence)
    if "code" not in case:
        assert findings == []
        return
    assert [f for f in findings if _is_expected(f, case)], findings
    assert {f.code for f in findings} <= {case["code"], *case.get("also", [])}
    assert all(f.difference is not None for f in findings if f.code != "N701"), "nobody could explain it"
    for finding in findings:
        assert whole_edition.catalogue.notice(finding).message


def assert_line_is_meant(finding: Finding, place: Place, evidence: YearEvidence) -> None:
    """The line of a place is that of the thing in the record's file that the finding is about."""
    sides = [side for side in (evidence.current, evidence.published, *evidence.earlier) if side]
    (side,) = (side for side in sides if side.places.file == place.file)
    assert place.line is not None
    line = write_record(side.record).decode().splitlines()[place.line - 1].strip().rstrip(",")
    if finding.code in ("N701", "N702"):
        assert line == f'"fiscal_year": {side.fiscal_year}'
        return
    told = json.loads(line)
    if finding.code in ("N707", "N716"):
        assert told["figure"] == finding.details["about"]
    elif finding.code == "N713":
        key = (told["table"], told["group"], told["row"], told["column"])
        assert " ".join(filter(None, key)) == finding.details["about"]
    else:
        key = CellKey(told["table"], told["group"], told["row"], told["column"])
        today = side.places.names[key]
        asked = (place.table, place.group, place.row, place.column)
        if finding.code not in ("N705", "N709"):
            assert all(not wanted or wanted == found for wanted, found in zip(asked, today, strict=True))
        assert place.section in ("区全体", told.get("section"))
        if finding.code == "N709" and place is finding.place and isinstance(finding.found, str):
            assert key.row in finding.found or key.column in finding.found


def _is_expected(finding: Finding, case: dict[str, Any]) -> bool:
    facts = {
        "code": finding.code,
        "table": finding.place.table,
        "row": finding.place.row,
        "column": finding.place.column,
        "section": finding.place.section,
        "expected": finding.expected,
        "found": finding.found,
        "difference": finding.difference,
        "about": finding.details.get("about"),
    }
    wanted = {key: value for key, value in case.items() if key in facts and key != "section"}
    if isinstance(case.get("section"), list):
        wanted["section"] = case["section"][0]["section"]
    return all(facts[key] == value for key, value in wanted.items())


def test_what_moves_as_one_is_said_once(whole_edition: Edition, this_year: Record) -> None:
    for name in (
        "表のすべての数が千倍になったら、一度だけ言う",
        "請求の全体が倍になったら、同じ数の表でも一度だけ言う",
    ):
        case = next(case for case in CASES if case["name"] == name)
        findings = run_year_checks(_evidence(case, whole_edition, this_year))
        assert len([f for f in findings if f.place.column == "件数"]) == 1, findings


@pytest.fixture
def years(whole_workdir: Path, this_year: Record) -> Path:
    """A working folder with the records of 2021 and 2022; the first one is invented."""
    (whole_workdir / "records").mkdir()
    before = _year_before(this_year, 2021, {("個人.登録など", row) for row in ("業務の登録", "電算結合")})
    for record in (before, this_year):
        (whole_workdir / "records" / f"{record.fiscal_year}.json").write_bytes(write_record(record))
    return whole_workdir


def check(command: Command, folder: Path, *arguments: object) -> tuple[int, list[dict[str, Any]]]:
    run = command("-C", folder, "check", *arguments, "--format", "json")
    assert run.out, run.err
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(run.out))] == []
    return run.code, json.loads(run.out)["findings"]


def test_the_first_year_is_a_notice_and_a_quiet_year_is_nothing(years: Path, command: Command) -> None:
    assert [f["code"] for f in check(command, years, "2021")[1]] == ["N701"]
    assert check(command, years, "2021")[0] == 0
    assert check(command, years, "R4") == (0, [])
    assert check(command, years, "2022", "--against", "2021") == (0, [])


def test_years_that_are_not_there_are_told(years: Path, command: Command) -> None:
    assert command("-C", years, "check", "2025").code == 2
    run = command("-C", years, "check", "2022", "--against", "2019")
    assert (run.code, "2019.json" in run.err) == (2, True)


def test_several_years_are_checked_in_one_run(years: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (["R3..2022"], ["2021", "令和4"], ["records/2021.json"]):
        run = command("-C", years, "check", *words, "--format", "json")
        told = json.loads(run.out)
        VALIDATOR.validate(told)
        assert (run.code, told["fiscal_years"], told["fiscal_year"]) == (0, [2021, 2022], 2022)
        assert [(f["code"], f["file"], f["line"]) for f in told["findings"]] == [("N701", "records/2021.json", 4)]
    for words in ([], ["records/2022.json"]):
        told = json.loads(command("-C", years, "check", *words, "--format", "json").out)
        assert told["fiscal_years"] == [2022], "the newest, or that which was named"
    monkeypatch.chdir(years.parent)
    assert [f["file"] for f in check(command, Path(), "work/records/2021.json")[1]] == ["work/records/2021.json"]


@pytest.mark.parametrize(
    "words",
    [
        ["2022..2021"],
        ["2020..2022"],
        ["2021..来年"],
        ["2021", "records/2022.json"],
        ["2022.json"],
        ["records/latest.json"],
        ["records/2022.json", "elsewhere/records/2022.json"],
        ["records/2020.json"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_checked_is_told(years: Path, command: Command, words: list[str]) -> None:
    run = command("-C", years, "check", *words)
    assert (run.code, run.out) == (2, "")
    assert run.err.rstrip().endswith("。") or "理由" in run.err


def test_files_are_checked_as_they_were_published(years: Path, command: Command) -> None:
    command("-C", years, "build", "2022")
    file = years / "records" / "2022.json"
    file.write_bytes(write_record(_set(read_record(file), {"table": "公開.審査請求", "value": 2})))
    assert [f["code"] for f in check(command, years, "2022")[1]] == ["N713"]
    assert check(command, years, "records/2022.json") == (0, [])


def test_a_year_built_again_is_held_against_its_record(years: Path, command: Command) -> None:
    file = years / "records" / "2022.json"
    record = read_record(file)
    changed = _set(record, {"table": "公開.審査請求", "value": 2})
    file.write_bytes(write_record(changed))
    command("-C", years, "build", "2022")
    _, findings = check(command, years, "2022")
    assert [(f["code"], f["file"]) for f in findings] == [("N713", "out/2022/record.json")]


def test_a_finding_between_years_is_explained_and_strict_counts_it(years: Path, command: Command) -> None:
    file = years / "records" / "2021.json"
    file.write_bytes(write_record(_set(read_record(file), {"table": "公開.処理状況", "row": "全部公開", "value": 300})))
    code, (finding,) = check(command, years, "2022")
    assert (code, finding["code"], finding["difference"]) == (0, "N711", 686)
    assert check(command, years, "2022", "--strict")[0] == 1
    (years / "nerima-report.toml").write_text(
        '[[explained]]\ncode = "N711"\nsection = "区全体"\ntable = "公開.処理状況"\nrow = "全部公開"\n'
        'difference = 686\nreason = "請求が増えた"\n',
        encoding="utf-8",
    )
    code, (finding,) = check(command, years, "2022", "--strict")
    assert (code, finding["explained"]["reason"]) == (0, "請求が増えた")


def test_what_is_said_of_no_table_is_explained_without_one(years: Path, command: Command) -> None:
    earlier = _year_before(read_record(years / "records" / "2021.json"), 2020, set())
    (years / "records" / "2021.json").unlink()
    (years / "records" / "2020.json").write_bytes(write_record(earlier))
    told = '[[explained]]\ncode = "N702"\nsection = "区全体"\ndifference = 1\nreason = "公表していない"\n'
    for more, answered in (("", True), ('table = "公開.内容別"\n', False)):
        (years / "nerima-report.toml").write_text(told + more, encoding="utf-8")
        (finding,) = (f for f in check(command, years, "2022")[1] if f["code"] == "N702")
        assert bool(finding["explained"]) == answered


def test_a_broken_record_of_another_year_stops_with_its_name(years: Path, command: Command) -> None:
    file = years / "records" / "2021.json"
    shutil.copy(years / "records" / "2022.json", file)
    run = command("-C", years, "check", "2022")
    assert (run.code, "2021.json" in run.err, "fiscal_year" in run.err) == (2, True, True)


def test_the_samples_of_both_laws_break_as_declared(
    workdir: Path, command: Command, this_year: Record, act_year: Record
) -> None:
    (workdir / "records").mkdir()
    for record in (this_year, act_year):
        (workdir / "records" / f"{record.fiscal_year}.json").write_bytes(write_record(record))
    code, findings = check(command, workdir, "2023")
    assert (code, [f["code"] for f in findings]) == (0, ["N708"])


def test_build_says_as_a_warning_what_the_years_before_say(years: Path, command: Command) -> None:
    file = years / "records" / "2021.json"
    file.write_bytes(write_record(_set(read_record(file), {"table": "公開.処理状況", "row": "全部公開", "value": 300})))
    (years / "nerima-report.toml").write_text(
        '[[explained]]\ncode = "N711"\nsection = "区全体"\ntable = "公開.処理状況"\nrow = "全部公開"\n'
        'difference = 686\nreason = "請求が増えた"\nnote = "請求が増えたため。"\n',
        encoding="utf-8",
    )
    run = command("-C", years, "build", "2022", "--format", "json", "--strict")
    (finding,) = json.loads(run.out)["findings"]
    assert (run.code, finding["code"], finding["severity"]) == (0, "N711", "warning")
    assert "請求が増えたため。" in (years / "out" / "2022" / "report.md").read_text(encoding="utf-8")
    assert "請求が増えた" in (years / "out" / "2022" / "audit.md").read_text(encoding="utf-8")
    tables = docx.Document(str(years / "out" / "2022" / "決裁資料.docx")).tables
    rows = [[cell.text for cell in row.cells] for table in tables for row in table.rows]
    assert ["全部公開", "986", "300", "686", "請求が増えた"] in rows
    record = read_record(years / "out" / "2022" / "record.json", 2022)
    assert [explained.note for explained in record.explained] == ["請求が増えたため。"]


def test_an_error_between_years_does_not_stop_a_report(command: Command, act_workdir: Path) -> None:
    command("-C", act_workdir, "build", "2023")
    record = read_record(act_workdir / "out" / "2023" / "record.json", 2023)
    before = record.model_copy(update={"fiscal_year": 2022, "name": full_name(2022)})
    changed = _set(before, {"table": "個人.個人情報ファイル簿", "row": "年度末に載せているもの", "times": 0.9})
    (act_workdir / "records").mkdir()
    (act_workdir / "records" / "2022.json").write_bytes(write_record(changed))
    templates = copy_templates(act_workdir.parent / "templates")
    part = templates / "nerima" / "privacy-act" / "part.toml"
    text = re.sub(r"(?s)# ---- 系列の切れ目 ----.*?(?=# ---- 年度末)", "", part.read_text(encoding="utf-8"))
    part.write_text(text, encoding="utf-8")  # no break, so that the two years compare
    run = command("-C", act_workdir, "--templates", templates, "check", "2023", "--format", "json")
    found = {f["code"]: f["severity"] for f in json.loads(run.out)["findings"]}
    assert (run.code, found["N706"]) == (1, "error")
    run = command("-C", act_workdir, "--templates", templates, "build", "2023", "--format", "json")
    found = {f["code"]: f["severity"] for f in json.loads(run.out)["findings"]}
    assert (run.code, found["N706"]) == (0, "warning")
    assert (act_workdir / "out" / "2023" / "report.docx").exists()
