from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph
from hypothesis import given, settings
from hypothesis import strategies as st

from format_reading import Rows, open_word, read_markdown, read_word
from format_samples import REFERENCE, REPORT
from nerima_report.errors import DefinitionError
from nerima_report.report.blocks import (
    Block,
    Bullets,
    Cell,
    Heading,
    Paragraph,
    Report,
    Table,
    TableColumn,
    TableNote,
)
from nerima_report.report.formats import FORMATS
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.formats.word import render_word
from nerima_report.text import one_line


@pytest.fixture(scope="module")
def word() -> bytes:
    return render_word(REPORT, REFERENCE)


def printed(table: Table) -> Rows:
    """The rows of a table as a reader should find them, the header row first."""
    heads = [column.heading for column in table.columns]
    return [heads, *([f"{cell.text} {cell.mark}".strip() for cell in row] for row in table.rows)]


def part(file: bytes, name: str) -> str:
    return zipfile.ZipFile(BytesIO(file)).read(name).decode()


def fields(file: bytes) -> list[str]:
    """The instructions of all fields, in order."""
    body = open_word(file).element.body
    return [(code.text or "").strip() for code in body.iter(qn("w:instrText"))]


def small(*blocks: Block) -> Report:
    return Report(2022, "題", "練馬区", date(2023, 6, 1), cover=(Heading(1, "表紙"),), blocks=blocks)


def style_of(cell: _Cell) -> str | None:
    return style_name(cell.paragraphs[0])


def style_name(paragraph: WordParagraph) -> str | None:
    return paragraph.style.name if paragraph.style else None


def table_of(row_count: int, *, has_total: bool = False, notes: tuple[TableNote, ...] = ()) -> Table:
    columns = (TableColumn("区分", weight=2), TableColumn("件数(件)", numeric=True))
    rows = tuple((Cell(f"区分{number}"), Cell(str(number))) for number in range(row_count))
    return Table("例", 1, "例", columns, rows, has_total=has_total, notes=notes)


class TestContent:
    def test_headings(self, word: bytes) -> None:
        expected = [(f"Heading {heading.level}", heading.text) for heading in REPORT.headings]
        assert [text for text in read_word(word).texts if text[0].startswith("Heading")] == expected

    def test_captions_and_notes(self, word: bytes) -> None:
        assert read_word(word).of("Caption") == [table.caption for table in REPORT.tables]
        notes = [f"{note.mark} {note.text}".strip() for table in REPORT.tables for note in table.notes]
        assert read_word(word).of("Table Note", "Table Note Marked") == notes

    def test_cells(self, word: bytes) -> None:
        assert read_word(word).tables == [printed(table) for table in REPORT.tables]

    def test_cover(self, word: bytes) -> None:
        assert read_word(word).texts[:5] == [
            ("Cover Title", "令和4年度（2022年度）"),
            ("Cover Item", "公文書の公開状況"),
            ("Cover Item", "個人情報保護制度の運用状況"),
            ("Cover Imprint", "令和5年6月"),
            ("Cover Imprint", "練馬区総務部情報公開課"),
        ]

    def test_prose(self, word: bytes) -> None:
        paragraphs = [block.text for block in REPORT.blocks if isinstance(block, Paragraph)]
        assert read_word(word).of("Body Text") == paragraphs

    def test_contents_link_to_the_headings(self, word: bytes) -> None:
        body = open_word(word).element.body
        bookmarks = {
            mark.get(qn("w:name")): "".join(text.text or "" for text in mark.getparent().iter(qn("w:t")))
            for mark in body.iter(qn("w:bookmarkStart"))
        }
        links = [
            (bookmarks[link.get(qn("w:anchor"))], "".join(text.text or "" for text in link.iter(qn("w:t"))))
            for link in body.iter(qn("w:hyperlink"))
        ]
        assert links == [(heading.text, heading.text) for heading in REPORT.headings]

    def test_contents_are_a_field_without_page_numbers(self, word: bytes) -> None:
        assert fields(word)[0] == r'TOC \o "1-2" \h \z \u'
        assert read_word(word).of("toc 1") == ["公文書の公開状況", "個人情報保護制度の運用状況"]

    def test_word_asks_nothing_when_it_opens_the_file(self, word: bytes) -> None:
        assert open_word(word).settings.element.find(qn("w:updateFields")) is None

    def test_table_numbers_restart_in_each_part(self, word: bytes) -> None:
        first, following = r"SEQ 表 \* ARABIC \r 1", r"SEQ 表 \* ARABIC"
        assert fields(word)[1:] == [first, *[following] * 6, first, *[following] * 4]


class TestStructure:
    def test_no_merged_cells_and_one_paragraph_in_each(self, word: bytes) -> None:
        document = part(word, "word/document.xml")
        assert "w:gridSpan" not in document
        assert "w:vMerge" not in document
        assert "<w:br" not in document
        cells = [cell for table in open_word(word).tables for row in table.rows for cell in row.cells]
        assert {len(cell.paragraphs) for cell in cells} == {1}

    def test_header_row_repeats_and_no_row_is_split(self, word: bytes) -> None:
        for table in open_word(word).tables:
            properties = [{child.tag for child in row._tr.get_or_add_trPr()} for row in table.rows]
            assert all(qn("w:cantSplit") in names for names in properties)
            assert [qn("w:tblHeader") in names for names in properties] == [True] + [False] * (len(properties) - 1)

    def test_widths_fill_the_text(self) -> None:
        table = open_word(render_word(small(table_of(1)), REFERENCE)).tables[0]
        grid = [int(column.get(qn("w:w"), 0)) for column in table._tbl.tblGrid]
        cells = [int(width.get(qn("w:w"), 0)) for width in table._tbl.iter(qn("w:tcW"))]
        assert sum(grid) == 9070
        assert grid == [6046, 3024]
        assert cells == grid * 2

    @pytest.mark.parametrize(
        ("rows", "notes", "kept"),
        [
            (3, (), [True, True, True, False]),
            (3, (TableNote("注"),), [True, True, True, True]),
            (13, (), [True, True] + [False] * 9 + [True, True, False]),
        ],
    )
    def test_short_tables_hold_together(self, rows: int, notes: tuple[TableNote, ...], kept: list[bool]) -> None:
        table = open_word(render_word(small(table_of(rows, notes=notes)), REFERENCE)).tables[0]
        assert [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in table.rows] == kept

    def test_a_table_of_few_long_rows_is_not_short(self) -> None:
        table = table_of(6)
        long = replace(table, rows=tuple((Cell("長い文" * 60), *row[1:]) for row in table.rows))
        rows = open_word(render_word(small(long), REFERENCE)).tables[0].rows
        kept = [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in rows]
        assert kept == [True, True, False, False, True, True, False]

    def test_a_row_for_others_stays_with_them(self) -> None:
        table = table_of(13)
        headed = replace(table, rows=(*table.rows[:5], (Cell("開示請求", heads_rows=True), Cell("")), *table.rows[5:]))
        rows = open_word(render_word(small(headed), REFERENCE)).tables[0].rows
        assert style_of(rows[6].cells[0]) == "Table Group"
        kept = [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in rows]
        assert kept == [True, True, *[False] * 4, True, *[False] * 5, True, True, False]

    def test_what_introduces_a_table_stays_with_it(self) -> None:
        report = small(Paragraph("前"), Paragraph("つぎのとおり。"), table_of(1))
        paragraphs = open_word(render_word(report, REFERENCE)).paragraphs
        kept = [bool(p.paragraph_format.keep_with_next) for p in paragraphs if style_name(p) == "Body Text"]
        assert kept == [False, True]

    @pytest.mark.parametrize(
        ("after", "kept"),
        [((), True), ((Heading(1, "部"),), True), ((Heading(2, "節"),), False), ((Paragraph("文"),), False)],
    )
    def test_the_last_table_of_a_part_stands_with_the_one_before(self, after: tuple[Block, ...], kept: bool) -> None:
        report = small(Paragraph("文"), table_of(2), replace(table_of(2), number=2), *after)
        tables = open_word(render_word(report, REFERENCE)).tables
        last = [bool(table.rows[-1].cells[0].paragraphs[0].paragraph_format.keep_with_next) for table in tables]
        assert last == [kept, False]

    def test_numbers_stay_with_their_unit(self, word: bytes) -> None:
        language = open_word(word).styles.element.find(f"{qn('w:docDefaults')}//{qn('w:lang')}")
        assert language is not None
        assert (language.get(qn("w:val")), language.get(qn("w:eastAsia"))) == ("en-US", "ja-JP")
        never_last = open_word(word).settings.element.find(qn("w:noLineBreaksAfter"))
        assert never_last is not None
        assert set("0123456789（「") <= set(never_last.get(qn("w:val"), ""))

    def test_styles_of_cells(self) -> None:
        table = open_word(render_word(small(table_of(2, has_total=True)), REFERENCE)).tables[0]
        styles = [[style_of(cell) for cell in row.cells] for row in table.rows]
        assert styles == [
            ["Table Head", "Table Head"],
            ["Table Text", "Table Number"],
            ["Table Total", "Table Total Number"],
        ]

    def test_cover_has_no_footer_and_the_body_starts_at_page_1(self, word: bytes) -> None:
        cover, body = open_word(word).sections
        assert cover.footer.is_linked_to_previous
        assert body.footer.paragraphs[0].text == "- 1 -"
        start = body._sectPr.find(qn("w:pgNumType"))
        assert start is not None
        assert start.get(qn("w:start")) == "1"

    def test_properties(self, word: bytes) -> None:
        properties = open_word(word).core_properties
        assert (properties.title, properties.author) == (REPORT.title, "練馬区総務部情報公開課")
        assert (properties.language, properties.last_modified_by) == ("ja-JP", "")
        assert properties.created == properties.modified == datetime(2023, 6, 1, tzinfo=UTC)


class TestReference:
    def test_a_restyled_reference_restyles_the_report(self, tmp_path: Path) -> None:
        restyled = docx.Document(str(REFERENCE))
        restyled.styles["Table Head"].font.size = Pt(7)
        restyled.sections[-1].left_margin = Pt(100)
        restyled.save(str(tmp_path / "reference.docx"))
        document = open_word(render_word(REPORT, tmp_path / "reference.docx"))
        assert document.styles["Table Head"].font.size == Pt(7)
        assert document.sections[-1].left_margin == Pt(100)
        table = document.tables[0]._tbl
        assert sum(int(column.get(qn("w:w"), 0)) for column in table.tblGrid) == 9070 + 1418 - 2000

    def test_who_restyled_it_stays_unknown(self, tmp_path: Path) -> None:
        restyled = docx.Document(str(REFERENCE))
        restyled.core_properties.last_modified_by = restyled.core_properties.comments = "練馬 太郎"
        company = Part(PackURI("/docProps/app.xml"), CONTENT_TYPE.OFC_EXTENDED_PROPERTIES, "練馬 太郎".encode())
        restyled.part.package.relate_to(company, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES)
        restyled.save(str(tmp_path / "reference.docx"))
        file = render_word(REPORT, tmp_path / "reference.docx")
        names = zipfile.ZipFile(BytesIO(file)).namelist()
        assert not [name for name in names if "練馬 太郎" in part(file, name)]

    def test_a_missing_style_is_named(self, tmp_path: Path) -> None:
        broken = docx.Document(str(REFERENCE))
        broken.styles["Table Head"].delete()
        broken.save(str(tmp_path / "reference.docx"))
        with pytest.raises(DefinitionError) as error:
            render_word(REPORT, tmp_path / "reference.docx")
        assert "Table Head" in error.value.key

    def test_a_file_that_is_no_word_file(self, tmp_path: Path) -> None:
        (tmp_path / "reference.docx").write_text("no zip")
        with pytest.raises(DefinitionError):
            render_word(REPORT, tmp_path / "reference.docx")

    def test_two_sections_are_needed(self, tmp_path: Path) -> None:
        docx.Document().save(str(tmp_path / "reference.docx"))
        with pytest.raises(DefinitionError):
            render_word(REPORT, tmp_path / "reference.docx")

    def test_every_style_is_japanese(self) -> None:
        styles = docx.Document(str(REFERENCE)).styles.element
        assert styles.find(f"{qn('w:docDefaults')}//{qn('w:lang')}").get(qn("w:eastAsia")) == "ja-JP"
        fonts = [font.get(qn("w:eastAsia")) for font in styles.iter(qn("w:rFonts"))]
        assert set(fonts) == {"BIZ UDMincho", "BIZ UDGothic"}


class TestDraft:
    def test_mark_on_the_cover_and_on_every_page(self) -> None:
        document = open_word(render_word(replace(REPORT, draft=True), REFERENCE))
        assert document.paragraphs[0].text == "【案】"
        assert [section.header.paragraphs[0].text for section in document.sections] == ["【案】", "【案】"]

    def test_headers_of_a_first_page_and_of_even_pages_too(self, tmp_path: Path) -> None:
        restyled = docx.Document(str(REFERENCE))
        restyled.settings.odd_and_even_pages_header_footer = True
        restyled.sections[1].different_first_page_header_footer = True
        restyled.sections[1].header.paragraphs[0].text = "練馬区"
        restyled.save(str(tmp_path / "reference.docx"))
        body = open_word(render_word(replace(REPORT, draft=True), tmp_path / "reference.docx")).sections[1]
        assert [paragraph.text for paragraph in body.header.paragraphs] == ["【案】", "練馬区"]
        assert body.even_page_header.paragraphs[0].text == "【案】"
        assert body.first_page_header.paragraphs[0].text == "【案】"

    def test_no_mark_on_the_final_report(self, word: bytes) -> None:
        names = zipfile.ZipFile(BytesIO(word)).namelist()
        assert not [name for name in names if "【案】" in part(word, name)]


class TestSameBytes:
    def test_twice(self, word: bytes) -> None:
        assert render_word(REPORT, REFERENCE) == word

    def test_entries_carry_no_time_of_day(self, word: bytes) -> None:
        entries = zipfile.ZipFile(BytesIO(word)).infolist()
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        names = [entry.filename for entry in entries]
        assert names == ["[Content_Types].xml", *sorted(set(names) - {"[Content_Types].xml"})]

    def test_source_date_epoch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        created = open_word(render_word(REPORT, REFERENCE)).core_properties.created
        assert created == datetime.fromtimestamp(1700000000, UTC)


def test_importing_the_formats_is_cheap() -> None:
    program = "import nerima_report.report.formats, sys; sys.exit('docx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], env=os.environ, check=False).returncode == 0


def test_each_format_writes_its_file() -> None:
    files = {form.file_name: form.render(REPORT, REFERENCE) for form in FORMATS}
    assert files["report.docx"].startswith(b"PK")
    assert files["report.md"] == render_markdown(REPORT).encode()


def test_hostile_text_arrives_as_it_is() -> None:
    hostile = ("a|b", "<b>太字</b>", "*強調*", "& &amp; ]]>", "{{ x }}", "長い" * 500, "\x00\x1b改\r\n行\ufffe\ud800")
    rows = tuple((Cell(text, text),) for text in hostile)
    table = Table("例", 1, hostile[-1], (TableColumn(hostile[-1]),), rows, notes=(TableNote(hostile[-1], "注1"),))
    blocks: list[Block] = [table, *map(Paragraph, hostile), Bullets(hostile), Heading(1, hostile[-1])]
    file = render_word(small(*blocks), REFERENCE)
    expected = [*hostile[:-1], "改 行"]
    reading = read_word(file)
    assert reading.of("Body Text", "Table Remark") == reading.of("List Bullet") == expected
    assert reading.of("Caption") == ["表1 改 行"]
    assert reading.tables == [[["改 行"], *([f"{text} {text}"] for text in expected)]]


SIGNS = st.sampled_from([*"|\\*_<>[]()`~#&;!$-+=.:/1 \t\n\x0b\x00\u3000\u00a0注区民aA", "&amp;", "<b>", "1. ", "]("])
TEXTS = st.lists(st.one_of(SIGNS, st.characters()), max_size=12).map("".join)
VISIBLE = TEXTS.filter(lambda text: bool(seen(text)))


def seen(text: str) -> str:
    return one_line(text).strip()


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(st.builds(TableColumn, TEXTS, st.booleans(), st.integers(1, 9)), min_size=1, max_size=4))
    cells = st.tuples(*[st.builds(Cell, TEXTS, st.sampled_from(["", "注1"])) for _ in columns])
    rows = draw(st.lists(cells, max_size=4))
    return Table("例", 1, draw(VISIBLE), tuple(columns), tuple(rows), has_total=draw(st.booleans()))


BULLETS = st.builds(Bullets, st.lists(VISIBLE, min_size=1, max_size=3).map(tuple))
BLOCKS = st.one_of(st.builds(Heading, st.integers(1, 2), VISIBLE), st.builds(Paragraph, VISIBLE), BULLETS, tables())


@pytest.mark.thorough
@given(st.lists(BLOCKS, max_size=4))
@settings(max_examples=60, deadline=None)
def test_word_and_markdown_say_the_same(blocks: list[Block]) -> None:
    report = small(*blocks)
    in_word, in_markdown = read_word(render_word(report, REFERENCE)), read_markdown(render_markdown(report))
    texts = list(expected_texts(blocks))
    body = in_markdown.texts[-len(texts) :] if texts else []
    assert body == texts
    styles = {
        "Heading 1": "h2",
        "Heading 2": "h3",
        "Body Text": "p",
        "Table Remark": "p",
        "List Bullet": "li",
        "Caption": "p",
    }
    assert [(styles[style], seen(text)) for style, text in in_word.texts if style in styles] == texts
    assert trimmed(in_word.tables) == in_markdown.tables
    assert in_markdown.tables == trimmed([printed(block) for block in blocks if isinstance(block, Table)])


def expected_texts(blocks: list[Block]) -> Iterator[tuple[str, str]]:
    for block in blocks:
        match block:
            case Heading(level, text):
                yield f"h{level + 1}", seen(text)
            case Paragraph(text):
                yield "p", seen(text)
            case Bullets(items):
                yield from (("li", seen(item)) for item in items)
            case Table():
                yield "p", seen(block.caption)


def trimmed(found: list[Rows]) -> list[Rows]:
    return [[[seen(cell) for cell in row] for row in rows] for rows in found]


@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not installed")
def test_pandoc_reads_everything(word: bytes, tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(word)
    command = ["pandoc", "-t", "gfm", "--wrap=none", str(tmp_path / "report.docx")]
    text = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    reading = read_markdown(text)
    assert reading.of("h1", "h2") == [heading.text for heading in REPORT.headings]
    assert [line for line in reading.of("p") if line.startswith("表")] == [table.caption for table in REPORT.tables]
    marked = [
        [[cell.replace("<html_inline>注", " 注").replace("<html_inline>", "") for cell in row] for row in rows]
        for rows in reading.tables
    ]
    assert marked == [printed(table) for table in REPORT.tables]
