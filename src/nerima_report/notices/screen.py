"""Findings on the screen: grouped by 課 and sheet, the most severe first, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from nerima_report.edition.catalogue import EXPLAINED, Notice, short
from nerima_report.edition.municipality import Words
from nerima_report.findings import SEVERITIES, SEVERITY_NAMES, Whole
from nerima_report.notices.answers import LEAD, answers_to, only_year
from nerima_report.notices.grouping import WorkbookNotices, by_workbook, same_fault
from nerima_report.text import harmless, paragraph, tell, tell_folded

if TYPE_CHECKING:
    from nerima_report.examination import Examination
    from nerima_report.notices import Outcome

STYLES = {"error": "bold red", "warning": "yellow", "notice": "cyan"}
MOST_RELATED = 6
_FILE_WIDTH = 80  # columns of the text that goes into a file
# This many findings of one kind are printed one by one for each sheet; of the others only the cells.
MOST_ALIKE = 3
MOST_CELLS = 12
REPLACED = "N606"  # a workbook that was handed in again: what changed is shown in any case


def print_notices(
    console: Console,
    notices: Iterable[Notice],
    words: Words,
    wards: Collection[str] = (),
    until: int | None = None,
) -> None:
    """Print notices; nothing is shown by colour alone.

    `wards` are the files that speak for 区全体, `until` is the year with which answers to findings end.
    """
    for workbook in by_workbook(notices, words, wards):
        console.print()
        _print(console, 0, f"■ {workbook.title}", "bold")
        _print_workbook(console, workbook, until, Whole(words.whole, frozenset(wards)))


def print_findings(console: Console, examination: Examination, outcome: Outcome) -> None:
    """Print the findings of a run, who has handed in where the run asked for that, and how it ended.

    Where a page was written that shows all findings, those on the workbook of a 課 are only counted here.
    """
    words = examination.edition.words
    if "handed_in" not in outcome.facts:
        print_notices(console, examination.notices, words, examination.wards, only_year(examination))
    else:
        from nerima_report.notices import matrix  # which most runs do without

        rows = matrix.handed_in(examination)
        others = (notice for notice in matrix.elsewhere(examination, rows) if notice.code != REPLACED)
        shown = others if "page" in outcome.facts else examination.notices
        print_notices(console, shown, words, examination.wards, only_year(examination))
        matrix.print_handed_in(console, rows, words)
    if examination.remarks or examination.resubmissions:
        from nerima_report.notices.received import print_received

        print_received(console, examination.remarks, examination.resubmissions, words)
    _print_closing(console, outcome)


def render_text(examination: Examination, outcome: Outcome) -> str:
    """What the screen shows, as the text of a file."""
    console = Console(record=True, file=StringIO(), width=_FILE_WIDTH)
    print_findings(console, examination, outcome)
    return console.export_text()


def summary(notices: Iterable[Notice]) -> str:
    """How many notices there are of each severity: エラー 2件、警告 1件."""
    counts = Counter(notice.label for notice in notices)
    labels = (*(SEVERITY_NAMES[severity] for severity in SEVERITIES), EXPLAINED)
    return "、".join(f"{label} {counts[label]}件" for label in labels if counts[label]) or "指摘なし"


def closing_of(examination: Examination) -> str:
    """How many of the files have errors, in a sentence that says nothing else."""
    files, faulty = len(examination.files), len(examination.files) - examination.fine
    all_of_them = f"{files}ファイルすべて" if files > 1 else f"{files}ファイル"
    if faulty:
        return f"{all_of_them if faulty == files else f'{files}ファイルのうち{faulty}ファイル'}にエラーがあります"
    elsewhere = any(notice.is_error for notice in examination.notices)
    return f"{all_of_them}、エラーはありません" + ("が、ほかにエラーがあります" if elsewhere else "")


def _print_closing(console: Console, outcome: Outcome) -> None:
    """Print the page and the copies that go back, and in the last line how the run ended."""
    console.print()
    returned = outcome.facts.get("returned")
    copies = [str(file) for file in returned] if isinstance(returned, list) else []
    lines = [f"返却用の写しを作りました: {harmless(file)}" for file in copies]
    if page := outcome.facts.get("page"):
        letters = outcome.facts.get("letters")
        beside = (
            ("返却用の写し", copies, "返却"),
            ("手紙", [f for f in letters if f.endswith(".txt")] if isinstance(letters, list) else [], "手紙"),
        )
        numbers = "、".join(f"{what} {len(files)} は「{folder}」に" for what, files, folder in beside if files)
        lines = [
            f"確認結果のページを作りました: {harmless(str(page))}" + (f"（その横に、{numbers}）" if numbers else "")
        ]
    tell_folded(console, [*lines, outcome.closing])


def _print_workbook(console: Console, workbook: WorkbookNotices, until: int | None, whole: Whole) -> None:
    hinted: set[str] = set()
    if workbook.owners:
        _print(console, 2, "、".join(workbook.owners))
    for sheet in workbook.sheets:
        for alike in same_fault(sheet.notices):
            for notice in alike[:MOST_ALIKE]:
                _print_notice(console, notice)
            more = alike[MOST_ALIKE:]
            if more:
                _print(console, 6, f"ほかに同じ指摘が {len(more)}件あります: {_listed(more)}")
            if alike[0].code not in hinted and alike[0].is_open:  # the hint of a code is printed once for each workbook
                _print(console, 6, f"→ {alike[0].hint}", "dim")
                hinted.add(alike[0].code)
            for answer in (answer for notice in alike[:MOST_ALIKE] for answer in answers_to(notice, until, whole)):
                _print(console, 6, LEAD)
                tell(console, [f"        {line}" for line in answer])


def _print_notice(console: Console, notice: Notice) -> None:
    where = harmless(" ".join(text for text in (notice.place.sheet, notice.place.spot) if text))
    head = Text("  ")
    if notice.is_open:
        head.append(notice.label, STYLES[notice.severity])
    else:
        head.append(f"{notice.label}（{notice.severity_name}）")
    head.append(f" {notice.code}")
    console.print(head.append(f"  {where}" if where else "", "bold"), soft_wrap=True)
    for line in _lines(notice):
        _print(console, 6, line)


def _lines(notice: Notice) -> Iterator[str]:
    yield notice.message
    yield from notice.also_failed_lines
    if notice.numbers:
        yield f"番号: {notice.numbers}"
    if notice.compared:
        yield f"比べたセル: {_compared(notice)}"
    if not notice.is_open:
        yield f"説明: {notice.explanation}"
    if notice.advice:
        yield "考えられる直し:"
        yield from (f"・{line}" for line in notice.advice)


def _compared(notice: Notice) -> str:
    names = notice.compared
    more = f" ほか{len(names) - MOST_RELATED}か所" if len(names) > MOST_RELATED else ""
    return "、".join(names[:MOST_RELATED]) + more


def _listed(notices: Sequence[Notice]) -> str:
    cells = [notice.place.cell or short(notice.place, notice.place) for notice in notices[:MOST_CELLS]]
    return "、".join(filter(None, cells)) + (" など" if len(notices) > MOST_CELLS else "")


def _print(console: Console, indent: int, text: str, style: str = "") -> None:
    """Print a paragraph folded to the width of the console; after → or ・ its later lines are indented."""
    for line in paragraph(harmless(text), console.width, indent):
        console.print(Text(line, style), soft_wrap=True)
