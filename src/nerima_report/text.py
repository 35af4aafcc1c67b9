"""The likely name behind a misspelled one. It is only ever suggested, never taken silently."""

from __future__ import annotations

from collections.abc import Iterable

from nerima_report.tallies.layout import plain

# How alike two names must be, in percent of their characters: 取り下げ and 取下げ are 86, 却下 and 取下げ are 40.
LEAST_LIKENESS = 60
# 課 of one 部 share the beginning of their names.
LEAST_LIKENESS_OF_SECTIONS = 75


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
