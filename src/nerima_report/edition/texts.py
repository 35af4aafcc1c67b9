"""The words of an edition, each file valid in itself: forms, years, trend, corrections and files (.toml).

Sentences are data, because the office may want to word them differently. What stands in the cells of a form (tables,
rows, rules for counting, choices) comes from the tables of the parts. years.toml also holds the limits beyond which a
change between years is reported, corrections.toml the kinds of slip and their weights.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase, translate
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from nerima_report.edition.definition import Definition, Rounding, Text, placeholders_in, refuse_duplicates
from nerima_report.text import plain

# What Excel takes in the message and in the title of an input prompt or of an error, in characters.
LONGEST_MESSAGE, LONGEST_TITLE = 255, 32
# A pattern of names of files: *.lnk, ~$*.
NamePattern = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^/\\\[\]]+$")]
SlipKind = Literal[
    "swapped-digits", "dropped-digit", "doubled-digit", "neighbouring-key", "tenfold", "neighbouring-cell", "last-year",
    "shifted-rows", "exchanged-columns", "exchanged-rows", "sign",
]  # fmt: skip
KeyRow = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]


def asks_only_for(*names: str) -> AfterValidator:
    """A validator of texts that may have only these {placeholders}."""

    def check(text: str) -> str:
        if unknown := placeholders_in(text) - set(names):
            raise ValueError(f"{{{min(unknown)}}} という差し込みはありません")
        return text

    return AfterValidator(check)


# The placeholders for the year, the 課 and the coordinator; forms/form.py gives their values.
NAMES_OF_YEAR = ("年度", "課", "とりまとめ課", "初日", "末日", "日付の例", "次の年")
_COVER_LINES = 2
YearText = Annotated[Text, asks_only_for(*NAMES_OF_YEAR)]
Message = Annotated[str, StringConstraints(max_length=LONGEST_MESSAGE), asks_only_for(*NAMES_OF_YEAR)]
# A text that is appended to another one: a space at its beginning is kept.
Ending = Annotated[str, StringConstraints(min_length=1, strip_whitespace=False)]


class InputText(Definition):
    """The messages of Excel on an input cell: when it is selected, and when something invalid is typed in."""

    prompt: Annotated[Message, StringConstraints(min_length=1)]
    error: Message = ""


class InputTexts(Definition):
    """The prompts by the type of the cell; `count` to `text` are types of columns and fields."""

    count: InputText = Field(title="数のセルの案内")
    order: InputText = Field(title="並べ方")
    difference: InputText
    date: InputText
    any_date: InputText
    month: InputText
    choice: InputText
    text: InputText = Field(title="文")
    not_applicable: InputText
    requests: InputText
    submission: InputText
    person: InputText
    extension: InputText
    day: InputText
    remark: InputText = Field(title="資料にないことの断り")


class ProgressTexts(Definition):
    """The texts of the cover on how far a table is filled in; the number of blank cells follows `left`."""

    heading: Text
    done: Text
    left: Ending = Field(title="左")
    nothing: Text
    not_applicable: Text


class GuideSection(Definition):
    """A heading of the page 記入要領 and its sentences, on one of the two forms or on both.

    `about`: only on forms that ask whether there were requests, or for numbers of persons.
    """

    heading: Text
    lines: tuple[YearText, ...] = Field(min_length=1)
    form: Literal["section", "ward", "both"] = Field(title="様式", default="both")
    about: Literal["", "requests", "persons"] = Field(title="何についての文か", default="")

    def stands_on(self, ward: bool) -> bool:
        """Whether the section stands on the form of the ward, or on that of a 課."""
        return self.form in ("both", "ward" if ward else "section")


class GuideTexts(Definition):
    """The page 記入要領: its own sentences, and the headings over what comes from the tables."""

    title: Text = Field(title="題名")
    tables: Text = Field(title="表")
    choices: Text = Field(title="選択肢")
    required: Annotated[Text, asks_only_for("項目")] = Field(title="必ず書くか")
    optional: Annotated[Text, asks_only_for("項目")]
    section: tuple[GuideSection, ...] = Field(title="課", default=())


class AgreementTexts(Definition):
    """The 検算 row: what it means, and what it shows where a total is more or less than that of another table."""

    meaning: Annotated[Text, asks_only_for("表")]
    more: Annotated[Text, asks_only_for("表", "数")]
    less: Annotated[Text, asks_only_for("表", "数")]


class RegisterTexts(Definition):
    """The additional texts of a form with registers.

    `instead` is on the cover, for a list whose cases are in registers. `counted` follows the instruction of a table
    that registers count into.
    """

    instead: Text
    counted: Ending


class FormTexts(Definition):
    """forms.toml. `formerly` are texts of earlier forms, which are still no remarks of a 課.

    `cover_requests` stands below `cover` on a form that asks whether there were requests.
    """

    title: Text = Field(title="題名")
    cover: tuple[YearText, ...] = Field(title="表紙の文", min_length=1, max_length=_COVER_LINES)
    cover_requests: Annotated[str, asks_only_for(*NAMES_OF_YEAR)] = ""
    withheld: Text
    version: Annotated[Text, asks_only_for("版", "定義")]
    ward_instruction: YearText
    not_applicable: Text
    clash: Ending
    no_requests: Text
    no_requests_clash: Ending
    earlier: Annotated[Text, asks_only_for("前の年度")]
    older: Annotated[Text, asks_only_for("前の年度")]
    earlier_entries: Annotated[Ending, asks_only_for("見出し", "件数")]
    agreement: AgreementTexts
    progress: ProgressTexts
    input: InputTexts
    guide: GuideTexts = Field(title="記入要領")
    registers: RegisterTexts
    formerly: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_above_the_questions(self) -> FormTexts:
        if len(self.cover) + bool(self.cover_requests) > _COVER_LINES:
            raise ValueError(f"cover と cover_requests は、合わせて {_COVER_LINES} 行までです")
        return self


class SignTexts(Definition):
    """The explanations of signs in a table: nothing to divide by, not known, and below zero."""

    incomputable: Text = Field(title="計算できないことの符号")
    unknown: Text = Field(title="…の説明")
    minus: Text = Field(title="△の説明")


class TrendTexts(Definition):
    """trend.toml: the words of the appendix, and of what it prints in the terminal."""

    title: Text = Field(title="題名")
    source: Annotated[Text, asks_only_for("最初の年度", "最後の年度")] = Field(title="出典")
    missing: Annotated[Text, asks_only_for("名前")] = Field(title="記録のない年度の断り")
    unpublished: Annotated[Text, asks_only_for("名前")] = Field(title="公表していないものの断り")
    draft: Annotated[Text, asks_only_for("名前")] = Field(title="案の年度の断り")
    imported: Annotated[Text, asks_only_for("名前")] = Field(title="書き写した年度の断り")
    breaks: Text = Field(title="系列の切れ目")
    breaks_of_tables: Text = Field(title="図のないときの、系列の切れ目の断り")
    no_record_band: Text = Field(title="記録のない年度の帯の断り")
    broken: Annotated[Text, asks_only_for("年度", "変更", "理由")] = Field(title="系列の切れ目の文")
    unit_changed: Annotated[Text, asks_only_for("前", "後")] = Field(title="単位が変わったときの文")
    definition_changed: Annotated[Text, asks_only_for("変更")] = Field(title="割合の決め方が変わったときの文")
    rows_changed: Annotated[Text, asks_only_for("変更")] = Field(title="行が変わったときの文")
    undeclared: Text = Field(title="書かれていない切れ目の理由")
    definition: Annotated[Text, asks_only_for("年度", "分子", "分母", "除く行", "桁数", "丸め")] = Field(
        title="割合の決め方の文"
    )
    definition_all: Annotated[Text, asks_only_for("年度", "分子", "分母", "桁数", "丸め")] = Field(
        title="割合の決め方の文（除く行のないもの）"
    )
    definition_largest: Annotated[Text, asks_only_for("年度", "分母", "桁数", "丸め")] = Field(
        title="割合の決め方の文（いちばん多い行）"
    )
    printed: Annotated[Text, asks_only_for("年度", "値", "計算")] = Field(
        title="公表した割合の断り",
        default="{年度}の{値}は公表した値であり、公表した数から計算すると{計算}になる。",
    )
    sign_legend: Annotated[Text, asks_only_for("符号")] = Field(title="符号の説明")
    signs: SignTexts = Field(title="記号の説明")
    chart: Annotated[Text, asks_only_for("題名", "値", "切れ目")] = Field(
        title="図の説明（読み上げる文）", default="{題名}の推移の折れ線グラフ。{値}。{切れ目}数は下の表にある。"
    )
    chart_broken: Annotated[Text, asks_only_for("年度")] = Field(
        title="図の説明の、系列の切れ目の文", default="{年度}の前で系列が切れる。"
    )
    axis_zero: Text = Field(title="件数の図の縦軸の断り")
    axis_percent: Text = Field(title="割合の図の縦軸の断り")


class Slip(Definition):
    """A kind of slip: its weight in the ranking of corrections, its name, and the source."""

    kind: SlipKind = Field(title="種類")
    weight: int = Field(title="重み", ge=1, le=1000)
    words: Text = Field(title="言葉")
    basis: Text = Field(title="よりどころ")


class Words(Definition):
    """The sentences on corrections."""

    one_cell: Annotated[Text, asks_only_for("場所", "数")] = Field(title="一つのセルの直し")
    sentence: Annotated[Text, asks_only_for("直し", "検算", "今")] = Field(title="直しの文")
    now: Annotated[Text, asks_only_for("今")] = Field(title="今の値")
    now_because: Annotated[Text, asks_only_for("今", "理由")] = Field(title="今の値と間違え方")
    shifted: Annotated[Text, asks_only_for("場所", "向き", "端", "数", "検算", "理由")] = Field(title="行のずれの文")
    up: Text = Field(title="上")
    down: Text = Field(title="下")
    exchanged: Annotated[Text, asks_only_for("場所", "隣", "検算", "理由")] = Field(title="列の取り違えの文")
    at_least: Annotated[Text, asks_only_for("数")] = Field(title="…以上")
    at_most: Annotated[Text, asks_only_for("数")] = Field(title="…以下")
    between: Annotated[Text, asks_only_for("数", "終わり")] = Field(title="…から…")
    blank: Text = Field(title="空欄")
    all: Text = Field(title="すべての検算")
    related: Text = Field(title="関係する検算")
    readable: Text = Field(title="確かめられる検算")
    equally: Annotated[Text, asks_only_for("場所")] = Field(title="決められないときの文")
    earlier: Annotated[Text, asks_only_for("今", "前")] = Field(title="今の値と前の提出の値")
    revised: Annotated[Text, asks_only_for("変更")] = Field(title="前の提出から変わった数の文")
    more: Annotated[Text, asks_only_for("数")] = Field(title="ほかにもあるときの文")
    unexplained: Text = Field(title="説明できないときの文")
    not_read: Annotated[Text, asks_only_for("場所")] = Field(title="読んでいない数があるときの文")
    counted: Annotated[Text, asks_only_for("表")] = Field(title="一覧から数える数の断り")
    lines_doubtful: Annotated[Text, asks_only_for("場所")] = Field(title="登録簿の行が多いときに、確かめる行の文")
    lines_too_many: Annotated[Text, asks_only_for("表", "数")] = Field(title="登録簿の行が多いときの文")
    lines_left_out: Annotated[Text, asks_only_for("場所")] = Field(title="登録簿の数えていない行の文")
    lines_missing: Annotated[Text, asks_only_for("表", "数")] = Field(title="登録簿の行が足りないときの文")
    here: Annotated[Text, asks_only_for("数", "検算", "今")] = Field(title="セルに書く文")
    here_together: Annotated[Text, asks_only_for("数", "検算", "今")] = Field(title="いっしょに直すセルに書く文")


class CorrectionsDefinition(Definition):
    """corrections.toml. `keyboard` are the layouts of the digits, each line by line from the top."""

    most: int = Field(title="示す数", ge=1, le=10)
    slips: tuple[Slip, ...] = Field(title="間違え方", default=())
    keyboard: Mapping[str, tuple[KeyRow, ...]] = Field(title="キーの並び")
    words: Words = Field(title="言葉")

    @cached_property
    def by_kind(self) -> dict[str, Slip]:
        """The slips by kind."""
        return {slip.kind: slip for slip in self.slips}

    @cached_property
    def beside(self) -> dict[str, frozenset[str]]:
        """The digits whose keys lie beside that of a digit, to the left, right, above or below, on any layout."""
        beside: dict[str, set[str]] = {}
        for lines in self.keyboard.values():
            keys = {(y, x): key for y, line in enumerate(lines) for x, key in enumerate(line)}
            for (y, x), key in keys.items():
                around = (keys.get(place) for place in ((y, x - 1), (y, x + 1), (y - 1, x), (y + 1, x)))
                beside.setdefault(key, set()).update(other for other in around if other and other != key)
        return {key: frozenset(others) for key, others in beside.items()}

    @model_validator(mode="after")
    def _slips_differ(self) -> CorrectionsDefinition:
        refuse_duplicates("間違え方", [slip.kind for slip in self.slips])
        return self


class TemplateTexts(Definition):
    """The words of the workbook into which a published year is typed."""

    title: Text = Field(title="題名")
    cover: tuple[YearText, ...] = Field(title="表紙の文", min_length=1, max_length=2)
    counts: Text = Field(title="件数の表の案内")
    lines: str = Field(title="実施機関、部、課の表の案内", default="")
    entries: Text = Field(title="一覧の表の案内")
    rates: Text = Field(
        title="割合の表の案内",
        default="報告に印刷された割合を、印刷されたとおりに書きます。印刷されていない割合は書きません。",
    )
    count: InputText = Field(title="数のセルの案内")
    guide: tuple[GuideSection, ...] = Field(title="記入要領", default=())


class FromRecordTexts(Definition):
    """The texts of a report made from a record: what the record lacks, and shares that its numbers do not give."""

    left_out: Annotated[Text, asks_only_for("名前")] = Field(title="載せなかったものの断り")
    printed_rate: Annotated[Text, asks_only_for("名前", "値", "計算")] = Field(
        title="公表した割合の断り",
        default="{名前}の{値}は公表した値であり、公表した数から計算すると{計算}になる。",
    )
    other_rule: Annotated[Text, asks_only_for("名前", "違い")] = Field(
        title="決め方の違う割合の断り",
        default="{名前}は、この年度の決め方によって公表した値である（今とは{違い}が違う）。",
    )


class ProvisionalTexts(Definition):
    """What a draft says of numbers that miss somebody's part: at the head of a part, under a table, at the end.

    `silent` are 課 that have not handed in, or whose file cannot be read; `gaps` those with blank or unreadable cells.
    """

    note: Annotated[Text, asks_only_for("理由")] = Field(title="部のはじめの断り")
    silent: Annotated[Text, asks_only_for("課")] = Field(title="集計がない課")
    gaps: Annotated[Text, asks_only_for("課")] = Field(title="空欄や読めないセルがある課")
    table: Text = Field(title="件数の表の注")
    order: Text = Field(title="件数の順に並べる表の注")
    entries: Annotated[Text, asks_only_for("課")] = Field(title="一覧の表の注")
    left_out: Annotated[Text, asks_only_for("名前")] = Field(title="まだ書けないことの断り")
    open: Text = Field(title="案のおわりの見出し", default="未解決の確認事項")
    none_open: Text = Field(title="確認事項のない案のおわりの文", default="未解決の確認事項はない。")


class ErrataTexts(Definition):
    """The words of the 正誤表: title, heading, those of its columns, and what stands where there is no number."""

    title: Text = Field(title="題名")
    heading: Text = Field(title="見出し")
    place: Text = Field(title="箇所の欄の見出し")
    wrong: Text = Field(title="誤の欄の見出し")
    right: Text = Field(title="正の欄の見出し")
    reason: Text = Field(title="理由の欄の見出し")
    day: Text = Field(title="日の欄の見出し")
    no_number: Text = Field(title="数の変わらない訂正")
    nothing: Text = Field(title="なかった数")


class ApprovalTexts(Definition):
    """The words of the 決裁資料: headings, those of columns in their order, and what stands where there is nothing."""

    title: Text = Field(title="題名")
    about: Text = Field(title="表紙の断り")
    numbers: Text = Field(title="数の見出し")
    no_year_before: Text = Field(title="前の年度の記録がないときの断り")
    reason: Text = Field(title="理由の欄の見出し")
    figures: Text = Field(title="割合の見出し")
    name: Text = Field(title="割合の名前の欄の見出し")
    shares: tuple[Text, Text, Text] = Field(title="割合の欄の見出し")
    state: Text = Field(title="確認の状況の見出し")
    open: Text = Field(title="説明のない確認結果の見出し")
    explained: Text = Field(title="説明のある差の見出し")
    code: Text = Field(title="コードの欄の見出し")
    place: Text = Field(title="場所の欄の見出し")
    what: Text = Field(title="内容の欄の見出し")
    others: Annotated[Text, asks_only_for("数")] = Field(title="同じことのあるほかの場所")
    handed_in: Text = Field(title="提出の見出し")
    submission: tuple[Text, Text, Text, Text, Text] = Field(title="提出の欄の見出し")
    confirmed: Text = Field(title="確認の見出し", default="請求台帳を確認した課（確認表）")
    missing: Annotated[Text, asks_only_for("課")] = Field(title="集計のない課の断り")
    by_hand: Text = Field(title="手で変えたものの見出し")
    adjustments: Text = Field(title="調整の見出し")
    adjustment: tuple[Text, Text, Text, Text] = Field(title="調整の欄の見出し")
    unused: Text = Field(title="使わなかった調整の印")
    again: Text = Field(title="出し直しの見出し")
    changed: tuple[Text, Text, Text] = Field(title="出し直しの欄の見出し")
    edited: Annotated[Text, asks_only_for("文書")] = Field(title="直された文書の断り")
    unedited: Text = Field(title="直された文書がないときの断り")
    none: Text = Field(title="何もないときの言い方")


class ChangeLimits(Definition):
    """The change from which an explanation is required: all limits must be exceeded, as far as they can be computed.

    `percent`: the larger number in percent of the smaller one. `score`: see change_statistics. `spread`: the multiple
    of the usual change of the same number, where at least `years` earlier changes are known.
    """

    percent: int = Field(title="相対の限度", gt=100)
    score: int = Field(title="絶対の限度", ge=1)
    years: int = Field(title="要る年度の数", ge=2)
    spread: int = Field(title="ふだんの変わり方の何倍か", ge=1)
    basis: Text = Field(title="よりどころ")


class StockLimits(Definition):
    """Beyond what a change of a stock, a number at the end of the year, asks for an explanation.

    `percent`: the spread of the yearly changes of a stock of which nothing else is known. `spread`: how many spreads
    are too many. `least`: no change of fewer than these.
    """

    percent: int = Field(title="ふだんの変わり方", ge=1)
    least: int = Field(title="小さすぎない変化", ge=1)
    spread: int = Field(title="ふだんの変わり方の何倍か", ge=1)
    basis: Text = Field(title="よりどころ")


class IdenticalLimit(Definition):
    """A table is suspiciously identical if that happens by chance less than once in `chance` times."""

    chance: int = Field(title="偶然に同じになる回数", ge=100)
    basis: Text = Field(title="よりどころ")


class DigitLimits(Definition):
    """A digit slip: ten, a hundred or a thousand times within `percent`, where the smaller number is `least`."""

    least: int = Field(title="小さいほうの数", ge=1)
    percent: int = Field(title="相対の限度", ge=0, le=100)
    basis: Text = Field(title="よりどころ")


class Limits(Definition):
    """The limits from which the comparison of years yields findings."""

    change: ChangeLimits = Field(title="全体の数の変化")
    stock: StockLimits = Field(title="年度末の現在数の変化")
    section: ChangeLimits = Field(title="課")
    identical: IdenticalLimit = Field(title="前の年度と同じ表")
    slip: DigitLimits = Field(title="桁の間違い")


class CompareSigns(Definition):
    """The explanations of signs in the columns of the year before; those that occur are printed under the table."""

    minus: Text = Field(title="△の説明")
    from_zero: Text = Field(title="－の説明")
    unknown: Text = Field(title="…の説明")


class CompareTexts(Definition):
    """The texts of the comparison with the year before, in the columns of tables and in the manuscript.

    `previous` and `difference_alone` head the columns; the longer ones where a table has several columns of numbers.
    The size of a change in percent has so many `digits`, by this `rounding`.
    """

    previous: Annotated[Text, asks_only_for("単位")] = Field(title="前年度の欄の見出し")
    difference_alone: Annotated[Text, asks_only_for("単位")] = Field(title="増減の欄の見出し")
    previous_of: Annotated[Text, asks_only_for("列", "単位")] = Field(title="前年度の欄の見出し（数の欄が二つ以上）")
    difference_of: Annotated[Text, asks_only_for("列", "単位")] = Field(title="増減の欄の見出し（数の欄が二つ以上）")
    signs: CompareSigns = Field(title="記号の説明")
    legend: Annotated[Text, asks_only_for("記号")] = Field(title="記号の注")
    vanished: Annotated[Text, asks_only_for("行")] = Field(title="なくなった行の注")
    unpublished: Text = Field(title="公表していないものの断り")
    broken: Annotated[Text, asks_only_for("理由")] = Field(title="系列の切れ目の文")
    unit_changed: Annotated[Text, asks_only_for("列", "前の単位", "単位")] = Field(title="単位が変わったときの文")
    digits: int = Field(title="増減の割合の、小数点以下の桁数", ge=0, le=4, default=1)
    rounding: Rounding = Field(title="増減の割合の丸め方", default="half_up")
    increase: Annotated[Text, asks_only_for("数")] = Field(title="増えたときの言い方")
    decrease: Annotated[Text, asks_only_for("数")] = Field(title="減ったときの言い方")
    same: Text = Field(title="同じときの言い方")
    with_share: Annotated[Text, asks_only_for("数", "率")] = Field(title="数と割合を並べる形")


class YearsDefinition(Definition):
    """years.toml."""

    template: TemplateTexts = Field(title="書き写すブック")
    from_record: FromRecordTexts = Field(title="記録から作る報告")
    provisional: ProvisionalTexts = Field(title="案の暫定の数")
    errata: ErrataTexts = Field(title="正誤表")
    approval: ApprovalTexts = Field(title="決裁資料")
    compare: CompareTexts = Field(title="前の年度と並べるときの文")
    limits: Limits = Field(title="限度")


Pattern = Annotated[Text, asks_only_for("番号")]


class BesideDefinition(Definition):
    """files.toml, [beside]: what may stand on a sheet that is read, beside the texts of its form, and is no number."""

    contacts: tuple[Text, ...] = Field(title="連絡先や日付の見出し")
    marks: tuple[Pattern, ...] = Field(title="注の印と法令の箇所")
    captions: tuple[Pattern, ...] = Field(title="様式や資料の番号")
    words: tuple[Text, ...] = Field(title="漢数字の入る言葉")
    earlier: tuple[Text, ...] = Field(title="前の年度の列の見出しの言葉")
    derived: tuple[Text, ...] = Field(title="計算した列の見出し")
    numbering: tuple[Text, ...] = Field(title="行の番号の列の見出し")
    memos: tuple[Text, ...] = Field(title="一覧の横のメモ")
    ends: tuple[Text, ...] = Field(title="一覧の終わりのしるし")
    agreed: tuple[Text, ...] = Field(title="検算が一致したという答え")

    def names(self, kind: Literal["contacts", "derived", "numbering", "memos", "ends", "agreed"], text: object) -> bool:
        """Whether a text is one of a kind, apart from a colon or brackets around it."""
        return self._patterns[kind].fullmatch(plain(text).strip(":()").casefold()) is not None

    @cached_property
    def _patterns(self) -> Mapping[str, re.Pattern[str]]:
        """The names of each kind as one pattern: thousands of cells are held against them."""
        kinds = ("contacts", "derived", "numbering", "memos", "ends", "agreed")
        names = {kind: (translate(plain(name).casefold()) for name in getattr(self, kind)) for kind in kinds}
        return {kind: re.compile("|".join(patterns)) for kind, patterns in names.items()}


class FilesDefinition(Definition):
    """files.toml: by their names, the files in a folder of submissions that are not read, and what they are.

    `beside` is of the sheets that are read.
    """

    debris: tuple[NamePattern, ...] = Field(title="残りもの")
    documents: tuple[NamePattern, ...] = Field(title="文書")
    pointers: tuple[NamePattern, ...] = Field(title="置き場所を指すもの")
    unfinished: tuple[NamePattern, ...] = Field(title="途中のもの")
    beside: BesideDefinition = Field(title="様式の文のほかに書いてあってよいもの")

    def kind_of(self, path: Path) -> Literal["debris", "documents", "pointers", "unfinished", "unknown"]:
        """What a file is, by its name or that of a folder in which it lies."""
        if any(_matches(part, self.debris) for part in path.parts):
            return "debris"
        if _matches(path.name, self.documents):
            return "documents"
        if _matches(path.name, self.pointers):
            return "pointers"
        return "unfinished" if _matches(path.name, self.unfinished) else "unknown"


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(plain(name).casefold(), plain(pattern).casefold()) for pattern in patterns)
