"""The case ledger on a day → what falls due: decisions, with how they may still be extended, and opinions awaited.

No limit runs while a correction (補正) is awaited: the day that is given then is the earliest possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nerima_report.edition.municipality import Words
from nerima_report.errors import CannotProceed
from nerima_report.tallies.cases import Case
from nerima_report.tallies.ledger import CaseLedger
from nerima_report.tallies.roster import RosterSection
from nerima_report.text import LEAST_LIKENESS_OF_SECTIONS, asked, likely


@dataclass(frozen=True)
class PossibleExtension:
    """How a decision may still be extended: under which article, and until when (None: without a limit).

    It must be told by `tell_by`, the last day of the limit that it extends.
    """

    article: str
    until: date | None
    tell_by: date


@dataclass(frozen=True)
class Due:
    """What falls due for a case: its decision, or the opinion (意見書) of a third party.

    `day` is None where nothing limits the decision, or where the day of receipt cannot be read (`received` is None).
    """

    kind: str
    part: str
    number: str
    section: str
    received: date | None
    day: date | None
    extended: str = ""
    waits: bool = False
    extensions: tuple[PossibleExtension, ...] = ()

    def days_left(self, on: date) -> int | None:
        """The days from a day to the day on which it falls due (日); negative where that is over."""
        return None if self.day is None else (self.day - on).days


DECISION, OPINION = "決定", "意見書"


@dataclass(frozen=True)
class DueDays:
    """What falls due on and after a day, and what is overdue, the earliest first.

    `section_word` is what a 課 is called.
    """

    on: date
    fiscal_year: int
    sections: tuple[str, ...]
    due: tuple[Due, ...]
    section_word: str


def due_days(
    ledger: CaseLedger, on: date, sections: Sequence[str] = (), roster: Sequence[RosterSection] = ()
) -> DueDays:
    """What falls due, of all 課 or of some.

    Raises CannotProceed for a 課 that neither the ledger nor the roster names.
    """
    words = ledger.edition.words
    known = {case.entry.section: str(case.says("section")) for case in ledger.requests}
    known |= {section.key: section.section_name for section in roster}
    wanted = {_section_named(name, known, words) for name in sections}
    cases = (case.as_of(on) for case in ledger.requests if not wanted or case.entry.section in wanted)
    found = [due for case in cases if case.is_open and not _is_later(case, on) for due in _due_of(case, on)]
    ordered = sorted(found, key=lambda due: (due.day or date.max, due.part, due.number, due.kind))
    return DueDays(on, ledger.fiscal_year, tuple(sorted(wanted)), tuple(ordered), words.section)


def _is_later(case: Case, on: date) -> bool:
    received = case.day(case.label("received"))
    return received is not None and received > on


def _due_of(case: Case, on: date) -> Iterator[Due]:
    decision = Due(
        DECISION,
        case.table_id.partition(".")[0],
        case.number,
        case.entry.section,
        case.day(case.label("received")),
        case.due(on),
        extended=str(case.says("extension") or ""),
        waits=case.periods.waits_for_correction(case.entry.values),
        extensions=tuple(_extensions(case, on)),
    )
    yield decision
    awaited, opinion = case.day(case.label("opinion_due")), case.says("opinion")
    if awaited is not None and opinion is None:
        yield replace(decision, kind=OPINION, day=awaited, extended="", waits=False, extensions=())


def _extensions(case: Case, on: date) -> Iterator[PossibleExtension]:
    """The extensions that may still be told, as long as the limit that they extend is not over."""
    values = case.periods.at_the_earliest(case.entry.values, on)
    limit, tell_by = case.periods.limit(values), case.periods.due(values, extended=False)
    said = case.periods.extension(values)
    if limit is None or tell_by is None or on > tell_by:
        return
    for extension in limit.extensions:
        longer = said is None or (said.days is not None and (extension.days is None or extension.days > said.days))
        if extension is not said and longer:
            until = None if extension.days is None else case.periods.day_after(values, extension.days)
            yield PossibleExtension(extension.answer, until, tell_by)


def _section_named(name: str, known: Mapping[str, str], words: Words) -> str:
    """The 課 (福祉部管理課) that a name means, with or without its 部."""
    meant = [name] if name in known else sorted(section for section, short in known.items() if short == name)
    if len(meant) == 1:
        return meant[0]
    meanings = [*known.values(), *known]
    hint = asked(likely(name, meanings, LEAST_LIKENESS_OF_SECTIONS)) or (
        f"名簿のとおりに、{words.department}と{words.section}を続けて書いてください。"
    )
    raise CannotProceed(
        f"{words.section}「{name}」は、いくつもあります。\n  どれかを書いてください: {'、'.join(meant)}"
        if meant
        else f"{words.section}「{name}」は、台帳にも名簿にもありません。\n  {hint}"
    )
