"""docs/adapt-to-last-year.md tells the truth: every step is done as it is written, and shows what it says.

The document is the test's data: its commands are run, its replacements made, its screens and lines of the report found.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import ROOT, SAMPLE, Command

DOCUMENT = (ROOT / "docs" / "adapt-to-last-year.md").read_text(encoding="utf-8")
STEPS = re.compile(
    r"^ファイル: `(?P<file>[^`]+)`$|^```(?P<kind>[a-z]+)(?: (?P<side>前|後))?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Reader:
    """Somebody who follows the document from its beginning, in the folder in which the program lies."""

    folder: Path
    command: Command
    file: Path = Path()
    before: str = ""
    screen: str = ""
    done: list[str] = field(default_factory=list)

    def follow(self, step: re.Match[str]) -> None:
        match step["kind"], step["side"]:
            case None, _:
                self.file = self.folder / step["file"].replace("\\", "/")
            case "powershell", _:
                self.screen = "".join(map(self.run, step["text"].splitlines()))
            case _, "前":
                self.before = step["text"].removesuffix("\n")
            case _, "後":
                self.replace(step["text"].removesuffix("\n"))
            case "text", _:
                shows(self.screen, step["text"])
            case "markdown", _:
                shows(self.report.read_text(encoding="utf-8"), step["text"])
            case kind, _:
                raise AssertionError(f"a block that nobody follows: {kind}")
        self.done.append(f"{step['kind'] or 'file'}{step['side'] or ''}")

    @property
    def report(self) -> Path:
        return max(self.folder.glob("練習/out/*/report.md"), key=lambda path: path.stat().st_mtime_ns)

    def run(self, line: str) -> str:
        words = shlex.split(line)
        if words[0] == "Copy-Item":
            shutil.copytree(self.folder / words[-2], self.folder / words[-1])
            return ""
        assert words[0] == "nerima-report"
        run = self.command("-C", self.folder / words[2], *words[3:]) if words[1] == "-C" else None
        assert run is not None, line
        assert run.code in (0, 2), run.err
        return run.out + run.err

    def replace(self, after: str) -> None:
        text = self.file.read_text(encoding="utf-8")
        assert text.count(self.before) == 1, f"{self.file.name}: {self.before}"
        self.file.write_text(text.replace(self.before, after), encoding="utf-8")


def shows(shown: str, expected: str) -> None:
    """Every line that is expected is shown, in this order; … stands for lines that are left out."""
    rest = iter(lines(shown))
    for line in lines(expected):
        assert line == "…" or any(line in found for found in rest), f"not shown, or not in this order: {line}\n{shown}"


def lines(text: str) -> Iterable[str]:
    return [line.strip().replace("\\", "/") for line in text.splitlines() if line.strip()]


@pytest.fixture
def reader(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setenv("COLUMNS", "120")  # as wide as a window of PowerShell
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SAMPLE, tmp_path / "sample_data", ignore=shutil.ignore_patterns("out", "forms", "*.py"))
    return Reader(tmp_path, command)


def test_the_document_can_be_followed_from_beginning_to_end(reader: Reader) -> None:
    for step in STEPS.finditer(DOCUMENT):
        reader.follow(step)
    for kind in ("powershell", "text", "markdown", "toml前", "toml後", "jinja前", "jinja後"):
        assert kind in reader.done


def test_every_block_of_the_document_is_followed() -> None:
    assert len(STEPS.findall(DOCUMENT)) == len(re.findall(r"^```[a-z]|^ファイル: `", DOCUMENT, re.M))


def test_a_screen_that_is_not_shown_fails() -> None:
    with pytest.raises(AssertionError, match="not shown"):
        shows("一\n二\n", "二\n一\n")
