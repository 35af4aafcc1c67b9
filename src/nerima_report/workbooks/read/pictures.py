"""Which parts of a package are pictures and nothing else: a drawing program may write into them what it likes."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

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
