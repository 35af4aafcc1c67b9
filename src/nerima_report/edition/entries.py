"""The list-like tables of an edition: their fields, how they are printed, and what is asked of their entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import Field, model_validator

from nerima_report.edition.conditions import Condition, all_hold
from nerima_report.edition.definition import ROUNDING_NAMES, Definition, Text, placeholders_in, refuse_duplicates
from nerima_report.edition.municipality import Words
from nerima_report.edition.tables import CountTable, TableDefinition
from nerima_report.edition.years_tables import YearsTable
from nerima_report.fiscal_year import LAST_YEAR
from nerima_report.places import CellKey

FieldT = TypeVar("FieldT", bound="EntryField")
# What a value computed from a term says.
IN_TIME, LATE = "期限内", "期限後"


class EntryField(Definition):
    """A field of a list-like table. `printed_as` is how a value given is printed, such as （{}）.

    `required_when`: entries that meet all these conditions must have the field. `blank_when`: those that meet these
    must not. `several`: a choice with up to so many answers, each in a column of its own. `since`: the fiscal year from
    which the field is asked; workbooks of earlier years may lack it, and nothing requires it there. `expected`: the
    answers that cause no finding (付した). `due_when`: entries that meet all these conditions need the day before their
    matter is settled. `yearly`: it is filled in anew each year (延べ人数); a date must then lie in that year.
    `any_year`: a date may be outside the fiscal year. `meanings` explain the choices, in the same order; with
    `choices_from = "guideline"` both are the types of guideline.toml. `example` stands in the row 記入例 of the form
    (of a month, a day or a number the form makes one of its year). `repeated_in` names the text in which people say the
    same again, `repeated_as` how they write it there: （{}名分）.
    """

    label: Text = Field(title="見出し")
    type: Literal["text", "choice", "month", "date", "count", "order", "difference"] = Field(title="型")
    unit: str = Field(title="単位", default="")
    required: bool = Field(title="必ず書くか", default=True)
    required_when: tuple[Condition, ...] = Field(title="必ず書く条件", default=())
    blank_when: tuple[Condition, ...] = Field(title="書かない条件", default=())
    several: int = Field(title="答えの数", default=1, ge=1)
    since: int = Field(title="聞きはじめた年度", default=0)
    expected: tuple[Text, ...] = Field(title="確かめない答え", default=())
    due_when: tuple[Condition, ...] = Field(title="済ませる条件", default=())
    yearly: bool = Field(title="年度ごとに書くか", default=False)
    any_year: bool = Field(title="年度の外の日付も書けるか", default=False)
    choices: tuple[Text, ...] = Field(title="選択肢", default=())
    choices_from: Literal["", "guideline"] = Field(title="選択肢のもと", default="")
    meanings: tuple[Text, ...] = Field(title="選択肢の意味", default=())
    rule: str = Field(title="数え方", default="")
    example: str = Field(title="記入例", default="")
    printed_as: str = Field(title="印刷の形", default="{}")
    repeated_in: str = Field(title="同じことを書く文の項目", default="")
    repeated_as: tuple[Text, ...] = Field(title="文の中での書き方", default=())

    @property
    def heading(self) -> str:
        """The heading on a form, with its unit: 人数(人)."""
        return f"{self.label}({self.unit})" if self.unit else self.label

    @property
    def hint(self) -> str:
        """What a form says above the heading: the rule of the field, or when it may stay empty."""
        if self.rule or self.required:
            return self.rule
        asked = "、".join(condition.wording for condition in self.required_when)
        return f"{asked}ときは、必ず書きます。" if asked else "空けてもかまいません。"

    def meaning(self, choice: str) -> str:
        """The meaning of a choice (the wording of 別表2の10), or the choice itself where it has none."""
        return dict(zip(self.choices, self.meanings, strict=False)).get(choice, choice)

    @property
    def source(self) -> str:
        """The article that asks for the field; '' where only the table as a whole has one."""
        return ""

    def is_required(self, entry: Mapping[str, object], fiscal_year: int) -> bool:
        """Whether an entry (values by label of field) of a fiscal year must give this field."""
        asked = self.required or (bool(self.required_when) and all_hold(self.required_when, entry))
        return asked and fiscal_year >= self.since

    def is_due(self, entry: Mapping[str, object]) -> bool:
        """Whether an entry needs the field before its matter is settled."""
        return bool(self.due_when) and all_hold(self.due_when, entry)

    @model_validator(mode="after")
    def _duties_can_be_met(self) -> EntryField:
        if self.due_when and (self.required or self.type != "date"):
            raise ValueError('due_when は type = "date" で required = false の項目だけに書けます')
        if self.expected and self.type != "choice":
            raise ValueError('expected は type = "choice" の項目だけに書けます')
        if unknown := [answer for answer in self.expected if answer not in self.choices]:
            raise ValueError(f"expected の「{unknown[0]}」は choices にありません")
        return self

    def must_be_blank(self, entry: Mapping[str, object]) -> bool:
        """Whether an entry (values by label of field) must not give this field."""
        return bool(self.blank_when) and all_hold(self.blank_when, entry)

    @model_validator(mode="after")
    def _choices_belong_to_choice(self) -> EntryField:
        if self.required and self.required_when:
            raise ValueError("required_when は required = false とともに書きます")
        if self.any_year and self.type != "date":
            raise ValueError('any_year は type = "date" の項目だけに書けます')
        if self.meanings and len(self.meanings) != len(self.choices):
            raise ValueError("meanings（選択肢の意味）は、choices と同じ数だけ書きます")
        if bool(self.choices or self.choices_from) != (self.type == "choice"):
            raise ValueError('choices は type = "choice" の項目だけに、必ず書きます')
        if self.several > 1 and (self.type != "choice" or self.required):
            raise ValueError('several（答えの数）は、required = false の type = "choice" の項目だけに書けます')
        refuse_duplicates("選択肢", list(self.choices))
        if (self.type == "count") != bool(self.unit):
            raise ValueError('unit（単位）は type = "count" の項目だけに、必ず書きます')
        if self.repeated_in and self.type not in ("count", "month"):
            raise ValueError('repeated_in は type = "count" か "month" の項目だけに書けます')
        if bool(self.repeated_in) != bool(self.repeated_as):
            raise ValueError("repeated_in と repeated_as は両方そろえて書きます")
        if wrong := [form for form in self.repeated_as if form.count("{}") != 1 or len(form) < len("{}") + 2]:
            raise ValueError(f"repeated_as の「{wrong[0]}」には、{{}} を一つと、その前後の文字を書きます")
        return self


class Term(Definition):
    """How many days (日) something may take for the entries that meet the conditions."""

    days: int = Field(title="日数", ge=1)
    when: tuple[Condition, ...] = Field(title="条件", default=())
    basis: Text = Field(title="よりどころ")


class Computed(Definition):
    """A value that every entry has without anybody writing it.

    days: the number of days (日) from one date to another; `without` are pairs of dates whose days are taken off.
    term: whether those days keep the first of the `terms` whose conditions the entry meets (期限内, 期限後). The first
    day is day 1 with `first_day_counts`, and otherwise day 0.
    answers: the answers given in several fields, as one value with several answers.
    `printed_as` is how a value is printed, such as 、速報{}日.
    """

    label: Text = Field(title="見出し")
    kind: Literal["days", "term", "answers"] = Field(title="種類")
    start: str = Field(title="はじめの日の項目", default="")
    end: str = Field(title="終わりの日の項目", default="")
    first_day_counts: bool = Field(title="はじめの日を1日目と数えるか", default=False)
    without: tuple[tuple[Text, Text], ...] = Field(title="除く期間の項目", default=())
    terms: tuple[Term, ...] = Field(title="期限", default=())
    fields: tuple[Text, ...] = Field(title="答えの項目", default=())
    printed_as: str = Field(title="印刷の形", default="{}")

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Computed:
        if (self.kind == "answers") == bool(self.start and self.end) or (self.kind == "answers") != bool(self.fields):
            raise ValueError('kind = "days" と "term" には start と end、kind = "answers" には fields を書きます')
        if (self.kind == "term") != bool(self.terms):
            raise ValueError('terms は kind = "term" のときだけに、必ず書きます')
        return self

    def of(self, entry: Mapping[str, object]) -> object:
        """The value for an entry (values by label of field); None where a date is missing, or no answer is given."""
        if self.kind == "answers":
            return tuple(dict.fromkeys(entry[label] for label in self.fields if entry.get(label) is not None)) or None
        days, term = self.days(entry), self.term(entry)
        if self.kind == "days" or days is None:
            return days
        return None if term is None else IN_TIME if days <= term.days else LATE

    def days(self, entry: Mapping[str, object]) -> int | None:
        """The days (日) from one date to the other; None where one is missing."""
        days = _days_between(entry, self.start, self.end)
        if days is None:
            return None
        taken_off = sum(_days_between(entry, first, last) or 0 for first, last in self.without)
        return days + self.first_day_counts - taken_off

    def term(self, entry: Mapping[str, object]) -> Term | None:
        """The term that an entry has to keep."""
        return next((term for term in self.terms if all_hold(term.when, entry)), None)


def _days_between(entry: Mapping[str, object], first: str, last: str) -> int | None:
    begin, end = entry.get(first), entry.get(last)
    return (end - begin).days if isinstance(begin, date) and isinstance(end, date) else None


def in_columns(fields: Sequence[FieldT]) -> tuple[FieldT, ...]:
    """The fields as they stand in a table: 理由 with three answers is 理由1, 理由2 and 理由3."""
    found: list[FieldT] = []
    for field in fields:
        columns = [
            field.model_copy(
                update={"label": f"{field.label}{n}", "several": 1}
                | ({} if n == 1 else {"required_when": (), "rule": "", "example": ""})
            )
            for n in range(1, field.several + 1)
        ]
        found += columns if field.several > 1 else [field]
    return tuple(found)


def answers_of(fields: Sequence[EntryField]) -> tuple[Computed, ...]:
    """The values with several answers that `in_columns` divided into columns."""
    return tuple(
        Computed(
            label=field.label,
            kind="answers",
            fields=tuple(f"{field.label}{n}" for n in range(1, field.several + 1)),
        )
        for field in fields
        if field.several > 1
    )


class PrintedColumn(Definition):
    """A printed column of a list-like table: a text with {placeholders}, or 同上 where it repeats.

    `width` is its share of the width of the table.
    """

    label: Text = Field(title="見出し")
    text: Text = Field(title="文")
    width: int = Field(title="幅", default=1, ge=1)
    ditto: bool = Field(title="「同上」とするか", default=False)


class EntryTable(TableDefinition):
    """A list-like table: one row for each entry, sorted, numbered and grouped by the tool.

    `lines_for` names its first field: the blank form has a line for each choice of it, each to be answered once.
    `open_when` are the conditions of unsettled entries, which `build` lists in a file of its own under `open_note`; an
    entry in which the date `settled_by` is given is settled. `in_order` are pairs of dates, of which the first is not
    after the second.
    `computed` are values that follow from the fields, for counting. `done_when`: a 課 with an entry that meets these
    conditions has done what the list is about (点検した), so that the report may say of how many 課 this is true.
    """

    kind: Literal["entries"] = Field(title="種類")
    fields: tuple[EntryField, ...] = Field(title="項目", min_length=1)
    computed: tuple[Computed, ...] = Field(title="計算する項目", default=())
    print: tuple[PrintedColumn, ...] = Field(title="印刷する列", default=())
    sort_by: tuple[Text, ...] = Field(title="並べる項目", default=())
    split_by: str = Field(title="表を分ける項目", default="")
    lines_for: str = Field(title="はじめから行を置く項目", default="")
    open_when: tuple[Condition, ...] = Field(title="未了とする条件", default=())
    open_note: str = Field(title="未了の一覧のはじめの文", default="")
    settled_by: str = Field(title="済んだ日の項目", default="")
    done_when: tuple[Condition, ...] = Field(title="行ったとする条件", default=())
    in_order: tuple[tuple[Text, Text], ...] = Field(title="日付の順", default=())

    def field(self, label: str) -> EntryField | None:
        """The field with this label."""
        return next((field for field in self.fields if field.label == label), None)

    def choices_of(self, label: str) -> tuple[str, ...] | None:
        """The choices of a field or of a value with several answers; () for what has none, None for what is unknown."""
        field = self.field(label)
        if field is not None:
            return field.choices
        computed = next((value for value in self.computed if value.label == label), None)
        if computed is None:
            return None
        if computed.kind == "term":
            return IN_TIME, LATE
        return self.choices_of(computed.fields[0]) if computed.fields else ()

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that a printed column may use: fields, computed values, 番号, and 〇〇の件数 of a choice."""
        counted = {f"{field.label}の件数" for field in self.fields if field.type == "choice"}
        own = {field.label for field in self.fields} | {computed.label for computed in self.computed}
        return frozenset(own | counted | {"番号"})

    def with_computed(self, values: dict[str, object]) -> dict[str, object]:
        """The values of an entry by label of field, with those that follow from them."""
        for computed in self.computed:
            values[computed.label] = computed.of(values)
        return values

    @model_validator(mode="after")
    def _computed_from_fields(self) -> EntryTable:
        for computed in self.computed:
            dates = (computed.start, computed.end, *(label for pair in computed.without for label in pair))
            for label in filter(None, (*dates, *computed.fields)):
                field = self.field(label)
                if field is None or field.type != ("choice" if computed.fields else "date"):
                    raise ValueError(f"computed「{computed.label}」の「{label}」は、その種類の項目ではありません")
        return self

    @model_validator(mode="after")
    def _matters_can_be_settled(self) -> EntryTable:
        if self.open_when and not self.open_note:
            raise ValueError("open_when（未了とする条件）と open_note（一覧のはじめの文）は両方そろえて書きます")
        if self.open_note and not (self.open_when or any(field.expected or field.due_when for field in self.fields)):
            raise ValueError("open_note は、open_when か、expected か due_when のある項目とともに書きます")
        dated = [("settled_by", label) for label in filter(None, [self.settled_by])]
        for key, label in (*dated, *(("in_order", label) for pair in self.in_order for label in pair)):
            if getattr(self.field(label), "type", "") != "date":
                raise ValueError(f'{key} の「{label}」は type = "date" の項目ではありません')
        return self

    @model_validator(mode="after")
    def _names_are_known(self) -> EntryTable:
        refuse_duplicates("項目", [*(field.label for field in self.fields), *(c.label for c in self.computed)])
        for label in self.sort_by:
            if self.field(label) is None:
                raise ValueError(f"sort_by の「{label}」は fields にありません")
        split = self.field(self.split_by) if self.split_by else None
        if self.split_by and (split is None or split.type != "choice"):
            raise ValueError(f'split_by の「{self.split_by}」は type = "choice" の項目ではありません')
        if self.lines_for and (self.fields[0].label != self.lines_for or not self.fields[0].choices):
            raise ValueError(f"lines_for の「{self.lines_for}」は、はじめの項目で、選択肢がなければなりません")
        for field in self.fields:
            text = self.field(field.repeated_in) if field.repeated_in else None
            if field.repeated_in and (text is None or text.type != "text"):
                raise ValueError(f'「{field.label}」の repeated_in は、type = "text" の項目ではありません')
        for column in self.print:
            if unknown := placeholders_in(column.text) - self.placeholders:
                raise ValueError(f"print の「{column.label}」にある {{{min(unknown)}}} は項目ではありません")
        return self


AnyTable = CountTable | EntryTable
Tables = Mapping[str, AnyTable]  # by key, or by id


class TablesFile(Definition):
    """tables.toml."""

    table: tuple[Annotated[AnyTable | YearsTable, Field(discriminator="kind")], ...] = Field(title="表")


ADJUSTMENTS = "調整"
# The row of the usual example: withdrawn requests, which two sections may both have counted.
WITHDRAWN = "取下げ"


def adjustments_like(example: CellKey, what: str, words: Words, *, divided: bool) -> EntryTable:
    """The sheet 調整 of the ward workbook, whose example adjusts this cell, because two sections counted the same.

    `what` they counted: 請求. Where a table is `divided` by the roster, it may name the 課 whose number it changes.

    Its other fields are the same in every edition, because tallies/totals.py rests on them.
    """
    table, group, row, column = example
    section = words.section
    of_section = EntryField(
        label=section,
        type="text",
        required=False,
        rule=f"どの{section}の分を増減するかを、部から書きます。書けば、実施機関や部に分けた表でも、その行が変わります。",
    )
    return EntryTable(
        kind="entries",
        key=ADJUSTMENTS,
        title=f"調整（二つの{section}が数えた請求など）",
        legal_basis=f"{words.coordinator}の集計",
        reported_by="coordinator",
        instruction=(
            f"二つの{section}が同じ請求を数えたときなど、{section}の合計と{words.body}の件数が違う分だけを、"
            "理由とともに書きます。"
        ),
        fields=(
            EntryField(label="表", type="text", example=table, rule=f"シートの名前（例 {table}）。"),
            EntryField(
                label="区分", type="text", required=False, example=group, rule="行に区分がある表だけ（例 開示請求）。"
            ),
            EntryField(label="行", type="text", example=row),
            EntryField(
                label="列", type="text", example=column, rule=f"見出しの（件）や（人）の前まで（例 {column}）。"
            ),
            EntryField(label="増減", type="difference", rule="減らすときは -1 のように書きます。"),
            EntryField(label="理由", type="text", example=f"二つの{section}が同じ{what}を数えたため"),
            *([of_section] if divided else []),
        ),
    )


RATES = "割合"  # the sheet of the printed shares, in a workbook into which a published year is typed
# In which a share may be printed, and by which power of ten it is multiplied to be in %.
UNITS_OF_RATES = {"%": 0, "‰": -1, "割": 1, "小数": 2}
# Whether what is not quite all, or not quite nothing, was printed as 100 % or 0 %.
NEVER_WHOLE = {"端数があればしない": True, "端数があってもする": False}


def printed_rates(names: Sequence[str], instruction: str) -> EntryTable:
    """The sheet of the printed shares; `names` are those of the edition (公開.公開率, 公開.処理状況.構成比).

    Its fields are the same in every edition, because tallies/printed_rates.py rests on them. It may be left out:
    workbooks that were made before there was such a sheet have none.
    """
    other = "今の定義と違うときだけ"
    rows = f"{other}、行（か列）の名前を「、」でつないで書きます。"
    return EntryTable(
        kind="entries",
        key=RATES,
        title="公表された割合",
        legal_basis="公表された報告",
        reported_by="coordinator",
        since=LAST_YEAR + 1,
        instruction=instruction,
        fields=(
            EntryField(label="割合", type="choice", choices=tuple(names)),
            EntryField(label="値", type="text", rule="公表されたとおりに、けたもそのままに書きます（例 97.0）。"),
            EntryField(label="分子", type="text", required=False, rule=rows),
            EntryField(label="分母", type="text", required=False, rule=rows),
            EntryField(label="除いた行", type="text", required=False, rule=f"{rows}なければ「なし」と書きます。"),
            EntryField(
                label="行",
                type="text",
                required=False,
                rule="表の中の割合の列（構成比など）だけに、その行を書きます。合計の行は、その見出しを書きます。",
            ),
            EntryField(label="区分", type="text", required=False, rule="行に区分がある表だけに書きます。"),
            EntryField(
                label="丸め方",
                type="choice",
                required=False,
                choices=tuple(ROUNDING_NAMES.values()),
                rule=f"{other}書きます。",
            ),
            EntryField(
                label="100%と0%",
                type="choice",
                required=False,
                choices=tuple(NEVER_WHOLE),
                rule=f"{other}書きます（端数のある割合を、丸めて100%や0%としたか）。",
            ),
            EntryField(
                label="単位",
                type="choice",
                required=False,
                choices=tuple(UNITS_OF_RATES),
                rule="%でないときだけに書きます（0.975 は「小数」）。",
            ),
            EntryField(
                label="けた",
                type="text",
                required=False,
                rule="値の終わりの0が書けないときだけ、小数点以下のけたを書きます（97.0 なら 1）。",
            ),
        ),
    )
