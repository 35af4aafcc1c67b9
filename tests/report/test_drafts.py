"""Drafts of a year in which somebody's part is missing, from tests/cases/drafts.toml."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inboxes import Ward
from nerima_report.examination import examine_collection
from nerima_report.report.audit import make_audit
from nerima_report.report.blocks import PROVISIONAL_MARK
from nerima_report.report.compose import annotate, compose_report
from nerima_report.report.content import Content
from nerima_report.report.formats.markdown import render_markdown
from nerima_report.report.record import make_record
from nerima_report.tallies.totals import Totals

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "drafts.toml").read_text(encoding="utf-8"))["case"]


def without(ward: Ward, names: tuple[str, ...]) -> Ward:
    """The ward of which some workbooks have not come in."""
    kept = [s for s in ward.inbox.submissions if not s.workbook.path.name.startswith(names)]
    return replace(ward, inbox=replace(ward.inbox, submissions=tuple(kept)))


def draft_of(ward: Ward) -> tuple[Content, str]:
    examination = examine_collection(ward.inbox, ward.edition, ward.roster, ())
    content = Content(examination.years[0], examination.findings)
    return content, render_markdown(annotate(compose_report(content), content, draft=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], ward: Ward) -> None:
    whole = ward.examine().totals.values
    missing = without(ward, tuple(case.get("without", [])) or ("nobody",))
    content, text = draft_of(missing.changed(case.get("file", ""), case.get("set", [])))
    assert [words for words in case["has"] if words not in text] == []
    assert [words for words in case.get("lacks", []) if words in text] == []
    notes = [line for line in text.splitlines() if line.startswith("※を付けた数は")]
    for key, label in (("silent", "集計がない課: "), ("gaps", "空欄や読めないところがある課: ")):
        names = "、".join(case.get(key, []))
        assert not names or any(f"{label}{names}。" in note for note in notes)
    somebody = bool(case.get("silent") or case.get("gaps"))
    assert text.startswith(PROVISIONAL_MARK) == somebody
    assert ("そろっていない数" in make_audit(content, compose_report(content))) == somebody
    record = make_record(content, compose_report(content))
    told = {(c.table, c.group, c.row, c.column): c.value for c in record.cells}
    assert all(value is None or value == whole[key] for key, value in content.collection.totals.values.items())
    assert told == {tuple(key): value for key, value in content.collection.totals.values.items()}


@pytest.mark.parametrize("name", ["12_", "00_", "10_"])
def test_no_number_that_misses_somebody_is_taken_for_the_whole(name: str, ward: Ward) -> None:
    """Whoever is missing: a total is that of everybody, or it is not known."""
    whole = ward.examine()
    part = without(ward, (name,)).examine()
    assert part.totals.are_provisional
    assert {value for value in part.figures.values() if value.value is not None} <= set(whole.figures.values())
    for key, value in part.totals.values.items():
        assert value in (None, whole.totals.values[key])


def test_a_number_that_is_there_already_decides_what_nothing_can_undo(ward: Ward) -> None:
    """That there were requests is known as soon as one is there; that there were none, only at the end."""
    collection = without(ward, ("12_",)).examine()
    some = {k: replace(p, value=0) for k, p in collection.totals.provisional.items()}
    nothing = replace(collection, totals=Totals(collection.totals.values, (), some))
    text = render_markdown(compose_report(Content(nothing)))
    assert "公文書の公開請求はなかった。" not in text
    assert "公文書の公開請求件数は" not in text
