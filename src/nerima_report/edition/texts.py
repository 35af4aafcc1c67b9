"""The words of the collection workbooks (forms.toml), valid in themselves.

What a form says in sentences is data: the office may want to say it differently. What stands in its cells
(tables, rows, rules for counting, choices) comes from the tables of the parts.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from nerima_report.edition.tables import Definition, Text, placeholders_in

# What Excel takes in the message and in the title of an input prompt or of an error, in characters.
LONGEST_MESSAGE, LONGEST_TITLE = 255, 32


def asks_only_for(*names: str) -> AfterValidator:
    """A text may have no {placeholders} but these."""

    def check(text: str) -> str:
        if unknown := placeholders_in(text) - set(names):
            raise ValueError(f"{{{min(unknown)}}} という差し込みはありません")
        return text

    return AfterValidator(check)


# The names that stand for the year and for who is asked and asks; forms/form.py gives their values.
_YEAR_AND_SECTION = ("年度", "課", "とりまとめ課", "初日", "末日", "日付の例")
YearText = Annotated[Text, asks_only_for(*_YEAR_AND_SECTION)]
Message = Annotated[str, StringConstraints(max_length=LONGEST_MESSAGE), asks_only_for(*_YEAR_AND_SECTION)]
# A text that is put behind another one keeps the space with which it begins.
Ending = Annotated[str, StringConstraints(min_length=1, strip_whitespace=False)]


class InputText(Definition):
    """What Excel says of an input cell: when it is chosen, and when something else is typed into it."""

    prompt: Annotated[Message, StringConstraints(min_length=1)]
    error: Message = ""


class InputTexts(Definition):
    """The prompts by the type of the cell; `count` to `text` are types of columns and fields."""

    count: InputText
    order: InputText
    difference: InputText
    date: InputText
    any_date: InputText
    month: InputText
    choice: InputText
    text: InputText
    not_applicable: InputText
    submission: InputText
    remark: InputText


class ProgressTexts(Definition):
    """What the cover says of how far a table is filled in; the number of blank cells follows `left`."""

    heading: Text
    done: Text
    left: Ending
    nothing: Text
    not_applicable: Text


class GuideSection(Definition):
    """A heading of the page 記入要領 and its sentences, on one of the two forms or on both."""

    heading: Text
    lines: tuple[YearText, ...] = Field(min_length=1)
    form: Literal["section", "ward", "both"] = "both"

    def stands_on(self, ward: bool) -> bool:
        """Whether the section stands on the form of the ward, or on that of a 課."""
        return self.form in ("both", "ward" if ward else "section")


_LinkText = Annotated[Text, asks_only_for("左", "右")]


class LinkTexts(Definition):
    """Sentences for the links between tables, by relation; `advice` follows where a break is no error."""

    equal: _LinkText
    at_most: _LinkText
    at_least: _LinkText
    both_or_neither: _LinkText
    because: Annotated[Text, asks_only_for("理由")]
    advice: Text


class GuideTexts(Definition):
    """The page 記入要領: its own sentences, and the headings over what comes from tables and links."""

    title: Text
    tables: Text
    links: Text
    checked: Text
    choices: Text
    required: Annotated[Text, asks_only_for("項目")]
    optional: Annotated[Text, asks_only_for("項目")]
    section: tuple[GuideSection, ...] = ()
    link: LinkTexts


class RegisterTexts(Definition):
    """What a form with registers says besides.

    `instead` stands on the cover for a list whose cases are in registers, `counted` behind the instruction of a table
    whose numbers they make.
    """

    instead: Text
    counted: Ending


class FormTexts(Definition):
    """forms.toml."""

    title: Text
    cover: tuple[YearText, ...] = Field(min_length=1, max_length=2)
    withheld: Text
    version: Annotated[Text, asks_only_for("版", "定義")]
    ward_instruction: YearText
    not_applicable: Text
    clash: Ending
    earlier: Annotated[Text, asks_only_for("前の年度")]
    older: Annotated[Text, asks_only_for("前の年度")]
    earlier_entries: Annotated[Ending, asks_only_for("見出し", "件数")]
    agreement: Annotated[Text, asks_only_for("表")]
    progress: ProgressTexts
    input: InputTexts
    guide: GuideTexts
    registers: RegisterTexts
