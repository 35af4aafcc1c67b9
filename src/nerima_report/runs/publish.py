"""`publish`: the record of a built year → records/, where it is guarded; and how report and record stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nerima_report.errors import CannotProceed, RecordError
from nerima_report.files import sha256
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_name
from nerima_report.notices.status import RecordState, ReportState
from nerima_report.places import Place
from nerima_report.records.file import read_record, revise, write_record
from nerima_report.records.model import Record
from nerima_report.text import name_of
from nerima_report.workspace import RECORD, Workspace, write_all


@dataclass(frozen=True)
class Published:
    """What `publish` did: the record's place, whether it is new, and findings on the files it vouches for."""

    record: Path
    changed: bool
    findings: tuple[Finding, ...]


def publish(workspace: Workspace, fiscal_year: int, reason: str | None, today: date) -> Published:
    """Move the record of a built year to records/, where it is guarded."""
    built, published = workspace.out(fiscal_year) / RECORD, workspace.record(fiscal_year)
    earlier = read_record(published, fiscal_year) if published.exists() else None
    if earlier is not None and not built.exists():
        return Published(published, False, ())
    if not built.exists():
        raise CannotProceed(
            f"{full_name(fiscal_year)}の報告がまだありません。\n"
            f"  先に nerima-report build {fiscal_year} を実行してください。"
        )
    new = read_record(built, fiscal_year)
    findings = [Finding("N903", Place(file=file.as_posix())) for file in _changed_outputs(built.parent, new)]
    if _changed_inputs(workspace.workbooks(fiscal_year).paths, new):
        findings.append(Finding("N906"))
    record = revise(new, earlier, reason, today)
    if record is not None:
        write_all(published.parent, {published.name: write_record(record)})
    built.unlink()
    return Published(published, record is not None, tuple(findings))


def report_state(workspace: Workspace, fiscal_year: int, inputs: Iterable[Path]) -> ReportState:
    """How the report of a year stands that is not published yet; `inputs` are the workbooks that there are now."""
    file = workspace.out(fiscal_year) / RECORD
    record = _readable(file, fiscal_year)
    if record is None:
        return "unusable" if file.exists() else "none"
    if record.draft:
        return "draft"
    return "outdated" if _changed_inputs(inputs, record) else "built"


def record_state(workspace: Workspace, fiscal_year: int, inputs: Sequence[Path]) -> RecordState:
    """How the published record of a year stands. Without any `inputs` there is nothing that it could differ from."""
    file = workspace.record(fiscal_year)
    record = _readable(file, fiscal_year)
    if record is None:
        return "unusable" if file.exists() else "none"
    return "outdated" if inputs and _changed_inputs(inputs, record) else "published"


def _readable(file: Path, fiscal_year: int) -> Record | None:
    try:
        return read_record(file, fiscal_year) if file.exists() else None
    except RecordError:
        return None


def _changed_outputs(folder: Path, record: Record) -> list[Path]:
    """The outputs in a folder that are missing or differ from those of the record."""
    files = {folder / name: digest for name, digest in record.vouched.items()}
    return [file for file, digest in files.items() if not file.is_file() or sha256(file.read_bytes()) != digest]


def _changed_inputs(files: Iterable[Path], record: Record) -> bool:
    """Whether the workbooks of the inbox differ from those that the record was made from."""
    known = {(entry.file, entry.sha256) for entry in record.inputs}
    return known != {(name_of(file), sha256(file.read_bytes())) for file in files}
