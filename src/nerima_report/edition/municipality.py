"""municipality.toml: who publishes, when, and the default roster of 課."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from nerima_report.edition.tables import Definition, FiscalYear, Setting, Text
from nerima_report.findings import Severity
from nerima_report.fiscal_year import full_date, last_day


class Coordinator(Definition):
    """The section that collects and publishes, from a fiscal year on."""

    department: Text = Field(title="部")
    section: Text = Field(title="課")
    first_year: FiscalYear = Field(title="はじめの年度")


class RosterRow(Definition):
    """A section (課) of the default roster; `head` and `roles` only where they are not those of its kind."""

    department: str = Field(title="部", default="")
    section: Text = Field(title="課")
    kind: str = Field(title="種類", default="")
    head: str = Field(title="長の職名", default="")
    roles: tuple[Text, ...] = Field(title="役割", default=())


class PublicationWay(Definition):
    """A way in which the report is made public; `usual`: it is meant where nobody says another."""

    way: Text = Field(title="方法")
    usual: bool = Field(title="ふだんの方法か", default=False)
    basis: Text = Field(title="よりどころ")


class Licence(Definition):
    """On which terms the open data may be used: the short name (of spdx.org), the title, and where the text is."""

    name: Annotated[str, StringConstraints(pattern=r"^[-A-Za-z0-9._]+$")] = Field(title="略称")
    title: Text = Field(title="名前")
    path: Annotated[str, StringConstraints(pattern=r"^https?://")] = Field(title="本文の場所")
    basis: Text = Field(title="よりどころ")


class OpenData(Definition):
    """What is said of the open data, and the keys of the registers that are published as well."""

    description: str = Field(title="説明", default="")
    registers: tuple[Text, ...] = Field(title="公開する登録簿", default=())
    licence: Licence | None = Field(title="利用の条件", default=None)


class Designation(Definition):
    """An act by which a 出資法人等 was designated, or a designation changed, and its 告示 (施行規則第16条)."""

    name: Text = Field(title="法人その他の団体")
    act: Literal["指定", "変更", "取消し"] = Field(title="指定か変更か")
    day: date = Field(title="その日")
    announced: date | None = Field(title="告示の日", default=None)
    number: str = Field(title="告示の番号", default="")

    def __str__(self) -> str:
        """見本財団の指定（令和4年4月1日）: 令和4年4月5日に告示（告示第1号）."""
        number = f"（{self.number}）" if self.number else ""
        announced = f"{full_date(self.announced)}に告示{number}" if self.announced else "告示はまだ"
        return f"{self.name}の{self.act}（{full_date(self.day)}）: {announced}"

    @model_validator(mode="after")
    def _is_announced_afterwards(self) -> Designation:
        if self.announced is not None and self.announced < self.day:
            raise ValueError(f"「{self.name}」の告示の日（announced）が、{self.act}の日（day）より前です")
        return self


class MunicipalityDefinition(Definition):
    """Who publishes: name, code, coordinators, month and ways of publication, open data, the default roster."""

    name: Text = Field(title="名前")
    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] = Field(title="団体コード")
    form_version: Text = Field(title="様式の版")
    earlier_form_versions: tuple[Text, ...] = Field(title="まだ読む前の様式の版", default=())
    publication_month: Setting = Field(title="公表の月")
    publication_ways: tuple[PublicationWay, ...] = Field(title="公表の方法", default=())
    open_data: OpenData = Field(title="公開データ", default=OpenData())
    designations: tuple[Designation, ...] = Field(title="出資法人等の指定", default=())
    severities: dict[str, Severity] = Field(default_factory=dict)
    coordinators: tuple[Coordinator, ...] = Field(title="とりまとめ課", min_length=1)
    roster_source: Text = Field(title="名簿の出典")
    roster: tuple[RosterRow, ...] = Field(title="名簿のひな形", min_length=1)

    @field_validator("publication_month")
    @classmethod
    def _is_a_month(cls, setting: Setting) -> Setting:
        if not 1 <= setting.value <= 12:
            raise ValueError("公表の月は1から12までです")
        return setting

    def not_announced(self, fiscal_year: int) -> tuple[str, ...]:
        """The designations up to the end of a fiscal year that have no 告示 yet, in words."""
        waiting = (each for each in self.designations if each.announced is None and each.day <= last_day(fiscal_year))
        return tuple(f"{each.name}の{each.act}（{full_date(each.day)}）" for each in waiting)

    def coordinator(self, fiscal_year: int) -> Coordinator:
        """The coordinator who publishes the report of this fiscal year."""
        serving = [c for c in self.coordinators if c.first_year <= fiscal_year]
        return max(serving or self.coordinators, key=lambda c: c.first_year)

    def publication(self, fiscal_year: int) -> date:
        """The first day of the month in which the report of this fiscal year is published."""
        month = self.publication_month.value
        return date(fiscal_year + (1 if month >= 4 else 2), month, 1)
