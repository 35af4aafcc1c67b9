"""The README tells the truth: its first two commands work in a clean clone, and its commands exist."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, Command

README = (ROOT / "README.md").read_text(encoding="utf-8")
IN_CLONE = "NERIMA_REPORT_IN_CLONE"


def first_commands() -> list[str]:
    block = re.search(r"```sh\n(.*?)```", README, re.DOTALL)
    assert block is not None
    return [line.split("#")[0].strip() for line in block[1].splitlines()]


def test_the_two_commands_come_first() -> None:
    assert first_commands() == ["make report", "make test"]
    assert README.index("make report") < README.index("## ")


@pytest.mark.skipif("CI" not in os.environ, reason="installs everything anew: runs in CI (CI=true)")
@pytest.mark.skipif(IN_CLONE in os.environ, reason="already in the clone")
@pytest.mark.usefixtures("reachable_index")
def test_the_two_commands_work_in_a_clean_clone(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTEST_"))}
    environment[IN_CLONE] = "1"
    for command in first_commands():
        # Inside the clone the tests of the editions stand for all; the whole suite is what is running here.
        arguments = ["PYTEST_ARGS=tests/edition/test_editions.py --no-cov"] if command == "make test" else []
        run = subprocess.run([*command.split(), *arguments], cwd=clone, env=environment, capture_output=True)
        assert run.returncode == 0, run.stdout.decode() + run.stderr.decode()
    built = clone / "sample_data" / "out" / "2022"
    golden = ROOT / "tests" / "golden" / "report-2022.md"
    assert (built / "report.md").read_bytes() == golden.read_bytes()
    assert (built / "report.docx").stat().st_size > 10_000


def test_every_command_and_option_of_the_readme_exists(command: Command) -> None:
    for line in re.findall(r"^nerima-report (.*?)(?:\s+#.*)?$", README, re.MULTILINE):
        name, *words = line.split()
        shown = command(name, "--help").out
        for option in (word for word in words if word.startswith("--")):
            assert option in shown, line


def test_the_readme_shows_the_ten_commands_of_the_year() -> None:
    season = ("init", "form", "status", "validate", "explain", "build", "build", "check", "publish", "trend")
    assert tuple(re.findall(r"^nerima-report (\w+)", README, re.MULTILINE)) == season
    assert len(README.partition("![")[0].splitlines()) <= 20  # one screen up to the picture


def test_the_readme_is_one_page_and_its_links_lead_somewhere() -> None:
    assert len(README.splitlines()) <= 90
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
