"""The [[explained]] that is offered for a finding, as it reads once it is pasted: it answers that one alone."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

from nerima_report.edition.catalogue import Catalogue
from nerima_report.findings import REASON_TO_WRITE, Explanation, Finding, Whole, explain
from nerima_report.notices.answers import answers_to
from nerima_report.workspace import ExplainedSetting


def pasted(lines: Sequence[str]) -> Explanation:
    """What the lines say once they stand in nerima-report.toml, with a reason."""
    (table,) = tomllib.loads("\n".join(lines).replace(REASON_TO_WRITE, "確かめた"))["explained"]
    return Explanation(**ExplainedSetting.model_validate(table).model_dump())


def assert_each_is_answered_alone(findings: Sequence[Finding], catalogue: Catalogue, year: int, whole: Whole) -> None:
    """Every finding that may differ is offered an answer, which answers it and nothing else."""
    for finding in findings:
        notice = catalogue.notice(finding)
        for lines in answers_to(notice, year, whole):
            answered, unused = explain(findings, [pasted(lines)], year, whole)
            assert [one for one in answered if one.explained] == [
                one for one, before in zip(answered, findings, strict=True) if before is finding
            ], (lines, [one.place for one in answered if one.explained])
            assert unused == []
