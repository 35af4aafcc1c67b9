"""Text: how names are compared, the likely one behind a misspelled one, and how text is shown and folded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# How alike two names must be, in percent of their characters: 取り下げ and 取下げ are 86, 却下 and 取下げ are 40.
LEAST_LIKENESS = 60
# 課 of one 部 share the beginning of their names.
LEAST_LIKENESS_OF_SECTIONS = 75
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_NEVER_FIRST = "、。，．・：；？！）」』】〕］〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_NEVER_LAST = "（「『【〔〈《"
# A word or a character, with the characters that must stay on the same line.
_UNIT = re.compile(f"[{_NEVER_LAST}]*(?:[!-~]+|.)[{_NEVER_FIRST}]*")
# Windows allows none of these in the name of a file; their full-width forms read the same.
_NOT_IN_NAMES = str.maketrans('\\/:*?"<>|', "＼／：＊？”＜＞｜")
_UNPRINTABLE = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def likely(name: object, candidates: Iterable[str], least: int = LEAST_LIKENESS) -> str:
    """The candidate that is most like the name, or '' when none is like enough.

    >>> likely("取り下げ", ["全部公開", "取下げ"]), likely("却下", ["全部公開", "取下げ"])
    ('取下げ', '')
    """
    from rapidfuzz import fuzz, process

    best = process.extractOne(plain(name), list(candidates), scorer=fuzz.ratio, processor=plain, score_cutoff=least)
    return str(best[0]) if best else ""


def asked(suggestion: str) -> str:
    """A suggestion as part of a message: もしかして「取下げ」ですか。"""
    return f"もしかして「{suggestion}」ですか。" if suggestion else ""


def printable(text: str) -> str:
    r"""A text from outside without what would move the cursor, turn the line round or be no character at all.

    >>> print(printable("総務課\n.xlsx"), printable("総務課"))
    総務課\n.xlsx 総務課
    """
    if text.isprintable():
        return text
    return "".join(_escaped(char) for char in text)


def name_of(path: Path) -> str:
    """The name of a file as records and lists keep it: printable whatever its bytes are."""
    return printable(path.name)


def is_garbled(path: Path) -> bool:
    """Whether the name of a file holds bytes that are no text: it was written in another encoding."""
    return any("\ud800" <= char <= "\udfff" for char in path.name)


def label_of(path: Path) -> str:
    """A path as findings name it: with / on every system, and printable whatever its bytes are."""
    return printable(path.as_posix())


def _escaped(char: str) -> str:
    unsafe = unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(char) in _TURNING
    return ascii(char)[1:-1] if unsafe else char


@lru_cache(maxsize=8192, typed=True)
def plain(value: object) -> str:
    """A label without what does not distinguish it: width, white space, invisible characters.

    >>> plain("合　計"), plain("請求者数 （人）")
    ('合計', '請求者数(人)')
    """
    return _INVISIBLE.sub("", "".join(unicodedata.normalize("NFKC", str(value)).split()))


def as_file_name(text: str) -> str:
    """A text as the name of a file, on every system."""
    return text.translate(_NOT_IN_NAMES)


def one_line(text: str) -> str:
    r"""The text on one line, without the characters that XML forbids or discourages.

    >>> one_line("区民\nなど\x00")
    '区民 など'
    """
    return _UNPRINTABLE.sub("", _BREAKS.sub(" ", text))


def section_key(department: str, section: str) -> str:
    """部 + 課; a section without its own 部 (会計管理室) is not named twice."""
    return section if department in ("", section) else f"{department}{section}"


def how_many(number: int) -> str:
    """A number before what it counts: 3つの課、12の課.

    >>> how_many(3), how_many(12)
    ('3つの', '12の')
    """
    return f"{number}つの" if number < 10 else f"{number}の"


def harmless(text: str) -> str:
    """A text from outside that neither steers a terminal nor hides what it says.

    >>> harmless("総務課" + chr(27) + "[2J" + chr(0x202E) + "xslx." + chr(10) + "・")
    '総務課�[2J�xslx. ・'
    """
    return "".join(c if c.isprintable() or c == "\u3000" else " " if c.isspace() else "\ufffd" for c in text)


def tell(console: Console, lines: Iterable[str], style: str = "") -> None:
    """Print lines as they are: no markup, no folding, and nothing in a name that would steer the terminal."""
    for line in lines:
        console.print(printable(line), style=style, highlight=False, soft_wrap=True, markup=False)


def tell_folded(console: Console, lines: Iterable[str]) -> None:
    """Print sentences folded to the width of the console."""
    for line in lines:
        tell(console, paragraph(printable(line), console.width))


def paragraph(text: str, width: int, indent: int = 0) -> list[str]:
    """The lines of a text, each indented; after → or ・ the later ones are indented further."""
    hanging = 3 if text.startswith("→") else 2 if text.startswith("・") else 0
    lines = fold(text, max(width - indent - hanging, 20))
    return [" " * (indent + (hanging if number else 0)) + line for number, line in enumerate(lines)]


def fold(text: str, width: int) -> list[str]:
    """The lines of a text, each at most `width` columns wide (a Japanese character takes two).

    Japanese may be folded anywhere, but no line begins with 、 or a closing bracket, or ends with an opening one. Words
    and numbers are not split, unless one is longer than a line.

    >>> fold("「部分公開」の件数が空欄です。", 14)
    ['「部分公開」の', '件数が空欄で', 'す。']
    """
    from rich.cells import cell_len

    lines, line = [], ""
    for unit in _UNIT.findall(text):
        for piece in [unit] if cell_len(unit) <= width else list(unit):
            if line and cell_len(line) + cell_len(piece) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece if line or not piece.isspace() else ""
    return [*lines, line.rstrip()]
