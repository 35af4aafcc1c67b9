"""`publish`: the record of a built year → records/, where it is guarded; and how report and record stand.

the same as when it was built? ─▶ records/2022.json, with day and ways ─▶ 正誤表 of what was revised
├─ a way is done ─▶ its day in the record
└─ withdrawn before that day ─▶ out/2022/record.json, and a trace
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed, RecordError
from nerima_report.files import MOST_BYTES_OF_OUTPUTS, SETTINGS, read_file, sha256, write_csv, write_lines
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_date, full_name, last_day
from nerima_report.notices.status import RecordState, ReportState
from nerima_report.places import Place
from nerima_report.records.earlier_years import years_asked
from nerima_report.records.file import read_record, revise, says_the_same, write_record
from nerima_report.records.model import (
    SCHEMA_VERSION,
    Record,
    RecordedLater,
    RecordedPublication,
    RecordedSource,
    RecordedWay,
)
from nerima_report.report.errata import compose_errata
from nerima_report.report.formats import FORMATS
from nerima_report.runs.kept import digest_of
from nerima_report.text import name_of, plain
from nerima_report.workspace import RECORD, Delivery, Workspace, write_all

ERRATA = "正誤表"
WITHDRAWN = "取り下げ.csv"  # in records/: what was withdrawn before its day, when and why
_HEADINGS = ("取り下げた日", "年度", "理由", "公表の日", "公表の方法", "記録のSHA-256")
_CHANGES = {"added": "増えた", "changed": "変わった", "removed": "なくなった"}
_SHOWN = 10  # changed files that a message names
_LONGEST_AHEAD = timedelta(days=366)  # a later day is a slip


@dataclass(frozen=True)
class PublishOrder:
    """Which year is published, on which day (None: the usual one), in which ways (none: the usual ones), and why.

    `revise` is the reason why a published record is replaced, `as_built` that why later changes are left out.
    """

    fiscal_year: int
    day: date | None = None
    ways: tuple[str, ...] = ()
    revise: str = ""
    as_built: str = ""


@dataclass(frozen=True)
class Published:
    """What `publish` did: the record and its place, whether it is new, findings on what it vouches for, the 正誤表."""

    record: Record
    file: Path
    changed: bool
    findings: tuple[Finding, ...]
    errata: tuple[Path, ...] = ()


def publish(workspace: Workspace, edition: Edition, order: PublishOrder, today: date) -> Published:
    """Move the record of a built year to records/, where it is guarded.

    Raises CannotProceed where anything from which the report was made is not the same any more, unless there is a
    reason to publish it as it was built.
    """
    fiscal_year = order.fiscal_year
    built, file = workspace.out(fiscal_year) / RECORD, workspace.record(fiscal_year)
    earlier = read_record(file, fiscal_year, edition) if file.exists() else None
    if not built.exists():
        if earlier is not None:
            return Published(earlier, file, False, ())
        raise CannotProceed(
            f"{full_name(fiscal_year)}の報告がまだありません。\n"
            f"  先に nerima-report build {fiscal_year} を実行してください。"
        )
    new = read_record(built, fiscal_year, edition)
    findings = [Finding("N903", Place(file=output.as_posix())) for output in _changed_outputs(built.parent, new)]
    if earlier is not None and not _is_public(earlier, today) and not says_the_same(new, earlier):
        raise CannotProceed(
            f"{earlier.name}の記録は、公表の日の前です。訂正でなく、取り下げてから公表し直してください。\n"
            f'  nerima-report publish {fiscal_year} --withdraw "理由" を実行してから、もう一度 publish してください。'
        )
    record = revise(new, earlier, order.revise or None, today)
    inputs = workspace.handed_in(fiscal_year).paths
    later = changes_since(workspace, edition, inputs, new) if record is not None else ()
    if later and not order.as_built:
        raise CannotProceed(
            f"build のあとで変わったものがあるので、公表の記録にしていません。\n  変わったもの: {_in_words(later)}\n"
            f"  今のもので作り直すときは、nerima-report build {fiscal_year} からやり直してください。\n"
            '  決裁を受けた報告をそのまま公表するときは、--as-built "理由" を付けてください（記録に残ります）。'
        )
    findings += [Finding("N906", details={"what": _in_words(later)})] if later else []
    errata: Mapping[str, bytes] = {}
    files: dict[str, bytes] = {}
    if record is not None:
        publication = _publication(edition, order, later, today)
        record = record.model_copy(update={"schema_version": SCHEMA_VERSION, "publication": publication})
        errata = _errata(workspace, edition, record) if earlier is not None else {}
        files = {**errata, _name(workspace, file): write_record(record)}
    written_last = _errata(workspace, edition, earlier) if errata and earlier and earlier.revisions else {}
    vouched = dict.fromkeys(errata, "") | {name: sha256(content) for name, content in written_last.items()}
    findings += Delivery(workspace.folder, files, vouched).replace(gone=[_name(workspace, built)])
    made = tuple(workspace.folder / name for name in errata)
    return Published(record or earlier or new, file, record is not None, tuple(findings), made)


@dataclass(frozen=True)
class WaysDone:
    """Which ways of publication (施行規則第17条第3項) were done, and on which day (None: today)."""

    fiscal_year: int
    ways: tuple[str, ...]
    day: date | None = None


def record_ways(workspace: Workspace, edition: Edition, order: WaysDone, today: date) -> Record:
    """Write into the published record of a year which ways of publication were done, and on which day.

    A way that was not planned is added to those of the record. Raises CannotProceed where there is no record with a
    publication, for an unknown way, and for a day before the end of the year or after today.
    """
    fiscal_year, day = order.fiscal_year, order.day or today
    file = workspace.record(fiscal_year)
    record = read_record(file, fiscal_year, edition) if file.exists() else None
    if record is None or record.publication is None:
        raise CannotProceed(
            f"{full_name(fiscal_year)}の公表の日と方法の記録がありません。\n"
            f"  先に nerima-report publish {fiscal_year} で、公表の記録にしてください。"
        )
    if not last_day(fiscal_year) < day <= today:
        raise CannotProceed(
            f"公表を済ませた日が {day} になっています。\n"
            f"  {full_name(fiscal_year)}が終わったあとの、今日までの日を、--on 2027-06-01 のように書いてください。"
        )
    ways = [_way(word, edition) for word in order.ways]
    publication = record.publication
    planned = tuple(dict.fromkeys([*publication.ways, *ways]))
    days = {done.way: done.date for done in record.ways_done} | dict.fromkeys(ways, day.isoformat())
    new = record.model_copy(
        update={
            "schema_version": SCHEMA_VERSION,
            "publication": publication.model_copy(update={"ways": planned}),
            "ways_done": tuple(RecordedWay(way=way, date=days[way]) for way in planned if way in days),
        }
    )
    write_all(workspace.folder, {_name(workspace, file): write_record(new)})
    return new


@dataclass(frozen=True)
class Withdrawn:
    """What `publish --withdraw` did: where the record went back to (None: a newer one is there), the trace."""

    back: Path | None
    trace: Path


def withdraw(workspace: Workspace, edition: Edition, fiscal_year: int, reason: str, today: date) -> Withdrawn:
    """Take a record back that is not public yet, and leave a trace. Raises CannotProceed from its day on."""
    file, built = workspace.record(fiscal_year), workspace.out(fiscal_year) / RECORD
    if not file.exists():
        raise CannotProceed(f"{full_name(fiscal_year)}の公表の記録はありません。\n  ファイル: {file}")
    record = read_record(file, fiscal_year, edition)
    if record.publication is None or record.revisions or record.ways_done or _is_public(record, today):
        day = full_date(date.fromisoformat(record.publication.date)) if record.publication else "記録にありません"
        raise CannotProceed(
            f"{record.name}の記録は公表済みなので、取り下げられません（公表の日: {day}）。\n"
            f'  誤りは、build し直してから、nerima-report publish {fiscal_year} --revise "理由" で訂正してください。'
        )
    publication = record.publication
    content = write_record(record)
    line = (today, record.name, reason, publication.date, "、".join(publication.ways), sha256(content))
    trace = file.with_name(WITHDRAWN)
    there = read_file(trace) if trace.exists() else write_csv(_HEADINGS, [])
    there += b"" if there.endswith(b"\n") else b"\r\n"
    files: dict[str, bytes | None] = {_name(workspace, trace): there + write_lines([line])}
    back = None if built.exists() else built
    if back is not None:
        files[_name(workspace, back)] = write_record(record.model_copy(update={"publication": None}))
    write_all(workspace.folder, files | {_name(workspace, file): None})
    return Withdrawn(back, trace)


def sources_of(workspace: Workspace, edition: Edition, fiscal_year: int) -> tuple[RecordedSource, ...]:
    """The files besides the workbooks from which a year is made: as they are now, the settings as they were read.

    Earlier records are among them where the report has tables of several years.
    """
    records = (workspace.record(year) for year in years_asked(edition, fiscal_year))
    files = [workspace.roster, *workspace.ledgers(fiscal_year).values(), *records]
    digests = {_name(workspace, file): sha256(read_file(file)) for file in files if file.is_file()}
    if workspace.settings_sha256:
        digests[SETTINGS] = workspace.settings_sha256
    return tuple(RecordedSource(file=name, sha256=digest) for name, digest in digests.items())


def changes_since(
    workspace: Workspace, edition: Edition, inputs: Iterable[Path], record: Record
) -> tuple[RecordedLater, ...]:
    """What is not the same any more as when a year was built; `inputs` are the workbooks that there are now.

    A record of an older version does not know the roster and the settings.
    """
    later = list(changes_in(inputs, record))
    if record.sources:
        now = {(source.file, source.sha256) for source in sources_of(workspace, edition, record.fiscal_year)}
        later += _compared({(source.file, source.sha256) for source in record.sources}, now)
    if record.edition.sha256 != edition.sha256:
        later.append(RecordedLater(file="定義", change="changed"))
    return tuple(later)


def changes_in(inputs: Iterable[Path], record: Record) -> tuple[RecordedLater, ...]:
    """The workbooks that differ from those that a record was made from."""
    known = {(entry.file, entry.sha256) for entry in record.inputs}
    return tuple(_compared(known, {(name_of(file), _digest_of(file)) for file in inputs}))


def _digest_of(file: Path) -> str:
    try:
        return digest_of(file)
    except OSError:  # it was no workbook before, or is none any more
        return ""


def _compared(known: set[tuple[str, str]], now: set[tuple[str, str]]) -> Iterator[RecordedLater]:
    before, after = ({file for file, _ in files} for files in (known, now))
    for file in sorted({file for file, _ in known ^ now}):
        both = file in before and file in after
        yield RecordedLater(file=file, change="changed" if both else "added" if file in after else "removed")


def _in_words(later: Sequence[RecordedLater]) -> str:
    shown = "、".join(f"{one.file} が{_CHANGES[one.change]}" for one in later[:_SHOWN])
    return f"{shown}、ほか {len(later) - _SHOWN}" if len(later) > _SHOWN else shown


def _publication(
    edition: Edition, order: PublishOrder, later: tuple[RecordedLater, ...], today: date
) -> RecordedPublication:
    """Day and ways: those asked for, or else the month of the edition (at the earliest today) and its usual ways."""
    municipality, year = edition.municipality, order.fiscal_year
    day = order.day or max(today, municipality.publication(year))
    if not last_day(year) < day <= today + _LONGEST_AHEAD:
        raise CannotProceed(
            f"公表の日が {day} になっています。\n"
            f"  {full_name(year)}が終わったあとの、1年先までの日を、--on 2027-06-01 のように書いてください。"
        )
    ways = [_way(word, edition) for word in order.ways]
    ways = ways or [known.way for known in municipality.publication_ways if known.usual]
    reason = order.as_built if later else ""
    return RecordedPublication(date=day.isoformat(), ways=tuple(dict.fromkeys(ways)), as_built=reason, later=later)


def _way(word: str, edition: Edition) -> str:
    known = [known.way for known in edition.municipality.publication_ways]
    named = [way for way in known if plain(word) in plain(way)]
    if len(named) != 1:
        raise CannotProceed(
            f"公表の方法「{word}」は、{'どれのことか分かりません' if named else 'ありません'}。\n"
            f"  選べる方法: {'、'.join(known) or '（定義にありません）'}\n"
            f"  ほかの方法は、{edition.folder / 'municipality.toml'} の publication_ways に書き足してください。"
        )
    return named[0]


def _is_public(record: Record, today: date) -> bool:
    """Whether the day of publication has come; a record that does not name one was published before there was one."""
    return record.publication is None or date.fromisoformat(record.publication.date) <= today


def _errata(workspace: Workspace, edition: Edition, record: Record) -> dict[str, bytes]:
    """The 正誤表 of a revised record, in every format, by its name in the working folder."""
    report = compose_errata(record, edition.for_year(record.fiscal_year))
    out, reference = workspace.out(record.fiscal_year), edition.reference
    files = {out / Path(form.file_name).with_stem(ERRATA).name: form.render(report, reference) for form in FORMATS}
    return {_name(workspace, file): content for file, content in files.items()}


def _name(workspace: Workspace, file: Path) -> str:
    return file.relative_to(workspace.folder).as_posix()


def report_state(workspace: Workspace, edition: Edition, fiscal_year: int, inputs: Iterable[Path]) -> ReportState:
    """How the report of a year stands that is not published yet; `inputs` are the workbooks that there are now."""
    file = workspace.out(fiscal_year) / RECORD
    record = _readable(file, fiscal_year, edition)
    if record is None:
        return "unusable" if file.exists() else "none"
    if record.draft:
        return "draft"
    return "outdated" if changes_since(workspace, edition, inputs, record) else "built"


def record_state(
    workspace: Workspace, fiscal_year: int, edition: Edition | None = None, inputs: Sequence[Path] = ()
) -> RecordState:
    """How the published record of a year stands, which must be one of this edition, if one is given.

    Without any `inputs` there is nothing that it could differ from.
    """
    file = workspace.record(fiscal_year)
    record = _readable(file, fiscal_year, edition)
    if record is None:
        return "unusable" if file.exists() else "none"
    return "outdated" if inputs and changes_in(inputs, record) else "published"


def ways_open(workspace: Workspace, edition: Edition, fiscal_year: int) -> tuple[str, ...]:
    """The ways in which a published year is still to be made public; none where there is no record."""
    record = _readable(workspace.record(fiscal_year), fiscal_year, edition)
    return record.ways_open if record else ()


def _readable(file: Path, fiscal_year: int, edition: Edition | None) -> Record | None:
    try:
        return read_record(file, fiscal_year, edition) if file.exists() else None
    except RecordError:
        return None


def _changed_outputs(folder: Path, record: Record) -> list[Path]:
    """The outputs in a folder that are missing or differ from those of the record."""
    files = {folder / name: digest for name, digest in record.vouched.items()}
    return [
        file
        for file, digest in files.items()
        if not file.is_file() or sha256(read_file(file, MOST_BYTES_OF_OUTPUTS)) != digest
    ]
