"""`register print`: masters → views → 票 or data → files.

Nothing is printed for public view while a text in it may identify a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nerima_report.checks.privacy import naming_somebody
from nerima_report.data_table import render_csv, render_workbook
from nerima_report.edition import Edition
from nerima_report.findings import Finding
from nerima_report.registers.master import load_masters
from nerima_report.registers.views import RegisterView, ViewOrder, data_of, views_of
from nerima_report.report.formats import FORMATS
from nerima_report.report.register import compose_register
from nerima_report.workspace import Delivery, Workspace

PRINTED = "登録簿"  # of out/


@dataclass(frozen=True)
class PrintOrder:
    """What to print: which registers as of when, as which kind of file, where to, over files that are there."""

    view: ViewOrder
    ending: str
    out: Path | None = None
    force: bool = False


@dataclass(frozen=True)
class PrintedRegisters:
    """What was printed: the files (none where a finding stopped them), those that were the same, the findings."""

    written: tuple[Path, ...]
    unchanged: tuple[Path, ...]
    findings: tuple[Finding, ...]


def print_registers(workspace: Workspace, edition: Edition, order: PrintOrder) -> PrintedRegisters:
    """Write a file for each register that is open to public view.

    Registers that nobody named are left out where they have no entries. Raises CannotProceed where another file is
    in the way.
    """
    views = views_of(load_masters(workspace.folder, edition), edition, order.view, public=True)
    views = [view for view in views if view.entries or order.view.registers]
    findings = tuple(finding for view in views for finding in naming_somebody(workspace.folder, view))
    if any(edition.catalogue.is_error(finding) for finding in findings):
        return PrintedRegisters((), (), findings)
    folder = order.out or workspace.folder / "out" / PRINTED
    files = {f"{view.register.key}.{order.ending}": RENDERERS[order.ending](view, edition) for view in views}
    return PrintedRegisters(*Delivery(folder, files).add(force=order.force), findings)


def _report(file_name: str) -> Callable[[RegisterView, Edition], bytes]:
    """A register in a format of the report."""
    written_as = next(form for form in FORMATS if form.file_name == file_name)
    return lambda view, edition: written_as.render(compose_register(view, edition), edition.reference)


def _workbook(view: RegisterView, edition: Edition) -> bytes:
    table = data_of(view, edition)
    return render_workbook([table], table.title, view.day)


RENDERERS: dict[str, Callable[[RegisterView, Edition], bytes]] = {
    "docx": _report("report.docx"),
    "md": _report("report.md"),
    "csv": lambda view, edition: render_csv(data_of(view, edition)),
    "xlsx": _workbook,
}
