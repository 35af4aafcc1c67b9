"""`register print`: masters → views → 票 or data → files.

Nothing is printed for public view while a text in it may identify a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nerima_report.checks.privacy import masked, private_parts
from nerima_report.edition import Edition
from nerima_report.findings import Finding
from nerima_report.places import Place
from nerima_report.registers.master import load_masters, master_file
from nerima_report.registers.views import RegisterView, ViewOrder, render_csv, render_xlsx, views_of
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
    findings = tuple(finding for view in views for finding in _naming_somebody(workspace, view))
    if any(edition.catalogue.is_error(finding) for finding in findings):
        return PrintedRegisters((), (), findings)
    folder = order.out or workspace.folder / "out" / PRINTED
    files = {f"{view.register.key}.{order.ending}": RENDERERS[order.ending](view, edition) for view in views}
    return PrintedRegisters(*Delivery(folder, files).add(force=order.force), findings)


def _naming_somebody(workspace: Workspace, view: RegisterView) -> Iterator[Finding]:
    """Findings on texts to be published that contain a number or an address of a person."""
    file = master_file(workspace.folder, view.register).as_posix()
    for entry in view.entries:
        for field in view.register.written:
            value = entry.values.get(field.label)
            if field.public and isinstance(value, str):
                place = Place(entry.section, file, cell=entry.number, column=field.label)
                yield from (Finding(code, place, found=masked(text)) for code, text in private_parts(value))


def _report(file_name: str) -> Callable[[RegisterView, Edition], bytes]:
    """A register in a format of the report."""
    written_as = next(form for form in FORMATS if form.file_name == file_name)
    return lambda view, edition: written_as.render(compose_register(view, edition), edition.folder / "reference.docx")


RENDERERS: dict[str, Callable[[RegisterView, Edition], bytes]] = {
    "docx": _report("report.docx"),
    "md": _report("report.md"),
    "csv": render_csv,
    "xlsx": render_xlsx,
}
