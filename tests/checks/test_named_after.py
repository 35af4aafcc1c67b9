"""A file that nobody can read is named with the section whose name it bears, and with no other."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from inboxes import Ward
from nerima_report.checks.collection import named_after
from nerima_report.tallies.roster import RosterSection

SECTIONS = [
    ("福祉部", "管理課"),
    ("土木部", "管理課"),
    ("企画部", "企画課"),
    ("教育委員会事務局", "教育企画課"),
    ("都市整備部", "建築課"),
    ("会計管理室", "会計管理室"),
]


@pytest.mark.parametrize(
    ("file", "section"),
    [
        ("福祉部管理課.csv", "福祉部管理課"),
        ("12_福祉部　管理課（提出）.csv", "福祉部管理課"),
        ("管理課.csv", ""),  # there are two
        ("企画課.csv", "企画部企画課"),
        ("教育企画課.csv", "教育委員会事務局教育企画課"),
        ("R4_建築課_確定.csv", "都市整備部建築課"),
        ("会計管理室.csv", "会計管理室"),
        ("建築.csv", ""),
        ("集計.csv", ""),
        ("公開.処理状況.csv", ""),
    ],
)
def test_by_its_name(file: str, section: str, ward: Ward) -> None:
    assert owners(Path(file), ward) == ([section] if section else [])


def test_by_the_names_in_an_archive(tmp_path: Path, ward: Ward) -> None:
    with zipfile.ZipFile(tmp_path / "まとめ.zip", "w") as archive:
        for name in ("建築課.xlsx", "各課/土木部管理課.xlsx", "読んでください.txt"):
            archive.writestr(name, b"")
    assert owners(tmp_path / "まとめ.zip", ward) == ["土木部管理課", "都市整備部建築課"]


def owners(path: Path, ward: Ward) -> list[str]:
    roster = tuple(RosterSection(2022, department, name) for department, name in SECTIONS)
    collection = replace(ward.examine(), inbox=replace(ward.inbox, submissions=(), skipped=(path,)), roster=roster)
    return [section.key for section in roster if any(named_after(section.key, collection))]
