"""What the manuscript may ask for: values with their units, names of the year, lists in words.

A number reaches the text only through the filter of its unit: `{{ 合計("請求者", "請求者数") | 人 }}`.
The wrong unit, or none, is refused. Text from outside (labels, entries) is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar

from jinja2 import Undefined

from nerima_report.edition.entries import EntryTable
from nerima_report.edition.links import Cells, cell_keys
from nerima_report.edition.part import Part
from nerima_report.edition.tables import ASKED, DONE, CountTable
from nerima_report.fiscal_year import Calendar, Month, full_name, short_name, year_end
from nerima_report.places import CellKey
from nerima_report.report.blocks import SaidNumber
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.figures import Share, largest_rows, percentage
from nerima_report.tallies.totals import Totals

# Begins the name of a number that a sentence computes from others: ＝ 公開.内容別 教育 件数 ÷ 公開.内容別 件数.
COMPUTED = "＝ "
# Stands around each number that was asked for. The name of the number stands before it, in private-use characters and
# hexadecimal digits, to which neither the Markdown parser nor the sentence splitter reacts: so the report knows which
# numbers it says.
COUNTED, NAMED = "\ue002", "\ue004"
_COUNTED_NUMBER = re.compile(f"{COUNTED}([0-9a-f]*){NAMED}([^{COUNTED}]*){COUNTED}")
# Stands for a number that the record of the year lacks; a sentence with it is not printed.
UNPUBLISHED = "\ue003"
PLACES = "か所"
NOTHING_TO_COUNT = "－"
MINUS = "△"
UNKNOWN = "…"
# Stands behind a number that misses somebody's part.
PROVISIONAL = "※"
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


class WordingError(Exception):
    """The manuscript asks for something that does not exist, or prints a number without its unit."""


class Wording(str):
    """Text that is ready to be printed; any other text is escaped on its way into the manuscript."""

    __slots__ = ()


CHANGE = "増減"  # the filter that prints a change both in its unit and in percent


@dataclass(frozen=True, eq=False)
class Quantity:
    """A number and its unit (件, 人 or %); None is unknown. `name` is what it is called: 公開.処理状況 取下げ 件数.

    One that is computed from others is called by how (see `COMPUTED`).
    `by_kind` are the same 課, 校 and 園 (か所), each with the word by which they are counted.
    In a condition a count is false when it is zero, and a share when it cannot be computed. Nothing else may be asked
    of it there: two quantities differ already when their names do, so a comparison would choose the wrong branch.
    """

    value: int | Decimal | None
    unit: str
    computable: bool = True
    name: str = ""
    by_kind: tuple[tuple[str, int], ...] = ()

    adds_up: ClassVar[bool] = True  # whether sums and differences may be made of it

    def _refuse_comparison(self, other: object) -> bool:
        raise WordingError("件数、人数、割合は比べられません。{% if … %} で確かめられるのは、0 でないかどうかだけです")

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse_comparison
    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return self.computable and (isinstance(self.value, Decimal) or self.value != 0)

    def shown_in(self, unit: str) -> str:
        """The number as printed. Raises WordingError for another unit."""
        if self.unit != unit:
            raise WordingError(f"フィルター「{unit}」に「{self.unit}」の値が渡されました")
        return f"{number(self.value).replace('-', MINUS)}{unit}" if self.computable else NOTHING_TO_COUNT

    @property
    def operand(self) -> str:
        """What it is called where another number is computed from it."""
        if not self.name.startswith(COMPUTED):
            return self.name or self.shown_in(self.unit)
        return f"（{self.name.removeprefix(COMPUTED)}）"

    @property
    def shown_by_kind(self) -> str:
        """The places (か所) by their kinds: 35課、2校および1園."""
        return listed([f"{count:,}{word}" for word, count in self.by_kind])


def number(value: int | Decimal | None) -> str:
    """A number as printed, with thousands commas; … when it is unknown.

    >>> number(2199), number(Decimal("38.5")), number(None)
    ('2,199', '38.5', '…')
    """
    return UNKNOWN if value is None else f"{value:,}"


def made_of(quantities: Sequence[Quantity], value: int | Decimal | None, unit: str, sign: str) -> Quantity:
    """A number that is computed from others by `sign` (＋, －, ÷); it is as uncertain as they are."""
    uncertain = next((one for one in quantities if type(one) is not Quantity), None)
    name = COMPUTED + f" {sign} ".join(one.operand for one in quantities)
    if uncertain is None:
        return Quantity(value, unit, name=name)
    return replace(uncertain, value=value, unit=unit, name=name)


def of_numbers(function: Callable[..., Quantity]) -> Callable[..., Quantity]:
    """A function that a manuscript calls with numbers, and not with the names of tables and rows."""
    function.__dict__["of_numbers"] = True
    return function


@of_numbers
def added(*numbers: Quantity) -> Quantity:
    """足す(合計(…), 合計(…)): the sum of some numbers of one unit."""
    values, unit = _addends(numbers)
    return made_of(numbers, None if None in values else sum(value or 0 for value in values), unit, "＋")


@of_numbers
def subtracted(number: Quantity, other: Quantity) -> Quantity:
    """差(合計(…), 合計(…)): how much more the first number is than the second; below zero it is printed with △."""
    (more, less), unit = _addends((number, other))
    return made_of((number, other), None if more is None or less is None else more - less, unit, "－")


def _addends(numbers: Sequence[Quantity]) -> tuple[list[int | None], str]:
    """The values of some numbers, and their one unit. Raises WordingError where they do not add up."""
    units = list(dict.fromkeys(one.unit for one in numbers if one.unit))
    if len(units) > 1:
        raise WordingError(f"単位の違う数（{'、'.join(units)}）は、いっしょに計算できません")
    values = [one.value for one in numbers]
    whole = [value for value in values if not isinstance(value, Decimal)]
    if len(whole) < len(values) or not all(one.adds_up for one in numbers):
        raise WordingError("割合と増減は、足したり引いたりできません。割合は figures.toml に書きます")
    return whole, "".join(units)


def so_far(totals: Totals, keys: Iterable[CellKey]) -> str:
    """The sum of cells as printed; with ※ where somebody's part of it is missing, … where nothing is there."""
    keys = list(keys)
    value = totals.sum(keys)
    if value is not None or not totals.misses(keys):
        return number(value)
    part = totals.so_far(keys)
    return number(part) if part is None else f"{number(part)}{PROVISIONAL}"


def total_so_far(totals: Totals, table_id: str, table: CountTable, column: str) -> str:
    """The total of a column as printed; see `so_far`."""
    keys = table.keys_of_total(table_id, column)
    total = totals.total(table_id, column, keys)
    return so_far(totals, keys) if total is None else number(total)


def with_unit(unit: str) -> Callable[[object], Wording]:
    """The filter that prints a quantity of this unit, and refuses any other."""

    def show(quantity: object) -> Wording:
        if not isinstance(quantity, Quantity):
            raise WordingError(f"フィルター「{unit}」に単位のある値でないものが渡されました")
        return Wording(f"{COUNTED}{quantity.name.encode().hex()}{NAMED}{quantity.shown_in(unit)}{COUNTED}")

    return show


def by_kind(quantity: object) -> Wording:
    """The filter 内訳, which prints how many 課, 校 and 園 there are of places (か所)."""
    if not isinstance(quantity, Quantity) or quantity.unit != PLACES:
        raise WordingError("フィルター「内訳」に、求めた所(…) や行った所(…) でないものが渡されました")
    return Wording(f"{COUNTED}{NAMED}{quantity.shown_by_kind}{COUNTED}")


def plain(text: str, thousands: str = ",") -> tuple[str, tuple[SaidNumber, ...]]:
    """A text as printed, without the marks of its numbers, and those of its numbers that have a name."""
    said = (SaidNumber(bytes.fromhex(name).decode(), shown) for name, shown in _COUNTED_NUMBER.findall(text))
    printed = _COUNTED_NUMBER.sub(lambda found: found[2].replace(",", thousands), text)
    return printed, tuple(number for number in said if number.name)


def number_name(key: CellKey) -> str:
    """What a number of the report is called, in the report and in the audit list: 公開.処理状況 取下げ 件数."""
    return " ".join(text for text in key if text)


def listed(names: Sequence[str]) -> Wording:
    """Names in a sentence: A、BおよびC.

    >>> listed(["訂正請求"]), listed(["訂正請求", "削除請求", "目的外利用中止請求"])
    ('訂正請求', '訂正請求、削除請求および目的外利用中止請求')
    """
    escaped = [escape(name) for name in names]
    head = "、".join(escaped[:-1])
    return Wording(f"{head}および{escaped[-1]}" if head else "".join(escaped))


def quoted(names: Sequence[str]) -> Wording:
    """Names as quotations joined by と: 「全部公開」と「部分公開」."""
    return Wording("と".join(f"「{escape(name)}」" for name in names))


def escape(text: object) -> str:
    """A text from outside so that Markdown shows it as it is."""
    return text if isinstance(text, Wording) else _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def printed(value: object) -> str:
    """What an expression of the manuscript prints; a number without its unit is refused."""
    if isinstance(value, Quantity) or (isinstance(value, int | float | Decimal) and not isinstance(value, str)):
        raise WordingError("数に単位のフィルター（件、人、パーセント）が付いていません")
    if not isinstance(value, str | Undefined):
        raise WordingError("文字でないものは文に書けません")
    return escape(value)  # an Undefined raises here, naming what is unknown


FILTERS: Mapping[str, Callable[..., Wording]] = {
    "件": with_unit("件"),
    "人": with_unit("人"),
    "パーセント": with_unit("%"),
    "回": with_unit("回"),
    "日": with_unit("日"),
    "か所": with_unit(PLACES),
    "内訳": by_kind,
    "ポイント": with_unit("ポイント"),
    CHANGE: with_unit(CHANGE),
    "および": listed,
    "かぎ": quoted,
}


# What a filter is called where a unit is no word.
_FILTER_NAMES = {"%": "パーセント"}


@lru_cache(maxsize=8)
def filters_for(units: tuple[str, ...]) -> Mapping[str, Callable[..., Wording]]:
    """The filters of manuscripts: one for each unit of the definitions (件, 枚), and those that every edition has."""
    own = {_FILTER_NAMES.get(unit, unit): with_unit(unit) for unit in units}
    return {**FILTERS, **{name: shown for name, shown in own.items() if name not in FILTERS}}


def year_names(fiscal_year: int, calendar: Calendar = "era") -> dict[str, str]:
    """The names of the year, of the one before it and of the one after it (YEAR_PLACEHOLDERS).

    >>> names = year_names(2019)
    >>> names["年度"], names["短い年度"], names["西暦"], names["前年度"], names["前年度の西暦"], names["翌年度"]
    ('令和元年度', '元年度', '2019', '平成30年度', '2018', '令和2年度')
    """
    return {
        name: text
        for year, which in ((fiscal_year, ""), (fiscal_year - 1, "前"), (fiscal_year + 1, "翌"))
        for name, text in (
            (f"{which}年度", full_name(year, calendar)),
            (f"短い{which}年度", short_name(year, calendar)),
            (f"{which}年度末", f"{year_end(year).printed(calendar)}末"),
            (f"{which}年度の西暦" if which else "西暦", str(year)),
        )
    }


def names_for_manuscripts(fiscal_year: int, calendar: Calendar) -> dict[str, Wording]:
    """The same for a manuscript, in which 前年度(…) asks for a number: there the year before is called 前の年度."""
    names = {name: Wording(text) for name, text in year_names(fiscal_year, calendar).items()}
    return {"前の年度" if name == "前年度" else name: text for name, text in names.items()}


def cover_names(
    fiscal_year: int, month: int, titles: Sequence[str], issuer: str, calendar: Calendar
) -> dict[str, object]:
    """What the cover may ask for: the year in both calendars and which of them is printed, parts, month and issuer."""
    published = Month(fiscal_year + 1, month) if month >= 4 else Month(fiscal_year + 2, month)
    return {
        **names_for_manuscripts(fiscal_year, calendar),
        "暦": calendar,
        "西暦年度": Wording(f"{fiscal_year}年度"),
        "部の題名": list(titles),
        "公表月": Wording(published.printed(calendar)),
        "公表する課": issuer,
    }


class PartWording:
    """The functions with which the manuscript of a part asks for its values, by the labels of its tables."""

    def __init__(self, part: Part, collection: Collection) -> None:
        self._part, self._collection, self._totals = part, collection, collection.totals

    def names(self) -> dict[str, Callable[..., object]]:
        """The functions by the names that the manuscript uses."""
        return {
            "合計": self.total,
            "値": self.value,
            "割合": self.share,
            "割合の行": self.rows_of_share,
            "除いた行": self.excluded_rows,
            "最多": self.largest,
            "順位": self.of_rank,
            "順位の値": self.value_of_rank,
            "行の計": self.sum_of_rows,
            "区分の計": self.sum_of_group,
            "構成比": self.part_of_total,
            "占める割合": self.share_in,
            "足す": added,
            "差": subtracted,
            "実績のない区分": self.unused_groups,
            "事例数": self.entries,
            "求めた所": self.places_asked,
            "行った所": self.places_done,
            "集めた": self.is_collected,
            "設定": self.setting,
        }

    def total(self, table: str, column: str) -> Quantity:
        """合計("内容別", "件数"): the sum of all rows of a column."""
        table_id, definition = self._count_table(table)
        keys = definition.keys_of_total(table_id, self._column(definition, column))
        name = number_name(CellKey(table_id, "", "", column))
        total = self._totals.total(table_id, column, keys)
        return Quantity(total, self._unit(definition, column), name=name)

    def value(self, table: str, row: str, column: str, group: str = "") -> Quantity:
        """値("処理状況", "取下げ", "件数"): one cell."""
        table_id, definition = self._count_table(table)
        if definition.column(column) is None and definition.column(row) is not None:
            raise WordingError(f"値(…) は、表、行、列の順に書きます（「{row}」は表「{table}」の列）")
        key = CellKey(table_id, group, row, self._column(definition, column))
        if not any((r.group, r.label) == (group, row) for r in definition.rows):
            raise WordingError(_no_such_row(definition, row, group))
        return Quantity(self._totals.values.get(key), self._unit(definition, column), name=number_name(key))

    def share(self, key: str) -> Quantity:
        """割合("公開率"): a figure in %; 「－」, and false in a condition, when its denominator is zero."""
        share = self.figure(key)
        name = f"{self._part.key}.{key}"
        return Quantity(
            share.value, share.definition.unit, computable=share.value is not None or share.denominator != 0, name=name
        )

    def rows_of_share(self, key: str) -> tuple[str, ...]:
        """割合の行("公開率"): the rows of the numerator."""
        return self.figure(key).rows

    def excluded_rows(self, key: str) -> tuple[str, ...]:
        """除いた行("公開率"): the rows that the denominator leaves out."""
        return self.figure(key).definition.excluded

    def largest(self, table: str, column: str, group: str = "") -> tuple[str, ...]:
        """最多("内容別", "件数"): the row with the largest count, or all that tie; none when all are zero.

        A row counts with those of the same label in all groups; with a group, only in that one.
        """
        return self.of_rank(table, column, "1", group)

    def of_rank(self, table: str, column: str, rank: str, group: str = "") -> tuple[str, ...]:
        """順位("内容別", "件数", "2"): the row with the second largest count, or all that tie; none when there is none.

        Rows that tie have one rank, and the next smaller count has the next: so 2 is always what comes after the most.
        Rows without a rank (その他) are left out.
        """
        table_id, definition = self._count_table(table)
        if group and group not in definition.groups:
            raise WordingError(f"表「{table}」に区分「{group}」はありません")
        if not (rank.isascii() and rank.isdecimal() and int(rank)):
            raise WordingError(f'順位は "1" からの整数で書きます（現在「{rank}」）')
        part = self._collection.edition.part_of(table_id)
        cells = Cells(table=definition.key, column=self._column(definition, column), group=group)
        unranked = [row.label for row in definition.rows if not row.ranked]
        return largest_rows(self._totals, part, cells, excluded=unranked, rank=int(rank))

    def value_of_rank(self, table: str, column: str, rank: str, group: str = "") -> Quantity:
        """順位の値("内容別", "件数", "2"): the second largest count; 0 when there is none."""
        rows = self.of_rank(table, column, rank, group)
        unit = self._unit(self._count_table(table)[1], column)
        if rows:
            return self._sum(table, column, group, rows[:1])
        return Quantity(0, unit, name=f"{COMPUTED}{self._count_table(table)[0]} {rank}番目 {column}")

    def sum_of_rows(self, table: str, column: str, *rows: str) -> Quantity:
        """行の計("処理状況", "件数", "全部公開", "部分公開"): the sum of some rows, of all groups."""
        return self._sum(table, column, "", rows)

    def sum_of_group(self, table: str, column: str, group: str) -> Quantity:
        """区分の計("処理状況", "件数", "開示請求"): the sum of the rows of a group."""
        return self._sum(table, column, group, ())

    def part_of_total(self, table: str, column: str, row: str) -> Quantity:
        """構成比("内容別", "件数", "教育"): a row in % of the total; 「－」, and false, of a total of 0."""
        return self.share_in(self.sum_of_rows(table, column, row), self.total(table, column))

    @of_numbers
    def share_in(self, *numbers: Quantity) -> Quantity:
        """占める割合(順位の値(…), 合計(…)): the first number in % of the second; 「－」, and false, of 0."""
        if len(numbers) != 2:
            raise WordingError("占める割合(…, …) には、数の呼び出しを二つ書きます")
        _addends(numbers)
        (part, whole), printing = [one.value for one in numbers], self._collection.edition.municipality.printing
        if part is None or whole is None:
            return made_of(numbers, None, "%", "÷")
        share = percentage(int(part), int(whole), printing.share_digits, printing.share_rounding)
        return replace(made_of(numbers, share, "%", "÷"), computable=share is not None)

    def _sum(self, table: str, column: str, group: str, rows: Sequence[str]) -> Quantity:
        """The sum of some rows of a column, or of those that its total adds up; of one group, or of all."""
        table_id, definition = self._count_table(table)
        for row in rows:
            if not any(r.label == row and group in ("", r.group) for r in definition.rows):
                raise WordingError(_no_such_row(definition, row, group))
        if group and group not in definition.groups:
            raise WordingError(f"表「{table}」に区分「{group}」はありません")
        cells = Cells(table=definition.key, column=self._column(definition, column), group=group, rows=tuple(rows))
        keys = cell_keys(table_id, definition, cells)
        named = [*rows, *(key.row for key in keys if keys.count(key) > 1)]  # a sum of rows may be named with its part
        if twice := next((row for row in named if named.count(row) > 1), ""):
            raise WordingError(f"表「{table}」の「{twice}」を2回足しています")
        texts = (table_id, group, "＋".join(rows) or "計", column)
        name = number_name(keys[0]) if len(keys) == 1 else COMPUTED + " ".join(filter(None, texts))
        return replace(self._counted(table, keys, self._unit(definition, column)), name=name)

    def _counted(self, table: str, keys: Sequence[CellKey], unit: str) -> Quantity:
        """The sum of some cells of a table."""
        return Quantity(self._totals.sum(keys), unit)

    def unused_groups(self, table: str) -> list[str]:
        """実績のない区分("処理状況"): the groups whose counts are all zero, in the order of definition."""
        table_id, definition = self._count_table(table)
        return unused_groups(table_id, definition, self._totals)

    def entries(self, table: str) -> Quantity:
        """事例数("事務処理ミス"): how many entries a list-like table has."""
        table_id = self._entry_table(table)
        return Quantity(len(self._collection.tallies.entries[table_id]), "件", name=table_id)

    def places_asked(self, table: str) -> Quantity:
        """求めた所("点検"): the places of the roster (か所) that were asked for a list-like table."""
        return self._places(self._keys_of_places(table, ASKED))

    def places_done(self, table: str) -> Quantity:
        """行った所("点検"): those of them (か所) that did what the list is about (`done_when`)."""
        return self._places(self._keys_of_places(table, DONE))

    def _keys_of_places(self, table: str, column: str) -> list[CellKey]:
        """The cells that say how many places of each kind were asked for a list, or did what it is about."""
        for key, made in self._part.tables.items():
            if isinstance(made, CountTable) and made.done_of == table:
                return made.keys(self._part.table_id(key), column)
        raise WordingError(f"一覧の表「{table}」を done_of とする表はありません")

    def _places(self, keys: Sequence[CellKey]) -> Quantity:
        """The places of these cells, by the words with which their kinds are counted."""
        counts = [(key.row, self._totals.so_far([key])) for key in keys]
        by_kind = tuple((word, count) for word, count in counts if count)
        return Quantity(self._totals.so_far(keys), PLACES, by_kind=by_kind)

    def is_collected(self, table: str) -> bool:
        """集めた("不開示の理由"): whether there are numbers in a table of counts that not every year is asked for."""
        return self._count_table(table)[0] not in self._totals.not_asked

    def _entry_table(self, table: str) -> str:
        """The id of a list-like table. Raises WordingError where there is none."""
        if not isinstance(self._part.tables.get(table), EntryTable):
            raise WordingError(f"一覧の表「{table}」はありません")
        return self._part.table_id(table)

    def setting(self, key: str) -> Quantity:
        """設定("開示決定の期限"): a number of part.toml."""
        setting = self._part.definition.setting(key)
        if setting is None:
            raise WordingError(f"設定「{key}」は part.toml にありません")
        return Quantity(setting.value, setting.unit)

    def table_id(self, table: str) -> str:
        """The id of a table of the part, or of any part where the id itself is asked for."""
        return table if table in self._collection.edition.tables else self._part.table_id(table)

    def _count_table(self, table: str) -> tuple[str, CountTable]:
        """A table of counts of the part by its key, or of any part by its id (個人.処理状況)."""
        if table in self._collection.edition.count_tables:
            return table, self._collection.edition.count_tables[table]
        if not isinstance(self._part.tables.get(table), CountTable):
            raise WordingError(f"件数の表「{table}」はありません")
        return self._part.count_table(table)

    def _column(self, table: CountTable, column: str) -> str:
        if table.column(column) is None:
            raise WordingError(f"表「{table.key}」に列「{column}」はありません")
        return column

    def _unit(self, table: CountTable, column: str) -> str:
        found = table.column(column)
        return found.unit if found else ""

    def figure(self, key: str) -> Share:
        """A figure of the part by its key. Raises WordingError where there is none."""
        try:
            return self._collection.figures[f"{self._part.key}.{key}"]
        except KeyError:
            raise WordingError(f"割合「{key}」は figures.toml にありません") from None


def _no_such_row(table: CountTable, row: str, group: str) -> str:
    """Why a table has no such row: it has none of this label, or has it in another group."""
    groups = [r.group for r in table.rows if r.label == row]
    if group and group not in table.groups:
        return f"表「{table.key}」に区分「{group}」はありません"
    if group and groups:
        return f"表「{table.key}」の区分「{group}」に行「{row}」はありません"
    if any(groups):
        return f"表「{table.key}」の行「{row}」は区分ごとにあります。区分（{'、'.join(groups)}）も書いてください"
    return f"表「{table.key}」に行「{row}」はありません"


def unused_groups(table_id: str, table: CountTable, totals: Totals) -> list[str]:
    """The groups of rows in which nothing happened: every count is a known zero."""
    used = {key.group for key in table.keys(table_id) if totals.values.get(key) != 0}
    return [group for group in table.groups if group not in used]
