"""The master of a register: what is written is read back, and what somebody broke is refused with its place."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from nerima_report.edition import Edition
from nerima_report.edition.registers import Register
from nerima_report.errors import MasterError
from nerima_report.registers.entry import Master, RegisterEntry
from nerima_report.registers.master import load_masters, master_file, read_master, write_master

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "broken_masters.toml").read_text(encoding="utf-8"))["case"]
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Zp", "Co", "Cn"]), min_size=1).filter(
    lambda text: text not in ("同上", "〃", "々", '"', "''", "上に同じ", "上と同じ", "同前") and "_x" not in text
)


@pytest.fixture(scope="module")
def register(whole_edition: Edition) -> Register:
    return whole_edition.for_year(2022).registers["個人.個人情報ファイル登録票"]


def entry(number: int = 1, **values: object) -> RegisterEntry:
    given = {"個人情報ファイルの名称": "架空の台帳", "個人の数": 1200, **values}
    return RegisterEntry(f"ファイル-{number:04}", "福祉部", "管理課", given, date(2020, 4, 1), confirmed=2022)


@given(text=TEXTS, persons=st.integers(0, 10**9), day=st.dates(date(1950, 1, 1), date(2090, 1, 1)))
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read_back(
    register: Register, tmp_path_factory: pytest.TempPathFactory, text: str, persons: int, day: date
) -> None:
    file = tmp_path_factory.mktemp("registers") / "a.csv"
    for first in ("", "=", "+", "-", "@", "'=", "''-"):
        master = Master(register, (entry(利用目的=first + text, 個人の数=persons), replace(entry(2), registered=day)))
        file.write_bytes(write_master(master))
        assert read_master(file, register) == master


def test_no_text_is_a_formula(register: Register) -> None:
    lines = write_master(Master(register, (entry(利用目的="=1+1", 記録項目="-x"),))).decode("utf-8-sig").splitlines()
    assert ",'=1+1,'-x," in lines[1]


def test_entries_stand_in_the_order_of_their_numbers(register: Register) -> None:
    forward, backward = (Master(register, tuple(map(entry, numbers))) for numbers in ((2, 1, 10000), (10000, 2, 1)))
    assert write_master(forward) == write_master(backward)
    assert [line.split(",")[0] for line in write_master(forward).decode("utf-8-sig").splitlines()[1:]] == [
        "ファイル-0001", "ファイル-0002", "ファイル-10000",
    ]  # fmt: skip


def test_excel_may_have_saved_it(register: Register, tmp_path: Path) -> None:
    """Dates with slashes, columns in another order, empty columns and lines at the end."""
    file = tmp_path / "a.csv"
    lines = write_master(Master(register, (entry(),))).decode("utf-8-sig").splitlines()
    lines = [",".join((*reversed(line.split(",")), "", "")) for line in lines]
    file.write_text("\ufeff" + "\r\n".join([*lines, "," * 40, ""]).replace("2020-04-01", "2020/4/1"), encoding="utf-8")
    assert read_master(file, register).entries == (entry(),)


def test_a_master_may_lack_the_columns_that_later_years_added(whole_edition: Edition, tmp_path: Path) -> None:
    """The sample's master was written before the terms of a contract were asked for."""
    register, sample = whole_edition.for_year(2026).registers["個人.委託の記録"], ROOT / "sample_data" / "registers"
    earlier = read_master(sample / "委託の記録.csv", register)
    assert [entry.number for entry in earlier.entries] == ["委託-0001", "委託-0002", "委託-0003"]
    file = tmp_path / "委託の記録.csv"
    file.write_bytes(write_master(earlier))
    assert "再委託の条件" in file.read_text(encoding="utf-8-sig").splitlines()[0]
    assert read_master(file, register) == earlier


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_broken_master_is_refused(
    case: dict[str, Any], register: Register, whole_edition: Edition, tmp_path: Path
) -> None:
    text = write_master(Master(register, (entry(1), entry(2)))).decode("utf-8-sig")
    assert text.count(case["find"]) >= 1
    file = master_file(tmp_path, register)
    file.parent.mkdir()
    file.write_bytes(
        text.replace(case["find"], case["replace"], case.get("times", 1)).encode(case.get("encoding", "utf-8"))
    )
    with pytest.raises(MasterError) as error:
        load_masters(tmp_path, whole_edition)
    assert (error.value.line, error.value.column, error.value.file) == (case["line"], case["column"], file)
