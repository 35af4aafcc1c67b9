"""XML as lxml reads and writes it: namespaces, prefixes, extensions and the spelling of numbers stay as they are.

lxml is imported here alone, and this module only to mark: reading does without it.
"""

from __future__ import annotations

import io
import re
from typing import IO, TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
M = f"{{{MAIN}}}"
RELATION = f"{{{OFFICE}}}id"  # the attribute r:id

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_blank_text=False,
    strip_cdata=False,
    collect_ids=False,
)
# What XML 1.0 does not allow, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse(data: bytes | IO[bytes]) -> Element:
    """The root of a part. Raises XMLSyntaxError for broken XML, ValueError for a document type."""
    try:
        tree = etree.parse(io.BytesIO(data) if isinstance(data, bytes) else data, _PARSER)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from None
        raise
    if tree.docinfo.internalDTD is not None:
        raise ValueError("a workbook has no document type")
    return tree.getroot()


def serialise(root: Element) -> bytes:
    """The part in UTF-8, with what stands before and behind its root."""
    tree = root.getroottree()
    data = io.BytesIO()  # etree.tostring would need three times the memory
    tree.write(data, encoding="UTF-8", xml_declaration=True, standalone=tree.docinfo.standalone)
    return data.getvalue()


def piece(xml: str) -> Element:
    """An element of the main namespace from a template; where it is put, it takes the prefix that is used there."""
    return etree.fromstring(f'<_ xmlns="{MAIN}">{xml}</_>', _PARSER)[0]


def add(parent: Element, name: str, text: str = "", /, **attributes: str) -> Element:
    """Add an element of the main namespace at the end of another; what XML does not allow in a text becomes �."""
    element = etree.SubElement(parent, M + name, {key: allowed(value) for key, value in attributes.items()})
    element.text = allowed(text) or None
    return element


def allowed(text: str) -> str:
    """A text with � in place of what XML does not allow."""
    return _FORBIDDEN.sub("\ufffd", text)
