"""The year before beside the year: tables (cases/compare.toml) and sentences."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Command, copy_templates
from nerima_report.checks.years import run_year_checks
from nerima_report.edition import Edition
from nerima_report.edition.part import Break, Renamed
from nerima_report.errors import DefinitionError
from nerima_report.fiscal_year import full_name
from nerima_report.places import CellKey
from nerima_report.records.comparison import Comparison, compare_with
from nerima_report.records.file import write_record
from nerima_report.records.model import Record, RecordedCell, RecordedCells, RecordedFigure
from nerima_report.records.years import YearEvidence, rule_of, year_of
from nerima_report.report.blocks import Paragraph, Table
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.manuscript import read_blocks
from nerima_report.report.prose import prose_of
from nerima_report.report.record import make_record
from nerima_report.report.wording import PartWording
from nerima_report.report.wording_of_year_before import YearBefore

COMPARE = tomllib.loads((ROOT / "tests" / "cases" / "compare.toml").read_text(encoding="utf-8"))
TABLE = "公開.処理状況"
Change = Callable[[RecordedCell], RecordedCell | None]


def _year_before(content: Content, change: Change = lambda cell: cell) -> Record:
    """The record of 2021 that says the same as the sample of 2022, but for the cells that `change` changes."""
    record = make_record(content, compose_report(content))
    cells = tuple(changed for cell in record.cells if (changed := change(cell)) is not None)
    return record.model_copy(update={"fiscal_year": 2021, "name": full_name(2021), "cells": cells})


def _with(values: dict[str, Any], table: str = TABLE) -> Change:
    def change(cell: RecordedCell) -> RecordedCell:
        if cell.table != table or cell.row not in values:
            return cell
        value = values[cell.row]
        return cell.model_copy(update={"value": None if value == "なし" else value})

    return change


def _compared(content: Content, comparison: Comparison) -> dict[str, Table]:
    report = compose_report(replace(content, comparison=comparison, compared=True))
    return {table.id: table for table in report.tables}


@pytest.fixture(scope="session")
def quiet(content: Content, whole_edition: Edition) -> Comparison:
    """A year before in which everything was the same."""
    return compare_with(_year_before(content), "2021.json", whole_edition, 2022)


@pytest.mark.parametrize("case", COMPARE["case"], ids=lambda case: case["name"])
def test_a_table_beside_the_year_before(case: dict[str, Any], content: Content, whole_edition: Edition) -> None:
    comparison = compare_with(_year_before(content, _with(case["before"])), "", whole_edition, 2022)
    table = _compared(content, comparison)[TABLE]
    rows = {row[0].text: [cell.text for cell in row[2:]] for row in table.rows}
    assert [rows[row] for row in case["want"]] == list(case["want"].values())
    assert {sign for sign in "△－…" for note in table.notes if sign in note.text} == set(case["signs"])


def test_every_column_of_numbers_gets_its_own_two(content: Content, quiet: Comparison) -> None:
    table = _compared(content, quiet)["公開.請求者"]
    assert [column.numeric for column in table.columns] == [False] + [True] * 6
    assert [[cell.text for cell in row[1:]] for row in table.rows][-1] == ["350", "350", "0", "2,199", "2,199", "0"]


def test_numbers_of_this_year_stay_as_they_are(content: Content, quiet: Comparison) -> None:
    compared = _compared(content, quiet)
    for table in compose_report(content).tables:
        beside = compared[table.id]
        own = [i for i, column in enumerate(beside.columns) if column in table.columns]
        assert (beside.number, beside.title) == (table.number, table.title)
        assert [[row[i] for i in own] for row in beside.rows] == [list(row) for row in table.rows]


def test_a_group_that_was_used_last_year_is_shown(content: Content, whole_edition: Edition) -> None:
    before = _year_before(content, lambda c: c.model_copy(update={"value": 4}) if c.group == "訂正請求" else c)
    table = _compared(content, compare_with(before, "", whole_edition, 2022))["個人.処理状況"]
    rows = [[cell.text for cell in row] for row in table.rows]
    heading = rows.index(["訂正請求", "", "", ""])
    assert rows[heading + 1 : heading + 3] == [["応じる", "0", "4", "△4"], ["応じられない", "0", "4", "△4"]]


def test_rows_that_vanished_are_named_under_the_total(content: Content, whole_edition: Edition) -> None:
    gone = RecordedCell(table=TABLE, group="", row="却下", column="件数", unit="件", value=5)
    record = _year_before(content)
    record = record.model_copy(update={"cells": (*record.cells, gone)})
    table = _compared(content, compare_with(record, "", whole_edition, 2022))[TABLE]
    assert [cell.text for cell in table.rows[-1]] == ["合計", "2,199", "2,204", "△5"]
    assert any("却下" in note.text for note in table.notes)


def _declaring(edition: Edition, case: dict[str, Any]) -> Edition:
    """The edition whose first part (公開) declares the earlier names and the breaks of a case."""
    part = edition.parts[0]
    declared = {
        "renamed": tuple(map(Renamed.model_validate, case.get("renamed", []))),
        "breaks": tuple(map(Break.model_validate, case.get("breaks", []))),
    }
    part = replace(part, definition=part.definition.model_copy(update=declared))
    return replace(edition, parts=(part, *edition.parts[1:]))


def _before_the_change(record: Record, case: dict[str, Any]) -> Record:
    """The record of the year before with the names, the unit and the rule of 公開率 that a case gives it."""
    names = case.get("named", {})
    table = f"公開.{names.get('処理状況', '処理状況')}"

    def former(rows: Sequence[str]) -> tuple[str, ...]:
        return tuple(names.get(row, row) for row in rows)

    def cell(told: RecordedCell) -> RecordedCell:
        row, column = former([told.row, told.column])
        return told.model_copy(update={"table": table, "row": row, "column": column, "unit": case.get("unit", "件")})

    def cells(of: RecordedCells, rows: Sequence[str]) -> RecordedCells:
        (column,) = former([of.column])
        return RecordedCells(table=table.partition(".")[2], column=column, group=of.group, rows=former(rows))

    def figure(told: RecordedFigure) -> RecordedFigure:
        if told.figure != "公開.公開率" or told.numerator_of is None:
            return told
        change = {
            "numerator_of": cells(told.numerator_of, case.get("numerator", told.numerator_of.rows)),
            "denominator_of": cells(told.denominator_of, ()),
            "excluded_rows": former(case.get("excluded", told.excluded_rows)),
            "digits": case.get("digits", told.digits),
        }
        return told.model_copy(update=change)

    own = [told for told in record.cells if told.table == TABLE]
    own += [own[0].model_copy(update={"row": row, "value": 0}) for row in case.get("added", [])]
    others = [told for told in record.cells if told.table != TABLE]
    return record.model_copy(
        update={"cells": (*others, *map(cell, own)), "figures": tuple(map(figure, record.figures))}
    )


def test_what_does_not_compare_says_why(content: Content, whole_edition: Edition) -> None:
    broken = {"year": 2022, "table": "処理状況", "before": "処理状況", "what": "数え方", "reason": "数え方が変わった"}
    edition = _declaring(whole_edition, {"breaks": [broken]})

    def other(cell: RecordedCell) -> RecordedCell | None:
        if cell.table == "公開.内容別":
            return None
        return cell.model_copy(update={"unit": "文書"}) if cell.table == "公開.目的別" else cell

    record = _year_before(content, other)
    tables = _compared(content, compare_with(record, "", edition, 2022))
    plain = {table.id: table for table in compose_report(content).tables}
    for table_id, word in ((TABLE, "数え方が変わった"), ("公開.目的別", "文書"), ("公開.内容別", "公表")):
        assert tables[table_id].columns == plain[table_id].columns
        assert word in tables[table_id].notes[-1].text


def test_a_renamed_row_goes_on(content: Content, whole_edition: Edition) -> None:
    renamed = {"year": 2022, "table": "処理状況", "before": "一部公開", "row": "部分公開", "reason": "言い方"}
    edition = _declaring(whole_edition, {"renamed": [renamed]})
    record = _year_before(
        content, lambda c: c.model_copy(update={"row": "一部公開", "value": 650}) if c.row == "部分公開" else c
    )
    rows = _compared(content, compare_with(record, "", edition, 2022))[TABLE].rows
    assert ["部分公開", "700", "650", "50"] in [[cell.text for cell in row] for row in rows]


SENTENCES = [
    ('{{ 前年度("処理状況", "件数") | 件 }}。', "2,113件。"),
    ('前年度比{{ 前年度比("処理状況", "件数") | 件 }}。', "前年度比86件増。"),
    ('{{ 前年度比("処理状況", "件数") | パーセント }}。', "4.1%増。"),  # 86 ÷ 2,113 = 4.07…
    ('{{ 前年度比("処理状況", "件数", "取下げ") | 件 }}。', "増減なし。"),
    ('{{ 前年度比("処理状況", "件数", "取下げ") | パーセント }}。', "増減なし。"),
    ('{{ 前年度("処理状況", "件数", "全部公開") | 件 }}。', "900件。"),
    ('{{ 前年度比("処理状況", "件数") | 増減 }}。', "86件（4.1%）増。"),
    ('{{ 前年度比("処理状況", "件数", "取下げ") | 増減 }}。', "増減なし。"),
    ('{{ 差(合計("処理状況", "件数"), 前年度("処理状況", "件数")) | 件 }}。', "86件。"),
    ('{{ 足す(合計("処理状況", "件数"), 前年度("処理状況", "件数")) | 件 }}。', "4,312件。"),
    ('{{ 前年度の割合("公開率") | パーセント }}。', "97.5%。"),
    ('{{ 割合の前年度比("公開率") | ポイント }}。', "増減なし。"),
    ('{% if 前年度と比べられる("処理状況") %}ある。{% endif %}', "ある。"),
]


@pytest.mark.parametrize(("text", "said"), SENTENCES)
def test_a_manuscript_may_speak_of_the_year_before(
    text: str, said: str, content: Content, whole_edition: Edition, tmp_path: Path
) -> None:
    comparison = compare_with(_year_before(content, _with({"全部公開": 900})), "", whole_edition, 2022)
    assert _read(text, content, comparison, tmp_path) == [Paragraph(said)]


@pytest.mark.parametrize("text", [text for text, _ in SENTENCES])
def test_without_a_year_before_its_sentences_are_left_out(text: str, content: Content, tmp_path: Path) -> None:
    assert _read(f"まえ。{text}あと。", content, None, tmp_path) == [Paragraph("まえ。あと。")]


def test_a_fall_and_a_change_from_zero_in_words(content: Content, whole_edition: Edition, tmp_path: Path) -> None:
    record = _year_before(content, _with({"全部公開": 1000, "存否応答拒否": 0}))
    figures = tuple(f.model_copy(update={"value": "98.2"}) if f.value == "97.5" else f for f in record.figures)
    record = record.model_copy(update={"figures": figures})
    comparison = compare_with(record, "", whole_edition, 2022)
    text = (
        '{% set 減 = 前年度比("処理状況", "件数", "全部公開") %}{{ 減 | 件 }}、{{ 減 | パーセント }}、{{ 減 | 増減 }}、'
        '{{ 前年度比("処理状況", "件数", "存否応答拒否") | パーセント }}、{{ 割合の前年度比("公開率") | ポイント }}。'
    )
    assert _read(text, content, comparison, tmp_path) == [
        Paragraph("14件減、1.4%減、14件（1.4%）減、－、0.7ポイント減。")
    ]


@pytest.mark.parametrize("case", COMPARE["share"], ids=lambda case: case["name"])
def test_a_share_stands_beside_the_year_unless_check_says_that_it_is_another(
    case: dict[str, Any], content: Content, whole_edition: Edition, tmp_path: Path
) -> None:
    edition, before = _declaring(whole_edition, case), _before_the_change(_year_before(content), case)
    now = make_record(content, compose_report(content))
    sides = [year_of(record, "", edition, 2022) for record in (now, before)]
    findings = run_year_checks(YearEvidence(edition, sides[0], (sides[1],)))
    code = case.get("code", "")
    assert "".join(f.code for f in findings if f.code in ("N707", "N708", "N714")) == code
    sentence = 'まえ。前年度は{{ 前年度の割合("公開率") | パーセント }}。'
    comparison = compare_with(before, "", edition, 2022)
    said = _read(sentence, content, comparison, tmp_path)
    assert said == [Paragraph("まえ。" if code else "まえ。前年度は97.5%。")]


def test_a_row_renamed_in_every_group_leaves_a_rule_over_all_groups_as_it_is() -> None:
    cells = RecordedCells(table="処理状況", column="件数", group="", rows=("全面開示",))
    groups, row = ("開示請求", "訂正請求"), CellKey("個人.処理状況", "", "全面開示", "件数")
    recorded = [row._replace(group=group) for group in groups]
    figure = RecordedFigure(
        figure="個人.開示率", value="50.0", unit="%", kind="rate", digits=1, rounding="half_up", basis="例",
        numerator=1, numerator_rows=cells.rows, numerator_of=cells,
        denominator=2, denominator_of=cells.model_copy(update={"rows": ()}), excluded_rows=(),
    )  # fmt: skip

    def later_in(*renamed: str) -> Callable[[CellKey], CellKey]:
        return lambda key: key._replace(row="全部開示") if key.row == "全面開示" and key.group in renamed else key

    everywhere, somewhere = (rule_of(figure, later_in(*where), recorded) for where in (groups, groups[:1]))
    assert everywhere.numerator == {row._replace(row="全部開示")}
    assert somewhere.numerator == {row._replace(row="全部開示"), row}


@pytest.mark.parametrize(
    "text",
    [
        '{% if 前年度比("処理状況", "件数") %}増えた。{% else %}変わらない。{% endif %}',
        '{{ 前年度比("処理状況", "件数") }}。',
        '{{ 合計("処理状況", "件数") | 増減 }}。',
        '{{ 前年度("処理", "件数") | 件 }}。',
    ],
    ids=["a choice that nobody can make", "no unit", "no change", "no such table"],
)
def test_what_a_manuscript_may_not_ask(text: str, content: Content, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        _read(text, content, None, tmp_path)


def _read(text: str, content: Content, comparison: Comparison | None, folder: Path) -> list[object]:
    part = content.collection.edition.parts[0]
    now = PartWording(part, content.collection)
    names = {**now.names(), **YearBefore(part, now, comparison, content.collection.edition.years.compare).names()}
    file = folder / "manuscript.md.j2"
    file.write_text(text, encoding="utf-8")
    return list(read_blocks(file, names, lambda key: (), prose_of(content.collection.edition)))


def test_build_compare(whole_workdir: Path, command: Command, content: Content) -> None:
    (whole_workdir / "records" / "2021.json").unlink(missing_ok=True)
    run = command("-C", whole_workdir, "build", "2022", "--compare")
    assert run.code == 2
    assert "2021.json" in run.err
    assert not (whole_workdir / "out").exists()

    (whole_workdir / "records").mkdir(exist_ok=True)
    record = _year_before(content, _with({"全部公開": 1000}))
    (whole_workdir / "records" / "2021.json").write_bytes(write_record(record))
    assert command("-C", whole_workdir, "build", "2022", "--compare").code == 0
    assert "| 全部公開 | 986 | 1,000 | △14 |" in (whole_workdir / "out" / "2022" / "report.md").read_text(
        encoding="utf-8"
    )
    assert command("-C", whole_workdir, "build", "2022").code == 0
    standard = (whole_workdir / "out" / "2022" / "report.md").read_bytes()
    assert standard == (ROOT / "tests" / "golden" / "report-2022.md").read_bytes()
    assert command("-C", whole_workdir, "publish", "2022").code == 0
    assert command("-C", whole_workdir, "build", "2022", "--from-record", "--compare").code == 0
    assert "△14" in (whole_workdir / "out" / "2022" / "report.md").read_text(encoding="utf-8")


def test_build_says_that_sentences_were_left_out(workdir: Path, command: Command, tmp_path: Path) -> None:
    templates = copy_templates(tmp_path / "templates")
    manuscript = templates / "nerima" / "disclosure" / "manuscript.md.j2"
    sentence = '\n前年度より{{ 前年度比("内容別", "件数") | 件 }}した。\n'
    manuscript.write_text(manuscript.read_text(encoding="utf-8") + sentence, encoding="utf-8")
    run = command("-C", workdir, "--templates", templates, "build", "2022", "--format", "json")
    assert [(f["code"], f["table"]) for f in json.loads(run.out)["findings"]] == [("N725", "公開.内容別")]
    assert "前年度より" not in (workdir / "out" / "2022" / "report.md").read_text(encoding="utf-8")


def test_a_manuscript_asks_for_the_year_before_of_another_part(
    workdir: Path, content: Content, command: Command, tmp_path: Path
) -> None:
    templates = copy_templates(tmp_path / "templates")
    manuscript = templates / "nerima" / "privacy-ordinance" / "manuscript.md.j2"
    sentence = '\n公開の請求は、前年度より{{ 前年度比("公開.内容別", "件数") | 件 }}した。\n'
    manuscript.write_text(manuscript.read_text(encoding="utf-8") + sentence, encoding="utf-8")
    run = command("-C", workdir, "--templates", templates, "build", "2022", "--format", "json")
    assert [(f["code"], f["table"]) for f in json.loads(run.out)["findings"]] == [("N725", "公開.内容別")]

    (workdir / "records").mkdir(exist_ok=True)
    (workdir / "records" / "2021.json").write_bytes(write_record(_year_before(content, _with({}))))
    run = command("-C", workdir, "--templates", templates, "build", "2022", "--format", "json")
    assert "N725" not in run.out
    assert "公開の請求は、前年度より" in (workdir / "out" / "2022" / "report.md").read_text(encoding="utf-8")
