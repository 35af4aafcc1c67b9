"""Merging: what is asked first, and that nothing is overwritten without trace. In memory, without a form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from nerima_report.edition import Edition
from nerima_report.edition.registers import Register
from nerima_report.registers.entry import Master, RegisterEntry, rows_for, trace_of, unasked_sections
from nerima_report.registers.master import Step
from nerima_report.registers.merging import MergePlan, plan_merge
from register_workbooks import evidence_of
from registers_carried import example

KEY, TABLE = "外部委託記録票", "個人.外部委託記録票"


@pytest.fixture(scope="module")
def register(whole_edition: Edition) -> Register:
    return whole_edition.for_year(2022).registers[TABLE]


def known(edition: Edition, number: int = 1, **said: Any) -> RegisterEntry:
    values = example(edition.for_year(2022), TABLE, 2020, **said)
    values = {label: value for label, value in values.items() if label not in ("確認", "登録日")}
    return RegisterEntry(f"委託-{number:04}", "福祉部", "管理課", values, date(2020, 6, 1), confirmed=2021)


def row(edition: Edition, register: Register, entry: RegisterEntry, **said: Any) -> dict[str, Any]:
    """What the form of the 課 said of an entry, answered."""
    rows = rows_for({**empty(edition), KEY: Master(register, (entry,))}, edition.for_year(2022), "福祉部管理課", 2022)
    return {k: v for k, v in rows[TABLE][0].items() if v is not None} | {"確認": "変更なし"} | said


def empty(edition: Edition) -> dict[str, Master]:
    return {r.key: Master(r) for part in edition.parts for r in part.registers}


def plan(
    edition: Edition, entries: list[RegisterEntry], rows: list[dict[str, Any]], history: tuple[Step, ...] = ()
) -> MergePlan:
    register = edition.for_year(2022).registers[TABLE]
    collection = evidence_of({"table": KEY, "rows": rows}, edition)
    return plan_merge(collection, {**empty(edition), KEY: Master(register, tuple(entries))}, history)


def asked(made: MergePlan) -> list[tuple[str, str]]:
    return [(finding.code, finding.place.column) for finding in made.findings]


def test_confirming_changes_only_the_year(whole_edition: Edition, register: Register) -> None:
    made = plan(whole_edition, [known(whole_edition)], [row(whole_edition, register, known(whole_edition))])
    assert asked(made) == []
    assert [(c.kind, c.fields) for c in made.changes] == [("確認", (("確認した年度", "2021", "2022"),))]


def test_a_row_that_is_gone_is_asked_about(whole_edition: Edition, register: Register) -> None:
    one, other = known(whole_edition), known(whole_edition, 2, 委託する業務の名称="架空の別の業務")
    made = plan(whole_edition, [one, other], [row(whole_edition, register, one)])
    assert asked(made) == [("N640", "")]
    assert made.findings[0].details["about"] == "委託-0002"
    assert made.masters[KEY].entries[1] == other


def test_a_register_without_a_sheet_is_asked_about(whole_edition: Edition) -> None:
    collection = evidence_of({"table": "業務の登録", "rows": [{}]}, whole_edition)
    register = whole_edition.for_year(2022).registers[TABLE]
    made = plan_merge(collection, {**empty(whole_edition), KEY: Master(register, (known(whole_edition),))}, ())
    assert [(f.code, f.found, f.place.section) for f in made.findings] == [("N647", 1, "福祉部管理課")]


@pytest.mark.parametrize("number", ["委託-0009", "委託-0002"])
def test_numbers_that_are_not_ones_own_are_refused(number: str, whole_edition: Edition, register: Register) -> None:
    mine, theirs = known(whole_edition), replace(known(whole_edition, 2), section_name="経理用地課")
    rows = [
        row(whole_edition, register, mine),
        row(whole_edition, register, mine, 番号=number, 委託する内容="別の内容"),
    ]
    made = plan(whole_edition, [mine, theirs], rows)
    assert asked(made) == [("N641", "番号")]
    assert made.masters[KEY].entries[1] == theirs


def test_unchanged_must_be_unchanged(whole_edition: Edition, register: Register) -> None:
    mine = known(whole_edition)
    made = plan(whole_edition, [mine], [row(whole_edition, register, mine, 委託先の名称="架空の別の会社")])
    assert asked(made) == [("N642", "委託先の名称")]
    assert made.masters[KEY].entries == (mine,)


def outsourced(**said: Any) -> RegisterEntry:
    values = {"業務": "架空の発送", "委託先の名称": "架空の会社", "旧条例からの継続": "はい", **said}
    return RegisterEntry("委託-0001", "福祉部", "管理課", values, date(2018, 4, 1), confirmed=2025)


def merged(edition: Edition, entry: RegisterEntry, **case: Any) -> MergePlan:
    """What a 課 says of an outsourcing that goes on, merged into the master."""
    register = edition.for_year(2026).registers["個人.委託の記録"]
    said = {
        "番号": entry.number,
        "確認": "変更なし",
        "登録日": entry.registered,
        **entry.values,
        **case.pop("said", {}),
    }
    blank = {field.label: "" for field in register.written if field.label not in said}
    collection = evidence_of({"table": register.key, "rows": [{**blank, **said}], "year": 2026, **case}, edition)
    return plan_merge(collection, {**empty(edition), register.key: Master(register, (entry,))}, ())


def test_the_first_answer_in_a_field_of_later_years_is_no_change(whole_edition: Edition) -> None:
    made = merged(whole_edition, outsourced(), said={"再委託の条件": "明記した"})
    assert asked(made) == []
    assert [(change.kind, change.fields) for change in made.changes] == [
        ("確認", (("再委託の条件", "", "明記した"), ("確認した年度", "2025", "2026")))
    ]
    other = merged(whole_edition, outsourced(再委託の条件="明記していない"), said={"再委託の条件": "明記した"})
    assert asked(other) == [("N642", "再委託の条件")]


def test_a_form_without_the_fields_of_later_years_takes_nothing_away(whole_edition: Edition) -> None:
    entry = outsourced(再委託の条件="明記した")
    made = merged(whole_edition, entry, year=2025, form_of=2025)
    assert asked(made) == []
    assert made.masters["委託の記録"].entries[0].values == entry.values


def test_what_ended_before_is_not_confirmed(whole_edition: Edition, register: Register) -> None:
    mine = known(whole_edition)
    made = plan(whole_edition, [replace(mine, ended=date(2022, 3, 31))], [row(whole_edition, register, mine)])
    assert asked(made) == [("N643", "番号")]


def test_what_changed_after_the_form_went_out_is_not_overwritten(whole_edition: Edition, register: Register) -> None:
    mine = known(whole_edition)
    corrected = replace(mine, values={**mine.values, "委託先の名称": "台帳で直した会社"})
    answer = {"確認": "変更", "変更日": date(2022, 5, 1), "委託する内容": "別の内容"}
    made = plan(whole_edition, [corrected], [row(whole_edition, register, mine, **answer)])
    assert asked(made) == [("N644", "委託する内容")]
    assert made.masters[KEY].entries == (corrected,)
    again = plan(whole_edition, [corrected], [row(whole_edition, register, corrected, **answer)])
    assert asked(again) == []
    assert [field[0] for field in again.changes[0].fields] == ["委託する内容", "変更日", "確認した年度"]


def test_a_new_entry_that_the_corrected_workbook_leaves_out_is_asked_about(
    whole_edition: Edition, register: Register
) -> None:
    mine = replace(known(whole_edition), confirmed=2022)
    step = Step(
        date(2023, 5, 1), 2022, KEY, mine.number, "新規", "番号", "", mine.number, "福祉部管理課", "一.xlsx", "0"
    )
    other = example(whole_edition.for_year(2022), TABLE, 2022, 委託する業務の名称="まったく別の業務")
    made = plan(whole_edition, [mine], [other], (step,))
    assert [f.code for f in made.findings] == ["N646"]
    assert [c.entry.number for c in made.changes] == ["委託-0002"]


def test_the_trace_does_not_follow_what_is_said_anew_each_year(whole_edition: Edition) -> None:
    register = whole_edition.for_year(2022).registers["個人.目的外利用記録票"]
    entry = RegisterEntry(
        "利用-0001", "福祉部", "管理課", {"延べ人数": 3, "目的外利用の目的": "調査"}, date(2020, 4, 1)
    )
    later = replace(entry, values={**entry.values, "延べ人数": 9}, confirmed=2022)
    assert trace_of(entry, register) == trace_of(later, register)
    assert trace_of(entry, register) != trace_of(replace(entry, registered=date(2020, 4, 2)), register)


def test_sections_that_nobody_asks_are_named(whole_edition: Edition, register: Register) -> None:
    masters = {**empty(whole_edition), KEY: Master(register, (known(whole_edition),))}
    edition = whole_edition.for_year(2022)
    assert unasked_sections(masters, edition, ["総務部総務課"], 2022) == ["福祉部管理課"]
    assert unasked_sections(masters, edition, ["福祉部管理課"], 2022) == []


def test_hundreds_of_entries_are_merged_in_one_pass(whole_edition: Edition, register: Register) -> None:
    """600 outsourced works are a real year: each is matched once, and none with another."""
    entries = [known(whole_edition, n, 委託する業務の名称=f"架空の業務{n}") for n in range(1, 601)]
    masters = {**empty(whole_edition), KEY: Master(register, tuple(entries))}
    rows = rows_for(masters, whole_edition.for_year(2022), "福祉部管理課", 2022)[TABLE]
    answered = [{k: v for k, v in r.items() if v is not None} | {"確認": "変更なし"} for r in rows]
    made = plan(whole_edition, entries, answered)
    assert asked(made) == []
    assert len(made.changes) == 600
