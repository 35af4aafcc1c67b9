"""How people slip: the numbers that somebody may have meant who typed another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, groupby

from nerima_report.corrections_definition import CorrectionsDefinition


def meant(typed: int, definition: CorrectionsDefinition) -> dict[int, tuple[str, ...]]:
    """The numbers that may have been meant, each with the kinds of slip of which `typed` (件, 人) comes out.

    The kinds are those of corrections.toml that concern the digits. A leading 0 that was typed is not kept by a
    spreadsheet, so it may have stood there.
    """
    digits = str(typed)
    ways = {
        "swapped-digits": _swapped(digits),
        "dropped-digit": _with_one_more(digits),
        "doubled-digit": _with_one_less(digits),
        "neighbouring-key": _with_another(digits, definition),
        "tenfold": _tenfold(typed),
    }
    found: dict[int, list[str]] = {}
    for kind, numbers in ways.items():
        for number in numbers if kind in definition.slips else ():
            kinds = found.setdefault(number, [])
            if number != typed and kind not in kinds:
                kinds.append(kind)
    return {number: tuple(kinds) for number, kinds in found.items() if kinds}


def _swapped(digits: str) -> Iterator[int]:
    """36 for 63; also 36 for 306, typed 036."""
    yield from _whole(
        text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :]
        for text in (digits, "0" + digits)
        for i, j in combinations(range(len(text)), 2)
    )


def _with_one_more(digits: str) -> Iterator[int]:
    """63 for 163; also 3 for 103, of which 03 was left."""
    yield from _whole(
        f"{text[:i]}{digit}{text[i:]}"
        for text in (digits, "0" + digits)
        for i in range(len(text) + 1)
        for digit in "0123456789"
    )


def _with_one_less(digits: str) -> Iterator[int]:
    """663 for 63: a digit that stands there twice in a row."""
    start = 0
    for _, same in groupby(digits):
        length = len(list(same))
        if length > 1:
            yield from _whole([digits[:start] + digits[start + 1 :]])
        start += length


def _with_another(digits: str, definition: CorrectionsDefinition) -> Iterator[int]:
    """62 for 63: one digit whose key lies beside."""
    yield from _whole(
        f"{text[:i]}{other}{text[i + 1 :]}"
        for text in (digits, "0" + digits)
        for i, digit in enumerate(text)
        for other in definition.beside.get(digit, ())
    )


def _tenfold(typed: int) -> Iterator[int]:
    """630 for 63, and 63 for 630."""
    if typed:
        yield typed * 10
    if typed and typed % 10 == 0:
        yield typed // 10


def _whole(texts: Iterable[str]) -> Iterator[int]:
    """The texts that are numbers as somebody writes them: without a leading 0."""
    return (int(text) for text in texts if len(text) == 1 or text[0] != "0")
