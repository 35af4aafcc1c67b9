"""Whole processes measured in turn, beside a bare script that reads the same with openpyxl (read_only).

The ratio is that of the medians of one run, because a time alone says more about the machine than about the program.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

SAMPLE = Path(__file__).resolve().parents[1] / "sample_data"
MOST = 2  # times the bare script
BARE = """
import openpyxl, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.xlsx")):
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            pass
    book.close()
"""


def bare(folder: Path, *imports: str) -> list[str]:
    """The command that reads the workbooks of a folder with openpyxl, after these imports, and no more."""
    return [sys.executable, "-c", "".join(f"import {name}\n" for name in imports) + BARE, str(folder)]


def compare(title: str, commands: Mapping[str, list[str]], runs: int, most: float = MOST) -> None:
    """Run the commands in turn; print the medians of times and memory, and how the last compares with the first."""
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            result = measure(command)
            if run:  # the first of each only warms up
                results[name].append(result)
    medians = {name: [statistics.median(v) for v in zip(*told, strict=True)] for name, told in results.items()}
    print(f"{title}, {runs} runs of each, medians")
    for name, (seconds, memory) in medians.items():
        print(f"  {name:8} {seconds:6.2f} s   {memory:6.0f} MB at most (all processes)")
    first, *_, last = medians
    print(f"  {last} / {first} = {medians[last][0] / medians[first][0]:.2f}   (to stay at or below {most})")


def measure(command: list[str]) -> tuple[float, float]:
    """The wall time in seconds of a command, and the memory in MB of its whole process tree at its largest."""
    started = time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    largest = 0
    while process.poll() is None:
        largest = max(largest, memory_of_tree(process))
        time.sleep(0.1)  # looking at all processes takes time from those that are measured
    if process.returncode:
        raise SystemExit(f"{command[:3]} failed")
    return time.perf_counter() - started, largest / 2**20


def cpu_seconds(command: list[str]) -> float:
    """The CPU time in seconds of a command and of all processes that it started and waited for."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{command[:3]} failed")
    return usage.ru_utime + usage.ru_stime


def memory_of_tree(process: psutil.Process) -> int:
    """The resident memory in bytes of a process and its descendants."""
    total = 0
    try:
        for member in (process, *process.children(recursive=True)):
            total += member.memory_info().rss
    except psutil.Error:
        pass  # it has just ended
    return total
