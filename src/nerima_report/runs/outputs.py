"""The files of a built report, and how they get into out/2026/ together, with the list of cases beside the ledger.

What somebody edited in them since they were made is kept under another name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nerima_report.files import sha256
from nerima_report.findings import Finding
from nerima_report.records.file import write_record
from nerima_report.records.model import Record
from nerima_report.report.approval import APPROVAL, ChangedByHand, compose_approval
from nerima_report.report.audit import OPEN_ITEMS, make_audit, make_open_items
from nerima_report.report.blocks import Report
from nerima_report.report.case_numbers import make_case_numbers
from nerima_report.report.content import Content
from nerima_report.report.data_package import outdated
from nerima_report.report.formats import FORMATS, WORD, render_as_word
from nerima_report.report.formats.pdf import PDF, Typesetter, print_pdf
from nerima_report.tallies.resubmission import Resubmission
from nerima_report.workspace import RECORD, Delivery, Workspace


@dataclass(frozen=True)
class Outputs:
    """The files of a report by their name in out/2026/; `reports` are those that people polish.

    `case_numbers` lies beside the ledger. `vouched` are hashes of files that are there besides what the record
    vouches for, `gone` the names of files that are to go.
    """

    files: Mapping[str, bytes]
    reports: tuple[str, ...]
    case_numbers: bytes | None = None
    vouched: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()

    def with_files(self, files: Mapping[str, bytes]) -> Outputs:
        """The same with further files."""
        return replace(self, files={**self.files, **files})


@dataclass(frozen=True)
class Delivered:
    """The files that were written, and a finding for each copy that was kept."""

    written: tuple[Path, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Target:
    """Where the files of a year go, and the record that vouches for those that are there (None: there is none)."""

    workspace: Workspace
    fiscal_year: int
    earlier: Record | None

    @property
    def out(self) -> Path:
        """The folder out/2026/."""
        return self.workspace.out(self.fiscal_year)

    @property
    def vouched(self) -> Mapping[str, str]:
        """The SHA-256 of each file as it was made."""
        return self.earlier.vouched if self.earlier else {}

    def edited(self, names: Sequence[str], vouched: Mapping[str, str]) -> list[str]:
        """Those of the files that somebody edited since they were made."""
        files = {name: self.out / name for name in names if name in vouched and (self.out / name).is_file()}
        return [name for name, file in files.items() if sha256(file.read_bytes()) != vouched[name]]

    def deliver(self, outputs: Outputs, record: Record, *, draft: bool) -> Delivered:
        """Write the files and the record, all or none.

        A draft must not replace a finished report; and without a record nobody knows whether the report was polished.
        """
        unknown = self.earlier is None or (draft and not self.earlier.draft)
        place = self.out.relative_to(self.workspace.folder)
        files = {place / name: content for name, content in outputs.files.items()}
        if outputs.case_numbers is not None:
            numbers = self.workspace.case_numbers(self.fiscal_year)
            files[numbers.relative_to(self.workspace.folder)] = outputs.case_numbers
        files[place / RECORD] = write_record(record)
        delivery = Delivery(
            self.workspace.folder,
            {file.as_posix(): content for file, content in files.items()},
            {(place / name).as_posix(): digest for name, digest in {**self.vouched, **outputs.vouched}.items()},
        )
        kept = delivery.replace(
            [(place / name).as_posix() for name in outputs.reports if unknown],
            gone=[(place / name).as_posix() for name in (*outdated(self.vouched, outputs.files), *outputs.gone)],
        )
        return Delivered(tuple(self.workspace.folder / file for file in files), tuple(kept))


def make_outputs(
    target: Target,
    content: Content,
    report: Report,
    resubmissions: Sequence[Resubmission],
    typesetter: Typesetter | None,
) -> Outputs:
    """The files of a report but its data: its formats, the lists for the office, the document for those who sign."""
    reference = content.collection.edition.reference
    draft = report.draft
    files = {form.file_name: form.render(report, reference) for form in FORMATS}
    pdf = print_pdf(files[WORD], target.out, target.vouched.get(PDF, ""), typesetter)
    files |= pdf.files
    reports = tuple(files)
    files["audit.md"] = make_audit(content, report).encode()
    if open_items := make_open_items(content, draft=draft):
        files[OPEN_ITEMS] = open_items.encode()
    edited = target.edited(reports, {**target.vouched, **pdf.vouched})
    approval = compose_approval(content, report, ChangedByHand(resubmissions, edited))
    files[APPROVAL] = render_as_word(approval, reference)
    # Also of a draft, because it is the draft whose numbers people look up.
    numbers = make_case_numbers(content.collection) if content.collection.ledger else None
    return Outputs(files, reports, numbers, pdf.vouched, tuple(pdf.gone))
