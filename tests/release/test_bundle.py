"""The bundle: nothing that is wrong with its layout passes, and its parts work (see try_bundle.py)."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from bundle import (
    DOCUMENTS,
    ROOT,
    STARTERS,
    CannotBuild,
    build_distributions,
    pack,
    put_starter,
    tracked,
    unpack_interpreter,
    windows,
)
from components import components, licences, sbom
from guide_page import guide_pages
from proof import faults, path_faults, read_binary
from stand_in import NAME, small_binary, write_stand_in

PYTHON = "3.14"


def write(file: Path, content: str | bytes = "") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)


def write_distribution(app: Path, name: str, version: str = "1.0", **fields: str) -> None:
    fields = {"Name": name, "Version": version, "License-Expression": "MIT", **fields}
    lines = [f"{key.replace('_', '-')}: {value}" for key, value in fields.items()]
    write(app / f"{name}-{version}.dist-info" / "METADATA", "\n".join(["Metadata-Version: 2.4", *lines]) + "\n")
    write(app / f"{name}-{version}.dist-info" / "licenses" / "LICENSE", "text")


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """A small layout for Windows in which nothing is wrong."""
    bundle = tmp_path / "bundle"
    package, _ = write_stand_in(tmp_path)
    unpack_interpreter(package, bundle / "python")
    write(bundle / "app" / "nerima_report" / "__init__.py", "import json\nimport part.inner\nfrom part import fast\n")
    write(bundle / "app" / "part" / "inner.py")
    write(bundle / "app" / "part" / "fast_notes.txt")
    imports = ["python314.dll", "VCRUNTIME140.dll", "KERNEL32.dll", "api-ms-win-crt-heap-l1-1-0.dll"]
    write(bundle / "app" / "part" / "fast.cp314-win_amd64.pyd", small_binary(imports=imports))
    write(bundle / "app" / "part" / "any_python.pyd", small_binary(imports=["python3.dll"]))
    write_distribution(bundle / "app", "nerima_report", Requires_Dist="part>=1; sys_platform == 'win32'")
    write_distribution(bundle / "app", "part")
    return bundle


def test_a_layout_in_order_has_no_faults(layout: Path) -> None:
    assert list(faults(layout, "windows", PYTHON)) == []


MODULE = "app/nerima_report/one.py"
WRONG: dict[str, tuple[str, str | bytes]] = {
    "for 32 bits": ("app/part/x.pyd", small_binary(machine=0x14C)),
    "for ARM": ("app/part/x.dll", small_binary(machine=0xAA64)),
    "no binary at all": ("app/part/x.pyd", b"text"),
    "a binary cut short": ("app/part/x.pyd", small_binary(imports=["python3.dll"])[:0x90]),
    "for Linux": ("app/part/x.cpython-314-x86_64-linux-gnu.so", b"\x7fELF"),
    "for another Python": ("app/part/x.cp313-win_amd64.pyd", small_binary()),
    "for a Python of 32 bits": ("app/part/x.cp314-win32.pyd", small_binary()),
    "a DLL that nothing brings": ("app/part/x.pyd", small_binary(imports=["MSVCP140.dll"])),
    "an import of nothing": (MODULE, "import nowhere\n"),
    "an import of nothing in a function": (MODULE, "def f():\n    from part.nowhere import x\n"),
    "an import of what is not embedded": (MODULE, "import tkinter\n"),
    "a path too long": (f"app/{'x' * 150}.txt", ""),
    "an import of what is only a text": ("app/nerima_report/two.py", "import part.fast_notes\n"),
    "no licence": ("app/bare-1.0.dist-info/METADATA", "Metadata-Version: 2.4\nName: bare\nVersion: 1.0\n"),
}


@pytest.mark.parametrize("what", WRONG)
def test_each_fault_of_a_layout_is_found(layout: Path, what: str) -> None:
    name, content = WRONG[what]
    write(layout / name, content)
    found = list(faults(layout, "windows", PYTHON))
    assert len(found) == 1, found


def test_names_that_differ_by_case_alone_are_found() -> None:
    files = [Path("app") / "a" / name for name in ("b.py", "B.py", "c.py")]
    assert len(list(path_faults(files))) == 1


@pytest.mark.parametrize(("module", "found"), [("matplotlib.axes", 0), ("matplotlib_fontja", 0), ("pandas", 1)])
def test_without_charts_only_what_they_need_may_be_missing(layout: Path, module: str, found: int) -> None:
    write(layout / MODULE, f"def draw():\n    import {module}\n")
    assert len(list(faults(layout, "windows", PYTHON, charts=False))) == found
    assert len(list(faults(layout, "windows", PYTHON))) == 1


@pytest.mark.parametrize("needed", ["gone", "part>=2", "part==1.1; python_version >= '3.14'"])
def test_a_requirement_that_is_not_met_is_found(layout: Path, needed: str) -> None:
    write_distribution(layout / "app", "other", Requires_Dist=needed)
    assert len(list(faults(layout, "windows", PYTHON))) == 1


@pytest.mark.parametrize("needed", ["gone; sys_platform == 'linux'", "gone; extra == 'more'", "part<2"])
def test_a_requirement_that_does_not_hold_here_is_none(layout: Path, needed: str) -> None:
    write_distribution(layout / "app", "other", Requires_Dist=needed)
    assert list(faults(layout, "windows", PYTHON)) == []


def test_the_headers_of_a_binary_are_read() -> None:
    binary = read_binary(small_binary(imports=["A.dll", "b.DLL"]))
    assert binary is not None
    assert (binary.machine, binary.imports) == (0x8664, ("a.dll", "b.dll"))
    assert read_binary(b"") is None


# The interpreter


def test_an_embeddable_package_that_is_known_is_taken(tmp_path: Path) -> None:
    target = windows(*write_stand_in(tmp_path))
    assert (target.name, target.python) == ("windows", PYTHON)


@pytest.mark.parametrize("wrong", ["changed", "renamed", "missing", "not named"])
def test_any_other_embeddable_package_is_refused(tmp_path: Path, wrong: str) -> None:
    package, known = write_stand_in(tmp_path)
    asked: Path | None = package
    if wrong == "changed":
        package.write_bytes(package.read_bytes() + b"\0")
    elif wrong == "renamed":
        asked = package.rename(tmp_path / "python-3.13.0-embed-amd64.zip")
    elif wrong == "missing":
        package.unlink()
    else:
        asked = None
    with pytest.raises(CannotBuild):
        windows(asked, known)


def test_the_embedded_python_looks_only_into_the_bundle(layout: Path) -> None:
    lines = (layout / "python" / "python314._pth").read_text(encoding="ascii").split()
    assert lines == ["python314.zip", ".", "..\\app"]


def test_the_packages_that_are_known_have_a_hash_and_the_name_of_one() -> None:
    with pytest.raises(CannotBuild, match=NAME):
        windows(None, ROOT / "release" / "interpreters.toml")


# The zip and its lists


def test_the_same_files_make_the_same_bytes_whenever_they_were_written(tmp_path: Path) -> None:
    made = []
    for number, order in enumerate((["b", "a", "é"], ["é", "a", "b"])):
        folder = tmp_path / str(number) / "bundle"
        for name in order:
            write(folder / name, name)
        (folder / "a").touch()
        (folder / "b").chmod(0o600)
        pack(folder, tmp_path / f"{number}.zip")
        made.append((tmp_path / f"{number}.zip").read_bytes())
    assert made[0] == made[1]


def test_every_distribution_is_listed_with_its_licence(layout: Path) -> None:
    found = components(layout)
    assert [(part.name, part.version, part.licence) for part in found] == [
        ("nerima_report", "1.0", "MIT"),
        ("part", "1.0", "MIT"),
    ]
    assert "app/part-1.0.dist-info/licenses/LICENSE" in licences(found)
    listed = json.loads(sbom(found, "tool", "1"))
    assert [one["purl"] for one in listed["components"]] == ["pkg:pypi/nerima-report@1.0", "pkg:pypi/part@1.0"]


# The starter for Windows


def test_what_cmd_reads_is_ascii_with_its_line_endings(tmp_path: Path) -> None:
    put_starter(STARTERS / "nerima-report.cmd", tmp_path)
    text = (tmp_path / "nerima-report.cmd").read_bytes()
    assert text.isascii()
    assert text.count(b"\r\n") == text.count(b"\n") > 5


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("nerima_report_desktop", STARTERS / "nerima_report_desktop.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


STARTED_BY = [
    ("", []),
    ("cmd.exe", []),
    (r'cmd.exe /c ""D:\道具 1\nerima-report.cmd" "', []),
    (r'cmd.exe /c "D:\nerima-report.cmd"', []),
    (r'cmd.exe /c ""D:\nerima-report.cmd" D:\a.xlsx"', [r"D:\a.xlsx"]),
    (r'cmd.exe /c ""D:\nerima-report.cmd" D:\a&b.xlsx D:\100%.xlsx"', [r"D:\a&b.xlsx", r"D:\100%.xlsx"]),
    (
        r'cmd.exe /c ""D:\nerima-report.cmd" "D:\集計 4月\総務課.xlsx" E:\x!.xlsx"',
        [r"D:\集計 4月\総務課.xlsx", r"E:\x!.xlsx"],
    ),
    (r'cmd.exe /c ""D:\nerima-report.cmd" "D:\nerima-report.cmd - 1.xlsx""', [r"D:\nerima-report.cmd - 1.xlsx"]),
    (r'cmd.exe /c ""D:\nerima-report.cmd" "\\server\共有 1\inbox""', [r"\\server\共有 1\inbox"]),
]


@pytest.mark.parametrize(("line", "paths"), STARTED_BY)
def test_what_was_dropped_is_read_from_the_line_of_the_window(desktop: ModuleType, line: str, paths: list[str]) -> None:
    assert desktop.dropped_on(line) == paths


def test_the_working_folder_is_beside_the_bundle_or_in_it_and_never_the_sample(
    desktop: ModuleType, tmp_path: Path
) -> None:
    bundle = tmp_path / "nerima-report-1"
    write(bundle / "sample_data" / "nerima-report.toml")
    assert desktop.working_folders(bundle) == []
    write(tmp_path / "運用状況" / "nerima-report.toml")
    write(bundle / "練習" / "nerima-report.toml")
    assert desktop.working_folders(bundle) == [bundle / "練習", tmp_path / "運用状況"]


@pytest.mark.parametrize("dropped", [True, False])
def test_what_is_dropped_is_validated_and_a_double_click_shows_the_status(
    desktop: ModuleType, dropped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []
    line = r'cmd.exe /c ""D:\nerima-report.cmd" D:\a.xlsx"' if dropped else r'cmd.exe /c "D:\nerima-report.cmd"'
    monkeypatch.setenv("NERIMA_REPORT_STARTED_BY", line)
    monkeypatch.setattr(desktop, "working_folders", lambda _: [Path("運用状況")])
    monkeypatch.setattr(desktop, "_run", lambda arguments, folder: done.append((arguments, str(folder))))
    monkeypatch.setattr(desktop, "_open_command_line", lambda folder: done.append("window"))
    monkeypatch.setattr("builtins.input", lambda _: done.append("waits"))
    desktop.main()
    expected = [(["validate", r"D:\a.xlsx"], "運用状況"), "waits"] if dropped else [([], "運用状況"), "window"]
    assert done == expected


def test_the_window_starts_in_the_working_folder_and_finds_the_command(
    desktop: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, str]] = []
    monkeypatch.setenv("COMSPEC", r"C:\Windows\system32\cmd.exe")
    monkeypatch.setattr(desktop.subprocess, "run", lambda line, env, check: started.append((line, env["PATH"])))
    desktop._open_command_line(Path("運用 状況"))
    ((line, path),) = started
    assert line == r'"C:\Windows\system32\cmd.exe" /k pushd "運用 状況"'
    assert path.split(os.pathsep)[0] == str(desktop.BUNDLE)
    assert desktop.dropped_on(line) == []


def test_the_guide_is_in_the_bundle_and_what_starts_it_names_it() -> None:
    desktop = STARTERS / "nerima_report_desktop.py"
    assert 'GUIDE = "手引き.html"' in desktop.read_text(encoding="utf-8")
    note = (STARTERS / "はじめに.txt").read_text(encoding="utf-8")
    assert [name for name in guide_pages() if name not in note] == []


@pytest.mark.thorough
def test_every_edition_and_sample_is_in_what_is_released(tmp_path: Path) -> None:
    if not (Path(sys.prefix) / "build-tools").is_dir():
        pytest.skip("the build tools are not installed beside this environment")
    build_distributions(tmp_path)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel, tarfile.open(next(tmp_path.glob("*.tar.gz"))) as sdist:
        in_wheel = {name.removeprefix("nerima_report/") for name in wheel.namelist()}
        in_sdist = {name.partition("/")[2] for name in sdist.getnames()}
    editions = {file.relative_to(ROOT).as_posix() for file in (ROOT / "templates").rglob("*") if file.is_file()}
    assert "templates/akebono/municipality.toml" in editions
    assert editions <= in_wheel & in_sdist
    assert Path("sample_data/akebono/roster.xlsx") in tracked(*DOCUMENTS)
