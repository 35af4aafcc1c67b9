"""The open data of a year: its report, and the registers that the office publishes as well."""

from __future__ import annotations

from nerima_report.checks.privacy import naming_somebody
from nerima_report.data_table import DataTable
from nerima_report.edition import Edition
from nerima_report.findings import Finding
from nerima_report.fiscal_year import last_day
from nerima_report.records.model import Record
from nerima_report.registers.master import load_masters
from nerima_report.registers.views import RegisterView, ViewOrder, data_of, views_of
from nerima_report.report.blocks import Report
from nerima_report.report.content import Content
from nerima_report.report.data_package import DataPackage, render_package
from nerima_report.report.open_data import data_of_years, numbers_in_sentences, published_tables
from nerima_report.workspace import Workspace


def open_data_of(
    workspace: Workspace, edition: Edition, content: Content, record: Record, report: Report
) -> dict[str, bytes]:
    """The files of a year's open data by name (data/disclosure-01.csv). `edition` has all its parts.

    A register with a text that may identify a person is left out (`findings_on_open_registers`).
    """
    serving = edition.for_year(record.fiscal_year)
    tables = [one.data for one in published_tables(record, serving)]
    tables += data_of_years(content, record)
    tables += numbers_in_sentences(record, serving, report)
    tables += _registers(workspace, edition, record.fiscal_year)
    package = DataPackage(str(record.fiscal_year), report.title, report.author, report.published, tuple(tables))
    return render_package(package, edition.municipality)


def findings_on_open_registers(workspace: Workspace, edition: Edition, fiscal_year: int) -> list[Finding]:
    """Findings on texts of the registers to be published that contain a number or an address of a person."""
    views = _views(workspace, edition, fiscal_year)
    return [finding for view in views for finding in naming_somebody(workspace.folder, view)]


def _registers(workspace: Workspace, edition: Edition, fiscal_year: int) -> list[DataTable]:
    wanted = edition.municipality.open_data.registers
    return [
        data_of(view, edition, f"register-{wanted.index(view.register.key) + 1:02}")
        for view in _views(workspace, edition, fiscal_year)
        if not any(map(edition.catalogue.is_error, naming_somebody(workspace.folder, view)))
    ]


def _views(workspace: Workspace, edition: Edition, fiscal_year: int) -> list[RegisterView]:
    """The registers of the year that the office publishes, as of its last day."""
    serving = edition.for_year(fiscal_year).registers.values()
    wanted = [register.key for register in serving if register.key in edition.municipality.open_data.registers]
    if not wanted:
        return []
    order = ViewOrder(last_day(fiscal_year), registers=tuple(wanted))
    return views_of(load_masters(workspace.folder, edition), edition, order, public=True)
