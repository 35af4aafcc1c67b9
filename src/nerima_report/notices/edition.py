"""What the commands about definitions show (cli/edition.py).

`edition check`: what changed, file by file, each place by its Japanese name. `guideline`: types and what a match needs,
with the source of each. `explain`: the catalogue of findings, one code for the screen, all codes for docs/findings.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from rich.console import Console
from rich.text import Text

from nerima_report import __version__
from nerima_report.edition import Edition
from nerima_report.edition.catalogue import Catalogue, FindingDefinition
from nerima_report.edition.changes import EditionChange, KeyStep, has_keys, item_name, names_of, values_of
from nerima_report.edition.definition import CHOICES
from nerima_report.edition.guideline import Annex, AnnexType, Guideline, GuidelineRule, SearchResult
from nerima_report.findings import SEVERITY_NAMES
from nerima_report.fiscal_year import full_name
from nerima_report.text import fold

SCHEMA_VERSION = 1  # of docs/schemas/guideline.json
CHAPTERS = {
    "1": "ファイル",
    "2": "様式の形",
    "3": "セル",
    "4": "表の中",
    "5": "表と表の間",
    "6": "集計の全体",
    "7": "年度と年度の間",
    "8": "個人情報",
    "9": "定義、割合、記録",
}
NOTHING = "（なし）"
_LEFT_OUT = ("key", "group", "label", "additive", "kind")
_SHORT = 30  # characters of a value that still stands on the line of its place
UNPRINTED_HINT = (
    "表「{table}」は、集めますが、原稿のどこにも出てきません。"
    '置くところに {{{{ 表("{key}") }}}} と書いてください（集めるだけなら、このままでかまいません）。'
)
FORM_HINT = (
    "様式に書いてもらうところが変わりました。municipality.toml の form_version を上げて、様式を配り直してください"
    "（前の様式に記入されたものは、変わったところが指摘されます）。"
)


def _print(console: Console, indent: int, text: str, style: str = "", hanging: int = 2) -> None:
    """Print a paragraph folded to the width of the console; its later lines stand further in."""
    for number, line in enumerate(fold(text, max(console.width - indent - 4, 20))):
        console.print(Text(" " * (indent + (hanging if number else 0)) + line, style), soft_wrap=True)


_print_type = partial(_print, hanging=4)  # in the guideline, whose sentences are long


def contents_of(edition: Edition) -> str:
    """What an edition has, in a line: its body, parts, tables and shares, and the fiscal years that it serves."""
    firsts = [part.definition.first_year for part in edition.parts]
    lasts = [part.definition.last_year for part in edition.parts]
    until = f"{full_name(max(filter(None, lasts)))}まで" if None not in lasts else ""
    figures = sum(len(part.figures) for part in edition.parts)
    tables = f"表 {len(edition.tables)}、割合 {figures}"
    return f"{edition.municipality.name}: 部 {len(edition.parts)}、{tables}（{full_name(min(firsts))}から{until}）"


def print_edition_changes(console: Console, changes: Sequence[EditionChange]) -> None:
    """Print every change under its file, or that there is none."""
    if not changes:
        _print(console, 0, "付属の定義と同じです。")
        return
    _print(console, 0, f"付属の定義と変わったところは、{len(changes)}か所です。")
    for file, group in groupby(changes, key=lambda change: change.file):
        console.print()
        _print(console, 0, f"■ {file}", "bold")
        for change in group:
            for indent, line, style in _lines(change):
                _print(console, indent, line, style)


def print_advice(console: Console, new_forms: bool, unprinted: Sequence[str]) -> None:
    """Print what is not wrong but may have been forgotten: tables not printed, forms to be sent out again."""
    for table_id in unprinted:
        console.print()
        _print(console, 0, UNPRINTED_HINT.format(table=table_id, key=table_id.partition(".")[2]))
    if new_forms:
        console.print()
        _print(console, 0, FORM_HINT)


def _lines(change: EditionChange) -> Iterator[tuple[int, str, str]]:
    """The lines about a change: indentation, text, style. Signs repeat what the colours say."""
    place = " ＞ ".join(_named(step) for step in change.steps) or "ファイル"
    match change.kind:
        case "added":
            yield 2, f"＋ {place}　加わった", "green"
            yield from ((6, f"{name}　{value}", "") for name, value in _facts(change.after))
        case "removed":
            yield 2, f"－ {place}　なくなった", "red"
        case "restyled":
            yield 2, "書式（Word のスタイル、余白、色）が変わった", ""
        case "reworded":
            yield 2, place, ""
            yield from ((4, f"- {line}", "red") for line in _written(change.before))
            yield from ((4, f"+ {line}", "green") for line in _written(change.after))
        case "reordered":
            yield 2, f"{place}の並びが変わった", ""
            yield 6, f"前　{_shown(change.before)}", ""
            yield 6, f"後　{_shown(change.after)}", ""
        case "changed":
            before, after = _shown(change.before), _shown(change.after)
            if len(before) + len(after) <= _SHORT:
                yield 2, f"{place}　{before} → {after}", ""
            else:
                yield 2, place, ""
                yield 6, f"前　{before}", "red"
                yield 6, f"後　{after}", "green"


def _written(lines: object) -> list[str]:
    """The lines of a manuscript that are not empty."""
    return [str(line) for line in lines if str(line).strip()] if isinstance(lines, tuple) else []


def _named(step: KeyStep) -> str:
    return f"{step.name}「{step.item}」" if step.item else step.name


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "はい（true）" if value else "いいえ（false）"
    if value is None or value in ("", ()):
        return NOTHING
    if has_keys(value):
        named = item_name(value)
        return f"「{named}」" if named else "、".join(f"{name} {inner}" for name, inner in _facts(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(_shown(item) for item in value)
    return f"「{CHOICES.get(value, value)}」" if isinstance(value, str) else str(value)


def _facts(item: object) -> Iterator[tuple[str, str]]:
    """The values of an item except its name and defaults, with their Japanese names; none where it has no keys."""
    values, names = values_of(item), names_of(item)
    for key, value in values.items():
        unwritten = key == "reported_by" and any(map(values.get, ("counted_from", "divides", "done_of")))
        if key not in _LEFT_OUT and not unwritten and value not in (None, "", (), False):
            yield names[key], _shown(value)


def print_guideline(console: Console, guideline: Guideline, words: str, result: SearchResult | None) -> None:
    """Print the result of a search, or, without one, all types."""
    _print_type(console, 0, f"{guideline.source}　{full_name(guideline.first_year)}から", "bold")
    for line in _answer(words, result):
        _print_type(console, 0, line)
    entries = guideline.entries if result is None else result.entries
    for annex, group in groupby(entries, key=lambda entry: entry.annex):
        _print_annex(console, guideline, annex, group, result.reasons if result else {})
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
        "types": [_type_facts(guideline, entry, result.reasons if result else {}) for entry in entries],
        "cautions": [rule.model_dump() for rule in guideline.cautions],
        "otherwise": [rule.model_dump() for rule in guideline.otherwise],
        "proposal": guideline.proposal,
    }
    return json.dumps(envelope, ensure_ascii=False, indent=2)


def _type_facts(guideline: Guideline, entry: AnnexType, reasons: Mapping[str, Sequence[str]]) -> dict[str, object]:
    annex = entry.annex
    return {
        "name": entry.name,
        "annex": annex.number,
        "number": entry.type.number,
        "kind": annex.kind,
        "text": entry.type.text,
        "examples": list(entry.type.examples),
        "reasons": list(reasons.get(entry.name, ())),
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
    elif result.reasons:
        yield f"ガイドラインに「{words}」という言葉はありません。当たるかもしれない類型を、わけとともに示します。"
    elif result.entries:
        yield f"「{words}」のすべての言葉がある類型はありません。近いものを示します。"
    else:
        yield f"「{words}」に当たる類型は、見つかりませんでした。ほかの言葉でも探してみてください。"


def _print_annex(
    console: Console,
    guideline: Guideline,
    annex: Annex,
    entries: Iterable[AnnexType],
    reasons: Mapping[str, Sequence[str]],
) -> None:
    console.print()
    _print_type(console, 0, f"■ {annex.name}（{annex.kind}）　{annex.title}", "bold")
    for entry in entries:
        _print_type(console, 2, f"{entry.name}　{entry.type.text}")
        for example in entry.type.examples:
            _print_type(console, 6, f"例　{example}")
        for reason in reasons.get(entry.name, ()):
            _print_type(console, 6, f"わけ　{reason}", "green")
    for name, text in _needs(guideline, annex):
        _print_type(console, 4, f"{name}　{text}", "cyan")


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
    _print_type(console, 0, f"■ {heading}", "bold")
    for rule in rules:
        _print_type(console, 2, f"・{rule.text}［{rule.basis}］")


def explain_code(code: str, catalogue: Catalogue) -> str:
    """One entry of the catalogue, in lines."""
    definition, section = catalogue.codes[code], catalogue.words.section
    title = f"{code} {definition.name}（{SEVERITY_NAMES[definition.severity]}）"
    return "\n".join(
        (title, f"  {definition.example_message}", *(f"  {fact}" for fact in _explained(definition, section)))
    )


def list_codes(catalogue: Catalogue, width: int) -> str:
    """All codes, each with its message beside it."""
    indent = 14
    return "\n".join(
        f"{code} {SEVERITY_NAMES[definition.severity]:　<4} "
        + f"\n{' ' * indent}".join(fold(definition.example_message, max(width - indent, 20)))
        for code, definition in sorted(catalogue.codes.items())
    )


def reference_page(catalogue: Catalogue) -> str:
    """docs/findings.md."""
    return "\n".join(_page(catalogue)) + "\n"


def _page(catalogue: Catalogue) -> Iterator[str]:
    yield "# 確認結果の一覧"
    yield ""
    yield "`templates/findings.toml` から作ったもの（`make docs`）。コードは変わらない。{ } にはそのつどの値が入る。"
    yield ""
    yield "画面で読むときは `nerima-report explain N401`。"
    chapter = ""
    for code, definition in sorted(catalogue.codes.items()):
        if code[1] != chapter:
            chapter = code[1]
            yield from ("", f"## {chapter}xx {CHAPTERS[chapter]}")
        yield from ("", f"### {code} {definition.name}", "")
        yield f"- 重さ: {SEVERITY_NAMES[definition.severity]}"
        yield f"- 文: {definition.message}"
        yield from (f"- {fact}" for fact in _explained(definition, catalogue.words.section))


def _explained(definition: FindingDefinition, section: str) -> Iterator[str]:
    yield f"どういうことか: {definition.explanation}"
    yield f"たとえば: {definition.example}"
    yield f"どうするか: {definition.hint}"
    if definition.office_only:
        yield f"{section}に返す写しと手紙には載らない。"
    elif definition.for_section:
        yield f"{section}に伝えること: {definition.for_section}"
    yield f"よりどころ: {definition.basis}"
