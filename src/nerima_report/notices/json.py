"""Findings as JSON: an envelope with a schema version, because other programs depend on its form."""

from __future__ import annotations

import json
from dataclasses import asdict

from nerima_report import __version__
from nerima_report.edition.catalogue import Notice
from nerima_report.examination import Examination
from nerima_report.findings import Explanation, SuggestedCell, Suggestion
from nerima_report.notices import Outcome
from nerima_report.places import Place
from nerima_report.tallies.resubmission import Difference, Resubmission

SCHEMA_VERSION = 1


def render_json(examination: Examination, outcome: Outcome) -> str:
    """The findings with the facts of the run (command, fiscal_year, …) in one envelope: docs/schemas/findings.json."""
    problems = {name: number for number, name in enumerate(_problems(examination), start=1)}
    envelope = {
        "schema_version": SCHEMA_VERSION,
        "program": f"nerima-report {__version__}",
        **outcome.facts,
        "errors": sum(notice.is_error for notice in examination.notices),
        "findings": [
            _finding(notice) | {"problem": problems.get(notice.finding.problem)} for notice in examination.notices
        ],
        "remarks": [asdict(remark) for remark in examination.remarks],
        "resubmissions": [_resubmission(one) for one in examination.resubmissions],
    }
    return json.dumps(envelope, ensure_ascii=False, indent=2)


def _problems(examination: Examination) -> dict[str, None]:
    """The names of the problems in the order of the findings."""
    return dict.fromkeys(notice.finding.problem for notice in examination.notices if notice.finding.problem)


def _finding(notice: Notice) -> dict[str, object]:
    finding = notice.finding
    return {
        "code": finding.code,
        "name": notice.name,
        "severity": notice.severity,
        **_place(finding.place),
        "message": notice.message,
        "expected": finding.expected,
        "found": finding.found,
        "difference": finding.difference,
        "numbers": list(finding.numbers),
        "related": [_place(place) for place in finding.related],
        "hint": notice.hint,
        "basis": notice.basis,
        "explained": _explanation(finding.explained) if finding.explained else None,
        "suggestions": [_suggestion(suggestion) for suggestion in finding.advice.suggestions],
        "likely": finding.advice.likely,
        "advice": list(notice.advice),
    }


def _resubmission(one: Resubmission) -> dict[str, object]:
    return {
        "section": one.submission.section,
        "ward": one.submission.ward,
        "file": one.submission.file,
        "number": one.submission.number,
        "before": {"file": one.before.file, "number": one.before.number},
        "cells": [{**_place(cell.place), "before": cell.before, "after": cell.after} for cell in one.cells],
        "lines": [
            {**_place(line.place), "kind": line.kind, "fields": [_difference(field) for field in line.fields]}
            for line in one.lines
        ],
    }


def _difference(field: Difference) -> dict[str, str]:
    return {"field": field.label, "before": field.before, "after": field.after}


def _place(place: Place) -> dict[str, object]:
    facts = asdict(place)
    return {key: facts[key] for key in ("section", "file", "line", "sheet", "cell")} | {
        "part": place.part,
        **{key: facts[key] for key in ("table", "group", "row", "column")},
    }


def _suggestion(suggestion: Suggestion) -> dict[str, object]:
    """A suggestion as its first cell, because most have only one; further cells are in `also`."""
    first, *others = ({**_place(cell.place), **_numbers(cell)} for cell in suggestion.cells)
    return {**first, "also": others, "reason": suggestion.reason, "message": suggestion.message}


def _numbers(cell: SuggestedCell) -> dict[str, object]:
    return {"found": cell.found, "value": cell.value, "least": cell.least, "most": cell.most}


def _explanation(explanation: Explanation) -> dict[str, object]:
    return {
        "difference": explanation.difference,
        "reason": explanation.reason,
        "note": explanation.note,
        "until": explanation.until,
    }
