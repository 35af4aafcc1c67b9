"""Comments on marked cells, beside those that are there. A comment is a text in one part and a box in another (VML)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from math import ceil

from nerima_report.workbooks.mark.cells import comment_drawing, draw_comments
from nerima_report.workbooks.mark.package import Package
from nerima_report.workbooks.mark.xml import MAIN, Element, M, add, allowed, parse, piece, serialise
from nerima_report.workbooks.values import REMARK_BEGINNING, REMARK_END, Position, address, position_of, without_remark

# Beyond this a sheet opens slowly; the index sheet lists every finding all the same.
MOST_COMMENTS = 500

_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_SPACES = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel"'
_BOX = f'<v:shapetype {_SPACES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">\
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
_NO_SHAPES = f'<xml {_SPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
_SHAPE = re.compile(rb"<v:shape\b(?:(?!<v:shape\b).)*?</v:shape>", re.DOTALL)
_RUN = '<r><rPr><sz val="9"/><color indexed="81"/><rFont val="BIZ UDゴシック"/><family val="3"/><charset val="128"/>\
</rPr><t xml:space="preserve"/></r>'


def comment(package: Package, part: str, sheet: Element, remarks: Mapping[Position, str], author: str) -> bool:
    """Put a remark on cells of a sheet; earlier remarks of the tool go, everybody else's comments stay.

    A cell with a threaded comment keeps it as it is: Excel would not show another text. Returns whether the sheet
    itself changed.
    """
    relations = package.relations(part)
    comments = next((r.target for r in relations if r.kind == "comments"), "")
    threads = [package.root(r.target) for r in relations if r.kind == "threadedComment"]
    threaded = {one.get("ref") for root in threads for one in root.iter("{*}threadedComment")}
    wanted = {p: f"{remark}\n{REMARK_END}" for p, remark in remarks.items() if address(p) not in threaded}
    wanted = dict(sorted(wanted.items())[:MOST_COMMENTS])
    if not wanted and not comments:
        return False
    if not comments:
        empty = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'
        comments = package.add("xl/commentsCheck{}.xml", empty.encode(), _COMMENTS)
        package.relate(part, "comments", comments)
    gone, new = _write(package, comments, wanted, author)
    return _draw(package, part, sheet, gone, new)


def _write(
    package: Package, part: str, wanted: Mapping[Position, str], author: str
) -> tuple[set[Position], dict[Position, str]]:
    """Write the texts; returns the cells whose comment has gone, and those that now have their first."""
    root = package.root(part)
    before = serialise(root)
    gone: set[Position] = set()
    first = dict(wanted)
    for old in root.findall(f"{M}commentList/{M}comment"):
        position = position_of(old.get("ref"))
        if _rewrite(old, wanted.get(position, "")):
            first.pop(position, None)
        else:
            gone.add(position)
            old.getparent().remove(old)
    number = _author(root.find(f"{M}authors"), author) if first else ""
    for position, remark in first.items():
        new = add(root.find(f"{M}commentList"), "comment", ref=address(position), authorId=number)
        add(new, "text").append(_run(remark))
    if serialise(root) != before:
        package.replace(part, root)
    return gone, first


def _rewrite(comment: Element, remark: str) -> bool:
    """Take what the tool said earlier out of a comment, and add the remark; whether the comment stays."""
    body = comment.find(f"{M}text")
    if body is None:
        return True
    _join(body)
    others, ours = [], False
    for element in body.findall(f"{M}t") + body.findall(f"{M}r"):
        text = "".join(element.itertext())
        rest = without_remark(text)
        if rest == text and text.lstrip().startswith(REMARK_BEGINNING):  # somebody took its end away
            rest = ""
        ours |= rest != text
        if rest != text and rest.strip():
            body.replace(element, _run(rest.strip()))  # an answer stays
        elif rest != text:
            body.remove(element)
        others += [rest] if rest.strip() else []
    if not remark:
        return bool(others) or not ours
    for plain in body.findall(f"{M}t"):  # beside runs, only runs are shown
        run = piece("<r/>")
        body.replace(plain, run)
        run.append(plain)
    phonetic = next(body.iterchildren(f"{M}rPh", f"{M}phoneticPr"), None)
    new = _run(("\n\n" if others else "") + remark)
    if phonetic is None:
        body.append(new)
    else:
        phonetic.addprevious(new)
    return True


def _join(body: Element) -> None:
    """Make one run of a comment in which another program has cut a remark of the tool into several."""
    elements = body.findall(f"{M}t") + body.findall(f"{M}r")
    texts = ["".join(element.itertext()) for element in elements]
    whole = "".join(texts)
    uncut = any(REMARK_BEGINNING in text and (REMARK_END in text or REMARK_END not in whole) for text in texts)
    if REMARK_BEGINNING in whole and not uncut:
        elements[0].addprevious(_run(whole))
        for element in elements:
            body.remove(element)


def _author(authors: Element, author: str) -> str:
    """The number of the author, who is added unless he is there."""
    known = [element.text or "" for element in authors.iterchildren(f"{M}author")]
    if author not in known:
        add(authors, "author", author)
        known.append(author)
    return str(known.index(author))


def _run(remark: str) -> Element:
    run = piece(_RUN)
    run[-1].text = allowed(remark)
    return run


def _draw(package: Package, part: str, sheet: Element, gone: set[Position], new: Mapping[Position, str]) -> bool:
    """Draw the boxes of new comments, and take away those that have gone; whether the sheet has its first drawing."""
    known = comment_drawing(sheet)
    drawing = next((r.target for r in package.relations(part) if r.id == known), "")
    if known and drawing not in package:
        raise ValueError("the drawing of the comments is not there")
    if not known and not new:
        return False
    if not known:
        drawing = package.add("xl/drawings/vmlDrawingCheck{}.vml", _NO_SHAPES.encode(), _VML)
        draw_comments(sheet, package.relate(part, "vmlDrawing", drawing))
    vml = package.read(drawing)
    if vml.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in vml[:2]:  # UTF-16, with a byte order mark or without
        vml = serialise(parse(vml))
    package.replace(drawing, _with_boxes(vml, gone, new))
    return not known


def _with_boxes(vml: bytes, gone: Set[Position], new: Mapping[Position, str]) -> bytes:
    """A drawing with other boxes. It is changed as text: that of Excel itself is often not well-formed."""
    vml = _SHAPE.sub(lambda shape: b"" if _cell_of(shape[0]) in gone else shape[0], vml)
    taken = max((int(number) for number in re.findall(rb"_x0000_s(\d+)", vml)), default=1024)
    boxes = [_shape(position, remark, taken + n) for n, (position, remark) in enumerate(new.items(), start=1)]
    if boxes and b'id="_x0000_t202"' not in vml:
        boxes.insert(0, _BOX)
    end = vml.lower().rindex(b"</xml>")
    return vml[:end] + "".join(boxes).encode() + vml[end:]


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
        # Unlocked, so that Excel lets a 課 write its answer in the note although the sheet is protected.
        "<x:Locked>False</x:Locked><x:LockText>False</x:LockText>"
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def _cell_of(shape: bytes) -> Position | None:
    """The cell whose note a shape is; None for a form control or a picture."""
    row, column = (re.search(rb"<x:" + name + rb">\s*(\d+)\s*<", shape) for name in (b"Row", b"Column"))
    if b'ObjectType="Note"' not in shape or row is None or column is None:
        return None
    return int(row[1]) + 1, int(column[1]) + 1
