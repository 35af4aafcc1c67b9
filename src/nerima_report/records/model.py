"""The record of a year as a frozen model: what was printed, by which definitions and from what.

Types are strict: a text is never taken for a number. The descriptions are those of docs/schemas/record.json.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from nerima_report.edition.definition import Rounding
from nerima_report.edition.links import Cells
from nerima_report.fiscal_year import FIRST_RECORDED, LAST_YEAR, full_name
from nerima_report.places import CellKey
from nerima_report.tallies.cell_values import Status
from nerima_report.tallies.figures import Share
from nerima_report.tallies.totals import PrintedValue

SCHEMA_VERSION: Final = 7
FIRST_VERSION: Final = 2  # that is still read
REPORT = "report"  # the name, without its ending, of the files made with a record that are printed
# Keys of a record, by the version that added them.
_ADDED = {
    3: {"sources", "publication"},
    4: {"ways_done"},
    5: {"counted_from_ledger"},
    6: {"printed_figures", "printed_totals"},
    7: {"printed_shares", "municipality"},
}
WITH_ROWS: Final = 7  # the first version in which a column may have a printed total and some of its rows
# Beyond any sum of counts; also exact in every program that reads JSON.
LARGEST_TOTAL = 10**15

Text = Annotated[str, StringConstraints(min_length=1)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
Number = Annotated[int, Field(ge=-LARGEST_TOTAL, le=LARGEST_TOTAL)]
FiscalYear = Annotated[int, Field(ge=FIRST_RECORDED, le=LAST_YEAR)]
Percent = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")]
TableId = Annotated[str, StringConstraints(pattern=r"^[^.]+\.[^.]+$")]


class Recorded(BaseModel):
    """Something that a record holds; unknown keys and values of another type are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class RecordedEdition(Recorded):
    """The definitions with which the year was made."""

    name: Text = Field(description="定義のフォルダーの名前。")
    sha256: Sha256 = Field(description="定義のすべてのファイルのハッシュ。")


class RecordedMunicipality(Recorded):
    """The body whose year it is: two bodies may use definitions of the same name."""

    code: Text = Field(description="団体コード（定義の code）。")
    name: Text = Field(description="団体の名前。")


class RecordedTable(Recorded):
    """A table as it was numbered and titled in the report."""

    table: TableId = Field(description="部と表のキー（公開.処理状況）。")
    number: int = Field(description="部の中での表の番号。", ge=1)
    title: Text = Field(description="表の題名。")


class RecordedCell(Recorded):
    """A cell of a table of counts; a value of None is one that the year did not publish."""

    table: TableId = Field(description="部と表のキー（公開.処理状況）。")
    group: str = Field(description="行の区分。なければ空。")
    row: Text = Field(description="行の見出し。")
    column: Text = Field(description="列の見出し。")
    unit: Text = Field(description="単位（件、人など）。")
    value: Number | None = Field(description="公表した数。null は、その年度に公表していない数（0 ではない）。")

    @property
    def key(self) -> CellKey:
        """The name of the cell."""
        return CellKey(self.table, self.group, self.row, self.column)


class RecordedCells(Recorded):
    """Which cells a figure sums up: rows of a column, or (without rows) all of them."""

    table: Text = Field(description="表のキー（部の中の名前）。")
    column: Text = Field(description="列。いくつもの列の和では、それを「・」でつないだもの。")
    group: str = Field(description="区分。なければ空。")
    rows: tuple[Text, ...] = Field(description="行。空なら、列の全部の行。")


class RecordedFigure(Recorded):
    """A share with the definition by which it was computed."""

    figure: TableId = Field(description="部と割合のキー（公開.公開率）。")
    value: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")] | None = Field(
        description="公表した割合。null は、計算できないもの。"
    )
    unit: Text = Field(description="単位。")
    numerator: Number | None = Field(description="分子。")
    denominator: Number | None = Field(description="分母。")
    numerator_rows: tuple[Text, ...] = Field(description="分子にした行（いちばん多い行の割合では、その行）。")
    kind: Literal["rate", "largest_share"] = Field(description="rate = 割合、largest_share = いちばん多い行の割合。")
    numerator_of: RecordedCells | None = Field(description="分子の定義。largest_share では null。")
    denominator_of: RecordedCells = Field(description="分母の定義（除く前）。")
    excluded_rows: tuple[Text, ...] = Field(description="分母から除いた行。")
    digits: int = Field(description="小数点以下の桁数。", ge=0, le=4)
    rounding: Rounding = Field(description="端数の処理。half_up = 四捨五入、down = 切捨て、up = 切上げ。")
    basis: Text = Field(description="よりどころ。")


class RecordedPrintedFigure(Recorded):
    """A share whose value was taken from print; what its numbers give is kept beside it."""

    figure: TableId = Field(description="部と割合のキー（公開.公開率）。")
    recomputed: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")] | None = Field(
        description="公表した数から計算し直した割合。null は、計算に要る数を公表していないもの。"
    )


class RecordedTotal(Recorded):
    """The total of a column of which the year published no rows, or (from version 7) not all of them."""

    table: TableId = Field(description="部と表のキー（公開.処理状況）。")
    column: Text = Field(description="列の見出し。")
    unit: Text = Field(description="単位（件、人など）。")
    value: Number = Field(description="公表した合計。")

    @property
    def key(self) -> CellKey:
        """The name of the column: a cell without row."""
        return CellKey(self.table, "", "", self.column)


class RecordedPrintedShare(Recorded):
    """A share in a column of shares that was taken from print; what its numbers give is kept beside it."""

    table: TableId = Field(description="部と表のキー（公開.処理状況）。")
    group: str = Field(description="行の区分。なければ空。")
    row: str = Field(description="行の見出し。合計の行では空。")
    column: Text = Field(description="割合の列の見出し。")
    value: Percent = Field(description="公表された割合（%）。")
    recomputed: Percent | None = Field(
        description="公表した数から計算し直した割合。null は、計算に要る数を公表していないもの。"
    )

    @property
    def key(self) -> CellKey:
        """The name of the cell; without a row that of the total."""
        return CellKey(self.table, self.group, self.row, self.column)


class RecordedEntry(Recorded):
    """A row of a list-like table."""

    table: TableId = Field(description="部と表のキー（個人.事務処理ミス）。")
    section: Text = Field(description="出した課。")
    values: dict[str, Number | str | None] = Field(description="項目と値。年月は 2022-07、日付は 2022-07-01。")


class RecordedTally(Recorded):
    """A cell as one 課 (or, with `ward`, the coordinator for the ward) filled it in."""

    section: Text = Field(description="課（部と課をつないだ名前）。")
    ward: bool = Field(description="とりまとめる課が全体について出した集計か。")
    table: TableId = Field(description="部と表のキー（公開.処理状況）。")
    group: str = Field(description="行の区分。なければ空。")
    row: Text = Field(description="行の見出し。")
    column: Text = Field(description="列の見出し。")
    status: Status = Field(
        description="reported = 数がある、blank = 空欄、not applicable = 該当なし、unreadable = 読めない。"
    )
    value: Number | None = Field(description="課の数。reported のときだけ数がある。")

    @property
    def key(self) -> CellKey:
        """The name of the cell."""
        return CellKey(self.table, self.group, self.row, self.column)

    @model_validator(mode="after")
    def _a_value_is_reported(self) -> RecordedTally:
        if (self.value is not None) != (self.status == "reported"):
            raise ValueError("value（数）は status が reported のときだけに、必ずあります")
        return self


class RecordedAdjustment(Recorded):
    """A correction by the coordinator."""

    table: str = Field(description="部と表のキー。")
    group: str = Field(description="行の区分。なければ空。")
    row: str = Field(description="行の見出し。")
    column: str = Field(description="列の見出し。")
    difference: Number = Field(description="増減。")
    reason: str = Field(description="理由。")
    applied: bool = Field(description="使ったか。")


class RecordedExplanation(Recorded):
    """A difference that was explained."""

    finding: Text = Field(description="確認結果のコードと場所。")
    table: str = Field(description="部と表のキー。なければ空。")
    difference: Number = Field(description="差。")
    reason: Text = Field(description="理由。")
    note: str = Field(description="表の下に印刷した注。なければ空。")
    until: int | None = Field(description="いつの年度まで有効か。")


class RecordedInput(Recorded):
    """A file that lay in the inbox when the year was made."""

    file: Text = Field(description="ファイルの名前。")
    used: bool = Field(description="報告に使ったか（出し直された前の集計や、別の年度の集計は使わない）。")
    section: str = Field(description="課。なければ空。")
    ward: bool = Field(description="とりまとめる課が全体について出した集計か。")
    submission: int = Field(description="提出回。")
    sha256: Sha256 = Field(description="ファイルのハッシュ。")


class RecordedOutput(Recorded):
    """A file that was made together with the record."""

    file: Text = Field(description="ファイルの名前。")
    sha256: Sha256 = Field(description="ファイルのハッシュ。")


class RecordedChange(Recorded):
    """A number that a revision changed."""

    about: Text = Field(description="セルか割合の名前。")
    before: Number | str | None = Field(description="改める前。")
    after: Number | str | None = Field(description="改めた後。")


class RecordedRevision(Recorded):
    """Why and when a published record was replaced."""

    date: Day = Field(description="改めた日。")
    reason: Text = Field(description="理由。")
    changes: tuple[RecordedChange, ...] = Field(description="変わった数。")
    replaces_sha256: Sha256 = Field(description="改める前の記録のハッシュ。")


class RecordedSource(Recorded):
    """A file besides the workbooks from which the year was made."""

    file: Text = Field(description="ファイルの名前（roster.xlsx、nerima-report.toml、ledger/2026.xlsx）。")
    sha256: Sha256 = Field(description="build のときのハッシュ。")


class RecordedLater(Recorded):
    """Something that was not the same any more when the report was published as it had been built."""

    file: Text = Field(description="ファイルの名前。定義は「定義」。")
    change: Literal["added", "changed", "removed"] = Field(
        description="added = 増えた、changed = 変わった、removed = なくなった。"
    )


class RecordedPublication(Recorded):
    """When and in which ways the report was made public, and what had changed since it was built."""

    date: Day = Field(description="公表の日。")
    ways: tuple[Text, ...] = Field(description="公表の方法。")
    as_built: str = Field(description="build のあとで変わったものがあるのに、そのまま公表した理由。なければ空。")
    later: tuple[RecordedLater, ...] = Field(description="build のあとで変わったもの（この記録には入っていない）。")


class RecordedWay(Recorded):
    """A way in which the report was made public, and the day on which that was done."""

    way: Text = Field(description="公表の方法。")
    date: Day = Field(description="その方法による公表を済ませた日。")


class Record(Recorded):
    """A year as published: built by the tool, or typed in for a year before it (imported)."""

    schema_version: Literal[2, 3, 4, 5, 6, 7] = Field(description="この形の版。")
    origin: Literal["built", "imported"] = Field(
        description="built = 集計から作った、imported = 公表された数を書き写した。"
    )
    fiscal_year: FiscalYear = Field(description="年度（西暦）。")
    name: Text = Field(description="年度の名前。")
    draft: bool = Field(description="案か。")
    program: Text = Field(description="プログラムの版。")
    edition: RecordedEdition = Field(description="定義。")
    tables: tuple[RecordedTable, ...] = Field(description="印刷した表。")
    not_published: tuple[TableId, ...] = Field(description="その年度に公表していない表（書き写した年度だけ）。")
    cells: tuple[RecordedCell, ...] = Field(description="件数の表のすべてのセル。")
    figures: tuple[RecordedFigure, ...] = Field(description="割合と、その定義。")
    entries: tuple[RecordedEntry, ...] = Field(description="一覧の表のすべての行。")
    tallies: tuple[RecordedTally, ...] = Field(description="課ごとの数。書き写した年度では空。")
    adjustments: tuple[RecordedAdjustment, ...] = Field(description="調整。")
    explained: tuple[RecordedExplanation, ...] = Field(description="説明のある差。")
    inputs: tuple[RecordedInput, ...] = Field(description="もとにしたファイル。")
    outputs: tuple[RecordedOutput, ...] = Field(description="いっしょに作ったファイル。")
    revisions: tuple[RecordedRevision, ...] = Field(description="公表のあとの訂正。")
    sources: tuple[RecordedSource, ...] = Field(description="集計のほかに、もとにしたファイル（版3から）。", default=())
    publication: RecordedPublication | None = Field(
        description="公表の日と方法（版3から）。公表していない記録では null。", default=None
    )
    ways_done: tuple[RecordedWay, ...] = Field(description="公表の方法のうち、済んだもの（版4から）。", default=())
    counted_from_ledger: tuple[TableId, ...] = Field(
        description="課の集計でなく、請求台帳から数えた表（版5から）。", default=()
    )
    printed_figures: tuple[RecordedPrintedFigure, ...] = Field(
        description="公表された割合を書き写したもの。その割合の value は、公表された値（版6から）。", default=()
    )
    printed_totals: tuple[RecordedTotal, ...] = Field(
        description="行を公表していない列の、公表した合計（版6から）。版7では、公表していない行が一つでもある列の合計も。",
        default=(),
    )
    printed_shares: tuple[RecordedPrintedShare, ...] = Field(
        description="表の中の割合の列の、公表された値を書き写したもの（版7から）。", default=()
    )
    municipality: RecordedMunicipality | None = Field(
        description="団体（版7から）。前の版の記録に書き足したものでは null。", default=None
    )

    @property
    def added_since(self) -> set[str]:
        """The keys for which the version of the record has no place."""
        return {key for version, keys in _ADDED.items() if version > self.schema_version for key in keys}

    @property
    def ways_open(self) -> tuple[str, ...]:
        """The ways of its publication that are not done yet; none in a record that has no place for their days."""
        if "ways_done" in self.added_since:
            return ()
        done = {way.way for way in self.ways_done}
        return tuple(way for way in (self.publication.ways if self.publication else ()) if way not in done)

    @property
    def values(self) -> dict[CellKey, int | None]:
        """The number of each cell."""
        return {cell.key: cell.value for cell in self.cells}

    @property
    def totals(self) -> dict[CellKey, int]:
        """The totals of the columns of which not all rows were published."""
        return {total.key: total.value for total in self.printed_totals}

    @property
    def shares(self) -> dict[CellKey, PrintedValue]:
        """The shares in columns of shares that were taken from print."""
        return {
            share.key: PrintedValue(
                Decimal(share.value), None if share.recomputed is None else Decimal(share.recomputed)
            )
            for share in self.printed_shares
        }

    @property
    def recomputed(self) -> dict[str, str | None]:
        """What the numbers give for each share whose value was taken from print."""
        return {printed.figure: printed.recomputed for printed in self.printed_figures}

    @property
    def vouched(self) -> dict[str, str]:
        """The SHA-256 of each file that was made together with the record, by its name."""
        return {output.file: output.sha256 for output in self.outputs}

    @field_validator("figures")
    @classmethod
    def _figures_differ(cls, figures: tuple[RecordedFigure, ...]) -> tuple[RecordedFigure, ...]:
        _refuse_repeated("割合", [(figure.figure,) for figure in figures])
        for figure in figures:
            if figure.value is not None and -int(Decimal(figure.value).as_tuple().exponent) != figure.digits:
                raise ValueError(f"割合「{figure.figure}」の小数点以下の桁数が、digits と違います")
        return figures

    @field_validator("cells")
    @classmethod
    def _cells_differ(cls, cells: tuple[RecordedCell, ...]) -> tuple[RecordedCell, ...]:
        _refuse_repeated("セル", [cell.key for cell in cells])
        return cells

    @model_validator(mode="after")
    def _what_was_printed_has_its_place(self) -> Record:
        _refuse_repeated("公表した割合", [(printed.figure,) for printed in self.printed_figures])
        _refuse_repeated("公表した合計", [total.key for total in self.printed_totals])
        _refuse_repeated("公表した割合", [share.key for share in self.printed_shares])
        figures = {figure.figure for figure in self.figures}
        if unknown := [printed.figure for printed in self.printed_figures if printed.figure not in figures]:
            raise ValueError(f"printed_figures の「{unknown[0]}」が figures にありません")
        columns: dict[tuple[str, str], list[int | None]] = {}
        for cell in self.cells:
            columns.setdefault((cell.table, cell.column), []).append(cell.value)
        for total in self.printed_totals:
            values = columns.get((total.table, total.column), [])
            if values and None not in values:
                raise ValueError(f"printed_totals の「{total.table}」は、すべての行を公表した列の合計です")
            if self.schema_version < WITH_ROWS and any(value is not None for value in values):
                raise ValueError(f"printed_totals の「{total.table}」には、公表した行があります")
        return self

    @field_validator("tallies")
    @classmethod
    def _tallies_differ(cls, tallies: tuple[RecordedTally, ...]) -> tuple[RecordedTally, ...]:
        _refuse_repeated("課の数", [(t.section, "全体" if t.ward else "", *t.key) for t in tallies])
        return tallies

    @model_validator(mode="after")
    def _has_what_its_version_has(self) -> Record:
        if unknown := self.added_since & self.model_fields_set:
            raise ValueError(f"版{self.schema_version}の記録に、{'、'.join(sorted(unknown))} はありません")
        return self

    @model_validator(mode="after")
    def _name_is_that_of_the_year(self) -> Record:
        if self.name != full_name(self.fiscal_year):
            raise ValueError(f"name（{self.name}）が fiscal_year（{full_name(self.fiscal_year)}）と違います")
        return self


def _refuse_repeated(what: str, names: list[tuple[str, ...]]) -> None:
    known = set()
    for name in names:
        if name in known:
            raise ValueError(f"{what}「{' '.join(filter(None, name))}」が2回あります")
        known.add(name)


def recorded_figure(key: str, share: Share) -> RecordedFigure:
    """A share with its definition."""
    definition = share.definition
    return RecordedFigure(
        figure=key,
        value=None if share.value is None else str(share.value),
        unit=definition.unit,
        numerator=share.numerator,
        denominator=share.denominator,
        numerator_rows=share.rows,
        kind=definition.kind,
        numerator_of=_cells(definition.numerator) if definition.numerator else None,
        denominator_of=_cells(definition.denominator),
        excluded_rows=definition.excluded,
        digits=definition.digits,
        rounding=definition.rounding,
        basis=definition.basis,
    )


def _cells(cells: Cells) -> RecordedCells:
    return RecordedCells(table=cells.table, column=cells.heading, group=cells.group, rows=cells.rows)
