"""How many days a case took, until when it must be decided, and in which year it counts (請求台帳).

The class of a case (its days) and its limit are computed apart: a decision after the limit stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from nerima_report.edition.ledger import COUNTED, DAYS, ELSEWHERE, PENDING, Clock, Extension, Ledger, Limit
from nerima_report.fiscal_year import fiscal_year_of, last_day

if TYPE_CHECKING:
    from holidays import HolidayBase

Values = Mapping[str, object]  # what a row says, by label of field
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OfficeDays:
    """The days on which the office is open."""

    clock: Clock

    @cached_property
    def _holidays(self) -> HolidayBase:
        from holidays import country_holidays  # takes long to load, and few runs need it

        return country_holidays("JP")

    def is_open(self, day: date) -> bool:
        """Whether a day is none of Saturday, Sunday, a national holiday and the days of `closed`."""
        return day.weekday() < 5 and f"{day:%m-%d}" not in self.clock.closed and day not in self._holidays

    def from_then(self, day: date) -> date:
        """The first open day from a day on."""
        while not self.is_open(day):
            day += _ONE_DAY
        return day


@dataclass(frozen=True)
class Periods:
    """The days and limits of the rows of a ledger. What a row does not say, or says unreadably, gives None."""

    ledger: Ledger

    @cached_property
    def office(self) -> OfficeDays:
        """The days on which the office is open."""
        return OfficeDays(self.ledger.clock)

    def days(self, values: Values) -> int | None:
        """The days (日) from receipt to decision as the classes count them; None for what was withdrawn.

        A decision within a limit that a closed day has moved took the days of its limit.
        """
        taken = self.days_taken(values)
        if taken is None or values.get(self.ledger.roles.outcome) in self.ledger.withdrawn:
            return None
        limit = self.limit_days(values)
        due, closed = self.due(values), _day(values, self.ledger.roles.closed)
        if self.ledger.clock.moves and limit is not None and due is not None and closed is not None:
            return limit if taken > limit and closed <= due else taken
        return taken

    def days_taken(self, values: Values) -> int | None:
        """The days (日) from receipt to decision or withdrawal, without those of a correction (補正)."""
        received, closed = _day(values, self.ledger.roles.received), _day(values, self.ledger.roles.closed)
        if received is None or closed is None:
            return None
        return (closed - received).days + self.ledger.clock.first_day_counts - self._correction(values)

    def limit(self, values: Values) -> Limit | None:
        """The limit that the row runs under."""
        return self.ledger.limit_of(values)

    def extension(self, values: Values) -> Extension | None:
        """The extension that the row says, as its limit knows it."""
        limit = self.limit(values)
        return limit.extension(values.get(self.ledger.roles.extension)) if limit else None

    def limit_days(self, values: Values, *, extended: bool = True) -> int | None:
        """How many days (日) the decision may take; None where nothing limits it."""
        limit = self.limit(values)
        if limit is None:
            return None
        extension = self.extension(values) if extended else None
        return extension.days if extension else limit.days

    def due(self, values: Values, *, extended: bool = True) -> date | None:
        """The last day for the decision: as extended, or without regard to an extension."""
        days, received = self.limit_days(values, extended=extended), _day(values, self.ledger.roles.received)
        return None if days is None or received is None else self.day_after(values, days)

    def day_after(self, values: Values, days: int) -> date | None:
        """The day on which a limit of so many days ends for the row."""
        received = _day(values, self.ledger.roles.received)
        if received is None:
            return None
        ends = received + timedelta(days=days - self.ledger.clock.first_day_counts + self._correction(values))
        return self.office.from_then(ends) if self.ledger.clock.moves else ends

    def waits_for_correction(self, values: Values) -> bool:
        """Whether the office has asked for a correction (補正) and not got it, so that no limit runs."""
        return self._asked(values) is not None and _day(values, self.ledger.roles.corrected) is None

    def as_of(self, values: Values, day: date) -> Values:
        """The row as it stood at the end of a day: what its days say happened later is left out."""
        roles = self.ledger.roles
        also = {roles.closed: roles.outcome, roles.extension_told: roles.extension}
        days = (roles.closed, roles.extension_told, roles.correction_asked, roles.corrected, roles.opinion)
        later = [label for label in days if (then := _day(values, label)) is not None and then > day]
        return {**values, **dict.fromkeys([*later, *(also[label] for label in later if label in also)])}

    def at_the_earliest(self, values: Values, day: date) -> Values:
        """The row whose limits run as if the correction that is awaited on a day were made on that day."""
        return {**values, self.ledger.roles.corrected: day} if self.waits_for_correction(values) else values

    def _asked(self, values: Values) -> date | None:
        return _day(values, self.ledger.roles.correction_asked)

    def _correction(self, values: Values) -> int:
        asked, corrected = self._asked(values), _day(values, self.ledger.roles.corrected)
        return (corrected - asked).days if asked and corrected and asked <= corrected else 0

    def year_of(self, values: Values) -> int | None:
        """The fiscal year in which the case counts; None while it is open."""
        rule = self.ledger.year
        received, closed = _day(values, self.ledger.roles.received), _day(values, self.ledger.roles.closed)
        if closed is None or received is None or values.get(self.ledger.roles.outcome) is None:
            return None
        extension = self.extension(values)
        if rule.by == "closed" or (extension is not None and extension.by_decision):
            return fiscal_year_of(closed)
        own = fiscal_year_of(received)
        in_time = closed <= date.fromisoformat(f"{own + 1}-{rule.until}")
        return own if in_time else fiscal_year_of(closed)

    def state(self, values: Values, fiscal_year: int) -> str:
        """What a row is in the report of a year: counted, still open at its end, or nothing of it."""
        year, received = self.year_of(values), _day(values, self.ledger.roles.received)
        if year == fiscal_year:
            return COUNTED
        waits = received is not None and received <= last_day(fiscal_year) and (year is None or year > fiscal_year)
        return PENDING if waits else ELSEWHERE

    def completed(self, values: Values) -> dict[str, object]:
        """The row with the days that it took."""
        return {**values, DAYS: self.days(values)}


def _day(values: Values, label: str) -> date | None:
    value = values.get(label)
    return value if isinstance(value, date) else None
