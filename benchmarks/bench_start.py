"""What starting costs, in CPU time: `validate` of a workbook, `--help`, and `status` of an unchanged year (make bench).

The CPU time is that of the program and of its worker. Both are measured in the same run as what they are compared with.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from itertools import cycle
from pathlib import Path

from measuring import SAMPLE, cpu_seconds

RUNS = 10
LOOKED_AT, MOST_MORE = 100, 0.5  # workbooks; s
WORKBOOK = min((SAMPLE / "inbox" / "2022").glob("*.xlsx"))
BARE_IMPORTS = "import pandas, openpyxl"
BARE_TYPER = """
import typer
app = typer.Typer()
@app.command()
def one() -> None: pass
@app.command()
def two() -> None: pass
app(["--help"])
"""
# The command, what it is compared with, and how many times its CPU time it may take.
COMPARED = (
    ("validate, one workbook", ["validate", str(WORKBOOK)], "import pandas, openpyxl", BARE_IMPORTS, 1.0),
    ("--help", ["--help"], "Typer with two commands", BARE_TYPER, 1.2),
)


def main() -> None:
    """Run each command and its baseline in turn, and print the medians and their ratios."""
    print(f"Start-up, CPU time, {RUNS} runs of each, medians")
    for name, arguments, bare_name, bare, most in COMPARED:
        commands = ([sys.executable, "-c", bare], [sys.executable, "-m", "nerima_report", *arguments])
        runs = [[cpu_seconds(command) for command in commands] for _ in range(RUNS + 1)][1:]  # the first warms up
        baseline, program = (statistics.median(times) for times in zip(*runs, strict=True))
        print(f"  {name:24} {program:.3f} s   {bare_name:24} {baseline:.3f} s")
        print(f"  ratio {program / baseline:.2f}   (to stay at or below {most})")
    with tempfile.TemporaryDirectory() as folder:
        _measure_status(Path(folder))


def _measure_status(folder: Path) -> None:
    """Look again and again at a year of a hundred workbooks, and print how much longer that takes than the help."""
    (folder / "inbox" / "2022").mkdir(parents=True)
    shutil.copy(SAMPLE / "roster.xlsx", folder)
    for number, file in zip(range(LOOKED_AT), cycle(sorted(WORKBOOK.parent.glob("*.xlsx"))), strict=False):
        shutil.copy(file, folder / "inbox" / "2022" / f"{number}.xlsx")
    program = [sys.executable, "-m", "nerima_report"]
    commands = ([*program, "--help"], [*program, "-C", str(folder), "status", "2022"])
    runs = [[cpu_seconds(command) for command in commands] for _ in range(RUNS + 1)][1:]
    usual, status = (statistics.median(times) for times in zip(*runs, strict=True))
    print(f"  status, {LOOKED_AT} workbooks    {status:.3f} s   --help                   {usual:.3f} s")
    print(f"  {status - usual:.2f} s more   (to stay at or below {MOST_MORE} s)")


if __name__ == "__main__":
    main()
