"""`init` and `form`: what is made before the workbooks come in, a working folder and the forms to send.

    roster + edition (+ the registers, the figures of an earlier year) → forms, and the letters that go with them

Files that are there already are not overwritten, because they may have been filled in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from nerima_report.edition import DEFAULT, Edition, shipped_templates
from nerima_report.errors import CannotProceed
from nerima_report.files import FOLDERS, ROSTER, SETTINGS, is_submission, sha256
from nerima_report.fiscal_year import full_name
from nerima_report.forms import Filling, FormCover, render_form
from nerima_report.forms.form import fed_lists
from nerima_report.forms.recipients import (
    Earlier,
    all_covers,
    chosen,
    file_name,
    form_name,
    load_earlier,
    refuse_unasked,
)
from nerima_report.forms.roster import carried_roster, default_roster, latest_year
from nerima_report.notices.letters import Attachment, LetterWriter
from nerima_report.registers.entry import rows_for, unasked_sections
from nerima_report.registers.master import keeps_registers, load_masters
from nerima_report.tallies.lines import with_roster
from nerima_report.tallies.roster import RosterSection, load_roster, read_roster
from nerima_report.workspace import (
    NOT_FOR_GIT,
    NOT_FOR_GIT_TEXT,
    SETTINGS_TEXT,
    SUMS,
    Delivery,
    Workspace,
    read_sums,
    settings_naming,
    write_all,
    write_sums,
)
from nerima_report.writing.lock import one_writer


class Carried(NamedTuple):
    """From which year how many 課 were carried over to a new one, and where the roster as it was is kept.

    `loose` is how many workbooks lie in the inbox itself, where they are in the way of those of the new year.
    """

    fiscal_year: int
    sections: int
    kept: str
    loose: int


@dataclass(frozen=True)
class Prepared:
    """What `init` made. `missing_year`: the roster that is there has no row of the year, and stayed as it is."""

    created: tuple[Path, ...]
    missing_year: bool = False
    carried: Carried | None = None


@dataclass(frozen=True)
class FormOrder:
    """Which forms to make: for which 課 (none: all), in which folder, with which earlier workbooks (`previous`).

    `force` overwrites other files. `registers` adds the sheets of the registers, which forms have in any case where the
    office keeps registers. `drafts`: the letters as mails that are yet to be sent, too.
    """

    sections: tuple[str, ...] = ()
    out: Path | None = None
    previous: Path | None = None
    force: bool = False
    registers: bool = False
    drafts: bool = False


@dataclass(frozen=True)
class FormsMade:
    """What `form` made: files written, files that were the same already, 課 without earlier figures, unusable files.

    `unasked` are 課 with open entries in registers that get no form, because they are not in the roster. There are
    no `letters` without a deadline to name.
    """

    written: tuple[Path, ...]
    unchanged: tuple[Path, ...]
    without_earlier: tuple[str, ...] = ()
    unusable: tuple[Path, ...] = ()
    unasked: tuple[str, ...] = ()
    letters: tuple[Path, ...] = ()
    has_deadline: bool = False


def init(folder: Path, edition: Edition, fiscal_year: int, *, go_on: bool = False) -> Prepared:
    """Make a working folder without changing what is there already.

    With `go_on`, a roster without the fiscal year gets it: the rows of the latest year before, once more. Raises
    CannotProceed where the roster cannot be read, or has no year before.
    """
    with one_writer(folder, "init"):
        return _prepare(folder, edition, fiscal_year, go_on=go_on)


def _prepare(folder: Path, edition: Edition, fiscal_year: int, *, go_on: bool) -> Prepared:
    made = [folder / name for name in FOLDERS if not (folder / name).is_dir()]
    for missing in made:
        missing.mkdir(parents=True)
    files = {} if (folder / SETTINGS).exists() else {SETTINGS: _settings(folder, edition).encode()}
    if not (folder / NOT_FOR_GIT).exists():
        files[NOT_FOR_GIT] = NOT_FOR_GIT_TEXT.encode()
    if not (folder / ROSTER).exists():
        files[ROSTER] = default_roster(edition, fiscal_year)
    write_all(folder, files)
    created = (*made, *(folder / name for name in files))
    if ROSTER in files:
        return Prepared(created)
    roster = read_roster(folder / ROSTER)
    if any(section.fiscal_year == fiscal_year for section in roster.sections):
        return Prepared(created)
    if not go_on:
        return Prepared(created, missing_year=True)
    latest = latest_year(roster, fiscal_year)
    if latest is None:
        word = edition.words.section
        raise CannotProceed(
            f"名簿に、{full_name(fiscal_year)}の{word}も、引き継げる前の年度の{word}もありません。\n"
            f"  ファイル: {folder / ROSTER}\n"
            f"  Excel で、年度が「{full_name(fiscal_year)}」の行を加えてください。"
        )
    sections = load_roster(folder / ROSTER, latest, edition)
    inbox = folder / "inbox" / str(fiscal_year)
    loose = sum(is_submission(path) for path in inbox.parent.iterdir())
    inbox.mkdir(exist_ok=True)
    kept = Delivery(folder, {ROSTER: carried_roster(roster, edition, fiscal_year)}).replace(always_kept=(ROSTER,))
    return Prepared((*created, inbox), False, Carried(latest, len(sections), str(kept[0].details["about"]), loose))


def _settings(folder: Path, edition: Edition) -> str:
    """The settings of a new working folder, which name the edition with which it was made."""
    text = edition.words.say(SETTINGS_TEXT)
    if edition.folder.parent == shipped_templates():
        return text.replace(DEFAULT, edition.name)
    return settings_naming(text, Path(os.path.relpath(edition.folder.parent, folder)), edition.name)


def make_forms(workspace: Workspace, edition: Edition, fiscal_year: int, order: FormOrder) -> FormsMade:
    """Write the blank collection workbooks of a year for the 課 of the roster and for the ward.

    Raises CannotProceed, and writes nothing, where a file would be overwritten that is not what would be written.
    """
    narrowed = edition.for_year(fiscal_year)
    if workspace.ledgers(fiscal_year):
        narrowed = narrowed.with_ledger()
    roster = load_roster(workspace.roster, fiscal_year, edition)
    narrowed = with_roster(narrowed, roster)
    everybody = all_covers(roster, narrowed, workspace.deadlines.get(fiscal_year))
    refuse_unasked(roster, narrowed, order.sections)
    usual = [cover for cover in everybody if not cover.ward or narrowed.has_ward_form]
    covers = chosen(everybody if order.sections else usual, order.sections, edition.words)
    registers = order.registers or keeps_registers(workspace.folder)
    masters = load_masters(workspace.folder, edition) if registers else None
    if masters is not None:
        covers = [replace(c, withheld=c.withheld | fed_lists(narrowed, c)) if not c.ward else c for c in covers]
    earlier = load_earlier(order.previous, edition, fiscal_year) if order.previous else Earlier({}, ())

    def filling(cover: FormCover) -> Filling:
        rows = rows_for(masters, narrowed, cover.key, fiscal_year) if masters is not None and not cover.ward else None
        asked = {key: entries for key, entries in rows.items() if cover.asks_for(key)} if rows is not None else None
        return Filling(earlier=earlier.of(cover), registers=asked)

    def own(cover: FormCover) -> Edition:
        return narrowed if cover.ward else narrowed.of_section(cover.key)

    forms = {file_name(cover, edition.words): render_form(own(cover), cover, filling(cover)) for cover in covers}
    folder = order.out or workspace.forms(fiscal_year)
    written, unchanged = Delivery(folder, forms).add(force=order.force)
    letters = _write_requests(workspace, narrowed, roster, Requests(folder, forms, order))
    unknown = [c.key for c in covers if earlier.of(c) is None] if order.previous else []
    keys = [cover.key for cover in everybody]
    unasked = unasked_sections(masters, narrowed, keys, fiscal_year) if masters is not None else []
    return FormsMade(
        written,
        unchanged,
        tuple(unknown),
        earlier.unusable,
        tuple(unasked),
        letters,
        fiscal_year in workspace.deadlines,
    )


class Requests(NamedTuple):
    """The forms that letters go with, by name, the folder in which they lie, and the order for them."""

    folder: Path
    forms: Mapping[str, bytes]
    order: FormOrder


def _write_requests(
    workspace: Workspace, edition: Edition, roster: Sequence[RosterSection], requests: Requests
) -> tuple[Path, ...]:
    """Write the letter for each 課 that gets a form, once there is a deadline. What somebody edited in one is kept."""
    fiscal_year = roster[0].fiscal_year
    writer = LetterWriter(edition, fiscal_year, workspace.deadlines.get(fiscal_year))
    if writer.deadline is None:
        return ()
    files: dict[str, bytes] = {}
    for section in roster:
        name = form_name(roster, section)
        if name in requests.forms:
            letter = writer.request(section, Attachment(name, requests.forms[name]))
            files |= letter.files(drafts=requests.order.drafts)
    if not files:
        return ()
    folder = requests.folder / writer.edition.letters.request.name
    before, stems = read_sums(folder), {Path(name).stem for name in files}
    others = {
        name: digest for name, digest in before.items() if requests.order.sections and Path(name).stem not in stems
    }
    vouched = {name: digest for name, digest in before.items() if name not in others}
    digests = others | {name: sha256(content) for name, content in files.items()}
    Delivery(folder, {**files, SUMS: write_sums(digests)}, dict.fromkeys(files, "") | vouched).supersede()
    return tuple(folder / name for name in files)
