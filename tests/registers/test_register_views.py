"""`register list`, `show` and `print`: the registers on the screen, one entry, and the files for public view."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from conftest import Command
from nerima_report.edition import Edition
from nerima_report.edition.registers import Register
from nerima_report.registers.entry import Master, RegisterEntry
from nerima_report.registers.master import Step, add_steps, history_file, load_masters, master_file, write_master
from nerima_report.registers.views import ViewOrder, views_of
from nerima_report.report.blocks import Heading, Table
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.register import NOTHING_SAID, compose_register

PUBLIC_2022 = [
    "外部委託記録票",
    "目的外利用記録票",
    "外部提供記録票",
    "管理特定個人情報利用記録票",
    "管理特定個人情報提供記録票",
    "電算結合記録票",
]
END_OF_2022 = date(2023, 3, 31)
LONG = "架空の長い文。" * 80


def entry(register: Register, number: int, section: tuple[str, str], **values: object) -> RegisterEntry:
    """An invented entry in which every required field is filled, and no other."""
    examples = {"date": date(2020, 4, 1), "count": 1234, "text": "架空"}
    filled = {
        f.label: f.choices[0] if f.choices else examples[f.type] for f in register.written if f.required
    }  # fmt: skip
    said = {**filled, register.name: f"架空の業務{number}", **values}
    return RegisterEntry(f"{register.mark}-{number:04}", *section, said, date(2020, 4, 1), confirmed=2022)


@pytest.fixture
def work(tmp_path: Path, whole_edition: Edition) -> Path:
    """A working folder with three invented entries in each register of fiscal 2022; the third ended in that year."""
    for register in whole_edition.for_year(2022).registers.values():
        entries = (
            entry(register, 1, ("福祉部", "管理課")),
            entry(register, 2, ("区民部", "戸籍住民課")),
            replace(entry(register, 3, ("福祉部", "管理課")), ended=date(2022, 9, 30)),
        )
        put(tmp_path, register, entries)
    return tmp_path


def put(folder: Path, register: Register, entries: Iterable[RegisterEntry]) -> None:
    file = master_file(folder, register)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(write_master(Master(register, tuple(entries))))


def outsourcing(edition: Edition) -> Register:
    return edition.for_year(2022).registers["個人.外部委託記録票"]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["外部委託記録票", "--year", "2022"], ["委託-0001", "委託-0002"]),
        (["外部委託記録票", "--year", "2022", "--all"], ["委託-0001", "委託-0002", "委託-0003"]),
        (["外部委託記録票", "--year", "2021"], ["委託-0001", "委託-0002", "委託-0003"]),
        (["外部委託記録票", "--year", "2018"], []),
        (["第2号様式", "--year", "R4", "--section", "管理課"], ["委託-0001"]),
        (["外部委託記録票", "--year", "2022", "--section", "区民部戸籍住民課"], ["委託-0002"]),
        (["委託の記録", "--year", "2023"], ["委託-0001", "委託-0002"]),  # they go on under the Act
        (["委託の記録"], ["委託-0001", "委託-0002"]),
    ],
    ids=" ".join,
)
def test_list(options: list[str], numbers: list[str], work: Path, command: Command) -> None:
    run = command("-C", work, "register", "list", *options)
    assert run.code == 0
    assert sorted(re.findall(r"委託-\d{4}", run.out)) == numbers


def test_show_says_every_field_its_article_and_what_happened(
    work: Path, command: Command, whole_edition: Edition
) -> None:
    step = Step(date(2022, 6, 1), 2022, "外部委託記録票", "委託-0001", "変更", "委託先の名称", "前の社", "架空",
                "福祉部管理課", "12.xlsx", "0" * 64)  # fmt: skip
    other = replace(step, number="委託-0002", before="ほかの一件")
    history_file(work).write_bytes(add_steps(work, [step, other]))
    run = command("-C", work, "register", "show", "委託-0001")
    assert run.code == 0
    for field in outsourcing(whole_edition).fields:
        assert re.search(f"{field.label} .*{field.article}", run.out), field.label
    assert "前の社 → 架空" in run.out
    assert "ほかの一件" not in run.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "委託-9999"],
        ["list", "外部委託票", "--year", "2022"],
        ["list", "外部委託記録票"],  # no register of today's law
        ["list", "--year", "2022", "--section", "架空課"],
        ["print", "業務の登録", "--year", "2022"],
        ["print", "--year", "来年"],
        ["print", "--format", "pdf"],
    ],
    ids=" ".join,
)
def test_mistakes_are_told_and_nothing_is_written(arguments: list[str], work: Path, command: Command) -> None:
    run = command("-C", work, "register", *arguments)
    assert run.code == 2
    assert "Traceback" not in run.err
    assert any("ぁ" <= char <= "ん" for char in run.err)
    assert not (work / "out").exists()


def test_print_writes_the_registers_that_are_open_to_public_view(work: Path, command: Command) -> None:
    for ending in ("docx", "md", "csv", "xlsx"):
        run = command("-C", work, "register", "print", "--year", "2022", "--format", ending)
        assert run.code == 0, run.err
        files = sorted(file.stem for file in (work / "out" / "登録簿").glob(f"*.{ending}"))
        assert files == sorted(PUBLIC_2022)
    assert command("-C", work, "register", "print", "--year", "2022").code == 0  # the same again: nothing to overwrite
    polished = work / "out" / "登録簿" / "外部委託記録票.docx"
    polished.write_bytes(b"polished by hand")
    assert command("-C", work, "register", "print", "--year", "2022").code == 2
    assert polished.read_bytes() == b"polished by hand"
    assert command("-C", work, "register", "print", "--year", "2022", "--force").code == 0


def test_each_slip_has_every_public_field_in_the_order_of_the_article(work: Path, whole_edition: Edition) -> None:
    masters = load_masters(work, whole_edition)
    for view in views_of(masters, whole_edition, ViewOrder(END_OF_2022), public=True):
        report = compose_register(view, whole_edition.for_year(2022))
        assert len(report.tables) == len(view.entries) == 2
        for slip in report.tables:
            assert all(len(row) == len(slip.columns) for row in slip.rows)
            told = [(row[0].text, row[2].text) for row in slip.rows]
            asked = [(f.label, f.source) for f in view.register.fields if f.public]
            places = [told.index(pair) for pair in asked]
            assert places == sorted(places)
            assert not any(article for label, article in told if (label, article) not in asked)
            empty = {f.label for f in view.register.written if f.public and not f.required}
            assert empty <= {row[0].text for row in slip.rows if row[1].text == NOTHING_SAID}


def test_the_index_leads_from_each_section_to_its_entries(work: Path, whole_edition: Edition) -> None:
    put(work, outsourcing(whole_edition), (entry(outsourcing(whole_edition), n, ("福祉部", "管理課")) for n in (1, 2)))
    view = views_of(load_masters(work, whole_edition), whole_edition, ViewOrder(END_OF_2022, ("外部委託記録票",)))[0]
    report = compose_register(view, whole_edition.for_year(2022))
    assert [(h.level, h.text, h.new_page) for h in report.headings][1:] == [
        (1, "福祉部 管理課", False),
        (2, "委託-0001 架空の業務1", False),
        (2, "委託-0002 架空の業務2", True),  # each slip begins a page
    ]
    links = re.findall(r"\]\(#([^)]*)\)", render_markdown(report))
    assert links[1:] == ["福祉部-管理課", "委託-0001-架空の業務1", "委託-0002-架空の業務2"]


def test_word_holds_what_the_slips_say(work: Path, command: Command, whole_edition: Edition) -> None:
    register = outsourcing(whole_edition)
    put(work, register, (entry(register, n, ("福祉部", "管理課"), 委託する内容=LONG) for n in (1, 2)))
    command("-C", work, "register", "print", "外部委託記録票", "--year", "2022")
    file = work / "out" / "登録簿" / "外部委託記録票.docx"
    view = views_of(load_masters(work, whole_edition), whole_edition, ViewOrder(END_OF_2022, ("外部委託記録票",)))[0]
    report = compose_register(view, whole_edition.for_year(2022))
    printed = [[[cell.text for cell in row.cells] for row in table.rows] for table in Document(str(file)).tables]
    heads = [column.heading for column in report.tables[0].columns]
    assert printed == [[heads, *([cell.text for cell in row] for row in table.rows)] for table in report.tables]
    xml = zipfile.ZipFile(file).read("word/document.xml").decode()
    anchors, bookmarks = re.findall('w:anchor="([^"]+)"', xml), re.findall('bookmarkStart [^>]*w:name="([^"]+)"', xml)
    assert len(anchors) == 4  # the introduction, the 課 and its two entries
    assert set(anchors) <= set(bookmarks)
    assert xml.count("w:pageBreakBefore") == 1


def test_data_files_are_machine_readable(work: Path, command: Command, whole_edition: Edition) -> None:
    register = whole_edition.for_year(2022).registers["個人.外部提供記録票"]
    put(work, register, [entry(register, 1, ("福祉部", "管理課"), 提供の形態="=1+1", 延べ人数=7098)])
    for ending in ("csv", "xlsx"):
        command("-C", work, "register", "print", "外部提供記録票", "--year", "2022", "--format", ending)
    content = (work / "out" / "登録簿" / "外部提供記録票.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 2
    told = next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    days = {"現在日": "2023-03-31", "登録日": "2020-04-01", "廃止日": ""}
    persons = {"延べ人数": "7098", "延べ人数の単位": "人", "延べ人数の年度": "2022", "延べ人数の状態": "記載あり"}
    expected = {"団体コード": "131202", "提供の形態": "'=1+1", **days, **persons}
    assert {heading: told[heading] for heading in expected} == expected
    sheet = load_workbook(work / "out" / "登録簿" / "外部提供記録票.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == list(told)
    row = {str(head.value): cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (row["延べ人数"].value, row["提供の形態"].value, row["提供の形態"].data_type) == (7098, "=1+1", "s")
    assert str(row["登録日"].value) == "2020-04-01 00:00:00"
    assert not sheet.merged_cells.ranges


def test_what_leads_to_a_person_is_not_published(work: Path, command: Command, whole_edition: Edition) -> None:
    register = outsourcing(whole_edition)
    put(work, register, [entry(register, 1, ("福祉部", "管理課"), 委託する内容="架空 123456789018")])
    run = command("-C", work, "register", "print", "--year", "2022")
    assert run.code == 1
    assert "N801  委託-0001" in run.out
    assert "123456789018" not in run.out
    assert not (work / "out").exists()


def test_a_field_that_is_not_public_is_not_printed(work: Path, command: Command, whole_edition: Edition) -> None:
    register = whole_edition.for_year(2023).registers["個人.ファイル簿"]
    put(work, register, [entry(register, 9, ("福祉部", "管理課"), 個人の数=987654)])
    run = command("-C", work, "register", "print", "--year", "2023", "--format", "md")
    assert run.code == 0
    files = list((work / "out" / "登録簿").iterdir())
    assert [file.name for file in files] == ["ファイル簿.md"]
    text = files[0].read_text(encoding="utf-8")
    assert "ファイル-0009" in text
    assert "987,654" not in text
    assert "個人の数" not in text


def test_without_registers_there_is_nothing_to_show(tmp_path: Path, command: Command) -> None:
    assert command("-C", tmp_path, "register", "list", "--year", "2022").code == 0
    assert "ありません" in command("-C", tmp_path, "register", "print", "--year", "2022").out
    assert list(tmp_path.iterdir()) == []


def test_headings_of_a_register_are_slips(work: Path, whole_edition: Edition) -> None:
    """A slip is a table without a number, under the heading that names its entry."""
    view = views_of(load_masters(work, whole_edition), whole_edition, ViewOrder(END_OF_2022, ("電算結合記録票",)))[0]
    blocks = compose_register(view, whole_edition.for_year(2022)).blocks
    slips = [(before, block) for before, block in pairwise(blocks) if isinstance(block, Table)]
    assert slips
    for before, slip in slips:
        assert isinstance(before, Heading)
        assert before.text.startswith(slip.id)
        assert slip.caption == "電算結合記録票（第5号様式）"
