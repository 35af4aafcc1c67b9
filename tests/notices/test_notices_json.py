"""Findings as JSON follow docs/schemas/findings.json, on which other people's programs depend."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from conftest import Command
from faulty import EXPLAINED, edit, make_faulty
from findings_schema import SCHEMA, VALIDATOR


def envelope(command: Command, workdir: Path, *arguments: str) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(command("-C", workdir, *arguments, "--format", "json").out)
    return whole


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", "inbox/2022"],
        ["validate", "inbox/2022", "--complete", "--return-to", "返却"],
        ["build", "2022"],
        ["build", "2022", "--draft"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("faulty", [False, True])
def test_real_output_follows_the_schema(faulty: bool, arguments: list[str], workdir: Path, command: Command) -> None:
    if faulty:
        make_faulty(workdir)
    whole = envelope(command, workdir, *arguments)
    assert [error.message for error in VALIDATOR.iter_errors(whole)] == []
    assert bool(whole["findings"]) == faulty


def test_explained_findings_and_several_years_follow_the_schema(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("公開.内容別", "B5"): 27})
    edit(workdir, "16_", {("表紙", "B4"): "令和3年度"})
    with (workdir / "nerima-report.toml").open("a", encoding="utf-8") as settings:
        settings.write(EXPLAINED.format(difference=1, more="until = 2022"))
    whole = envelope(command, workdir, "validate", "inbox/2022")
    VALIDATOR.validate(whole)
    assert whole["fiscal_years"] == [2021, 2022]
    assert any(finding["explained"] for finding in whole["findings"])


def test_what_is_not_in_the_schema_is_refused(workdir: Path, command: Command) -> None:
    make_faulty(workdir)
    whole = envelope(command, workdir, "validate", "inbox/2022")
    finding = next(index for index, found in enumerate(whole["findings"]) if found["related"])
    changes: tuple[Callable[[Any], object], ...] = (
        lambda w: w.update(extra=1),
        lambda w: w["findings"][finding].update(extra=1),
        lambda w: w["findings"][finding]["related"][0].update(extra=1),
        lambda w: w["findings"][finding].pop("hint"),
        lambda w: w["findings"][finding].update(severity="bad"),
        lambda w: w.update(draft=False),
    )
    for change in changes:
        changed = copy.deepcopy(whole)
        change(changed)
        assert not VALIDATOR.is_valid(changed)
