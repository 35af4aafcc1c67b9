"""Findings as one self-contained page for a browser: the matrix 課 × 表, then each finding with its cell in place."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nerima_report import __version__
from nerima_report.examination import Examination
from nerima_report.notices.page import STATUSES, make_page
from nerima_report.notices.told import Told
from nerima_report.text import harmless

TEMPLATE = "findings.html.j2"


def render_html(examination: Examination, told: Told) -> str:
    """The page. Whatever stands in a workbook, or is its name, is escaped; nothing is loaded from anywhere."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: harmless(value) if type(value) is str else value,
    )
    page = make_page(examination, told.closing)
    return environment.get_template(TEMPLATE).render(
        page=page, statuses=STATUSES, program=f"nerima-report {__version__}"
    )
