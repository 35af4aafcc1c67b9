"""Tables by 実施機関, 部 and 課: over random rosters and tallies, they say what adding up by hand says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from city import BODIES, make_templates
from nerima_report.checks.collection import adjustments_can_be_applied, every_section_has_its_line
from nerima_report.checks.links import tables_agree_in_the_ward
from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.edition.entries import ADJUSTMENTS
from nerima_report.edition.tables import Row
from nerima_report.places import CellKey, Place
from nerima_report.tallies.cell_values import Reading
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.lines import with_roster
from nerima_report.tallies.model import Entry, FilledCell, Tallies
from nerima_report.tallies.roster import Absent, RosterSection
from nerima_report.tallies.totals import Totals, add_up

SOURCE = "公開.処理状況"
DECISIONS = ("公開", "部分公開", "非公開", "不存在", "存否応答拒否", "却下", "取下げ")
COLUMNS_OF_PARTS = {
    "公開": ("公開", "部分公開"),
    "非公開等": ("非公開", "不存在", "存否応答拒否", "却下"),
    "取下げ": ("取下げ",),
}
DEPARTMENTS = ("総務部", "市民部", "福祉部", *BODIES)
UNREACHED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The edition of the invented city."""
    return load_edition(find_edition("", make_templates(tmp_path_factory.mktemp("city")))).for_year(2024)


@st.composite
def rosters(draw: st.DrawFn) -> list[RosterSection]:
    """Random 課 of random 部, in any order."""
    names = st.tuples(st.sampled_from(DEPARTMENTS), st.sampled_from(("一課", "二課", "三課")))
    pairs = draw(st.lists(names, min_size=1, max_size=12, unique=True))
    return [RosterSection(2024, department, section) for department, section in pairs]


def tallies_of(numbers: dict[tuple[str, str, str], int]) -> Tallies:
    """What each 課 said, by its key, the row and the column."""
    cells = tuple(
        FilledCell(
            2024, False, CellKey(SOURCE, "", row, column), Reading(number, "reported"), str(number), Place(section)
        )
        for (section, row, column), number in numbers.items()
    )
    return Tallies(cells, {}, (), (), ())


@st.composite
def collected(draw: st.DrawFn) -> tuple[list[RosterSection], dict[tuple[str, str, str], int]]:
    """A roster, and a number for each cell of each of its 課."""
    roster = draw(rosters())
    keys = [(s.key, row, column) for s in roster for row in DECISIONS for column in ("件数", "枚数")]
    numbers = draw(st.lists(st.integers(0, 50), min_size=len(keys), max_size=len(keys)))
    return roster, dict(zip(keys, numbers, strict=True))


def values(totals: Totals, table_id: str) -> dict[tuple[str, str, str], int | None]:
    return {key[1:]: value for key, value in totals.values.items() if key.table == table_id}


def body_of(section: RosterSection) -> str:
    return BODIES.get(section.department, "市長")


@UNREACHED
@given(drawn=collected())
def test_every_table_says_what_adding_up_by_hand_says(
    city: Edition, drawn: tuple[list[RosterSection], dict[tuple[str, str, str], int]]
) -> None:
    roster, numbers = drawn
    totals = add_up(tallies_of(numbers), with_roster(city, roster), roster=roster)
    by_body: Counter[tuple[str, str]] = Counter()
    by_part: Counter[tuple[str, str, str]] = Counter()
    by_section: Counter[tuple[str, str, str]] = Counter()
    for section in roster:
        body = body_of(section)
        part = ("市長", section.department) if body == "市長" else ("", body)
        for row in DECISIONS:
            number = numbers[section.key, row, "件数"]
            by_body[body, row] += number
            column = next(label for label, rows in COLUMNS_OF_PARTS.items() if row in rows)
            by_part[(*part, column)] += number
            for of in ("件数", "枚数"):
                by_section[section.department, section.section_name, of] += numbers[section.key, row, of]
    bodies = ("市長", *BODIES.values())
    for body in bodies:
        by_body[body, "計"] = sum(by_body[body, row] for row in DECISIONS)
    for row in DECISIONS:
        by_body["計", row] = sum(by_body[body, row] for body in bodies)
    assert values(totals, "公開.実施機関別") == {
        ("", body, row): by_body[body, row] for body in bodies for row in (*DECISIONS, "計")
    }
    assert values(totals, "公開.処理別") == {
        ("", row, body): by_body[body, row] for body in (*bodies, "計") for row in DECISIONS
    }
    apart = {(row, column): number for (_, row, column), number in values(totals, "公開.議会の外").items()}
    committees = sum(by_body[body, "計"] for body in list(BODIES.values())[:-1])
    assert apart == {
        ("市長", "件数"): by_body["市長", "計"],
        ("行政委員会", "件数"): committees,
        ("計", "件数"): by_body["市長", "計"] + committees,
        ("議会", "件数"): by_body["議会", "計"],
    }
    mayor = {
        ("", s.department, row): sum(numbers[o.key, row, "件数"] for o in roster if o.department == s.department)
        for s in roster
        for row in DECISIONS
        if body_of(s) == "市長"
    }
    assert values(totals, "公開.市長の部") == mayor
    if any(group for group, *_ in by_part):
        for column in COLUMNS_OF_PARTS:
            own = (number for (group, _, of), number in by_part.items() if (group, of) == ("市長", column))
            by_part["市長", "小計", column] = sum(list(own))
    assert values(totals, "公開.部別") == by_part
    assert values(totals, "公開.課別") == by_section


@UNREACHED
@given(drawn=collected(), data=st.data())
def test_an_adjustment_of_a_section_is_as_if_it_had_said_so_itself(
    city: Edition, drawn: tuple[list[RosterSection], dict[tuple[str, str, str], int]], data: st.DataObject
) -> None:
    roster, numbers = drawn
    section, row = data.draw(st.sampled_from(roster)), data.draw(st.sampled_from(DECISIONS))
    changed = dict(numbers)
    changed[section.key, row, "件数"] += 3
    edition = with_roster(city, roster)
    alone = [one.section_name for one in roster].count(section.section_name) == 1
    name = data.draw(st.sampled_from((section.key, section.section_name))) if alone else section.key
    said = {"表": SOURCE, "区分": None, "行": row, "列": "件数", "増減": 3, "理由": "架空", "課": name}
    tallies = replace(tallies_of(numbers), entries={ADJUSTMENTS: (Entry(said, "市全体", 5),)})
    totals = add_up(tallies, edition, roster=roster)
    assert totals.values == add_up(tallies_of(changed), edition, roster=roster).values
    said["課"] = None  # a form that was made before there was the column, or what concerns no single 課
    totals = add_up(tallies, edition, roster=roster)
    assert totals.values[CellKey(SOURCE, "", row, "件数")] == sum(
        number for (_, of, column), number in changed.items() if (of, column) == (row, "件数")
    )
    before = add_up(tallies_of(numbers), edition, roster=roster)
    assert values(totals, "公開.実施機関別") == values(before, "公開.実施機関別")


@pytest.mark.parametrize("name", ["どこか課", "課"])
def test_an_adjustment_of_an_unknown_section_is_not_applied(name: str, city: Edition) -> None:
    roster = [RosterSection(2024, "総務部", "総務課"), RosterSection(2024, "市民部", "市民課")]
    numbers = {(one.key, row, "件数"): 1 for one in roster for row in DECISIONS}
    said = {"表": SOURCE, "区分": None, "行": "公開", "列": "件数", "増減": 3, "理由": "架空", "課": name}
    tallies = replace(tallies_of(numbers), entries={ADJUSTMENTS: (Entry(said, "市全体", 5),)})
    edition = with_roster(city, roster)
    totals = add_up(tallies, edition, roster=roster)
    assert totals.values == add_up(tallies_of(numbers), edition, roster=roster).values
    [finding] = adjustments_can_be_applied(Collection(edition, 2024, tallies, totals))
    assert (finding.code, name in str(finding.found)) == ("N609", True)


def test_an_adjustment_may_not_take_more_from_a_section_than_its_line_has(city: Edition) -> None:
    roster = [RosterSection(2024, "総務部", "総務課"), RosterSection(2024, "議会事務局", "議事課")]
    numbers = {(roster[0].key, "公開", "件数"): 9, (roster[1].key, "公開", "件数"): 1}
    said = {"表": SOURCE, "区分": None, "行": "公開", "列": "件数", "増減": -3, "理由": "架空", "課": "議事課"}
    tallies = replace(tallies_of(numbers), entries={ADJUSTMENTS: (Entry(said, "市全体", 5),)})
    edition = with_roster(city, roster)
    totals = add_up(tallies, edition, roster=roster)
    [finding] = adjustments_can_be_applied(Collection(edition, 2024, tallies, totals))
    assert (finding.code, finding.found, "議会" in finding.details["about"]) == ("N610", -2, True)


@UNREACHED
@given(drawn=collected())
def test_what_is_divided_adds_up_and_a_section_outside_the_roster_is_found(
    city: Edition, drawn: tuple[list[RosterSection], dict[tuple[str, str, str], int]]
) -> None:
    roster, numbers = drawn
    edition = with_roster(city, roster)

    def found(tallies: Tallies) -> set[tuple[str, str, object]]:
        collection = Collection(edition, 2024, tallies, add_up(tallies, edition, roster=roster))
        return {(f.code, f.place.table, f.difference) for f in tables_agree_in_the_ward(collection)}

    assert found(tallies_of(numbers)) == set()
    strange = {("企画部企画課", "公開", "件数"): 3}
    divided = ("実施機関別", "処理別", "部別", "課別", "部局別", "議会の外")
    assert found(tallies_of(numbers | strange)) == {("N501", f"公開.{key}", -3) for key in divided}


@UNREACHED
@given(drawn=collected(), data=st.data())
def test_another_order_of_the_roster_changes_no_number(
    city: Edition, drawn: tuple[list[RosterSection], dict[tuple[str, str, str], int]], data: st.DataObject
) -> None:
    roster, numbers = drawn
    other = data.draw(st.permutations(roster))
    tallies = tallies_of(numbers)
    totals = (add_up(tallies, with_roster(city, each), roster=each).values for each in (roster, other))
    one, two = totals
    assert dict(one) == dict(two)


def test_only_the_line_of_whoever_is_missing_is_incomplete(city: Edition) -> None:
    roster = [RosterSection(2024, "総務部", "総務課"), RosterSection(2024, "教育部", "学校課")]
    edition = with_roster(city, roster)
    numbers = {("総務部総務課", row, column): 1 for row in DECISIONS for column in ("件数", "枚数")}
    totals = add_up(tallies_of(numbers), edition, Absent({"教育部学校課": frozenset()}), roster)
    assert totals.values["公開.実施機関別", "", "市長", "公開"] == 1  # type: ignore[index]
    missing = {(key.table, key.group, key.row) for key in totals.provisional if key.table in DIVIDED}
    assert missing == {
        ("公開.実施機関別", "", "教育委員会"),
        ("公開.部別", "", "教育委員会"),
        ("公開.課別", "教育部", "学校課"),
        ("公開.部局別", "", "行政委員会"),
    }


DIVIDED = ("公開.実施機関別", "公開.部別", "公開.課別", "公開.部局別")


def test_rows_stand_in_the_order_of_the_bodies_and_of_the_roster(city: Edition) -> None:
    roster = [RosterSection(2024, d, "課") for d in ("監査事務局", "福祉部", "教育部", "総務部")]
    edition = with_roster(city, roster)
    rows = {key: [row.line for row in edition.count_tables[f"公開.{key}"].rows] for key in ("部別", "部別の請求")}
    parts = [("市長", "福祉部"), ("市長", "総務部"), ("市長", "小計"), ("", "教育委員会"), ("", "監査委員")]
    assert rows["部別"] == parts
    assert rows["部別の請求"] == [("", "監査事務局"), ("", "福祉部"), ("", "教育部"), ("", "総務部")]


def test_the_roster_may_say_another_body_than_the_department(city: Edition, tmp_path: Path) -> None:
    section = RosterSection(2024, "総務部", "選挙課", body="選挙管理委員会")
    lines = with_roster(city, [section, replace(section, section_name="総務課", body="")]).lines
    assert lines["公開.部別"] == {"総務部選挙課": ("", "選挙管理委員会"), "総務部総務課": ("市長", "総務部")}
    assert lines["公開.処理別"] == {"総務部選挙課": ("", "選挙管理委員会"), "総務部総務課": ("", "市長")}


@pytest.mark.parametrize(
    ("written", "left_out"),
    [
        ([], []),  # the lines are those of the roster
        (["総務部", "市民部", "福祉部"], []),
        (["総務部", "市民部"], ["福祉部福祉課"]),
    ],
)
def test_nobody_is_left_out_of_a_table_about_its_body(written: list[str], left_out: list[str], city: Edition) -> None:
    (part,) = city.parts
    table = part.count_table("市長の部")[1].model_copy(update={"rows": tuple(Row(label=name) for name in written)})
    edition = replace(city, parts=(replace(part, tables={**part.tables, "市長の部": table}),))
    roster = [
        RosterSection(2024, *names) for names in (("総務部", "総務課"), ("福祉部", "福祉課"), ("教育部", "学校課"))
    ]
    own = with_roster(edition, roster)
    collection = Collection(own, 2024, tallies_of({}), add_up(tallies_of({}), own), roster=tuple(roster))
    found = [(f.code, f.place.section, f.place.table) for f in every_section_has_its_line(collection)]
    assert found == [("N616", section, "公開.市長の部") for section in left_out]
