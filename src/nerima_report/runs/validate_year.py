"""`validate 2026`: the whole collection of a year → the page and the marked copies in 確認/2026/.

    inbox + roster → examination → what the office reads and what goes back to each 課

What a run wrote there is replaced by the next as a whole; files that somebody else put there are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from nerima_report.edition import Edition
from nerima_report.examination import Examination
from nerima_report.files import sha256
from nerima_report.fiscal_year import full_name
from nerima_report.notices import NoticeFormat, Outcome, matrix, render_findings
from nerima_report.notices.returned import return_workbooks
from nerima_report.notices.screen import summary
from nerima_report.notices.status import in_words
from nerima_report.runs.validate import examine_year
from nerima_report.tallies.submission import Progress
from nerima_report.text import label_of
from nerima_report.workspace import SUMS, Delivery, Workspace, read_sums, write_sums

PAGE = "確認.html"
RETURNED = "返却"


@dataclass(frozen=True)
class ValidatedYear:
    """What `validate 2026` found, with the facts of the run (which page and copies it wrote), and how it ended."""

    examination: Examination
    facts: dict[str, object]
    closing: str


def validate_year(workspace: Workspace, edition: Edition, fiscal_year: int, progress: Progress) -> ValidatedYear:
    """Check all that was handed in for a year, and write what the office reads and what goes back.

    Whatever else is to lie in 確認/2026/ is a file among `files`: it is replaced together with the others.
    """
    examination = examine_year(workspace, edition, fiscal_year, progress)
    folder = workspace.checked(fiscal_year)
    files: dict[str, bytes] = {}
    examination, copies = return_workbooks(examination, lambda name, copy: files.update({f"{RETURNED}/{name}": copy}))
    handed_in = matrix.handed_in(examination)
    facts: dict[str, object] = {
        "command": "validate",
        "fiscal_years": [fiscal_year],
        "files": len(examination.files),
        "handed_in": matrix.as_facts(handed_in),
        "returned": [label_of(folder / RETURNED / name) for name in copies],
        "page": label_of(folder / PAGE),
    }
    closing = f"{full_name(fiscal_year)}は、{in_words(handed_in)}です"
    page = render_findings(
        NoticeFormat.HTML, examination, Outcome(facts, f"{closing}（{summary(examination.notices)}）")
    )
    files[PAGE] = page.encode(errors="replace")
    digests = {name: sha256(content) for name, content in files.items()}
    vouched = dict.fromkeys(files, "") | read_sums(folder)
    kept = Delivery(folder, {**files, SUMS: write_sums(digests)}, vouched).supersede()
    return ValidatedYear(examination.and_also(kept), facts, closing)
