"""The report as Markdown (GitHub's flavour), without any HTML in it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from nerima_report.report.blocks import (
    CONTENTS_TITLE,
    Block,
    Bullets,
    Cell,
    Heading,
    Paragraph,
    Picture,
    Report,
    Table,
    TableNote,
)
from nerima_report.text import one_line

# An underscore between letters emphasises nothing; escaping it there would only break addresses.
_INLINE = re.compile(r"[\\`*<\[\]|~$]|&(?=#?[0-9A-Za-z]+;)|(?<![^\W_])_|_(?![^\W_])")
_BLOCK_START = re.compile(r"^(?:([0-9]{1,9})(?=[.)](?: |$))|(?=#{1,6}(?: |$)|>|\+(?: |$)|-(?:[ -]|$)))")
_CLOSING_HASHES = re.compile(r"(^| )(?=#+$)")


def render_markdown(report: Report) -> str:
    """Write the cover, the contents and the body; the title on the cover is the only heading of level 1."""
    blocks = [report.mark]
    for block in report.cover:
        blocks += _block(block, deeper=0)
    blocks += _contents(report)
    for block in report.printed_blocks:
        blocks += _block(block, deeper=1)
    return "\n\n".join(block for block in blocks if block) + "\n"


def _block(block: Block, deeper: int) -> Iterator[str]:
    """The paragraphs, lists and tables that a block becomes; headings stand `deeper` levels further down."""
    match block:
        case Heading(level, text):
            yield _heading(level + deeper, text)
        case Paragraph(text):
            yield _paragraph(text)
        case Bullets(items):
            yield "\n".join(f"- {_paragraph(item)}" for item in items)
        case Table():
            yield _paragraph(block.caption)
            yield _table(block)
            yield from map(_note, block.notes)
        case Picture():
            yield f"![{_inline(block.alt)}]({quote(block.file)})"
            yield _paragraph(block.caption)


def _heading(level: int, text: str) -> str:
    return f"{'#' * level} " + _CLOSING_HASHES.sub(r"\1\\", _inline(text))


def _contents(report: Report) -> Iterator[str]:
    """The headings of the body as links; one that has no anchor (it has no letters) stands as plain text."""
    if not report.headings:
        return
    yield _heading(2, CONTENTS_TITLE)
    before = [block.text for block in report.cover if isinstance(block, Heading)] + [CONTENTS_TITLE]
    anchors = _anchors([*before, *(heading.text for heading in report.headings)])[len(before) :]
    yield "\n".join(
        "  " * (heading.level - 1)
        + (f"- [{_inline(heading.text)}](#{anchor})" if anchor else f"- {_paragraph(heading.text)}")
        for heading, anchor in zip(report.headings, anchors, strict=True)
    )


def _anchors(headings: Iterable[str]) -> list[str]:
    """The anchors that GitHub gives to headings; a text that comes again gets a number.

    >>> _anchors(["1 公開、非公開", "1 公開、非公開"])
    ['1-公開非公開', '1-公開非公開-1']
    """
    seen: Counter[str] = Counter()
    anchors = []
    for heading in headings:
        slug = "".join(filter(_stays_in_anchor, one_line(heading).strip().lower())).replace(" ", "-")
        anchors.append(f"{slug}-{seen[slug]}" if slug and seen[slug] else slug)
        seen[slug] += 1
    return anchors


def _stays_in_anchor(character: str) -> bool:
    category = unicodedata.category(character)
    return character in " -" or category[0] in "LM" or category in ("Nd", "Pc")


def _table(table: Table) -> str:
    """A pipe table; the numeric columns are aligned to the right."""
    rows = [
        [_inline(column.whole_heading) for column in table.columns],
        ["---:" if column.numeric else "---" for column in table.columns],
        *([_cell(cell) for cell in row] for row in table.rows),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(cell: Cell) -> str:
    return _inline(f"{cell.text} {cell.mark}")


def _note(note: TableNote) -> str:
    return _paragraph(f"{note.mark} {note.text}")


def _paragraph(text: str) -> str:
    r"""The text as it may stand at the start of a line, where `1.` or `#` would open a list or a heading.

    >>> print(_paragraph("1. 全体の約38.5%（*印を除く。）"))
    1\. 全体の約38.5%（\*印を除く。）
    """
    return _BLOCK_START.sub(lambda start: f"{start[1] or ''}\\", _inline(text))


def _inline(text: str) -> str:
    return _INLINE.sub(r"\\\g<0>", one_line(text).strip())
