"""What falls due in the case ledger, as people and programs read it: the screen, and docs/schemas/due.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date

from rich.cells import cell_len
from rich.console import Console

from nerima_report import __version__
from nerima_report.fiscal_year import full_date, full_name
from nerima_report.registers.due import OPINION, Due, DueDays, PossibleExtension
from nerima_report.text import fold, harmless, tell, tell_folded

SCHEMA_VERSION = 1
SOON = 7  # days
_WEEKDAYS = "月火水木金土日"
_INDENT = 6


def print_due(console: Console, found: DueDays) -> None:
    """Print what falls due, the most urgent first."""
    about = "".join(f"、{section}" for section in found.sections)
    tell(console, [f"{full_name(found.fiscal_year)}の請求台帳の期限（{full_date(found.on)}現在{about}）"])
    if not found.due:
        tell_folded(console, ["", "終わっていない請求はありません。"])
        return
    for title, group in _groups(found):
        tell(console, ["", f"■ {title}（{len(group)}件）"])
        width = max(cell_len(_when(due, found.on)) for due in group)
        for due in group:
            when = _when(due, found.on)
            owner = due.section or f"{found.section_word}なし"
            what = f"{due.number}{' 意見書' if due.kind == OPINION else ''}  {owner}"
            tell(console, [f"  {when}{' ' * (width - cell_len(when))}  {harmless(what)}"])
            for line in _lines(due, found.on):
                tell(console, [" " * _INDENT + part for part in fold(harmless(line), console.width - _INDENT)])
    if any(due.extensions for due in found.due):
        tell_folded(console, ["", "「延長」は、これからできる延長です。もとの期限までに知らせます。"])


def _groups(found: DueDays) -> Iterator[tuple[str, list[Due]]]:
    """What falls due, by how urgent it is; groups without anything are left out."""
    groups: dict[str, list[Due]] = {}
    titles = ("期限を過ぎたもの", f"{SOON}日以内に期限が来るもの", "そのあとに期限が来るもの", "補正を待っているもの",
              "期限のないもの", "受付日を読めないので、期限の分からないもの")  # fmt: skip
    for due in found.due:
        left = due.days_left(found.on)
        if due.waits:
            title = titles[3]
        elif left is None:
            title = titles[4] if due.received else titles[5]
        else:
            title = titles[0 if left < 0 else 1 if left <= SOON else 2]
        groups.setdefault(title, []).append(due)
    return ((title, groups[title]) for title in titles if title in groups)


def _when(due: Due, on: date) -> str:
    left = due.days_left(on)
    if due.day is None or left is None:
        return "－"
    if due.waits:
        return f"早くて{_short(due.day)}"
    return f"{_short(due.day)} {f'{-left}日過ぎ' if left < 0 else '今日' if left == 0 else f'あと{left}日'}"


def _lines(due: Due, on: date) -> Iterator[str]:
    """What else is to be known of it: how it was extended, and how it still may be."""
    if due.extended:
        yield f"{due.extended}で延長ずみ"
    if due.extensions:
        tell_by = due.extensions[0].tell_by
        when = "" if tell_by == due.day else f"（通知は{_short(tell_by)}まで）"
        yield f"延長: {'、'.join(map(_until, due.extensions))}{when}"
    elif due.kind != OPINION and not due.extended and due.day is not None and due.day < on:
        yield "もとの期限を過ぎたので、もう延長できません"


def _until(extension: PossibleExtension) -> str:
    return f"{extension.article}で{f'{_short(extension.until)}まで' if extension.until else '日数の定めなし'}"


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日({_WEEKDAYS[day.weekday()]})"


def render_due(found: DueDays) -> str:
    """The same as JSON: docs/schemas/due.json."""
    envelope = {
        "schema_version": SCHEMA_VERSION,
        "program": f"nerima-report {__version__}",
        "command": "ledger due",
        "fiscal_year": found.fiscal_year,
        "on": found.on.isoformat(),
        "sections": list(found.sections),
        "due": list(_as_facts(found.due, found.on)),
    }
    return json.dumps(envelope, ensure_ascii=False, indent=2)


def _as_facts(due: Iterable[Due], on: date) -> Iterator[dict[str, object]]:
    for one in due:
        yield {
            "kind": "opinion" if one.kind == OPINION else "decision",
            "part": one.part,
            "number": one.number,
            "section": one.section,
            "received": one.received.isoformat() if one.received else None,
            "day": one.day.isoformat() if one.day else None,
            "days_left": one.days_left(on),
            "extended": one.extended or None,
            "waits_for_correction": one.waits,
            "extensions": [
                {
                    "article": extension.article,
                    "until": extension.until.isoformat() if extension.until else None,
                    "tell_by": extension.tell_by.isoformat(),
                }
                for extension in one.extensions
            ],
        }
