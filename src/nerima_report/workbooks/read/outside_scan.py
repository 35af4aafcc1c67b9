"""The scan of what stands on a sheet outside of its cells: text boxes, shapes, headers and footers of its pages.

None of it is read as data; that it is there must be said, and a few words of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pyexpat import XMLParserType

from nerima_report.workbooks.cleaning import clean
from nerima_report.workbooks.read.style_scan import DRAWING, MAIN

DRAWINGS = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing wsDr"
_PARAGRAPH, _RUN = f"{DRAWING}p", f"{DRAWING}t"
_PAGE = tuple(f"{MAIN}{which}{what}" for which in ("odd", "even", "first") for what in ("Header", "Footer"))
_LONGEST = 200  # characters that are kept of one text
_MOST = 20  # texts that are kept of a part
# What is no text in a header: fonts, sizes and colours, and where or what the program itself writes (&L, &P, …).
_PAGE_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f+-]{2,6}|[0-9]+|[A-JL-Za-z])')


class OutsideScan:
    """Follows the elements of a drawing, or of the pages of a sheet, and lists their texts."""

    def __init__(self, texts: list[str], parser: XMLParserType, opened: list[str]) -> None:
        self.texts, self.parser, self.opened = texts, parser, opened
        self.pieces: list[str] = []

    @property
    def of_drawing(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a drawing begins; a paragraph is made of runs."""
        return {_PARAGRAPH: self._begin, _RUN: self._text}

    @property
    def of_pages(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when a header or a footer begins."""
        return dict.fromkeys(_PAGE, self._text)

    def _begin(self, attributes: dict[str, str]) -> None:
        if len(self.texts) < _MOST:
            self.texts.append("")

    def _text(self, attributes: dict[str, str]) -> None:
        self.pieces.clear()
        self.parser.CharacterDataHandler = self.pieces.append
        self.parser.EndElementHandler = self._end

    def _end(self, name: str) -> None:
        self.opened.pop()
        self.parser.CharacterDataHandler = None
        self.parser.EndElementHandler = self.opened.remove
        text = "".join(self.pieces)
        if name in _PAGE:
            self._begin({})
            text = _PAGE_CODE.sub(" ", text.replace("&&", "＆"))
        if self.texts:
            self.texts[-1] = clean(self.texts[-1] + text).text[:_LONGEST]
