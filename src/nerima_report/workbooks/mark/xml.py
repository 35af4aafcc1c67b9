"""XML as lxml reads and writes it: namespaces, prefixes, extensions and the spelling of numbers stay as they are.

lxml is imported here alone, and this module only to mark: reading does without it.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import IO, Any, TypeAlias

from lxml import etree

from nerima_report.files import NO_TEXT

Element: TypeAlias = etree._Element
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
M = f"{{{MAIN}}}"
RELATION = f"{{{OFFICE}}}id"  # the attribute r:id

_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_blank_text": False,
    "strip_cdata": False,
    "collect_ids": False,
}
_PARSER = etree.XMLParser(**_OPTIONS)
# libxml2 needs the byte order mark of UTF-16, which the standard and expat do without.
_ORDER_MARKS = {b"<\0": codecs.BOM_UTF16_LE, b"\0<": codecs.BOM_UTF16_BE}
_ROWS = "{rows}"  # stands where the rows of a worksheet belong until it is written


def parse(data: bytes | IO[bytes]) -> Element:
    """The root of a part. Raises XMLSyntaxError for broken XML, ValueError for a document type."""
    try:
        tree = etree.parse(_with_order_mark(io.BytesIO(data) if isinstance(data, bytes) else data), _PARSER)
    except etree.XMLSyntaxError as error:
        raise _as_it_is(error) from None
    return _without_document_type(tree.getroot())


def _with_order_mark(data: IO[bytes]) -> IO[bytes]:
    mark = _ORDER_MARKS.get(data.read(2))
    data.seek(0)
    return io.BytesIO(mark + data.read()) if mark else data


def _as_it_is(error: etree.XMLSyntaxError) -> Exception:
    return MemoryError() if error.code == etree.ErrorTypes.ERR_NO_MEMORY else error


def _without_document_type(root: Element) -> Element:
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a workbook has no document type")
    return root


class RowByRow:
    """A worksheet whose rows pass one at a time: all of them as elements would take 440 MB for 500,000 cells.

    `root` is the worksheet without its rows, once they have passed; `data` is the element that held them.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.root: Element
        self.data: Element | None = None
        tags = f"{M}sheetData", f"{M}row"
        self._events = etree.iterparse(_with_order_mark(stream), ("start", "end"), tag=tags, **_OPTIONS)
        self._written: list[bytes] = []

    def rows(self) -> Iterator[Element]:
        """Each row once. What is changed in it, or put before it, counts until the next one is asked for."""
        try:
            for event, element in self._events:
                if event == "start" and element.tag == f"{M}sheetData":
                    self._begin(element)
                elif event == "end" and element.tag == f"{M}row" and element.getparent() is self.data:
                    yield element
                    self._write([*element.itersiblings(preceding=True)][::-1])
        except etree.XMLSyntaxError as error:
            raise _as_it_is(error) from None
        self.root = _without_document_type(self._events.root)

    def serialise(self) -> bytes:
        """The worksheet with its rows, also those that were added to `data` behind the last."""
        if self.data is None:
            return serialise(self.root)
        self._write(list(self.data))
        self.data.text = (self.data.text or "") + _ROWS
        before, _, after = serialise(self.root).partition(_ROWS.encode())
        return b"".join([before, *self._written, after])

    def _begin(self, data: Element) -> None:
        if self.data is not None:
            raise ValueError("a worksheet has one sheetData")
        self.data = data
        # Rows are written inside a copy of what surrounds them, so that they do not repeat its namespaces.
        self._around = etree.Element(data.getparent().tag, nsmap=data.getparent().nsmap)
        self._inside = etree.SubElement(self._around, data.tag, nsmap=data.nsmap)
        self._inside.text = "|"
        self._before, self._after = (len(half) for half in etree.tostring(self._around).rsplit(b"|", 1))
        self._inside.text = None

    def _write(self, rows: list[Element]) -> None:
        """Write rows, and with them whatever stands behind each, and forget them."""
        if rows:
            self._inside.extend(rows)
            self._written.append(etree.tostring(self._around, encoding="UTF-8")[self._before : -self._after])
            self._inside.clear()


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


def number(element: Element, name: str, default: int = 0) -> int:
    """An attribute that is a whole number, also if it is written 5.0; the default where it is missing or empty."""
    text = element.get(name)
    return int(float(text)) if text else default


def allowed(text: str) -> str:
    """A text with � in place of what XML does not allow."""
    return NO_TEXT.sub("\ufffd", text)
