"""A picture in Word: in the line of a paragraph of its own, with alternative text, and its caption beneath."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from docx.document import Document
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Twips

from nerima_report.report.blocks import Picture
from nerima_report.report.formats.word_xml import Styles, element, field_end, field_start, paragraph, run
from nerima_report.text import one_line


@dataclass(frozen=True)
class Page:
    """The document, which holds the pictures, and the width between its margins in twips."""

    document: Document
    width: int


def render_picture(picture: Picture, styles: Styles, page: Page) -> Iterator[BaseOxmlElement]:
    """The picture, at most as wide as the page, and its caption on the same page."""
    width = min(Mm(picture.width), Twips(page.width))
    inline = page.document.part.new_pic_inline(BytesIO(picture.content), width)
    properties = inline.docPr
    properties.set("name", picture.file)
    properties.set("descr", one_line(picture.alt))
    piece = paragraph(styles["Table Text"], element("r", element("drawing", inline)), keep_next=True)
    # The style has lines of a fixed height, which would cut the picture off.
    piece[0].append(element("spacing", before=120, after=0, line=240, lineRule="auto"))
    yield piece
    number = [*field_start(r"SEQ 図 \* ARABIC"), run(str(picture.number)), field_end()]
    caption = paragraph(styles["Caption"], run("図"), *number, run(f" {picture.title}"))
    # The style is that of captions above a table, which stay with it and stand apart from what is before.
    caption[0].extend((element("keepNext", val=0), element("spacing", before=40, after=120)))
    yield caption
