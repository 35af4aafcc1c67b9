"""Reading the written files back: Word through python-docx, Markdown through markdown-it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

import docx
from docx.document import Document
from docx.table import Table
from markdown_it import MarkdownIt
from markdown_it.token import Token

Rows = list[list[str]]


@dataclass(frozen=True)
class Reading:
    """What a reader finds in a file: the texts by kind ('h1', 'p', 'li'), and the rows of each table."""

    texts: list[tuple[str, str]]
    tables: list[Rows]

    def of(self, *kinds: str) -> list[str]:
        """The texts of some kinds, in order."""
        return [text for kind, text in self.texts if kind in kinds]


def open_word(file: bytes) -> Document:
    return docx.Document(BytesIO(file))


def read_word(file: bytes) -> Reading:
    """The kinds are the names of the styles."""
    document = open_word(file)
    return Reading(
        [(paragraph.style.name if paragraph.style else "", paragraph.text) for paragraph in document.paragraphs],
        [_word_rows(table) for table in document.tables],
    )


def _word_rows(table: Table) -> Rows:
    """The cells as Markdown prints them: the mark of a note, which Word raises, stands after a space."""
    return [
        [" ".join(run.text for run in cell.paragraphs[0].runs if run.text) for cell in row.cells] for row in table.rows
    ]


def read_markdown(text: str) -> Reading:
    """The kinds are the names of HTML elements. Anything but plain text in a line, such as emphasis, is named in it."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    reading = Reading([], [])
    for opened, token in pairwise(tokens):
        match opened.type:
            case "table_open":
                reading.tables.append([])
            case "tr_open":
                reading.tables[-1].append([])
            case "th_open" | "td_open":
                reading.tables[-1][-1].append(_plain(token))
            case "heading_open":
                reading.texts.append((opened.tag, _plain(token)))
            case "paragraph_open":
                reading.texts.append(("li" if opened.level else "p", _plain(token)))
            case "fence" | "code_block" | "html_block" | "hr":
                reading.texts.append((opened.type, opened.content))
            case _:
                pass
    return reading


def _plain(inline: Token) -> str:
    """The text a reader sees; `<em>` and the like where the line is more than text (links are left out)."""
    seen = (
        child.content if child.type == "text" else f"<{child.type}>"
        for child in inline.children or []
        if child.tag not in ("a", "sup")
    )
    return "".join(seen)
