"""What the 課 sent besides numbers, on the screen: what they wrote, and what they changed when they handed in again.

In short; the page and the JSON hold all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console

from nerima_report.edition.municipality import Words
from nerima_report.notices.status import several
from nerima_report.tallies.remarks import Remark
from nerima_report.tallies.resubmission import LINE_KINDS, CellChange, LineChange, Resubmission
from nerima_report.text import harmless

MOST_CHANGES = 5  # of one workbook; the others are counted
NOTHING = "空欄"


def print_received(console: Console, remarks: Sequence[Remark], again: Sequence[Resubmission], words: Words) -> None:
    """Print both, as far as there is any; what a 課 wrote on one line, and what several wrote alike on one."""
    _print(console, "出し直しで変わったところ", (line for one in again for line in _changes(one)))
    _print(console, f"{words.section}が書いたこと", _written(remarks))


def written_alike(remarks: Iterable[Remark]) -> dict[tuple[tuple[str, str], ...], list[str]]:
    """Who wrote what: the places (備考, コメント（公開.処理状況 B5）) with the texts, and all who wrote just these."""
    by_section: dict[str, list[tuple[str, str]]] = {}
    for remark in remarks:
        by_section.setdefault(remark.section, []).append((remark.where, remark.text))
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for section, texts in by_section.items():
        alike.setdefault(tuple(texts), []).append(section)
    return alike


def spot(change: CellChange | LineChange) -> str:
    """Where on its sheet something changed: B5（全部公開・件数）; with the table where the sheet has another name."""
    place = change.place
    table = place.table if place.table != place.sheet else ""
    inside = "・".join(text for text in (table, place.group, place.row, place.column) if text)
    return f"{place.cell}（{inside}）" if place.cell and inside else place.cell or inside


def _written(remarks: Sequence[Remark]) -> Iterator[str]:
    for texts, sections in written_alike(remarks).items():
        (where, text), more = texts[0], f"　ほか{len(texts) - 1}か所" if len(texts) > 1 else ""
        yield f"{several(sections)}　{where}「{text}」{more}"


def _changes(one: Resubmission) -> Iterator[str]:
    changes = [*map(_cell, one.cells), *map(_line, one.lines)]
    who = f"{one.submission.owner}　提出回 {one.before.number} → {one.submission.number}"
    what = f"{len(changes)}か所" if changes else "変わったところはありません"
    yield f"{who}: {what}"
    yield from (f"    {change}" for change in changes[:MOST_CHANGES])
    if len(changes) > MOST_CHANGES:
        yield f"    ほか{len(changes) - MOST_CHANGES}か所（--format html か json なら、すべて出ます）"


def _cell(change: CellChange) -> str:
    return f"{_where(change)}: {change.before or NOTHING} → {change.after or NOTHING}"


def _line(change: LineChange) -> str:
    texts = [
        f"{label}「{after or before}」" if change.kind != "changed" else f"{label}「{before}」→「{after}」"
        for label, before, after in change.fields
    ]
    return f"{_where(change)} {LINE_KINDS[change.kind]}: {'、'.join(texts)}"


def _where(change: CellChange | LineChange) -> str:
    return " ".join(filter(None, (change.place.sheet, spot(change))))


def _print(console: Console, title: str, lines: Iterable[str]) -> None:
    for number, line in enumerate(lines):
        if not number:
            console.print()
            console.print(f"■ {title}", style="bold", highlight=False)
        text = harmless(f"  {line}")
        if cell_len(text) > console.width:
            text = set_cell_size(text, console.width - 2).rstrip() + "…"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
