"""Registers on the screen: the entries of a day, one entry with its history, and what `register merge` changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nerima_report.edition.municipality import Words
from nerima_report.edition.registers import CONFIRMED, NUMBER, Register
from nerima_report.fiscal_year import full_date, full_name
from nerima_report.registers.entry import RegisterEntry
from nerima_report.registers.master import Step
from nerima_report.registers.merging import CONFIRMATION, EntryChange, MergePlan
from nerima_report.registers.views import RegisterView
from nerima_report.report.register import NOTHING_SAID, fields_of
from nerima_report.text import harmless, printable, tell

OPEN_TO_PUBLIC = "一般の閲覧に供するもの"
_LONGEST_LABEL = 36  # columns of the screen
MOST_SHOWN = 200  # changes that the screen shows one by one
_KINDS = ("新規", "引継ぎ", "変更", "訂正", "廃止", CONFIRMATION)


def print_list(console: Console, views: Iterable[RegisterView], words: Words, *, ended: bool) -> None:
    """Print the entries of each register, 課 by 課; a register without entries is one line."""
    for view in views:
        register = view.register
        public = f"、{OPEN_TO_PUBLIC}" if register.public else ""
        console.print()
        over = f"（ほかに廃止 {len(view.entries) - len(view.open):,}件）" if ended else ""
        _line(console, f"■ {register.heading}　{view.as_of} {len(view.open):,}件{over}{public}", "bold")
        if view.entries:
            console.print(_entries(view, words, ended))


def print_entry(
    console: Console, register: Register, entry: RegisterEntry, steps: Sequence[Step], words: Words
) -> None:
    """Print all fields of an entry, each with its article, what the sources do not say of them, and its history."""
    console.print()
    _line(console, f"■ {register.heading}　{entry.number} {entry.name(register)}", "bold")
    contents = _table("項目", "内容", "条文")
    for label, article, content in fields_of(entry, register, words, public=False):
        contents.add_row(*map(_text, (label, content or NOTHING_SAID, article)))
    contents.add_row(*map(_text, ("確認した年度", full_name(entry.confirmed) if entry.confirmed else NOTHING_SAID, "")))
    console.print(contents)
    if register.remark:
        _line(console, f"断り: {register.remark}")
    _line(console, "経緯", "bold")
    if not steps:
        _line(console, "変更履歴に、この番号の記録はありません。")
        return
    history = _table("日付", "年度", "種類", "変わったこと", words.section, "ファイル")
    for step in steps:
        change = f"{step.field}: {step.before or '（空欄）'} → {step.after or '（空欄）'}" if step.field else ""
        cells = (full_date(step.day), full_name(step.fiscal_year), step.kind, change, step.section, step.file)
        history.add_row(*map(_text, cells))
    console.print(history)


def _entries(view: RegisterView, words: Words, ended: bool) -> Table:
    table = _table(NUMBER, words.section, "名称", "登録日", *(["廃止日"] if ended else []))
    for entry in view.entries:
        days = [entry.registered, *([entry.ended] if ended else [])]
        name = [entry.number, entry.section, entry.name(view.register)]
        table.add_row(*map(_text, (*name, *(full_date(day) if day else "" for day in days))))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        whole = heading in (NUMBER, "登録日", "廃止日", "日付", "年度", "種類")
        width = _LONGEST_LABEL if heading == "項目" else None
        table.add_column(heading, no_wrap=whole, overflow="fold", max_width=width, header_style="bold")
    return table


def _text(text: str) -> Text:
    return Text(harmless(text))


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(harmless(text), style=style), soft_wrap=True)


def print_merge_plan(console: Console, plan: MergePlan) -> None:
    """Print the number of changes of each kind by register, then each change except confirmations."""
    for file in plan.left_out:
        tell(console, [f"エラーがあるので反映しません: {file}"])
    if not plan.changes:
        return
    counts = Counter((change.register.key, change.kind) for change in plan.changes)
    table = Table("登録簿", *_KINDS, box=None, header_style="bold", pad_edge=False)
    for kind in range(1, len(_KINDS) + 1):
        table.columns[kind].justify = "right"
    for register in plan.changed_registers:
        table.add_row(printable(register.title), *(str(counts[register.key, kind]) for kind in _KINDS))
    console.print(table)
    shown = [change for change in plan.changes if change.kind != CONFIRMATION]
    for change in shown[:MOST_SHOWN]:
        tell(console, _lines(change))
    if len(shown) > MOST_SHOWN:
        tell(console, [f"ほか {len(shown) - MOST_SHOWN} 件（--format json なら、すべて出ます）"])


def plan_as_facts(plan: MergePlan) -> list[dict[str, object]]:
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
    fields = [(label, old, new) for label, old, new in change.fields if label != CONFIRMED]
    return [title, *(f"    {label}: {old or '空欄'} → {new or '空欄'}" for label, old, new in fields)]
