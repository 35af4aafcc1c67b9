"""Which heavy modules each command imports: what is not needed costs everybody the time in which it is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import SAMPLE, Command

pytestmark = pytest.mark.thorough

# What takes long to load, and parts of the program that most commands do without.
HEAVY = (
    "docx",
    "jinja2",
    "lxml",
    "markdown_it",
    "matplotlib",
    "nerima_report.checks",
    "nerima_report.corrections",
    "nerima_report.edition.texts",
    "nerima_report.forms",
    "nerima_report.notices.html",
    "nerima_report.notices.matrix",
    "nerima_report.records.model",
    "nerima_report.report.audit",
    "nerima_report.report.compose",
    "openpyxl",
    "pydantic",
    "xlsxwriter",
)
WORKBOOKS = sorted((SAMPLE / "inbox" / "2022").glob("*.xlsx"))
CHECKING = {"pydantic", "nerima_report.checks", "nerima_report.edition.texts"}  # the texts that forms have
IMPORTS: dict[tuple[str, ...], set[str]] = {
    ("--version",): set(),
    ("--help",): set(),
    ("validate", str(WORKBOOKS[0])): CHECKING,
    ("validate", "--format", "json", str(WORKBOOKS[0])): CHECKING,
    ("explain", "N401"): {"pydantic", "nerima_report.edition.texts"},
    ("guideline", "警察署"): {"pydantic", "nerima_report.edition.texts"},
    ("register", "list"): {
        "pydantic",
        "nerima_report.edition.texts",
        "jinja2",
        "markdown_it",
    },  # its words are a report's
}


@pytest.mark.parametrize(
    ("arguments", "expected"), IMPORTS.items(), ids=[" ".join(arguments[:3])[:24] for arguments in IMPORTS]
)
def test_a_command_imports_no_more_than_it_needs(
    arguments: tuple[str, ...], expected: set[str], tmp_path: Path
) -> None:
    assert loaded_by(arguments, tmp_path) == expected


def test_a_year_that_was_looked_at_before_is_shown_at_once(workdir: Path, command: Command) -> None:
    command("-C", workdir, "status")
    assert loaded_by((), workdir) == {"pydantic"}


def loaded_by(arguments: tuple[str, ...], folder: Path) -> set[str]:
    """The heavy modules that a command imports in a folder."""
    program = (
        f"import sys\nfrom nerima_report.cli import main\ntry:\n    main({list(arguments)!r})\n"
        f"except SystemExit:\n    pass\nprint()\nprint(*(m for m in {HEAVY!r} if m in sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        cwd=folder,
    )
    return set(run.stdout.splitlines()[-1].split())
