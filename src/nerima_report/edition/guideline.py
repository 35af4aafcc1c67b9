"""The guideline on using, providing and outsourcing personal information (個人情報利活用ガイドライン), as data.

Since fiscal 2023 a new use (別表1), provision (別表2) or outsourcing (別表3) goes through a type of this
guideline or through the committee (運営委員会). The tool proposes types; the office decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from nerima_report.edition.tables import Definition, Text, refuse_duplicates

Kind = Literal["利用", "提供", "委託"]


class Rule(Definition):
    """A sentence that the office follows, with its source."""

    text: Text
    basis: Text


class Consultation(Definition):
    """Whom a section asks before it takes a case for one of a type, and when."""

    with_: Text = Field(alias="with")
    when: Text
    basis: Text


class Committee(Definition):
    """Whether a case of a type still needs the committee (運営委員会)."""

    needed: bool
    basis: Text


class Decider(Definition):
    """Somebody who may decide a case of a type, with the source that says so."""

    who: Text
    basis: Text


class GuidelineType(Definition):
    """A type (類型): its number in the 別表, the wording of the ward, and examples that the office adds."""

    number: int = Field(ge=1)
    text: Text
    examples: tuple[Text, ...] = ()


class Annex(Definition):
    """A 別表: what its types are about, and what follows from a match."""

    number: int = Field(ge=1)
    kind: Kind
    title: Text
    legal_basis: tuple[Text, ...] = Field(min_length=1)
    committee: Committee
    deciders: tuple[Decider, ...]
    decision_note: str = ""
    then: Text
    types: tuple[GuidelineType, ...] = Field(min_length=1)

    @property
    def name(self) -> str:
        """The name of the 別表: 別表2."""
        return f"別表{self.number}"

    @property
    def type_names(self) -> tuple[str, ...]:
        """What the office calls its types: 別表2の1, 別表2の2, …"""
        return tuple(f"{self.name}の{found.number}" for found in self.types)

    def type(self, number: int) -> GuidelineType | None:
        """The type with this number."""
        return next((found for found in self.types if found.number == number), None)

    @model_validator(mode="after")
    def _is_complete(self) -> Annex:
        for place, found in enumerate(self.types, start=1):
            if found.number != place:
                raise ValueError(f"types の{place}番目の番号が {found.number} です。1から続けて書きます")
        if len(self.deciders) != 1 and not self.decision_note:
            raise ValueError("決定できる人が一人でないとき（deciders）は、その理由を decision_note に書きます")
        return self


class Guideline(Definition):
    """guideline.toml: the annexes, and what holds for all of them. It applies from `first_year` (fiscal) on."""

    title: Text
    source: Text
    proposal: Text
    first_year: int
    consultation: Consultation
    otherwise: tuple[Rule, ...] = Field(min_length=1)
    cautions: tuple[Rule, ...] = Field(min_length=1)
    annexes: tuple[Annex, ...] = Field(alias="annex", min_length=1)

    def serves(self, fiscal_year: int) -> bool:
        """Whether the guideline applies to cases of this fiscal year."""
        return fiscal_year >= self.first_year

    def annex(self, kind: str) -> Annex | None:
        """The 別表 for 利用, 提供 or 委託."""
        return next((found for found in self.annexes if found.kind == kind), None)

    @property
    def entries(self) -> Iterator[Entry]:
        """All types, each with its 別表, in the order of the guideline."""
        return (Entry(annex, found) for annex in self.annexes for found in annex.types)

    @model_validator(mode="after")
    def _annexes_differ(self) -> Guideline:
        refuse_duplicates("別表の番号", [str(annex.number) for annex in self.annexes])
        refuse_duplicates("別表の kind", [annex.kind for annex in self.annexes])
        return self


@dataclass(frozen=True)
class Entry:
    """A type together with the 別表 in which it stands."""

    annex: Annex
    type: GuidelineType

    @property
    def name(self) -> str:
        """How the office calls it: 別表2の10."""
        return f"{self.annex.name}の{self.type.number}"
