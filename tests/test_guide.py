"""The guide (docs/guide) tells the truth: it is followed as it is written, and its pictures are those of today."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook

from browser import audit, axe_faults, browse, in_browser, with_axe
from conftest import ROOT
from form_cells import caption_row
from guide import CHAPTERS, GUIDE, Reader, commands, lay_out, run
from guide_page import guide_pages
from guide_pictures import FOLDER, PICTURES, SOURCES, digest
from nerima_report.edition import find_edition, load_edition
from nerima_report.edition.tables import Row

PAGES = sorted(GUIDE.glob("*.md"))
SEASON = ("init", "form", "status", "validate", "build", "check", "publish", "trend", "ledger", "explain")
LARGEST = 2_500_000  # bytes, of all pictures


@pytest.mark.thorough
def test_the_guide_can_be_followed_to_the_published_report_and_its_pictures_show_what_it_says(tmp_path: Path) -> None:
    lay_out(tmp_path)
    made_from: dict[str, str] = {}
    reader = Reader(tmp_path, lambda at, name: made_from.update({name: digest(at, name)}))
    for chapter in CHAPTERS:
        reader.follow(chapter)
        if chapter.name.startswith("07"):  # later it is corrected
            report = reader.work / "out" / "2022" / "report.md"
            assert report.read_bytes() == (ROOT / "tests" / "golden" / "report-2022.md").read_bytes()
    assert (reader.work / "records" / "2022.json").is_file()
    assert {"console", "text", "picture", "写す", "消す", "書き換える"} == set(reader.done)
    stale = {name for name, made in json.loads(SOURCES.read_text(encoding="utf-8")).items() if made_from[name] != made}
    assert stale == set(), "make guide"


def test_the_guide_uses_the_commands_of_the_season() -> None:
    used = {line.split()[1] for chapter in CHAPTERS for line in commands(chapter) if len(line.split()) > 1}
    assert set(SEASON) <= used


def test_everything_that_the_guide_tells_to_do_is_read_as_such() -> None:
    for chapter in CHAPTERS:
        text = chapter.read_text(encoding="utf-8")
        assert len(re.findall(r"^- \*\*(?:写す|消す|書き換える)\*\* `[^`\n]+`", text, re.MULTILINE)) == len(
            re.findall(r"\*\*(?:写す|消す|書き換える)\*\* ", text)
        ), chapter.name


def test_every_picture_is_defined_made_shown_and_described() -> None:
    shown = {name for page in PAGES for _, name in pictures(page)}
    assert shown == set(PICTURES) == {file.stem for file in FOLDER.glob("*.png")}
    assert set(json.loads(SOURCES.read_text(encoding="utf-8"))) == shown
    assert all(len(alt) > 10 for page in PAGES for alt, _ in pictures(page))
    sizes = [file.stat().st_size for file in FOLDER.glob("*.png")]
    assert sum(sizes) < LARGEST
    for file in FOLDER.glob("*.png"):
        width, height = struct.unpack(">II", file.read_bytes()[16:24])
        assert 300 < width <= 1100
        assert 60 < height <= 1100, file.name


def pictures(page: Path) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"!\[([^\]]*)\]\(pictures/([\w-]+)\.png\)", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, _, anchor in re.findall(r"\]\(([^)#\s]*)(#([^)]+))?\)", page.read_text(encoding="utf-8")):
        file = page.parent / target if target else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, anchor


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_index_names_every_page() -> None:
    index = (GUIDE / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if page.name != "README.md" and f"({page.name})" not in index] == []


def test_every_chapter_says_first_what_one_has_at_its_end() -> None:
    for chapter in CHAPTERS[:-1]:
        heading, _, promise, *_ = chapter.read_text(encoding="utf-8").splitlines()
        assert re.match(r"# \d+ ", heading)
        assert promise.startswith("この章の終わりには、")


def test_the_findings_of_the_guide_are_those_of_the_catalogue() -> None:
    catalogue = tomllib.loads((ROOT / "templates" / "findings.toml").read_text(encoding="utf-8"))
    named = {code for page in PAGES for code in re.findall(r"\bN\d{3}\b", page.read_text(encoding="utf-8"))}
    assert named <= set(catalogue)
    groups = re.findall(r"^\| N(\d)xx \| \S+ \| (.+?) \|", (GUIDE / "04-findings.md").read_text("utf-8"), re.MULTILINE)
    assert [digit for digit, _ in groups] == list("12345678")
    for digit, examples in groups:
        codes = re.findall(r"\bN(\d)\d\d\b", examples)
        assert codes, digit
        assert set(codes) == {digit}


@pytest.mark.parametrize("page", sorted(GUIDE.glob("section-*.md")), ids=lambda page: page.stem)
def test_what_is_given_to_a_section_fits_one_sheet_and_speaks_of_no_command(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "nerima-report" not in text
    assert len(text.splitlines()) < 60


@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_blank_form_that_is_filled_in_as_the_page_says_is_without_findings(tmp_path: Path) -> None:
    """A section without any request: it chooses 請求なし and 該当なし on the cover, and writes 0 elsewhere."""
    run(tmp_path, "nerima-report init . --year R4")
    run(tmp_path, "nerima-report form 2022 --section 福祉部管理課")
    (form,) = tmp_path.glob("forms/2022/*.xlsx")
    assert "N318" in run(tmp_path, f"nerima-report validate {form}")
    book = load_workbook(form)
    cover = book["表紙"]
    for line in cover.iter_rows(min_row=17):
        match line[0].value:
            case "公開" | "個人":
                line[2].value = "請求なし（すべて0）"
            case "個人.第三者点検" | "個人.事務処理ミス":
                line[3].value = "該当なし"
    for table in ("個人.登録など", "個人.利用と提供"):
        first = caption_row(book, table) + 3
        for row in range(first, first + len(counted(table))):
            book["個人"].cell(row, 3).value = 0
    book.save(tmp_path / "filled.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved")]
    subprocess.run([*convert, str(tmp_path / "filled.xlsx")], capture_output=True, check=True)
    assert "指摘なし" in run(tmp_path, "nerima-report validate saved/filled.xlsx")


def counted(table: str) -> Sequence[Row]:
    return load_edition(find_edition("nerima")).for_year(2022).count_tables[table].rows


# The guide as a page


def test_the_page_holds_everything_and_loads_nothing() -> None:
    pages = guide_pages()
    assert set(pages) == {"手引き.html", "集計様式の書き方.html", "返ってきた写しの読み方.html"}
    whole = pages["手引き.html"]
    assert [name for name in (page.stem for page in PAGES) if f'<section id="{name}"' not in whole] == []
    for html in pages.values():
        assert re.findall(r'(?:src|href)="(?!data:|#)', html) == []
        anchors = set(re.findall(r' id="([^"]+)"', html))
        assert set(re.findall(r'href="#([^"]+)"', html)) <= anchors
        assert "](" not in html
    assert pages == guide_pages()


@in_browser
@with_axe
@pytest.mark.thorough
@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("name", sorted(guide_pages()))
def test_the_page_can_be_read_by_everybody_at_any_width(name: str, width: int, tmp_path: Path) -> None:
    html = guide_pages()[name]
    assert axe_faults(tmp_path, html, width) == []


@in_browser
@pytest.mark.thorough
@pytest.mark.parametrize("width", [400, 1400])
def test_the_page_is_no_wider_than_the_window(width: int, tmp_path: Path) -> None:
    seen = audit(tmp_path, guide_pages()["手引き.html"], width)
    assert seen["width"] <= seen["inner"]
    assert seen["lowest"] >= 4.5
    assert [fault for fault in seen["faults"] if fault != "no caption"] == []


@in_browser
@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="poppler is not installed")
@pytest.mark.parametrize("name", ["集計様式の書き方.html", "返ってきた写しの読み方.html"])
def test_what_is_given_to_a_section_is_one_sheet_of_paper(name: str, tmp_path: Path) -> None:
    paper = tmp_path / "paper.pdf"
    browse(tmp_path, guide_pages()[name], f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    said = subprocess.run(["pdfinfo", paper], capture_output=True, check=True).stdout.decode()
    assert re.search(r"^Pages: +1$", said, re.MULTILINE)
    assert re.search(r"^Page size: +59[45]\S* x 84[12]\S* pts", said, re.MULTILINE)
