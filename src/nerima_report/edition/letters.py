"""letters.toml: the letters to each 課 (request, reminder, returns), and by what title its head is addressed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from nerima_report.edition.definition import Definition, Text
from nerima_report.edition.texts import asks_only_for

_ALWAYS = ("宛先", "課", "年度", "初日", "末日", "とりまとめ課", "とりまとめ課の長")
RequestText = Annotated[Text, asks_only_for(*_ALWAYS, "期限", "様式")]
ReminderText = Annotated[Text, asks_only_for(*_ALWAYS, "期限")]
UnreadText = Annotated[Text, asks_only_for(*_ALWAYS, "ファイル", "直すところ")]
ReturnText = Annotated[Text, asks_only_for(*_ALWAYS, "写し", "直すところ")]


class HeadTitle(Definition):
    """How the head of a 課 is called whose name ends in this way."""

    ending: str = Field(title="課の名前の終わり", default="")
    title: Annotated[Text, asks_only_for("課")] = Field(title="職名")


class RequestLetter(Definition):
    """The letter that goes out with the form."""

    name: Text = Field(title="ファイルの名前のはじめ")
    subject: RequestText = Field(title="件名")
    body: RequestText = Field(title="本文")


class ReminderLetter(Definition):
    """The letter to a 課 that has not handed in by the deadline."""

    name: Text = Field(title="ファイルの名前のはじめ")
    subject: ReminderText = Field(title="件名")
    body: ReminderText = Field(title="本文")


class UnreadLetter(Definition):
    """The letter to a 課 whose files cannot be read."""

    name: Text = Field(title="ファイルの名前のはじめ")
    subject: UnreadText = Field(title="件名")
    body: UnreadText = Field(title="本文")


class ReturnLetter(Definition):
    """The letter that goes back with a marked copy."""

    name: Text = Field(title="ファイルの名前のはじめ")
    subject: ReturnText = Field(title="件名")
    body: ReturnText = Field(title="本文")


class LetterTexts(Definition):
    """letters.toml."""

    to: Annotated[Text, asks_only_for("部", "長")] = Field(title="宛先の行")
    head: tuple[HeadTitle, ...] = Field(title="課の長", min_length=1)
    request: RequestLetter = Field(title="依頼")
    reminder: ReminderLetter = Field(title="催促")
    unread: UnreadLetter = Field(title="読めないファイル")
    returned: ReturnLetter = Field(title="返却")

    @field_validator("head")
    @classmethod
    def _the_last_fits_everybody(cls, heads: tuple[HeadTitle, ...]) -> tuple[HeadTitle, ...]:
        if [number for number, head in enumerate(heads, start=1) if not head.ending] != [len(heads)]:
            raise ValueError("最後の行だけ、ending を空にします（ほかのどの行にも当てはまらない課に使う）")
        return heads
