"""The report as a Word file: the structure comes from the report, every look from reference.docx."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section, _Header
from docx.shared import Twips

from nerima_report.errors import DefinitionError
from nerima_report.files import read_binary
from nerima_report.report.blocks import (
    CONTENTS_TITLE,
    Block,
    Bullets,
    Heading,
    Paragraph,
    Picture,
    Report,
    Table,
)
from nerima_report.report.formats.word_blocks import Page, render_picture, render_table
from nerima_report.report.formats.word_xml import Styles, element, field_end, field_start, paragraph, run

CONTENTS_LEVELS = 2


def render_word(report: Report, reference: Path) -> bytes:
    """Fill the page set-up and the styles of `reference` with the report; the same input gives the same bytes.

    Raises DefinitionError where `reference` is no Word file, or lacks a style or one of its two sections.
    """
    document = _open(reference)
    styles = Styles.of(document, reference)
    cover_section = deepcopy(document.sections[0]._sectPr)
    width = _text_width(document.sections[-1], reference)

    body = document.element.body
    body.clear_content()  # the samples of the styles; the set-up of the last section stays
    for piece in _pieces(report, styles, Page(document, width), cover_section):
        body.insert_element_before(piece, "w:sectPr")
    if report.draft:
        _mark_pages(report.mark, document, styles)
    _set_properties(document, report)
    return _with_fixed_times(document)


def _open(reference: Path) -> Document:
    try:
        document = docx.Document(BytesIO(read_binary(reference)))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        raise DefinitionError(reference, "", "Wordのファイル（.docx）として開けません。") from error
    if len(document.sections) < 2:
        raise DefinitionError(reference, "セクション", "表紙と本文の二つのセクションが必要です。")
    return document


def _text_width(section: Section, reference: Path) -> int:
    """The width between the margins, in twips."""
    if section.page_width is None or section.left_margin is None or section.right_margin is None:
        raise DefinitionError(reference, "ページ設定", "用紙の大きさと左右の余白を決めてください。")
    return int((section.page_width - section.left_margin - section.right_margin) / Twips(1))


def _pieces(report: Report, styles: Styles, page: Page, cover_section: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    """The cover, the contents and the body, in order."""
    yield from _cover(report, styles, cover_section)
    yield from _contents(report.headings, styles)
    headings = tables = 0
    for before, block, *after in _with_neighbours(report.printed_blocks):
        match block:
            case Heading():
                headings += 1
                yield _heading(block, headings, styles)
            case Paragraph(text):
                # What follows a table at once is a remark on it (請求実績なし), not the beginning of a paragraph.
                remark = isinstance(before, Table | Picture)
                # What introduces a table stays on its page, and so does the heading above it.
                style = styles["Table Remark" if remark else "Body Text"]
                yield paragraph(style, run(text), keep_next=isinstance(after[0], Table))
            case Bullets(items):
                yield from (paragraph(styles["List Bullet"], run(item)) for item in items)
            case Table():
                restart = block.number != tables + 1 or block.number == 1
                yield from render_table(block, styles, page.width, restart=restart, keep_next=_is_last_table(*after))
                tables = block.number
            case Picture():
                yield from render_picture(block, styles, page)


def _with_neighbours(blocks: Sequence[Block]) -> Iterator[tuple[Block | None, Block, Block | None, Block | None]]:
    """Each block with the one before it and the two after it, as far as there are any."""
    around = (None, *blocks, None, None)
    return zip(around, blocks, around[2:], around[3:], strict=False)


def _is_last_table(after: Block | None, then: Block | None) -> bool:
    """Whether what follows is a table, and nothing stands below it on its page: it must not stand there alone."""
    ends = then is None or (isinstance(then, Heading) and (then.level == 1 or then.new_page))
    return isinstance(after, Table) and ends


def _cover(report: Report, styles: Styles, section: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    """The cover, a section of its own: its page set-up closes it, inside its last paragraph.

    Its styles are the project's own, because readers such as pandoc take Title and Date out of the text.
    """
    lines = [("Cover Draft", report.mark)] if report.draft else []
    for block in report.cover:
        lines += _cover_lines(block)
    pieces = [paragraph(styles[style], run(text)) for style, text in lines]
    if pieces:
        pieces[-1][0].append(section)  # to its properties
    yield from pieces


def _cover_lines(block: Block) -> list[tuple[str, str]]:
    """The lines of a block of the cover, each with its style."""
    match block:
        case Heading(_, text):
            return [("Cover Title", text)]
        case Bullets(items):
            return [("Cover Item", item) for item in items]
        case Paragraph(text):
            return [("Cover Imprint", text)]
        case Table() | Picture():
            raise ValueError(f"a cover holds neither tables nor pictures: {block.caption}")


def _contents(headings: tuple[Heading, ...], styles: Styles) -> Iterator[BaseOxmlElement]:
    """A field with the headings as its cached result, without page numbers.

    Only a layout knows the pages, and a wrong number would be printed; Word fills them in when the field is updated.
    """
    entries = []
    for number, heading in enumerate(headings, start=1):
        if heading.level <= CONTENTS_LEVELS:
            link = element("hyperlink", run(heading.text), anchor=_bookmark(number), history=1)
            entries.append(paragraph(styles[f"toc {heading.level}"], link))
    if not entries:
        return
    for position, piece in enumerate(field_start(rf'TOC \o "1-{CONTENTS_LEVELS}" \h \z \u')):
        entries[0].insert(1 + position, piece)  # after the properties of the paragraph
    entries[-1].append(field_end())
    yield paragraph(styles["TOC Heading"], run(CONTENTS_TITLE))
    yield from entries


def _heading(heading: Heading, number: int, styles: Styles) -> BaseOxmlElement:
    """A heading with the bookmark that its entry in the contents leads to."""
    made = paragraph(
        styles[f"Heading {heading.level}"],
        element("bookmarkStart", id=number, name=_bookmark(number)),
        run(heading.text),
        element("bookmarkEnd", id=number),
    )
    if heading.new_page:
        made[0].append(element("pageBreakBefore"))  # to its properties
    return made


def _bookmark(number: int) -> str:
    """The name of the bookmark of a heading, in the form that Word gives to those of its contents."""
    return f"_Toc{number:09}"


def _mark_pages(mark: str, document: Document, styles: Styles) -> None:
    """Write the mark into every header that a page can show, once into those that sections share."""
    even = bool(document.settings.odd_and_even_pages_header_footer)
    marked: list[BaseOxmlElement] = []
    for section in document.sections:
        for header in _headers(section, even=even):
            content = header._element  # of the section before where it is linked, made where there is none
            if content not in marked:
                content.insert(0, paragraph(styles["Draft Mark"], run(mark)))
                marked.append(content)


def _headers(section: Section, *, even: bool) -> Iterator[_Header]:
    yield section.header
    if section.different_first_page_header_footer:
        yield section.first_page_header
    if even:
        yield section.even_page_header


def _set_properties(document: Document, report: Report) -> None:
    """Say what the file is; nothing of who made reference.docx is carried over."""
    package = document.part.package
    for key, relationship in list(package.rels.items()):
        if relationship.reltype not in (RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES):
            del package.rels[key]
    properties = document.core_properties
    for inherited in list(properties._element):
        properties._element.remove(inherited)
    properties.title = report.title
    properties.author = report.author
    properties.language = "ja-JP"
    properties.created = properties.modified = _timestamp(report)


def _timestamp(report: Report) -> datetime:
    """SOURCE_DATE_EPOCH, by which builds are made reproducible, or the date of the report."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return datetime.fromtimestamp(int(epoch), UTC)
    return datetime.combine(report.published, time(), UTC)


def _with_fixed_times(document: Document) -> bytes:
    """Save the document without the time of day, its parts in a fixed order (the content types must be first)."""
    saved, fixed = BytesIO(), BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name)  # dated 1980, the beginning of zip's calendar
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            target.writestr(entry, source.read(name))
    return fixed.getvalue()
