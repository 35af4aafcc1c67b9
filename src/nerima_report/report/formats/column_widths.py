"""How wide the columns of a printed table are: wide enough that no heading breaks inside a word, and no number at all.

Word offers no way to say where a heading may break, so the width decides: at 4 characters 改善予定(か所) breaks before
its unit, because an opening bracket never ends a line; at 6 it would break inside (か所).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from unicodedata import east_asian_width

from nerima_report.report.blocks import Table

HALF_WIDTH = 100  # of a character in a cell, as tables are set (10 points); of a Japanese one twice that: twips
SEAM = HALF_WIDTH // 2  # the space that Word leaves between a Latin letter or a digit and a Japanese character
PADDING = 220  # the edges of a cell: twips
READABLE = PADDING + 12 * HALF_WIDTH  # a column of text, if its weight gives it so much
_SEAM = re.compile(r"(?<=[0-9A-Za-z])(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])(?=[0-9A-Za-z])")
# What stays on one line wherever it stands: a word in Latin letters, or a character, with the brackets at its side.
_UNIT = re.compile(r"[(（「]*(?:[0-9A-Za-z.,%]+|.)[)）」、。・ー]*")
# Where a heading may break: before its unit, after a particle or a verb that a word without kana follows
# (前年度の／請求者数, 延長した／件数), and before もの. その他 is one word.
_PIECE_ENDS = re.compile(
    r"(?=[(（])|(?:(?<=[^こそあど]の)|(?<=[をにへとがはたる])|(?<=から)|(?<=まで))(?=[^ぁ-ん])|(?<=[たる])(?=もの)"
)


def column_widths(table: Table, width: int) -> list[int]:
    """The widths in twips; they add up to `width`.

    They follow the weights of the columns, as far as every heading can break between its words. The column with most
    to spare gives what the others need. Where the page is too narrow for all headings, the widest columns are cut, so
    far as their cells allow it.
    """
    headings = [column.heading for column in table.columns]
    weights = _shared_out([column.weight for column in table.columns], width)
    cells = list(_needed_by_cells(table, weights))
    needs = zip(headings, cells, strict=True)
    least = [next((good for good in _good_widths(heading) if good >= need), need) for heading, need in needs]
    if sum(least) >= width:
        floors = [min(*each) for each in zip(cells, _widest_cells(table), strict=True)]
        return _shared_out(_cut(least, floors if sum(floors) <= width else [0] * len(floors), width), width)
    widths = [_snapped(*each) for each in zip(headings, least, weights, strict=True)]
    spare = sorted(range(len(widths)), key=lambda column: least[column] - widths[column])
    for column in spare:
        widths[column] = _snapped(headings[column], least[column], widths[column] + width - sum(widths))
    widths[spare[0]] += width - sum(widths)
    return widths


def lines_of(text: str, width: int) -> int:
    """About how many lines a text takes in a cell of so many twips."""
    return max(1, -(-_width(text) // max(width - PADDING, HALF_WIDTH)))


def _shared_out(shares: list[int], width: int) -> list[int]:
    """The width divided in these shares; rounding loses nothing."""
    edges = [width * sum(shares[:place]) // sum(shares) for place in range(len(shares) + 1)]
    return [right - left for left, right in pairwise(edges)]


def _cut(widths: list[int], least: list[int], total: int) -> list[int]:
    """The widths, the widest cut to one width, but not below the least, so that they add up to at most the total."""
    cut = ([max(low, min(width, most)) for width, low in zip(widths, least, strict=True)]
           for most in range(max(widths), -1, -1))  # fmt: skip
    return next(each for each in cut if sum(each) <= total)


def _snapped(heading: str, least: int, width: int) -> int:
    """The widest width up to this one, but not below the least, at which the heading breaks between its words."""
    if width >= _width(heading) + PADDING:
        return max(width, least)
    return max([least, *(each for each in _good_widths(heading) if each <= width)])


def _needed_by_cells(table: Table, weights: list[int]) -> Iterator[int]:
    """How wide the cells of each column ask it to be: for the longest number, or for text that can still be read."""
    for column, weight, widest in zip(table.columns, weights, _widest_cells(table), strict=True):
        yield widest if column.numeric else min(weight, READABLE)


def _widest_cells(table: Table) -> list[int]:
    """How wide each column is where none of its cells breaks."""
    texts = ([row[place].text for row in table.rows] for place in range(len(table.columns)))
    return [max(map(_width, own), default=0) + PADDING for own in texts]


@cache
def _good_widths(heading: str) -> tuple[int, ...]:
    """The widths up to that of the whole heading at which it breaks only between its words, in twips."""
    whole = max(_width(heading), HALF_WIDTH)
    inner = (each for each in range(HALF_WIDTH, whole + 1, SEAM) if _breaks_well(heading, each))
    return tuple(each + PADDING for each in inner) or (whole + PADDING,)


def _breaks_well(heading: str, inner: int) -> bool:
    """Whether a heading that is set in lines of this width breaks only where it may."""
    allowed = {end.start() for end in _PIECE_ENDS.finditer(heading)}
    position, line = 0, ""
    for unit in _UNIT.findall(heading):
        if line and _width(line + unit) > inner:
            if position not in allowed:
                return False
            line = ""
        line += unit
        position += len(unit)
        if _width(line) > inner:
            return False
    return True


def _width(text: str) -> int:
    halves = sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)
    return HALF_WIDTH * halves + SEAM * len(_SEAM.findall(text))
