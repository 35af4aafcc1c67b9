"""The page of findings: what it says, that it is accessible and harmless, and how a real browser sees it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from browser import audit, axe_faults, browse, in_browser, with_axe
from conftest import Command
from faulty import EXPLAINED, HOSTILE, edit, make_faulty
from nerima_report.notices.matrix import MOST_COLUMNS


@pytest.fixture
def page(workdir: Path, command: Command) -> str:
    make_faulty(workdir)
    return page_of(command, workdir, "build", "2022")


def page_of(command: Command, workdir: Path, *arguments: str) -> str:
    command("-C", workdir, *arguments, "--format", "html", "--output", "確認.html")
    return (workdir / "確認.html").read_text(encoding="utf-8")


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def matrix(html: str) -> dict[str, list[str]]:
    """The words in the matrices by 課: how it stands, and of each table."""
    hidden = r'<span class="(?:sign|hidden)".*?</span>'
    words: dict[str, list[str]] = {}
    for table in html.split('<table class="matrix">')[1:]:
        rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', table[: table.index("</table>")], re.DOTALL)
        for name, row in rows:
            cells = (re.sub(hidden, "", cell) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL))
            status, *own = (re.sub(r"<[^>]*>", "", cell).strip() for cell in cells)
            words.setdefault(name, [status]).extend(own)
    return words


def test_the_matrix_holds_the_roster_and_says_how_each_table_stands(page: str) -> None:
    words = matrix(page)
    assert len(words) == 6
    assert set(words["土木部管理課"]) == {"未提出", ""}
    assert words["福祉部管理課"][:3] == ["直しが必要", "合格", "エラー"]
    assert "該当なし" in words["総務部情報公開課"]
    assert words["区全体（総務部情報公開課）"][3] == "エラー"
    tables = {word for row in words.values() for word in row[1:]}
    assert tables == {"合格", "警告", "エラー", "未提出", "該当なし", ""}


def test_without_a_roster_the_matrix_holds_who_handed_in(workdir: Path, command: Command) -> None:
    words = matrix(page_of(command, workdir, "validate", "inbox/2022/1*.xlsx"))
    assert len(words) == 3
    assert {word for row in words.values() for word in row[1:]} == {"合格", "該当なし"}  # no column that nobody uses


def test_what_is_wrong_with_a_mark_for_a_whole_part_stands_in_the_matrix(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("表紙", "C21"): "確認中"})
    words = matrix(page_of(command, workdir, "validate", "inbox/2022/12_*.xlsx"))
    assert words["福祉部管理課"][:2] == ["直しが必要", "エラー"]


def test_the_ward_is_that_of_the_coordinator_whoever_else_sent_its_form(workdir: Path, command: Command) -> None:
    edit(workdir, "16_", {("表紙", "B5"): "区全体の集計"}).rename(workdir / "inbox" / "2022" / "!先頭.xlsx")
    for missing in (False, True):
        if missing:
            next((workdir / "inbox" / "2022").glob("00_*")).unlink()
        words = matrix(page_of(command, workdir, "validate", "inbox/2022", "--complete"))
        stray = next(name for name in words if name.startswith("区全体") and "情報公開課" not in name)
        assert set(words["区全体（総務部情報公開課）"]) == ({"未提出", ""} if missing else {"提出済み", "合格", ""})
        assert words[stray] == ["直しが必要", "エラー"] + [""] * (len(words[stray]) - 2)


def test_several_years_have_a_matrix_each(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("表紙", "B4"): "令和3年度"})
    html = page_of(command, workdir, "validate", "inbox/2022")
    titles = re.findall(r'<caption id="matrix\d+">(令和.年度)', html)
    assert set(titles) == {"令和3年度", "令和4年度"}
    assert "<title>集計の確認結果 令和3年度・令和4年度</title>" in html


def test_every_finding_of_the_json_is_on_the_page(workdir: Path, command: Command, page: str) -> None:
    findings = json.loads(command("-C", workdir, "build", "2022", "--format", "json").out)["findings"]
    ids = {tag["id"] for _, tag in Tags(page).tags if re.fullmatch(r"n\d+", tag.get("id") or "")}
    assert len(ids) == len(findings)
    text = Tags(page).text
    for finding in findings:
        assert finding["hint"] in text
        assert finding["message"].split("<")[0] in text


def test_the_faulty_cell_is_shown_in_its_place(page: str) -> None:
    finding = next(a for a in page.split("<article ")[1:] if "N302 B5" in a)
    rows = re.findall(r'<tr[^>]*><th scope="row">(\d+)</th>(.*?)</tr>', finding, re.DOTALL)
    cells = {int(row): re.sub(r"<[^>]*>", "|", text) for row, text in rows}
    assert sorted(cells) == [4, 5, 6, 7]
    assert "処理状況" in cells[4]
    assert "全部公開" in cells[5]
    assert "指摘のセル: |12人" in cells[5]
    assert "（空欄）" not in cells[6]  # only the faulty cell itself is pointed at


def test_explained_findings_carry_their_reason(workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("公開.内容別", "B5"): 27})
    with (workdir / "nerima-report.toml").open("a", encoding="utf-8") as settings:
        settings.write(EXPLAINED.format(difference=1, more=""))
    html = page_of(command, workdir, "validate", "inbox/2022")
    assert "1件の請求に二つの決定をしたため" in html


def test_hostile_texts_are_only_texts(page: str) -> None:
    parsed = Tags(page)
    assert not {tag for tag, _ in parsed.tags} & {"script", "img", "iframe", "object", "svg", "base", "form"}
    assert not [name for _, attributes in parsed.tags for name in attributes if name.startswith("on")]
    assert "<script>alert('1')</script>" in parsed.text
    assert "{{ 7*7 }}" in parsed.text
    assert "<img src=x onerror=alert(1)>&.xlsx" in parsed.text
    assert "\u202e" not in page
    assert HOSTILE not in page


def test_nothing_is_loaded_from_anywhere(page: str) -> None:
    parsed = Tags(page)
    links = [value for _, attributes in parsed.tags for name, value in attributes.items() if name in ("src", "href")]
    assert all(link is not None and link.startswith("#") for link in links)
    assert not re.search(r"url\(|@import|https?:", page)
    assert "default-src 'none'" in page


def test_to_the_screen_it_is_the_same_page(workdir: Path, command: Command) -> None:
    run = command("-C", workdir, "validate", "inbox/2022", "--format", "html")
    assert run.out.strip() == page_of(command, workdir, "validate", "inbox/2022").strip()


def test_a_clean_collection_says_so(workdir: Path, command: Command) -> None:
    html = page_of(command, workdir, "validate", "inbox/2022", "--complete")
    assert "指摘はありません" in html
    assert "6ファイルすべて、エラーはありません" in html
    assert "することはありません" in html


@in_browser
@pytest.mark.parametrize("width", [1280, 400])
def test_a_browser_finds_it_accessible_and_nothing_wider_than_the_window(width: int, page: str, tmp_path: Path) -> None:
    found = audit(tmp_path, page, width)
    assert found["faults"] == []
    assert found["lowest"] >= 4.5  # the contrast that level AA asks of text
    assert found["width"] <= width == found["inner"]
    assert (found["scripts"], found["images"]) == (1, 0)  # the script of this test only
    assert found["title"] == "集計の確認結果 令和4年度"
    assert found["links"] >= 10
    assert found["findings"] >= 10


@in_browser
def test_a_browser_runs_nothing_of_what_stands_in_the_workbooks(page: str, tmp_path: Path) -> None:
    dom = browse(tmp_path, page, "--dump-dom")
    assert "<script" not in dom
    assert "<img" not in dom
    assert "&lt;script&gt;" in dom


@in_browser
@with_axe
@pytest.mark.parametrize("width", [400, 1400])
def test_axe_finds_nothing(page: str, width: int, tmp_path: Path) -> None:
    assert axe_faults(tmp_path, page, width) == []


@in_browser
def test_it_prints_on_a4_and_repeats_the_heads(whole_workdir: Path, command: Command, tmp_path: Path) -> None:
    make_faulty(whole_workdir)
    page = page_of(command, whole_workdir, "build", "2022")
    browse(tmp_path, page, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    run = subprocess.run(["pdfinfo", "-f", "1", "-l", "99", tmp_path / "page.pdf"], capture_output=True, check=True)
    sizes = set(re.findall(r"size:\s+([\d.]+) x ([\d.]+)", run.stdout.decode()))
    assert {tuple(round(float(side) / 72 * 25.4) for side in size) for size in sizes} == {(297, 210), (210, 297)}
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "page.pdf", "-"], capture_output=True, check=True)
    pages = text.stdout.decode().split("\f")
    assert sum("公文書の公開状況" in sheet for sheet in pages) >= 1  # each part has a matrix of its own


def tasks(html: str) -> dict[str, list[str]]:
    """What is to be done, by the word under which it stands."""
    section = html.partition('<section class="tasks"')[2].partition("</section>")[0]
    found = re.findall(r"<h3>(.*?)（(\d+)）</h3>\n<ul>(.*?)</ul>", section, re.DOTALL)
    lists = {
        word: [re.sub(r"<[^>]*>", "", item) for item in re.findall(r"<li>(.*?)</li>", own)] for word, _, own in found
    }
    assert [len(own) for own in lists.values()] == [int(number) for _, number, _ in found]
    return lists


def test_the_page_begins_with_what_is_to_be_done_in_the_words_of_the_screen(workdir: Path, command: Command) -> None:
    make_faulty(workdir)
    inbox = workdir / "inbox" / "2022"
    next(inbox.glob("16_*")).unlink()
    (inbox / "保健予防課.csv").write_text("a,b\n", encoding="utf-8")
    edit(workdir, "07_", {("表紙", "F30"): "3件"})
    run = ("validate", "inbox/2022", "--complete")
    page, screen = page_of(command, workdir, *run), command("-C", workdir, *run).out
    rows = json.loads(command("-C", workdir, *run, "--format", "json").out)["handed_in"]
    listed = tasks(page)
    assert list(listed)[:3] == ["未提出", "読めない", "直しが必要"]
    assert page.index('id="tasks"') < page.index('id="overview"') < page.index('id="findings"')
    for row in rows:
        stands = re.search(rf"^{re.escape(row['section'])} +(\S+)", screen, re.MULTILINE)
        if not row["ward"] and stands and row["status"] != "fine":
            assert stands[1] == row["status_name"]
            assert [item for item in listed[stands[1]] if item.startswith(row["section"])]
    assert "保健予防課.csv" in next(item for item in listed["読めない"] if item.startswith("健康部保健予防課"))
    assert any("alert(1)" in item for item in listed["読めない"])  # nobody knows whose it is
    assert listed["警告を確かめる"] == ["総務部情報公開課　警告 2件"]
    assert matrix(page)["健康部保健予防課"][0] == "読めない"
    assert set(matrix(page)["健康部保健予防課"][1:]) == {"読めない", ""}


def test_the_matrix_is_as_wide_as_a_page_and_leaves_out_what_nobody_uses(page: str) -> None:
    blocks = page.split('<table class="matrix">')[1:]
    columns = [re.findall(r'<span class="table">(.*?)</span>', block.partition("</thead>")[0]) for block in blocks]
    assert max(map(len, columns)) <= MOST_COLUMNS
    assert columns[0][0] == "表紙・ファイル"
    assert [name for own in columns for name in own].count("表紙・ファイル") == 1
    for block, own in zip(blocks, columns, strict=True):
        body = re.findall(r"<tr>(.*?)</tr>", block.partition("<tbody>")[2].partition("</table>")[0], re.DOTALL)
        cells = [re.findall(r'<td class="([\w-]+)"', row) for row in body]
        assert {len(row) for row in cells} == {len(own)}
        for number in range(1, len(own)):
            assert {row[number] for row in cells} - {"not-asked", "not-applicable"}


def test_what_many_share_is_one_article_to_which_all_cells_lead(workdir: Path, command: Command) -> None:
    for file in ("07_", "10_", "12_", "16_"):
        edit(workdir, file, {("表紙", "B8"): "0"})
    html = page_of(command, workdir, "validate", "inbox/2022")
    assert html.count("> N209") == 1
    assert "4つの課の集計に同じ指摘" in html
    links = set(re.findall(r'<td class="error"><a href="#(\w+)"', html))
    assert len(links) == 4
    assert all(f'id="{link}"' in html for link in links)
