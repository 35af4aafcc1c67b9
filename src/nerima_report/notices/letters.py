"""The letters to the 課: the request that goes out with a form, the reminder, the return of what has faults.

A letter says what is wrong, where, and what to do about it. Of what stands in a cell it repeats numbers, never the
text of an entry: that may name a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from nerima_report.edition import Edition
from nerima_report.edition.catalogue import Notice, ranges, short
from nerima_report.edition.definition import fill
from nerima_report.edition.kinds import titled
from nerima_report.edition.letters import ReminderLetter, RequestLetter, ReturnLetter, UnreadLetter
from nerima_report.edition.municipality import Printing
from nerima_report.fiscal_year import first_day, last_day
from nerima_report.places import Place
from nerima_report.tallies.roster import RosterSection
from nerima_report.text import as_file_name, harmless, one_line

MOST_FAULTS = 8  # that are told one by one for one thing to do
_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BOUNDARY = "=_nerima-report"  # fixed, so that the same draft is the same file


class Attachment(NamedTuple):
    """A workbook that goes with a letter."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A letter to one 課; `name` is that of its file, without an ending."""

    name: str
    subject: str
    body: str
    addresses: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()

    def files(self, *, drafts: bool) -> dict[str, bytes]:
        """The letter as a text file and, where drafts are wanted, as a mail that is yet to be sent."""
        text = f"{self.subject}\n\n{self.body}\n".replace("\n", "\r\n").encode("utf-8-sig")
        return {f"{self.name}.txt": text} | ({f"{self.name}.eml": self._draft()} if drafts else {})

    def _draft(self) -> bytes:
        from email.message import EmailMessage
        from email.policy import SMTP

        mail = EmailMessage(policy=SMTP)
        mail["X-Unsent"] = "1"  # Outlook opens it to be edited and sent
        if self.addresses:
            mail["To"] = ", ".join(self.addresses)
        mail["Subject"] = one_line(self.subject)
        mail.set_content(f"{self.body}\n")
        for name, content in self.attachments:
            mail.add_attachment(content, maintype="application", subtype=_XLSX, filename=name)
        if self.attachments:
            mail.set_boundary(_BOUNDARY)
        return mail.as_bytes()


@dataclass(frozen=True)
class LetterWriter:
    """Writes the letters of a fiscal year in the words of letters.toml."""

    edition: Edition
    fiscal_year: int
    deadline: date | None

    def request(self, section: RosterSection, form: Attachment) -> Letter:
        """The letter that goes out with a form, once there is a deadline."""
        return self._write(self.edition.letters.request, section, {"様式": form.name}, (form,))

    def reminder(self, section: RosterSection) -> Letter:
        """The letter to a 課 that has not handed in by the deadline."""
        return self._write(self.edition.letters.reminder, section, {})

    def unread(self, section: RosterSection, notices: Sequence[Notice]) -> Letter:
        """The letter to a 課 that has sent nothing but files which cannot be read."""
        files = dict.fromkeys(_file_name(notice) for notice in notices)
        facts = {"ファイル": "、".join(files), "直すところ": "\n".join(_things_to_do(notices))}
        return self._write(self.edition.letters.unread, section, facts)

    def returned(self, section: RosterSection, copies: Sequence[Attachment], notices: Iterable[Notice]) -> Letter:
        """The letter that goes back with the marked copies of a 課, about what it has to do."""
        facts = {"写し": "、".join(copy.name for copy in copies), "直すところ": "\n".join(_things_to_do(notices))}
        return self._write(self.edition.letters.returned, section, facts, tuple(copies))

    def _write(
        self,
        texts: RequestLetter | ReminderLetter | ReturnLetter | UnreadLetter,
        section: RosterSection,
        facts: Mapping[str, str],
        attachments: tuple[Attachment, ...] = (),
    ) -> Letter:
        coordinator = self.edition.municipality.coordinator(self.fiscal_year)
        printing = self.edition.printing
        values = {
            "宛先": self._addressed(section),
            "課": section.key,
            "年度": printing.year(self.fiscal_year),
            "初日": printing.day(first_day(self.fiscal_year)),
            "末日": printing.day(last_day(self.fiscal_year)),
            "とりまとめ課": f"{coordinator.department}{coordinator.section}",
            "とりまとめ課の長": f"{coordinator.department}　{self._head(coordinator.section)}".strip(),
            "期限": _with_weekday(self.deadline, printing) if self.deadline else "",
            **facts,
        }
        name = as_file_name(f"{texts.name}_{section.key}")
        return Letter(name, fill(texts.subject, values), fill(texts.body, values), section.addresses, attachments)

    def _addressed(self, section: RosterSection) -> str:
        """福祉部　管理課長　様. A 課 that bears the name of its 部 (会計管理室) is not named twice."""
        repeated = section.section_name.startswith(section.department)
        kind = self.edition.kinds.of(section.kind)
        title = section.head or (kind.head if kind else "")
        head = titled(section.section_name, title) if title else self._head(section.section_name)
        return fill(self.edition.letters.to, {"部": "" if repeated else section.department, "長": head}).strip()

    def _head(self, section_name: str) -> str:
        """The head of a 課 of which the roster does not say what kind it is."""
        head = next(head for head in self.edition.letters.head if section_name.endswith(head.ending))
        return fill(head.title, {"課": section_name})


def _with_weekday(day: date, printing: Printing) -> str:
    return f"{printing.day(day)}（{'月火水木金土日'[day.weekday()]}）"


def _things_to_do(notices: Iterable[Notice]) -> Iterator[str]:
    """What is wrong, and below it what to do about it, once for all that asks for the same."""
    alike: dict[str, dict[str, Place]] = {}
    for notice in notices:
        place = Place(file=notice.place.file, sheet=notice.place.sheet, cell=notice.place.cell)
        alike.setdefault(notice.for_section, {}).setdefault(_fault(notice), place)
    for what, faults in alike.items():
        yield from list(faults)[:MOST_FAULTS]
        if others := list(faults.values())[MOST_FAULTS:]:
            names = ranges(others, Place(file=others[0].file))[:MOST_FAULTS]
            yield f"・ほか {len(others)}か所: {'、'.join(names)} など"
        yield f"　→ {what}"


def _file_name(notice: Notice) -> str:
    return harmless(notice.place.file.rpartition("/")[2])


def _fault(notice: Notice) -> str:
    """Where it is, what is wrong, and which number the cell would have to say, if that is clear.

    ・公開.処理状況 B5: 「全部公開」の件数が負の数です（現在 -1）。
    """
    place, told = notice.place, notice.finding.advice.told[:1]
    where = short(place, Place(file=place.file)) if place.sheet else _file_name(notice)
    likely = [one.message for one in told if all(cell.place.file == place.file for cell in one.cells)]
    return "".join((f"・{where}: {notice.in_letters}", *likely))
