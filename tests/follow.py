"""Documents that tell the truth: every step is done as it is written, and shows what it says.

The document is the test's data: its commands are run, its replacements made, its screens and lines of the report found.
"""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import load_workbook

from conftest import Command

STEPS = re.compile(
    r"^ファイル: `(?P<file>[^`]+)`$|^```(?P<kind>[a-z]+)(?: (?P<side>前|後))?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Reader:
    """Somebody who follows a document from its beginning, in the folder in which the program lies."""

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
            case "csv", _:
                self.fill_in(step["text"])
            case "text", _:
                shows(self.screen, step["text"])
            case "markdown", _:
                shows(self.report.read_text(encoding="utf-8"), step["text"])
            case kind, _:
                raise AssertionError(f"a block that nobody follows: {kind}")
        self.done.append(f"{step['kind'] or 'file'}{step['side'] or ''}")

    @property
    def report(self) -> Path:
        return max(self.folder.glob("*/out/*/report.md"), key=lambda path: path.stat().st_mtime_ns)

    def run(self, line: str) -> str:
        words = shlex.split(line)
        if words[0] == "Copy-Item":
            shutil.copytree(self.folder / words[-2], self.folder / words[-1])
            return ""
        if words[0] == "mkdir":
            (self.folder / words[1]).mkdir()
            return ""
        assert words[0] == "nerima-report"
        run = self.command("-C", self.folder / words[2], *words[3:]) if words[1] == "-C" else None
        assert run is not None, line
        assert run.code in (0, 1, 2), run.err
        return run.out + run.err

    def fill_in(self, table: str) -> None:
        """Do what somebody does in Excel: write numbers into each workbook of 課 in forms/, and save it in inbox/."""
        forms = max(self.folder.glob("*/forms/*"))
        inbox = forms.parents[1] / "inbox"
        _, *rows = csv.reader(table.splitlines())
        for form in forms.glob("[0-9][1-9]_*.xlsx"):
            book = load_workbook(form)
            for sheet, cell, _, number in rows:
                book[sheet][cell].value = int(number)
            book.save(inbox / form.name)

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
    """The lines of a text without the blanks around them, its paths as POSIX writes them."""
    return [line.strip().replace("\\", "/") for line in text.splitlines() if line.strip()]
