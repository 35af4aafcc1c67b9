"""`publish`: the record of a built year → records/, where it is guarded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nerima_report.errors import CannotProceed
from nerima_report.findings import Finding
from nerima_report.fiscal_year import full_name
from nerima_report.places import Place
from nerima_report.records.file import read_record, write_record
from nerima_report.records.revision import changed_inputs, changed_outputs, revise
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
    findings = [Finding("N903", Place(file=file.as_posix())) for file in changed_outputs(built.parent, new)]
    if changed_inputs(workspace.workbooks(fiscal_year)[0], new):
        findings.append(Finding("N906"))
    record = revise(new, earlier, reason, today)
    if record is not None:
        write_all(published.parent, {published.name: write_record(record)})
    built.unlink()
    return Published(published, record is not None, tuple(findings))
