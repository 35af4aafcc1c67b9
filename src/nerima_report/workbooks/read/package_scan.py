"""Step 3: one streaming pass over the XML of every part, from which nothing is built but plain values.

Refuses DOCTYPE (and with it entities), endless tokens, deep nesting and sizes beyond the limits, and
notes the values of the cells, and what libraries do not show: hidden rows, columns and sheets, merged ranges,
formulas, cells out of order or twice, sheets whose part is missing, the strict variant of the format.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pyexpat import ExpatError, XMLParserType
from xml.parsers import expat

from nerima_report.workbooks import limits
from nerima_report.workbooks.formulas import in_short, refers_to_other_workbook
from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.read.comment_scan import (
    COMMENTS,
    THREADS,
    CommentScan,
    ScannedComments,
    comments_on_sheet,
)
from nerima_report.workbooks.read.outside_scan import DRAWINGS, OutsideScan
from nerima_report.workbooks.read.sheet_scan import CellTexts, ScannedSheet, SheetScan
from nerima_report.workbooks.read.style_scan import DRAWING, MAIN, ScannedStyles, StyleScan, ThemeScan, is_true
from nerima_report.workbooks.read.text_scan import SharedTextScan
from nerima_report.workbooks.values import Position

_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main "
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships "
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships "
# How the text of an XML part can begin, after any white space; expat takes nothing else for XML. A null is half of
# a character in UTF-16.
_XML_BEGINNINGS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_BLANK = b"\0 \t\r\n"
_WORKBOOK, _WORKSHEET = "main+xml", "worksheet+xml"

# What is called when an element of a certain name begins, with its attributes.
Handler = Callable[[dict[str, str]], None]
Handlers = Mapping[str, Handler]
CONTENT_TYPES = "[Content_Types].xml"
_ENDING = ".svg"  # the one kind of picture that is XML; no part that a library looks for by name ends so
_PICTURE, _RELATION = "image/", "image"


@dataclass
class Pictures:
    """What the package calls its parts: the types of their content, and as what relations point to them.

    Names are compared without regard to case, and elements by their local name, as lenient readers do.
    """

    types: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    relations: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def handlers(self) -> dict[str, Callable[[dict[str, str]], None]]:
        """What to call when an element of the content types begins, by its local name."""
        return {"Default": self._ending, "Override": self._part}

    def note(self, relations: str, attributes: dict[str, str]) -> None:
        """Note a relation, which stands in the part `relations`."""
        folder = posixpath.dirname(posixpath.dirname(relations))
        target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
        self.relations[target.lower()].add(attributes.get("Type", "").rpartition("/")[2])

    def calls(self, part: str, type_: str) -> bool:
        """Whether the package says, of a part or of its ending, that such content is of a type that ends so."""
        name = f"/{part}".lower()
        types = self.types[name] | self.types[posixpath.splitext(name)[1]]
        return any(told.lower().endswith(type_) for told in types)

    def hold(self, part: str) -> bool:
        """Whether a part is a picture by its name and by every type and relation, so that nobody reads it as XML."""
        name = f"/{part}".lower()
        types = self.types[name] | self.types[_ENDING]
        pictures = bool(types) and all(type_.startswith(_PICTURE) for type_ in types)
        return name.endswith(_ENDING) and pictures and self.relations[name] == {_RELATION}

    def _ending(self, attributes: dict[str, str]) -> None:
        self.types[f".{attributes.get('Extension', '')}".lower()].add(attributes.get("ContentType", ""))

    def _part(self, attributes: dict[str, str]) -> None:
        self.types[attributes.get("PartName", "").lower()].add(attributes.get("ContentType", ""))


@dataclass
class Scan:
    """What was noted: the listed sheets with their relation, the relations by part, the sheets and comments by part."""

    elements: int = 0
    workbooks: list[str] = field(default_factory=list)
    listed: list[tuple[str, str, bool]] = field(default_factory=list)  # name, id of the relation, hidden
    relations: dict[str, dict[str, str]] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    sheets: dict[str, ScannedSheet] = field(default_factory=dict)
    comments: dict[str, ScannedComments] = field(default_factory=dict)
    drawings: dict[str, list[str]] = field(default_factory=dict)  # their texts
    theme: list[str] = field(default_factory=list)
    styles: ScannedStyles = field(default_factory=ScannedStyles)
    texts: CellTexts = field(default_factory=CellTexts)
    pictures: Pictures = field(default_factory=Pictures)

    def parts_of_sheets(self) -> Iterator[tuple[str, str, bool]]:
        """Each listed sheet in order: its name, its part ('' where no relation leads to one), whether it is hidden."""
        parts = self._related_to(self.workbooks[0] if self.workbooks else "")
        for sheet, relation, hidden in self.listed:
            yield sheet, parts.get(relation, ""), hidden

    def comments_on(self, part: str) -> dict[Position, str]:
        """The comments on the sheet in a part."""
        return comments_on_sheet(self.comments[p] for p in self._related_to(part).values() if p in self.comments)

    def drawn_on(self, part: str) -> Iterator[str]:
        """The texts of the drawings on the sheet in a part."""
        return chain.from_iterable(self.drawings.get(drawing, ()) for drawing in self._related_to(part).values())

    def _related_to(self, part: str) -> dict[str, str]:
        """The parts to which a part leads, by the id of the relation."""
        folder, name = posixpath.split(part)
        relations = self.relations.get(posixpath.join(folder, "_rels", f"{name}.rels"), {})
        return {
            relation: posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            for relation, target in relations.items()
            if target
        }


def scan_archive(archive: zipfile.ZipFile, *, in_colour: bool) -> dict[str, ScannedSheet]:
    """Scan every part of a workbook: what was noted on its worksheets, by name in order. Raises Refused.

    Unless `in_colour`, no colour counts as one that cannot be seen on its ground.
    """
    scan = Scan(styles=ScannedStyles(in_colour=in_colour))
    for entry in _in_turn(archive, scan):
        try:
            if not scan.pictures.hold(entry.filename) and _is_xml(archive, entry):
                _scan_part(archive, entry, scan)
        except Refused as refused:
            refused.part = refused.part or entry.filename
            names = (name for name, part, _ in scan.parts_of_sheets() if part == refused.part)
            refused.sheet = refused.sheet or next(names, "")
            raise
    return _worksheets(scan)


def _in_turn(archive: zipfile.ZipFile, scan: Scan) -> Iterator[zipfile.ZipInfo]:
    """First what says what the parts are; last the sheets, whose cells are understood by texts, styles and names."""
    entries = archive.infolist()
    telling = [entry for entry in entries if entry.filename == CONTENT_TYPES or entry.filename.endswith(".rels")]
    yield from sorted(telling, key=lambda entry: entry.filename != CONTENT_TYPES)
    others = [entry for entry in entries if entry not in telling]
    yield from sorted(others, key=lambda e: "sheets/" in e.filename or scan.pictures.calls(e.filename, _WORKSHEET))


def _is_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether any parser would take a part for XML; else it is a picture, printer settings, a macro."""
    with archive.open(entry) as stream:
        while piece := stream.read(limits.PIECE_BYTES):
            if beginning := piece.lstrip(_BLANK):
                return beginning.startswith(_XML_BEGINNINGS)
    return False


def _worksheets(scan: Scan) -> dict[str, ScannedSheet]:
    if not scan.workbooks:
        raise Refused("not-xlsx")
    if len(scan.workbooks) > 1 or not scan.pictures.calls(scan.workbooks[0], _WORKBOOK):
        raise Refused("broken")
    found: dict[str, ScannedSheet] = {}
    for name, part, hidden in scan.parts_of_sheets():
        root = scan.roots.get(part)
        if root is None or name in found:
            raise Refused("sheet-missing", sheet=name)
        if root == f"{MAIN}worksheet":
            found[name] = scan.sheets[part]
            found[name].hidden = hidden
            found[name].comments = scan.comments_on(part)
            found[name].outside.extend(scan.drawn_on(part))
        elif not root.endswith(("chartsheet", "dialogsheet", "macrosheet")):
            raise Refused("sheet-missing", sheet=name)
    if not found:
        raise Refused("no-worksheet")
    return found


def _scan_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, scan: Scan) -> None:
    part = _PartScan(entry.filename, scan)
    parser, read = part.parser, 0
    with archive.open(entry) as stream:
        try:
            while piece := stream.read(limits.PIECE_BYTES):
                read += len(piece)
                parser.Parse(piece, False)
                if read - max(parser.CurrentByteIndex, 0) > limits.MAX_TOKEN_BYTES:
                    raise Refused("suspicious-xml")
            parser.Parse(b"", True)
        except ExpatError:
            if entry.filename.lower().endswith((".xml", ".rels")):
                raise Refused("broken") from None
            # Excel's own drawings of comments (.vml) are often not well-formed, and nobody reads them.


class _PartScan:
    """The scan of one part: after its root element the handler of its kind takes over."""

    def __init__(self, name: str, scan: Scan) -> None:
        self.name = name
        self.scan = scan
        self.open: list[str] = []
        self.parser: XMLParserType = expat.ParserCreate(None, " ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.StartElementHandler = self._root
        self.parser.EndElementHandler = self.open.remove  # in C: only the number of open elements matters

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name.startswith(_STRICT):
            raise Refused("strict")
        self.scan.roots[self.name] = name
        start = self._follow(self._handler_of(name))
        self.parser.StartElementHandler = start
        start(name, attributes)

    def _handler_of(self, root: str) -> Callable[[str], Handler | None]:
        """What finds the handler of an element; by its local name where lenient readers look at nothing else."""
        if self.name == CONTENT_TYPES:
            handlers: Handlers = self.scan.pictures.handlers
        elif root == f"{_PACKAGE}Relationships":
            handlers = {"Relationship": self._relation}
        else:
            return self._handlers(root).get
        return lambda name: handlers.get(name.rpartition(" ")[2])

    def _handlers(self, root: str) -> Handlers:
        if root == f"{MAIN}worksheet":
            sheet = self.scan.sheets[self.name] = ScannedSheet()
            self.scan.texts.styles = self.scan.styles
            return SheetScan(sheet, self.scan.texts, self.parser, self.open).handlers
        if root == f"{MAIN}sst":
            self.scan.texts.shared = []
            return SharedTextScan(self.parser, self.open, self.scan.texts.shared).handlers
        if root in (COMMENTS, THREADS):
            comments = self.scan.comments[self.name] = ScannedComments(threaded=root == THREADS)
            return CommentScan(comments, self.parser, self.open).handlers
        if root == f"{MAIN}workbook":
            self.scan.workbooks.append(self.name)
            handlers = {"sheet": self._sheet_listed, "workbookPr": self._first_day, "definedName": self._name_defined}
            return {f"{MAIN}{name}": handler for name, handler in handlers.items()}
        if root == f"{MAIN}styleSheet":
            self.scan.styles = ScannedStyles(self.scan.theme, self.scan.styles.in_colour)
            return StyleScan(self.scan.styles).handlers
        if root == DRAWINGS:
            texts = self.scan.drawings[self.name] = []
            return OutsideScan(texts, self.parser, self.open).of_drawing
        if root == f"{DRAWING}theme":
            return ThemeScan(self.scan.theme).handlers
        return {}

    def _follow(self, handler_of: Callable[[str], Handler | None]) -> Callable[[str, dict[str, str]], None]:
        """What is called for every element of the part: it counts, and calls the handler of that element."""
        scan, opened, most, deepest = self.scan, self.open, limits.MAX_ELEMENTS, limits.MAX_DEPTH

        def start(name: str, attributes: dict[str, str]) -> None:
            scan.elements += 1
            opened.append(name)
            if len(opened) > deepest:
                raise Refused("suspicious-xml")
            if scan.elements > most:
                raise Refused("beyond-limit", limit="elements")
            if handler := handler_of(name):
                handler(attributes)

        return start

    def _sheet_listed(self, attributes: dict[str, str]) -> None:
        hidden = attributes.get("state", "visible") != "visible"
        self.scan.listed.append((attributes.get("name", ""), attributes.get(f"{_OFFICE}id", ""), hidden))
        if len(self.scan.listed) > limits.MAX_SHEETS:
            raise Refused("beyond-limit", limit="sheets")

    def _name_defined(self, attributes: dict[str, str]) -> None:
        """A name begins that formulas may use; only where it stands for cells of another workbook it is kept."""
        pieces: list[str] = []

        def end(name: str) -> None:
            self.open.pop()
            self.parser.CharacterDataHandler = None
            self.parser.EndElementHandler = self.open.remove
            formula = in_short("".join(pieces))
            if refers_to_other_workbook(formula):
                self.scan.texts.foreign_names[attributes.get("name", "").lower()] = formula

        self.parser.CharacterDataHandler = pieces.append
        self.parser.EndElementHandler = end

    def _first_day(self, attributes: dict[str, str]) -> None:
        self.scan.texts.from_1904 = is_true(attributes.get("date1904"))

    def _relation(self, attributes: dict[str, str]) -> None:
        if attributes.get("TargetMode") != "External":
            relations = self.scan.relations.setdefault(self.name, {})
            relations[attributes.get("Id", "")] = attributes.get("Target", "")
            self.scan.pictures.note(self.name, attributes)


def _refuse_doctype(*declaration: object) -> None:
    raise Refused("suspicious-xml")
