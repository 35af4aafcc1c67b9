"""The guideline on using, providing and outsourcing personal information (個人情報利活用ガイドライン), as data.

Since fiscal 2023 a new use (別表1), provision (別表2) or outsourcing (別表3) needs a type of this guideline or the
committee (運営委員会). A search proposes types for some words; the office decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field, model_validator

from nerima_report.edition.definition import Definition, FiscalYear, Text, refuse_duplicates
from nerima_report.text import plain

CaseKind = Literal["利用", "提供", "委託"]
# The least similarity of proposed types in percent (rapidfuzz), and how many are proposed at most.
LEAST_LIKENESS = 35
MOST_NEAREST = 3
_BETWEEN_WORDS = re.compile(r"[\s、。，．・,.]+")
_REFERENCE = re.compile(r"別表(\d+)(?:[の‐-―ー-](\d+))?")
_HIRAGANA = str.maketrans({chr(code): chr(code - 0x60) for code in range(ord("ァ"), ord("ヶ") + 1)})
# The guideline uses both spellings.
_SPELLINGS = {"又は": "または", "及び": "および", "若しくは": "もしくは", "並びに": "ならびに"}


class GuidelineRule(Definition):
    """A sentence that the office follows, with its source."""

    text: Text = Field(title="文")
    basis: Text = Field(title="よりどころ")


class Consultation(Definition):
    """Whom a section consults before it applies a type to a case, and when."""

    with_: Text = Field(title="相手", alias="with")
    when: Text = Field(title="いつ")
    basis: Text = Field(title="よりどころ")


class Committee(Definition):
    """Whether a case of a type still needs the committee (運営委員会)."""

    needed: bool = Field(title="審議が要るか")
    basis: Text = Field(title="よりどころ")


class Decider(Definition):
    """Somebody who may decide a case of a type, with the source that says so."""

    who: Text = Field(title="人")
    basis: Text = Field(title="よりどころ")


class GuidelineType(Definition):
    """A type (類型): its number in the 別表, the wording of the ward, and examples that the office adds."""

    number: int = Field(title="番号", ge=1)
    text: Text = Field(title="文")
    examples: tuple[Text, ...] = Field(title="例", default=())


class Annex(Definition):
    """A 別表: its types, and what a matching case needs."""

    number: int = Field(title="番号", ge=1)
    kind: CaseKind = Field(title="種類")
    title: Text = Field(title="題名")
    legal_basis: tuple[Text, ...] = Field(title="根拠", min_length=1)
    committee: Committee = Field(title="運営委員会")
    deciders: tuple[Decider, ...] = Field(title="決定できる人")
    decision_note: str = Field(title="決定の注", default="")
    then: Text = Field(title="そのあと")
    types: tuple[GuidelineType, ...] = Field(title="類型", min_length=1)

    @property
    def name(self) -> str:
        """The name of the 別表: 別表2."""
        return f"別表{self.number}"

    @property
    def type_names(self) -> tuple[str, ...]:
        """The names of its types: 別表2の1, 別表2の2, …"""
        return tuple(f"{self.name}の{each.number}" for each in self.types)

    def type(self, number: int) -> GuidelineType | None:
        """The type with this number."""
        return next((each for each in self.types if each.number == number), None)

    @model_validator(mode="after")
    def _is_complete(self) -> Annex:
        for place, each in enumerate(self.types, start=1):
            if each.number != place:
                raise ValueError(f"types の{place}番目の番号が {each.number} です。1から続けて書きます")
        if len(self.deciders) != 1 and not self.decision_note:
            raise ValueError("決定できる人が一人でないとき（deciders）は、その理由を decision_note に書きます")
        return self


class EverydayWords(Definition):
    """Words that people ask with and the guideline does not use, the types to which they may lead, and why."""

    words: tuple[Text, ...] = Field(title="言葉", min_length=1)
    types: tuple[Text, ...] = Field(title="類型", min_length=1)
    reason: Text = Field(title="理由")

    def word_in(self, asked: str) -> str:
        """The first of the words that a word of a question contains (小学校 contains 学校); '' if it has none."""
        return next((word for word in self.words if _folded(word) in _folded(asked)), "")


class Guideline(Definition):
    """guideline.toml: the annexes, and what holds for all of them. It applies from `first_year` (fiscal) on."""

    title: Text = Field(title="題名")
    source: Text = Field(title="出典")
    proposal: Text = Field(title="終わりの文")
    first_year: FiscalYear = Field(title="はじめの年度")
    consultation: Consultation = Field(title="協議")
    otherwise: tuple[GuidelineRule, ...] = Field(title="類型によらないとき", min_length=1)
    cautions: tuple[GuidelineRule, ...] = Field(title="守ること", min_length=1)
    annexes: tuple[Annex, ...] = Field(title="別表", alias="annex", min_length=1)
    everyday: tuple[EverydayWords, ...] = Field(title="ふだんの言葉", default=())

    def serves(self, fiscal_year: int) -> bool:
        """Whether the guideline applies to cases of this fiscal year."""
        return fiscal_year >= self.first_year

    def annex(self, kind: str) -> Annex | None:
        """The 別表 for 利用, 提供 or 委託."""
        return next((annex for annex in self.annexes if annex.kind == kind), None)

    @property
    def entries(self) -> Iterator[AnnexType]:
        """All types, each with its 別表, in the order of the guideline."""
        return (AnnexType(annex, each) for annex in self.annexes for each in annex.types)

    @model_validator(mode="after")
    def _annexes_differ(self) -> Guideline:
        refuse_duplicates("別表の番号", [str(annex.number) for annex in self.annexes])
        refuse_duplicates("別表の kind", [annex.kind for annex in self.annexes])
        return self

    @model_validator(mode="after")
    def _everyday_words_lead_somewhere(self) -> Guideline:
        refuse_duplicates("ふだんの言葉", [_folded(word) for each in self.everyday for word in each.words])
        names = {entry.name for entry in self.entries}
        for each in self.everyday:
            refuse_duplicates(f"「{each.words[0]}」の類型", list(each.types))
            if unknown := [name for name in each.types if name not in names]:
                raise ValueError(f"ふだんの言葉「{each.words[0]}」の類型「{unknown[0]}」はありません")
        return self


@dataclass(frozen=True)
class AnnexType:
    """A type together with the 別表 in which it stands."""

    annex: Annex
    type: GuidelineType

    @property
    def name(self) -> str:
        """The name of the type: 別表2の10."""
        return f"{self.annex.name}の{self.type.number}"


@dataclass(frozen=True)
class SearchResult:
    """The types found. `exact`: each contains all words; otherwise they are the likeliest ones, best first.

    `reasons` say, by the name of a type, why an everyday word led to it.
    """

    entries: tuple[AnnexType, ...]
    exact: bool
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def search(guideline: Guideline, text: str) -> SearchResult:
    """The types that contain every word of `text`; or to which everyday words lead; or the most similar ones, or none.

    Words are searched in wording and examples, in the kind (委託), and in the name (別表3, 別表2の10). Width, kana and
    the spelling of または do not matter.
    """
    words = [word for word in _BETWEEN_WORDS.split(unicodedata.normalize("NFKC", text)) if word]
    matching = tuple(entry for entry in guideline.entries if words and all(_has(entry, word) for word in words))
    if matching:
        return SearchResult(matching, exact=True)
    everyday = _led_to(guideline, words)
    return everyday if everyday.entries else SearchResult(_nearest(guideline, words), exact=False)


def _led_to(guideline: Guideline, words: list[str]) -> SearchResult:
    """The types to which everyday words lead; if there are such, those that every word of the question fits."""
    used = {word: [each for each in guideline.everyday if each.word_in(word)] for word in words}
    reasons: dict[str, tuple[str, ...]] = {}
    for each, word in {each: word for word, found in used.items() for each in found}.items():
        for name in each.types:
            reasons[name] = (*reasons.get(name, ()), f"「{each.word_in(word)}」: {each.reason}")
    likely = [entry for entry in guideline.entries if entry.name in reasons]
    fitting = [
        entry
        for entry in likely
        if all(_has(entry, word) or any(entry.name in each.types for each in found) for word, found in used.items())
    ]
    return SearchResult(tuple(fitting or likely), exact=False, reasons=reasons)


def _has(entry: AnnexType, word: str) -> bool:
    if reference := _REFERENCE.fullmatch(word):
        annex, number = reference[1], reference[2]
        return entry.annex.number == int(annex) and (number is None or entry.type.number == int(number))
    return any(_folded(word) in _folded(text) for text in _texts(entry))


def _texts(entry: AnnexType) -> tuple[str, ...]:
    return (entry.type.text, *entry.type.examples, entry.annex.kind)


def _folded(text: str) -> str:
    """A text in the form in which it is compared in a search.

    >>> _folded("ｼｽﾃﾑ又はＪＡ") == _folded("システムまたは ja")
    True
    """
    for old, new in _SPELLINGS.items():
        text = text.replace(old, new)
    return plain(text).casefold().translate(_HIRAGANA)


def _nearest(guideline: Guideline, words: list[str]) -> tuple[AnnexType, ...]:
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
    """The pairs of characters of a text as words, without those of hiragana only, which are mostly grammar.

    >>> _pairs("表彰を行う")
    '表彰 彰を を行 行う'
    """
    text = plain(text).casefold()
    pairs = (text[place : place + 2] for place in range(len(text) - 1))
    return " ".join(pair for pair in pairs if not re.fullmatch("[ぁ-ん]+", pair))
