"""What becomes of files that are there already when a command writes: what somebody edited or filled in is not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from nerima_report.errors import CannotProceed
from nerima_report.files import sha256
from nerima_report.workspace import Delivery

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
