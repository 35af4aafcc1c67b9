"""The chain of products as one readable function a command.

    files → submissions → tallies → totals → figures → report → formats

Each function returns what it made; it prints nothing and decides no exit code. That is for cli.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nerima_report.audit import make_audit
from nerima_report.checks import Evidence, run_checks
from nerima_report.composition import Content, compose_report
from nerima_report.edition import Edition
from nerima_report.errors import CannotProceed
from nerima_report.examination import Examination
from nerima_report.figures import Share, compute_figures
from nerima_report.findings import Explanation, Finding, Place, explain
from nerima_report.fiscal_year import full_name
from nerima_report.formats import FORMATS
from nerima_report.notices.returned import return_workbooks
from nerima_report.record import make_record, read_record, revise, sha256, write_json
from nerima_report.roster import RosterSection, load_roster, write_roster
from nerima_report.submissions import Inbox, Submission, load_submissions
from nerima_report.tallies import load_tallies
from nerima_report.totals import add_up
from nerima_report.workspace import FOLDERS, SETTINGS, SETTINGS_TEXT, Workspace, write_all

RECORD = "record.json"
Progress = Callable[[Path], None]


@dataclass(frozen=True)
class Built:
    """What `build` made: what it examined and found, and the files written (none when errors stopped it)."""

    examination: Examination
    written: tuple[Path, ...]


@dataclass(frozen=True)
class Published:
    """What `publish` did: the record's place, whether it is new, and findings on the files it vouches for."""

    record: Path
    changed: bool
    findings: tuple[Finding, ...]


def init(folder: Path, edition: Edition, fiscal_year: int) -> list[Path]:
    """Make a working folder; what is there already stays as it is. Returns what was made."""
    made = []
    for name in FOLDERS:
        if not (folder / name).is_dir():
            (folder / name).mkdir(parents=True)
            made.append(folder / name)
    if not (folder / SETTINGS).exists():
        write_all(folder, {SETTINGS: SETTINGS_TEXT.encode()})
        made.append(folder / SETTINGS)
    if not (folder / "roster.xlsx").exists():
        write_roster(folder / "roster.xlsx", edition, fiscal_year)
        made.append(folder / "roster.xlsx")
    return made


def validate(
    files: tuple[list[Path], list[Path]], edition: Edition, workspace: Workspace, complete: bool, progress: Progress
) -> Examination:
    """Check workbooks one by one, each against the edition of its own year.

    With `complete` they are the whole collection of one year, which is held against the roster as well.
    """
    paths, skipped = files
    inbox = replace(load_submissions(paths, edition, progress), skipped=tuple(skipped))
    if complete:
        roster = load_roster(workspace.roster, _only_year(inbox))
        return _examine_collection(inbox, edition, roster, workspace.explanations)[0]
    evidence, findings = [], []
    years = inbox.fiscal_years or [0]
    for year in years:
        alone = inbox if year == years[0] else Inbox(submissions=inbox.submissions)
        evidence.append(examine(alone, edition.for_year(year) if year else edition, year, None)[0])
        findings += explain(run_checks(evidence[-1]), workspace.explanations, year)[0]
    return Examination(edition, inbox, tuple(evidence), tuple(findings))


def return_marked(examination: Examination, folder: Path) -> tuple[Examination, list[Path]]:
    """Put a marked copy of each workbook with faults into a folder; what cannot be copied is a finding more."""
    return return_workbooks(examination, folder)


def build(workspace: Workspace, edition: Edition, fiscal_year: int, draft: bool, progress: Progress) -> Built:
    """Make the report of a year. Findings of severity error stop it, unless it is a draft."""
    edition = edition.for_year(fiscal_year)
    roster = load_roster(workspace.roster, fiscal_year)
    paths, skipped = workspace.workbooks(fiscal_year)
    inbox = replace(load_submissions(paths, edition, progress), skipped=tuple(skipped))
    examination, figures = _examine_collection(inbox, edition, roster, workspace.explanations)
    if not draft and any(edition.catalogue.is_error(finding) for finding in examination.findings):
        return Built(examination, ())
    evidence = examination.years[0]
    content = Content(edition, fiscal_year, evidence.tallies, evidence.totals, figures, examination.findings)
    report = compose_report(content, draft=draft)
    outputs = {form.file_name: form.render(report, edition.folder / "reference.docx") for form in FORMATS}
    outputs["audit.md"] = make_audit(content, report, evidence.submissions).encode()
    record = make_record(content, report, evidence.submissions, outputs)
    out = workspace.out(fiscal_year)
    write_all(out, {**outputs, RECORD: write_json(record)})
    return Built(examination, tuple(out / name for name in (*outputs, RECORD)))


def publish(workspace: Workspace, fiscal_year: int, reason: str | None) -> Published:
    """Move the record of a built year to records/, where it is guarded."""
    built, published = workspace.out(fiscal_year) / RECORD, workspace.record(fiscal_year)
    earlier = read_record(published) if published.exists() else None
    if earlier is not None and not built.exists():
        return Published(published, False, ())
    if not built.exists():
        raise CannotProceed(
            f"{full_name(fiscal_year)}の報告がまだありません。\n"
            f"  先に nerima-report build {fiscal_year} を実行してください。"
        )
    new = read_record(built)
    if new["fiscal_year"] != fiscal_year:
        raise CannotProceed(f"記録の年度が違います（{new['name']}）。\n  ファイル: {built}")
    findings = tuple(_changed_outputs(built.parent, new))
    record = revise(new, earlier, reason)
    if record is not None:
        write_all(published.parent, {published.name: write_json(record)})
    built.unlink()
    return Published(published, record is not None, findings)


def examine(
    inbox: Inbox, edition: Edition, fiscal_year: int, roster: Sequence[RosterSection] | None
) -> tuple[Evidence, dict[str, Share]]:
    """Read and add up what was handed in for a year."""
    submissions = latest(inbox.of_year(fiscal_year))
    tallies = load_tallies(submissions, edition)
    totals = add_up(tallies, edition)
    figures = dict(compute_figures(totals, edition))
    roster = tuple(roster) if roster is not None else None
    return Evidence(edition, fiscal_year, inbox, submissions, tallies, totals, roster), figures


def latest(submissions: Sequence[Submission]) -> tuple[Submission, ...]:
    """Of the workbooks of each 課 the one with the highest 提出回, in an order that no file name decides."""
    newest: dict[tuple[bool, str], Submission] = {}
    for submission in sorted(submissions, key=lambda s: (s.ward, s.section, s.number, s.file)):
        newest[submission.ward, submission.section] = submission
    return tuple(newest.values())


def _examine_collection(
    inbox: Inbox, edition: Edition, roster: Sequence[RosterSection], explanations: Sequence[Explanation]
) -> tuple[Examination, dict[str, Share]]:
    """Examine the whole collection of the roster's year, and hold it against the roster."""
    fiscal_year = roster[0].fiscal_year
    evidence, figures = examine(inbox, edition.for_year(fiscal_year), fiscal_year, roster)
    findings = _judge(evidence, figures, explanations)
    return Examination(evidence.edition, inbox, (evidence,), tuple(findings)), figures


def _only_year(inbox: Inbox) -> int:
    """The fiscal year of all workbooks. Raises CannotProceed when there is none, or more than one."""
    years = inbox.fiscal_years
    if len(years) == 1:
        return years[0]
    named = f"{'、'.join(map(full_name, years))}の集計があります" if years else "年度の分かる集計がありません"
    raise CannotProceed(
        f"{named}。\n  --complete は、一つの年度の集計がそろっているかを確かめます。\n"
        "  一つの年度のファイルだけを指定するか、--complete を付けずに確かめてください。"
    )


def _judge(evidence: Evidence, figures: dict[str, Share], explanations: Sequence[Explanation]) -> list[Finding]:
    """All findings of a year, with their explanations, and the explanations that answer nothing."""
    found = run_checks(evidence)
    found += [Finding("N901", details={"about": key}) for key, share in figures.items() if share.denominator == 0]
    findings, unused = explain(found, explanations, evidence.fiscal_year)
    for explanation in unused:
        about = " ".join(filter(None, (explanation.code, explanation.section, explanation.table, explanation.row)))
        findings.append(Finding("N902", details={"about": about}))
    return findings


def _changed_outputs(folder: Path, record: dict[str, object]) -> list[Finding]:
    """Outputs that are not, or no longer, what the record vouches for."""
    outputs = record["outputs"]
    changed = []
    for output in outputs if isinstance(outputs, list) else []:
        file = folder / output["file"]
        if not file.is_file() or sha256(file.read_bytes()) != output["sha256"]:
            changed.append(Finding("N903", Place(file=file.as_posix())))
    return changed
