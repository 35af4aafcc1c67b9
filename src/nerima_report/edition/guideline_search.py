"""Which types of the guideline a few words are about. It proposes; the office decides."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from nerima_report.edition.guideline import Entry, Guideline
from nerima_report.text import plain

# How alike the nearest types must be, in percent (rapidfuzz), and how many are proposed at most.
LEAST_LIKENESS = 35
MOST_NEAREST = 3
_BETWEEN_WORDS = re.compile(r"[\s、。，．・,.]+")
_REFERENCE = re.compile(r"別表(\d+)(?:[の‐-―ー-](\d+))?")
_HIRAGANA = str.maketrans({chr(code): chr(code - 0x60) for code in range(ord("ァ"), ord("ヶ") + 1)})
# The wording of the guideline writes these both ways.
_SPELLINGS = {"又は": "または", "及び": "および", "若しくは": "もしくは", "並びに": "ならびに"}


@dataclass(frozen=True)
class Found:
    """The types that were found. `exact`: all words stand in each; otherwise they are the nearest, best first."""

    entries: tuple[Entry, ...]
    exact: bool


def search(guideline: Guideline, text: str) -> Found:
    """The types in which every word of `text` stands, or else the nearest ones, or none.

    Searched are wording and examples, the kind (委託), and the name (別表3, 別表2の10). Width, kana and
    the spelling of または do not matter.
    """
    words = [word for word in _BETWEEN_WORDS.split(unicodedata.normalize("NFKC", text)) if word]
    matching = tuple(entry for entry in guideline.entries if words and all(_has(entry, word) for word in words))
    return Found(matching, exact=True) if matching else Found(_nearest(guideline, words), exact=False)


def _has(entry: Entry, word: str) -> bool:
    if reference := _REFERENCE.fullmatch(word):
        annex, number = reference[1], reference[2]
        return entry.annex.number == int(annex) and (number is None or entry.type.number == int(number))
    return any(_folded(word) in _folded(text) for text in _texts(entry))


def _texts(entry: Entry) -> tuple[str, ...]:
    return (entry.type.text, *entry.type.examples, entry.annex.kind)


def _folded(text: str) -> str:
    """A text without what does not matter in a search.

    >>> _folded("ｼｽﾃﾑ又はＪＡ") == _folded("システムまたは ja")
    True
    """
    for old, new in _SPELLINGS.items():
        text = text.replace(old, new)
    return plain(text).casefold().translate(_HIRAGANA)


def _nearest(guideline: Guideline, words: list[str]) -> tuple[Entry, ...]:
    from rapidfuzz import fuzz, process

    entries = tuple(guideline.entries)
    best = process.extract(
        "".join(words),
        [" ".join((entry.type.text, *entry.type.examples)) for entry in entries],
        scorer=fuzz.token_set_ratio,
        processor=_pairs,
        score_cutoff=LEAST_LIKENESS,
        limit=MOST_NEAREST,
    )
    return tuple(entries[place] for _, _, place in best)


def _pairs(text: str) -> str:
    """The pairs of characters of a text as words, but for those of hiragana only, which are mostly grammar.

    >>> _pairs("表彰を行う")
    '表彰 彰を を行 行う'
    """
    text = plain(text).casefold()
    pairs = (text[place : place + 2] for place in range(len(text) - 1))
    return " ".join(pair for pair in pairs if not re.fullmatch("[ぁ-ん]+", pair))
