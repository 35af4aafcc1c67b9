"""The forms in which findings are written for other programs and browsers.

A new one is one module here, one line in `DOCUMENTS` and its name in `NoticeFormat` (cli/options.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nerima_report.examination import Examination
from nerima_report.notices import Outcome
from nerima_report.notices.github import render_github
from nerima_report.notices.html import render_html
from nerima_report.notices.json import render_json
from nerima_report.notices.junit import render_junit


@dataclass(frozen=True)
class Document:
    """A form of findings: the name that --format takes, and how an examination becomes its text."""

    name: str
    render: Callable[[Examination, Outcome], str]


DOCUMENTS = (
    Document("json", render_json),
    Document("html", render_html),
    Document("junit", render_junit),
    Document("github", render_github),
)
