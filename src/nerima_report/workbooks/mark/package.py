"""The package of a workbook (a zip of parts): reading, replacing and adding parts, and their relations."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from itertools import count
from types import TracebackType
from typing import NamedTuple

from nerima_report.workbooks.mark.splicing import append, as_utf8, attribute, elements, named, splice

CONTENT_TYPES = "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
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
        """A part as it is now; XML in UTF-8. Raises KeyError where there is none."""
        if name not in self._changed:
            return as_utf8(self._archive.read(self._names.get(name.casefold(), name)))
        return self._changed[name]

    def replace(self, name: str, data: bytes) -> None:
        """Give a part another content."""
        self._changed[self._names.get(name.casefold(), name)] = data

    def add(self, pattern: str, data: bytes, content_type: str) -> str:
        """Add a part under a name that is free; `pattern` has a {} for a number if need be. Returns the name."""
        names = (pattern.format(number or "") for number in count())
        name = next(name for name in names if name not in self)
        self._changed[name] = data
        types = self.read(CONTENT_TYPES)
        root = elements(types, named("Types"))[0]
        entry = f'<Override PartName="/{attribute(name)}" ContentType="{content_type}"/>'
        self.replace(CONTENT_TYPES, splice(types, append(types, root, _in_root(entry, root.prefix))))
        return name

    def relations(self, part: str) -> list[Relation]:
        """The relations of a part to other parts of the package ('' for the package itself)."""
        name = _relations_part(part)
        if name not in self:
            return []
        found = [e.attributes for e in elements(self.read(name), named("Relationship"))]
        return [
            Relation(a["Id"], a["Type"].rpartition("/")[2], _resolve(part, a["Target"]))
            for a in found
            if a.get("TargetMode") != "External"
        ]

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relation from a part to another one; returns its id."""
        name = _relations_part(part)
        data = self.read(name) if name in self else f'<Relationships xmlns="{_RELATIONS}"/>'.encode()
        taken = {e.attributes["Id"] for e in elements(data, named("Relationship"))}
        new = next(f"rIdCheck{number}" for number in range(1, len(taken) + 2) if f"rIdCheck{number}" not in taken)
        root = elements(data, named("Relationships"))[0]
        entry = f'<Relationship Id="{new}" Type="{OFFICE}/{kind}" Target="/{attribute(target)}"/>'
        self.replace(name, splice(data, append(data, root, _in_root(entry, root.prefix))))
        return new

    def packed(self) -> bytes:
        """The package as a file: what was not touched with the same content, in the same order, then what is new."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
            for entry in self._archive.infolist():
                data = self._changed.get(entry.filename)
                copy = zipfile.ZipInfo(entry.filename, entry.date_time)
                copy.compress_type = zipfile.ZIP_DEFLATED
                written.writestr(copy, self._archive.read(entry) if data is None else data)
            old = set(self._archive.namelist())
            for name, data in self._changed.items():
                if name not in old:
                    new = zipfile.ZipInfo(name, _NEW_PART)
                    new.compress_type = zipfile.ZIP_DEFLATED
                    written.writestr(new, data)
        return file.getvalue()


def _in_root(entry: str, prefix: str) -> bytes:
    """An entry with the prefix that its root has."""
    return re.sub(r"^<(\w)", rf"<{prefix}\1", entry).encode()


def _relations_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolve(part: str, target: str) -> str:
    if target.startswith("/"):
        return posixpath.normpath(target.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
