"""corrections.toml: how people slip and how likely that is, where the keys lie, and what is said of corrections."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from nerima_report.edition.tables import Definition, Text, refuse_duplicates
from nerima_report.edition.texts import asks_only_for

Kind = Literal[
    "swapped-digits", "dropped-digit", "doubled-digit", "neighbouring-key", "tenfold", "neighbouring-cell", "last-year",
    "shifted-rows", "exchanged-columns",
]  # fmt: skip
KeyRow = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]


class Slip(Definition):
    """A way in which people slip: how much weight it has, what it is called, and why."""

    kind: Kind
    weight: int = Field(ge=1, le=1000)
    words: Text
    basis: Text


class Words(Definition):
    """The sentences on corrections."""

    one_cell: Annotated[Text, asks_only_for("場所", "数")]
    sentence: Annotated[Text, asks_only_for("直し", "検算", "今")]
    now: Annotated[Text, asks_only_for("今")]
    now_because: Annotated[Text, asks_only_for("今", "理由")]
    shifted: Annotated[Text, asks_only_for("場所", "向き", "端", "数", "検算", "理由")]
    up: Text
    down: Text
    exchanged: Annotated[Text, asks_only_for("場所", "隣", "検算", "理由")]
    at_least: Annotated[Text, asks_only_for("数")]
    at_most: Annotated[Text, asks_only_for("数")]
    between: Annotated[Text, asks_only_for("数", "終わり")]
    blank: Text
    all: Text
    related: Text
    readable: Text
    equally: Text
    more: Annotated[Text, asks_only_for("数")]
    unexplained: Text
    here: Annotated[Text, asks_only_for("数", "検算", "今")]
    here_together: Annotated[Text, asks_only_for("数", "検算", "今")]


class CorrectionsDefinition(Definition):
    """corrections.toml. `keyboard` are the layouts of the digits, each line by line from the top."""

    most: int = Field(ge=1, le=10)
    slips: tuple[Slip, ...] = ()
    keyboard: Mapping[str, tuple[KeyRow, ...]]
    words: Words

    @cached_property
    def by_kind(self) -> dict[str, Slip]:
        """The slips by kind."""
        return {slip.kind: slip for slip in self.slips}

    @cached_property
    def beside(self) -> dict[str, frozenset[str]]:
        """The digits whose keys lie beside that of a digit, to the left, right, above or below, on any layout."""
        found: dict[str, set[str]] = {}
        for lines in self.keyboard.values():
            keys = {(y, x): key for y, line in enumerate(lines) for x, key in enumerate(line)}
            for (y, x), key in keys.items():
                around = (keys.get(place) for place in ((y, x - 1), (y, x + 1), (y - 1, x), (y + 1, x)))
                found.setdefault(key, set()).update(other for other in around if other and other != key)
        return {key: frozenset(others) for key, others in found.items()}

    @model_validator(mode="after")
    def _each_slip_is_told_once(self) -> CorrectionsDefinition:
        refuse_duplicates("間違え方", [slip.kind for slip in self.slips])
        return self
