"""municipality.toml: the designations of 出資法人等 and their 告示 (施行規則第16条)."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from nerima_report.edition import Edition
from nerima_report.edition.municipality import Designation


def test_a_designation_waits_until_it_is_announced(whole_edition: Edition) -> None:
    designations = (
        Designation(name="見本財団", act="指定", day=date(2021, 4, 1), announced=date(2021, 4, 5)),
        Designation(name="見本公社", act="変更", day=date(2022, 10, 1)),
        Designation(name="見本協会", act="取消し", day=date(2023, 4, 1)),
    )
    municipality = whole_edition.municipality.model_copy(update={"designations": designations})
    assert municipality.not_announced(2021) == ()
    assert municipality.not_announced(2022) == ("見本公社の変更（令和4年10月1日）",)
    assert len(municipality.not_announced(2023)) == 2
    assert [str(each) for each in designations[:2]] == [
        "見本財団の指定（令和3年4月1日）: 令和3年4月5日に告示",
        "見本公社の変更（令和4年10月1日）: 告示はまだ",
    ]
    assert whole_edition.municipality.designations == ()  # the sources name none


def test_a_designation_is_not_announced_before_it_is_made() -> None:
    with pytest.raises(ValidationError):
        Designation(name="見本財団", act="指定", day=date(2021, 4, 1), announced=date(2021, 3, 31))
