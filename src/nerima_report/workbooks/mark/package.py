"""The package of a workbook (a zip of parts): reading, replacing and adding parts, and their relations."""

from __future__ import annotations

import io
import posixpath
import zipfile
from itertools import count
from types import TracebackType
from typing import NamedTuple

from lxml import etree

from nerima_report.workbooks.limits import Refused
from nerima_report.workbooks.mark.xml import OFFICE, Element, RowByRow, parse, serialise

CONTENT_TYPES = "[Content_Types].xml"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_NEW_PART = (1980, 1, 1, 0, 0, 0)  # no time of writing: the same input gives the same bytes


class Relation(NamedTuple):
    """A relation from one part to another: id, the last step of its type (worksheet, comments), the other part."""

    id: str
    kind: str
    target: str


class Package:
    """A workbook that is read part by part, and written again with some parts replaced or added."""

    def __init__(self, content: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._names = {name.casefold(): name for name in self._archive.namelist()}
        self._changed: dict[str, bytes] = {}

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def __contains__(self, name: str) -> bool:
        return name in self._changed or name.casefold() in self._names

    @property
    def names(self) -> list[str]:
        """The names of all parts."""
        return list(dict.fromkeys([*self._names.values(), *self._changed]))

    def read(self, name: str) -> bytes:
        """A part as it is now. Raises Refused where there is none."""
        name = self._known(name)
        return self._changed[name] if name in self._changed else self._archive.read(name)

    def root(self, name: str) -> Element:
        """The root of a part, parsed anew: what is changed in it counts once it is given to `replace`.

        Raises Refused where there is no such part.
        """
        name = self._known(name)
        if name in self._changed:
            return parse(self._changed[name])
        with self._archive.open(name) as stream:
            return parse(stream)

    def row_by_row(self, name: str) -> RowByRow:
        """A worksheet, as it was sent, whose rows pass one at a time. Raises Refused where there is none."""
        return RowByRow(self._archive.open(self._known(name)))

    def _known(self, name: str) -> str:
        """The name of a part as the archive writes it."""
        if name not in self:
            raise Refused("broken")
        return self._names.get(name.casefold(), name)

    def replace(self, name: str, content: Element | bytes) -> None:
        """Give a part another content."""
        data = content if isinstance(content, bytes) else serialise(content)
        self._changed[self._names.get(name.casefold(), name)] = data

    def add(self, pattern: str, data: bytes, content_type: str) -> str:
        """Add a part under a name that is free; `pattern` has a {} for a number if need be. Returns the name."""
        names = (pattern.format(number or "") for number in count())
        name = next(name for name in names if name not in self)
        self.replace(name, data)
        self._declare(name, content_type)
        return name

    def _declare(self, name: str, content_type: str) -> None:
        types = self.root(CONTENT_TYPES)
        etree.SubElement(types, f"{{{_TYPES}}}Override", PartName=f"/{name}", ContentType=content_type)
        self.replace(CONTENT_TYPES, types)

    def _types_by_ending(self) -> set[str]:
        """The endings of names of which the package says what such parts hold."""
        return {one.get("Extension", "").casefold() for one in self.root(CONTENT_TYPES).iterfind("{*}Default")}

    def relations(self, part: str) -> list[Relation]:
        """The relations of a part to other parts of the package ('' for the package itself)."""
        name = _relations_part(part)
        found = self.root(name).iterfind("{*}Relationship") if name in self else ()
        return [
            Relation(r.get("Id"), r.get("Type").rpartition("/")[2], _resolve(part, r.get("Target")))
            for r in found
            if r.get("TargetMode") != "External"
        ]

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relation from a part to another one; returns its id."""
        name = _relations_part(part)
        root = self.root(name) if name in self else parse(f'<Relationships xmlns="{_RELATIONS}"/>'.encode())
        if name not in self and "rels" not in self._types_by_ending():
            self._declare(name, _RELATIONS_TYPE)
        taken = {r.get("Id") for r in root.iterfind("{*}Relationship")}
        new = next(id_ for id_ in (f"rIdCheck{number}" for number in count(1)) if id_ not in taken)
        facts = {"Id": new, "Type": f"{OFFICE}/{kind}", "Target": f"/{target}"}
        etree.SubElement(root, f"{{{_RELATIONS}}}Relationship", facts)
        self.replace(name, root)
        return new

    def packed(self) -> bytes:
        """The package as a file: what was not touched with the same content, in the same order, then what is new."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
            times = {entry.filename: entry.date_time for entry in self._archive.infolist()}
            for name, time in (dict.fromkeys([*times, *self._changed], _NEW_PART) | times).items():
                entry = zipfile.ZipInfo(name, time)
                entry.compress_type = zipfile.ZIP_DEFLATED
                written.writestr(entry, self.read(name))
        return file.getvalue()


def _relations_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolve(part: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
