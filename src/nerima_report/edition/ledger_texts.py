"""ledgers.toml: the words of the workbook of a case ledger, and its page 書き方, which says the rules in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from nerima_report.edition.conditions import Condition
from nerima_report.edition.definition import Definition, Text, fill
from nerima_report.edition.ledger import Ledger, LedgerField, Limit
from nerima_report.edition.texts import LONGEST_MESSAGE, NAMES_OF_YEAR, InputText, YearText, asks_only_for
from nerima_report.workbooks.limits import MAX_LEDGER_ROWS


class LedgerHeadings(Definition):
    """The headings that no field has: over the computed columns, and in the list of the cover."""

    computed: Text = Field(title="計算した列の見出しの群")
    entries: Text = Field(title="件数")
    open: Text = Field(title="処理中の件数")
    overdue: Text = Field(title="期限を過ぎた件数")


class LedgerInputTexts(Definition):
    """What Excel says at a computed cell, at a date that may not lie before another one, and at the name of a 課."""

    computed: InputText = Field(title="計算した列の案内")
    after: Annotated[Text, StringConstraints(max_length=LONGEST_MESSAGE), asks_only_for("項目")] = Field(
        title="日付の順の案内"
    )
    section: InputText = Field(title="課の名前の案内")


class YearWords(Definition):
    """How the year in which a case counts is said."""

    closed: Text = Field(title="決定の年度")
    received: Annotated[Text, asks_only_for("集計基準日")] = Field(title="受付の年度")
    by_decision: Annotated[Text, asks_only_for("延長", "答え")] = Field(title="いつでも決定の年度")


class ClockWords(Definition):
    """How the counting of days is said."""

    first_day_counts: Text = Field(title="受付日から数える")
    second_day_counts: Text = Field(title="次の日から数える")
    correction: Annotated[Text, asks_only_for("はじめ", "終わり")] = Field(title="補正の日数")
    moves: Annotated[Text, asks_only_for("閉庁日")] = Field(title="期限が動く")
    stays: Text = Field(title="期限が動かない")


class LimitWords(Definition):
    """How a limit and its extensions are said."""

    always: Annotated[Text, asks_only_for("日数")] = Field(title="期限")
    when: Annotated[Text, asks_only_for("条件", "日数")] = Field(title="条件のある期限")
    extended: Annotated[Text, asks_only_for("延長", "答え", "日数")] = Field(title="延長後の期限")
    unlimited: Annotated[Text, asks_only_for("延長", "答え")] = Field(title="期限のない延長")


class FieldWords(Definition):
    """How it is said what a field takes, and when."""

    choices: Annotated[Text, asks_only_for("選択肢")] = Field(title="選択肢")
    required: Text = Field(title="必ず書く")
    required_when: Annotated[Text, asks_only_for("条件")] = Field(title="必ず書く条件")
    blank_when: Annotated[Text, asks_only_for("条件")] = Field(title="書かない条件")
    article: Annotated[Text, asks_only_for("条文")] = Field(title="条文")


class ConditionWords(Definition):
    """How a condition on a field is said."""

    one_of: Annotated[Text, asks_only_for("項目", "答え")] = Field(title="選択肢のどれか")
    given: Annotated[Text, asks_only_for("項目")] = Field(title="書いてある")
    blank: Annotated[Text, asks_only_for("項目")] = Field(title="書いていない")
    least: Annotated[Text, asks_only_for("項目", "数")] = Field(title="…以上")
    most: Annotated[Text, asks_only_for("項目", "数")] = Field(title="…以下")

    def of(self, conditions: Sequence[Condition]) -> str:
        """Some conditions in words."""
        return "、".join(text for condition in conditions for text in self._texts(condition))

    def _texts(self, condition: Condition) -> Iterator[str]:
        name = {"項目": condition.field}
        if condition.one_of:
            yield fill(self.one_of, {**name, "答え": "か".join(f"「{answer}」" for answer in condition.one_of)})
        if condition.given is not None:
            yield fill(self.given if condition.given else self.blank, name)
        for text, number in ((self.least, condition.least), (self.most, condition.most)):
            if number is not None:
                yield fill(text, {**name, "数": str(number)})


class LedgerGuideSection(Definition):
    """A heading of the page 書き方 and its sentences; {行数} is for how many rows there is room."""

    heading: Text = Field(title="見出し")
    lines: tuple[Annotated[Text, asks_only_for(*NAMES_OF_YEAR, "行数")], ...] = Field(title="文", min_length=1)


class LedgerGuideTexts(Definition):
    """The page 書き方: its own sentences, and those that say the definitions of a ledger."""

    title: Text = Field(title="題名")
    rules: Text = Field(title="決まりの見出し")
    one_case: Text = Field(title="1件の数え方の見出し")
    year: Text = Field(title="年度の見出し")
    clock: Text = Field(title="日数の見出し")
    limit: Text = Field(title="期限の見出し")
    choices: Text = Field(title="選択肢の見出し")
    year_words: YearWords = Field(title="年度の文")
    clock_words: ClockWords = Field(title="日数の文")
    limit_words: LimitWords = Field(title="期限の文")
    field_words: FieldWords = Field(title="項目の文")
    conditions: ConditionWords = Field(title="条件の文")
    section: tuple[LedgerGuideSection, ...] = Field(title="はじめの文", default=())


class ConfirmationTexts(Definition):
    """The words of the 確認表, with which a 課 confirms its cases."""

    title: Text = Field(title="題名")
    cover: tuple[YearText, ...] = Field(title="表紙の文", min_length=1, max_length=2)
    cases: Text = Field(title="請求の一覧の題名")
    cases_instruction: Text = Field(title="請求の一覧の書き方")
    counts: Text = Field(title="件数の一覧の題名")
    counts_instruction: Text = Field(title="件数の一覧の書き方")
    correction: Text = Field(title="訂正の欄の書き方")


class LedgerTexts(Definition):
    """ledgers.toml.

    `room`: for how many rows of a list the workbook is made. `soon`: a row with so many days left, or fewer, is
    coloured.
    """

    title: Text = Field(title="題名")
    cover: tuple[YearText, ...] = Field(title="表紙の文", min_length=1, max_length=2)
    carried: Annotated[Text, asks_only_for("前の年度", "ファイル", "件数")] = Field(title="引き継いだことの断り")
    room: int = Field(title="行の数", ge=1, le=MAX_LEDGER_ROWS)
    soon: int = Field(title="色を付ける残り日数", ge=0, le=99)
    headings: LedgerHeadings = Field(title="見出し")
    input: LedgerInputTexts = Field(title="入力の案内")
    guide: LedgerGuideTexts = Field(title="書き方のシート")
    confirmation: ConfirmationTexts = Field(title="確認表")


class GuideLine(NamedTuple):
    """A line of the page 書き方: its subject and its text; a heading has no text."""

    about: str
    text: str = ""


def guide_lines(texts: LedgerTexts, ledgers: Mapping[str, Ledger]) -> Iterator[GuideLine]:
    """The page: its sentences (with {placeholders} for the year), then the rules and fields of each ledger by id."""
    for section in texts.guide.section:
        for number, line in enumerate(section.lines):
            yield GuideLine("" if number else section.heading, line)
    for table_id, ledger in ledgers.items():
        part = table_id.partition(".")[0]
        yield GuideLine(f"{table_id} {texts.guide.rules}")
        yield from _rules(texts.guide, ledger)
        for key, fields in ((ledger.key, ledger.fields), *((own.key, own.fields) for own in ledger.lists)):
            yield GuideLine(f"{part}.{key}")
            yield from (GuideLine(field.label, _field_in_words(texts.guide, field)) for field in fields)


def _rules(guide: LedgerGuideTexts, ledger: Ledger) -> Iterator[GuideLine]:
    """What one 件 is, in which year it counts, how its days are counted, and its limits, each with its basis."""
    roles, clock, year = ledger.roles, guide.clock_words, guide.year_words
    yield GuideLine(guide.one_case, ledger.one_case)
    in_year = year.closed
    if ledger.year.by == "received":
        in_year = fill(year.received, {"集計基準日": _day_in_words(ledger.year.until)})
    by_decision = {e.answer: None for limit in ledger.limits for e in limit.extensions if e.by_decision}
    others = "".join(fill(year.by_decision, {"延長": roles.extension, "答え": answer}) for answer in by_decision)
    yield GuideLine(guide.year, _with_basis(in_year + others, ledger.year.basis))
    days = [clock.first_day_counts if ledger.clock.first_day_counts else clock.second_day_counts]
    days += [fill(clock.correction, {"はじめ": roles.correction_asked, "終わり": roles.corrected})]
    closed = "、".join(map(_day_in_words, ledger.clock.closed))
    days += [fill(clock.moves, {"閉庁日": closed}) if ledger.clock.moves else clock.stays]
    yield GuideLine(guide.clock, _with_basis("".join(days), ledger.clock.basis))
    for number, limit in enumerate(ledger.limits):
        yield GuideLine("" if number else guide.limit, _limit_in_words(guide, limit, roles.extension))


def _limit_in_words(guide: LedgerGuideTexts, limit: Limit, extension: str) -> str:
    words, days = guide.limit_words, str(limit.days)
    said = fill(words.always, {"日数": days})
    if limit.when:
        said = fill(words.when, {"条件": guide.conditions.of(limit.when), "日数": days})
    texts = [_with_basis(said, limit.basis)]
    for each in limit.extensions:
        names = {"延長": extension, "答え": each.answer}
        longer = fill(words.extended, {**names, "日数": str(each.days)}) if each.days else fill(words.unlimited, names)
        texts.append(_with_basis(longer, each.basis))
    return "\n".join(texts)


def _field_in_words(guide: LedgerGuideTexts, field: LedgerField) -> str:
    words = guide.field_words
    texts = [field.rule] if field.rule else []
    texts += [fill(words.choices, {"選択肢": "、".join(field.choices)})] if field.choices else []
    texts += [words.required] if field.required else []
    for conditions, text in ((field.required_when, words.required_when), (field.blank_when, words.blank_when)):
        texts += [fill(text, {"条件": guide.conditions.of(conditions)})] if conditions else []
    return "\n".join(["".join(texts), fill(words.article, {"条文": field.article})]).strip()


def _with_basis(text: str, basis: str) -> str:
    return f"{text}（{basis}）"


def _day_in_words(day: str) -> str:
    """A day of the year as it is written in a definition (12-29), in words: 12月29日."""
    month, _, number = day.partition("-")
    return f"{int(month)}月{int(number)}日"
