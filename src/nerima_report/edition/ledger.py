"""ledger.toml: the case ledger (請求台帳) of a part: what a row says, its limits, and what is counted from it.

Every request is one row, kept by the coordinator through the year. Where a year has a ledger, the tables of counts
that it names are counted from its rows instead of being filled in by the 課. It holds no names and no 件名.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator

from nerima_report.edition.conditions import Condition, all_hold
from nerima_report.edition.definition import Definition, Text, refuse_duplicates
from nerima_report.edition.entries import Computed, EntryField, EntryTable, Tables, answers_of, in_columns
from nerima_report.edition.tables import Column, CountTable, Row

# What a row is in the report of a year; a value that every row of a ledger has besides its fields.
STATE = "集計"
COUNTED, PENDING, ELSEWHERE = "計上", "処理中", "ほかの年度"
STATES = (COUNTED, PENDING, ELSEWHERE)
# The days that a case took, as the classes of a table count them.
DAYS = "決定までの日数"
# The columns that the form computes for every request; nobody reads them.
DUE, DAYS_LEFT = "期限", "残り日数"


class LedgerField(EntryField):
    """A field of a ledger. `article` requires it, or says † where no source does.

    `rows_of` and `groups_of` name the table of the part whose rows, or groups of rows, are its choices; `choices` are
    further ones. `width` is that of its column on the form, in digits (0: as its type and choices need it).
    """

    article: Text = Field(title="条文")
    rows_of: str = Field(title="選択肢とする行の表", default="")
    groups_of: str = Field(title="選択肢とする区分の表", default="")
    width: int = Field(title="列の幅", default=0, ge=0, le=100)

    @property
    def hint(self) -> str:
        """What the ledger says above the heading: the rule, or that the field may stay empty."""
        return self.rule or ("" if self.required or self.required_when else "空けてもかまいません。")

    @model_validator(mode="after")
    def _fits_a_ledger(self) -> LedgerField:
        if self.type == "date" and not self.any_year:
            raise ValueError('台帳の type = "date" の項目には any_year = true と書きます')
        return self


class HeadingGroup(Definition):
    """A group of columns with a heading of its own on the form: from its first field up to the next group."""

    label: Text = Field(title="見出し")
    first: Text = Field(title="はじめの項目")


class Roles(Definition):
    """Which field of a ledger says what: its number, the days, who asked, who decides, how it ended.

    `kind` (請求の種類) is blank where a part has one kind only, `opinion_due` and `opinion` where no third party is
    asked.
    """

    number: Text = Field(title="受付番号")
    branch: Text = Field(title="枝番")
    received: Text = Field(title="受付日")
    requester: Text = Field(title="請求者番号")
    requester_kind: Text = Field(title="請求者の区分")
    department: Text = Field(title="部")
    section: Text = Field(title="課")
    outcome: Text = Field(title="処理")
    closed: Text = Field(title="決定か取下げの日")
    extension: Text = Field(title="延長")
    extension_told: Text = Field(title="延長の通知日")
    correction_asked: Text = Field(title="補正を求めた日")
    corrected: Text = Field(title="補正された日")
    kind: str = Field(title="請求の種類", default="")
    opinion_due: str = Field(title="意見書の提出期限", default="")
    opinion: str = Field(title="意見書の日", default="")


class Interval(Definition):
    """Two dates of which the second follows the first by at least so many days, where the conditions hold."""

    start: Text = Field(title="はじめの日の項目")
    end: Text = Field(title="あとの日の項目")
    least: int = Field(title="日数", default=0, ge=0)
    when: tuple[Condition, ...] = Field(title="条件", default=())
    basis: Text = Field(title="よりどころ")


class Extension(Definition):
    """An answer in the field of extensions: up to how many days it leads, and the fewest days that need it.

    Without `days` it sets no limit. `by_decision`: such a case counts in the year of its decision.
    """

    answer: Text = Field(title="答え")
    days: int | None = Field(title="日数", default=None)
    from_day: int = Field(title="この日数から", ge=1)
    by_decision: bool = Field(title="決定の年度に数えるか", default=False)
    basis: Text = Field(title="よりどころ")


class Limit(Definition):
    """How many days a decision may take for the requests that meet the conditions, and how it may be extended."""

    when: tuple[Condition, ...] = Field(title="条件", default=())
    days: int = Field(title="日数", ge=1)
    basis: Text = Field(title="よりどころ")
    extensions: tuple[Extension, ...] = Field(title="延長", default=())

    def extension(self, answer: object) -> Extension | None:
        """The extension of this answer."""
        for extension in self.extensions if answer is not None else ():
            if extension.answer == answer:
                return extension
        return None


class Clock(Definition):
    """How days are counted (起算).

    `first_day_counts`: the day of receipt is day 1. `moves`: a limit that falls on a day on which the office is closed
    (閉庁日) moves to the next open day; a case that was decided within such a limit counts as having taken the days of
    its limit. `closed` are further days of the year on which the office is closed, as 12-29.
    """

    first_day_counts: bool = Field(title="受付日を1日目と数えるか")
    moves: bool = Field(title="閉庁日で期限が動くか")
    closed: tuple[Text, ...] = Field(title="閉庁日（土曜、日曜、祝日のほか）", default=())
    basis: Text = Field(title="よりどころ")

    @model_validator(mode="after")
    def _days_exist(self) -> Clock:
        for day in self.closed:
            try:
                date.fromisoformat(f"2000-{day}")
            except ValueError:
                raise ValueError(f"closed の「{day}」は、12-29 のような月と日ではありません") from None
        return self


class YearRule(Definition):
    """Which year a case counts in.

    closed: the year in which it was decided or withdrawn. received: the year of its receipt, if it was closed by
    `until` (a day after the end of that year, as 05-31), and otherwise the year in which it was closed.
    """

    by: Literal["closed", "received"] = Field(title="年度の決め方")
    until: str = Field(title="集計基準日", default="")
    basis: Text = Field(title="よりどころ")

    @model_validator(mode="after")
    def _until_belongs_to_received(self) -> YearRule:
        if (self.by == "received") != bool(self.until):
            raise ValueError('until（集計基準日）は by = "received" のときだけに、必ず書きます')
        try:
            date.fromisoformat(f"2001-{self.until or '04-01'}")
        except ValueError:
            raise ValueError(f"until の「{self.until}」は、05-31 のような月と日ではありません") from None
        return self


class CountedRow(Definition):
    """A row of a table that is counted from a list, and the entries that count in it."""

    label: Text = Field(title="行")
    group: str = Field(title="区分", default="")
    where: tuple[Condition, ...] = Field(title="数える条件", min_length=1)


class CountedColumn(Definition):
    """What a column of a table counts, as in `Column`."""

    label: Text = Field(title="列")
    where: tuple[Condition, ...] = Field(title="数える条件", default=())
    different: str = Field(title="異なるものを数える項目", default="")
    first_by: tuple[Text, ...] = Field(title="一つの行に決める順", default=())


class Counted(Definition):
    """A table of counts that is counted from the ledger, or from another list of its file.

    `by` names the field whose answers are the labels of the rows, `group_by` the one whose answers are their groups;
    `rows` say it row by row. Columns that are not named count the entries. Without `where` the requests that count in
    the year are counted.
    """

    table: Text = Field(title="表")
    source: str = Field(title="数えるもとの一覧", default="")
    by: str = Field(title="行を決める項目", default="")
    group_by: str = Field(title="区分を決める項目", default="")
    where: tuple[Condition, ...] = Field(title="数える条件", default=())
    several_rows: bool = Field(title="いくつもの行に数えるか", default=False)
    rows: tuple[CountedRow, ...] = Field(title="行", default=())
    columns: tuple[CountedColumn, ...] = Field(title="列", default=())
    basis: Text = Field(title="よりどころ")

    @model_validator(mode="after")
    def _says_what_its_rows_are(self) -> Counted:
        if bool(self.by) == bool(self.rows):
            raise ValueError("by（行を決める項目）か rows（行）のどちらか一方を書きます")
        return self

    def applied_to(self, table: CountTable, source: str) -> CountTable:
        """The table as one that is counted from the list `source`."""
        rows = {(row.group, row.label): row.where for row in self.rows}
        columns = {column.label: column for column in self.columns}
        where = self.where if self.where or self.source else (Condition(field=STATE, one_of=(COUNTED,)),)
        return table.model_copy(
            update={
                "counted_from": source,
                "where": where,
                "several_rows": self.several_rows,
                "rows": tuple(
                    row
                    if row.sum_of
                    else row.model_copy(update={"where": rows.get((row.group, row.label)) or self._conditions(row)})
                    for row in table.rows
                ),
                "columns": tuple(_counted_column(column, columns.get(column.label)) for column in table.columns),
            }
        )

    def _conditions(self, row: Row) -> tuple[Condition, ...]:
        group = (Condition(field=self.group_by, one_of=(row.group,)),) if self.group_by else ()
        return (*group, Condition(field=self.by, one_of=(row.label,)))


def _counted_column(column: Column, counted: CountedColumn | None) -> Column:
    if counted is None:
        return column
    return column.model_copy(
        update={"where": counted.where, "different": counted.different, "first_by": counted.first_by}
    )


class LedgerList(Definition):
    """A list in the workbook of a ledger besides its requests: 審査請求. `counts_on` is the date that says its year.

    Entries that meet the conditions of `open_when` are carried over into the ledger of the next year.
    """

    key: Text = Field(title="キー")
    title: Text = Field(title="題名")
    legal_basis: Text = Field(title="根拠")
    instruction: str = Field(title="書き方", default="")
    fields: tuple[LedgerField, ...] = Field(title="項目", min_length=1)
    counts_on: Text = Field(title="年度を決める日")
    open_when: tuple[Condition, ...] = Field(title="次の年度に引き継ぐ条件", default=())

    @cached_property
    def table(self) -> EntryTable:
        """The list as a list-like table."""
        return _table_of(self.key, self.title, self.legal_basis, self.instruction, self.fields)


class Ledger(Definition):
    """The case ledger of a part, the lists beside it, and the tables that are counted from them.

    `one_case` says in words what one 件 is; each row (枝番) is one. `without_row` are outcomes for which no table has a
    row, so that somebody has to decide (却下, 移送). `withdrawn` are the outcomes that are no decisions.
    """

    key: Text = Field(title="キー")
    title: Text = Field(title="題名")
    legal_basis: Text = Field(title="根拠")
    one_case: Text = Field(title="1件の数え方")
    instruction: str = Field(title="書き方", default="")
    roles: Roles = Field(title="項目の役割")
    year: YearRule = Field(title="年度")
    clock: Clock = Field(title="日数の数え方")
    fields: tuple[LedgerField, ...] = Field(title="項目", min_length=1)
    groups: tuple[HeadingGroup, ...] = Field(title="見出しの群", default=())
    confirmed: tuple[Text, ...] = Field(title="確認表で見せる項目", default=())
    withdrawn: tuple[Text, ...] = Field(title="決定でない処理", min_length=1)
    without_row: tuple[Text, ...] = Field(title="表に行のない処理", default=())
    limits: tuple[Limit, ...] = Field(title="期限", min_length=1)
    intervals: tuple[Interval, ...] = Field(title="日付の順", default=())
    lists: tuple[LedgerList, ...] = Field(title="ほかの一覧", default=())
    counted: tuple[Counted, ...] = Field(title="数える表", min_length=1)

    @cached_property
    def table(self) -> EntryTable:
        """The rows as a list-like table, with the values that are computed from them."""
        taken_off = (self.roles.correction_asked, self.roles.corrected)
        days = Computed(label=DAYS, kind="days", start=self.roles.received, end=self.roles.closed, without=(taken_off,))
        return _table_of(self.key, self.title, self.legal_basis, self.instruction, self.fields, days)

    def limit_of(self, values: Mapping[str, object]) -> Limit | None:
        """The limit that a row (values by label of field) runs under: the first whose conditions it meets."""
        for limit in self.limits:  # called for every row again and again: a generator takes twice as long
            if not limit.when or all_hold(limit.when, values):
                return limit
        return None

    def is_open(self, values: Mapping[str, object]) -> bool:
        """Whether a row (values by label of field) has neither an outcome nor the day of one."""
        return values.get(self.roles.outcome) is None and values.get(self.roles.closed) is None

    @model_validator(mode="after")
    def _names_are_known(self) -> Ledger:
        refuse_duplicates("数える表", [counted.table for counted in self.counted])
        refuse_duplicates("一覧", [self.key, *(own.key for own in self.lists)])
        labels = {field.label: field for field in self.fields}
        for key, label, kind in self._named_fields():
            if label not in labels or kind not in ("", labels[label].type):
                raise ValueError(f"{key} の「{label}」は、fields のその種類の項目ではありません")
        if reserved := labels.keys() & {DUE, DAYS_LEFT}:
            raise ValueError(f"「{min(reserved)}」は、様式が計算する列の名前なので、項目の名前にできません")
        begun = [group.first for group in self.groups]
        if begun != [label for label in labels if label in begun]:
            raise ValueError("groups の first（はじめの項目）は、fields にある順に書きます")
        shown = {field.label for field in self.table.fields}
        if unknown := [label for label in self.confirmed if label not in shown]:
            raise ValueError(f"confirmed の「{unknown[0]}」は fields にありません")
        outcomes, extensions = labels[self.roles.outcome].choices, labels[self.roles.extension].choices
        for answer in (*self.withdrawn, *self.without_row):
            if answer not in outcomes:
                raise ValueError(f"「{answer}」は「{self.roles.outcome}」の選択肢ではありません")
        for answer in (one.answer for limit in self.limits for one in limit.extensions):
            if answer not in extensions:
                raise ValueError(f"limits の「{answer}」は「{self.roles.extension}」の選択肢ではありません")
        return self

    def _named_fields(self) -> Iterator[tuple[str, str, str]]:
        """The fields that are named elsewhere: where, which, and of which type ('' for any)."""
        days = ("received", "closed", "extension_told", "correction_asked", "corrected", "opinion_due", "opinion")
        types = {**dict.fromkeys(days, "date"), "outcome": "choice", "extension": "choice", "branch": "order"}
        for role, label in self.roles.model_dump().items():
            if label:
                yield f"roles.{role}", label, types.get(role, "")
        for interval in self.intervals:
            yield from (("intervals", label, "date") for label in (interval.start, interval.end))
        for group in self.groups:
            yield "groups", group.first, ""


class LedgerFile(Definition):
    """ledger.toml."""

    ledger: Ledger = Field(title="請求台帳")


def with_choices(data: Any, tables: Tables) -> Any:
    """The data of ledger.toml with the choices that come from the tables of the part.

    >>> with_choices({"rows_of": "表にない"}, {})
    {'rows_of': '表にない'}
    """
    if isinstance(data, list):
        return [with_choices(value, tables) for value in data]
    if not isinstance(data, dict):
        return data
    data = {key: with_choices(value, tables) for key, value in data.items()}
    found = _choices_of_tables(data.get("rows_of", ""), data.get("groups_of", ""), tables)
    return {**data, "choices": list(dict.fromkeys([*found, *data.get("choices", ())]))} if found else data


def without_choices(ledger: Ledger, tables: Tables) -> Ledger:
    """A ledger without the choices that come from the tables of the part: what ledger.toml itself says."""

    def own(field: LedgerField) -> LedgerField:
        found = _choices_of_tables(field.rows_of, field.groups_of, tables)
        return field.model_copy(update={"choices": tuple(c for c in field.choices if c not in found)})

    lists = (each.model_copy(update={"fields": tuple(map(own, each.fields))}) for each in ledger.lists)
    return ledger.model_copy(update={"fields": tuple(map(own, ledger.fields)), "lists": tuple(lists)})


def _choices_of_tables(rows_of: str, groups_of: str, tables: Tables) -> list[str]:
    rows, groups = tables.get(rows_of), tables.get(groups_of)
    found = [row.label for row in rows.rows] if isinstance(rows, CountTable) else []
    return [*found, *(groups.groups if isinstance(groups, CountTable) else ())]


def _table_of(
    key: str, title: str, legal_basis: str, instruction: str, fields: tuple[LedgerField, ...], *computed: Computed
) -> EntryTable:
    own = {"article", "rows_of", "groups_of", "width"}  # what only a field of a ledger says
    plain = tuple(EntryField(**field.model_dump(exclude=own)) for field in in_columns(fields))
    return EntryTable(
        kind="entries",
        key=key,
        title=title,
        legal_basis=legal_basis,
        instruction=instruction,
        reported_by="coordinator",
        fields=plain,
        computed=(*computed, *answers_of(fields)),
    )
