"""Somebody who follows the guide (docs/guide) from its first chapter to its last, and looks at its pictures.

The guide is the data: what it tells the reader to type, to copy and to change is done as it is written, in the window
of 80 columns of which its pictures are taken. What stands in its blocks of text has to be shown.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from faulty import edit_stored, part_of
from follow import shows

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "guide"
CHAPTERS = sorted(GUIDE.glob("[0-9]*.md"))
COLUMNS = 80
_STEPS = re.compile(
    r"^```(?P<block>console|text)\n(?P<lines>.*?)^```$"
    r"|^!\[[^\]]*\]\(pictures/(?P<picture>[\w-]+)\.png\)$"
    r"|^- \*\*(?P<deed>写す|消す|書き換える)\*\* `(?P<what>[^`]+)`(?P<how>[^\n]*)$",
    re.MULTILINE | re.DOTALL,
)
_CELL = re.compile(r"\b([A-Z]+\d+)(?: を| は、Excel が) (\d+) に")
Look = Callable[["Reader", str], None]


def run(folder: Path, line: str, *, colour: bool = False) -> str:
    """What a command line of the guide prints, in a window of 80 columns."""
    program, *words = shlex.split(line)
    assert program == "nerima-report", line
    environment = os.environ | {"COLUMNS": str(COLUMNS), "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT / "src")}
    if colour:
        environment |= {"FORCE_COLOR": "1", "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "nerima_report", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True)
    assert done.returncode in (0, 1, 2), done.stderr.decode()
    return (done.stdout + done.stderr).decode()


@dataclass
class Reader:
    """A reader in a folder in which the sample lies; `look` is what they do at a picture."""

    folder: Path
    look: Look
    here: Path = Path()
    screen: str = ""
    done: list[str] = field(default_factory=list)

    def follow(self, chapter: Path) -> None:
        """Do everything that a chapter says."""
        for step in _STEPS.finditer(chapter.read_text(encoding="utf-8")):
            kind = step["block"] or step["deed"] or "picture"
            match kind:
                case "console":
                    self.screen = "".join(map(self._type, step["lines"].splitlines()))
                case "text":
                    shows(self.screen, step["lines"])
                case "picture":
                    self.look(self, step["picture"])
                case "写す":
                    self._copy(step["what"], step["how"])
                case "消す":
                    self._path(step["what"]).unlink()
                case _:
                    self._change(self._path(step["what"]), step["how"])
            self.done.append(kind)

    @property
    def work(self) -> Path:
        """The working folder of the exercise."""
        return self.folder / "練習"

    def _type(self, line: str) -> str:
        if line.startswith("cd "):
            self.here = Path(line.removeprefix("cd "))
            return ""
        return run(self.folder / self.here, line)

    def _path(self, name: str) -> Path:
        return self.folder / name.replace("\\", "/")

    def _copy(self, what: str, how: str) -> None:
        (target,) = re.findall(r"→ `([^`]+)`", how)
        self._path(target).mkdir(parents=True, exist_ok=True)
        files = sorted(self.folder.glob(what.replace("\\", "/")))
        assert files, what
        for file in files:
            shutil.copy(file, self._path(target))

    def _change(self, file: Path, how: str) -> None:
        """Change cells of a sheet, or a text that stands once in a file."""
        if sheet := re.match(r" のシート「([^」]+)」: ", how):
            cells = _CELL.findall(how)
            assert cells, how
            for cell, value in cells:
                edit_stored(file, part_of(file, sheet[1]), cell, int(value))
            return
        before, after = re.findall(r"`([^`]+)`", how)
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{file.name}: {before}"
        file.write_text(text.replace(before, after), encoding="utf-8")


def lay_out(folder: Path) -> None:
    """Put the sample where the reader of the guide has it: beside the working folder that they make."""
    ignored = shutil.ignore_patterns("out", "forms", "確認", "ledger", ".nerima-report", "*.py")
    shutil.copytree(ROOT / "sample_data", folder / "sample_data", ignore=ignored)


def commands(chapter: Path) -> Iterator[str]:
    """The command lines of a chapter."""
    for block in re.findall(r"^```console\n(.*?)^```$", chapter.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
