"""What the tests of documents that are followed step by step have in common."""

from __future__ import annotations

from collections.abc import Iterable


def shows(shown: str, expected: str) -> None:
    """Every line that is expected is shown, in this order; … stands for lines that are left out."""
    rest = iter(lines(shown))
    for line in lines(expected):
        assert line == "…" or any(line in found for found in rest), f"not shown, or not in this order: {line}\n{shown}"


def lines(text: str) -> Iterable[str]:
    """The lines of a text without the blanks around them, its paths as POSIX writes them."""
    return [line.strip().replace("\\", "/") for line in text.splitlines() if line.strip()]
