"""What a manuscript may not ask for is refused with a sentence that names it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nerima_report.report.content import Content
from nerima_report.report.wording import PartWording, WordingError, printed


@pytest.fixture(scope="module")
def wording(content: Content) -> PartWording:
    return PartWording(content.collection.edition.parts[0], content.collection)


@pytest.mark.parametrize(
    ("ask", "named"),
    [
        (lambda wording: wording.total("内容別", "人数"), "列「人数」"),
        (lambda wording: wording.total("内容", "件数"), "内容"),
        (lambda wording: wording.value("内容別", "税金", "件数"), "税金"),
        (lambda wording: wording.share("非公開率"), "非公開率"),
        (lambda wording: printed(wording.total("内容別", "件数")), "単位"),
        (lambda wording: printed(2199), "単位"),
        (lambda wording: printed(["2199"]), "文字でない"),
    ],
)
def test_what_cannot_be_said_is_named(ask: Callable[[PartWording], object], named: str, wording: PartWording) -> None:
    with pytest.raises(WordingError, match=named):
        ask(wording)
