"""Changing XML by inserting and replacing bytes, so that whatever is not changed stays as it was, byte for byte.

A parser that reads and writes a whole part loses what it does not know (namespaces named in attributes,
extensions, spellings of numbers). Here expat only says where the elements stand.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape

Edit = tuple[int, int, bytes]
Wanted = Callable[[str, dict[str, str], str], bool]

# Possessive (++, *+): no file can make them go back and try again, so their time grows with the file alone.
_TAG = re.compile(rb"""<[^"'>]*+(?:"[^"]*+"[^"'>]*+|'[^']*+'[^"'>]*+)*+>""")
_TAG_NAME = re.compile(rb"<[^\s/>]++")
_ATTRIBUTE = re.compile(rb"""\s++([^\s=/>]++)\s*+=\s*+(?:"[^"]*+"|'[^']*+')""")
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""")
# What XML 1.0 does not allow, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Element:
    """An element and where it stands in the bytes of its part.

    `start` to `tag_end` is its start tag, `content_end` the beginning of its end tag, `end` behind it; an
    empty element (`<a/>`) has all its ends behind its only tag.
    """

    name: str
    prefix: str
    attributes: dict[str, str]
    parent: str
    start: int
    tag_end: int
    content_end: int
    end: int

    @property
    def empty(self) -> bool:
        """Whether it is written as one tag."""
        return self.tag_end == self.end


def as_utf8(data: bytes) -> bytes:
    """The XML in UTF-8, in which bytes can be inserted; unchanged where it is UTF-8 already."""
    declared = _ENCODING.match(data)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else (declared[1].decode() if declared else "utf-8")
    if encoding.lower() in ("utf-8", "utf8"):
        return data
    return _DECLARATION.sub("", data.decode(encoding)).encode()


def elements(data: bytes, wanted: Wanted) -> list[Element]:
    """The elements that are wanted by local name, attributes and name of the parent, in the order of their start tags.

    Raises ValueError for XML that is broken or declares a document type.
    """
    parser = expat.ParserCreate()
    open_elements: list[tuple[str, dict[str, str], int] | None] = []
    names: list[str] = [""]
    found: list[Element] = []

    def start(qualified: str, attributes: dict[str, str]) -> None:
        name = qualified.rpartition(":")[2]
        open_elements.append(
            (qualified, attributes, parser.CurrentByteIndex) if wanted(name, attributes, names[-1]) else None
        )
        names.append(name)

    def end(_: str) -> None:
        names.pop()
        opened = open_elements.pop()
        if opened is not None:
            found.append(_element(data, opened, names[-1], parser.CurrentByteIndex))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(f"broken XML: {error}") from None
    return sorted(found, key=lambda element: element.start)


def named(*names: str) -> Wanted:
    """Want the elements of these local names."""
    return lambda name, *_: name in names


def splice(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Replace the bytes from start to end of each edit; several insertions at one place keep their order.

    >>> splice(b"<a><b/></a>", [(3, 3, b"1"), (3, 7, b"<c/>"), (3, 3, b"2")])
    b'<a>12<c/></a>'
    """
    pieces, position = [], 0
    for start, end, replacement in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [data[position:start], replacement]
        position = end
    return b"".join([*pieces, data[position:]])


def append(data: bytes, container: Element, content: bytes, count: int | None = None) -> list[Edit]:
    """The edits that put content at the end of an element, and correct its attribute `count`."""
    tag = data[container.start : container.tag_end]
    new = tag if count is None else with_attribute(tag, "count", str(count))
    if container.empty:
        name = f"{container.prefix}{container.name}".encode()
        return [(container.start, container.end, new[:-2].rstrip() + b">" + content + b"</" + name + b">")]
    edits: list[Edit] = [(container.content_end, container.content_end, content)]
    return edits if new == tag else [*edits, (container.start, container.tag_end, new)]


def with_attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """A start tag with an attribute set, or removed where the value is None.

    >>> with_attribute(b'<c r="A1" s="3"/>', "s", "9"), with_attribute(b"<c>", "s", "9")
    (b'<c r="A1" s="9"/>', b'<c s="9">')
    """
    new = b"" if value is None else f' {name}="{attribute(value)}"'.encode()
    at = _TAG_NAME.match(tag)
    while at and (at := _ATTRIBUTE.match(tag, at.end())):
        if at[1] == name.encode():
            return tag[: at.start()] + new + tag[at.end() :]
    closing = 2 if tag.endswith(b"/>") else 1
    return tag[:-closing].rstrip() + new + tag[-closing:]


def inner_text(fragment: bytes) -> str:
    """The text of a piece of XML without its tags."""
    return html.unescape(re.sub(rb"<[^>]*>", b"", fragment).decode())


def text(value: str) -> str:
    """A text as content of an element; what XML does not allow becomes �."""
    return escape(_FORBIDDEN.sub("\ufffd", value))


def attribute(value: str) -> str:
    """A text as value of an attribute in double quotes."""
    return text(value).replace('"', "&quot;").replace("\n", "&#10;")


def _element(data: bytes, opened: tuple[str, dict[str, str], int], parent: str, closed: int) -> Element:
    qualified, attributes, start = opened
    tag = _TAG.match(data, start)
    if tag is None:
        raise ValueError("no start tag where one should be")
    prefix, colon, name = qualified.rpartition(":")
    empty = tag[0].endswith(b"/>")
    content_end = tag.end() if empty else closed
    end = tag.end() if empty else data.index(b">", closed) + 1
    return Element(name, prefix + colon, attributes, parent, start, tag.end(), content_end, end)


def _refuse_doctype(*_: object) -> None:
    raise ValueError("a workbook has no document type")
