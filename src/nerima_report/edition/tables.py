"""Tables of counts as frozen models (tables.toml): columns, rows, columns of shares, sums, who fills them in.

The models hold data only: no formula, no expression, nothing that is evaluated. References between tables are checked
in proofs.py. The title of a field is its Japanese name for clerks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from nerima_report.edition.conditions import Condition
from nerima_report.edition.definition import (
    Definition,
    Label,
    OptionalLabel,
    Rounding,
    Text,
    fill,
    lasting_name,
    placeholders_in,
    refuse_duplicates,
)
from nerima_report.places import CellKey

# The total of the first column with its unit: the title of a table of counts may ask for it.
TOTAL = "合計"


def _form_of_number(text: str) -> str:
    """Refuse what leaves out the number, or asks for anything but the number and its unit."""
    if text and ("{数}" not in text or placeholders_in(text) - {"数", "単位"}):
        raise ValueError("{数} が要ります。ほかに書ける差し込みは {単位} だけです")
    return text


PrintedCell = Annotated[str, AfterValidator(_form_of_number)]

Reporter = Literal["section", "coordinator"]

Line = tuple[str, str]  # a row of a table by its group ('' without one) and its label; a column by '' and its label

# The columns of a table that counts who was asked for a list, and who did what it is about.
ASKED, DONE = "求めた所", "行った所"


class Column(Definition):
    """A column of counts. `additive = false`: persons, whose numbers are not added up over sections.

    `over` is a heading printed above this one and the neighbouring columns that name the same (決定の内訳).
    Where the table is counted from entries, `where` selects the entries, and `sum` names a field whose numbers are
    added up instead. `different` names a field whose different values are counted instead of the entries (different
    persons); with `first_by` each of them counts in one row only: that with the most of its entries, and of rows with
    equally many the one whose first entry comes first by these fields.

    `sum_of` names the columns whose sum it is (決定件数): then it is computed. `of` names the column of which it tells
    a part (うち…): never more than that, and not added up with it.

    `bracketed` names a column that is printed in brackets behind this one, 916(21), and not as a column of its own.
    `printed_heading` and `printed_cell` are the heading and the numbers as printed, `zero` what is printed for 0, where
    they are not made as those of the other columns. Where a 0 in brackets is not printed as 0, there are no brackets.
    """

    label: Text = Field(title="見出し")
    unit: Text = Field(title="単位")
    over: str = Field(title="上の見出し", default="")
    additive: bool = Field(title="課の数を足すか", default=True)
    where: tuple[Condition, ...] = Field(title="数える条件", default=())
    sum: str = Field(title="足す項目", default="")
    different: str = Field(title="異なるものを数える項目", default="")
    first_by: tuple[Text, ...] = Field(title="一つの行に決める順", default=())
    sum_of: tuple[Label, ...] = Field(title="足す列", default=())
    of: OptionalLabel = Field(title="うち書きのもとの列", default="")
    bracketed: OptionalLabel = Field(title="かっこに入れて並べる列", default="")
    printed_heading: str = Field(title="印刷する見出し", default="")
    printed_cell: PrintedCell = Field(title="印刷する数の書き方", default="")
    zero: str | None = Field(title="0 の書き方", default=None)
    covers: tuple[Text, ...] = Field(title="まとめるもの", default=())

    @property
    def heading(self) -> str:
        """The heading as printed, with its unit: 件数(件)."""
        return f"{self.label}({self.unit})"

    @property
    def covered(self) -> tuple[str, ...]:
        """What it puts together in a table that is made from another one, or by the roster; see `CountTable`."""
        return self.covers or (self.label,)

    @model_validator(mode="after")
    def _counts_one_thing(self) -> Column:
        if self.sum and self.different:
            raise ValueError("sum（足す項目）と different（異なるものを数える項目）は、どちらか一方だけを書きます")
        if self.first_by and not self.different:
            raise ValueError("first_by は different とともに書きます")
        if self.sum_of and (self.of or self.where or self.sum or self.different):
            raise ValueError("sum_of（足す列）の列には、of、where、sum、different を書けません")
        return self


class RateColumn(Definition):
    """A printed column of shares (%), which nobody fills in: each of other numbers of the same row.

    `of` names the column in whose total each row has its share (構成比); or else `numerator` and `denominator` name the
    columns that are added up above and below the line. It stands after the column `after`, or as the last one.
    `never_whole` as in `Figure`.
    """

    label: Label = Field(title="見出し")
    of: OptionalLabel = Field(title="構成比のもとの列", default="")
    numerator: tuple[Label, ...] = Field(title="分子の列", default=())
    denominator: tuple[Label, ...] = Field(title="分母の列", default=())
    after: OptionalLabel = Field(title="この列の次に置く", default="")
    over: str = Field(title="上の見出し", default="")
    printed_heading: str = Field(title="印刷する見出し", default="")
    printed_cell: PrintedCell = Field(title="印刷する数の書き方", default="")
    digits: int = Field(title="小数点以下の桁数", ge=0, le=4, default=1)
    rounding: Rounding = Field(title="丸め方", default="half_up")
    never_whole: bool = Field(title="端数があれば 100% と 0% にしないか", default=False)
    unit: Literal["%"] = Field(title="単位", default="%")
    basis: Text = Field(title="よりどころ")

    @property
    def named(self) -> tuple[str, ...]:
        """All columns that it names."""
        return tuple(filter(None, (self.of, *self.numerator, *self.denominator, self.after)))

    @property
    def rule(self) -> str:
        """What is divided by what, in words: 公開＋部分公開 ÷ 公開＋部分公開＋非公開."""
        if self.of:
            return f"{self.of} ÷ {self.of}の合計"
        return f"{'＋'.join(self.numerator)} ÷ {'＋'.join(self.denominator)}"

    @model_validator(mode="after")
    def _divides_one_thing(self) -> RateColumn:
        if bool(self.of) == bool(self.numerator) or bool(self.numerator) != bool(self.denominator):
            raise ValueError("of（構成比のもとの列）か、numerator と denominator（分子と分母の列）のどちらかを書きます")
        return self


class Row(Definition):
    """A row of counts, with the rule for counting and the key of the note at its label.

    Where the table is counted from entries, `where` selects the entries. Instead of a label, `each_choice_of` names a
    field; the row then stands for a row for each of its choices (those with this `beginning`).

    `sum_of` and `of` name rows of the same group, as those of a column name columns. `ranked = false`: it has no rank
    among the others (その他). `remark` are words that are printed behind its numbers, in the column `remark_heading`.
    """

    label: str = Field(title="見出し", default="")
    group: str = Field(title="区分", default="")
    rule: str = Field(title="数え方", default="")
    note: str = Field(title="注", default="")
    pinned: bool = Field(title="最後に置くか", default=False)
    ranked: bool = Field(title="順位に入れるか", default=True)
    remark: str = Field(title="備考", default="")
    where: tuple[Condition, ...] = Field(title="数える条件", default=())
    each_choice_of: str = Field(title="選択肢ごとの行", default="")
    beginning: str = Field(title="選択肢のはじめの言葉", default="")
    sum_of: tuple[Label, ...] = Field(title="足す行", default=())
    of: OptionalLabel = Field(title="うち書きのもとの行", default="")
    covers: tuple[Text, ...] = Field(title="まとめるもの", default=())

    @property
    def heading(self) -> str:
        """The label, or of which choices the row stands for."""
        return self.label or f"{self.each_choice_of}の{self.beginning}"

    @property
    def covered(self) -> tuple[str, ...]:
        """What it puts together in a table that is made from another one, or by the roster; see `CountTable`."""
        return self.covers or (self.label,)

    @property
    def line(self) -> Line:
        """Its name within the table."""
        return self.group, self.label

    def key(self, table_id: str, column: str) -> CellKey:
        """The name of the cell of the row in a column."""
        return CellKey(table_id, self.group, self.label, column)

    @model_validator(mode="after")
    def _has_a_label(self) -> Row:
        if bool(self.label) == bool(self.each_choice_of):
            raise ValueError("label（見出し）か each_choice_of（選択肢ごとの行）のどちらか一方を書きます")
        if self.beginning and not self.each_choice_of:
            raise ValueError("beginning は each_choice_of とともに書きます")
        if self.sum_of and (self.of or self.where or self.each_choice_of or self.rule):
            raise ValueError("sum_of（足す行）の行には、of、where、each_choice_of、rule を書けません")
        return self


class Note(Definition):
    """A note under a table: with a key it belongs to rows and gets a mark (注1), without one to the table."""

    text: Text = Field(title="文")
    key: str = Field(title="キー", default="")


class TableDefinition(Definition):
    """What all tables have: key, title, legal basis and who reports them.

    `first_year` is the fiscal year from which forms have the table (0: all years of the part).
    `since` is the fiscal year from which the table is asked for: workbooks of earlier years may lack it. A table of
    counts that some of them lack has no numbers in such a year, and is not printed.
    """

    key: Text = Field(title="キー")
    title: Text = Field(title="題名")
    legal_basis: Text = Field(title="根拠")
    reported_by: Reporter = Field(title="書く人", default="section")
    first_year: int = Field(title="様式に載せはじめた年度", default=0)
    since: int = Field(title="聞きはじめた年度", default=0)
    instruction: str = Field(title="書き方", default="")
    notes: tuple[Note, ...] = Field(title="注", default=())

    @property
    def readable_title(self) -> str:
        """The title, or the key where the title waits for values: 第三者点検."""
        return self.key if placeholders_in(self.title) else self.title

    def is_asked(self, fiscal_year: int) -> bool:
        """Whether workbooks of a fiscal year must have the table."""
        return fiscal_year >= self.since

    @field_validator("key")
    @classmethod
    def _key_has_no_dot(cls, key: str) -> str:
        if "." in key:
            raise ValueError("表のキーに「.」は使えません（部のキーとの区切りです）")
        return key


class CountTable(TableDefinition):
    """A table of counts: rows by columns, with a total row unless `no_total_because` gives a reason.

    In print each group is a row above its rows, or (`group_column`) a column at the left headed `group_stub`, as it
    always is in forms. `counted_from` names a list-like table of the part: then the table is not filled in, but its
    entries are counted. An entry that meets `where` of the table and of the column counts in the first row whose
    `where` it meets, or, with `several_rows`, in each of them.

    `by` names what the roster gives: the rows are 実施機関, 部 or 課 (the lines of the table). Those of the roster are
    taken where none are written. Without more, each 課 fills in its own line only. With `divides`, another table of
    counts of the part is divided among the lines, and nobody fills anything in: each column is that of the same label;
    with `of_column` there is a column for each row of the divided table, and its counts are those of this one column.
    With `places = "columns"` it is the other way round: the lines are the columns, and the rows are those of the
    divided table. `covers` of a row or column names what it puts together (several 部; several rows or a group of the
    divided table). `split` names the 実施機関 that are divided into their 部, each in a group; all others are one row.
    `only` names those that the table is about: what 課 of others say is in no line. `sum_column` is the label of a last
    column with the sum of those that are not written.

    `done_of` names a list: then the rows are the words with which the kinds of 課 are counted (課, 校, 園), and the
    columns say how many of them were asked for the list, and did what it is about (`done_when`).
    None of these is filled in by anybody. `counts_requests`: all of it is 0 where a 課 says on its cover that the part
    had no requests.

    `rates` are printed columns of shares, which nobody fills in: they follow from the numbers. Only a year that was
    taken from print keeps those that it printed.

    `group_total` is the label of a row with the sum of each group, below its rows or (`group_total_first`) above them.
    `total_first` prints the total row above all others.

    A table in the order of its counts may print its ranks, under `rank_heading`, and only the `top` of its rows (with
    those that tie with the last of them), without the total, which is not theirs.

    A label with the name of a year is the same in every year: {前年度}からの繰越 is 前年度からの繰越 on forms, in
    records and wherever it is named, and only in print the name of the year stands in it. `printed_as` has such
    labels as they are printed.
    """

    kind: Literal["counts"] = Field(title="種類")
    counted_from: str = Field(title="数えるもとの一覧", default="")
    where: tuple[Condition, ...] = Field(title="数える条件", default=())
    several_rows: bool = Field(title="いくつもの行に数えるか", default=False)
    by: Literal["", "実施機関", "部", "課"] = Field(title="名簿で分ける単位", default="")
    divides: str = Field(title="分けるもとの表", default="")
    of_column: str = Field(title="分けるもとの列", default="")
    places: Literal["rows", "columns"] = Field(title="名簿のものを並べるところ", default="rows")
    split: tuple[Text, ...] = Field(title="部に分ける実施機関", default=())
    only: tuple[Text, ...] = Field(title="対象の実施機関", default=())
    sum_column: str = Field(title="行ごとの計の列の見出し", default="")
    done_of: str = Field(title="行った所を数える一覧", default="")
    stub: Text = Field(title="左の列の見出し")
    group_stub: str = Field(title="区分の列の見出し", default="")
    columns: tuple[Column, ...] = Field(title="列", default=())
    rates: tuple[RateColumn, ...] = Field(title="割合の列", default=())
    rows: tuple[Row, ...] = Field(title="行", default=())
    order: Literal["fixed", "by_count"] = Field(title="並べ方", default="fixed")
    top: int = Field(title="印刷する上位の行の数", default=0, ge=0)
    rank_heading: str = Field(title="順位の列の見出し", default="")
    remark_heading: str = Field(title="備考の列の見出し", default="")
    total: str = Field(title="合計行の見出し", default="")
    no_total_because: str = Field(title="合計しない理由", default="")
    total_first: bool = Field(title="合計行を先頭に印刷するか", default=False)
    group_total: str = Field(title="区分ごとの小計行の見出し", default="")
    group_column: bool = Field(title="区分を左の列に印刷するか", default=False)
    group_total_first: bool = Field(title="小計行を区分の先頭に置くか", default=False)
    hide_unused_groups: bool = Field(title="実績のない区分を載せないか", default=False)
    hide_unused_rows: bool = Field(title="実績のない行を載せないか", default=False)
    counts_requests: bool = Field(title="請求を数えるか", default=False)
    zero: str | None = Field(title="0 の書き方", default=None)
    printed_as: Mapping[Text, Text] = Field(title="報告に印刷する見出し", default={})

    @property
    def printed_columns(self) -> tuple[Column, ...]:
        """The columns that are printed as such: all but those in the brackets of others."""
        inner = {column.bracketed for column in self.columns}
        return tuple(column for column in self.columns if column.label not in inner)

    @property
    def columns_in_print(self) -> tuple[Column | RateColumn, ...]:
        """The columns of numbers as they are printed: those of shares behind that which they name, or last."""
        columns: list[Column | RateColumn] = []
        for column in self.printed_columns:
            columns += [column, *(rate for rate in self.rates if rate.after == column.label)]
        return *columns, *(rate for rate in self.rates if not rate.after)

    def printed(self, label: str, years: Mapping[str, str]) -> str:
        """A label as it is printed in the report of a year; `years` are the names of years."""
        return fill(self.printed_as.get(label, label), years)

    @property
    def is_handed_in(self) -> bool:
        """Whether somebody fills it in: it is neither counted from entries nor made from another table."""
        return not (self.counted_from or self.divides or self.done_of)

    @property
    def has_own_lines(self) -> bool:
        """Whether each 課 fills in its own line only."""
        return bool(self.by) and self.is_handed_in

    @property
    def awaits_lines(self) -> bool:
        """Whether its lines are those of the roster (or of the record) of a year, and are not known without it."""
        return bool(self.by) and not (self.columns if self.places == "columns" else self.rows)

    def column(self, label: str) -> Column | None:
        """The column with this label."""
        return next((column for column in self.columns if column.label == label), None)

    def keys(self, table_id: str, column: str = "") -> list[CellKey]:
        """The names of all cells, row by row, or of those of one column; `table_id` contains the part.

        Some may be sums of others: what they add up to is `keys_of_total`.
        """
        columns = [column] if column else [each.label for each in self.columns]
        return [row.key(table_id, label) for row in self.rows for label in columns]

    def filled_keys(self, table_id: str, column: str = "") -> list[CellKey]:
        """Those of the cells that are filled in or counted, and not sums of others."""
        columns = [each.label for each in self.columns if not each.sum_of and column in ("", each.label)]
        return [row.key(table_id, label) for row in self.filled_rows for label in columns]

    def keys_of_total(self, table_id: str, column: str) -> list[CellKey]:
        """The cells whose sum is the total of a column: no number is among them twice."""
        return self.parts_of(CellKey(table_id, "", "", column))

    def is_sum(self, key: CellKey) -> bool:
        """Whether a cell of the table is the sum of others: that of a row or of a column with `sum_of`."""
        row, column = self.row(key.group, key.row), self.column(key.column)
        return bool((row and row.sum_of) or (column and column.sum_of))

    def is_counted(self, group: str, label: str) -> bool:
        """Whether a row is added up to the total: it is no sum itself, nor a part of another row.

        So is a row that only another year had, but not its 小計.
        """
        row = self.row(group, label)
        return label != self.group_total if row is None else not (row.sum_of or row.of)

    def parts_of(self, key: CellKey) -> list[CellKey]:
        """The cells that a cell adds up, without a row those of the total; the cell itself where it is no sum."""
        row, column = self.row(key.group, key.row), self.column(key.column)
        rows = self.counted_rows if not key.row else self._rows_behind(row) if row else ()
        columns = self._columns_behind(column) if column else ()
        return [own.key(key.table, each.label) for own in rows for each in columns]

    def _rows_behind(self, row: Row) -> tuple[Row, ...]:
        named = (self.row(row.group, label) for label in row.sum_of)
        behind = (other for one in named if one for other in self._rows_behind(one))
        return tuple(dict.fromkeys(behind)) if row.sum_of else (row,)

    def _columns_behind(self, column: Column) -> tuple[Column, ...]:
        behind = (other for one in map(self.column, column.sum_of) if one for other in self._columns_behind(one))
        return tuple(dict.fromkeys(behind)) if column.sum_of else (column,)

    def row(self, group: str, label: str) -> Row | None:
        """The row of this group with this label."""
        return next((row for row in self.rows if (row.group, row.label) == (group, label)), None)

    @property
    def counted_rows(self) -> tuple[Row, ...]:
        """The rows that the total adds up."""
        return tuple(row for row in self.rows if not (row.sum_of or row.of))

    @property
    def filled_rows(self) -> tuple[Row, ...]:
        """The rows that are filled in or counted."""
        return tuple(row for row in self.rows if not row.sum_of)

    def with_group_totals(self) -> CountTable:
        """The table with the rows of `group_total`."""
        if not self.group_total:
            return self
        rows: list[Row] = []
        for group in self.groups:
            own = [row for row in self.rows if row.group == group]
            if not group:  # rows that stand beside the groups
                rows += own
                continue
            counted = tuple(row.label for row in own if not (row.sum_of or row.of))
            total = [Row(label=self.group_total, group=group, sum_of=counted, pinned=not self.group_total_first)]
            rows += [*total, *own] if self.group_total_first else [*own, *total]
        return self.model_copy(update={"rows": tuple(rows)})

    def with_columns(self, columns: Iterable[Column]) -> CountTable:
        """The table with these columns, and that of `sum_column`."""
        own = tuple(columns)
        sums = [
            Column(label=self.sum_column, unit=column.unit, sum_of=tuple(each.label for each in own))
            for column in own[:1]
            if self.sum_column
        ]
        return self.model_copy(update={"columns": (*own, *sums), "sum_column": ""})

    @property
    def stubs(self) -> list[str]:
        """The headings of the columns with labels, which stand left of the counts."""
        return [self.group_stub, self.stub] if self.group_stub else [self.stub]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of rows in the order of definition; ('',) when there are none."""
        return tuple(dict.fromkeys(row.group for row in self.rows))

    @model_validator(mode="before")
    @classmethod
    def _labels_last_for_years(cls, data: object) -> object:
        """Take the years out of the labels, and keep the labels with their years as `printed_as`."""
        if not isinstance(data, dict):
            return data
        named: dict[str, str] = {}

        def lasting(label: object) -> object:
            if not isinstance(label, str) or lasting_name(label) == label:
                return label
            name = lasting_name(label.strip())
            named[name] = label.strip()
            return name

        def of_items(items: object, *keys: str) -> object:
            if not isinstance(items, list | tuple):
                return items
            return [
                {k: lasting(v) if k in keys else v for k, v in item.items()} if isinstance(item, dict) else item
                for item in items
            ]

        new = {key: lasting(value) if key in ("stub", "group_stub", "total") else value for key, value in data.items()}
        new |= {key: of_items(data[key], "label", "group", "over") for key in ("rows", "columns") if key in data}
        return new | {"printed_as": named | dict(data.get("printed_as", {}))} if named else data

    @model_validator(mode="after")
    def _totals_belong_together(self) -> CountTable:
        if self.group_total and not self.group_stub:
            raise ValueError("group_total（小計行）は、group_stub（区分の見出し）とともに書きます")
        if self.group_column and not self.group_stub:
            raise ValueError("group_column（区分の列）は、group_stub（区分の見出し）とともに書きます")
        if (self.total_first and not self.total) or (self.group_total_first and not self.group_total):
            raise ValueError("total_first は total と、group_total_first は group_total とともに書きます")
        return self

    @model_validator(mode="after")
    def _brackets_hold_another_column(self) -> CountTable:
        for column in self.columns:
            inner = self.column(column.bracketed)
            if column.bracketed and (inner is None or inner is column or inner.bracketed):
                raise ValueError(f"列「{column.label}」の bracketed が指す列「{column.bracketed}」はありません")
        refuse_duplicates("かっこに入れる列", [column.bracketed for column in self.columns if column.bracketed])
        return self

    @model_validator(mode="after")
    def _ranks_and_remarks_can_be_printed(self) -> CountTable:
        if any(row.remark for row in self.rows) and not self.remark_heading:
            raise ValueError("行の remark（備考）は、remark_heading（備考の列の見出し）とともに書きます")
        if (self.top or self.rank_heading) and (self.order != "by_count" or self.group_stub):
            raise ValueError('top と rank_heading は、order = "by_count" で、区分のない表に書きます')
        return self

    @model_validator(mode="after")
    def _labels_are_unique(self) -> CountTable:
        refuse_duplicates("列の見出し", [*(c.label for c in self.columns), *(rate.label for rate in self.rates)])
        refuse_duplicates("行の見出し", [f"{row.group} {row.heading}".strip() for row in self.rows])
        if bool(self.total) == bool(self.no_total_because):
            raise ValueError("total（合計行の見出し）か no_total_because（合計しない理由）のどちらか一方が必要です")
        grouped = {bool(row.group) for row in self.rows}
        if grouped and grouped != {bool(self.group_stub)} and not (self.by and self.group_stub):
            raise ValueError("表の group_stub（区分の見出し）と、すべての行の group は、両方そろえて書きます")
        labels = {self.stub, self.group_stub, self.total, *(text for c in self.columns for text in (c.label, c.over))}
        labels |= {text for row in self.rows for text in (row.label, row.group)}
        if unknown := [label for label in self.printed_as if label not in labels]:
            raise ValueError(f"printed_as の「{unknown[0]}」は、この表の見出しではありません")
        if self.total and self.total in [row.label for row in self.rows]:
            raise ValueError(f"合計行の見出し「{self.total}」と同じ行があります")
        keys = {note.key for note in self.notes if note.key}
        if unknown := [row.note for row in self.rows if row.note and row.note not in keys]:
            raise ValueError(f"行が指す注「{unknown[0]}」が notes にありません")
        asked = self.where or self.several_rows or any(c.where or c.sum or c.different for c in self.columns)
        asked = asked or any(r.where or r.each_choice_of for r in self.rows)
        if asked and not self.counted_from:
            raise ValueError(
                "where、sum、different、each_choice_of、several_rows は、"
                "counted_from（数えるもとの一覧の表）とともに書きます"
            )
        self._refuse_what_needs_the_roster()
        if self.done_of and {column.label for column in self.columns} != {ASKED, DONE}:
            raise ValueError(f"done_of の表の列は、「{ASKED}」と「{DONE}」です")
        if self.hide_unused_rows and self.order == "by_count":
            raise ValueError('hide_unused_rows は order = "fixed" の表だけに書けます')
        return self

    def _refuse_what_needs_the_roster(self) -> None:
        """Raise ValueError where the keys about the roster do not fit together, or rows or columns are missing."""
        across = self.places == "columns"
        combined = [each.covers for each in self.rows] + [each.covers for each in self.columns]
        split_lines = self.by == "部" and self.group_stub and not self.rows and not across
        grouped_bodies = self.by == "実施機関" and self.group_stub and not self.rows and not across
        faults = {
            "rows（行）がありません": not (self.rows or (self.by and (self.divides or not across))),
            "columns（列）がありません": not (self.columns or self.divides),
            "by は、counted_from や done_of とともには書けません": self.by and (self.counted_from or self.done_of),
            'by だけの表は各課が自分の行を書くので、reported_by = "coordinator" は書けません': (
                self.by and not self.divides and self.reported_by == "coordinator"
            ),
            "divides（分けるもとの表）は、by（実施機関、部、課のどれか）とともに書きます": self.divides and not self.by,
            "of_column と places は、divides（分けるもとの表）とともに書きます": (
                (self.of_column or across) and not self.divides
            ),
            'places = "columns" は、of_column（分けるもとの列）とともに書きます': across and not self.of_column,
            'split は、by = "部" で、group_stub のある、rows を書かない表だけに書けます': self.split
            and not split_lines,
            'by = "実施機関" の表に group_stub を書くときは、rows（行）も書きます': grouped_bodies,
            "行や列の covers は、by（実施機関、部、課のどれか）とともに書きます": any(combined) and not self.by,
            "sum_column は、of_column のある、columns を書かない表だけに書けます": (
                self.sum_column and (not self.of_column or self.columns)
            ),
            "only（対象の実施機関）は、divides（分けるもとの表）とともに書きます": self.only and not self.divides,
        }
        for reason, is_so in faults.items():
            if is_so:
                raise ValueError(reason)
