"""The files that a report becomes. A new format is one module here and one line in `FORMATS`.

Importing this package stays cheap: a library is loaded only when a file is written that needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nerima_report.records.model import REPORT
from nerima_report.report.blocks import Report
from nerima_report.report.formats.markdown import render_markdown


@dataclass(frozen=True)
class Format:
    """A format: its name, the name of its file, and how a report becomes the bytes of that file.

    `render` takes the report and the path of the edition's reference.docx, which only Word looks at.
    """

    name: str
    file_name: str
    render: Callable[[Report, Path], bytes]


def render_as_word(report: Report, reference: Path) -> bytes:
    """The report as a Word file (see formats/word.py)."""
    from nerima_report.report.formats.word import render_word  # slow to import, and most commands write no Word file

    return render_word(report, reference)


def _markdown(report: Report, _reference: Path) -> bytes:
    return render_markdown(report).encode()


def _html(report: Report, _reference: Path) -> bytes:
    from nerima_report.report.formats.html import render_html  # Jinja2 is slow to import, too

    return render_html(report).encode()


WORD = f"{REPORT}.docx"
FORMATS = (
    Format("word", WORD, render_as_word),
    Format("markdown", f"{REPORT}.md", _markdown),
    Format("html", f"{REPORT}.html", _html),
)
