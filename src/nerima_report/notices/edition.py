"""What changed in an edition, as a clerk reads it: file by file, each place by its Japanese name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from nerima_report.edition.changes import EditionChange, KeyStep, has_keys, item_name, names_of, values_of
from nerima_report.edition.tables import CHOICES
from nerima_report.notices.screen import fold

NOTHING = "（なし）"
_LEFT_OUT = ("key", "group", "label", "additive", "kind")
_SHORT = 30  # characters of a value that still stands on the line of its place
UNPRINTED_HINT = (
    "表「{table}」は、集めますが、原稿のどこにも出てきません。"
    '置くところに {{{{ 表("{key}") }}}} と書いてください（集めるだけなら、このままでかまいません）。'
)
FORM_HINT = (
    "各課に書いてもらうところが変わりました。municipality.toml の form_version を上げて、様式を配り直してください"
    "（前の様式に記入されたものは、変わったところが指摘されます）。"
)


def print_changes(console: Console, changes: Sequence[EditionChange]) -> None:
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
    """Print what is no fault, but what somebody who changes definitions may have forgotten."""
    for table_id in unprinted:
        console.print()
        _print(console, 0, UNPRINTED_HINT.format(table=table_id, key=table_id.partition(".")[2]))
    if new_forms:
        console.print()
        _print(console, 0, FORM_HINT)


def _lines(change: EditionChange) -> Iterator[tuple[int, str, str]]:
    """The lines about a change: indentation, text, style. Signs say what colours say."""
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
    """What an item says beside its name, and beside what nobody wrote; nothing where it has no keys."""
    values, names = values_of(item), names_of(item)
    for key, value in values.items():
        unwritten = key == "reported_by" and values.get("counted_from")
        if key not in _LEFT_OUT and not unwritten and value not in (None, "", (), False):
            yield names[key], _shown(value)


def _print(console: Console, indent: int, text: str, style: str = "") -> None:
    for number, line in enumerate(fold(text, max(console.width - indent - 4, 20))):
        console.print(Text(" " * (indent + (2 if number else 0)) + line, style), soft_wrap=True)
