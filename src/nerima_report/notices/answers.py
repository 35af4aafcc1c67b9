"""The `[[explained]]` that answers a finding which may rightly differ, ready to be pasted into nerima-report.toml.

Only the office reads it: what goes back to a 課 speaks of no settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nerima_report.findings import NO_WHOLE, REASON_TO_WRITE, Whole, place_in_settings

if TYPE_CHECKING:
    from nerima_report.edition.catalogue import Notice
    from nerima_report.examination import Examination

_OF_RECORD = re.compile(r"(?:records|out)/(\d{4})(?:/record)?\.json$")
LEAD = "正しい差なら、理由を書いて nerima-report.toml の終わりに加えてください:"


def only_year(examination: Examination) -> int | None:
    """The year that an answer is for; None where several years were looked at."""
    years = {collection.fiscal_year for collection in examination.years if collection.fiscal_year}
    return years.pop() if len(years) == 1 else None


def answers_to(notice: Notice, until: int | None, whole: Whole = NO_WHOLE) -> Iterator[list[str]]:
    """The lines of a table for each check that a notice tells of, as far as somebody may answer it.

    With a year the answer ends with it, so that the same difference is asked about again in the next. Where several
    years were looked at, it is about the one in whose record the difference is.
    """
    for check in notice.evidence or (notice,):
        difference = check.finding.difference
        if not check.may_differ or not check.is_open or notice.alike or difference is None or not check.place.section:
            continue
        texts = {"code": check.code, **place_in_settings(check.finding, whole)}
        lines = [f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in texts.items()]
        lines += [f"difference = {difference}", *_years(check, until)]
        yield ["[[explained]]", *lines, f"reason = {json.dumps(REASON_TO_WRITE, ensure_ascii=False)}"]


def _years(check: Notice, until: int | None) -> Iterator[str]:
    if until:
        yield f"until = {until}"
    elif match := _OF_RECORD.search(check.place.file):
        yield f"year = {match[1]}"
