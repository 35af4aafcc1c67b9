"""What the tests cost in CPU time, beside the bare script of bench_build.py (make bench)."""

from __future__ import annotations

import statistics

from measuring import SAMPLE, bare, cpu_seconds

RUNS = 3
MOST = {"make test": 160, "make quick": 20}  # times the bare script


def main() -> None:
    """Run the tests and the bare script in turn; print the medians and their ratios."""
    commands = {"bare": bare(SAMPLE / "inbox" / "2022", "docx", "jinja2", "pandas")}
    commands |= {name: ["make", "--directory", str(SAMPLE.parent), *name.split()[1:]] for name in MOST}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(RUNS + 1):
        for name, command in commands.items():
            taken = cpu_seconds(command)
            if run:  # the first of each installs, and compiles the tests
                seconds[name].append(taken)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    print(f"the tests, {RUNS} runs of each, medians of CPU time")
    for name, taken in medians.items():
        print(f"  {name:10} {taken:7.2f} s")
    for name, most in MOST.items():
        print(f"  {name} / bare = {medians[name] / medians['bare']:.0f}   (to stay at or below {most})")


if __name__ == "__main__":
    main()
