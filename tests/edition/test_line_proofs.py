"""Tables by 実施機関 or 部: nothing is divided into two places at once, and no 部 stands in two lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nerima_report.edition.line_proofs import line_faults
from nerima_report.edition.part import Body, Part, PartDefinition
from nerima_report.edition.tables import CountTable


def table_of(**keys: Any) -> CountTable:
    named = {"kind": "counts", "title": "例", "legal_basis": "架空の例", "stub": "区分", "total": "計"}
    return CountTable.model_validate(named | keys)


SOURCE = table_of(
    key="処理",
    group_stub="請求",
    group_total="小計",
    columns=[{"label": "件数", "unit": "件"}, {"label": "枚数", "unit": "件"}],
    rows=[{"group": group, "label": row} for group in ("開示", "訂正") for row in ("承諾", "不承諾")],
).with_group_totals()
COLUMN = {"of_column": "件数", "by": "実施機関"}
LINES = [{"label": "総務", "covers": ["総務部", "市民部"]}, {"label": "福祉部"}]


def column(label: str, *covers: str, **keys: str) -> dict[str, Any]:
    return {"label": label, "unit": "件", "covers": covers, **keys}


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        (COLUMN | {"columns": [column("承諾"), column("不承諾")]}, ""),
        (COLUMN | {"columns": [column("開示"), column("訂正")]}, ""),
        (COLUMN | {"columns": [column("承諾"), column("ほか", "不承諾", "承諾")]}, "covers"),
        (COLUMN | {"columns": [column("承諾"), column("訂正")]}, "covers"),  # of the group it is a row
        (COLUMN | {"columns": [column("小計"), column("不承諾")]}, "covers"),
        (COLUMN | {"columns": [column("開示"), column("うち承諾", "承諾", of="開示")]}, ""),
        ({"by": "実施機関", "columns": [column("件数"), column("枚数")]}, ""),
        ({"by": "実施機関", "columns": [column("件数"), column("数", "枚数", "件数")]}, "columns"),
        ({"by": "部", "columns": [column("件数")], "rows": LINES}, ""),
        ({"by": "部", "columns": [column("件数")], "rows": [*LINES, {"label": "市民部"}]}, "rows"),
        ({"by": "部", "columns": [column("件数")], "rows": [*LINES, {"label": "甲", "covers": ["福祉部"]}]}, "rows"),
        ({"by": "部", "columns": [column("件数")], "rows": [*LINES, {"label": "小", "sum_of": ["総務"]}]}, ""),
        ({"by": "課", "group_stub": "部", "columns": [column("件数")],
          "rows": [{"group": group, "label": "庶務課"} for group in ("総務部", "福祉部")]}, ""),
    ],
)  # fmt: skip
def test_what_stands_in_two_places_is_refused(keys: dict[str, Any], fault: str) -> None:
    table = table_of(key="別", divides="処理", **keys)
    definition = PartDefinition(
        key="公開", title="例", order=1, legal_basis="架空の例", first_year=2000, bodies=(Body(name="市長"),)
    )
    part = Part(Path("part"), definition, {"処理": SOURCE, "別": table}, (), ())
    assert [key for key, _ in line_faults(part, table)] == ([fault] if fault else [])
