"""A finding in the words of the catalogue: what every output reads of it."""

from __future__ import annotations

from dataclasses import replace

from nerima_report.edition import Edition
from nerima_report.edition.catalogue import ranges
from nerima_report.findings import Explanation, Finding
from nerima_report.places import Place

PLACE = Place(section="総務部総務課", file="a.xlsx", sheet="公開.内容別", cell="B15", table="公開.内容別")
DIFFERS = Finding("N401", PLACE, expected=1234, found=1229, difference=-5)


def test_a_notice_says_what_the_catalogue_says(whole_edition: Edition) -> None:
    entry, notice = whole_edition.catalogue.codes["N401"], whole_edition.catalogue.notice(DIFFERS)
    assert (notice.name, notice.hint, notice.basis) == (entry.name, entry.hint, entry.basis)
    assert (notice.expected, notice.found, notice.difference) == ("1,234", "1,229", "-5")
    assert (notice.code, notice.place, notice.label) == ("N401", PLACE, "エラー")
    assert "1,234" in notice.message


def test_what_somebody_explained_is_no_error(whole_edition: Edition) -> None:
    explained = replace(DIFFERS, explained=Explanation("N401", -5, "数え方が違う。"))
    still_open, answered = (whole_edition.catalogue.notice(finding) for finding in (DIFFERS, explained))
    assert (still_open.is_open, still_open.is_error, still_open.explanation) == (True, True, "")
    assert (answered.is_open, answered.is_error, answered.explanation) == (False, False, "数え方が違う。")
    assert (answered.severity_name, answered.label) == ("エラー", "説明のある差")


def test_a_definition_may_make_a_finding_milder_and_the_most_severe_comes_first(whole_edition: Edition) -> None:
    milder = replace(DIFFERS, severity="warning")
    notices = whole_edition.catalogue.notices([milder, DIFFERS, milder])
    assert [notice.severity for notice in notices] == ["error", "warning", "warning"]
    assert [notice.finding for notice in notices] == [DIFFERS, milder, milder]


def test_only_places_that_can_be_found_are_named_as_compared(whole_edition: Edition) -> None:
    related = (replace(PLACE, cell="B5"), replace(PLACE, cell="B6"), Place(table="公開.請求者"))
    assert whole_edition.catalogue.notice(replace(DIFFERS, related=related)).compared == ["B5〜B6"]


def test_cells_below_each_other_are_a_range() -> None:
    beside = Place(file="a.xlsx", sheet="表")
    places = [Place(file="a.xlsx", sheet="表", cell=cell) for cell in ("B5", "B6", "B7", "C7", "B9")]
    other = Place(file="b.xlsx", sheet="表", cell="B10")
    assert ranges([*places, other], beside) == ["B5〜B7", "B9", "C7", "b.xlsx 表 B10"]
