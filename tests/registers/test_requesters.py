"""The 請求者名簿: where it may lie, who may be one person, new numbers, and forgetting."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from nerima_report.errors import CannotProceed
from nerima_report.registers.requesters import (
    CaseTitle,
    Requester,
    Requesters,
    alike,
    read_requesters,
    refuse_exposed,
    write_requesters,
)
from nerima_report.workspace import write_all

SOME = Requesters(
    (
        Requester("P-0001", "髙橋 見本", address="架空町1-1"),
        Requester("P-0002", "高橋見本", address="架空町1-1"),
        Requester("P-0003", corporation="株式会社架空", contact="見本 花子"),
        Requester("P-0004", corporation="㈱架空"),
        Requester("P-0005", "別名 一郎"),
        Requester("P-0005", "別名 二郎"),
        Requester("P-0006", "同名 三郎"),
        Requester("P-0007", "同名 三郎"),
    ),
    (CaseTitle("公開", "公開-0001", "", "架空の契約書"), CaseTitle("公開", "公開-0002", "1", "架空の議事録")),
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "名簿.xlsx"
    file.write_bytes(write_requesters(SOME))
    assert read_requesters(file, tmp_path / "作業") == SOME


def test_who_may_be_one_requester_is_proposed_by_number_and_never_merged() -> None:
    found = [(one.first, one.second) for one in alike(SOME)]
    assert found == [("P-0001", "P-0002"), ("P-0003", "P-0004"), ("P-0005", "P-0005"), ("P-0006", "P-0007")]
    told = "".join(one.reason for one in alike(SOME))
    assert not any(name in told for person in SOME.persons for name in person.who if name)


def test_many_requesters_are_compared_in_reasonable_time() -> None:
    many = Requesters(tuple(Requester(f"P-{n:05}", f"架空 {n}") for n in range(20_000)))
    assert alike(many) == []


def test_only_who_is_written_the_same_gets_a_known_number() -> None:
    after, numbers = SOME.numbered([Requester("", "高橋見本", address="架空町1-1"), Requester("", "新しい 人")])
    assert numbers["高橋見本", "", "", "架空町1-1"] == "P-0002"
    assert numbers["新しい 人", "", "", ""] == "P-0008"
    assert after.persons[:-1] == SOME.persons
    assert SOME.numbered([])[0] == SOME


def test_blanking_leaves_the_numbers() -> None:
    after = SOME.blanked(frozenset({"P-0001"}), frozenset({("公開", "公開-0002", "1")}))
    assert after.persons[0] == Requester("P-0001")
    assert after.persons[1:] == SOME.persons[1:]
    assert [title.title for title in after.titles] == ["架空の契約書", ""]


def test_it_may_not_lie_in_the_working_folder(tmp_path: Path) -> None:
    work = tmp_path / "作業"
    work.mkdir()
    for inside in (work / "名簿.xlsx", work / "ledger" / "名簿.xlsx", work / ".." / "作業" / "名簿.xlsx"):
        with pytest.raises(CannotProceed):
            refuse_exposed(inside, work)
    link = tmp_path / "近道"
    link.symlink_to(work)
    with pytest.raises(CannotProceed):
        refuse_exposed(link / "名簿.xlsx", work)
    refuse_exposed(tmp_path / "名簿.xlsx", work)


def test_it_may_not_lie_where_a_repository_would_take_it_in(tmp_path: Path) -> None:
    repository = tmp_path / "記録"
    inside = repository / "名簿" / "名簿.xlsx"
    inside.parent.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    with pytest.raises(CannotProceed):
        refuse_exposed(inside, tmp_path / "作業")
    (repository / ".gitignore").write_text("名簿/\n", encoding="utf-8")
    refuse_exposed(inside, tmp_path / "作業")


@pytest.mark.parametrize("missing", ["請求者番号", "氏名", "件名"])
def test_a_file_that_is_no_register_says_which_heading_is_missing(tmp_path: Path, missing: str) -> None:
    from openpyxl import load_workbook

    file = tmp_path / "名簿.xlsx"
    file.write_bytes(write_requesters(SOME))
    book = load_workbook(file)
    for sheet in book.worksheets:
        for cell in sheet[1]:
            cell.value = None if cell.value == missing else cell.value
    book.save(file)
    with pytest.raises(CannotProceed, match=missing) as error:
        read_requesters(file, tmp_path / "作業")
    assert "見本" not in str(error.value)


def test_a_written_register_has_no_wider_permissions_than_before(tmp_path: Path) -> None:
    file = tmp_path / "名簿.xlsx"
    file.write_bytes(write_requesters(SOME))
    file.chmod(0o600)
    write_all(tmp_path, {file.name: write_requesters(Requesters())}, (file,))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    write_all(tmp_path, {"新しい.xlsx": b"x"}, (file,))
    assert stat.S_IMODE((tmp_path / "新しい.xlsx").stat().st_mode) == 0o600
