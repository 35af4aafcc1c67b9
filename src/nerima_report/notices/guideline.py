"""Types of the guideline as people read them: the wording, and what a match needs, with the source of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import Console
from rich.text import Text

from nerima_report import __version__
from nerima_report.edition.guideline import Annex, AnnexType, Guideline, GuidelineRule, SearchResult
from nerima_report.fiscal_year import full_name
from nerima_report.notices.screen import fold

SCHEMA_VERSION = 1


def print_guideline(console: Console, guideline: Guideline, words: str, result: SearchResult | None) -> None:
    """Print what was found for the words, or, without a search, all types."""
    _print(console, 0, f"{guideline.source}　{full_name(guideline.first_year)}から", "bold")
    for line in _answer(words, result):
        _print(console, 0, line)
    entries = guideline.entries if result is None else result.entries
    for annex, group in groupby(entries, key=lambda entry: entry.annex):
        _print_annex(console, guideline, annex, group)
    if result is None or not result.entries:
        _print_rules(console, "類型によらないとき", guideline.otherwise)
    if result is None or result.entries:
        _print_rules(console, "類型に該当しても守ること", guideline.cautions)
    console.print()
    console.print(guideline.proposal, highlight=False, markup=False, soft_wrap=True)


def render_guideline(guideline: Guideline, words: str, result: SearchResult | None) -> str:
    """The same as JSON, for other programs (docs/schemas/guideline.json): each type with all it needs."""
    entries = guideline.entries if result is None else result.entries
    envelope = {
        "schema_version": SCHEMA_VERSION,
        "program": f"nerima-report {__version__}",
        "command": "guideline",
        "source": guideline.source,
        "first_year": guideline.first_year,
        "words": words,
        "exact": result is None or result.exact,
        "types": [_facts(guideline, entry) for entry in entries],
        "cautions": [rule.model_dump() for rule in guideline.cautions],
        "otherwise": [rule.model_dump() for rule in guideline.otherwise],
        "proposal": guideline.proposal,
    }
    return json.dumps(envelope, ensure_ascii=False, indent=2)


def _facts(guideline: Guideline, entry: AnnexType) -> dict[str, object]:
    annex = entry.annex
    return {
        "name": entry.name,
        "annex": annex.number,
        "number": entry.type.number,
        "kind": annex.kind,
        "text": entry.type.text,
        "examples": list(entry.type.examples),
        "legal_basis": list(annex.legal_basis),
        "committee_needed": annex.committee.needed,
        "consultation": guideline.consultation.model_dump(by_alias=True),
        "deciders": [decider.model_dump() for decider in annex.deciders],
        "decision_note": annex.decision_note,
        "then": annex.then,
    }


def _answer(words: str, result: SearchResult | None) -> Iterator[str]:
    if result is None:
        return
    if result.exact:
        yield f"「{words}」のすべての言葉がある類型は、{len(result.entries)}件あります。"
    elif result.entries:
        yield f"「{words}」のすべての言葉がある類型はありません。近いものを示します。"
    else:
        yield f"「{words}」に近い類型は見つかりませんでした。ほかの言葉でも探してみてください。"


def _print_annex(console: Console, guideline: Guideline, annex: Annex, entries: Iterable[AnnexType]) -> None:
    console.print()
    _print(console, 0, f"■ {annex.name}（{annex.kind}）　{annex.title}", "bold")
    for entry in entries:
        _print(console, 2, f"{entry.name}　{entry.type.text}")
        for example in entry.type.examples:
            _print(console, 6, f"例　{example}")
    for name, text in _needs(guideline, annex):
        _print(console, 4, f"{name}　{text}", "cyan")


def _needs(guideline: Guideline, annex: Annex) -> Iterator[tuple[str, str]]:
    consultation = guideline.consultation
    committee = "審議が要る" if annex.committee.needed else "審議は要らない"
    deciders = "、または".join(f"{decider.who}［{decider.basis}］" for decider in annex.deciders)
    yield "根拠　　　", "、".join(annex.legal_basis)
    yield "協議　　　", f"いつも{consultation.when}{consultation.with_}と協議する［{consultation.basis}］"
    yield "運営委員会", f"{committee}［{annex.committee.basis}］"
    yield "決定　　　", "。".join(filter(None, (deciders, annex.decision_note)))
    yield "そのあと　", annex.then


def _print_rules(console: Console, heading: str, rules: Iterable[GuidelineRule]) -> None:
    console.print()
    _print(console, 0, f"■ {heading}", "bold")
    for rule in rules:
        _print(console, 2, f"・{rule.text}［{rule.basis}］")


def _print(console: Console, indent: int, text: str, style: str = "") -> None:
    """Print a paragraph folded to the width of the console; its later lines stand two characters further in."""
    for number, line in enumerate(fold(text, max(console.width - indent - 4, 20))):
        console.print(Text(" " * (indent + (4 if number else 0)) + line, style), soft_wrap=True)
