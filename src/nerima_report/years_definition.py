"""years.toml: the words with which years that the tool did not make are typed in, and retold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nerima_report.definitions import Definition, Text
from nerima_report.form_texts import GuideSection, InputText, YearText, asks_only_for


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


class YearsDefinition(Definition):
    """years.toml."""

    template: TemplateTexts
    from_record: FromRecordTexts
