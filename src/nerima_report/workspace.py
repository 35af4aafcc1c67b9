"""The working folder: nerima-report.toml, roster.xlsx, inbox/, 確認/, records/, out/, and writing no half results."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePath
from typing import NamedTuple

from pydantic import Field, field_validator

from nerima_report.edition.catalogue import Catalogue
from nerima_report.edition.definition import Definition, Text
from nerima_report.edition.municipality import Words
from nerima_report.edition.toml import read_definition
from nerima_report.errors import CannotProceed, DefinitionError
from nerima_report.files import (
    CHECKED,
    CONFIRMATIONS,
    MOST_BYTES_OF_OUTPUTS,
    ROSTER,
    SETTINGS,
    FoundWorkbooks,
    find_workbooks,
    read_file,
    read_text,
    sha256,
)
from nerima_report.findings import REASON_TO_WRITE, Explanation, Finding
from nerima_report.fiscal_year import first_day, full_name, last_day, parse_date
from nerima_report.places import Place
from nerima_report.text import asked, likely, plain, printable
from nerima_report.writing.journal import TargetInUse, change_together, free_name, mode_of
from nerima_report.writing.lock import refuse_unfinished, writing_into

RECORD = "record.json"  # in out/2026/, until it is published as records/2026.json
LETTERS = "手紙"  # in 確認/2026/
SUMS = "SHA256SUMS"  # what was written beside it last, in the format of sha256sum
_HIDDEN = r"\..*"
_SPREADSHEETS = {".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".ods"}
_OF_LEDGERS = re.compile(r"\d{4}(-.+)?\.xlsx|[~.].*")  # what the program reads or writes beside the ledgers, and locks
_OF_A_YEAR = rf"{_HIDDEN}|\d{{4}}"  # folders in the inbox that are never searched for another year: inbox/2025
_REASONS = {
    errno.EISDIR: "同じ名前のフォルダーがあります",
    errno.EEXIST: "同じ名前のファイルがあります",
    errno.ENOTDIR: "フォルダーの名前のファイルがあります",
    errno.ENOSPC: "空きがありません",
    errno.EROFS: "書き込みのできない場所です",
    errno.EACCES: "書き込む権限がありません",
    errno.ENOENT: "フォルダーがありません",
    errno.ENXIO: "ふつうのファイルではありません",
}
_SHOWN = 5  # files named in a message

SETTINGS_TEXT = """\
# nerima-report の設定。このファイルのあるフォルダーで nerima-report を使う。

# 使う定義。templates は定義のフォルダー（書かなければ付属の定義）、edition はその中のフォルダーの名前
edition = "nerima"

# {words.section}が集計を出す期限。年度ごとに、「年度 = 日」の行を書く。nerima-report が、残りの日数を示す。
[deadline]
# 2026 = 2027-05-14

# 差に正しい理由があるときは、ここに書くと報告を作れる。
# コード、場所、差がぴったり同じものだけに当てはまり、監査用の一覧（audit.md）に必ず載る。
#
# [[explained]]
# code = "N501"                # 確認結果のコード
# section = "総務{words.department}総務{words.section}"     \
# {words.section}（{words.department}と{words.section}をつないだ名前。{words.whole}の差は「{words.whole}」）
# table = "公開.内容別"        # 表（表を言わない指摘には書かない）
# row = ""                     # 行（あれば）
# column = "件数"              # 列
#                              # 似た差があれば group（区分）、cell（セル）、other（比べた表）も（確認結果に出る）
# difference = 1               # 差（確認結果に出たとおり）
# reason = "理由"
# note = ""                    # 表の下に印刷する注（なければ空。N501 から N504 には必ず書く）
# until = 2026                 # いつの年度まで有効か（なければ書かない。一つの年度だけなら、year = 2026 と書く）
"""


NOT_FOR_GIT = ".gitignore"
NOT_FOR_GIT_TEXT = """\
# git に入れないもの: 作り直せるもの、請求台帳、氏名のあるもの
/out/
/forms/
/確認/
/確認表/
/ledger/
*請求者名簿*
*差込*
~$*
"""


class ExplainedSetting(Definition):
    """An `[[explained]]` entry: code, place, exact difference and reason."""

    code: Text
    difference: int
    reason: Text
    section: Text
    table: str = ""
    group: str = ""
    row: str = ""
    column: str = ""
    cell: str = ""
    other: str = ""
    note: str = ""
    until: int | None = None
    year: int | None = None

    @field_validator("code", mode="before")
    @classmethod
    def _in_plain_letters(cls, code: object) -> object:
        return plain(code).upper() if isinstance(code, str) else code

    @field_validator("reason")
    @classmethod
    def _somebody_wrote_it(cls, reason: str) -> str:
        if REASON_TO_WRITE in reason:
            raise ValueError(f"「{REASON_TO_WRITE}」のままです。正しい理由を書いてください（監査用の一覧に載ります）")
        return reason


class Settings(Definition):
    """nerima-report.toml. Without `edition` it is the only one in `templates`."""

    templates: str = ""
    edition: str = ""
    deadline: dict[str, date] = Field(default_factory=dict)
    explained: tuple[ExplainedSetting, ...] = ()

    @field_validator("deadline", mode="before")
    @classmethod
    def _is_a_day_of_its_year(cls, deadlines: object) -> dict[str, date]:
        if not isinstance(deadlines, dict):
            raise ValueError("[deadline] の下に、2026 = 2027-05-14 のように書いてください")
        return {year: _deadline(year, day) for year, day in deadlines.items()}


def _deadline(year: str, written: object) -> date:
    """The day that a line of [deadline] says. Raises ValueError for one that cannot be meant."""
    if not _is_year(year):
        raise ValueError(
            f"「{year}」は年度ではありません。2026 = 2027-05-14 のように、年度は西暦の4けたで書いてください"
        )
    day = parse_date(written)
    if day is None:
        raise ValueError(f"{year} の期限を読めません。{year} = {int(year) + 1}-05-14 のように書いてください")
    if not first_day(int(year)) < day <= last_day(int(year) + 1):
        raise ValueError(
            f"{year}（{full_name(int(year))}）の期限が {day} になっています。"
            f"{first_day(int(year))} から {last_day(int(year) + 1)} までの日を書いてください"
        )
    return day


@dataclass(frozen=True)
class Workspace:
    """A working folder and its settings; `settings_sha256` is the hash of their text ('' without any).

    `templates` is the folder of the definitions (None: that which came with the program), `edition` the one to use in
    it ('': the only one).
    """

    folder: Path
    edition: str
    explanations: tuple[Explanation, ...]
    deadlines: Mapping[int, date] = field(default_factory=dict)
    settings_sha256: str = ""
    templates: Path | None = None

    def ledger(self, fiscal_year: int) -> Path:
        """The case ledger of a year."""
        return self.folder / "ledger" / f"{fiscal_year}.xlsx"

    def confirmations(self, fiscal_year: int) -> Path:
        """Where the 確認表 of a year are made."""
        return self.folder / CONFIRMATIONS / str(fiscal_year)

    def ledgers(self, fiscal_year: int) -> dict[int, Path]:
        """The case ledgers from which a year is counted, those of the years beside it too; {} where it has none."""
        if not self.ledger(fiscal_year).exists():
            return {}
        years = (fiscal_year - 1, fiscal_year, fiscal_year + 1)
        return {year: self.ledger(year) for year in years if self.ledger(year).exists()}

    @property
    def unread_ledgers(self) -> list[Path]:
        """The workbooks beside the case ledgers that are neither read as one nor named after a year by the program."""
        files = sorted((self.folder / "ledger").glob("*"))
        return [file for file in files if file.suffix.lower() in _SPREADSHEETS and not _OF_LEDGERS.fullmatch(file.name)]

    def case_numbers(self, fiscal_year: int) -> Path:
        """The list of the 受付番号 behind the numbers of a year, beside its case ledger."""
        return self.ledger(fiscal_year).with_name(f"{fiscal_year}-受付番号.csv")

    @property
    def roster(self) -> Path:
        """The roster of 課."""
        return self.folder / ROSTER

    def workbooks(self, fiscal_year: int) -> FoundWorkbooks:
        """The workbooks for a year and the files that were skipped. Raises CannotProceed where there is none."""
        folder = self.inbox(fiscal_year)
        if not folder.is_dir():
            raise CannotProceed(
                f"集計のフォルダーがありません。\n  フォルダー: {folder}\n"
                "  nerima-report init でフォルダーを作り、届いたファイルを inbox に入れてください。"
            )
        workbooks = self.handed_in(fiscal_year)
        if not workbooks.paths:
            raise CannotProceed(
                f"集計のファイル（.xlsx）が一つもありません。\n  フォルダー: {folder}\n{passed_over(workbooks.skipped)}"
                "  届いたファイルを入れてから、もう一度実行してください。"
            )
        return workbooks

    def handed_in(self, fiscal_year: int) -> FoundWorkbooks:
        """The workbooks for a year and the files that were skipped, also where there is none."""
        inbox, folder = self.folder / "inbox", self.inbox(fiscal_year)
        if not folder.is_dir():
            return FoundWorkbooks([], [])
        paths, skipped = find_workbooks([folder], leaving_out=_OF_A_YEAR if folder == inbox else _HIDDEN)
        if folder != inbox:
            beside = find_workbooks([inbox], leaving_out=_OF_A_YEAR)
            skipped = [*skipped, *beside.paths, *beside.skipped]
        return FoundWorkbooks(paths, skipped)

    def inbox(self, fiscal_year: int) -> Path:
        """Where the workbooks of a year lie: inbox/2026/ if there, else inbox/."""
        inbox = self.folder / "inbox"
        return inbox / str(fiscal_year) if (inbox / str(fiscal_year)).is_dir() else inbox

    def checked(self, fiscal_year: int) -> Path:
        """Where `validate 2026` puts what it says: 確認/2026/."""
        return self.folder / CHECKED / str(fiscal_year)

    def explanations_for(self, catalogue: Catalogue) -> tuple[Explanation, ...]:
        """The explained differences. Raises DefinitionError for a code that does not exist."""
        for number, explanation in enumerate(self.explanations, start=1):
            if explanation.code not in catalogue.codes:
                may_differ = [code for code, definition in catalogue.codes.items() if definition.may_differ]
                alike = [code for code in may_differ if code[:2] == explanation.code[:2]]
                suggestion = asked(likely(explanation.code, alike or may_differ))
                reason = f"「{explanation.code}」というコードはありません。{suggestion}"
                reason += "nerima-report explain で一覧を見られます"
                raise DefinitionError(self.folder / SETTINGS, f"explained[{number}].code", reason)
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
    """The working folder with its settings, or with the defaults where it has none.

    Raises CannotProceed where a killed run left a set of files half changed, unless this process is about to write.
    """
    refuse_unfinished(folder)
    file = folder / SETTINGS
    # Hashed before it is read: what changes in between is noticed when the year is published. Of the text, because an
    # editor may end the lines otherwise, or git.
    settings_sha256 = sha256(read_text(file).encode()) if file.exists() else ""
    settings = read_definition(file, Settings) if file.exists() else Settings()
    explanations = tuple(Explanation(**explained.model_dump()) for explained in settings.explained)
    deadlines = {int(year): day for year, day in settings.deadline.items()}
    templates = folder / settings.templates if settings.templates else None
    return Workspace(folder, settings.edition, explanations, deadlines, settings_sha256, templates)


def settings_in_use(folder: Path, templates: Path, edition: str, words: Words) -> str | None:
    """The text of the settings of a working folder that name an edition; None where they name another.

    `templates` is the folder of the definitions as seen from the working folder; new settings speak in the `words`.
    """
    file = folder / SETTINGS
    settings = read_definition(file, Settings) if file.exists() else Settings()
    text = read_text(file) if file.exists() else words.say(SETTINGS_TEXT)
    if not settings.templates:
        return settings_naming(text, templates, edition)
    return text if (Path(settings.templates), settings.edition) == (templates, edition) else None


def settings_naming(text: str, templates: Path, edition: str) -> str:
    """The text of settings that name an edition, in place of the one that they name so far."""
    lines = "\n".join(lines_naming(templates, edition))
    changed, number = re.subn(r"(?m)^edition[ \t]*=.*$", lambda _: lines, text, count=1)
    return changed if number else f"{lines}\n{text}"


def lines_naming(templates: Path, edition: str) -> tuple[str, str]:
    """The lines of settings that name an edition."""
    folder, name = (json.dumps(value, ensure_ascii=False) for value in (templates.as_posix(), edition))
    return f"templates = {folder}", f"edition = {name}"


def is_workspace(folder: Path) -> bool:
    """Whether somebody works in a folder: it has settings or a roster."""
    return any((folder / name).is_file() for name in (SETTINGS, ROSTER))


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

    def replace(self, always_kept: Iterable[str] = (), gone: Iterable[str] = ()) -> list[Finding]:
        """Write the files over those that are there: for outputs, which are made anew as often as anybody likes.

        Together with that, those in `gone` are removed.

        Before that, what somebody edited in a file named in `vouched` is copied to a free name beside it, as is
        whatever stands in the files of `always_kept`. Returns a finding (N904) for each copy.
        """
        with writing_into(self.folder):
            copies = self._copies_of_edited(always_kept)
            write_all(self.folder, {**self._contents(copies), **self.files, **dict.fromkeys(gone)})
            return self._kept(copies)

    def supersede(self) -> list[Finding]:
        """Write the files in place of all those in `vouched`: for what says something only as a whole.

        What was written last and is not written now would be taken for current, so it is removed; before that,
        a copy is kept of what somebody edited in it, as `replace` does.
        """
        return self.replace(gone=self.vouched.keys() - self.files.keys())

    def _copies_of_edited(self, always_kept: Iterable[str]) -> dict[str, Path]:
        """The names of files there that are to be kept, with a free place for the copy of each: report-保存1.docx."""
        names = dict.fromkeys((*filter(self._is_edited, self.vouched), *always_kept))
        return {name: free_name(self.folder / name) for name in names if (self.folder / name).is_file()}

    def _contents(self, copies: Mapping[str, Path]) -> dict[str, bytes | None]:
        files = ((copy.relative_to(self.folder).as_posix(), self.folder / name) for name, copy in copies.items())
        return {copy: _read_output(file) for copy, file in files}

    def _kept(self, copies: Mapping[str, Path]) -> list[Finding]:
        """A finding for each file that was kept."""
        files = ((self.folder / name, copy.name) for name, copy in copies.items())
        return [Finding("N904", Place(file=file.as_posix()), details={"about": copy}) for file, copy in files]

    def add(self, *, force: bool = False) -> Added:
        """Write the files that are not there yet: for what people fill in. `force` overwrites what they filled in.

        Raises CannotProceed, and writes nothing, where one is there already and says something else.
        """
        with writing_into(self.folder):  # what a killed run left there is repaired before it is looked at
            new = {name: content for name, content in self.files.items() if not self._is_same(name)}
            if not force:
                _refuse_to_overwrite([self.folder / name for name in new if (self.folder / name).exists()])
            if new:
                write_all(self.folder, new)
            unchanged = (self.folder / name for name in self.files if name not in new)
            return Added(tuple(self.folder / name for name in new), tuple(unchanged))

    def _is_same(self, name: str) -> bool:
        file = self.folder / name
        return name in self.files and file.is_file() and _read_output(file) == self.files[name]

    def _is_edited(self, name: str) -> bool:
        file = self.folder / name
        return file.is_file() and sha256(_read_output(file)) != self.vouched[name] and not self._is_same(name)


def _read_output(file: Path) -> bytes:
    return read_file(file, MOST_BYTES_OF_OUTPUTS)


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


def read_sums(folder: Path) -> dict[str, str]:
    """The SHA-256 of what was written into a folder last, by name; no name leads out of the folder."""
    sums = folder / SUMS
    lines = read_file(sums).decode(errors="replace").splitlines() if sums.is_file() else []
    digests = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    return {name: digest for name, digest in digests.items() if name and _leads_inside(name)}


def write_sums(digests: Mapping[str, str]) -> bytes:
    """What `read_sums` reads."""
    return "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()


def _leads_inside(name: str) -> bool:
    path = PurePath(name)
    return not path.anchor and ".." not in path.parts


def write_all(folder: Path, files: Mapping[str, bytes | None], like: Sequence[Path] = ()) -> None:
    """Write files into a folder (None: remove one), all of them or none, whenever the program is interrupted or killed.

    A name may lead into a folder in the folder (返却/12.xlsx).
    They change in the order given; put last what vouches for the others. Raises CannotProceed when one of them cannot
    be written, because it is open elsewhere or for want of space; then all stay as they were. None gets wider
    permissions than the files it was made from (`like`).
    """
    try:
        with writing_into(folder) as journal:
            change_together({folder / name: content for name, content in files.items()}, journal, mode_of(*like))
    except TargetInUse as error:
        raise CannotProceed(
            f"ファイルに書き込めません。\n  ファイル: {error.target}\n"
            "  Word や Excel で開いていたら閉じて、もう一度実行してください。"
        ) from None
    except OSError as error:
        reason = _REASONS.get(error.errno or 0)
        where = error.filename or "、".join(str(folder / name) for name in files)
        raise CannotProceed(
            f"書き込めません{f'（{reason}）' if reason else ''}。\n  場所: {where}\n"
            "  場所の名前と、フォルダーの権限と空きを確かめてください。"
        ) from None


def _is_year(name: str) -> bool:
    return re.fullmatch(r"\d{4}", name) is not None
