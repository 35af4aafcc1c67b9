"""uses.toml: what must hold for cases of 利用, 提供 and 委託, and which fields of the tables say so.

The types, and who decides where a type applies, are those of guideline.toml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field, model_validator

from nerima_report.edition.entries import EntryTable
from nerima_report.edition.guideline import Guideline
from nerima_report.edition.tables import CountTable, Definition, Text, refuse_duplicates


class CaseFields(Definition):
    """The list of cases: its key, the labels of its fields, and the answers that a rule rests on."""

    table: Text
    work: Text
    kind: Text
    holder: Text
    receiver: Text
    basis: Text
    type: Text
    continued: Text
    consultation: Text
    committee: Text
    decision: Text
    decider: Text
    continuing: Text
    outside: tuple[Text, ...] = ()


class KindRule(Definition):
    """What makes a case 利用, 提供 or 委託: within one body or not, on which basis, and what is to be judged.

    A new case on a basis of `judged` (or any, with `judged_always`) goes through the guideline or the committee.
    """

    kind: Text
    within: bool | None = None
    bases: tuple[Text, ...] = ()
    judged: tuple[Text, ...] = ()
    judged_always: bool = False
    basis: Text

    def is_judged(self, basis: object) -> bool:
        """Whether a new case on this basis goes through the guideline or the committee."""
        return self.judged_always or basis in self.judged


class WhoDecides(Definition):
    """Who may decide, with the source that says so."""

    who: tuple[Text, ...] = Field(min_length=1)
    basis: Text


class DeciderRules(Definition):
    """Who decides cases on law or consent (direct), and those that the committee judged."""

    direct: WhoDecides
    committee: WhoDecides


class InspectionRule(Definition):
    """The line of the self-inspection that cannot be answered so by a section with cases of this kind."""

    table: Text
    line: Text
    result: Text
    answer: Text
    kind: Text


class LeakRule(Definition):
    """Incidents with more persons than a setting of the part are reportable: this answer is then asked about."""

    table: Text
    persons: Text
    report: Text
    answer: Text
    limit: Text


class UseRules(Definition):
    """uses.toml."""

    cases: CaseFields
    kinds: tuple[KindRule, ...] = Field(min_length=1)
    deciders: DeciderRules
    inspection: InspectionRule | None = None
    leaks: LeakRule | None = None

    def rule(self, kind: object) -> KindRule | None:
        """The rule for 利用, 提供 or 委託."""
        return next((rule for rule in self.kinds if rule.kind == kind), None)

    @model_validator(mode="after")
    def _kinds_differ(self) -> UseRules:
        refuse_duplicates("kind", [rule.kind for rule in self.kinds])
        return self


_Named = tuple[str, str, str]  # the key in uses.toml, the label of a field, one of its choices or ''


def rule_faults(
    rules: UseRules, tables: Mapping[str, CountTable | EntryTable], settings: Mapping[str, object], guideline: Guideline
) -> Iterator[tuple[str, str]]:
    """What the rules name that the tables, the settings or the guideline do not have: the key, and why."""
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


def _unknown(
    tables: Mapping[str, CountTable | EntryTable], key: str, where: str, named: list[_Named]
) -> Iterator[tuple[str, str]]:
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
