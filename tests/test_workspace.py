"""What becomes of files that are there already when a command writes: what somebody edited or filled in is not lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from nerima_report.errors import CannotProceed, DefinitionError
from nerima_report.files import SETTINGS, sha256
from nerima_report.findings import REASON_TO_WRITE
from nerima_report.workspace import SUMS, Delivery, Workspace, open_workspace, read_sums, write_sums

OLD, NEW, EDITED = b"as written last", b"as made now", b"polished by hand"
VOUCHED = {"report.docx": sha256(OLD)}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("there", "vouched", "always_kept", "copied"),
    [
        (None, VOUCHED, (), False),
        (OLD, VOUCHED, (), False),
        (NEW, VOUCHED, (), False),
        (EDITED, VOUCHED, (), True),
        (OLD, {"report.docx": ""}, (), True),
        (NEW, {"report.docx": ""}, (), False),
        (EDITED, {}, (), False),  # nobody edits it
        (OLD, VOUCHED, ("report.docx",), True),
        (NEW, {}, ("report.docx",), True),
        (EDITED, VOUCHED, ("report.docx",), True),
        (None, {}, ("report.docx",), False),
    ],
)
def test_a_copy_is_kept_of_what_the_tool_did_not_write(
    tmp_path: Path, there: bytes | None, vouched: dict[str, str], always_kept: tuple[str, ...], copied: bool
) -> None:
    out = tmp_path / "out"
    if there is not None:
        out.mkdir()
        (out / "report.docx").write_bytes(there)
    kept = Delivery(out, {"report.docx": NEW}, vouched).replace(always_kept)
    copies = {"report-保存1.docx": there} if copied else {}
    assert contents(out) == {"report.docx": NEW, **copies}
    assert [(f.code, f.place.file, f.details) for f in kept] == [
        ("N904", (out / "report.docx").as_posix(), {"about": name}) for name in copies
    ]


def test_every_copy_gets_a_name_of_its_own(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        (tmp_path / "report.docx").write_bytes(content)
        Delivery(tmp_path, {"report.docx": NEW}, VOUCHED).replace()
    assert contents(tmp_path) == {"report.docx": NEW, "report-保存1.docx": b"first", "report-保存2.docx": b"second"}


def test_what_was_edited_is_kept_although_nothing_replaces_it(tmp_path: Path) -> None:
    (tmp_path / "open-items.md").write_bytes(EDITED)
    Delivery(tmp_path, {"report.docx": NEW}, {"open-items.md": sha256(OLD)}).replace()
    assert contents(tmp_path).keys() == {"report.docx", "open-items.md", "open-items-保存1.md"}


def test_what_somebody_filled_in_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "same.xlsx").write_bytes(NEW)
    (tmp_path / "filled-in.xlsx").write_bytes(EDITED)
    before = contents(tmp_path)
    delivery = Delivery(tmp_path, dict.fromkeys(("new.xlsx", "same.xlsx", "filled-in.xlsx"), NEW))
    with pytest.raises(CannotProceed) as refusal:
        delivery.add()
    assert "filled-in.xlsx" in str(refusal.value)
    assert "same.xlsx" not in str(refusal.value)
    assert contents(tmp_path) == before
    added = delivery.add(force=True)
    assert [path.name for path in added.written] == ["new.xlsx", "filled-in.xlsx"]
    assert [path.name for path in added.unchanged] == ["same.xlsx"]
    assert set(contents(tmp_path).values()) == {NEW}
    assert delivery.add() == ((), tuple(tmp_path / name for name in delivery.files))


def test_a_folder_in_the_way_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "form.xlsx").mkdir()
    for force in (False, True):
        with pytest.raises(CannotProceed):
            Delivery(tmp_path, {"form.xlsx": NEW}).add(force=force)
    assert (tmp_path / "form.xlsx").is_dir()


def test_what_holds_only_as_a_whole_replaces_all_that_was_written_before(tmp_path: Path) -> None:
    """A copy for a 課 that is fine now must not lie among those that go back."""
    for name, content in {"12.xlsx": OLD, "16.xlsx": EDITED, "覚え書き.txt": EDITED}.items():
        (tmp_path / "返却").mkdir(exist_ok=True)
        (tmp_path / "返却" / name).write_bytes(content)
    vouched = {"返却/12.xlsx": sha256(OLD), "返却/16.xlsx": sha256(OLD), "返却/23.xlsx": ""}
    kept = Delivery(tmp_path, {"返却/23.xlsx": NEW}, vouched).supersede()
    assert contents(tmp_path / "返却") == {"23.xlsx": NEW, "16-保存1.xlsx": EDITED, "覚え書き.txt": EDITED}
    assert [finding.code for finding in kept] == ["N904"]


@pytest.mark.parametrize("name", ["../roster.xlsx", "/etc/hosts", "返却/../../roster.xlsx", ""])
def test_sums_never_lead_out_of_their_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / SUMS).write_bytes(write_sums({name: "0" * 64, "返却/12.xlsx": "1" * 64}))
    assert read_sums(tmp_path) == {"返却/12.xlsx": "1" * 64}


@pytest.mark.parametrize(
    ("written", "deadline"),
    [
        ("2026 = 2027-05-14", date(2027, 5, 14)),
        ('2026 = "令和9年5月14日"', date(2027, 5, 14)),
        ('2026 = "R9.5.14"', date(2027, 5, 14)),
        ('"2026" = 2026-12-25', date(2026, 12, 25)),
        ("2025 = 2026-05-14", None),
        ('2026 = "来月"', "2026"),
        ("2026 = 5", "2026"),
        ("2026 = 2027-02-30", "行目"),
        ("2026 = 2017-05-14", "令和8年度"),
        ("2026 = 2028-05-14", "令和8年度"),
        ("R8 = 2027-05-14", "R8"),
    ],
)
def test_the_deadline_of_a_year(written: str, deadline: date | str | None, tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_text(f"[deadline]\n{written}\n", encoding="utf-8")
    if isinstance(deadline, str):
        with pytest.raises(DefinitionError, match=deadline):
            open_workspace(tmp_path)
    else:
        assert open_workspace(tmp_path).deadlines.get(2026) == deadline


@pytest.mark.parametrize("reason", [REASON_TO_WRITE, f"　{REASON_TO_WRITE}。", f"差は正しい（{REASON_TO_WRITE}）", ""])
def test_a_reason_that_nobody_wrote_is_refused(reason: str, tmp_path: Path) -> None:
    answer = f'[[explained]]\ncode = "N501"\nsection = "総務部総務課"\ndifference = 1\nreason = "{reason}"\n'
    (tmp_path / SETTINGS).write_text(answer, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"nerima-report\.toml(.|\n)*explained(.|\n)*reason"):
        open_workspace(tmp_path)


def test_what_lies_beside_the_ledgers(tmp_path: Path) -> None:
    """What is neither read nor made by the program is named, if it may be a ledger."""
    of_the_program = ["2022.xlsx", "2021-保存1.xlsx", "2022-受付番号.csv", "~$2022.xlsx", "取り込み-公開.toml"]
    others = ["R4台帳.xls", "2022.xlsm", "2022年度.xlsx", "令和4年度.xlsx", "台帳 2022.ods", "22.xlsx"]
    (tmp_path / "ledger").mkdir()
    for name in (*of_the_program, *others, "覚え書き.docx"):
        (tmp_path / "ledger" / name).write_bytes(b"")
    assert [file.name for file in Workspace(tmp_path, "nerima", ()).unread_ledgers] == sorted(others)
    assert Workspace(tmp_path / "elsewhere", "nerima", ()).unread_ledgers == []
