"""Findings as people and programs read them: on the screen, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """The facts of a run (command, fiscal_year, …), how it ended in one sentence, and whether warnings fail it."""

    facts: Mapping[str, object]
    closing: str
    strict: bool = False

    @property
    def command(self) -> str:
        """The command that ran: validate, build, check, record import."""
        return str(self.facts["command"])
