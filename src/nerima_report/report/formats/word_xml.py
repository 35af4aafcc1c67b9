"""The pieces of WordprocessingML that the report is made of.

They are built directly: going through the objects of python-docx for every cell makes a table of
500 rows take more than a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement

from nerima_report.errors import DefinitionError
from nerima_report.text import one_line


@dataclass(frozen=True)
class Styles:
    """The ids of the styles of reference.docx by name: Word keeps the names and may change the ids."""

    reference: Path
    ids: Mapping[str, str]

    @classmethod
    def of(cls, document: Document, reference: Path) -> Styles:
        """The styles that `document`, opened from `reference`, defines."""
        return cls(reference, {style.name: style.style_id for style in document.styles if style.name})

    def __getitem__(self, name: str) -> str:
        """The id of the style; raises DefinitionError where reference.docx has no such style."""
        if name not in self.ids:
            reason = "このスタイルがありません。Wordで同じ名前のスタイルを作るか、元のreference.docxに戻してください。"
            raise DefinitionError(self.reference, f"スタイル「{name}」", reason)
        return self.ids[name]


def element(tag: str, *children: BaseOxmlElement, **attributes: str | int) -> BaseOxmlElement:
    """`element("tblW", w=9070, type="dxa")` is `<w:tblW w:w="9070" w:type="dxa"/>`."""
    named = {qn(f"w:{name}"): str(value) for name, value in attributes.items()}
    made = cast(BaseOxmlElement, OxmlElement(f"w:{tag}", named))
    made.extend(children)
    return made


def paragraph(style_id: str, *content: BaseOxmlElement, keep_next: bool = False) -> BaseOxmlElement:
    """A paragraph in a style; `keep_next` holds it on the page of the paragraph after it."""
    properties = element("pPr", element("pStyle", val=style_id))
    if keep_next:
        properties.append(element("keepNext"))
    return element("p", properties, *content)


def run(text: str, character_style_id: str = "") -> BaseOxmlElement:
    """A run of text, without line breaks."""
    content = element("t")
    content.text = one_line(text)
    content.set(qn("xml:space"), "preserve")
    if not character_style_id:
        return element("r", content)
    return element("r", element("rPr", element("rStyle", val=character_style_id)), content)


def field_start(instruction: str) -> list[BaseOxmlElement]:
    """The runs that open a field; its cached result and `field_end` follow."""
    code = element("instrText")
    code.text = f" {instruction} "
    code.set(qn("xml:space"), "preserve")
    return [
        element("r", element("fldChar", fldCharType="begin")),
        element("r", code),
        element("r", element("fldChar", fldCharType="separate")),
    ]


def field_end() -> BaseOxmlElement:
    """The run that closes a field."""
    return element("r", element("fldChar", fldCharType="end"))
