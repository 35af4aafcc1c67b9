"""Reading the written files back: Word through python-docx, Markdown through markdown-it, pages through html.parser."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
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


class _Page(HTMLParser):
    """Reads a page as `read_markdown` reads a text; a caption is a paragraph. `attributes` are those of all tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.reading = Reading([], [])
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self._text: list[str] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        if tag == "table":
            self.reading.tables.append([])
        elif tag == "tr":
            self.reading.tables[-1].append([])
        elif tag in _TEXTS:
            self._text = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _TEXTS or self._text is None:
            return
        text, self._text = "".join(self._text), None
        if tag in ("th", "td"):
            self.reading.tables[-1][-1].append(text)
        else:
            self.reading.texts.append(("p" if tag in ("caption", "figcaption") else tag, text))


_TEXTS = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "caption", "figcaption", "th", "td"}


def read_html(html: str) -> Reading:
    """The kinds are the names of HTML elements."""
    return _Page(html).reading


def tags_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    return _Page(html).attributes
