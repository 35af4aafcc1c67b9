"""years.toml: the words with which years that the tool did not make are typed in and retold; when years differ."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nerima_report.edition.tables import Definition, Text
from nerima_report.edition.texts import GuideSection, InputText, YearText, asks_only_for


class TemplateTexts(Definition):
    """The words of the workbook into which a published year is typed."""

    title: Text
    cover: tuple[YearText, ...] = Field(min_length=1, max_length=2)
    counts: Text
    entries: Text
    count: InputText
    guide: tuple[GuideSection, ...] = ()


class FromRecordTexts(Definition):
    """What a report made from a record says of what the record lacks."""

    left_out: Annotated[Text, asks_only_for("名前")]


class ChangeLimits(Definition):
    """Beyond what a change asks for an explanation: all of these, as far as the earlier years allow to tell.

    `percent`: of the smaller number, the larger one. `score`: see change_statistics. `spread`: how many times
    the usual change of the same number, where at least `years` earlier changes are known.
    """

    percent: int = Field(gt=100)
    score: int = Field(ge=1)
    years: int = Field(ge=2)
    spread: int = Field(ge=1)
    basis: Text


class IdenticalLimit(Definition):
    """A table is suspiciously identical when chance makes it so less than once in `chance` times."""

    chance: int = Field(ge=100)
    basis: Text


class DigitLimits(Definition):
    """A digit slip: ten, a hundred or a thousand times within `percent`, where the smaller number is `least`."""

    least: int = Field(ge=1)
    percent: int = Field(ge=0, le=100)
    basis: Text


class Limits(Definition):
    """When a comparison of years says something."""

    change: ChangeLimits
    section: ChangeLimits
    identical: IdenticalLimit
    slip: DigitLimits


class CompareSigns(Definition):
    """What the signs in the columns of the year before mean; those that occur are explained under the table."""

    minus: Text
    from_zero: Text
    unknown: Text


class CompareTexts(Definition):
    """The words with which a year is held beside the year before: columns of the tables, and the manuscript.

    `previous` and `difference_alone` head the columns; the longer ones where a table has several columns of numbers.
    """

    previous: Annotated[Text, asks_only_for("単位")]
    difference_alone: Annotated[Text, asks_only_for("単位")]
    previous_of: Annotated[Text, asks_only_for("列", "単位")]
    difference_of: Annotated[Text, asks_only_for("列", "単位")]
    signs: CompareSigns
    legend: Annotated[Text, asks_only_for("記号")]
    vanished: Annotated[Text, asks_only_for("行")]
    unpublished: Text
    broken: Annotated[Text, asks_only_for("理由")]
    unit_changed: Annotated[Text, asks_only_for("列", "前の単位", "単位")]
    increase: Annotated[Text, asks_only_for("数")]
    decrease: Annotated[Text, asks_only_for("数")]
    same: Text


class YearsDefinition(Definition):
    """years.toml."""

    template: TemplateTexts
    from_record: FromRecordTexts
    compare: CompareTexts
    limits: Limits
