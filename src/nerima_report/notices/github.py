"""Findings as workflow commands of GitHub Actions: annotations on lines of a pull request, and the job's summary.

Commands and their escapes: docs.github.com, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

import html
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from nerima_report.edition.catalogue import Notice
from nerima_report.errors import RecordError
from nerima_report.examination import Examination
from nerima_report.findings import SEVERITIES, Severity
from nerima_report.notices import Outcome
from nerima_report.notices.grouping import by_problem
from nerima_report.places import Place
from nerima_report.text import harmless

MOST_ANNOTATIONS = 10  # of a level in one step; GitHub shows further ones only in the log
MOST_ROWS = 500  # of the summary, because GitHub refuses one of more than 1 MiB
_IN_TEXT = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = _IN_TEXT | {":": "%3A", ",": "%2C"}


def render_github(examination: Examination, outcome: Outcome) -> str:
    """A command for each finding, the most severe first, because GitHub keeps only the first of each level."""
    return "\n".join([*map(_annotation, _ordered(examination)), *_closing(examination, outcome)])


def render_refusal(error: RecordError) -> str:
    """The command for a record that cannot be used, on the line of the fault if that is known."""
    place = Place(file=error.file.as_posix(), line=error.line)
    return _command("error", place, "記録を使えません", "\n".join(filter(None, (error.key, error.reason))))


def render_summary(examination: Examination, outcome: Outcome) -> str:
    """The findings as a table in Markdown for the page of the job, which has room for more than the annotations."""
    notices = _ordered(examination)
    lines = [f"### nerima-report {outcome.command}", "", *map(_markdown, _closing(examination, outcome)), ""]
    if notices:
        lines += ["| 重さ | コード | 場所 | 指摘 |", "|---|---|---|---|"]
    for notice in notices[:MOST_ROWS]:
        where = [notice.place.file and repository_path(notice.place.file), notice.place.spot, _inside(notice.place)]
        texts = [_text(notice), *notice.also_failed_lines]
        cells = (notice.label, notice.code, " ".join(filter(None, where)), " ".join(texts))
        lines.append(f"| {' | '.join(map(_markdown, cells))} |")
    if len(notices) > MOST_ROWS:
        lines += ["", f"ほか {len(notices) - MOST_ROWS}件は、このステップのログにあります。"]
    return "\n".join(lines) + "\n\n"


def repository_path(file: str) -> str:
    """The path of a file relative to its work tree, or else to GITHUB_WORKSPACE, with / on every system."""
    path = Path(os.path.abspath(file))  # noqa: PTH100 (resolve would follow links, which git does not)
    trees = (folder for folder in path.parents if (folder / ".git").exists())
    workspace = os.environ.get("GITHUB_WORKSPACE")
    roots = [next(trees, None), Path(workspace) if workspace else None, Path.cwd()]
    root = next((root for root in roots if root and path.is_relative_to(root)), None)
    return (path.relative_to(root) if root else path).as_posix()


def _ordered(examination: Examination) -> list[Notice]:
    """What nobody explained comes first."""
    return sorted(by_problem(examination.notices), key=lambda notice: not notice.is_open)


def _annotation(notice: Notice) -> str:
    text = [_text(notice), *notice.also_failed_lines]
    if notice.compared:
        text.append(f"比べたところ: {'、'.join(notice.compared)}")
    text += [f"考えられる直し: {line}" for line in notice.advice]
    if notice.is_open:
        text.append(notice.hint)
    title = " ".join(filter(None, (notice.code, _inside(notice.place))))
    return _command(_level(notice), notice.place, title, "\n".join(text))


def _command(level: str, place: Place, title: str, text: str) -> str:
    line = str(place.line) if place.line else ""
    properties = {"file": place.file and repository_path(place.file), "line": line, "title": harmless(title)}
    where = ",".join(f"{key}={_escaped(value, _IN_PROPERTY)}" for key, value in properties.items() if value)
    lines = [harmless(line) for line in text.splitlines()]
    return f"::{level} {where}::{_escaped(chr(10).join(lines), _IN_TEXT)}"


def _closing(examination: Examination, outcome: Outcome) -> Iterator[str]:
    """How the run ended, and the number of findings where GitHub shows fewer annotations."""
    yield harmless(outcome.closing)
    levels = Counter(map(_level, _ordered(examination)))
    if max(levels.values(), default=0) > MOST_ANNOTATIONS:
        counts = "、".join(f"{level} {levels[level]}件" for level in SEVERITIES if levels[level])
        yield (
            f"GitHub が注釈として示すのは、一つのステップで種類ごとに{MOST_ANNOTATIONS}件までです（全部で {counts}）。"
            "すべての指摘は、ステップのログと、ジョブの要約（Summary）にあります。"
        )


def _level(notice: Notice) -> Severity:
    """The level of the annotation: the severity, or notice where somebody explained the finding."""
    return notice.severity if notice.is_open else "notice"


def _text(notice: Notice) -> str:
    return notice.message if notice.is_open else f"{notice.message}（説明: {notice.explanation}）"


def _inside(place: Place) -> str:
    """The place without its file and line: 福祉部管理課 ＞ 公開.処理状況 ＞ C6（全部公開・件数）."""
    inner = str(replace(place, file="", section=""))
    return " ＞ ".join(filter(None, (place.section, inner)))


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(char, char) for char in text)


def _markdown(text: str) -> str:
    """A text as plain words in a cell of a table."""
    escaped = "".join(f"\\{char}" if char in "\\`*_[]|~$#" else char for char in harmless(text))
    return html.escape(escaped, quote=False)
