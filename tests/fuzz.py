"""Change files from outside at random, give them to the program, and keep those with which something goes wrong.

    python tests/fuzz.py [--minutes M] [--seed S] [--keep FOLDER]

A case is known by seed and number alone: the same two give the same bytes. A child process runs one case after the
other, so that the program and its workers stay warm; it may use 1 GiB, and 20 s a case, and is ended beyond that. A
fault is an exception, an exit code that is none of the contract, a worker or a child that was ended, a file that is
half written, a record that cannot be read, or a marked copy in which a value differs from the original, as openpyxl
reads both.
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
from io import BytesIO, StringIO
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from openpyxl import load_workbook

from nerima_report.cli import main as program
from nerima_report.records.file import read_record
from nerima_report.workbooks.values import INDEX_SHEET

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


@dataclass(frozen=True)
class Subject:
    """Files of one kind: where they come from, where they lie in a working folder, and the commands that read them.

    With `beside`, the other files of the source lie there as well. A command may name the changed file as {file}.
    """

    source: Path
    pattern: str
    place: str
    commands: tuple[str, ...]
    beside: bool = True

    @property
    def files(self) -> list[Path]:
        return sorted(self.source.rglob(self.pattern))


RETURNED = f"validate {{file}} --return-to {COPIES}"
SUBJECTS = {
    "workbook of 2022": Subject(
        SAMPLE / "inbox" / "2022", "*.xlsx", "inbox/2022", (RETURNED, "build 2022 --draft"), beside=False
    ),
    "workbook of 2023": Subject(SAMPLE / "inbox" / "2023", "*.xlsx", "inbox/2023", (RETURNED,), beside=False),
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
    for name in ("roster.xlsx", "nerima-report.toml"):
        shutil.copy(SAMPLE / name, folder)
    subject = SUBJECTS[case.subject]
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
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            program(["-C", str(folder), *arguments])
    except SystemExit as stop:
        if stop.code not in EXIT_CODES:
            return f"exit {stop.code}\n{out.getvalue()}"
    except BaseException:
        return traceback.format_exc()
    ended = [code for code in WORKER_ENDED if code in out.getvalue()]
    return f"the worker was ended ({ended[0]})" if ended else ""


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
    for copy in (folder / COPIES).glob("*.xlsx"):
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


def try_cases(seed: int, first: int, scratch: Path, results: Connection) -> None:
    """Run the cases of one child, each in a folder of its own, and say of each what went wrong with it."""
    with contextlib.suppress(ImportError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ["NERIMA_REPORT_DEBUG"] = "1"  # the traceback is wanted, not exit code 3
    for number in range(first, first + CASES_A_CHILD):
        folder = scratch / str(number)
        folder.mkdir()
        results.send(fault_of(make_case(seed, number), folder))
        os.chdir(ROOT)
        shutil.rmtree(folder)


def try_until(end: float, seed: int, keep: Callable[[int, str], None]) -> int:
    """Try cases until the time (monotonic, s) has come, and keep each fault; how many were tried."""
    context, number = multiprocessing.get_context("spawn"), 0
    while time.monotonic() < end:
        results, answers = context.Pipe(duplex=False)
        with tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True) as scratch:
            child = context.Process(target=try_cases, args=(seed, number, Path(scratch), answers))
            child.start()
            answers.close()
            last, patience, is_alive = number + CASES_A_CHILD, START_SECONDS, True
            while is_alive and number < last and time.monotonic() < end:
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
    return number


def main() -> None:
    """Try cases for some minutes; name what was kept. The exit code is 1 if something was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed gives the same cases")
    parser.add_argument("--keep", type=Path, default=ROOT / "fuzz-crashes", help="folder for files with a fault")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    kept: Counter[str] = Counter()

    def keep(number: int, fault: str) -> None:
        case = make_case(options.seed, number)
        kept[case.subject] += 1
        file = options.keep / f"{options.seed}-{number}-{case.original.name}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(case.data)
        file.with_name(f"{file.name}.txt").write_text(f"{case.subject}: {case.original}\n{fault}\n", encoding="utf-8")
        print(f"{file}: {case.subject}: {fault.strip().splitlines()[-1]}", flush=True)

    tried = try_until(time.monotonic() + options.minutes * 60, options.seed, keep)
    subjects = Counter(make_case(options.seed, number).subject for number in range(tried))
    for subject, number in sorted(subjects.items()):
        print(f"  {subject:16} {number:5} cases, {kept[subject]} kept")
    print(f"  {'all':16} {tried:5} cases, {kept.total()} kept (seed {options.seed})")
    sys.exit(bool(kept))


if __name__ == "__main__":
    main()
