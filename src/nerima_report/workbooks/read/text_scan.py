"""The texts of a workbook: those that its cells share, and those that stand in a cell itself.

A text is made of `t`, or of `t` in runs (`r`) of different looks; what stands in `rPh` is how it is read aloud.
"""

from __future__ import annotations

from collections.abc import Callable
from pyexpat import XMLParserType

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_TEXT, _RUN = f"{MAIN}t", f"{MAIN}r"


class TextScan:
    """Follows one text (`si` or `is`) and gives it to `take` when it ends.

    `opened` are the names of the open elements; while no text is open, the parser calls nobody at their ends but
    `opened.remove`, which is C.
    """

    def __init__(self, parser: XMLParserType, opened: list[str], take: Callable[[str], None]) -> None:
        self.parser, self.opened, self.take = parser, opened, take
        self.pieces: list[str] = []
        self.owner = ""

    def begin(self, attributes: dict[str, str]) -> None:
        """An element begins that holds a text."""
        self.owner = self.opened[-1]
        self.pieces.clear()
        self.parser.EndElementHandler = self._end

    def piece(self, attributes: dict[str, str]) -> None:
        """A `t` begins: a piece of the text, if it stands where one does."""
        if self.owner and self.opened[-2] in (self.owner, _RUN):
            self.parser.CharacterDataHandler = self.pieces.append

    def _end(self, name: str) -> None:
        self.opened.pop()
        if name == _TEXT:
            self.parser.CharacterDataHandler = None
        elif name == self.owner:
            self.owner = ""
            self.parser.EndElementHandler = self.opened.remove
            self.take("".join(self.pieces))


class SharedTextScan:
    """Follows the elements of the shared texts and lists them in order."""

    def __init__(self, parser: XMLParserType, opened: list[str], texts: list[str]) -> None:
        # What openpyxl does with a text that Excel escaped twice.
        self.scan = TextScan(parser, opened, lambda text: texts.append(text.replace("x005F_", "")))

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        return {f"{MAIN}si": self.scan.begin, _TEXT: self.scan.piece}
