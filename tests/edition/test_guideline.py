"""The guideline as data: every type of 別表1 to 3 in the wording of the ward, and what follows from a match."""

from __future__ import annotations

from nerima_report.edition import Edition


def test_the_annexes_have_as_many_types_as_the_guideline(whole_edition: Edition) -> None:
    annexes = {annex.name: (annex.kind, len(annex.types)) for annex in whole_edition.guideline.annexes}
    assert annexes == {"別表1": ("利用", 3), "別表2": ("提供", 11), "別表3": ("委託", 21)}


def test_rows_that_a_page_splits_are_whole(whole_edition: Edition) -> None:
    texts = {entry.name: entry.type.text for entry in whole_edition.guideline.entries}
    assert "新たな農業振興施策の検討" in texts["別表2の10"]
    assert "交渉その他の事務処理を行うとともに" in texts["別表3の19"]
    assert len(set(texts.values())) == 35


def test_a_match_spares_the_committee_but_never_the_consultation(whole_edition: Edition) -> None:
    guideline = whole_edition.guideline
    assert guideline.consultation.with_ == "情報公開課"
    assert not any(annex.committee.needed for annex in guideline.annexes)
    # The sources differ on who decides a use or provision, and say nothing of outsourcing.
    assert [len(annex.deciders) for annex in guideline.annexes] == [2, 2, 0]
    assert all(annex.decision_note for annex in guideline.annexes)


def test_it_applies_from_the_year_of_the_act(whole_edition: Edition) -> None:
    assert [whole_edition.guideline.serves(year) for year in (2022, 2023)] == [False, True]
