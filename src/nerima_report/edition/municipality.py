"""municipality.toml: who publishes, when, and the default roster of 課."""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints, field_validator, model_validator

from nerima_report.edition.definition import Definition, FiscalYear, Rounding, Setting, Text, fill, placeholders_in
from nerima_report.edition.tables import PrintedCell
from nerima_report.findings import Severity
from nerima_report.fiscal_year import Calendar, full_date, full_name, last_day


class Coordinator(Definition):
    """The section that collects and publishes, from a fiscal year on."""

    department: str = Field(title="部", default="")
    section: Text = Field(title="課")
    first_year: FiscalYear = Field(title="はじめの年度")


# The kinds of bodies that publish such a report, by the ends of their names, and those whose head is no 区長 or 市長.
_BODIES = ("広域連合", "組合", "企業団", "区", "市", "町", "村", "都", "道", "府", "県")
_HEADS = {"組合": "管理者", "企業団": "企業長", "団体": "代表者"} | dict.fromkeys("都道府県", "知事")
_WORD = re.compile(r"\{words\.([^{}]*)\}")
Style = Literal["である", "です・ます"]
STYLES: tuple[Style, ...] = get_args(Style)


class Words(Definition):
    """What a body calls itself and its offices. A word that is not written follows from the name: 練馬区 says 区全体.

    The texts of an edition and the catalogue of findings ask for them as {words.whole}.
    """

    name: str = Field(title="団体の名前", default="")
    body: str = Field(title="団体の種類", default="")
    whole: str = Field(title="全体", default="")
    residents: str = Field(title="住民", default="")
    head: str = Field(title="長", default="")
    department: Text = Field(title="部にあたるもの", default="部")
    section: Text = Field(title="課にあたるもの", default="課")
    coordinator: str = Field(title="とりまとめ課", default="")

    def of(self, name: str, coordinator: str) -> Words:
        """All words of the body of this name, whose coordinator has this name."""
        body = self.body or next((ending for ending in _BODIES if name.endswith(ending)), "団体")
        follows = {
            "name": name,
            "body": body,
            "whole": f"{body}全体",
            "residents": f"{body}民" if len(body) == 1 else "住民",
            "head": _HEADS.get(body, f"{body}長"),
            "coordinator": coordinator,
        }
        return Words.model_validate(follows | {key: word for key, word in self.model_dump().items() if word})

    @property
    def section_form(self) -> str:
        """What the cover calls the form of a section: 課の集計."""
        return f"{self.section}の集計"

    @property
    def whole_form(self) -> str:
        """What the cover calls the form of the coordinator: 区全体の集計."""
        return f"{self.whole}の集計"

    def label(self, text: str) -> str:
        """What the cover calls one of its questions: 部 and 課 may have other names."""
        return {"部": self.department, "課": self.section}.get(text, text)

    def into(self, data: dict[str, Any]) -> dict[str, Any]:
        """What a file of definitions holds, with {words.whole} and the like replaced."""
        return {key: self._into(value) for key, value in data.items()}

    def say(self, text: str) -> str:
        """A text with {words.whole} and the like replaced. Raises ValueError for a word that there is not."""
        words = self.model_dump()
        if unknown := [name for name in _WORD.findall(text) if name not in words]:
            known = "、".join(f"{{words.{name}}}" for name in words)
            raise ValueError(f"{{words.{unknown[0]}}} という言葉はありません（あるのは {known}）")
        return _WORD.sub(lambda found: str(words[found[1]]), text)

    def _into(self, value: object) -> object:
        if isinstance(value, str):
            return self.say(value)
        if isinstance(value, dict):
            return self.into(value)
        return [self._into(each) for each in value] if isinstance(value, list) else value


class Printing(Definition):
    """How a body prints: the style of sentences; titles, captions of tables and their numbers, headings, 0.

    `style` chooses among the sentences that the program itself adds to a report (see `in_style`), `calendar` how years
    are printed in reports and letters.
    `title` may have {年度}, {西暦} and {部の題名}, `caption` {番号}, {部} (which part of the report it is) and
    {題名}, `heading` {見出し} and {単位}, `cell` {数} and {単位}. The numbers of the tables begin anew in each part, or
    run through the report. `thousands` separates the digits of numbers. `zero_note` stands under a table in which
    `zero` stands for 0. The shares of rows that the manuscript asks for (構成比) have `share_digits`, by
    `share_rounding`.
    """

    style: Style = Field(title="文体", default="である")
    calendar: Calendar = Field(title="年の書き方", default="era")
    title: Text = Field(title="報告の題名の形", default="{年度} {部の題名}")
    caption: Text = Field(title="表の題の形", default="表{番号} {題名}")
    numbering: Literal["part", "report"] = Field(title="表の番号の付け方", default="part")
    heading: Text = Field(title="列の見出しの形", default="{見出し}({単位})")
    cell: PrintedCell = Field(title="表の数の書き方", default="{数}")
    thousands: Literal[",", ""] = Field(title="けたの区切り", default=",")
    zero: str = Field(title="0 の書き方", default="0")
    zero_note: str = Field(title="0 の書き方の注", default="")
    share_digits: int = Field(title="構成比の、小数点以下の桁数", ge=0, le=4, default=1)
    share_rounding: Rounding = Field(title="構成比の丸め方", default="half_up")

    def year(self, fiscal_year: int) -> str:
        """A fiscal year in the calendar of the body: 令和4年度, 2022年度."""
        return full_name(fiscal_year, self.calendar)

    def day(self, day: date) -> str:
        """A day in the calendar of the body: 令和4年6月27日, 2022年6月27日."""
        return full_date(day, self.calendar)

    @model_validator(mode="after")
    def _asks_only_for_what_there_is(self) -> Printing:
        about_year = {"年度", "西暦", "部の題名"}
        for text, known in (
            (self.title, about_year),
            (self.caption, {"番号", "部", "題名"}),
            (self.heading, {"見出し", "単位"}),
        ):
            if unknown := placeholders_in(text) - known:
                raise ValueError(f"{{{min(unknown)}}} という差し込みはありません")
        if "{題名}" not in self.caption or "{見出し}" not in self.heading:
            raise ValueError("caption には {題名} が、heading には {見出し} が要ります")
        if self.zero_note and self.zero == "0":
            raise ValueError("zero_note は、zero（0 の書き方）とともに書きます")
        return self

    def in_cell(self, number: str, unit: str, form: str = "") -> str:
        """A printed number as it stands in a table; `form` is that of its column.

        >>> Printing(cell="{数}{単位}", thousands="").in_cell("1,087", "件")
        '1087件'
        """
        return fill(form or self.cell, {"数": self.separated(number), "単位": unit})

    def separated(self, number: str) -> str:
        """A printed number with the separator of this body between its digits."""
        return number.replace(",", self.thousands)


AS_USUAL = Printing()


def in_style(data: dict[str, Any], style: Style) -> dict[str, Any]:
    """What a file of texts holds, with one sentence where it has the same in both styles.

    >>> in_style({"none": {"である": "ない。", "です・ます": "ありません。"}, "title": "正誤表"}, "です・ます")
    {'none': 'ありません。', 'title': '正誤表'}
    """
    return {key: _in_style(value, style) for key, value in data.items()}


def _in_style(value: object, style: Style) -> object:
    if not isinstance(value, dict):
        return value
    return value[style] if style in value else in_style(value, style)


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


Code = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
TO_FILL_IN = "000000"  # the code of an edition that was just made


class FormerName(Definition):
    """How the body was called, and its code, before it became a city, say: records of then are its own."""

    name: Text = Field(title="名前")
    code: Code = Field(title="団体コード")


class MunicipalityDefinition(Definition):
    """Who publishes: name, code, coordinators, month and ways of publication, open data, the default roster."""

    name: Text = Field(title="名前")
    code: Code = Field(title="団体コード")
    formerly: tuple[FormerName, ...] = Field(title="前の名前とコード", default=())
    form_version: Text = Field(title="様式の版")
    earlier_form_versions: tuple[Text, ...] = Field(title="まだ読む前の様式の版", default=())
    publication_month: Setting = Field(title="公表の月")
    publication_ways: tuple[PublicationWay, ...] = Field(title="公表の方法", default=())
    open_data: OpenData = Field(title="公開データ", default=OpenData())
    designations: tuple[Designation, ...] = Field(title="出資法人等の指定", default=())
    severities: dict[str, Severity] = Field(default_factory=dict)
    printing: Printing = Field(title="印刷の形", default=AS_USUAL)
    own_words: Words = Field(title="言葉", alias="words", default=Words())
    coordinators: tuple[Coordinator, ...] = Field(title="とりまとめ課", min_length=1)
    roster_source: Text = Field(title="名簿の出典")
    roster: tuple[RosterRow, ...] = Field(title="名簿のひな形", min_length=1)

    @field_validator("publication_month")
    @classmethod
    def _is_a_month(cls, setting: Setting) -> Setting:
        if not 1 <= setting.value <= 12:
            raise ValueError("公表の月は1から12までです")
        return setting

    @cached_property
    def words(self) -> Words:
        """What the body calls itself and its offices."""
        latest = max(self.coordinators, key=lambda c: c.first_year)
        return self.own_words.of(self.name, latest.section)

    def is_called(self, name: str, code: str) -> bool:
        """Whether the body is, or was, called so. A code that is still to be filled in is not compared."""
        names = ((self.name, self.code), *((former.name, former.code) for former in self.formerly))
        return any(name == own and (code == of_own or TO_FILL_IN in (code, of_own)) for own, of_own in names)

    def worded(self, data: dict[str, Any]) -> dict[str, Any]:
        """What a file of texts holds, in the style and in the words of the body."""
        return self.words.into(in_style(data, self.printing.style))

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
