"""Comments on marked cells, beside those that are there. A comment is a text in one part and a box in another (VML)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import ceil

from nerima_report.workbooks.mark.cells import comment_drawing, draw_comments
from nerima_report.workbooks.mark.package import Package
from nerima_report.workbooks.mark.splicing import (
    Edit,
    Element,
    append,
    elements,
    inner_text,
    named,
    splice,
    text,
)
from nerima_report.workbooks.mark.styles import MAIN
from nerima_report.workbooks.values import Position, address, position_of

# How a text from the tool begins; by this it is known again when the copy comes back.
BEGINNING = "【確認結果】"
# Beyond this a sheet opens slowly; the index sheet lists every finding all the same.
MOST_COMMENTS = 500

_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_SPACES = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel"'
_BOX = '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">\
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
_SHAPE = re.compile(rb"<v:shape\b(?:(?!<v:shape\b).)*?</v:shape>", re.DOTALL)
_RUN = '<rPr><sz val="9"/><color indexed="81"/><rFont val="BIZ UDゴシック"/><family val="3"/><charset val="128"/></rPr>'


def comment(package: Package, sheet: str, remarks: Mapping[Position, str], author: str) -> None:
    """Put a remark on cells of a sheet; earlier remarks of the tool go, everybody else's comments stay.

    A cell with a threaded comment keeps it as it is: Excel would not show another text.
    """
    relations = package.relations(sheet)
    part = next((r.target for r in relations if r.kind == "comments"), "")
    threaded = _threaded(package, [r.target for r in relations if r.kind == "threadedComment"])
    wanted = {position: remark for position, remark in remarks.items() if address(position) not in threaded}
    wanted = dict(sorted(wanted.items())[:MOST_COMMENTS])
    if not wanted and not part:
        return
    if not part:
        empty = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'
        part = package.add("xl/commentsCheck{}.xml", empty.encode(), _COMMENTS)
        package.relate(sheet, "comments", part)
    gone, new = _write(package, part, wanted, author)
    _draw(package, sheet, gone, new)


def _write(
    package: Package, part: str, wanted: Mapping[Position, str], author: str
) -> tuple[set[Position], dict[Position, str]]:
    """Write the texts; returns the cells whose comment has gone, and those that now have their first."""
    data = package.read(part)
    edits: list[Edit] = []
    found = elements(data, named("authors", "author", "commentList", "comment", "text", "t", "r", "rPh", "phoneticPr"))
    gone: set[Position] = set()
    old: set[Position] = set()
    for reference, inside in _comments_in(found):
        position = position_of(reference)
        keep, changes = _rewritten(data, inside[1:], wanted.get(position, ""))
        if keep:
            old.add(position)
            edits += changes
        else:
            gone.add(position)
            edits.append((inside[0].start, inside[0].end, b""))
    first = {position: remark for position, remark in wanted.items() if position not in old}
    if first:
        number, changes = _author(data, found, author)
        container = next(e for e in found if e.name == "commentList")
        made = (_comment(position, remark, number, container.prefix) for position, remark in first.items())
        edits += [*changes, *append(data, container, "".join(made).encode())]
    package.replace(part, splice(data, edits))
    return gone, first


def _comments_in(found: list[Element]) -> list[tuple[str, list[Element]]]:
    """Each comment: the cell it is on, the element itself and what is inside it."""
    comments: list[tuple[str, list[Element]]] = []
    for element in found:
        if element.name == "comment":
            comments.append((element.attributes["ref"], [element]))
        elif comments and element.start < comments[-1][1][0].end:
            comments[-1][1].append(element)
    return comments


def _rewritten(data: bytes, inside: list[Element], remark: str) -> tuple[bool, list[Edit]]:
    """Whether a comment stays, and the edits that take what the tool said earlier out of it and add the remark."""
    body = next((e for e in inside if e.name == "text"), None)
    if body is None:
        return True, []
    pieces = [e for e in inside if e.parent == "text" and e.name in ("t", "r")]
    ours = [e for e in pieces if inner_text(data[e.start : e.end]).lstrip().startswith(BEGINNING)]
    others = [e for e in pieces if e not in ours and inner_text(data[e.start : e.end]).strip()]
    edits: list[Edit] = [(e.start, e.end, b"") for e in ours]
    if not remark:
        return bool(others) or not ours, edits
    p = body.prefix
    for plain in (e for e in pieces if e.name == "t" and e not in ours):  # beside runs, only runs are shown
        edits += [(plain.start, plain.start, f"<{p}r>".encode()), (plain.end, plain.end, f"</{p}r>".encode())]
    added = _run(("\n\n" if others else "") + remark, p).encode()
    if body.empty:
        return True, [*edits, *append(data, body, added)]
    phonetic = [e.start for e in inside if e.parent == "text" and e.name in ("rPh", "phoneticPr")]
    place = min(phonetic, default=body.content_end)
    return True, [*edits, (place, place, added)]


def _author(data: bytes, found: list[Element], author: str) -> tuple[int, list[Edit]]:
    """The number of the author, and the edits that add it unless it is there."""
    known = [inner_text(data[e.tag_end : e.content_end]) for e in found if e.name == "author"]
    if author in known:
        return known.index(author), []
    authors = next(e for e in found if e.name == "authors")
    return len(known), append(
        data, authors, f"<{authors.prefix}author>{text(author)}</{authors.prefix}author>".encode()
    )


def _draw(package: Package, sheet: str, gone: set[Position], new: Mapping[Position, str]) -> None:
    """Draw the boxes of new comments, and take away those of the ones that have gone."""
    data = package.read(sheet)
    known = comment_drawing(data)
    drawing = next((r.target for r in package.relations(sheet) if r.id == known), "")
    if known and drawing not in package:
        raise ValueError("the drawing of the comments is not there")
    if not known and not new:
        return
    if not known:
        drawing = _new_drawing(package)
        relation = package.relate(sheet, "vmlDrawing", drawing)
        package.replace(sheet, draw_comments(data, relation))
    vml = _SHAPE.sub(lambda shape: b"" if _cell_of(shape[0]) in gone else shape[0], package.read(drawing))
    taken = max((int(number) for number in re.findall(rb"_x0000_s(\d+)", vml)), default=1024)
    boxes = "".join(_shape(position, remark, taken + n) for n, (position, remark) in enumerate(new.items(), start=1))
    kind = "" if not new or b'id="_x0000_t202"' in vml else re.sub("^<v:shapetype", f"<v:shapetype {_SPACES}", _BOX)
    end = vml.lower().rindex(b"</xml>")
    package.replace(drawing, vml[:end] + (kind + boxes).encode("ascii", "xmlcharrefreplace") + vml[end:])


def _new_drawing(package: Package) -> str:
    empty = f'<xml {_SPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>{_BOX}</xml>'
    return package.add("xl/drawings/vmlDrawingCheck{}.vml", empty.encode(), _VML)


def _comment(position: Position, remark: str, author: int, p: str) -> str:
    written = f"<{p}text>{_run(remark, p)}</{p}text>"
    return f'<{p}comment ref="{address(position)}" authorId="{author}">{written}</{p}comment>'


def _run(remark: str, p: str) -> str:
    look = re.sub(r"<(/?)(?=\w)", rf"<\1{p}", _RUN)
    return f'<{p}r>{look}<{p}t xml:space="preserve">{text(remark)}</{p}t></{p}r>'


def _shape(position: Position, remark: str, number: int) -> str:
    row, column = position[0] - 1, position[1] - 1
    lines = sum(max(1, ceil(len(line) / 24)) for line in remark.splitlines())
    anchor = f"{column + 1}, 15, {max(row - 1, 0)}, 4, {column + 5}, 60, {max(row - 1, 0) + ceil(lines * 0.8) + 2}, 4"
    return (
        f'<v:shape {_SPACES} id="_x0000_s{number}" type="#_x0000_t202" fillcolor="#ffffe1" o:insetmode="auto" '
        'style="position:absolute;margin-left:80pt;margin-top:5pt;width:240pt;height:120pt;z-index:1;visibility:hidden">'
        '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def _cell_of(shape: bytes) -> Position | None:
    """The cell whose note a shape is; None for a form control or a picture."""
    row, column = (re.search(rb"<x:" + name + rb">\s*(\d+)\s*<", shape) for name in (b"Row", b"Column"))
    if b'ObjectType="Note"' not in shape or row is None or column is None:
        return None
    return int(row[1]) + 1, int(column[1]) + 1


def _threaded(package: Package, parts: list[str]) -> set[str]:
    return {
        e.attributes.get("ref", "") for part in parts for e in elements(package.read(part), named("threadedComment"))
    }
