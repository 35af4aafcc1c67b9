"""Findings and views as people and programs read them.

    screen, html, returned     findings for people: in the terminal, as a page, as marks in their own workbooks
    letters                    what each 課 is sent: the request, the reminder, the return
    json, junit, github        findings for programs
    status                     where the collection of a year stands, for people and for programs
    grouping, matrix, excerpt  findings by workbook; 課 × 表; the cells around a finding
    received, answers          what the 課 sent besides numbers; the [[explained]] that answers a finding
    due                        what falls due in the case ledger, for people and for programs
    registers, trend, edition  what the commands on these subjects show besides findings

A new format of findings is one module here, a name in `NoticeFormat` and a case in `render_findings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from nerima_report.examination import Examination


class NoticeFormat(StrEnum):
    """How findings are written: the names that --format takes."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    JUNIT = "junit"
    GITHUB = "github"


@dataclass(frozen=True)
class Outcome:
    """The facts of a run (command, fiscal_year, …), how it ended in one sentence, and whether warnings fail it."""

    facts: Mapping[str, object]
    closing: str
    strict: bool = False

    @property
    def command(self) -> str:
        """The command that ran: validate, build, check, record import."""
        return str(self.facts["command"])


def render_findings(notice_format: NoticeFormat, examination: Examination, outcome: Outcome) -> str:
    """The findings in a format. Only its module is imported, because some take long to load."""
    match notice_format:
        case NoticeFormat.TEXT:
            from nerima_report.notices.screen import render_text as render
        case NoticeFormat.JSON:
            from nerima_report.notices.json import render_json as render
        case NoticeFormat.HTML:
            from nerima_report.notices.html import render_html as render
        case NoticeFormat.JUNIT:
            from nerima_report.notices.junit import render_junit as render
        case NoticeFormat.GITHUB:
            from nerima_report.notices.github import render_github as render
        case _:
            assert_never(notice_format)
    return render(examination, outcome)
