"""part.toml: what a part of the report is, the numbers it rests on, and where it breaks with what went before."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import model_validator

from nerima_report.edition.tables import Cells, Definition, Setting, Text, refuse_duplicates


class PartSetting(Setting):
    """A number that the tables and the manuscript of the part ask for by its key, such as a deadline.

    `more_than` names another setting that must be smaller: a deadline lies beyond the class before it.
    """

    key: Text
    unit: Text
    more_than: str = ""


class Break(Definition):
    """A break in a series: from which fiscal year on a table of the part no longer compares with what was before."""

    year: int
    table: Text
    before: Text
    what: Text
    reason: Text


class Renamed(Definition):
    """What bears another name from a fiscal year on, and goes on all the same: a row, a column, or a whole table.

    `before` is the earlier name. Two rows that became one are two of these with the same `row`.
    """

    year: int
    table: Text
    before: Text
    row: str = ""
    column: str = ""
    group: str = ""
    reason: Text

    @model_validator(mode="after")
    def _renames_one_thing(self) -> Renamed:
        if self.row and self.column:
            raise ValueError("row（行）と column（列）は、どちらか一方だけを書きます")
        if self.group and not self.row:
            raise ValueError("group（区分）は row（行）とともに書きます")
        return self


class Stock(Definition):
    """A row that says how many there are at the end of the year; `new` and `ended` are the rows of what changed it."""

    table: Text
    column: Text
    closing: Text
    new: str = ""
    ended: str = ""
    basis: Text

    @model_validator(mode="after")
    def _flows_come_together(self) -> Stock:
        if bool(self.new) != bool(self.ended):
            raise ValueError("new（増えた数の行）と ended（減った数の行）は、両方そろえて書きます")
        return self


class MustPublish(Definition):
    """An item that must be published each year, and what in the report answers it: all that is named here.

    `item` is the wording of the article. `tables` must be printed; `values` (each of the rows, or the total of the
    column) and `figures` must be said in a sentence or stand in a printed table. Where there was nothing to count,
    the words `none` may stand in a sentence instead.
    """

    item: Text
    basis: Text
    tables: tuple[Text, ...] = ()
    values: tuple[Cells, ...] = ()
    figures: tuple[Text, ...] = ()
    none: str = ""

    @model_validator(mode="after")
    def _can_be_answered(self) -> MustPublish:
        if not (self.tables or self.values or self.figures):
            raise ValueError("tables（表）、values（数）、figures（割合）のうち、少なくとも一つを書きます")
        return self


class Body(Definition):
    """A body of the ward (行政機関) and its 部 of the roster; one without any has all the others.

    `outside` are the tables of the part that the law does not ask of this body (議会): they do not apply.
    """

    name: Text
    departments: tuple[Text, ...] = ()
    outside: tuple[Text, ...] = ()


class PartDefinition(Definition):
    """A part (部) of the report: its key, title, place, legal basis and the fiscal years it serves.

    `layout` says in plain words what the order of its tables follows, where no published report was the model.
    """

    key: Text
    title: Text
    order: int
    legal_basis: Text
    layout: str = ""
    first_year: int
    last_year: int | None = None
    settings: tuple[PartSetting, ...] = ()
    bodies: tuple[Body, ...] = ()
    breaks: tuple[Break, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    stocks: tuple[Stock, ...] = ()
    must_publish: tuple[MustPublish, ...] = ()

    def serves(self, fiscal_year: int) -> bool:
        """Whether the report of this fiscal year contains the part."""
        return self.first_year <= fiscal_year and (self.last_year is None or fiscal_year <= self.last_year)

    def setting(self, key: str) -> PartSetting | None:
        """The setting with this key."""
        return next((setting for setting in self.settings if setting.key == key), None)

    def body_of(self, department: str) -> Body | None:
        """The body to which a 部 belongs: the one that names it, otherwise the one that names none."""
        named = next((body for body in self.bodies if department in body.departments), None)
        return named or next((body for body in self.bodies if not body.departments), None)

    @property
    def setting_names(self) -> Mapping[str, str]:
        """What the tables may ask for: {開示決定の期限} is 30, {開示決定の期限の次} is 31."""
        own = {setting.key: f"{setting.value:,}" for setting in self.settings}
        return own | {f"{setting.key}の次": f"{setting.value + 1:,}" for setting in self.settings}

    @model_validator(mode="after")
    def _settings_fit_together(self) -> PartDefinition:
        refuse_duplicates("設定", [setting.key for setting in self.settings])
        for setting in self.settings:
            smaller = self.setting(setting.more_than)
            if setting.more_than and smaller is None:
                raise ValueError(f"settings「{setting.key}」の more_than の「{setting.more_than}」はありません")
            if smaller is not None and smaller.value >= setting.value:
                raise ValueError(
                    f"設定「{setting.key}」（{setting.value}）は、"
                    f"「{smaller.key}」（{smaller.value}）より大きくなければなりません"
                )
        refuse_duplicates("公表しなければならない事項", [must.item for must in self.must_publish])
        refuse_duplicates("行政機関", [body.name for body in self.bodies])
        refuse_duplicates("部", [department for body in self.bodies for department in body.departments])
        if sum(not body.departments for body in self.bodies) > 1:
            raise ValueError("departments のない bodies は一つだけです")
        return self
