"""What a 課 writes to the office beside its numbers: 備考 on the cover, and comments on cells.

It needs no answer and is no finding, but somebody must see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nerima_report.text import one_line

if TYPE_CHECKING:
    from nerima_report.tallies.submission import Submission

RemarkKind = Literal["remark", "comment"]
REMARK_KINDS: dict[RemarkKind, str] = {"remark": "備考", "comment": "コメント"}


@dataclass(frozen=True)
class Remark:
    """What a 課 (区全体, 請求台帳) wrote, and where: as 備考 of the cover, or as a comment on a cell."""

    section: str
    file: str
    sheet: str
    cell: str
    text: str
    kind: RemarkKind = "remark"

    @property
    def where(self) -> str:
        """What it is, as a person would look for it: 備考, or コメント（公開.処理状況 B5）."""
        word = REMARK_KINDS[self.kind]
        return word if self.kind == "remark" else f"{word}（{self.sheet} {self.cell}）"


def remarks_in(submission: Submission) -> Iterator[Remark]:
    """What was written in a workbook."""
    from nerima_report.workbooks import address  # `status` shows what it knows without it

    who = submission.form if submission.is_ledger else submission.whole if submission.ward else submission.section
    if submission.remark:
        cell = submission.cover_cells["備考"]
        yield Remark(who, submission.file, submission.cover.name, cell, submission.remark)
    for sheet in submission.workbook.sheets:
        for position, text in sheet.facts.comments.items():
            yield Remark(who, submission.file, sheet.name, address(position), one_line(text), "comment")
