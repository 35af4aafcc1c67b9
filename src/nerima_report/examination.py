"""What one run looked at and what it found: the one object that every notice is made from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from nerima_report.checks import run_checks
from nerima_report.checks.explained import unused_explanations
from nerima_report.edition import Edition
from nerima_report.edition.catalogue import Notice
from nerima_report.errors import CannotProceed
from nerima_report.findings import Explanation, Finding, Whole, explain
from nerima_report.fiscal_year import full_name
from nerima_report.places import cell_place
from nerima_report.tallies.collection import Collection, on_cover
from nerima_report.tallies.lines import with_covers, with_roster
from nerima_report.tallies.reading import load_tallies
from nerima_report.tallies.remarks import Remark, remarks_in
from nerima_report.tallies.resubmission import Resubmission, resubmissions
from nerima_report.tallies.roster import RosterSection, absent_from, withheld_from
from nerima_report.tallies.submission import LEDGER_FORM, Inbox, Submission
from nerima_report.tallies.totals import add_up, doubted, uncounted
from nerima_report.text import label_of, section_key

if TYPE_CHECKING:
    from nerima_report.corrections import Recall
    from nerima_report.tallies.confirmations import Confirmation
    from nerima_report.tallies.ledger import CaseLedger

SHAPES_AND_CELLS = "23"  # of the codes N2xx and N3xx: errors in what could be read of a workbook


@dataclass(frozen=True)
class Examination:
    """The workbooks of a run, what was read from them, and what is wrong.

    `years` holds the collection of each fiscal year in the inbox; where no workbook says a year, that of
    the year 0, which holds nothing but the files. `records` are the files of the records that were checked.
    """

    edition: Edition
    inbox: Inbox
    years: tuple[Collection, ...]
    findings: tuple[Finding, ...]
    records: tuple[str, ...] = ()

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        """The findings in the words of the catalogue, the most severe first."""
        return tuple(self.edition.catalogue.notices(self.findings))

    @property
    def files(self) -> tuple[str, ...]:
        """All files that were looked at, readable or not; without those that Excel leaves while a file is open."""
        paths = [other.path for other in self.inbox.unidentified] + [other.path for other in self.inbox.unreadable]
        read = (*self.inbox.submissions, *self.inbox.confirmations)
        return (*(s.file for s in read), *(label_of(path) for path in paths))

    @property
    def wards(self) -> frozenset[str]:
        """The files that speak for 区全体; that of the coordinator's own 課, and the case ledger, are others."""
        return self.inbox.wards

    @property
    def whole(self) -> Whole:
        """How findings call the body as a whole, and the files that speak for it."""
        return Whole(self.edition.words.whole, self.wards)

    @property
    def fine(self) -> int:
        """How many of the files have no error."""
        faulty = {notice.place.file for notice in self.notices if notice.is_error}
        return sum(file not in faulty for file in self.files)

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """What the 課 wrote beside their numbers, in the workbooks that count."""
        submissions = (submission for collection in self.years for submission in collection.submissions)
        return tuple(remark for submission in submissions for remark in remarks_in(submission))

    @cached_property
    def resubmissions(self) -> tuple[Resubmission, ...]:
        """What changed in the workbooks that were handed in again."""
        return tuple(again for collection in self.years for again in resubmissions(collection))

    def and_also(self, findings: Iterable[Finding]) -> Examination:
        """The same examination with further findings."""
        return replace(self, findings=(*self.findings, *findings))


def examine_collection(
    inbox: Inbox,
    edition: Edition,
    roster: Sequence[RosterSection],
    explanations: Sequence[Explanation],
    recall: Recall | None = None,
    ledger: CaseLedger | None = None,
) -> Examination:
    """Examine the whole collection of the roster's year, and hold it against the roster.

    `recall` gives what was reported for the year before, by which the likely corrections are ranked. With a `ledger`
    the tables that it counts are counted from its cases.
    """
    fiscal_year = roster[0].fiscal_year
    collection = examine(inbox, edition.for_year(fiscal_year), fiscal_year, roster, ledger)
    findings = judge(collection, explanations, recall)
    collection = whole_or_unknown(collection, findings)
    return Examination(collection.edition, inbox, (collection,), tuple(findings))


def whole_or_unknown(collection: Collection, findings: Sequence[Finding]) -> Collection:
    """The collection, in which no number counts as whole in a table on whose sheet something was not read."""
    gaps: dict[str, dict[str, None]] = defaultdict(dict)
    for finding in findings:
        place = finding.place
        unread = finding.code[1] in SHAPES_AND_CELLS and finding.explained is None
        if unread and place.table and place.section and collection.edition.catalogue.is_error(finding):
            gaps[place.table][place.section] = None
    return replace(collection, totals=doubted(collection.totals, collection.edition, gaps)) if gaps else collection


def examine(
    inbox: Inbox,
    edition: Edition,
    fiscal_year: int,
    roster: Sequence[RosterSection] | None,
    ledger: CaseLedger | None = None,
) -> Collection:
    """Read and add up what was handed in for a year, and count what stands in its ledger."""
    edition = edition.with_ledger() if ledger else edition
    handed_in = inbox.of_year(fiscal_year)
    edition = with_covers(edition, handed_in) if roster is None else with_roster(edition, roster)
    coordinator = edition.municipality.coordinator(fiscal_year)
    ward_key = section_key(coordinator.department, coordinator.section)
    order = [section.key for section in roster or ()]
    if roster is None:
        submissions = newest(handed_in)
    else:
        submissions = latest([s for s in handed_in if not s.ward or s.section == ward_key], order)
        submissions = only_what_is_asked(submissions, roster, edition)
    tallies = load_tallies(submissions, edition, {section.key for section in roster or () if section.tallies})
    if ledger:
        tallies = replace(tallies, entries={**tallies.entries, **ledger.cases})
    absent = absent_from(roster or (), submissions, edition)
    totals = add_up(tallies, edition, absent, roster or ())
    if ledger and ledger.doubtful:
        totals = uncounted(totals, edition, ledger.unread)
        totals = doubted(totals, edition, dict.fromkeys(ledger.doubtful, (LEDGER_FORM,)))
    expected = None if roster is None else tuple(roster)
    confirmations: tuple[Confirmation, ...] = ()
    if ledger:
        from nerima_report.tallies.confirmations import returned  # where there is a ledger

        confirmations = returned(inbox, ledger.edition, fiscal_year)
    return Collection(
        edition, fiscal_year, tallies, totals, inbox, submissions, expected, absent, ledger, confirmations
    )


def only_what_is_asked(
    submissions: Sequence[Submission], roster: Sequence[RosterSection], edition: Edition
) -> tuple[Submission, ...]:
    """The workbooks, in which an empty table that the roster does not ask of a 課 counts as 該当なし.

    The form that a 課 gets says so itself. A school may have filled in another, or one made before the roster said
    what it is.
    """
    sections = {section.key: section for section in roster}
    every = [*edition.collected_counts(ward=False), *edition.collected_entries(ward=False)]
    asked = []
    for submission in submissions:
        section = sections.get(submission.section) if not submission.ward else None
        withheld = withheld_from(section, edition) if section else frozenset()
        unasked = {key for key in every if not withheld.isdisjoint({key, key.partition(".")[0]})}
        unasked = {key for key in unasked if not submission.says_not_applicable(key)}
        if unasked:
            tallies = load_tallies([submission], edition)
            unasked -= {cell.key.table for cell in tallies.cells if cell.reading.status != "blank"}
            unasked -= {table_id for table_id, entries in tallies.entries.items() if entries}
            submission = replace(submission, not_applicable=submission.not_applicable | unasked)
        asked.append(submission)
    return tuple(asked)


def newest(submissions: Iterable[Submission]) -> tuple[Submission, ...]:
    """The workbooks that no other of the same 課 replaces: those with its highest 提出回, also if there are several."""
    highest: dict[tuple[bool, str], int] = {}
    ordered = sorted(submissions, key=lambda s: (s.ward, s.section, s.number, s.file))
    for submission in ordered:
        highest[submission.ward, submission.section] = submission.number
    return tuple(s for s in ordered if s.number == highest[s.ward, s.section])


def latest(submissions: Iterable[Submission], order: Sequence[str] = ()) -> tuple[Submission, ...]:
    """Of the workbooks of each 課 the one with the highest 提出回, in the order of the roster.

    The names of the files decide nothing.
    """
    places = {section: place for place, section in enumerate(order)}
    newest: dict[tuple[bool, str], Submission] = {}
    for submission in sorted(
        submissions, key=lambda s: (s.ward, places.get(s.section, len(places)), s.section, s.number, s.file)
    ):
        newest[submission.ward, submission.section] = submission
    return tuple(newest.values())


def judge(collection: Collection, explanations: Sequence[Explanation], recall: Recall | None = None) -> list[Finding]:
    """All findings of a year, with their explanations and likely causes, and the explanations that answer nothing."""
    found = run_checks(collection)
    if collection.ledger:
        from nerima_report.checks.ledger import follows_from_cases, run_ledger_checks  # where there is a ledger

        on_ledger = run_ledger_checks(collection.ledger, collection)
        if any(collection.edition.catalogue.is_error(finding) for finding in on_ledger):
            found = [finding for finding in found if not follows_from_cases(finding, collection)]
        found += on_ledger
    if not any(collection.edition.catalogue.is_error(finding) for finding in found):
        totals = collection.totals
        unknown = (key for key, value in totals.values.items() if value is None and key.table not in totals.not_asked)
        found += [Finding("N907", cell_place(key)) for key in unknown]
    found += [
        Finding("N901", details={"about": key}) for key, share in collection.figures.items() if share.denominator == 0
    ]
    own = [e for e in explanations if not e.is_between_years]  # the others answer what is found between years
    year, whole = collection.fiscal_year, collection.whole
    findings, unused = explain(found, own, year, whole)
    findings = with_likely_causes(findings, collection, own, recall)
    return [*findings, *unused_explanations(unused, findings, year, whole)]


def with_likely_causes(
    findings: list[Finding], collection: Collection, explanations: Sequence[Explanation], recall: Recall | None = None
) -> list[Finding]:
    """The findings of a year, those that one or two wrong cells explain with what these are likely to be."""
    if not findings:
        return []
    from nerima_report.corrections import nothing_is_known, suggest_corrections  # where something is wrong

    return suggest_corrections(findings, collection, explanations, recall or nothing_is_known)


def years_that_differ(inbox: Inbox) -> Iterator[Finding]:
    """The workbooks whose year is not that of most of the others; which of them is wrong is not known."""
    year = main_year(inbox)
    same = sum(submission.fiscal_year == year for submission in inbox.submissions)
    for submission in inbox.submissions:
        if year is not None and submission.fiscal_year != year:
            found, expected = full_name(submission.fiscal_year), full_name(year)
            place = on_cover(submission, "年度")
            yield Finding("N614", place, expected=expected, found=found, details={"number": str(same)})


def main_year(inbox: Inbox) -> int | None:
    """The fiscal year of more than half of the workbooks, or None: others are then taken for slips."""
    years = Counter(submission.fiscal_year for submission in inbox.submissions)
    year, count = max(years.items(), key=lambda item: item[1], default=(None, 0))
    return year if 2 * count > years.total() else None


def only_year(inbox: Inbox) -> int:
    """The fiscal year of the collection. Raises CannotProceed when the workbooks do not say one."""
    year, years = main_year(inbox), inbox.fiscal_years
    if year is not None:
        return year
    named = f"{'、'.join(map(full_name, years))}の集計があります" if years else "年度の分かる集計がありません"
    raise CannotProceed(
        f"{named}。\n  --complete は、一つの年度の集計がそろっているかを確かめます。\n"
        "  一つの年度のファイルだけを指定するか、--complete を付けずに確かめてください。"
    )
