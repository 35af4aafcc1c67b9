"""Tables in the Markdown files for the staff (audit.md, open-items.md); the report has a format of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

NOTHING = "なし"


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table and an empty line; なし without rows. No cell can break out of its column."""
    if not rows:
        yield from (NOTHING, "")
        return
    for cells in (headings, ["---"] * len(headings), *rows):
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
    yield ""
