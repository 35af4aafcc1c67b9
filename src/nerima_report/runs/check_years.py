"""`check`: the years that were asked for → their records → the findings between years."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from nerima_report.checks.years import findings_between
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.examination import Examination
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_name, parse_fiscal_year, parse_fiscal_years
from nerima_report.records.file import RecordFile, open_record
from nerima_report.tallies.collection import Collection
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.submission import Inbox
from nerima_report.tallies.totals import Totals
from nerima_report.workspace import RECORD, Workspace

_HOW = "2026、R8、2018..2026 か、records/2026.json のように書いてください。"


def check_years(workspace: Workspace, edition: Edition, checked: CheckedYears, against: Sequence[int]) -> Examination:
    """Compare years with the recorded years before them, or only with those in `against`.

    A year is read from out/, otherwise from records/. Raises CannotProceed where it is in neither.
    """
    read = cache(partial(open_record, edition=edition))  # each year is read again as a year before the next one
    findings: list[Finding] = []
    collection: list[Collection] = []
    files: list[str] = []
    for year in checked.years:
        records = _records_of(workspace, year, checked.published, read)
        findings += findings_between(workspace, edition, records, against, read)
        narrowed = edition.for_year(year)
        collection.append(Collection(narrowed, year, load_tallies((), narrowed), Totals({})))
        files.append(records[0].file)
    return Examination(edition, Inbox(), tuple(collection), tuple(findings), tuple(files))


def _records_of(
    workspace: Workspace, fiscal_year: int, published_only: bool, read: Callable[[Path, int], RecordFile]
) -> list[RecordFile]:
    built, published = workspace.out(fiscal_year) / RECORD, workspace.record(fiscal_year)
    if published_only:
        return [read(published, fiscal_year)]
    files = [file for file in (built, published) if file.exists()]
    return [read(file, fiscal_year) for file in files]


@dataclass(frozen=True)
class CheckedYears:
    """The years to check, in their order; with `published` they are read from records/, never from out/."""

    years: tuple[int, ...]
    published: bool = False


def are_files(words: Sequence[str]) -> bool:
    """Whether somebody named the files of records. Raises CannotProceed for a mixture with years."""
    files = [word.lower().endswith(".json") for word in words]
    if any(files) and not all(files):
        raise CannotProceed("年度と記録のファイルは、いっしょには書けません。どちらかだけにしてください。")
    return any(files)


def folder_of(files: Sequence[str]) -> Path:
    """The working folder in which some records lie. Raises CannotProceed where they lie in none, or in several."""
    folders = {Path(file).parent.parent for file in files}
    strange = [file for file in files if not re.fullmatch(r"(.*/)?records/\d{4}\.json", Path(file).as_posix())]
    if strange:
        raise CannotProceed(
            f"年度の記録のファイルではありません。\n  ファイル: {strange[0]}\n"
            "  作業フォルダーの records の中の、2026.json のような名前のファイルを書いてください。"
        )
    if len(folders) > 1:
        named = "、".join(sorted(folder.as_posix() for folder in folders))
        raise CannotProceed(
            f"一度に確かめられるのは、一つの作業フォルダーの記録だけです。\n  フォルダー: {named}\n"
            "  フォルダーごとに分けて実行してください。"
        )
    return folders.pop()


def years_of_files(files: Sequence[str], workspace: Workspace) -> CheckedYears:
    """The years of records that changed, and for each the next recorded year, which is compared with it."""
    named = {int(Path(file).stem) for file in files}
    recorded = [int(file.stem) for file in workspace.records]
    following = {min((year for year in recorded if year > changed), default=changed) for changed in named}
    return CheckedYears(tuple(sorted(named | following)), published=True)


def years_of_words(words: Sequence[str], workspace: Workspace) -> CheckedYears:
    """The years of the command line, or the newest one. Raises CannotProceed for a word that is no year."""
    known = _known(workspace)
    if not words:
        if not known:
            raise CannotProceed(
                "報告も記録もありません。\n"
                "  先に nerima-report build か nerima-report record import を実行してください。"
            )
        return CheckedYears((known[-1],))
    years: set[int] = set()
    for word in words:
        ends = _ends(word)
        if ends[0] > ends[-1]:
            raise CannotProceed(f"「{word}」は、はじめの年度が後です。2018..2026 のように書いてください。")
        missing = [year for year in ends if year not in known]
        if missing:
            raise CannotProceed(
                f"{full_name(missing[0])}の報告も記録もありません。\n"
                f"  先に nerima-report build {missing[0]} を実行してください。"
            )
        years |= {year for year in known if ends[0] <= year <= ends[-1]}
    return CheckedYears(tuple(sorted(years)))


def _ends(word: str) -> tuple[int, ...]:
    """The year that a word names, or the first and the last year of a range."""
    year = parse_fiscal_year(word)
    ends = parse_fiscal_years(word) if year is None else (year,)
    if ends is None:
        raise CannotProceed(f"年度「{word}」を読めません。{_HOW}")
    return ends


def _known(workspace: Workspace) -> list[int]:
    return sorted({int(file.stem) for file in workspace.records} | set(workspace.built))
