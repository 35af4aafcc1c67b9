"""How often the wrong cell is found, beside an oracle that tries every cell with every number (make bench).

Slips are made, with fixed seeds, in the workbooks of the sample and in random consistent ones. The figures of the year
before are invented. The oracle tries everything, ranks with the same knowledge (the weights of corrections.toml, the
shares of the year before), and averages over ties. The time is that of all that is done for a workbook in which
something is wrong, beside reading one with bare openpyxl, because a time alone says more about the machine.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from brute_force import SECTION, BruteForce, Oracle, check_sums, evidence_of, neighbours  # noqa: E402
from consistent import consistent  # noqa: E402
from consistent_act import consistent_act  # noqa: E402
from nerima_report.corrections import suggest_corrections  # noqa: E402
from nerima_report.edition import Edition, find_edition, load_edition  # noqa: E402
from nerima_report.findings import Suggestion  # noqa: E402
from nerima_report.places import CellKey  # noqa: E402
from nerima_report.tallies.reading import load_tallies  # noqa: E402
from nerima_report.tallies.submission import load_submissions  # noqa: E402
from slips import TYPED  # noqa: E402

Values = dict[CellKey, int]
SAMPLE = ROOT / "sample_data" / "inbox"
EACH = 2  # slips of each kind in each workbook
RANDOM_WORKBOOKS = 40
READINGS = 7
IN_NO_HURRY = list(HealthCheck)


@dataclass(frozen=True)
class Workbook:
    """The numbers of a workbook in which all agrees, those of the year before, and the cells that links know."""

    edition: Edition
    values: Values
    before: Values
    linked: Sequence[CellKey]


@dataclass
class Score:
    """What came of the slips of one kind: those that break nothing are not seen by anybody."""

    slips: int = 0
    unseen: int = 0
    same: int = 0
    among: int = 0
    first: int = 0
    oracle: float = 0.0

    def line(self, name: str, tried: bool = True) -> str:
        """A line of the table; shares in percent of the slips that break something. `tried`: by the oracle as well."""
        seen = max(self.slips - self.unseen, 1)
        shares = [f"{100 * told / seen:9.1f}" for told in (self.among, self.first, self.oracle, self.same)]
        return f"  {name:20}{self.slips:7}{self.unseen:8}" + "".join(shares if tried else shares[:2])

    def add(self, other: Score) -> None:
        """Count what came of other slips as well."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def main() -> None:
    """Make the slips, and print what was found and in which time."""
    whole = load_edition(find_edition("nerima"))
    times: list[float] = []
    print("Shares in % of the slips that break something: the true cell is among the candidates, it is first, it is")
    print("first for the oracle (ties averaged), and the candidates are those of the oracle.")
    for name, workbooks in {"sample": sample_workbooks(whole), "random": random_workbooks(whole)}.items():
        print(f"{f'{len(workbooks)} {name} workbooks':22}  slips  unseen    among    first   oracle     same")
        together = Score()
        for kind, make in SLIPS.items():
            score = Score()
            for number, workbook in enumerate(workbooks * EACH):
                if typed := make(workbook, random.Random(f"{name} {kind} {number}")):
                    times += judge(workbook, typed, score)
            print(score.line(kind, kind in ONE_CELL))
            if kind in ONE_CELL:
                together.add(score)
        print(together.line("all of one cell"))
        print(f"  suggestions without a slip: {sum(bool(advised(w, w.values)[0]) for w in workbooks)}")
    reading, median = statistics.median(bare_readings()), statistics.median(times)
    print(f"processor time for a workbook: {1000 * median:.1f} ms (median), {1000 * max(times):.1f} ms (the longest)")
    print(f"  corrections / bare reading ({1000 * reading:.1f} ms) = {median / reading:.2f}   (to stay below 50 ms)")


def judge(workbook: Workbook, typed: Values, score: Score) -> list[float]:
    """Count what is suggested for a slip; returns the seconds it took, if it broke anything."""
    values = workbook.values | typed
    tried = BruteForce(workbook.edition, values)
    score.slips += 1
    if not tried.broken:
        score.unseen += 1
        return []
    suggestions, seconds = min((advised(workbook, values) for _ in range(2)), key=lambda told: told[1])
    told = [{CellKey(c.place.table, c.place.group, c.place.row, c.place.column) for c in s.cells} for s in suggestions]
    right = [cells == set(typed) or (cells > set(typed) and len(typed) > 1) for cells in told]
    score.among += any(right)
    score.first += right[:1] == [True]
    if len(typed) == 1:
        found = tried.singles(most=2 * tried.largest_sum)
        oracle = Oracle(workbook.edition.corrections, evidence_of(workbook.edition, values), workbook.before)
        best = oracle.first(found)
        score.oracle += len(best & set(typed)) / max(len(best), 1)
        score.same += sorted(map(sorted, told)) == sorted([key] for key in found)
    return [seconds]


def advised(workbook: Workbook, values: Values) -> tuple[list[Suggestion], float]:
    """All suggestions for a workbook, and the seconds that they took beside reading and checking it."""
    collection = evidence_of(workbook.edition, values)
    findings = check_sums(collection)
    started = time.process_time()
    told = suggest_corrections(findings, collection, (), lambda year: {SECTION: workbook.before})
    seconds = time.process_time() - started
    return [suggestion for finding in told for suggestion in finding.advice.suggestions], seconds


def sample_workbooks(whole: Edition) -> list[Workbook]:
    """The workbooks of the 課 in the sample."""
    found = []
    for year in (2022, 2023):
        edition = whole.for_year(year)
        inbox = load_submissions(sorted((SAMPLE / str(year)).glob("*.xlsx")), whole)
        for submission in inbox.submissions:
            if not submission.ward:
                cells = load_tallies((submission,), edition).cells
                found.append(made(edition, {c.key: c.value for c in cells if c.reading.status == "reported"}))
    return found


def random_workbooks(whole: Edition) -> list[Workbook]:
    """Random consistent workbooks, those of the tests."""
    found: list[Workbook] = []
    for year in (2022, 2023):
        edition = whole.for_year(year)
        strategy = consistent(edition) if year == 2022 else consistent_act(edition, year)

        @seed(year)
        @settings(max_examples=RANDOM_WORKBOOKS // 2, database=None, deadline=None, suppress_health_check=IN_NO_HURRY)
        @given(st.just(edition), strategy)
        def gather(edition: Edition, drawn: tuple[Values, object]) -> None:
            found.append(made(edition, drawn[0]))

        gather()
    return found


def made(edition: Edition, values: Values) -> Workbook:
    """A workbook with invented figures of the year before."""
    chance = random.Random(str(sorted(values.items())))
    before = {
        key: max(round(value * chance.uniform(0.7, 1.4) + chance.uniform(-1, 1)), 0) for key, value in values.items()
    }
    comparisons = BruteForce(edition, values).comparisons
    linked = [key for key in values if any(key in c.left or key in c.right for c in comparisons)]
    return Workbook(edition, values, before, linked)


def typed_by(kind: str) -> Callable[[Workbook, random.Random], Values]:
    """A slip of the digits of one number."""

    def make(workbook: Workbook, chance: random.Random) -> Values:
        ways = {key: sorted(TYPED[kind](workbook.values[key])) for key in workbook.linked}
        return one_of(ways, chance)

    return make


def copied(workbook: Workbook, chance: random.Random) -> Values:
    """The number of the cell beside, above or below."""
    around = neighbours(evidence_of(workbook.edition, workbook.values))
    return one_of(
        {key: [n for n in around[key] if n not in (0, workbook.values[key])] for key in workbook.linked}, chance
    )


def left_standing(workbook: Workbook, chance: random.Random) -> Values:
    """The number of the year before."""
    before = workbook.before
    return one_of({k: [before[k]] for k in workbook.linked if before[k] not in (0, workbook.values[k])}, chance)


def one_of(ways: dict[CellKey, list[int]], chance: random.Random) -> Values:
    """One of the cells that somebody may mistype, with one of the numbers; {} without any."""
    possible = [key for key, numbers in ways.items() if numbers]
    return {key: chance.choice(ways[key]) for key in ([chance.choice(possible)] if possible else [])}


def exchanged(workbook: Workbook, chance: random.Random) -> Values:
    """The numbers of a row in each other's column."""
    rows: dict[tuple[str, ...], list[CellKey]] = {}
    for key in workbook.linked:
        rows.setdefault(key[:3], []).append(key)
    pairs = [keys[:2] for keys in rows.values() if len({workbook.values[key] for key in keys[:2]}) == 2]
    if not pairs:
        return {}
    one, other = chance.choice(pairs)
    return {one: workbook.values[other], other: workbook.values[one]}


def shifted(workbook: Workbook, chance: random.Random) -> Values:
    """A column that was begun one row too low: 0 stands in the first row, and the last number is lost."""
    columns: dict[tuple[str, str], list[CellKey]] = {}
    for key in workbook.linked:
        columns.setdefault((key.table, key.column), []).append(key)
    long = [keys for keys in columns.values() if sum(workbook.values[key] > 0 for key in keys) > 2]
    if not long:
        return {}
    keys = chance.choice(long)
    typed = dict(zip(keys, [0, *(workbook.values[key] for key in keys[:-1])], strict=True))
    return {key: number for key, number in typed.items() if number != workbook.values[key]}


ONE_CELL = (*TYPED, "neighbouring-cell", "last-year")
SLIPS = {kind: typed_by(kind) for kind in TYPED} | {
    "neighbouring-cell": copied,
    "last-year": left_standing,
    "exchanged-columns": exchanged,
    "shifted-rows": shifted,
}


def bare_readings() -> list[float]:
    """The seconds that bare openpyxl takes to read a workbook of the sample, a few times."""
    seconds = []
    for path in sorted((SAMPLE / "2022").glob("*.xlsx"))[:READINGS]:
        started = time.process_time()
        book = openpyxl.load_workbook(path, read_only=True)
        for sheet in book.worksheets:
            for _ in sheet.iter_rows(values_only=True):
                pass
        book.close()
        seconds.append(time.process_time() - started)
    return seconds


if __name__ == "__main__":
    main()
