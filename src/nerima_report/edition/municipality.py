"""municipality.toml: who publishes, when, and which 課 there are at first."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from nerima_report.edition.tables import Definition, Setting, Text
from nerima_report.findings import Severity


class Coordinator(Definition):
    """The section that collects and publishes, from a fiscal year on."""

    department: Text
    section: Text
    first_year: int


class RosterRow(Definition):
    """A section (課) of the default roster."""

    department: str = ""
    section: Text


class MunicipalityDefinition(Definition):
    """Who publishes: name, code, coordinators, the month of publication, the default roster."""

    name: Text
    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    form_version: Text
    publication_month: Setting
    severities: dict[str, Severity] = Field(default_factory=dict)
    coordinators: tuple[Coordinator, ...] = Field(min_length=1)
    roster_source: Text
    roster: tuple[RosterRow, ...] = Field(min_length=1)

    @field_validator("publication_month")
    @classmethod
    def _is_a_month(cls, setting: Setting) -> Setting:
        if not 1 <= setting.value <= 12:
            raise ValueError("公表の月は1から12までです")
        return setting

    def coordinator(self, fiscal_year: int) -> Coordinator:
        """The coordinator who publishes the report of this fiscal year."""
        serving = [c for c in self.coordinators if c.first_year <= fiscal_year]
        return max(serving or self.coordinators, key=lambda c: c.first_year)

    def publication(self, fiscal_year: int) -> date:
        """The first day of the month in which the report of this fiscal year is published."""
        month = self.publication_month.value
        return date(fiscal_year + (1 if month >= 4 else 2), month, 1)
