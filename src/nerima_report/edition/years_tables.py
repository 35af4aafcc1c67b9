"""Tables of several years, which nobody fills in: their numbers are those of the records and of the present year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, field_validator, model_validator

from nerima_report.edition.definition import Definition, FiscalYear, Text, refuse_duplicates
from nerima_report.edition.links import Cells
from nerima_report.edition.tables import PrintedCell

NO_NUMBER = "…"


class YearsItem(Definition):
    """What a table of years shows of each year: the sum of some cells of a table of counts, or a figure.

    With `each_row` it stands for an item for each row of the cells, which has the label of the row. `summed = false`:
    it has no total over the years, such as a number at the end of the year.

    `bracketed` is the label of another item of the same group, which is printed in brackets behind this one, 916(21),
    wherever it has a number. `printed_heading` and `printed_cell` are the heading and the numbers as printed, where
    they are not made as those of the others.
    """

    label: str = Field(title="見出し", default="")
    group: str = Field(title="区分", default="")
    bracketed: str = Field(title="かっこに入れて並べる項目", default="")
    printed_heading: str = Field(title="印刷する見出し", default="")
    printed_cell: PrintedCell = Field(title="印刷する数の書き方", default="")
    cells: Cells | None = Field(title="数", default=None)
    figure: str = Field(title="割合", default="")
    each_row: bool = Field(title="行ごとにするか", default=False)
    summed: bool = Field(title="年度の合計を出すか", default=True)

    @model_validator(mode="after")
    def _shows_one_thing(self) -> YearsItem:
        if (self.cells is None) == (not self.figure):
            raise ValueError("cells（数）か figure（割合）のどちらか一方を書きます")
        if self.each_row and self.cells is None:
            raise ValueError("each_row は cells（数）とともに書きます")
        if bool(self.label) == self.each_row:
            raise ValueError("label（見出し）か each_row（行ごと）のどちらか一方を書きます")
        if self.each_row and (self.bracketed or self.printed_heading):
            raise ValueError("bracketed と printed_heading は、label（見出し）のある項目に書きます")
        return self


class YearsNote(Definition):
    """A note: on the number of an item in a year, on an item (`year` left out), on a year, or on the whole table."""

    text: Text = Field(title="文")
    year: FiscalYear | None = Field(title="年度", default=None)
    item: str = Field(title="項目", default="")

    @property
    def is_on_whole_table(self) -> bool:
        """Whether nothing in the table has its mark."""
        return self.year is None and not self.item


class Remarks(Definition):
    """A last column (or row) of words on single years (備考); blank for all others."""

    heading: Text = Field(title="見出し")
    texts: Mapping[FiscalYear, Text] = Field(title="年度ごとの文")


class YearsTable(Definition):
    """A table with the present year and those before it as rows or as columns.

    It shows `years` years, or those since `from_year`. `total` and `average` head the sum and the mean over the years
    (with `average_digits`, rounded half up). `no_number` stands where no number can be printed, and `no_number_note`
    explains it. A number before a break of its series is not printed, unless it `keeps_broken`; its note says why.

    `year_label` may be several: of the present year, the year before, and so on; the last is that of all before.
    `earlier_over` is a heading above the columns of the years before the present one (参考). With a `group_stub`, the
    groups of rows are a column at the left with this heading, and not rows above theirs.
    """

    kind: Literal["years"] = Field(title="種類")
    key: Text = Field(title="キー")
    title: Text = Field(title="題名")
    years: int = Field(title="年度の数", default=0, ge=0, le=100)
    from_year: FiscalYear | None = Field(title="はじめの年度", default=None)
    years_as: Literal["rows", "columns"] = Field(title="年度の向き", default="rows")
    newest_first: bool = Field(title="新しい年度から並べるか", default=False)
    stub: Text = Field(title="左の列の見出し")
    group_stub: str = Field(title="区分の列の見出し", default="")
    year_label: Text | tuple[Text, ...] = Field(title="年度の書き方", default="{年度}", min_length=1)
    earlier_over: str = Field(title="前の年度の列の上の見出し", default="")
    items: tuple[YearsItem, ...] = Field(title="項目", min_length=1)
    total: str = Field(title="合計の見出し", default="")
    average: str = Field(title="平均の見出し", default="")
    average_digits: int = Field(title="平均の小数点以下の桁数", default=1, ge=0, le=4)
    no_number: str = Field(title="数のないところの言葉", default=NO_NUMBER)
    no_number_note: str = Field(title="数のないところの言葉の説明", default="")
    keeps_broken: bool = Field(title="系列の切れ目より前の数も載せるか", default=False)
    remarks: Remarks | None = Field(title="備考", default=None)
    notes: tuple[YearsNote, ...] = Field(title="注", default=())

    @property
    def year_labels(self) -> tuple[str, ...]:
        """How the years are written: the present one, the year before, ...; the last is for all before."""
        return (self.year_label,) if isinstance(self.year_label, str) else self.year_label

    def label_of(self, years_before: int) -> str:
        """How a year is written that is so many years before the present one."""
        return self.year_labels[min(years_before, len(self.year_labels) - 1)]

    def years_of(self, fiscal_year: int) -> range:
        """The years that the table has in the report of a fiscal year, the oldest first."""
        first = self.from_year or fiscal_year - self.years + 1
        return range(min(first, fiscal_year), fiscal_year + 1)

    @field_validator("no_number")
    @classmethod
    def _is_no_number(cls, text: str) -> str:
        if any(letter.isnumeric() for letter in text):
            raise ValueError("数のないところに、数と見まちがえる言葉は書けません")
        return text

    @model_validator(mode="after")
    def _says_which_years(self) -> YearsTable:
        if bool(self.years) == bool(self.from_year):
            raise ValueError("years（年度の数）か from_year（はじめの年度）のどちらか一方を書きます")
        if self.no_number == NO_NUMBER and self.no_number_note:
            raise ValueError("no_number_note（説明）は、no_number（数のないところの言葉）とともに書きます")
        if self.earlier_over and self.years_as == "rows":
            raise ValueError('earlier_over（前の年度の列の上の見出し）は、years_as = "columns" とともに書きます')
        if self.group_stub and self.years_as == "rows":
            raise ValueError('group_stub（区分の列の見出し）は、years_as = "columns" とともに書きます')
        refuse_duplicates("項目", [f"{item.group} {item.label}".strip() for item in self.items if item.label])
        if "." in self.key:
            raise ValueError("表のキーに「.」は使えません（部のキーとの区切りです）")
        return self

    @model_validator(mode="after")
    def _names_items_that_there_are(self) -> YearsTable:
        labels = {(item.group, item.label) for item in self.items if item.label}
        inner = [(item.group, item.bracketed) for item in self.items if item.bracketed]
        for item in self.items:
            own, named = (item.group, item.label), (item.group, item.bracketed)
            if item.bracketed and (named not in labels - {own} or own in inner):
                raise ValueError(
                    f"項目「{item.label}」の bracketed が指す、同じ区分の項目「{item.bracketed}」はありません"
                )
        refuse_duplicates("かっこに入れる項目", [f"{group} {label}".strip() for group, label in inner])
        named_rows = any(item.each_row for item in self.items)
        for note in self.notes:
            if note.item and not named_rows and note.item not in {label for _, label in labels}:
                raise ValueError(f"注が指す項目「{note.item}」はありません")
        return self
