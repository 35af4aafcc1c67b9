"""Registers carried over the years by the tool's own forms: form → filled in → checked → merged → the next form."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from openpyxl import load_workbook

from conftest import Command
from findings_schema import VALIDATOR
from nerima_report.checks import run_checks
from nerima_report.edition import Edition
from nerima_report.examination import examine
from nerima_report.places import CellKey
from nerima_report.registers.master import SCHEMA_VERSION, load_masters, read_history, version_file
from nerima_report.tallies.submission import load_submissions
from registers_carried import Answer, Entry, example, fill_registers, make_workspace

WORK, OUTSOURCED, USED = "個人.業務の登録", "個人.外部委託記録票", "個人.目的外利用記録票"
FILES = "個人.個人情報ファイル登録票"
New = dict[str, list[Entry]]
COUNTS = ("個人.登録など", "個人.利用と提供")


def hand_in(
    work: Path, command: Command, year: int, new: New | None = None, answer: Answer = lambda number: {}
) -> Path:
    """Make the form of a year, fill it in and put it into the inbox."""
    assert command("-C", work, "form", year).code == 0
    form = next((work / "forms" / str(year)).glob("*福祉部*.xlsx"))
    return fill_registers(form, work / "inbox" / str(year) / "集計.xlsx", new or {}, answer)


def counted(file: Path, edition: Edition, year: int) -> tuple[dict[str, int], list[str]]:
    """What the registers make in the tables of the report, and the codes of what is wrong with registers."""
    narrowed = edition.for_year(year)
    collection = examine(load_submissions([file], edition), narrowed, year, None)
    made = {f"{t.cell.key.row}": t.value for t in collection.tallies.register_tallies}
    found = run_checks(collection)
    return made, [f.code for f in found if f.place.table in narrowed.registers or f.place.table in COUNTS]


def merge(work: Path, command: Command, year: int, *options: str) -> str:
    run = command("-C", work, "register", "merge", year, *options)
    assert run.code == 0, run.out + run.err
    return run.out


def test_a_register_goes_on_for_three_years(tmp_path: Path, whole_edition: Edition, command: Command) -> None:
    work = make_workspace(tmp_path, range(2020, 2023))
    of = whole_edition.for_year(2022)

    # 令和2年度: three outsourced works, of which one began before there was a master, a file, a use
    names = ("架空の発送", "架空の入力", "架空の案内")
    new: New = {
        OUTSOURCED: [example(of, OUTSOURCED, 2020, 委託する業務の名称=name) for name in names],
        FILES: [example(of, FILES, 2020)],
        USED: [example(of, USED, 2020, 延べ人数=250)],
    }
    new[OUTSOURCED][0] = {**new[OUTSOURCED][0], "確認": "引継ぎ", "登録日": date(2015, 4, 1)}
    first = hand_in(work, command, 2020, new)
    made, codes = counted(first, whole_edition, 2020)
    assert (made["業務の委託"], made["個人情報ファイルの登録"], made["目的外利用"], codes) == (3, 1, 250, ["N301"] * 3)
    told = json.loads(merge(work, command, 2020, "--dry-run", "--format", "json"))
    assert [error.message for error in VALIDATOR.iter_errors(told)] == []
    assert (told["command"], len(told["changes"]), told["written"]) == ("register merge", 5, [])
    dry = merge(work, command, 2020, "--dry-run")
    assert "架空の発送" in dry
    assert not list((work / "registers").iterdir())
    merge(work, command, 2020)
    assert f"schema_version = {SCHEMA_VERSION}" in version_file(work).read_text(encoding="utf-8")
    master = load_masters(work, whole_edition)["外部委託記録票"]
    assert [(e.number, e.name(master.register), e.section) for e in master.entries] == [
        ("委託-0001", names[0], "福祉部管理課"), ("委託-0002", names[1], "福祉部管理課"),
        ("委託-0003", names[2], "福祉部管理課"),
    ]  # fmt: skip

    # Again: nothing changes, not a byte
    before = {file.name: file.read_bytes() for file in (work / "registers").iterdir()}
    assert "反映するものはありません" in merge(work, command, 2020)
    assert before == {file.name: file.read_bytes() for file in (work / "registers").iterdir()}

    # 令和3年度: one changed, one ended, one new; the use is said anew
    answers = {
        "委託-0001": {"確認": "変更", "変更日": date(2021, 7, 1), "委託先の名称": "架空の別の会社"},
        "委託-0002": {"確認": "廃止", "廃止日": date(2022, 3, 31)},
    }
    second = hand_in(
        work, command, 2021, {OUTSOURCED: [example(of, OUTSOURCED, 2021, 委託する業務の名称="架空の集計")]},
        lambda number: answers.get(number, {}),
    )  # fmt: skip
    made, codes = counted(second, whole_edition, 2021)
    assert (made["業務の委託"], made["目的外利用"], set(codes) - {"N301"}) == (3, 100, set())
    out = merge(work, command, 2021)
    assert "委託先の名称: 架空の委託先の名称 → 架空の別の会社" in out
    entries = {e.number: e for e in load_masters(work, whole_edition)["外部委託記録票"].entries}
    assert list(entries) == ["委託-0001", "委託-0002", "委託-0003", "委託-0004"]
    assert entries["委託-0001"].values["委託先の名称"] == "架空の別の会社"
    assert (entries["委託-0002"].ended, entries["委託-0003"].changed) == (date(2022, 3, 31), None)
    steps = [s for s in read_history(work) if (s.fiscal_year, s.number, s.field) == (2021, "委託-0001", "委託先の名称")]
    assert [(s.kind, s.before, s.after, s.file) for s in steps] == [
        ("変更", "架空の委託先の名称", "架空の別の会社", "集計.xlsx")
    ]

    # 令和4年度: what ended is not on the form any more
    third = hand_in(work, command, 2022)
    sheet = load_workbook(third)[OUTSOURCED]
    assert [sheet.cell(row, 1).value for row in range(5, 8)] == ["委託-0001", "委託-0003", "委託-0004"]
    made, codes = counted(third, whole_edition, 2022)
    assert (made["業務の委託"], set(codes) - {"N301"}) == (3, set())
    merge(work, command, 2022)
    assert {e.confirmed for e in load_masters(work, whole_edition)["外部委託記録票"].entries} == {2021, 2022}
    # a year that is over is not merged again
    assert command("-C", work, "register", "merge", 2021).code == 2


def test_the_register_of_the_act_continues_that_of_the_ordinance(
    tmp_path: Path, whole_edition: Edition, command: Command
) -> None:
    work = make_workspace(tmp_path, range(2022, 2024))
    of = whole_edition.for_year(2022)
    large, small = (example(of, FILES, 2022, 個人情報ファイルの名称=f"架空の台帳{n}", 個人の数=n) for n in (1200, 600))
    uses: list[Entry] = [example(of, OUTSOURCED, 2022, 委託する業務の名称="架空の発送")]
    hand_in(work, command, 2022, {FILES: [large, small], OUTSOURCED: uses})
    merge(work, command, 2022)

    def answer(number: str) -> dict[str, object]:
        if number == "ファイル-0002":
            return {"確認": "廃止", "廃止日": date(2023, 4, 1), "廃止の理由": "人数が定めに満たない",
                    "行政機関の名称": "区長", **missing}  # fmt: skip
        if number == "ファイル-0001":
            return {"確認": "変更", "変更日": date(2023, 4, 1), "行政機関の名称": "区長", **missing}
        return {"確認": "変更", "変更日": date(2023, 4, 1), "保有する行政機関": "区長"}

    missing = {"収集の方法": "本人から", "要配慮個人情報": "含まない", "請求を受理する組織の名称と所在地": "架空の窓口",
               "記録の形態": "電算処理ファイル"}  # fmt: skip
    file = hand_in(work, command, 2023, None, answer)
    collection = examine(load_submissions([file], whole_edition), whole_edition.for_year(2023), 2023, None)
    made = {t.cell.key.row: t.value for t in collection.tallies.register_tallies}
    assert made == {"年度末に載せているもの": 1, "年度中に新たに載せたもの": 0, "年度中に除いたもの": 1}
    cases = collection.tallies.entries["個人.利活用"]
    assert [(c["業務"], c["区分"], c["旧条例からの継続"]) for c in cases] == [("架空の発送", "委託", "はい")]
    assert [c.place("業務").table for c in cases] == ["個人.委託の記録"]  # where somebody can correct it
    assert collection.totals.values[CellKey("個人.委託", "", "旧条例から継続しているもの", "件数")] == 1
    merge(work, command, 2023)
    masters = load_masters(work, whole_edition)
    assert [(e.number, e.ended) for e in masters["ファイル簿"].entries] == [
        ("ファイル-0001", None), ("ファイル-0002", date(2023, 4, 1)),
    ]  # fmt: skip
    assert [e.ended for e in masters["個人情報ファイル登録票"].entries] == [None, None]  # 令和4年度 stays as it was


def test_a_corrected_workbook_makes_no_entry_twice(tmp_path: Path, whole_edition: Edition, command: Command) -> None:
    work = make_workspace(tmp_path, range(2022, 2023))
    of = whole_edition.for_year(2022)
    one, other = (example(of, OUTSOURCED, 2022, 委託する業務の名称=f"架空の{n}") for n in ("発送", "入力"))
    file = hand_in(work, command, 2022, {OUTSOURCED: [one, other]})
    merge(work, command, 2022)
    file.unlink()
    (work / "forms" / "2022").rename(work / "once")  # the 課 goes on with the form that it has
    form = next((work / "once").glob("*福祉部*.xlsx"))
    corrected: New = {OUTSOURCED: [other, one | {"委託する内容": "架空の別の内容"}]}
    fill_registers(form, work / "inbox" / "2022" / "二回目.xlsx", corrected, number=2)
    out = merge(work, command, 2022)
    assert "訂正 委託-0001 架空の発送" in out
    assert "新規 委託" not in out
    entries = load_masters(work, whole_edition)["外部委託記録票"].entries
    assert [(e.number, e.values["委託する内容"]) for e in entries] == [
        ("委託-0001", "架空の別の内容"), ("委託-0002", "架空の委託する内容"),
    ]  # fmt: skip


def test_build_says_what_is_not_merged(tmp_path: Path, whole_edition: Edition, command: Command) -> None:
    work = make_workspace(tmp_path, range(2022, 2023))
    entry = example(whole_edition.for_year(2022), OUTSOURCED, 2022)
    hand_in(work, command, 2022, {OUTSOURCED: [entry]})

    def told() -> dict[str, object]:
        found = json.loads(command("-C", work, "build", 2022, "--draft", "--format", "json").out)["findings"]
        return {finding["code"]: finding["found"] for finding in found}

    assert told()["N645"] == 1
    assert "N645" not in command("-C", work, "validate", "inbox/2022").out
    merge(work, command, 2022)
    assert "N645" not in told()


def test_a_workbook_with_errors_in_its_registers_is_left_out(
    tmp_path: Path, whole_edition: Edition, command: Command
) -> None:
    work = make_workspace(tmp_path, range(2022, 2023))
    entry = example(whole_edition.for_year(2022), OUTSOURCED, 2022, 登録日=date(2019, 4, 1))
    hand_in(work, command, 2022, {OUTSOURCED: [entry]})
    run = command("-C", work, "register", "merge", 2022)
    assert (run.code, "N331" in run.out, "反映しません" in run.out) == (1, True, True)
    assert "反映するものはありません" not in run.out
    assert not list((work / "registers").iterdir())


def test_of_two_workbooks_that_count_the_same_none_is_merged(
    tmp_path: Path, whole_edition: Edition, command: Command
) -> None:
    """Both are named, whatever they are called, and it is an error; a 課 beside it is merged."""
    work = make_workspace(tmp_path, range(2022, 2023))
    of = whole_edition.for_year(2022)
    one = hand_in(work, command, 2022, {OUTSOURCED: [example(of, OUTSOURCED, 2022)]})
    other = one.with_name("集計 (2).xlsx")
    form = next((work / "forms" / "2022").glob("*福祉部*.xlsx"))
    fill_registers(form, other, {OUTSOURCED: [example(of, OUTSOURCED, 2022, 委託先の名称="架空の別の会社")]})
    run = command("-C", work, "register", "merge", 2022, "--format", "json")
    told = [f for f in json.loads(run.out)["findings"] if f["code"] == "N602"]
    files = {place["file"] for f in told for place in (f, *f["related"])}
    assert (run.code, len(told), {Path(file).name for file in files}) == (1, 1, {one.name, other.name})
    assert not list((work / "registers").iterdir())
    run = command("-C", work, "register", "merge", 2022)
    assert all(file.name in run.out for file in (one, other))
    assert (run.code, "反映するものはありません" in run.out) == (1, False)

    beside = fill_registers(
        form, one.with_name("経理.xlsx"), {OUTSOURCED: [example(of, OUTSOURCED, 2022)]}, section="経理用地課"
    )
    assert command("-C", work, "register", "merge", 2022).code == 1
    master = load_masters(work, whole_edition)["外部委託記録票"]
    assert [entry.section_name for entry in master.entries] == ["経理用地課"]
    fill_registers(form, other, {OUTSOURCED: [example(of, OUTSOURCED, 2022)]}, number=2)
    beside.unlink()
    assert "台帳に反映しました" in merge(work, command, 2022)


def test_a_workbook_that_cannot_be_read_is_told(tmp_path: Path, command: Command) -> None:
    """Its registers are not merged either."""
    work = make_workspace(tmp_path, range(2022, 2023))
    (work / "inbox" / "2022").mkdir()
    (work / "inbox" / "2022" / "集計.xlsx").write_bytes(b"PK")
    run = command("-C", work, "register", "merge", 2022)
    assert (run.code, "集計.xlsx" in run.out, "反映するものはありません" in run.out) == (1, True, False)


def test_a_form_has_registers_only_where_the_office_keeps_them(tmp_path: Path, command: Command) -> None:
    work = make_workspace(tmp_path, range(2022, 2023))
    (work / "registers").rmdir()
    sheets = []
    for options in ([], ["--force", "--registers"]):
        assert command("-C", work, "form", 2022, *options).code == 0
        book = load_workbook(next((work / "forms" / "2022").glob("*福祉部*.xlsx")), read_only=True)
        sheets.append(OUTSOURCED in book.sheetnames)
    assert sheets == [False, True]


def test_validate_knows_the_masters(tmp_path: Path, whole_edition: Edition, command: Command) -> None:
    """A row that was deleted, before anything is merged or built."""
    work = make_workspace(tmp_path, range(2021, 2023))
    entry = example(whole_edition.for_year(2022), OUTSOURCED, 2021)
    hand_in(work, command, 2021, {OUTSOURCED: [entry]})
    merge(work, command, 2021)
    file = hand_in(work, command, 2022)
    assert "N640" not in command("-C", work, "validate", file).out
    book = load_workbook(file)
    book[OUTSOURCED].delete_rows(5)
    book.save(file)
    assert "N640" in command("-C", work, "validate", file).out


def cover_of(form: Path) -> dict[str, object]:
    """What the cover says of each sheet in the column 該当なし."""
    sheet = load_workbook(form)["表紙"]
    return {str(row[0].value): row[3].value for row in sheet.iter_rows(min_row=12) if row[0].value}


def test_whom_the_act_does_not_reach_is_asked_for_no_registers_of_it(tmp_path: Path, command: Command) -> None:
    work = make_workspace(tmp_path, range(2023, 2024), "議会", "議会事務局")
    assert command("-C", work, "form", 2023).code == 0
    told = cover_of(next((work / "forms" / "2023").glob("*議会事務局*.xlsx")))
    assert {key for key, mark in told.items() if mark} >= {
        "個人.ファイル簿", "個人.委託の記録", "個人.利用の記録", "個人.提供の記録", "個人.利活用",
    }  # fmt: skip


def test_the_roster_says_who_gets_which_registers(tmp_path: Path, command: Command) -> None:
    work = make_workspace(tmp_path, range(2023, 2024), form="個人.点検、個人.委託の記録")
    assert command("-C", work, "form", 2023).code == 0
    form = next((work / "forms" / "2023").glob("*福祉部*.xlsx"))
    assert load_workbook(form).sheetnames[2:] == ["個人.点検", "個人.委託の記録"]
    assert cover_of(form)["個人.提供の記録"] == "該当なし"
