"""What `register merge` changes, for people (by register and 課, field by field) and for other programs."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table

from nerima_report.edition.registers import CONFIRMED
from nerima_report.registers.matching import CONFIRMATION
from nerima_report.registers.merging import EntryChange, MergePlan
from nerima_report.text import printable, tell

MOST_SHOWN = 200  # changes that the screen shows one by one
_KINDS = ("新規", "引継ぎ", "変更", "訂正", "廃止", CONFIRMATION)


def print_changes(console: Console, plan: MergePlan) -> None:
    """Print how many entries change how in each register, then each change but mere confirmations."""
    for file in plan.left_out:
        tell(console, [f"登録簿にエラーがあるので反映しません: {file}"])
    if not plan.changes:
        return
    counts = Counter((change.register.key, change.kind) for change in plan.changes)
    table = Table("登録簿", *_KINDS, box=None, header_style="bold", pad_edge=False)
    for kind in range(1, len(_KINDS) + 1):
        table.columns[kind].justify = "right"
    for register in plan.changed_registers:
        table.add_row(printable(register.title), *(str(counts[register.key, kind]) for kind in _KINDS))
    console.print(table)
    told = [change for change in plan.changes if change.kind != CONFIRMATION]
    for change in told[:MOST_SHOWN]:
        tell(console, _lines(change))
    if len(told) > MOST_SHOWN:
        tell(console, [f"ほか {len(told) - MOST_SHOWN} 件（--format json なら、すべて出ます）"])


def as_facts(plan: MergePlan) -> list[dict[str, object]]:
    """The changes for other programs: register, kind, number, section, file, and each field before and after."""
    return [
        {
            "register": change.register.key,
            "kind": change.kind,
            "number": change.entry.number,
            "section": change.entry.section,
            "file": change.submission.file,
            "fields": [{"field": label, "before": old, "after": new} for label, old, new in change.fields],
        }
        for change in plan.changes
    ]


def _lines(change: EntryChange) -> list[str]:
    entry = change.entry
    title = f"{change.kind} {entry.number} {entry.name(change.register)}（{entry.section}）"
    if not any(before for _, before, _ in change.fields):
        return [title]
    told = [(label, old, new) for label, old, new in change.fields if label != CONFIRMED]
    return [title, *(f"    {label}: {old or '空欄'} → {new or '空欄'}" for label, old, new in told)]
