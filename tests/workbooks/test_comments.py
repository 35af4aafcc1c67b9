"""Comments on cells, old and threaded ones, as people wrote them; those of the tool itself are not read."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter
from test_marking import mark

from faulty import rewrite
from nerima_report.workbooks import Position, Workbook, read_workbook
from nerima_report.workbooks.limits import MAX_COMMENTS, Refused
from nerima_report.workbooks.mark.copy import marked_copy
from nerima_report.workbooks.read import read_sheets
from nerima_report.workbooks.values import REMARK_END

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
THREADS = "xl/threadedComments/threadedComment1.xml"


def commented(path: Path, comments: Mapping[str, str]) -> Path:
    """A workbook with a sheet without comments, and one with some."""
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("表紙").write("A1", "年度")
    sheet = book.add_worksheet("公開.処理状況")
    sheet.write("B5", 12)
    for cell, text in comments.items():
        sheet.write_comment(cell, text)
    book.close()
    return path


def comments_of(path: Path) -> Mapping[Position, str]:
    workbook = read_workbook(path)
    assert isinstance(workbook, Workbook)
    cover, table = workbook.sheets
    assert not cover.facts.comments
    return table.facts.comments


def with_part(path: Path, name: str, kind: str, content: str) -> Path:
    """The workbook with a part that its second sheet leads to."""
    relation = f'<Relationship Id="rIdX" Type="urn:x/{kind}" Target="/{name}"/></Relationships>'
    relations = "xl/worksheets/_rels/sheet2.xml.rels"
    rewrite(path, {relations: lambda data: data.replace(b"</Relationships>", relation.encode())})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, content)
    return path


def threads(*comments: tuple[str, str]) -> str:
    inside = "".join(
        f'<threadedComment ref="{ref}" id="{{{number}}}"><text>{text}</text></threadedComment>'
        for number, (ref, text) in enumerate(comments)
    )
    return f'<ThreadedComments xmlns="{THREADED}">{inside}</ThreadedComments>'


def test_comments_are_read_also_those_on_empty_cells(tmp_path: Path) -> None:
    path = commented(tmp_path / "a.xlsx", {"B5": "担当者:\n去年の分を含む", "D9": "か\u3099"})
    assert comments_of(path) == {(5, 2): "担当者:\n去年の分を含む", (9, 4): "が"}


def test_threads_are_read_instead_of_what_excel_repeats_of_them(tmp_path: Path) -> None:
    path = commented(
        tmp_path / "a.xlsx", {"B5": "[スレッド化されたコメント]\n…\nコメント:\n速報値です", "B6": "前からあるもの"}
    )
    with_part(path, THREADS, "threadedComment", threads(("B5", "速報値です"), ("B5", "あとで直します"), ("C1", "")))
    assert comments_of(path) == {(5, 2): "速報値です\nあとで直します", (6, 2): "前からあるもの"}


def test_an_answer_below_what_the_tool_wrote_is_read_and_stays(tmp_path: Path) -> None:
    path = commented(tmp_path / "a.xlsx", {"B5": "去年の分を含む"})
    marks = [mark("公開.処理状況", "B5"), mark("公開.処理状況", "B7")]
    path.write_bytes(marked_copy(path.read_bytes(), marks, "総務部情報公開課"))
    part = next(name for name in zipfile.ZipFile(path).namelist() if name.endswith("comments1.xml"))
    rewrite(path, {part: lambda data: data.replace(REMARK_END.encode(), f"{REMARK_END}\n直しました".encode())})
    expected = {(5, 2): ["去年の分を含む", "直しました"], (7, 2): ["直しました"]}
    assert {position: text.split() for position, text in answers(path).items()} == expected
    path.write_bytes(marked_copy(path.read_bytes(), [mark("公開.処理状況", "B9")], "総務部情報公開課"))
    assert answers(path).keys() == expected.keys()
    assert all("直しました" in text for text in answers(path).values())


def test_a_remark_of_which_the_end_was_taken_away_is_shown_whole(tmp_path: Path) -> None:
    """It may hold an answer; better that somebody reads the remark again."""
    path = commented(tmp_path / "a.xlsx", {"B5": "【確認結果】エラー N301 直しました"})
    assert answers(path) == {(5, 2): "【確認結果】エラー N301 直しました"}


def test_a_remark_is_known_again_however_a_program_cut_it(tmp_path: Path) -> None:
    path = commented(tmp_path / "a.xlsx", {"A1": "x"})
    runs = "".join(f"<r><t>{text}</t></r>" for text in ("課:", "【確認結果】エラー", " N301", REMARK_END, " はい"))
    inside = f'<commentList><comment ref="B5"><text>{runs}</text></comment></commentList>'
    rewrite(path, {"xl/comments1.xml": lambda data: f'<comments xmlns="{MAIN}">{inside}</comments>'.encode()})
    assert answers(path) == {(5, 2): "課: はい"}


def answers(path: Path) -> Mapping[Position, str]:
    return next(s.facts.comments for s in read_sheets(path.read_bytes()) if s.name == "公開.処理状況")


def test_readings_of_characters_are_no_part_of_a_comment(tmp_path: Path) -> None:
    path = commented(tmp_path / "a.xlsx", {"A1": "x"})
    text = (
        f'<comments xmlns="{MAIN}"><commentList><comment ref="B5" authorId="0"><text><r><rPr><b/></rPr><t>課:</t></r>\
<r><t>確定</t></r><rPh sb="0" eb="1"><t>カ</t></rPh></text></comment></commentList></comments>'
    )
    rewrite(path, {"xl/comments1.xml": lambda data: text.encode()})
    assert comments_of(path) == {(5, 2): "課:確定"}


def test_what_the_tool_wrote_on_a_copy_is_not_what_the_section_says(tmp_path: Path) -> None:
    path = commented(tmp_path / "a.xlsx", {"B5": "去年の分を含む"})
    marks = [mark("公開.処理状況", "B5"), mark("公開.処理状況", "B7")]
    path.write_bytes(marked_copy(path.read_bytes(), marks, "総務部情報公開課"))
    sheet = next(sheet for sheet in read_sheets(path.read_bytes()) if sheet.name == "公開.処理状況")
    assert sheet.facts.comments == {(5, 2): "去年の分を含む"}


@pytest.mark.parametrize(
    ("comments", "reason"),
    [
        ([("here", "x")], "broken"),
        ([("A0", "x")], "broken"),
        ([("A1", "x")] * (MAX_COMMENTS + 1), "beyond-limit"),
        ([("A1", "か" * 40_000)], "beyond-limit"),
        ([("A1", "か" + "\u0301" * 100)], "beyond-limit"),
    ],
)
def test_comments_beyond_all_are_refused(comments: list[tuple[str, str]], reason: str, tmp_path: Path) -> None:
    path = with_part(commented(tmp_path / "a.xlsx", {"A1": "x"}), THREADS, "threadedComment", threads(*comments))
    with pytest.raises(Refused) as refused:
        read_sheets(path.read_bytes())
    assert refused.value.reason == reason


@pytest.mark.parametrize("inside", ['<comment ref="A1"><text/></comment>', "<text><t>x</t></text>", "<t>x</t>"])
def test_odd_comments_say_nothing(inside: str, tmp_path: Path) -> None:
    path = commented(tmp_path / "a.xlsx", {"A1": "x"})
    text = f'<comments xmlns="{MAIN}"><commentList>{inside}</commentList></comments>'
    rewrite(path, {"xl/comments1.xml": lambda data: text.encode()})
    assert not any(sheet.facts.comments for sheet in read_sheets(path.read_bytes()))
