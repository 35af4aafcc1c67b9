"""Tables of many years that other bodies published: their breaks are found, their quiet years stay quiet."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Command, copy_templates
from nerima_report.checks.years import findings_between
from nerima_report.edition import find_edition, load_edition
from nerima_report.findings import Finding
from nerima_report.records.file import open_record, read_record
from nerima_report.workspace import open_workspace

SERIES = tomllib.loads((ROOT / "tests" / "cases" / "series.toml").read_text(encoding="utf-8"))["series"]
ROWS = ("全部開示", "一部開示", "不開示", "請求拒否", "不存在", "その他")


@pytest.fixture(scope="session")
def other_body(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates of another body: the shipped ones with one part of other tables."""
    templates = tmp_path_factory.mktemp("other") / "templates"
    copy_templates(templates)
    for part in ("privacy-act", "privacy-ordinance", "disclosure"):
        shutil.rmtree(templates / "nerima" / part)
    (templates / "nerima" / "kinds.toml").unlink()  # it names tables of the parts that went
    shutil.copytree(ROOT / "tests" / "other_body", templates / "nerima" / "disclosure")
    return templates


def _csv(counts: list[Any], unit: str = "") -> str:
    requests, *decisions = counts
    lines = ["part,table,row,column,unit,value", f"公開,請求,請求数,件数,,{requests}"]
    for row, value in zip(ROWS, decisions, strict=True):
        lines.append(f"公開,処理状況,{row},件数,{unit},{'該当なし' if value == '' else value}")
    return "\n".join(lines) + "\n"


def _import(folder: Path, command: Command, templates: Path, year: int, text: str) -> None:
    (folder / f"{year}.csv").write_text(text, encoding="utf-8")
    run = command("-C", folder, "--templates", templates, "record", "import", f"{year}.csv", "--year", str(year))
    assert run.code == 0, run.out + run.err


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series["name"])
def test_breaks_are_found_and_quiet_years_are_quiet(
    series: dict[str, Any], other_body: Path, command: Command, tmp_path: Path
) -> None:
    for year, *counts in series["counts"]:
        _import(tmp_path, command, other_body, year, _csv(counts))
    edition = load_edition(find_edition("nerima", other_body))
    workspace = open_workspace(tmp_path)
    found: dict[int, list[Finding]] = {}
    for year, *_ in series["counts"][1:]:
        record = [open_record(workspace.record(year), year)]
        found[year] = [
            f for f in findings_between(workspace, edition, record) if edition.catalogue.severity(f) != "notice"
        ]
    for year, table in series["breaks"].items():
        assert any(finding.place.table == f"公開.{table}" for finding in found[int(year)]), year
    assert sum(map(len, found.values())) <= series["most"] * len(found)


def test_a_change_of_unit_is_found(other_body: Path, command: Command, tmp_path: Path) -> None:
    """The same numbers in documents, then in decisions: only the unit tells that they do not compare."""
    counts = [203, 482, 3044, 16, "", 70, 12]
    _import(tmp_path, command, other_body, 2004, _csv(counts, "文書"))
    _import(tmp_path, command, other_body, 2005, _csv(counts))
    assert {cell.unit for cell in read_record(tmp_path / "records" / "2004.json", 2004).cells} == {"件", "文書"}
    run = command("-C", tmp_path, "--templates", other_body, "check", "2005", "--format", "json")
    found = [(f["code"], f["expected"], f["found"]) for f in json.loads(run.out)["findings"]]
    assert ("N714", "文書", "件") in found
    run = command("-C", tmp_path, "--templates", other_body, "build", "2004", "--from-record")
    assert (run.code, "文書" in run.err) == (2, True)


def test_a_column_has_one_unit(other_body: Path, command: Command, tmp_path: Path) -> None:
    text = _csv([1, 2, 3, 4, 5, 6, 7], "文書").replace("不存在,件数,文書", "不存在,件数,件")
    (tmp_path / "2004.csv").write_text(text, encoding="utf-8")
    options = ("record", "import", "2004.csv", "--year", "2004", "--format", "json")
    run = command("-C", tmp_path, "--templates", other_body, *options)
    found = [(f["code"], f["cell"], f["expected"], f["found"]) for f in json.loads(run.out)["findings"]]
    assert (run.code, found) == (1, [("N240", "7行", "文書", "件")])
