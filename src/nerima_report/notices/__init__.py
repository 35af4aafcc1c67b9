"""Findings and views as people and programs read them.

    screen, html, returned     findings for people: in the terminal, as a page, as marks in their own workbooks
    json, junit, github        findings for programs (documents lists them)
    grouping, matrix, excerpt  findings by workbook; 課 × 表; the cells around a finding
    registers, trend, edition, guideline, reference   what other commands show

`Outcome` is what the documents say of a run besides its findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """The facts of a run (command, fiscal_year, …), how it ended in one sentence, and whether warnings fail it."""

    facts: Mapping[str, object]
    closing: str
    strict: bool = False

    @property
    def command(self) -> str:
        """The command that ran: validate, build, check, record import."""
        return str(self.facts["command"])
