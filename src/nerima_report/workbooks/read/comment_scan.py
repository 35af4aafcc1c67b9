"""The scan of comments on cells: the old ones, which Excel calls notes, and the threaded ones of today.

Called for each element, so it is terse. An old comment is made of `t`, or of `t` in runs (`r`); a threaded one of one
`text`, and each answer to it is a comment of its own on the same cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pyexpat import XMLParserType

from nerima_report.workbooks import limits
from nerima_report.workbooks.cleaning import clean
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.style_scan import MAIN
from nerima_report.workbooks.values import Position, position_of, without_remark

_THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments "
# The roots of the two kinds of parts.
COMMENTS, THREADS = f"{MAIN}comments", f"{_THREADED}ThreadedComments"
_BEGINNINGS = frozenset({f"{MAIN}comment", f"{_THREADED}threadedComment"})
_TEXTS = frozenset({f"{MAIN}t", f"{_THREADED}text"})
# In what a text of a comment stands; in `rPh` it says how another is read aloud.
_HOLDERS = frozenset({f"{MAIN}text", f"{MAIN}r", f"{_THREADED}threadedComment"})


@dataclass
class ScannedComments:
    """The comments of one part: their texts by cell, and whether they are threaded."""

    threaded: bool
    texts: defaultdict[Position, list[str]] = field(default_factory=lambda: defaultdict(list))


def comments_on_sheet(parts: Iterable[ScannedComments]) -> dict[Position, str]:
    """The comments of the parts of one sheet. Excel repeats a threaded one as an old one, with a preface of its own."""
    texts: dict[Position, str] = {}
    for part in sorted(parts, key=lambda part: part.threaded):
        texts |= {position: "\n".join(pieces) for position, pieces in part.texts.items()}
    return dict(sorted(texts.items()))


class CommentScan:
    """Follows the elements of one part and fills a ScannedComments, without what the tool itself wrote on a copy."""

    def __init__(self, comments: ScannedComments, parser: XMLParserType, opened: list[str]) -> None:
        self.comments, self.parser, self.opened = comments, parser, opened
        self.pieces: list[str] = []
        self.texts: list[str] = []
        self.reference = ""
        self.number = 0

    @property
    def handlers(self) -> Mapping[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of a certain name begins, with its attributes."""
        return dict.fromkeys(_BEGINNINGS, self._comment) | dict.fromkeys(_TEXTS, self._text)

    def _comment(self, attributes: dict[str, str]) -> None:
        self.number += 1
        if self.number > limits.MAX_COMMENTS:
            raise Refused("beyond-limit", limit="comments")
        self.reference = attributes.get("ref", "")
        self.texts.clear()
        self.parser.EndElementHandler = self._end

    def _text(self, attributes: dict[str, str]) -> None:
        if len(self.opened) > 1 and self.opened[-2] in _HOLDERS:
            self.pieces.clear()
            self.parser.CharacterDataHandler = self.pieces.append

    def _end(self, name: str) -> None:
        self.opened.pop()
        if name in _TEXTS and self.parser.CharacterDataHandler is not None:
            self.parser.CharacterDataHandler = None
            self.texts.append("".join(self.pieces))
        elif name in _BEGINNINGS:
            self._take(without_remark(clean("".join(self.texts)).text).strip())

    def _take(self, text: str) -> None:
        try:
            position = position_of(self.reference.partition(":")[0])
        except ValueError:
            raise Refused("broken") from None
        if text:
            self.comments.texts[position].append(text)
