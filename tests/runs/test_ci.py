"""The ward's own repository: docs/ci.md and .pre-commit-hooks.yaml, tried on a real one, with their very commands."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, SAMPLE, Command
from nerima_report.edition import Edition
from nerima_report.examination import examine
from nerima_report.records.file import read_record, write_record
from nerima_report.report.content import Content
from nerima_report.tallies.submission import Inbox
from nerima_report.tallies.totals import Totals

pytestmark = pytest.mark.thorough

CI = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
INSTALLING = "道具に要るものを入れる"
STOCKS = ("業務の登録", "電算結合")
# Two rows whose sum stays as it was; what they said before has been printed.
MOVED = {"営業活動": 1848, "区政の監視、区民参加": 100}
RUNNER = pytest.mark.skipif(os.name == "nt", reason="the shell of the workflow is bash")
ANNOTATION = re.compile(
    r"^::(?P<level>error|warning|notice) file=(?P<file>[^,\n]+)(?:,line=(?P<line>\d+))?,title=(?P<title>.+?)::",
    re.MULTILINE,
)


@pytest.fixture
def ward(tmp_path: Path, command: Command, content: Content) -> Path:
    """A repository as docs/ci.md wants it, with the records of 2021 (invented) and 2022."""
    repository, tools = tmp_path / "ward", tmp_path / "tools"
    for folder in (repository / "records", tools):
        folder.mkdir(parents=True)
    _put_python(tools, sys.executable)
    (repository / ".gitattributes").write_text(block("gitattributes", "records"), encoding="utf-8")
    (repository / ".gitignore").write_text(block("gitignore", "out"), encoding="utf-8")
    type_in(command, repository, 2022, content.collection.totals)
    record = read_record(repository / "records" / "2022.json")
    cells = (
        cell if cell.row in STOCKS else cell.model_copy(update={"value": round((cell.value or 0) * 0.97)})
        for cell in record.cells
    )
    before = record.model_copy(update={"fiscal_year": 2021, "name": "令和3年度", "cells": tuple(cells)})
    (repository / "records" / "2021.json").write_bytes(write_record(before))
    git(repository, "init", "-q", "-b", "main")
    commit(repository)
    return repository


def _put_python(tools: Path, executable: Path | str) -> None:
    (tools / "python").write_text(f'#!/bin/sh\nexec "{executable}" "$@"\n')
    (tools / "python").chmod(0o755)


def block(language: str, containing: str) -> str:
    """The block of docs/ci.md in which some words stand."""
    (found,) = (text for text in re.findall(rf"```{language}\n(.*?)```", CI, re.DOTALL) if containing in text)
    return str(found)


def job() -> dict[str, Any]:
    """The job of the workflow of docs/ci.md."""
    return dict(yaml.safe_load(block("yaml", "pull_request"))["jobs"]["check"])


def environment(repository: Path) -> dict[str, str]:
    """As on a runner: Python is on the PATH, the tool checked out, and no settings of this machine's git count."""
    tools = repository.parent / "tools"
    python_path = job()["env"]["PYTHONPATH"].replace("${{ github.workspace }}/.tool", str(ROOT))
    paths = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": python_path}
    runner = {"RUNNER_TEMP": str(tools), "GITHUB_STEP_SUMMARY": str(tools / "summary.md")}
    return os.environ | paths | runner | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(repository: Path, *arguments: str) -> str:
    who = ("-c", "user.name=区", "-c", "user.email=ward@example.invalid")
    run = subprocess.run(["git", *who, *arguments], cwd=repository, env=environment(repository), capture_output=True)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout.decode()


def commit(repository: Path) -> None:
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "記録を改める")


def propose(repository: Path) -> None:
    """Commit what changed on a branch and merge it, as GitHub does to check a pull request."""
    git(repository, "checkout", "-qb", "change")
    commit(repository)
    git(repository, "checkout", "-q", "main")
    git(repository, "merge", "-q", "--no-ff", "-m", "merge", "change")


def type_in(
    command: Command, repository: Path, year: int, totals: Totals, changes: dict[str, int] | None = None
) -> None:
    """Make or revise the record of a year from a CSV; some rows may have other numbers than the totals."""
    lines = ["part,table,group,row,column,value"]
    for key, value in totals.values.items():
        told = (changes or {}).get(key.row, value)
        part, _, table = key.table.partition(".")
        if told is None:  # a table that was not asked for in the year
            lines.append(f"{part},{table},,,,該当なし")
        else:
            lines.append(",".join((part, table, key.group, key.row, key.column, str(told))))
    lines = list(dict.fromkeys(lines))
    (repository.parent / "year.csv").write_text("\n".join(lines), encoding="utf-8")
    reason = ("--revise", "数え直し") if changes else ()
    file = repository.parent / "year.csv"
    run = command("-C", repository, "record", "import", file, "--year", year, *reason)
    assert run.code == 0, run.out + run.err


def run_workflow(repository: Path) -> tuple[int, list[dict[str, str]], str]:
    """Run what the workflow of docs/ci.md runs after what the tool needs is installed."""
    installing, checking = (step for step in job()["steps"] if "run" in step)
    assert installing["name"] == INSTALLING
    run = run_step(repository, checking)
    out = run.stdout.decode()
    return run.returncode, annotated(out), out


def run_step(repository: Path, step: dict[str, Any]) -> subprocess.CompletedProcess[bytes]:
    assert step["shell"] == "bash"  # for which GitHub runs: bash --noprofile --norc -eo pipefail
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=repository,
        env=environment(repository),
        capture_output=True,
    )


def annotated(out: str) -> list[dict[str, str]]:
    return [match.groupdict() for match in ANNOTATION.finditer(out)]


def changed_lines(repository: Path, file: str) -> set[int]:
    """The lines that git shows as new in a file."""
    diff = git(repository, "diff", "-U0", "HEAD^", "--", file)
    lines: set[int] = set()
    for first, count in re.findall(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", diff, re.MULTILINE):
        lines |= set(range(int(first), int(first) + int(count or 1)))
    return lines


@RUNNER
def test_a_pull_request_is_annotated_on_the_lines_that_it_changes(
    ward: Path, command: Command, content: Content
) -> None:
    type_in(command, ward, 2022, content.collection.totals, MOVED)
    propose(ward)
    code, found, out = run_workflow(ward)
    assert (code, {finding["level"] for finding in found}) == (0, {"warning"})
    assert {finding["file"] for finding in found} == {"records/2022.json"}
    assert {int(finding["line"]) for finding in found} <= changed_lines(ward, "records/2022.json")
    lines = (ward / "records" / "2022.json").read_text(encoding="utf-8").splitlines()
    rows = {json.loads(lines[int(finding["line"]) - 1].rstrip(","))["row"] for finding in found}
    assert rows == set(MOVED)
    assert block("text", "::warning").strip() in out.splitlines(), "docs/ci.md shows what it looks like"
    assert "公開.目的別" in (ward.parent / "tools" / "summary.md").read_text(encoding="utf-8")


@RUNNER
@pytest.mark.skipif("CI" not in os.environ, reason="installs everything anew: runs in CI (CI=true)")
@pytest.mark.usefixtures("reachable_index")
def test_what_the_workflow_installs_is_enough(ward: Path, command: Command, content: Content) -> None:
    subprocess.run([sys.executable, "-m", "venv", ward.parent / "venv"], check=True)
    _put_python(ward.parent / "tools", ward.parent / "venv" / "bin" / "python")
    (ward / ".tool").symlink_to(ROOT)
    (installing,) = (step for step in job()["steps"] if step.get("name") == INSTALLING)
    run = run_step(ward, installing)
    assert run.returncode == 0, run.stderr.decode()
    (ward / ".tool").unlink()  # where GitHub has a checkout, which git leaves alone
    type_in(command, ward, 2022, content.collection.totals, MOVED)
    propose(ward)
    code, found, _ = run_workflow(ward)
    assert (code, {finding["file"] for finding in found}) == (0, {"records/2022.json"})
    (validating,) = yaml.safe_load(block("yaml", "validate inbox"))
    shutil.copytree(SAMPLE / "inbox" / "2022", ward / "inbox")
    shutil.copy(SAMPLE / "roster.xlsx", ward)
    assert run_step(ward, {"shell": "bash", **validating}).returncode == 0


@RUNNER
def test_an_error_stops_the_workflow(ward: Path, command: Command, act_inbox: Inbox, act_edition: Edition) -> None:
    totals = examine(act_inbox, act_edition, 2023, None).totals
    type_in(command, ward, 2023, totals)
    commit(ward)
    type_in(command, ward, 2024, totals, {"年度末に載せているもの": 7})
    propose(ward)
    code, found, _ = run_workflow(ward)
    # The year that was copied has no cases carried over from it either, which is an error of its own.
    (error,) = (f for f in found if f["level"] == "error" and "年度末に載せているもの" in f["title"])
    assert (code, error["file"]) == (1, "records/2024.json")
    assert int(error["line"]) in changed_lines(ward, "records/2024.json")


@RUNNER
def test_without_a_changed_record_the_newest_year_is_checked(ward: Path) -> None:
    (ward / "nerima-report.toml").write_text('edition = "nerima"\n', encoding="utf-8")
    propose(ward)
    code, found, out = run_workflow(ward)
    assert (code, found) == (0, [])
    assert "令和4年度を、前の年度の記録と比べました（指摘なし）" in out


@pytest.mark.parametrize(
    ("change", "near"),
    [
        (('"value": 986}', '"value": 985}'), '"seal"'),
        (('"value": 986}', '"value": "986"}'), '"row": "全部公開"'),
        (('"value": 986}', '"value": 986'), '"row": "部分公開"'),  # where JSON is no more
    ],
)
def test_a_record_edited_by_hand_is_refused_on_its_line(
    ward: Path, command: Command, change: tuple[str, str], near: str
) -> None:
    record = ward / "records" / "2022.json"
    edited = record.read_text(encoding="utf-8").replace(*change, 1)
    record.write_text(edited, encoding="utf-8")
    run = command("-C", ward, "check", "--format", "github", "records/2022.json")
    (found,) = annotated(run.out)
    assert (run.code, found["level"], found["file"]) == (2, "error", "records/2022.json")
    assert near in edited.splitlines()[int(found["line"]) - 1]
    assert f"{found['line']}行目" in run.err


def test_a_record_that_was_removed_is_refused(ward: Path, command: Command) -> None:
    (ward / "records" / "2022.json").unlink()
    run = command("-C", ward, "check", "--format", "github", "records/2022.json")
    assert (run.code, "::error file=records/2022.json,title=" in run.out) == (2, True)


def test_the_hook_of_pre_commit_checks_the_files_that_it_is_given(
    ward: Path, command: Command, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (used,) = yaml.safe_load(block("yaml", "rev:"))["repos"]
    assert used["hooks"] == [{"id": hook["id"]}]
    assert {"name", "entry", "language"} <= hook.keys()
    assert [bool(re.search(hook["files"], name)) for name in ("records/2022.json", "集計/records/2022.json")] == [
        True
    ] * 2
    assert not re.search(hook["files"], "records/2022.json.orig")
    program, *arguments = shlex.split(hook["entry"])
    assert program in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    monkeypatch.chdir(ward.parent)  # the working folder may be a folder of the repository
    assert command(*arguments, "ward/records/2021.json", "ward/records/2022.json").code == 0
    type_in(command, ward, 2022, content.collection.totals, MOVED)
    monkeypatch.chdir(ward.parent)
    assert command(*arguments, "--strict", "ward/records/2022.json").code == 1
    assert command(*arguments, "--strict", "ward/records/2021.json").code == 1, "the next year is held against it"


def test_git_keeps_the_records_as_they_are(ward: Path) -> None:
    attributes = git(ward, "check-attr", "eol", "merge", "--", "records/2022.json")
    assert attributes.splitlines() == ["records/2022.json: eol: lf", "records/2022.json: merge: unset"]
    git(ward, "check-ignore", "-q", "out/2022/report.docx")


def test_what_the_page_names_exists(command: Command) -> None:
    assert yaml.safe_load(block("yaml", "pull_request"))["permissions"] == {"contents": "read"}
    # -P: nothing is imported from the folder of the files.
    assert CI.count("-m nerima_report") == CI.count("python -P -m nerima_report") == 2
    for name, words in re.findall(r"nerima[-_]report (check|validate)\b([^`\n]*)", CI):
        shown = command(name, "--help").out
        assert [option for option in re.findall(r"--[a-z]+", words) if option not in shown] == []
