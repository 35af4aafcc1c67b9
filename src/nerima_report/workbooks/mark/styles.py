"""The styles that marks need: the style a cell has, with another fill, and the looks of the index sheet."""

from __future__ import annotations

from copy import deepcopy
from functools import cached_property

from lxml import etree

from nerima_report.workbooks.mark.xml import MAIN, Element, M, number, piece

# Colours that nothing else in a form has, so that an earlier mark is known again. Dark text keeps its contrast on each.
FILLS = {"error": "FFFFC1B7", "warning": "FFFFDF8B", "notice": "FFCFE8F7", "related": "FFE5E0F9"}
SEVEREST_FIRST = ("error", "warning", "notice", "related")
NO_STYLES = f'<styleSheet xmlns="{MAIN}"/>'.encode()
# The lists that marks need, in the order of ECMA-376 part 1, 18.8.39, with what each holds at least: what stands at
# these places counts also in a file that does not say it, so nothing else may be put there.
_LISTS = {
    "fonts": '<font><sz val="11"/></font>',
    "fills": '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
    "borders": "<border/>",
    "cellStyleXfs": "<xf/>",
    "cellXfs": '<xf xfId="0"/>',
}

_PLAIN_BACKGROUND = {"indexed": "64"}
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
_HEADING = "FFD6E4F0"
_WRAPPED = '<alignment vertical="top" wrapText="1"/>'


class StyleSheet:
    """The styles of a workbook (xl/styles.xml), to which styles are added; none of the old ones changes."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self._fonts, self._fills, self._borders, _, self._xfs = (_Items(root, name) for name in _LISTS)
        self._old = len(self._xfs.elements)
        self._marked: dict[tuple[int, str], int] = {}
        self._unmarked: dict[int, int] = {}

    def marked(self, style: int, mark: str) -> int:
        """The style with the fill of a mark; everything else about it stays."""
        if (style, mark) not in self._marked:
            below = self.unmarked(style)
            # The colour that the mark covers becomes the background, which a solid fill never shows.
            covered = self._fill(below).find(f"{M}patternFill[@patternType='solid']/{M}fgColor")
            colours = {"rgb": FILLS[mark]}, _PLAIN_BACKGROUND if covered is None else dict(covered.attrib)
            self._marked[style, mark] = self._with_fill(below, self._fills.number(_solid(*colours)))
        return self._marked[style, mark]

    def unmarked(self, style: int) -> int:
        """The style without the fill of an earlier mark, which keeps the colour it covers as its background."""
        if style not in self._unmarked:
            self._unmarked[style] = self._without_mark(style)
        return self._unmarked[style]

    @cached_property
    def old_marks(self) -> frozenset[int]:
        """The styles of the workbook that carry an earlier mark."""
        return frozenset(style for style in range(self._old) if self.unmarked(style) != style)

    def index_looks(self) -> dict[str, int]:
        """Styles for the index sheet: title, text, heading, cell, link, and one for each severity."""
        fonts = {name: self._fonts.number(piece(font)) for name, font in _FONTS.items()}
        fills = {name: self._fills.number(_solid({"rgb": colour}, _PLAIN_BACKGROUND)) for name, colour in FILLS.items()}
        heading = self._fills.number(_solid({"rgb": _HEADING}, _PLAIN_BACKGROUND))
        box = self._borders.number(piece(f"<border>{_SIDES}<diagonal/></border>"))
        looks = {
            "title": self._xf(fonts["title"]),
            "text": self._xf(fonts["text"]),
            "heading": self._xf(fonts["bold"], heading, box, _WRAPPED),
            "cell": self._xf(fonts["text"], 0, box, _WRAPPED),
            "link": self._xf(fonts["link"], 0, box, _WRAPPED),
        }
        return looks | {name: self._xf(fonts["bold"], fill, box, _WRAPPED) for name, fill in fills.items()}

    def _without_mark(self, style: int) -> int:
        if style >= len(self._xfs.elements):
            return style
        fill = self._fill(style)
        if not any(element.get("rgb") in FILLS.values() for element in fill.iter()):
            return style
        covered = fill.find(f"{M}patternFill/{M}bgColor")
        if covered is None or covered.get("indexed") == "64":
            return self._with_fill(style, 0)
        return self._with_fill(style, self._fills.number(_solid(dict(covered.attrib), _PLAIN_BACKGROUND)))

    def _fill(self, style: int) -> Element:
        fills = self._fills.elements
        fill = number(self._style(style), "fillId")
        return fills[fill if fill < len(fills) else 0]

    def _style(self, style: int) -> Element:
        """A style; where a cell names one that is not there, the first."""
        xfs = self._xfs.elements
        return xfs[style if style < len(xfs) else 0]

    def _with_fill(self, style: int, fill: int) -> int:
        xf = deepcopy(self._style(style))
        xf.set("fillId", str(fill))
        xf.set("applyFill", "1")
        return self._xfs.number(xf)

    def _xf(self, font: int, fill: int = 0, border: int = 0, alignment: str = "") -> int:
        ids = f'numFmtId="0" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"'
        applied = 'applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"'
        return self._xfs.number(piece(f"<xf {ids} {applied}>{alignment}</xf>"))


class _Items:
    """One list of the styles: fonts, fills, borders or the styles of cells, each known by its place."""

    def __init__(self, root: Element, name: str) -> None:
        container = root.find(M + name)
        if container is None:
            container = piece(f"<{name}/>")
            behind = [f"{M}numFmts", *(f"{M}{before}" for before in _LISTS)][: [*_LISTS].index(name) + 1]
            root.insert(len(list(root.iterchildren(*behind))), container)
        self._container = container
        self.elements = list(container.iterchildren(f"{M}*"))
        for default in piece(f"<_>{_LISTS[name]}</_>")[len(self.elements) :]:
            self._append(default)
        self._numbers = {_written(element): number for number, element in reversed([*enumerate(self.elements)])}

    def number(self, item: Element) -> int:
        """The number of an item, which is added unless it is there already."""
        item.tail = None
        self._container.append(item)
        place: int = self._numbers.setdefault(_written(item), len(self.elements))
        self._container.remove(item)
        if place == len(self.elements):
            self._append(item)
        return place

    def _append(self, item: Element) -> None:
        self._container.append(item)
        self.elements.append(item)
        self._container.set("count", str(len(self.elements)))


def _written(element: Element) -> bytes:
    data: bytes = etree.tostring(element, with_tail=False)
    return data


def _solid(foreground: dict[str, str], background: dict[str, str]) -> Element:
    fill = piece('<fill><patternFill patternType="solid"><fgColor/><bgColor/></patternFill></fill>')
    for colour, attributes in zip(fill[0], (foreground, background), strict=True):
        colour.attrib.update(attributes)
    return fill
