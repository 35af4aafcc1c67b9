"""How many small faults in the code the tests notice: 100 seeded changes, each run against the tests of its line.

`make mutants` prints the score and every change that no test noticed. A change is a comparison turned, a number moved,
a condition dropped or turned, `and` for `or`, plus for minus. Which 100 of all possible changes are tried follows from
the seed and from the text of the function they stand in, so other code may move or change without choosing new ones.
"""

from __future__ import annotations

import argparse
import ast
import fnmatch
import hashlib
import json
import os
import queue
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from importlib.util import cache_from_source
from pathlib import Path

from coverage import CoverageData

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path("src/nerima_report")
AREAS = {  # how many of every 100 changes, and in which files
    "checks": (24, ("checks/*",)),
    "totals": (10, ("tallies/totals.py", "tallies/counting.py", "tallies/model.py")),
    "rates": (10, ("tallies/figures.py", "records/comparison.py")),
    "wording": (12, ("report/wording*.py", "fiscal_year.py")),
    "reading": (16, ("tallies/cell_values.py", "tallies/layout.py", "tallies/r*.py", "tallies/submission*.py")),
    "registers": (14, ("registers/*",)),
    "records": (14, ("records/*",)),
}
TURNED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
FIRST_TESTS = 40  # the tests closest to a line, run before all others: nearly every fault is noticed there
SECONDS = 3600  # a change that makes a test run for ever is noticed as well


@dataclass(frozen=True)
class Mutant:
    """One small change: the text between two offsets (in bytes) of a file is replaced."""

    area: str
    file: str
    function: str
    line: int
    last_line: int
    start: int
    end: int
    before: str
    after: str
    order: str = field(compare=False)

    def apply(self, source: bytes) -> bytes:
        """The source of the file with the change made."""
        return source[: self.start] + self.after.encode() + source[self.end :]

    def __str__(self) -> str:
        one_line = [" ".join(text.split()) for text in (self.before, self.after)]
        return f"{self.file}:{self.line} {self.function}: {one_line[0]}  →  {one_line[1]}"


class Changes(ast.NodeVisitor):
    """All small changes that can be made to the functions of one file."""

    def __init__(self, area: str, file: str, source: bytes) -> None:
        self.area, self.file, self.source = area, file, source
        self.found: list[tuple[str, ast.expr, str]] = []
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._scope: list[str] = []

    def mutants(self, seed: int) -> Iterator[Mutant]:
        """The changes, each with its place in the order that the seed gives."""
        self.visit(ast.parse(self.source))
        seen: Counter[tuple[str, str, str]] = Counter()
        for function, node, after in self.found:
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            start = self._lines[node.lineno - 1] + node.col_offset
            end = self._lines[node.end_lineno - 1] + node.end_col_offset
            before = self.source[start:end].decode()
            same = (function, before, after)
            seen[same] += 1
            order = hashlib.sha256(f"{seed}|{'|'.join(same)}|{seen[same]}".encode()).hexdigest()
            yield Mutant(self.area, self.file, function, node.lineno, node.end_lineno, start, end, before, after, order)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Only the body: what a signature says is for the type checker."""
        self._scope.append(node.name)
        for statement in node.body:
            self.visit(statement)
        self._scope.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """The methods of a class; its fields are declarations."""
        self._scope.append(node.name)
        self.generic_visit(node)
        self._scope.pop()

    def visit_Compare(self, node: ast.Compare) -> None:
        """A comparison turned."""
        turned = TURNED[type(node.ops[0])]()
        self._add(node, ast.Compare(node.left, [turned, *node.ops[1:]], node.comparators))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """`and` for `or`, and one condition less."""
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._add(node, ast.BoolOp(other, node.values))
        rest = node.values[1:]
        self._add(node, rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """A branch dropped."""
        self._add(node.test, ast.Constant(value=False))
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """A choice that is no longer one."""
        self._add(node.test, ast.Constant(value=False))
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """A filter dropped."""
        for condition in node.ifs:
            self._add(condition, ast.Constant(value=True))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """A negation dropped."""
        if isinstance(node.op, ast.Not):
            self._add(node, node.operand)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Plus for minus, between things that may be numbers."""
        texts = (ast.JoinedStr, ast.List, ast.Tuple)
        if isinstance(node.op, ast.Sub) or (
            isinstance(node.op, ast.Add) and not any(isinstance(side, texts) for side in (node.left, node.right))
        ):
            other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            self._add(node, ast.BinOp(node.left, other, node.right))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """A number moved by one."""
        if type(node.value) is int:
            self._add(node, ast.Constant(value=node.value + 1))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Nothing inside of an f-string, whose parts have no places of their own before Python 3.12."""

    def _add(self, node: ast.expr, changed: ast.expr) -> None:
        if self._scope:
            text = ast.unparse(ast.fix_missing_locations(changed))
            self.found.append((".".join(self._scope), node, f"({text})"))


def chosen(root: Path, seed: int, number: int) -> list[Mutant]:
    """The changes to try: of each area its share, the first in the order of the seed."""
    files = [file.relative_to(root / PACKAGE).as_posix() for file in sorted((root / PACKAGE).rglob("*.py"))]
    mutants: list[Mutant] = []
    for area, (share, patterns) in AREAS.items():
        possible: list[Mutant] = []
        for name in files:
            if any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
                possible += Changes(area, (PACKAGE / name).as_posix(), (root / PACKAGE / name).read_bytes()).mutants(
                    seed
                )
        mutants += sorted(possible, key=lambda mutant: mutant.order)[: share * number // 100]
    return mutants


class Tests:
    """Which tests run through which lines, from a coverage file with a context for each test."""

    def __init__(self, data: Path, root: Path) -> None:
        self._data, self._root = CoverageData(str(data)), root
        self._data.read()
        self._lines: dict[str, dict[int, list[str]]] = {}
        self._breadth: Counter[str] = Counter()
        for name in self._data.measured_files():
            for contexts in self._data.contexts_by_lineno(name).values():
                self._breadth.update({context.rpartition("|")[0] for context in contexts})

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that run through the lines of a change, those that run through the fewest other lines first."""
        file = str(self._root / mutant.file)
        if file not in self._lines:
            self._lines[file] = self._data.contexts_by_lineno(file)
        lines = range(mutant.line, mutant.last_line + 1)
        contexts = {context.rpartition("|")[0] for line in lines for context in self._lines[file].get(line, ())}
        return sorted(contexts - {""}, key=lambda test: (self._breadth[test], test))


def outcome(folder: Path, mutant: Mutant, tests: Sequence[str]) -> str:
    """The test that notices a change, made in a copy of the project; empty if none does."""
    file = folder / mutant.file
    source = file.read_bytes()
    write_source(file, mutant.apply(source))
    try:
        near, far = tests[:FIRST_TESTS], tests[FIRST_TESTS:]
        return noticed_by(folder, near) or noticed_by(folder, far)
    finally:
        write_source(file, source)


def write_source(file: Path, source: bytes) -> None:
    """Write a module, and forget how it was compiled: two versions may have the same size and time."""
    file.write_bytes(source)
    Path(cache_from_source(str(file))).unlink(missing_ok=True)


def noticed_by(folder: Path, tests: Sequence[str]) -> str:
    """The first of these tests that fails in a folder, run in this order; empty if none does."""
    if not tests:
        return ""
    (folder / "tests.txt").write_text("\n".join(tests), encoding="utf-8")
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--tb=no", "@tests.txt"]
    environment = os.environ | {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-m", "pytest", *options]
    try:
        run = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return "a test that never ends"
    if run.returncode == 0:
        return ""
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0] if failed else f"pytest exit {run.returncode}: {(run.stderr or run.stdout)[-300:]}"


def main() -> None:
    """Try the changes; print the score for each area, and what was not noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--coverage", type=Path, default=ROOT / ".coverage.contexts", help="made with --cov-context=test"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to be changed (in a copy)")
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2022)
    parser.add_argument("--output", type=Path, help="write what became of each change (JSON lines)")
    options = parser.parse_args()
    root = options.root.resolve()
    tests = Tests(options.coverage, root)
    mutants = chosen(root, options.seed, options.number)
    with tempfile.TemporaryDirectory() as temporary:
        folders: queue.SimpleQueue[Path] = queue.SimpleQueue()
        jobs = os.cpu_count() or 1
        for job in range(jobs):
            folders.put(copy_of(root, Path(temporary) / str(job)))
        check_unchanged(folders, tests, mutants)

        def tried(mutant: Mutant) -> tuple[Mutant, str, int]:
            covering = tests.of(mutant)
            folder = folders.get()
            try:
                return mutant, outcome(folder, mutant, covering), len(covering)
            finally:
                folders.put(folder)

        noticed: Counter[str] = Counter()
        with ThreadPoolExecutor(jobs) as pool:
            for mutant, by, covering in pool.map(tried, mutants):
                noticed[mutant.area] += bool(by)
                print("noticed " if by else "SURVIVED", mutant, f"({covering} tests)", flush=True)
                if options.output:
                    with options.output.open("a", encoding="utf-8") as output:
                        output.write(json.dumps({**asdict(mutant), "by": by, "tests": covering}, ensure_ascii=False))
                        output.write("\n")
    print()
    for area, number in sorted(Counter(mutant.area for mutant in mutants).items()):
        print(f"  {area:10} {noticed[area]:3} of {number:3}")
    print(f"  {'all':10} {noticed.total():3} of {len(mutants):3} changes are noticed (seed {options.seed})")


def copy_of(root: Path, folder: Path) -> Path:
    """A clone with the files as they are now, in which the project can be changed."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(root), str(folder)], check=True)
    changed = subprocess.run(["git", "diff", "HEAD", "--binary"], cwd=root, capture_output=True, check=True).stdout
    if changed:
        subprocess.run(["git", "apply", "--whitespace=nowarn"], cwd=folder, input=changed, check=True)
    return folder


def check_unchanged(folders: queue.SimpleQueue[Path], tests: Tests, mutants: Sequence[Mutant]) -> None:
    """A score says nothing if the tests fail, or cannot be found, without a change."""
    folder = folders.get()
    close = sorted({test for mutant in mutants for test in tests.of(mutant)[:FIRST_TESTS]})
    failing = noticed_by(folder, close)
    if failing:
        raise SystemExit(f"without a change: {failing}")
    folders.put(folder)


if __name__ == "__main__":
    main()
