"""Lines that install something with a Python installer, and why one would look for versions by itself."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

from conftest import ROOT

LOCK = re.compile(r"(?:requirements(?:-\w+)?|oldest-pip)\.lock")
# What may stand beside the options that are asked for; the second ones take a value.
HARMLESS = {"-q", "--quiet", "--disable-pip-version-check", "--no-input"}
HARMLESS_WITH_VALUE = {"-t", "--target", "-d", "--dest"}
_ASKED_FOR = {"--no-deps", "--require-hashes", "--no-build-isolation"}
_PIP = re.compile(r"(?:-\w*m)?pip-?[\d.]*(?:pyz)?|[$%]\w+%?")  # a variable may be anything
_INSTALLS = {"install", "download", "wheel", "sync"}
_ALWAYS_RESOLVE = {"uvx", "pipx", "poetry", "pdm", "pipenv", "rye", "pixi", "conda", "mamba", "pip-sync", "get-pip.py"}
_UV_RESOLVES = {"sync", "add", "run", "tool", "build"}
_HIDDEN = re.compile(
    r"--upgrade-deps|--seed\b|-m build\b|\bsetup\.py (?:install|develop)|\bpip\.(?:main|_internal)|\bPIP_[A-Z_]+\s*="
)
_CONTINUED = re.compile(r"[\\`]\r?\n")
_VARIABLE = re.compile(r"\$[({](\w+)[)}]")
_ENDS = re.compile(r"[\n;&|`()<>「」]|\s#")
_MARKUP = "!@*_\"',"


def install_lines(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a text that installs something, and why it is refused, or ''."""
    for piece in _ENDS.split(_VARIABLE.sub(r"$\1", _CONTINUED.sub(" ", text))):
        if _HIDDEN.search(piece):
            yield piece.strip(), "installs or changes what pip does in passing"
        words = _words(piece)
        for text_in_quotes in (word for word in words if " " in word):
            yield from install_lines(re.sub(r"^\s*\w+=", "", text_in_quotes))
        for position, word in enumerate(words):
            if (reason := _refused(word, words[position + 1 :])) is not None:
                yield piece.strip(), reason
                break


def _words(piece: str) -> list[str]:
    """The words of a command in sh or PowerShell; prose has odd quotes and is split at blanks."""
    piece = piece.replace("\\", "/")
    try:
        return shlex.split(piece)
    except ValueError:
        return piece.replace('"', "").replace("'", "").split()


def _refused(program: str, rest: list[str]) -> str | None:
    """Why a command is refused, '' if it is not, None if it installs nothing."""
    program = PurePosixPath(program.strip(_MARKUP).lower()).name.removesuffix(".exe")
    if program in _ALWAYS_RESOLVE and rest:
        return f"{program} resolves"
    if program == "uv":
        verb = _verb(rest)
        if verb == "pip":
            return _refused("pip", rest[rest.index("pip") + 1 :])
        return f"uv {verb} resolves" if verb in _UV_RESOLVES else None
    if not _PIP.fullmatch(program):
        return None
    verb = _verb(rest)
    if verb not in _INSTALLS:
        return None
    return _refused_arguments(verb, rest[rest.index(verb) + 1 :])


def _verb(words: list[str]) -> str:
    """What a program is asked to do: the first word that is no option nor the value of one."""
    after_option = False
    for word in words:
        if word.startswith("-"):
            after_option = True
        elif word in _INSTALLS or not after_option:
            return word
        else:
            after_option = False
    return ""


def _refused_arguments(verb: str, arguments: list[str]) -> str:
    """Why arguments would let pip look for something, or ''."""
    options: set[str] = set()
    locks: list[str] = []
    paths: list[str] = []
    words = iter(arguments)
    for word in words:
        if word in ("-r", "--requirement"):
            locks.append(next(words, ""))
        elif word in HARMLESS_WITH_VALUE:
            next(words, "")
        elif word in ("-e", "--editable"):
            paths.append(next(words, ""))
        elif word in HARMLESS | _ASKED_FOR:
            options.add(word)
        elif word.startswith("-"):
            return f"{word} is not known to be harmless"
        else:
            paths.append(word)
    options -= HARMLESS
    if locks and not paths:
        missing = {"--no-deps", "--require-hashes"} - options
        unknown = [lock for lock in locks if not _is_lock(lock)]
        return f"lacks {sorted(missing)}" if missing else f"no lock file: {unknown}" if unknown else ""
    if verb == "install" and len(paths) == 1 and not locks and re.fullmatch(r"\.[^\[\]]*", paths[0]):
        missing = {"--no-deps", "--no-build-isolation"} - options
        return f"lacks {sorted(missing)}" if missing else ""
    return f"neither a lock nor the checkout: {arguments}"


def _is_lock(name: str) -> bool:
    file = PurePosixPath(name)
    places = (ROOT / file.name, ROOT / "tests" / file.name)
    return "://" not in name and LOCK.fullmatch(file.name) is not None and any(place.is_file() for place in places)
