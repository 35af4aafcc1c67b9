"""Tables of several years, which nobody fills in: their numbers are those of the records and of the present year."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from nerima_report.edition.tables import Cells, Definition, FiscalYear, Note, Text, refuse_duplicates

NO_NUMBER = "…"


class YearsItem(Definition):
    """What a table of years shows of each year: the sum of some cells of a table of counts, or a figure.

    With `each_row` it stands for an item for each row of the cells, which has the label of the row. `summed = false`:
    it has no total over the years, such as a number at the end of the year.
    """

    label: str = Field(title="見出し", default="")
    group: str = Field(title="区分", default="")
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
        return self


class YearsTable(Definition):
    """A table with the present year and those before it as rows or as columns.

    It shows `years` years, or those since `from_year`. `total` and `average` head the sum and the mean over the years
    (with `average_digits`, rounded half up). `no_number` stands where no number can be printed, and `no_number_note`
    explains it. A number before a break of its series is not printed, unless it `keeps_broken`; its note says why.
    """

    kind: Literal["years"] = Field(title="種類")
    key: Text = Field(title="キー")
    title: Text = Field(title="題名")
    years: int = Field(title="年度の数", default=0, ge=0, le=100)
    from_year: FiscalYear | None = Field(title="はじめの年度", default=None)
    years_as: Literal["rows", "columns"] = Field(title="年度の向き", default="rows")
    newest_first: bool = Field(title="新しい年度から並べるか", default=False)
    stub: Text = Field(title="左の列の見出し")
    year_label: Text = Field(title="年度の書き方", default="{年度}")
    items: tuple[YearsItem, ...] = Field(title="項目", min_length=1)
    total: str = Field(title="合計の見出し", default="")
    average: str = Field(title="平均の見出し", default="")
    average_digits: int = Field(title="平均の小数点以下の桁数", default=1, ge=0, le=4)
    no_number: Text = Field(title="数のないところの言葉", default=NO_NUMBER)
    no_number_note: str = Field(title="数のないところの言葉の説明", default="")
    keeps_broken: bool = Field(title="系列の切れ目より前の数も載せるか", default=False)
    notes: tuple[Note, ...] = Field(title="注", default=())

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
        if (self.no_number != NO_NUMBER) != bool(self.no_number_note):
            raise ValueError("no_number（数のないところの言葉）と no_number_note（その説明）は、両方そろえて書きます")
        refuse_duplicates("項目", [f"{item.group} {item.label}".strip() for item in self.items if item.label])
        if any(note.key for note in self.notes):
            raise ValueError("年度別の表の注に key は書けません")
        if "." in self.key:
            raise ValueError("表のキーに「.」は使えません（部のキーとの区切りです）")
        return self
