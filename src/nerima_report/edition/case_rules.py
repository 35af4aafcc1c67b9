"""uses.toml: the rules for cases of 利用, 提供 and 委託, and the fields of the tables that they concern.

The types, and who decides where a type applies, are those of guideline.toml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field, model_validator

from nerima_report.edition.conditions import Condition
from nerima_report.edition.definition import Definition, Text, refuse_duplicates
from nerima_report.edition.entries import EntryTable, Tables
from nerima_report.edition.guideline import Guideline
from nerima_report.edition.tables import CountTable


class CaseFields(Definition):
    """The list of cases: its key, the labels of its fields, and the answers that a rule rests on."""

    table: Text = Field(title="表")
    work: Text = Field(title="業務")
    kind: Text = Field(title="種類")
    holder: Text = Field(title="保有する行政機関")
    receiver: Text = Field(title="利用する行政機関など")
    basis: Text = Field(title="よりどころ")
    type: Text = Field(title="型")
    continued: Text = Field(title="旧条例からの継続")
    consultation: Text = Field(title="協議")
    committee: Text = Field(title="運営委員会")
    decision: Text = Field(title="決定の日")
    decider: Text = Field(title="決定した者")
    continuing: Text = Field(title="継続の答え")
    outside: tuple[Text, ...] = Field(title="法の外", default=())


class KindRule(Definition):
    """The rule for 利用, 提供 or 委託: within one body or not, on which basis, and which cases are judged.

    A new case on a basis of `judged` (or any, with `judged_always`) needs the guideline or the committee.
    """

    kind: Text = Field(title="種類")
    within: bool | None = Field(title="行政機関の中か", default=None)
    bases: tuple[Text, ...] = Field(title="根拠になるもの", default=())
    judged: tuple[Text, ...] = Field(title="審議が要る根拠", default=())
    judged_always: bool = Field(title="いつも審議が要るか", default=False)
    basis: Text = Field(title="よりどころ")

    def is_judged(self, basis: object) -> bool:
        """Whether a new case on this basis needs the guideline or the committee."""
        return self.judged_always or basis in self.judged


class WhoDecides(Definition):
    """Who may decide, with the source that says so."""

    who: tuple[Text, ...] = Field(title="人", min_length=1)
    basis: Text = Field(title="よりどころ")


class DeciderRules(Definition):
    """Who decides cases on law or consent (direct), and those that the committee judged."""

    direct: WhoDecides = Field(title="法令と同意による")
    committee: WhoDecides = Field(title="運営委員会")


class InspectionRule(Definition):
    """An answer in a line of the self-inspection that contradicts having cases of this kind."""

    table: Text = Field(title="表")
    line: Text = Field(title="行")
    result: Text = Field(title="結果")
    answer: Text = Field(title="答え")
    kind: Text = Field(title="種類")


class LeakRule(Definition):
    """Incidents with more persons than a setting of the part must be reported; this answer then causes a finding."""

    table: Text = Field(title="表")
    persons: Text = Field(title="人数")
    report: Text = Field(title="報告")
    answer: Text = Field(title="答え")
    limit: Text = Field(title="限度の設定")


class Agreement(Definition):
    """A number that is typed in (件, か所, 人), and the list whose entries make it.

    It counts the entries that meet all conditions and whose date `day` lies in the fiscal year; with `sum` it adds up
    the numbers of that field.
    """

    list_key: Text = Field(title="一覧", alias="list")
    where: tuple[Condition, ...] = Field(title="数える条件", default=())
    day: Text = Field(title="年度を決める日")
    sum: str = Field(title="足す項目", default="")
    table: Text = Field(title="表")
    row: Text = Field(title="行")
    column: Text = Field(title="列")
    why: Text = Field(title="理由")


class UseRules(Definition):
    """uses.toml."""

    cases: CaseFields = Field(title="事例の一覧")
    kinds: tuple[KindRule, ...] = Field(title="利用、提供、委託", min_length=1)
    deciders: DeciderRules = Field(title="決定できる人")
    inspection: InspectionRule | None = Field(title="点検との照らし合わせ", default=None)
    leaks: LeakRule | None = Field(title="漏えい等の報告", default=None)
    agreements: tuple[Agreement, ...] = Field(title="一覧と同じでなければならない数", default=())

    def rule(self, kind: object) -> KindRule | None:
        """The rule for 利用, 提供 or 委託."""
        return next((rule for rule in self.kinds if rule.kind == kind), None)

    @model_validator(mode="after")
    def _kinds_differ(self) -> UseRules:
        refuse_duplicates("kind", [rule.kind for rule in self.kinds])
        return self


_Named = tuple[str, str, str]  # the key in uses.toml, the label of a field, one of its choices or ''


def rule_faults(
    rules: UseRules, tables: Tables, settings: Mapping[str, object], guideline: Guideline
) -> Iterator[tuple[str, str]]:
    """The names in the rules that tables, settings or guideline do not have: the key, and why."""
    yield from _unknown(tables, rules.cases.table, "cases", list(_named_in_cases(rules)))
    for rule in rules.kinds:
        if guideline.annex(rule.kind) is None:
            yield f"kinds.{rule.kind}", f"guideline.toml に「{rule.kind}」の別表はありません"
    for annex in guideline.annexes:
        whose = [("decider", rules.cases.decider, decider.who) for decider in annex.deciders]
        whose += [("basis", rules.cases.basis, basis) for basis in annex.legal_basis if annex.deciders]
        yield from _unknown(tables, rules.cases.table, "cases", whose)
    if (check := rules.inspection) is not None:
        table = tables.get(check.table)
        lines = table.lines_for if isinstance(table, EntryTable) else ""
        named = [("line", lines, check.line), ("result", check.result, check.answer)]
        yield from _unknown(tables, check.table, "inspection", named)
        yield from _unknown(tables, rules.cases.table, "inspection", [("kind", rules.cases.kind, check.kind)])
    if (leaks := rules.leaks) is not None:
        named = [("persons", leaks.persons, ""), ("report", leaks.report, leaks.answer)]
        yield from _unknown(tables, leaks.table, "leaks", named)
        if leaks.limit not in settings:
            yield "leaks.limit", f"設定「{leaks.limit}」は part.toml にありません"
    for agreement in rules.agreements:
        yield from _disagreeing(agreement, tables)


def _disagreeing(agreement: Agreement, tables: Tables) -> Iterator[tuple[str, str]]:
    """The names in an agreement that the tables do not have."""
    named = [("day", agreement.day, ""), *([("sum", agreement.sum, "")] if agreement.sum else [])]
    named += [("where", c.field, choice) for c in agreement.where for choice in c.one_of]
    yield from _unknown(tables, agreement.list_key, "agreements", named)
    counted = tables.get(agreement.table)
    rows = [row.label for row in counted.rows] if isinstance(counted, CountTable) else []
    if not isinstance(counted, CountTable) or agreement.row not in rows or counted.column(agreement.column) is None:
        yield "agreements.row", f"表「{agreement.table}」に、行「{agreement.row}」の「{agreement.column}」はありません"


def _named_in_cases(rules: UseRules) -> Iterator[_Named]:
    cases, deciders = rules.cases, rules.deciders
    for key in ("work", "kind", "holder", "receiver", "basis", "type", "continued"):
        yield key, getattr(cases, key), ""
    for key in ("consultation", "committee", "decision", "decider"):
        yield key, getattr(cases, key), ""
    yield "continuing", cases.continued, cases.continuing
    yield from (("outside", cases.holder, body) for body in cases.outside)
    for rule in rules.kinds:
        yield "kind", cases.kind, rule.kind
        yield from (("bases", cases.basis, basis) for basis in (*rule.bases, *rule.judged))
    yield from (("deciders", cases.decider, who) for who in (*deciders.direct.who, *deciders.committee.who))


def _unknown(tables: Tables, key: str, where: str, named: list[_Named]) -> Iterator[tuple[str, str]]:
    table = tables.get(key)
    if not isinstance(table, EntryTable):
        yield f"{where}.table", f"一覧の表「{key}」はありません"
        return
    for name, label, choice in named:
        field = table.field(label)
        if field is None:
            yield f"{where}.{name}", f"表「{key}」に項目「{label}」はありません"
        elif choice and choice not in field.choices:
            yield f"{where}.{name}", f"項目「{label}」に選択肢「{choice}」はありません"
