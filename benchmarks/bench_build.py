"""How long `build` of the sample takes, beside a bare script that imports and reads the same (make bench).

The bare script imports pandas, openpyxl, jinja2 and docx and reads the same workbooks with openpyxl
(read_only). Both run as whole processes, in turn; the ratio is that of the medians of one run, because a
time alone says more about the machine than about the program.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil

SAMPLE = Path(__file__).resolve().parents[1] / "sample_data"
RUNS = 7
BARE = """
import docx, jinja2, openpyxl, pandas, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.xlsx")):
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            pass
    book.close()
"""


def main() -> None:
    """Run both commands in turn and print their medians, the ratio and the memory."""
    commands = {
        "bare": [sys.executable, "-c", BARE, str(SAMPLE / "inbox" / "2022")],
        "build": [sys.executable, "-m", "nerima_report", "-C", str(SAMPLE), "build", "2022"],
    }
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for run in range(RUNS + 1):
        for name, command in commands.items():
            result = measure(command)
            if run:  # the first of each only warms up
                measured[name].append(result)
    files = len(list((SAMPLE / "inbox" / "2022").glob("*.xlsx")))
    print(f"{files} workbooks, {RUNS} runs of each, medians")
    for name, results in measured.items():
        seconds, memory = (statistics.median(values) for values in zip(*results, strict=True))
        print(f"  {name:6} {seconds:6.2f} s   {memory:6.0f} MB at most (all processes)")
    medians = {name: statistics.median(seconds for seconds, _ in results) for name, results in measured.items()}
    print(f"  build / bare = {medians['build'] / medians['bare']:.2f}   (to stay at or below 2)")


def measure(command: list[str]) -> tuple[float, float]:
    """The wall time in seconds of a command, and the memory in MB of its whole process tree at its largest."""
    started = time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    largest = 0
    while process.poll() is None:
        largest = max(largest, memory_of_tree(process))
        time.sleep(0.01)
    if process.returncode:
        raise SystemExit(f"{command[:3]} failed")
    return time.perf_counter() - started, largest / 2**20


def memory_of_tree(process: psutil.Process) -> int:
    """The resident memory in bytes of a process and its descendants."""
    total = 0
    try:
        for member in (process, *process.children(recursive=True)):
            total += member.memory_info().rss
    except psutil.Error:
        pass  # it has just ended
    return total


if __name__ == "__main__":
    main()
