"""Invent fiscal 2018 to 2021 (すべて架空): the counts as CSV, and the records that the program makes of them.

The counts of 令和4年度 are made smaller and shaken a little, so that every total and every link still holds.
Only Random.random() is used: it alone is promised to give the same sequence in every version of Python.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from consistency import check_links, require

from nerima_report.edition import Edition, find_edition, load_edition
from nerima_report.places import CellKey
from nerima_report.records.file import write_record
from nerima_report.runs.import_year import ImportOrder, import_year

Counts = Mapping[CellKey, int]  # 件 or 人 by cell

SEED = 2018
# How many requests there were, in percent of 令和4年度: disclosure, and personal information.
SIZES = {2018: (88, 84), 2019: (92, 90), 2020: (85, 82), 2021: (95, 96)}
SHAKEN = 0.1  # each row, by up to so much in both directions
STOCKS, USES, PENDING = "個人.登録など", "個人.利用と提供", ("公開.処理中", "個人.処理中")
REASONS, APPEALS = "公開.非公開理由", "公開.審査請求"
WITHDRAWN = ("取下げ", "取り下げられたもの")


def write_earlier_years(folder: Path, published: Counts) -> None:
    """Write earlier/見本の架空の数-2018.csv … and records/2018.json …; `published` are the counts of 令和4年度."""
    edition = load_edition(find_edition("nerima"))
    for name in ("earlier", "records"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    rng = Random(SEED)
    for year, sizes in SIZES.items():
        counts = invent(published, (sizes[0] / 100, sizes[1] / 100), 2022 - year, rng)
        check_links(edition.for_year(year), counts, str(year))
        file = folder / "earlier" / f"見本の架空の数-{year}.csv"
        file.write_bytes(as_csv(counts))
        (folder / "records" / f"{year}.json").write_bytes(record_of(file, year, edition))


def record_of(file: Path, year: int, edition: Edition) -> bytes:
    """The record that `record import` makes of a CSV; raises ValueError where it finds anything."""
    imported = import_year(ImportOrder(file, year), edition, ())
    require(imported.record is not None and not imported.examination.findings, imported.examination.findings)
    return write_record(imported.record) if imported.record else b""


def as_csv(counts: Counts) -> bytes:
    """The counts as `record import` reads them: UTF-8 with a byte order mark, CRLF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("表", "区分", "行", "列", "値"))
    writer.writerows((key.table, key.group, key.row, key.column, count) for key, count in counts.items())
    return text.getvalue().encode("utf-8-sig")


def invent(published: Counts, sizes: tuple[float, float], years_before: int, rng: Random) -> dict[CellKey, int]:
    """The counts of a year so many years before."""
    made: dict[CellKey, int] = {}
    for table, column in dict.fromkeys((key.table, key.column) for key in published):
        own = {key: count for key, count in published.items() if (key.table, key.column) == (table, column)}
        size = sizes[0] if table.startswith("公開") else sizes[1]
        if table == STOCKS:
            made |= {key: count - round(count * 0.012 * years_before) for key, count in own.items()}
        elif table in (REASONS, USES):
            made |= {key: round(count * size * _shake(rng)) for key, count in own.items()}
        elif table == APPEALS:
            made |= {key: int(rng.random() * 3) for key in own}
        else:
            made |= _dealt(own, round(sum(own.values()) * size), _withdrawn(made, table), rng)
    for table in PENDING:
        made[CellKey(table, "", _pending_row(table), "件数")] = 0
    return made


def _pending_row(table: str) -> str:
    return "年度末に処理中の公開請求" if table.startswith("公開") else "年度末に処理中の開示等請求"


def _shake(rng: Random) -> float:
    return 1 + SHAKEN * (2 * rng.random() - 1)


def _withdrawn(made: Counts, table: str) -> int | None:
    """How many requests were withdrawn, which two tables of a part count."""
    part = table.partition(".")[0]
    return next((n for key, n in made.items() if key.table.startswith(part) and key.row in WITHDRAWN), None)


def _dealt(own: Counts, total: int, withdrawn: int | None, rng: Random) -> dict[CellKey, int]:
    """A total dealt out in the shaken proportions of `own`; `withdrawn` of it are withdrawn, if any row says so."""
    fixed = {key: withdrawn for key in own if withdrawn is not None and key.row in WITHDRAWN}
    keys = [key for key in own if key not in fixed]
    weights = [own[key] * _shake(rng) for key in keys]
    rest = total - sum(fixed.values())
    exact = [rest * weight / sum(weights) for weight in weights]
    counts = [int(share) for share in exact]
    for place in _largest_rests(exact)[: rest - sum(counts)]:
        counts[place] += 1
    return {key: fixed.get(key, 0) for key in own} | dict(zip(keys, counts, strict=True))


def _largest_rests(exact: Sequence[float]) -> list[int]:
    return sorted(range(len(exact)), key=lambda place: int(exact[place]) - exact[place])
