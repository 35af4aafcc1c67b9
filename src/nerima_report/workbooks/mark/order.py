"""What is said on the marked copy of a workbook: plain data, which travels to the worker that writes the copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

ADVICE = "考えられる直し"


class Cell(TypedDict):
    """A cell of the workbook: the name of its sheet, and B5 (or '' for the sheet itself)."""

    sheet: str
    cell: str


class SuggestedMark(TypedDict):
    """What is said to a cell that may be the cause of a finding."""

    sheet: str
    cell: str
    message: str


class Mark(TypedDict):
    """A finding as the returned workbook shows it; all texts are for the 課 to read.

    severity: error, warning or notice; sheet and cell are '' where the finding is on the workbook itself.
    anchor is the cell to which the remark is pinned: the faulty one, or the first of those that together differ.
    related are the cells that the check compared, related_names the same in words (B5〜B13). advice are sentences
    on what may be the cause, suggested the cells at fault then.
    """

    code: str
    severity: str
    severity_name: str
    sheet: str
    cell: str
    anchor: str
    message: str
    expected: str
    found: str
    difference: str
    hint: str
    basis: str
    related: list[Cell]
    related_names: list[str]
    advice: list[str]
    suggested: list[SuggestedMark]


def advice_in(mark: Mark) -> str:
    """What may be the cause, a line for each sentence; '' where nothing is said."""
    return "\n・".join([f"{ADVICE}:", *mark["advice"]]) if mark["advice"] else ""


@dataclass(frozen=True)
class MarkOrder:
    """What to write on the copy of a workbook, and under whose name the comments stand.

    `sha256` is the hash (hexadecimal) of the file as it was read: a file that has changed since is not marked.
    """

    sha256: str
    marks: Sequence[Mark]
    author: str
