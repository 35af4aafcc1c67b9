"""Nothing of the 請求者名簿 leaves it but into the data of a notice that was asked for, whatever command is run.

Every field of the register but its keys holds a canary. Every command of the program runs in a folder with a ledger,
also with broken files and wrong words; then every byte that was written and everything that was said is searched.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import Command
from ledgers import example_ledgers, write_ledgers
from nerima_report.cli import COMMANDS, GROUPS
from nerima_report.edition import Edition
from nerima_report.registers.requesters import CaseTitle, Requester, Requesters, write_requesters

CANARY = "かなりあ"
HELD = Requesters(
    (
        *(Requester(f"P-000{n}", f"{CANARY}氏名{n}", "", "", f"{CANARY}住所{n}") for n in range(1, 6)),
        Requester("P-0006", "", f"{CANARY}法人", f"{CANARY}担当", f"{CANARY}所在地"),
        Requester("P-0007", f"{CANARY}氏名1", "", "", f"{CANARY}住所1"),
    ),
    (CaseTitle("公開", "公開-0001", "", f"{CANARY}件名1"), CaseTitle("個人", "個人-0001", "", f"{CANARY}件名2")),
)
LIST = (
    "受付番号,受付日,請求方法,氏名,住所,区分,請求目的,内容,部,課,件名\n"
    f"公開-0901,2022-05-01,窓口,{CANARY}新,{CANARY}新住所,区民,営業活動,教育,総務部,情報公開課,{CANARY}新件名\n"
)
# Every command, with words that make it do its work, and with words that it refuses.
RUNS = [
    "", "--version", "help", "init", "init --year 2023", "form 2022", "form 2022 --out {away}/様式", "status 2022",
    "status 2022 --format json", "validate 2022 --eml", "validate ledger/2022.xlsx --format json",
    "validate {names} --format html --output 名簿を読む.html", "validate {names}", "build 2022 --draft", "build 2022",
    "publish 2022 --on 2023-06-01", "publish 2022 --withdraw 試し", "guideline 学校", "explain N401", "check 2022",
    "trend 2020..2022", "edition check", "record template 2019 --out {away}",
    "record import {names} --year 2019", "register list", "register show 委託-0001", "register print",
    "register merge 2022", "ledger new 2023", "ledger check 2022", "ledger due --on 2022-06-01",
    "ledger due --on 2022-06-01 --format json", "ledger confirm 2022", "ledger import {list} --year 2022",
    "ledger import {list} --year 2022 --persons {names}", "ledger import {names} --year 2022 --persons {names}",
    "ledger persons {names}", "ledger persons {list}", "ledger persons {broken}",
    "ledger blank {names} --until 2021 --dry-run", "ledger blank {broken} --until 2021",
    "ledger notice 公開-0001 --persons {names} --output {work}/通知.csv --year 2022",
    "ledger notice 公開-0001 --persons {broken} --output {away}/通知.csv --year 2022",
    "ledger notice 公開-0999 --persons {names} --output {away}/通知.csv --year 2022",
    "ledger notice 公開-0003 --persons {names} --output {away}/通知.docx --template {list} --year 2022",
    "edition new ひばり市 {away}/定義", "edition copy {away}/写し",
]  # fmt: skip


@pytest.fixture
def place(workdir: Path, edition: Edition) -> Path:
    """A folder beside which a 請求者名簿 lies, with ledgers in the working folder."""
    write_ledgers(workdir, edition, example_ledgers())
    beside = workdir.parent / "名簿"
    beside.mkdir()
    (beside / "名簿.xlsx").write_bytes(write_requesters(HELD))
    (beside / "壊れた名簿.xlsx").write_bytes(write_requesters(HELD)[:-400])
    (beside / "一覧.csv").write_text(LIST, encoding="utf-8")
    return workdir


def test_every_command_is_run() -> None:
    run = {tuple(word for word in words.split()[:2]) for words in RUNS}
    assert set(COMMANDS) <= {words[0] for words in run if words}
    assert {(group, name) for group, (_, own) in GROUPS.items() for name in own} <= run


def test_no_name_leaves_the_register(place: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    beside, away = place.parent / "名簿", place.parent / "ほか"
    away.mkdir()
    before = {file.name: file.read_bytes() for file in beside.iterdir()}
    places = {"names": beside / "名簿.xlsx", "broken": beside / "壊れた名簿.xlsx", "list": beside / "一覧.csv",
              "away": away, "work": place}  # fmt: skip
    said = []
    for words in RUNS:
        ran = command("-C", place, *(word.format(**places) for word in words.split()))
        assert ran.code in (0, 1, 2), (words, ran.err)
        said += [ran.out, ran.err]
        mapping = place / "ledger" / "取り込み-公開.toml"
        if mapping.exists():
            text = mapping.read_text(encoding="utf-8").replace("confirmed = false", "confirmed = true")
            mapping.write_text(text, encoding="utf-8")
    written = [*_everything(place), *_everything(away)]
    found = [text for text in (*said, *written) if CANARY in text]
    assert not found, found[0][:400]
    assert (beside / "一覧.csv").read_bytes() == before["一覧.csv"]


def test_the_data_of_a_notice_hold_what_was_asked_for(place: Path, command: Command) -> None:
    """The search would find a name: here is one."""
    beside = place.parent / "名簿"
    asked = ["公開-0001", "--persons", beside / "名簿.xlsx", "--output", beside / "差込.csv", "--year", "2021"]
    shutil.copy(place / "ledger" / "2021.xlsx", place / "ledger" / "控え.xlsx")
    ran = command("-C", place, "ledger", "notice", *asked)
    told = ran.out + ran.err
    assert CANARY not in told
    if ran.code == 0:
        assert any(f"{CANARY}氏名1" in text for text in _everything(beside))
    else:
        assert not (beside / "差込.csv").exists()


def _everything(folder: Path) -> Iterator[str]:
    """Every file of a folder and every part of a zip in it, with their names, as text."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield f"{file.relative_to(folder)} {file.read_bytes().decode(errors='replace')}"
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                yield from (f"{file}: {archive.read(name).decode(errors='replace')}" for name in archive.namelist())
