"""The ledgers of three years (cases/ledgers.toml): in which year a case counts, and what the tables count."""

from __future__ import annotations

from pathlib import Path

from ledgers import case_ledger_of, example_ledgers, write_ledgers
from nerima_report.edition import Edition
from nerima_report.edition.ledger import COUNTED, STATE
from nerima_report.tallies.counting import counted_values
from nerima_report.tallies.ledger import load_ledger

LEDGERS = example_ledgers()


def test_each_case_counts_in_one_year(whole_edition: Edition) -> None:
    """公開-0003 was received on 28 March and decided on 8 April; 公開-0010 was open at the end of its year."""
    years: dict[str, list[int]] = {}
    for year in LEDGERS:
        ledger = case_ledger_of(whole_edition, year, LEDGERS)
        for table_id in ledger.edition.ledgers:
            for case in ledger.counted(table_id):
                years.setdefault(f"{case['受付番号']}-{case['枝番']}", []).append(year)
    assert all(len(own) == 1 for own in years.values()), years
    assert years["公開-0003-None"] == [2022]
    assert years["公開-0010-None"] == [2023]


def test_a_written_ledger_is_read_as_it_was_meant(whole_edition: Edition, tmp_path: Path) -> None:
    write_ledgers(tmp_path, whole_edition, LEDGERS)
    files = {year: tmp_path / "ledger" / f"{year}.xlsx" for year in LEDGERS}
    read, meant = load_ledger(files, whole_edition, 2022), case_ledger_of(whole_edition, 2022, LEDGERS)
    assert read is not None
    assert not read.book.tallies.entry_faults
    values = {key: [entry.values for entry in entries] for key, entries in meant.cases.items()}
    assert {key: [entry.values for entry in entries] for key, entries in read.cases.items()} == values


def test_tables_of_the_small_ledger(whole_edition: Edition) -> None:
    ledger = case_ledger_of(whole_edition, 2022, LEDGERS)
    numbers = dict(counted_values(ledger.edition.with_ledger(), ledger.cases))
    named = {f"{key.table} {key.row} {key.column}": number for key, number in numbers.items() if number}
    counted = [case for case in ledger.cases["公開.請求台帳"] if case.values[STATE] == COUNTED]
    assert len(counted) == 8
    assert named["公開.請求方法 インターネット 請求者数"] == 4
    assert "公開.請求方法 窓口 請求者数" not in named
    assert named["公開.決定期間 15日 件数"] == 2  # 公開-0004 (2) and, without the days of its correction, 公開-0008
    assert named["公開.審査請求 公文書公開に関する審査請求 件数"] == 1
    assert named["公開.処理中 年度末に処理中の公開請求 件数"] == 1
    assert named["個人.決定期間 決定期間を延長したもの 件数"] == 1
