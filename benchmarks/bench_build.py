"""How long `build` of the sample takes, beside a bare script that imports and reads the same (make bench)."""

from __future__ import annotations

import sys

from measuring import SAMPLE, bare, compare

RUNS = 7


def main() -> None:
    """Build the sample, and read its workbooks after importing what `build` imports."""
    inbox = SAMPLE / "inbox" / "2022"
    commands = {
        "bare": bare(inbox, "docx", "jinja2", "pandas"),
        "build": [sys.executable, "-m", "nerima_report", "-C", str(SAMPLE), "build", "2022"],
    }
    compare(f"{len(list(inbox.glob('*.xlsx')))} workbooks", commands, RUNS)


if __name__ == "__main__":
    main()
