"""Installing: no line looks for a version by itself, each lock is complete, and the oldest pip can do it."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from conftest import OLDEST_PIP, ROOT
from install_lines import install_lines

CASES = tomllib.loads((ROOT / "tests" / "cases" / "install_lines.toml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CORE, CHARTS, DEV, BUILD = (f"requirements{kind}.lock" for kind in ("", "-charts", "-dev", "-build"))
LOCKS = (CORE, CHARTS, DEV, BUILD)
SCRIPTS = [*sorted((ROOT / ".ci").iterdir()), *sorted((ROOT / ".github" / "workflows").iterdir())]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *SCRIPTS]
IN_CI = pytest.mark.skipif("CI" not in os.environ, reason="installs everything anew: runs in CI (CI=true)")
# The wheel, for those who want it as they install everything else; the page says that this takes no lock.
RESOLVE_AS_THE_PAGE_SAYS = {
    "pipx install nerima_report-0.1.0-py3-none-any.whl",
    'uv tool install "nerima_report-0.1.0-py3-none-any.whl[charts]"',
}
PYTHONS = ("3.11.0", "3.11.7", "3.12.1", "3.13.0", "3.14.0")
SYSTEMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))


# The lines


@pytest.mark.parametrize("line", CASES["allowed"])
def test_a_line_that_resolves_nothing_passes(line: str) -> None:
    assert [reason for _, reason in install_lines(line)] == [""]


@pytest.mark.parametrize("line", CASES["refused"])
def test_a_line_that_may_resolve_something_is_refused(line: str) -> None:
    assert any(reason for _, reason in install_lines(line))


@pytest.mark.parametrize("line", CASES["passed_over"])
def test_a_line_that_installs_nothing_is_passed_over(line: str) -> None:
    assert list(install_lines(line)) == []


def what_make_runs() -> str:
    """Every command of the Makefile, as make itself expands it."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--dry-run", "--always-make", *targets]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout.decode()


def place(page: Path) -> str:
    """Where a page lies in the project."""
    return page.relative_to(ROOT).as_posix()


def test_no_install_line_resolves_anything() -> None:
    texts = {"Makefile": what_make_runs(), **{place(page): page.read_text(encoding="utf-8") for page in PAGES}}
    refused = {(name, line) for name, text in texts.items() for line, reason in install_lines(text) if reason}
    assert refused == {("docs/install.md", line) for line in RESOLVE_AS_THE_PAGE_SAYS}
    found = {name: re.findall(r"-r (?:\S*/)?(\S+\.lock)", text) for name, text in texts.items()}
    assert sorted(found["Makefile"]) == sorted([CHARTS, BUILD, DEV])  # the lines are seen at all
    assert found["docs/install.md"] == [CHARTS, BUILD, DEV]
    assert found["docs/ci.md"] == [CORE]
    assert found[".github/workflows/tests.yml"] == [DEV, BUILD]


def test_every_installation_ends_with_a_check() -> None:
    blocks = [block for page in PAGES for block in re.findall(r"```\w+\n(.*?)```", page.read_text("utf-8"), re.DOTALL)]
    recipes = re.split(r"^touch .*$", what_make_runs(), flags=re.MULTILINE)
    installing = [text for text in (*recipes, *blocks) if any(not reason for _, reason in install_lines(text))]
    assert len(installing) == 2 + 3
    for text in installing:
        last, _ = list(install_lines(text))[-1]
        assert "pip check" in text.replace("pip --disable-pip-version-check", "pip")[text.index(last) :], text


# The locks


class Pin(NamedTuple):
    """A line of a lock: a version, and where it holds."""

    requirement: Requirement
    hashes: int

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "=="
        return specifier.version

    def holds(self, environment: Mapping[str, str]) -> bool:
        return self.requirement.marker is None or self.requirement.marker.evaluate(dict(environment))


def pins(lock: Path) -> list[Pin]:
    """The lines of a lock. Whatever is neither a version with hashes nor `--only-binary` is refused."""
    lines = lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    found = []
    for line in (line.strip() for line in lines):
        if line and not line.startswith("#") and line != "--only-binary :all:":
            requirement, *hashes = re.split(r"\s+--hash=sha256:", line)
            assert hashes, line
            assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in hashes), line
            found.append(Pin(Requirement(requirement), len(hashes)))
    return found


def in_environment(lock: str, environment: Mapping[str, str]) -> dict[str, Pin]:
    held = [pin for pin in pins(ROOT / lock) if pin.holds(environment)]
    names = [pin.name for pin in held]
    assert len(names) == len(set(names)), f"{lock}: twice in one environment"
    return dict(zip(names, held, strict=True))


def declared(lock: str) -> list[Requirement]:
    """What pyproject.toml asks for in the environment of a lock."""
    core, extra, groups = (
        PROJECT["project"]["dependencies"],
        PROJECT["project"]["optional-dependencies"]["charts"],
        PROJECT["dependency-groups"],
    )
    asked = {
        CORE: core,
        CHARTS: [*core, *extra],
        DEV: [*core, *extra, *groups["dev"]],
        BUILD: [*groups["build"], *PROJECT["build-system"]["requires"]],
    }
    return [Requirement(text) for text in asked[lock]]


def here() -> dict[str, str]:
    """This machine, as markers see it."""
    return {key: str(value) for key, value in default_environment().items()}


def environments() -> Iterator[dict[str, str]]:
    """The machines that the locks are for."""
    for python, (system, name, family) in product(PYTHONS, SYSTEMS):
        yield here() | {
            "python_version": python.rpartition(".")[0], "python_full_version": python,
            "sys_platform": system, "platform_system": name, "os_name": family, "extra": "",
        }  # fmt: skip


@cache
def needs(name: str) -> tuple[Requirement, ...] | None:
    """What an installed distribution asks for; None where it is not installed here (colorama, but on Windows)."""
    places = [*sys.path, str(Path(sys.prefix) / "build-tools")]
    for distribution in importlib.metadata.distributions(name=name, path=places):
        return tuple(map(Requirement, distribution.requires or ()))
    return None


def closure(asked: Iterable[Requirement], environment: Mapping[str, str]) -> dict[str, list[Requirement]]:
    """Every distribution that is needed in an environment, with all that is asked of its version."""
    found: dict[str, list[Requirement]] = {}
    waiting = [(requirement, "") for requirement in asked]
    seen = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        found.setdefault(name, []).append(requirement)
        for own in ("", *requirement.extras):
            if (name, own) not in seen:
                seen.add((name, own))
                waiting += [(need, own) for need in needs(name) or ()]
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_is_needed_and_nothing_else(lock: str) -> None:
    if lock == BUILD and needs("hatchling") is None:
        pytest.skip("the build tools are not installed beside this environment")
    for environment in (here(), *environments()):
        locked, needed = in_environment(lock, environment), closure(declared(lock), environment)
        assert sorted(locked) == sorted(needed), environment
        for name, asked in needed.items():
            unmet = [str(one) for one in asked if not one.specifier.contains(locked[name].version, prereleases=True)]
            assert unmet == [], name


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_lets_nothing_be_built_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "--only-binary :all:" in text.splitlines()
    assert "://" not in text
    assert len(pins(ROOT / lock)) > 5


def test_the_locks_agree_and_the_larger_ones_hold_the_smaller() -> None:
    for environment in environments():
        versions = {lock: {n: pin.version for n, pin in in_environment(lock, environment).items()} for lock in LOCKS}
        assert versions[CORE].items() < versions[CHARTS].items() < versions[DEV].items()
        both = versions[BUILD].keys() & versions[DEV].keys()
        assert {name: versions[BUILD][name] for name in both} == {name: versions[DEV][name] for name in both}


def test_what_is_for_building_testing_or_charts_alone_stays_apart() -> None:
    names = {lock: {pin.name for pin in pins(ROOT / lock)} for lock in LOCKS}
    building = {"hatchling", "editables", "trove-classifiers", "tomlkit"}
    assert building <= names[BUILD]
    for lock in (CORE, CHARTS, DEV):
        assert names[lock] & building == set()
    assert names[CHARTS] & {"mypy", "ruff", "pytest", "uv"} == set()
    assert names[CORE] & {"matplotlib", "matplotlib-fontja", "pillow", "fonttools"} == set()


def test_dependencies_are_bounded() -> None:
    for lock in (CORE, CHARTS, BUILD):
        for requirement in declared(lock):
            assert any(specifier.operator == "<" for specifier in requirement.specifier), requirement


def test_the_review_names_every_dependency_and_nothing_else() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    reviewed = re.findall(r"^\| `(\S+)` \|", text, re.MULTILINE)
    assert sorted(reviewed) == sorted(requirement.name for requirement in declared(CHARTS))


def test_the_workflow_tries_the_pythons_and_systems_that_the_locks_are_for() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["tests"]["strategy"]["matrix"]
    assert {python.rpartition(".")[0] for python in PYTHONS} == set(matrix["python"])
    assert [name.partition("-")[0] for name in matrix["os"]] == ["ubuntu", "windows", "macos"]


def test_the_oldest_pip_is_one_version() -> None:
    (pip,) = pins(OLDEST_PIP)
    assert (pip.name, pip.hashes) == ("pip", 1)


# Installing in earnest


class Clone:
    """The files under version control in a folder of their own, without anything of this environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
        for name in filter(None, files.split("\0")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
        own = ("COV_", "PYTEST_", "MAKE", "MFLAGS", "PYTHON", "VIRTUAL_ENV")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}

    def run(self, *command: str | Path, code: int = 0) -> str:
        run = subprocess.run(list(map(str, command)), cwd=self.folder, env=self.environment, capture_output=True)
        out = run.stdout.decode(errors="replace") + run.stderr.decode(errors="replace")
        assert run.returncode == code, f"{command}\n{out}"
        return out

    def python(self, *arguments: str | Path) -> str:
        return self.run(self.folder / ".venv" / "bin" / "python", *arguments)

    def installed(self) -> set[str]:
        """What is in the environment besides what venv puts there."""
        listed = self.python("-m", "pip", "--disable-pip-version-check", "list", "--format", "freeze")
        names: set[str] = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", listed, re.MULTILINE)}
        return names - {"pip", "setuptools"}

    def builds_the_sample(self) -> None:
        assert "No broken requirements found" in self.python("-m", "pip", "check")
        self.run(self.folder / ".venv" / "bin" / "nerima-report", "-C", "sample_data", "build", "2022")
        built = self.folder / "sample_data" / "out" / "2022" / "report.md"
        assert built.read_bytes() == (ROOT / "tests" / "golden" / "report-2022.md").read_bytes()


@pytest.fixture
def clone(tmp_path: Path, reachable_index: None) -> Clone:
    """A clone, where the tests can install."""
    if os.name == "nt":
        pytest.skip("make and the folders of the environment are those of POSIX")
    return Clone(tmp_path / "with a blank")


@IN_CI
def test_the_oldest_pip_installs_everything(clone: Clone) -> None:
    clone.run(sys.executable, "-m", "venv", ".venv")
    clone.python("-m", "pip", "install", "--no-deps", "--require-hashes", "-r", "tests/oldest-pip.lock")
    (oldest,) = pins(OLDEST_PIP)
    assert clone.python("-m", "pip", "--version").startswith(f"pip {oldest.version} ")
    clone.run("make", "report")
    assert clone.installed() == {*in_environment(CHARTS, here()), "nerima-report"}
    clone.run("make", ".venv/.installed-dev")
    assert clone.installed() == {*in_environment(DEV, here()), "nerima-report"}
    clone.builds_the_sample()


@IN_CI
def test_without_the_charts_all_but_the_pictures_is_made_and_one_line_adds_them(clone: Clone) -> None:
    clone.run("make", "report", f"RUN_LOCK={CORE}", f"PYTHON={sys.executable}")
    assert clone.installed().isdisjoint({"matplotlib", "matplotlib-fontja", "pillow", "fonttools"})
    clone.builds_the_sample()
    program = (clone.folder / ".venv" / "bin" / "nerima-report", "-C", "sample_data")
    out = clone.folder / "sample_data" / "out" / "trend-2018-2021"
    said = clone.run(*program, "trend", "2018..2021")
    assert (len(list(out.glob("trend.*"))), list(out.glob("*.png"))) == (4, [])
    (line,) = re.findall(r"charts.*: (.+)$", said, re.MULTILINE)
    clone.run(*shlex.split(line))
    assert "charts" not in clone.run(*program, "trend", "2018..2021")
    assert len(list(out.glob("*.png"))) == 9


# The lines for Windows


def windows_commands(page: Path) -> list[str]:
    blocks = re.findall(r"```powershell\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [
        command.strip() for block in blocks for line in block.splitlines() for command in line.split("#")[0].split(";")
    ]


def run_as_powershell(clone: Clone, commands: Iterable[str]) -> None:
    """Run commands as PowerShell does, with the names that files have here."""

    def value(text: str) -> str:
        text = text.replace("\\", "/").replace("$PWD", str(clone.folder))
        return text.replace("$env:PYTHONPATH", clone.environment.get("PYTHONPATH", "")).strip('"')

    for command in commands:
        if setting := re.fullmatch(r"\$env:(\w+) = (.*)", command):
            clone.environment[setting[1]] = value(setting[2])
            continue
        words = [value(word) for word in re.findall(r'"[^"]*"|\S+', command)]
        program = sys.executable if words[0] == "py" else words[0].replace(".venv/Scripts/", ".venv/bin/")
        clone.run(program if program == sys.executable else clone.folder / program, *words[1:])


@IN_CI
def test_the_lines_for_windows_do_the_same(clone: Clone) -> None:
    *lines, dev, check, tests = windows_commands(ROOT / "docs" / "install.md")
    run_as_powershell(clone, lines)
    assert clone.installed() == {*in_environment(CHARTS, here()), "nerima-report"}
    clone.builds_the_sample()
    run_as_powershell(clone, [dev, check, f"{tests} tests/edition/test_editions.py -k wheel"])
