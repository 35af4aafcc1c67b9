"""The working folder: nerima-report.toml, roster.xlsx, inbox/, records/, out/, and writing without half results."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from nerima_report.edition.catalogue import Catalogue
from nerima_report.edition.tables import Definition, Text
from nerima_report.edition.toml import read_definition
from nerima_report.errors import CannotProceed, DefinitionError
from nerima_report.files import ROSTER, SETTINGS, FoundWorkbooks, find_workbooks, sha256
from nerima_report.findings import Explanation, Finding
from nerima_report.interruption import uninterrupted
from nerima_report.places import Place
from nerima_report.text import printable

RECORD = "record.json"  # in out/2026/, until it is published as records/2026.json
_HIDDEN = r"\..*"
_OF_A_YEAR = rf"{_HIDDEN}|\d{{4}}"  # folders in the inbox that are never searched for another year: inbox/2025
_REASONS = {
    errno.EISDIR: "同じ名前のフォルダーがあります",
    errno.EEXIST: "同じ名前のファイルがあります",
    errno.ENOTDIR: "フォルダーの名前のファイルがあります",
    errno.ENOSPC: "空きがありません",
    errno.EROFS: "書き込みのできない場所です",
    errno.ENOENT: "フォルダーがありません",
}
_SHOWN = 5  # files named in a message
FOLDERS = ("inbox", "records", "out")

SETTINGS_TEXT = """\
# nerima-report の設定。このファイルのあるフォルダーで nerima-report を使う。

# 使う定義（templates の中のフォルダーの名前）
edition = "nerima"

# 差に正しい理由があるときは、ここに書くと報告を作れる。
# コード、場所、差がぴったり同じものだけに当てはまり、監査用の一覧（audit.md）に必ず載る。
#
# [[explained]]
# code = "N501"                # 確認結果のコード
# section = "総務部総務課"     # 課（部と課をつないだ名前。区全体の差は「区全体」）
# table = "公開.内容別"        # 表（表を言わない指摘には書かない）
# row = ""                     # 行（あれば）
# column = "件数"              # 列
# difference = 1               # 差（確認結果に出たとおり）
# reason = "理由"
# note = ""                    # 表の下に印刷する注（なければ空）
# until = 2026                 # いつの年度まで有効か（なければ書かない）
"""


class ExplainedSetting(Definition):
    """An `[[explained]]` entry: code, place, exact difference and reason."""

    code: Text = Field(pattern=r"^N\d{3}$")
    difference: int
    reason: Text
    section: Text
    table: str = ""
    row: str = ""
    column: str = ""
    note: str = ""
    until: int | None = None


class Settings(Definition):
    """nerima-report.toml."""

    edition: Text = "nerima"
    explained: tuple[ExplainedSetting, ...] = ()


@dataclass(frozen=True)
class Workspace:
    """A working folder and its settings."""

    folder: Path
    edition: str
    explanations: tuple[Explanation, ...]

    @property
    def roster(self) -> Path:
        """The roster of 課."""
        return self.folder / ROSTER

    def workbooks(self, fiscal_year: int) -> FoundWorkbooks:
        """The workbooks for a year, inbox/2026/ if there, else inbox/, and the files that were skipped."""
        inbox = self.folder / "inbox"
        folder = inbox / str(fiscal_year) if (inbox / str(fiscal_year)).is_dir() else inbox
        if not folder.is_dir():
            raise CannotProceed(
                f"集計のフォルダーがありません。\n  フォルダー: {folder}\n"
                "  nerima-report init でフォルダーを作り、各課から届いたファイルを inbox に入れてください。"
            )
        found, skipped = find_workbooks([folder], leaving_out=_OF_A_YEAR if folder == inbox else _HIDDEN)
        if not found:
            raise CannotProceed(
                f"集計のファイル（.xlsx）が一つもありません。\n  フォルダー: {folder}\n{passed_over(skipped)}"
                "  各課から届いたファイルを入れてから、もう一度実行してください。"
            )
        if folder != inbox:
            beside = find_workbooks([inbox], leaving_out=_OF_A_YEAR)
            skipped = [*skipped, *beside.paths, *beside.skipped]
        return FoundWorkbooks(found, skipped)

    def explanations_for(self, catalogue: Catalogue) -> tuple[Explanation, ...]:
        """The explained differences. Raises DefinitionError for a code that does not exist."""
        for number, explanation in enumerate(self.explanations, start=1):
            if explanation.code not in catalogue.codes:
                reason = f"「{explanation.code}」というコードはありません。nerima-report explain で一覧を見られます"
                raise DefinitionError(self.folder / SETTINGS, f"explained の {number}番目の code", reason)
        return self.explanations

    def out(self, fiscal_year: int) -> Path:
        """Where the outputs of a year go."""
        return self.folder / "out" / str(fiscal_year)

    def forms(self, fiscal_year: int) -> Path:
        """Where the blank collection workbooks of a year go."""
        return self.folder / "forms" / str(fiscal_year)

    @property
    def records(self) -> list[Path]:
        """The published records, year by year."""
        return sorted(file for file in (self.folder / "records").glob("*.json") if _is_year(file.stem))

    @property
    def built(self) -> list[int]:
        """The fiscal years of which a report lies in out/ that is not yet published."""
        return sorted(int(f.parent.name) for f in (self.folder / "out").glob(f"*/{RECORD}") if _is_year(f.parent.name))

    def record(self, fiscal_year: int) -> Path:
        """The published record of a year."""
        return self.folder / "records" / f"{fiscal_year}.json"


def open_workspace(folder: Path) -> Workspace:
    """The working folder with its settings, or with the defaults where it has none."""
    file = folder / SETTINGS
    settings = read_definition(file, Settings) if file.is_file() else Settings()
    explanations = tuple(Explanation(**explained.model_dump()) for explained in settings.explained)
    return Workspace(folder, settings.edition, explanations)


def passed_over(files: Sequence[Path]) -> str:
    """The first of some files that were passed over, as a line of a message; '' without any."""
    more = " など" if len(files) > _SHOWN else ""
    names = "、".join(printable(path.name) for path in files[:_SHOWN])
    return f"  読まないファイル: {names}{more}\n" if files else ""


class Added(NamedTuple):
    """What `Delivery.add` did: the files written, and those that said the same already."""

    written: tuple[Path, ...]
    unchanged: tuple[Path, ...]


@dataclass(frozen=True)
class Delivery:
    """Files that are written together into a folder where somebody may have edited or filled in what is there.

    A file there is the tool's own if it is what the tool wrote last (`vouched`: the SHA-256 by name, "" of a file
    that it did not write) or what it is about to write. Any other is somebody's work: `replace` keeps a copy of it,
    `add` writes nothing.
    """

    folder: Path
    files: Mapping[str, bytes]
    vouched: Mapping[str, str] = field(default_factory=dict)

    def replace(self, always_kept: Iterable[str] = ()) -> list[Finding]:
        """Write the files over those that are there: for outputs, which are made anew as often as anybody likes.

        Before that, what somebody edited in a file named in `vouched` is copied to a free name beside it, as is
        whatever stands in the files of `always_kept`. Returns a finding (N904) for each copy.
        """
        names = dict.fromkeys((*filter(self._is_edited, self.vouched), *always_kept))
        replaced = [self.folder / name for name in names if (self.folder / name).is_file()]
        kept = [Finding("N904", Place(file=file.as_posix()), details={"about": _keep(file).name}) for file in replaced]
        write_all(self.folder, self.files)
        return kept

    def add(self, *, force: bool = False) -> Added:
        """Write the files that are not there yet: for what people fill in. `force` overwrites what they filled in.

        Raises CannotProceed, and writes nothing, where one is there already and says something else.
        """
        new = {name: content for name, content in self.files.items() if not self._is_same(name)}
        if not force:
            _refuse_to_overwrite([self.folder / name for name in new if (self.folder / name).exists()])
        if new:
            write_all(self.folder, new)
        unchanged = (self.folder / name for name in self.files if name not in new)
        return Added(tuple(self.folder / name for name in new), tuple(unchanged))

    def _is_same(self, name: str) -> bool:
        file = self.folder / name
        return name in self.files and file.is_file() and file.read_bytes() == self.files[name]

    def _is_edited(self, name: str) -> bool:
        file = self.folder / name
        return file.is_file() and sha256(file.read_bytes()) != self.vouched[name] and not self._is_same(name)


def _refuse_to_overwrite(files: Sequence[Path]) -> None:
    if not files:
        return
    shown = "".join(f"\n  ファイル: {file}" for file in files[:_SHOWN])
    more = f"\n  ほか {len(files) - _SHOWN} ファイル" if len(files) > _SHOWN else ""
    raise CannotProceed(
        f"すでに内容の違うファイルが {len(files)} あるので、何も書きませんでした。{shown}{more}\n"
        "  記入されたものかもしれません。置きかえてよければ --force を付けてください。\n"
        "  残すときは、--out で別のフォルダーに作ってください。"
    )


@uninterrupted()
def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files so that none is ever half written: each is staged beside its target, then moved into place.

    They are moved in the order given; put last what vouches for the others. An interruption ends the program
    when all are in place. Raises CannotProceed when a target is open elsewhere; what was not moved stays as it was.
    """
    staged: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.", suffix=".tmp")
            staged[folder / name] = Path(temporary)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(temporary).chmod(0o666 & ~_umask())
        for target, temporary_file in staged.items():
            _move(temporary_file, target)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0)
        where = "、".join(str(folder / name) for name in files)
        raise CannotProceed(
            f"書き込めません{f'（{reason}）' if reason else ''}。\n  場所: {where}\n"
            "  場所の名前と、フォルダーの権限と空きを確かめてください。"
        ) from None
    finally:
        for temporary_file in staged.values():
            temporary_file.unlink(missing_ok=True)


def _keep(file: Path) -> Path:
    """Copy a file to a free name beside it: report-保存1.docx."""
    number = 1
    while (copy := file.with_name(f"{file.stem}-保存{number}{file.suffix}")).exists():
        number += 1
    write_all(file.parent, {copy.name: file.read_bytes()})
    return copy


def _is_year(name: str) -> bool:
    return re.fullmatch(r"\d{4}", name) is not None


def _umask() -> int:
    """What this user's files are not open to; temporary files ignore it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except PermissionError:
        raise CannotProceed(
            f"ファイルに書き込めません。\n  ファイル: {target}\n"
            "  Word や Excel で開いていたら閉じて、もう一度実行してください。"
        ) from None
