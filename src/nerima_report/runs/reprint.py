"""`build --from-record`: a published record → the report of its year, printed again."""

from __future__ import annotations

from dataclasses import replace

from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.examination import Examination
from nerima_report.records.earlier_years import with_records
from nerima_report.records.file import read_record
from nerima_report.report.compose import annotate, compose_report
from nerima_report.report.data_package import outdated
from nerima_report.report.formats import FORMATS, WORD
from nerima_report.report.formats.pdf import PDF, find_typesetter, print_pdf
from nerima_report.report.record import content_of
from nerima_report.report.wording_of_year_before import sentences_about_the_year_before
from nerima_report.report.years_tables import years_without_record
from nerima_report.runs.build import Built, year_before
from nerima_report.runs.open_data import findings_on_open_registers, open_data_of
from nerima_report.workspace import RECORD, Delivery, Workspace


def build_from_record(
    workspace: Workspace, edition: Edition, fiscal_year: int, *, compare: bool, pdf: bool = False
) -> Built:
    """Print the report of a year again from its published record; what somebody edited in out/ is kept."""
    file, out = workspace.record(fiscal_year), workspace.out(fiscal_year)
    record = read_record(file, fiscal_year, edition)
    if (out / RECORD).exists():
        raise CannotProceed(
            f"{record.name}には、まだ公表の記録にしていない報告があります。\n  ファイル: {out / RECORD}\n"
            f"  先に nerima-report publish {fiscal_year} を実行するか、要らなければそのフォルダーを消してください。"
        )
    before = year_before(workspace, edition, fiscal_year, wanted=compare)
    whole, edition = edition, edition.for_year(fiscal_year)
    content = content_of(record, edition, file)
    earlier = with_records(content.earlier, workspace, whole) if content.earlier else None
    content = replace(content, comparison=before, compared=compare, earlier=earlier)
    report = annotate(compose_report(content), content)
    outputs = {form.file_name: form.render(report, edition.reference) for form in FORMATS}
    printed = print_pdf(outputs[WORD], out, record.vouched.get(PDF, ""), find_typesetter() if pdf else None)
    outputs |= printed.files
    outputs |= open_data_of(workspace, whole, content, record, report)
    gone = [*outdated(record.vouched, outputs), *printed.gone]
    vouched = {name: record.vouched.get(name, "") for name in (*outputs, *gone)} | printed.vouched
    found = Delivery(out, outputs, vouched).replace(gone=gone)
    found += findings_on_open_registers(workspace, whole, fiscal_year)
    found += [*sentences_about_the_year_before(edition, before), *years_without_record(content)]
    collection = replace(content.collection, edition=edition)
    examination = Examination(edition, collection.inbox, (collection,), tuple(found))
    return Built(examination, tuple(out / name for name in outputs))
