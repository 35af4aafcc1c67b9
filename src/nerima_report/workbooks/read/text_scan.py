"""The scan of a text of a worksheet: in a cell, or shared by several.

A text is made of `t`, or of `t` in runs (`r`) of different looks; what stands in `rPh` is how it is read aloud. Each
text is cleaned here, once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pyexpat import XMLParserType

from nerima_report.workbooks.cleaning import clean
from nerima_report.workbooks.read.style_scan import MAIN, colour_of, is_tiny, is_true

# Characters that a stroke through them deletes.
_STRUCK_CHAR = re.compile("[^\u0335-\u0337][\u0335-\u0337]+")
_TEXT, _RUN = f"{MAIN}t", f"{MAIN}r"
LONGEST_PART = 100  # characters that are kept of what is struck, or of what stands apart


class WrittenText(str):
    """A text that a person sees otherwise than it is written.

    `changed` are the characters that cleaning replaced or took out. `whole` is the text with its struck parts, which
    are left out of the text itself; one that is struck as a whole is kept. `has_looks`: each part says how it looks.
    `apart` is what stands higher or lower than the rest, or too small to be read; `coloured` are parts by colour.
    """

    changed: str = ""
    whole: str = ""
    is_struck: bool = False
    has_looks: bool = False
    apart: str = ""
    coloured: tuple[tuple[str, str], ...] = ()


@dataclass
class RunLook:
    """How a run of a text looks, as far as it decides what is seen of it."""

    is_struck: bool = False
    is_apart: bool = False
    colour: str = ""


NO_LOOK = RunLook()
Piece = tuple[str, RunLook]


def written_text(pieces: Sequence[Piece], *, has_looks: bool = False) -> str:
    """The cleaned text of pieces, each with its look; a plain one where that is all."""
    whole = "".join(text for text, _ in pieces)
    is_even = all(look == NO_LOOK for _, look in pieces)
    rest = _STRUCK_CHAR.sub("", "".join(text for text, look in pieces if not look.is_struck))
    is_struck = rest != whole and not rest.strip()
    text, changed = clean(whole if is_struck else rest)
    if is_even and not (changed or has_looks or rest != whole):
        return text
    written = WrittenText(text)
    written.changed, written.is_struck, written.has_looks = changed, is_struck, has_looks
    if rest != whole and not is_struck:
        written.whole = clean(whole).text[:LONGEST_PART]
    if any(not look.is_apart and text.strip() for text, look in pieces):
        written.apart = "".join(text for text, look in pieces if look.is_apart).strip()
    colours = dict.fromkeys(look.colour for text, look in pieces if text.strip())
    written.coloured = tuple((c, "".join(text for text, look in pieces if look.colour == c)) for c in colours if c)
    return written


class TextScan:
    """Follows one text (`si` or `is`) and gives it to `take` when it ends.

    `opened` are the names of the open elements; while no text is open, the parser calls nobody at their ends but
    `opened.remove`, which is C.
    """

    def __init__(self, parser: XMLParserType, opened: list[str], take: Callable[[str], None]) -> None:
        self.parser, self.opened, self.take = parser, opened, take
        self.pieces: list[Piece] = []
        self.runs = self.looks = 0
        self.look = RunLook()
        self.owner = ""

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element inside of a text begins, with its attributes."""
        handlers = {"t": self._piece, "r": self._run, "rPr": self._begin_look, "strike": self._strike}
        handlers |= {"vertAlign": self._align, "sz": self._size, "color": self._colour}
        return {f"{MAIN}{name}": handler for name, handler in handlers.items()}

    def begin(self, attributes: dict[str, str]) -> None:
        """An element begins that holds a text."""
        self.owner = self.opened[-1]
        self.pieces.clear()
        self.runs = self.looks = 0
        self.look = RunLook()
        self.parser.EndElementHandler = self._end

    def _run(self, attributes: dict[str, str]) -> None:
        self.runs, self.look = self.runs + 1, RunLook()

    def _begin_look(self, attributes: dict[str, str]) -> None:
        self.looks, self.look = self.looks + 1, RunLook()

    def _strike(self, attributes: dict[str, str]) -> None:
        self.look.is_struck = is_true(attributes.get("val", "1"))

    def _align(self, attributes: dict[str, str]) -> None:
        self.look.is_apart |= attributes.get("val", "baseline") != "baseline"

    def _size(self, attributes: dict[str, str]) -> None:
        self.look.is_apart |= is_tiny(attributes)

    def _colour(self, attributes: dict[str, str]) -> None:
        self.look.colour = colour_of(attributes)

    def _piece(self, attributes: dict[str, str]) -> None:
        """A `t` begins: a piece of the text, if it stands where one does."""
        if self.owner and self.opened[-2] in (self.owner, _RUN):
            self.parser.CharacterDataHandler = self._add

    def _add(self, text: str) -> None:
        self.pieces.append((text, self.look))

    def _end(self, name: str) -> None:
        self.opened.pop()
        if name == _TEXT:
            self.parser.CharacterDataHandler = None
        elif name == self.owner:
            self.owner = ""
            self.parser.EndElementHandler = self.opened.remove
            self.take(written_text(self.pieces, has_looks=0 < self.runs == self.looks))


class SharedTextScan:
    """Follows the elements of the shared texts and lists them in order."""

    def __init__(self, parser: XMLParserType, opened: list[str], texts: list[str]) -> None:
        self.scan = TextScan(parser, opened, texts.append)

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        return {f"{MAIN}si": self.scan.begin, **self.scan.handlers}
