"""The styles that marks need: the style a cell has, with another fill, and the looks of the index sheet."""

from __future__ import annotations

import re
from functools import cached_property

from nerima_report.workbooks.mark.splicing import (
    Edit,
    Element,
    append,
    elements,
    named,
    splice,
    with_attribute,
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Colours that nothing else in a form has, so that an earlier mark is known again. Dark text keeps its contrast on each.
FILLS = {"error": "FFFFC1B7", "warning": "FFFFDF8B", "notice": "FFCFE8F7", "related": "FFE5E0F9"}
SEVEREST_FIRST = ("error", "warning", "notice", "related")
NO_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>'
).encode()

_PLAIN_BACKGROUND = '<bgColor indexed="64"/>'
_FONT = '<name val="BIZ UDゴシック"/><family val="3"/><charset val="128"/>'
_FONTS = {
    "text": f'<font><sz val="10"/>{_FONT}</font>',
    "bold": f'<font><b/><sz val="10"/>{_FONT}</font>',
    "title": f'<font><b/><sz val="14"/>{_FONT}</font>',
    "link": f'<font><u/><sz val="10"/><color rgb="FF0B4F9E"/>{_FONT}</font>',
}
_SIDES = "".join(
    f'<{side} style="thin"><color rgb="FF7F7F7F"/></{side}>' for side in ("left", "right", "top", "bottom")
)
_HEADING_FILL = (
    '<fill><patternFill patternType="solid"><fgColor rgb="FFD6E4F0"/><bgColor indexed="64"/></patternFill></fill>'
)


class StyleSheet:
    """The styles of a workbook (xl/styles.xml), to which styles are added; none of the old ones changes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        found = elements(data, named("fonts", "font", "fills", "fill", "borders", "border", "cellXfs", "xf"))
        self._containers = {e.name: e for e in found if e.name in ("fonts", "fills", "borders", "cellXfs")}
        if missing := {"fonts", "fills", "borders", "cellXfs"} - self._containers.keys():
            raise ValueError(f"no {min(missing)} in the styles")
        self._items: dict[str, list[bytes]] = {name: [] for name in self._containers}
        for element in found:
            if element.parent in self._items:
                self._items[element.parent].append(data[element.start : element.end])
        self._old = {name: len(items) for name, items in self._items.items()}

    def marked(self, style: int, mark: str) -> int:
        """The style with the fill of a mark; everything else about it stays."""
        return self._with_fill(self.unmarked(style), self._fill(style, mark))

    def unmarked(self, style: int) -> int:
        """The style without the fill of an earlier mark, which keeps the colour it covers as its background."""
        fill = self._items["fills"][self._fill_of(style)].decode() if style < len(self._items["cellXfs"]) else ""
        if not any(f'rgb="{colour}"' in fill for colour in FILLS.values()):
            return style
        covered = re.search(r"<(?:\w+:)?bgColor\b([^>]*?)/?>", fill)
        if covered is None or 'indexed="64"' in covered[1]:
            return self._with_fill(style, 0)
        return self._with_fill(style, self._add("fills", _solid(f"<fgColor{covered[1]}/>", _PLAIN_BACKGROUND)))

    @cached_property
    def old_marks(self) -> set[int]:
        """The styles of the workbook that carry an earlier mark."""
        return {style for style in range(self._old["cellXfs"]) if self.unmarked(style) != style}

    def index_looks(self) -> dict[str, int]:
        """Styles for the index sheet: title, text, heading, cell, link, and one for each severity."""
        fonts = {name: self._add("fonts", font) for name, font in _FONTS.items()}
        box = self._add("borders", f"<border>{_SIDES}<diagonal/></border>")
        wrapped = '<alignment vertical="top" wrapText="1"/>'
        looks = {
            "title": self._xf(fonts["title"], 0, 0, ""),
            "text": self._xf(fonts["text"], 0, 0, ""),
            "heading": self._xf(fonts["bold"], self._add("fills", _HEADING_FILL), box, wrapped),
            "cell": self._xf(fonts["text"], 0, box, wrapped),
            "link": self._xf(fonts["link"], 0, box, wrapped),
        }
        for mark, colour in FILLS.items():
            fill = self._add("fills", _solid(f'<fgColor rgb="{colour}"/>', _PLAIN_BACKGROUND))
            looks[mark] = self._xf(fonts["bold"], fill, box, wrapped)
        return looks

    def render(self) -> bytes:
        """The part with what was added."""
        edits: list[Edit] = []
        for name, container in self._containers.items():
            new = self._items[name][self._old[name] :]
            if new:
                edits += append(self._data, container, _prefixed(new, container), len(self._items[name]))
        return splice(self._data, edits)

    def _fill(self, style: int, mark: str) -> int:
        """The fill of a mark, with the colour that it covers as its background (which a solid fill never shows)."""
        fill = self._items["fills"][self._fill_of(self.unmarked(style))].decode()
        covered = re.search(r"<(?:\w+:)?fgColor\b([^>]*?)/?>", fill) if 'patternType="solid"' in fill else None
        below = f"<bgColor{covered[1]}/>" if covered else _PLAIN_BACKGROUND
        return self._add("fills", _solid(f'<fgColor rgb="{FILLS[mark]}"/>', below))

    def _fill_of(self, style: int) -> int:
        xfs = self._items["cellXfs"]
        number = re.search(rb'\bfillId\s*=\s*["\'](\d+)', xfs[style].partition(b">")[0]) if style < len(xfs) else None
        fill = int(number[1]) if number else 0
        return fill if fill < len(self._items["fills"]) else 0

    def _with_fill(self, style: int, fill: int) -> int:
        xfs = self._items["cellXfs"]
        xf = xfs[style if style < len(xfs) else 0]
        tag, bracket, rest = xf.partition(b">")
        tag = with_attribute(with_attribute(tag + bracket, "fillId", str(fill)), "applyFill", "1")
        return self._add("cellXfs", (tag + rest).decode())

    def _xf(self, font: int, fill: int, border: int, alignment: str) -> int:
        ids = f'numFmtId="0" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"'
        applied = 'applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"'
        return self._add("cellXfs", f"<xf {ids} {applied}>{alignment}</xf>" if alignment else f"<xf {ids} {applied}/>")

    def _add(self, container: str, item: str) -> int:
        """The number of an item, which is added unless it is there already."""
        items, data = self._items[container], item.encode()
        if data not in items:
            items.append(data)
        return items.index(data)


def _solid(foreground: str, background: str) -> str:
    return f'<fill><patternFill patternType="solid">{foreground}{background}</patternFill></fill>'


def _prefixed(items: list[bytes], container: Element) -> bytes:
    """New items in the namespace of their container, whose prefix the copied ones have already."""
    if not container.prefix:
        return b"".join(items)
    own = f' xmlns="{MAIN}"'.encode()
    copied = b"<" + container.prefix.encode()
    return b"".join(item if item.startswith(copied) else re.sub(rb"^<\w+", rb"\g<0>" + own, item) for item in items)
