"""The report as one web page that needs no other file: the same texts and numbers as the other formats.

This module decides what stands where; report.html.j2 decides how it looks on screens and on paper (JIS X 8341-3).
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from nerima_report.report.blocks import CONTENTS_TITLE, Block, Picture, Report, Table
from nerima_report.text import one_line

TEMPLATE = "report.html.j2"
MOST_COLUMNS = 3  # that a telephone shows beside each other; a wider table can be moved sideways there
MANY_COLUMNS = 8  # with more than these, a table is set closer
SHORT_TABLE = 12  # a table of so many rows at most is printed on one page


def render_html(report: Report) -> str:
    """The page; the same report gives the same bytes. All texts are escaped; there are no scripts, and no links out."""
    return _template().render(
        report=report,
        contents_title=CONTENTS_TITLE,
        kind_of=_kind,
        row_headings=_row_headings,
        is_wide=_is_wide,
        is_list=_is_list,
        is_grouped=_is_grouped,
        classes_of=_classes,
        data_of=_data,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: one_line(value).strip() if type(value) is str else value,
    )
    return environment.get_template(TEMPLATE)


def _kind(block: Block) -> str:
    return type(block).__name__


def _is_wide(table: Table) -> bool:
    return len(table.columns) > MOST_COLUMNS


def _is_list(table: Table) -> bool:
    """Whether a table holds texts alone, so that its columns need their widths."""
    return not any(column.numeric for column in table.columns)


def _is_grouped(table: Table) -> bool:
    """Whether rows head others; then each group is a body of the table of its own, and so is the total."""
    return any(row[0].heads_rows for row in table.rows)


def _classes(table: Table) -> str:
    kind = "list" if _is_list(table) else "numbers"
    wide = " wide" if _is_wide(table) else ""
    wide += " many" if len(table.columns) > MANY_COLUMNS else ""
    short = " short" if len(table.rows) <= SHORT_TABLE else ""
    return f"table {kind}{wide}{short}"


def _row_headings(table: Table) -> int:
    """How many columns at the left say what a row is about: all before the numbers, or the first one of a list."""
    return next((place for place, column in enumerate(table.columns) if column.numeric), 1)


def _data(picture: Picture) -> str:
    """The content of a picture as an address."""
    return f"data:image/png;base64,{b64encode(picture.content).decode()}"
