"""The letters: to whom, when, about what, and what never stands in one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from openpyxl import load_workbook

from conftest import Command
from faulty import edit
from nerima_report.edition import Edition
from nerima_report.findings import Finding
from nerima_report.notices.letters import Attachment, LetterWriter
from nerima_report.runs.validate_year import YearOrder, validate_year
from nerima_report.tallies.roster import RosterSection
from nerima_report.workspace import Workspace, open_workspace

Check = Callable[[date], set[str]]
DEADLINE = date(2023, 5, 12)
AFTER = date(2023, 5, 13)
PERSON = "架空太郎"


@pytest.fixture
def workspace(workdir: Path) -> Workspace:
    """The small ward with a deadline."""
    settings = workdir / "nerima-report.toml"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}\n[deadline]\n2022 = {DEADLINE}\n", encoding="utf-8")
    return open_workspace(workdir)


@pytest.fixture
def check(workspace: Workspace, edition: Edition) -> Check:
    """Check the year on a day; gives back the letters and drafts that lie there then."""

    def run(today: date) -> set[str]:
        validate_year(workspace, edition, 2022, YearOrder(today, drafts=True), lambda path: None)
        return {path.name for path in (workspace.checked(2022) / "手紙").glob("*")}

    return run


@pytest.mark.parametrize(
    ("department", "name", "addressed"),
    [
        ("総務部", "情報公開課", "総務部　情報公開課長　様"),
        ("会計管理室", "会計管理室", "会計管理室長　様"),
        ("", "会計管理室", "会計管理室長　様"),
        ("選挙管理委員会", "選挙管理委員会事務局", "選挙管理委員会事務局長　様"),
        ("監査委員", "監査事務局", "監査委員　監査事務局長　様"),
        ("農業委員会", "農業委員会事務局", "農業委員会事務局次長　様"),
        ("議会", "議会事務局", "議会事務局次長　様"),
        ("健康部", "豊玉保健相談所", "健康部　豊玉保健相談所長　様"),
        ("教育委員会事務局", "光が丘図書館", "教育委員会事務局　光が丘図書館長　様"),
        ("教育委員会事務局", "学校教育支援センター", "教育委員会事務局　学校教育支援センター所長　様"),
        ("", "豊玉小学校", "豊玉小学校長　様"),
    ],
)
def test_the_head_is_addressed_by_title(department: str, name: str, addressed: str, edition: Edition) -> None:
    letter = LetterWriter(edition, 2022, DEADLINE).reminder(RosterSection(2022, department, name))
    assert letter.body.splitlines()[0] == addressed


@pytest.mark.parametrize(
    ("kind", "head", "name", "addressed"),
    [
        ("課", "", "管理課", "見本部　管理課長　様"),
        ("室", "", "会計管理室", "見本部　会計管理室長　様"),
        ("総合福祉事務所", "", "見本総合福祉事務所", "見本部　見本総合福祉事務所長　様"),
        ("図書館", "", "見本図書館", "見本部　見本図書館長　様"),
        ("センター", "", "見本センター", "見本部　見本センター所長　様"),
        ("事務局", "", "監査事務局", "見本部　監査事務局長　様"),
        ("事務局", "次長", "議会事務局", "見本部　議会事務局次長　様"),
        ("小学校", "", "見本第一小学校", "見本部　見本第一小学校長　様"),
        ("中学校", "", "見本中学校", "見本部　見本中学校長　様"),
        ("幼稚園", "", "見本幼稚園", "見本部　見本幼稚園長　様"),
        ("", "所長", "区民事務所担当課", "見本部　区民事務所担当課所長　様"),
    ],
)
def test_the_roster_says_by_what_title(kind: str, head: str, name: str, addressed: str, edition: Edition) -> None:
    section = RosterSection(2022, "見本部", name, kind=kind, head=head)
    assert LetterWriter(edition, 2022, DEADLINE).reminder(section).body.splitlines()[0] == addressed


def test_a_draft_is_unsent_and_carries_the_form(edition: Edition) -> None:
    section = RosterSection(2022, "福祉部", "管理課", addresses=("a@example.lg.jp", "b@example.lg.jp"))
    form = Attachment("令和4年度_福祉部管理課.xlsx", b"PK form")
    letter = LetterWriter(edition, 2022, DEADLINE).request(section, form)
    files = letter.files(drafts=True)
    assert list(files) == ["依頼_福祉部管理課.txt", "依頼_福祉部管理課.eml"]
    mail = BytesParser(policy=policy.default).parsebytes(files["依頼_福祉部管理課.eml"])
    assert (mail["X-Unsent"], mail["To"], mail["From"]) == ("1", "a@example.lg.jp, b@example.lg.jp", None)
    assert mail["Subject"] == letter.subject
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == form
    assert "令和5年5月12日（金）" in letter.body
    assert files == letter.files(drafts=True)  # the same bytes every time
    body = mail.get_body()
    assert body is not None
    assert body.get_content().splitlines() == letter.body.splitlines()


def test_nobody_is_reminded_before_the_deadline_is_over(check: Check, workspace: Workspace) -> None:
    inbox = workspace.folder / "inbox" / "2022"
    next(inbox.glob("12_*")).unlink()
    next(inbox.glob("00_*")).unlink()  # the coordinator does not write to itself
    assert check(DEADLINE) == set()
    assert check(AFTER) == {"催促_福祉部管理課.txt", "催促_福祉部管理課.eml"}
    assert check(DEADLINE) == set()  # no letter stays that is not to be sent


def test_each_section_concerned_gets_one_letter_with_its_own_copies_alone(check: Check, workspace: Workspace) -> None:
    blank = {("公開.処理状況", "B5"): None}
    edit(workspace.folder, "00_", {("公開.請求者", "B5"): None})
    edit(workspace.folder, "16_", blank | {("個人.事務処理ミス", "C5"): f"090-1234-5678 {PERSON}"})
    edit(workspace.folder, "12_", blank)
    names = ("返却_福祉部管理課", "返却_健康部保健予防課")
    assert check(AFTER) == {f"{name}.{ending}" for name in names for ending in ("txt", "eml")}
    letters = workspace.checked(2022) / "手紙"
    attached = {name: _attached(letters / f"{name}.eml") for name in names}
    assert attached == {
        "返却_福祉部管理課": ["返却_12_福祉部管理課.xlsx"],
        "返却_健康部保健予防課": ["返却_16_健康部保健予防課.xlsx"],
    }
    text = (letters / "返却_健康部保健予防課.txt").read_text(encoding="utf-8-sig")
    assert "公開.処理状況 B5" in text
    assert not any(word in text for word in (PERSON, "090", "福祉部", "roster", "inbox", ".toml", "nerima-report"))


def test_a_workbook_whose_cover_names_nobody_goes_back_to_whom_its_file_is_named_after(
    check: Check, workspace: Workspace
) -> None:
    edit(workspace.folder, "12_", {("表紙", "B7"): "管理科"})  # nobody of the roster
    edit(workspace.folder, "16_", {("表紙", "B4"): "いつか"})
    other = edit(workspace.folder, "10_", {("公開.処理状況", "B5"): None})  # another's, whatever its name
    other.rename(other.with_name("23_土木部管理課（国保年金課より）.xlsx"))
    next(other.parent.glob("23_土木部管理課.xlsx")).unlink()
    letters = {name for name in check(AFTER) if name.endswith(".txt")}
    assert letters == {f"返却_{name}.txt" for name in ("福祉部管理課", "健康部保健予防課", "区民部国保年金課")}


def _attached(file: Path) -> list[str]:
    mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
    return sorted(str(part.get_filename()) for part in mail.iter_attachments())


def test_the_request_goes_out_with_the_form_once_there_is_a_deadline(command: Command, workdir: Path) -> None:
    without = command("-C", workdir, "form", "2022", "--section", "福祉部管理課", "--section", "区全体")
    assert (without.code, "[deadline]" in without.out) == (0, True)
    folder = workdir / "forms" / "2022" / "依頼"
    assert not folder.exists()
    settings = workdir / "nerima-report.toml"
    settings.write_text('edition = "nerima"\n[deadline]\n2022 = 2023-05-12\n', encoding="utf-8")
    for sections, mails in ((["福祉部管理課", "区全体"], ["--eml"]), (["健康部保健予防課"], [])):
        arguments = [word for section in sections for word in ("--section", section)]
        assert command("-C", workdir, "form", "2022", "--force", *arguments, *mails).code == 0
    ward = command("-C", workdir, "form", "2022", "--section", "区全体").out
    assert "手紙" not in ward  # the coordinator asks nothing of itself
    letters = {"依頼_福祉部管理課.txt", "依頼_福祉部管理課.eml", "依頼_健康部保健予防課.txt"}
    assert {path.name for path in folder.iterdir()} == {*letters, "SHA256SUMS"}
    edited = folder / "依頼_福祉部管理課.txt"
    edited.write_text("書き足した文", encoding="utf-8")
    settings.write_text('edition = "nerima"\n[deadline]\n2022 = 2023-05-19\n', encoding="utf-8")
    assert command("-C", workdir, "form", "2022", "--force", "--section", "福祉部管理課").code == 0
    assert "5月19日" in edited.read_text(encoding="utf-8-sig")
    assert (folder / "依頼_福祉部管理課-保存1.txt").read_text(encoding="utf-8") == "書き足した文"
    assert not (folder / "依頼_福祉部管理課.eml").exists()  # it named the old deadline


def test_a_copy_tells_the_section_what_a_section_can_do(check: Check, workspace: Workspace) -> None:
    edit(workspace.folder, "12_", {("表紙", "B7"): "障がい者課"})
    check(AFTER)
    copy = load_workbook(next((workspace.checked(2022) / "返却").glob("返却_12_*")))
    told = [str(cell) for row in copy["確認結果"].iter_rows(values_only=True) for cell in row if cell]
    assert any("とりまとめの課に知らせて" in text for text in told)
    assert not any(word in text for text in told for word in ("roster", "inbox", ".toml", "nerima-report"))


def test_a_letter_says_what_is_wrong_before_what_to_do(check: Check, workspace: Workspace) -> None:
    edit(workspace.folder, "12_", {("表紙", "B7"): "管理科", ("公開.処理状況", "B5"): -1, ("公開.処理状況", "B6"): 4.5})
    edit(workspace.folder, "16_", {("公開.処理状況", "B5"): "12人", ("公開.処理状況", "B6"): f"{PERSON}の1件"})
    check(AFTER)
    lines = letter(workspace, "返却_福祉部管理課").splitlines()
    for told in ("福祉部管理科", "福祉部管理課", "-1", "4.5"):
        at = next(number for number, line in enumerate(lines) if line.startswith("・") and told in line)
        assert any(line.startswith("　→") for line in lines[at:])
    other = letter(workspace, "返却_健康部保健予防課")
    assert "12人" in other
    assert PERSON not in other


def letter(workspace: Workspace, name: str) -> str:
    return (workspace.checked(2022) / "手紙" / f"{name}.txt").read_text(encoding="utf-8-sig")


def test_no_text_of_an_entry_gets_into_a_letter(whole_edition: Edition) -> None:
    """Of the facts of a finding that are texts, those alone are told that no 課 writes into an entry."""
    for code, entry in whole_edition.catalogue.codes.items():
        texts = dict.fromkeys(entry.unquoted, PERSON)
        notice = whole_edition.catalogue.notice(Finding(code, details=texts))
        assert PERSON not in notice.in_letters, code
        number = whole_edition.catalogue.notice(Finding(code, details=dict.fromkeys(entry.unquoted, "12")))
        assert not notice.for_section or number.in_letters == number.message


@pytest.mark.parametrize("file", ["12.xls", "12_健康部保健予防課.pdf", "保健予防課.xlsx", "保健予防課（確定）.gsheet"])
def test_a_section_that_sent_what_cannot_be_read_is_told_so(file: str, check: Check, workspace: Workspace) -> None:
    inbox = workspace.folder / "inbox" / "2022"
    next(inbox.glob("16_*")).unlink()
    name = file if "保健" in file else f"{Path(file).stem}_保健予防課{Path(file).suffix}"
    (inbox / name).write_bytes(b"%PDF-1.7" if name.endswith("pdf") else b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert check(AFTER) == {f"再送_健康部保健予防課.{ending}" for ending in ("txt", "eml")}
    text = letter(workspace, "再送_健康部保健予防課")
    assert f"届いた {name} は" in text
    assert ".xlsx" in text
    assert "もらって" not in text


def test_an_unread_file_beside_a_workbook_asks_for_nothing(check: Check, workspace: Workspace) -> None:
    (workspace.folder / "inbox" / "2022" / "健康部保健予防課.pdf").write_bytes(b"%PDF-1.7")
    assert check(AFTER) == set()


def test_a_workbook_of_another_year_goes_back(check: Check, workspace: Workspace) -> None:
    sent = edit(workspace.folder, "12_", {("表紙", "B4"): "令和3年度"})
    assert check(DEADLINE) == check(AFTER) == {f"返却_福祉部管理課.{ending}" for ending in ("txt", "eml")}
    text = letter(workspace, "返却_福祉部管理課")
    assert "・表紙 B4: " in text
    assert text.index("令和3年度") < text.index("→")
    right = sent.with_name("12_もう一度.xlsx")
    right.write_bytes(sent.read_bytes())
    edit(workspace.folder, "12_も", {("表紙", "B4"): "令和4年度"})
    check(AFTER)
    assert "令和3年度" not in letter(workspace, "返却_福祉部管理課")


def test_the_collection_of_the_year_before_is_not_sent_back(check: Check, workspace: Workspace) -> None:
    for number in ("12_", "16_", "10_"):
        edit(workspace.folder, number, {("表紙", "B4"): "令和3年度"})
    assert {name.partition("_")[0] for name in check(AFTER)} == {"催促"}


def test_of_two_workbooks_with_one_number_both_are_named(check: Check, workspace: Workspace) -> None:
    first = next((workspace.folder / "inbox" / "2022").glob("16_*"))
    first.with_name("保健予防課（修正）.xlsx").write_bytes(first.read_bytes())
    check(DEADLINE)
    text = letter(workspace, "返却_健康部保健予防課")
    assert first.name in text
    assert "保健予防課（修正）.xlsx" in text
