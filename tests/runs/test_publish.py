"""The irreversible step: what stops it, the day and the way, what is taken back, and the 正誤表 afterwards."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import SAMPLE, Command
from faulty import EXPLAINED, edit
from killing import KILLED, contents, needs_fork, run_and_kill
from nerima_report.edition import Edition
from nerima_report.files import sha256
from nerima_report.records.file import read_record, write_record
from nerima_report.runs.publish import WITHDRAWN

REVIEWS = {("公開.審査請求", "B5"): 2}
TOMORROW = (date.today() + timedelta(days=1)).isoformat()


@pytest.fixture(scope="module")
def approved(small_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small ward's working folder; the first test that asks for `built` builds its report."""
    return Path(shutil.copytree(small_folder, tmp_path_factory.mktemp("publish") / "work"))


@pytest.fixture
def built(approved: Path, command: Command, tmp_path: Path) -> Path:
    """A copy of the small ward's working folder after `build 2022`."""
    if not (approved / "out").exists():
        assert command("-C", approved, "build", "2022").code == 0
    return Path(shutil.copytree(approved, tmp_path / "work"))


@pytest.fixture
def publish(built: Path, command: Command) -> Callable[..., int]:
    return lambda *options: command("-C", built, "publish", "2022", *options).code


def published(work: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((work / "records" / "2022.json").read_text(encoding="utf-8"))
    return content


def late_workbook(work: Path) -> None:
    shutil.copy(next((SAMPLE / "inbox" / "2022").glob("16_*")), work / "inbox" / "2022" / "16_改訂.xlsx")


def without_a_workbook(work: Path) -> None:
    next((work / "inbox" / "2022").glob("16_*")).unlink()


def add_to(name: str) -> Callable[[Path], None]:
    def add(work: Path) -> None:
        with (work / name).open("ab") as file:
            file.write(b"\n# \n")

    return add


@pytest.mark.parametrize(
    ("change", "later"),
    [
        (late_workbook, {"16_改訂.xlsx": "added"}),
        (without_a_workbook, {"16_健康部保健予防課.xlsx": "removed"}),
        (lambda work: edit(work, "00_", REVIEWS), {"00_区全体_情報公開課.xlsx": "changed"}),
        (lambda work: shutil.rmtree(work / "inbox"), None),
        (add_to("roster.xlsx"), {"roster.xlsx": "changed"}),
        (lambda work: (work / "roster.xlsx").unlink(), {"roster.xlsx": "removed"}),
        (add_to("nerima-report.toml"), {"nerima-report.toml": "changed"}),
        (lambda work: (work / "nerima-report.toml").unlink(), {"nerima-report.toml": "removed"}),
    ],
)
def test_what_changed_after_the_build_stops_it_unless_there_is_a_reason(
    change: Callable[[Path], object], later: dict[str, str] | None, built: Path, command: Command
) -> None:
    approved = (built / "out" / "2022" / "report.docx").read_bytes()
    change(built)
    refused = command("-C", built, "publish", "2022")
    assert (refused.code, (built / "records" / "2022.json").exists()) == (2, False)
    assert all(name in refused.err for name in later or ())
    run = command("-C", built, "publish", "2022", "--as-built", "決裁を受けた")
    assert (run.code, "N906" in run.out) == (0, True)
    publication = published(built)["publication"]
    assert publication["as_built"] == "決裁を受けた"
    told = {one["file"]: one["change"] for one in publication["later"]}
    assert told == later if later else set(told.values()) == {"removed"}
    assert published(built)["outputs"][0] == {"file": "report.docx", "sha256": sha256(approved)}


def test_another_edition_stops_it(built: Path, command: Command, tmp_path: Path) -> None:
    assert command("-C", tmp_path, "edition", "copy").code == 0
    add_to("定義/nerima/municipality.toml")(tmp_path)
    refused = command("-C", built, "--templates", tmp_path / "定義", "publish", "2022")
    assert (refused.code, "定義" in refused.err) == (2, True)


def test_the_record_knows_the_day_and_the_way(built: Path, publish: Callable[..., int], whole_edition: Edition) -> None:
    assert publish("--on", "2022-06-01") == 2  # within the year itself
    assert publish("--on", "2222-06-01") == 2
    assert publish("--on", "来月") == 2
    assert publish("--way", "回覧板") == 2
    assert not (built / "records").exists()
    assert publish() == 0
    publication = published(built)["publication"]
    usual = [way.way for way in whole_edition.municipality.publication_ways if way.usual]
    assert publication == {"date": date.today().isoformat(), "ways": usual, "as_built": "", "later": []}
    assert publish() == 0


def test_each_way_is_open_until_its_day_is_written_down(
    built: Path, publish: Callable[..., int], command: Command
) -> None:
    def standing() -> tuple[list[str], str]:
        status = json.loads(command("-C", built, "status", "2022", "--format", "json").out)
        return status["ways_open"], status["next"]["command"]

    posted, page, counter = "区の掲示場への掲示", "区のホームページへの掲載", "情報公開の窓口での閲覧"
    assert publish("--done", "掲示場") == 2  # there is no record yet
    assert publish("--on", "2023-06-01", "--way", "掲示場", "--way", "ホームページ") == 0
    assert published(built)["ways_done"] == []
    assert standing() == ([posted, page], f"nerima-report publish 2022 --done {posted}")
    for refused in (
        ("回覧板",),
        ("掲示場", "--on", "2022-06-01"),
        ("掲示場", "--on", TOMORROW),
        ("掲示場", "--way", "窓口"),
    ):
        assert publish("--done", *refused) == 2
    assert publish("--done", "掲示場", "--on", "2023-06-01") == 0
    assert standing()[0] == [page]
    assert publish("--done", "窓口", "--done", "ホームページ", "--on", "2023-06-02") == 0  # one that nobody planned
    assert publish("--done", "掲示場", "--on", "2023-06-05") == 0  # the day was a slip
    assert published(built)["ways_done"] == [
        {"way": posted, "date": "2023-06-05"},
        {"way": page, "date": "2023-06-02"},
        {"way": counter, "date": "2023-06-02"},
    ]
    assert published(built)["publication"]["ways"] == [posted, page, counter]
    assert standing() == ([], "nerima-report init --year 2023")
    assert publish("--withdraw", "誤り") == 2
    assert "令和5年6月5日" in command("-C", built, "publish", "2022").out


def test_what_is_revised_is_to_be_made_public_again(built: Path, publish: Callable[..., int], command: Command) -> None:
    assert publish("--on", "2023-06-01") == publish("--done", "掲示場") == 0
    edit(built, "00_", REVIEWS)
    assert command("-C", built, "build", "2022").code == 0
    assert publish("--revise", "審査請求の数の誤り") == 0
    assert published(built)["ways_done"] == []


def test_before_its_day_it_is_taken_back_with_a_trace(
    built: Path, publish: Callable[..., int], command: Command
) -> None:
    made = (built / "out" / "2022" / "record.json").read_bytes()
    assert publish("--withdraw", "まだない") == 2
    assert publish("--on", TOMORROW, "--way", "ホームページ", "--way", "掲示場") == 0
    record = (built / "records" / "2022.json").read_bytes()
    assert published(built)["publication"]["ways"] == ["区のホームページへの掲載", "区の掲示場への掲示"]
    assert publish("--withdraw", "誤り", "--on", TOMORROW) == 2
    edit(built, "00_", REVIEWS)
    command("-C", built, "build", "2022")
    assert publish() == publish("--revise", "訂正ではない") == 2
    (built / "out" / "2022" / "record.json").unlink()
    assert publish("--withdraw", "数の誤り") == 0
    assert not (built / "records" / "2022.json").exists()
    assert (built / "out" / "2022" / "record.json").read_bytes() == made
    (line,) = (built / "records" / WITHDRAWN).read_text(encoding="utf-8-sig").splitlines()[1:]
    assert line.split(",")[1:4] == ["令和4年度", "数の誤り", TOMORROW]
    assert line.endswith(sha256(record))
    assert publish("--on", TOMORROW, "--as-built", "試し") == 0
    assert publish("--withdraw", "もう一度") == 0
    assert len((built / "records" / WITHDRAWN).read_text(encoding="utf-8").splitlines()) == 3


def test_from_its_day_on_it_is_only_revised_and_the_corrections_are_printed(
    built: Path, publish: Callable[..., int], command: Command
) -> None:
    assert publish() == 0
    assert publish("--withdraw", "数の誤り") == 2
    for number, reason in ((2, "数え落とし"), (3, "もう一件")):
        edit(built, "00_", {("公開.審査請求", "B5"): number})
        command("-C", built, "build", "2022")
        assert publish("--revise", reason) == 0
        errata = (built / "out" / "2022" / "正誤表.md").read_text(encoding="utf-8")
        assert f"| {number - 1} | {number} | {reason} | " in errata
    assert errata.count("| 公文書の公開状況 公文書公開に関する審査請求 ") == 2
    assert {path.name for path in (built / "out" / "2022").glob("正誤表*")} == {
        "正誤表.docx",
        "正誤表.html",
        "正誤表.md",
    }
    assert publish("--withdraw", "数の誤り") == 2


def test_after_a_revision_the_same_report_is_no_second_one(
    built: Path, publish: Callable[..., int], command: Command
) -> None:
    """The audit list said that the first build differs from what was published; that of the second does not."""
    assert publish() == 0
    edit(built, "00_", {("公開.審査請求", "B5"): 2})
    command("-C", built, "build", "2022")
    assert publish("--revise", "数え落とし") == 0
    record = published(built)
    for _ in range(2):
        assert "N904" not in command("-C", built, "build", "2022").out
        run = command("-C", built, "publish", "2022")
        assert (run.code, "すでに同じ内容" in run.out, run.err) == (0, True, "")
    assert command("-C", built, "publish", "2022", "--revise", "もう一度").code == 0
    assert published(built) == record
    edit(built, "00_", {("公開.審査請求", "B5"): 3})
    command("-C", built, "build", "2022")
    assert publish() == 2


def as_notepad_saves(work: Path) -> None:
    settings = work / "nerima-report.toml"
    settings.write_bytes(b"\xef\xbb\xbf" + settings.read_bytes().replace(b"\n", b"\r\n"))


def test_line_ends_of_the_settings_are_no_change(built: Path, publish: Callable[..., int]) -> None:
    as_notepad_saves(built)
    assert publish() == 0
    assert published(built)["publication"]["later"] == []


def test_a_record_without_a_day_is_public(built: Path, publish: Callable[..., int]) -> None:
    """Records of version 2 did not say when they were published, and are read and replaced as before."""
    built_now = read_record(built / "out" / "2022" / "record.json", 2022)
    old = built_now.model_construct(**{name: getattr(built_now, name) for name in built_now.model_fields_set})
    old = old.model_copy(update={"schema_version": 2})
    (built / "records").mkdir()
    (built / "records" / "2022.json").write_bytes(write_record(old))
    assert publish("--withdraw", "数の誤り") == 2
    assert publish() == 0
    assert published(built)["schema_version"] == 2  # the same year: it stays as it is


@pytest.mark.parametrize(("note", "code"), [("", 2), ("1件の請求に二つの決定をしたものがある。", 0)])
def test_two_printed_numbers_differ_only_with_a_note(note: str, code: int, workdir: Path, command: Command) -> None:
    edit(workdir, "12_", {("公開.内容別", "B5"): 27})
    text = EXPLAINED.format(difference=1, more="").replace("1件の請求に二つの決定をしたものがある。", note)
    add = (workdir / "nerima-report.toml").read_text(encoding="utf-8") + text
    (workdir / "nerima-report.toml").write_text(add, encoding="utf-8")
    run = command("-C", workdir, "build", "2022")
    assert (run.code, "note" in run.err) == (code, not note), run.err + run.out
    assert command("-C", workdir, "build", "2022", "--draft").code == 0


@needs_fork
@pytest.mark.parametrize("options", [("--as-built", "決裁"), ("--withdraw", "日の誤り"), ("--revise", "数え落とし")])
def test_it_is_done_or_not_done_whenever_it_is_killed(
    options: tuple[str, str], built: Path, publish: Callable[..., int], command: Command
) -> None:
    if options[0] != "--as-built":
        assert publish("--on", TOMORROW if options[0] == "--withdraw" else date.today().isoformat()) == 0
    edit(built, "00_", REVIEWS)
    if options[0] == "--revise":
        assert command("-C", built, "build", "2022").code == 0
    assert command("-C", built, "init", ".").code == 0  # so that later it adds nothing
    done = Path(shutil.copytree(built, built.with_name("done")))
    assert command("-C", done, "publish", "2022", *options).code == 0
    outcomes = []
    for at in range(1, 60, 3):
        work = Path(shutil.copytree(built, built.with_name(f"killed {at}")))
        code = run_and_kill(lambda work=work: command("-C", work, "publish", "2022", *options).code, at)  # type: ignore[misc]
        if code == KILLED:
            assert command("-C", work, "init", ".").code == 0
        assert contents(work) in (contents(built), contents(done)), at
        outcomes.append(contents(work) == contents(done))
        if code != KILLED:
            break
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}
