"""registers.toml: the registers of a part, each field with the article that requires it, and what they count.

On a form a register is a list-like table (`Register.table`): its fields stand between the number of the entry and the
answer of the 課 (確認) on the left, and the dates of the entry on the right. Field labels are also the headings of the
master.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from nerima_report.edition.conditions import Condition
from nerima_report.edition.definition import Definition, Text, refuse_duplicates, without_doubt
from nerima_report.edition.entries import EntryField, EntryTable

# The columns that every register has besides its fields, on its sheet and in its master.
NUMBER, ANSWER, TRACE = "番号", "確認", "控え"
REGISTERED, CHANGED, ENDED = "登録日", "変更日", "廃止日"
DATES = (REGISTERED, CHANGED, ENDED)
DEPARTMENT, SECTION, CONFIRMED = "部", "課", "確認した年度"
SYSTEM = (NUMBER, ANSWER, TRACE, *DATES, DEPARTMENT, SECTION, CONFIRMED)

# The answers of a 課 about an entry.
AS_BEFORE, ALTERED, OVER, NEW, TAKEN_OVER = "変更なし", "変更", "廃止", "新規", "引継ぎ"
ANSWERS = (AS_BEFORE, ALTERED, OVER, NEW, TAKEN_OVER)
NO_ARTICLE = "条文になし"


class RegisterField(EntryField):
    """A field of a register. `article` requires it, in the words `item`; 条文になし where no article does.

    `from_section`: the field is the 部 and 課 of the entry, so nobody fills it in. `formerly`: its label in the
    register that this one continues, if different; `when_continued`: its value in entries from there. `public = false`:
    not for public view.
    """

    article: Text = Field(title="条文")
    item: str = Field(title="事項", default="")
    from_section: bool = Field(title="部と課から決まるか", default=False)
    formerly: str = Field(title="旧条例での項目", default="")
    when_continued: str = Field(title="引き継いだときの答え", default="")
    public: bool = Field(title="閲覧に出すか", default=True)

    @property
    def source(self) -> str:
        """The article that asks for the field, as it is printed; '' where none does."""
        return "" if self.article == NO_ARTICLE else without_doubt(self.article)

    @property
    def hint(self) -> str:
        """What a form says above the heading: first the article."""
        return "\n".join(filter(None, (self.source, super().hint)))

    @model_validator(mode="after")
    def _fits_a_register(self) -> RegisterField:
        if self.type not in ("text", "choice", "date", "count"):
            raise ValueError('type は "text"、"choice"、"date"、"count" のどれかです')
        if self.type == "date" and not self.any_year:
            raise ValueError('登録簿の type = "date" の項目には any_year = true と書きます')
        if self.label in SYSTEM:
            raise ValueError(f"「{self.label}」は、どの登録簿にもある欄の名前なので、項目には使えません")
        if self.from_section and self.type != "text":
            raise ValueError('from_section は type = "text" の項目だけに書けます')
        if self.when_continued and self.when_continued not in self.choices:
            raise ValueError(f"when_continued の「{self.when_continued}」は choices にありません")
        if bool(self.item) == (self.article == NO_ARTICLE):
            raise ValueError(f"item（条文の言葉）は、article が「{NO_ARTICLE}」でない項目だけに、必ず書きます")
        return self


class RegisterCount(Definition):
    """A cell of the report that a register fills: entries open on 31 March, new or ended in the year, or a sum."""

    table: Text = Field(title="表")
    row: Text = Field(title="行")
    column: Text = Field(title="列")
    what: Literal["closing", "new", "ended", "sum"] = Field(title="変わったこと")
    field: str = Field(title="項目", default="")

    @model_validator(mode="after")
    def _sums_a_field(self) -> RegisterCount:
        if bool(self.field) != (self.what == "sum"):
            raise ValueError('field（足す項目）は what = "sum" のときだけに、必ず書きます')
        return self


class Threshold(Definition):
    """The number of persons (人), a setting of part.toml, from which an entry belongs into the register.

    An entry that ended because of its size (`because`, in the field `reason`) must be below it.
    """

    field: Text = Field(title="項目")
    setting: Text = Field(title="設定")
    reason: str = Field(title="理由", default="")
    because: str = Field(title="人数による廃止の理由", default="")


class Reference(Definition):
    """A field that names an entry of another register, by that register's naming field."""

    field: Text = Field(title="項目")
    register_key: Text = Field(title="登録簿", alias="register")


class Feeds(Definition):
    """The list of cases to which the entries of the register also belong, with the values that they all have there."""

    table: Text = Field(title="表")
    values: Mapping[str, str] = Field(title="数", default={})


class Register(Definition):
    """A register: what its entries say, by which article, and which cells of the report they fill.

    `name` is the field that names an entry, `mark` the beginning of its numbers (委託-0001), `form` the 様式 of the
    規則. `public`: open to public view (一般の閲覧). `continues`: the register of an earlier part whose open entries
    continue in this one under the same numbers. `in_order` are pairs of dates, `ends` is the field with the date on
    which an entry ends by itself. `remark` says, to the staff, what is not in the sources.
    """

    key: Text = Field(title="キー")
    title: Text = Field(title="題名")
    form: str = Field(title="様式", default="")
    legal_basis: Text = Field(title="根拠")
    mark: Text = Field(title="番号のはじめ", pattern=r"^[^\s\d=+@'\"-][^\s\d'\"-]*$")
    name: Text = Field(title="名前")
    public: bool = Field(title="閲覧に出すか", default=False)
    continues: str = Field(title="引き継ぐ登録簿", default="")
    instruction: str = Field(title="書き方", default="")
    remark: str = Field(title="資料にないことの断り", default="")
    fields: tuple[RegisterField, ...] = Field(title="項目", min_length=1)
    counts: tuple[RegisterCount, ...] = Field(title="件数の表の案内", default=())
    in_order: tuple[tuple[Text, Text], ...] = Field(title="日付の順", default=())
    ends: str = Field(title="終わる日の項目", default="")
    open_note: str = Field(title="未了の一覧のはじめの文", default="")
    threshold: Threshold | None = Field(title="登録する人数", default=None)
    refers: tuple[Reference, ...] = Field(title="ほかの登録簿を指す項目", default=())
    feeds: Feeds | None = Field(title="数える一覧", default=None)

    def field(self, label: str) -> RegisterField | None:
        """The field with this label."""
        return next((field for field in self.fields if field.label == label), None)

    @cached_property
    def written(self) -> tuple[RegisterField, ...]:
        """The fields that are filled in: the columns of the sheet and of the master."""
        return tuple(field for field in self.fields if not field.from_section)

    @property
    def fills(self) -> frozenset[str]:
        """The keys of the tables into which its entries count."""
        fed = {self.feeds.table} if self.feeds else set()
        return frozenset({count.table for count in self.counts} | fed)

    @property
    def heading(self) -> str:
        """The title with the 様式: 外部委託記録票（第2号様式）."""
        return f"{self.title}（{self.form or '登録簿'}）"

    @cached_property
    def table(self) -> EntryTable:
        """The register as the list-like table of a form: what is handed in for a year."""
        answer = EntryField(label=ANSWER, type="choice", choices=ANSWERS, rule=_RULES[ANSWER])
        dates = (
            EntryField(label=REGISTERED, type="date", any_year=True, rule=_RULES[REGISTERED]),
            EntryField(
                label=CHANGED, type="date", any_year=True, required=False, rule=_RULES[CHANGED],
                required_when=(Condition(field=ANSWER, one_of=(ALTERED,)),),
            ),
            EntryField(
                label=ENDED, type="date", any_year=True, required=False, rule=_RULES[ENDED],
                required_when=(Condition(field=ANSWER, one_of=(OVER,)),),
            ),
        )  # fmt: skip
        number = EntryField(label=NUMBER, type="text", required=False, rule=_RULES[NUMBER])
        trace = EntryField(label=TRACE, type="text", required=False, rule=_RULES[TRACE])
        return EntryTable(
            kind="entries",
            key=self.key,
            title=self.heading,
            legal_basis=self.legal_basis,
            instruction=self.instruction,
            fields=(number, answer, *self.written, *dates, trace),
            open_note=self.open_note,
            in_order=self.in_order,
        )

    @model_validator(mode="after")
    def _names_are_known(self) -> Register:
        refuse_duplicates("項目", [field.label for field in self.fields])
        named = [("name", self.name, "text"), *(("refers", reference.field, "text") for reference in self.refers)]
        named += [("in_order", label, "date") for pair in self.in_order for label in pair if label not in DATES]
        named += [("ends", self.ends, "date")] if self.ends else []
        named += [("counts", count.field, "count") for count in self.counts if count.field]
        if self.threshold:
            named.append(("threshold", self.threshold.field, "count"))
        if self.threshold and self.threshold.reason:
            named.append(("threshold", self.threshold.reason, "choice"))
        for key, label, kind in named:
            field = self.field(label)
            if field is None or field.type != kind or field.from_section:
                raise ValueError(f'{key} の「{label}」は、type = "{kind}" の項目ではありません')
        if self.field(self.name) is not None and not getattr(self.field(self.name), "required", False):
            raise ValueError(f"name の「{self.name}」は、必ず書く項目でなければなりません")
        return self


class IncidentRule(Definition):
    """An incident with one of these answers concerns a contractor, so its 課 must have an entry in the register.

    A count of at least 1 in the row `row` of the table `row_of` is enough as well, and so is an entry of the list
    `cases` with its values.
    """

    table: Text = Field(title="表")
    field: Text = Field(title="項目")
    answers: tuple[Text, ...] = Field(title="答え", min_length=1)
    register_key: Text = Field(title="登録簿", alias="register")
    row: str = Field(title="行", default="")
    row_of: str = Field(title="数の表", default="")
    cases: Feeds | None = Field(title="事例の一覧", default=None)


class RegistersFile(Definition):
    """registers.toml."""

    register_: tuple[Register, ...] = Field(title="登録簿", default=(), alias="register")
    incidents: IncidentRule | None = Field(title="委託事業者の事務処理ミス", default=None)


_RULES = {
    NUMBER: "書きかえません。新しいものでは空けておきます（あとで付きます）。",
    ANSWER: "続くものは「変更なし」か「変更」、やめたものは「廃止」、年度中に始めたものは「新規」。"
    "前からあるのに番号のないものは「引継ぎ」。",
    REGISTERED: "登録（記録）した日。新規では年度の中の日。",
    CHANGED: "変更した日。「変更」では必ず書きます。",
    ENDED: "やめた日。「廃止」では必ず書きます。",
    TRACE: "書きかえません。",
}
