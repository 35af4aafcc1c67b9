"""9xx: what nerima-report.toml explains and nobody found: with what was likely meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nerima_report.findings import NO_WHOLE, Explanation, Finding, Whole, place_in_settings
from nerima_report.text import LEAST_LIKENESS, LEAST_LIKENESS_OF_SECTIONS, asked, likely, plain

MOST_SHOWN = 3  # differences, or 課, that a hint names


def unused_explanations(
    unused: Iterable[Explanation],
    findings: Sequence[Finding],
    fiscal_year: int,
    whole: Whole = NO_WHOLE,
    *,
    only_near: bool = False,
) -> Iterator[Finding]:
    """A finding for each explanation that answers nothing.

    `only_near`: not for those that may be about another year, because nothing here is like what they name.
    """
    for explanation in unused:
        if explanation.year not in (None, fiscal_year):
            continue  # it is about another year
        valid = explanation.is_valid(fiscal_year)
        if only_near and not (valid and _nearest(explanation, findings, whole)):
            continue
        hint = _likely_meant(explanation, findings, fiscal_year, whole)
        texts = (explanation.code, explanation.section, explanation.table, explanation.group, explanation.row)
        details = {"about": " ".join(filter(None, texts)), "likely": hint}
        yield Finding("N902", found=explanation.difference, details=details)


def _likely_meant(
    explanation: Explanation, findings: Sequence[Finding], fiscal_year: int, whole: Whole = NO_WHOLE
) -> str:
    """What is likely wrong with an explanation that answers nothing, as a sentence; '' if nothing is near."""
    if not explanation.is_valid(fiscal_year):
        return f"until（{explanation.until}年度まで）が過ぎています。"
    still_open = [finding for finding in findings if finding.difference is not None and finding.explained is None]
    own = [finding for finding in still_open if explanation.concerns(finding, whole)]
    sections = dict.fromkeys(f.place.section for f in own if f.difference == explanation.difference)
    if len(sections) > 1:
        return f"section は「{'」か「'.join([*sections][:MOST_SHOWN])}」のどれかを、部から書いてください。"
    if own:
        differences = dict.fromkeys(f"{finding.difference:+,}" for finding in own)
        return f"今の差は {'、'.join([*differences][:MOST_SHOWN])} です。"
    best = _nearest(explanation, findings, whole)
    return "".join(f"{key} は、{asked(text)}" if text else f"{key} は書かないでください。" for key, text in best)


def _nearest(explanation: Explanation, findings: Sequence[Finding], whole: Whole) -> list[tuple[str, str]]:
    """What an explanation would have to say otherwise to answer the open finding that is nearest to it."""
    still_open = (finding for finding in findings if finding.difference is not None and finding.explained is None)
    near = (misses for finding in still_open if (misses := _misses(explanation, finding, whole)))
    return min(near, key=len, default=[])


def _misses(explanation: Explanation, finding: Finding, whole: Whole) -> list[tuple[str, str]]:
    """The keys that an explanation would have to say otherwise to answer a finding, with what it would say.

    There are none where something in it is not even like what it would have to be.
    """
    own, wanted = place_in_settings(finding, whole), explanation.place_in_settings
    if explanation.names_section_of(finding.place, whole):
        wanted.pop("section", None)
    misses = [(key, own.get(key, "")) for key, text in wanted.items() if plain(text) != plain(own.get(key, ""))]
    if not wanted.get("table") and own.get("table"):
        misses.append(("table", own["table"]))
    if explanation.difference != finding.difference:
        return []
    if explanation.code != finding.code:
        return [] if misses or finding.code[1] != explanation.code[1] else [("code", finding.code)]
    return misses if all(_is_like(wanted.get(key, ""), text, key) for key, text in misses) else []


def _is_like(written: str, text: str, key: str) -> bool:
    least = LEAST_LIKENESS_OF_SECTIONS if key == "section" else LEAST_LIKENESS
    return not written or bool(text and likely(written, [text], least)) or plain(written) in plain(text)
