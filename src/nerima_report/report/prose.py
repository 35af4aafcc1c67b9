"""The author's own text → what in it is no prose: a number that was typed, or a call that is none.

Which numerals may stand there is data (`edition/manuscripts.py`), and so are the names of the definitions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.manuscripts import ERA, NUMERAL, ManuscriptRules

_KANJI = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆"
_KANJI_NUMERALS = "〇零一二三四五六七八九十百千万億兆壱弐参拾"
# Digits of every script, and the signs that are numbers: ½, ², Ⅲ, ①, ㈠.
_DIGITS = "\\d²³¹¼-¾⁰-₉⅐-ↈ①-⓿❶-➓㈠-㈩㉈-㉟㊀-㊉㊱-㊿"
_QUOTE = "[\"'“”„＂＇‘’]"
# Braces of every width and pipes, words of tags behind a percent sign, entities (which Markdown would decode), and the
# private-use characters with which the program marks lines and numbers.
_TEMPLATE_SIGN = re.compile(
    r"[{}｛｝﹛﹜❴❵|｜][%％]?|[%％]\s*(?:if|elif|else|endif|for|endfor|set)\b|&\w+;|[\ue000-\uf8ff]", re.IGNORECASE
)
_OF_TEMPLATE_SIGN = "「{}」が文の中にあります。呼び出しは、半角の {{{{ }}}} か {{% %}} で、間を空けずに囲みます"
_OF_CALL = "「{}」は、呼び出しの書き誤りのようです。半角の {{{{ }}}} で囲んでください"
_OF_NUMBER = (
    "「{}」は書き込まれた数です。合計(…) や割合(…)、年度は {{{{ 年度 }}}} で呼び出してください"
    "（毎年変わらない言い方なら、manuscripts.toml の constant に、理由とともに書きます）"
)


class TextFault(NamedTuple):
    """Where in a text something is no prose, and why."""

    position: int
    reason: str


@dataclass(frozen=True)
class Prose:
    """What own text may say: the rules, and the names of the definitions, which may hold numerals.

    `units` are those of the definitions: behind a numeral they make a number of it, and each is a filter. `thousands`
    separates the digits of the numbers that it asks for.
    """

    rules: ManuscriptRules
    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    thousands: str = ","

    def faults(self, text: str, functions: tuple[str, ...]) -> list[TextFault]:
        """What in a text is no prose, in its order; `functions` are those that a manuscript may call."""
        masked = self._constant.sub(lambda match: "、" * len(match[0]), text)
        matches = [
            (pattern.search(masked), reason)
            for pattern, reason in (
                (_TEMPLATE_SIGN, _OF_TEMPLATE_SIGN),
                (_call(functions), _OF_CALL),
                (self._number, _OF_NUMBER),
            )
        ]
        return sorted(
            TextFault(match.start(), reason.format("".join(match[0].split()))) for match, reason in matches if match
        )

    @cached_property
    def _number(self) -> re.Pattern[str]:
        """A number that somebody typed: digits; a kanji numeral before a counter, in a row, or standing alone."""
        counters, kanji = _one_of((*self.rules.counters, *self.units)), f"[{_KANJI_NUMERALS}]"
        return re.compile(
            rf"[{_DIGITS}][{_DIGITS},，.．]*(?:\s*{counters})?"
            rf"|数?{kanji}[{_KANJI_NUMERALS}数]*\s*{counters}"
            f"|{kanji}{{2,}}|{kanji}(?!\n?[{_KANJI}])|{_one_of(self.rules.quantities)}"
        )

    @cached_property
    def _constant(self) -> re.Pattern[str]:
        """Everything that may stand in own text although there is a numeral in it, the longest first."""
        names = (re.escape(name) for name in self.names if self._names_something(name))
        constants = (self._pattern(text) for constant in self.rules.constant for text in constant.texts)
        return re.compile("|".join(sorted((*constants, *names), key=len, reverse=True)) or "(?!)")

    def _names_something(self, name: str) -> bool:
        """Whether a name of the definitions has a numeral and is more than a number: 30日以内, but not 5人."""
        return bool(self._number.search(name)) and len(self._number.sub("", name).strip()) > 1

    def _pattern(self, text: str) -> str:
        """A constant as a pattern. One that ends with its numeral must not be the beginning of a count (公表12件)."""
        numeral = f"(?:元|[{_DIGITS}{_KANJI_NUMERALS}]+)"
        pattern = re.escape(text).replace(r"\ ", "[ \u3000]+")
        pattern = pattern.replace(re.escape(f"{{{NUMERAL}}}"), numeral)
        pattern = pattern.replace(re.escape(f"{{{ERA}}}"), "(?:明治|大正|昭和|平成|令和)")
        if text.endswith("の"):  # 一件の請求, but not 一件のみ
            pattern += "(?!み)"
        if text.startswith("#"):  # the sign of a heading stands at the beginning of a line
            pattern = rf"(?<![^\n#]){pattern}"
        if not text.endswith(f"{{{NUMERAL}}}"):
            return pattern
        counters = _one_of((*self.rules.counters, *self.units, "数"))
        return rf"(?<![{_KANJI}]){pattern}(?![{_DIGITS}{_KANJI_NUMERALS}]|[,，.．]\d|{counters})"


def prose_of(edition: Edition) -> Prose:
    """What the manuscripts of an edition may say."""
    return Prose(edition.manuscripts, edition.names, edition.units, edition.municipality.printing.thousands)


@lru_cache(maxsize=16)
def _call(functions: tuple[str, ...]) -> re.Pattern[str]:
    """What looks like a call: a function before a bracket, or any word before a bracket and a quotation mark.

    A function named with one sign (表) may end a longer word: 申込表（…）. An opening bracket at the end of a text is
    followed by an inserted number: 前年度（{{ … }}）.
    """
    named = _one_of([f for f in functions if len(f) > 1])
    short = _one_of([f for f in functions if len(f) == 1])
    return re.compile(rf"(?:{named}|(?<![{_KANJI}]){short})\s*[(（](?!\s*\Z)|\w{{1,12}}\s*[(（]\s*{_QUOTE}")


def _one_of(texts: Sequence[str]) -> str:
    """A pattern for any of these texts, the longest first; for nothing where there are none."""
    return f"(?:{'|'.join(map(re.escape, sorted(texts, key=len, reverse=True))) or '(?!)'})"
