"""Articles and headings as a text cites them: 指針第20条第3項、第4項 → the places in a source (see sources.py)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from nerima_report.text import plain

_KANJI = "一二三四五六七八九"
_KANJI_NUMBER = re.compile(
    rf"(?<=[第の表])[{_KANJI}十]+(?=[条項号の第])|(?<=[第の表])[{_KANJI}十]+$|[{_KANJI}十]+(?=[条項号])"
)
_ARTICLE = re.compile(r"第?(\d+)条(?:の(\d+))?(?:第?(\d+)項)?(?:第?(\d+)号)?")
# Within a text, 第 is always written. 第4号様式 is a form, no item.
_STEP = re.compile(r"第(?P<number>\d+)(?P<level>[条項号])(?!様式)(?:の(?P<branch>\d+)(?![^\W\d]*号))?")
_OTHER_LAW = "条例|法の施行規則|法|要綱|要領|政令"
_HEADING = re.compile(r"(\(\D+?\))?(?:\d|別?表)")  # how a heading begins in a list: (個人情報)7, 表4
_END_OF_LIST = re.compile(r"[。;「\[†]")
_WITHOUT_NO = re.compile(r"の(留意事項|参考|説明|本文|注)")
_IN_BRACKETS = re.compile(r"\((\D+?)\)")


class Article(NamedTuple):
    """An article (10の2), and its 項 and 号; 0 where none is named."""

    number: str
    paragraph: int = 0
    item: int = 0

    def is_same(self, other: Article) -> bool:
        """Whether both are the same place. An article whose only 項 has no number may be cited with or without it."""
        return self._replace(paragraph=self.paragraph or 1) == other._replace(paragraph=other.paragraph or 1)

    def is_within(self, other: Article) -> bool:
        """Whether the place is the other one, or a part of it; 第1項 is also an article whose only 項 has no number."""
        if self.number != other.number:
            return False
        if other.item:
            return self.is_same(other)
        return not other.paragraph or (self.paragraph or 1) == other.paragraph


def place_key(text: str) -> str:
    """A place in a source as it is compared: without white space, with digits for kanji numerals.

    >>> [place_key(text) for text in ("第六条", "第十条の二第一項", "4 の留意事項", "別表２の10", "（個人情報）表3")]
    ['第6条', '第10条の2第1項', '4留意事項', '別表2の10', '(個人情報)表3']
    """
    return _WITHOUT_NO.sub(r"\1", _KANJI_NUMBER.sub(lambda match: str(_number(match[0])), plain(text)))


def typed_key(text: str) -> str:
    """The same for what somebody types, who may leave out the brackets: 個人情報 表3."""
    return _IN_BRACKETS.sub(r"\1", place_key(text))


def _number(kanji: str) -> int:
    tens, ten, ones = kanji.rpartition("十")
    return (10 * (_KANJI.index(tens) + 1 if tens else 1) if ten else 0) + (_KANJI.index(ones) + 1 if ones else 0)


def article_of(key: str) -> Article | None:
    """The article that a key begins with: 第20条第1項, and 20条1項 too; None where it begins with none."""
    return _article(_ARTICLE.match(key))


def typed_article(key: str) -> Article | None:
    """The article that a key names and nothing else; None where it says more, or something else."""
    return _article(_ARTICLE.fullmatch(key))


def _article(found: re.Match[str] | None) -> Article | None:
    if found is None:
        return None
    number, branch, paragraph, item = found.groups()
    return Article(f"{number}の{branch}" if branch else number, int(paragraph or 0), int(item or 0))


class Citation(NamedTuple):
    """A place that a text cites: the name of the source, and an article or (as a key) a heading."""

    source: str
    place: Article | str


def citations(text: str, names: Iterable[str]) -> Iterator[Citation]:
    """The places that a text cites in the sources of these names; what it cites of other laws is passed over.

    >>> list(citations("条例第16条、規則第8条第1項、第2項、指針の概要 第5条の説明", ["規則", "指針の概要", "指針"]))[1:]
    [Citation(source='規則', place=Article(number='8', paragraph=2, item=0)), \
Citation(source='指針の概要', place=Article(number='5', paragraph=0, item=0))]
    >>> [each.place for each in citations("ガイドライン3(2)、4の留意事項", ["ガイドライン"])]
    ['3(2)', '4留意事項']
    """
    longest_first = sorted((place_key(name) for name in names), key=len, reverse=True)
    pieces = re.split(rf"({'|'.join(map(re.escape, longest_first))}|{_OTHER_LAW})", place_key(text))
    for source, said in zip(pieces[1::2], pieces[2::2], strict=True):
        if source not in longest_first:
            continue
        if said.startswith("第"):
            yield from (Citation(source, article) for article in _articles(said))
        else:
            listed = _END_OF_LIST.split(said)[0].split("、")
            half = found[1] or "" if (found := _HEADING.match(listed[0])) else ""
            for piece in takewhile(_HEADING.match, listed):
                yield Citation(source, piece if piece.startswith("(") else half + piece)


def _articles(text: str) -> Iterator[Article]:
    """The articles in a text, of which each goes on from the one before: 第8条第1項から第3項まで、第9条."""
    last: Article | None = None
    here = Article("")
    steps = list(_STEP.finditer(text))
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        number = int(step["number"])
        match step["level"]:
            case "条":
                here = Article(f"{number}の{step['branch']}" if step["branch"] else str(number))
            case "項":
                here = Article(here.number, number)
            case _:
                here = Article(here.number, here.paragraph, number)
        if (after is not None and after.start() == step.end()) or not here.number:
            continue  # what follows belongs to it
        if last is not None and text[: step.start()].endswith("から"):
            yield from _between(last, here)
        yield here
        last = here


def _between(first: Article, last: Article) -> Iterator[Article]:
    """The places between two of one level."""
    if first.number != last.number and first.number.isdigit() and last.number.isdigit():
        yield from (Article(str(number)) for number in range(int(first.number) + 1, int(last.number)))
    elif first.item != last.item:
        yield from (last._replace(item=item) for item in range(first.item + 1, last.item))
    elif first.paragraph != last.paragraph:
        yield from (last._replace(paragraph=paragraph) for paragraph in range(first.paragraph + 1, last.paragraph))
