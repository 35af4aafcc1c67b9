"""docs/another-municipality.md tells the truth: every step is done as it is written, and shows what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import ROOT, Command
from follow import STEPS, Reader

pytestmark = pytest.mark.thorough

DOCUMENT = (ROOT / "docs" / "another-municipality.md").read_text(encoding="utf-8")


def test_the_document_can_be_followed_from_an_empty_folder_to_a_report(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")  # as wide as a window of PowerShell
    monkeypatch.chdir(tmp_path)
    reader = Reader(tmp_path, command)
    for step in STEPS.finditer(DOCUMENT):
        reader.follow(step)
    for kind in ("powershell", "text", "markdown", "csv", "toml前", "toml後", "jinja前", "jinja後"):
        assert kind in reader.done
    assert command("-C", tmp_path / "運用状況", "publish", "2025").code == 0


def test_every_block_of_the_document_is_followed() -> None:
    assert len(STEPS.findall(DOCUMENT)) == len(re.findall(r"^```[a-z]|^ファイル: `", DOCUMENT, re.M))
