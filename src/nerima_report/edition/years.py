"""years.toml: the words with which years that the tool did not make are typed in and retold; when years differ."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nerima_report.edition.tables import Definition, Text
from nerima_report.edition.texts import GuideSection, InputText, YearText, asks_only_for


class TemplateTexts(Definition):
    """The words of the workbook into which a published year is typed."""

    title: Text = Field(title="題名")
    cover: tuple[YearText, ...] = Field(title="表紙の文", min_length=1, max_length=2)
    counts: Text = Field(title="件数の表の案内")
    entries: Text = Field(title="一覧の表の案内")
    count: InputText = Field(title="数のセルの案内")
    guide: tuple[GuideSection, ...] = Field(title="記入要領", default=())


class FromRecordTexts(Definition):
    """What a report made from a record says of what the record lacks."""

    left_out: Annotated[Text, asks_only_for("名前")] = Field(title="載せなかったものの断り")


class ChangeLimits(Definition):
    """Beyond what a change asks for an explanation: all of these, as far as the earlier years allow to tell.

    `percent`: of the smaller number, the larger one. `score`: see change_statistics. `spread`: how many times
    the usual change of the same number, where at least `years` earlier changes are known.
    """

    percent: int = Field(title="相対の限度", gt=100)
    score: int = Field(title="絶対の限度", ge=1)
    years: int = Field(title="要る年度の数", ge=2)
    spread: int = Field(title="ふだんの変わり方の何倍か", ge=1)
    basis: Text = Field(title="よりどころ")


class IdenticalLimit(Definition):
    """A table is suspiciously identical when chance makes it so less than once in `chance` times."""

    chance: int = Field(title="偶然に同じになる回数", ge=100)
    basis: Text = Field(title="よりどころ")


class DigitLimits(Definition):
    """A digit slip: ten, a hundred or a thousand times within `percent`, where the smaller number is `least`."""

    least: int = Field(title="小さいほうの数", ge=1)
    percent: int = Field(title="相対の限度", ge=0, le=100)
    basis: Text = Field(title="よりどころ")


class Limits(Definition):
    """When a comparison of years says something."""

    change: ChangeLimits = Field(title="区の数の変化")
    section: ChangeLimits = Field(title="課")
    identical: IdenticalLimit = Field(title="前の年度と同じ表")
    slip: DigitLimits = Field(title="桁の間違い")


class CompareSigns(Definition):
    """What the signs in the columns of the year before mean; those that occur are explained under the table."""

    minus: Text = Field(title="△の説明")
    from_zero: Text = Field(title="－の説明")
    unknown: Text = Field(title="…の説明")


class CompareTexts(Definition):
    """The words with which a year is held beside the year before: columns of the tables, and the manuscript.

    `previous` and `difference_alone` head the columns; the longer ones where a table has several columns of numbers.
    """

    previous: Annotated[Text, asks_only_for("単位")] = Field(title="前年度の欄の見出し")
    difference_alone: Annotated[Text, asks_only_for("単位")] = Field(title="増減の欄の見出し")
    previous_of: Annotated[Text, asks_only_for("列", "単位")] = Field(title="前年度の欄の見出し（数の欄が二つ以上）")
    difference_of: Annotated[Text, asks_only_for("列", "単位")] = Field(title="増減の欄の見出し（数の欄が二つ以上）")
    signs: CompareSigns = Field(title="記号の説明")
    legend: Annotated[Text, asks_only_for("記号")] = Field(title="記号の注")
    vanished: Annotated[Text, asks_only_for("行")] = Field(title="なくなった行の注")
    unpublished: Text = Field(title="公表していないものの断り")
    broken: Annotated[Text, asks_only_for("理由")] = Field(title="系列の切れ目の文")
    unit_changed: Annotated[Text, asks_only_for("列", "前の単位", "単位")] = Field(title="単位が変わったときの文")
    increase: Annotated[Text, asks_only_for("数")] = Field(title="増えたときの言い方")
    decrease: Annotated[Text, asks_only_for("数")] = Field(title="減ったときの言い方")
    same: Text = Field(title="同じときの言い方")


class YearsDefinition(Definition):
    """years.toml."""

    template: TemplateTexts = Field(title="書き写すブック")
    from_record: FromRecordTexts = Field(title="記録から作る報告")
    compare: CompareTexts = Field(title="前の年度と並べるときの文")
    limits: Limits = Field(title="限度")
