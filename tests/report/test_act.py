"""What the report says of the Act: sentences that hold, tables by 実施機関, tables that not every year is asked for."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import ROOT, Command, copy_templates
from inboxes import Ward
from nerima_report.edition import Edition, load_edition
from nerima_report.edition.tables import CountTable
from nerima_report.report.compose import compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.roster import RosterSection
from nerima_report.tallies.totals import add_up

HELD = "の点検を実施した"
NOT_HELD = "点検の実施はなかった"
CHECKS, REASONS, BODIES = "個人.点検", "個人.不開示の理由", "個人.行政機関別"
ANSWERS = [f"B{row}" for row in range(5, 10)]


def text_of(collection: Collection) -> str:
    return render_markdown(compose_report(Content(collection)))


def sentence(text: str, words: str) -> str:
    return next((line for line in text.splitlines() if words in line), "")


def answering(ward: Ward, files: Iterable[str], answer: str) -> Ward:
    """The ward in which these workbooks give one answer in every line of the inspection."""
    for file in files:
        ward = ward.changed(file, [{"sheet": CHECKS, "cell": cell, "value": answer} for cell in ANSWERS])
    return ward


def as_kinds(ward: Ward, kinds: dict[str, str]) -> Ward:
    """The ward whose roster says of some 課 that they are of another kind."""
    roster = tuple(replace(section, kind=kinds.get(section.section_name, section.kind)) for section in ward.roster)
    return replace(ward, roster=roster)


def _files(ward: Ward) -> list[str]:
    return [submission.workbook.path.name for submission in ward.inbox.submissions if not submission.ward]


# ---- a sentence that claims something says of how many it is true ----


def test_without_schools_no_school_is_named(act_ward: Ward) -> None:
    said = sentence(text_of(act_ward.examine()), HELD)
    assert said.startswith("7課のうち7課において、")
    assert "校" not in said
    assert "園" not in said


def test_each_kind_of_the_roster_is_counted_by_its_word(act_ward: Ward) -> None:
    ward = as_kinds(act_ward, {"管理課": "小学校", "高齢社会対策課": "幼稚園"})
    assert sentence(text_of(ward.examine()), HELD).startswith("5課、1校および1園のうち5課、1校および1園において、")


def test_who_was_not_asked_is_not_counted(act_ward: Ward) -> None:
    roster = tuple(replace(s, forms=("公開",)) if s.section_name == "管理課" else s for s in act_ward.roster)
    assert sentence(text_of(replace(act_ward, roster=roster).examine()), HELD).startswith("6課のうち6課において、")


@pytest.mark.parametrize(("answer", "held"), [("該当なし", 6), ("", 6), ("不適", 7), ("改善予定", 7)])
def test_a_section_without_an_answer_did_not_hold_it(answer: str, held: int, act_ward: Ward) -> None:
    said = sentence(text_of(answering(act_ward, ["12_"], answer).examine()), HELD)
    assert said.startswith(f"7課のうち{held}課")  # with ※ where the 状況 that must be said is missing


def test_where_nobody_held_it_the_report_says_so(act_ward: Ward) -> None:
    text = text_of(answering(act_ward, _files(act_ward), "該当なし").examine())
    assert NOT_HELD in text
    assert HELD not in text


def test_a_draft_says_how_many_there_are_so_far(act_ward: Ward) -> None:
    kept = tuple(s for s in act_ward.inbox.submissions if not s.workbook.path.name.startswith("12_"))
    ward = replace(act_ward, inbox=replace(act_ward.inbox, submissions=kept))
    assert sentence(text_of(ward.examine()), HELD).startswith("7課のうち6課※において、")
    nobody = tuple(s for s in kept if s.ward)
    text = text_of(replace(ward, inbox=replace(ward.inbox, submissions=nobody)).examine())
    assert HELD not in text
    assert NOT_HELD not in text


def test_a_record_says_what_was_printed_and_nothing_where_it_does_not_know(act_ward: Ward) -> None:
    collection = replace(act_ward.examine(), roster=None, submissions=())
    text = render_markdown(compose_report(Content(collection, not_published=frozenset())))
    assert sentence(text, HELD).startswith("7課のうち7課において、")
    values = {key: None if key.table == "個人.点検の実施" else n for key, n in collection.totals.values.items()}
    collection = replace(collection, totals=replace(collection.totals, values=values))
    text = render_markdown(compose_report(Content(collection, not_published=frozenset())))
    assert HELD not in text
    assert NOT_HELD not in text


# ---- by 実施機関 ----


def by_hand(collection: Collection, roster: Sequence[RosterSection], bodies: dict[str, str]) -> Counter[str]:
    """The requests of each body, added up cell by cell; `bodies` are those of the 課 outside the mayor's 部."""
    of_section = {section.key: bodies.get(section.key, "区長") for section in roster}
    sums: Counter[str] = Counter()
    for cell in collection.tallies.cells:
        if (cell.key.table, cell.key.column) == ("個人.処理状況", "件数") and not cell.ward:
            sums[of_section[cell.place.section]] += cell.value
    return sums


def printed_by_body(collection: Collection) -> dict[str, int | None]:
    values = collection.totals.values
    return {key.row: value for key, value in values.items() if (key.table, key.column) == (BODIES, "件数")}


def test_requests_are_divided_as_the_roster_says(act_ward: Ward) -> None:
    outside = {"農業委員会農業委員会事務局": "農業委員会", "議会議会事務局": "議会"}
    collection = act_ward.examine()
    expected = by_hand(collection, act_ward.roster, outside)
    assert printed_by_body(collection) == {
        body: expected[body] for body in ("区長", "教育委員会", "選挙管理委員会", "監査委員", "農業委員会")
    }
    moved = tuple(replace(s, body="監査委員") if s.section_name == "管理課" else s for s in act_ward.roster)
    collection = replace(act_ward, roster=moved).examine()
    assert (
        printed_by_body(collection)["監査委員"]
        == by_hand(collection, moved, {**outside, "福祉部管理課": "監査委員"})["監査委員"]
    )
    assert sum(value or 0 for value in printed_by_body(collection).values()) == sum(expected.values())


def test_without_a_roster_nobody_is_put_under_a_body(act_ward: Ward) -> None:
    collection = act_ward.examine()
    totals = add_up(collection.tallies, act_ward.edition)
    assert {value for key, value in totals.values.items() if key.table == BODIES} == {None}


def test_whoever_is_missing_is_missing_under_the_bodies_too(act_ward: Ward) -> None:
    kept = tuple(s for s in act_ward.inbox.submissions if not s.workbook.path.name.startswith("12_"))
    collection = replace(act_ward, inbox=replace(act_ward.inbox, submissions=kept)).examine()
    assert [body for body, number in printed_by_body(collection).items() if number is None] == ["区長"]
    missing = [number.missing for key, number in collection.totals.provisional.items() if key.table == BODIES]
    assert missing
    assert set(missing) == {("福祉部管理課",)}


# ---- tables that are asked for since a year ----


def test_a_table_that_some_did_not_have_is_not_printed(act_ward: Ward) -> None:
    assert "不開示の理由別件数" in text_of(act_ward.examine())
    ward = act_ward.changed("12_", [{"sheet": REASONS, "remove": True}])
    assert [finding for finding in ward.check() if finding.place.table == REASONS] == []
    collection = ward.examine()
    assert {value for key, value in collection.totals.values.items() if key.table == REASONS} == {None}
    assert not collection.totals.are_provisional
    assert "不開示の理由別件数" not in text_of(collection)


def test_from_its_year_on_it_must_be_there(act_ward: Ward, act_edition: Edition) -> None:
    asked = replace(act_ward, edition=_with(act_edition, REASONS, {"since": 2023}))
    found = asked.changed("12_", [{"sheet": REASONS, "remove": True}]).check()
    assert [finding.code for finding in found if finding.place.table == REASONS] == ["N203"]


def _with(edition: Edition, table_id: str, update: dict[str, object]) -> Edition:
    part_key, key = table_id.split(".")
    parts = tuple(
        replace(part, tables={**part.tables, key: part.tables[key].model_copy(update=update)})
        if part.key == part_key
        else part
        for part in edition.parts
    )
    return replace(edition, parts=parts)


def test_reasons_agree_with_the_decisions(act_ward: Ward) -> None:
    found = act_ward.changed("12_", [{"sheet": REASONS, "cell": "B6", "value": 99}]).check()
    assert {f.code for f in found if REASONS in (f.place.table, *(p.table for p in f.related))} == {"N502"}
    nothing = [{"sheet": REASONS, "cell": f"B{row}", "value": 0} for row in range(5, 13)]
    assert "N504" in {finding.code for finding in act_ward.changed("12_", nothing).check()}


@pytest.mark.thorough
def test_an_edition_may_leave_them_out(tmp_path: Path, whole_workdir: Path, command: Command) -> None:
    templates = copy_templates(tmp_path / "templates")
    folder = templates / "nerima" / "privacy-act"
    gone = ("不開示の理由", "行政機関別", "匿名加工情報", "繰越")
    _without_blocks(folder / "tables.toml", "[[table]]", [f'key = "{key}"' for key in gone])
    _without_blocks(folder / "links.toml", "[[link]]", [f'table = "{key}"' for key in gone])
    _without_blocks(folder / "part.toml", "[[carried_over]]", ['table = "繰越"'])
    part = folder / "part.toml"
    part.write_text(part.read_text(encoding="utf-8").replace('"不開示の理由", ', ""), encoding="utf-8")
    _without_ledger(folder / "ledger.toml", gone)
    _without_calls(folder / "manuscript.md.j2", gone)
    (templates / "nerima" / "sources.toml").unlink()
    edition = load_edition(templates / "nerima").for_year(2023)
    assert not edition.tables.keys() & {f"個人.{key}" for key in gone}
    assert command("-C", whole_workdir, "--templates", templates, "edition", "check").code == 0
    shutil.copytree(ROOT / "sample_data" / "inbox" / "2023", whole_workdir / "inbox" / "2023")
    run = command("-C", whole_workdir, "--templates", templates, "build", "2023", "--draft")
    assert run.code == 0
    text = (whole_workdir / "out" / "2023" / "report.md").read_text(encoding="utf-8")
    text = text.rpartition("未解決の確認事項")[0]
    assert "## 個人情報保護制度の運用状況" in text
    assert [words for words in _GONE if words in text] == []


_GONE = ("不開示の理由別件数", "行政機関別の開示請求等", "提案の募集は", "繰り越した")


def _without_blocks(file: Path, heading: str, marks: list[str]) -> None:
    first, *blocks = file.read_text(encoding="utf-8").split(heading)
    kept = [block for block in blocks if not any(mark in block for mark in marks)]
    assert len(kept) < len(blocks)
    file.write_text(first + "".join(heading + block for block in kept), encoding="utf-8")


def _without_ledger(file: Path, gone: tuple[str, ...]) -> None:
    first, *blocks = file.read_text(encoding="utf-8").split("[[ledger.counted]]")
    kept = [block for block in blocks if not any(f'table = "{key}"' in block for key in gone)]
    file.write_text(first + "".join("[[ledger.counted]]" + block for block in kept), encoding="utf-8")


def _without_calls(file: Path, gone: tuple[str, ...]) -> None:
    """The manuscript without the choices, and the tables, that name one of these."""
    kept: list[str] = []
    depth = 0
    for line in file.read_text(encoding="utf-8").splitlines():
        begins = line.startswith("{% if") and any(f'集めた("{key}")' in line for key in gone)
        if begins or depth:
            depth += line.startswith("{% if") - line.startswith("{% endif")
        elif not any(f'{{{{ 表("{key}") }}}}' in line for key in gone):
            kept.append(line)
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")


def test_nothing_of_it_changes_fiscal_2022(edition: Edition, ward: Ward) -> None:
    offered = edition.on_forms_of(2022)
    assert "公開.審査請求の経過" not in offered.tables
    assert all(table.is_handed_in or table.counted_from for table in edition.count_tables.values())
    assert "審査請求の経過" not in text_of(ward.examine())
    assert isinstance(edition.tables["公開.審査請求"], CountTable)


# ---- notes for the clerk stay with the clerk ----

NOTES = ("†", "手もと", "条文になし", "仮定", "資料にない", "出典にはない")


@pytest.mark.thorough
def test_no_note_for_the_clerk_is_published(whole_workdir: Path, command: Command) -> None:
    shutil.copytree(ROOT / "sample_data" / "inbox" / "2023", whole_workdir / "inbox" / "2023")
    shutil.copytree(ROOT / "sample_data" / "registers", whole_workdir / "registers", dirs_exist_ok=True)
    for year in ("2022", "2023"):
        assert command("-C", whole_workdir, "build", year).code == 0
        for ending in ("md", "csv"):
            assert command("-C", whole_workdir, "register", "print", "--year", year, "--format", ending).code == 0
        assert command("-C", whole_workdir, "publish", year).code == 0
        printed = [*(whole_workdir / "out" / "登録簿").iterdir(), *(whole_workdir / "out" / year).rglob("*")]
        public = [p for p in printed if p.suffix in (".md", ".html", ".csv", ".json") and p.stem not in _OF_THE_STAFF]
        assert len(public) > 10
        found = {(path.name, note) for path in public for note in NOTES if note in path.read_text(encoding="utf-8-sig")}
        assert found == set()


_OF_THE_STAFF = {"audit", "open-items", "record", "approval", "決裁資料"}
