"""Change files from outside at random, give them to the program, and keep those with which something goes wrong.

    python tests/fuzz.py [--minutes M] [--seed S] [--keep FOLDER]
    python tests/fuzz.py --seed S --case N

A case is known by seed and number alone: the same two give the same bytes. A child process runs one case after the
other, so that the program and its workers stay warm; it may use 1 GiB, and 20 s a case, and is ended beyond that. A
fault is an exception, also one for which a worker only says that a file is broken, an exit code that is none of the
contract, a worker or a child that was ended, a file that is half written, a record that cannot be read, or a marked
copy in which a value differs from the original, as openpyxl reads both. What goes wrong in the same way again and
again is kept a few times only.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO, StringIO
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from openpyxl import load_workbook

from nerima_report.cli import main as program
from nerima_report.edition import find_edition, load_edition
from nerima_report.forms import Filling
from nerima_report.forms.published_year import as_published, render_template
from nerima_report.records.file import read_record
from nerima_report.runs.kept import program_digest
from nerima_report.tallies.totals import cell_names
from nerima_report.workbooks.values import INDEX_SHEET
from small_ward import make_small_ward

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_data"
SECONDS = 20.0  # a case
START_SECONDS = 60.0  # more for the first case of a child, which loads everything
MEMORY = 2**30  # bytes of address space
CASES_A_CHILD = 200  # then another one starts, because memory grows
LARGEST = 2**23  # bytes of a changed part: more only costs time
EXIT_CODES = {0, 1, 2}
COPIES = "返却"
WORKER_ENDED = ("N116", "N117")  # the findings that say so of a file
MOST_ALIKE = 3  # cases that are kept of one fault
# What the libraries raise for a file that is damaged. Whatever else a worker meets is a slip in the program.
OF_DAMAGED_FILES = (
    "ExpatError",
    "BadZipFile",
    "zlib.error",
    "EOFError",
    "UnicodeDecodeError",
    "LookupError",
    "XMLSyntaxError",
)
MADE = Path(tempfile.gettempdir()) / f"nerima-report-fuzz-{program_digest()[:16]}"  # files made by this very program


@dataclass(frozen=True)
class Subject:
    """Files of one kind: where they come from, where they lie in a working folder, and the commands that read them.

    With `beside`, the other files of the source lie there as well. A command may name the changed file as {file}.
    Roster and settings are those of `ward`, and so are the `folders` that the commands need.
    """

    source: Path
    pattern: str
    place: str
    commands: tuple[str, ...]
    beside: bool = True
    ward: Path = SAMPLE
    folders: tuple[str, ...] = ()

    @property
    def files(self) -> list[Path]:
        if MADE in self.source.parents:
            make_files()
        return sorted(self.source.rglob(self.pattern))


@cache
def make_files() -> None:
    """Make what the sample does not have: a small ward, and a published year as somebody has typed it in."""
    if MADE.exists():
        return
    with tempfile.TemporaryDirectory(dir=MADE.parent) as folder:
        make_small_ward(Path(folder) / "made" / "ward", 2022)
        edition = load_edition(find_edition("nerima")).for_year(2022)
        typed_in = Filling(dict.fromkeys(cell_names(as_published(edition)), 1))
        (Path(folder) / "made" / "typed").mkdir()
        (Path(folder) / "made" / "typed" / "2022.xlsx").write_bytes(render_template(edition, 2022, typed_in))
        with contextlib.suppress(OSError):  # another process was faster
            (Path(folder) / "made").rename(MADE)


RETURNED = f"validate {{file}} --return-to {COPIES}"
MERGED = ("register merge 2023 --dry-run", "register merge 2023", "register list")
SUBJECTS = {
    "workbook of 2022": Subject(
        SAMPLE / "inbox" / "2022", "*.xlsx", "inbox/2022", (RETURNED, "build 2022 --draft"), beside=False
    ),
    "workbook of 2023": Subject(SAMPLE / "inbox" / "2023", "*.xlsx", "inbox/2023", (RETURNED,), beside=False),
    "workbook in a year": Subject(
        MADE / "ward" / "inbox" / "2022", "*.xlsx", "inbox/2022", ("validate 2022", "build 2022"), ward=MADE / "ward"
    ),
    "workbook with registers": Subject(
        SAMPLE / "inbox" / "2023", "*.xlsx", "inbox/2023", MERGED, beside=False, folders=("registers",)
    ),
    "typed-in year": Subject(MADE / "typed", "*.xlsx", ".", ("record import {file}",), beside=False),
    "ledger": Subject(
        SAMPLE / "ledger-example", "*.xlsx", "ledger", ("ledger check 2022", "ledger due 2022", "ledger confirm 2022")
    ),
    "roster": Subject(SAMPLE, "roster.xlsx", ".", ("status 2022",), beside=False),
    "import": Subject(SAMPLE / "earlier", "*.csv", ".", ("record import {file} --year 2019",), beside=False),
    "register": Subject(SAMPLE / "registers", "*.*", "registers", ("register list", "register print --format csv")),
    "record": Subject(SAMPLE / "records", "*.json", "records", ("check 2021",)),
    "settings": Subject(SAMPLE, "nerima-report.toml", ".", ("status 2022",), beside=False),
    "definition": Subject(ROOT / "templates", "*.toml", "定義", ("--templates 定義 edition check",)),
    "manuscript": Subject(ROOT / "templates", "*.md.j2", "定義", ("--templates 定義 edition check",)),
}

# What is deleted, doubled, moved, exchanged or made extreme. Most changes leave a file well formed, because the reader
# refuses another one at once: whole elements, what an attribute or an element says, what is quoted, numbers, lines.
WELL_FORMED = (
    rb"<([A-Za-z:]+)\b[^<>]*(?:/>|>[^<]*</\1>)",
    rb"(?s)<(c|row|xf|font|fill|border|si|comment|sheet|mergeCells|dataValidation|cols|Override)\b[^<>]*[^/]>.*?</\1>",
    rb'(?<==")[^"<>]*(?=")',
    rb'(?<= ")[^"\n]*(?=")',
    rb"(?<=>)[^<>]+(?=</)",
    rb"(?<![0-9])[0-9]+(?![0-9])",
)
ANY = (rb"<[^<>]*>", rb'"[^"\n]*"', rb"[0-9]+", rb"[^\n]+\n?", rb"\{[^}]*\}")
EXTREMES = (
    *(b"", b"0", b"-1", b"2147483648", b"9" * 20, b"9" * 5_000, b"1e308", b"-1e-308", b"NaN", b"true", b"2022-13-45"),
    *(b"_x0001_", b"_xD800_", b"=1/0", b"A1:XFD9", b"XFD1048576", b"{{ x }}", b"../../x", b"&#10;", b"x" * 100_000),
    *("\u202e".encode(), "\U00020bb7".encode(), "か\u3099".encode(), "㍻".encode(), "１２".encode(), "合計".encode()),
)
MALFORMED = (
    *(b"\0", b"\x0b", b"\x1b[2J", b"\xff\xfe", b"\xed\xa0\x80", b"&#x1;", b"&#xD800;", b"'", b'"', b"\r", b"\\u0000"),
    *(b"[" * 20_000, b"(" * 300, b"<a>" * 300, b"{% for x in y %}"),
)
# A count that is typed: in each sheet one is made wrong, so that there is something to mark.
COUNT = re.compile(rb'(<c r="[B-Z][0-9]+"(?: s="[0-9]+")?>)<v>[0-9]+</v>')


@dataclass(frozen=True)
class Case:
    """A changed file: which subject's, the file that it was, and its bytes now."""

    subject: str
    original: Path
    data: bytes


def make_case(seed: int, number: int) -> Case:
    """The case with this number."""
    random = Random(f"{seed} {number}")
    name = random.choice([*SUBJECTS, *["workbook of 2022"] * 3])
    original = random.choice(SUBJECTS[name].files)
    change = changed_package if original.suffix == ".xlsx" and random.random() < 0.9 else changed
    return Case(name, original, change(original.read_bytes(), random))


def changed(data: bytes, random: Random) -> bytes:
    """The bytes after one to three changes."""
    rude = random.random() < 0.2
    for _ in range(random.randint(1, 3)):
        pieces = [match.span() for match in re.finditer(random.choice(ANY if rude else WELL_FORMED), data)]
        if not pieces:
            continue
        start, end = random.choice(pieces)
        before, piece, after = data[:start], data[start:end], data[end:]
        other = slice(*random.choice(pieces))
        ways = [data[other], b"", piece * random.choice((2, 2, 2, 2, 2, 1_000)), random.choice(EXTREMES)]
        if rude:
            at, byte = random.randrange(len(piece) or 1), bytes([random.randrange(256)])
            ways += [random.choice(MALFORMED), piece[:at] + byte + piece[at + 1 :], piece[:at]]
            after = after if random.random() < 0.95 else b""
        data = (before + random.choice(ways) + after)[:LARGEST]
    return data


def changed_package(data: bytes, random: Random) -> bytes:
    """A workbook in which a part is changed, and sometimes one is missing or there twice."""
    parts = _parts(with_wrong_counts(data))
    index = random.randrange(len(parts))
    parts[index] = (parts[index][0], changed(parts[index][1], random))
    if random.random() < 0.05:
        del parts[random.randrange(len(parts))]
    if random.random() < 0.05:
        parts.append((random.choice(parts)[0], random.choice(parts)[1]))
    return _package(parts)


def with_wrong_counts(data: bytes) -> bytes:
    """The workbook with a count in each sheet that is no whole number."""
    return _package([(name, COUNT.sub(rb"\1<v>0.5</v>", content, count=1)) for name, content in _parts(data)])


def _parts(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(BytesIO(data)) as package:
        return [(info.filename, package.read(info)) for info in package.infolist()]


def _package(parts: list[tuple[str, bytes]]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as package, warnings_off():
        for name, content in parts:
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def fault_of(case: Case, folder: Path) -> str:
    """What goes wrong when the program is given a case in a new folder, or ''."""
    subject = SUBJECTS[case.subject]
    for name in ("roster.xlsx", "nerima-report.toml"):
        shutil.copy(subject.ward / name, folder)
    for name in subject.folders:
        shutil.copytree(subject.ward / name, folder / name)
    place = folder / subject.place
    if subject.beside:
        shutil.copytree(subject.source, place)
    file = place / case.original.relative_to(subject.source)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(case.data)
    for command in subject.commands:
        if fault := _fault_of_run(command.format(file=file).split(), folder):
            return f"{command}: {fault}"
    return next(faults_left(folder, file), "")


def _fault_of_run(arguments: list[str], folder: Path) -> str:
    out = StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), told_by_workers(folder) as told:
            program(["-C", str(folder), *arguments])
    except SystemExit as stop:
        if stop.code not in EXIT_CODES:
            return f"exit {stop.code}\n{out.getvalue()}"
    except BaseException:
        return traceback.format_exc()
    ended = [code for code in WORKER_ENDED if code in out.getvalue()]
    return f"the worker was ended ({ended[0]})" if ended else fault_of_worker(told())


@contextlib.contextmanager
def told_by_workers(folder: Path) -> Iterator[Callable[[], str]]:
    """Gives what processes that are started meanwhile, or were started so, have written to their standard error."""
    log = folder.with_name("workers.txt")
    with log.open("ab") as stream:
        before, start = os.dup(2), stream.tell()
        os.dup2(stream.fileno(), 2)
        try:
            yield lambda: log.read_bytes()[start:].decode(errors="replace")
        finally:
            os.dup2(before, 2)
            os.close(before)


def fault_of_worker(told: str) -> str:
    """The first exception in what the workers wrote that is no answer to a damaged file, or ''."""
    for trace in re.split(r"(?m)^(?=Traceback )", told)[1:]:
        raised, files = re.search(r"(?m)^([\w.]+)(?::|$)", trace), re.findall(r'(?m)^  File "(.*?)"', trace)
        is_of_archive = files[-1:] != [] and files[-1].endswith("zipfile.py")
        if not (raised and raised[1].endswith(OF_DAMAGED_FILES)) and not is_of_archive:
            return f"a worker took it for a damaged file\n{trace}"
    return ""


def faults_left(folder: Path, file: Path) -> Iterator[str]:
    """What is wrong with the files that the commands left."""
    for left in (*folder.rglob("*.tmp"), *folder.rglob("journal.json")):
        yield f"{left.relative_to(folder)} is left"
    for record in (folder / "records").glob("[0-9]*.json"):
        if record != file:
            try:
                read_record(record)
            except Exception as error:
                yield f"the record that was written cannot be read: {error}"
    for copy in folder.rglob(f"{COPIES}/*.xlsx"):
        if copy.name in (file.name, f"{COPIES}_{file.name}"):
            yield from _differences(file, copy)


def _differences(original: Path, copy: Path) -> Iterator[str]:
    """Where values or formulas of a marked copy differ, as openpyxl reads them; it cannot open every original."""
    for only_values in (True, False):
        try:
            before = _cells(original, only_values)
        except Exception:
            return
        after = _cells(copy, only_values)
        for place in sorted(before.keys() | after.keys()):
            if place[0].partition(" ")[0] != INDEX_SHEET and before.get(place) != after.get(place):
                yield f"the copy differs in {place}: {before.get(place)} and {after.get(place)}"


def _cells(file: Path, only_values: bool) -> dict[tuple[str, str], str]:
    with warnings_off():
        book = load_workbook(file, data_only=only_values)
    cells = (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    return {(cell.parent.title, cell.coordinate): repr(cell.value) for cell in cells if cell.value is not None}


@contextlib.contextmanager
def warnings_off() -> Iterator[None]:
    """openpyxl and zipfile warn of what is meant here."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def try_cases(seed: int, numbers: range, scratch: Path, results: Connection) -> None:
    """Run the cases of one child, each in a folder of its own, and say of each what went wrong with it."""
    with contextlib.suppress(ImportError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ["NERIMA_REPORT_DEBUG"] = "1"  # the traceback is wanted, not exit code 3
    for number in numbers:
        folder = scratch / str(number)
        folder.mkdir()
        results.send(fault_of(make_case(seed, number), folder))
        os.chdir(ROOT)
        shutil.rmtree(folder)


def try_until(end: float, seed: int, numbers: range, keep: Callable[[int, str], None]) -> int:
    """Try cases until the time (monotonic, s) has come, and keep each fault; how many were tried."""
    context, number = multiprocessing.get_context("spawn"), numbers.start
    while number < numbers.stop and time.monotonic() < end:
        results, answers = context.Pipe(duplex=False)
        with tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True) as scratch:
            those = range(number, min(number + CASES_A_CHILD, numbers.stop))
            child = context.Process(target=try_cases, args=(seed, those, Path(scratch), answers))
            child.start()
            answers.close()
            patience, is_alive = START_SECONDS, True
            while is_alive and number < those.stop and time.monotonic() < end:
                try:
                    is_alive = results.poll(patience)
                    fault = results.recv() if is_alive else f"took more than {patience:.0f} s"
                except EOFError:
                    child.join()
                    is_alive, fault = False, f"the child was ended ({child.exitcode})"
                if fault:
                    keep(number, fault)
                number, patience = number + 1, SECONDS
            child.kill()
            child.join()
    return number - numbers.start


def kind_of(fault: str) -> str:
    """What is the same of faults that are alike: the last line without its numbers, and the last place in the code."""
    places = re.findall(r'File "[^"]*nerima_report/([^"]+)", line (\d+)', fault)
    return f"{places[-1:]} {re.sub('[0-9]+', '0', fault.strip().splitlines()[-1])[:80]}"


def main() -> None:
    """Try cases for some minutes, or one; name what was kept. The exit code is 1 if something was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed gives the same cases")
    parser.add_argument("--case", type=int, help="try only the case with this number")
    parser.add_argument("--keep", type=Path, default=ROOT / "fuzz-crashes", help="folder for files with a fault")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    found: Counter[str] = Counter()
    kinds: Counter[str] = Counter()

    def keep(number: int, fault: str) -> None:
        case = make_case(options.seed, number)
        found[case.subject] += 1
        kinds[kind_of(fault)] += 1
        if kinds[kind_of(fault)] > MOST_ALIKE:
            return
        file = options.keep / f"{options.seed}-{number}-{case.original.name}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(case.data)
        file.with_name(f"{file.name}.txt").write_text(f"{case.subject}: {case.original}\n{fault}\n", encoding="utf-8")
        print(f"{file}: {case.subject}: {fault.strip().splitlines()[-1]}", flush=True)

    is_one = options.case is not None
    numbers = range(options.case, options.case + 1) if is_one else range(sys.maxsize)
    tried = try_until(time.monotonic() + options.minutes * 60, options.seed, numbers, keep)
    subjects = Counter(make_case(options.seed, number).subject for number in numbers[:tried])
    for subject, number in sorted(subjects.items()):
        print(f"  {subject:24} {number:5} cases, {found[subject]} with a fault")
    print(f"  {'all':24} {tried:5} cases, {found.total()} with a fault, of {len(kinds)} kinds (seed {options.seed})")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
