"""A release: the version and the CHANGELOG, and that nothing has changed when something cannot be built."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path

import pytest

import release
from bundle import ROOT, CannotBuild, Target, tool_version

DAY = datetime.date(2026, 12, 1)
CHANGES = "# Changelog\n\n## 0.2.0 (unreleased)\n\n- 新しい。\n\n## 0.1.0 (2026-10-01)\n\n- はじめ。\n"


def test_the_unreleased_part_of_the_changelog_gets_version_and_date() -> None:
    expected = CHANGES.replace("0.2.0 (unreleased)", "0.3.0 (2026-12-01)")
    assert release.dated(CHANGES, "0.3.0", DAY) == expected


def test_the_changelog_of_this_version_can_be_released() -> None:
    text = release.CHANGELOG.read_text(encoding="utf-8")
    assert f"## {tool_version()} (2026-12-01)" in release.dated(text, tool_version(), DAY)


@pytest.mark.parametrize(
    ("changes", "version"),
    [
        (CHANGES, "0.1.0"),
        (CHANGES.replace("(unreleased)", "(2026-11-01)"), "0.2.0"),
        (CHANGES + "\n## 0.0.9 (unreleased)\n", "0.2.0"),
    ],
)
def test_a_changelog_that_does_not_fit_is_refused(changes: str, version: str) -> None:
    with pytest.raises(CannotBuild):
        release.dated(changes, version, DAY)


@pytest.mark.parametrize("version", ["", "1", "1.2", "v1.2.3", "1.2.3rc1", "1.2.3 "])
def test_a_version_of_another_form_is_refused(version: str) -> None:
    with pytest.raises(CannotBuild):
        release.with_version('__version__ = "0.1.0"\n', version)


def test_the_version_is_written_where_the_wheel_reads_it() -> None:
    text = release.VERSION.read_text(encoding="utf-8")
    assert '__version__ = "9.8.7"' in release.with_version(text, "9.8.7")


def test_a_release_that_cannot_be_built_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [tmp_path / "version.py", tmp_path / "CHANGELOG.md"]
    for file, text in zip(files, ('__version__ = "0.1.0"\n', CHANGES), strict=True):
        file.write_text(text, encoding="utf-8")
    before = [file.read_bytes() for file in files]

    def refuse(version: str, target: Target) -> Path:
        assert [file.read_bytes() for file in files] != before
        raise CannotBuild("no")

    monkeypatch.setattr(release, "VERSION", files[0])
    monkeypatch.setattr(release, "CHANGELOG", files[1])
    monkeypatch.setattr(release, "make", refuse)
    with pytest.raises(CannotBuild):
        release.release("0.2.0", DAY, Target("windows", "3.14", ()))
    assert [file.read_bytes() for file in files] == before


@pytest.mark.parametrize("program", ["release.py", "bundle.py"])
def test_the_commands_say_what_they_lack(program: str) -> None:
    asked = ["9.9.9"] if program == "release.py" else ["windows"]
    command = [sys.executable, str(ROOT / "release" / program), *asked]
    run = subprocess.run(command, capture_output=True, check=False)
    assert run.returncode == 1
    assert b"EMBEDDED=" in run.stderr
